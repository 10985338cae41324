/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arbitration: which context's latched command does an idle engine of a class
 * take next?
 *
 * There is one struct arb for each engine class.  A policy sees numbers of
 * contexts and engines, weights and nanoseconds, and nothing of the device; it
 * makes no callbacks and allocates nothing.  The device promises:
 *
 *  - ready(x) when x latches a command of this class and is not ready yet;
 *  - pick() when an engine is idle; the context is not ready afterwards;
 *  - charge(x) right after pick(), with the engine, the expected time of ready(),
 *    and the next command of x if that is of this class: a context that has the
 *    next one does not leave in between, which would cost it what it is behind;
 *  - correct(x) when the engine is free again, with expected and true time;
 *  - remove(x) when the latched command goes without an engine.
 *
 * Settings may change at any time between these calls.
 */
#ifndef FACET_MODEL_ARB_H
#define FACET_MODEL_ARB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARB_NONE	(-1)
#define ARB_NEVER	UINT64_MAX
#define ARB_ENGINES	32
/* What contexts and groups have unless told otherwise. */
#define ARB_WEIGHT	100

struct arb;

/**
 * struct arb_params - what does not change
 * @nr: contexts, and as many groups
 * @engines: engines of the class, at most ARB_ENGINES
 * @floor_ns: least engine time of a command
 */
struct arb_params {
	unsigned int nr;
	unsigned int engines;
	uint64_t floor_ns;
};

/**
 * struct arb_share - what a policy may weigh a context by
 * @weight: 1..10000
 * @group: arbitration group, below arb_params.nr
 * @cap_permille: most of the class's engine time, 1..1000; 0: no cap
 * @cap_burst_ns: how far it may run ahead of that
 * @request_ns: length of its requests; 0: that of its next command
 */
struct arb_share {
	uint32_t weight;
	uint32_t group;
	uint32_t cap_permille;
	uint64_t cap_burst_ns;
	uint32_t request_ns;
};

/**
 * struct arb_group - what a policy may weigh a group by
 * @weight: 1..FACET_GRP_WEIGHT_MAX
 * @pool: it is rather the sum of the weights of the contexts with work
 * @request_ns: length of its requests; 0: that of its next command
 */
struct arb_group {
	uint32_t weight;
	bool pool;
	uint32_t request_ns;
};

/**
 * struct arb_ops - a policy; NULL where it has nothing to do
 * @name: for messages
 * @bytes: memory that @init needs
 * @init: starts anew in arb->priv, with arb->params: no context is ready, all
 *	have the default weight and are in group 0
 * @share: context @x is weighed by this from now on
 * @group: likewise group @g
 * @ready: context @x waits with a command that is expected to take @ns
 * @remove: context @x, if ready, waits no longer
 * @pick: takes the context to serve at @now_ns, or ARB_NONE; *@since_ns: it could
 *	not have been served before this time
 * @charge: context @x begins to use @engine for @ns; @next_ns: ready() for its
 *	next command follows; 0: there is none
 * @refresh: the command of @engine has run for @elapsed_ns and still does
 * @correct: @x used @engine for @actual_ns rather than @charged_ns
 * @left_ns: engine time that context @x may use before its cap holds it; ARB_NEVER:
 *	it has none
 * @held: a cap keeps context @x, which is ready, from being picked
 * @due_ns: when @pick may give another answer though nothing happens; ARB_NEVER
 */
struct arb_ops {
	const char *name;
	size_t (*bytes)(const struct arb_params *params);
	void (*init)(struct arb *arb);
	void (*share)(struct arb *arb, unsigned int x, const struct arb_share *share,
		      uint64_t now_ns);
	void (*group)(struct arb *arb, unsigned int g, const struct arb_group *group);
	void (*ready)(struct arb *arb, unsigned int x, uint64_t ns);
	void (*remove)(struct arb *arb, unsigned int x);
	int (*pick)(struct arb *arb, uint64_t now_ns, uint64_t *since_ns);
	void (*charge)(struct arb *arb, unsigned int x, unsigned int engine, uint64_t ns,
		       uint64_t next_ns, uint64_t now_ns);
	void (*refresh)(struct arb *arb, unsigned int engine, uint64_t elapsed_ns,
			uint64_t now_ns);
	void (*correct)(struct arb *arb, unsigned int x, unsigned int engine,
			uint64_t charged_ns, uint64_t actual_ns, uint64_t now_ns);
	uint64_t (*left_ns)(const struct arb *arb, unsigned int x, uint64_t now_ns);
	bool (*held)(const struct arb *arb, unsigned int x);
	uint64_t (*due_ns)(const struct arb *arb);
};

struct arb {
	const struct arb_ops *ops;
	struct arb_params params;
	void *priv;
};

extern const struct arb_ops arb_rr;
extern const struct arb_ops arb_weighted;
extern const struct arb_ops arb_wrr;
extern const struct arb_ops arb_srr;
extern const struct arb_ops arb_eevdf;

static inline void arb_set_share(struct arb *arb, unsigned int x, const struct arb_share *share,
				 uint64_t now_ns)
{
	if (arb->ops->share)
		arb->ops->share(arb, x, share, now_ns);
}

static inline void arb_set_group(struct arb *arb, unsigned int g, const struct arb_group *group)
{
	if (arb->ops->group)
		arb->ops->group(arb, g, group);
}

static inline int arb_pick(struct arb *arb, uint64_t now_ns, uint64_t *since_ns)
{
	*since_ns = 0;
	return arb->ops->pick(arb, now_ns, since_ns);
}

static inline void arb_charge(struct arb *arb, unsigned int x, unsigned int engine, uint64_t ns,
			      uint64_t next_ns, uint64_t now_ns)
{
	if (arb->ops->charge)
		arb->ops->charge(arb, x, engine, ns, next_ns, now_ns);
	if (next_ns)
		arb->ops->ready(arb, x, next_ns);
}

static inline void arb_refresh(struct arb *arb, unsigned int engine, uint64_t elapsed_ns,
			       uint64_t now_ns)
{
	if (arb->ops->refresh)
		arb->ops->refresh(arb, engine, elapsed_ns, now_ns);
}

static inline void arb_correct(struct arb *arb, unsigned int x, unsigned int engine,
			       uint64_t charged_ns, uint64_t actual_ns, uint64_t now_ns)
{
	if (arb->ops->correct)
		arb->ops->correct(arb, x, engine, charged_ns, actual_ns, now_ns);
}

static inline uint64_t arb_left_ns(const struct arb *arb, unsigned int x, uint64_t now_ns)
{
	return arb->ops->left_ns ? arb->ops->left_ns(arb, x, now_ns) : ARB_NEVER;
}

static inline bool arb_held(const struct arb *arb, unsigned int x)
{
	return arb->ops->held && arb->ops->held(arb, x);
}

static inline uint64_t arb_due_ns(const struct arb *arb)
{
	return arb->ops->due_ns ? arb->ops->due_ns(arb) : ARB_NEVER;
}

#endif /* FACET_MODEL_ARB_H */
