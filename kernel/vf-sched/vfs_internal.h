/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the vfs_*.c files, seen by nobody else. */
#ifndef VFS_INTERNAL_H
#define VFS_INTERNAL_H

#include "vfs.h"

#define vfs_node_of(ptr, member) \
	((struct vfs_node *)(void *)((char *)(ptr) - offsetof(struct vfs_node, member)))

static inline bool vfs_competes(const struct vfs_node *node)
{
	return vfs_link_on(&node->link);
}

/* Nanoseconds of engine time as virtual time of weight @weight, rounded down. */
static inline u128 vfs_scale(u64 ns, u32 weight)
{
	return div64_u64(ns << VFS_SHIFT, weight);
}

static inline u64 vfs_clamp_cost(u64 ns)
{
	return ns < VFS_COST_MAX_NS ? ns : VFS_COST_MAX_NS;
}

/* Bring @node and everything above it in line with what has changed. */
void vfs_update(struct vfs_node *node);
/* Take @node out of the competition among its siblings, if it takes part. */
void vfs_leave(struct vfs_node *node);
/* Let it take part with the start tag that it has. */
void vfs_rejoin(struct vfs_node *node);

/* vfs_cap.c: @ns more was charged, at dispatch; or @ns (may be negative) later */
void vfs_rate_charge(struct vfs_node *node, u64 ns, u64 now_ns);
void vfs_rate_correct(struct vfs_node *node, s64 ns, u64 now_ns);
void vfs_floor_propagate(struct vfs_node *node, s32 permille);
struct vfs_node *vfs_floor_due(const struct vfs_node *parent, u64 now_ns);
void vfs_floor_join(struct vfs_node *node);
void vfs_floor_leave(struct vfs_node *node);

#endif /* VFS_INTERNAL_H */
