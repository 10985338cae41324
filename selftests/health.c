// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watchdog: what it says of each fault, whom it blames, and what it does, to
 * instances of both types, beside a neighbour with a queue context of its own.
 */
#include "test.h"

#define LEN	4096
#define TDR_MS	"100"

FIXTURE(health)
{
	struct fct_owner a;
	struct fct_owner b;
	struct stream s;
	int ctx;
	int uevents;
	bool streams;
};

FIXTURE_VARIANT(health)
{
	const char *type;
};

FIXTURE_VARIANT_ADD(health, direct)
{
	.type = "facet-direct",
};

FIXTURE_VARIANT_ADD(health, shared)
{
	.type = "facet-shared",
};

static void defaults(void)
{
	share_parent_write("health/tdr_timeout_ms", "10000");
	share_parent_write("health/isolate_strategy", "8");
	share_parent_write("health/auto_reset", "1");
}

FIXTURE_SETUP(health)
{
	fct_sweep();
	/* engines that other tests have spoilt */
	ASSERT_EQ(0, fct_pf_reset());
	ASSERT_EQ(0, share_parent_write("health/tdr_timeout_ms", TDR_MS));
	ASSERT_EQ(0, share_parent_write("health/engines_offline", "sym 0"));
	ASSERT_EQ(0, fct_start(&self->b, 2));
	setenv("FACET_TYPE", variant->type, 1);
	ASSERT_EQ(0, fct_start(&self->a, 1));
	self->ctx = fct_is_shared() ? fct_host_ctx(FACET_CLASS_SYM) : fct_hw_ctx(self->a.uuid);
	ASSERT_LE(0, self->ctx);
	ASSERT_EQ(0, fct_op_copy(&self->a, LEN, 1));
	self->uevents = fct_uevents();
	ASSERT_LE(0, self->uevents);
	ASSERT_EQ(0, stream_start(&self->s, &self->b));
	self->streams = true;
}

FIXTURE_TEARDOWN(health)
{
	fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0);
	if (self->streams) {
		/* whatever has happened, the neighbour has noticed nothing */
		EXPECT_TRUE(stream_advances(&self->s, 3));
		EXPECT_EQ(0, stream_stop(&self->s));
		EXPECT_EQ(0, stat_of(&self->b, "errors"));
		EXPECT_EQ(0, stat_of(&self->b, "resets"));
		EXPECT_EQ(0, fct_attr_num(self->b.uuid, "health/blamed"));
	}
	fct_stop(&self->a);
	fct_stop(&self->b);
	fct_sweep();
	defaults();
	fct_pf_reset();
}

static long long count_of(struct fct_owner *o, const char *name)
{
	char attr[64];

	snprintf(attr, sizeof(attr), "health/%s", name);
	return fct_attr_num(o->uuid, attr);
}

/* until a counter has reached @want */
static bool reaches(struct fct_owner *o, const char *name, long long want)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;

	while (count_of(o, name) < want)
		if (usleep(2000) || fct_now_ms() > end)
			return false;
	return true;
}

static bool verdict_becomes(struct fct_owner *o, const char *want)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;
	char buf[32] = "";

	while (fct_attr_read(o->uuid, "health/verdict", buf, sizeof(buf)) || strcmp(buf, want))
		if (usleep(2000) || fct_now_ms() > end)
			return false;
	return true;
}

static bool sym_offline_is(const char *want)
{
	char path[FCT_PATH_LEN], buf[128] = "", line[32];
	char *p, *end;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/health/engines_offline",
		 fct_parent());
	snprintf(line, sizeof(line), "sym %s\n", want);
	f = fopen(path, "r");
	if (!f)
		return false;
	end = buf + fread(buf, 1, sizeof(buf) - 1, f);
	fclose(f);
	*end = '\0';
	p = strstr(buf, line);
	return p && (p == buf || p[-1] == '\n');
}

/* A command of A that hangs on as many engines, and is waiting for its judge. */
static void hang(struct fct_owner *a, int ctx, unsigned int engines)
{
	struct facet_desc d = fct_copy_desc(a, LEN);

	fct_inject(FACET_INJ_HANG, ctx, engines, 0);
	fct_queue(a, &d);
	fct_kick(a);
}

static int back_to_work(struct fct_owner *a)
{
	return fct_rings_again(a) ?: fct_op_copy(a, LEN, 2);
}

