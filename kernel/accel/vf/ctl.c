// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facet guest driver: the control page.
 *
 * Every access here is a trap into the host.  All functions are called with
 * ctl_lock held, because requests are made by filling several registers.
 */
#include <linux/iopoll.h>

#include "facet_vf.h"

#define CTL_RESET_US	(10 * USEC_PER_SEC)	/* a reset takes longer: it failed */
#define CTL_POST_MS	(20 * MSEC_PER_SEC)	/* so does a grant, of 4 MiB at most */
#define CTL_GONE	0xffffffffu		/* what reads return without a device */

static u32 ctl_read(struct facet_vf *vf, u32 off)
{
	lockdep_assert_held(&vf->ctl_lock);
	return readl(vf->ctl + off);
}

static u64 ctl_read64(struct facet_vf *vf, u32 off)
{
	u64 low = ctl_read(vf, off);

	return low | (u64)ctl_read(vf, off + 4) << 32;
}

static void ctl_write(struct facet_vf *vf, u32 off, u32 value)
{
	lockdep_assert_held(&vf->ctl_lock);
	writel(value, vf->ctl + off);
}

static void ctl_write64(struct facet_vf *vf, u32 off, u64 value)
{
	ctl_write(vf, off, lower_32_bits(value));
	ctl_write(vf, off + 4, upper_32_bits(value));
}

static int ctl_errno(u32 result)
{
	static const int errnos[] = {
		[FACET_VI_RES_OK] = 0,
		[FACET_VI_RES_PENDING] = -ETIMEDOUT,
		[FACET_VI_RES_INVAL] = -EINVAL,
		[FACET_VI_RES_EXIST] = -EEXIST,
		[FACET_VI_RES_NOENT] = -ENOENT,
		[FACET_VI_RES_NOSPC] = -ENOSPC,
		[FACET_VI_RES_RANGE] = -ERANGE,
		[FACET_VI_RES_PERM] = -EPERM,
		[FACET_VI_RES_NOMEM] = -ENOMEM,
		[FACET_VI_RES_CANCELED] = -ECANCELED,
		[FACET_VI_RES_STATE] = -EBUSY,
		[FACET_VI_RES_IO] = -EIO,
		[FACET_VI_RES_QUARANTINED] = -EACCES,
	};

	return result < ARRAY_SIZE(errnos) ? errnos[result] : -EIO;
}

/*
 * The longest input or output has to fit a scatter list, however its buffer is
 * scattered; the first and the last piece may be used in part only.
 */
static void ctl_frag_pages(struct facet_vf *vf)
{
	const struct facet_vf_info *info = &vf->info;
	unsigned int op, nr = max(info->max_sg, 3U) - 2;
	u32 most = 0;

	for (op = 0; op < FACET_NR_OPCODES; op++)
		most = max3(most, info->ceil_in_bytes[op], info->ceil_out_bytes[op]);
	vf->pool.frag_pages = roundup_pow_of_two(DIV_ROUND_UP(most / nr + 1, PAGE_SIZE));
}

/* The largest mask that keeps all of memory's addresses below the aperture. */
static int ctl_dma_mask(struct facet_vf *vf)
{
	u64 aperture = ctl_read64(vf, FACET_VI_APERTURE_LO);
	unsigned int bits = aperture == U64_MAX ? 64 : fls64(aperture + 1) - 1;

	if (aperture + 1 && bits < 32)
		return -ERANGE;
	return dma_set_mask_and_coherent(&vf->pdev->dev, DMA_BIT_MASK(bits));
}

static void ctl_read_ops(struct facet_vf *vf)
{
	struct facet_vf_info *info = &vf->info;
	unsigned int op;

	for (op = 0; op < FACET_NR_OPCODES; op++) {
		if (!(info->ops & BIT_ULL(op)))
			continue;
		info->ceil_in_bytes[op] = ctl_read(vf, FACET_VI_OP(op) + FACET_OP_CEIL_IN);
		info->ceil_out_bytes[op] = ctl_read(vf, FACET_VI_OP(op) + FACET_OP_CEIL_OUT);
	}
}

