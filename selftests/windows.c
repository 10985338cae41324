// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA windows: what an owner may grant, what it is told, and that every pin is
 * given back, whoever ends the window.
 */
#include <sched.h>

#include "test.h"

#define BASE	0x200000000ULL
#define PG	FCT_PAGE

FIXTURE(windows)
{
	struct fct_owner o;
	long long pins;
	__u8 *mem;
};

FIXTURE_SETUP(windows)
{
	fct_sweep();
	self->pins = fct_pins();
	ASSERT_LE(0, self->pins);
	ASSERT_EQ(0, fct_start(&self->o, 1));
	self->mem = fct_alloc(16 * MIB);
	ASSERT_NE(NULL, self->mem);
	ASSERT_EQ(0, fct_dma_map(&self->o, self->mem, BASE, 16 * MIB));
}

/* Nothing that a test did may outlive its owner. */
FIXTURE_TEARDOWN(windows)
{
	fct_stop(&self->o);
	fct_sweep();
	EXPECT_EQ(self->pins, fct_pins());
}

static __u32 n_windows(struct fct_owner *o)
{
	return fct_ctl(o, FACET_VI_N_WINDOWS);
}

TEST_F(windows, grant_and_revoke)
{
	struct fct_owner *o = &self->o;
	long long pins = fct_pins();
	__u32 n = n_windows(o);

	ASSERT_EQ(0, fct_grant(o, BASE, 5 * MIB, RW));
	EXPECT_EQ(n + 1, n_windows(o));
	EXPECT_EQ(n + 1, stat_of(o, "windows"));
	EXPECT_EQ(FCT_ARENA_BYTES + 5 * MIB, stat_of(o, "pinned_bytes"));
	EXPECT_EQ(pins + 5 * MIB / PG, fct_pins());
	ASSERT_EQ(0, fct_revoke(o, BASE, 5 * MIB));
	EXPECT_EQ(n, n_windows(o));
	EXPECT_EQ(n, stat_of(o, "windows"));
	EXPECT_EQ(FCT_ARENA_BYTES, stat_of(o, "pinned_bytes"));
	EXPECT_EQ(pins, fct_pins());
}

TEST_F(windows, adjacent_windows_are_two)
{
	struct fct_owner *o = &self->o;
	__u32 n = n_windows(o);

	EXPECT_EQ(0, fct_grant(o, BASE, PG, RW));
	EXPECT_EQ(0, fct_grant(o, BASE + PG, PG, RW));
	EXPECT_EQ(0, fct_grant(o, BASE + 2 * PG, PG, FACET_VI_POST_READ));
	EXPECT_EQ(n + 3, n_windows(o));
	EXPECT_EQ(0, fct_revoke(o, BASE + PG, PG));
	EXPECT_EQ(n + 2, n_windows(o));
	EXPECT_EQ(0, fct_grant(o, BASE + PG, PG, RW));
}

TEST_F(windows, wrong_requests_are_INVAL)
{
	struct fct_owner *o = &self->o;
	__u32 n = n_windows(o);
	long long pins = fct_pins();

	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE + 1, PG, RW));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE + 2048, PG, RW));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, PG - 1, RW));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, 1, RW));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, 0, RW));
	/* the end is before the beginning */
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, -PG, RW));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, -PG, 2 * PG, RW));
	/* attributes: neither read nor write, undefined bits, address space 1 */
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, PG, 0));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, PG, RW | 4));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, PG, RW | 0x8000));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, PG, RW | 1 << 16));
	/* a command that there is not */
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_post(o, 0, BASE, PG, RW, NULL));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_post(o, 3, BASE, PG, RW, NULL));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_post(o, ~0U, BASE, PG, RW, NULL));
	EXPECT_EQ(n, n_windows(o));
	EXPECT_EQ(pins, fct_pins());
}

/* What the process has not given to VFIO cannot be granted, not even in part. */
TEST_F(windows, memory_that_is_not_there_is_INVAL)
{
	struct fct_owner *o = &self->o;
	long long pins = fct_pins();
	__u32 n = n_windows(o);

	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, 0x700000000ULL, PG, RW));
	EXPECT_EQ(FACET_VI_RES_INVAL,
		  fct_grant(o, BASE + 15 * MIB, 2 * MIB, RW));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, 17 * MIB, RW));
	EXPECT_EQ(n, n_windows(o));
	EXPECT_EQ(pins, fct_pins());
}

