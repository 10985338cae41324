// SPDX-License-Identifier: GPL-2.0
/*
 * Caps and floors, and the cost model.
 */
#include "toy.h"
#include "vfs_cost.h"

#define US	1000ull
#define MS	1000000ull

static const struct vfs_params two = { .engines = 2, .floor_ns = 500 };

static void busy(struct toy *t, u32 i, struct vfs_node *parent, u32 weight, u64 cost_ns)
{
	toy_add(t, i, parent, weight, cost_ns, cost_ns);
	toy_wake(t, i, ~0ull);
}

/* Engine time of leaf @i from now on, in permille of two engines. */
static double rate(struct toy *t, u32 i, u64 ns)
{
	u64 before = t->leaf[i].node.done_ns;

	toy_run(t, t->now_ns + ns);
	return (t->leaf[i].node.done_ns - before) / (2. * ns) * 1000;
}

static void test_cap(void)
{
	struct toy t;

	toy_init(&t, &two);
	busy(&t, 0, NULL, 100, 50 * US);
	tap_eq(vfs_cap_remaining_ns(&t.leaf[0].node, 0), VFS_NEVER, "no cap, no remainder");
	tap_eq(vfs_set_cap(&t.leaf[0].node, 100, MS, 0), 0, "a cap of 10 %");
	tap_eq(vfs_cap_remaining_ns(&t.leaf[0].node, 0), 200 * US, "a burst of 1 ms: 200 us of work");
	toy_near(rate(&t, 0, 1000 * MS), 100, 1, "holds on an idle device");
	tap_ok(t.leaf[0].node.throttled_ns > 700 * MS, "the time that it waited is counted");
	toy_wake(&t, 0, 0);
	toy_run(&t, t.now_ns + 500 * MS);
	toy_wake(&t, 0, ~0ull);
	toy_near(rate(&t, 0, 10 * MS), 110, 12, "idleness gives the burst, no more");
	t.leaf[0].pred_ns = 5 * US;
	toy_near(rate(&t, 0, 1000 * MS), 100, 1, "what is predicted does not matter");
	tap_eq(vfs_set_cap(&t.leaf[0].node, 1001, 0, t.now_ns), -EINVAL, "no cap of 1001");
	toy_near(rate(&t, 0, 100 * MS), 100, 5, "the old one holds");
	vfs_set_cap(&t.leaf[0].node, 1000, 0, t.now_ns);
	toy_near(rate(&t, 0, 100 * MS), 1000, 5, "1000 is no cap");
}

