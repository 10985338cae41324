// SPDX-License-Identifier: GPL-2.0
/*
 * Each peer does what was published of it, on the engines of the benchmark.  A
 * peer that does not is no peer to be compared with.
 */
#include <math.h>
#include <stdlib.h>
#include "sim.h"
#include "tap.h"

/**
 * struct duel - two owners that are always busy
 * @kind: what they run
 * @weight: their weights
 * @depth: commands outstanding
 * @engines: engines
 */
struct duel {
	struct kind kind[2];
	u32 weight[2];
	u32 depth[2];
	u32 engines;
};

/**
 * struct result - what the first one got
 * @time: share of engine time
 * @count: share of commands
 * @bytes: share of bytes
 */
struct result {
	double time;
	double count;
	double bytes;
};

static const struct kind small = { FACET_OP_RSA_PRIV, 1, 1024, 50000, 50000 };
static const struct kind big = { FACET_OP_RSA_PRIV, 2, 3072, 400000, 400000 };

static struct result fight(const struct policy *policy, const struct duel *d)
{
	const struct sim_cfg cfg = {
		.policy = policy, .engines = d->engines, .owners = 2, .depth = d->engines + 1,
		.latency_ns = SIM_US, .warm_ns = 100 * SIM_MS, .run_ns = 2 * SIM_S, .seed = 1,
	};
	struct sim *s = sim_new(&cfg);
	double done[2], bytes[2];
	struct result r;
	u32 x;

	for (x = 0; x < 2; x++) {
		struct workload wl = { .depth = d->depth[x], .kind = { d->kind[x] } };

		sim_add(s, &wl, d->weight[x], 0, false);
	}
	sim_run(s);
	for (x = 0; x < 2; x++) {
		done[x] = sim_owner(s, x)->done;
		bytes[x] = done[x] * d->kind[x].bytes;
	}
	r.time = sim_share(s, 0);
	r.count = done[0] / (done[0] + done[1]);
	r.bytes = bytes[0] / (bytes[0] + bytes[1]);
	sim_free(s);
	return r;
}

static void near(double got, double want, double by, const char *text)
{
	if (!tap_ok(fabs(got - want) <= by, "%s", text))
		tap_diag("got %g, want %g within %g", got, want, by);
}

static struct duel plain(void)
{
	return (struct duel){
		.kind = { small, big }, .weight = { 100, 100 }, .depth = { 16, 16 }, .engines = 1,
	};
}

static void test_fifo(void)
{
	struct duel d = plain();

	/* who submits three times as much gets three times as much */
	d.depth[0] = 24;
	d.depth[1] = 8;
	near(fight(&policy_fifo, &d).count, .75, .01, "fifo: by what is submitted");
	d.weight[0] = 10000;
	near(fight(&policy_fifo, &d).count, .75, .01, "fifo: knows no weights");
}

static void test_rr(void)
{
	struct duel d = plain();

	near(fight(&policy_rr, &d).count, .5, .001, "rr: as many commands each");
	d.depth[0] = 64;
	near(fight(&policy_rr, &d).count, .5, .001, "rr: whatever is queued");
	d = plain();
	d.weight[0] = 300;
	near(fight(&policy_rr, &d).count, .5, .001, "rr: knows no weights");
	near(fight(&policy_wrr, &d).count, .75, .001, "wrr: three commands for one at 3:1");
	d.weight[1] = 700;
	near(fight(&policy_wrr, &d).count, .3, .002, "wrr: three for seven at 3:7");
}

static void test_drr(void)
{
	struct duel d = plain();

	near(fight(&policy_drr_bytes, &d).bytes, .5, .005, "drr-bytes: as many bytes each");
	near(fight(&policy_drr_cost, &d).time, .5, .005, "drr-cost: as much time each");
	d.weight[1] = 400;
	near(fight(&policy_drr_bytes, &d).bytes, .2, .005, "drr-bytes: bytes by weight");
	near(fight(&policy_drr_cost, &d).time, .2, .005, "drr-cost: time by weight");
	d.kind[0].prior_ns = 1;
	near(fight(&policy_drr_cost, &d).time, .2, .005, "drr-cost: whatever the table says");
}

