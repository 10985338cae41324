// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners that always want more than they get, and what they get: engine time by
 * the device's own counters, over a window of the device's clock.
 *
 * A share says nothing if its owner was slow to ask.  So the device's count of the
 * time with a command waiting or running belongs to it; the dilation of the
 * model's clock gives a busy machine the time to keep its queues full.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "libfacet.h"

#define FEED_US		300
#define STALL_MS	60000	/* of no completion at all */

static void parent_path(char *path, const char *attr)
{
	snprintf(path, FCT_PATH_LEN, "/sys/bus/pci/devices/%s/%s", fct_parent(), attr);
}

int share_parent_write(const char *attr, const char *text)
{
	char path[FCT_PATH_LEN];

	parent_path(path, attr);
	return fct_write(path, text);
}

long long share_parent_num(const char *attr)
{
	char path[FCT_PATH_LEN], buf[64];
	long long v = 0;
	int ret;

	parent_path(path, attr);
	ret = fct_read(path, buf, sizeof(buf));
	if (ret)
		return ret;
	return sscanf(buf, "%lld", &v) == 1 ? v : -EINVAL;
}

/* the low half first: it latches the high one */
static long long clock_ns(struct fct_owner *o)
{
	long long low = fct_ctl(o, FACET_VI_CLOCK_LO);

	return low | (long long)fct_ctl(o, FACET_VI_CLOCK_LO + 4) << 32;
}

static void feed_one(struct share *s)
{
	struct facet_comp c;
	bool any = false;

	while (fct_reap(s->o, &c)) {
		s->done++;
		s->bad += c.status != s->status;
	}
	while (s->o->prod - s->o->cons < s->depth) {
		fct_queue(s->o, &s->d);
		any = true;
	}
	if (any)
		fct_kick(s->o);
}

void share_feed(struct share *s, int n)
{
	int i;

	for (i = 0; i < n; i++)
		feed_one(&s[i]);
}

static unsigned long all_done(const struct share *s, int n)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += s[i].done;
	return sum;
}

/* until the device's clock is past @end_ns */
static int feed_until(struct share *s, int n, long long end_ns)
{
	long long stall = fct_now_ms() + STALL_MS;
	unsigned long done = all_done(s, n);

	while (clock_ns(s->o) < end_ns) {
		share_feed(s, n);
		usleep(FEED_US);
		if (all_done(s, n) != done) {
			done = all_done(s, n);
			stall = fct_now_ms() + STALL_MS;
		}
		if (fct_now_ms() > stall)
			return -ETIMEDOUT;
	}
	return 0;
}

/* Begun: what it has; ended: what it has got since. */
static void snapshot(struct share *s, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		s[i].clock_ns = clock_ns(s[i].o) - s[i].clock_ns;
		s[i].engine_ns = stat_of(s[i].o, s[i].class) - s[i].engine_ns;
		s[i].backlog_ns = stat_of(s[i].o, "backlog_ns") - s[i].backlog_ns;
	}
}

int share_window(struct share *s, int n, long long settle_ns, long long window_ns)
{
	long long now;
	int i, ret;

	for (i = 0; i < n; i++) {
		s[i].clock_ns = 0;
		s[i].engine_ns = 0;
		s[i].backlog_ns = 0;
	}
	share_feed(s, n);
	now = clock_ns(s->o);
	ret = feed_until(s, n, now + settle_ns);
	if (ret)
		return ret;
	share_feed(s, n);
	snapshot(s, n);
	ret = feed_until(s, n, s->clock_ns + window_ns);
	if (ret)
		return ret;
	snapshot(s, n);
	for (i = 0; i < n; i++)
		if (s[i].bad)
			return -EREMOTEIO;
	return 0;
}

bool share_backlogged(const struct share *s)
{
	return s->backlog_ns * 1000 >= s->clock_ns * 995;
}

long share_permille(const struct share *s, int n, int which)
{
	long long sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += s[i].engine_ns;
	return sum > 0 ? (1000 * s[which].engine_ns + sum / 2) / sum : -ENODATA;
}
