// SPDX-License-Identifier: GPL-2.0
/*
 * The decision: the essay's example, idleness, prediction and measurement, and
 * what may enter the device.
 */
#include "toy.h"

#define US	1000ull
#define MS	1000000ull

static const struct vfs_params one = { .engines = 1, .floor_ns = 500 };

/* The table in vfs_core.c, line by line. */
static void test_example(void)
{
	static const char want[] = "BABBB";
	struct toy t;
	char got[sizeof(want)] = "";
	u32 i;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 1, 2 * MS, 2 * MS);
	toy_add(&t, 1, NULL, 1, 500 * US, 500 * US);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	for (i = 0; i < 5; i++) {
		toy_dispatch(&t);
		got[i] = t.last == &t.leaf[0] ? 'A' : 'B';
		toy_complete(&t);
	}
	if (!tap_ok(!strcmp(got, want), "the example of the essay"))
		tap_diag("got %s, want %s", got, want);
	toy_run(&t, 400 * MS);
	toy_near(toy_share(&t, 0, 2), .5, .005, "and half each in the end");
}

static void test_weights(void)
{
	struct toy t;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 10000, 300 * US, 300 * US);
	toy_add(&t, 1, NULL, 1, 50 * US, 50 * US);
	toy_add(&t, 2, NULL, 5000, 2 * MS, 2 * MS);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	toy_wake(&t, 2, ~0ull);
	toy_run(&t, 60000 * MS);
	toy_near(toy_share(&t, 0, 3), 10000.0 / 15001, 0.0001, "10000 of 15001");
	toy_near(toy_share(&t, 1, 3), 1.0 / 15001, 0.00001, "1 of 15001");
}

static void test_idle(void)
{
	struct toy t;
	u64 before;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 1, 100 * US, 100 * US);
	toy_add(&t, 1, NULL, 1, 100 * US, 100 * US);
	toy_wake(&t, 0, ~0ull);
	toy_run(&t, 1000 * MS);
	toy_wake(&t, 1, ~0ull);
	before = t.leaf[0].node.done_ns;
	toy_run(&t, 1100 * MS);
	toy_near((t.leaf[0].node.done_ns - before) / (100. * MS), .5, .01,
		 "a second of idleness gives no credit");
	/* both asleep, then one again: nothing is left of the past */
	toy_wake(&t, 0, 0);
	toy_wake(&t, 1, 0);
	while (toy_complete(&t))
		;
	toy_wake(&t, 1, ~0ull);
	toy_run(&t, 1200 * MS);
	toy_wake(&t, 0, ~0ull);
	before = t.leaf[0].node.done_ns;
	toy_run(&t, 1300 * MS);
	toy_near((t.leaf[0].node.done_ns - before) / (100. * MS), .5, .01,
		 "nor does idleness of all");
}

/* One large command, asleep until it is paid for, another one: no more than half. */
static void test_debt(void)
{
	struct toy t;
	u32 i;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 1, 100 * US, 100 * US);
	toy_add(&t, 1, NULL, 1, 10 * US, 5 * MS);
	toy_wake(&t, 0, ~0ull);
	for (i = 0; i < 200; i++) {
		toy_wake(&t, 1, 1);
		while (t.leaf[1].left)
			toy_run(&t, t.now_ns + 1);
		/* idle for less than it owes */
		toy_run(&t, t.now_ns + MS);
	}
	tap_ok(toy_share(&t, 1, 2) < .51, "leaving forgives no debt: %.3f", toy_share(&t, 1, 2));
	tap_ok(toy_share(&t, 1, 2) > .4, "and nobody pays twice");
}

static void test_sparse(void)
{
	struct toy t;
	u32 i, late = 0;

	toy_init(&t, &one);
	for (i = 0; i < 40; i++) {
		toy_add(&t, i, NULL, 1, 2 * MS, 2 * MS);
		toy_wake(&t, i, ~0ull);
	}
	toy_add(&t, 40, NULL, 1, 5 * US, 5 * US);
	toy_run(&t, 500 * MS);
	for (i = 0; i < 50; i++) {
		toy_dispatch(&t);
		toy_wake(&t, 40, 1);
		toy_complete(&t);
		toy_dispatch(&t);
		late += t.last != &t.leaf[40];
		toy_run(&t, t.now_ns + 10 * MS);
	}
	tap_ok(late <= 2, "a sparse owner is next, whatever 40 others do (not: %u of 50)", late);
}