TEST_F(windows, overlap_is_EXIST)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, fct_grant(o, BASE + 4 * PG, 4 * PG, RW));
	EXPECT_EQ(FACET_VI_RES_EXIST, fct_grant(o, BASE + 4 * PG, 4 * PG, RW));
	EXPECT_EQ(FACET_VI_RES_EXIST, fct_grant(o, BASE + 5 * PG, PG, RW));
	EXPECT_EQ(FACET_VI_RES_EXIST, fct_grant(o, BASE, 16 * PG, RW));
	EXPECT_EQ(FACET_VI_RES_EXIST, fct_grant(o, BASE, 5 * PG, RW));
	EXPECT_EQ(FACET_VI_RES_EXIST, fct_grant(o, BASE + 7 * PG, 4 * PG, RW));
	EXPECT_EQ(FACET_VI_RES_EXIST, fct_grant(o, BASE + 7 * PG, PG,
						FACET_VI_POST_READ));
	EXPECT_EQ(0, fct_grant(o, BASE, 4 * PG, RW));
	EXPECT_EQ(0, fct_grant(o, BASE + 8 * PG, PG, RW));
}

TEST_F(windows, beyond_the_aperture_is_RANGE)
{
	struct fct_owner *o = &self->o;
	__u64 last = fct_ctl64(o, FACET_VI_APERTURE_LO);

	if (last == ~0ULL)
		SKIP(return, "the aperture has no end here");
	EXPECT_EQ(FACET_VI_RES_RANGE, fct_grant(o, last + 1, PG, RW));
	EXPECT_EQ(FACET_VI_RES_RANGE, fct_grant(o, last + 1 - PG, 2 * PG, RW));
	EXPECT_EQ(FACET_VI_RES_RANGE, fct_grant(o, 1ULL << 63, PG, RW));
}

TEST_F(windows, read_only_memory_is_PERM_for_writing)
{
	struct fct_owner *o = &self->o;
	__u64 iova = BASE + 64 * MIB;
	__u8 *mem = fct_alloc(MIB);

	ASSERT_NE(NULL, mem);
	ASSERT_EQ(0, fct_dma_map_ro(o, mem, iova, MIB));
	EXPECT_EQ(FACET_VI_RES_PERM, fct_grant(o, iova, PG, RW));
	EXPECT_EQ(FACET_VI_RES_PERM, fct_grant(o, iova, PG,
					       FACET_VI_POST_WRITE));
	EXPECT_EQ(0, fct_grant(o, iova, PG, FACET_VI_POST_READ));
}

TEST_F(windows, revoking_another_range_is_NOENT)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, fct_grant(o, BASE + PG, 2 * PG, RW));
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_revoke(o, BASE + 8 * PG, PG));
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_revoke(o, BASE + PG, PG));
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_revoke(o, BASE + 2 * PG, PG));
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_revoke(o, BASE, 4 * PG));
	EXPECT_EQ(0, fct_revoke(o, BASE + PG, 2 * PG));
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_revoke(o, BASE + PG, 2 * PG));
}

TEST_F(windows, quota_of_windows_is_NOSPC)
{
	struct fct_owner *o = &self->o;
	__u32 n = n_windows(o);

	ASSERT_EQ(1, n);
	ASSERT_EQ(0, fct_attr_write(o->uuid, "quota_windows", "3"));
	EXPECT_EQ(3, fct_ctl(o, FACET_VI_QUOTA_WINDOWS));
	EXPECT_EQ(0, fct_grant(o, BASE, PG, RW));
	EXPECT_EQ(0, fct_grant(o, BASE + PG, PG, RW));
	EXPECT_EQ(FACET_VI_RES_NOSPC, fct_grant(o, BASE + 2 * PG, PG, RW));
	EXPECT_EQ(0, fct_revoke(o, BASE, PG));
	EXPECT_EQ(0, fct_grant(o, BASE + 2 * PG, PG, RW));
	EXPECT_EQ(3, n_windows(o));
}

TEST_F(windows, quota_of_bytes_is_NOSPC)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, fct_attr_write(o->uuid, "quota_bytes", "2097152"));
	EXPECT_EQ(2097152, fct_ctl64(o, FACET_VI_QUOTA_BYTES_LO));
	/* the arena has one of the two MiB */
	EXPECT_EQ(FACET_VI_RES_NOSPC, fct_grant(o, BASE, MIB + PG, RW));
	EXPECT_EQ(0, fct_grant(o, BASE, MIB, RW));
	EXPECT_EQ(FACET_VI_RES_NOSPC, fct_grant(o, BASE + MIB, PG, RW));
	EXPECT_EQ(0, fct_revoke(o, BASE, MIB));
	EXPECT_EQ(0, fct_grant(o, BASE + MIB, PG, RW));
}

