// SPDX-License-Identifier: GPL-2.0
/*
 * Cost model.
 *
 * A prediction decides when a command is served, never what it is billed: the
 * bill is corrected to the engine's measurement.  So the model need not be good,
 * but it must not be a weapon.  Every owner has a model of its own, taught by its
 * own commands: whatever it does, the predictions of others stay as they are.
 *
 * For a kind of command that the owner has run, the prediction is a weighted mean
 * of what those took (weight 1/8 for the newest).  For a new kind it is the prior,
 * which the device's cost table gives, times the owner's factor of that class.
 * The factor rises by half of the difference and falls by a sixteenth, so that an
 * owner whose commands are unlike the table is taken for dear: its own commands
 * get later deadlines, and what it overpaid comes back at completion.
 */
#include "vfs_cost.h"

#define MEAN_SHIFT	3
#define RISE_SHIFT	1
#define FALL_SHIFT	4

static u32 pack(const struct vfs_cost_key *key)
{
	return key->class | key->opcode << 8 | key->variant << 16 | (u32)key->len_log2 << 24;
}

static u32 hash(u32 packed)
{
	/* Knuth's multiplicative hash, top six bits */
	return (packed * 2654435761u) >> 26;
}

static u32 class_of(const struct vfs_cost_key *key)
{
	return key->class < VFS_COST_CLASSES ? key->class : 0;
}

/**
 * vfs_cost_init - an owner of whom nothing is known
 * @cost: memory
 */
void vfs_cost_init(struct vfs_cost *cost)
{
	u32 i;

	memset(cost, 0, sizeof(*cost));
	for (i = 0; i < VFS_COST_CLASSES; i++)
		cost->beta[i] = VFS_BETA_ONE;
}

/**
 * vfs_cost_predict - what will this command cost?
 * @cost: owner's model
 * @key: kind of command
 * @prior_ns: what the device's table says
 *
 * Return: nanoseconds of engine time, at least 1.
 */
u64 vfs_cost_predict(const struct vfs_cost *cost, const struct vfs_cost_key *key, u64 prior_ns)
{
	u32 packed = pack(key);
	const struct vfs_cost_slot *slot = &cost->slot[hash(packed)];
	u64 ns;

	if (slot->seen && slot->key == packed)
		ns = slot->mean_ns;
	else
		ns = prior_ns * cost->beta[class_of(key)] / VFS_BETA_ONE;
	return ns ? ns : 1;
}

static u32 clamp_beta(u64 beta)
{
	if (beta < VFS_BETA_MIN)
		return VFS_BETA_MIN;
	return beta < VFS_BETA_MAX ? beta : VFS_BETA_MAX;
}

static void learn_beta(u32 *beta, u64 prior_ns, u64 engine_ns)
{
	u32 ratio;

	if (!prior_ns)
		return;
	ratio = clamp_beta(div64_u64(engine_ns * VFS_BETA_ONE, prior_ns));
	if (ratio > *beta)
		*beta += (ratio - *beta + 1) >> RISE_SHIFT;
	else
		*beta -= (*beta - ratio) >> FALL_SHIFT;
}

/**
 * vfs_cost_learn - this is what a command cost
 * @cost: owner's model
 * @key: kind of command
 * @prior_ns: what the device's table said
 * @engine_ns: engine time that it took
 */
void vfs_cost_learn(struct vfs_cost *cost, const struct vfs_cost_key *key, u64 prior_ns,
		    u64 engine_ns)
{
	u32 packed = pack(key);
	struct vfs_cost_slot *slot = &cost->slot[hash(packed)];

	if (engine_ns > VFS_COST_MAX_NS)
		engine_ns = VFS_COST_MAX_NS;
	learn_beta(&cost->beta[class_of(key)], prior_ns, engine_ns);
	if (!slot->seen || slot->key != packed) {
		slot->key = packed;
		slot->seen = 1;
		slot->mean_ns = engine_ns;
		return;
	}
	if (slot->seen != ~0u)
		slot->seen++;
	if (engine_ns > slot->mean_ns)
		slot->mean_ns += (engine_ns - slot->mean_ns) >> MEAN_SHIFT;
	else
		slot->mean_ns -= (slot->mean_ns - engine_ns) >> MEAN_SHIFT;
}
