// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics of entities.  They have a life of their own, so that whoever has
 * opened them can still read what an owner used after the owner has gone.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "vf_sched_priv.h"

struct vf_sched_stats *vf_sched_stats_create(void)
{
	struct vf_sched_stats *stats = kzalloc(sizeof(*stats), GFP_KERNEL);

	if (!stats)
		return NULL;
	kref_init(&stats->ref);
	spin_lock_init(&stats->lock);
	return stats;
}

/**
 * vf_sched_stats_get - statistics of an entity
 * @entity: entity
 *
 * Return: the statistics, to be given back by vf_sched_stats_put().
 */
struct vf_sched_stats *vf_sched_stats_get(struct vf_sched_entity *entity)
{
	kref_get(&entity->stats->ref);
	return entity->stats;
}
EXPORT_SYMBOL_GPL(vf_sched_stats_get);

static void release(struct kref *ref)
{
	kfree(container_of(ref, struct vf_sched_stats, ref));
}

/**
 * vf_sched_stats_put - give statistics back
 * @stats: from vf_sched_stats_get()
 */
void vf_sched_stats_put(struct vf_sched_stats *stats)
{
	kref_put(&stats->ref, release);
}
EXPORT_SYMBOL_GPL(vf_sched_stats_put);

/**
 * vf_sched_stats_read - read statistics, in one piece
 * @stats: from vf_sched_stats_get(), of an entity that may be gone
 * @snapshot: result
 */
void vf_sched_stats_read(struct vf_sched_stats *stats, struct vf_sched_snapshot *snapshot)
{
	unsigned long flags;

	spin_lock_irqsave(&stats->lock, flags);
	*snapshot = stats->now;
	spin_unlock_irqrestore(&stats->lock, flags);
}
EXPORT_SYMBOL_GPL(vf_sched_stats_read);

/* The functions below are called with vf_sched.lock held and interrupts off. */

void vf_sched_stats_submit(struct vf_sched_entity *entity)
{
	struct vf_sched_stats *stats = entity->stats;

	spin_lock(&stats->lock);
	stats->now.submitted++;
	spin_unlock(&stats->lock);
}

void vf_sched_stats_start(struct vf_sched_cmd *cmd)
{
	struct vf_sched_stats *stats = cmd->entity->stats;
	u64 wait_ns = cmd->run_ns - cmd->submit_ns;

	spin_lock(&stats->lock);
	stats->now.started++;
	stats->now.wait_ns += wait_ns;
	stats->now.wait_max_ns = max(stats->now.wait_max_ns, wait_ns);
	stats->now.throttled_ns = cmd->entity->node.policy.throttled_ns;
	spin_unlock(&stats->lock);
}

void vf_sched_stats_complete(struct vf_sched_cmd *cmd, u64 now_ns)
{
	u64 engine_ns = cmd->policy.charged_ns, pred_ns = cmd->policy.pred_ns;
	struct vf_sched_stats *stats = cmd->entity->stats;

	spin_lock(&stats->lock);
	stats->now.completed++;
	stats->now.engine_ns += engine_ns;
	stats->now.pred_ns += pred_ns;
	stats->now.miss_ns += engine_ns > pred_ns ? engine_ns - pred_ns : pred_ns - engine_ns;
	stats->now.device_ns += now_ns - cmd->run_ns;
	stats->now.throttled_ns = cmd->entity->node.policy.throttled_ns;
	spin_unlock(&stats->lock);
}

void vf_sched_stats_cancel(struct vf_sched_entity *entity, unsigned int nr)
{
	struct vf_sched_stats *stats = entity->stats;

	spin_lock(&stats->lock);
	stats->now.cancelled += nr;
	spin_unlock(&stats->lock);
}

/* Without locks held: the last of what only the entity knows. */
void vf_sched_stats_end(struct vf_sched_entity *entity)
{
	u64 throttled_ns = vf_sched_throttled_ns(&entity->node);
	struct vf_sched_stats *stats = entity->stats;

	spin_lock_irq(&stats->lock);
	stats->now.throttled_ns = throttled_ns;
	spin_unlock_irq(&stats->lock);
}
