// SPDX-License-Identifier: GPL-2.0
/*
 * E6: an owner with one command at a time and little to do, against one that
 * would take everything; and the limit on what is in flight, which is latency for
 * the one and throughput for the other.
 */
#include <math.h>
#include <stdio.h>
#include "bench.h"

#define ENGINES		4u
#define MEAN_NS		300000ull

/**
 * struct light - what a run gave
 * @rate: the light owner's commands a second
 * @used: of the engines
 */
struct light {
	double rate;
	double used;
};

static struct light run(struct sim_cfg cfg, bool attacked)
{
	struct workload victim = closed(&KIND_PK50US, 1);
	struct workload attack = {
		.mode = WL_CLOSED, .depth = 16, .second_permille = 500,
		.kind = { { FACET_OP_RSA_PRIV, 7, 256, 300000, 54545 },
			  { FACET_OP_RSA_PRIV, 7, 256, 300000, 545455 } },
	};
	struct light l;
	struct sim *s;

	/* begins every 500 us when alone and at once */
	victim.think_ns = 450 * SIM_US;
	cfg.run_ns = 2 * SIM_S;
	cfg.direct = cfg.policy ? 0 : 2;
	s = sim_new(&cfg);
	sim_add(s, &victim, VFS_WEIGHT_DEFAULT, 0, false);
	if (attacked)
		sim_add(s, &attack, VFS_WEIGHT_DEFAULT, 0, false);
	sim_run(s);
	l.rate = (double)sim_owner(s, 0)->done / cfg.run_ns * SIM_S;
	l.used = (double)sim_total_ns(s) / cfg.run_ns / ENGINES;
	sim_free(s);
	return l;
}

static double fifo_used(void)
{
	u32 i;

	for (i = 0; i < nr_contenders; i++)
		if (contenders[i].policy == &policy_fifo)
			return run(bench_cfg(&contenders[i], ENGINES, 2), true).used;
	return 1;
}

static const u32 depths[] = { 4, 5, 6, 8, 12, 16 };
static const char *const names[] = { "D=4", "D=5", "D=6", "D=8", "D=12", "D=16" };
#define NR_DEPTHS	6

/* A count for those who count; the same in engine time for ours. */
static void limit(struct sim_cfg *cfg, u32 depth)
{
	cfg->depth = depth;
	cfg->ahead_ns = (depth - ENGINES) * MEAN_NS;
	cfg->single_ns = 0;
}

static void rows(const struct contender *c, double raw)
{
	struct sim_cfg cfg = bench_cfg(c, ENGINES, 2);
	double alone = run(cfg, false).rate;
	struct light l = run(cfg, true);
	u32 k;

	record(c, "default", "light/alone", "ratio", AT_LEAST(.65), l.rate / alone);
	record(c, "default", "utilisation/FIFO", "ratio", AT_LEAST(.99), l.used / raw);
	record(c, "default", "utilisation", "share", NO_TARGET, l.used);
	for (k = 0; c->policy && k < NR_DEPTHS; k++) {
		limit(&cfg, depths[k]);
		l = run(cfg, true);
		record(c, names[k], "light/alone", "ratio", NO_TARGET, l.rate / alone);
		record(c, names[k], "utilisation", "share", NO_TARGET, l.used);
	}
}

static void latency_rows(const struct contender *c)
{
	static const u32 us[] = { 1, 2, 10, 20 };
	struct sim_cfg cfg = bench_cfg(c, ENGINES, 2);
	struct light l;
	char name[32];
	double alone;
	u32 k;

	for (k = 0; k < 4; k++) {
		cfg.latency_ns = us[k] * SIM_US;
		cfg.ahead_ns = SIM_AHEAD(ENGINES, cfg.latency_ns);
		cfg.single_ns = SIM_SINGLE(cfg.latency_ns);
		alone = run(cfg, false).rate;
		l = run(cfg, true);
		snprintf(name, sizeof(name), "latency %u us", us[k]);
		record(c, name, "light/alone", "ratio", NO_TARGET, l.rate / alone);
		record(c, name, "utilisation", "share", NO_TARGET, l.used);
	}
}

void e6(void)
{
	static const double x[] = { 4, 5, 6, 8, 12, 16 };
	const struct plot p = {
		.file = "E6.svg", .title = "E6: a light owner's throughput, 4 engines",
		.xlabel = "commands in flight (ours: the same in engine time)",
		.ylabel = "of that alone", .metric = "light/alone", .scenario = names, .x = x,
		.points = NR_DEPTHS,
	};
	double raw = fifo_used();
	u32 i;

	table_begin("E6", "one 50 us command each 500 us, against 16 of 55 or 545 us, E=4");
	for (i = 0; i < nr_contenders; i++)
		if (!contenders[i].mixed)
			rows(&contenders[i], raw);
	for (i = 0; i < nr_contenders; i++)
		if (!contenders[i].mixed)
			latency_rows(&contenders[i]);
	table_end();
	plot(&p);
}
