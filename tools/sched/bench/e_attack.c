// SPDX-License-Identifier: GPL-2.0
/*
 * E7: many siblings.  E8: from group to group.  E9: sleep, then burst.  E10:
 * floods.
 */
#include <math.h>
#include <stdio.h>
#include "bench.h"

#define ENGINES		4u

/* -- E7 -- */

/*
 * The victim is in no group.  Its attacker's instances are in one group; mixed,
 * seven direct ones in one group and the others, shared, in another.
 */
static double victim_share(const struct contender *c, u32 siblings)
{
	u32 direct = c->mixed ? MIXED_DIRECT - 1 : 0, n = 1 + direct + siblings, x;
	struct sim_cfg cfg = bench_cfg(c, ENGINES, n);
	struct workload work = closed(&KIND_RSA2048, siblings > 8 ? 2 : 16);
	struct workload victim = closed(&KIND_RSA2048, 16);
	struct sim *s;
	double share;

	cfg.groups = 2;
	s = sim_new(&cfg);
	sim_add(s, &victim, VFS_WEIGHT_DEFAULT, 0, false);
	for (x = 1; x < n; x++)
		sim_add(s, &work, VFS_WEIGHT_DEFAULT, x <= direct ? 2 : 1, false);
	sim_run(s);
	share = sim_share(s, 0);
	sim_free(s);
	return share;
}

static void e7_row(const struct contender *c, u32 siblings)
{
	u32 most = c->mixed ? MIXED_SHARED : c->policy ? 1024 : 1021;
	double share, entitled = c->mixed ? 1.0 / 3 : .5;
	char name[32];

	if (c->mixed && siblings > most)
		return;
	snprintf(name, sizeof(name), "%u siblings", siblings);
	share = victim_share(c, siblings < most ? siblings : most);
	record(c, name, "victim share", "share", NO_TARGET, share);
	record(c, name, "error", "points", AT_MOST(1), 100 * fabs(share - entitled));
}

void e7(void)
{
	static const u32 siblings[] = { 1, 4, 16, 64, 256, 1024 };
	u32 i, k;

	table_begin("E7",
		    "a group of n instances against one of 16 outstanding (arbiter: 1021 for 1024)");
	for (k = 0; k < 6; k++)
		for (i = 0; i < nr_contenders; i++)
			e7_row(&contenders[i], siblings[k]);
	table_end();
}

/* -- E8 -- */

/**
 * struct mover - an owner that changes its group
 * @x: it
 * @group: where it is
 * @period_ns: for how long
 */
struct mover {
	u32 x;
	u32 group;
	u64 period_ns;
};

static void move(struct sim *s, void *arg)
{
	struct mover *m = arg;

	m->group = 3 - m->group;
	sim_set_group(s, m->x, m->group);
	sim_at(s, sim_now(s) + m->period_ns, move, m);
}

/* Two groups, an honest owner in each, and the mover: a quarter is its part. */
static void e8_row(const struct contender *c, u32 period_us, const struct kind *kind)
{
	struct sim_cfg cfg = bench_cfg(c, ENGINES, 3);
	struct mover m = { 2, 1, period_us * SIM_US };
	struct workload honest = closed(&KIND_PK50US, 16), attack = closed(kind, 16);
	char name[40];
	struct sim *s;

	if (c->mixed)
		return;
	cfg.run_ns = 4 * SIM_S;
	s = sim_new(&cfg);
	sim_add(s, &honest, VFS_WEIGHT_DEFAULT, 1, false);
	sim_add(s, &honest, VFS_WEIGHT_DEFAULT, 2, false);
	sim_add(s, &attack, VFS_WEIGHT_DEFAULT, 1, false);
	sim_at(s, m.period_ns, move, &m);
	sim_run(s);
	snprintf(name, sizeof(name), "every %u us, %llu us", period_us,
		 (unsigned long long)(kind->cost_ns / SIM_US));
	record(c, name, "attacker/entitled", "ratio", AT_MOST(1.01), sim_share(s, 2) * 4);
	sim_free(s);
}

void e8(void)
{
	static const u32 period_us[] = { 200, 1000, 3000, 10000, 50000 };
	u32 i, k;

	table_begin("E8", "an owner that moves between two groups, one honest owner in each, E=4");
	for (k = 0; k < 5; k++)
		for (i = 0; i < nr_contenders; i++)
			e8_row(&contenders[i], period_us[k], &KIND_RSA4096);
	for (i = 0; i < nr_contenders; i++)
		e8_row(&contenders[i], 1000, &KIND_RSA2048);
	table_end();
}

/* -- E9 -- */

/**
 * struct burst - sleeping and bursting
 * @x: who
 * @sleep_ns: for how long
 * @burst_ns: likewise
 * @on: in a burst
 * @own_ns: its engine time when the burst began
 * @all_ns: that of all
 * @entitled: its share
 * @excess_ns: most that it got beyond that since the beginning of a burst
 */
struct burst {
	u32 x;
	u64 sleep_ns;
	u64 burst_ns;
	bool on;
	u64 own_ns;
	u64 all_ns;
	double entitled;
	double excess_ns;
};

static void toggle(struct sim *s, void *arg)
{
	struct burst *b = arg;

	b->on = !b->on;
	b->own_ns = sim_owner(s, b->x)->engine_ns;
	b->all_ns = sim_total_ns(s);
	sim_set_on(s, b->x, b->on);
	sim_at(s, sim_now(s) + (b->on ? b->burst_ns : b->sleep_ns), toggle, b);
}

static void follow(struct sim *s, void *arg)
{
	struct burst *b = arg;
	double own = sim_owner(s, b->x)->engine_ns - b->own_ns;
	double all = sim_total_ns(s) - b->all_ns;

	if (b->on)
		b->excess_ns = fmax(b->excess_ns, own - b->entitled * all);
}