static void test_correction(void)
{
	struct toy t;

	toy_init(&t, &one);
	toy_add(&t, 0, NULL, 1, 10 * US, 400 * US);
	toy_add(&t, 1, NULL, 1, 900 * US, 100 * US);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	toy_run(&t, 2000 * MS);
	toy_near(toy_share(&t, 0, 2), .5, .002, "40 times under and 9 times over predicted");
	tap_eq(t.leaf[0].node.charged_ns, t.leaf[0].node.done_ns + t.leaf[0].node.inflight_ns,
	       "charged is what was measured and what is in flight");
	tap_eq(t.leaf[0].node.worst.under_ns, 390 * US, "largest under-prediction");
	tap_eq(t.leaf[1].node.worst.over_ns, 800 * US, "largest over-prediction");
}

/* What a division leaves over is charged the next time. */
static void test_remainder(void)
{
	struct vfs_node *node;
	struct toy t;
	u128 start;
	u32 i;

	toy_init(&t, &(struct vfs_params){ .engines = 1, .floor_ns = 1 });
	toy_add(&t, 0, NULL, 9973, 7, 5);
	toy_wake(&t, 0, ~0ull);
	node = &t.leaf[0].node;
	start = node->start;
	for (i = 0; i < 1000; i++) {
		toy_dispatch(&t);
		toy_complete(&t);
	}
	tap_ok((node->start - start) * node->weight + node->rem == (u128)5000 << VFS_SHIFT,
	       "of a thousand small charges nothing is lost");
}