TEST_F(windows, quota_of_posts_is_NOSPC)
{
	struct fct_owner *o = &self->o;
	unsigned int i, taken = 0, refused = 0;
	__u32 result, ticket = 0;

	ASSERT_EQ(0, fct_attr_write(o->uuid, "quota_posts", "2"));
	EXPECT_EQ(2, fct_ctl(o, FACET_VI_QUOTA_POSTS));
	for (i = 0; i < 8; i++) {
		result = fct_post(o, FACET_VI_POST_CMD_GRANT,
				  BASE + i * 2 * MIB, 2 * MIB, RW, &ticket);
		if (result == FACET_VI_RES_NOSPC)
			refused++;
		else if (result <= FACET_VI_RES_PENDING)
			taken++;
	}
	EXPECT_EQ(8, taken + refused);
	EXPECT_LE(2, taken);
	EXPECT_LE(1, refused);
	/* the limit is on what is outstanding: afterwards there is room again */
	EXPECT_EQ(0, fct_post_wait(o, ticket));
	EXPECT_EQ(taken + 1, n_windows(o));
	EXPECT_EQ(0, fct_revoke(o, FCT_IOVA, FCT_ARENA_BYTES));
}

TEST_F(windows, tickets_are_kept_for_the_last_256)
{
	struct fct_owner *o = &self->o;
	__u32 first, ticket = 0, i, status;

	ASSERT_GE(1, fct_post(o, FACET_VI_POST_CMD_GRANT, BASE, PG, RW, &first));
	ASSERT_EQ(0, fct_post_wait(o, first));
	for (i = 1; i < 300; i++) {
		/* odd tickets fail: there is no such window */
		ASSERT_GE(1, fct_post(o, FACET_VI_POST_CMD_REVOKE,
				      i & 1 ? BASE + 4 * MIB : BASE, PG, 0,
				      &ticket));
		ASSERT_EQ(first + i, ticket);
		status = fct_post_wait(o, ticket);
		EXPECT_EQ(i & 1 ? FACET_VI_RES_NOENT : 0, status);
		if (i & 1)
			continue;
		ASSERT_GE(1, fct_post(o, FACET_VI_POST_CMD_GRANT, BASE, PG, RW,
				      &ticket));
		ASSERT_EQ(first + ++i, ticket);
		ASSERT_EQ(0, fct_post_wait(o, ticket));
	}
	EXPECT_EQ(ticket + 1, fct_ctl(o, FACET_VI_POST_DONE));
	fct_ctl_set(o, FACET_VI_POST_SELECT, ticket - 255);
	EXPECT_NE(FACET_VI_RES_PENDING, fct_ctl(o, FACET_VI_POST_STATUS));
	/* forgotten, and not issued yet: both say so */
	fct_ctl_set(o, FACET_VI_POST_SELECT, ticket - 256);
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_ctl(o, FACET_VI_POST_STATUS));
	fct_ctl_set(o, FACET_VI_POST_SELECT, ticket + 1);
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_ctl(o, FACET_VI_POST_STATUS));
	fct_ctl_set(o, FACET_VI_POST_SELECT, ticket + 0x80000000);
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_ctl(o, FACET_VI_POST_STATUS));
}

#define BIG	(128 * MIB)

/* give VFIO a lot of memory, at BASE + BIG */
static __u8 *big_map(struct fct_owner *o)
{
	__u8 *mem = mmap(NULL, BIG, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED || fct_dma_map(o, mem, BASE + BIG, BIG))
		return NULL;
	return mem;
}

static long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* The trapped write returns long before the memory is pinned. */
TEST_F(windows, a_post_does_not_stall_its_owner)
{
	struct fct_owner *o = &self->o;
	long long t0, t1, t2;
	__u32 ticket;

	ASSERT_NE(NULL, big_map(o));
	t0 = now_us();
	ASSERT_EQ(FACET_VI_RES_PENDING,
		  fct_post(o, FACET_VI_POST_CMD_GRANT, BASE + BIG, BIG, RW,
			   &ticket));
	t1 = now_us();
	ASSERT_EQ(0, fct_post_wait(o, ticket));
	t2 = now_us();
	TH_LOG("posted in %lld us, done after %lld us", t1 - t0, t2 - t0);
	EXPECT_LT((t1 - t0) * 4, t2 - t0);
	EXPECT_EQ(BIG + FCT_ARENA_BYTES, stat_of(o, "pinned_bytes"));
}

