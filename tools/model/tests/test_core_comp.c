// SPDX-License-Identifier: GPL-2.0
/* Completions, interrupts, the event index, moderation, counters. */
#include "core_env.h"

static void test_completion(void)
{
	struct env *e = env_new();
	struct facet_comp c;
	struct facet_desc d = desc_copy(1000);

	ctx_owner(e, 0, ENV_PASID);
	memset(e->ram[1] + ENV_SRC, 0x5a, 1000);
	d.cookie = le64(0xfeedface12345678ull);
	env_advance(e, 5000);
	tap_eq(run_one(e, 0, d, &c), FACET_ST_OK, "copy");
	tap_ok(le64(c.cookie) == 0xfeedface12345678ull, "cookie");
	tap_eq(le32(c.sq_index), 0, "sq_index");
	tap_eq(le32(c.out_bytes), 1000, "out_bytes");
	tap_eq(le32(c.in_bytes), 1000, "in_bytes");
	tap_eq(c.engine, 0, "engine");
	tap_eq(c.info, 0, "info");
	tap_eq(le64(c.fault_addr), 0, "fault_addr");
	tap_eq(le64(c.arrival_ns), 5000, "arrival");
	tap_eq(le64(c.start_ns), 5000, "start");
	tap_eq(le64(c.stop_ns), 5000 + 500 + 100, "stop");
	tap_eq(e->last_write, ENV_CQ(0) + 56, "the last store is at the end of the slot");
	tap_eq(e->last_write_len, 8, "of 8 bytes");
	tap_eq(e->prev_write, ENV_CQ(0), "behind the rest of the slot");
	tap_eq(e->prev_write_len, 56, "which is 56 bytes");
	tap_ok(!memcmp(e->ram[1] + ENV_SRC, e->ram[1] + ENV_DST, 1000), "data");
	tap_eq(e->ram[1][ENV_DST + 1000], 0, "and no more");
	tap_eq(c_read64(e, 0, FACET_CTX_N_CMDS_LO), 1, "N_CMDS");
	tap_eq(c_read64(e, 0, FACET_CTX_N_ERRORS_LO), 0, "N_ERRORS");
	tap_eq(c_read64(e, 0, FACET_CTX_BYTES_IN_LO), 1000, "BYTES_IN");
	tap_eq(c_read64(e, 0, FACET_CTX_BYTES_OUT_LO), 1000, "BYTES_OUT");
	tap_eq(c_read64(e, 0, FACET_CTX_BACKLOG_NS_LO), 600, "BACKLOG_NS");
	tap_eq(c_read64(e, 0, FACET_CTX_WAIT_NS_LO), 0, "WAIT_NS");
	tap_eq(c_read64(e, 0, FACET_CTX_ENGINE_NS_LO(FACET_CLASS_SYM)), 600, "ENGINE_NS");
	tap_eq(c_read64(e, 0, FACET_CTX_ENGINE_NS_LO(FACET_CLASS_PK)), 0, "of SYM only");
	tap_eq(c_read64(e, 0, FACET_CTX_N_IRQS_LO), 1, "N_IRQS");
	tap_eq(w_read(e, 0, FACET_WIN_SQ_HEAD), 1, "window: SQ_HEAD");
	tap_eq(w_read(e, 0, FACET_WIN_CQ_TAIL), 1, "window: CQ_TAIL");
	tap_eq(w_read(e, 0, FACET_WIN_STATE), FACET_CTX_READY, "window: STATE");
	env_free(e, "completion");
}

/* Commands that wait for the engine: their stamps follow on each other. */
static void test_waiting(void)
{
	struct env *e = env_new();
	struct facet_comp a, b;

	ctx_owner(e, 0, ENV_PASID);
	ctx_owner(e, 1, ENV_PASID2);
	submit(e, 0, desc_nop());
	submit(e, 1, desc_nop());
	env_advance(e, 10000);
	tap_ok(reap(e, 0, &a) && reap(e, 1, &b), "both are done");
	tap_eq(le64(a.stop_ns), 500, "the first takes the floor");
	tap_eq(le64(b.arrival_ns), 0, "the second was there at the start");
	tap_eq(le64(b.start_ns), 500, "and starts behind it");
	tap_eq(le64(b.stop_ns), 1000, "for as long");
	tap_eq(c_read64(e, 1, FACET_CTX_WAIT_NS_LO), 500, "its wait is counted");
	tap_eq(c_read64(e, 1, FACET_CTX_BACKLOG_NS_LO), 1000, "its backlog includes it");
	env_free(e, "waiting");
}

