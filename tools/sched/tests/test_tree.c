// SPDX-License-Identifier: GPL-2.0
/*
 * The tree against a list: order, balance, the least finish tags and the pick.
 */
#include <math.h>
#include <stdlib.h>
#include "tap.h"
#include "vfs_tree.h"

#define MANY	600u

static struct vfs_link link[MANY];
static bool in[MANY];
static u64 rng = 88172645463325252ull;

static u64 rnd(u64 n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 8) % n;
}

/* Height, or -1 if something is wrong below @n. */
static int height_of(const struct vfs_link *n)
{
	u64 least, left;
	int l, r;

	if (!n)
		return 0;
	l = height_of(n->child[0]);
	r = height_of(n->child[1]);
	if (l < 0 || r < 0 || abs(l - r) > 1)
		return -1;
	left = n->finish;
	if (n->child[0] && vfs_tag_before(n->child[0]->least, left))
		left = n->child[0]->least;
	least = left;
	if (n->child[1] && vfs_tag_before(n->child[1]->least, least))
		least = n->child[1]->least;
	if (n->left_least != left || n->least != least)
		return -1;
	if ((n->child[0] && n->child[0]->up != n) || (n->child[1] && n->child[1]->up != n))
		return -1;
	if ((u32)(1 + (l > r ? l : r)) != n->height)
		return -1;
	return n->height;
}

static u32 count(void)
{
	u32 i, n = 0;

	for (i = 0; i < MANY; i++)
		n += in[i];
	return n;
}

/* Whoever is eligible with the least finish tag, of equal ones the first. */
static const struct vfs_link *pick_slowly(u64 limit)
{
	const struct vfs_link *best = NULL;
	u32 i;

	for (i = 0; i < MANY; i++) {
		const struct vfs_link *l = &link[i];

		if (!in[i] || vfs_tag_before(limit, l->start))
			continue;
		if (!best || vfs_tag_before(l->finish, best->finish) ||
		    (l->finish == best->finish && vfs_tag_before(l->start, best->start)))
			best = l;
	}
	return best;
}

static bool in_order(const struct vfs_tree *tree)
{
	const struct vfs_link *n, *prev = NULL;
	u32 seen = 0;

	for (n = vfs_tree_first(tree); n; n = vfs_tree_next(n)) {
		if (prev && (vfs_tag_before(n->start, prev->start) || vfs_tree_prev(n) != prev))
			return false;
		prev = n;
		seen++;
	}
	return seen == count();
}

/**
 * struct found - what went wrong, and the most that was visited
 * @bad_shape: balance, links or least finish tags
 * @bad_order: order
 * @bad_pick: another one than a look at everybody finds
 * @visits: most for a pick, as a part of 2 log2 n + 4
 */
struct found {
	u32 bad_shape;
	u32 bad_order;
	u32 bad_pick;
	double visits;
};

static void change(struct vfs_tree *tree, u64 base, u64 spread, u32 room)
{
	u32 i = rnd(room);
	u64 start = base + rnd(spread), finish = start + rnd(spread);

	if (!in[i]) {
		vfs_tree_insert(tree, &link[i], start, finish);
		in[i] = true;
	} else if (rnd(3)) {
		vfs_tree_move(tree, &link[i], rnd(4) ? start : link[i].start, finish);
	} else {
		vfs_tree_erase(tree, &link[i]);
		in[i] = false;
	}
}

static void check_pick(struct vfs_tree *tree, u64 limit, struct found *f)
{
	const struct vfs_link *slow = pick_slowly(limit);
	const struct vfs_link *quick;
	u64 visits = 0;
	double part;

	quick = vfs_tree_pick(tree, limit, &visits);
	if (!slow != !quick)
		f->bad_pick++;
	else if (slow && (slow->start != quick->start || slow->finish != quick->finish))
		f->bad_pick++;
	if (!count())
		return;
	part = visits / (2 * log2(count()) + 4);
	f->visits = part > f->visits ? part : f->visits;
}

/* @base: where tags are; near 2^64 they wrap. */
static struct found torture(u64 base, u64 spread, u32 room, u32 changes)
{
	struct vfs_tree tree = { 0 };
	struct found f = { 0 };
	u32 i;

	for (i = 0; i < MANY; i++)
		in[i] = false;
	for (i = 0; i < changes; i++) {
		change(&tree, base, spread, room);
		f.bad_shape += height_of(tree.root) < 0;
		check_pick(&tree, base + rnd(spread), &f);
		if (i % 64 == 0)
			f.bad_order += !in_order(&tree);
	}
	return f;
}

static void test(u64 base, u64 spread, u32 room, const char *name)
{
	struct found f = torture(base, spread, room, 6000);

	tap_eq(f.bad_shape, 0, name);
	tap_eq(f.bad_order, 0, "  order and neighbours");
	tap_eq(f.bad_pick, 0, "  picks");
	if (!tap_ok(f.visits <= 1, "  at most 2 log2 n + 4 visits"))
		tap_diag("%g of that", f.visits);
}

static void test_empty(void)
{
	struct vfs_tree tree = { 0 };
	u64 visits = 0;

	tap_ok(vfs_tree_empty(&tree) && !vfs_tree_first(&tree) &&
	       !vfs_tree_pick(&tree, ~0ull, &visits), "an empty tree has nobody");
	vfs_tree_insert(&tree, &link[0], 100, 200);
	tap_ok(!vfs_tree_pick(&tree, 99, &visits), "a limit before the only one");
	tap_ok(vfs_tree_pick(&tree, 100, &visits) == &link[0], "a limit at it");
	vfs_tree_erase(&tree, &link[0]);
	tap_ok(vfs_tree_empty(&tree) && !vfs_link_on(&link[0]), "and out again");
}

int main(void)
{
	test_empty();
	test(1000, 1000000, 3, "three entities");
	test(1000, 1000000, 64, "64 entities");
	test(1000, 40, MANY, "600 entities, many equal tags");
	test(0ull - 500000, 1000000, MANY, "tags that wrap");
	test(BIT_ULL(63), BIT_ULL(62), MANY, "tags 2^62 apart");
	return tap_done();
}
