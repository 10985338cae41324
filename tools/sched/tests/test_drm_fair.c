// SPDX-License-Identifier: GPL-2.0
/*
 * The port of drm_sched's FAIR policy against the real one: the 13 cases at one
 * and two credits that were measured on Linux 7.3.4 under User-mode Linux with a
 * simulated clock.  A port that is off by more than two points is wrong.
 *
 * All times are a quarter of those in the names: the device ends a command after
 * 10 ms.
 */
#include <math.h>
#include "sim.h"
#include "tap.h"

#define MS(n)		((n) * SIM_MS / 4)
#define WINDOW_NS	MS(4080)

/**
 * struct client - one of the two
 * @us: its commands
 * @depth: kept queued; or, one at a time, outstanding
 * @sync: one at a time
 */
struct client {
	u32 us;
	u32 depth;
	bool sync;
};

/**
 * struct drm_case - a case and the share of A that was measured
 * @name: as in the measurement
 * @a: client A
 * @b: client B
 * @late: B begins after 3 s, A's depth then becomes 2
 * @percent: share of A, by credits
 */
struct drm_case {
	const char *name;
	struct client a, b;
	bool late;
	double percent[2];
};

static const struct drm_case cases[] = {
	{ "S1 both deep, 20 and 1 ms", { 20000, 8, 0 }, { 1000, 8, 0 }, 0, { 50.0, 50.0 } },
	{ "S2 both deep, 5 ms", { 5000, 8, 0 }, { 5000, 8, 0 }, 0, { 50.0, 50.0 } },
	{ "C1 one queued 20 ms", { 20000, 1, 0 }, { 1000, 8, 0 }, 0, { 95.2, 95.2 } },
	{ "C2 one at a time 20 ms", { 20000, 1, 1 }, { 1000, 8, 0 }, 0, { 100.0, 86.9 } },
	{ "C3 two queued 20 ms", { 20000, 2, 0 }, { 1000, 8, 0 }, 0, { 50.0, 50.0 } },
	{ "C4 one queued 2 ms, 8 of 50 us", { 2000, 1, 0 }, { 50, 8, 0 }, 0, { 97.6, 97.6 } },
	{ "C5 one queued 2 ms, 32 of 200 us", { 2000, 1, 0 }, { 200, 32, 0 }, 0, { 90.9, 90.9 } },
	{ "C6 both one queued", { 20000, 1, 0 }, { 1000, 1, 0 }, 0, { 0.0, 0.0 } },
	{ "C7 one queued 1 ms, 8 of 20 ms", { 1000, 1, 0 }, { 20000, 8, 0 }, 0, { 100.0, 100.0 } },
	{ "C8 one queued 5 ms, 8 of 5 ms", { 5000, 1, 0 }, { 5000, 8, 0 }, 0, { 100.0, 100.0 } },
	{ "C9 one at a time 1 ms, 8 of 20 ms", { 1000, 1, 1 }, { 20000, 8, 0 }, 0, { 99.5, 4.8 } },
	{ "L1 alone at depth 1, then 2", { 5000, 1, 0 }, { 5000, 8, 0 }, 1, { 12.7, 13.0 } },
	{ "L2 alone at depth 2", { 5000, 2, 0 }, { 5000, 8, 0 }, 1, { 50.0, 50.0 } },
};

static struct workload workload_of(const struct client *c)
{
	const struct kind kind = { FACET_OP_RSA_PRIV, 0, 64, c->us * SIM_US / 4,
				    c->us * SIM_US / 4 };

	return (struct workload){
		.mode = c->sync ? WL_CLOSED : WL_QUEUED, .depth = c->depth, .kind = { kind },
	};
}

static void deepen(struct sim *s, void *arg)
{
	struct owner *o = sim_owner(s, *(u32 *)arg);

	o->wl.depth = 2;
	sim_set_on(s, o->x, true);
}

static double share(const struct drm_case *t, u32 credits)
{
	const struct sim_cfg cfg = {
		.policy = &policy_drm_fair, .arb = FACET_ARB_RR, .engines = 1, .owners = 2,
		.depth = credits, .warm_ns = t->late ? MS(3050) : MS(1000),
		.run_ns = WINDOW_NS, .seed = 1,
	};
	struct workload a = workload_of(&t->a), b = workload_of(&t->b);
	struct sim *s = sim_new(&cfg);
	u32 x = 0;
	double percent;

	/* A's first command is on the engine when B begins */
	b.start_ns = t->late ? MS(3000) : SIM_US;
	sim_add(s, &a, VFS_WEIGHT_DEFAULT, 0, false);
	sim_add(s, &b, VFS_WEIGHT_DEFAULT, 0, false);
	if (t->late)
		sim_at(s, MS(3050), deepen, &x);
	sim_run(s);
	percent = 100 * sim_share(s, 0);
	sim_free(s);
	return percent;
}

int main(void)
{
	u32 i, credits;

	for (credits = 1; credits <= 2; credits++) {
		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			double got = share(&cases[i], credits);
			double want = cases[i].percent[credits - 1];

			tap_ok(fabs(got - want) <= 2, "%u credits, %s: %.1f %% (real: %.1f)",
			       credits, cases[i].name, got, want);
		}
	}
	return tap_done();
}
