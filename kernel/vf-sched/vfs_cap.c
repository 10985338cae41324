// SPDX-License-Identifier: GPL-2.0
/*
 * Caps and floors.
 *
 * A cap is a leaky bucket in the form of the generic cell rate algorithm: the
 * node's theoretical arrival time (TAT) is when all that it was charged will have
 * been earned at its rate.  While TAT is more than the burst ahead of the clock
 * the node takes no part.  Nodes that wait for their cap are in one tree by the
 * time at which it ends, so that one timer serves all of them.
 *
 * A floor is the same bucket from the other side: while TAT is not ahead of the
 * clock the node has had less than was promised, and of such nodes the one with
 * the least TAT is served before everybody else (mClock's reservation tag).  The
 * sum of all promises is at most the class, and a node above carries the sum of
 * the promises below it.
 */
#include "vfs_internal.h"

/* Most lateness that a floor makes up for: 100 ms. */
#define FLOOR_LATE_NS	100000000ULL

/* Time that @engines engines at @permille take to earn @ns. */
static u64 earn_ns(const struct vfs_node *node, u64 ns, u32 permille)
{
	return div64_u64(ns * VFS_PERMILLE, permille * node->sched->params.engines);
}

static bool blocks(const struct vfs_node *node, u64 now_ns)
{
	return node->cap.permille && node->cap.tat_ns > now_ns + node->cap.burst_ns;
}

static u64 wake_ns(const struct vfs_node *node)
{
	return node->cap.tat_ns - node->cap.burst_ns;
}

static void wake_erase(struct vfs_node *node)
{
	if (vfs_link_on(&node->wake_link))
		vfs_tree_erase(&node->sched->throttled, &node->wake_link);
}

/* Throttled or not, as the cap says; the caller updates the hierarchy. */
static void settle(struct vfs_node *node, u64 now_ns)
{
	bool was = node->throttled;

	wake_erase(node);
	node->throttled = blocks(node, now_ns);
	if (node->throttled)
		vfs_tree_insert(&node->sched->throttled, &node->wake_link, wake_ns(node), 0);
	if (node->throttled && !was)
		node->throttled_at_ns = now_ns;
	if (was && !node->throttled)
		node->throttled_ns += now_ns - node->throttled_at_ns;
}

static void floor_insert(struct vfs_node *node)
{
	if (node->floor.permille)
		vfs_tree_insert(&node->parent->floors, &node->floor_link, node->floor.tat_ns, 0);
}

static void floor_follow(struct vfs_node *node)
{
	vfs_floor_leave(node);
	if (vfs_competes(node))
		floor_insert(node);
}

static void bucket_add(struct vfs_gcra *b, const struct vfs_node *node, u64 ns, u64 from_ns)
{
	if (b->tat_ns < from_ns)
		b->tat_ns = from_ns;
	b->tat_ns += earn_ns(node, ns, b->permille);
}

/*
 * Where the floor counts from.  What a node was late by while it wanted to be
 * served (long commands of others ran) is made up for, what it did not want is not.
 */
static u64 floor_from_ns(const struct vfs_node *node, u64 now_ns)
{
	if (node->floor_new)
		return now_ns;
	return now_ns > FLOOR_LATE_NS ? now_ns - FLOOR_LATE_NS : 0;
}

void vfs_rate_charge(struct vfs_node *node, u64 ns, u64 now_ns)
{
	if (node->cap.permille) {
		bucket_add(&node->cap, node, ns, now_ns);
		settle(node, now_ns);
	}
	if (node->floor.permille) {
		bucket_add(&node->floor, node, ns, floor_from_ns(node, now_ns));
		node->floor_new = false;
		floor_follow(node);
	}
}

static void bucket_move(struct vfs_gcra *b, const struct vfs_node *node, s64 ns)
{
	u64 d = earn_ns(node, ns < 0 ? -ns : ns, b->permille);

	if (ns > 0)
		b->tat_ns += d;
	else
		b->tat_ns -= d < b->tat_ns ? d : b->tat_ns;
}

void vfs_rate_correct(struct vfs_node *node, s64 ns, u64 now_ns)
{
	if (node->cap.permille) {
		bucket_move(&node->cap, node, ns);
		settle(node, now_ns);
	}
	if (node->floor.permille) {
		bucket_move(&node->floor, node, ns);
		floor_follow(node);
	}
}

