/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy of the cost-weighted command scheduler.  Pure: time and costs are
 * arguments; no locks, no allocation, no clock, no floating point.  The essay is
 * in vfs_core.c, the proof in Documentation/scheduler.rst.
 *
 * A caller serialises all calls on one struct vfs_sched, and owns the memory of
 * everything it hands in.
 */
#ifndef VFS_H
#define VFS_H

#include "vfs_tree.h"

#define VFS_DEPTH_MAX		4	/* group, instance, process, flow */
#define VFS_PERMILLE		1000u

struct vfs_sched;
struct vfs_cmd;

/**
 * struct vfs_gcra - a rate by the generic cell rate algorithm (ITU-T I.371)
 * @permille: rate, in thousandths of all engines of the class; 0: none
 * @burst_ns: how far the node may run ahead of its rate
 * @tat_ns: theoretical arrival time: when what was charged will have been earned
 */
struct vfs_gcra {
	u32 permille;
	u64 burst_ns;
	u64 tat_ns;
};

/**
 * struct vfs_worst - largest values seen, the constants of the bound
 * @inflight: commands in flight at a time
 * @cost_ns: prediction of a command, dispatched or next
 * @under_ns: measured less predicted
 * @over_ns: predicted less measured
 */
struct vfs_worst {
	u32 inflight;
	u64 cost_ns;
	u64 under_ns;
	u64 over_ns;
};

/**
 * struct vfs_node - a node of the hierarchy: group, instance, process or flow
 *
 * A node has children or commands, never both.
 *
 * @link: place among the parent's competing children
 * @floor_link: place among the parent's competing children with a floor
 * @wake_link: place among the scheduler's throttled nodes
 * @parent: node above; NULL for the root, and outside any hierarchy
 * @sched: scheduler that it belongs to
 * @start: start tag S, in the parent's virtual time
 * @rem: what S lacks, in 2^-VFS_SHIFT ns / weight
 * @weight: share among the siblings
 * @credit: by how much S was behind the others when the node left with commands in
 *	flight, in the parent's virtual time
 * @floor_new: it had nothing in flight when it began to compete, and was not
 *	charged since: its floor counts from the next charge on
 * @quiesced: takes no part until vfs_resume()
 * @hurried: it had been idle, came with a short command and waits for its turn
 * @throttled: takes no part until its cap allows
 * @fast: a child of the root: its part of the load is that of the express queue
 * @depth: 0 for the root
 * @request_ns: request length r, see vfs_set_request(); 0: the head command's
 * @head_ns: predicted cost of the command that it would run next; 0: none
 * @span: length of its request or command by weight, as far as the next two say
 * @span_ns: length that it was made of
 * @span_weight: weight that it was divided by
 * @inflight: commands dispatched from its subtree and not completed
 * @inflight_ns: their predictions
 * @inflight_limit_ns: most of it; 0: no limit
 * @cap: most that it gets
 * @floor: least that it gets
 * @children: children that compete, by start tag
 * @floors: those of them with a floor, by the floor's tag
 * @base: reference of @lag, near the children's start tags
 * @lag: sum over @children of weight * (start - base)
 * @weights: sum of their weights
 * @idle_v: virtual time when the last of them left
 * @sel: the child that @children would serve next
 * @nr_children: all children, competing or not
 * @express: a child of the root: commands in flight in the express queue
 * @counted: a child of the root: its part of vfs_sched.load
 * @charged_ns: engine time charged
 * @done_ns: engine time of completed commands
 * @done: completed commands
 * @throttled_ns: time in which its cap kept it waiting
 * @throttled_at_ns: when that began
 * @worst: constants of the bound since vfs_worst_reset()
 */
struct vfs_node {
	struct vfs_link link;
	struct vfs_link floor_link;
	struct vfs_link wake_link;
	struct vfs_node *parent;
	struct vfs_sched *sched;
	u128 start;
	u32 rem;
	u32 weight;
	bool floor_new;
	bool quiesced;
	bool hurried;
	bool throttled;
	bool fast;
	u8 depth;
	u64 request_ns;
	u64 head_ns;
	u64 span;
	u64 span_ns;
	u32 span_weight;
	u32 inflight;
	u64 inflight_ns;
	u64 inflight_limit_ns;
	struct vfs_gcra cap;
	struct vfs_gcra floor;
	struct vfs_tree children;
	struct vfs_tree floors;
	u128 base;
	s128 lag;
	u32 weights;
	u128 idle_v;
	u128 credit;
	struct vfs_node *sel;
	u32 nr_children;
	u32 express;
	u32 counted;
	u64 charged_ns;
	u64 done_ns;
	u64 done;
	u64 throttled_ns;
	u64 throttled_at_ns;
	struct vfs_worst worst;
};

