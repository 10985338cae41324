// SPDX-License-Identifier: GPL-2.0
/* A command that an engine does not end: aborted, or begun anew on another. */
#include "core_env.h"

#define SYM	FACET_CLASS_SYM
#define ANY	FACET_INJ_ANY
#define ENG(e)	FACET_REG_ENGINE(SYM, e)
#define LEN	4096

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

static uint32_t status(struct env *e)
{
	return FACET_RECOVER_STATUS_OF(g_read(e, FACET_REG_RECOVER_STATUS));
}

static void recover(struct env *e, uint32_t cmd, uint32_t nr, uint32_t x, uint32_t sq)
{
	g_write(e, FACET_REG_RECOVER_CTX, x);
	g_write(e, FACET_REG_RECOVER_SQ, sq);
	g_write(e, FACET_REG_RECOVER_CMD, FACET_RECOVER_CMD(cmd, SYM, nr));
	env_settle(e);
	tap_eq(g_read(e, FACET_REG_RECOVER_CMD), 0, "carried out");
}

/* A command of context 0 that hangs on an engine, the number of which is returned. */
static uint32_t hang(struct env *e, struct facet_desc d, uint32_t engine, uint32_t count)
{
	uint32_t nr;

	inject(e, FACET_INJ_HANG, 0, engine, count, 0);
	submit(e, 0, d);
	env_advance(e, 20000000);
	for (nr = 0; nr < 2; nr++)
		if (FACET_ENG_STATE_OF(g_read(e, ENG(nr))) == FACET_ENG_ST_BUSY)
			break;
	tap_eq(g_read(e, ENG(nr)), FACET_ENG_ST_BUSY | d.opcode << 8 | 0 << 16,
	       "the engine tells opcode and context");
	return nr;
}

static void test_restart(void)
{
	struct env *e = env_two();
	struct facet_comp c;
	uint32_t nr = hang(e, desc_copy(LEN), ANY, 1);
	uint64_t busy = c_read64(e, 0, FACET_CTX_ENGINE_NS_LO(SYM));

	tap_eq(status(e), FACET_RECOVER_NONE, "nothing was restarted so far");
	recover(e, FACET_RECOVER_RESTART, nr, 0, 0);
	env_advance(e, 100000);
	tap_eq(status(e), FACET_RECOVER_DONE, "restarted, and done");
	tap_ok(reap(e, 0, &c), "with a completion");
	tap_eq(le16(c.status), FACET_ST_OK, "that is good");
	tap_eq(c.engine, !nr, "by the other engine");
	tap_ok(!reap(e, 0, &c), "and no second one");
	tap_ok(c_read64(e, 0, FACET_CTX_ENGINE_NS_LO(SYM)) - busy < 10000,
	       "the time on the first engine is not billed");
	tap_eq(c_read64(e, 0, FACET_CTX_N_ABORTED_LO), 0, "nothing was aborted");
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "the context goes on");
	tap_eq(c_read(e, 0, FACET_CTX_INFLIGHT), 0, "nothing is left behind");
	env_free(e, "restart");
}

static void test_abort(void)
{
	struct env *e = env_two();
	struct facet_comp c;
	uint32_t nr = hang(e, desc_copy(LEN), ANY, 1);

	recover(e, FACET_RECOVER_ABORT, nr, 1, 0);
	recover(e, FACET_RECOVER_ABORT, nr, 0, 1);
	recover(e, FACET_RECOVER_ABORT, !nr, 0, 0);
	recover(e, FACET_RECOVER_ABORT, 2, 0, 0);
	tap_ok(!reap(e, 0, &c), "a command that is not meant is not aborted");
	recover(e, FACET_RECOVER_ABORT, nr, 0, 0);
	tap_ok(reap(e, 0, &c), "aborted");
	tap_eq(le16(c.status), FACET_ST_ABORTED, "so its owner may try again");
	tap_eq(FACET_ENG_STATE_OF(g_read(e, ENG(nr))), FACET_ENG_ST_IDLE, "the engine is free");
	tap_eq(c_state(e, 0), FACET_CTX_READY, "the context goes on");
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "and works");
	env_free(e, "abort");
}

/* Where somebody could tell the difference it is not begun anew. */
static void test_refused(void)
{
	struct env *e = env_two();
	struct facet_desc d = desc_copy(LEN);
	uint32_t nr, i;

	for (i = 0; i < 4; i++) {
		d = desc_copy(LEN);
		d.dst = le64(le64(d.src) + (i == 0 ? 0 : i == 1 ? LEN - 1 : -(LEN - 1)));
		if (i == 3) {
			d = desc_copy(LEN);
			d.src_nents = le16(1);
		}
		nr = hang(e, d, ANY, 1);
		recover(e, FACET_RECOVER_RESTART, nr, 0, i);
		tap_eq(status(e), FACET_RECOVER_REFUSED, "in place, overlapping, or a list");
		recover(e, FACET_RECOVER_ABORT, nr, 0, i);
		tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), i + 1, "it can be aborted");
	}
	d = desc_copy(LEN);
	d.dst = le64(le64(d.src) + LEN);
	nr = hang(e, d, ANY, 1);
	recover(e, FACET_RECOVER_RESTART, nr, 0, i + 1);
	tap_eq(status(e), FACET_RECOVER_REFUSED, "another command than was meant");
	recover(e, FACET_RECOVER_RESTART, nr, 0, i);
	env_advance(e, 100000);
	tap_eq(status(e), FACET_RECOVER_DONE, "side by side is no overlap");
	env_free(e, "refused");
}

