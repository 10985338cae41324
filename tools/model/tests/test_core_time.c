// SPDX-License-Identifier: GPL-2.0
/* Engines and time: modes, dilation, C_max, aborts, heartbeat, offline. */
#include "core_env.h"

#define ENG(class, e)	FACET_REG_ENGINE(class, e)
#define SYM		FACET_CLASS_SYM

static struct env *env_timed(uint32_t timing, bool submit)
{
	const struct facet_model_config cfg = {
		.contexts = 4, .engines = { 1, 2, 1 }, .features = ENV_FEATURES, .timing = timing,
	};

	return env_new_with(&cfg, submit);
}

/* Stamps and bills are in device time, whatever the dilation is. */
static void test_dilation(void)
{
	static const uint32_t dilation[] = { 1, 7, 1000, 1000000 };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct env *e = env_new();
		struct facet_comp c;
		uint64_t virt_ns;

		g_write(e, FACET_REG_DILATION, dilation[i]);
		ctx_owner(e, 0, ENV_PASID);
		submit(e, 0, desc_copy(10000));
		virt_ns = e->now_ns;
		env_advance(e, 1500ull * dilation[i] - 1);
		tap_ok(!reap(e, 0, &c), "dilation %u: not a nanosecond early", dilation[i]);
		env_advance(e, 1);
		tap_ok(reap(e, 0, &c), "dilation %u: done in time", dilation[i]);
		tap_eq(le64(c.stop_ns) - le64(c.start_ns), 1500, "bill in device time");
		tap_eq(c_read64(e, 0, FACET_CTX_ENGINE_NS_LO(SYM)), 1500, "counted so");
		tap_eq(g_read64(e, FACET_REG_CLOCK_LO) - le64(c.start_ns), 1500, "clock too");
		tap_eq(e->now_ns - virt_ns, 1500ull * dilation[i], "virtual time is longer");
		env_free(e, "dilation");
	}
}

/* A change of pace neither sets the clock back nor loses a deadline. */
static void test_dilation_change(void)
{
	struct env *e = env_new();
	struct facet_comp c;
	uint64_t clock;

	ctx_owner(e, 0, ENV_PASID);
	env_advance(e, 12345);
	clock = g_read64(e, FACET_REG_CLOCK_LO);
	submit(e, 0, desc_copy(10000));
	env_advance(e, 500);
	g_write(e, FACET_REG_DILATION, 100);
	tap_eq(g_read64(e, FACET_REG_CLOCK_LO), clock + 500, "the clock goes on from where it was");
	env_advance(e, 99999);
	tap_ok(!reap(e, 0, &c), "the rest is dilated");
	env_advance(e, 1);
	tap_ok(reap(e, 0, &c), "and ends");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 1500, "with the same bill");
	submit(e, 0, desc_copy(10000));
	env_advance(e, 50000);
	g_write(e, FACET_REG_DILATION, 1);
	env_advance(e, 1000);
	tap_ok(reap(e, 0, &c), "a quicker pace brings the end nearer");
	g_write(e, FACET_REG_DILATION, 100);
	g_write(e, FACET_REG_DILATION, 0);
	g_write(e, FACET_REG_DILATION, 1000001);
	tap_eq(g_read(e, FACET_REG_DILATION), 100, "bad values are ignored");
	g_write(e, FACET_REG_TIMING_MODE, FACET_TIMING_HOST);
	tap_eq(g_read(e, FACET_REG_TIMING_MODE), FACET_TIMING_MODEL, "no change while enabled");
	g_write(e, FACET_REG_CTRL, 0);
	g_write(e, FACET_REG_TIMING_MODE, 2);
	tap_eq(g_read(e, FACET_REG_TIMING_MODE), FACET_TIMING_MODEL, "no unknown mode");
	g_write(e, FACET_REG_TIMING_MODE, FACET_TIMING_HOST);
	tap_eq(g_read(e, FACET_REG_TIMING_MODE), FACET_TIMING_HOST, "but while disabled");
	env_free(e, "dilation change");
}

