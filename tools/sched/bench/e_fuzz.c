// SPDX-License-Identifier: GPL-2.0
/*
 * E16: random owners.  Ours with all of its interface (fuzz.h), in every fourth
 * run with settings that change all the time; the others, and the arbiter, with
 * owners side by side.
 */
#include <math.h>
#include "bench.h"
#include "fuzz.h"

#define DECISIONS	1050000ull

static void e16_ours(const struct contender *c)
{
	struct fuzz_found sum = { 0 }, churned = { 0 }, one;
	u64 seed;

	for (seed = 1; sum.decisions < DECISIONS; seed++) {
		one = fuzz_run(SEED + seed, seed % 4 == 0);
		if (seed % 4 == 0)
			churned.decisions += one.decisions;
		else
			sum.decisions += one.decisions;
		sum.bad_bound += one.bad_bound;
		sum.bad_proved += one.bad_proved;
		sum.bad_check += one.bad_check;
		sum.worst = fmax(sum.worst, one.worst);
	}
	record(c, "random", "decisions", "count", AT_LEAST(1e6), sum.decisions);
	record(c, "random", "bound violated", "count", AT_MOST(0), sum.bad_bound);
	record(c, "random", "theorem violated", "count", AT_MOST(0), sum.bad_proved);
	record(c, "random", "invariant violated", "count", AT_MOST(0), sum.bad_check);
	record(c, "random", "worst/bound", "ratio", LESS_THAN(1), sum.worst);
	record(c, "changing settings", "decisions", "count", NO_TARGET, churned.decisions);
}

/* -- the others: owners side by side, through the simulator -- */

/**
 * struct spread - what was seen of a policy
 * @n: owners
 * @completions: so many
 * @bad: violations of the bound
 * @worst: largest difference, as a part of it
 */
struct spread {
	u32 n;
	u64 completions;
	u64 bad;
	double worst;
};

static double term(const struct owner *o)
{
	const struct vfs_worst *w = &o->worst;
	double sum = (w->inflight + 1.0) * w->cost_ns;

	return (sum + (double)w->inflight * (w->under_ns + w->over_ns)) / o->weight;
}

static void watch(struct sim *s, void *arg)
{
	struct spread *sp = arg;
	u32 i, j;

	sp->completions++;
	for (i = 0; i < sp->n; i++) {
		for (j = 0; j < i; j++) {
			const struct owner *a = sim_owner(s, i), *b = sim_owner(s, j);
			double d = fabs((double)a->engine_ns / a->weight -
					(double)b->engine_ns / b->weight);

			sp->bad += d > term(a) + term(b);
			sp->worst = fmax(sp->worst, d / (term(a) + term(b)));
		}
	}
}

static void spread_run(const struct contender *c, u64 seed, struct spread *sp)
{
	u64 rng = (SEED + seed) * 0x9e3779b97f4a7c15ull + 1;
	u32 engines = 1 + rng_below(&rng, 6), x;
	struct sim_cfg cfg;
	struct sim *s;

	sp->n = 2 + rng_below(&rng, 6);
	cfg = bench_cfg(c, engines, sp->n);
	cfg.warm_ns = 0;
	cfg.run_ns = SIM_S;
	cfg.seed = seed;
	s = sim_new(&cfg);
	for (x = 0; x < sp->n; x++) {
		u64 a = 2000 + rng_below(&rng, 2000000), b = 2000 + rng_below(&rng, 2000000);
		u64 prior = a * (200 + rng_below(&rng, 3000)) / 1000;
		struct workload wl = {
			.mode = WL_CLOSED, .depth = 64, .second_permille = 500,
			.kind = { { FACET_OP_RSA_PRIV, x, 64, prior, a },
				  { FACET_OP_RSA_PRIV, x, 64, prior, rng_below(&rng, 2) ? a : b } },
		};

		sim_add(s, &wl, 1 + rng_below(&rng, 20), 0, false);
	}
	sim_watch(s, watch, sp);
	sim_run(s);
	sim_free(s);
}

static void e16_others(const struct contender *c)
{
	struct spread sp = { 0 };
	u64 seed, enough = c->ours ? DECISIONS : 50000;

	for (seed = 1; sp.completions < enough; seed++)
		spread_run(c, seed, &sp);
	record(c, "random", "decisions", "count", AT_LEAST(1e6), sp.completions);
	record(c, "random", "bound violated", "count", AT_MOST(0), sp.bad);
	record(c, "random", "worst/bound", "ratio", LESS_THAN(1), sp.worst);
}

void e16(void)
{
	u32 i;

	table_begin("E16", "random owners, costs, predictions, engines (peers: fewer decisions)");
	for (i = 0; i < nr_contenders; i++) {
		if (contenders[i].mixed)
			continue;
		if (contenders[i].policy == &policy_vfs)
			e16_ours(&contenders[i]);
		else
			e16_others(&contenders[i]);
	}
	table_end();
}
