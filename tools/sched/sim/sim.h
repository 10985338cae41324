/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The simulator around a device: owners that submit, a dispatcher that asks a
 * policy, and time.  All time is virtual; a run depends on its seed alone.
 *
 * A shared owner's command is seen by the dispatcher one dispatch latency after
 * it was submitted, and a completion one dispatch latency after the engine was
 * free; the dispatcher takes its time for each command too.  A direct owner's
 * command is in the device one dispatch latency after it was submitted.
 */
#ifndef SCHED_SIM_H
#define SCHED_SIM_H

#include "device.h"
#include "policy.h"
#include "vfs_cost.h"

#define SIM_US			1000ull
#define SIM_MS			1000000ull
#define SIM_S			1000000000ull

/* What ships. */
#define SIM_LATENCY_NS		(5 * SIM_US)
#define SIM_TURN_NS		300ull
/* What waits in the device: what an engine does in two latencies, each. */
#define SIM_AHEAD(engines, latency_ns)	(2 * (engines) * (latency_ns))
/* Or one command: a longer one may find its engine idle for one percent. */
#define SIM_SINGLE(latency_ns)		(100 * (latency_ns))

/**
 * struct kind - a kind of command
 * @opcode: operation
 * @variant: key size, or whatever the dispatcher can see of the parameter block
 * @bytes: input length
 * @prior_ns: cost by the device's table
 * @cost_ns: what it takes
 */
struct kind {
	u8 opcode;
	u8 variant;
	u32 bytes;
	u64 prior_ns;
	u64 cost_ns;
};

extern const struct kind KIND_RSA1024, KIND_RSA2048, KIND_RSA4096, KIND_PK5US, KIND_PK50US;
/* As long as any command can be. */
extern const struct kind KIND_CMAX;

enum wl_mode {
	WL_CLOSED,	/* keeps @depth submitted and not completed */
	WL_QUEUED,	/* keeps @depth submitted and not dispatched */
	WL_OPEN,	/* submits every @period_ns, up to @depth outstanding */
};

/**
 * struct workload - what an owner does
 * @mode: see there
 * @depth: see there
 * @think_ns: WL_CLOSED: pause after each completion
 * @period_ns: WL_OPEN: mean distance of commands
 * @random: distances are uniform in half to one and a half of @period_ns
 * @kind: kinds of commands
 * @second_permille: how many are of the second kind
 * @flip: after so many commands it changes to the other kind; 0: by chance
 * @on_ns: mean time that it is active; 0: always
 * @off_ns: mean time that it is not
 * @start_ns: when it begins
 * @stop_ns: when it ends; 0: never
 */
struct workload {
	enum wl_mode mode;
	u32 depth;
	u64 think_ns;
	u64 period_ns;
	bool random;
	struct kind kind[2];
	u32 second_permille;
	u32 flip;
	u64 on_ns;
	u64 off_ns;
	u64 start_ns;
	u64 stop_ns;
};

/**
 * struct sim_cfg - a run
 * @policy: of the dispatcher; NULL: no shared owners
 * @arb: the device's arbiter, enum facet_arb
 * @engines: engines of the class
 * @owners: most owners
 * @groups: most groups
 * @direct: the first so many owners have a context of their own
 * @depth: most commands in the device, for policies that count
 * @slots: for ours
 * @latency_ns: dispatch latency
 * @turn_ns: the dispatcher's time for a command
 * @ahead_ns: for ours
 * @single_ns: for ours
 * @refresh_ns: how often overruns are looked for; 0: never
 * @warm_ns: what is not measured
 * @run_ns: what is
 * @seed: of everything that is random
 */
struct sim_cfg {
	const struct policy *policy;
	u32 arb;
	u32 engines;
	u32 owners;
	u32 groups;
	u32 direct;
	u32 depth;
	u32 slots;
	u64 latency_ns;
	u64 turn_ns;
	u64 ahead_ns;
	u64 single_ns;
	u64 refresh_ns;
	u64 warm_ns;
	u64 run_ns;
	u64 seed;
};

struct command;

/**
 * struct owner - an owner, and what was measured of it
 * @x: its number
 * @wl: what it does
 * @weight: weight
 * @group: group; 0: none
 * @ctx: its context; shared owners have none
 * @direct: it has
 * @first: oldest command that was not dispatched
 * @last: newest
 * @queued: submitted, not dispatched
 * @outstanding: submitted, not completed
 * @on: active
 * @count: commands submitted
 * @rng: its own random numbers
 * @on_rng: others for when it is active, which must not depend on what it submits: all
 *	policies get the same times
 * @cost: what was learnt of it
 * @worst: constants of the bound, all run long
 * @inflight: commands in the device
 * @engine_ns: engine time in the window
 * @done: commands completed in the window
 * @waits: if set, samples of (stop - submission) in the window go there
 * @nr_waits: how many
 * @max_waits: room
 */
struct owner {
	u32 x;
	struct workload wl;
	u32 weight;
	u32 group;
	u32 ctx;
	bool direct;
	struct command *first, *last;
	u32 queued;
	u32 outstanding;
	bool on;
	u64 count;
	u64 rng;
	u64 on_rng;
	struct vfs_cost cost;
	struct vfs_worst worst;
	u32 inflight;
	u64 engine_ns;
	u64 done;
	u64 *waits;
	u32 nr_waits;
	u32 max_waits;
};

struct sim;
typedef void (*sim_fn)(struct sim *s, void *arg);

struct sim *sim_new(const struct sim_cfg *cfg);
void sim_free(struct sim *s);
/* A new owner; returns its number.  Samples are kept if @samples. */
u32 sim_add(struct sim *s, const struct workload *wl, u32 weight, u32 group, bool samples);
/* Calls @fn at a time. */
void sim_at(struct sim *s, u64 at_ns, sim_fn fn, void *arg);
/* Called whenever an engine has completed a command. */
void sim_watch(struct sim *s, sim_fn fn, void *arg);
void sim_run(struct sim *s);

u64 sim_now(const struct sim *s);
struct owner *sim_owner(struct sim *s, u32 x);
void *sim_policy(struct sim *s);
/* An owner that is off submits nothing. */
void sim_set_on(struct sim *s, u32 x, bool on);
void sim_set_weight(struct sim *s, u32 x, u32 weight);
void sim_set_group(struct sim *s, u32 x, u32 group);
void sim_set_cap(struct sim *s, u32 x, u32 permille, u64 burst_ns);
/* Rings the doorbell of @x for nothing. */
void sim_ring(struct sim *s, u32 x);
/* Engine time of all owners in the window, and of one in permille of it. */
u64 sim_total_ns(const struct sim *s);
double sim_share(struct sim *s, u32 x);
/* Quantile of the samples, which get sorted. */
u64 sim_quantile(struct owner *o, double q);

u64 rng_next(u64 *state);
/* Uniform in 0..n-1. */
u64 rng_below(u64 *state, u64 n);

#endif /* SCHED_SIM_H */
