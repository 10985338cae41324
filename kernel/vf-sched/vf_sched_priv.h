/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of vf_sched.ko, and for its tests. */
#ifndef VF_SCHED_PRIV_H
#define VF_SCHED_PRIV_H

#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "vf_sched.h"

/* Commands that one call hands out beyond one for each engine. */
#define VF_SCHED_BATCH		16

enum vf_sched_cmd_state {
	VF_SCHED_CMD_IDLE,
	VF_SCHED_CMD_QUEUED,
	VF_SCHED_CMD_RUNNING,
};

/**
 * struct vf_sched - scheduler of one engine class
 * @lock: protects everything below, the nodes and the commands
 * @policy: who is next
 * @ops: the driver's
 * @priv: its argument
 * @slots: commands that the device takes at a time
 * @told: what ops.load() was told: others, express
 * @served: engine time by window, of all nodes
 * @timer: ends of caps, unless the driver has a clock of its own
 * @wake_ns: when @timer or the driver's clock will ring; VFS_NEVER: it will not
 * @drainers: callers that wait for a node to be quiet
 * @quiet: where they wait
 * @next_id: identity of the next node
 * @name: for traces
 */
struct vf_sched {
	spinlock_t lock;	/* all of the scheduler */
	struct vfs_sched policy;
	const struct vf_sched_ops *ops;
	void *priv;
	u32 slots;
	u32 told[2];
	struct vf_sched_window {
		u64 index;
		u64 cur_ns;
		u64 prev_ns;
	} served;
	struct hrtimer timer;
	u64 wake_ns;
	u32 drainers;
	wait_queue_head_t quiet;
	u64 next_id;
	char name[32];
};

/**
 * struct vf_sched_node - a node of the hierarchy
 * @policy: its place there; first, so that one is the other
 * @sched: scheduler
 * @id: for traces; 0 is the root
 * @burst_ns: burst of its cap, also while it has none
 * @served: engine time by window
 */
struct vf_sched_node {
	struct vfs_node policy;
	struct vf_sched *sched;
	u64 id;
	u64 burst_ns;
	struct vf_sched_window served;
};

/**
 * struct vf_sched_stats - statistics that outlive their entity
 * @ref: references
 * @lock: for a snapshot in one piece; taken inside of vf_sched.lock
 * @now: the numbers
 */
struct vf_sched_stats {
	struct kref ref;
	spinlock_t lock;	/* the numbers */
	struct vf_sched_snapshot now;
};

/**
 * struct vf_sched_entity - a leaf: queue of commands, cost model, statistics
 * @node: place in the hierarchy
 * @queue: commands, in order
 * @dead: takes no more commands
 * @owner: for ops.refill()
 * @stats: statistics
 * @cost: cost model, taught by its own commands alone
 */
struct vf_sched_entity {
	struct vf_sched_node node;
	struct list_head queue;
	bool dead;
	void *owner;
	struct vf_sched_stats *stats;
	struct vfs_cost cost;
};

static inline struct vf_sched_node *vf_sched_node_of(struct vfs_node *policy)
{
	return container_of(policy, struct vf_sched_node, policy);
}

u64 vf_sched_now(struct vf_sched *sched);
void vf_sched_run(struct vf_sched *sched, u64 now_ns);
void vf_sched_node_init(struct vf_sched_node *node, struct vf_sched *sched);
void vf_sched_window_add(struct vf_sched_window *win, u64 ns, u64 now_ns);
void vf_sched_window_roll(struct vf_sched_window *win, u64 now_ns);

int vf_sched_check(struct vf_sched *sched);
u128 vf_sched_bound(struct vf_sched_node *i, struct vf_sched_node *j);
void vf_sched_worst_reset(struct vf_sched_node *node);

struct vf_sched_stats *vf_sched_stats_create(void);
void vf_sched_stats_submit(struct vf_sched_entity *entity);
void vf_sched_stats_start(struct vf_sched_cmd *cmd);
void vf_sched_stats_complete(struct vf_sched_cmd *cmd, u64 now_ns);
void vf_sched_stats_cancel(struct vf_sched_entity *entity, unsigned int nr);
void vf_sched_stats_end(struct vf_sched_entity *entity);

#endif /* VF_SCHED_PRIV_H */
