// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queue contexts: handing them out, configuring and commanding them.
 *
 * A context is free, held, or stuck.  A stuck one did not confirm a reset, so
 * that nobody knows what it may still do to memory; it is never handed out again
 * before the device is.
 */
#include <linux/slab.h>
#include "facet_priv.h"
#include "facet_compat.h"
#include "trace.h"

/*
 * A reset waits for engines to let go, at most CAP_ABORT_NS of device time; the
 * device's clock may be much slower than ours (FACET_REG_DILATION).
 */
#define CTX_TIMEOUT_US		(20 * USEC_PER_SEC)

static u32 ctx_reg(const struct facet_ctx *ctx, u32 reg)
{
	return FACET_REG_CTX(ctx->index) + reg;
}

static void ctx_write(struct facet_ctx *ctx, u32 reg, u32 value)
{
	facet_hw_write(ctx->fdev, ctx_reg(ctx, reg), value);
}

static void read_engine_ns(struct facet_ctx *ctx, u64 *engine_ns)
{
	unsigned int i;

	for (i = 0; i < FACET_NR_CLASSES; i++)
		engine_ns[i] = facet_hw_read64(ctx->fdev, ctx_reg(ctx, FACET_CTX_ENGINE_NS_LO(i)));
}

/**
 * facet_ctx_engine_ns - read the engine time that a context has consumed
 * @ctx: context
 * @engine_ns: by class; since when does not matter, it only grows
 */
void facet_ctx_engine_ns(struct facet_ctx *ctx, u64 *engine_ns)
{
	unsigned int i;

	guard(mutex)(&ctx->stats_lock);
	if (!facet_is_resetting(ctx->fdev))
		read_engine_ns(ctx, ctx->last.engine_ns);
	for (i = 0; i < FACET_NR_CLASSES; i++)
		engine_ns[i] = ctx->last.engine_ns[i] - ctx->base.engine_ns[i];
}
EXPORT_SYMBOL_FACET(facet_ctx_engine_ns);

static void read_stats(struct facet_ctx *ctx, struct facet_ctx_stats *s)
{
	struct facet_device *fdev = ctx->fdev;

	s->commands = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_CMDS_LO));
	s->errors = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_ERRORS_LO));
	s->bytes_in = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_BYTES_IN_LO));
	s->bytes_out = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_BYTES_OUT_LO));
	s->backlog_ns = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_BACKLOG_NS_LO));
	s->wait_ns = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_WAIT_NS_LO));
	read_engine_ns(ctx, s->engine_ns);
	s->doorbells = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_DOORBELLS_LO));
	s->irqs = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_IRQS_LO));
	s->aborted = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_ABORTED_LO));
	s->throttled_ns = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_THROTTLED_NS_LO));
	s->invalid = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_INVALID_LO));
}

/**
 * facet_ctx_init_all - prepare the table of contexts
 * @fdev: accelerator, capabilities known
 *
 * Return: 0 or -ENOMEM.  The memory goes with the PCI device.
 */
int facet_ctx_init_all(struct facet_device *fdev)
{
	unsigned int i;

	fdev->ctx = devm_kcalloc(&fdev->pdev->dev, fdev->caps.nr_ctx, sizeof(*fdev->ctx),
				 GFP_KERNEL);
	if (!fdev->ctx)
		return -ENOMEM;
	for (i = 0; i < fdev->caps.nr_ctx; i++) {
		fdev->ctx[i].fdev = fdev;
		fdev->ctx[i].index = i;
		fdev->ctx[i].group = FACET_GROUP_OWN;
		mutex_init(&fdev->ctx[i].lock);
		mutex_init(&fdev->ctx[i].stats_lock);
	}
	return 0;
}

static struct facet_ctx *ctx_reserve(struct facet_device *fdev)
{
	unsigned int i;

	guard(mutex)(&fdev->lock);
	i = find_first_zero_bit(fdev->used, fdev->caps.nr_ctx);
	if (i >= fdev->caps.nr_ctx)
		return ERR_PTR(-ENOSPC);
	__set_bit(i, fdev->used);
	return &fdev->ctx[i];
}

