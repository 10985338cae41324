// SPDX-License-Identifier: GPL-2.0
/*
 * E1, E2: dear commands against cheap ones.  E3: one big command at a time
 * against a deep queue of small ones.
 */
#include <math.h>
#include <stdio.h>
#include "bench.h"

/**
 * struct pair - two sorts of owners
 * @small: what the first sort runs
 * @big: what the second one does
 * @small_depth: commands outstanding
 * @big_depth: likewise
 * @small_weight: weight
 * @big_weight: likewise
 * @engines: engines
 */
struct pair {
	const struct kind *small, *big;
	u32 small_depth, big_depth;
	u32 small_weight, big_weight;
	u32 engines;
};

/**
 * struct outcome - what came of it
 * @small: share of the first sort
 * @entitled: what it should be
 * @direct_error: what direct owners got less what they should have, mixed only
 * @jain: of engine time by weight over all owners
 * @used: of the engines
 */
struct outcome {
	double small;
	double entitled;
	double direct_error;
	double jain;
	double used;
};

/* Two owners; or, mixed, every other one of 72. */
static struct outcome run_pair(const struct contender *c, const struct pair *p)
{
	u32 n = c->mixed ? MIXED_OWNERS : 2, x;
	struct sim_cfg cfg = bench_cfg(c, p->engines, n);
	struct workload small = closed(p->small, p->small_depth);
	struct workload big = closed(p->big, p->big_depth);
	double direct = 0, per_weight[MIXED_OWNERS];
	struct outcome o = { 0 };
	struct sim *s;

	/* long enough for the lightest of 72 owners to have run a hundred commands */
	if (c->mixed)
		cfg.run_ns *= p->small_weight + p->big_weight > 50 ? 40 : 4;
	s = sim_new(&cfg);
	for (x = 0; x < n; x++)
		sim_add(s, x % 2 ? &big : &small, x % 2 ? p->big_weight : p->small_weight, 0, 0);
	sim_run(s);
	for (x = 0; x < n; x++) {
		per_weight[x] = sim_share(s, x) / sim_owner(s, x)->weight;
		o.small += x % 2 ? 0 : sim_share(s, x);
		direct += x < MIXED_DIRECT ? sim_share(s, x) : 0;
	}
	o.entitled = (double)p->small_weight / (p->small_weight + p->big_weight);
	o.direct_error = c->mixed ? direct - (double)MIXED_DIRECT / MIXED_OWNERS : 0;
	o.jain = jain(per_weight, n);
	o.used = (double)sim_total_ns(s) / cfg.run_ns / p->engines;
	sim_free(s);
	return o;
}

static void share_rows(const struct contender *c, const char *scenario, const struct pair *p)
{
	struct outcome o = run_pair(c, p);
	double error = fmax(fabs(o.small - o.entitled), fabs(o.direct_error));

	record(c, scenario, "small share", "share", NO_TARGET, o.small);
	record(c, scenario, "share error", "points", AT_MOST(1), 100 * error);
	record(c, scenario, "Jain", "index", AT_LEAST(.999), o.jain);
	record(c, scenario, "utilisation", "share", NO_TARGET, o.used);
}

#define NR_ENGINES	3

static const char *const engines_name[] = { "E=1", "E=2", "E=4" };
static const u32 engines_of[] = { 1, 2, 4 };

static void e1_plot(void)
{
	static const double x[] = { 1, 2, 4 };
	const struct plot p = {
		.file = "E1.svg", .title = "E1: share of RSA-1024 beside RSA-2048, entitled 0.5",
		.xlabel = "engines", .ylabel = "share of engine time",
		.metric = "small share", .scenario = engines_name, .x = x,
		.points = NR_ENGINES, .log_x = true,
	};

	plot(&p);
}

void e1(void)
{
	u32 i, k;

	table_begin("E1", "RSA-1024 against RSA-2048, equal weights, 16 outstanding");
	for (k = 0; k < NR_ENGINES; k++) {
		struct pair p = {
			&KIND_RSA1024, &KIND_RSA2048, 16, 16, 1, 1, engines_of[k],
		};

		for (i = 0; i < nr_contenders; i++)
			share_rows(&contenders[i], engines_name[k], &p);
	}
	e1_plot();
	table_end();
}

void e2(void)
{
	static const u32 weight[] = { 3, 10, 100 };
	char name[40];
	u32 i, k, side;

	table_begin("E2", "as E1 with unequal weights, E=4");
	for (k = 0; k < 3; k++) {
		for (side = 0; side < 2; side++) {
			struct pair p = {
				&KIND_RSA1024, &KIND_RSA2048, 16, 16,
				side ? 1 : weight[k], side ? weight[k] : 1, 4,
			};

			snprintf(name, sizeof(name), "small:big %u:%u", p.small_weight,
				 p.big_weight);
			for (i = 0; i < nr_contenders; i++)
				share_rows(&contenders[i], name, &p);
		}
	}
	table_end();
}

static void e3_rows(const struct contender *c, const char *scenario, const struct pair *p)
{
	struct outcome o = run_pair(c, p);

	record(c, scenario, "victim/entitled", "ratio", AT_LEAST(.98),
	       o.small / o.entitled);
}

/* At several engines one command at a time is no more than one engine. */
void e3(void)
{
	struct pair p = { &KIND_PK50US, &KIND_RSA4096, 16, 1, 1, 1, 1 };
	u32 i;

	table_begin("E3", "attacker keeps one big command, victim 16 of 50 us, E=1");
	for (i = 0; i < nr_contenders; i++)
		e3_rows(&contenders[i], "RSA-4096", &p);
	p.big = &KIND_CMAX;
	for (i = 0; i < nr_contenders; i++)
		e3_rows(&contenders[i], "C_max commands", &p);
	table_end();
}