/* A timer that is late costs the engine nothing, and no bill grows. */
static void test_late_timer(void)
{
	struct env *e = env_new();
	struct facet_comp a, b;

	ctx_owner(e, 0, ENV_PASID);
	put_desc(e, 0, desc_nop());
	submit(e, 0, desc_nop());
	env_settle(e);
	e->now_ns += 700;
	env_settle(e);
	env_advance(e, 10000);
	tap_ok(reap(e, 0, &a) && reap(e, 0, &b), "both are done");
	tap_eq(le64(a.stop_ns), 500, "the first ended at its time");
	tap_eq(le64(b.start_ns), 500, "the second began there");
	env_free(e, "late timer");
}

static void test_host_mode(void)
{
	struct env *e = env_timed(FACET_TIMING_HOST, false);
	struct facet_comp c;

	ctx_owner(e, 0, ENV_PASID);
	e->cpu_step_ns = 30000;
	submit(e, 0, desc_copy(64));
	env_advance(e, 29999);
	tap_ok(!reap(e, 0, &c), "the engine is busy for what it took");
	env_advance(e, 1);
	tap_ok(reap(e, 0, &c), "and free then");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 30000, "the bill is measured");
	e->cpu_step_ns = 1;
	tap_eq(run_one(e, 0, desc_copy(64), &c), FACET_ST_OK, "a quick one");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 500, "pays the floor");
	env_free(e, "host mode");
}

static void test_cmax(void)
{
	struct env *e = env_timed(FACET_TIMING_HOST, false);
	uint32_t cmax = g_read(e, FACET_REG_OP(FACET_OP_COPY) + FACET_OP_CEIL_NS);
	struct facet_comp c;

	evlog_on(e, 4, 4);
	ctx_owner(e, 0, ENV_PASID);
	memset(e->ram[1] + ENV_SRC, 1, 64);
	e->cpu_step_ns = cmax - 1;
	tap_eq(run_one(e, 0, desc_copy(64), &c), FACET_ST_OK, "below C_max");
	tap_eq(e->ram[1][ENV_DST], 1, "with a result");
	e->ram[1][ENV_DST] = 0;
	e->cpu_step_ns = cmax;
	tap_eq(run_one(e, 0, desc_copy(64), &c), FACET_ST_CMAX, "at C_max");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), cmax, "stopped there, billed");
	tap_eq(e->ram[1][ENV_DST], 0, "without a result");
	tap_eq(le32(c.out_bytes), 0, "out_bytes");
	tap_eq(le16(event_at(e, 0, 4).type), FACET_EV_CMD_CMAX, "logged");
	e->cpu_step_ns = 1000000000;
	tap_eq(run_one(e, 0, desc_copy(64), &c), FACET_ST_CMAX, "far beyond");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), cmax, "no longer than C_max");
	e->cpu_step_ns = 1;
	tap_eq(run_one(e, 0, desc_copy(64), &c), FACET_ST_OK, "the engine is free");
	env_free(e, "C_max");
}

/* What waits for an engine whose result is late begins when the result is there. */
static void test_late_result(struct env *e)
{
	struct facet_comp c;
	uint64_t ns;

	g_write(e, FACET_REG_OFFLINE(SYM), 2);
	ctx_owner(e, 1, ENV_PASID2);
	submit(e, 0, desc_copy(64));
	env_settle(e);
	submit(e, 1, desc_nop());
	env_advance(e, 70000);
	ns = g_read64(e, FACET_REG_CLOCK_LO);
	env_return_jobs(e, false);
	env_settle(e);
	env_return_jobs(e, false);
	env_advance(e, 10000);
	tap_ok(reap(e, 0, &c) && reap(e, 1, &c), "a late result");
	tap_eq(le64(c.start_ns), ns, "delays the next command");
	g_write(e, FACET_REG_OFFLINE(SYM), 0);
}

