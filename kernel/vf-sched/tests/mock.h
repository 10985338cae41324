/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device with N engines for the tests, its users, and a clock that stands still
 * until the test moves it.
 *
 * Commands wait in the device in the order in which they came; an engine that
 * becomes free takes the first.  Nothing depends on real time, so that every run is
 * the same to the nanosecond.
 */
#ifndef VF_SCHED_MOCK_H
#define VF_SCHED_MOCK_H

#include <kunit/test.h>
#include <linux/prandom.h>
#include "vf_sched_priv.h"

#define MOCK_ENGINES	4
#define MOCK_CMDS	64	/* of one user */
#define MOCK_WATCHES	32
#define MOCK_MS		1000000ULL
#define MOCK_US		1000ULL

struct mock;
struct mock_user;

/**
 * struct mock_cmd - a command
 * @base: as the scheduler sees it
 * @link: free, or in the device
 * @user: whose
 * @cost_ns: time that an engine needs for it
 * @stop_ns: when its engine has finished
 */
struct mock_cmd {
	struct vf_sched_cmd base;
	struct list_head link;
	struct mock_user *user;
	u64 cost_ns;
	u64 stop_ns;
};

/**
 * struct mock_user - who submits commands
 * @mock: device
 * @entity: its entity
 * @depth: commands that it keeps queued (or with @sync, also in the device)
 * @sync: it goes on when a command is complete, not when one has left the queue
 * @late: with @sync: only after the scheduler has made its next choice
 * @cost_ns: cost of its commands
 * @cost_fn: instead, if not NULL
 * @prior_ns: what the cost table says; 0: the truth
 * @rnd: for @cost_fn
 * @seq: commands made
 * @queued: of them not yet in the device
 * @inside: in the device
 * @done: completed
 * @done_ns: their engine time
 * @wait_max_ns: longest time from submission to the start on an engine
 * @free: commands not in use
 * @pool: commands
 */
struct mock_user {
	struct mock *mock;
	struct vf_sched_entity *entity;
	unsigned int depth;
	bool sync;
	bool late;
	u64 cost_ns;
	u64 (*cost_fn)(struct mock_user *user);
	u64 prior_ns;
	struct rnd_state rnd;
	u64 seq;
	unsigned int queued;
	unsigned int inside;
	u64 done;
	u64 done_ns;
	u64 wait_max_ns;
	struct list_head free;
	struct mock_cmd pool[MOCK_CMDS];
};

/**
 * struct mock_watch - two siblings that must stay within the bound
 * @node: the siblings
 * @min: least difference of their service by weight, in virtual time
 * @max: largest
 */
struct mock_watch {
	struct vf_sched_node *node[2];
	s128 min;
	s128 max;
};

/**
 * struct mock - the device
 * @test: test that it belongs to
 * @sched: scheduler
 * @now_ns: the clock
 * @wake_ns: when the scheduler wants vf_sched_kick(); VFS_NEVER
 * @engines: engines
 * @engine: what they run
 * @fifo: what waits inside
 * @inside: commands inside
 * @inside_max: most of them at a time
 * @runs: calls of ops.run()
 * @flushes: calls of ops.flush()
 * @loads: calls of ops.load()
 * @load: what the last one said: others, express
 * @kicks: calls of vf_sched_kick()
 * @watch: pairs whose bound is checked at each completion
 * @watches: how many
 * @checks: bounds checked
 * @last: command handed over last
 */
struct mock {
	struct kunit *test;
	struct vf_sched *sched;
	u64 now_ns;
	u64 wake_ns;
	unsigned int engines;
	struct mock_cmd *engine[MOCK_ENGINES];
	struct list_head fifo;
	unsigned int inside;
	unsigned int inside_max;
	u64 runs;
	u64 flushes;
	u64 loads;
	u32 load[2];
	u64 kicks;
	struct mock_watch watch[MOCK_WATCHES];
	unsigned int watches;
	u64 checks;
	struct mock_cmd *last;
};

struct mock *mock_create(struct kunit *test, const struct vf_sched_params *params);
void mock_destroy(struct mock *mock);
struct mock_user *mock_user_create(struct mock *mock, struct vf_sched_node *parent, u32 weight);
void mock_user_destroy(struct mock_user *user);
struct mock_cmd *mock_submit(struct mock_user *user, u64 cost_ns);
void mock_start(struct mock_user *user, unsigned int depth, u64 cost_ns);
void mock_stop(struct mock_user *user);
bool mock_step(struct mock *mock, u64 until_ns);
void mock_run(struct mock *mock, u64 ns);
void mock_finish(struct mock *mock);
void mock_watch(struct mock *mock, struct vf_sched_node *i, struct vf_sched_node *j);
void mock_unwatch(struct mock *mock);

static inline struct vf_sched_node *mock_node(struct mock_user *user)
{
	return vf_sched_entity_node(user->entity);
}

/* One engine, one command at a time, nothing charged but engine time. */
static inline struct mock *mock_simple(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 1, .slots = 1,
	};

	return mock_create(test, &params);
}

#endif /* VF_SCHED_MOCK_H */
