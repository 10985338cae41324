/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vf_sched.ko: cost-weighted fair scheduling for any driver of a device that
 * serves one command at a time per engine and measures what each took.
 *
 * The driver makes one struct vf_sched for each class of engines, nodes for
 * whatever shares them (group, instance, process, flow: VFS_DEPTH_MAX levels),
 * and at the leaves entities, which have commands.  It submits commands to
 * entities, is told by ops.run() when one may enter the device, and reports by
 * vf_sched_complete() what the engine says that it took.
 *
 * There is no thread and no work item.  Who submits, completes or changes a
 * setting also hands out what may now enter the device, in O(log n) for each
 * command.  See vfs_core.c for the algorithm, Documentation/scheduler.rst for the
 * proof, and Documentation/locking.rst for the locks.
 *
 * Functions may be called in any context, hard interrupts included, unless they
 * say otherwise; but never from ops, and never with a lock held that the driver
 * takes in ops.  Symbols are in the namespace VF_SCHED.
 */
#ifndef VF_SCHED_H
#define VF_SCHED_H

#include <linux/list.h>
#include <linux/types.h>
#include "vfs.h"
#include "vfs_cost.h"

struct vf_sched;
struct vf_sched_node;
struct vf_sched_entity;
struct vf_sched_stats;
struct vf_sched_cmd;

/* Length of the windows of vf_sched_actual_permille(). */
#define VF_SCHED_WINDOW_NS	100000000ULL
/* Longest burst and latency target: 1 s. */
#define VF_SCHED_SPAN_MAX_NS	1000000000ULL

/**
 * struct vf_sched_ops - what the scheduler wants of the driver
 *
 * All are called with interrupts off under the scheduler's lock: one at a time
 * for one scheduler, in the order of its decisions, and possibly from a hard
 * interrupt.  They must not sleep and must not call back.
 *
 * @run: hand @cmd to the device.  Cannot fail: the device has room, since no more
 *	than vf_sched_params.slots are in it.  If the device refuses, remember
 *	that and complete the command later
 * @load: the sums of the weights of what competes at the top, in the two queues of
 *	a driver that has them: see vf_sched_cmd_express().  For one whose device
 *	shares its engines with others than the scheduler: the queues are to weigh
 *	that much among them from now on, one of 0 does not matter.  Before the
 *	@flush of the commands that are the reason; not called again before one of
 *	the two has changed.  May be NULL
 * @flush: at least one @run went before and no other follows now: the place to
 *	ring a doorbell.  May be NULL
 * @refill: a command of the entity of @owner is about to enter the device: the
 *	driver may return the one that follows at the entity's queue's end.  For
 *	drivers that leave queued commands where their owner has put them and hold
 *	only one of each; the entity goes on to compete without a gap.  NULL when
 *	there is none.  May be NULL
 * @now_ns: clock that caps, floors and waits are measured by, which never goes
 *	back.  NULL: ktime_get_ns().  For devices that have a clock of their own
 * @wake_at: arrange for vf_sched_kick() at @at_ns of that clock; replaces an
 *	earlier demand.  NULL exactly if @now_ns is
 */
struct vf_sched_ops {
	void (*run)(void *priv, struct vf_sched_cmd *cmd);
	void (*load)(void *priv, u32 others, u32 express);
	void (*flush)(void *priv);
	struct vf_sched_cmd *(*refill)(void *priv, void *owner);
	u64 (*now_ns)(void *priv);
	void (*wake_at)(void *priv, u64 at_ns);
};

/**
 * struct vf_sched_params - what does not change
 * @name: for traces, for example "accel0/pk"; copied
 * @engines: engines of the class, at least 1
 * @slots: commands that the device takes at a time, at least @engines
 * @floor_ns: least that a command is charged
 * @ahead_ns: most predicted cost that may wait inside the device behind the
 *	commands that the engines run; ~0 for no limit but @slots
 * @single_ns: a command up to this may wait there alone, whatever @ahead_ns is;
 *	see struct vfs_params
 */
struct vf_sched_params {
	const char *name;
	u32 engines;
	u32 slots;
	u64 floor_ns;
	u64 ahead_ns;
	u64 single_ns;
};

/**
 * struct vf_sched_cmd - a command, embedded in the driver's own
 * @key: what kind of command it is; set before vf_sched_submit()
 * @prior_ns: what the device's cost table says of it; likewise
 * @queue: for the driver while the command is neither queued nor in the device
 * @policy: the scheduler's, like all below
 * @entity: owner; NULL while the command is the driver's
 * @pred_ns: prediction, once it is the next of its entity
 * @submit_ns: when it was submitted
 * @run_ns: when it was handed to the device
 * @state: where it is
 */
struct vf_sched_cmd {
	struct vfs_cost_key key;
	u64 prior_ns;
	struct list_head queue;
	struct vfs_cmd policy;
	struct vf_sched_entity *entity;
	u64 pred_ns;
	u64 submit_ns;
	u64 run_ns;
	u8 state;
};

