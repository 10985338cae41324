/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arbitration: which context's latched command does an idle engine of a class
 * take next?
 *
 * There is one struct arb for each engine class.  A policy sees numbers of
 * contexts, weights and nanoseconds, and nothing of the device; it makes no
 * callbacks.  The device promises:
 *
 *  - ready(x) when x latches a command of this class and is not ready yet;
 *  - pick() when an engine is idle; the context is not ready afterwards;
 *  - charge(x) right after pick(), with the expected time; then ready(x) before
 *    the next pick() if x has another command of this class;
 *  - correct(x) when the command has ended, with expected and true time;
 *  - remove(x) when the latched command goes without an engine.
 */
#ifndef FACET_MODEL_ARB_H
#define FACET_MODEL_ARB_H

#include <stdint.h>

#define ARB_NONE	(-1)

struct arb;

/**
 * struct arb_share - what a policy may weigh a context by
 * @weight: 1..10000
 * @group: arbitration group
 * @flow: flow index of the command
 */
struct arb_share {
	uint32_t weight;
	uint32_t group;
	uint32_t flow;
};

/**
 * struct arb_ops - a policy
 * @name: for messages
 * @init: allocates @arb->priv for @nr contexts, none of them ready; 0 or -1
 * @fini: frees it
 * @ready: context @x waits
 * @remove: context @x, if ready, waits no longer
 * @pick: takes the context to serve, or ARB_NONE
 * @charge: context @x is about to use @ns
 * @correct: it used @actual_ns rather than @charged_ns
 */
struct arb_ops {
	const char *name;
	int (*init)(struct arb *arb, unsigned int nr);
	void (*fini)(struct arb *arb);
	void (*ready)(struct arb *arb, unsigned int x, const struct arb_share *share);
	void (*remove)(struct arb *arb, unsigned int x);
	int (*pick)(struct arb *arb);
	void (*charge)(struct arb *arb, unsigned int x, const struct arb_share *share,
		       uint64_t ns);
	void (*correct)(struct arb *arb, unsigned int x, const struct arb_share *share,
			uint64_t charged_ns, uint64_t actual_ns);
};

struct arb {
	const struct arb_ops *ops;
	void *priv;
};

extern const struct arb_ops arb_rr;
extern const struct arb_ops arb_weighted;

#endif /* FACET_MODEL_ARB_H */
