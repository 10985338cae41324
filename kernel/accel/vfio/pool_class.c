// SPDX-License-Identifier: GPL-2.0-only
/*
 * A class of engines, as the pool of shared instances uses it: its host context, the
 * scheduler before that, and the rings between the two.  See pool.c.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/module.h>
#include "pool_priv.h"
#include "vf_sched_compat.h"

static unsigned int ahead_us = 600;
module_param(ahead_us, uint, 0444);
MODULE_PARM_DESC(ahead_us,
		 "us of predicted work that may wait inside the device (default: 600)");

/* -- the scheduler's side; interrupts off -- */

static void pool_run(void *priv, struct vf_sched_cmd *sched_cmd)
{
	struct vi_pool_cmd *cmd = container_of(sched_cmd, struct vi_pool_cmd, sched);
	struct vi_class *c = priv;
	unsigned int id = find_first_zero_bit(c->ids, SLOTS);

	/* the scheduler has at most SLOTS commands in the device */
	if (WARN_ON_ONCE(id >= SLOTS))
		return;
	/* pairs with clear_bit_unlock(): the old command is done with */
	smp_mb__before_atomic();
	c->cmd[id] = cmd;
	set_bit(id, c->ids);
	cmd->id = id;
	cmd->host_index = c->prod;
	cmd->desc.cookie = cpu_to_le64(id);
	c->sq[c->prod % RING] = cmd->desc;
	c->prod++;
}

static void pool_flush(void *priv)
{
	struct vi_class *c = priv;

	/* orders the descriptors before the doorbell */
	writel(c->prod, c->window + FACET_WIN_DOORBELL);
}

/*
 * To the device's arbiter all shared instances of a class are one context, which
 * weighs what those of them weigh together that have work at this moment: so each of
 * them gets what it would get with a context of its own.
 */
static void pool_load(void *priv, u32 others, u32 express)
{
	u32 weight = others + express;
	struct vi_class *c = priv;

	if (weight)
		facet_group_set_weight(c->pool->fdev, c->group, min(weight, FACET_GRP_WEIGHT_MAX));
}

/* Caps and floors are about the device's time, which our clock tells as well. */
static u64 pool_now_ns(void *priv)
{
	struct vi_class *c = priv;

	return div_u64(ktime_get_ns(), c->pool->dilation);
}

static void pool_wake_at(void *priv, u64 at_ns)
{
	struct vi_class *c = priv;

	hrtimer_start(&c->timer, ns_to_ktime(at_ns * c->pool->dilation), HRTIMER_MODE_ABS);
}

static enum hrtimer_restart pool_timer(struct hrtimer *timer)
{
	vf_sched_kick(container_of(timer, struct vi_class, timer)->sched);
	return HRTIMER_NORESTART;
}

static const struct vf_sched_ops pool_sched_ops = {
	.run = pool_run,
	.flush = pool_flush,
	.load = pool_load,
	.now_ns = pool_now_ns,
	.wake_at = pool_wake_at,
};

/* -- the device's side -- */

static void pool_irq(void *priv)
{
	struct vi_class *c = priv;

	vi_pool_wake(c->pool);
}

static void pool_dead(void *priv)
{
	struct vi_class *c = priv;

	vi_pool_break(c->pool);
}

static void pool_event(void *priv, const struct facet_event *ev)
{
	struct vi_class *c = priv;

	/* faults of commands are in their completions; a host ring must not fail */
	if (le16_to_cpu(ev->type) != FACET_EV_CTX_ERROR)
		return;
	dev_err(facet_dev(c->pool->fdev), "host context %u failed: error %u\n",
		facet_ctx_index(c->ctx), le16_to_cpu(ev->code));
	pool_dead(priv);
}

static const struct facet_ctx_ops pool_ctx_ops = {
	.irq = pool_irq,
	.event = pool_event,
	.dead = pool_dead,
};

/* -- beginning and end -- */

/**
 * vi_class_enable - let the device take commands, from empty rings
 * @c: class with a context that is DISABLED; the device has none of its commands
 *
 * Return: as facet_ctx_enable().
 */
