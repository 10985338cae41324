// SPDX-License-Identifier: GPL-2.0
/*
 * The hierarchy: adding, removing and moving nodes, and their settings.
 */
#include "vfs_internal.h"

static bool weight_ok(u32 weight)
{
	return weight >= VFS_WEIGHT_MIN && weight <= VFS_WEIGHT_MAX;
}

/* A node with commands of its own has no children. */
static bool can_be_parent(const struct vfs_node *node)
{
	return node->nr_children || (!node->head_ns && !node->inflight);
}

static void attach(struct vfs_node *node, struct vfs_node *parent)
{
	node->parent = parent;
	node->sched = parent->sched;
	node->depth = parent->depth + 1;
	parent->nr_children++;
	vfs_floor_propagate(parent, node->floor.permille);
}

static void detach(struct vfs_node *node)
{
	node->parent->nr_children--;
	vfs_floor_propagate(node->parent, -(s32)node->floor.permille);
	node->parent = NULL;
}

/**
 * vfs_node_add - put a new node into the hierarchy
 * @node: memory; zeroed here
 * @parent: node above
 * @weight: VFS_WEIGHT_MIN..VFS_WEIGHT_MAX
 *
 * Return: 0; -EINVAL for the weight or more than VFS_DEPTH_MAX levels, -EBUSY
 * when @parent has commands of its own.
 */
int vfs_node_add(struct vfs_node *node, struct vfs_node *parent, u32 weight)
{
	if (!weight_ok(weight) || parent->depth >= VFS_DEPTH_MAX)
		return -EINVAL;
	if (!can_be_parent(parent))
		return -EBUSY;
	memset(node, 0, sizeof(*node));
	node->weight = weight;
	node->start = vfs_vnow(parent);
	node->idle_v = node->start;
	attach(node, parent);
	return 0;
}

/**
 * vfs_node_del - take a node out of the hierarchy
 * @node: node
 *
 * Return: 0; -EBUSY while it has children, or commands in flight.
 */
int vfs_node_del(struct vfs_node *node)
{
	struct vfs_node *parent = node->parent;

	if (node->nr_children || node->inflight)
		return -EBUSY;
	node->head_ns = 0;
	vfs_update(node);
	if (vfs_link_on(&node->wake_link))
		vfs_tree_erase(&node->sched->throttled, &node->wake_link);
	detach(node);
	if (!parent->nr_children)
		parent->head_ns = 0;
	vfs_update(parent);
	return 0;
}

/*
 * Engine time that @node is ahead of its siblings; 0 when it is behind, or none
 * of them competes.  Of the others alone: the mean that contains the node itself
 * would forgive it a part with each move.
 */
static u64 ahead_ns(const struct vfs_node *node)
{
	const struct vfs_node *parent = node->parent;
	u128 v = vfs_vnow(parent);
	u32 weights = parent->weights;
	s128 lag;

	if (vfs_competes(node)) {
		weights -= node->weight;
		if (!weights)
			return 0;
		lag = parent->lag - (s128)(node->start - parent->base) * node->weight;
		v = parent->base + vfs_div_floor(lag, weights);
	}
	if (node->start <= v)
		return 0;
	return vfs_clamp_cost((u64)(((node->start - v) * node->weight) >> VFS_SHIFT));
}

/* Engine time that @node is ahead (behind: negative) of the mean of its siblings. */
static s64 lag_ns(const struct vfs_node *node)
{
	s128 d = node->start - vfs_vnow(node->parent);

	/* whoever comes back is not behind */
	if (d < 0 && !vfs_competes(node))
		return 0;
	d = (d * node->weight) >> VFS_SHIFT;
	if (d > (s128)VFS_COST_MAX_NS)
		return VFS_COST_MAX_NS;
	return d > -(s128)VFS_COST_MAX_NS ? (s64)d : -(s64)VFS_COST_MAX_NS;
}

/*
 * What a node takes along to the parent @to: what it is ahead of its siblings, and
 * what those that it leaves are ahead of those that it joins.  Otherwise it could
 * use up the one group's share, then the other's, and so on.  Debt goes where the
 * node goes, and is the same if it returns; credit stays.
 */
static u64 debt_ns(const struct vfs_node *node, const struct vfs_node *to)
{
	const struct vfs_node *from = node->parent;
	s64 ns = ahead_ns(node);

	for (; from != to; from = from->parent, to = to->parent)
		ns += lag_ns(from) - lag_ns(to);
	return ns > 0 ? vfs_clamp_cost(ns) : 0;
}

