// SPDX-License-Identifier: GPL-2.0
/* Fault injection: each kind, where it strikes, how often, how it ends. */
#include "core_env.h"

#define SYM	FACET_CLASS_SYM
#define ANY	FACET_INJ_ANY
#define ENG(e)	FACET_REG_ENGINE(SYM, e)

static struct env *env_two(void)
{
	const struct facet_model_config cfg = {
		.contexts = 4, .engines = { 1, 2, 1 }, .features = ENV_FEATURES,
		.timing = FACET_TIMING_MODEL,
	};
	struct env *e = env_new_with(&cfg, false);

	ctx_owner(e, 0, ENV_PASID);
	ctx_owner(e, 1, ENV_PASID2);
	return e;
}

static void test_hang(void)
{
	struct env *e = env_two();
	uint64_t beat;

	inject(e, FACET_INJ_HANG, 0, ANY, 1, 0);
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "the other context is not hit");
	submit(e, 0, desc_nop());
	env_settle(e);
	beat = g_read64(e, ENG(1) + FACET_ENG_HEARTBEAT_LO);
	env_advance(e, 100000000);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 0, "it never ends, not even at C_max");
	tap_eq(FACET_ENG_STATE_OF(g_read(e, ENG(1))), FACET_ENG_ST_BUSY, "its engine is busy");
	tap_eq(g_read64(e, ENG(1) + FACET_ENG_HEARTBEAT_LO), beat, "and its heart stands still");
	tap_eq(g_read(e, FACET_REG_INJ_KIND), FACET_INJ_NONE, "the fault is used up");
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "the other context goes on");
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	tap_eq(c_state(e, 0), FACET_CTX_DISABLED, "RESET ends it");
	tap_eq(g_read(e, ENG(1)), FACET_ENG_ST_IDLE, "the engine is free");
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "and works");
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "as does the other");
	env_free(e, "hang");
}

/* A hung command costs the arbiter's memory of its context C_max, not more. */
static void test_hang_debt(void)
{
	struct env *e = env_two();

	g_write(e, FACET_REG_OFFLINE(SYM), 2);
	inject(e, FACET_INJ_HANG, 0, ANY, 1, 0);
	submit(e, 0, desc_nop());
	env_advance(e, 1000000000);
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	tap_eq(c_read64(e, 0, FACET_CTX_ENGINE_NS_LO(SYM)), 1000000000, "the counter has it all");
	ctx_owner(e, 0, ENV_PASID);
	put_desc(e, 1, desc_nop());
	put_desc(e, 1, desc_nop());
	submit(e, 1, desc_nop());
	env_settle(e);
	submit(e, 0, desc_nop());
	while (c_read(e, 1, FACET_CTX_CQ_TAIL) < 40000 && !c_read(e, 0, FACET_CTX_CQ_TAIL)) {
		put_desc(e, 1, desc_nop());
		ring(e, 1);
		env_advance(e, 500);
	}
	tap_ok(c_read(e, 1, FACET_CTX_CQ_TAIL) > 10000, "it waits while the other catches up");
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "it gets its turn again");
	env_free(e, "hang debt");
}

static void test_slow(void)
{
	struct env *e = env_two();
	struct facet_comp c;

	inject(e, FACET_INJ_SLOW, ANY, SYM << 8, 1, 3000);
	tap_eq(run_one(e, 0, desc_copy(10000), &c), FACET_ST_OK, "slow, but good");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 4500, "three times its time");
	tap_eq(run_one(e, 0, desc_copy(10000), &c), FACET_ST_OK, "once");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 1500, "then as ever");
	inject(e, FACET_INJ_SLOW, ANY, ANY, 1, UINT32_MAX);
	tap_eq(run_one(e, 0, desc_copy(10000), &c), FACET_ST_CMAX, "too slow ends at C_max");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 10000000, "with that bill");
	inject(e, FACET_INJ_SLOW, ANY, ANY, 1, 500);
	tap_eq(run_one(e, 0, desc_copy(10000), &c), FACET_ST_OK, "no factor below 1");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 1500, "makes anything faster");
	env_free(e, "slow");
}

static void test_drop_irq(void)
{
	struct env *e = env_two();

	inject(e, FACET_INJ_DROP_IRQ, 0, ANY, 1, 0);
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "another context");
	tap_eq(e->irqs[1], 1, "gets its interrupt");
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "the command is done");
	tap_eq(e->irqs[0], 0, "its interrupt is lost");
	tap_eq(c_read64(e, 0, FACET_CTX_N_IRQS_LO), 1, "the device believes it was raised");
	w_write(e, 0, FACET_WIN_CQ_EVENT, 1);
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "the next one");
	tap_eq(e->irqs[0], 1, "interrupts again");
	env_free(e, "dropped interrupt");
}

static void test_corrupt(void)
{
	struct env *e = env_two();
	struct facet_desc d = desc_nop();
	struct facet_comp c;

	inject(e, FACET_INJ_CORRUPT_COMP, 0, ANY, 2, 0);
	tap_eq(run_one(e, 0, d, &c), FACET_ST_OK, "status and seq are whole");
	tap_ok(c.cookie == ~d.cookie, "the cookie is not");
	tap_ok(le64(c.stop_ns) > 1ull << 63 && le64(c.start_ns) > 1ull << 63 &&
	       le64(c.arrival_ns) > 1ull << 63, "nor are the stamps");
	tap_eq(g_read(e, FACET_REG_INJ_COUNT), 1, "one is left");
	tap_eq(run_one(e, 0, d, &c), FACET_ST_OK, "twice");
	tap_ok(c.cookie == ~d.cookie, "as ordered");
	tap_eq(run_one(e, 0, d, &c), FACET_ST_OK, "the third");
	tap_ok(c.cookie == d.cookie, "is whole");
	env_free(e, "corrupt");
}

