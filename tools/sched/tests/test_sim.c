// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark's device and simulator: engine time is exact, latencies are what
 * they are said to be, and a run depends on its seed alone.
 */
#include <stdlib.h>
#include "sim.h"
#include "tap.h"

#define WINDOW_NS	(100 * SIM_MS)

static struct sim_cfg base(const struct policy *policy, u32 engines, u32 owners)
{
	return (struct sim_cfg){
		.policy = policy, .arb = FACET_ARB_RR, .engines = engines, .owners = owners,
		.groups = 2, .direct = policy ? 0 : owners, .depth = engines, .slots = engines,
		.latency_ns = 5 * SIM_US, .warm_ns = 10 * SIM_MS, .run_ns = WINDOW_NS, .seed = 7,
	};
}

static struct workload loop(u64 cost_ns, u32 depth)
{
	return (struct workload){
		.mode = WL_CLOSED, .depth = depth,
		.kind = { { FACET_OP_RSA_PRIV, 0, 64, cost_ns, cost_ns } },
	};
}

/**
 * struct seen - what one owner saw
 * @done: commands
 * @engine_ns: engine time
 * @least_ns: shortest time from submission to completion
 * @most_ns: longest
 */
struct seen {
	u64 done;
	u64 engine_ns;
	u64 least_ns;
	u64 most_ns;
};

static struct seen alone(const struct sim_cfg *cfg, const struct workload *wl)
{
	struct sim *s = sim_new(cfg);
	struct seen r;

	sim_add(s, wl, 100, 0, true);
	sim_run(s);
	r.done = sim_owner(s, 0)->done;
	r.engine_ns = sim_owner(s, 0)->engine_ns;
	r.least_ns = sim_quantile(sim_owner(s, 0), 0);
	r.most_ns = sim_quantile(sim_owner(s, 0), 1);
	sim_free(s);
	return r;
}

static void test_exact(void)
{
	struct sim_cfg cfg = base(&policy_fifo, 1, 1);
	struct workload one = loop(12345, 1), fast = loop(1, 1);
	struct seen r = alone(&cfg, &one);

	tap_eq(r.engine_ns, r.done * 12345, "engine time is the command's cost");
	tap_eq(r.least_ns, 5000 + 12345, "a lone command: one latency and its cost");
	tap_eq(r.most_ns, 5000 + 12345, "always");
	/* and one more until its owner knows */
	tap_ok(r.done - WINDOW_NS / (2 * 5000 + 12345) <= 1, "as many as fit");
	r = alone(&cfg, &fast);
	tap_eq(r.engine_ns, r.done * DEV_FLOOR_NS, "nothing costs less than the floor");
}

static void test_gap(void)
{
	struct sim_cfg cfg = base(&policy_fifo, 1, 1);
	struct workload deep = loop(20000, 16);
	struct seen r = alone(&cfg, &deep);

	tap_eq(r.done, WINDOW_NS / 25000, "one in flight: the engine idles for the latency");
	cfg.depth = 2;
	r = alone(&cfg, &deep);
	tap_eq(r.done, WINDOW_NS / 20000, "two in flight: never");
	cfg.turn_ns = 40000;
	r = alone(&cfg, &deep);
	tap_eq(r.done, WINDOW_NS / 40000, "a slow dispatcher is what everybody waits for");
}

static void test_direct(void)
{
	struct sim_cfg cfg = base(NULL, 2, 1);
	struct workload one = loop(20000, 1), deep = loop(20000, 16);
	struct seen r = alone(&cfg, &one);

	tap_eq(r.least_ns, 25000, "direct: one latency and the cost");
	tap_eq(r.done, WINDOW_NS / 25000, "the owner sees completions at once");
	r = alone(&cfg, &deep);
	tap_eq(r.done, 2 * WINDOW_NS / 20000, "no dispatcher, no gap, both engines");
}