static void ctx_set_holder(struct facet_ctx *ctx, const struct facet_ctx_ops *ops, void *priv)
{
	guard(mutex)(&ctx->fdev->evlog.lock);
	ctx->priv = priv;
	ctx->ops = ops;
}

/**
 * facet_ctx_get - take a free queue context
 * @fdev: accelerator
 * @ops: what to tell the holder
 * @priv: first argument of @ops
 *
 * The context is DISABLED, with the default weight, a group of its own, no cap, all
 * opcodes of the device allowed, counters at zero and no vector.
 *
 * Return: the context; -ENOSPC when all are held, -EBUSY while the device is reset,
 * -ENODEV when it is gone.
 */
struct facet_ctx *facet_ctx_get(struct facet_device *fdev, const struct facet_ctx_ops *ops,
				void *priv)
{
	struct facet_ctx *ctx;

	if (facet_is_dead(fdev))
		return ERR_PTR(-ENODEV);
	if (facet_is_resetting(fdev))
		return ERR_PTR(-EBUSY);
	ctx = ctx_reserve(fdev);
	if (IS_ERR(ctx))
		return ctx;
	scoped_guard(mutex, &ctx->stats_lock)
		read_stats(ctx, &ctx->base);
	facet_ctx_set_weight(ctx, FACET_WEIGHT_DEFAULT);
	facet_ctx_set_cap(ctx, 0, 0);
	facet_ctx_set_request(ctx, 0);
	facet_ctx_set_group(ctx, FACET_GROUP_OWN);
	facet_ctx_set_ops(ctx, fdev->caps.ops);
	ctx_set_holder(ctx, ops, priv);
	return ctx;
}
EXPORT_SYMBOL_FACET(facet_ctx_get);

/**
 * facet_ctx_put - give a queue context back
 * @ctx: context; its vector has been freed
 *
 * Resets it.  No callback runs once this has returned.
 */
void facet_ctx_put(struct facet_ctx *ctx)
{
	struct facet_device *fdev = ctx->fdev;

	WARN_ON(ctx->vector);
	facet_ctx_reset(ctx);
	facet_ctx_set_ops(ctx, 0);
	/* Events about this holder must not reach the next. */
	facet_evlog_drain(fdev);
	ctx_set_holder(ctx, NULL, NULL);
	mutex_lock(&ctx->lock);
	ctx_write(ctx, FACET_CTX_PASID, 0);
	mutex_lock(&fdev->lock);
	if (!ctx->stuck) {
		facet_ctx_leave_group(ctx);
		__clear_bit(ctx->index, fdev->used);
	}
	mutex_unlock(&fdev->lock);
	mutex_unlock(&ctx->lock);
}
EXPORT_SYMBOL_FACET(facet_ctx_put);

/**
 * facet_ctx_index - number of a context, as the hardware counts
 * @ctx: context
 *
 * Return: 0..X-1.  Any context.
 */
unsigned int facet_ctx_index(const struct facet_ctx *ctx)
{
	return ctx->index;
}
EXPORT_SYMBOL_FACET(facet_ctx_index);

/**
 * facet_ctx_available - how many contexts are free
 * @fdev: accelerator
 *
 * Return: the number, out of date as soon as it is known.
 */
unsigned int facet_ctx_available(struct facet_device *fdev)
{
	guard(mutex)(&fdev->lock);
	return fdev->caps.nr_ctx - bitmap_weight(fdev->used, fdev->caps.nr_ctx);
}
EXPORT_SYMBOL_FACET(facet_ctx_available);

/**
 * facet_ctx_any_used - is a context held?
 * @fdev: accelerator; its lock is held
 *
 * Return: true if so.
 */
bool facet_ctx_any_used(struct facet_device *fdev)
{
	lockdep_assert_held(&fdev->lock);
	return !bitmap_empty(fdev->used, fdev->caps.nr_ctx);
}

/**
 * facet_ctx_state - what the context is doing
 * @ctx: context
 *
 * Return: FACET_CTX_STATE, for FACET_CTX_STATE_OF() and FACET_CTX_ERROR_OF();
 * all ones when the device is gone.  Any context.
 */
u32 facet_ctx_state(struct facet_ctx *ctx)
{
	return facet_hw_read(ctx->fdev, ctx_reg(ctx, FACET_CTX_STATE));
}
EXPORT_SYMBOL_FACET(facet_ctx_state);

