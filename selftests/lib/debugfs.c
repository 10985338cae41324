// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults in the accelerator, through the host driver's debugfs directory.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libfacet.h"

static int arm(enum facet_inject kind, __u32 ctx, __u32 engine, __u32 count, __u32 arg)
{
	char path[FCT_PATH_LEN], line[96];

	snprintf(path, sizeof(path), "/sys/kernel/debug/facet/%s/inject",
		 fct_parent());
	snprintf(line, sizeof(line), "%u %#x %#x %u %u", kind, ctx, engine, count, arg);
	return fct_write(path, line);
}

int fct_inject(enum facet_inject kind, long ctx, __u32 count, __u32 arg)
{
	return arm(kind, ctx, FACET_INJ_ANY, count, arg);
}

int fct_inject_engine(enum facet_inject kind, enum facet_class class, unsigned int e,
		      __u32 count)
{
	return arm(kind, FACET_INJ_ANY, class << 8 | e, count, 0);
}

int fct_hw_ctx(const char *uuid)
{
	return fct_attr_num(uuid, "context");
}

/*
 * Heartbeats of the engines that are busy, of @ctx or of any; at most @max.  A
 * heartbeat belongs to the command that began at @start.
 */
struct beat {
	unsigned long long start;
	unsigned long long beat;
};

static int read_beats(long ctx, struct beat *b, int max)
{
	unsigned int class, nr, at, sq;
	char path[FCT_PATH_LEN], line[256], state[16];
	FILE *f;
	int n = 0;

	snprintf(path, sizeof(path), "/sys/kernel/debug/facet/%s/engines",
		 fct_parent());
	f = fopen(path, "r");
	while (f && n < max && fgets(line, sizeof(line), f))
		if (sscanf(line, "%u.%u %15s ctx %u sq %u start %llu heartbeat %llu",
			   &class, &nr, state, &at, &sq, &b[n].start,
			   &b[n].beat) == 7 &&
		    !strcmp(state, "busy") && (ctx < 0 || at == (__u32)ctx))
			n++;
	if (f)
		fclose(f);
	return n;
}

bool fct_engine_hangs(long ctx)
{
	struct beat before[3 * FACET_MAX_ENGINES], now[3 * FACET_MAX_ENGINES];
	int n = read_beats(ctx, before, 3 * FACET_MAX_ENGINES), m, i, j;

	m = n ? read_beats(ctx, now, 3 * FACET_MAX_ENGINES) : 0;
	for (i = 0; i < n; i++)
		for (j = 0; j < m; j++)
			if (before[i].start == now[j].start &&
			    before[i].beat == now[j].beat)
				return true;
	return false;
}

int fct_engine_hang_wait(long ctx)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;

	while (!fct_engine_hangs(ctx)) {
		if (fct_now_ms() > end)
			return -ETIMEDOUT;
		usleep(100);
	}
	return 0;
}

/* They are the enabled ones without a PASID, in the order of the classes. */
int fct_host_ctx(enum facet_class class)
{
	char path[FCT_PATH_LEN], line[256];
	unsigned int ctx, state, pasid, n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/facet/%s/contexts", fct_parent());
	f = fopen(path, "r");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%u state %i pasid %i", &ctx, &state, &pasid) != 3 || pasid ||
		    FACET_CTX_STATE_OF(state) != FACET_CTX_READY || n++ != class)
			continue;
		fclose(f);
		return ctx;
	}
	fclose(f);
	return -ENOENT;
}

long long fct_events_dropped(void)
{
	char path[FCT_PATH_LEN], line[128];
	unsigned int dropped;
	int ret;

	snprintf(path, sizeof(path), "/sys/kernel/debug/facet/%s/events", fct_parent());
	ret = fct_read(path, line, sizeof(line));
	if (ret)
		return ret;
	return sscanf(line, "tail %*u head %*u dropped %u", &dropped) == 1 ? dropped : -EINVAL;
}

int fct_pf_reset(void)
{
	char path[FCT_PATH_LEN];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset", fct_parent());
	return fct_write(path, "1");
}
