// SPDX-License-Identifier: GPL-2.0
/*
 * Eligible first, then earliest finish: the scheduler's policy of
 * kernel/vf-sched in the device, over arbitration groups and their contexts.
 *
 * Nothing waits between the arbiter and an engine: a decision is made when an
 * engine is idle, so that there is no cost ahead.  The in-flight command of an
 * engine is found by the engine's number.
 *
 * A group has the weight of its register, or, as a pool, the sum of the weights
 * of its members with work: those with a command that waits or runs and whose cap
 * does not hold them.  The sum follows them at each event.  So a context in a pool
 * gets what it would get outside any group, and the others of the pool neither
 * win nor lose when it comes or goes.
 */
#include <string.h>
#include "arb.h"
#include "list.h"
#include "vfs.h"

/**
 * struct member - a context
 * @node: in the policy, below a group
 * @counted: its part of the group's @sum
 * @woken: on the list of wake()
 */
struct member {
	struct vfs_node node;
	uint32_t counted;
	struct list woken;
};

/**
 * struct group - an arbitration group
 * @node: in the policy, below the root
 * @anchor: a child that never has work: keeps @node a parent while it has no
 *	members and a former member's command still runs
 * @weight: of its register
 * @pool: weight is @sum instead
 * @sum: weights of the members with work
 */
struct group {
	struct vfs_node node;
	struct vfs_node anchor;
	uint32_t weight;
	bool pool;
	uint32_t sum;
};

struct eevdf {
	struct vfs_sched sched;
	struct vfs_cmd cmd[ARB_ENGINES];
	struct group *group;
	struct member member[];
};

static size_t eevdf_bytes(const struct arb_params *params)
{
	return sizeof(struct eevdf) +
	       params->nr * (sizeof(struct member) + sizeof(struct group));
}

static void add_group(struct eevdf *ev, struct group *g)
{
	*g = (struct group){ .weight = ARB_WEIGHT };
	vfs_node_add(&g->node, &ev->sched.root, ARB_WEIGHT);
	vfs_node_add(&g->anchor, &g->node, ARB_WEIGHT);
}

static void eevdf_init(struct arb *arb)
{
	struct eevdf *ev = arb->priv;
	unsigned int x, nr = arb->params.nr;
	const struct vfs_params params = {
		/* a class without engines never gets a command */
		.engines = arb->params.engines ? arb->params.engines : 1,
		.floor_ns = arb->params.floor_ns,
	};

	vfs_init(&ev->sched, &params);
	ev->group = (struct group *)&ev->member[nr];
	for (x = 0; x < nr; x++)
		add_group(ev, &ev->group[x]);
	for (x = 0; x < nr; x++) {
		struct member *m = &ev->member[x];

		m->counted = 0;
		list_init(&m->woken);
		vfs_node_add(&m->node, &ev->group[0].node, ARB_WEIGHT);
	}
}

static struct group *group_of(const struct member *m)
{
	return list_entry(m->node.parent, struct group, node);
}

static void weigh(struct group *g)
{
	if (!g->pool)
		vfs_set_weight_sum(&g->node, g->weight);
	else if (g->sum)
		vfs_set_weight_sum(&g->node, g->sum);
}

static void count(struct member *m, bool has_work)
{
	struct group *g = group_of(m);
	uint32_t weight = has_work ? m->node.weight : 0;

	if (weight == m->counted)
		return;
	g->sum += weight - m->counted;
	m->counted = weight;
	weigh(g);
}

static bool has_work(const struct member *m)
{
	return !m->node.throttled && (m->node.head_ns || m->node.inflight);
}

static void recount(struct member *m)
{
	count(m, has_work(m));
}

static void eevdf_share(struct arb *arb, unsigned int x, const struct arb_share *share,
			uint64_t now_ns)
{
	struct eevdf *ev = arb->priv;
	struct member *m = &ev->member[x];
	const struct vfs_gcra *cap = &m->node.cap;
	uint32_t permille = share->cap_permille % VFS_PERMILLE;

	vfs_set_weight(&m->node, share->weight);
	vfs_set_request(&m->node, share->request_ns);
	if (group_of(m) != &ev->group[share->group]) {
		count(m, false);
		vfs_node_move(&m->node, &ev->group[share->group].node);
	}
	/* setting a cap forgives what was used beyond it: only if it changes */
	if (permille != cap->permille || share->cap_burst_ns != cap->burst_ns)
		vfs_set_cap(&m->node, permille, share->cap_burst_ns, now_ns);
	recount(m);
}

