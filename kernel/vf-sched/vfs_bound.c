// SPDX-License-Identifier: GPL-2.0
/*
 * The fairness bound as a number, and the invariants as a check: for tests, and
 * for whoever wants to see how far from it a system stays.
 */
#include "vfs_internal.h"

/**
 * vfs_worst_reset - begin to collect the constants of the bound anew
 * @node: node
 *
 * What is in flight now counts.
 */
void vfs_worst_reset(struct vfs_node *node)
{
	memset(&node->worst, 0, sizeof(node->worst));
	node->worst.inflight = node->inflight;
	node->worst.cost_ns = node->inflight_ns > node->head_ns ? node->inflight_ns : node->head_ns;
}

static u128 term(const struct vfs_node *node)
{
	const struct vfs_worst *w = &node->worst;
	u64 c = w->cost_ns > node->request_ns ? w->cost_ns : node->request_ns;
	u128 sum = (u128)(w->inflight + 1) * c;

	sum += (u128)w->inflight * (w->under_ns + w->over_ns);
	return vfs_div_floor(sum << VFS_SHIFT, node->weight) + 1;
}

/**
 * vfs_bound - how far the service of two siblings is apart at most, as a rule
 * @i: node
 * @j: sibling
 *
 * While both compete without a break, at the weights that they have now.  What tests
 * assert of whatever they find at random.  It is no theorem: tests/test_bound.c of
 * the native tests builds a case that exceeds it, by half as much again.
 *
 * Return: the bound on |W_i/w_i - W_j/w_j|, in virtual time.
 */
u128 vfs_bound(const struct vfs_node *i, const struct vfs_node *j)
{
	return term(i) + term(j);
}

/* The largest of command and request, in virtual time. */
static u128 step_of(const struct vfs_node *node)
{
	u64 c = node->worst.cost_ns;

	return vfs_scale(c > node->request_ns ? c : node->request_ns, node->weight) + 1;
}

/* What is in flight at the ends of an interval, and what may be wrong about it. */
static u128 ends(const struct vfs_node *node)
{
	const struct vfs_worst *w = &node->worst;
	u128 sum = (u128)w->inflight * (w->cost_ns + w->under_ns + w->over_ns);

	return vfs_div_floor(sum << VFS_SHIFT, node->weight) + 1;
}

static bool short_request(const struct vfs_node *node)
{
	return node->request_ns && node->request_ns < node->worst.cost_ns;
}

/**
 * vfs_bound_proved - how far the service of two siblings can be apart
 * @i: node
 * @j: sibling
 *
 * Holds under the same conditions, for whatever anybody does: the theorem of
 * Documentation/scheduler.rst.  There are cases that come as near as one likes.
 *
 * Return: the bound on |W_i/w_i - W_j/w_j|, in virtual time.
 */
u128 vfs_bound_proved(const struct vfs_node *i, const struct vfs_node *j)
{
	u128 a = step_of(i), b = step_of(j), most = a > b ? a : b;

	/* a command longer than its request may have both ahead of each other */
	if (short_request(i) || short_request(j))
		most = a + b;
	return 2 * most + ends(i) + ends(j);
}

/* @least, or that of a subtree if it is less. */
static u64 lesser_of(u64 least, const struct vfs_link *n)
{
	return n && vfs_tag_before(n->least, least) ? n->least : least;
}

static int check_subtree(const struct vfs_link *n)
{
	u32 l, r;
	int err;

	if (!n)
		return 0;
	err = check_subtree(n->child[0]);
	if (!err)
		err = check_subtree(n->child[1]);
	if (err)
		return err;
	l = n->child[0] ? n->child[0]->height : 0;
	r = n->child[1] ? n->child[1]->height : 0;
	if (l > r + 1 || r > l + 1 || n->height != 1 + (l > r ? l : r))
		return -EINVAL;
	if ((n->child[0] && vfs_tag_before(n->start, n->child[0]->start)) ||
	    (n->child[1] && vfs_tag_before(n->child[1]->start, n->start)))
		return -ERANGE;
	if (n->left_least != lesser_of(n->finish, n->child[0]) ||
	    n->least != lesser_of(n->left_least, n->child[1]))
		return -EDOM;
	return 0;
}

/* The sums that @parent keeps of its children, made anew. */
static int check_sums(const struct vfs_node *parent)
{
	struct vfs_link *link;
	s128 lag = 0;
	u32 weights = 0;

	for (link = vfs_tree_first(&parent->children); link; link = vfs_tree_next(link)) {
		const struct vfs_node *node = vfs_node_of(link, link);

		lag += (s128)(node->start - parent->base) * node->weight;
		weights += node->weight;
		if (node->parent != parent || !node->head_ns || node->quiesced || node->throttled)
			return -ESRCH;
		if ((u64)node->start != link->start)
			return -ESTALE;
	}
	if (lag != parent->lag || weights != parent->weights)
		return -EBADE;
	return 0;
}

static int check_node(const struct vfs_node *parent)
{
	struct vfs_link *link;
	int err = check_subtree(parent->children.root);

	if (!err)
		err = check_sums(parent);
	/* somebody wants, nobody is chosen; the root chooses when it is asked */
	if (!err && parent->weights && !parent->sel && parent->parent)
		err = -ENOENT;
	for (link = vfs_tree_first(&parent->children); link && !err; link = vfs_tree_next(link))
		if (vfs_node_of(link, link)->nr_children)
			err = check_node(vfs_node_of(link, link));
	return err;
}

/**
 * vfs_check - check the invariants of a scheduler; takes O(n)
 * @sched: scheduler
 *
 * Return: 0, or a negative number that tells which one does not hold: -EINVAL
 * balance, -ERANGE order, -EDOM least finish tags, -EBADE sums, -ESTALE a start
 * tag that the tree does not know, -ESRCH a node that should not compete, -ENOENT
 * work without a choice.
 */
int vfs_check(const struct vfs_sched *sched)
{
	return check_node(&sched->root);
}
