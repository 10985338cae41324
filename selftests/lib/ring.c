// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings in the owner's memory: commands in, completions out, and an instance
 * taken from nothing to a running ring and back.
 */
#include <errno.h>
#include <string.h>

#include "libfacet.h"

void fct_queue(struct fct_owner *o, const struct facet_desc *d)
{
	o->sq[o->prod++ & ((1U << o->log2) - 1)] = *d;
}

void fct_kick(struct fct_owner *o)
{
	/* The descriptors are in memory before the device hears of them. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	o->win[FACET_WIN_DOORBELL / 4] = o->prod;
	if (!o->kicks)
		return;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (o->win[FACET_WIN_KICK / 4]) {
		fct_ctl_set(o, FACET_VI_KICK, 1);
		o->nr_kicks++;
	}
}

bool fct_reap(struct fct_owner *o, struct facet_comp *c)
{
	struct facet_comp *slot = &o->cq[o->cons & ((1U << o->log2) - 1)];

	if (__atomic_load_n(&slot->seq, __ATOMIC_ACQUIRE) != o->cons + 1)
		return false;
	*c = *slot;
	o->cons++;
	return true;
}

static bool in_error(struct fct_owner *o)
{
	return FACET_CTX_STATE_OF(o->win[FACET_WIN_STATE / 4]) == FACET_CTX_ERROR;
}

/*
 * Arming with an index that has been passed interrupts at once: there is no
 * second look at the ring between arming and sleeping, on purpose.  Only memory
 * cannot do that (FACET_VI_CAP_KICK).
 */
int fct_wait(struct fct_owner *o, struct facet_comp *c)
{
	long long end = fct_now_ms() + FCT_WAIT_MS, n;

	while (!fct_reap(o, c)) {
		o->win[FACET_WIN_CQ_EVENT / 4] = o->cons;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (o->kicks && fct_reap(o, c))
			return 0;
		n = fct_event(o->irq[FACET_VI_VEC_COMP], end - fct_now_ms());
		if (n < 0)
			return n;
		if (in_error(o))
			return -EIO;
	}
	return 0;
}

/*
 * A completion is seen in the ring, perhaps, before its interrupt comes.  For
 * tests of interrupts that must not come: wait until those of before have.
 */
void fct_quiet(struct fct_owner *o)
{
	int i;

	for (i = 0; i < 8; i++)
		if (fct_event(o->irq[FACET_VI_VEC_COMP], 100) < 0)
			return;
}

int fct_spin(struct fct_owner *o, struct facet_comp *c)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;

	while (!fct_reap(o, c)) {
		if (fct_now_ms() > end)
			return -ETIMEDOUT;
		if (in_error(o))
			return -EIO;
	}
	return 0;
}

int fct_run(struct fct_owner *o, const struct facet_desc *d,
	    struct facet_comp *c)
{
	fct_queue(o, d);
	fct_kick(o);
	return fct_wait(o, c);
}

int fct_status(struct fct_owner *o, const struct facet_desc *d)
{
	struct facet_comp c;
	int ret = fct_run(o, d, &c);

	if (ret)
		return ret;
	return c.cookie == d->cookie ? c.status : -EBADMSG;
}

/* Results of the control page become errnos here, for callers with one value. */
static int result_errno(int result)
{
	return result > 0 ? -EPROTO : result;
}

int fct_attach(struct fct_owner *o, __u64 iova)
{
	int ret;

	o->arena = fct_alloc(FCT_ARENA_BYTES);
	if (!o->arena)
		return -ENOMEM;
	o->iova = iova;
	ret = fct_dma_map(o, o->arena, iova, FCT_ARENA_BYTES);
	if (ret)
		return ret;
	ret = fct_grant(o, iova, FCT_ARENA_BYTES,
			FACET_VI_POST_READ | FACET_VI_POST_WRITE);
	return result_errno(ret ? ret : fct_rings(o));
}

int fct_start_at(struct fct_owner *o, unsigned int n, __u64 iova)
{
	char uuid[FCT_UUID_LEN];
	int ret;

	fct_uuid(n, uuid);
	ret = fct_create(uuid);
	if (ret)
		return ret;
	ret = fct_open(o, uuid);
	if (!ret)
		ret = fct_irqs_on(o);
	if (!ret)
		ret = fct_map_window(o);
	return ret ? ret : fct_attach(o, iova);
}

int fct_start(struct fct_owner *o, unsigned int n)
{
	return fct_start_at(o, n, FCT_IOVA);
}

/* One that was never started has nothing to give back. */
int fct_stop(struct fct_owner *o)
{
	if (!o->uuid[0])
		return -ENODEV;
	fct_close(o);
	return fct_remove(o->uuid);
}
