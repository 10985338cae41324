// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control page, as uapi/facet/instance.h has it.  An access that the
 * kernel refuses reads as all ones, which no register of the page does.
 */
#include <errno.h>
#include <string.h>

#include "libfacet.h"

__u32 fct_ctl(struct fct_owner *o, __u32 off)
{
	__u32 v;

	return fct_pread(o, FACET_VI_BAR_CTL, &v, sizeof(v), off) == sizeof(v) ?
		v : ~0U;
}

__u64 fct_ctl64(struct fct_owner *o, __u32 off)
{
	return fct_ctl(o, off) | (__u64)fct_ctl(o, off + 4) << 32;
}

void fct_ctl_set(struct fct_owner *o, __u32 off, __u32 value)
{
	fct_pwrite(o, FACET_VI_BAR_CTL, &value, sizeof(value), off);
}

void fct_ctl_set64(struct fct_owner *o, __u32 off, __u64 value)
{
	fct_ctl_set(o, off, value);
	fct_ctl_set(o, off + 4, value >> 32);
}

__u32 fct_post(struct fct_owner *o, __u32 cmd, __u64 iova, __u64 len,
	       __u32 attr, __u32 *ticket)
{
	__u32 result;

	fct_ctl_set64(o, FACET_VI_POST_ADDR_LO, iova);
	fct_ctl_set64(o, FACET_VI_POST_LEN_LO, len);
	fct_ctl_set(o, FACET_VI_POST_ATTR, attr);
	fct_ctl_set(o, FACET_VI_POST_CMD, cmd);
	result = fct_ctl(o, FACET_VI_POST_RESULT);
	if (ticket)
		*ticket = fct_ctl(o, FACET_VI_POST_TICKET);
	return result;
}

int fct_post_wait(struct fct_owner *o, __u32 ticket)
{
	long long end = fct_now_ms() + FCT_WAIT_MS, n;

	while ((__s32)(fct_ctl(o, FACET_VI_POST_DONE) - ticket) <= 0) {
		n = fct_event(o->irq[FACET_VI_VEC_CTL], end - fct_now_ms());
		if (n < 0)
			return n;
	}
	fct_ctl_set(o, FACET_VI_POST_SELECT, ticket);
	return fct_ctl(o, FACET_VI_POST_STATUS);
}

/* A request is taken with OK or PENDING; everything else is its outcome. */
static int post_and_wait(struct fct_owner *o, __u32 cmd, __u64 iova, __u64 len,
			 __u32 attr)
{
	__u32 ticket, result = fct_post(o, cmd, iova, len, attr, &ticket);

	if (result != FACET_VI_RES_OK && result != FACET_VI_RES_PENDING)
		return result;
	return fct_post_wait(o, ticket);
}

int fct_grant(struct fct_owner *o, __u64 iova, __u64 len, __u32 attr)
{
	return post_and_wait(o, FACET_VI_POST_CMD_GRANT, iova, len, attr);
}

int fct_revoke(struct fct_owner *o, __u64 iova, __u64 len)
{
	return post_and_wait(o, FACET_VI_POST_CMD_REVOKE, iova, len, 0);
}

/* State changes that the owner did not ask for come with the control vector. */
int fct_wait_state(struct fct_owner *o, __u32 state)
{
	long long end = fct_now_ms() + FCT_WAIT_MS, n;

	while (fct_ctl(o, FACET_VI_STATE) != state) {
		n = fct_event(o->irq[FACET_VI_VEC_CTL], end - fct_now_ms());
		if (n < 0)
			return n;
	}
	return 0;
}

int fct_vi_reset(struct fct_owner *o)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;

	fct_ctl_set(o, FACET_VI_RESET, 1);
	while (fct_ctl(o, FACET_VI_RESET))
		if (fct_now_ms() > end)
			return -ETIMEDOUT;
	return 0;
}

__u32 fct_ring_cmd(struct fct_owner *o, __u64 sq, __u64 cq, __u32 log2,
		   __u32 cmd)
{
	fct_ctl_set64(o, FACET_VI_SQ_BASE_LO, sq);
	fct_ctl_set64(o, FACET_VI_CQ_BASE_LO, cq);
	fct_ctl_set(o, FACET_VI_RING_LOG2, log2);
	fct_ctl_set(o, FACET_VI_RING_ASPACE, 0);
	fct_ctl_set(o, FACET_VI_RING_CMD, cmd);
	return fct_ctl(o, FACET_VI_RING_RESULT);
}

int fct_rings(struct fct_owner *o)
{
	o->log2 = FCT_RING_LOG2;
	o->kicks = fct_ctl(o, FACET_VI_CAP_DOORBELL) & FACET_VI_CAP_KICK;
	o->nr_kicks = 0;
	o->sq = (void *)(o->arena + FCT_SQ);
	o->cq = (void *)(o->arena + FCT_CQ);
	o->prod = 0;
	o->cons = 0;
	memset(o->cq, 0, FACET_COMP_BYTES << o->log2);
	return fct_ring_cmd(o, o->iova + FCT_SQ, o->iova + FCT_CQ, o->log2,
			    FACET_VI_RING_CMD_ENABLE);
}

/* IDLE is what the host says before it lets go of the instance. */
int fct_rings_again(struct fct_owner *o)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;
	int ret = fct_wait_state(o, FACET_VI_ST_IDLE);

	if (ret)
		return ret;
	do {
		ret = fct_rings(o);
	} while (ret == FACET_VI_RES_STATE && fct_now_ms() < end);
	return ret;
}
