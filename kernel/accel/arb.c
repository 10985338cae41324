// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device's arbiter is told: weights, groups and caps.
 *
 * Every context that is held is in a group.  One that nobody has put elsewhere
 * is in a group of its own, a pool of one, so that its weight counts among
 * all.  There are as many groups as contexts: one without members is always
 * left for it.
 */
#include "facet_priv.h"
#include "facet_compat.h"

/**
 * facet_arb_set_policy - set how the device chooses among contexts
 * @fdev: accelerator
 * @policy: enum facet_arb
 */
void facet_arb_set_policy(struct facet_device *fdev, u32 policy)
{
	facet_hw_write(fdev, FACET_REG_ARB, policy);
	WRITE_ONCE(fdev->arb, policy);
}

/**
 * facet_arb_policy - how the device chooses among contexts
 * @fdev: accelerator
 *
 * Return: enum facet_arb.  Any context; the device is not asked.
 */
u32 facet_arb_policy(struct facet_device *fdev)
{
	return READ_ONCE(fdev->arb);
}
EXPORT_SYMBOL_FACET(facet_arb_policy);

static void ctx_write(struct facet_ctx *ctx, u32 reg, u32 value)
{
	facet_hw_write(ctx->fdev, FACET_REG_CTX(ctx->index) + reg, value);
}

/*
 * Told, and remembered for facet_arb_restore().  Who holds a context of the group
 * writes; the weight from any context, and so without the device's lock.
 */
static void group_write(struct facet_device *fdev, u32 group, u32 reg, u32 value)
{
	struct facet_group *g = &fdev->group[group];

	switch (reg) {
	case FACET_GRP_WEIGHT:
		WRITE_ONCE(g->weight, value);
		break;
	case FACET_GRP_FLAGS:
		WRITE_ONCE(g->flags, value);
		break;
	case FACET_GRP_REQUEST_NS:
		WRITE_ONCE(g->request_ns, value);
		break;
	}
	facet_hw_write(fdev, FACET_REG_CTX(group) + reg, value);
}

/**
 * facet_ctx_set_weight - set a context's share in arbitration
 * @ctx: context, in any state
 * @weight: 1..10000
 *
 * Return: 0 or -ERANGE.
 */
int facet_ctx_set_weight(struct facet_ctx *ctx, u32 weight)
{
	if (!weight || weight > FACET_WEIGHT_MAX)
		return -ERANGE;
	guard(mutex)(&ctx->fdev->lock);
	WRITE_ONCE(ctx->weight, weight);
	ctx_write(ctx, FACET_CTX_WEIGHT, weight);
	return 0;
}
EXPORT_SYMBOL_FACET(facet_ctx_set_weight);

/**
 * facet_ctx_weight - a context's weight
 * @ctx: context
 *
 * Return: 1..10000.  Any context.
 */
u32 facet_ctx_weight(struct facet_ctx *ctx)
{
	return READ_ONCE(ctx->weight);
}
EXPORT_SYMBOL_FACET(facet_ctx_weight);

/* A group without members as a context by itself needs it. */
static u32 fresh_group(struct facet_device *fdev, u32 wish)
{
	u32 group = wish;

	lockdep_assert_held(&fdev->lock);
	if (fdev->members[wish])
		for (group = 0; group < fdev->caps.nr_ctx - 1 && fdev->members[group]; group++)
			;
	WARN_ON(fdev->members[group]);
	group_write(fdev, group, FACET_GRP_WEIGHT, FACET_WEIGHT_DEFAULT);
	group_write(fdev, group, FACET_GRP_FLAGS, FACET_GRP_POOL);
	group_write(fdev, group, FACET_GRP_REQUEST_NS, 0);
	return group;
}

static void leave(struct facet_ctx *ctx)
{
	lockdep_assert_held(&ctx->fdev->lock);
	if (ctx->group != FACET_GROUP_OWN)
		ctx->fdev->members[ctx->group]--;
	ctx->group = FACET_GROUP_OWN;
}

/**
 * facet_ctx_set_group - put a context into an arbitration group
 * @ctx: context, in any state
 * @group: 0..X-1; FACET_GROUP_OWN: a group for it alone, in which its weight
 *	counts among all
 *
 * Groups are found by their members: facet_ctx_group() of one is the group for
 * another.  A group stays what it is until its last member has left.
 *
 * Return: 0 or -ERANGE.
 */
int facet_ctx_set_group(struct facet_ctx *ctx, u32 group)
{
	struct facet_device *fdev = ctx->fdev;

	if (group >= fdev->caps.nr_ctx && group != FACET_GROUP_OWN)
		return -ERANGE;
	guard(mutex)(&fdev->lock);
	leave(ctx);
	ctx->group = group == FACET_GROUP_OWN ? fresh_group(fdev, ctx->index) : group;
	fdev->members[ctx->group]++;
	ctx_write(ctx, FACET_CTX_GROUP, ctx->group);
	return 0;
}
EXPORT_SYMBOL_FACET(facet_ctx_set_group);

/**
 * facet_ctx_group - the arbitration group of a context
 * @ctx: context
 *
 * Return: 0..X-1.
 */
u32 facet_ctx_group(struct facet_ctx *ctx)
{
	guard(mutex)(&ctx->fdev->lock);
	return ctx->group;
}
EXPORT_SYMBOL_FACET(facet_ctx_group);

/**
 * facet_ctx_leave_group - a context that is given back is in no group
 * @ctx: context; the device's lock is held
 */
void facet_ctx_leave_group(struct facet_ctx *ctx)
{
	leave(ctx);
}