/* Jobs on other threads: a late one delays, an aborted one is dropped. */
static void test_jobs(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, true);
	struct facet_comp c;

	e->keep_jobs = true;
	ctx_owner(e, 0, ENV_PASID);
	memset(e->ram[1] + ENV_SRC, 0x42, 64);
	submit(e, 0, desc_copy(64));
	env_advance(e, 50000);
	tap_eq(facet_model_jobs(e->m), 1, "the job is away");
	tap_ok(!reap(e, 0, &c), "nothing is done before it is back");
	tap_eq(e->ram[1][ENV_DST], 0, "nothing is written");
	env_return_jobs(e, false);
	env_settle(e);
	tap_ok(reap(e, 0, &c) && !c.status, "then it is");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 506, "the bill is the model's");
	test_late_result(e);
	e->ram[1][ENV_DST] = 0;
	submit(e, 0, desc_copy(64));
	env_advance(e, 50000);
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	tap_eq(c_state(e, 0), FACET_CTX_DISABLED, "RESET does not wait for a job");
	tap_eq(g_read(e, ENG(SYM, 0)) & 3, FACET_ENG_ST_IDLE, "nor does the engine");
	env_return_jobs(e, false);
	env_advance(e, 50000);
	tap_eq(e->ram[1][ENV_DST], 0, "its result is dropped");
	tap_eq(facet_model_jobs(e->m), 0, "it is back");
	env_free(e, "jobs");
}

static void test_job_fails(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, true);
	struct facet_comp c;

	e->keep_jobs = true;
	evlog_on(e, 4, 4);
	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(64));
	env_settle(e);
	env_return_jobs(e, true);
	env_advance(e, 50000);
	tap_ok(reap(e, 0, &c), "a job that nobody could compute");
	tap_eq(le16(c.status), FACET_ST_ENGINE_ERROR, "is an engine's error");
	tap_eq(le16(event_at(e, 0, 4).type), FACET_EV_ENGINE, "and logged");
	env_free(e, "job fails");
}

/* Aborted jobs are bounded: whoever resets for ever waits for the old ones. */
static void test_orphans(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, true);
	unsigned int i;

	e->keep_jobs = true;
	for (i = 0; i < 100; i++) {
		ctx_owner(e, 0, ENV_PASID);
		submit(e, 0, desc_copy(64));
		env_advance(e, 10000);
		c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
		env_advance(e, 10000);
	}
	tap_ok(facet_model_jobs(e->m) <= FACET_MODEL_ORPHANS * 4, "%u jobs are away",
	       facet_model_jobs(e->m));
	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(64));
	env_advance(e, 10000);
	env_return_jobs(e, false);
	env_settle(e);
	env_return_jobs(e, false);
	env_advance(e, 10000);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "the next one gets its turn");
	env_free(e, "orphans");
}

static void test_reset_with_jobs(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, true);

	e->keep_jobs = true;
	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(64));
	env_settle(e);
	facet_model_reset(e->m);
	tap_eq(facet_model_jobs(e->m), 1, "a job is away across FLR");
	env_return_jobs(e, false);
	env_advance(e, 100000);
	tap_eq(e->ram[1][ENV_DST], 0, "and leaves no trace");
	g_write(e, FACET_REG_CTRL, FACET_CTRL_ENABLE);
	e->keep_jobs = false;
	memset(e->ram[1], 0, ENV_RAM_BYTES);
	ctx_owner(e, 0, ENV_PASID);
	tap_eq(run_one(e, 0, desc_copy(64), NULL), FACET_ST_OK, "the device works");
	env_free(e, "reset with jobs");
}

static void test_engine_record(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, false);
	uint64_t beat;

	ctx_owner(e, 2, ENV_PASID);
	submit(e, 2, desc_nop());
	env_advance(e, 1000);
	submit(e, 2, desc_copy(100000));
	env_settle(e);
	tap_eq(g_read(e, ENG(SYM, 1) + FACET_ENG_STATE),
	       FACET_ENG_ST_BUSY | FACET_OP_COPY << 8 | 2 << 16,
	       "busy, with its context");
	tap_eq(g_read(e, ENG(SYM, 1) + FACET_ENG_SQ_INDEX), 1, "submission index");
	tap_eq(g_read64(e, ENG(SYM, 1) + FACET_ENG_START_LO), 1000, "start");
	beat = g_read64(e, ENG(SYM, 1) + FACET_ENG_HEARTBEAT_LO);
	env_advance(e, 100);
	tap_ok(g_read64(e, ENG(SYM, 1) + FACET_ENG_HEARTBEAT_LO) > beat, "the heart beats");
	env_advance(e, 100000);
	tap_eq(g_read(e, ENG(SYM, 1) + FACET_ENG_STATE), FACET_ENG_ST_IDLE, "idle");
	tap_eq(g_read64(e, ENG(SYM, 1) + FACET_ENG_DONE_LO), 1, "one command done");
	tap_eq(g_read64(e, ENG(SYM, 0) + FACET_ENG_DONE_LO), 1, "the other engine did one");
	tap_eq(g_read64(e, ENG(SYM, 2) + FACET_ENG_DONE_LO), 0, "there is no third");
	env_free(e, "engine record");
}

