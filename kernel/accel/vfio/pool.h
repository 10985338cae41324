/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the shared instances of one accelerator have in common: a thread, and for
 * each class of engines a host context and a scheduler.
 */
#ifndef FACET_VI_POOL_H
#define FACET_VI_POOL_H

#include <linux/list.h>
#include <linux/types.h>
#include "facet.h"
#include "vf_sched.h"

struct facet_vi;
struct vi_cost;
struct vi_pool;
struct vi_shared;

/**
 * struct vi_pool_cmd - a command on its way from an owner to the device
 * @sched: the scheduler's
 * @shared: whose
 * @desc: private copy of the descriptor, as it goes to the device
 * @class: class of engines
 * @flat: one price for every command
 * @id: number under which the device knows it, while it is there
 * @host_index: its submission index there
 * @status: what the owner gets in place of the device's status; 0: that
 * @cookie: the owner's
 * @sq_index: the owner's submission index
 * @arrival_ns: when it was fetched, by the device's clock
 */
struct vi_pool_cmd {
	struct vf_sched_cmd sched;
	struct vi_shared *shared;
	struct facet_desc desc;
	u8 class;
	bool flat;
	u8 id;
	u32 host_index;
	u16 status;
	__le64 cookie;
	u32 sq_index;
	u64 arrival_ns;
};

/**
 * struct vi_op - what is known of an opcode
 * @class: class of engines
 * @valid: the device has it
 * @base_ns: cost table
 * @byte_ps: cost table
 * @commands: of shared instances, completed
 * @predicted_ns: engine time that they were expected to take when they began
 * @measured_ns: engine time that they took
 */
struct vi_op {
	u8 class;
	bool valid;
	u32 base_ns;
	u32 byte_ps;
	u64 commands;
	u64 predicted_ns;
	u64 measured_ns;
};

struct vi_pool *vi_pool_create(struct facet_device *fdev);
void vi_pool_destroy(struct vi_pool *pool);
unsigned int vi_pool_available(struct vi_pool *pool);
int vi_pool_join(struct vi_pool *pool);
void vi_pool_leave(struct vi_pool *pool);
struct vf_sched *vi_pool_sched(struct vi_pool *pool, unsigned int class);
struct device *vi_pool_dev(struct vi_pool *pool);
const struct vi_op *vi_pool_op(struct vi_pool *pool, unsigned int opcode);
void vi_pool_bill(struct vi_pool *pool, const struct vi_pool_cmd *cmd, u64 measured_ns);
u64 vi_pool_clock_ns(struct vi_pool *pool);
void vi_pool_activate(struct vi_pool *pool, struct list_head *node);
void vi_pool_forget(struct vi_pool *pool, struct list_head *node);
void vi_pool_break(struct vi_pool *pool);
void vi_pool_hold(struct vi_pool *pool);
void vi_pool_resume(struct vi_pool *pool);
bool vi_pool_serves(struct vi_pool *pool);
void vi_pool_poke(struct vi_pool *pool);
u32 vi_pool_owner(struct vi_pool *pool, unsigned int ctx, u32 sq_index);

/* comp.c */
void vi_comp_check(struct facet_device *fdev, const struct vi_pool_cmd *cmd,
		   struct facet_comp *comp);

/* cost.c */
const char *vi_op_name(unsigned int opcode);
struct vi_cost *vi_cost_create(struct vi_pool *pool);
void vi_cost_destroy(struct vi_cost *cost);

/* price.c */
void vi_price_ops(struct facet_device *fdev, struct vi_op *ops);
void vi_price_cmd(struct facet_vi *vi, struct vi_pool_cmd *cmd, const struct vi_op *op);
u64 vi_price_ns(const struct vi_pool_cmd *cmd, u64 engine_ns);

/* shared.c, called by the thread */
bool vi_shared_visit(struct list_head *node);
bool vi_shared_rest(struct list_head *node);
void vi_shared_complete(struct vi_pool_cmd *cmd, struct facet_comp *comp);
void vi_shared_broken(struct list_head *node);

#endif /* FACET_VI_POOL_H */
