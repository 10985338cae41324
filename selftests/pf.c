// SPDX-License-Identifier: GPL-2.0-only
/*
 * The accelerator as a whole is reset while owners work: by the operator through
 * PCI, or by an error on the bus.  They see a reset of their instance, not a dead
 * device, and all that they were promised is as before.  selftests/l1/pf.sh
 */
#include <poll.h>
#include <sys/eventfd.h>

#include "test.h"

#define LEN	4096
#define ROUNDS	3

FIXTURE(pf)
{
	struct fct_owner o[3];
	struct stream s[2];
	int err;
};

static int on_error(struct fct_owner *o)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0 || fct_set_irq(o, VFIO_PCI_ERR_IRQ_INDEX, 0, 1, &fd))
		return -EIO;
	return fd;
}

/* Two with a queue context, one without. */
FIXTURE_SETUP(pf)
{
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->o[0], 1));
	ASSERT_EQ(0, fct_start(&self->o[1], 2));
	setenv("FACET_TYPE", "facet-shared", 1);
	ASSERT_EQ(0, fct_start(&self->o[2], 3));
	self->err = on_error(&self->o[0]);
	ASSERT_LE(0, self->err);
}

FIXTURE_TEARDOWN(pf)
{
	int i;

	for (i = 0; i < 3; i++)
		fct_stop(&self->o[i]);
	fct_sweep();
}

/* The reset that the script has prepared: PCI's, or an error in its stead. */
static int whole_reset(struct fct_owner *o)
{
	const char *cmd = getenv("FACET_PF_RESET");

	if (!cmd)
		return fct_pf_reset();
	return system(cmd) ? -EIO : 0;
}

/* One verified copy: 0; -EAGAIN if it went in a reset, that is, RESETS is not @resets. */
static int copy_unless_reset(struct fct_owner *o, __u64 seed, __u32 resets)
{
	struct pollfd p[] = {
		{ .fd = o->irq[FACET_VI_VEC_COMP], .events = POLLIN },
		{ .fd = o->irq[FACET_VI_VEC_CTL], .events = POLLIN },
	};
	struct facet_desc d = fct_copy_desc(o, LEN);
	long long end = fct_now_ms() + FCT_WAIT_MS;
	struct facet_comp c;

	fct_fill(o->arena + FCT_SRC, LEN, seed);
	memset(o->arena + FCT_DST, 0, LEN);
	fct_queue(o, &d);
	fct_kick(o);
	while (!fct_reap(o, &c)) {
		if (fct_ctl(o, FACET_VI_RESETS) != resets)
			return -EAGAIN;
		if (fct_now_ms() > end)
			return -ETIMEDOUT;
		o->win[FACET_WIN_CQ_EVENT / 4] = o->cons;
		/* a doorbell page that is memory: the completion may have come just now */
		poll(p, 2, o->kicks ? 20 : 1000);
		fct_event_now(p[0].fd);
		fct_event_now(p[1].fd);
	}
	/* by the reset that is under way, of which it hears in a moment */
	if (c.status == FACET_ST_ABORTED)
		return -EAGAIN;
	if (c.status != FACET_ST_OK)
		return -EREMOTEIO;
	return memcmp(o->arena + FCT_SRC, o->arena + FCT_DST, LEN) ? -EBADMSG : 0;
}

/* after a reset, and told of it */
static int resume(struct fct_owner *o, __u32 *resets)
{
	int ret = fct_wait_state(o, FACET_VI_ST_IDLE);

	if (!ret && fct_ctl(o, FACET_VI_RESETS) == *resets)
		ret = -EPROTO;
	*resets = fct_ctl(o, FACET_VI_RESETS);
	return ret ?: fct_rings_again(o);
}

/* An owner that works until it is told of a reset, and then again. */
static void *work(void *arg)
{
	struct stream *s = arg;
	__u32 resets = fct_ctl(s->o, FACET_VI_RESETS);
	int ret = 0;

	while (!ret && !__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		ret = copy_unless_reset(s->o, s->done, resets);
		if (!ret)
			__atomic_fetch_add(&s->done, 1, __ATOMIC_RELAXED);
		if (ret == -EAGAIN)
			ret = resume(s->o, &resets);
	}
	s->error = ret;
	return NULL;
}

static int back_to_work(struct fct_owner *o)
{
	return fct_rings_again(o) ?: fct_op_copy(o, LEN, 2);
}

static long long num(struct fct_owner *o, const char *attr)
{
	return fct_attr_num(o->uuid, attr);
}

static int fill(struct fct_owner *o)
{
	struct facet_desc d = fct_copy_desc(o, FCT_BUF_BYTES);
	int i;

	for (i = 0; i < 1 << FCT_RING_LOG2; i++)
		fct_queue(o, &d);
	fct_kick(o);
	return 0;
}

/* Knobs that are not the defaults, and counters that have begun. */
static int configure(struct fct_owner *o)
{
	int ret = fct_attr_write(o[0].uuid, "weight", "321");

	if (!ret)
		ret = fct_attr_write(o[0].uuid, "qos/rate_max", "700");
	if (!ret)
		ret = fct_attr_write(o[1].uuid, "qos/group", "red");
	if (!ret)
		ret = fct_attr_write(o[1].uuid, "opcodes", "0x2");
	if (!ret)
		ret = fct_attr_write(o[2].uuid, "weight", "77");
	return ret;
}