/**
 * struct vf_sched_snapshot - statistics of an entity since it was created
 * @submitted: commands accepted by vf_sched_submit() or ops.refill()
 * @started: commands handed to the device
 * @completed: commands completed
 * @cancelled: commands taken back by vf_sched_cancel()
 * @engine_ns: engine time charged for completed commands
 * @pred_ns: what was predicted for them
 * @miss_ns: sum of the differences of the two, without sign
 * @wait_ns: sum of the time from submission to @started
 * @wait_max_ns: longest of it
 * @device_ns: sum of the time from @started to completion
 * @throttled_ns: time for which the entity's own cap kept it waiting, as of the
 *	last start, completion or end
 */
struct vf_sched_snapshot {
	u64 submitted;
	u64 started;
	u64 completed;
	u64 cancelled;
	u64 engine_ns;
	u64 pred_ns;
	u64 miss_ns;
	u64 wait_ns;
	u64 wait_max_ns;
	u64 device_ns;
	u64 throttled_ns;
};

/* -- scheduler -- */
struct vf_sched *vf_sched_create(const struct vf_sched_params *params,
				 const struct vf_sched_ops *ops, void *priv);
void vf_sched_destroy(struct vf_sched *sched);
void vf_sched_set_rivals(struct vf_sched *sched, bool rivals);
void vf_sched_kick(struct vf_sched *sched);

/* -- nodes -- */
struct vf_sched_node *vf_sched_group_create(struct vf_sched *sched,
					    struct vf_sched_node *parent, u32 weight);
int vf_sched_group_destroy(struct vf_sched_node *group);
struct vf_sched_entity *vf_sched_entity_create(struct vf_sched *sched,
					       struct vf_sched_node *parent, u32 weight,
					       void *owner);
void vf_sched_entity_destroy(struct vf_sched_entity *entity);
struct vf_sched_node *vf_sched_entity_node(struct vf_sched_entity *entity);

/* -- commands -- */
void vf_sched_cmd_init(struct vf_sched_cmd *cmd);
struct vf_sched_entity *vf_sched_cmd_entity(const struct vf_sched_cmd *cmd);

/**
 * vf_sched_cmd_express - should a command not wait behind others in the device?
 * @cmd: command handed to ops.run()
 *
 * Return: it is short, and the engines are busy.  A driver that has a second queue
 * into the device puts it there; one that has not loses latency, not fairness.
 */
static inline bool vf_sched_cmd_express(const struct vf_sched_cmd *cmd)
{
	return cmd->policy.express;
}

int vf_sched_submit(struct vf_sched_entity *entity, struct vf_sched_cmd *cmd);
unsigned int vf_sched_cancel(struct vf_sched_entity *entity, struct list_head *cancelled);
void vf_sched_refresh(struct vf_sched_cmd *cmd, u64 elapsed_ns);
int vf_sched_complete(struct vf_sched_cmd *cmd, u64 engine_ns);

/* -- settings of a node, changeable at any time -- */
int vf_sched_set_weight(struct vf_sched_node *node, u32 weight);
int vf_sched_set_weight_sum(struct vf_sched_node *node, u32 sum);
int vf_sched_set_rate_min(struct vf_sched_node *node, u32 permille);
int vf_sched_set_rate_max(struct vf_sched_node *node, u32 permille);
int vf_sched_set_burst(struct vf_sched_node *node, u64 burst_ns);
int vf_sched_set_latency(struct vf_sched_node *node, u64 target_ns);
void vf_sched_set_inflight(struct vf_sched_node *node, u64 limit_ns);
int vf_sched_set_group(struct vf_sched_node *node, struct vf_sched_node *parent);
void vf_sched_quiesce(struct vf_sched_node *node);
void vf_sched_drain(struct vf_sched_node *node);
void vf_sched_resume(struct vf_sched_node *node);

/* -- what a node has, is entitled to and gets -- */
u32 vf_sched_weight(struct vf_sched_node *node);
u32 vf_sched_rate_min(struct vf_sched_node *node);
u32 vf_sched_rate_max(struct vf_sched_node *node);
u32 vf_sched_entitled_permille(struct vf_sched_node *node);
u32 vf_sched_actual_permille(struct vf_sched_node *node);
u64 vf_sched_throttled_ns(struct vf_sched_node *node);
u64 vf_sched_cap_remaining_ns(struct vf_sched_node *node);
u64 vf_sched_predict_ns(struct vf_sched_entity *entity, const struct vfs_cost_key *key,
			u64 prior_ns);

/* -- statistics, which outlive the entity -- */
struct vf_sched_stats *vf_sched_stats_get(struct vf_sched_entity *entity);
void vf_sched_stats_put(struct vf_sched_stats *stats);
void vf_sched_stats_read(struct vf_sched_stats *stats, struct vf_sched_snapshot *snapshot);

#endif /* VF_SCHED_H */
