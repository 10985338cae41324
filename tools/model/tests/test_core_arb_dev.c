// SPDX-License-Identifier: GPL-2.0
/* Arbitration through the device's registers: policies, groups, caps, resets. */
#include "core_env.h"

#define SYM	FACET_CLASS_SYM
#define MS	1000000ull
#define STORED_BYTES	5

static uint64_t engine_ns(struct env *e, uint32_t x)
{
	return c_read64(e, x, FACET_CTX_ENGINE_NS_LO(SYM));
}

/* Keeps the rings of contexts 0 to n - 1 full for a time. */
static void load(struct env *e, unsigned int n, uint32_t bytes, uint64_t ns)
{
	uint64_t end_ns = e->now_ns + ns;
	unsigned int x;

	while (e->now_ns < end_ns) {
		for (x = 0; x < n; x++) {
			while (e->producer[x] - c_read(e, x, FACET_CTX_CQ_TAIL) < ENV_SLOTS)
				put_desc(e, x, desc_copy(bytes));
			ring(e, x);
		}
		env_advance(e, 4000);
	}
}

static bool near(uint64_t got, uint64_t want, unsigned int percent)
{
	uint64_t off = got > want ? got - want : want - got;

	if (off * 100 <= want * percent)
		return true;
	tap_diag("%llu rather than %llu", (unsigned long long)got, (unsigned long long)want);
	return false;
}

static struct env *env_eevdf(unsigned int contexts)
{
	struct env *e = env_new();
	unsigned int x;

	g_write(e, FACET_REG_ARB, FACET_ARB_EEVDF);
	for (x = 0; x < contexts; x++)
		ctx_owner(e, x, ENV_PASID + (x & 1));
	return e;
}

static void test_registers(void)
{
	struct env *e = env_new();

	tap_eq(g_read(e, FACET_REG_ARB), FACET_ARB_EEVDF, "the policy");
	ctx_owner(e, 0, ENV_PASID);
	tap_eq(c_read(e, 3, FACET_GRP_WEIGHT), 100, "weight of a group");
	tap_eq(c_read(e, 3, FACET_GRP_FLAGS), 0, "which is no pool");
	tap_eq(c_read(e, 0, FACET_CTX_CAP), 0, "no cap");
	c_write(e, 3, FACET_GRP_WEIGHT, FACET_GRP_WEIGHT_MAX);
	c_write(e, 3, FACET_GRP_WEIGHT, 0);
	c_write(e, 3, FACET_GRP_WEIGHT, FACET_GRP_WEIGHT_MAX + 1);
	tap_eq(c_read(e, 3, FACET_GRP_WEIGHT), FACET_GRP_WEIGHT_MAX,
	       "weights out of range are ignored");
	c_write(e, 3, FACET_GRP_FLAGS, FACET_GRP_POOL);
	c_write(e, 3, FACET_GRP_FLAGS, 2);
	tap_eq(c_read(e, 3, FACET_GRP_FLAGS), FACET_GRP_POOL, "so are unknown flags");
	c_write(e, 0, FACET_CTX_CAP, 1000);
	c_write(e, 0, FACET_CTX_CAP, 1001);
	tap_eq(c_read(e, 0, FACET_CTX_CAP), 1000, "and caps");
	c_write(e, 0, FACET_CTX_CAP_BURST_US, UINT32_MAX);
	tap_eq(c_read(e, 0, FACET_CTX_CAP_BURST_US), UINT32_MAX, "any burst");
	tap_eq(c_read(e, 0, FACET_CTX_REQUEST_NS) + c_read(e, 3, FACET_GRP_REQUEST_NS), 0,
	       "requests as long as commands");
	c_write(e, 0, FACET_CTX_REQUEST_NS, FACET_REQUEST_NS_MAX);
	c_write(e, 0, FACET_CTX_REQUEST_NS, FACET_REQUEST_NS_MAX + 1);
	c_write(e, 3, FACET_GRP_REQUEST_NS, 7);
	c_write(e, 3, FACET_GRP_REQUEST_NS, UINT32_MAX);
	tap_eq(c_read(e, 0, FACET_CTX_REQUEST_NS), FACET_REQUEST_NS_MAX, "or up to a second");
	tap_eq(c_read(e, 3, FACET_GRP_REQUEST_NS), 7, "of groups, too");
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "it still runs");
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	tap_eq(c_read(e, 0, FACET_CTX_CAP), 1000, "RESET keeps the cap");
	tap_eq(c_read(e, 0, FACET_CTX_REQUEST_NS), FACET_REQUEST_NS_MAX, "and the request");
	g_write(e, FACET_REG_CTRL, FACET_CTRL_RESET);
	tap_eq(c_read(e, 3, FACET_GRP_WEIGHT), 100, "a reset of the device does not");
	tap_eq(c_read(e, 3, FACET_GRP_FLAGS) + c_read(e, 0, FACET_CTX_CAP), 0, "nor flags");
	tap_eq(c_read(e, 0, FACET_CTX_REQUEST_NS) + c_read(e, 3, FACET_GRP_REQUEST_NS), 0,
	       "nor requests");
	env_free(e, "registers");
}

