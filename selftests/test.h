/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests: owners in a fixture, begun and ended as a set, and what
 * several tests count.
 *
 * The name of a test says what it proves.  The comment above it says what would
 * let it fail, where that is not plain.
 */
#ifndef FACET_TEST_H
#define FACET_TEST_H

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>

#include "libfacet.h"

/* An emulated host on a busy machine: a test that is slow has not failed. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define RW		(FACET_VI_POST_READ | FACET_VI_POST_WRITE)
#define MIB		(1024ULL * 1024)

/**
 * struct stream - commands that an owner verifies in a thread of its own
 * @o: owner
 * @stop: set to end it
 * @done: commands verified
 * @error: the first failure, 0 for none
 * @thread: the thread
 */
struct stream {
	struct fct_owner *o;
	bool stop;
	unsigned long done;
	int error;
	pthread_t thread;
};

static void *stream_run(void *arg)
{
	struct stream *s = arg;
	int ret = 0;

	while (!ret && !__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		ret = fct_op_mix(s->o, s->done * 7 + 3);
		if (!ret)
			__atomic_fetch_add(&s->done, 1, __ATOMIC_RELAXED);
	}
	s->error = ret;
	return NULL;
}

__attribute__((unused))
static int stream_start(struct stream *s, struct fct_owner *o)
{
	memset(s, 0, sizeof(*s));
	s->o = o;
	return pthread_create(&s->thread, NULL, stream_run, s);
}

/* ends it; the first error that it met */
__attribute__((unused))
static int stream_stop(struct stream *s)
{
	__atomic_store_n(&s->stop, true, __ATOMIC_RELAXED);
	pthread_join(s->thread, NULL);
	return s->error;
}

__attribute__((unused))
static unsigned long stream_done(struct stream *s)
{
	return __atomic_load_n(&s->done, __ATOMIC_RELAXED);
}

/* wait until @more commands have been verified, or it has failed */
__attribute__((unused))
static bool stream_advances(struct stream *s, unsigned long more)
{
	unsigned long to = stream_done(s) + more;
	long long end = fct_now_ms() + FCT_WAIT_MS;

	while (stream_done(s) < to)
		if (usleep(500) || fct_now_ms() > end)
			return false;
	return true;
}

__attribute__((unused))
static long long stat_of(struct fct_owner *o, const char *name)
{
	char attr[64];

	snprintf(attr, sizeof(attr), "stats/%s", name);
	return fct_attr_num(o->uuid, attr);
}

#endif /* FACET_TEST_H */
