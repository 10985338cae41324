// SPDX-License-Identifier: GPL-2.0-only
/*
 * An owner's process dies without a word: what it had is given back, whatever
 * the device was doing, and the instance serves the next one.
 */
#include <signal.h>
#include <sys/wait.h>

#include "test.h"

FIXTURE(kill)
{
	char uuid[FCT_UUID_LEN];
	long long pins;
};

FIXTURE_SETUP(kill)
{
	fct_sweep();
	self->pins = fct_pins();
	fct_uuid(1, self->uuid);
	ASSERT_EQ(0, fct_create(self->uuid));
}

FIXTURE_TEARDOWN(kill)
{
	fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0);
	fct_sweep();
}

static int open_all(struct fct_owner *o, const char *uuid)
{
	int ret = fct_open(o, uuid);

	if (!ret)
		ret = fct_irqs_on(o);
	if (!ret)
		ret = fct_map_window(o);
	return ret ? ret : fct_attach(o, FCT_IOVA);
}

/* what the victim does; it has begun when it has written a byte to @out */
enum act { STREAM, FULL_RING, POSTING, HUNG };

static void act(struct fct_owner *o, enum act what, int out)
{
	struct facet_desc d = fct_copy_desc(o, 65536);
	__u8 *mem;
	int i;

	if (what == HUNG)
		fct_inject(FACET_INJ_HANG, fct_hw_ctx(o->uuid), 1, 0);
	if (what == POSTING) {
		mem = mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		fct_dma_map(o, mem, 4 * FCT_IOVA, 64 * MIB);
		fct_post(o, FACET_VI_POST_CMD_GRANT, 4 * FCT_IOVA, 64 * MIB,
			 RW, NULL);
	}
	for (i = 0; what != STREAM && i < 1 << FCT_RING_LOG2; i++)
		fct_queue(o, &d);
	if (what != STREAM)
		fct_kick(o);
	/* an engine has the first command, or is about to */
	while (what == HUNG && !o->win[FACET_WIN_SQ_HEAD / 4])
		;
	if (write(out, "", 1) != 1)
		_exit(1);
	for (i = 0; what == STREAM; i++)
		if (fct_op_mix(o, i))
			_exit(1);
	pause();
}

/*
 * Who pins for a process, or copies from and to it as the thread of shared instances
 * does, holds its memory, with the mapped doorbell in it, a moment longer than the
 * process lives: the instance is closed then.
 */
static int wait_until_closed(const char *uuid)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;
	struct fct_owner o;
	int ret;

	do {
		ret = fct_open(&o, uuid);
		fct_close(&o);
	} while (ret == -EBUSY && fct_now_ms() < end);
	return ret;
}

/* start a victim, let it get to work, kill it; 0 if that killed it */
static int kill_now(const char *uuid, enum act what)
{
	struct fct_owner o;
	int fds[2], status;
	pid_t pid;
	char c;

	if (pipe(fds))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		if (open_all(&o, uuid))
			_exit(2);
		act(&o, what, fds[1]);
		_exit(3);
	}
	close(fds[1]);
	if (read(fds[0], &c, 1) != 1)
		c = 1;
	close(fds[0]);
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	/* one that has hit nothing yet would hit the next owner of the context */
	if (what == HUNG && fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0))
		return -ENODEV;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && !c ?
		0 : -EIO;
}

/* the same, until the instance can be opened again */
static int kill_one(const char *uuid, enum act what)
{
	int ret = kill_now(uuid, what);

	if (ret || (what != POSTING && !fct_is_shared()))
		return ret;
	return wait_until_closed(uuid);
}

static int works(const char *uuid)
{
	struct fct_owner o;
	int ret = open_all(&o, uuid);

	if (!ret)
		ret = fct_op_mix(&o, 3);
	fct_close(&o);
	return ret;
}

#define CHECK_AFTER()							\
	do {								\
		EXPECT_EQ(self->pins, fct_pins());			\
		EXPECT_EQ(0, fct_attr_num(self->uuid, "stats/windows")); \
		EXPECT_EQ(0, fct_attr_num(self->uuid,			\
					  "stats/pinned_bytes"));	\
		EXPECT_EQ(0, works(self->uuid));			\
	} while (0)

TEST_F(kill, in_the_middle_of_a_stream)
{
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, kill_one(self->uuid, STREAM)) TH_LOG("round %d", i);
		CHECK_AFTER();
	}
}

TEST_F(kill, with_a_full_ring)
{
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, kill_one(self->uuid, FULL_RING))
			TH_LOG("round %d", i);
		CHECK_AFTER();
	}
}

TEST_F(kill, while_memory_is_being_pinned)
{
	int i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, kill_one(self->uuid, POSTING))
			TH_LOG("round %d", i);
		CHECK_AFTER();
	}
}

TEST_F(kill, with_an_engine_hung)
{
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, kill_one(self->uuid, HUNG)) TH_LOG("round %d", i);
		CHECK_AFTER();
	}
}

/* A neighbour verifies its stream all the while. */
TEST_F(kill, is_not_noticed_by_the_neighbour)
{
	struct fct_owner b;
	struct stream s;
	int i;

	ASSERT_EQ(0, fct_start(&b, 2));
	ASSERT_EQ(0, stream_start(&s, &b));
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, kill_one(self->uuid, i % 2 ? STREAM : FULL_RING));
		ASSERT_TRUE(stream_advances(&s, 1));
	}
	EXPECT_EQ(0, stream_stop(&s));
	EXPECT_EQ(s.done, stat_of(&b, "commands"));
	EXPECT_EQ(0, stat_of(&b, "errors"));
	EXPECT_EQ(0, fct_stop(&b));
	CHECK_AFTER();
}

TEST_F(kill, then_remove)
{
	ASSERT_EQ(0, kill_now(self->uuid, STREAM));
	EXPECT_EQ(0, fct_remove(self->uuid));
	EXPECT_EQ(self->pins, fct_pins());
}

TEST_HARNESS_MAIN