static void test_engine_death(void)
{
	struct env *e = env_two();
	unsigned int i;

	inject(e, FACET_INJ_ENGINE_DEATH, ANY, SYM << 8 | 1, 1, 0);
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "engine 0 is well");
	for (i = 0; i < 3; i++) {
		submit(e, 0, desc_nop());
		env_advance(e, 100000000);
		tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), i ? 0 : 1, "engine 1 hangs each time");
		c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
		env_settle(e);
		ctx_owner(e, 0, ENV_PASID);
		memset(e->ram[1], 0, ENV_RAM_BYTES);
		tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "engine 0 serves another");
	}
	g_write(e, FACET_REG_OFFLINE(SYM), 2);
	for (i = 0; i < 3; i++)
		tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "all is well without it");
	env_free(e, "engine death");
}

/* What revives a dead engine: PCI reset, or CTRL.RESET while it is offline. */
static void test_revival(void)
{
	static const struct { bool pci, offline, alive; } way[] = {
		{ true, false, true }, { false, true, true }, { false, false, false },
	};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct env *e = env_new();

		ctx_owner(e, 0, ENV_PASID);
		inject(e, FACET_INJ_ENGINE_DEATH, ANY, ANY, 1, 0);
		submit(e, 0, desc_nop());
		env_settle(e);
		g_write(e, FACET_REG_OFFLINE(SYM), way[i].offline);
		if (way[i].pci)
			facet_model_reset(e->m);
		else
			g_write(e, FACET_REG_CTRL, FACET_CTRL_RESET);
		tap_eq(g_read(e, FACET_REG_OFFLINE(SYM)), 0, "all engines are on");
		g_write(e, FACET_REG_CTRL, FACET_CTRL_ENABLE);
		memset(e->ram[1], 0, ENV_RAM_BYTES);
		ctx_owner(e, 0, ENV_PASID);
		tap_eq(run_one(e, 0, desc_nop(), NULL), way[i].alive ? FACET_ST_OK : -1,
		       way[i].alive ? "alive" : "still dead");
		env_free(e, "revival");
	}
}

static void test_all_ones(void)
{
	struct env *e = env_two();
	unsigned int accesses;

	submit(e, 0, desc_copy(4096));
	env_settle(e);
	inject(e, FACET_INJ_ALL_ONES, ANY, ANY, ANY, 0);
	accesses = e->reads + e->writes;
	tap_eq(g_read(e, FACET_REG_ID), UINT32_MAX, "registers read as all ones");
	tap_ok(g_read64(e, FACET_REG_CLOCK_LO) == UINT64_MAX, "64 bits of them");
	tap_eq(w_read(e, 0, FACET_WIN_STATE), UINT32_MAX, "windows too");
	g_write(e, FACET_REG_CTRL, FACET_CTRL_RESET);
	g_write(e, FACET_REG_INJ_KIND, FACET_INJ_NONE);
	ring(e, 1);
	env_advance(e, 100000000);
	facet_model_timer_expired(e->m);
	tap_eq(e->reads + e->writes, accesses, "no DMA");
	tap_eq(e->irqs[0] + e->irqs[1], 0, "no interrupts");
	tap_eq(g_read(e, FACET_REG_ID), UINT32_MAX, "writes are ignored");
	facet_model_reset(e->m);
	tap_eq(g_read(e, FACET_REG_ID), FACET_ID, "until a PCI reset");
	tap_eq(c_state(e, 0), FACET_CTX_DISABLED, "which resets the rest as well");
	env_free(e, "all ones");
}

static void test_arming(void)
{
	struct env *e = env_two();

	inject(e, FACET_INJ_HANG, ANY, ANY, ANY, 0);
	tap_eq(g_read(e, FACET_REG_INJ_KIND), FACET_INJ_HANG, "armed");
	g_write(e, FACET_REG_INJ_KIND, FACET_NR_INJ);
	tap_eq(g_read(e, FACET_REG_INJ_KIND), FACET_INJ_HANG, "unknown kinds are ignored");
	g_write(e, FACET_REG_INJ_KIND, FACET_INJ_NONE);
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "disarmed");
	inject(e, FACET_INJ_HANG, ANY, ANY, 0, 0);
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "a count of 0 never strikes");
	inject(e, FACET_INJ_HANG, ANY, FACET_CLASS_PK << 8, 1, 0);
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "another engine is not hit");
	inject(e, FACET_INJ_HANG, ANY, ANY, ANY, 0);
	g_write(e, FACET_REG_CTRL, FACET_CTRL_RESET);
	tap_eq(g_read(e, FACET_REG_INJ_KIND), FACET_INJ_NONE, "a reset disarms");
	env_free(e, "arming");
}

static void test_no_feature(void)
{
	const struct facet_model_config cfg = { .contexts = 1, .engines = { 1, 1, 1 } };
	struct env *e = env_new_with(&cfg, false);

	inject(e, FACET_INJ_ALL_ONES, ANY, ANY, ANY, 7);
	tap_eq(g_read(e, FACET_REG_ID), FACET_ID, "no injection without its feature");
	tap_eq(g_read(e, FACET_REG_INJ_ARG), 0, "nor its registers");
	g_write(e, FACET_REG_DILATION, 5);
	tap_eq(g_read(e, FACET_REG_DILATION), 1, "no timing without its own");
	env_free(e, "no feature");
}

int main(void)
{
	test_hang();
	test_hang_debt();
	test_slow();
	test_drop_irq();
	test_corrupt();
	test_engine_death();
	test_revival();
	test_all_ones();
	test_arming();
	test_no_feature();
	return tap_done();
}
