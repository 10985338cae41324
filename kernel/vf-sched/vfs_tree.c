// SPDX-License-Identifier: GPL-2.0
/*
 * Height-balanced tree with the least finish tag of each subtree: vfs_tree.h.
 *
 * Balancing is Adelson-Velsky and Landis's (1962); an AVL tree is at most
 * 1.44 log2 n high, so that a pick, two descents at most, visits fewer entities
 * than in a red-black tree.
 */
#include "vfs_tree.h"

static u32 height(const struct vfs_link *n)
{
	return n ? n->height : 0;
}

static void refresh(struct vfs_link *n)
{
	const struct vfs_link *l = n->child[0], *r = n->child[1];
	u128 least = n->finish;

	if (l && l->least < least)
		least = l->least;
	if (r && r->least < least)
		least = r->least;
	n->least = least;
	n->height = 1 + (height(l) > height(r) ? height(l) : height(r));
}

static void replace(struct vfs_tree *tree, struct vfs_link *old, struct vfs_link *with)
{
	struct vfs_link *up = old->up;

	if (!up)
		tree->root = with;
	else
		up->child[up->child[1] == old] = with;
	if (with)
		with->up = up;
}

/* Turn @n's child on side @side into its parent; returns the new top. */
static struct vfs_link *rotate(struct vfs_tree *tree, struct vfs_link *n, int side)
{
	struct vfs_link *c = n->child[side], *inner = c->child[!side];

	replace(tree, n, c);
	n->child[side] = inner;
	if (inner)
		inner->up = n;
	c->child[!side] = n;
	n->up = c;
	refresh(n);
	refresh(c);
	return c;
}

static struct vfs_link *balance(struct vfs_tree *tree, struct vfs_link *n)
{
	u32 l = height(n->child[0]), r = height(n->child[1]);
	int side = r > l;
	struct vfs_link *c;

	if (l <= r + 1 && r <= l + 1) {
		refresh(n);
		return n;
	}
	c = n->child[side];
	if (height(c->child[!side]) > height(c->child[side]))
		rotate(tree, c, !side);
	return rotate(tree, n, side);
}

static void repair(struct vfs_tree *tree, struct vfs_link *n)
{
	while (n)
		n = balance(tree, n)->up;
}

/**
 * vfs_tree_insert - add an entity
 * @tree: set
 * @link: its place, in no tree
 * @start: start tag
 * @finish: finish tag
 */
void vfs_tree_insert(struct vfs_tree *tree, struct vfs_link *link, u128 start,
		     u128 finish)
{
	struct vfs_link *up = NULL, *n = tree->root;
	int side = 0;

	while (n) {
		up = n;
		side = start >= n->start;
		n = n->child[side];
	}
	link->child[0] = NULL;
	link->child[1] = NULL;
	link->up = up;
	link->start = start;
	link->finish = finish;
	link->least = finish;
	link->height = 1;
	if (up)
		up->child[side] = link;
	else
		tree->root = link;
	repair(tree, up);
}

static struct vfs_link *outermost(struct vfs_link *n, int side)
{
	while (n && n->child[side])
		n = n->child[side];
	return n;
}

/* Put the entity that follows @n in its place; returns where repair begins. */
static struct vfs_link *splice_next(struct vfs_tree *tree, struct vfs_link *n)
{
	struct vfs_link *s = outermost(n->child[1], 0);
	struct vfs_link *from = s;

	if (s->up != n) {
		from = s->up;
		replace(tree, s, s->child[1]);
		s->child[1] = n->child[1];
		s->child[1]->up = s;
	}
	s->child[0] = n->child[0];
	s->child[0]->up = s;
	replace(tree, n, s);
	return from;
}

/**
 * vfs_tree_erase - take an entity out
 * @tree: set
 * @link: its place, in @tree
 */
void vfs_tree_erase(struct vfs_tree *tree, struct vfs_link *link)
{
	struct vfs_link *from;

	if (link->child[0] && link->child[1]) {
		from = splice_next(tree, link);
	} else {
		from = link->up;
		replace(tree, link, link->child[link->child[0] ? 0 : 1]);
	}
	link->height = 0;
	repair(tree, from);
}

/**
 * vfs_tree_set_finish - change a finish tag
 * @link: place of the entity, in a tree
 * @finish: new finish tag
 */
void vfs_tree_set_finish(struct vfs_link *link, u128 finish)
{
	struct vfs_link *n;
	u128 least;

	link->finish = finish;
	for (n = link; n; n = n->up) {
		least = n->least;
		refresh(n);
		if (n != link && n->least == least)
			break;
	}
}

/**
 * vfs_tree_first - the entity with the least start tag
 * @tree: set
 *
 * Return: its place, NULL when the set is empty.
 */
struct vfs_link *vfs_tree_first(const struct vfs_tree *tree)
{
	return outermost(tree->root, 0);
}

static struct vfs_link *step(const struct vfs_link *n, int side)
{
	if (n->child[side])
		return outermost(n->child[side], !side);
	while (n->up && n->up->child[side] == n)
		n = n->up;
	return n->up;
}

/**
 * vfs_tree_next - the entity after another
 * @link: place in a tree
 *
 * Return: the next by start tag, or NULL.
 */
struct vfs_link *vfs_tree_next(const struct vfs_link *link)
{
	return step(link, 1);
}

/**
 * vfs_tree_prev - the entity before another
 * @link: place in a tree
 *
 * Return: the previous by start tag, or NULL.
 */
struct vfs_link *vfs_tree_prev(const struct vfs_link *link)
{
	return step(link, 0);
}

/* The first entity in the subtree whose finish tag is the subtree's least. */
static struct vfs_link *least_in(struct vfs_link *n, u64 *visits)
{
	u128 least = n->least;

	for (;;) {
		++*visits;
		if (n->child[0] && n->child[0]->least == least)
			n = n->child[0];
		else if (n->finish != least)
			n = n->child[1];
		else
			break;
	}
	return n;
}

/**
 * vfs_tree_pick - least finish tag among those that are eligible
 * @tree: set
 * @limit: entities with a start tag beyond it are not eligible
 * @visits: grows by the number of entities looked at
 *
 * Walks down along the limit.  What hangs to the left of the path is eligible as
 * a whole, and its least finish tag stands in its top; then, unless an entity of
 * the path itself won, one more descent finds the winner.  Of equal finish tags
 * the one with the lesser start tag wins.
 *
 * Return: place of the winner, NULL when nobody is eligible.
 */
struct vfs_link *vfs_tree_pick(const struct vfs_tree *tree, u128 limit, u64 *visits)
{
	struct vfs_link *n = tree->root, *best = NULL, *subtree = NULL;
	u128 least = 0;

	while (n) {
		++*visits;
		if (n->start > limit) {
			n = n->child[0];
			continue;
		}
		if (n->child[0] && (!best || n->child[0]->least < least)) {
			best = n->child[0];
			subtree = best;
			least = best->least;
		}
		if (!best || n->finish < least) {
			best = n;
			subtree = NULL;
			least = n->finish;
		}
		n = n->child[1];
	}
	return subtree ? least_in(subtree, visits) : best;
}
