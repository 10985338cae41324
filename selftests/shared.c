// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared instances: served by a host thread, and otherwise like any other.
 *
 * What both types have in common is tested by running the other programs with
 * FACET_TYPE=facet-shared (l1/shared.sh).
 */
#include <sched.h>
#include <sys/resource.h>

#include "test.h"

#define MANY		256	/* instances, on an accelerator with 16 contexts */
#define EACH		100	/* verified commands of each of them */
#define BURST		48	/* commands behind one doorbell, of 64 slots */
#define BUSY		4000
#define POLL_US		"/sys/module/facet_vfio/parameters/poll_us"
#define POLL_FOREVER	"3600000000"	/* an hour */

__attribute__((constructor))
static void shared(void)
{
	setenv("FACET_TYPE", "facet-shared", 1);
}

FIXTURE(shared)
{
	struct fct_owner a;
	struct fct_owner b;
	char poll_us[32];
};

FIXTURE_SETUP(shared)
{
	fct_sweep();
	ASSERT_EQ(0, fct_read(POLL_US, self->poll_us, sizeof(self->poll_us)));
	ASSERT_EQ(0, fct_start(&self->a, 1));
	ASSERT_EQ(0, fct_start(&self->b, 2));
}

FIXTURE_TEARDOWN(shared)
{
	fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0);
	fct_write(POLL_US, self->poll_us);
	fct_stop(&self->a);
	fct_stop(&self->b);
	fct_sweep();
}

TEST_F(shared, has_no_queue_context_of_its_own)
{
	long before = fct_available();

	EXPECT_EQ(-1, fct_attr_num(self->a.uuid, "context"));
	EXPECT_EQ(FACET_VI_CAP_KICK, fct_ctl(&self->a, FACET_VI_CAP_DOORBELL));
	ASSERT_EQ(0, fct_stop(&self->b));
	EXPECT_EQ(before + 1, fct_available());
	ASSERT_EQ(0, fct_start(&self->b, 2));
	EXPECT_EQ(before, fct_available());
}

/* the host's thread must read the right ring, and the device the right memory */
TEST_F(shared, two_owners_with_the_same_addresses_get_their_own_data)
{
	int i;

	for (i = 0; i < 64; i++) {
		EXPECT_EQ(0, fct_op_mix(&self->a, i));
		EXPECT_EQ(0, fct_op_mix(&self->b, 1000 + i));
	}
	EXPECT_EQ(64, stat_of(&self->a, "commands"));
	EXPECT_EQ(64, stat_of(&self->b, "commands"));
	EXPECT_LT(0, stat_of(&self->a, "host_ns"));
	EXPECT_LT(0, stat_of(&self->a, "busy_ns"));
}

TEST_F(shared, descriptors_are_checked_on_the_copy)
{
	struct facet_desc d = fct_copy_desc(&self->a, 4096);

	d.pasid = fct_attr_num(self->b.uuid, "pasid");
	EXPECT_EQ(FACET_ST_BAD_PASID, fct_status(&self->a, &d));
	d.pasid = 0;
	d.aspace = 1;
	EXPECT_EQ(FACET_ST_BAD_DESC, fct_status(&self->a, &d));
	d.aspace = 0;
	d.opcode = 63;
	EXPECT_EQ(FACET_ST_BAD_OPCODE, fct_status(&self->a, &d));
	ASSERT_EQ(0, fct_attr_write(self->a.uuid, "opcodes", "0x1"));
	d.opcode = FACET_OP_COPY;
	EXPECT_EQ(FACET_ST_FORBIDDEN, fct_status(&self->a, &d));
	EXPECT_EQ(4, stat_of(&self->a, "errors"));
	/* garbage pays like work */
	EXPECT_LE(4 * 500, stat_of(&self->a, "busy_ns"));
	EXPECT_EQ(0, fct_op_copy(&self->b, 4096, 1));
}