static void test_refresh(void)
{
	struct toy t;
	struct vfs_cmd *cmd;

	toy_init(&t, &(struct vfs_params){ .engines = 2, .floor_ns = 500 });
	toy_add(&t, 0, NULL, 1, 10 * US, 8 * MS);
	toy_add(&t, 1, NULL, 1, 100 * US, 100 * US);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	toy_dispatch(&t);
	cmd = &t.cmd[0].cmd;
	tap_ok(t.last == &t.leaf[0], "the short prediction comes first");
	vfs_refresh(cmd, 5 * US, 0);
	tap_eq(t.leaf[0].node.charged_ns, 10 * US, "nothing more before the prediction is over");
	vfs_refresh(cmd, 3 * MS, 0);
	tap_eq(t.leaf[0].node.charged_ns, 3 * MS, "an overrun is charged while it lasts");
	toy_dispatch(&t);
	tap_ok(t.last == &t.leaf[1], "and the other one is preferred meanwhile");
	vfs_complete(cmd, 8 * MS, 8 * MS);
	tap_eq(t.leaf[0].node.charged_ns, 8 * MS, "the rest at the end");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

static void test_floor(void)
{
	struct toy t;

	toy_init(&t, &(struct vfs_params){ .engines = 1, .floor_ns = 2000 });
	toy_add(&t, 0, NULL, 1, 1, 1);
	toy_add(&t, 1, NULL, 1, 20 * US, 20 * US);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	toy_run(&t, 100 * MS);
	tap_eq(t.leaf[0].node.done_ns / t.leaf[0].node.done, 2000, "a command costs the floor");
	toy_near(t.leaf[0].node.done_ns, t.leaf[1].node.done_ns, 100. * US,
		 "and a flood of them gains nothing");
	vfs_head(&t.leaf[0].node, ~0ull);
	tap_eq(t.leaf[0].node.head_ns, VFS_COST_MAX_NS, "no prediction beyond the longest");
}

static u32 fill(struct toy *t)
{
	u32 n = 0;

	while (toy_dispatch(t))
		n++;
	return n;
}

static u32 filled(const struct vfs_params *params, u64 cost_ns)
{
	static struct toy t;

	toy_init(&t, params);
	toy_add(&t, 0, NULL, 1, cost_ns, cost_ns);
	toy_add(&t, 1, NULL, 1, cost_ns, cost_ns);
	toy_wake(&t, 0, ~0ull);
	toy_wake(&t, 1, ~0ull);
	return fill(&t);
}

static void test_gate(void)
{
	struct vfs_params p = {
		.engines = 4, .floor_ns = 500, .ahead_ns = 40 * US, .single_ns = 500 * US,
	};
	struct toy t;

	tap_eq(filled(&p, 2 * MS), 4, "long commands: one an engine");
	tap_eq(filled(&p, 300 * US), 5, "shorter than single_ns: one waits");
	tap_eq(filled(&p, 10 * US), 8, "short ones: as many as ahead_ns covers");
	p.single_ns = 0;
	tap_eq(filled(&p, 300 * US), 4, "no single_ns: none waits");
	p.slots = 8;
	tap_eq(filled(&p, 2 * MS), 8, "slots: so many before costs count");
	/* room comes back with completions, whoever completes */
	p.slots = 0;
	toy_init(&t, &p);
	toy_add(&t, 0, NULL, 1, 10 * US, 10 * US);
	toy_wake(&t, 0, ~0ull);
	fill(&t);
	toy_complete(&t);
	tap_eq(fill(&t), 1, "a completion makes room for one");
	toy_run(&t, 100 * MS);
	tap_ok(t.s.ahead <= p.ahead_ns && t.s.inflight <= 8, "and it stays like that");
}

static void test_hurry(void)
{
	const struct vfs_params p = { .engines = 2, .floor_ns = 500, .ahead_ns = 20 * US };
	struct toy t;
	u32 i;

	toy_init(&t, &p);
	for (i = 0; i < 4; i++) {
		toy_add(&t, i, NULL, 1, 2 * MS, 2 * MS);
		toy_wake(&t, i, ~0ull);
	}
	toy_add(&t, 4, NULL, 1, 5 * US, 5 * US);
	toy_run(&t, 200 * MS);
	fill(&t);
	tap_eq(t.s.inflight, 2, "full with long commands");
	toy_wake(&t, 4, 1);
	fill(&t);
	tap_ok(!t.leaf[4].left, "a short newcomer enters");
	tap_ok(t.s.inflight <= 2 * p.engines + 1, "what was before it too, but no more than that");
	tap_eq(t.s.hurried, 0, "and then nobody is in a hurry");
	toy_wake(&t, 4, 1);
	toy_wake(&t, 4, 0);
	tap_eq(t.s.hurried, 0, "nor is one that went away");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

static void loads(const struct toy *t, u32 others, u32 express, const char *text)
{
	if (!tap_ok(t->s.load[false] == others && t->s.load[true] == express, "load: %s", text))
		tap_diag("got %u and %u", t->s.load[false], t->s.load[true]);
}

/* What the dispatcher's queues weigh follows their owners at each event. */
static void test_load(void)
{
	struct vfs_node group;
	struct toy t;
	struct toy_cmd *short_one;

	toy_init(&t, &(struct vfs_params){ .engines = 1, .floor_ns = 500, .ahead_ns = 10 * US });
	vfs_node_add(&group, &t.s.root, 50);
	toy_add(&t, 0, NULL, 100, 2 * MS, 2 * MS);
	toy_add(&t, 1, &group, 300, 5 * US, 5 * US);
	toy_add(&t, 2, &group, 300, 2 * MS, 2 * MS);
	loads(&t, 0, 0, "nobody has work");
	toy_wake(&t, 0, 1);
	loads(&t, 100, 0, "an owner with a command");
	toy_dispatch(&t);
	loads(&t, 100, 0, "also while it is in the device alone");
	toy_wake(&t, 1, 1);
	toy_wake(&t, 2, 1);
	loads(&t, 150, 0, "a group as a whole, whatever its members");
	toy_dispatch(&t);
	short_one = &t.cmd[1];
	tap_ok(t.last == &t.leaf[1] && short_one->cmd.express && !t.cmd[0].cmd.express,
	       "short and behind a long one: express");
	loads(&t, 100, 50, "its group is there");
	vfs_quiesce(&group);
	toy_complete(&t);
	loads(&t, 0, 50, "quiesced, but in the device");
	toy_complete(&t);
	loads(&t, 0, 0, "and then not any more");
	vfs_resume(&group);
	vfs_set_weight(&group, 70);
	loads(&t, 70, 0, "a weight that changes");
	vfs_set_cap(&group, 1, 0, 0);
	toy_dispatch(&t);
	loads(&t, 0, 0, "its cap holds it");
	toy_complete(&t);
	vfs_advance(&t.s, 10000 * MS);
	toy_wake(&t, 1, 1);
	loads(&t, 70, 0, "until it may again");
}

static void test_slots(void)
{
	static struct toy t;

	toy_init(&t, &(struct vfs_params){ .engines = 4, .floor_ns = 500 });
	toy_add(&t, 0, NULL, 1, 2 * MS, 2 * MS);
	toy_wake(&t, 0, ~0ull);
	tap_eq(fill(&t), 4, "alone with the engines: one each");
	vfs_set_slots(&t.s, 8);
	tap_eq(fill(&t), 4, "others compete for them: one more each waits");
	toy_complete(&t);
	tap_eq(fill(&t), 1, "and stays so");
	vfs_set_slots(&t.s, 0);
	toy_complete(&t);
	tap_eq(fill(&t), 0, "alone again: what is in the device stays");
	toy_run(&t, 50 * MS);
	fill(&t);
	tap_eq(t.s.inflight, 4, "until it has gone");
	tap_eq(t.s.ahead, 0, "nothing is counted twice");
}

int main(void)
{
	test_example();
	test_weights();
	test_idle();
	test_debt();
	test_sparse();
	test_correction();
	test_remainder();
	test_refresh();
	test_floor();
	test_gate();
	test_hurry();
	test_load();
	test_slots();
	return tap_done();
}
