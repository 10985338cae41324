// SPDX-License-Identifier: GPL-2.0
/* Event log and valid-PASID table. */
#include "core_env.h"

#define LOG2	4
#define SLOTS	(1u << LOG2)
#define VECTOR	4

/* One event each: a RESET of a context that is DISABLED. */
static void events(struct env *e, uint32_t x, unsigned int n)
{
	while (n--) {
		c_write(e, x, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
		env_settle(e);
	}
}

static void test_log(void)
{
	struct env *e = env_new();
	struct facet_event ev;

	events(e, 0, 1);
	tap_eq(e->writes, 0, "off: nothing is written");
	evlog_on(e, LOG2, VECTOR);
	env_advance(e, 777);
	events(e, 3, 1);
	ev = event_at(e, 0, LOG2);
	tap_eq(le32(ev.seq), 1, "seq");
	tap_eq(le16(ev.type), FACET_EV_RESET_DONE, "type");
	tap_eq(le16(ev.code), 0, "code");
	tap_eq(le16(ev.ctx), 3, "context");
	tap_eq(le16(ev.engine), 0xffff, "no engine");
	tap_eq(le64(ev.time_ns), 777, "time");
	tap_eq(e->last_write, ENV_EVLOG, "seq is written last");
	tap_eq(e->last_write_len, 4, "as one store");
	tap_eq(g_read(e, FACET_REG_EVLOG_TAIL), 1, "TAIL");
	tap_eq(e->irqs[VECTOR], 1, "interrupt");
	env_free(e, "log");
}

static void test_overflow(void)
{
	struct env *e = env_new();
	struct facet_event first;

	evlog_on(e, LOG2, VECTOR);
	events(e, 0, SLOTS);
	first = event_at(e, 0, LOG2);
	tap_eq(g_read(e, FACET_REG_EVLOG_DROPPED), 0, "a full log has lost nothing yet");
	events(e, 1, 3);
	tap_eq(g_read(e, FACET_REG_EVLOG_DROPPED), 3, "what comes then is lost and counted");
	tap_eq(g_read(e, FACET_REG_EVLOG_TAIL), SLOTS, "TAIL stays");
	tap_eq(e->irqs[VECTOR], SLOTS, "lost events do not interrupt");
	tap_ok(!memcmp(&first, e->ram[0] + ENV_EVLOG, sizeof(first)), "the oldest is whole");
	g_write(e, FACET_REG_EVLOG_HEAD, 1);
	events(e, 2, 2);
	tap_eq(g_read(e, FACET_REG_EVLOG_TAIL), SLOTS + 1, "a slot is free: one more");
	tap_eq(le16(event_at(e, SLOTS, LOG2).ctx), 2, "in the first slot");
	tap_eq(le32(event_at(e, SLOTS, LOG2).seq), SLOTS + 1, "seq goes on");
	tap_eq(g_read(e, FACET_REG_EVLOG_DROPPED), 4, "the second is lost");
	g_write(e, FACET_REG_EVLOG_HEAD, 1000);
	events(e, 2, 1);
	tap_eq(g_read(e, FACET_REG_EVLOG_DROPPED), 5, "HEAD ahead of TAIL: no slot is known free");
	env_free(e, "overflow");
}

static void test_restart(void)
{
	struct env *e = env_new();

	evlog_on(e, LOG2, VECTOR);
	events(e, 0, SLOTS + 2);
	g_write(e, FACET_REG_EVLOG_LOG2, LOG2);
	tap_eq(g_read(e, FACET_REG_EVLOG_TAIL), 0, "writing LOG2 restarts: TAIL");
	tap_eq(g_read(e, FACET_REG_EVLOG_DROPPED), 0, "DROPPED");
	events(e, 1, 1);
	tap_eq(le16(event_at(e, 0, LOG2).ctx), 1, "the first slot again");
	g_write(e, FACET_REG_EVLOG_LOG2, 17);
	tap_eq(g_read(e, FACET_REG_EVLOG_LOG2), 0, "a bad size is off");
	g_write(e, FACET_REG_EVLOG_LOG2, 3);
	tap_eq(g_read(e, FACET_REG_EVLOG_LOG2), 0, "so is a small one");
	g_write(e, FACET_REG_EVLOG_LOG2, LOG2);
	g_write(e, FACET_REG_EVLOG_VECTOR, FACET_VECTOR_ON | 0x7ff);
	events(e, 1, 1);
	tap_eq(g_read(e, FACET_REG_EVLOG_TAIL), 1, "a vector that does not exist is not raised");
	e->hole = (struct env_hole){ ENV_EVLOG, ENV_EVLOG + 4095, true, true };
	events(e, 1, 1);
	tap_eq(g_read(e, FACET_REG_EVLOG_DROPPED), 1, "no memory: lost and counted");
	env_free(e, "restart");
}

static void pasid_set(struct env *e, uint32_t pasid, uint32_t want, const char *name)
{
	g_write(e, FACET_REG_PASID_SET, pasid);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), want, name);
}