static void test_cap_group(void)
{
	struct vfs_node group;
	struct toy t;

	toy_init(&t, &two);
	vfs_node_add(&group, &t.s.root, 100);
	busy(&t, 0, &group, 100, 50 * US);
	busy(&t, 1, &group, 300, 50 * US);
	busy(&t, 2, NULL, 100, 2 * MS);
	/* what 2 ms commands of others keep it from must fit into the burst */
	vfs_set_cap(&group, 200, 20 * MS, 0);
	toy_run(&t, 1000 * MS);
	/* the burst itself is 4 permille of the second */
	toy_near(group.done_ns / 2e9 * 1000, 202, 3, "a group's cap binds its members together");
	toy_near((double)t.leaf[1].node.done_ns / group.done_ns, .75, .01, "who share by weight");
	toy_near(t.leaf[2].node.done_ns / 2e9 * 1000, 800, 5, "the rest is used by others");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

static void test_wake(void)
{
	struct toy t;
	u64 at;

	toy_init(&t, &two);
	busy(&t, 0, NULL, 100, MS);
	vfs_set_cap(&t.leaf[0].node, 100, 0, 0);
	tap_eq(vfs_next_wake(&t.s), VFS_NEVER, "nobody is throttled");
	toy_dispatch(&t);
	tap_ok(!toy_dispatch(&t), "one command and it is");
	at = vfs_next_wake(&t.s);
	tap_eq(at, 5 * MS, "1 ms of two engines at 10 % is earned after 5 ms");
	toy_complete(&t);
	vfs_advance(&t.s, at - 1);
	tap_ok(!vfs_pick(&t.s, at - 1), "not a nanosecond earlier");
	tap_ok(vfs_pick(&t.s, at) == &t.leaf[0].node, "then it is its turn");
	vfs_set_cap(&t.leaf[0].node, 0, 0, at);
	toy_wake(&t, 0, 0);
	tap_eq(vfs_node_del(&t.leaf[0].node), 0, "a node with a cap can go");
	tap_eq(vfs_next_wake(&t.s), VFS_NEVER, "and takes its wake-up along");
}

static void test_floors(void)
{
	struct vfs_node group;
	struct toy t;

	toy_init(&t, &two);
	vfs_node_add(&group, &t.s.root, 1);
	busy(&t, 0, &group, 1, 50 * US);
	busy(&t, 1, NULL, 10000, 300 * US);
	tap_eq(vfs_set_floor(&t.leaf[0].node, 300, 0), 0, "a promise of 30 %");
	tap_eq(vfs_set_floor(&t.leaf[1].node, 701, 0), -ENOSPC, "what is left is 70 %");
	tap_eq(vfs_set_floor(&group, 100, 0), -EINVAL, "a group's is the sum of its members'");
	tap_eq(group.floor.permille, 300, "which it has");
	toy_near(rate(&t, 0, 2000 * MS), 300, 5, "is kept at weights of 1 to 10000");
	tap_eq(vfs_set_cap(&t.leaf[0].node, 299, 0, t.now_ns), -EINVAL, "no cap below the promise");
	tap_eq(vfs_set_floor(&t.leaf[0].node, 0, t.now_ns), 0, "taken back");
	tap_ok(rate(&t, 0, 1000 * MS) < 2, "only the weight counts then");
	tap_eq(vfs_set_floor(&t.leaf[1].node, 1000, t.now_ns), 0, "all can go to another");
	tap_eq(vfs_check(&t.s), 0, "invariants");
}

static void test_cost_means(void)
{
	const struct vfs_cost_key key = { .class = 1, .opcode = 3, .variant = 8, .len_log2 = 9 };
	struct vfs_cost_key other = key;
	static struct vfs_cost c;
	u32 i;

	vfs_cost_init(&c);
	tap_eq(vfs_cost_predict(&c, &key, 1000), 1000, "nothing is known: the prior");
	tap_eq(vfs_cost_predict(&c, &key, 0), 1, "at least a nanosecond");
	vfs_cost_learn(&c, &key, 1000, 5000);
	tap_eq(vfs_cost_predict(&c, &key, 1000), 5000, "seen once: that");
	for (i = 0; i < 100; i++)
		vfs_cost_learn(&c, &key, 1000, 9000);
	toy_near(vfs_cost_predict(&c, &key, 1000), 9000, 20, "follows");
	vfs_cost_learn(&c, &key, 1000, 1000);
	toy_near(vfs_cost_predict(&c, &key, 1000), 8000, 40, "by an eighth at a time");
	other.len_log2 = 10;
	tap_ok(vfs_cost_predict(&c, &other, 1000) > 4000, "an unlike kind: by the owner's factor");
	other.class = 2;
	tap_eq(vfs_cost_predict(&c, &other, 1000), 1000, "not in another class");
}

static void test_cost_factor(void)
{
	struct vfs_cost_key key = { .opcode = 1 };
	static struct vfs_cost c, innocent;
	u32 i, fell;

	vfs_cost_init(&c);
	vfs_cost_init(&innocent);
	for (i = 0; i < 60; i++)
		vfs_cost_learn(&c, &key, 1000, 1000000000);
	tap_eq(c.beta[0], VFS_BETA_MAX, "the factor ends at 8");
	vfs_cost_learn(&c, &key, 1000, 0);
	fell = VFS_BETA_MAX - c.beta[0];
	tap_ok(fell && fell <= VFS_BETA_MAX / 16, "and falls slowly: %u of %u", fell, VFS_BETA_MAX);
	for (i = 0; i < 300; i++)
		vfs_cost_learn(&c, &key, 1000, 0);
	tap_ok(c.beta[0] >= VFS_BETA_MIN, "not below an eighth");
	key.opcode = 2;
	tap_eq(vfs_cost_predict(&innocent, &key, 1000), 1000, "nobody else's predictions change");
	tap_eq(vfs_len_log2(0), 0, "length 0");
	tap_eq(vfs_len_log2(1), 1, "length 1");
	tap_eq(vfs_len_log2(4096), 13, "length 4096");
	tap_eq(vfs_len_log2(~0u), 32, "the longest");
}

/* Two keys that share a slot must not teach each other. */
static void test_cost_collision(void)
{
	struct vfs_cost_key a = { .opcode = 1 }, b = { .opcode = 1 };
	static struct vfs_cost c;
	u32 i, v, hit = 0;

	for (v = 1; v < 256; v++) {
		vfs_cost_init(&c);
		vfs_cost_learn(&c, &a, 1000, 1000);
		b.variant = v;
		vfs_cost_learn(&c, &b, 1000, 7000);
		i = vfs_cost_predict(&c, &a, 1000);
		hit += i == 7000 || vfs_cost_predict(&c, &b, 1000) != 7000;
	}
	tap_eq(hit, 0, "kinds in one slot are kept apart");
}

int main(void)
{
	test_cap();
	test_cap_group();
	test_wake();
	test_floors();
	test_cost_means();
	test_cost_factor();
	test_cost_collision();
	return tap_done();
}