void vfs_floor_join(struct vfs_node *node)
{
	if (!node->inflight)
		node->floor_new = true;
	floor_insert(node);
}

void vfs_floor_leave(struct vfs_node *node)
{
	if (vfs_link_on(&node->floor_link))
		vfs_tree_erase(&node->parent->floors, &node->floor_link);
}

struct vfs_node *vfs_floor_due(const struct vfs_node *parent, u64 now_ns)
{
	struct vfs_link *link = vfs_tree_first(&parent->floors);

	if (!link || link->start > now_ns)
		return NULL;
	return vfs_node_of(link, floor_link);
}

void vfs_floor_propagate(struct vfs_node *node, s32 permille)
{
	if (!permille)
		return;
	for (; node; node = node->parent) {
		node->floor.permille += permille;
		if (node->parent)
			floor_follow(node);
	}
}

/**
 * vfs_set_cap - set the most that a node gets
 * @node: node
 * @permille: of all engines of the class, 1..1000; 1000 or 0: no cap
 * @burst_ns: how far it may run ahead of that rate
 * @now_ns: time
 *
 * Return: 0; -EINVAL beyond 1000, or below the node's floor.
 */
int vfs_set_cap(struct vfs_node *node, u32 permille, u64 burst_ns, u64 now_ns)
{
	if (permille > VFS_PERMILLE)
		return -EINVAL;
	if (permille == VFS_PERMILLE)
		permille = 0;
	if (permille && permille < node->floor.permille)
		return -EINVAL;
	node->cap.permille = permille;
	node->cap.burst_ns = burst_ns;
	node->cap.tat_ns = now_ns;
	settle(node, now_ns);
	vfs_update(node);
	return 0;
}

/**
 * vfs_set_floor - set the least that a node gets while it wants it
 * @node: node without children
 * @permille: of all engines of the class; 0: no floor
 * @now_ns: time
 *
 * Return: 0; -EINVAL beyond 1000 or the node's cap, or for a node with children,
 * whose floor is the sum of theirs; -ENOSPC when not so much is left.
 */
int vfs_set_floor(struct vfs_node *node, u32 permille, u64 now_ns)
{
	s32 delta = (s32)permille - (s32)node->floor.permille;

	if (permille > VFS_PERMILLE || node->nr_children)
		return -EINVAL;
	if (node->cap.permille && permille > node->cap.permille)
		return -EINVAL;
	if ((s32)node->sched->root.floor.permille + delta > (s32)VFS_PERMILLE)
		return -ENOSPC;
	node->floor.tat_ns = now_ns;
	vfs_floor_propagate(node, delta);
	vfs_update(node);
	return 0;
}

/**
 * vfs_cap_remaining_ns - engine time that a capped node may use at once
 * @node: node
 * @now_ns: time
 *
 * Return: nanoseconds; VFS_NEVER without a cap.
 */
u64 vfs_cap_remaining_ns(const struct vfs_node *node, u64 now_ns)
{
	const struct vfs_gcra *c = &node->cap;
	u64 until = now_ns + c->burst_ns, from = c->tat_ns > now_ns ? c->tat_ns : now_ns;

	if (!c->permille)
		return VFS_NEVER;
	if (from >= until)
		return 0;
	return div64_u64((until - from) * c->permille * node->sched->params.engines,
			   VFS_PERMILLE);
}

/**
 * vfs_next_wake - when the next cap ends that keeps a node waiting
 * @sched: scheduler
 *
 * Return: the time at which vfs_advance() has something to do; VFS_NEVER: none.
 */
u64 vfs_next_wake(const struct vfs_sched *sched)
{
	struct vfs_link *link = vfs_tree_first(&sched->throttled);

	return link ? link->start : VFS_NEVER;
}

/**
 * vfs_advance - let nodes take part again whose cap allows
 * @sched: scheduler
 * @now_ns: time
 *
 * Each node found was throttled by a dispatch of its own since the last time, so
 * the work is paid for by dispatches.
 */
void vfs_advance(struct vfs_sched *sched, u64 now_ns)
{
	struct vfs_link *link;
	struct vfs_node *node;

	while ((link = vfs_tree_first(&sched->throttled)) && link->start <= now_ns) {
		node = vfs_node_of(link, wake_link);
		settle(node, now_ns);
		vfs_update(node);
	}
}
