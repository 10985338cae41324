// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reset: of one instance, in every state and by every cause, without its
 * neighbour noticing.
 */
#include "test.h"

FIXTURE(reset)
{
	struct fct_owner a;
	struct fct_owner b;
};

FIXTURE_SETUP(reset)
{
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->a, 1));
	ASSERT_EQ(0, fct_start(&self->b, 2));
}

FIXTURE_TEARDOWN(reset)
{
	fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0);
	fct_stop(&self->a);
	fct_stop(&self->b);
	fct_sweep();
}

/* work again after a reset */
static int again(struct fct_owner *o, bool keeps)
{
	int ret;

	if (keeps != (fct_ctl(o, FACET_VI_N_WINDOWS) == 1))
		return -EPROTO;
	ret = fct_again(o);
	return ret ? ret : fct_op_copy(o, 4096, 1);
}

TEST_F(reset, every_cause_ends_in_the_same_state)
{
	struct fct_owner *a = &self->a;
	const struct fct_cause *c;
	unsigned int i;

	for (i = 0; i < FCT_NR_CAUSES; i++) {
		c = &fct_causes[i];
		ASSERT_EQ(0, c->reset(a)) TH_LOG("%s", c->name);
		EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(a, FACET_VI_STATE))
			TH_LOG("%s", c->name);
		EXPECT_EQ(i + 1, fct_ctl(a, FACET_VI_RESETS));
		EXPECT_EQ(i + 1, stat_of(a, "resets"));
		EXPECT_EQ(c->keeps, fct_ctl(a, FACET_VI_N_WINDOWS))
			TH_LOG("%s", c->name);
		EXPECT_EQ(c->keeps ? FCT_ARENA_BYTES : 0,
			  stat_of(a, "pinned_bytes"));
		EXPECT_EQ(0, again(a, c->keeps)) TH_LOG("%s", c->name);
	}
	EXPECT_EQ(0, fct_ctl(&self->b, FACET_VI_RESETS));
	EXPECT_EQ(0, fct_op_copy(&self->b, 4096, 1));
}

TEST_F(reset, works_in_every_state_by_every_cause)
{
	struct fct_owner *a = &self->a;
	unsigned int s, c;

	for (s = 0; s < FCT_NR_STATES; s++) {
		for (c = 0; c < FCT_NR_CAUSES; c++) {
			ASSERT_EQ(0, fct_states[s].enter(a))
				TH_LOG("%s", fct_states[s].name);
			ASSERT_EQ(0, fct_causes[c].reset(a));
			/* a fault that has hit nothing yet is not the next one's */
			ASSERT_EQ(0, fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0,
						0));
			EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(a, FACET_VI_STATE));
			ASSERT_EQ(0, again(a, fct_causes[c].keeps))
				TH_LOG("%s, %s", fct_states[s].name, fct_causes[c].name);
		}
	}
	EXPECT_EQ(0, fct_op_copy(&self->b, 4096, 1));
}