/* The stall follows the command: its owner is reset, no engine suffers. */
TEST_F(health, command_that_hangs_everywhere_is_its_owners_fault)
{
	struct fct_owner *a = &self->a;

	hang(a, self->ctx, 2);
	EXPECT_EQ(0, fct_uevent_wait(self->uevents, a->uuid, "FACET_VERDICT=hung"));
	ASSERT_TRUE(reaches(a, "blamed", 1));
	ASSERT_EQ(0, fct_wait_state(a, FACET_VI_ST_IDLE));
	EXPECT_NE(0, fct_ctl(a, FACET_VI_INTR) & FACET_VI_INTR_RESET);
	EXPECT_EQ(1, stat_of(a, "resets"));
	EXPECT_EQ(1, stat_of(a, "aborted"));
	/* the grants are kept */
	EXPECT_EQ(FCT_ARENA_BYTES, stat_of(a, "pinned_bytes"));
	ASSERT_EQ(0, back_to_work(a));
	EXPECT_TRUE(verdict_becomes(a, "ok"));
	EXPECT_EQ(1, count_of(a, "hung"));
	EXPECT_EQ(1, count_of(a, "blamed"));
	EXPECT_EQ(0, count_of(a, "acquitted"));
	EXPECT_TRUE(sym_offline_is("0x0"));
}

/* An engine dies under an innocent owner: he loses nothing, and is not blamed. */
TEST_F(health, engine_that_dies_is_nobodys_fault)
{
	long long faults = share_parent_num("health/engine_faults");
	struct fct_owner *a = &self->a;
	int i;

	ASSERT_EQ(0, fct_inject_engine(FACET_INJ_ENGINE_DEATH, FACET_CLASS_SYM, 1, 1));
	/* no status but OK, and each result right */
	for (i = 0; i < 200 && share_parent_num("health/engine_faults") == faults; i++)
		ASSERT_EQ(0, fct_op_copy(a, LEN, i));
	EXPECT_EQ(faults + 1, share_parent_num("health/engine_faults"));
	EXPECT_TRUE(sym_offline_is("0x2"));
	EXPECT_EQ(0, fct_uevent_wait(self->uevents, "FACET_ENGINE=sym.1", "FACET_OFFLINE=1"));
	for (i = 0; i < 4 * FACET_MAX_ENGINES; i++)
		ASSERT_EQ(0, fct_op_copy(a, LEN, i));
	EXPECT_EQ(1, count_of(a, "acquitted") + count_of(&self->b, "acquitted"));
	EXPECT_EQ(0, count_of(a, "blamed"));
	EXPECT_EQ(0, stat_of(a, "resets"));
	EXPECT_EQ(0, stat_of(a, "aborted"));
	EXPECT_EQ(0, stat_of(a, "errors"));
	EXPECT_EQ(faults + 1, share_parent_num("health/engine_faults"));
}

/* In place: running it twice could be noticed.  Nobody can be blamed for it. */
TEST_F(health, command_that_must_not_run_twice_is_aborted)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	struct facet_comp c;

	d.dst = d.src;
	ASSERT_EQ(0, fct_inject(FACET_INJ_HANG, self->ctx, 1, 0));
	ASSERT_EQ(0, fct_run(a, &d, &c));
	EXPECT_EQ(FACET_ST_ABORTED, c.status);
	EXPECT_EQ(d.cookie, c.cookie);
	EXPECT_EQ(1, count_of(a, "aborted"));
	EXPECT_EQ(1, count_of(a, "hung"));
	EXPECT_EQ(0, count_of(a, "blamed"));
	EXPECT_EQ(0, stat_of(a, "resets"));
	EXPECT_TRUE(sym_offline_is("0x0"));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 3));
}

/* The clock of the timeout is the engine's progress, not the command's length. */
TEST_F(health, slow_command_is_not_hung)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, FCT_BUF_BYTES);
	struct facet_comp c;
	int i;

	ASSERT_EQ(0, share_parent_write("health/tdr_timeout_ms", "1"));
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, fct_inject(FACET_INJ_SLOW, self->ctx, 1, 1000000));
		ASSERT_EQ(0, fct_run(a, &d, &c));
		EXPECT_TRUE(c.status == FACET_ST_OK || c.status == FACET_ST_CMAX);
	}
	EXPECT_EQ(0, count_of(a, "hung"));
	EXPECT_EQ(0, count_of(a, "blamed"));
	EXPECT_EQ(0, count_of(a, "aborted"));
	EXPECT_TRUE(sym_offline_is("0x0"));
}

