// SPDX-License-Identifier: GPL-2.0
/*
 * E12: what a decision costs.  One command is in flight at a time and everybody
 * always has another one, so a decision is a pick, a dispatch and a completion
 * with a correction.  No device and no simulator: only the policy is timed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "bench.h"

#include "arb.h"

#define REPEATS		5
#define KINDS		1024u
#define FANOUT_LEVELS	4u

/**
 * struct timed - a policy under the clock
 * @policy: it
 * @priv: instance
 * @n: owners
 * @rng: random numbers
 * @cost_ns: costs of commands, in turn
 * @at: next of them
 */
struct timed {
	const struct policy *policy;
	void *priv;
	u32 n;
	u64 rng;
	u64 cost_ns[KINDS];
	u32 at;
};

/* -- the device's arbiter, every context in a group of its own as a driver has it -- */

static void *arb_new(const struct pol_config *cfg)
{
	struct arb *arb = calloc(1, sizeof(*arb));

	arb->ops = &arb_eevdf;
	arb->params = (struct arb_params){ cfg->owners, cfg->engines, cfg->floor_ns };
	arb->priv = calloc(1, arb->ops->bytes(&arb->params));
	arb->ops->init(arb);
	return arb;
}

static void arb_free(void *priv)
{
	struct arb *arb = priv;

	free(arb->priv);
	free(arb);
}

static void arb_add(void *priv, u32 x, u32 weight, u32 group)
{
	const struct arb_group pool = { .weight = ARB_WEIGHT, .pool = true };
	const struct arb_share share = { .weight = weight, .group = x };

	(void)group;
	arb_set_group(priv, x, &pool);
	arb_set_share(priv, x, &share, 0);
}

static void arb_head(void *priv, const struct pol_cmd *head, u64 now_ns)
{
	struct arb *arb = priv;

	(void)now_ns;
	arb->ops->ready(arb, head->owner, head->pred_ns);
}

static s32 arb_pick_one(void *priv, u64 now_ns)
{
	uint64_t since_ns;

	return arb_pick(priv, now_ns, &since_ns);
}

static void arb_dispatch(void *priv, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	arb_charge(priv, cmd->owner, 0, cmd->pred_ns, next ? next->pred_ns : 0, now_ns);
}

static void arb_complete(void *priv, struct pol_cmd *cmd, const struct pol_done *done, u64 now_ns)
{
	arb_correct(priv, cmd->owner, 0, cmd->pred_ns, done->stop_ns - done->start_ns, now_ns);
}

static const struct policy policy_arb = {
	.name = "arb-eevdf", .create = arb_new, .destroy = arb_free, .add = arb_add,
	.head = arb_head, .pick = arb_pick_one, .dispatch = arb_dispatch,
	.complete = arb_complete,
};

/* The arbiter's begins with its policy. */
static const struct vfs_sched *sched_of(const struct timed *t)
{
	if (t->policy == &policy_arb)
		return ((struct arb *)t->priv)->priv;
	return policy_vfs_sched(t->priv);
}

static struct pol_cmd next_cmd(struct timed *t, u32 x)
{
	u64 ns = t->cost_ns[t->at++ % KINDS];

	/* predicted a little wrong, so that corrections have work */
	return (struct pol_cmd){
		.owner = x, .order = t->at, .bytes = 256, .prior_ns = ns, .true_ns = ns,
		.pred_ns = ns + (t->at & 1 ? ns / 8 : 0),
	};
}

static struct timed *timed_new(const struct policy *policy, u32 n)
{
	const struct pol_config cfg = {
		.owners = n, .groups = 1, .engines = 1, .depth = 1, .floor_ns = DEV_FLOOR_NS,
	};
	struct timed *t = calloc(1, sizeof(*t));
	struct pol_cmd cmd;
	u32 x;

	t->policy = policy;
	t->priv = policy->create(&cfg);
	t->n = n;
	t->rng = SEED;
	for (x = 0; x < KINDS; x++)
		t->cost_ns[x] = 5000 + rng_below(&t->rng, 500000);
	for (x = 0; x < n; x++) {
		policy->add(t->priv, x, 1 + rng_below(&t->rng, 200), 0);
		cmd = next_cmd(t, x);
		policy->head(t->priv, &cmd, 0);
	}
	return t;
}