/* What the operator has stopped takes no commands, whatever its owner does. */
TEST_F(reset, stopped_instance_stays_stopped_until_it)
{
	struct fct_owner *a = &self->a;
	char state[64];

	ASSERT_EQ(0, fct_op_copy(a, 4096, 1));
	ASSERT_EQ(0, fct_attr_write(a->uuid, "state", "stop"));
	fct_quiet(a);
	ASSERT_EQ(0, fct_attr_read(a->uuid, "state", state, sizeof(state)));
	EXPECT_STREQ("stopped", state);
	EXPECT_EQ(FACET_VI_ST_STOPPED, fct_ctl(a, FACET_VI_STATE));
	fct_enter_busy(a);
	EXPECT_EQ(-ETIMEDOUT, fct_event(a->irq[FACET_VI_VEC_COMP], 200));
	EXPECT_EQ(1, stat_of(a, "commands"));
	EXPECT_EQ(FACET_VI_RES_STATE, fct_rings(a));
	EXPECT_EQ(FACET_VI_RES_STATE,
		  fct_ring_cmd(a, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
	EXPECT_EQ(0, fct_op_copy(&self->b, 4096, 1));
	ASSERT_EQ(0, fct_operator_reset(a));
	EXPECT_EQ(0, again(a, true));
	EXPECT_EQ(2, stat_of(a, "commands"));
}

/* A stream beside 100 resets of a busy neighbour: no error, no lost command. */
TEST_F_TIMEOUT(reset, of_A_100_times_while_B_loses_nothing, 600)
{
	struct fct_owner *a = &self->a, *b = &self->b;
	struct stream s;
	unsigned int i, c;

	ASSERT_EQ(0, stream_start(&s, b));
	for (i = 0; i < 100; i++) {
		c = i % FCT_NR_CAUSES;
		fct_enter_busy(a);
		ASSERT_EQ(0, fct_causes[c].reset(a)) TH_LOG("reset %u", i);
		ASSERT_EQ(0, again(a, fct_causes[c].keeps)) TH_LOG("reset %u", i);
		ASSERT_TRUE(stream_advances(&s, 1));
	}
	EXPECT_EQ(0, stream_stop(&s));
	EXPECT_LE(100, s.done);
	EXPECT_EQ(s.done, stat_of(b, "commands"));
	EXPECT_EQ(0, stat_of(b, "errors"));
	EXPECT_EQ(0, stat_of(b, "aborted"));
	EXPECT_EQ(0, stat_of(b, "resets"));
	EXPECT_EQ(100, stat_of(a, "resets"));
	EXPECT_LT(0, stat_of(a, "aborted"));
}

struct stopping {
	struct fct_owner *o;
	int result;
};

static void *stop_thread(void *arg)
{
	struct stopping *s = arg;

	s->result = fct_attr_write(s->o->uuid, "state", "stop");
	return NULL;
}

/*
 * An operator's stop waits for a command that hangs; a reset must not wait for
 * that.  It would fail with -ETIMEDOUT if it had.
 */
TEST_F(reset, does_not_wait_for_a_stop_that_waits_for_a_hung_command)
{
	struct fct_owner *a = &self->a;
	struct stopping s = { .o = a, .result = 1 };
	pthread_t thread;
	char state[64];

	ASSERT_EQ(0, fct_enter_hung(a));
	ASSERT_EQ(0, pthread_create(&thread, NULL, stop_thread, &s));
	while (FACET_CTX_STATE_OF(a->win[FACET_WIN_STATE / 4]) != FACET_CTX_STOPPING)
		usleep(100);
	EXPECT_EQ(0, fct_operator_reset(a));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, s.result);
	ASSERT_EQ(0, fct_attr_read(a->uuid, "state", state, sizeof(state)));
	EXPECT_STREQ("stopped", state);
	ASSERT_EQ(0, fct_operator_reset(a));
	EXPECT_EQ(0, again(a, true));
}

/* What the operator stops before anybody opens it is stopped then, too. */
TEST_F(reset, opening_does_not_start_what_the_operator_stopped)
{
	struct fct_owner *a = &self->a;
	char uuid[FCT_UUID_LEN];

	memcpy(uuid, a->uuid, sizeof(uuid));
	fct_close(a);
	ASSERT_EQ(0, fct_attr_write(uuid, "state", "stop"));
	ASSERT_EQ(0, fct_open(a, uuid));
	EXPECT_EQ(FACET_VI_ST_STOPPED, fct_ctl(a, FACET_VI_STATE));
	EXPECT_EQ(FACET_VI_RES_STATE, fct_ring_cmd(a, 0x1000, 0x2000, FCT_RING_LOG2,
						   FACET_VI_RING_CMD_ENABLE));
	ASSERT_EQ(0, fct_device_reset(a));
	EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(a, FACET_VI_STATE));
}

/*
 * Each command of a burst is completed or aborted: the counters say so, and the
 * ring has as many completions as were counted, each of another command.
 */
TEST_F(reset, each_command_ends_once)
{
	struct fct_owner *a = &self->a;
	long long commands, aborted, done, total = 0;
	struct facet_comp c;
	unsigned int i;
	__u64 seen;

	for (i = 0; i < 60; i++) {
		commands = stat_of(a, "commands");
		aborted = stat_of(a, "aborted");
		fct_enter_busy(a);
		/* the reset comes when 0, 1, 2, ... are done */
		while (stat_of(a, "commands") - commands < i % 20)
			usleep(10);
		ASSERT_EQ(0, fct_operator_reset(a));
		seen = 0;
		for (done = 0; fct_reap(a, &c); done++) {
			ASSERT_GT(FCT_BURST, c.sq_index);
			EXPECT_EQ(0, seen & (1ULL << c.sq_index));
			seen |= 1ULL << c.sq_index;
			EXPECT_EQ(FACET_ST_OK, c.status);
		}
		EXPECT_EQ(done, stat_of(a, "commands") - commands);
		EXPECT_GE(FCT_BURST, done + stat_of(a, "aborted") - aborted);
		total += stat_of(a, "aborted") - aborted;
		EXPECT_EQ(0, stat_of(a, "errors"));
		ASSERT_EQ(0, fct_rings(a));
	}
	EXPECT_LT(0, total);
}