static int ctl_read_caps(struct facet_vf *vf)
{
	struct facet_vf_info *info = &vf->info;
	u32 ring = ctl_read(vf, FACET_VI_CAP_RING);

	info->size = sizeof(*info);
	info->ops = ctl_read64(vf, FACET_VI_CAP_OPS_LO);
	info->engines = ctl_read(vf, FACET_VI_CAP_ENGINES);
	vf->kicks = ctl_read(vf, FACET_VI_CAP_DOORBELL) & FACET_VI_CAP_KICK;
	info->max_sg = min_t(u32, ctl_read(vf, FACET_VI_CAP_SG), FACET_VF_MAX_SG);
	if (!info->max_sg)
		return dev_err_probe(&vf->pdev->dev, -EPROTO, "no scatter lists\n");
	ctl_read_ops(vf);
	ctl_frag_pages(vf);
	vf->ring.log2 = clamp_t(u32, vf->ring.log2, ring & 0xff, (ring >> 8) & 0xff);
	if (vf->ring.log2 < 1 || vf->ring.log2 > 15)
		return dev_err_probe(&vf->pdev->dev, -EPROTO, "rings of 2^%u slots\n",
				     vf->ring.log2);
	info->max_inflight = facet_vf_slots(&vf->ring);
	vf->pool.max_blocks = ctl_read(vf, FACET_VI_QUOTA_WINDOWS);
	vf->pool.max_bytes = min(vf->pool.max_bytes, ctl_read64(vf, FACET_VI_QUOTA_BYTES_LO));
	return 0;
}

/**
 * facet_vf_ctl_probe - make sure that this is an instance, and read what it can do
 * @vf: instance
 *
 * A previous driver, or kernel, may have left it in any state, so it is reset.
 *
 * Return: 0 or a negative errno, with a message.
 */
int facet_vf_ctl_probe(struct facet_vf *vf)
{
	struct device *dev = &vf->pdev->dev;
	u32 id = ctl_read(vf, FACET_VI_ID);
	u32 version = ctl_read(vf, FACET_VI_VERSION);
	int ret;

	if (id != FACET_VI_MAGIC)
		return dev_err_probe(dev, -ENODEV, "ID is %#x, not %#x\n", id, FACET_VI_MAGIC);
	if (version >> 16 != FACET_VI_VERSION_1 >> 16)
		return dev_err_probe(dev, -ENODEV, "version %#x is not known\n", version);
	vf->resets_base = ctl_read(vf, FACET_VI_RESETS);
	ret = facet_vf_ctl_reset(vf);
	if (ret)
		return dev_err_probe(dev, ret, "reset failed\n");
	vf->resets_base = ctl_read(vf, FACET_VI_RESETS);
	vf->resets_seen = vf->resets_base;
	ret = ctl_dma_mask(vf);
	if (ret)
		return dev_err_probe(dev, ret, "no DMA mask below the aperture\n");
	return ctl_read_caps(vf);
}

/**
 * facet_vf_ctl_state - state of the instance
 * @vf: instance
 *
 * Return: enum facet_vi_state; anything else when the function is gone.
 */
u32 facet_vf_ctl_state(struct facet_vf *vf)
{
	return ctl_read(vf, FACET_VI_STATE);
}

/**
 * facet_vf_ctl_resets - resets since the VMM opened the instance
 * @vf: instance
 *
 * Return: the count.
 */
u32 facet_vf_ctl_resets(struct facet_vf *vf)
{
	return ctl_read(vf, FACET_VI_RESETS);
}

/**
 * facet_vf_ctl_intr - what vector 1 tells
 * @vf: instance
 *
 * The one function here that needs no ctl_lock: it is a single access, and the
 * holder of the lock may be waiting for the interrupt.
 *
 * Return: FACET_VI_INTR_*, which are cleared.
 */
u32 facet_vf_ctl_intr(struct facet_vf *vf)
{
	return readl(vf->ctl + FACET_VI_INTR);
}

/**
 * facet_vf_ctl_windows - windows granted now
 * @vf: instance
 *
 * Return: the count.
 */
u32 facet_vf_ctl_windows(struct facet_vf *vf)
{
	return ctl_read(vf, FACET_VI_N_WINDOWS);
}

/**
 * facet_vf_ctl_settled - wait until no reset is under way
 * @vf: instance
 *
 * Return: 0; -ETIMEDOUT; -ENODEV when the function or the accelerator is gone.
 */
int facet_vf_ctl_settled(struct facet_vf *vf)
{
	u32 state;
	int ret;

	ret = read_poll_timeout(readl, state, state != FACET_VI_ST_RESETTING, 100,
				CTL_RESET_US, false, vf->ctl + FACET_VI_STATE);
	if (ret)
		return ret;
	return state > FACET_VI_ST_STOPPED ? -ENODEV : 0;
}