/* Completes n commands in a row. */
static void complete(struct env *e, uint32_t n)
{
	struct facet_comp c;

	while (n--)
		if (run_one(e, 0, desc_nop(), &c) != FACET_ST_OK)
			e->broken++;
}

static void arm(struct env *e, uint32_t index)
{
	w_write(e, 0, FACET_WIN_CQ_EVENT, index);
	env_settle(e);
}

static void test_event_index(void)
{
	struct env *e = env_new();

	ctx_owner(e, 0, ENV_PASID);
	complete(e, 1);
	tap_eq(e->irqs[0], 1, "the first completion interrupts");
	complete(e, 3);
	tap_eq(e->irqs[0], 1, "who does not arm again polls");
	arm(e, 4);
	tap_eq(e->irqs[0], 1, "armed at the tail: nothing to tell yet");
	complete(e, 1);
	tap_eq(e->irqs[0], 2, "the next completion interrupts");
	arm(e, 7);
	complete(e, 2);
	tap_eq(e->irqs[0], 2, "armed ahead: two completions are not enough");
	complete(e, 1);
	tap_eq(e->irqs[0], 3, "the third passes it");
	tap_eq(c_read(e, 0, FACET_CTX_CQ_EVENT), 7, "the register in G shows the index");
	arm(e, 6);
	tap_eq(e->irqs[0], 4, "an index that was passed interrupts at once");
	arm(e, 0);
	tap_eq(e->irqs[0], 5, "any");
	arm(e, 8);
	tap_eq(e->irqs[0], 5, "the tail itself was not passed");
	arm(e, 8 + 0x80000000u);
	tap_eq(e->irqs[0], 5, "nor one that is far ahead");
	tap_eq(c_read64(e, 0, FACET_CTX_N_IRQS_LO), 5, "all are counted");
	env_free(e, "event index");
}

static void test_event_ignored(void)
{
	struct env *e = env_new();

	ctx_config(e, 0, false, ENV_PASID);
	w_write(e, 0, FACET_WIN_CQ_EVENT, 3);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_EVENT), 0, "no event index in DISABLED");
	c_write(e, 0, FACET_CTX_VECTOR, 0);
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_ENABLE);
	complete(e, 1);
	tap_eq(e->irqs[0], 0, "no interrupt without a vector");
	tap_eq(c_read64(e, 0, FACET_CTX_N_IRQS_LO), 0, "and none is counted");
	env_free(e, "event ignored");
}

/* Whatever was there before: after ENABLE the event index is 0. */
static void test_event_after_reset(void)
{
	struct env *e = env_new();

	ctx_owner(e, 0, ENV_PASID);
	arm(e, 5);
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	ctx_owner(e, 0, ENV_PASID);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_EVENT), 0, "event index after ENABLE");
	complete(e, 1);
	tap_eq(e->irqs[0], 1, "the first completion interrupts again");
	env_free(e, "event after reset");
}

static void moderate(struct env *e, uint32_t count, uint32_t us)
{
	c_write(e, 0, FACET_CTX_MODERATION, us << 16 | count);
}

/* One command of 500 ns; the clock ends where it ends. */
static void quick(struct env *e)
{
	struct facet_comp c;

	submit(e, 0, desc_nop());
	env_advance(e, 500);
	if (!reap(e, 0, &c))
		e->broken++;
}

static void test_moderation_count(void)
{
	struct env *e = env_new();

	ctx_owner(e, 0, ENV_PASID);
	moderate(e, 3, 0);
	quick(e);
	quick(e);
	tap_eq(e->irqs[0], 0, "two completions wait");
	quick(e);
	tap_eq(e->irqs[0], 1, "three interrupt");
	quick(e);
	quick(e);
	quick(e);
	tap_eq(e->irqs[0], 1, "not due: nothing was armed");
	moderate(e, 0, 0);
	env_settle(e);
	w_write(e, 0, FACET_WIN_CQ_EVENT, 6);
	moderate(e, 3, 0);
	quick(e);
	moderate(e, 0, 0);
	env_settle(e);
	tap_eq(e->irqs[0], 2, "switched off: what is held back is raised");
	env_free(e, "moderation by count");
}