/* Work and no engine that takes it: nobody's command stands still. */
TEST_F(health, waiting_command_is_starved)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	struct facet_comp c;

	ASSERT_EQ(0, share_parent_write("health/engines_offline", "sym 0x3"));
	fct_queue(a, &d);
	fct_kick(a);
	EXPECT_EQ(0, fct_uevent_wait(self->uevents, a->uuid, "FACET_VERDICT=starved"));
	EXPECT_TRUE(verdict_becomes(a, "starved"));
	EXPECT_FALSE(fct_reap(a, &c));
	ASSERT_EQ(0, share_parent_write("health/engines_offline", "sym 0"));
	ASSERT_EQ(0, fct_wait(a, &c));
	EXPECT_EQ(FACET_ST_OK, c.status);
	EXPECT_TRUE(verdict_becomes(a, "ok"));
	EXPECT_EQ(1, count_of(a, "starved"));
	EXPECT_EQ(0, count_of(a, "throttled"));
	EXPECT_EQ(0, count_of(a, "hung"));
	EXPECT_EQ(0, stat_of(a, "resets"));
}

TEST_F(health, failing_command_is_faulted)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);

	d.src = a->iova + 16 * FCT_ARENA_BYTES;
	EXPECT_EQ(FACET_ST_SRC_FAULT, fct_status(a, &d));
	EXPECT_EQ(0, fct_uevent_wait(self->uevents, a->uuid, "FACET_VERDICT=faulted"));
	EXPECT_TRUE(verdict_becomes(a, "faulted"));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 4));
	EXPECT_TRUE(verdict_becomes(a, "ok"));
	d = fct_copy_desc(a, LEN);
	d.rsvd = 1;
	EXPECT_EQ(FACET_ST_BAD_DESC, fct_status(a, &d));
	EXPECT_TRUE(verdict_becomes(a, "faulted"));
	EXPECT_EQ(2, count_of(a, "faulted"));
	EXPECT_EQ(1, stat_of(a, "errors_invalid"));
	/* that harms nobody but himself */
	EXPECT_EQ(0, count_of(a, "blamed"));
	EXPECT_EQ(0, stat_of(a, "resets"));
}

/* The owner sleeps and would for ever. */
TEST_F(health, lost_interrupt_is_found)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	struct facet_comp c;

	fct_quiet(a);
	ASSERT_EQ(0, fct_inject(FACET_INJ_DROP_IRQ, self->ctx, 1, 0));
	a->win[FACET_WIN_CQ_EVENT / 4] = a->cons;
	fct_queue(a, &d);
	fct_kick(a);
	ASSERT_LT(0, fct_event(a->irq[FACET_VI_VEC_COMP], FCT_WAIT_MS));
	ASSERT_TRUE(fct_reap(a, &c));
	EXPECT_EQ(FACET_ST_OK, c.status);
	/* of a shared one it is the host that misses it */
	if (!fct_is_shared())
		EXPECT_LE(1, count_of(a, "irqs_lost"));
	EXPECT_EQ(0, count_of(a, "hung"));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 5));
}

/*
 * Where the host gets the completion nothing of a corrupt one is believed.  Otherwise
 * only the owner sees it, and the host can say nothing.
 */
TEST_F(health, corrupt_completion_is_an_engines_failure)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	struct facet_comp c;

	ASSERT_EQ(0, fct_inject(FACET_INJ_CORRUPT_COMP, self->ctx, 1, 0));
	ASSERT_EQ(0, fct_run(a, &d, &c));
	EXPECT_EQ(fct_is_shared() ? FACET_ST_ENGINE_ERROR : FACET_ST_OK, c.status);
	EXPECT_EQ(fct_is_shared() ? d.cookie : ~d.cookie, c.cookie);
	EXPECT_EQ(fct_is_shared(), stat_of(a, "errors_engine"));
	EXPECT_EQ(0, count_of(a, "blamed") + count_of(a, "hung"));
	/* no bill follows from stamps that cannot be */
	EXPECT_GT(1000000000LL, stat_of(a, "busy_ns"));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 6));
}