TEST_F(shared, memory_that_was_not_granted_is_not_reached)
{
	struct facet_desc d = fct_copy_desc(&self->a, 4096);

	d.src = FCT_IOVA + 4 * FCT_ARENA_BYTES;
	EXPECT_EQ(FACET_ST_SRC_FAULT, fct_status(&self->a, &d));
	EXPECT_EQ(1, fct_ctl(&self->a, FACET_VI_FAULTS));
	EXPECT_EQ(d.src, fct_ctl64(&self->a, FACET_VI_FAULT_ADDR_LO));
	EXPECT_EQ(0, fct_op_copy(&self->a, 4096, 1));
	EXPECT_EQ(0, fct_ctl(&self->b, FACET_VI_FAULTS));
}

/*
 * A busy owner causes no traps: the thread comes back by itself.  How long it looks
 * around before it sleeps is the host's time, and how soon the owner goes on depends
 * on the machine: so that the owner is busy on any, the thread does not sleep at all.
 */
TEST_F(shared, a_busy_owner_need_not_kick)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, 16384);
	struct facet_comp c;
	int queued, done;

	ASSERT_EQ(0, fct_write(POLL_US, POLL_FOREVER));
	for (queued = 0; queued < BURST; queued++)
		fct_queue(a, &d);
	fct_kick(a);
	for (done = 0; done < BUSY; done++) {
		ASSERT_EQ(0, fct_spin(a, &c));
		ASSERT_EQ(FACET_ST_OK, c.status);
		if (queued++ < BUSY) {
			fct_queue(a, &d);
			fct_kick(a);
		}
	}
	/* the one that began it */
	EXPECT_EQ(1, a->nr_kicks) TH_LOG("%u kicks for %d commands", a->nr_kicks, BUSY);
	EXPECT_EQ(BUSY, stat_of(a, "commands"));
}

TEST_F(shared, a_doorbell_beyond_the_ring_stops_its_owner_alone)
{
	struct fct_owner *a = &self->a;

	a->prod += 1000;
	fct_kick(a);
	ASSERT_EQ(0, fct_wait_state(a, FACET_VI_ST_ERROR));
	EXPECT_EQ(FACET_CTX_ERR_DOORBELL, fct_ctl(a, FACET_VI_ERROR));
	EXPECT_EQ(0, fct_op_copy(&self->b, 4096, 1));
	ASSERT_EQ(0, fct_vi_reset(a));
	ASSERT_EQ(0, fct_grant(a, a->iova, FCT_ARENA_BYTES, RW));
	ASSERT_EQ(0, fct_rings(a));
	EXPECT_EQ(0, fct_op_copy(a, 4096, 1));
}

/* after each reset no completion of before may appear in the ring */
TEST_F(shared, reset_100_times_while_busy_and_the_neighbour_loses_nothing)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, 65536);
	struct stream s;
	int i, n;

	ASSERT_EQ(0, stream_start(&s, &self->b));
	for (i = 0; i < 100; i++) {
		for (n = 0; n < BURST; n++)
			fct_queue(a, &d);
		fct_kick(a);
		ASSERT_EQ(0, fct_attr_write(a->uuid, "reset", "1"));
		ASSERT_EQ(0, fct_rings(a)) TH_LOG("round %d", i);
		EXPECT_EQ(0, a->cq[0].seq);
		ASSERT_EQ(0, fct_op_copy(a, 512, i)) TH_LOG("round %d", i);
	}
	EXPECT_TRUE(stream_advances(&s, 10));
	EXPECT_EQ(0, stream_stop(&s));
	EXPECT_EQ(100, stat_of(a, "resets"));
}

/* a completion counts as a command, a discarded one as aborted, and none as both */
TEST_F(shared, a_reset_ends_each_command_once)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, 65536);
	long long before, done, aborted = 0;
	struct facet_comp c;
	int i;

	for (i = 0; i < 60; i++) {
		before = stat_of(a, "commands");
		fct_burst(a, &d);
		while (stat_of(a, "commands") - before < i % 20)
			usleep(10);
		ASSERT_EQ(0, fct_operator_reset(a));
		for (done = 0; fct_reap(a, &c); done++)
			EXPECT_EQ(FACET_ST_OK, c.status);
		EXPECT_EQ(done, stat_of(a, "commands") - before);
		EXPECT_GE(FCT_BURST, done + stat_of(a, "aborted") - aborted);
		aborted = stat_of(a, "aborted");
		EXPECT_EQ(0, stat_of(a, "errors"));
		ASSERT_EQ(0, fct_rings(a));
	}
	EXPECT_LT(0, aborted);
}

