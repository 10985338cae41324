/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ordered set of entities: by start tag, and in each subtree the least finish
 * tag.  A height-balanced (AVL) tree, intrusive, without allocation.
 *
 * The question that it answers in O(log n): of the entities whose start tag is
 * at most @limit, which has the least finish tag?  A plain sorted tree cannot,
 * and two heaps (not yet eligible, eligible) must move entities when virtual time
 * goes back, which corrections make it do.
 */
#ifndef VFS_TREE_H
#define VFS_TREE_H

#include "vfs_types.h"

/**
 * struct vfs_link - place of an entity in a tree
 * @up: parent, NULL for the root
 * @child: left and right
 * @start: start tag; the order, equal ones in the order of insertion
 * @finish: finish tag
 * @least: least @finish in the subtree
 * @left_least: least @finish of the entity itself and its left subtree
 * @height: of the subtree, 1 for a leaf; 0: in no tree
 */
struct vfs_link {
	struct vfs_link *up;
	struct vfs_link *child[2];
	u64 start;
	u64 finish;
	u64 least;
	u64 left_least;
	u32 height;
};

/**
 * struct vfs_tree - the set
 * @root: topmost entity, NULL when empty
 */
struct vfs_tree {
	struct vfs_link *root;
};

static inline bool vfs_tree_empty(const struct vfs_tree *tree)
{
	return !tree->root;
}

static inline bool vfs_link_on(const struct vfs_link *link)
{
	return link->height;
}

/* Is tag @a before tag @b? */
static inline bool vfs_tag_before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

void vfs_tree_insert(struct vfs_tree *tree, struct vfs_link *link, u64 start, u64 finish);
void vfs_tree_erase(struct vfs_tree *tree, struct vfs_link *link);
void vfs_tree_move(struct vfs_tree *tree, struct vfs_link *link, u64 start, u64 finish);
struct vfs_link *vfs_tree_first(const struct vfs_tree *tree);
struct vfs_link *vfs_tree_next(const struct vfs_link *link);
struct vfs_link *vfs_tree_prev(const struct vfs_link *link);
struct vfs_link *vfs_tree_pick(const struct vfs_tree *tree, u64 limit, u64 *visits);

#endif /* VFS_TREE_H */
