// SPDX-License-Identifier: GPL-2.0
/*
 * A hundred years of engine time, at weights 1 and 10000: nothing wraps that must
 * not, and shares and the bound are what they are on the first day.
 */
#include "toy.h"

#define YEARS_NS	(100ull * 365 * 86400 * 1000000000)
#define MS		1000000ull

static const struct vfs_params one = { .engines = 1, .floor_ns = 500 };

static double distance(const struct toy *t)
{
	double a = (double)t->leaf[0].node.done_ns / t->leaf[0].node.weight;
	double b = (double)t->leaf[1].node.done_ns / t->leaf[1].node.weight;

	return a < b ? b - a : a - b;
}

static double bound(struct toy *t)
{
	return (double)(vfs_bound(&t->leaf[0].node, &t->leaf[1].node) >> VFS_SHIFT);
}

static void commands(struct toy *t, u64 n)
{
	while (n--) {
		toy_dispatch(t);
		toy_complete(t);
	}
}

/* Commands as long as they can be: the tags run as fast as they can. */
static void test_longest(void)
{
	struct toy t;
	u64 bad = 0;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 1, VFS_COST_MAX_NS, VFS_COST_MAX_NS);
	toy_add(&t, 1, NULL, 1, VFS_COST_MAX_NS / 2, VFS_COST_MAX_NS);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	while (t.now_ns < YEARS_NS) {
		commands(&t, 64);
		bad += distance(&t) > bound(&t) || vfs_check(&t.s);
	}
	tap_eq(bad, 0, "100 years of the longest commands at weight 1");
	toy_near(toy_share(&t, 0, 2), 0.5, 0.00001, "half each");
	tap_ok((t.leaf[0].node.start - ((u128)1 << 96)) >> 64 > 1000,
	       "tags have passed 2^64 a thousand times on the way");
}

/* The old are far ahead of zero when somebody new comes. */
static void test_latecomer(void)
{
	struct toy t;
	u64 before;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 1, VFS_COST_MAX_NS, VFS_COST_MAX_NS);
	toy_add(&t, 1, NULL, 10000, VFS_COST_MAX_NS, VFS_COST_MAX_NS);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	commands(&t, 100000);
	toy_wake(&t, 0, 0);
	commands(&t, 300000);
	toy_wake(&t, 0, ~0ull);
	toy_add(&t, 2, NULL, 10000, MS, MS);
	toy_wake(&t, 2, ~0ull);
	t.leaf[0].pred_ns = MS;
	t.leaf[0].cost_ns = MS;
	t.leaf[1].pred_ns = MS;
	t.leaf[1].cost_ns = MS;
	commands(&t, 4);
	before = t.leaf[1].node.done_ns;
	commands(&t, 20000);
	toy_near((t.leaf[1].node.done_ns - before) / (20000. * MS), 10000. / 20001, .002,
		 "weights 10000, 1 and 10000 after 14 years");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

/* The largest error that a prediction can have, one after the other. */
static void test_errors(void)
{
	struct toy t;
	u64 i, bad = 0;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 1, VFS_COST_MAX_NS, 1);
	toy_add(&t, 1, NULL, 1, 1, VFS_COST_MAX_NS);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	for (i = 0; i < 200000; i++) {
		commands(&t, 1);
		bad += distance(&t) > bound(&t);
	}
	tap_eq(bad, 0, "18 minutes too much and too little");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

/* One engine's cap at one permille over a century. */
static void test_cap(void)
{
	struct toy t;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 1, VFS_COST_MAX_NS, VFS_COST_MAX_NS);
	toy_wake(&t, 0, ~0ull);
	vfs_set_cap(&t.leaf[0].node, 1, 0, 0);
	toy_run(&t, YEARS_NS);
	toy_near(t.leaf[0].node.done_ns * 1000. / YEARS_NS, 1, .001, "a cap of one permille");
}

int main(void)
{
	test_longest();
	test_latecomer();
	test_errors();
	test_cap();
	return tap_done();
}
