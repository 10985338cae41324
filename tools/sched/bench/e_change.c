// SPDX-License-Identifier: GPL-2.0
/*
 * E11: a cap.  E13: owners that come and go.  E15: a weight that changes.
 */
#include <math.h>
#include <stdio.h>
#include "bench.h"

#define ENGINES		4u

/* -- E11 -- */

static void cap(struct sim *s, void *arg)
{
	sim_set_cap(s, *(u32 *)arg, 100, SIM_MS);
}

static void e11_row(const struct contender *c, const char *name, const struct kind *kind)
{
	struct sim_cfg cfg = bench_cfg(c, ENGINES, 1);
	struct workload work = closed(kind, 16);
	u32 x = 0;
	double rate;
	struct sim *s;

	cfg.run_ns = 2 * SIM_S;
	s = sim_new(&cfg);
	sim_add(s, &work, VFS_WEIGHT_DEFAULT, 0, false);
	sim_at(s, 0, cap, &x);
	sim_run(s);
	rate = (double)sim_total_ns(s) / cfg.run_ns / ENGINES;
	record(c, name, "rate error", "percent", AT_MOST(1), 100 * fabs(rate / .1 - 1));
	sim_free(s);
}

/* What the others see of it: nothing but a command that runs. */
static void e11_tail(const struct contender *c)
{
	struct sim_cfg cfg = bench_cfg(c, ENGINES, 2);
	struct workload work = closed(&KIND_RSA4096, 16);
	struct workload victim = {
		.mode = WL_OPEN, .depth = 64, .period_ns = 500 * SIM_US, .random = true,
		.kind = { KIND_PK5US },
	};
	u32 x = 0;
	struct sim *s;
	double p99;

	cfg.run_ns = 4 * SIM_S;
	s = sim_new(&cfg);
	sim_add(s, &work, VFS_WEIGHT_DEFAULT, 0, false);
	sim_add(s, &victim, VFS_WEIGHT_DEFAULT, 0, true);
	sim_at(s, 0, cap, &x);
	sim_run(s);
	p99 = sim_quantile(sim_owner(s, 1), .99);
	record(c, "RSA-4096", "p99 of another, us", "us", NO_TARGET, p99 / SIM_US);
	record(c, "RSA-4096", "p99 of another/C_max", "ratio", NO_TARGET, p99 / DEV_CMAX_NS);
	sim_free(s);
}

void e11(void)
{
	u32 i;

	table_begin("E11", "a cap of 10 % on an idle device, 16 outstanding, E=4");
	for (i = 0; i < nr_contenders; i++) {
		if (contenders[i].mixed)
			continue;
		e11_row(&contenders[i], "50 us", &KIND_PK50US);
		e11_row(&contenders[i], "RSA-2048", &KIND_RSA2048);
		e11_row(&contenders[i], "RSA-4096", &KIND_RSA4096);
		e11_tail(&contenders[i]);
	}
	table_end();
}

/* -- E13 -- */

static double total(const struct contender *c, u32 n)
{
	struct sim_cfg cfg = bench_cfg(c, ENGINES, n);
	struct workload work = {
		.mode = WL_CLOSED, .depth = 4, .second_permille = 300,
		.kind = { KIND_PK50US, KIND_RSA4096 },
		.on_ns = 5 * SIM_MS, .off_ns = 5 * SIM_MS,
	};
	double sum;
	struct sim *s;
	u32 x;

	cfg.run_ns = 2 * SIM_S;
	s = sim_new(&cfg);
	for (x = 0; x < n; x++)
		sim_add(s, &work, VFS_WEIGHT_DEFAULT, 0, false);
	sim_run(s);
	sum = sim_total_ns(s);
	sim_free(s);
	return sum;
}

void e13(void)
{
	static const u32 owners[] = { 1, 2, 4, 8, 16, 64 };
	const struct contender *fifo = contenders;
	double raw;
	char name[32];
	u32 i, k;

	while (fifo->policy != &policy_fifo)
		fifo++;
	table_begin("E13", "owners on and off at random, 4 of 50 us or 1.92 ms, E=4");
	for (k = 0; k < 6; k++) {
		snprintf(name, sizeof(name), "n=%u", owners[k]);
		raw = total(fifo, owners[k]);
		for (i = 0; i < nr_contenders; i++)
			if (!contenders[i].mixed)
				record(&contenders[i], name, "total/FIFO", "ratio", AT_LEAST(.99),
				       total(&contenders[i], owners[k]) / raw);
	}
	table_end();
}

/* -- E15 -- */

#define PERIOD_NS	(10 * SIM_MS)
#define PERIODS		20u

/**
 * struct change - a change and what follows, in control periods
 * @n: owners; every other one's weight changes
 * @period: number of the present one since the change
 * @own_ns: engine time of those concerned when that began
 * @all_ns: of all
 * @share: of each period
 */
struct change {
	u32 n;
	u32 period;
	u64 own_ns;
	u64 all_ns;
	double share[PERIODS];
};

static u64 own_ns(struct sim *s, u32 n)
{
	u64 sum = 0;
	u32 x;

	for (x = 0; x < n; x += 2)
		sum += sim_owner(s, x)->engine_ns;
	return sum;
}

static void next_period(struct sim *s, void *arg)
{
	struct change *ch = arg;
	u64 own = own_ns(s, ch->n), all = sim_total_ns(s);
	u32 x;

	for (x = 0; !ch->period && x < ch->n; x += 2)
		sim_set_weight(s, x, 3 * VFS_WEIGHT_DEFAULT);
	if (ch->period)
		ch->share[ch->period - 1] = (double)(own - ch->own_ns) / (all - ch->all_ns);
	ch->own_ns = own;
	ch->all_ns = all;
	if (ch->period++ < PERIODS)
		sim_at(s, sim_now(s) + PERIOD_NS, next_period, ch);
}

/* After how many periods are all within 2 % of three quarters? */
static u32 settled(const struct change *ch)
{
	u32 i;

	for (i = PERIODS; i && fabs(ch->share[i - 1] / .75 - 1) <= .02; i--)
		;
	return i;
}

/*
 * In a period of 10 ms the lighter ones of 72 owners have five commands of 50 us each,
 * all at the same moments: that alone makes a period's share differ by 2 %.
 */
static const struct kind KIND_PK10US = { FACET_OP_RSA_PUB, 5, 64, 10000, 10000 };

static void e15_row(const struct contender *c)
{
	u32 n = c->mixed ? MIXED_OWNERS : 2, x;
	struct sim_cfg cfg = bench_cfg(c, ENGINES, n);
	struct workload work = closed(c->mixed ? &KIND_PK10US : &KIND_PK50US, 16);
	struct change ch = { .n = n };
	struct sim *s;

	s = sim_new(&cfg);
	for (x = 0; x < n; x++)
		sim_add(s, &work, VFS_WEIGHT_DEFAULT, 0, false);
	sim_at(s, cfg.warm_ns, next_period, &ch);
	sim_run(s);
	/* what the first period gave is known at its end */
	record(c, "100:100 to 300:100", "periods to within 2 %", "10 ms", AT_MOST(5),
	       settled(&ch) + 1);
	record(c, "100:100 to 300:100", "share in the last", "share", NO_TARGET,
	       ch.share[PERIODS - 1]);
	sim_free(s);
}

void e15(void)
{
	u32 i;

	table_begin("E15", "a weight changes from 100 to 300, 16 of 50 us (mixed: 10 us), E=4");
	for (i = 0; i < nr_contenders; i++)
		e15_row(&contenders[i]);
	table_end();
}
