/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pool of shared instances: shared by pool.c and pool_class.c.
 */
#ifndef FACET_VI_POOL_PRIV_H
#define FACET_VI_POOL_PRIV_H

#include <linux/bitmap.h>
#include <linux/hrtimer.h>
#include "vi.h"

#define RING_LOG2	7
#define RING		BIT(RING_LOG2)
/* Commands of a class in the device; ids are below this. */
#define SLOTS		(RING / 4)

/**
 * struct vi_class - a class of engines, as the pool uses it
 * @pool: accelerator's pool
 * @nr: enum facet_class
 * @ctx: host context
 * @window: its window
 * @group: its arbitration group, which it is alone in
 * @sched: scheduler
 * @timer: vf_sched_kick()
 * @sq: submission ring
 * @cq: completion ring
 * @sq_dma: bus address
 * @cq_dma: bus address
 * @prod: commands put into @sq; under the scheduler's lock
 * @cons: completions taken; the thread's
 * @stuck: the context did not end a reset: its rings are lost
 * @ids: ids in use; set under the scheduler's lock, cleared by the thread
 * @cmd: by id
 */
struct vi_class {
	struct vi_pool *pool;
	unsigned int nr;
	struct facet_ctx *ctx;
	void __iomem *window;
	u32 group;
	struct vf_sched *sched;
	struct hrtimer timer;
	struct facet_desc *sq;
	struct facet_comp *cq;
	dma_addr_t sq_dma;
	dma_addr_t cq_dma;
	u32 prod;
	u32 cons;
	bool stuck;
	DECLARE_BITMAP(ids, SLOTS);
	struct vi_pool_cmd *cmd[SLOTS];
};

/**
 * struct vi_pool - what shared instances have in common
 * @fdev: accelerator
 * @lock: members come and go
 * @members: shared instances; the thread runs while there are some
 * @op: what is known of each opcode; sums are the thread's
 * @cost: the same for an administrator
 * @dilation: facet_dilation(), while there are members
 * @class: classes of engines
 * @thread: serves the instances
 * @wait: where it sleeps
 * @woken: there is something to do
 * @busy_ns: when there was something to do last; the thread's
 * @clock_ns: device clock in this turn, once somebody has asked; the thread's
 * @dead: the accelerator is gone, or a host context failed
 * @held: the accelerator is being reset.  Under @turn
 * @turn: held for each pass over the instances
 * @list_lock: innermost
 * @active: instances to visit
 */
struct vi_pool {
	struct facet_device *fdev;
	struct mutex lock;	/* members */
	unsigned int members;
	struct vi_op op[FACET_NR_OPCODES];
	struct vi_cost *cost;
	u32 dilation;
	struct vi_class class[FACET_NR_CLASSES];
	struct task_struct *thread;
	wait_queue_head_t wait;
	bool woken;
	u64 busy_ns;
	u64 clock_ns;
	bool dead;
	bool held;
	struct mutex turn;	/* a pass over the instances */
	spinlock_t list_lock;	/* the list of active instances */
	struct list_head active;
};

/* pool.c */
void vi_pool_wake(struct vi_pool *pool);

/* pool_class.c */
void vi_class_init(struct vi_class *c, struct vi_pool *pool, unsigned int nr);
int vi_class_start(struct vi_class *c);
void vi_class_stop(struct vi_class *c);
int vi_class_enable(struct vi_class *c);

#endif /* FACET_VI_POOL_PRIV_H */
