// SPDX-License-Identifier: GPL-2.0
/*
 * Random schedulers on the device's engines: fuzz.h.
 */
#include <math.h>
#include <stdlib.h>
#include "fuzz.h"

#define MAX_GROUPS	12u
#define MAX_LEAVES	12u
#define MAX_NODES	(MAX_GROUPS + MAX_LEAVES)
#define MAX_CMDS	2048u
#define RING_LOG2	11
#define COMPLETIONS	4000u

/**
 * struct fuzz_cmd - a command in flight
 * @cmd: the policy's
 * @next: in the list of free ones
 */
struct fuzz_cmd {
	struct vfs_cmd cmd;
	struct fuzz_cmd *next;
};

/**
 * struct fuzz_leaf - what a leaf runs
 * @cost_ns: one of these
 * @wrong: prediction by cost, in permille
 * @off: it has nothing to do
 */
struct fuzz_leaf {
	u64 cost_ns[2];
	u32 wrong;
	bool off;
};

/**
 * struct fuzz - a run
 * @s: scheduler
 * @d: device
 * @rng: random numbers
 * @node: groups, then leaves
 * @groups: how many groups
 * @nodes: how many nodes
 * @leaf: what leaves run
 * @base_ns: engine time of each node when the interval began
 * @cmd: room for commands
 * @spare: free ones
 * @now_ns: time
 * @found: what was found
 * @churn: settings change
 */
struct fuzz {
	struct vfs_sched s;
	struct device *d;
	u64 rng;
	struct vfs_node node[MAX_NODES];
	u32 groups;
	u32 nodes;
	struct fuzz_leaf leaf[MAX_LEAVES];
	u64 base_ns[MAX_NODES];
	struct fuzz_cmd cmd[MAX_CMDS];
	struct fuzz_cmd *spare;
	u64 now_ns;
	struct fuzz_found found;
	bool churn;
};

static u64 rnd(struct fuzz *f, u64 n)
{
	return rng_below(&f->rng, n);
}

static u32 leaf_nr(const struct fuzz *f, const struct vfs_node *node)
{
	return node - f->node - f->groups;
}

static u64 cost(struct fuzz *f, const struct vfs_node *node)
{
	return f->leaf[leaf_nr(f, node)].cost_ns[rnd(f, 2)];
}

static u64 predict(struct fuzz *f, const struct vfs_node *node)
{
	const struct fuzz_leaf *l = &f->leaf[leaf_nr(f, node)];

	return l->off ? 0 : l->cost_ns[rnd(f, 2)] * l->wrong / 1000;
}

static struct vfs_node *random_parent(struct fuzz *f, u32 below)
{
	u32 i = rnd(f, below + 1);

	return i ? &f->node[i - 1] : &f->s.root;
}

/* Groups that stay empty do no harm; a leaf may be outside all of them. */
static void build(struct fuzz *f)
{
	u32 i, leaves = 2 + rnd(f, MAX_LEAVES - 1);

	f->groups = rnd(f, 3) ? rnd(f, MAX_GROUPS + 1) : 0;
	f->nodes = f->groups + leaves;
	for (i = 0; i < f->groups; i++) {
		struct vfs_node *parent = random_parent(f, i);

		if (parent->depth > 2)
			parent = &f->s.root;
		if (vfs_node_add(&f->node[i], parent, 1 + rnd(f, 20)))
			abort();
	}
	for (; i < f->nodes; i++) {
		struct fuzz_leaf *l = &f->leaf[i - f->groups];

		l->cost_ns[0] = 2000 + rnd(f, 2000000);
		l->cost_ns[1] = rnd(f, 2) ? l->cost_ns[0] : 2000 + rnd(f, 2000000);
		l->wrong = 200 + rnd(f, 3000);
		l->off = false;
		if (vfs_node_add(&f->node[i], random_parent(f, f->groups), 1 + rnd(f, 20)))
			abort();
		if (!rnd(f, 3))
			vfs_set_request(&f->node[i], rnd(f, 3000000));
	}
	for (i = f->groups; i < f->nodes; i++)
		vfs_head(&f->node[i], predict(f, &f->node[i]));
}

static void begin(struct fuzz *f, u64 seed, bool churn)
{
	u32 engines, i;
	struct vfs_params p;

	f->rng = seed * 0x9e3779b97f4a7c15ull + 1;
	engines = 1 + rnd(f, 6);
	p = (struct vfs_params){
		.engines = engines, .slots = engines + (rnd(f, 2) ? rnd(f, engines + 1) : 0),
		.floor_ns = DEV_FLOOR_NS, .ahead_ns = rnd(f, 3) ? rnd(f, 1000000) : 0,
		.single_ns = rnd(f, 2) ? 500000 : 0,
	};
	vfs_init(&f->s, &p);
	f->d = dev_new(4, engines, FACET_ARB_RR);
	dev_enable(f->d, 0, true, RING_LOG2, VFS_WEIGHT_DEFAULT, 0);
	f->now_ns = 0;
	f->churn = churn;
	f->spare = NULL;
	for (i = 0; i < MAX_CMDS; i++) {
		f->cmd[i].next = f->spare;
		f->spare = &f->cmd[i];
	}
	build(f);
}

static void dispatch(struct fuzz *f, struct vfs_node *node)
{
	struct fuzz_cmd *c = f->spare;
	const struct dev_cmd cmd = {
		.opcode = FACET_OP_RSA_PRIV, .cost_ns = cost(f, node), .cookie = (uintptr_t)c,
	};

	f->spare = c->next;
	vfs_dispatch(node, &c->cmd, predict(f, node), f->now_ns);
	dev_submit(f->d, 0, &cmd);
	f->found.decisions++;
}

