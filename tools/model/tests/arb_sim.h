/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Surroundings of one arbiter in tests: engines and contexts that always have
 * the next command, or as many as they are given, on a clock of their own.  The
 * promises of arb.h are kept as the device keeps them.
 */
#ifndef FACET_TESTS_ARB_SIM_H
#define FACET_TESTS_ARB_SIM_H

#include <stdlib.h>
#include <string.h>
#include "arb.h"
#include "tap.h"

#define SIM_ALWAYS	UINT64_MAX
#define SIM_FLOOR_NS	500u
#define US		1000ull
#define MS		1000000ull

/**
 * struct sim_ctx - a context
 * @share: what it is weighed by
 * @cost_ns: what its commands take
 * @expected_ns: what they are expected to take; 0: the same
 * @left: commands not yet latched
 * @ready: one is latched
 * @arrival_ns: since when
 * @used_ns: engine time of its commands, of the one that runs as much as is over
 * @served: commands begun
 * @wait_ns: longest wait of a command
 */
struct sim_ctx {
	struct arb_share share;
	uint64_t cost_ns;
	uint64_t expected_ns;
	uint64_t left;
	bool ready;
	uint64_t arrival_ns;
	uint64_t used_ns;
	uint64_t served;
	uint64_t wait_ns;
};

struct sim_engine {
	int x;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t charged_ns;
};

struct sim {
	struct arb arb;
	uint64_t now_ns;
	uint64_t idle_ns;	/* of engine 0 */
	struct sim_engine engine[ARB_ENGINES];
	unsigned int nr;
	struct sim_ctx ctx[];
};

static inline struct sim *sim_new(const struct arb_ops *ops, unsigned int nr,
				  unsigned int engines)
{
	struct sim *s = calloc(1, sizeof(*s) + nr * sizeof(s->ctx[0]));
	unsigned int i;

	if (!s)
		abort();
	s->arb.ops = ops;
	s->arb.params = (struct arb_params){
		.nr = nr, .engines = engines, .floor_ns = SIM_FLOOR_NS,
	};
	s->arb.priv = aligned_alloc(16, (ops->bytes(&s->arb.params) + 15) & ~15ul);
	if (!s->arb.priv)
		abort();
	/* whatever init() forgets shows */
	memset(s->arb.priv, 0xa5, ops->bytes(&s->arb.params));
	ops->init(&s->arb);
	s->nr = nr;
	for (i = 0; i < nr; i++)
		s->ctx[i] = (struct sim_ctx){ .share.weight = ARB_WEIGHT, .cost_ns = 10 * US };
	for (i = 0; i < engines; i++)
		s->engine[i].x = ARB_NONE;
	return s;
}

static inline void sim_free(struct sim *s)
{
	free(s->arb.priv);
	free(s);
}

static inline void sim_share(struct sim *s, unsigned int x)
{
	arb_set_share(&s->arb, x, &s->ctx[x].share, s->now_ns);
}

static inline void sim_weight(struct sim *s, unsigned int x, uint32_t weight)
{
	s->ctx[x].share.weight = weight;
	sim_share(s, x);
}

static inline void sim_join(struct sim *s, unsigned int x, uint32_t group)
{
	s->ctx[x].share.group = group;
	sim_share(s, x);
}

static inline void sim_cap(struct sim *s, unsigned int x, uint32_t permille, uint64_t burst_ns)
{
	s->ctx[x].share.cap_permille = permille;
	s->ctx[x].share.cap_burst_ns = burst_ns;
	sim_share(s, x);
}

static inline void sim_group(struct sim *s, unsigned int g, uint32_t weight, bool pool)
{
	arb_set_group(&s->arb, g, &(struct arb_group){ .weight = weight, .pool = pool });
}

static inline void sim_request(struct sim *s, unsigned int x, uint32_t request_ns)
{
	s->ctx[x].share.request_ns = request_ns;
	sim_share(s, x);
}

static inline uint64_t sim_expected_ns(const struct sim_ctx *c)
{
	return c->expected_ns ? c->expected_ns : c->cost_ns;
}

/* Expected time of the next command, now latched; 0: there is none. */
static inline uint64_t sim_next(struct sim *s, struct sim_ctx *c)
{
	if (c->ready || !c->left)
		return 0;
	if (c->left != SIM_ALWAYS)
		c->left--;
	c->ready = true;
	c->arrival_ns = s->now_ns;
	return sim_expected_ns(c);
}