/* what became of @n tickets from @first on, counted by result */
static void count_results(struct fct_owner *o, __u32 first, unsigned int n,
			  unsigned int *count)
{
	unsigned int i;
	__u32 status;

	for (i = 0; i < n; i++) {
		fct_ctl_set(o, FACET_VI_POST_SELECT, first + i);
		status = fct_ctl(o, FACET_VI_POST_STATUS);
		count[status < 16 ? status : 15]++;
	}
}

TEST_F(windows, reset_cancels_what_is_outstanding)
{
	struct fct_owner *o = &self->o;
	unsigned int count[16] = { 0 }, i;
	__u32 first = 0, ticket;

	ASSERT_NE(NULL, big_map(o));
	for (i = 0; i < 8; i++) {
		ASSERT_GE(1, fct_post(o, FACET_VI_POST_CMD_GRANT,
				      BASE + BIG + i * (BIG / 8), BIG / 8, RW,
				      &ticket));
		if (!i)
			first = ticket;
	}
	ASSERT_EQ(0, fct_vi_reset(o));
	EXPECT_EQ(first + 8, fct_ctl(o, FACET_VI_POST_DONE));
	EXPECT_EQ(0, n_windows(o));
	EXPECT_EQ(0, stat_of(o, "pinned_bytes"));
	EXPECT_EQ(self->pins, fct_pins());
	count_results(o, first, 8, count);
	EXPECT_EQ(8, count[FACET_VI_RES_OK] + count[FACET_VI_RES_CANCELED]);
	EXPECT_LE(1, count[FACET_VI_RES_CANCELED]);
}

/* The owner dies with posts outstanding: teardown counts the pins. */
TEST_F(windows, close_cancels_what_is_outstanding)
{
	struct fct_owner *o = &self->o;
	__u32 ticket;

	ASSERT_NE(NULL, big_map(o));
	ASSERT_GE(1, fct_post(o, FACET_VI_POST_CMD_GRANT, BASE + BIG, BIG, RW,
			      &ticket));
	fct_close(o);
	EXPECT_EQ(self->pins, fct_pins());
	EXPECT_EQ(0, fct_attr_num(o->uuid, "stats/pinned_bytes"));
	EXPECT_EQ(0, fct_attr_num(o->uuid, "stats/windows"));
}

TEST_F(windows, unmapped_memory_is_revoked_at_once)
{
	struct fct_owner *o = &self->o;
	long long pins = fct_pins();
	__u32 n = n_windows(o);

	ASSERT_EQ(0, fct_grant(o, BASE, 8 * MIB, RW));
	ASSERT_EQ(0, fct_grant(o, BASE + 8 * MIB, 8 * MIB, RW));
	ASSERT_EQ(0, fct_dma_unmap(o, BASE, 16 * MIB));
	EXPECT_EQ(pins, fct_pins());
	EXPECT_EQ(n, n_windows(o));
	EXPECT_EQ(FACET_VI_RES_NOENT, fct_revoke(o, BASE, 8 * MIB));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_grant(o, BASE, 8 * MIB, RW));
	ASSERT_EQ(0, fct_dma_map(o, self->mem, BASE, 16 * MIB));
	EXPECT_EQ(0, fct_grant(o, BASE, 16 * MIB, RW));
}

/* The VMM takes memory away while the post is still pinning it. */
TEST_F(windows, unmap_waits_for_a_pin_in_progress)
{
	struct fct_owner *o = &self->o;
	long long pins = fct_pins();
	__u32 ticket, n = n_windows(o);
	__u8 *mem = big_map(o);
	int i;

	ASSERT_NE(NULL, mem);
	for (i = 0; i < 5; i++) {
		ASSERT_GE(1, fct_post(o, FACET_VI_POST_CMD_GRANT, BASE + BIG,
				      BIG, RW, &ticket));
		ASSERT_EQ(0, fct_dma_unmap(o, BASE + BIG, BIG));
		fct_post_wait(o, ticket);
		EXPECT_EQ(pins, fct_pins());
		EXPECT_EQ(n, n_windows(o));
		ASSERT_EQ(0, fct_dma_map(o, mem, BASE + BIG, BIG));
	}
}

