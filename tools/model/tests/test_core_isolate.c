// SPDX-License-Identifier: GPL-2.0
/*
 * One context is reset, over and over and in every state, beside fifteen that always have
 * one command: what they lose, and what they wait, against the same without resets.  The
 * clock is virtual, so that each run is the same.
 */
#include "core_env.h"

#define CONTEXTS	16
#define LONG_NS		9400000u	/* the longest command there is */
#define SHORT_NS	70000u
#define SRC_BYTES	16384
#define STEP_NS		50000u
#define STEPS		8000
#define VICTIM		0
#define MANY		100000

enum victim { IDLE, BUSY, ERROR, STOPPED, HUNG, NR_STATES };

struct tally {
	unsigned long done, bad, resets, unequal;
	uint64_t wait_max_ns;
};

/* Garbage, which pays for what it could have been: see op.c. */
static struct facet_desc desc_bill(uint32_t ns, uint64_t cookie)
{
	return (struct facet_desc){
		.opcode = FACET_OP_INFLATE, .cookie = cookie,
		.src = le64(ENV_SRC), .dst = le64(ENV_DST), .param = le64(ENV_PARAM),
		.src_len_bytes = le32(SRC_BYTES), .dst_len_bytes = le32(ns - 2000),
		.param_len_bytes = le16(sizeof(struct facet_comp_param)),
	};
}

static struct env *start(void)
{
	static const struct facet_model_config cfg = {
		.contexts = CONTEXTS, .engines = { 1, 1, 2 }, .features = ENV_FEATURES,
		.timing = FACET_TIMING_MODEL,
	};
	struct env *e = env_new_with(&cfg, false);
	struct facet_comp_param p = { .format = FACET_COMP_ZLIB };
	uint32_t x;

	memcpy(e->ram[1] + ENV_PARAM, &p, sizeof(p));
	memset(e->ram[1] + ENV_SRC, 0xff, SRC_BYTES);
	for (x = 0; x < CONTEXTS; x++)
		ctx_owner(e, x, ENV_PASID);
	return e;
}

/* Each neighbour takes what it has got, and asks for the next. */
static void feed(struct env *e, struct tally *t)
{
	struct facet_comp c;
	uint64_t wait_ns;
	uint32_t x;

	for (x = 1; x < CONTEXTS; x++) {
		while (reap(e, x, &c)) {
			t->done++;
			t->bad += le16(c.status) != FACET_ST_BAD_DATA || c.cookie != e->consumer[x];
			wait_ns = le64(c.start_ns) - le64(c.arrival_ns);
			t->wait_max_ns = wait_ns > t->wait_max_ns ? wait_ns : t->wait_max_ns;
		}
		if (e->producer[x] == e->consumer[x])
			submit(e, x, desc_bill(x <= 2 ? LONG_NS : SHORT_NS, e->producer[x] + 1));
	}
}

static void fill_victim(struct env *e, uint32_t ns)
{
	struct facet_comp c;

	while (reap(e, VICTIM, &c))
		;
	while (e->producer[VICTIM] - e->consumer[VICTIM] < ENV_SLOTS)
		put_desc(e, VICTIM, desc_bill(ns, 1));
	ring(e, VICTIM);
}

static void enter(struct env *e, enum victim state, uint32_t ns)
{
	switch (state) {
	case IDLE:
		break;
	case HUNG:
		inject(e, FACET_INJ_HANG, VICTIM, FACET_INJ_ANY, 1, 0);
		fill_victim(e, ns);
		break;
	default:
		fill_victim(e, ns);
	}
}

static void turn(struct env *e, enum victim state)
{
	if (state == ERROR)
		w_write(e, VICTIM, FACET_WIN_DOORBELL, e->producer[VICTIM] + 1000);
	if (state == STOPPED)
		c_write(e, VICTIM, FACET_CTX_CMD, FACET_CTX_CMD_STOP);
}

/* What was fetched has been completed or discarded, and no engine is the victim's. */
static void reset(struct env *e, struct tally *t)
{
	uint64_t ended = c_read64(e, VICTIM, FACET_CTX_N_CMDS_LO);
	uint32_t fetched = c_read(e, VICTIM, FACET_CTX_SQ_HEAD);
	uint32_t done = c_read(e, VICTIM, FACET_CTX_CQ_TAIL);
	uint64_t aborted = c_read64(e, VICTIM, FACET_CTX_N_ABORTED_LO);

	c_write(e, VICTIM, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	aborted = c_read64(e, VICTIM, FACET_CTX_N_ABORTED_LO) - aborted;
	t->unequal += c_state(e, VICTIM) != FACET_CTX_DISABLED;
	t->unequal += aborted + done != fetched;
	t->unequal += c_read64(e, VICTIM, FACET_CTX_N_CMDS_LO) != ended;
	t->unequal += c_read(e, VICTIM, FACET_CTX_INFLIGHT) != 0;
	inject(e, FACET_INJ_NONE, 0, 0, 0, 0);
	memset(e->ram[1] + ENV_CQ(VICTIM), 0, ENV_SLOTS * FACET_COMP_BYTES);
	ctx_owner(e, VICTIM, ENV_PASID);
	t->resets++;
}

/* @resets: the victim is reset; else it is busy, and nothing happens to it. */
static struct tally run(struct env *e, bool resets)
{
	struct tally t = { 0 };
	unsigned int i;

	for (i = 0; i < STEPS; i++) {
		enum victim state = i / 8 % NR_STATES;

		feed(e, &t);
		if (!resets)
			fill_victim(e, LONG_NS);
		else if (i % 8 == 0)
			enter(e, state, LONG_NS);
		else if (i % 8 == 6)
			turn(e, state);
		else if (i % 8 == 7)
			reset(e, &t);
		env_advance(e, STEP_NS);
	}
	return t;
}

static void test_waits(void)
{
	struct env *e = start();
	struct tally busy = run(e, false), resets;

	env_free(e, "busy");
	e = start();
	resets = run(e, true);
	env_free(e, "resets");
	tap_diag("worst wait %llu ns beside a busy context, %llu ns beside one reset %lu times",
		 (unsigned long long)busy.wait_max_ns, (unsigned long long)resets.wait_max_ns,
		 resets.resets);
	tap_ok(busy.done > STEPS / 8 && resets.done > STEPS / 8, "the neighbours work");
	tap_ok(!busy.bad && !resets.bad, "each of their %lu commands ends as it should",
	       busy.done + resets.done);
	tap_ok(!resets.unequal, "each command of the victim is completed or discarded, once");
	tap_ok(resets.wait_max_ns <= busy.wait_max_ns + LONG_NS + LONG_NS / 10,
	       "the worst wait is at most a residual command longer");
}

/* Nothing is used up: 100,000 times in every state, and the device is as new. */
static void test_many(void)
{
	struct env *e = start();
	struct tally t = { 0 };
	struct facet_comp c;
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		enter(e, i % NR_STATES, SHORT_NS);
		env_advance(e, 1000);
		turn(e, i % NR_STATES);
		env_settle(e);
		reset(e, &t);
	}
	tap_ok(t.resets == MANY && !t.unequal, "%d resets, each complete", MANY);
	tap_ok(run_one(e, VICTIM, desc_bill(SHORT_NS, 1), &c) == FACET_ST_BAD_DATA &&
	       le64(c.start_ns) == le64(c.arrival_ns), "then an engine is free at once");
	env_free(e, "many");
}

int main(void)
{
	test_waits();
	test_many();
	return tap_done();
}
