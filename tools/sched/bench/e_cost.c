// SPDX-License-Identifier: GPL-2.0
/*
 * E5: an owner whose commands cost what nobody expects.
 */
#include <math.h>
#include <stdio.h>
#include "bench.h"

#define ENGINES		4u
#define TABLE_NS	100304ull	/* DEFLATE of 16 KiB by the table */

/**
 * struct gap - how far apart two owners are
 * @least: least difference of their engine time since measuring began
 * @most: most
 * @half_least: the same in the first half
 * @half_most: likewise
 * @half_ns: when that ends
 * @begun: it has
 */
struct gap {
	double least, most;
	double half_least, half_most;
	u64 half_ns;
	bool begun;
};

static void watch(struct sim *s, void *arg)
{
	struct gap *g = arg;
	double d;

	d = (double)sim_owner(s, 0)->engine_ns - (double)sim_owner(s, 1)->engine_ns;
	if (!g->begun) {
		*g = (struct gap){ d, d, d, d, g->half_ns, true };
		return;
	}
	g->least = fmin(g->least, d);
	g->most = fmax(g->most, d);
	if (sim_now(s) > g->half_ns)
		return;
	g->half_least = g->least;
	g->half_most = g->most;
}

static double term(const struct owner *o)
{
	const struct vfs_worst *w = &o->worst;

	return (w->inflight + 1.0) * w->cost_ns + (double)w->inflight * (w->under_ns + w->over_ns);
}

static void run(const struct contender *c, const char *name, const struct workload *odd)
{
	static const struct kind plain = { FACET_OP_DEFLATE, 0, 16384, TABLE_NS, TABLE_NS };
	struct sim_cfg cfg = bench_cfg(c, ENGINES, 2);
	struct workload even = closed(&plain, 16);
	struct gap g = { .half_ns = cfg.warm_ns + SIM_S };
	double bound, first, all;
	struct sim *s;

	/* two owners have nothing to mix */
	if (c->mixed)
		return;
	cfg.run_ns = 2 * SIM_S;
	s = sim_new(&cfg);
	sim_add(s, &even, 1, 0, false);
	sim_add(s, odd, 1, 0, false);
	sim_watch(s, watch, &g);
	sim_run(s);
	bound = term(sim_owner(s, 0)) + term(sim_owner(s, 1));
	first = g.half_most - g.half_least;
	all = g.most - g.least;
	record(c, name, "difference", "ms", NO_TARGET, all / SIM_MS);
	record(c, name, "difference/bound", "ratio", LESS_THAN(1), all / bound);
	/* the second half may add no more than a few commands' worth to the first */
	record(c, name, "drift", "s/s", AT_MOST(.005), (all - first) / SIM_S);
	sim_free(s);
}

void e5(void)
{
	struct workload odd = {
		.mode = WL_CLOSED, .depth = 16,
		.kind = { { FACET_OP_DEFLATE, 0, 16384, TABLE_NS, 190000 },
			  { FACET_OP_DEFLATE, 0, 16384, TABLE_NS, 400000 } },
	};
	u32 i;

	table_begin("E5", "compression of unlike data against the table's cost of 100 us, E=4");
	for (i = 0; i < nr_contenders; i++)
		run(&contenders[i], "always 190 us", &odd);
	odd.kind[0].cost_ns = 40000;
	odd.second_permille = 500;
	for (i = 0; i < nr_contenders; i++)
		run(&contenders[i], "40 or 400 us", &odd);
	odd.flip = 24;
	for (i = 0; i < nr_contenders; i++)
		run(&contenders[i], "24 of 40, 24 of 400 us", &odd);
	odd.kind[0].cost_ns = 20000;
	odd.kind[1].cost_ns = 10000000;
	odd.flip = 100;
	for (i = 0; i < nr_contenders; i++)
		run(&contenders[i], "100 of 20 us, 100 of C_max", &odd);
	table_end();
}