/**
 * struct vfs_cmd - a command in flight
 * @path: node that it came from and what was above it at dispatch: who is
 *	billed, wherever the nodes go meanwhile
 * @depth: entries of @path
 * @pred_ns: prediction
 * @charged_ns: charged so far
 * @prev: in the list of commands that wait inside the device
 * @next: likewise
 * @ahead: it is in that list
 * @express: it is short, and the engines are busy: a driver that has a second queue
 *	into the device puts it there, where it does not wait behind long ones
 */
struct vfs_cmd {
	struct vfs_node *path[VFS_DEPTH_MAX];
	u32 depth;
	u64 pred_ns;
	u64 charged_ns;
	struct vfs_cmd *prev, *next;
	bool ahead;
	bool express;
};

/**
 * struct vfs_params - what does not change
 * @engines: engines of the class
 * @slots: commands that the device takes before @ahead_ns and @single_ns count; 0:
 *	as many as it has engines; see vfs_set_slots()
 * @floor_ns: least that a command is charged: fetch, validation, completion
 * @ahead_ns: most predicted cost that may wait inside the device behind those
 *	commands: what the engines do in a dispatch latency
 *	and some more.  Every nanosecond of it is latency for a newcomer
 * @single_ns: a command up to this may wait there alone, whatever @ahead_ns is;
 *	about a hundred dispatch latencies: an engine that idles for one of them
 *	before a longer command loses less than one percent
 */
struct vfs_params {
	u32 engines;
	u32 slots;
	u64 floor_ns;
	u64 ahead_ns;
	u64 single_ns;
};

/**
 * struct vfs_sched - scheduler of one engine class
 * @root: root node
 * @params: what does not change
 * @inflight: commands in the device
 * @ahead: sum of the predictions of those that wait there for an engine
 * @first: the oldest of these
 * @last: the newest
 * @throttled: nodes that their cap keeps waiting, by the time at which it ends
 * @stale: the root's choice is out of date
 * @hurried: nodes that are
 * @load: sums of the weights of the root's children with work: those without and
 *	those with commands in the express queue.  What the two queues are to weigh
 *	where others compete with them for the engines
 * @visits: nodes looked at by picks, for tests
 * @picks: picks that looked
 * @most_visits: nodes looked at by one of them
 */
struct vfs_sched {
	struct vfs_node root;
	struct vfs_params params;
	u32 inflight;
	u64 ahead;
	struct vfs_cmd *first, *last;
	struct vfs_tree throttled;
	bool stale;
	u32 hurried;
	u32 load[2];
	u64 visits;
	u64 picks;
	u64 most_visits;
};

#define VFS_NEVER	(~0ULL)

/* vfs_core.c: the decision */
void vfs_init(struct vfs_sched *sched, const struct vfs_params *params);
void vfs_set_slots(struct vfs_sched *sched, u32 slots);
void vfs_head(struct vfs_node *leaf, u64 head_ns);
struct vfs_node *vfs_pick(struct vfs_sched *sched, u64 now_ns);
void vfs_dispatch(struct vfs_node *leaf, struct vfs_cmd *cmd, u64 next_head_ns, u64 now_ns);
void vfs_refresh(struct vfs_cmd *cmd, u64 elapsed_ns, u64 now_ns);
void vfs_complete(struct vfs_cmd *cmd, u64 engine_ns, u64 now_ns);
u128 vfs_vnow(const struct vfs_node *parent);

/* vfs_node.c: the hierarchy */
int vfs_node_add(struct vfs_node *node, struct vfs_node *parent, u32 weight);
int vfs_node_del(struct vfs_node *node);
int vfs_node_move(struct vfs_node *node, struct vfs_node *parent);
int vfs_set_weight(struct vfs_node *node, u32 weight);
int vfs_set_weight_sum(struct vfs_node *node, u32 sum);
void vfs_set_request(struct vfs_node *node, u64 request_ns);
void vfs_set_inflight_limit(struct vfs_node *node, u64 limit_ns);
void vfs_quiesce(struct vfs_node *node);
void vfs_resume(struct vfs_node *node);
u32 vfs_entitled_permille(const struct vfs_node *node);

/* vfs_cap.c: caps and floors */
int vfs_set_cap(struct vfs_node *node, u32 permille, u64 burst_ns, u64 now_ns);
int vfs_set_floor(struct vfs_node *node, u32 permille, u64 now_ns);
u64 vfs_cap_remaining_ns(const struct vfs_node *node, u64 now_ns);
u64 vfs_next_wake(const struct vfs_sched *sched);
void vfs_advance(struct vfs_sched *sched, u64 now_ns);

/* vfs_bound.c: the bound, for tests */
void vfs_worst_reset(struct vfs_node *node);
u128 vfs_bound(const struct vfs_node *i, const struct vfs_node *j);
u128 vfs_bound_proved(const struct vfs_node *i, const struct vfs_node *j);
int vfs_check(const struct vfs_sched *sched);

#endif /* VFS_H */