static void test_pasid_table(void)
{
	struct env *e = env_new();
	uint32_t n = g_read(e, FACET_REG_CAP_PASID) >> 16, i;

	pasid_set(e, 0, FACET_PASID_ST_BAD, "PASID 0");
	pasid_set(e, 1u << 20, FACET_PASID_ST_BAD, "21 bits");
	pasid_set(e, UINT32_MAX, FACET_PASID_ST_BAD, "all ones");
	pasid_set(e, (1u << 20) - 1, FACET_PASID_ST_OK, "20 bits");
	pasid_set(e, (1u << 20) - 1, FACET_PASID_ST_OK, "twice");
	for (i = 1; i < n; i++)
		g_write(e, FACET_REG_PASID_SET, i);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_OK, "as many as it says");
	pasid_set(e, n, FACET_PASID_ST_FULL, "one more is too many");
	pasid_set(e, 1, FACET_PASID_ST_OK, "one that is in, is not");
	g_write(e, FACET_REG_PASID_CLEAR, 1);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_OK, "CLEAR");
	pasid_set(e, n, FACET_PASID_ST_OK, "makes room");
	g_write(e, FACET_REG_PASID_CLEAR, 1);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_OK, "CLEAR of one that is not in");
	g_write(e, FACET_REG_PASID_CLEAR, 1u << 20);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_BAD, "CLEAR of a bad one");
	pasid_set(e, 1, FACET_PASID_ST_FULL, "which made no room");
	env_free(e, "PASID table");
}

/* CLEAR ends what waits and what runs with the PASID, and nothing else. */
static void test_pasid_clear(void)
{
	struct env *e = env_new();
	struct facet_desc d = desc_copy(100000);
	struct facet_comp c;

	ctx_host(e, 0);
	ctx_host(e, 1);
	ctx_host(e, 2);
	g_write(e, FACET_REG_PASID_SET, ENV_PASID);
	g_write(e, FACET_REG_PASID_SET, ENV_PASID2);
	d.pasid = le32(ENV_PASID);
	submit(e, 0, d);
	env_settle(e);
	submit(e, 1, d);
	d.pasid = le32(ENV_PASID2);
	submit(e, 2, d);
	env_advance(e, 3000);
	g_write(e, FACET_REG_PASID_CLEAR, ENV_PASID);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_BUSY, "BUSY until they have left");
	env_settle(e);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_OK, "and then no more");
	tap_ok(reap(e, 0, &c), "the running one completes");
	tap_eq(le16(c.status), FACET_ST_ABORTED, "as aborted");
	tap_eq(c.engine, 0, "by its engine");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 3000, "billed for what it ran");
	tap_ok(reap(e, 1, &c), "the waiting one completes");
	tap_eq(le16(c.status), FACET_ST_ABORTED, "as aborted");
	tap_eq(c.engine, FACET_COMP_NO_ENGINE, "without an engine");
	tap_eq(le64(c.start_ns), le64(c.stop_ns), "and without a bill");
	tap_eq(e->ram[1][ENV_DST], 0, "nothing was written");
	env_advance(e, 1000000);
	tap_ok(reap(e, 2, &c) && !c.status, "another PASID's command is done");
	tap_eq(c_state(e, 0), FACET_CTX_READY, "the contexts go on");
	d.pasid = le32(ENV_PASID);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_BAD_PASID, "the PASID is refused from then on");
	env_free(e, "PASID_CLEAR");
}

/* A hung command leaves too; a job that is away does not hold the PASID. */
static void test_pasid_clear_hung(void)
{
	const struct facet_model_config cfg = {
		.contexts = 2, .engines = { 1, 2, 1 }, .features = ENV_FEATURES,
		.timing = FACET_TIMING_MODEL,
	};
	struct env *e = env_new_with(&cfg, true);
	struct facet_desc d = desc_copy(4096);
	struct facet_comp c;

	e->keep_jobs = true;
	ctx_host(e, 0);
	g_write(e, FACET_REG_PASID_SET, ENV_PASID);
	d.pasid = le32(ENV_PASID);
	inject(e, FACET_INJ_HANG, FACET_INJ_ANY, FACET_INJ_ANY, 1, 0);
	put_desc(e, 0, d);
	submit(e, 0, d);
	env_advance(e, 100000);
	tap_eq(facet_model_jobs(e->m), 1, "one hangs, one computes");
	g_write(e, FACET_REG_PASID_CLEAR, ENV_PASID);
	env_settle(e);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_OK, "both have left");
	tap_ok(reap(e, 0, &c) && le16(c.status) == FACET_ST_ABORTED, "aborted");
	tap_ok(reap(e, 0, &c) && le16(c.status) == FACET_ST_ABORTED, "both");
	env_return_jobs(e, false);
	env_settle(e);
	tap_eq(e->ram[1][ENV_DST], 0, "the job's result is dropped");
	env_free(e, "PASID_CLEAR, hung");
}

/* The table is for host contexts: an owner's PASID is G's alone. */
static void test_pasid_clear_owner(void)
{
	struct env *e = env_new();

	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(4096));
	env_settle(e);
	g_write(e, FACET_REG_PASID_SET, ENV_PASID);
	g_write(e, FACET_REG_PASID_CLEAR, ENV_PASID);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_OK, "nothing to abort");
	env_advance(e, 100000);
	tap_eq(c_read64(e, 0, FACET_CTX_N_ERRORS_LO), 0, "an owner's command is not touched");
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "and completes");
	env_free(e, "PASID_CLEAR, owner");
}

int main(void)
{
	test_log();
	test_overflow();
	test_restart();
	test_pasid_table();
	test_pasid_clear();
	test_pasid_clear_hung();
	test_pasid_clear_owner();
	return tap_done();
}