static inline void sim_latch(struct sim *s, unsigned int x)
{
	uint64_t ns = sim_next(s, &s->ctx[x]);

	if (ns)
		s->arb.ops->ready(&s->arb, x, ns);
}

static inline void sim_begin(struct sim *s, unsigned int nr, int x)
{
	struct sim_engine *e = &s->engine[nr];
	struct sim_ctx *c = &s->ctx[x];

	*e = (struct sim_engine){ x, s->now_ns, s->now_ns + c->cost_ns, sim_expected_ns(c) };
	c->ready = false;
	c->served++;
	if (c->wait_ns < s->now_ns - c->arrival_ns)
		c->wait_ns = s->now_ns - c->arrival_ns;
	arb_charge(&s->arb, x, nr, e->charged_ns, sim_next(s, c), s->now_ns);
}

static inline void sim_refresh(struct sim *s)
{
	unsigned int nr;

	for (nr = 0; nr < s->arb.params.engines; nr++) {
		struct sim_engine *e = &s->engine[nr];

		if (e->x != ARB_NONE && s->now_ns > e->start_ns + e->charged_ns)
			arb_refresh(&s->arb, nr, s->now_ns - e->start_ns, s->now_ns);
	}
}

static inline void sim_dispatch(struct sim *s)
{
	uint64_t since_ns;
	unsigned int nr;
	int x;

	for (nr = 0; nr < s->arb.params.engines; nr++) {
		if (s->engine[nr].x != ARB_NONE)
			continue;
		sim_refresh(s);
		x = arb_pick(&s->arb, s->now_ns, &since_ns);
		if (x == ARB_NONE)
			return;
		if (since_ns > s->now_ns || !s->ctx[x].ready)
			abort();
		sim_begin(s, nr, x);
	}
}

static inline void sim_end(struct sim *s, unsigned int nr)
{
	struct sim_engine *e = &s->engine[nr];
	int x = e->x;

	e->x = ARB_NONE;
	arb_correct(&s->arb, x, nr, e->charged_ns, e->end_ns - e->start_ns, s->now_ns);
}

static inline uint64_t sim_due_ns(const struct sim *s)
{
	uint64_t due_ns = ARB_NEVER;
	unsigned int nr;

	for (nr = 0; nr < s->arb.params.engines; nr++) {
		const struct sim_engine *e = &s->engine[nr];
		uint64_t at_ns = e->x == ARB_NONE ? arb_due_ns(&s->arb) : e->end_ns;

		due_ns = at_ns < due_ns ? at_ns : due_ns;
	}
	return due_ns;
}

/* The clock, and what the engines' owners use, goes on to @to_ns. */
static inline void sim_pass(struct sim *s, uint64_t to_ns)
{
	unsigned int nr;

	for (nr = 0; nr < s->arb.params.engines; nr++)
		if (s->engine[nr].x != ARB_NONE)
			s->ctx[s->engine[nr].x].used_ns += to_ns - s->now_ns;
	if (s->engine[0].x == ARB_NONE)
		s->idle_ns += to_ns - s->now_ns;
	s->now_ns = to_ns;
}

/* Runs for a time; commands that are there are latched at its beginning. */
static inline void sim_run(struct sim *s, uint64_t ns)
{
	uint64_t end_ns = s->now_ns + ns, due_ns;
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		sim_latch(s, i);
	sim_dispatch(s);
	while ((due_ns = sim_due_ns(s)) <= end_ns) {
		if (due_ns < s->now_ns)
			abort();
		sim_pass(s, due_ns);
		for (i = 0; i < s->arb.params.engines; i++)
			if (s->engine[i].x != ARB_NONE && s->engine[i].end_ns == s->now_ns)
				sim_end(s, i);
		sim_dispatch(s);
	}
	sim_pass(s, end_ns);
}

/* Forgets what was measured. */
static inline void sim_restart(struct sim *s)
{
	unsigned int x;

	for (x = 0; x < s->nr; x++) {
		s->ctx[x].used_ns = 0;
		s->ctx[x].served = 0;
		s->ctx[x].wait_ns = 0;
	}
	s->idle_ns = 0;
}

/* |@part / @whole - @permille / 1000| is at most @by / 1000. */
static inline bool within(uint64_t part, uint64_t whole, double permille, double by)
{
	double got = whole ? 1000.0 * part / whole : 0;
	bool ok = got <= permille + by && got >= permille - by;

	if (!ok)
		tap_diag("%.2f permille rather than %.2f", got, permille);
	return ok;
}

#endif /* FACET_TESTS_ARB_SIM_H */
