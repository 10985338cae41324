// SPDX-License-Identifier: GPL-2.0
/*
 * The FAIR policy of drm_sched as it stands in Linux 7.3, written from what it
 * does (credits are in-flight commands, all owners have normal priority):
 *
 *  - the least virtual run time first; equal ones in the order of joining;
 *  - GPU time is added to an owner when its command is through, finish less
 *    start, and counts towards its virtual run time only when one of its
 *    commands is taken while another one is queued behind it;
 *  - an owner whose queue becomes empty leaves with what its virtual run time is
 *    ahead of the least of the others, or with nothing;
 *  - one that comes back takes that up from the least of the others; with
 *    nothing, it goes one nanosecond before the least if its average command is
 *    not longer than the scheduler's average, else one behind it.
 *
 * There are no weights and no groups.
 */
#include <stdlib.h>
#include "heap.h"
#include "policy.h"

#define SHIFT		4	/* of normal priority */
#define AVG_SHIFT	2	/* weight of the newest in averages */
#define AVG_FRACTION	6	/* fractional bits of averages */
/* Where virtual run time begins: one goes a nanosecond before the least. */
#define ZERO		(1ull << 60)

/**
 * struct drm_owner - an owner
 * @vruntime: virtual run time; while it is away, what it is ahead by
 * @runtime: engine time
 * @charged: what of it was put into @vruntime
 * @avg: moving average of its commands, with AVG_FRACTION
 */
struct drm_owner {
	u64 vruntime;
	u64 runtime;
	u64 charged;
	u64 avg;
};

/**
 * struct drm - an instance
 * @queue: owners with commands, by virtual run time
 * @owner: owners
 * @avg: moving average of all commands
 * @order: of joining
 * @depth: credits
 * @inflight: in the device
 */
struct drm {
	struct heap queue;
	struct drm_owner *owner;
	u64 avg;
	u64 order;
	u32 depth;
	u32 inflight;
};

static void *create(const struct pol_config *cfg)
{
	struct drm *p = calloc(1, sizeof(*p));

	heap_init(&p->queue, cfg->owners);
	p->owner = calloc(cfg->owners, sizeof(*p->owner));
	p->depth = cfg->depth;
	return p;
}

static void destroy(void *priv)
{
	struct drm *p = priv;

	heap_free(&p->queue);
	free(p->owner);
	free(p);
}

static void add(void *priv, u32 x, u32 weight, u32 group)
{
	(void)priv, (void)x, (void)weight, (void)group;
}

static u64 least(const struct drm *p)
{
	return p->queue.count ? heap_key_of(&p->queue, heap_first(&p->queue)) : ZERO;
}

static void rejoin(struct drm *p, u32 x)
{
	struct drm_owner *o = &p->owner[x];
	u64 min = least(p);

	if (!o->vruntime && p->queue.count)
		o->vruntime = o->avg <= p->avg ? -1ull : 1;
	o->vruntime += min;
	heap_set(&p->queue, x, o->vruntime, p->order++);
}

static void head(void *priv, const struct pol_cmd *cmd, u64 now_ns)
{
	struct drm *p = priv;

	(void)now_ns;
	if (!heap_has(&p->queue, cmd->owner))
		rejoin(p, cmd->owner);
}

static s32 pick(void *priv, u64 now_ns)
{
	struct drm *p = priv;

	(void)now_ns;
	if (p->inflight >= p->depth || !p->queue.count)
		return POLICY_NONE;
	return heap_first(&p->queue);
}

static void save(struct drm *p, u32 x)
{
	struct drm_owner *o = &p->owner[x];
	u64 min;

	heap_del(&p->queue, x);
	min = least(p);
	o->vruntime = o->vruntime > min ? o->vruntime - min : 0;
}

static void dispatch(void *priv, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	struct drm *p = priv;
	struct drm_owner *o = &p->owner[cmd->owner];

	(void)now_ns;
	p->inflight++;
	if (!next) {
		save(p, cmd->owner);
		return;
	}
	o->vruntime += (o->runtime - o->charged) << SHIFT;
	o->charged = o->runtime;
	heap_set(&p->queue, cmd->owner, o->vruntime, p->order++);
}

static void average(u64 *avg, u64 us)
{
	u64 value = us << AVG_FRACTION;

	*avg = *avg ? *avg - (*avg >> AVG_SHIFT) + (value >> AVG_SHIFT) : value;
}

static void complete(void *priv, struct pol_cmd *cmd, const struct pol_done *done, u64 now_ns)
{
	struct drm *p = priv;
	struct drm_owner *o = &p->owner[cmd->owner];
	u64 ns = done->stop_ns - done->start_ns;

	(void)now_ns;
	p->inflight--;
	o->runtime += ns;
	average(&o->avg, ns / 1000);
	average(&p->avg, ns / 1000);
}

const struct policy policy_drm_fair = {
	.name = "drm-fair",
	.create = create,
	.destroy = destroy,
	.add = add,
	.head = head,
	.pick = pick,
	.dispatch = dispatch,
	.complete = complete,
};