static void timed_free(struct timed *t)
{
	t->policy->destroy(t->priv);
	free(t);
}

static void decide(struct timed *t, u32 decisions)
{
	const struct policy *p = t->policy;
	struct pol_done done = { 0 };
	struct pol_cmd cmd, next;
	u32 i;

	for (i = 0; i < decisions; i++) {
		s32 x = p->pick(t->priv, 0);

		cmd = next_cmd(t, x);
		next = next_cmd(t, x);
		p->dispatch(t->priv, &cmd, &next, 0);
		done.stop_ns = cmd.true_ns;
		p->complete(t->priv, &cmd, &done, 0);
	}
}

static double clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v)
{
	qsort(v, REPEATS, sizeof(*v), by_double);
	return v[REPEATS / 2];
}

/* A scan of many takes long: fewer decisions, the same time. */
static u32 decisions_of(const struct policy *p, u32 n)
{
	u32 most = 20000;

	if ((p == &policy_scan || p == &policy_scan_ordered) && n > 1024)
		most = 20000 / (n / 1024);
	return most < 300 ? 300 : most;
}

static const struct policy *const timed_policies[] = {
	&policy_vfs, &policy_scan, &policy_scan_ordered, &policy_rr, &policy_sfqd_correct,
	&policy_drm_fair, &policy_arb,
};

#define NR_TIMED	7
#define TIMED_ARB	6

static void measure(u32 n, double *ns)
{
	double run[NR_TIMED][REPEATS], start;
	struct timed *t[NR_TIMED];
	u32 i, r;

	for (i = 0; i < NR_TIMED; i++) {
		t[i] = timed_new(timed_policies[i], n);
		decide(t[i], decisions_of(timed_policies[i], n));
	}
	for (r = 0; r < REPEATS; r++) {
		for (i = 0; i < NR_TIMED; i++) {
			start = clock_ns();
			decide(t[i], decisions_of(timed_policies[i], n));
			run[i][r] = (clock_ns() - start) / decisions_of(timed_policies[i], n);
		}
	}
	for (i = 0; i < NR_TIMED; i++) {
		ns[i] = median(run[i]);
		timed_free(t[i]);
	}
}

/* What the scheduler visited most among the children of one node. */
static double worst_visits(const struct policy *policy, u32 n)
{
	struct timed *t = timed_new(policy, n);
	double worst;

	decide(t, 20000);
	worst = sched_of(t)->most_visits;
	timed_free(t);
	return worst;
}

/**
 * struct deep - owners below three levels of groups
 * @sched: scheduler
 * @level: nodes of each level
 * @leaves: owners
 */
struct deep {
	struct vfs_sched sched;
	struct vfs_node *level[FANOUT_LEVELS];
	u32 leaves;
};

static void deep_build(struct deep *d, u32 fanout)
{
	const struct vfs_params params = { .engines = 1, .floor_ns = DEV_FLOOR_NS };
	u64 rng = SEED;
	u32 l, i, n = 1;

	vfs_init(&d->sched, &params);
	for (l = 0; l < FANOUT_LEVELS; l++) {
		n *= fanout;
		d->level[l] = calloc(n, sizeof(**d->level));
		for (i = 0; i < n; i++)
			if (vfs_node_add(&d->level[l][i], l ? &d->level[l - 1][i / fanout] :
					 &d->sched.root, 1 + rng_below(&rng, 200)))
				abort();
	}
	d->leaves = n;
	for (i = 0; i < n; i++)
		vfs_head(&d->level[FANOUT_LEVELS - 1][i], 5000 + rng_below(&rng, 500000));
}