static void test_ceiling(void)
{
	struct sim_cfg cfg = base(&policy_fifo, 1, 1);
	struct workload endless = loop(SIM_S, 2);
	struct seen r;

	cfg.depth = 2;
	r = alone(&cfg, &endless);
	tap_eq(r.engine_ns, r.done * DEV_CMAX_NS, "nothing runs for longer than C_max");
	endless.kind[0].opcode = 63;
	r = alone(&cfg, &endless);
	tap_eq(r.engine_ns, r.done * DEV_FLOOR_NS, "an unknown opcode costs the floor");
	endless.kind[0].opcode = FACET_OP_SHA256;
	endless.kind[0].bytes = (4u << 20) + 1;
	r = alone(&cfg, &endless);
	tap_eq(r.engine_ns, r.done * DEV_FLOOR_NS, "so does one that is too long");
}

/* A long command is charged while it runs, at the ticks. */
static void note_charge(struct sim *s, void *arg)
{
	*(u64 *)arg = policy_vfs_node(sim_policy(s), 0)->charged_ns;
}

static void test_refresh(void)
{
	struct sim_cfg cfg = base(&policy_vfs, 1, 1);
	struct workload wl = loop(9 * SIM_MS, 1);
	u64 at_4_5 = 0, at_7_5 = 0;
	struct sim *s;

	wl.kind[0].prior_ns = 100000;
	cfg.refresh_ns = SIM_MS;
	cfg.warm_ns = 0;
	s = sim_new(&cfg);
	sim_add(s, &wl, 100, 0, false);
	sim_at(s, 4500 * SIM_US, note_charge, &at_4_5);
	sim_at(s, 7500 * SIM_US, note_charge, &at_7_5);
	sim_run(s);
	tap_eq(at_4_5, 4 * SIM_MS - 5 * SIM_US, "an overrun is charged as of the last tick");
	tap_eq(at_7_5, 7 * SIM_MS - 5 * SIM_US, "again and again");
	sim_free(s);
}

static u64 fingerprint(u64 seed)
{
	struct sim_cfg cfg = base(&policy_vfs, 4, 8);
	struct workload wl = {
		.mode = WL_OPEN, .depth = 32, .period_ns = 70 * SIM_US, .random = true,
		.second_permille = 300, .kind = { KIND_PK50US, KIND_RSA2048 },
	};
	u64 print = 0;
	struct sim *s;
	u32 x;

	cfg.seed = seed;
	s = sim_new(&cfg);
	for (x = 0; x < 8; x++)
		sim_add(s, &wl, 100 + x, 0, false);
	sim_run(s);
	for (x = 0; x < 8; x++)
		print = print * 1000003 + sim_owner(s, x)->engine_ns;
	sim_free(s);
	return print;
}

static void test_seed(void)
{
	tap_ok(fingerprint(1) == fingerprint(1), "the same seed, the same run");
	tap_ok(fingerprint(1) != fingerprint(2), "another seed, another run");
}

static void regroup(struct sim *s, void *arg)
{
	sim_set_group(s, *(u32 *)arg, 2);
}

/* A group of three against one owner, in the dispatcher and in the device. */
static double outsider(const struct policy *policy, bool move)
{
	struct sim_cfg cfg = base(policy, 2, 4);
	struct workload wl = loop(50000, 16);
	u32 x, mover = 3;
	struct sim *s;
	double share;

	cfg.arb = FACET_ARB_EEVDF;
	cfg.warm_ns = 20 * SIM_MS;
	s = sim_new(&cfg);
	for (x = 0; x < 4; x++)
		sim_add(s, &wl, 100, x ? 1 : 0, false);
	if (move)
		sim_at(s, 10 * SIM_MS, regroup, &mover);
	sim_run(s);
	share = sim_share(s, 0);
	sim_free(s);
	return share;
}

static void test_groups(void)
{
	tap_eq(1000 * outsider(&policy_vfs, false) + .5, 500, "vfs: half against a group of three");
	tap_eq(1000 * outsider(&policy_vfs, true) + .5, 333, "vfs: a third against two groups");
	tap_eq(1000 * outsider(NULL, false) + .5, 500, "device: half against a group of three");
	tap_eq(1000 * outsider(NULL, true) + .5, 333, "device: a third against two groups");
}

int main(void)
{
	test_exact();
	test_gap();
	test_direct();
	test_ceiling();
	test_refresh();
	test_seed();
	test_groups();
	return tap_done();
}
