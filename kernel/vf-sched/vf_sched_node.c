// SPDX-License-Identifier: GPL-2.0-only
/* Groups and entities of vf_sched.ko: their lives, settings and shares. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/slab.h>
#include "vf_sched_priv.h"

void vf_sched_node_init(struct vf_sched_node *node, struct vf_sched *sched)
{
	node->sched = sched;
	node->id = sched->next_id++;
}

static int add(struct vf_sched *sched, struct vf_sched_node *node,
	       struct vf_sched_node *parent, u32 weight)
{
	struct vfs_node *above = parent ? &parent->policy : &sched->policy.root;
	int ret;

	if (parent && parent->sched != sched)
		return -EINVAL;
	spin_lock_irq(&sched->lock);
	ret = vfs_node_add(&node->policy, above, weight);
	if (!ret)
		vf_sched_node_init(node, sched);
	spin_unlock_irq(&sched->lock);
	return ret;
}

/**
 * vf_sched_group_create - make a node that has other nodes below it
 * @sched: scheduler
 * @parent: node above; NULL: none
 * @weight: share among its siblings, VFS_WEIGHT_MIN..VFS_WEIGHT_MAX
 *
 * May sleep.
 *
 * Return: the node, or ERR_PTR: -EINVAL for the weight, a parent of another
 * scheduler or more than VFS_DEPTH_MAX levels, -EBUSY when @parent has commands,
 * -ENOMEM.
 */
struct vf_sched_node *vf_sched_group_create(struct vf_sched *sched,
					    struct vf_sched_node *parent, u32 weight)
{
	struct vf_sched_node *node = kzalloc(sizeof(*node), GFP_KERNEL);
	int ret;

	if (!node)
		return ERR_PTR(-ENOMEM);
	ret = add(sched, node, parent, weight);
	if (ret) {
		kfree(node);
		return ERR_PTR(ret);
	}
	return node;
}
EXPORT_SYMBOL_GPL(vf_sched_group_create);

static int del(struct vf_sched_node *node)
{
	struct vf_sched *sched = node->sched;
	int ret;

	spin_lock_irq(&sched->lock);
	ret = vfs_node_del(&node->policy);
	if (!ret)
		vf_sched_run(sched, vf_sched_now(sched));
	spin_unlock_irq(&sched->lock);
	return ret;
}

/**
 * vf_sched_group_destroy - the end of a group
 * @group: from vf_sched_group_create()
 *
 * Waits for commands that members had in the device when they left.  Sleeps.
 *
 * Return: 0; -EBUSY while it has members, and it stays.
 */
int vf_sched_group_destroy(struct vf_sched_node *group)
{
	int ret;

	if (READ_ONCE(group->policy.nr_children))
		return -EBUSY;
	vf_sched_drain(group);
	ret = del(group);
	if (!ret)
		kfree(group);
	return ret;
}
EXPORT_SYMBOL_GPL(vf_sched_group_destroy);

/**
 * vf_sched_entity_create - make a node that has commands
 * @sched: scheduler
 * @parent: node above; NULL: none
 * @weight: share among its siblings, VFS_WEIGHT_MIN..VFS_WEIGHT_MAX
 * @owner: argument of ops.refill()
 *
 * May sleep.
 *
 * Return: the entity, or ERR_PTR as vf_sched_group_create().
 */