TEST_F(pf, owners_see_a_reset_of_their_instance_and_all_is_as_before)
{
	struct fct_owner *o = self->o;
	long long commands[3], pasid[3], pins = fct_pins();
	struct facet_desc d;
	int i, round;

	for (round = 0; round < ROUNDS; round++) {
		ASSERT_EQ(0, configure(o));
		for (i = 0; i < 3; i++) {
			ASSERT_EQ(0, fct_op_copy(&o[i], LEN, i));
			commands[i] = stat_of(&o[i], "commands");
			pasid[i] = num(&o[i], "pasid");
			fct_event_now(o[i].irq[FACET_VI_VEC_CTL]);
			fill(&o[i]);
		}
		ASSERT_EQ(0, whole_reset(o));
		for (i = 0; i < 3; i++) {
			ASSERT_EQ(0, fct_wait_state(&o[i], FACET_VI_ST_IDLE));
			EXPECT_NE(0, fct_ctl(&o[i], FACET_VI_INTR) & FACET_VI_INTR_RESET);
			EXPECT_EQ(round + 1, fct_ctl(&o[i], FACET_VI_RESETS));
			EXPECT_EQ(round + 1, stat_of(&o[i], "resets"));
			EXPECT_LE(commands[i], stat_of(&o[i], "commands"));
			EXPECT_GT(commands[i] + 100000, stat_of(&o[i], "commands"));
			EXPECT_EQ(pasid[i], num(&o[i], "pasid"));
			EXPECT_EQ(FCT_ARENA_BYTES, stat_of(&o[i], "pinned_bytes"));
			/* no grant is needed again */
			EXPECT_EQ(0, back_to_work(&o[i]));
		}
		EXPECT_EQ(321, num(&o[0], "weight"));
		EXPECT_EQ(700, num(&o[0], "qos/rate_max"));
		EXPECT_EQ(77, num(&o[2], "weight"));
	}
	/* what the device does not allow, it still does not */
	d = (struct facet_desc){ .opcode = FACET_OP_SHA256, .src = o[1].iova + FCT_SRC,
		.src_len_bytes = LEN, .dst = o[1].iova + FCT_DST, .dst_len_bytes = 32 };
	EXPECT_EQ(FACET_ST_FORBIDDEN, fct_status(&o[1], &d));
	/* nobody is dead, and nothing leaks */
	EXPECT_EQ(0, fct_event_now(self->err));
	EXPECT_EQ(pins, fct_pins());
}

/* Weights, caps and groups in the device itself, not in what the host remembers. */
TEST_F(pf, device_has_the_settings_again)
{
	char before[4096] = "", after[4096] = "", path[FCT_PATH_LEN];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/facet/%s/arbiter", fct_parent());
	ASSERT_EQ(0, configure(self->o));
	f = fopen(path, "r");
	ASSERT_NE(NULL, f);
	ASSERT_LT(0, fread(before, 1, sizeof(before) - 1, f));
	fclose(f);
	ASSERT_NE(NULL, strstr(before, "weight 321"));
	ASSERT_NE(NULL, strstr(before, "cap 700"));
	ASSERT_EQ(0, whole_reset(self->o));
	f = fopen(path, "r");
	ASSERT_NE(NULL, f);
	ASSERT_LT(0, fread(after, 1, sizeof(after) - 1, f));
	fclose(f);
	EXPECT_STREQ(before, after);
}

TEST_F(pf, owners_stream_across_resets)
{
	struct stream *s = self->s;
	unsigned long done;
	int i, round;

	for (i = 0; i < 2; i++) {
		s[i] = (struct stream){ .o = &self->o[i * 2] };
		ASSERT_EQ(0, pthread_create(&s[i].thread, NULL, work, &s[i]));
	}
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < 2; i++)
			ASSERT_TRUE(stream_advances(&s[i], 5));
		ASSERT_EQ(0, whole_reset(self->o));
	}
	for (i = 0; i < 2; i++) {
		done = stream_done(&s[i]);
		EXPECT_TRUE(stream_advances(&s[i], 5));
		EXPECT_LT(done, stream_done(&s[i]));
	}
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, stream_stop(&s[i]));
}

/* What is in the device's rings would be lost: it is refused, and nobody notices. */
TEST_F(pf, suspend_is_refused_while_an_instance_has_an_owner)
{
	struct fct_owner *o = self->o;
	int i;

	ASSERT_EQ(0, fct_write("/sys/power/pm_test", "devices"));
	EXPECT_EQ(-EBUSY, fct_write("/sys/power/state", "freeze"));
	EXPECT_EQ(0, fct_write("/sys/power/pm_test", "none"));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, stat_of(&o[i], "resets"));
		EXPECT_EQ(0, fct_op_copy(&o[i], LEN, i));
	}
}

TEST_HARNESS_MAIN
