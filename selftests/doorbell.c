// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doorbell page: the one piece of hardware that an owner maps.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/resource.h>

#include "test.h"

#define SWITCHES	100000
#define UNDER_LOAD	10000	/* commands meanwhile, at least */
#define DEPTH		8
#define MOST		(1 << 22)

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

/**
 * struct switcher - changes the page behind the doorbell as fast as it can
 * @fd: attribute "doorbell"
 * @switches: done
 * @stop: that is enough, once the page is the queue's again
 * @failed: a write failed
 * @thread: who does it
 */
struct switcher {
	int fd;
	int switches;
	bool stop;
	bool failed;
	pthread_t thread;
};

static void *switch_pages(void *arg)
{
	struct switcher *s = arg;
	static const char * const to[] = { "held", "open" };

	while (!s->failed && (s->switches % 2 || !__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE))) {
		const char *page = to[s->switches % 2];

		s->failed = pwrite(s->fd, page, strlen(page), 0) < 0;
		__atomic_add_fetch(&s->switches, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static int switcher_start(struct switcher *s, const char *uuid)
{
	char path[FCT_PATH_LEN];

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/doorbell", uuid);
	*s = (struct switcher){ .fd = open(path, O_WRONLY | O_CLOEXEC) };
	if (s->fd < 0)
		return -errno;
	return -pthread_create(&s->thread, NULL, switch_pages, s);
}

/**
 * struct load - commands, and what came of them
 * @sent: how many, the cookie of each being its number from 1 on
 * @done: completed
 * @start_ns: when each began, by its number
 */
struct load {
	__u64 sent;
	__u64 done;
	__u64 *start_ns;
};

static void load_send(struct fct_owner *o, struct load *l)
{
	struct facet_desc d = { .opcode = FACET_OP_NOP };

	while (o->prod - o->cons < DEPTH) {
		d.cookie = ++l->sent;
		fct_queue(o, &d);
		/* some doorbells on their own, some for several */
		if (l->sent % 3)
			fct_kick(o);
	}
	fct_kick(o);
}

/* one completion; -EBADMSG for one that was there before, or never asked for */
static int load_reap(struct fct_owner *o, struct load *l)
{
	struct facet_comp c;
	/* with an interrupt now and then: event indices must not get lost either */
	int ret = l->done % 16 ? fct_spin(o, &c) : fct_wait(o, &c);

	if (ret)
		return ret;
	if (c.status != FACET_ST_OK || !c.cookie || c.cookie > l->sent || l->start_ns[c.cookie])
		return -EBADMSG;
	l->start_ns[c.cookie] = c.start_ns;
	l->done++;
	return 0;
}

static bool in_order(const struct load *l)
{
	__u64 i;

	for (i = 2; i <= l->sent; i++)
		if (l->start_ns[i] < l->start_ns[i - 1])
			return false;
	return true;
}

/*
 * What the owner writes to the one page or the other arrives once and in order: a
 * doorbell lost is a command that never ends, one doubled is a completion too many.
 */
TEST_F(doorbell, survives_100000_page_switches_under_load)
{
	struct load l = { .start_ns = calloc(MOST, sizeof(__u64)) };
	struct fct_owner *o = &self->o;
	struct switcher s;
	char page[16];
	int ret = 0;

	ASSERT_NE(NULL, l.start_ns);
	ASSERT_EQ(0, switcher_start(&s, o->uuid));
	while (!ret && l.sent < MOST - DEPTH &&
	       (__atomic_load_n(&s.switches, __ATOMIC_ACQUIRE) < SWITCHES || l.done < UNDER_LOAD)) {
		load_send(o, &l);
		ret = load_reap(o, &l);
	}
	EXPECT_EQ(0, ret) TH_LOG("after %d switches and %llu commands", s.switches, l.done);
	__atomic_store_n(&s.stop, true, __ATOMIC_RELEASE);
	pthread_join(s.thread, NULL);
	EXPECT_FALSE(s.failed);
	while (!ret && l.done < l.sent)
		ret = load_reap(o, &l);
	ASSERT_EQ(0, ret);
	TH_LOG("%llu commands, %d switches", l.done, s.switches);
	EXPECT_TRUE(in_order(&l));
	EXPECT_EQ(l.sent, stat_of(o, "commands"));
	EXPECT_EQ(0, stat_of(o, "errors"));
	EXPECT_FALSE(fct_reap(o, &(struct facet_comp){}));
	ASSERT_EQ(0, fct_attr_read(o->uuid, "doorbell", page, sizeof(page)));
	EXPECT_STREQ("open", page);
	close(s.fd);
	free(l.start_ns);
}

/* held: what was rung before runs, what is rung waits, and is forgotten with its rings */
TEST_F(doorbell, a_held_owner_waits_and_loses_nothing)
{
	struct fct_owner *o = &self->o;
	struct facet_desc d = { .opcode = FACET_OP_NOP };
	struct facet_comp c;

	ASSERT_EQ(0, fct_attr_write(o->uuid, "doorbell", "held"));
	EXPECT_EQ(FACET_CTX_READY, FACET_CTX_STATE_OF(o->win[FACET_WIN_STATE / 4]));
	fct_queue(o, &d);
	fct_kick(o);
	ASSERT_EQ(0, fct_attr_write(o->uuid, "doorbell", "held"));
	fct_queue(o, &d);
	ASSERT_EQ(4, fct_pwrite(o, FACET_VI_BAR_DOORBELL, &o->prod, 4, FACET_WIN_DOORBELL));
	EXPECT_EQ(0, o->nr_kicks);
	EXPECT_EQ(0, stat_of(o, "commands"));
	ASSERT_EQ(0, fct_attr_write(o->uuid, "doorbell", "open"));
	EXPECT_EQ(0, fct_spin(o, &c));
	EXPECT_EQ(0, fct_spin(o, &c));
	/* a reset lets nobody go, and new rings know nothing of the old ones' doorbells */
	ASSERT_EQ(0, fct_attr_write(o->uuid, "doorbell", "held"));
	o->prod += 2;
	fct_kick(o);
	ASSERT_EQ(0, fct_ring_cmd(o, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
	ASSERT_EQ(0, fct_rings(o));
	fct_queue(o, &d);
	fct_kick(o);
	EXPECT_EQ(2, stat_of(o, "commands"));
	ASSERT_EQ(0, fct_attr_write(o->uuid, "doorbell", "open"));
	EXPECT_EQ(0, fct_spin(o, &c));
	EXPECT_EQ(3, stat_of(o, "commands"));
	EXPECT_EQ(-EINVAL, fct_attr_write(o->uuid, "doorbell", "shut"));
}

TEST_HARNESS_MAIN