/**
 * facet_ctx_set_cap - set the most that a context gets
 * @ctx: context, in any state
 * @permille: of the engine time of each class, 1..1000; 1000 or 0: no cap
 * @burst_us: how far it may run ahead of that rate
 *
 * Return: 0 or -ERANGE.
 */
int facet_ctx_set_cap(struct facet_ctx *ctx, u32 permille, u32 burst_us)
{
	if (permille > 1000)
		return -ERANGE;
	guard(mutex)(&ctx->fdev->lock);
	ctx->cap = permille;
	ctx->cap_burst_us = burst_us;
	ctx_write(ctx, FACET_CTX_CAP_BURST_US, burst_us);
	ctx_write(ctx, FACET_CTX_CAP, permille);
	return 0;
}
EXPORT_SYMBOL_FACET(facet_ctx_set_cap);

/**
 * facet_ctx_cap_left_ns - what a context may use at once
 * @ctx: context
 *
 * Return: nanoseconds of engine time until its cap holds it, in the class in which
 * that is least; U64_MAX without a cap, and from a device that is gone.
 */
u64 facet_ctx_cap_left_ns(struct facet_ctx *ctx)
{
	return facet_hw_read64(ctx->fdev, FACET_REG_CTX(ctx->index) + FACET_CTX_CAP_LEFT_NS_LO);
}
EXPORT_SYMBOL_FACET(facet_ctx_cap_left_ns);

/**
 * facet_ctx_set_request - set how long a context's requests are taken to be
 * @ctx: context, in any state
 * @ns: engine time, at most FACET_REQUEST_NS_MAX; 0: as long as its next command
 *
 * Counts among the contexts of its group.  The shorter, the sooner they are served,
 * and the less at a time.
 *
 * Return: 0 or -ERANGE.
 */
int facet_ctx_set_request(struct facet_ctx *ctx, u32 ns)
{
	if (ns > FACET_REQUEST_NS_MAX)
		return -ERANGE;
	guard(mutex)(&ctx->fdev->lock);
	ctx->request_ns = ns;
	ctx_write(ctx, FACET_CTX_REQUEST_NS, ns);
	return 0;
}
EXPORT_SYMBOL_FACET(facet_ctx_set_request);

/**
 * facet_group_set_request - the same for a group, among groups
 * @fdev: accelerator
 * @group: group, of a context that the caller holds
 * @ns: engine time, at most FACET_REQUEST_NS_MAX; 0: as long as the next command
 *
 * Return: 0 or -ERANGE.
 */
int facet_group_set_request(struct facet_device *fdev, u32 group, u32 ns)
{
	if (group >= fdev->caps.nr_ctx || ns > FACET_REQUEST_NS_MAX)
		return -ERANGE;
	group_write(fdev, group, FACET_GRP_REQUEST_NS, ns);
	return 0;
}
EXPORT_SYMBOL_FACET(facet_group_set_request);

/**
 * facet_group_set_weight - set the weight of an arbitration group
 * @fdev: accelerator
 * @group: group, of a context that the caller holds
 * @weight: 1..FACET_GRP_WEIGHT_MAX; more than 10000 for a group that stands for
 *	many owners
 *
 * Means nothing while the group is a pool.
 *
 * Return: 0 or -ERANGE.  Any context.
 */
int facet_group_set_weight(struct facet_device *fdev, u32 group, u32 weight)
{
	if (group >= fdev->caps.nr_ctx || !weight || weight > FACET_GRP_WEIGHT_MAX)
		return -ERANGE;
	group_write(fdev, group, FACET_GRP_WEIGHT, weight);
	return 0;
}
EXPORT_SYMBOL_FACET(facet_group_set_weight);

/**
 * facet_group_set_pool - let a group weigh as much as its contexts with work
 * @fdev: accelerator
 * @group: group, of a context that the caller holds
 * @pool: so it does; otherwise it has a weight of its own
 *
 * Return: 0 or -ERANGE.
 */
int facet_group_set_pool(struct facet_device *fdev, u32 group, bool pool)
{
	if (group >= fdev->caps.nr_ctx)
		return -ERANGE;
	group_write(fdev, group, FACET_GRP_FLAGS, pool ? FACET_GRP_POOL : 0);
	return 0;
}
EXPORT_SYMBOL_FACET(facet_group_set_pool);

static void restore_ctx(struct facet_ctx *ctx)
{
	ctx_write(ctx, FACET_CTX_WEIGHT, ctx->weight);
	ctx_write(ctx, FACET_CTX_GROUP, ctx->group);
	ctx_write(ctx, FACET_CTX_CAP_BURST_US, ctx->cap_burst_us);
	ctx_write(ctx, FACET_CTX_CAP, ctx->cap);
	ctx_write(ctx, FACET_CTX_REQUEST_NS, ctx->request_ns);
}

/**
 * facet_arb_restore - tell the device again what it was told
 * @fdev: accelerator, just reset
 */
void facet_arb_restore(struct facet_device *fdev)
{
	unsigned int i;

	guard(mutex)(&fdev->lock);
	for (i = 0; i < fdev->caps.nr_ctx; i++) {
		if (fdev->members[i]) {
			group_write(fdev, i, FACET_GRP_WEIGHT, READ_ONCE(fdev->group[i].weight));
			group_write(fdev, i, FACET_GRP_FLAGS, READ_ONCE(fdev->group[i].flags));
			group_write(fdev, i, FACET_GRP_REQUEST_NS,
				    READ_ONCE(fdev->group[i].request_ns));
		}
		if (fdev->ctx[i].group != FACET_GROUP_OWN)
			restore_ctx(&fdev->ctx[i]);
	}
}