/* The sleeper is the last, when mixed a shared owner; or the first, a direct one. */
static void e9_row(const struct contender *c, u32 sleep_ms, const struct kind *kind, bool first)
{
	u32 n = c->mixed ? MIXED_OWNERS : 2, x;
	struct sim_cfg cfg = bench_cfg(c, ENGINES, n);
	struct burst b = {
		.x = first ? 0 : n - 1, .sleep_ns = sleep_ms * SIM_MS, .burst_ns = 20 * SIM_MS,
		.entitled = 1.0 / n,
	};
	struct workload work = closed(&KIND_RSA2048, 16), attack = closed(kind, 16);
	char name[40];
	struct sim *s;

	cfg.run_ns = 2 * SIM_S;
	s = sim_new(&cfg);
	for (x = 0; x < n; x++)
		sim_add(s, x == b.x ? &attack : &work, VFS_WEIGHT_DEFAULT, 0, false);
	sim_set_on(s, b.x, false);
	sim_at(s, cfg.warm_ns, toggle, &b);
	sim_watch(s, follow, &b);
	sim_run(s);
	snprintf(name, sizeof(name), "sleep %u ms, %u us%s", sleep_ms,
		 (u32)(kind->cost_ns / SIM_US), first ? ", direct" : "");
	record(c, name, "excess", "commands", NO_TARGET, b.excess_ns / kind->cost_ns);
	record(c, name, "excess less in flight", "commands", AT_MOST(1),
	       b.excess_ns / kind->cost_ns - sim_owner(s, b.x)->worst.inflight);
	sim_free(s);
}

void e9(void)
{
	static const u32 sleep_ms[] = { 1, 10, 100, 500 };
	u32 i, k;

	table_begin("E9",
		    "an owner that sleeps, then bursts for 20 ms; the others always busy, E=4");
	for (k = 0; k < 4; k++)
		for (i = 0; i < nr_contenders; i++)
			e9_row(&contenders[i], sleep_ms[k], &KIND_RSA2048, false);
	for (i = 0; i < nr_contenders; i++)
		e9_row(&contenders[i], 100, &KIND_RSA4096, false);
	for (i = 0; i < nr_contenders; i++)
		if (contenders[i].mixed)
			e9_row(&contenders[i], 10, &KIND_RSA2048, true);
	table_end();
}

/* -- E10 -- */

/**
 * struct flood - an attack by what is nearly nothing
 * @name: for the table
 * @kind: what is submitted
 * @ring: no commands, only doorbells
 */
struct flood {
	const char *name;
	struct kind kind;
	bool ring;
};

static const struct flood floods[] = {
	{ "empty commands", { FACET_OP_NOP, 0, 0, 500, 500 }, false },
	{ "unknown opcode", { 63, 0, 0, 500, 500 }, false },
	{ "length over the ceiling", { FACET_OP_SHA256, 0, (4u << 20) + 1, 500, 500 }, false },
	{ "doorbells", { FACET_OP_NOP, 0, 0, 500, 500 }, true },
};

static void ring(struct sim *s, void *arg)
{
	u32 x, *n = arg;

	for (x = 1; x < *n; x++)
		sim_ring(s, x);
	sim_at(s, sim_now(s) + SIM_US, ring, arg);
}

/* The first owner or, mixed, the first shared one is the victim; all others flood. */
static double flooded(const struct contender *c, const struct flood *f, bool attacked, bool first)
{
	static const struct kind sha = { FACET_OP_SHA256, 0, 16384, 10830, 10830 };
	u32 n = c->mixed ? MIXED_OWNERS : 2, v = c->mixed && !first ? MIXED_DIRECT : 0, x;
	struct sim_cfg cfg = bench_cfg(c, ENGINES, n);
	struct workload work = closed(&sha, 16), attack = closed(&f->kind, 64);
	double used;
	struct sim *s;

	cfg.warm_ns = 5 * SIM_MS;
	cfg.run_ns = (c->mixed ? 100 : 20) * SIM_MS;
	attack.depth = f->ring || !attacked ? 0 : c->mixed ? 8 : 64;
	s = sim_new(&cfg);
	for (x = 0; x < n; x++)
		sim_add(s, x == v ? &work : &attack, VFS_WEIGHT_DEFAULT, 0, false);
	if (f->ring && attacked)
		sim_at(s, 0, ring, &n);
	sim_run(s);
	used = (double)sim_owner(s, v)->engine_ns / cfg.run_ns / ENGINES;
	if (attacked && !f->ring)
		used *= n;
	sim_free(s);
	return used;
}

static void e10_row(const struct contender *c, const struct flood *f, bool first)
{
	double alone = flooded(c, f, false, first), now = flooded(c, f, true, first);
	char name[40];

	snprintf(name, sizeof(name), "%s%s", f->name, first ? ", direct victim" : "");
	/* a flood of doorbells takes no engine time: the victim keeps everything */
	record(c, name, "victim/entitled", "ratio", AT_LEAST(.97),
	       f->ring ? now / alone : now);
}

void e10(void)
{
	u32 i, k;

	table_begin("E10", "floods with 64 outstanding or 1 M/s, victim 16 of 11 us, E=4");
	for (k = 0; k < 4; k++)
		for (i = 0; i < nr_contenders; i++)
			e10_row(&contenders[i], &floods[k], false);
	for (k = 0; k < 4; k++)
		for (i = 0; i < nr_contenders; i++)
			if (contenders[i].mixed)
				e10_row(&contenders[i], &floods[k], true);
	table_end();
}