/* What was written while a context was disabled counts from ENABLE on. */
static void test_settings(void)
{
	struct env *e = env_new();
	uint32_t x;

	g_write(e, FACET_REG_ARB, FACET_ARB_EEVDF);
	for (x = 0; x < 3; x++) {
		c_write(e, x, FACET_CTX_GROUP, x ? 2 : 1);
		c_write(e, x, FACET_CTX_WEIGHT, x == 2 ? 300 : 100);
		ctx_owner(e, x, ENV_PASID + (x & 1));
	}
	load(e, 3, 20000, 20 * MS);
	tap_ok(near(engine_ns(e, 0), 10 * MS, 1), "half for a group of one");
	tap_ok(near(engine_ns(e, 1), 10 * MS / 4, 2), "an eighth");
	tap_ok(near(engine_ns(e, 2), 10 * MS * 3 / 4, 2), "three eighths");
	c_write(e, 2, FACET_GRP_WEIGHT, 300);
	load(e, 3, 20000, 20 * MS);
	tap_ok(near(engine_ns(e, 0), 15 * MS, 1), "then a quarter");
	c_write(e, 1, FACET_GRP_FLAGS, FACET_GRP_POOL);
	c_write(e, 2, FACET_GRP_FLAGS, FACET_GRP_POOL);
	load(e, 3, 20000, 20 * MS);
	tap_ok(near(engine_ns(e, 0), 19 * MS, 1), "then a fifth, by contexts");
	g_write(e, FACET_REG_ARB, FACET_ARB_RR);
	g_write(e, FACET_REG_ARB, FACET_ARB_EEVDF);
	load(e, 3, 20000, 20 * MS);
	tap_ok(near(engine_ns(e, 0), 23 * MS, 1), "and after another policy again");
	env_free(e, "settings");
}

static void test_cap(uint32_t permille, uint32_t burst_us)
{
	struct env *e = env_eevdf(1);
	uint64_t begin_ns = e->now_ns, used_ns;

	c_write(e, 0, FACET_CTX_CAP, permille);
	c_write(e, 0, FACET_CTX_CAP_BURST_US, burst_us);
	load(e, 1, 50000, 100 * MS);
	used_ns = engine_ns(e, 0);
	tap_ok(near(used_ns, (e->now_ns - begin_ns + burst_us * 1000) * permille / 1000, 1),
	       "cap of %u permille, burst %u us", permille, burst_us);
	tap_ok(c_read64(e, 0, FACET_CTX_THROTTLED_NS_LO) > 100 * MS - 2 * used_ns,
	       "the counter tells");
	c_write(e, 0, FACET_CTX_CAP, 0);
	load(e, 1, 50000, 20 * MS);
	tap_ok(near(engine_ns(e, 0) - used_ns, 20 * MS, 1), "no cap, no gap");
	env_free(e, "cap");
}