/**
 * vfs_node_move - put a node below another parent
 * @node: node; what is in flight stays billed to the old parent
 * @parent: new parent, in the same scheduler and at the old one's level
 *
 * Return: 0; -EINVAL for a parent elsewhere, -EBUSY when it has commands of its
 * own.
 */
int vfs_node_move(struct vfs_node *node, struct vfs_node *parent)
{
	struct vfs_node *old = node->parent;
	u64 debt;

	if (parent->sched != node->sched || parent->depth != old->depth)
		return -EINVAL;
	if (!can_be_parent(parent))
		return -EBUSY;
	if (parent == old)
		return 0;
	debt = debt_ns(node, parent);
	vfs_leave(node);
	node->credit = 0;
	detach(node);
	if (!old->nr_children)
		old->head_ns = 0;
	vfs_update(old);
	attach(node, parent);
	node->start = vfs_vnow(parent) + vfs_div_floor((s128)debt << VFS_SHIFT, node->weight);
	node->rem = 0;
	vfs_update(node);
	return 0;
}

static int set_weight(struct vfs_node *node, u32 weight)
{
	u128 v;
	s128 ahead;

	if (weight == node->weight)
		return 0;
	v = vfs_vnow(node->parent);
	ahead = (s128)(node->start - v) * node->weight;
	if (vfs_competes(node)) {
		vfs_leave(node);
		/* the mean of the others, from which rejoining gives V again */
		node->weight = weight;
		node->start = v + vfs_div_floor(ahead, weight);
		node->rem = 0;
		vfs_rejoin(node);
	} else {
		node->weight = weight;
		node->credit = 0;
		node->start = ahead > 0 ? v + vfs_div_floor(ahead, weight) : node->start;
		node->rem = 0;
	}
	vfs_update(node);
	return 0;
}

/**
 * vfs_set_weight - change a node's weight
 * @node: node
 * @weight: VFS_WEIGHT_MIN..VFS_WEIGHT_MAX
 *
 * The engine time by which it is ahead or behind stays what it is, so that a
 * change neither forgives nor punishes.
 *
 * Return: 0 or -EINVAL.
 */
int vfs_set_weight(struct vfs_node *node, u32 weight)
{
	return weight_ok(weight) ? set_weight(node, weight) : -EINVAL;
}

/**
 * vfs_set_weight_sum - set the weight of a node that stands for many
 * @node: node
 * @sum: of their weights, 1..VFS_WEIGHT_SUM_MAX
 *
 * As vfs_set_weight(), beyond what a single owner may have.
 *
 * Return: 0 or -EINVAL.
 */
int vfs_set_weight_sum(struct vfs_node *node, u32 sum)
{
	return sum && sum <= VFS_WEIGHT_SUM_MAX ? set_weight(node, sum) : -EINVAL;
}

/**
 * vfs_set_request - set the request length of a node
 * @node: node
 * @request_ns: engine time; 0: the length of its next command
 *
 * A shorter request gives earlier deadlines and smaller pieces, a longer one the
 * opposite; the share stays the same.
 */
void vfs_set_request(struct vfs_node *node, u64 request_ns)
{
	node->request_ns = vfs_clamp_cost(request_ns);
	vfs_update(node);
}

/**
 * vfs_set_inflight_limit - limit what a node has in the device
 * @node: node
 * @limit_ns: most predicted cost in flight (one command is always allowed); 0:
 *	no limit
 */
void vfs_set_inflight_limit(struct vfs_node *node, u64 limit_ns)
{
	node->inflight_limit_ns = limit_ns;
	vfs_update(node);
}

/**
 * vfs_quiesce - let nothing of a node enter the device any more
 * @node: node
 *
 * It is quiet when its @inflight is 0.  For reset, hand-over and migration.
 */
void vfs_quiesce(struct vfs_node *node)
{
	node->quiesced = true;
	vfs_update(node);
}

/**
 * vfs_resume - let a quiesced node take part again
 * @node: node
 */
void vfs_resume(struct vfs_node *node)
{
	node->quiesced = false;
	vfs_update(node);
}

/**
 * vfs_entitled_permille - share that a node is entitled to now
 * @node: node
 *
 * Return: thousandths of the class, among those that compete at this moment and
 * with @node itself counted, rounded to nearest.
 */
u32 vfs_entitled_permille(const struct vfs_node *node)
{
	u64 share = 1ULL << 40;
	u32 weights;

	for (; node->parent; node = node->parent) {
		weights = node->parent->weights;
		if (!vfs_competes(node))
			weights += node->weight;
		/* 2^40 * 10000 stays below 2^54 */
		share = div64_u64(share * node->weight, weights);
	}
	return (share * VFS_PERMILLE + (1ULL << 39)) >> 40;
}
