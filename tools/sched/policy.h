/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is next?  What all policies of the benchmark look like: ours, and its
 * peers.  A policy sees owners by number and the head of each owner's queue; the
 * queues themselves, time and the device are the simulator's.
 */
#ifndef SCHED_POLICY_H
#define SCHED_POLICY_H

#include "vfs.h"

#define POLICY_NONE	(-1)

/**
 * struct pol_cmd - a command as policies see it
 * @owner: whose
 * @order: when it came, as a number that grows
 * @bytes: input length
 * @prior_ns: cost by the device's table: a static estimate
 * @pred_ns: cost by the learnt model
 * @true_ns: what it will really take; for the one peer that knows the future
 * @charged_ns: the policy's own
 * @dispatched_ns: when it was handed to the device
 * @express: it should not wait behind what waits in the device
 * @vfs: for ours
 */
struct pol_cmd {
	u32 owner;
	u64 order;
	u64 bytes;
	u64 prior_ns;
	u64 pred_ns;
	u64 true_ns;
	u64 charged_ns;
	u64 dispatched_ns;
	bool express;
	struct vfs_cmd vfs;
};

/**
 * struct pol_config - what a policy is made for
 * @owners: most owners
 * @groups: most groups, numbered from 1
 * @engines: engines of the class
 * @depth: most commands in the device, for policies that count
 * @slots: commands in the device before costs count, for ours
 * @floor_ns: least that a command is charged
 * @ahead_ns: most predicted cost that waits in the device, for ours
 * @single_ns: longest command that waits there alone, for ours
 */
struct pol_config {
	u32 owners;
	u32 groups;
	u32 engines;
	u32 depth;
	u32 slots;
	u64 floor_ns;
	u64 ahead_ns;
	u64 single_ns;
};

/**
 * struct pol_done - how a command ended
 * @start_ns: when an engine took it
 * @stop_ns: when the engine was free again
 */
struct pol_done {
	u64 start_ns;
	u64 stop_ns;
};

/**
 * struct policy - a policy
 * @name: in tables
 * @create: makes an instance
 * @destroy: frees it
 * @add: a new owner @x; group 0: in none
 * @head: the queue of @x, empty so far, has a head
 * @pick: whose head may be dispatched now, or POLICY_NONE; changes nothing that
 *	another call without a dispatch would see
 * @dispatch: the head @cmd of what pick() said enters the device; @next: what
 *	stands behind it, or NULL
 * @complete: it is through
 * @set_weight: changes the weight of @x; NULL: has no weights
 * @set_cap: limits @x to @permille of all engines; NULL: has no caps
 * @move: puts @x into another group; NULL: has no groups
 * @refresh: @cmd has run for @elapsed_ns; may be NULL
 * @load: sum of the weights of what competes at the top: of those who have
 *	commands in the express context, and of the others; may be NULL
 * @wake_ns: when pick() should be asked again though nothing happened; may be NULL
 */
struct policy {
	const char *name;
	void *(*create)(const struct pol_config *cfg);
	void (*destroy)(void *p);
	void (*add)(void *p, u32 x, u32 weight, u32 group);
	void (*head)(void *p, const struct pol_cmd *head, u64 now_ns);
	s32 (*pick)(void *p, u64 now_ns);
	void (*dispatch)(void *p, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns);
	void (*complete)(void *p, struct pol_cmd *cmd, const struct pol_done *done, u64 now_ns);
	void (*set_weight)(void *p, u32 x, u32 weight);
	void (*set_cap)(void *p, u32 x, u32 permille, u64 burst_ns, u64 now_ns);
	void (*move)(void *p, u32 x, u32 group);
	void (*refresh)(void *p, struct pol_cmd *cmd, u64 elapsed_ns, u64 now_ns);
	void (*load)(void *p, u32 *express, u32 *others);
	u64 (*wake_ns)(void *p);
};

extern const struct policy policy_vfs;
extern const struct policy policy_fifo;
extern const struct policy policy_rr;
extern const struct policy policy_wrr;
extern const struct policy policy_drr_bytes;
extern const struct policy policy_drr_cost;
extern const struct policy policy_sfqd_static;
extern const struct policy policy_sfqd_correct;
extern const struct policy policy_drm_fair;
extern const struct policy policy_scan;
extern const struct policy policy_scan_ordered;

/* Node of an owner in ours, for what only ours can do. */
struct vfs_node *policy_vfs_node(void *p, u32 x);
struct vfs_sched *policy_vfs_sched(void *p);

#endif /* SCHED_POLICY_H */