/* What is left of a cap goes down by what is used, and up with time. */
static void test_cap_left(void)
{
	struct env *e = env_eevdf(1);
	uint64_t full_ns = 20 * MS / 10;

	tap_ok(c_read64(e, 0, FACET_CTX_CAP_LEFT_NS_LO) == UINT64_MAX, "no cap, no end");
	c_write(e, 0, FACET_CTX_CAP_BURST_US, 20000);
	c_write(e, 0, FACET_CTX_CAP, 100);
	tap_eq(c_read64(e, 0, FACET_CTX_CAP_LEFT_NS_LO), full_ns, "a full bucket");
	load(e, 1, 50000, 1 * MS);
	tap_ok(near(c_read64(e, 0, FACET_CTX_CAP_LEFT_NS_LO),
		    full_ns - engine_ns(e, 0) + 1 * MS / 10, 2), "less what was used");
	load(e, 1, 50000, 10 * MS);
	tap_ok(c_read64(e, 0, FACET_CTX_CAP_LEFT_NS_LO) < 10000, "nothing is left");
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_advance(e, 10 * MS);
	tap_ok(near(c_read64(e, 0, FACET_CTX_CAP_LEFT_NS_LO), full_ns / 2, 2),
	       "half of it after half the time");
	g_write(e, FACET_REG_ARB, FACET_ARB_RR);
	tap_ok(c_read64(e, 0, FACET_CTX_CAP_LEFT_NS_LO) == UINT64_MAX, "rr knows no cap");
	env_free(e, "cap left");
}

/* A timer that is late by more than a command takes does not change the rate. */
static void test_late(void)
{
	struct env *e = env_eevdf(1);
	struct facet_comp c;
	uint64_t before_ns = 0;
	unsigned int i, bad = 0;

	c_write(e, 0, FACET_CTX_CAP, 100);
	for (i = 0; i < 1000; i++) {
		while (e->producer[0] - c_read(e, 0, FACET_CTX_CQ_TAIL) < ENV_SLOTS)
			put_desc(e, 0, desc_copy(200000));
		ring(e, 0);
		/* 100 us, where the device had wished to be called at a time of its own */
		e->now_ns += 100000;
		env_settle(e);
		while (reap(e, 0, &c)) {
			/* 20.5 us each, at a tenth of the engine */
			bad += le64(c.start_ns) < before_ns || le64(c.stop_ns) > e->now_ns;
			before_ns = le64(c.start_ns) + 205000;
		}
	}
	tap_eq(bad, 0, "no command begins before the cap allows it");
	tap_ok(near(engine_ns(e, 0), 10 * MS, 1), "the cap, no less and no more");
	env_free(e, "late timer");
}

/* A cap that waits asks for the timer once, and lets idle engines sleep. */
static void test_cap_sleeps(void)
{
	struct env *e = env_eevdf(1);

	c_write(e, 0, FACET_CTX_CAP, 1);
	put_desc(e, 0, desc_copy(100000));
	submit(e, 0, desc_copy(100000));
	env_advance(e, 1 * MS);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "one is through");
	tap_ok(e->timer_ns > e->now_ns + 8 * MS && e->timer_ns <= e->now_ns + 11 * MS,
	       "the device sleeps until the cap ends");
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	tap_eq(c_state(e, 0), FACET_CTX_DISABLED, "what waits for a cap can be reset");
	tap_eq(c_read64(e, 0, FACET_CTX_N_ABORTED_LO), 1, "and is counted");
	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(100));
	env_advance(e, 1 * MS);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 0, "the reset does not end the cap");
	env_advance(e, 15 * MS);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "time does");
	env_free(e, "sleep");
}

/* A stored block of no bytes, with room for 1 MiB: far cheaper than it looks. */
static struct facet_desc desc_cheap(struct env *e, uint64_t src)
{
	const struct facet_comp_param p = { .format = FACET_COMP_RAW };
	static const uint8_t stored[STORED_BYTES] = { 0, 0, 0, 0xff, 0xff };
	struct facet_desc d = desc_copy(sizeof(stored));

