// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doorbell page: the one piece of hardware that an owner maps.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/resource.h>

#include "test.h"

FIXTURE(doorbell)
{
	struct fct_owner o;
};

FIXTURE_SETUP(doorbell)
{
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->o, 1));
}

FIXTURE_TEARDOWN(doorbell)
{
	fct_stop(&self->o);
	fct_sweep();
}

/* map a piece of the device; 0 if that was allowed, else -errno */
static int try_map(struct fct_owner *o, size_t len, int prot, int flags,
		   __u64 off)
{
	void *p = mmap(NULL, len, prot, flags, o->device, off);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, len);
	return 0;
}

TEST_F(doorbell, shared_page_can_be_mapped)
{
	struct fct_owner *o = &self->o;
	struct fct_region *r = &o->region[FACET_VI_BAR_DOORBELL];

	EXPECT_NE(0, r->flags & VFIO_REGION_INFO_FLAG_MMAP);
	EXPECT_EQ(0, try_map(o, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			     r->offset));
	EXPECT_EQ(0, try_map(o, 4096, PROT_READ, MAP_SHARED, r->offset));
	EXPECT_EQ(FACET_CTX_READY,
		  FACET_CTX_STATE_OF(o->win[FACET_WIN_STATE / 4]));
}

TEST_F(doorbell, private_mapping_is_refused)
{
	struct fct_owner *o = &self->o;

	EXPECT_EQ(-EINVAL, try_map(o, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE,
				   o->region[FACET_VI_BAR_DOORBELL].offset));
}

/* The next page of the hardware is another instance's window. */
TEST_F(doorbell, nothing_beyond_the_page_can_be_mapped)
{
	struct fct_owner *o = &self->o;
	__u64 at = o->region[FACET_VI_BAR_DOORBELL].offset;
	int prot = PROT_READ | PROT_WRITE;

	EXPECT_EQ(-EINVAL, try_map(o, 8192, prot, MAP_SHARED, at));
	EXPECT_EQ(-EINVAL, try_map(o, 4096, prot, MAP_SHARED, at + 4096));
	EXPECT_EQ(-EINVAL, try_map(o, 4096, prot, MAP_SHARED, at + 64 * 4096));
	EXPECT_EQ(-EINVAL, try_map(o, 4096, prot, MAP_SHARED, at - 4096));
	EXPECT_EQ(-EINVAL, try_map(o, 64 * 4096, prot, MAP_SHARED, at));
}

TEST_F(doorbell, no_other_region_can_be_mapped)
{
	struct fct_owner *o = &self->o;
	int i;

	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		if (i == FACET_VI_BAR_DOORBELL)
			continue;
		EXPECT_EQ(0, o->region[i].flags & VFIO_REGION_INFO_FLAG_MMAP)
			TH_LOG("region %d", i);
		/* its offset, if it has none, as vfio-pci lays them out */
		EXPECT_EQ(-EINVAL, try_map(o, 4096, PROT_READ | PROT_WRITE,
					   MAP_SHARED, (__u64)i << 40))
			TH_LOG("region %d", i);
	}
}

/* mremap() must not make more of it either. */
TEST_F(doorbell, mapping_does_not_grow)
{
	struct fct_owner *o = &self->o;
	void *p = mremap((void *)o->win, 4096, 8192, MREMAP_MAYMOVE);

	EXPECT_EQ(MAP_FAILED, p);
}

/* A window has nothing that decides over others, and reads as zero elsewhere. */
TEST_F(doorbell, rest_of_the_page_is_empty)
{
	struct fct_owner *o = &self->o;
	unsigned int at;

	for (at = 0; at < 4096; at += 4) {
		if (at >= FACET_WIN_STATE && at <= FACET_WIN_CQ_TAIL)
			continue;
		if (at != FACET_WIN_DOORBELL && at != FACET_WIN_CQ_EVENT)
			o->win[at / 4] = ~0U;
		if (at != FACET_WIN_CQ_EVENT)
			EXPECT_EQ(0, o->win[at / 4]) TH_LOG("offset %#x", at);
	}
	EXPECT_EQ(FACET_CTX_READY,
		  FACET_CTX_STATE_OF(o->win[FACET_WIN_STATE / 4]));
	EXPECT_EQ(0, fct_op_copy(o, 4096, 1));
}

/* How many page faults it takes to read the window's state, and the state. */
static long faults_to_read(struct fct_owner *o, __u32 *state)
{
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	*state = FACET_CTX_STATE_OF(o->win[FACET_WIN_STATE / 4]);
	getrusage(RUSAGE_THREAD, &after);
	return after.ru_minflt - before.ru_minflt;
}