/**
 * facet_ctx_doorbell - producer index from the last doorbell
 * @ctx: context
 *
 * Return: FACET_CTX_SQ_TAIL; what was written to the window before is seen.
 */
u32 facet_ctx_doorbell(struct facet_ctx *ctx)
{
	return facet_hw_read(ctx->fdev, ctx_reg(ctx, FACET_CTX_SQ_TAIL));
}
EXPORT_SYMBOL_FACET(facet_ctx_doorbell);

/**
 * facet_ctx_cq_event - event index
 * @ctx: context
 *
 * Return: FACET_CTX_CQ_EVENT, likewise.
 */
u32 facet_ctx_cq_event(struct facet_ctx *ctx)
{
	return facet_hw_read(ctx->fdev, ctx_reg(ctx, FACET_CTX_CQ_EVENT));
}
EXPORT_SYMBOL_FACET(facet_ctx_cq_event);

static void write_setup(struct facet_ctx *ctx, const struct facet_ctx_setup *setup)
{
	struct facet_device *fdev = ctx->fdev;
	u32 pasid = setup->host ? 0 : setup->pasid | FACET_PASID_VALID;

	lockdep_assert_held(&ctx->lock);
	ctx_write(ctx, FACET_CTX_CFG, setup->host ? FACET_CTX_CFG_HOST : 0);
	ctx_write(ctx, FACET_CTX_PASID, pasid);
	facet_hw_write64(fdev, ctx_reg(ctx, FACET_CTX_SQ_BASE_LO), setup->sq_base);
	facet_hw_write64(fdev, ctx_reg(ctx, FACET_CTX_CQ_BASE_LO), setup->cq_base);
	ctx_write(ctx, FACET_CTX_RING_LOG2, setup->ring_log2);
	ctx_write(ctx, FACET_CTX_VECTOR, ctx->vector ? ctx->vector | FACET_VECTOR_ON : 0);
	ctx_write(ctx, FACET_CTX_MODERATION, setup->moderation);
}

static int enable_result(u32 state)
{
	if (state == U32_MAX)
		return -ENODEV;
	if (FACET_CTX_STATE_OF(state) == FACET_CTX_READY)
		return 0;
	/* The owner may have made it stop again already: a ring that faults. */
	if (FACET_CTX_STATE_OF(state) == FACET_CTX_ERROR)
		return 0;
	return FACET_CTX_ERROR_OF(state) == FACET_CTX_ERR_CONFIG ? -EINVAL : -EIO;
}

/**
 * facet_ctx_enable - configure a context and let it run
 * @ctx: context
 * @setup: configuration
 *
 * Return: 0; -EBUSY when it is not DISABLED, -EINVAL when the device refuses the
 * rings, -EIO when it refuses for another reason, -ENODEV.
 */
int facet_ctx_enable(struct facet_ctx *ctx, const struct facet_ctx_setup *setup)
{
	int ret = -EBUSY;

	guard(mutex)(&ctx->lock);
	if (!facet_is_resetting(ctx->fdev) &&
	    FACET_CTX_STATE_OF(facet_ctx_state(ctx)) == FACET_CTX_DISABLED) {
		write_setup(ctx, setup);
		ctx_write(ctx, FACET_CTX_CMD, FACET_CTX_CMD_ENABLE);
		ret = enable_result(facet_ctx_state(ctx));
	}
	trace_facet_ctx_cmd(facet_dev(ctx->fdev), ctx->index, FACET_CTX_CMD_ENABLE, ret);
	return ret;
}
EXPORT_SYMBOL_FACET(facet_ctx_enable);

static int ctx_command(struct facet_ctx *ctx, u32 cmd, u32 state)
{
	int ret;

	lockdep_assert_held(&ctx->lock);
	/* that ends everything, and gives the context back DISABLED */
	if (facet_is_resetting(ctx->fdev))
		return cmd == FACET_CTX_CMD_RESET ? 0 : -EBUSY;
	ctx_write(ctx, FACET_CTX_CMD, cmd);
	ret = facet_hw_poll(ctx->fdev, ctx_reg(ctx, FACET_CTX_STATE), 0xff, state, CTX_TIMEOUT_US);
	trace_facet_ctx_cmd(facet_dev(ctx->fdev), ctx->index, cmd, ret);
	return ret;
}