int vi_class_enable(struct vi_class *c)
{
	const struct facet_ctx_setup setup = {
		.host = true, .ring_log2 = RING_LOG2,
		.sq_base = c->sq_dma, .cq_base = c->cq_dma,
	};

	c->stuck = false;
	c->prod = 0;
	c->cons = 0;
	memset(c->cq, 0, RING * sizeof(*c->cq));
	return facet_ctx_enable(c->ctx, &setup);
}

/**
 * vi_class_stop - undo vi_class_start(), or what there is of it
 * @c: class without commands
 *
 * Rings of a context that does not end its reset are not freed.
 */
void vi_class_stop(struct vi_class *c)
{
	struct device *dev = facet_dev(c->pool->fdev);

	if (!c->ctx)
		return;
	c->stuck |= facet_ctx_reset(c->ctx) == -ETIMEDOUT;
	facet_ctx_irq_free(c->ctx);
	facet_ctx_put(c->ctx);
	c->ctx = NULL;
	hrtimer_cancel(&c->timer);
	vf_sched_destroy(c->sched);
	c->sched = NULL;
	if (c->window)
		iounmap(c->window);
	if (c->sq && !c->stuck)
		dma_free_coherent(dev, RING * sizeof(*c->sq), c->sq, c->sq_dma);
	if (c->cq && !c->stuck)
		dma_free_coherent(dev, RING * sizeof(*c->cq), c->cq, c->cq_dma);
	c->window = NULL;
	c->sq = NULL;
	c->cq = NULL;
}

static int class_sched(struct vi_class *c, unsigned int engines)
{
	static const char * const names[] = { "pk", "sym", "comp" };
	struct vf_sched_params params = {
		.name = names[c->nr],
		.engines = engines,
		.slots = SLOTS,
		.floor_ns = c->pool->op[FACET_OP_NOP].base_ns,
		.ahead_ns = (u64)ahead_us * NSEC_PER_USEC,
	};

	c->sched = vf_sched_create(&params, &pool_sched_ops, c);
	return PTR_ERR_OR_ZERO(c->sched);
}

static int class_rings(struct vi_class *c)
{
	struct device *dev = facet_dev(c->pool->fdev);

	bitmap_zero(c->ids, SLOTS);
	c->window = ioremap(facet_ctx_window(c->ctx), VI_BAR_BYTES);
	c->sq = dma_alloc_coherent(dev, RING * sizeof(*c->sq), &c->sq_dma, GFP_KERNEL);
	c->cq = dma_alloc_coherent(dev, RING * sizeof(*c->cq), &c->cq_dma, GFP_KERNEL);
	if (!c->window || !c->sq || !c->cq)
		return -ENOMEM;
	return vi_class_enable(c);
}

/**
 * vi_class_start - take a queue context, a scheduler and rings
 * @c: class
 *
 * Return: 0, also for a class without engines; -ENOSPC, -ENOMEM, -EBUSY, -ENODEV.
 * After an error vi_class_stop() is due.
 */
int vi_class_start(struct vi_class *c)
{
	unsigned int engines = (facet_caps(c->pool->fdev)->engines >> (8 * c->nr)) & 0xff;
	int ret;

	if (!engines)
		return 0;
	c->ctx = facet_ctx_get(c->pool->fdev, &pool_ctx_ops, c);
	if (IS_ERR(c->ctx)) {
		ret = PTR_ERR(c->ctx);
		c->ctx = NULL;
		return ret;
	}
	c->group = facet_ctx_group(c->ctx);
	facet_group_set_pool(c->pool->fdev, c->group, false);
	ret = facet_ctx_irq_alloc(c->ctx);
	if (!ret)
		ret = class_sched(c, engines);
	if (!ret)
		ret = class_rings(c);
	return ret;
}

/**
 * vi_class_init - a class that has not begun
 * @c: class, zeroed
 * @pool: accelerator's pool
 * @nr: enum facet_class
 */
void vi_class_init(struct vi_class *c, struct vi_pool *pool, unsigned int nr)
{
	c->pool = pool;
	c->nr = nr;
	vf_sched_compat_hrtimer(&c->timer, pool_timer);
}