/* The same with four levels: all of them count, each with its own fan-out. */
static double worst_deep_visits(u32 fanout)
{
	struct deep d;
	struct vfs_cmd cmd;
	struct vfs_node *leaf;
	u64 rng = SEED;
	u32 i;

	deep_build(&d, fanout);
	for (i = 0; i < 20000; i++) {
		leaf = vfs_pick(&d.sched, 0);
		vfs_dispatch(leaf, &cmd, 5000 + rng_below(&rng, 500000), 0);
		vfs_complete(&cmd, 5000 + rng_below(&rng, 500000), 0);
	}
	for (i = 0; i < FANOUT_LEVELS; i++)
		free(d.level[i]);
	return d.sched.most_visits;
}

static const struct contender *contender_of(const struct policy *p)
{
	u32 i;

	for (i = 0; i < nr_contenders; i++)
		if (contenders[i].policy == (p == &policy_arb ? NULL : p) &&
		    contenders[i].arb == (p == &policy_arb ? FACET_ARB_EEVDF : contenders[i].arb) &&
		    !contenders[i].mixed)
			return &contenders[i];
	return NULL;
}

/* What the page asks for, of @c which took @ns a decision. */
static void scan_rows(const struct contender *c, u32 n, const char *name, double ns,
		      double scan_ns)
{
	if (n == 64)
		record(c, name, "this/scan", "ratio", AT_MOST(1.5), ns / scan_ns);
	else if (n == 4096)
		record(c, name, "scan/this", "ratio", AT_LEAST(10), scan_ns / ns);
	else if (n == 65536)
		record(c, name, "scan/this", "ratio", AT_LEAST(100), scan_ns / ns);
}

static void timing_rows(u32 n, const char *name)
{
	const struct contender *c;
	double ns[NR_TIMED];
	u32 i;

	measure(n, ns);
	for (i = 0; i < NR_TIMED; i++) {
		c = contender_of(timed_policies[i]);
		if (!c)
			continue;
		record(c, name, "ns a decision", "ns", NO_TARGET, ns[i]);
		record(c, name, "vfs/this", "ratio", NO_TARGET, ns[0] / ns[i]);
	}
	c = contender_of(&policy_vfs);
	record(c, name, "scan ns a decision", "ns", NO_TARGET, ns[1]);
	record(c, name, "ordered scan/this", "ratio", NO_TARGET, ns[2] / ns[0]);
	scan_rows(c, n, name, ns[0], ns[1]);
	scan_rows(contender_of(&policy_arb), n, name, ns[TIMED_ARB], ns[1]);
}

static const u32 sizes[] = { 2, 16, 64, 256, 1024, 4096, 16384, 65536 };
static const char *const names[] = {
	"n=2", "n=16", "n=64", "n=256", "n=1024", "n=4096", "n=16384", "n=65536",
};

#define NR_SIZES	8

void e12(void)
{
	static const double x[] = { 2, 16, 64, 256, 1024, 4096, 16384, 65536 };
	static const u32 fanout[] = { 2, 4, 8, 16 };
	const struct contender *ours = contender_of(&policy_vfs);
	const struct plot p = {
		.file = "E12.svg", .title = "E12: a decision", .xlabel = "owners",
		.ylabel = "ns", .metric = "ns a decision", .scenario = names, .x = x,
		.points = NR_SIZES, .log_x = true, .log_y = true,
	};
	char name[32];
	u32 k;

	table_begin("E12", "cost of a decision: pick, dispatch, completion; all owners busy");
	for (k = 0; k < NR_SIZES; k++) {
		timing_rows(sizes[k], names[k]);
		record(ours, names[k], "worst visits", "nodes", AT_MOST(2 * log2(sizes[k]) + 4),
		       worst_visits(&policy_vfs, sizes[k]));
		record(contender_of(&policy_arb), names[k], "worst visits", "nodes",
		       AT_MOST(2 * log2(sizes[k]) + 4), worst_visits(&policy_arb, sizes[k]));
	}
	for (k = 0; k < 4; k++) {
		snprintf(name, sizeof(name), "4 levels of %u", fanout[k]);
		record(ours, name, "worst visits a level", "nodes",
		       AT_MOST(2 * log2(fanout[k]) + 4), worst_deep_visits(fanout[k]));
	}
	table_end();
	plot(&p);
}