/**
 * facet_ctx_stop - let a context finish what it has latched, and fetch no more
 * @ctx: context, READY
 *
 * Does not wait: facet_ctx_state() tells STOPPING until the last command has ended,
 * then STOPPED.
 *
 * Return: 0; -EINVAL when it is not READY.
 */
int facet_ctx_stop(struct facet_ctx *ctx)
{
	guard(mutex)(&ctx->lock);
	if (FACET_CTX_STATE_OF(facet_ctx_state(ctx)) != FACET_CTX_READY)
		return -EINVAL;
	ctx_write(ctx, FACET_CTX_CMD, FACET_CTX_CMD_STOP);
	trace_facet_ctx_cmd(facet_dev(ctx->fdev), ctx->index, FACET_CTX_CMD_STOP, 0);
	return 0;
}
EXPORT_SYMBOL_FACET(facet_ctx_stop);

/**
 * facet_ctx_resume - let a stopped context go on
 * @ctx: context, STOPPED
 *
 * Return: 0; -EINVAL when it is not STOPPED, -ETIMEDOUT, -ENODEV.
 */
int facet_ctx_resume(struct facet_ctx *ctx)
{
	guard(mutex)(&ctx->lock);
	if (FACET_CTX_STATE_OF(facet_ctx_state(ctx)) != FACET_CTX_STOPPED)
		return -EINVAL;
	return ctx_command(ctx, FACET_CTX_CMD_RESUME, FACET_CTX_READY);
}
EXPORT_SYMBOL_FACET(facet_ctx_resume);

/**
 * facet_ctx_reset - discard everything a context does
 * @ctx: context, in any state
 *
 * When this returns 0 the context accesses no memory until it is enabled again.
 * After an error it must be assumed to; only its translations going away
 * protects its owner's memory then.
 *
 * Return: 0, -ETIMEDOUT (the context is out of use from now on) or -ENODEV.
 */
int facet_ctx_reset(struct facet_ctx *ctx)
{
	int ret;

	guard(mutex)(&ctx->lock);
	ret = ctx_command(ctx, FACET_CTX_CMD_RESET, FACET_CTX_DISABLED);
	if (ret == -ETIMEDOUT) {
		dev_err(facet_dev(ctx->fdev), "context %u did not end its reset: out of use\n",
			ctx->index);
		ctx->stuck = true;
	}
	return ret;
}
EXPORT_SYMBOL_FACET(facet_ctx_reset);

/**
 * facet_ctx_set_ops - set what a context may do
 * @ctx: context, in any state
 * @ops: mask of opcodes; those that the device lacks are ignored
 */
void facet_ctx_set_ops(struct facet_ctx *ctx, u64 ops)
{
	guard(mutex)(&ctx->fdev->lock);
	WRITE_ONCE(ctx->ops_mask, ops & ctx->fdev->caps.ops);
	facet_hw_write64(ctx->fdev, ctx_reg(ctx, FACET_CTX_OPS_LO), ctx->ops_mask);
}
EXPORT_SYMBOL_FACET(facet_ctx_set_ops);

/**
 * facet_ctx_set_moderation - set how interrupts are delayed
 * @ctx: context, in any state
 * @moderation: FACET_CTX_MODERATION
 */
void facet_ctx_set_moderation(struct facet_ctx *ctx, u32 moderation)
{
	ctx_write(ctx, FACET_CTX_MODERATION, moderation);
}
EXPORT_SYMBOL_FACET(facet_ctx_set_moderation);

/**
 * facet_ctx_ops_mask - the opcodes that a context may use
 * @ctx: context
 *
 * Return: mask.  Any context.
 */
u64 facet_ctx_ops_mask(struct facet_ctx *ctx)
{
	return READ_ONCE(ctx->ops_mask);
}
EXPORT_SYMBOL_FACET(facet_ctx_ops_mask);