#define ROUNDS	100000
#define RACE	(BASE + 64 * MIB)

/**
 * struct race - one thread maps and unmaps, the other posts
 * @o: instance
 * @round: number of the round that may be posted, from 1
 * @answered: number of the last round whose post has ended
 * @stop: end
 * @count: outcomes, by enum facet_vi_result
 * @wrong: what was neither
 */
struct race {
	struct fct_owner *o;
	unsigned int round;
	unsigned int answered;
	bool stop;
	unsigned long count[16];
	unsigned long wrong;
};

static bool race_stopped(struct race *r)
{
	return __atomic_load_n(&r->stop, __ATOMIC_RELAXED);
}

static void race_count(struct race *r, int ret)
{
	if (ret < 0 || ret > 15)
		r->wrong++;
	else
		r->count[ret]++;
}

/* Post what is being unmapped at this moment, and wait for the outcome. */
static void *race_rounds(void *arg)
{
	struct race *r = arg;
	unsigned int i;

	for (i = 1; i <= ROUNDS && !race_stopped(r); i++) {
		while (__atomic_load_n(&r->round, __ATOMIC_ACQUIRE) < i)
			sched_yield();
		race_count(r, fct_grant(r->o, RACE + i * PG, PG, RW));
		__atomic_store_n(&r->answered, i, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void race_wait(struct race *r, unsigned int i)
{
	while (__atomic_load_n(&r->answered, __ATOMIC_ACQUIRE) < i)
		sched_yield();
}

/*
 * One thread posts a page while another takes it away, at a moment of each
 * round that moves; addresses are new in each round, so that nothing of an
 * earlier one can help.  At the end not a page may be pinned.
 */
TEST_F_TIMEOUT(windows, post_against_unmap_100000_rounds, 1500)
{
	struct race r = { .o = &self->o };
	long long pins = fct_pins();
	__u32 n = n_windows(r.o);
	pthread_t thread;
	unsigned int i;
	volatile int spin;

	ASSERT_EQ(0, pthread_create(&thread, NULL, race_rounds, &r));
	for (i = 1; i <= ROUNDS; i++) {
		ASSERT_EQ(0, fct_dma_map(r.o, self->mem, RACE + i * PG, PG));
		__atomic_store_n(&r.round, i, __ATOMIC_RELEASE);
		for (spin = i * 37 % 20000; spin; spin--)
			;
		ASSERT_EQ(0, fct_dma_unmap(r.o, RACE + i * PG, PG));
		race_wait(&r, i);
		if (i % 10000)
			continue;
		ASSERT_EQ(pins, fct_pins()) TH_LOG("round %u", i);
		ASSERT_EQ(n, n_windows(r.o));
	}
	pthread_join(thread, NULL);
	TH_LOG("granted first %lu, unmapped first %lu", r.count[0],
	       r.count[FACET_VI_RES_INVAL]);
	EXPECT_EQ(ROUNDS, r.count[0] + r.count[FACET_VI_RES_INVAL]);
	/* both sides must have won, or it was no race */
	EXPECT_LT(ROUNDS / 1000, r.count[0]);
	EXPECT_LT(ROUNDS / 1000, r.count[FACET_VI_RES_INVAL]);
	EXPECT_EQ(FCT_ARENA_BYTES, stat_of(r.o, "pinned_bytes"));
	EXPECT_EQ(0, fct_op_copy(r.o, 4096, 1));
}

static void *race_insist(void *arg)
{
	struct race *r = arg;
	int ret;

	while (!race_stopped(r)) {
		ret = fct_grant(r->o, RACE, PG, RW);
		race_count(r, ret);
		if (!ret)
			fct_revoke(r->o, RACE, PG);
	}
	return NULL;
}

/*
 * VFIO looks ten times whether an unmapped page is still pinned, and then
 * declares the kernel broken: who insists on it must not win that race.
 */
TEST_F(windows, posting_one_page_for_ever_does_not_stop_unmap)
{
	struct race r = { .o = &self->o };
	long long pins = fct_pins();
	pthread_t thread;
	int i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, race_insist, &r));
	for (i = 0; i < 20000; i++) {
		ASSERT_EQ(0, fct_dma_map(r.o, self->mem, RACE, PG));
		ASSERT_EQ(0, fct_dma_unmap(r.o, RACE, PG));
	}
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, r.wrong);
	EXPECT_EQ(pins, fct_pins());
}

TEST_HARNESS_MAIN