/* Once it is over, nothing of the context reaches memory any more. */
TEST_F(reset, no_write_comes_after_it)
{
	struct fct_owner *a = &self->a, *b = &self->b;
	static __u8 before[FCT_ARENA_BYTES];
	int i, n;

	for (i = 0; i < 20; i++) {
		fct_enter_busy(a);
		ASSERT_EQ(0, fct_operator_reset(a));
		memset(a->arena + FCT_DST, i, 65536);
		memcpy(before, a->arena, FCT_ARENA_BYTES);
		for (n = 0; n < 10; n++)
			ASSERT_EQ(0, fct_op_mix(b, 10 * i + n));
		ASSERT_EQ(0, memcmp(before, a->arena, FCT_ARENA_BYTES))
			TH_LOG("round %d", i);
		ASSERT_EQ(0, fct_rings(a));
	}
}

/* The bill of what a reset discards is kept: counters are not the owner's. */
TEST_F(reset, counters_survive_it)
{
	struct fct_owner *a = &self->a;
	long long commands, bytes;

	ASSERT_EQ(0, fct_op_copy(a, 4096, 1));
	commands = stat_of(a, "commands");
	bytes = stat_of(a, "bytes_in");
	EXPECT_EQ(1, commands);
	ASSERT_EQ(0, fct_vi_reset(a));
	EXPECT_EQ(commands, stat_of(a, "commands"));
	EXPECT_EQ(bytes, stat_of(a, "bytes_in"));
}

TEST_F(reset, only_1_resets)
{
	struct fct_owner *a = &self->a;

	EXPECT_GT(0, fct_attr_write(a->uuid, "reset", "maybe"));
	EXPECT_GT(0, fct_attr_write(a->uuid, "reset", "0"));
	fct_ctl_set(a, FACET_VI_RESET, 0);
	EXPECT_EQ(0, fct_ctl(a, FACET_VI_RESETS));
	EXPECT_EQ(0, fct_op_copy(a, 4096, 1));
}

/* Nobody has it open: the operator's reset is still one, and is counted. */
TEST_F(reset, of_an_instance_without_owner)
{
	struct fct_owner *a = &self->a;
	char uuid[FCT_UUID_LEN];
	int i;

	memcpy(uuid, a->uuid, sizeof(uuid));
	fct_close(a);
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, fct_attr_write(uuid, "reset", "1"));
	EXPECT_EQ(10, fct_attr_num(uuid, "stats/resets"));
	ASSERT_EQ(0, fct_open(a, uuid));
	/* the owner counts its own time only */
	EXPECT_EQ(0, fct_ctl(a, FACET_VI_RESETS));
}

/* Memory that the reset gave up is not reached by a window that came before. */
TEST_F(reset, grants_are_really_gone)
{
	struct fct_owner *a = &self->a;
	__u8 *other = fct_alloc(FCT_ARENA_BYTES);
	struct facet_desc d;
	struct facet_comp c;

	ASSERT_NE(NULL, other);
	ASSERT_EQ(0, fct_op_copy(a, 4096, 1));
	ASSERT_EQ(0, fct_vi_reset(a));
	ASSERT_EQ(0, fct_dma_map(a, other, 3 * FCT_IOVA, FCT_ARENA_BYTES));
	ASSERT_EQ(0, fct_grant(a, 3 * FCT_IOVA, FCT_ARENA_BYTES, RW));
	a->log2 = FCT_RING_LOG2;
	a->sq = (void *)(other + FCT_SQ);
	a->cq = (void *)(other + FCT_CQ);
	a->prod = 0;
	a->cons = 0;
	ASSERT_EQ(0, fct_ring_cmd(a, 3 * FCT_IOVA + FCT_SQ,
				  3 * FCT_IOVA + FCT_CQ, FCT_RING_LOG2,
				  FACET_VI_RING_CMD_ENABLE));
	memset(a->arena + FCT_DST, 0x3c, 4096);
	d = fct_copy_desc(a, 4096);
	d.src = 3 * FCT_IOVA + FCT_SRC;
	ASSERT_EQ(0, fct_run(a, &d, &c));
	EXPECT_EQ(FACET_ST_DST_FAULT, c.status);
	EXPECT_EQ(0x3c, a->arena[FCT_DST]);
	EXPECT_EQ(0x3c, a->arena[FCT_DST + 4095]);
}

TEST_HARNESS_MAIN