TEST_F(health, repeated_faults_end_in_quarantine)
{
	struct fct_owner *a = &self->a;

	ASSERT_EQ(0, share_parent_write("health/isolate_strategy", "1"));
	hang(a, self->ctx, 2);
	ASSERT_TRUE(reaches(a, "blamed", 1));
	ASSERT_EQ(0, back_to_work(a));
	EXPECT_EQ(0, count_of(a, "quarantine"));
	hang(a, self->ctx, 2);
	ASSERT_TRUE(reaches(a, "blamed", 2));
	ASSERT_TRUE(reaches(a, "quarantine", 1));
	EXPECT_EQ(FACET_VI_RES_QUARANTINED, fct_rings_again(a));
	EXPECT_EQ(0, fct_device_reset(a));
	EXPECT_EQ(FACET_VI_RES_QUARANTINED, fct_rings(a));
	EXPECT_EQ(-EINVAL, fct_attr_write(a->uuid, "health/quarantine", "1"));
	ASSERT_EQ(0, fct_attr_write(a->uuid, "health/quarantine", "0"));
	ASSERT_EQ(0, fct_grant(a, a->iova, FCT_ARENA_BYTES, RW));
	EXPECT_EQ(0, back_to_work(a));
}

TEST_F(health, operator_may_want_to_reset_himself)
{
	struct fct_owner *a = &self->a;

	ASSERT_EQ(0, share_parent_write("health/auto_reset", "0"));
	hang(a, self->ctx, 2);
	ASSERT_TRUE(reaches(a, "blamed", 1));
	EXPECT_TRUE(verdict_becomes(a, "hung"));
	/* the neighbour still has an engine, and time passes for more looks */
	EXPECT_TRUE(stream_advances(&self->s, 10));
	EXPECT_EQ(0, stat_of(a, "resets"));
	EXPECT_EQ(FACET_VI_ST_RUNNING, fct_ctl(a, FACET_VI_STATE));
	EXPECT_EQ(1, count_of(a, "blamed"));
	ASSERT_EQ(0, fct_attr_write(a->uuid, "reset", "1"));
	EXPECT_EQ(0, back_to_work(a));
	EXPECT_EQ(1, stat_of(a, "resets"));
}

TEST_F(health, knobs_have_ranges)
{
	EXPECT_EQ(-ERANGE, share_parent_write("health/tdr_timeout_ms", "0"));
	EXPECT_EQ(-ERANGE, share_parent_write("health/tdr_timeout_ms", "3600001"));
	EXPECT_EQ(-EINVAL, share_parent_write("health/tdr_timeout_ms", "soon"));
	EXPECT_EQ(-ERANGE, share_parent_write("health/isolate_strategy", "32"));
	EXPECT_EQ(-EINVAL, share_parent_write("health/auto_reset", "7"));
	EXPECT_EQ(-EINVAL, share_parent_write("health/engines_offline", "sym"));
	EXPECT_EQ(-EINVAL, share_parent_write("health/engines_offline", "sym 0x4"));
	EXPECT_EQ(-EINVAL, share_parent_write("health/engines_offline", "all 0x1"));
	EXPECT_EQ(100, share_parent_num("health/tdr_timeout_ms"));
	EXPECT_TRUE(sym_offline_is("0x0"));
}

/* On an accelerator in virtual time, where a cap holds for as long as it says. */
FIXTURE(capped)
{
	struct fct_owner a;
	int uevents;
};

FIXTURE_SETUP(capped)
{
	fct_sweep();
	ASSERT_EQ(0, share_parent_write("facet/timing_mode", "model"));
	ASSERT_EQ(0, share_parent_write("facet/dilation", "100"));
	ASSERT_EQ(0, share_parent_write("health/tdr_timeout_ms", "1"));
	ASSERT_EQ(0, fct_start(&self->a, 1));
	self->uevents = fct_uevents();
	ASSERT_LE(0, self->uevents);
}

FIXTURE_TEARDOWN(capped)
{
	fct_stop(&self->a);
	fct_sweep();
	defaults();
	share_parent_write("facet/dilation", "1");
	share_parent_write("facet/timing_mode", "host");
}

TEST_F(capped, command_that_its_cap_holds_back_is_throttled)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, 65536);
	struct facet_comp c;
	int i;

	ASSERT_EQ(0, fct_attr_write(a->uuid, "qos/burst_us", "0"));
	ASSERT_EQ(0, fct_attr_write(a->uuid, "qos/rate_max", "1"));
	for (i = 0; i < 3; i++)
		fct_queue(a, &d);
	fct_kick(a);
	EXPECT_EQ(0, fct_uevent_wait(self->uevents, a->uuid, "FACET_VERDICT=throttled"));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, fct_wait(a, &c));
		EXPECT_EQ(FACET_ST_OK, c.status);
	}
	EXPECT_EQ(0, count_of(a, "starved"));
	EXPECT_EQ(0, count_of(a, "hung"));
	EXPECT_EQ(0, count_of(a, "blamed"));
}

TEST_HARNESS_MAIN
