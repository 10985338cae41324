/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is to blame when nothing moves: watchdog.c.  Pure: what was seen and when are
 * arguments.
 */
#ifndef FACET_WATCHDOG_H
#define FACET_WATCHDOG_H

#include "vfs_types.h"

/* A command has hung when it stands still for so many times its ceiling. */
#define WD_BOUND	2
#define WD_HOUR_NS	3600000000000ULL
/* Most faults in an hour that can be told apart from one more. */
#define WD_FAULTS_MAX	32

/**
 * enum wd_verdict - what is the matter with an owner
 * @WD_OK: nothing
 * @WD_HUNG: an engine makes no progress on its command
 * @WD_STARVED: its commands wait, and none is dispatched
 * @WD_THROTTLED: likewise, and its cap is the reason
 * @WD_FAULTED: its commands fail: translation, or the ring
 * @WD_NR_VERDICTS: number of verdicts
 */
enum wd_verdict {
	WD_OK,
	WD_HUNG,
	WD_STARVED,
	WD_THROTTLED,
	WD_FAULTED,
	WD_NR_VERDICTS,
};

/**
 * enum wd_step - what to do about an engine that stands still
 * @WD_STEP_WAIT: nothing now
 * @WD_STEP_RESTART: let the command begin anew on another engine, and see
 * @WD_STEP_ABORT: end the command; nobody is to blame yet
 * @WD_STEP_BLAME_OWNER: the stall follows the owner
 * @WD_STEP_BLAME_ENGINE: the stall stays with the engine
 */
enum wd_step {
	WD_STEP_WAIT,
	WD_STEP_RESTART,
	WD_STEP_ABORT,
	WD_STEP_BLAME_OWNER,
	WD_STEP_BLAME_ENGINE,
};

/**
 * struct wd_beat - what an engine's record says
 * @busy: it has a command
 * @ctx: whose
 * @sq_index: which
 * @start_ns: when it began, device clock
 * @heartbeat: grows with progress
 * @done: commands that the engine has finished
 */
struct wd_beat {
	bool busy;
	u32 ctx;
	u32 sq_index;
	u64 start_ns;
	u64 heartbeat;
	u64 done;
};

/**
 * struct wd_engine - what is known of an engine
 * @last: when it was looked at last
 * @since_ns: it has shown no progress since then, device clock
 * @suspect: a command stalled here, and who is to blame is open
 * @owner: whose command that was
 * @done: @last.done at that time
 */
struct wd_engine {
	struct wd_beat last;
	u64 since_ns;
	bool suspect;
	u64 owner;
	u64 done;
};

/**
 * struct wd_work - what an owner's commands do
 * @hung: an engine stands still with one
 * @running: an engine has one
 * @waiting: one waits to be dispatched
 * @capped: because of the owner's cap
 * @done: commands completed so far
 * @faults: commands or rings failed so far
 */
struct wd_work {
	bool hung;
	bool running;
	bool waiting;
	bool capped;
	u64 done;
	u64 faults;
};

/**
 * struct wd_owner - what is known of an owner
 * @verdict: enum wd_verdict
 * @since_ns: its commands have waited in vain since then, device clock
 * @last: when it was looked at last
 * @suspect: one of its commands stalled, and who is to blame is open
 * @class: on an engine of this class
 * @engine: of this number
 * @engine_done: what that had finished
 * @done: what the owner had completed
 * @at_ns: when, host's clock
 * @fault_ns: when it was to blame, the last WD_FAULTS_MAX times; host's clock
 * @nr_faults: how often it was to blame
 */
struct wd_owner {
	u8 verdict;
	u64 since_ns;
	struct wd_work last;
	bool suspect;
	u8 class;
	u8 engine;
	u64 engine_done;
	u64 done;
	u64 at_ns;
	u64 fault_ns[WD_FAULTS_MAX];
	u64 nr_faults;
};

/**
 * struct wd_case - a stall
 * @owner: key of the owner
 * @class: where
 * @engine: where
 * @others: the class has other engines that take commands
 * @restarting: a command of the class waits to begin anew
 * @room: none does, nor runs for the second time, in any class
 * @now_ns: host's clock
 */
struct wd_case {
	u64 owner;
	u8 class;
	u8 engine;
	bool others;
	bool restarting;
	bool room;
	u64 now_ns;
};

/**
 * struct wd_irqs - interrupts of an owner
 * @raised: that the device raised, when last seen
 * @seen: that have arrived, when last seen
 * @gap: what of @raised was merged with others, or is known to be lost
 */
struct wd_irqs {
	u64 raised;
	u64 seen;
	u64 gap;
};

u64 wd_limit_ns(u64 timeout_ns, u64 ceiling_ns);
bool wd_engine_look(struct wd_engine *e, const struct wd_beat *now, u64 clock_ns, u64 limit_ns);
enum wd_verdict wd_owner_look(struct wd_owner *o, const struct wd_work *now, u64 clock_ns,
			      u64 limit_ns);
enum wd_step wd_judge(struct wd_owner *o, struct wd_engine *e, const struct wd_case *c);
void wd_acquit(struct wd_owner *o, u8 class, u8 engine);
bool wd_fault(struct wd_owner *o, u64 now_ns, u32 per_hour);
bool wd_irq_lost(struct wd_irqs *q, u64 raised, u64 seen, bool overdue);

#endif /* FACET_WATCHDOG_H */
