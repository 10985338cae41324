// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of the accelerator: each is seen by the owner that it hits, and by
 * nobody else, and a reset of that owner is enough.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/sysinfo.h>

#include "test.h"

#define LEN	4096

FIXTURE(inject)
{
	struct fct_owner a;
	struct fct_owner b;
	int ctx;
};

FIXTURE_SETUP(inject)
{
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->a, 1));
	ASSERT_EQ(0, fct_start(&self->b, 2));
	self->ctx = fct_hw_ctx(self->a.uuid);
	ASSERT_LE(0, self->ctx);
}

FIXTURE_TEARDOWN(inject)
{
	fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0);
	fct_stop(&self->a);
	fct_stop(&self->b);
	fct_sweep();
}

static unsigned int engines(struct fct_owner *o, enum facet_class class)
{
	return fct_ctl(o, FACET_VI_CAP_ENGINES) >> (8 * class) & 0xff;
}

/* The engine is held until the reset, and free at once after it. */
TEST_F(inject, hung_command_ends_with_a_reset)
{
	struct fct_owner *a = &self->a, *b = &self->b;
	struct facet_desc d = fct_copy_desc(a, LEN);
	struct facet_comp c;
	int i;

	ASSERT_EQ(0, fct_inject(FACET_INJ_HANG, self->ctx, 1, 0));
	fct_queue(a, &d);
	fct_kick(a);
	EXPECT_EQ(-ETIMEDOUT, fct_event(a->irq[FACET_VI_VEC_COMP], 300));
	EXPECT_FALSE(fct_reap(a, &c));
	/* with a second engine the neighbour goes on meanwhile */
	for (i = 0; engines(b, FACET_CLASS_SYM) > 1 && i < 20; i++)
		EXPECT_EQ(0, fct_op_copy(b, LEN, i));
	ASSERT_EQ(0, fct_attr_write(a->uuid, "reset", "1"));
	EXPECT_EQ(1, stat_of(a, "aborted"));
	ASSERT_EQ(0, fct_rings(a));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 1));
	/* all engines of the class work: more commands than there are */
	for (i = 0; i < 2 * FACET_MAX_ENGINES; i++)
		ASSERT_EQ(0, fct_op_copy(b, LEN, i));
	EXPECT_EQ(0, stat_of(b, "errors"));
}

/* Polling finds the completion; the interrupt after the lost one comes. */
TEST_F(inject, lost_interrupt_loses_no_completion)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	struct facet_comp c;

	ASSERT_EQ(0, fct_op_copy(a, LEN, 1));
	fct_quiet(a);
	ASSERT_EQ(0, fct_inject(FACET_INJ_DROP_IRQ, self->ctx, 1, 0));
	a->win[FACET_WIN_CQ_EVENT / 4] = a->cons;
	fct_queue(a, &d);
	fct_kick(a);
	ASSERT_EQ(0, fct_spin(a, &c));
	EXPECT_EQ(FACET_ST_OK, c.status);
	EXPECT_EQ(-ETIMEDOUT, fct_event(a->irq[FACET_VI_VEC_COMP], 300));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 2));
	EXPECT_EQ(0, fct_op_copy(&self->b, LEN, 3));
}

TEST_F(inject, corrupt_completion_hits_one_owner)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	struct facet_comp c;

	ASSERT_EQ(0, fct_inject(FACET_INJ_CORRUPT_COMP, self->ctx, 1, 0));
	EXPECT_EQ(0, fct_op_copy(&self->b, LEN, 1));
	ASSERT_EQ(0, fct_run(a, &d, &c));
	EXPECT_EQ(~d.cookie, c.cookie);
	d = fct_copy_desc(a, LEN);
	ASSERT_EQ(0, fct_run(a, &d, &c));
	EXPECT_EQ(d.cookie, c.cookie);
}

TEST_F(inject, slow_command_is_slow_and_right)
{
	struct fct_owner *a = &self->a;
	long long busy;

	ASSERT_EQ(0, fct_op_copy(a, LEN, 1));
	busy = stat_of(a, "busy_ns");
	ASSERT_EQ(0, fct_inject(FACET_INJ_SLOW, self->ctx, 1, 20000));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 2));
	EXPECT_LT(2 * busy, stat_of(a, "busy_ns") - busy);
}