/* the ring's end for new commands is none for those that were fetched before */
TEST_F(shared, what_was_fetched_completes_after_a_bad_doorbell)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, 65536);
	struct facet_comp c;
	unsigned int done;

	ASSERT_EQ(0, fct_hang(a, &d));
	a->prod += 1000;
	fct_kick(a);
	ASSERT_EQ(0, fct_wait_state(a, FACET_VI_ST_ERROR));
	/* those beside the one that hangs, and no more */
	while (stat_of(a, "commands") + 1 < a->win[FACET_WIN_SQ_HEAD / 4])
		usleep(100);
	for (done = 0; fct_reap(a, &c); done++)
		EXPECT_EQ(FACET_ST_OK, c.status);
	EXPECT_EQ(done, stat_of(a, "commands"));
	EXPECT_EQ(done + 1, a->win[FACET_WIN_SQ_HEAD / 4]);
	EXPECT_EQ(0, stat_of(a, "aborted"));
	ASSERT_EQ(0, fct_operator_reset(a));
	EXPECT_EQ(1, stat_of(a, "aborted"));
	ASSERT_EQ(0, fct_rings(a));
	EXPECT_EQ(0, fct_op_copy(a, 4096, 1));
}

/*
 * The engines belong to all: one that hangs must be given back by the reset of the
 * instance that holds it, and nobody's command but that one's may end by it.
 */
TEST_F(shared, a_hung_command_is_no_end_of_the_pool)
{
	struct fct_owner *a = &self->a, *b = &self->b;
	struct facet_desc d = fct_copy_desc(a, 4096);
	int i, n;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, fct_hang(a, &d));
		/* the other engine serves the neighbour */
		for (n = 0; n < 5; n++)
			ASSERT_EQ(0, fct_op_copy(b, 4096, n));
		ASSERT_EQ(0, fct_operator_reset(a)) TH_LOG("round %d", i);
		ASSERT_FALSE(fct_engine_hangs(-1));
		ASSERT_EQ(0, fct_rings(a));
		ASSERT_EQ(0, fct_op_copy(a, 4096, i));
	}
	EXPECT_EQ(100, stat_of(b, "commands"));
	EXPECT_EQ(0, stat_of(b, "errors") + stat_of(b, "aborted"));
}

/* a stop ends when the last command that was fetched has, and not before */
TEST_F(shared, a_stop_lets_the_fetched_commands_end)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, 65536);
	struct facet_comp c;
	long long done;

	fct_burst(a, &d);
	ASSERT_EQ(0, fct_attr_write(a->uuid, "state", "stop"));
	for (done = 0; fct_reap(a, &c); done++)
		EXPECT_EQ(FACET_ST_OK, c.status);
	EXPECT_EQ(done, stat_of(a, "commands"));
	EXPECT_EQ(done, a->win[FACET_WIN_SQ_HEAD / 4]);
	EXPECT_EQ(FACET_CTX_STOPPED, FACET_CTX_STATE_OF(a->win[FACET_WIN_STATE / 4]));
	EXPECT_EQ(0, stat_of(a, "aborted"));
	EXPECT_EQ(0, fct_op_copy(&self->b, 4096, 1));
}

