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

/* @least, or that of a subtree if it is less. */
static u64 lesser(u64 least, const struct vfs_link *n)
{
	return n && vfs_tag_before(n->least, least) ? n->least : least;
}

/* The least finish tags of @n are made anew from its children's. */
static void learn(struct vfs_link *n)
{
	n->left_least = lesser(n->finish, n->child[0]);
	n->least = lesser(n->left_least, n->child[1]);
}

static u32 height_of(const struct vfs_link *n)
{
	u32 l = height(n->child[0]), r = height(n->child[1]);

	return 1 + (l > r ? l : r);
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
	learn(n);
	learn(c);
	n->height = height_of(n);
	c->height = height_of(c);
	return c;
}

static struct vfs_link *balance(struct vfs_tree *tree, struct vfs_link *n, int side)
{
	struct vfs_link *c = n->child[side];

	if (height(c->child[!side]) > height(c->child[side]))
		rotate(tree, c, !side);
	return rotate(tree, n, side);
}

/* Upwards, until a subtree is as high as it was; least finish tags are right. */
static void repair(struct vfs_tree *tree, struct vfs_link *n)
{
	u32 l, r, old;

	for (; n; n = n->up) {
		old = n->height;
		l = height(n->child[0]);
		r = height(n->child[1]);
		/* neither side may be higher by more than one */
		if (l - r + 1 > 2)
			n = balance(tree, n, r > l);
		else
			n->height = 1 + (l > r ? l : r);
		if (n->height == old)
			break;
	}
}

/* Upwards, until a least finish tag is what it was. */
static void relearn(struct vfs_link *n)
{
	u64 least;

	for (; n; n = n->up) {
		least = n->least;
		learn(n);
		if (n->least == least)
			break;
	}
}

/**
 * vfs_tree_insert - add an entity
 * @tree: set
 * @link: its place, in no tree
 * @start: start tag
 * @finish: finish tag
 */
void vfs_tree_insert(struct vfs_tree *tree, struct vfs_link *link, u64 start, u64 finish)
{
	struct vfs_link *up = NULL, *n = tree->root;
	int side = 0;

	while (n) {
		u64 left_least = n->left_least;

		/* without branches, which would be mispredicted */
		up = n;
		n->least = vfs_tag_before(finish, n->least) ? finish : n->least;
		side = !vfs_tag_before(start, n->start);
		left_least = vfs_tag_before(finish, left_least) ? finish : left_least;
		n->left_least = side ? n->left_least : left_least;
		n = n->child[side];
	}
	link->child[0] = NULL;
	link->child[1] = NULL;
	link->up = up;
	link->start = start;
	link->finish = finish;
	link->least = finish;
	link->left_least = finish;
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

/* Put @s, which follows @n, in its place; returns the lowest that has changed. */
static struct vfs_link *splice(struct vfs_tree *tree, struct vfs_link *n, struct vfs_link *s)
{
	struct vfs_link *from = s;

	if (s->up != n) {
		from = s->up;
		replace(tree, s, s->child[1]);
		s->child[1] = n->child[1];
		s->child[1]->up = s;
	}
	s->child[0] = n->child[0];
	s->child[0]->up = s;
	/* what those above know of the subtree, until they are told */
	s->height = n->height;
	s->least = n->least;
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
	struct vfs_link *from, *next = NULL;

	if (link->child[0] && link->child[1]) {
		next = outermost(link->child[1], 0);
		from = splice(tree, link, next);
	} else {
		from = link->up;
		replace(tree, link, link->child[link->child[0] ? 0 : 1]);
	}
	link->height = 0;
	relearn(from);
	/* that may have ended below the place that has changed hands */
	if (next)
		relearn(next);
	repair(tree, from);
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

/**
 * vfs_tree_move - change the tags of an entity
 * @tree: set
 * @link: its place, in @tree
 * @start: start tag
 * @finish: finish tag
 */
void vfs_tree_move(struct vfs_tree *tree, struct vfs_link *link, u64 start, u64 finish)
{
	/* among no others: nothing can be out of order */
	if (start != link->start && (link->up || link->height > 1)) {
		vfs_tree_erase(tree, link);
		vfs_tree_insert(tree, link, start, finish);
		return;
	}
	link->start = start;
	link->finish = finish;
	relearn(link);
}

/* The first entity in the subtree whose finish tag is the subtree's least. */
static struct vfs_link *least_in(struct vfs_link *n, u64 *visits)
{
	u64 least = n->least;

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
 * Walks down along the limit.  An entity of the path that is eligible, and what
 * hangs to its left, is a candidate as a whole; if the left side has won, one
 * more descent finds the winner.  Of equal finish tags the one with the lesser
 * start tag wins.
 *
 * Return: place of the winner, NULL when nobody is eligible.
 */
struct vfs_link *vfs_tree_pick(const struct vfs_tree *tree, u64 limit, u64 *visits)
{
	struct vfs_link *n = tree->root, *best = NULL;
	/* later than the finish tag of anybody who is eligible */
	u64 seen = 0, least = limit + BIT_ULL(62);

	while (n) {
		seen++;
		if (vfs_tag_before(limit, n->start)) {
			n = n->child[0];
			continue;
		}
		if (vfs_tag_before(n->left_least, least)) {
			best = n;
			least = n->left_least;
		}
		n = n->child[1];
	}
	*visits += seen;
	if (best && best->child[0] && best->child[0]->least == least)
		return least_in(best->child[0], visits);
	return best;
}