/* A processor on which no interrupt's thread gets to run. */
struct blocker {
	pthread_t thread;
	int cpu;
	bool *stop;
};

static int take_cpu(int cpu)
{
	const struct sched_param most = { .sched_priority = 99 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return -errno;
	return sched_setscheduler(0, SCHED_FIFO, &most) ? -errno : 0;
}

static void *block(void *arg)
{
	struct blocker *b = arg;

	if (take_cpu(b->cpu))
		return NULL;
	while (!__atomic_load_n(b->stop, __ATOMIC_RELAXED))
		;
	return NULL;
}

/* Faults until the device has to drop an event, nobody being there to take any. */
static int overflow(struct fct_owner *o, struct facet_desc *d)
{
	long long end = fct_now_ms() + FCT_WAIT_MS, before = fct_events_dropped();
	struct facet_comp c;
	int i, ret = 0;

	while (!ret && fct_events_dropped() == before) {
		for (i = 0; i < 1 << FCT_RING_LOG2; i++)
			fct_queue(o, d);
		fct_kick(o);
		for (i = 0; !ret && i < 1 << FCT_RING_LOG2; i++)
			ret = fct_spin(o, &c);
		if (fct_now_ms() > end)
			ret = -ETIMEDOUT;
	}
	return ret;
}

/* The event that tells of B's error is one of those that the device drops. */
TEST_F(inject, full_event_log_hides_no_error)
{
	struct fct_owner *a = &self->a, *b = &self->b;
	const struct sched_param none = { 0 };
	struct facet_desc d = fct_copy_desc(a, LEN);
	struct blocker other[8];
	int i, nr = get_nprocs();
	bool stop = false;

	if (nr > 8)
		SKIP(return, "too many processors to keep all of them busy");
	d.src = a->iova + 16 * FCT_ARENA_BYTES;
	for (i = 1; i < nr; i++) {
		other[i] = (struct blocker){ .cpu = i, .stop = &stop };
		ASSERT_EQ(0, pthread_create(&other[i].thread, NULL, block, &other[i]));
	}
	ASSERT_EQ(0, take_cpu(0));
	EXPECT_EQ(0, overflow(a, &d));
	b->win[FACET_WIN_DOORBELL / 4] = b->prod + (2 << FCT_RING_LOG2);
	while (FACET_CTX_STATE_OF(b->win[FACET_WIN_STATE / 4]) == FACET_CTX_READY)
		;
	EXPECT_EQ(0, sched_setscheduler(0, SCHED_OTHER, &none));
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 1; i < nr; i++)
		pthread_join(other[i].thread, NULL);
	ASSERT_EQ(0, fct_wait_state(b, FACET_VI_ST_ERROR));
	EXPECT_EQ(FACET_CTX_ERR_DOORBELL, fct_ctl(b, FACET_VI_ERROR));
	EXPECT_EQ(1, stat_of(b, "errors_ring"));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 1));
	/* and the log works again */
	ASSERT_EQ(0, fct_attr_write(b->uuid, "reset", "1"));
	ASSERT_EQ(0, fct_rings(b));
	d.dst = b->iova + 16 * FCT_ARENA_BYTES;
	d.src = b->iova + FCT_SRC;
	EXPECT_EQ(FACET_ST_DST_FAULT, fct_status(b, &d));
	for (i = 0; i < 1000 && stat_of(b, "faults") < 1; i++)
		usleep(10000);
	EXPECT_EQ(1, stat_of(b, "faults"));
}

TEST_F(inject, orders_that_make_no_sense_are_refused)
{
	char path[FCT_PATH_LEN];
	static const char * const bad[] = {
		"", "x", "1", "1 0 0 1", "1 0 0 1 0 0", "99 0 0 1 0", "1 a 0 1 0",
	};
	unsigned int i;

	snprintf(path, sizeof(path), "/sys/kernel/debug/facet/%s/inject",
		 fct_parent());
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		if (!bad[i][0])
			continue;
		EXPECT_GT(0, fct_write(path, bad[i])) TH_LOG("'%s'", bad[i]);
	}
	EXPECT_EQ(0, fct_op_copy(&self->a, LEN, 1));
}

TEST_HARNESS_MAIN