/* rings that the host cannot read or write are the owner's own affair */
TEST_F(shared, rings_without_memory_end_in_an_error)
{
	struct fct_owner *a = &self->a;

	ASSERT_EQ(0, fct_ring_cmd(a, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
	ASSERT_EQ(0, fct_ring_cmd(a, 0x7000000000, a->iova + FCT_CQ,
				  FCT_RING_LOG2, FACET_VI_RING_CMD_ENABLE));
	a->prod = 1;
	fct_kick(a);
	ASSERT_EQ(0, fct_wait_state(a, FACET_VI_ST_ERROR));
	EXPECT_EQ(FACET_CTX_ERR_SQ_FAULT, fct_ctl(a, FACET_VI_ERROR));
	EXPECT_EQ(0, fct_op_copy(&self->b, 4096, 1));
}

/* rings outside of the arena, so that they can be taken away alone */
#define RINGS		0x300000000ULL
#define RINGS_BYTES	(4 * FCT_PAGE)
#define TAKEN		200
#define MARK		0xa5

static int rings_at(struct fct_owner *o, __u8 *mem)
{
	int ret = fct_grant(o, RINGS, RINGS_BYTES, RW);

	memset(mem, 0, RINGS_BYTES);
	o->sq = (struct facet_desc *)mem;
	o->cq = (struct facet_comp *)(mem + RINGS_BYTES / 2);
	o->prod = 0;
	o->cons = 0;
	return ret ? ret : fct_ring_cmd(o, RINGS, RINGS + RINGS_BYTES / 2, FCT_RING_LOG2,
					FACET_VI_RING_CMD_ENABLE);
}

static bool is_marked(const __u8 *mem)
{
	int i;

	for (i = 0; i < RINGS_BYTES; i++)
		if (mem[i] != MARK)
			return false;
	return true;
}

/*
 * The thread copies from and to the rings while they are revoked, or unmapped.  Once
 * the owner has been told that they are gone nothing may be written there: it has
 * other uses for the memory.
 */
TEST_F(shared, nothing_reaches_rings_that_were_taken_away_under_load)
{
	struct facet_desc nop = { .opcode = FACET_OP_NOP };
	__u8 *mem = fct_alloc(RINGS_BYTES);
	struct fct_owner *a = &self->a;
	struct stream s;
	int i, n;

	ASSERT_NE(NULL, mem);
	ASSERT_EQ(0, stream_start(&s, &self->b));
	ASSERT_EQ(0, fct_dma_map(a, mem, RINGS, RINGS_BYTES));
	ASSERT_EQ(0, fct_ring_cmd(a, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
	for (i = 0; i < TAKEN; i++) {
		ASSERT_EQ(0, rings_at(a, mem)) TH_LOG("round %d", i);
		for (n = 0; n < BURST; n++)
			fct_queue(a, &nop);
		fct_kick(a);
		/* somewhere in the middle, each time elsewhere */
		while (a->cq[i % BURST].seq == 0)
			sched_yield();
		ASSERT_EQ(0, i % 2 ? fct_revoke(a, RINGS, RINGS_BYTES) :
			  fct_dma_unmap(a, RINGS, RINGS_BYTES));
		memset(mem, MARK, RINGS_BYTES);
		ASSERT_EQ(0, fct_ring_cmd(a, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
		ASSERT_TRUE(is_marked(mem)) TH_LOG("round %d", i);
		ASSERT_EQ(0, i % 2 ? 0 : fct_dma_map(a, mem, RINGS, RINGS_BYTES));
	}
	EXPECT_TRUE(stream_advances(&s, 10));
	EXPECT_EQ(0, stream_stop(&s));
	EXPECT_EQ(s.done, stat_of(&self->b, "commands"));
}

static int cost_of(const char *op, const char *what, long long *value)
{
	char path[FCT_PATH_LEN], buf[512], *at;
	int ret;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/cost/%s", fct_parent(), op);
	ret = fct_read(path, buf, sizeof(buf));
	if (ret)
		return ret;
	at = strstr(buf, what);
	return at && sscanf(at + strlen(what), "%lld", value) == 1 ? 0 : -EINVAL;
}

/* what was predicted comes to what was measured: both are sums */
TEST_F(shared, costs_are_told_by_operation)
{
	long long before, after, measured, measured_before, predicted, busy;
	int i;

	ASSERT_EQ(0, cost_of("copy", "commands", &before));
	ASSERT_EQ(0, cost_of("copy", "measured_ns", &measured_before));
	busy = stat_of(&self->a, "busy_ns");
	for (i = 0; i < 32; i++)
		ASSERT_EQ(0, fct_op_copy(&self->a, 4096, i));
	ASSERT_EQ(0, cost_of("copy", "commands", &after));
	ASSERT_EQ(0, cost_of("copy", "measured_ns", &measured));
	ASSERT_EQ(0, cost_of("copy", "predicted_ns", &predicted));
	EXPECT_EQ(before + 32, after);
	EXPECT_EQ(stat_of(&self->a, "busy_ns") - busy, measured - measured_before);
	EXPECT_LT(0, predicted);
	EXPECT_EQ(-ENOENT, cost_of("rot13", "commands", &after));
}

/* true at each moment: who is told of a place gets it, who is told of none does not */
TEST(available_instances_of_both_types_are_true)
{
	char uuid[FCT_UUID_LEN];
	long direct, last;
	int i, round;

	fct_sweep();
	for (round = 0; round < 2; round++) {
		setenv("FACET_TYPE", "facet-direct", 1);
		for (i = 0; (direct = fct_available()) > 0; i++) {
			fct_uuid(i, uuid);
			ASSERT_EQ(0, fct_create(uuid));
			ASSERT_EQ(direct - 1, fct_available());
		}
		fct_uuid(i, uuid);
		EXPECT_EQ(-ENOSPC, fct_create(uuid));
		setenv("FACET_TYPE", "facet-shared", 1);
		last = fct_available();
		/* without a context for each class there is no shared instance */
		EXPECT_EQ(round == 0, last == 0);
		EXPECT_EQ(last ? 0 : -ENOSPC, fct_create(uuid));
		fct_sweep();
		/* now a shared one comes first, and the contexts are not all there */
		fct_uuid(1000, uuid);
		if (!round)
			ASSERT_EQ(0, fct_create(uuid));
	}
	fct_sweep();
}

FIXTURE(slow)
{
	struct fct_owner o;
};

/* a device whose clock is a thousand times slower than the host's */
FIXTURE_SETUP(slow)
{
	fct_sweep();
	ASSERT_EQ(0, share_parent_write("facet/timing_mode", "model"));
	ASSERT_EQ(0, share_parent_write("facet/dilation", "1000"));
	ASSERT_EQ(0, fct_start(&self->o, 1));
}

FIXTURE_TEARDOWN(slow)
{
	fct_stop(&self->o);
	fct_sweep();
	share_parent_write("facet/dilation", "1");
	share_parent_write("facet/timing_mode", "host");
}

/* by the host's it would be more than there was; time without commands is none */
TEST_F(slow, backlog_is_by_the_devices_clock)
{
	struct fct_owner *o = &self->o;
	struct facet_desc d = fct_copy_desc(o, 65536);
	long long engine = 0, there = 0, backlog;
	struct facet_comp c;
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, fct_run(o, &d, &c));
		ASSERT_LE(c.arrival_ns, c.start_ns);
		engine += c.stop_ns - c.start_ns;
		there += c.stop_ns - c.arrival_ns;
	}
	backlog = stat_of(o, "backlog_ns");
	EXPECT_LE(engine, backlog);
	EXPECT_GE(there, backlog);
}

/* the device alone would tell only of the command that it takes next */
TEST_F(slow, a_command_waits_since_it_was_fetched)
{
	struct fct_owner *o = &self->o;
	struct facet_desc d = fct_copy_desc(o, 65536);
	long long cost, wait;
	struct facet_comp c;
	int i;

	for (i = 0; i < 12; i++)
		fct_queue(o, &d);
	fct_kick(o);
	for (i = 0; i < 12; i++)
		ASSERT_EQ(0, fct_spin(o, &c));
	cost = c.stop_ns - c.start_ns;
	wait = c.start_ns - c.arrival_ns;
	EXPECT_LE(4 * cost, wait) TH_LOG("waited %lld ns, commands of %lld ns", wait, cost);
}

TEST(many_instances_on_few_queue_contexts_all_work)
{
	static struct fct_owner o[MANY];
	struct rlimit files = { 8 * MANY, 8 * MANY };
	long before;
	int i, n;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	fct_sweep();
	before = fct_available();
	ASSERT_LE(MANY, before);
	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(0, fct_start(&o[i], i)) TH_LOG("instance %d", i);
		ASSERT_EQ(before - i - 1, fct_available());
	}
	for (n = 0; n < EACH; n++)
		for (i = 0; i < MANY; i++)
			ASSERT_EQ(0, fct_op_copy(&o[i], 512, n * MANY + i))
				TH_LOG("instance %d, command %d", i, n);
	for (i = 0; i < MANY; i++) {
		EXPECT_EQ(EACH, stat_of(&o[i], "commands"));
		EXPECT_EQ(0, stat_of(&o[i], "errors"));
		fct_stop(&o[i]);
	}
	EXPECT_EQ(before, fct_available());
}

TEST_HARNESS_MAIN