static void test_offline(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, false);
	struct facet_comp c;

	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(100000));
	env_settle(e);
	g_write(e, FACET_REG_OFFLINE(SYM), UINT32_MAX);
	tap_eq(g_read(e, FACET_REG_OFFLINE(SYM)), 3, "as many bits as engines");
	tap_eq(g_read(e, ENG(SYM, 0)) & 3, FACET_ENG_ST_BUSY, "what runs, runs on");
	tap_eq(g_read(e, ENG(SYM, 1)) & 3, FACET_ENG_ST_OFFLINE, "the other is offline");
	submit(e, 0, desc_nop());
	env_advance(e, 1000000);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "and nothing new begins");
	g_write(e, FACET_REG_OFFLINE(SYM), 1);
	env_advance(e, 1000000);
	tap_ok(reap(e, 0, &c) && reap(e, 0, &c), "online again");
	tap_eq(c.engine, 1, "on the engine that is");
	tap_eq(le64(c.start_ns), 1000000, "from the moment that it was");
	env_free(e, "offline");
}

/* Two engines of a class work at once. */
static void test_parallel(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, false);
	struct facet_comp a, b;

	ctx_owner(e, 0, ENV_PASID);
	put_desc(e, 0, desc_copy(10000));
	submit(e, 0, desc_nop());
	env_advance(e, 10000);
	tap_ok(reap(e, 0, &a) && reap(e, 0, &b), "both are done");
	tap_ok(le32(a.sq_index) == 1 && le32(b.sq_index) == 0, "out of order");
	tap_eq(le64(a.start_ns), le64(b.start_ns), "begun at the same time");
	tap_ok(a.engine != b.engine, "by different engines");
	tap_eq(c_read64(e, 0, FACET_CTX_ENGINE_NS_LO(SYM)), 2000, "engine time adds up");
	tap_eq(c_read64(e, 0, FACET_CTX_BACKLOG_NS_LO), 1500, "backlog does not");
	env_free(e, "parallel");
}

/* The abort of a running command is billed for the time that it ran. */
static void test_abort_bill(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, false);

	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(1000000));
	env_advance(e, 40000);
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	tap_eq(c_read64(e, 0, FACET_CTX_ENGINE_NS_LO(SYM)), 40000, "aborted work is billed");
	tap_eq(c_read64(e, 0, FACET_CTX_N_ABORTED_LO), 1, "and counted");
	env_free(e, "abort");
}

/* Work in the main loop is bounded: large commands take several visits. */
static void test_bounded_visits(void)
{
	struct env *e = env_timed(FACET_TIMING_MODEL, false);
	unsigned int visits = 0, most = 0;

	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(4 << 20));
	while (e->timer_ns <= e->now_ns) {
		unsigned int before = e->reads;

		e->timer_ns = FACET_MODEL_NEVER;
		facet_model_timer_expired(e->m);
		visits++;
		if (e->reads - before > most)
			most = e->reads - before;
	}
	tap_ok(visits >= 16 && most <= 80, "%u visits, at most %u reads each", visits, most);
	env_advance(e, 2000000);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "done");
	env_free(e, "bounded");
}

int main(void)
{
	test_dilation();
	test_dilation_change();
	test_late_timer();
	test_host_mode();
	test_cmax();
	test_jobs();
	test_job_fails();
	test_orphans();
	test_reset_with_jobs();
	test_engine_record();
	test_offline();
	test_parallel();
	test_abort_bill();
	test_bounded_visits();
	return tap_done();
}
