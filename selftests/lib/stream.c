// SPDX-License-Identifier: GPL-2.0-only
/*
 * An owner at work beside a test: commands, each verified, in a thread.
 */
#include <string.h>
#include <unistd.h>

#include "libfacet.h"

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

int stream_start(struct stream *s, struct fct_owner *o)
{
	memset(s, 0, sizeof(*s));
	s->o = o;
	return pthread_create(&s->thread, NULL, stream_run, s);
}

/* ends it; the first error that it met */
int stream_stop(struct stream *s)
{
	__atomic_store_n(&s->stop, true, __ATOMIC_RELAXED);
	pthread_join(s->thread, NULL);
	return s->error;
}

unsigned long stream_done(struct stream *s)
{
	return __atomic_load_n(&s->done, __ATOMIC_RELAXED);
}

/* wait until @more commands have been verified, or it has failed */
bool stream_advances(struct stream *s, unsigned long more)
{
	unsigned long to = stream_done(s) + more;
	long long end = fct_now_ms() + FCT_WAIT_MS;

	while (stream_done(s) < to)
		if (usleep(500) || fct_now_ms() > end)
			return false;
	return true;
}