static void test_sfqd(void)
{
	struct duel d = plain();

	d.engines = 4;
	near(fight(&policy_sfqd_static, &d).time, .5, .005, "sfqd-static: as much time each");
	d.weight[0] = 300;
	near(fight(&policy_sfqd_static, &d).time, .75, .005, "sfqd-static: time by weight");
	near(fight(&policy_sfqd_correct, &d).time, .75, .005, "sfqd-correct: time by weight");
	/* the table says half of what the big ones take: 100 for 200 */
	d = plain();
	d.kind[1].prior_ns = 200000;
	near(fight(&policy_sfqd_static, &d).time, 1. / 3, .005,
	     "sfqd-static: as wrong as its estimates");
	near(fight(&policy_sfqd_correct, &d).time, .5, .005, "sfqd-correct: they do not matter");
}

static void test_drm(void)
{
	struct duel d = plain();

	near(fight(&policy_drm_fair, &d).time, .5, .01, "drm-fair: as much time each");
	d.weight[0] = 300;
	near(fight(&policy_drm_fair, &d).time, .5, .01, "drm-fair: knows no weights");
}

/* -- the bound of SFQ(D): (D + 1) (c_i / w_i + c_j / w_j), constant costs -- */

struct spread {
	u32 n;
	double least[8], most[8];
	bool begun;
	double worst;
	double bound[8];
};

static void spread_watch(struct sim *s, void *arg)
{
	struct spread *sp = arg;
	u32 i, j;

	for (i = 0; i < sp->n; i++) {
		for (j = 0; j < i; j++) {
			double wi = (double)sim_owner(s, i)->engine_ns / sim_owner(s, i)->weight;
			double wj = (double)sim_owner(s, j)->engine_ns / sim_owner(s, j)->weight;
			double r = fabs(wi - wj) / (sp->bound[i] + sp->bound[j]);

			sp->worst = fmax(sp->worst, r);
		}
	}
}

static double sfqd_spread(u64 *rng)
{
	u32 engines = 1 + rng_below(rng, 4), x;
	const struct sim_cfg cfg = {
		.policy = &policy_sfqd_static, .engines = engines, .owners = 4,
		.depth = engines + rng_below(rng, 4), .warm_ns = 0, .run_ns = 200 * SIM_MS,
		.seed = 1,
	};
	struct spread sp = { .n = 4 };
	struct sim *s = sim_new(&cfg);

	for (x = 0; x < 4; x++) {
		u64 ns = 10000 + rng_below(rng, 1000000);
		struct workload wl = {
			.depth = 32, .kind = { { FACET_OP_RSA_PRIV, x, 64, ns, ns } },
		};
		u32 weight = 1 + rng_below(rng, 20);

		sim_add(s, &wl, weight, 0, false);
		sp.bound[x] = (cfg.depth + 1.0) * ns / weight;
	}
	sim_watch(s, spread_watch, &sp);
	sim_run(s);
	sim_free(s);
	return sp.worst;
}

static void test_sfqd_bound(void)
{
	u64 rng = 20260101;
	double worst = 0;
	u32 i;

	for (i = 0; i < 40; i++)
		worst = fmax(worst, sfqd_spread(&rng));
	tap_ok(worst <= 1 && worst > .1, "sfqd: 40 random runs within (D + 1) of the largest: %.3f",
	       worst);
}

/* -- sparse owners: delay grows with the others under SFQ, not with us -- */