static void subtract(struct facet_ctx_stats *from, const struct facet_ctx_stats *what)
{
	const u64 *w = (const u64 *)what;
	u64 *f = (u64 *)from;
	size_t i;

	BUILD_BUG_ON(sizeof(*from) % sizeof(u64));
	for (i = 0; i < sizeof(*from) / sizeof(u64); i++)
		f[i] -= w[i];
}

/**
 * facet_ctx_save_all - read what a reset of the device will lose
 * @fdev: accelerator; facet_is_resetting()
 *
 * When it does not answer, what was read last has to do.
 */
void facet_ctx_save_all(struct facet_device *fdev)
{
	struct facet_ctx_stats now;
	unsigned int i;

	for (i = 0; i < fdev->caps.nr_ctx; i++) {
		struct facet_ctx *ctx = &fdev->ctx[i];

		/* a command that is under way ends first */
		guard(mutex)(&ctx->lock);
		guard(mutex)(&ctx->stats_lock);
		read_stats(ctx, &now);
		if (now.commands != U64_MAX)
			ctx->last = now;
	}
}

/**
 * facet_ctx_restore_all - contexts are what they were, but DISABLED
 * @fdev: accelerator, just reset
 */
void facet_ctx_restore_all(struct facet_device *fdev)
{
	unsigned int i;

	for (i = 0; i < fdev->caps.nr_ctx; i++) {
		struct facet_ctx *ctx = &fdev->ctx[i];

		guard(mutex)(&ctx->lock);
		guard(mutex)(&ctx->stats_lock);
		/* the device counts from 0 again */
		subtract(&ctx->base, &ctx->last);
		memset(&ctx->last, 0, sizeof(ctx->last));
		facet_hw_write64(fdev, ctx_reg(ctx, FACET_CTX_OPS_LO), ctx->ops_mask);
		/* nothing of it runs any more */
		if (ctx->stuck && !ctx->ops) {
			guard(mutex)(&fdev->lock);
			facet_ctx_leave_group(ctx);
			__clear_bit(i, fdev->used);
		}
		ctx->stuck = false;
	}
	facet_arb_restore(fdev);
}

/**
 * facet_ctx_stats - read a context's counters
 * @ctx: context
 * @stats: filled in; zero when the device is gone
 */
void facet_ctx_stats(struct facet_ctx *ctx, struct facet_ctx_stats *stats)
{
	guard(mutex)(&ctx->stats_lock);
	if (!facet_is_resetting(ctx->fdev))
		read_stats(ctx, &ctx->last);
	if (facet_is_dead(ctx->fdev)) {
		memset(stats, 0, sizeof(*stats));
		return;
	}
	*stats = ctx->last;
	subtract(stats, &ctx->base);
}
EXPORT_SYMBOL_FACET(facet_ctx_stats);

/**
 * facet_ctx_work - what the commands of a context do
 * @ctx: context
 * @work: filled in
 *
 * Any context.
 */
void facet_ctx_work(struct facet_ctx *ctx, struct facet_ctx_work *work)
{
	struct facet_device *fdev = ctx->fdev;
	u32 tail, event;

	work->waits = facet_hw_read(fdev, ctx_reg(ctx, FACET_CTX_WAITS));
	work->done = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_CMDS_LO));
	work->invalid = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_INVALID_LO));
	work->raised = facet_hw_read64(fdev, ctx_reg(ctx, FACET_CTX_N_IRQS_LO));
	tail = facet_hw_read(fdev, ctx_reg(ctx, FACET_CTX_CQ_TAIL));
	event = facet_hw_read(fdev, ctx_reg(ctx, FACET_CTX_CQ_EVENT));
	work->overdue = (s32)(tail - event) > 0;
	work->seen = READ_ONCE(ctx->irqs_seen);
}
EXPORT_SYMBOL_FACET(facet_ctx_work);

/**
 * facet_ctx_window - where a context's window is
 * @ctx: context
 *
 * Return: bus address, page aligned if facet_window_reason() is NULL.  Any
 * context.
 */
phys_addr_t facet_ctx_window(struct facet_ctx *ctx)
{
	struct facet_device *fdev = ctx->fdev;

	return fdev->win_phys + ((phys_addr_t)ctx->index << fdev->caps.stride_log2);
}
EXPORT_SYMBOL_FACET(facet_ctx_window);