/**
 * facet_vf_ctl_reset - reset the instance, and wait for it
 * @vf: instance
 *
 * Afterwards the device reaches nothing: the grants are gone.
 *
 * Return: 0; -ETIMEDOUT; -ENODEV when the function or the accelerator is gone.
 */
int facet_vf_ctl_reset(struct facet_vf *vf)
{
	u32 busy;
	int ret;

	ctl_write(vf, FACET_VI_RESET, 1);
	ret = read_poll_timeout(readl, busy, busy != 1, 100, CTL_RESET_US, false,
				vf->ctl + FACET_VI_RESET);
	if (ret)
		return ret;
	return busy ? -ENODEV : facet_vf_ctl_settled(vf);
}

static bool ctl_post_over(struct facet_vf *vf, u32 ticket)
{
	u32 done = ctl_read(vf, FACET_VI_POST_DONE);

	if (done == CTL_GONE && ctl_read(vf, FACET_VI_ID) == CTL_GONE)
		return true;
	return READ_ONCE(vf->removing) || (s32)(done - ticket) > 0;
}

/**
 * facet_vf_ctl_grant - let the device reach memory, and wait until it does
 * @vf: instance
 * @iova: page aligned
 * @len_bytes: whole pages
 *
 * Return: 0, or the negative errno for enum facet_vi_result; -ETIMEDOUT: the
 * host has not carried it out in time.
 */
int facet_vf_ctl_grant(struct facet_vf *vf, u64 iova, u64 len_bytes)
{
	u32 result, ticket;

	ctl_write64(vf, FACET_VI_POST_ADDR_LO, iova);
	ctl_write64(vf, FACET_VI_POST_LEN_LO, len_bytes);
	ctl_write(vf, FACET_VI_POST_ATTR, FACET_VI_POST_READ | FACET_VI_POST_WRITE);
	ctl_write(vf, FACET_VI_POST_CMD, FACET_VI_POST_CMD_GRANT);
	result = ctl_read(vf, FACET_VI_POST_RESULT);
	if (result != FACET_VI_RES_OK && result != FACET_VI_RES_PENDING)
		return ctl_errno(result);
	ticket = ctl_read(vf, FACET_VI_POST_TICKET);
	if (!wait_event_timeout(vf->post_wq, ctl_post_over(vf, ticket),
				msecs_to_jiffies(CTL_POST_MS)))
		return -ETIMEDOUT;
	ctl_write(vf, FACET_VI_POST_SELECT, ticket);
	return ctl_errno(ctl_read(vf, FACET_VI_POST_STATUS));
}

static u32 ctl_enable_once(struct facet_vf *vf)
{
	ctl_write(vf, FACET_VI_RING_CMD, FACET_VI_RING_CMD_ENABLE);
	return ctl_read(vf, FACET_VI_RING_RESULT);
}

/* The host may still be busy with the end of a reset, when IDLE shows already. */
static bool ctl_enable_again(struct facet_vf *vf, u32 result)
{
	if (result == FACET_VI_RES_PENDING)
		return true;
	return result == FACET_VI_RES_STATE && ctl_read(vf, FACET_VI_STATE) == FACET_VI_ST_IDLE;
}

/**
 * facet_vf_ctl_kick - wake the thread of the host that reads the doorbell
 * @vf: instance; unlike the other functions here, with its lock held
 */
void facet_vf_ctl_kick(struct facet_vf *vf)
{
	lockdep_assert_held(&vf->lock);
	writel(1, vf->ctl + FACET_VI_KICK);
}

/**
 * facet_vf_ctl_enable - enter the rings
 * @vf: instance; the rings are zeroed and granted
 *
 * Return: 0 or a negative errno.
 */
int facet_vf_ctl_enable(struct facet_vf *vf)
{
	u32 result;
	int ret;

	ret = facet_vf_ctl_settled(vf);
	if (ret)
		return ret;
	ctl_write64(vf, FACET_VI_SQ_BASE_LO, vf->ring.sq_iova);
	ctl_write64(vf, FACET_VI_CQ_BASE_LO, vf->ring.cq_iova);
	ctl_write(vf, FACET_VI_RING_LOG2, vf->ring.log2);
	ctl_write(vf, FACET_VI_RING_ASPACE, 0);
	ctl_write(vf, FACET_VI_MODERATION, 0);
	ret = read_poll_timeout(ctl_enable_once, result, !ctl_enable_again(vf, result), 100,
				CTL_RESET_US, false, vf);
	return ret ?: ctl_errno(result);
}