struct vf_sched_entity *vf_sched_entity_create(struct vf_sched *sched,
					       struct vf_sched_node *parent, u32 weight,
					       void *owner)
{
	struct vf_sched_entity *entity = kzalloc(sizeof(*entity), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!entity)
		return ERR_PTR(-ENOMEM);
	entity->stats = vf_sched_stats_create();
	if (!entity->stats)
		goto free;
	INIT_LIST_HEAD(&entity->queue);
	entity->owner = owner;
	vfs_cost_init(&entity->cost);
	ret = add(sched, &entity->node, parent, weight);
	if (!ret)
		return entity;
	vf_sched_stats_put(entity->stats);
free:
	kfree(entity);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(vf_sched_entity_create);

/**
 * vf_sched_entity_destroy - the end of an entity
 * @entity: entity with nothing queued (vf_sched_cancel()), or ERR_PTR or NULL
 *
 * No command is accepted from now on.  Sleeps until those in the device have been
 * completed, which the driver sees to.  Statistics stay with those who have got
 * them.
 */
void vf_sched_entity_destroy(struct vf_sched_entity *entity)
{
	struct vf_sched *sched;

	if (IS_ERR_OR_NULL(entity))
		return;
	sched = entity->node.sched;
	spin_lock_irq(&sched->lock);
	entity->dead = true;
	WARN_ON(!list_empty(&entity->queue));
	spin_unlock_irq(&sched->lock);
	vf_sched_drain(&entity->node);
	vf_sched_stats_end(entity);
	WARN_ON(del(&entity->node));
	vf_sched_stats_put(entity->stats);
	kfree(entity);
}
EXPORT_SYMBOL_GPL(vf_sched_entity_destroy);

/**
 * vf_sched_entity_node - an entity as a node
 * @entity: entity
 *
 * Return: its node, for the functions that take one.
 */
struct vf_sched_node *vf_sched_entity_node(struct vf_sched_entity *entity)
{
	return &entity->node;
}
EXPORT_SYMBOL_GPL(vf_sched_entity_node);

/*
 * Apply @fn, and hand out what may enter the device if that has changed who is
 * next.
 */
static int change(struct vf_sched_node *node,
		  int (*fn)(struct vf_sched_node *node, u64 value, u64 now_ns), u64 value)
{
	struct vf_sched *sched = node->sched;
	unsigned long flags;
	u64 now_ns;
	int ret;

	spin_lock_irqsave(&sched->lock, flags);
	now_ns = vf_sched_now(sched);
	ret = fn(node, value, now_ns);
	vf_sched_run(sched, now_ns);
	spin_unlock_irqrestore(&sched->lock, flags);
	return ret;
}

static int set_weight(struct vf_sched_node *node, u64 weight, u64 now_ns)
{
	return vfs_set_weight(&node->policy, weight);
}

/**
 * vf_sched_set_weight - set the share of a node among its siblings
 * @node: node
 * @weight: VFS_WEIGHT_MIN..VFS_WEIGHT_MAX
 *
 * What the node is ahead or behind in engine time stays.
 *
 * Return: 0; -EINVAL, and the old weight stays.
 */
int vf_sched_set_weight(struct vf_sched_node *node, u32 weight)
{
	return change(node, set_weight, weight);
}
EXPORT_SYMBOL_GPL(vf_sched_set_weight);

static int set_weight_sum(struct vf_sched_node *node, u64 sum, u64 now_ns)
{
	return vfs_set_weight_sum(&node->policy, sum);
}

/**
 * vf_sched_set_weight_sum - set the share of a node that stands for many
 * @node: node
 * @sum: of their weights, 1..VFS_WEIGHT_SUM_MAX
 *
 * As vf_sched_set_weight(), beyond what a single owner may have.
 *
 * Return: 0; -EINVAL, and the old weight stays.
 */
int vf_sched_set_weight_sum(struct vf_sched_node *node, u32 sum)
{
	return change(node, set_weight_sum, sum);
}
EXPORT_SYMBOL_GPL(vf_sched_set_weight_sum);

static int set_rate_min(struct vf_sched_node *node, u64 permille, u64 now_ns)
{
	return vfs_set_floor(&node->policy, permille, now_ns);
}

/**
 * vf_sched_set_rate_min - promise a node a part of the class while it wants it
 * @node: node without nodes below it
 * @permille: of all engines of the class; 0: no promise
 *
 * Return: 0; -EINVAL beyond 1000 or the node's cap or for a group, -ENOSPC when
 * not so much is left to promise; the old value stays.
 */
int vf_sched_set_rate_min(struct vf_sched_node *node, u32 permille)
{
	return change(node, set_rate_min, permille);
}
EXPORT_SYMBOL_GPL(vf_sched_set_rate_min);

static int set_rate_max(struct vf_sched_node *node, u64 permille, u64 now_ns)
{
	if (!permille)
		return -EINVAL;
	return vfs_set_cap(&node->policy, permille, node->burst_ns, now_ns);
}

/**
 * vf_sched_set_rate_max - cap a node
 * @node: node
 * @permille: of all engines of the class, 1..1000; 1000: no cap
 *
 * Return: 0; -EINVAL out of range or below the node's promise; the old value
 * stays.
 */
int vf_sched_set_rate_max(struct vf_sched_node *node, u32 permille)
{
	return change(node, set_rate_max, permille);
}
EXPORT_SYMBOL_GPL(vf_sched_set_rate_max);

static int set_burst(struct vf_sched_node *node, u64 burst_ns, u64 now_ns)
{
	if (burst_ns > VF_SCHED_SPAN_MAX_NS)
		return -EINVAL;
	node->burst_ns = burst_ns;
	return vfs_set_cap(&node->policy, node->policy.cap.permille, burst_ns, now_ns);
}

/**
 * vf_sched_set_burst - let a capped node run ahead of its rate
 * @node: node
 * @burst_ns: for how long, at most VF_SCHED_SPAN_MAX_NS; 0: by one command
 *
 * Return: 0; -EINVAL, and the old value stays.
 */
int vf_sched_set_burst(struct vf_sched_node *node, u64 burst_ns)
{
	return change(node, set_burst, burst_ns);
}
EXPORT_SYMBOL_GPL(vf_sched_set_burst);

static int set_latency(struct vf_sched_node *node, u64 target_ns, u64 now_ns)
{
	if (target_ns > VF_SCHED_SPAN_MAX_NS)
		return -EINVAL;
	vfs_set_request(&node->policy, target_ns);
	return 0;
}

/**
 * vf_sched_set_latency - set how long a node's requests are taken to be
 * @node: node
 * @target_ns: engine time, at most VF_SCHED_SPAN_MAX_NS; 0: as long as its next
 *	command
 *
 * Of the nodes that have had no more than their share the one is served whose
 * request would be finished first.  A short request makes a node wait less, for
 * shorter turns; its share stays what it is.
 *
 * Return: 0; -EINVAL, and the old value stays.
 */
int vf_sched_set_latency(struct vf_sched_node *node, u64 target_ns)
{
	return change(node, set_latency, target_ns);
}
EXPORT_SYMBOL_GPL(vf_sched_set_latency);

static int set_inflight(struct vf_sched_node *node, u64 limit_ns, u64 now_ns)
{
	vfs_set_inflight_limit(&node->policy, limit_ns);
	return 0;
}

/**
 * vf_sched_set_inflight - limit what a node has in the device
 * @node: node
 * @limit_ns: most predicted cost, one command being always allowed; 0: no limit
 */
void vf_sched_set_inflight(struct vf_sched_node *node, u64 limit_ns)
{
	change(node, set_inflight, min(limit_ns, VFS_NEVER / 2));
}
EXPORT_SYMBOL_GPL(vf_sched_set_inflight);

/**
 * vf_sched_set_group - put a node below another parent
 * @node: node
 * @parent: new parent, at the level of the old one; NULL: none
 *
 * What it is ahead goes with it, and what it has in the device stays billed to the
 * old parent: moving pays nobody.
 *
 * Return: 0; -EINVAL for a parent in another scheduler or at another level,
 * -EBUSY when that has commands of its own.
 */
int vf_sched_set_group(struct vf_sched_node *node, struct vf_sched_node *parent)
{
	struct vf_sched *sched = node->sched;
	unsigned long flags;
	int ret;

	if (parent && parent->sched != sched)
		return -EINVAL;
	spin_lock_irqsave(&sched->lock, flags);
	ret = vfs_node_move(&node->policy, parent ? &parent->policy : &sched->policy.root);
	vf_sched_run(sched, vf_sched_now(sched));
	spin_unlock_irqrestore(&sched->lock, flags);
	return ret;
}
EXPORT_SYMBOL_GPL(vf_sched_set_group);

static int quiesce(struct vf_sched_node *node, u64 on, u64 now_ns)
{
	if (on)
		vfs_quiesce(&node->policy);
	else
		vfs_resume(&node->policy);
	return 0;
}

/**
 * vf_sched_quiesce - let nothing of a node enter the device any more
 * @node: entity or group
 *
 * Commands can be submitted, and wait.  For reset, hand-over and migration.
 */
void vf_sched_quiesce(struct vf_sched_node *node)
{
	change(node, quiesce, true);
}
EXPORT_SYMBOL_GPL(vf_sched_quiesce);

/**
 * vf_sched_resume - let a quiesced node take part again
 * @node: entity or group
 */
void vf_sched_resume(struct vf_sched_node *node)
{
	change(node, quiesce, false);
}
EXPORT_SYMBOL_GPL(vf_sched_resume);

static bool is_quiet(struct vf_sched_node *node)
{
	struct vf_sched *sched = node->sched;
	bool quiet;

	spin_lock_irq(&sched->lock);
	quiet = !node->policy.inflight;
	spin_unlock_irq(&sched->lock);
	return quiet;
}

/**
 * vf_sched_drain - wait until a node has nothing in the device
 * @node: entity or group, quiesced unless nothing is queued
 *
 * Sleeps.  The driver makes sure that what is in the device gets completed.
 */
void vf_sched_drain(struct vf_sched_node *node)
{
	struct vf_sched *sched = node->sched;

	spin_lock_irq(&sched->lock);
	sched->drainers++;
	spin_unlock_irq(&sched->lock);
	wait_event(sched->quiet, is_quiet(node));
	spin_lock_irq(&sched->lock);
	sched->drainers--;
	spin_unlock_irq(&sched->lock);
}
EXPORT_SYMBOL_GPL(vf_sched_drain);

/**
 * vf_sched_weight - weight of a node
 * @node: node
 *
 * Return: what vf_sched_set_weight() has set.
 */
u32 vf_sched_weight(struct vf_sched_node *node)
{
	return READ_ONCE(node->policy.weight);
}
EXPORT_SYMBOL_GPL(vf_sched_weight);

/**
 * vf_sched_rate_min - promise to a node
 * @node: node
 *
 * Return: thousandths of the class; of a group, the sum below it.
 */
u32 vf_sched_rate_min(struct vf_sched_node *node)
{
	return READ_ONCE(node->policy.floor.permille);
}
EXPORT_SYMBOL_GPL(vf_sched_rate_min);

/**
 * vf_sched_rate_max - cap of a node
 * @node: node
 *
 * Return: thousandths of the class, 1000 without a cap.
 */
u32 vf_sched_rate_max(struct vf_sched_node *node)
{
	return READ_ONCE(node->policy.cap.permille) ?: VFS_PERMILLE;
}
EXPORT_SYMBOL_GPL(vf_sched_rate_max);

/**
 * vf_sched_entitled_permille - share that a node's weight is worth now
 * @node: node
 *
 * Return: thousandths of the engine time, among those that compete at this moment
 * and with the node itself counted.
 */
u32 vf_sched_entitled_permille(struct vf_sched_node *node)
{
	struct vf_sched *sched = node->sched;
	unsigned long flags;
	u32 permille;

	spin_lock_irqsave(&sched->lock, flags);
	permille = vfs_entitled_permille(&node->policy);
	spin_unlock_irqrestore(&sched->lock, flags);
	return permille;
}
EXPORT_SYMBOL_GPL(vf_sched_entitled_permille);

void vf_sched_window_roll(struct vf_sched_window *win, u64 now_ns)
{
	u64 index = div64_u64(now_ns, VF_SCHED_WINDOW_NS);

	if (index == win->index)
		return;
	win->prev_ns = index == win->index + 1 ? win->cur_ns : 0;
	win->cur_ns = 0;
	win->index = index;
}

void vf_sched_window_add(struct vf_sched_window *win, u64 ns, u64 now_ns)
{
	vf_sched_window_roll(win, now_ns);
	win->cur_ns += ns;
}

/**
 * vf_sched_actual_permille - share that a node has got of late
 * @node: node
 *
 * Return: thousandths of the engine time of all commands completed in the present
 * and the previous window of VF_SCHED_WINDOW_NS; 0 when there was none.
 */
u32 vf_sched_actual_permille(struct vf_sched_node *node)
{
	struct vf_sched *sched = node->sched;
	u64 mine_ns, all_ns, now_ns;
	unsigned long flags;

	spin_lock_irqsave(&sched->lock, flags);
	now_ns = vf_sched_now(sched);
	vf_sched_window_roll(&node->served, now_ns);
	vf_sched_window_roll(&sched->served, now_ns);
	mine_ns = node->served.cur_ns + node->served.prev_ns;
	all_ns = sched->served.cur_ns + sched->served.prev_ns;
	spin_unlock_irqrestore(&sched->lock, flags);
	return all_ns ? div64_u64(mine_ns * VFS_PERMILLE + all_ns / 2, all_ns) : 0;
}
EXPORT_SYMBOL_GPL(vf_sched_actual_permille);

/**
 * vf_sched_throttled_ns - time for which a node's cap has kept it waiting
 * @node: node
 *
 * Return: nanoseconds since it was created, up to now.
 */
u64 vf_sched_throttled_ns(struct vf_sched_node *node)
{
	struct vf_sched *sched = node->sched;
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&sched->lock, flags);
	ns = node->policy.throttled_ns;
	if (node->policy.throttled)
		ns += vf_sched_now(sched) - node->policy.throttled_at_ns;
	spin_unlock_irqrestore(&sched->lock, flags);
	return ns;
}
EXPORT_SYMBOL_GPL(vf_sched_throttled_ns);