	memcpy(e->ram[1] + ENV_PARAM, &p, sizeof(p));
	memcpy(e->ram[1] + ENV_SRC, stored, sizeof(stored));
	d.opcode = FACET_OP_INFLATE;
	d.src = le64(src);
	d.dst_len_bytes = le32(1 << 20);
	d.param = le64(ENV_PARAM);
	d.param_len_bytes = le16(sizeof(p));
	return d;
}

/* What the device expects of a command, while it waits behind an endless one. */
static uint64_t expected_ns(struct env *e, struct facet_desc d)
{
	uint64_t ns;

	inject(e, FACET_INJ_HANG, 1, FACET_INJ_ANY, 1, 0);
	submit(e, 1, d);
	env_settle(e);
	submit(e, 0, d);
	env_settle(e);
	ns = e->m->ctx[0].cmd.expected_ns;
	c_write(e, 1, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_advance(e, 20 * MS);
	ctx_owner(e, 1, ENV_PASID);
	return ns;
}

/* Expectations follow what a context's commands took; failures on the way teach nothing. */
static void test_learning(void)
{
	struct env *e = env_eevdf(2);
	struct facet_desc cheap = desc_cheap(e, ENV_SRC), fault = desc_cheap(e, ENV_RAM_BYTES);
	uint64_t table_ns = facet_op_info(FACET_OP_INFLATE)->cost_base_ns + (1 << 20);

	tap_eq(run_one(e, 0, fault, NULL), FACET_ST_SRC_FAULT, "one that cannot be computed");
	tap_eq(expected_ns(e, cheap), table_ns, "at first the table decides");
	tap_eq(expected_ns(e, cheap), table_ns - (1 << 20) + STORED_BYTES, "then what it took");
	cheap.flags = FACET_DF_ALL;
	tap_eq(expected_ns(e, cheap), facet_cmd_floor_ns(), "garbage takes the floor");
	cheap.flags = 0;
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	ctx_owner(e, 0, ENV_PASID);
	tap_eq(expected_ns(e, cheap), table_ns, "after a reset the table again");
	env_free(e, "learning");
}

/* From each policy to each, with commands that wait and one that runs. */
static void test_changes(void)
{
	struct env *e = env_eevdf(4);
	uint32_t from, to, x;
	uint64_t before_ns[4], sum_ns = 0;

	for (from = 0; from < FACET_NR_ARB; from++) {
		for (to = 0; to < FACET_NR_ARB; to++) {
			g_write(e, FACET_REG_ARB, from);
			load(e, 4, 10000, MS / 4);
			g_write(e, FACET_REG_ARB, to);
			tap_eq(g_read(e, FACET_REG_ARB), to, "changed");
			load(e, 4, 10000, MS / 4);
		}
		for (x = 0; x < 4; x++)
			before_ns[x] = engine_ns(e, x);
		load(e, 4, 10000, 2 * MS);
		for (x = 0; x < 4; x++)
			tap_ok(near(engine_ns(e, x) - before_ns[x], MS / 2, 3), "equal shares");
	}
	env_advance(e, 10 * MS);
	for (x = 0; x < 4; x++) {
		tap_eq(c_read(e, x, FACET_CTX_CQ_TAIL), e->producer[x], "all done");
		tap_eq(c_read64(e, x, FACET_CTX_N_ERRORS_LO), 0, "all good");
		sum_ns += engine_ns(e, x);
	}
	tap_ok(near(sum_ns, 25 * MS / 2 + 10 * MS, 1), "and the engine was never idle");
	env_free(e, "changes");
}

/* Contexts are reset one after the other, whatever they are doing. */
static void test_resets(uint32_t policy, uint32_t first)
{
	struct env *e = env_eevdf(4);
	uint32_t i, x;
	uint64_t end_ns;

	g_write(e, FACET_REG_ARB, policy);
	for (i = 0; i < 4; i++)
		c_write(e, i, FACET_CTX_GROUP, i / 2);
	load(e, 4, 20000, MS / 2);
	for (i = 0; i < 3; i++) {
		x = (first + i) % 4;
		c_write(e, x, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
		env_settle(e);
		tap_eq(c_state(e, x), FACET_CTX_DISABLED, "reset");
		tap_eq(c_read(e, x, FACET_CTX_INFLIGHT), 0, "nothing is left of it");
	}
	x = (first + 3) % 4;
	end_ns = e->now_ns + 10 * MS;
	while (e->now_ns < end_ns && c_read(e, x, FACET_CTX_CQ_TAIL) != e->producer[x])
		env_advance(e, 1000);
	tap_ok(e->now_ns < end_ns, "policy %u: the last one goes on", policy);
	for (i = 0; i < 3; i++)
		ctx_owner(e, (first + i) % 4, ENV_PASID + ((first + i) & 1));
	load(e, 4, 20000, 2 * MS);
	env_advance(e, 10 * MS);
	for (i = 0; i < 4; i++)
		tap_eq(c_read(e, i, FACET_CTX_CQ_TAIL), e->producer[i], "all of them again");
	env_free(e, "resets");
}

/* The sanitizer's own; gcc comes without its header. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
					      void (*on_free)(const volatile void *));

static unsigned int allocations;

static void on_malloc(const volatile void *ptr, size_t bytes)
{
	(void)ptr;
	(void)bytes;
	allocations++;
}

static void on_free(const volatile void *ptr)
{
	(void)ptr;
}

/* Memory for every policy is there: a change or a reset cannot fail. */
static void test_no_allocation(void)
{
	struct env *e = env_eevdf(4);
	uint32_t policy;

	tap_ok(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free), "counting");
	free(malloc(1));
	tap_ok(allocations == 1, "what is allocated");
	allocations = 0;
	for (policy = 0; policy < FACET_NR_ARB; policy++) {
		g_write(e, FACET_REG_ARB, policy);
		g_write(e, FACET_REG_CTRL, FACET_CTRL_RESET);
		facet_model_reset(e->m);
	}
	tap_eq(allocations, 0, "nothing for policies and resets");
	env_free(e, "allocation");
}

/* As many contexts as there can be, each in a group of its own, under any policy. */
static void test_many(void)
{
	static const struct facet_model_config cfg = {
		.contexts = FACET_MODEL_MAX_CTX, .engines = { 1, 2, 1 },
		.features = ENV_FEATURES, .timing = FACET_TIMING_MODEL,
	};
	struct env *e = env_new_with(&cfg, false);
	uint32_t x, policy, done;

	for (x = 0; x < cfg.contexts; x++) {
		ctx_config(e, x, true, 0);
		c_write64(e, x, FACET_CTX_SQ_BASE_LO, 0x100000 + x * 1024);
		c_write64(e, x, FACET_CTX_CQ_BASE_LO, 0x300000 + x * 1024);
		c_write(e, x, FACET_CTX_GROUP, cfg.contexts - 1 - x);
		c_write(e, x, FACET_CTX_CMD, FACET_CTX_CMD_ENABLE);
	}
	for (policy = 0; policy < FACET_NR_ARB; policy++) {
		g_write(e, FACET_REG_ARB, policy);
		/* zeroes are NOPs with a PASID that is not valid: the floor each */
		for (x = 0; x < cfg.contexts; x++)
			w_write(e, x, FACET_WIN_DOORBELL, 4 * (policy + 1));
		env_advance(e, 4 * MS);
		for (x = 0, done = 0; x < cfg.contexts; x++)
			done += c_read(e, x, FACET_CTX_CQ_TAIL);
		tap_eq(done, cfg.contexts * 4 * (policy + 1), "1024 contexts, four commands each");
	}
	env_free(e, "many");
}

int main(void)
{
	uint32_t policy, x;

	test_no_allocation();
	test_registers();
	test_settings();
	test_cap(100, 0);
	test_cap(100, 1000);
	test_cap(20, 500);
	test_cap(400, 0);
	test_late();
	test_cap_left();
	test_cap_sleeps();
	test_learning();
	test_changes();
	for (policy = 0; policy < FACET_NR_ARB; policy++)
		for (x = 0; x < 4; x++)
			test_resets(policy, x);
	test_many();
	return tap_done();
}