/* The constants of the bound stay: how it begins is due to what was before. */
static void new_interval(struct fuzz *f)
{
	u32 i;

	for (i = 0; i < f->nodes; i++)
		f->base_ns[i] = f->node[i].done_ns;
}

static void check_pair(struct fuzz *f, u32 i, u32 j)
{
	const struct vfs_node *a = &f->node[i], *b = &f->node[j];
	double d, bound;

	if (a->parent != b->parent || !vfs_entitled_permille(a) || !a->done || !b->done)
		return;
	d = (double)(a->done_ns - f->base_ns[i]) / a->weight -
	    (double)(b->done_ns - f->base_ns[j]) / b->weight;
	bound = (double)vfs_bound(a, b) / (1 << VFS_SHIFT);
	f->found.worst = fmax(f->found.worst, fabs(d) / bound);
	f->found.bad_bound += fabs(d) > bound;
	f->found.bad_proved += fabs(d) > (double)vfs_bound_proved(a, b) / (1 << VFS_SHIFT);
}

static bool has_work(const struct vfs_node *node)
{
	return node->head_ns || node->inflight;
}

/* All leaves are busy all the time; groups are as far as they have leaves. */
static void check_bound(struct fuzz *f)
{
	u32 i, j;

	for (i = 0; i < f->nodes; i++)
		for (j = 0; j < i; j++)
			if (has_work(&f->node[i]) && has_work(&f->node[j]))
				check_pair(f, i, j);
}

/* The load, made anew: what competes below the root, or has commands in flight. */
static bool load_ok(const struct fuzz *f)
{
	u32 load[2] = { 0 }, i;

	for (i = 0; i < f->nodes; i++) {
		const struct vfs_node *n = &f->node[i];

		if (n->depth == 1 && (vfs_link_on(&n->link) || (n->inflight && !n->throttled)))
			load[n->express > 0] += n->weight;
	}
	return load[0] == f->s.load[0] && load[1] == f->s.load[1];
}

static void change_one(struct fuzz *f, struct vfs_node *node)
{
	struct fuzz_leaf *l = &f->leaf[leaf_nr(f, node)];

	switch (rnd(f, 7)) {
	case 0:
		vfs_set_weight(node, 1 + rnd(f, 10000));
		break;
	case 1:
		vfs_node_move(node, &f->node[rnd(f, f->groups ? f->groups : 1)]);
		break;
	case 2:
		node->quiesced ? vfs_resume(node) : vfs_quiesce(node);
		break;
	case 3:
		l->off = !l->off;
		vfs_head(node, predict(f, node));
		break;
	case 4:
		vfs_set_cap(node, 50 + rnd(f, 951), rnd(f, 3000000), f->now_ns);
		break;
	case 5:
		vfs_set_request(node, rnd(f, 2000000));
		break;
	default:
		vfs_set_floor(node, rnd(f, 200), f->now_ns);
	}
}

static void change(struct fuzz *f)
{
	u32 i = rnd(f, f->nodes);

	if (i >= f->groups)
		change_one(f, &f->node[i]);
	else if (rnd(f, 2))
		vfs_set_weight(&f->node[i], 1 + rnd(f, 10000));
	else
		f->node[i].quiesced ? vfs_resume(&f->node[i]) : vfs_quiesce(&f->node[i]);
}

static void completed(struct fuzz *f, const struct dev_done *done)
{
	struct fuzz_cmd *c = (struct fuzz_cmd *)(uintptr_t)done->cookie;
	u64 ns = done->stop_ns - done->start_ns;

	if (f->churn && !rnd(f, 4))
		vfs_refresh(&c->cmd, rnd(f, ns), f->now_ns);
	vfs_complete(&c->cmd, ns, f->now_ns);
	c->next = f->spare;
	f->spare = c;
	f->found.bad_check += vfs_check(&f->s) != 0 || !load_ok(f);
	if (!f->churn)
		check_bound(f);
	else if (!rnd(f, 8))
		change(f);
}

/* When something happens next: in the device, or a cap ends. */
static u64 due_ns(struct fuzz *f)
{
	u64 dev_ns = dev_due_ns(f->d), cap_ns = vfs_next_wake(&f->s);

	if (cap_ns < f->now_ns)
		cap_ns = f->now_ns;
	return dev_ns < cap_ns ? dev_ns : cap_ns;
}

static u32 advance(struct fuzz *f)
{
	struct dev_done done;
	u64 at_ns = due_ns(f);
	u32 x, n = 0;

	if (at_ns == DEV_NEVER) {
		/* everything is off, quiesced or moved away */
		change(f);
		return 1;
	}
	f->now_ns = at_ns;
	vfs_advance(&f->s, f->now_ns);
	dev_run(f->d, f->now_ns);
	for (; dev_pop(f->d, &x, &done); n++)
		completed(f, &done);
	return n;
}

static void run(struct fuzz *f)
{
	struct vfs_node *node;
	u32 n = 0, moments = 0;

	new_interval(f);
	while (n < COMPLETIONS && moments++ < 16 * COMPLETIONS) {
		while (f->spare && (node = vfs_pick(&f->s, f->now_ns)))
			dispatch(f, node);
		n += advance(f);
		if (!f->churn && !rnd(f, 300))
			new_interval(f);
	}
	dev_free(f->d);
}

struct fuzz_found fuzz_run(u64 seed, bool churn)
{
	struct fuzz *f = calloc(1, sizeof(*f));
	struct fuzz_found found;

	begin(f, seed, churn);
	run(f);
	found = f->found;
	free(f);
	return found;
}