/* A reset takes the page away; the next access brings it back. */
TEST_F(doorbell, every_reset_revokes_the_mapping)
{
	struct fct_owner *o = &self->o;
	__u32 state;
	int i;

	for (i = 0; i < 3; i++) {
		faults_to_read(o, &state);
		ASSERT_EQ(0, faults_to_read(o, &state));
		ASSERT_EQ(0, i == 0 ? fct_vi_reset(o) :
			  i == 1 ? fct_device_reset(o) :
			  fct_attr_write(o->uuid, "reset", "1"));
		EXPECT_EQ(1, faults_to_read(o, &state))
			TH_LOG("kind of reset %d", i);
		EXPECT_EQ(FACET_CTX_DISABLED, state);
	}
}

TEST_F(doorbell, mapping_works_after_reset)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, fct_attr_write(o->uuid, "reset", "1"));
	ASSERT_EQ(0, fct_rings(o));
	EXPECT_EQ(0, fct_op_copy(o, 4096, 1));
}

TEST_F(doorbell, ringing_a_disabled_context_does_nothing)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, fct_ring_cmd(o, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
	o->win[FACET_WIN_DOORBELL / 4] = 77;
	o->win[FACET_WIN_DOORBELL / 4] = ~0U;
	EXPECT_EQ(FACET_CTX_DISABLED,
		  FACET_CTX_STATE_OF(o->win[FACET_WIN_STATE / 4]));
	EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(o, FACET_VI_STATE));
	ASSERT_EQ(0, fct_rings(o));
	EXPECT_EQ(0, fct_op_copy(o, 4096, 1));
}

/* Its own error, its own end: told, and recovered from by a reset. */
TEST_F(doorbell, index_beyond_the_ring_is_an_error_of_its_owner)
{
	struct fct_owner *o = &self->o, b;

	ASSERT_EQ(0, fct_start(&b, 2));
	o->win[FACET_WIN_DOORBELL / 4] = o->prod + (1U << o->log2) + 1;
	ASSERT_EQ(0, fct_wait_state(o, FACET_VI_ST_ERROR));
	EXPECT_EQ(FACET_CTX_ERR_DOORBELL, fct_ctl(o, FACET_VI_ERROR));
	EXPECT_NE(0, fct_ctl(o, FACET_VI_INTR) & FACET_VI_INTR_ERROR);
	EXPECT_EQ(0, fct_op_copy(&b, 4096, 1));
	EXPECT_EQ(FACET_VI_ST_RUNNING, fct_ctl(&b, FACET_VI_STATE));
	ASSERT_EQ(0, fct_vi_reset(o));
	ASSERT_EQ(0, fct_grant(o, o->iova, FCT_ARENA_BYTES, RW));
	ASSERT_EQ(0, fct_rings(o));
	EXPECT_EQ(0, fct_op_copy(o, 4096, 2));
	EXPECT_EQ(0, fct_stop(&b));
}

/* What cannot be mapped, as where pages are larger, still works by trapping. */
TEST_F(doorbell, trapped_access_does_the_same)
{
	struct fct_owner *o = &self->o;
	struct facet_desc d = fct_copy_desc(o, 4096);
	struct facet_comp c;
	__u32 v;

	ASSERT_EQ(4, fct_pread(o, FACET_VI_BAR_DOORBELL, &v, 4,
			       FACET_WIN_STATE));
	EXPECT_EQ(FACET_CTX_READY, FACET_CTX_STATE_OF(v));
	fct_queue(o, &d);
	ASSERT_EQ(4, fct_pwrite(o, FACET_VI_BAR_DOORBELL, &o->prod, 4,
				FACET_WIN_DOORBELL));
	ASSERT_EQ(0, fct_wait(o, &c));
	EXPECT_EQ(FACET_ST_OK, c.status);
	/* half a register is none */
	v = ~0U;
	fct_pwrite(o, FACET_VI_BAR_DOORBELL, &v, 2, FACET_WIN_DOORBELL);
	EXPECT_EQ(0, fct_op_copy(o, 4096, 1));
}

static sigjmp_buf bus_jump;

static void on_bus(int sig)
{
	siglongjmp(bus_jump, 1);
}

/* read the window; -EFAULT when the access ends in a signal */
static long probe(volatile __u32 *win)
{
	struct sigaction bus = { .sa_handler = on_bus }, old;
	volatile long v;

	sigaction(SIGBUS, &bus, &old);
	v = sigsetjmp(bus_jump, 1) ? -EFAULT : win[FACET_WIN_STATE / 4];
	sigaction(SIGBUS, &old, NULL);
	return v;
}

/* The mapping holds the device open; it must never show the next owner's. */
TEST_F(doorbell, mapping_outlives_the_file_but_not_the_instance)
{
	struct fct_owner *o = &self->o;
	volatile __u32 *win = o->win;

	ASSERT_LE(0, probe(win));
	close(o->device);
	o->device = -1;
	EXPECT_LE(0, probe(win));
	/* still held: a removal would have to wait, a second owner is refused */
	EXPECT_TRUE(fct_exists(o->uuid));
	munmap((void *)win, FCT_PAGE);
	o->win = NULL;
	fct_close(o);
	ASSERT_EQ(0, fct_remove(o->uuid));
	EXPECT_FALSE(fct_exists(o->uuid));
}

TEST_HARNESS_MAIN