static void eevdf_group(struct arb *arb, unsigned int g, const struct arb_group *group)
{
	struct eevdf *ev = arb->priv;

	ev->group[g].weight = group->weight;
	ev->group[g].pool = group->pool;
	vfs_set_request(&ev->group[g].node, group->request_ns);
	weigh(&ev->group[g]);
}

/* A pool weighs what it will weigh before it joins the others. */
static void eevdf_ready(struct arb *arb, unsigned int x, uint64_t ns)
{
	struct eevdf *ev = arb->priv;
	struct member *m = &ev->member[x];

	count(m, !m->node.throttled);
	vfs_head(&m->node, ns);
}

static void eevdf_remove(struct arb *arb, unsigned int x)
{
	struct eevdf *ev = arb->priv;
	struct member *m = &ev->member[x];

	vfs_head(&m->node, 0);
	recount(m);
}

/* Contexts whose cap lets go count again. */
static void wake(struct eevdf *ev, uint64_t now_ns)
{
	struct vfs_link *link = vfs_tree_first(&ev->sched.throttled);
	struct list woken;

	if (!link || link->start > now_ns)
		return;
	list_init(&woken);
	for (; link && link->start <= now_ns; link = vfs_tree_next(link))
		list_add_tail(&list_entry(link, struct member, node.wake_link)->woken, &woken);
	vfs_advance(&ev->sched, now_ns);
	while (!list_empty(&woken)) {
		struct member *m = list_entry(woken.next, struct member, woken);

		list_del(&m->woken);
		recount(m);
	}
}

static int eevdf_pick(struct arb *arb, uint64_t now_ns, uint64_t *since_ns)
{
	struct eevdf *ev = arb->priv;
	const struct vfs_gcra *cap;
	struct vfs_node *leaf;

	wake(ev, now_ns);
	leaf = vfs_pick(&ev->sched, now_ns);
	if (!leaf)
		return ARB_NONE;
	cap = &leaf->cap;
	if (cap->permille && cap->tat_ns > cap->burst_ns)
		*since_ns = cap->tat_ns - cap->burst_ns;
	return list_entry(leaf, struct member, node) - ev->member;
}

/* The prediction is that of ready(). */
static void eevdf_charge(struct arb *arb, unsigned int x, unsigned int engine, uint64_t ns,
			 uint64_t next_ns, uint64_t now_ns)
{
	struct eevdf *ev = arb->priv;
	struct member *m = &ev->member[x];

	(void)ns;
	vfs_dispatch(&m->node, &ev->cmd[engine], next_ns, now_ns);
	recount(m);
}

static void eevdf_refresh(struct arb *arb, unsigned int engine, uint64_t elapsed_ns,
			  uint64_t now_ns)
{
	struct eevdf *ev = arb->priv;
	struct vfs_cmd *cmd = &ev->cmd[engine];

	vfs_refresh(cmd, elapsed_ns, now_ns);
	recount(list_entry(cmd->path[0], struct member, node));
}

static void eevdf_correct(struct arb *arb, unsigned int x, unsigned int engine,
			  uint64_t charged_ns, uint64_t actual_ns, uint64_t now_ns)
{
	struct eevdf *ev = arb->priv;

	(void)charged_ns;
	vfs_complete(&ev->cmd[engine], actual_ns, now_ns);
	recount(&ev->member[x]);
}

static uint64_t eevdf_left_ns(const struct arb *arb, unsigned int x, uint64_t now_ns)
{
	const struct eevdf *ev = arb->priv;

	return vfs_cap_remaining_ns(&ev->member[x].node, now_ns);
}

static bool eevdf_held(const struct arb *arb, unsigned int x)
{
	const struct eevdf *ev = arb->priv;

	return ev->member[x].node.throttled;
}

static uint64_t eevdf_due_ns(const struct arb *arb)
{
	const struct eevdf *ev = arb->priv;

	return vfs_next_wake(&ev->sched);
}

const struct arb_ops arb_eevdf = {
	.name = "eevdf",
	.bytes = eevdf_bytes,
	.init = eevdf_init,
	.share = eevdf_share,
	.group = eevdf_group,
	.ready = eevdf_ready,
	.remove = eevdf_remove,
	.pick = eevdf_pick,
	.charge = eevdf_charge,
	.refresh = eevdf_refresh,
	.correct = eevdf_correct,
	.left_ns = eevdf_left_ns,
	.held = eevdf_held,
	.due_ns = eevdf_due_ns,
};