static void test_waits_for_another(void)
{
	struct env *e = env_two();
	uint32_t nr = hang(e, desc_copy(LEN), ANY, 1);

	g_write(e, FACET_REG_OFFLINE(SYM), 1 << !nr);
	recover(e, FACET_RECOVER_RESTART, nr, 0, 0);
	env_advance(e, 100000);
	tap_eq(status(e), FACET_RECOVER_WAITING, "not on the engine that it left");
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "which serves others");
	g_write(e, FACET_REG_OFFLINE(SYM), 0);
	env_advance(e, 100000);
	tap_eq(status(e), FACET_RECOVER_DONE, "another one has come");
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "and completed it");
	env_free(e, "waits for another");
}

static void test_hangs_again(void)
{
	struct env *e = env_two();
	uint32_t nr = hang(e, desc_copy(LEN), ANY, 2);

	recover(e, FACET_RECOVER_RESTART, nr, 0, 0);
	env_advance(e, 100000);
	tap_eq(g_read(e, FACET_REG_RECOVER_STATUS), FACET_RECOVER_RUNNING | !nr << 8,
	       "it hangs on the other engine, which is named");
	recover(e, FACET_RECOVER_RESTART, !nr, 0, 0);
	tap_eq(status(e), FACET_RECOVER_RUNNING, "there is room for one");
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	tap_eq(status(e), FACET_RECOVER_GONE, "RESET ends it");
	tap_eq(c_state(e, 0), FACET_CTX_DISABLED, "and the context is reset");
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "both engines");
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "are free");
	env_free(e, "hangs again");
}

/* Nothing may touch memory for it after a reset, wherever it waits. */
static void test_discarded(void)
{
	struct env *e = env_two();
	uint32_t nr = hang(e, desc_copy(LEN), ANY, 1);

	g_write(e, FACET_REG_OFFLINE(SYM), 1 << !nr);
	recover(e, FACET_RECOVER_RESTART, nr, 0, 0);
	c_write(e, 0, FACET_CTX_CMD, FACET_CTX_CMD_RESET);
	env_settle(e);
	tap_eq(c_state(e, 0), FACET_CTX_DISABLED, "reset");
	tap_eq(status(e), FACET_RECOVER_GONE, "it is discarded");
	tap_eq(c_read64(e, 0, FACET_CTX_N_ABORTED_LO), 1, "and counted");
	e->writes = 0;
	g_write(e, FACET_REG_OFFLINE(SYM), 0);
	env_advance(e, 100000);
	tap_eq(e->writes, 0, "and never begins");
	tap_eq(c_read(e, 0, FACET_CTX_INFLIGHT), 0, "nothing is left behind");
	env_free(e, "discarded");
}

static void test_revoked(void)
{
	struct env *e = env_two();
	struct facet_desc d = desc_copy(LEN);
	struct facet_comp c;
	uint32_t nr;

	ctx_host(e, 2);
	g_write(e, FACET_REG_PASID_SET, ENV_PASID);
	d.pasid = le32(ENV_PASID);
	inject(e, FACET_INJ_HANG, 2, ANY, 1, 0);
	submit(e, 2, d);
	env_advance(e, 1000000);
	nr = FACET_ENG_STATE_OF(g_read(e, ENG(1))) == FACET_ENG_ST_BUSY;
	g_write(e, FACET_REG_OFFLINE(SYM), 1 << !nr);
	recover(e, FACET_RECOVER_RESTART, nr, 2, 0);
	tap_eq(status(e), FACET_RECOVER_WAITING, "it waits");
	g_write(e, FACET_REG_PASID_CLEAR, ENV_PASID);
	env_settle(e);
	tap_eq(g_read(e, FACET_REG_PASID_STATUS), FACET_PASID_ST_OK, "its PASID is taken back");
	tap_ok(reap(e, 2, &c), "it completes");
	tap_eq(le16(c.status), FACET_ST_ABORTED, "as aborted");
	tap_eq(status(e), FACET_RECOVER_GONE, "and is gone");
	env_free(e, "revoked");
}

static void test_waits(void)
{
	struct env *e = env_two();

	g_write(e, FACET_REG_OFFLINE(SYM), 3);
	tap_eq(c_read(e, 0, FACET_CTX_WAITS), 0, "nothing waits");
	submit(e, 0, desc_copy(LEN));
	env_advance(e, 1000);
	tap_eq(c_read(e, 0, FACET_CTX_WAITS), FACET_WAITS_ENGINE, "for an engine");
	g_write(e, FACET_REG_OFFLINE(SYM), 0);
	env_advance(e, 1000000);
	tap_eq(c_read(e, 0, FACET_CTX_WAITS), 0, "no longer");
	c_write(e, 0, FACET_CTX_CAP, 1);
	submit(e, 0, desc_copy(65536));
	env_advance(e, 100000);
	submit(e, 0, desc_copy(65536));
	env_advance(e, 100000);
	tap_eq(c_read(e, 0, FACET_CTX_WAITS), FACET_WAITS_ENGINE | FACET_WAITS_CAP,
	       "for its cap");
	tap_eq(c_read(e, 1, FACET_CTX_WAITS), 0, "the other does not");
	env_free(e, "waits");
}

int main(void)
{
	test_restart();
	test_abort();
	test_refused();
	test_waits_for_another();
	test_hangs_again();
	test_discarded();
	test_revoked();
	test_waits();
	return tap_done();
}
