/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What will a command cost?  Learnt, never declared by the owner: vfs_cost.c.
 */
#ifndef VFS_COST_H
#define VFS_COST_H

#include "vfs_types.h"

#define VFS_COST_SLOTS		64
#define VFS_COST_CLASSES	4
/* Factors have VFS_BETA_ONE for 1 and stay within 1/8 .. 8. */
#define VFS_BETA_ONE		1024u
#define VFS_BETA_MIN		(VFS_BETA_ONE / 8)
#define VFS_BETA_MAX		(VFS_BETA_ONE * 8)

/**
 * struct vfs_cost_key - what makes commands alike
 * @class: engine class, below VFS_COST_CLASSES
 * @opcode: operation
 * @variant: key size in units of the caller's choice, or algorithm and level
 * @len_log2: bucket of the input length, vfs_len_log2()
 */
struct vfs_cost_key {
	u8 class;
	u8 opcode;
	u8 variant;
	u8 len_log2;
};

/**
 * struct vfs_cost_slot - what was seen of one key
 * @key: the key, packed; valid if @seen
 * @seen: commands seen, saturating
 * @mean_ns: exponentially weighted mean of their measured cost
 */
struct vfs_cost_slot {
	u32 key;
	u32 seen;
	u64 mean_ns;
};

/**
 * struct vfs_cost - cost model of one owner
 * @slot: by a hash of the key; a newcomer takes the place of who was there
 * @beta: how this owner's commands compare to the prior, by class: measured over
 *	prior, rising fast and falling slowly
 */
struct vfs_cost {
	struct vfs_cost_slot slot[VFS_COST_SLOTS];
	u32 beta[VFS_COST_CLASSES];
};

void vfs_cost_init(struct vfs_cost *cost);
u64 vfs_cost_predict(const struct vfs_cost *cost, const struct vfs_cost_key *key, u64 prior_ns);
void vfs_cost_learn(struct vfs_cost *cost, const struct vfs_cost_key *key, u64 prior_ns,
		    u64 engine_ns);

/* Bucket of a length: 0 for 0, else 1 + floor(log2). */
static inline u8 vfs_len_log2(u32 len_bytes)
{
	return len_bytes ? 32 - __builtin_clz(len_bytes) : 0;
}

#endif /* VFS_COST_H */