/**
 * vf_sched_cap_remaining_ns - engine time that a capped node may use at once
 * @node: node
 *
 * Return: nanoseconds; VFS_NEVER without a cap.
 */
u64 vf_sched_cap_remaining_ns(struct vf_sched_node *node)
{
	struct vf_sched *sched = node->sched;
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&sched->lock, flags);
	ns = vfs_cap_remaining_ns(&node->policy, vf_sched_now(sched));
	spin_unlock_irqrestore(&sched->lock, flags);
	return ns;
}
EXPORT_SYMBOL_GPL(vf_sched_cap_remaining_ns);

/**
 * vf_sched_predict_ns - what would a command of an entity cost?
 * @entity: entity
 * @key: kind of command
 * @prior_ns: what the device's cost table says
 *
 * Return: nanoseconds, from what the entity's commands have taken so far.
 */
u64 vf_sched_predict_ns(struct vf_sched_entity *entity, const struct vfs_cost_key *key,
			u64 prior_ns)
{
	struct vf_sched *sched = entity->node.sched;
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&sched->lock, flags);
	ns = vfs_cost_predict(&entity->cost, key, min(prior_ns, VFS_COST_MAX_NS));
	spin_unlock_irqrestore(&sched->lock, flags);
	return ns;
}
EXPORT_SYMBOL_GPL(vf_sched_predict_ns);
