// SPDX-License-Identifier: GPL-2.0
/*
 * The hierarchy and its settings: groups, moves, weights, requests, limits.
 */
#include "toy.h"

#define US	1000ull
#define MS	1000000ull

static const struct vfs_params one = { .engines = 1, .floor_ns = 500 };

static struct vfs_node node[16];

static void busy(struct toy *t, u32 i, struct vfs_node *parent, u32 weight, u64 cost_ns)
{
	toy_add(t, i, parent, weight, cost_ns, cost_ns);
	toy_wake(t, i, ~0ull);
}

static u64 done(const struct toy *t, u32 from, u32 to)
{
	u64 sum = 0;

	for (; from <= to; from++)
		sum += t->leaf[from].node.done_ns;
	return sum;
}

static void test_groups(void)
{
	struct toy t;
	u32 i;

	toy_init(&t, &one);
	vfs_node_add(&node[0], &t.s.root, 100);
	vfs_node_add(&node[1], &t.s.root, 300);
	busy(&t, 0, &node[0], 100, 100 * US);
	for (i = 1; i < 40; i++)
		busy(&t, i, &node[1], i, 300 * US);
	toy_run(&t, 3000 * MS);
	toy_near(toy_share(&t, 0, 40), .25, .001, "a group's share does not depend on its members");
	toy_near((double)t.leaf[39].node.done_ns / done(&t, 1, 39), 39. / 780, .002,
		 "inside it weights count");
	tap_eq(node[1].done_ns, done(&t, 1, 39), "a group is charged what its members are");
	tap_eq(vfs_entitled_permille(&t.leaf[0].node), 250, "entitled: a quarter");
	tap_eq(vfs_entitled_permille(&t.leaf[36].node), 35, "entitled: 36/780 of three quarters");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

static void test_depth(void)
{
	struct vfs_node deep[VFS_DEPTH_MAX + 1];
	struct toy t;
	u32 i;

	toy_init(&t, &one);
	for (i = 0; i < VFS_DEPTH_MAX - 1; i++)
		tap_eq(vfs_node_add(&deep[i], i ? &deep[i - 1] : &t.s.root, 100), 0, "a level");
	busy(&t, 0, &deep[VFS_DEPTH_MAX - 2], 100, 50 * US);
	busy(&t, 1, &deep[VFS_DEPTH_MAX - 2], 200, 70 * US);
	busy(&t, 2, NULL, 100, 1000 * US);
	tap_eq(vfs_node_add(&deep[4], &t.leaf[0].node, 100), -EINVAL, "five levels are too many");
	toy_run(&t, 2000 * MS);
	toy_near(toy_share(&t, 2, 3), .5, .002, "four levels: half outside");
	toy_near(toy_share(&t, 1, 3), 1. / 3, .002, "and two thirds of the rest at the bottom");
}

static void test_refusals(void)
{
	struct toy t, other;

	toy_init(&t, &one);
	toy_init(&other, &one);
	tap_eq(vfs_node_add(&node[0], &t.s.root, 0), -EINVAL, "no weight 0");
	tap_eq(vfs_node_add(&node[0], &t.s.root, 10001), -EINVAL, "nor 10001");
	vfs_node_add(&node[0], &t.s.root, 100);
	busy(&t, 0, &node[0], 100, 50 * US);
	tap_eq(vfs_node_add(&node[1], &t.leaf[0].node, 1), -EBUSY, "no child below commands");
	tap_eq(vfs_node_del(&node[0]), -EBUSY, "a parent stays");
	toy_dispatch(&t);
	tap_eq(vfs_node_del(&t.leaf[0].node), -EBUSY, "whoever has a command in flight stays");
	tap_eq(vfs_node_move(&t.leaf[0].node, &other.s.root), -EINVAL, "no move elsewhere");
	tap_eq(vfs_node_move(&t.leaf[0].node, &t.s.root), -EINVAL, "nor to another level");
	tap_eq(vfs_set_weight(&t.leaf[0].node, 10001), -EINVAL, "no weight 10001 later either");
	t.leaf[0].left = 0;
	toy_complete(&t);
	vfs_head(&t.leaf[0].node, 0);
	tap_eq(vfs_node_del(&t.leaf[0].node), 0, "an idle leaf goes");
	tap_eq(vfs_node_del(&node[0]), 0, "then its parent");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

/* After each big command it goes over to the other group. */
static void test_move(void)
{
	struct toy t;
	u32 i, at = 0;
	u64 seen = 0;

	toy_init(&t, &one);
	vfs_node_add(&node[0], &t.s.root, 100);
	vfs_node_add(&node[1], &t.s.root, 100);
	busy(&t, 0, &node[0], 100, 50 * US);
	busy(&t, 1, &node[1], 100, 50 * US);
	busy(&t, 2, &node[0], 100, 2 * MS);
	for (i = 0; i < 100000; i++) {
		toy_dispatch(&t);
		toy_complete(&t);
		if (t.leaf[2].node.done == seen)
			continue;
		seen = t.leaf[2].node.done;
		at = !at;
		vfs_node_move(&t.leaf[2].node, &node[at]);
	}
	tap_ok(toy_share(&t, 2, 3) <= .2525, "moving launders no debt: %.4f of a quarter's",
	       toy_share(&t, 2, 3));
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

static void test_move_in_flight(void)
{
	struct toy t;

	toy_init(&t, &one);
	vfs_node_add(&node[0], &t.s.root, 100);
	vfs_node_add(&node[1], &t.s.root, 100);
	busy(&t, 0, &node[0], 100, 50 * US);
	busy(&t, 1, &node[1], 100, 50 * US);
	t.leaf[0].cost_ns = 4 * MS;
	while (t.last != &t.leaf[0]) {
		toy_complete(&t);
		toy_dispatch(&t);
	}
	vfs_node_move(&t.leaf[0].node, &node[1]);
	toy_complete(&t);
	tap_eq(node[0].charged_ns, 4 * MS, "what is in flight is billed to the old group");
	tap_ok(node[1].charged_ns <= 50 * US, "not to the new one");
	tap_eq(node[0].inflight, 0, "and nothing of it stays in flight");
	tap_eq(node[0].nr_children, 0, "the old group is empty");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

static double share_since(struct toy *t, u32 i, u32 n, u64 ns)
{
	u64 own = t->leaf[i].node.done_ns, all = done(t, 0, n - 1);

	toy_run(t, t->now_ns + ns);
	return (double)(t->leaf[i].node.done_ns - own) / (done(t, 0, n - 1) - all);
}

static void test_weight(void)
{
	struct toy t;
	u32 i;

	toy_init(&t, &one);
	busy(&t, 0, NULL, 100, 50 * US);
	busy(&t, 1, NULL, 100, 60 * US);
	toy_run(&t, 100 * MS);
	vfs_set_weight(&t.leaf[0].node, 300);
	toy_near(share_since(&t, 0, 2, 20 * MS), .75, .005, "a new weight counts at once");
	/* a leaf that is ahead or behind by 2 ms is so by 2 ms at any weight */
	for (i = 0; i < 200; i++) {
		vfs_set_weight(&t.leaf[0].node, i % 2 ? 10000 : 1);
		vfs_set_weight(&t.leaf[0].node, 100);
	}
	toy_near(share_since(&t, 0, 2, 20 * MS), .5, .01, "to and fro leaves nothing behind");
	toy_run(&t, t.now_ns + 100 * MS);
	toy_near(t.leaf[0].node.start > vfs_vnow(&t.s.root) ? 1 : 0, 1, 1, "runs on");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

/* Heavy while it gets service, light when it should pay for it. */
static void test_weight_attack(void)
{
	struct toy t;
	u32 i;

	toy_init(&t, &one);
	busy(&t, 0, NULL, 100, 50 * US);
	busy(&t, 1, NULL, 100, 2 * MS);
	for (i = 0; i < 40000; i++) {
		toy_dispatch(&t);
		vfs_set_weight(&t.leaf[1].node, t.last == &t.leaf[1] ? 200 : 100);
		toy_complete(&t);
	}
	tap_ok(toy_share(&t, 1, 2) < .6, "a weight that changes with service: %.3f",
	       toy_share(&t, 1, 2));
}

static void test_quiesce(void)
{
	struct toy t;
	u64 before;

	toy_init(&t, &one);
	vfs_node_add(&node[0], &t.s.root, 100);
	busy(&t, 0, &node[0], 100, 50 * US);
	busy(&t, 1, &node[0], 100, 50 * US);
	busy(&t, 2, NULL, 100, 50 * US);
	toy_run(&t, 10 * MS);
	vfs_quiesce(&node[0]);
	while (node[0].inflight)
		toy_complete(&t);
	before = node[0].done_ns;
	toy_near(share_since(&t, 2, 3, 10 * MS), 1, 0, "a quiesced group gets nothing");
	tap_eq(node[0].done_ns, before, "nothing at all");
	vfs_resume(&node[0]);
	toy_near(share_since(&t, 2, 3, 20 * MS), .5, .01, "resumed: its share, no more");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

static void test_request(void)
{
	struct toy t;
	u32 i;

	toy_init(&t, &one);
	for (i = 0; i < 3; i++)
		busy(&t, i, NULL, 100, 100 * US);
	vfs_set_request(&t.leaf[1].node, 2 * MS);
	vfs_set_request(&t.leaf[2].node, 2 * MS);
	toy_dispatch(&t);
	tap_ok(t.last == &t.leaf[0], "a short request is served first");
	toy_run(&t, 600 * MS);
	toy_near(toy_share(&t, 0, 3), 1. / 3, .01, "the share is the same");
}

static void test_limit(void)
{
	const struct vfs_params four = { .engines = 4, .floor_ns = 500, .ahead_ns = 10 * MS };
	struct toy t;

	toy_init(&t, &four);
	busy(&t, 0, NULL, 100, MS);
	vfs_set_inflight_limit(&t.leaf[0].node, 2 * MS);
	while (toy_dispatch(&t))
		;
	tap_eq(t.leaf[0].node.inflight, 2, "no more in flight than the limit");
	vfs_set_inflight_limit(&t.leaf[0].node, 1);
	toy_run(&t, 20 * MS);
	while (toy_dispatch(&t))
		;
	tap_eq(t.leaf[0].node.inflight, 1, "one command always");
	vfs_set_inflight_limit(&t.leaf[0].node, 0);
	while (toy_dispatch(&t))
		;
	tap_eq(t.leaf[0].node.inflight, 14, "no limit: what the device takes");
}

int main(void)
{
	test_groups();
	test_depth();
	test_refusals();
	test_move();
	test_move_in_flight();
	test_weight();
	test_weight_attack();
	test_quiesce();
	test_request();
	test_limit();
	return tap_done();
}