static void test_moderation_time(void)
{
	struct env *e = env_new();

	ctx_owner(e, 0, ENV_PASID);
	moderate(e, 0, 10);
	quick(e);
	env_advance(e, 9999);
	tap_eq(e->irqs[0], 0, "not before 10 us");
	env_advance(e, 1);
	tap_eq(e->irqs[0], 1, "but then");
	env_advance(e, 100000);
	tap_eq(e->irqs[0], 1, "once");
	w_write(e, 0, FACET_WIN_CQ_EVENT, 1);
	moderate(e, 2, 10);
	quick(e);
	quick(e);
	tap_eq(e->irqs[0], 2, "both criteria: the count comes first");
	w_write(e, 0, FACET_WIN_CQ_EVENT, 3);
	quick(e);
	env_advance(e, 10000);
	tap_eq(e->irqs[0], 3, "or the time does");
	w_write(e, 0, FACET_WIN_CQ_EVENT, 4);
	quick(e);
	w_write(e, 0, FACET_WIN_CQ_EVENT, 4);
	env_settle(e);
	tap_eq(e->irqs[0], 4, "a late event index is not held back");
	env_advance(e, 100000);
	tap_eq(e->irqs[0], 4, "and replaces what was");
	w_write(e, 0, FACET_WIN_CQ_EVENT, 5);
	quick(e);
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_advance(e, 100000);
	tap_eq(e->irqs[0], 4, "RESET drops what is held back");
	env_free(e, "moderation by time");
}

/* A device reset forgets what is held back, and moderation works after it. */
static void test_moderation_reset(void)
{
	struct env *e = env_new();

	ctx_owner(e, 0, ENV_PASID);
	moderate(e, 0, 10);
	quick(e);
	facet_model_reset(e->m);
	env_advance(e, 100000);
	tap_eq(e->irqs[0], 0, "nothing is raised after the reset");
	memset(e->ram[1], 0, ENV_RAM_BYTES);
	g_write(e, FACET_REG_CTRL, FACET_CTRL_ENABLE);
	ctx_owner(e, 0, ENV_PASID);
	moderate(e, 0, 10);
	quick(e);
	env_advance(e, 10000);
	tap_eq(e->irqs[0], 1, "and moderation goes on");
	env_free(e, "moderation, reset");
}

static void test_no_moderation_feature(void)
{
	const struct facet_model_config cfg = { .contexts = 1, .engines = { 1, 1, 1 },
						.timing = FACET_TIMING_MODEL };
	struct env *e = env_new_with(&cfg, false);

	ctx_owner(e, 0, ENV_PASID);
	moderate(e, 3, 0);
	tap_eq(c_read(e, 0, FACET_CTX_MODERATION), 0, "MODERATION needs its feature");
	quick(e);
	tap_eq(e->irqs[0], 1, "interrupts are not held back");
	env_free(e, "no moderation");
}

/* An owner that does not take its completions loses its own, nobody else's. */
static void test_overrun(void)
{
	struct env *e = env_new();
	struct facet_comp c;
	unsigned int i;

	ctx_owner(e, 0, ENV_PASID);
	memset(e->ram[1] + ENV_CQ(0) + ENV_SLOTS * FACET_COMP_BYTES, 0xee, 64);
	for (i = 0; i < 2 * ENV_SLOTS; i++) {
		submit(e, 0, desc_nop());
		env_advance(e, 1000);
	}
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 2 * ENV_SLOTS, "all complete");
	tap_ok(!reap(e, 0, &c), "the owner's own completions are overwritten");
	tap_eq(e->ram[1][ENV_CQ(0) + ENV_SLOTS * FACET_COMP_BYTES], 0xee,
	       "nothing is written behind the ring");
	env_free(e, "overrun");
}

int main(void)
{
	test_completion();
	test_waiting();
	test_event_index();
	test_event_ignored();
	test_moderation_count();
	test_moderation_time();
	test_event_after_reset();
	test_moderation_reset();
	test_no_moderation_feature();
	test_overrun();
	return tap_done();
}
