// SPDX-License-Identifier: GPL-2.0
/*
 * E4: a sparse owner among attackers.
 */
#include <math.h>
#include <stdio.h>
#include "bench.h"

#define ENGINES		4u

/**
 * struct sparse - a run with a sparse victim
 * @attackers: how many
 * @attack: what they run, 16 outstanding each
 * @latency_ns: dispatch latency
 * @first: the victim is the first owner, when mixed a direct one; else the last, when
 *	mixed a shared one
 */
struct sparse {
	u32 attackers;
	const struct kind *attack;
	u64 latency_ns;
	bool first;
};

/* Direct owners come first. */
static void run_sparse(const struct contender *c, const struct sparse *p, const char *scenario,
		       bool targets)
{
	struct sim_cfg cfg = bench_cfg(c, ENGINES, p->attackers + 1);
	struct workload victim = {
		.mode = WL_OPEN, .depth = 64, .period_ns = 500 * SIM_US, .random = true,
		.kind = { KIND_PK5US },
	};
	struct workload attack = closed(p->attack, 16);
	u32 x, v = p->first ? 0 : p->attackers;
	struct sim *s;
	double p99;

	cfg.latency_ns = p->latency_ns;
	cfg.ahead_ns = SIM_AHEAD(ENGINES, p->latency_ns);
	cfg.single_ns = SIM_SINGLE(p->latency_ns);
	/* everybody has been through, and what commands cost is known */
	cfg.warm_ns = 100 * p->attack->cost_ns;
	cfg.run_ns = 4 * SIM_S;
	if (c->mixed)
		cfg.direct = p->attackers < MIXED_DIRECT ? (p->attackers + 1) / 2 : MIXED_DIRECT;
	s = sim_new(&cfg);
	for (x = 0; x <= p->attackers; x++)
		sim_add(s, x == v ? &victim : &attack, VFS_WEIGHT_DEFAULT, 0, x == v);
	sim_run(s);
	p99 = sim_quantile(sim_owner(s, v), .99);
	record(c, scenario, "p50/residual", "ratio", NO_TARGET,
	       (double)sim_quantile(sim_owner(s, v), .5) / p->attack->cost_ns);
	record(c, scenario, "p99/residual", "ratio", targets ? AT_MOST(1.2) : NO_TARGET,
	       p99 / p->attack->cost_ns);
	record(c, scenario, "p99/C_max", "ratio", NO_TARGET, p99 / DEV_CMAX_NS);
	sim_free(s);
}

static const u32 attackers[] = { 1, 3, 7, 15, 31, 63 };
static const char *const attackers_name[] = { "n=1", "n=3", "n=7", "n=15", "n=31", "n=63" };
#define NR_ATTACKERS	6

/* Least squares over n. */
static double slope(const struct contender *c)
{
	double n = NR_ATTACKERS, sx = 0, sy = 0, sxx = 0, sxy = 0;
	u32 k;

	for (k = 0; k < NR_ATTACKERS; k++) {
		double y = recorded(c, attackers_name[k], "p99/residual");

		sx += attackers[k];
		sy += y;
		sxx += (double)attackers[k] * attackers[k];
		sxy += attackers[k] * y;
	}
	return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

static void e4_plot(void)
{
	static const double x[] = { 1, 3, 7, 15, 31, 63 };
	const struct plot p = {
		.file = "E4.svg", .title = "E4: p99 of a sparse 5 us owner, 4 engines",
		.xlabel = "attackers with 16 x 1.92 ms", .ylabel = "p99 in attacker's commands",
		.metric = "p99/residual", .scenario = attackers_name, .x = x,
		.points = NR_ATTACKERS, .log_x = true, .log_y = true,
	};

	plot(&p);
}

/* Ours alone: the dispatch latency, and the other sort of victim. */
static void e4_more(void)
{
	static const u32 us[] = { 1, 20 };
	struct sparse p = { .attackers = 31, .attack = &KIND_RSA4096 };
	char name[32];
	u32 i, k;

	for (k = 0; k < 2; k++) {
		p.latency_ns = us[k] * SIM_US;
		snprintf(name, sizeof(name), "n=31, latency %u us", us[k]);
		for (i = 0; i < nr_contenders; i++)
			if (contenders[i].ours)
				run_sparse(&contenders[i], &p, name, true);
	}
	p = (struct sparse){ 63, &KIND_RSA4096, SIM_LATENCY_NS, true };
	for (i = 0; i < nr_contenders; i++)
		if (contenders[i].mixed)
			run_sparse(&contenders[i], &p, "n=63, a direct victim", true);
}

void e4(void)
{
	struct sparse p = { .attack = &KIND_RSA4096, .latency_ns = SIM_LATENCY_NS };
	u32 i, k;

	table_begin("E4", "sparse owner, 2000/s of 5 us, n attackers with 16 x RSA-4096, E=4");
	for (k = 0; k < NR_ATTACKERS; k++) {
		p.attackers = attackers[k];
		for (i = 0; i < nr_contenders; i++)
			run_sparse(&contenders[i], &p, attackers_name[k], true);
	}
	/* 0.05 of a command over 63 attackers: what chance makes of p99 */
	for (i = 0; i < nr_contenders; i++)
		record(&contenders[i], "n=1..63", "growth per attacker", "ratio",
		       AT_MOST(.05 / 63), slope(&contenders[i]));
	p.attackers = 31;
	p.attack = &KIND_CMAX;
	for (i = 0; i < nr_contenders; i++)
		run_sparse(&contenders[i], &p, "n=31 of C_max", true);
	e4_more();
	table_end();
	e4_plot();
}