static double sparse_p99(const struct policy *policy, u32 n)
{
	const struct sim_cfg cfg = {
		.policy = policy, .engines = 4, .owners = n + 1, .depth = 5, .slots = 4,
		.warm_ns = 200 * SIM_MS, .run_ns = SIM_S, .seed = 1,
	};
	struct workload attack = { .depth = 16, .kind = { KIND_RSA4096 } };
	struct workload victim = {
		.mode = WL_OPEN, .depth = 64, .period_ns = 500 * SIM_US, .random = true,
		.kind = { KIND_PK5US },
	};
	struct sim *s = sim_new(&cfg);
	double p99;
	u32 x;

	for (x = 0; x < n; x++)
		sim_add(s, &attack, 100, 0, false);
	sim_add(s, &victim, 100, 0, true);
	sim_run(s);
	p99 = (double)sim_quantile(sim_owner(s, n), .99) / KIND_RSA4096.cost_ns;
	sim_free(s);
	return p99;
}

static void test_sparse(void)
{
	tap_ok(sparse_p99(&policy_sfqd_correct, 31) > 3 * sparse_p99(&policy_sfqd_correct, 3),
	       "sfqd: a sparse owner's delay grows with the number of others");
	tap_ok(sparse_p99(&policy_vfs, 31) <= 1.2, "vfs: a sparse owner waits for one residual");
}

/* -- our tree against a look at everybody -- */

struct trace {
	u64 rng;
	u32 n;
	u64 order;
};

static struct pol_cmd trace_cmd(struct trace *t, u32 x)
{
	u64 ns = 1000 + rng_below(&t->rng, 1ull << (10 + rng_below(&t->rng, 12)));

	return (struct pol_cmd){
		.owner = x, .order = t->order++, .pred_ns = ns, .prior_ns = ns,
		.true_ns = 1000 + rng_below(&t->rng, 2 * ns),
	};
}

/* Both get the same events; where they disagree, the finish tags must be equal. */
static u32 disagreements(u64 seed, u32 n, u32 decisions)
{
	const struct pol_config cfg = {
		.owners = n, .engines = 4, .depth = 4, .floor_ns = 500,
	};
	struct trace t = { .rng = seed, .n = n };
	void *ours = policy_vfs.create(&cfg), *scan = policy_scan.create(&cfg);
	struct pol_cmd flying[2][4], next;
	u32 i, x, bad = 0, count = 0;

	for (x = 0; x < n; x++) {
		u32 weight = 1 + rng_below(&t.rng, 200);

		policy_vfs.add(ours, x, weight, 0);
		policy_scan.add(scan, x, weight, 0);
		next = trace_cmd(&t, x);
		policy_vfs.head(ours, &next, 0);
		policy_scan.head(scan, &next, 0);
	}
	for (i = 0; i < decisions; i++) {
		s32 a = policy_vfs.pick(ours, 0), b = policy_scan.pick(scan, 0);
		struct pol_done done = { 0 };

		if (a != b) {
			bad++;
			break;
		}
		if (a != POLICY_NONE) {
			flying[0][count] = trace_cmd(&t, a);
			flying[0][count].pred_ns = policy_vfs_node(ours, a)->head_ns;
			flying[1][count] = flying[0][count];
			next = trace_cmd(&t, a);
			policy_vfs.dispatch(ours, &flying[0][count], &next, 0);
			policy_scan.dispatch(scan, &flying[1][count], &next, 0);
			count++;
			continue;
		}
		done.stop_ns = flying[0][0].true_ns;
		policy_vfs.complete(ours, &flying[0][0], &done, 0);
		policy_scan.complete(scan, &flying[1][0], &done, 0);
		count--;
		for (x = 0; x < count; x++) {
			flying[0][x] = flying[0][x + 1];
			flying[1][x] = flying[1][x + 1];
		}
	}
	policy_vfs.destroy(ours);
	policy_scan.destroy(scan);
	return bad;
}

static void test_oracle(void)
{
	u32 n, bad = 0;

	for (n = 2; n <= 200; n += 11)
		bad += disagreements(n * 7919, n, 5000);
	tap_ok(!bad, "vfs: the tree chooses whom a look at everybody chooses");
}

int main(void)
{
	test_fifo();
	test_rr();
	test_drr();
	test_sfqd();
	test_sfqd_bound();
	test_drm();
	test_sparse();
	test_oracle();
	return tap_done();
}
