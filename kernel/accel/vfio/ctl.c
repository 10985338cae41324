// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control page of an instance: every access traps and ends here.
 *
 * Registers that only hold what the owner wrote are in facet_vi.storage.  A
 * command takes a copy of those it needs under ctl_lock and is carried out
 * without it, so that other vCPUs can look at the page meanwhile.
 */
#include "vi.h"

static bool is_storage(u32 off)
{
	switch (off) {
	case FACET_VI_POST_ADDR_LO:
	case FACET_VI_POST_ADDR_LO + 4:
	case FACET_VI_POST_LEN_LO:
	case FACET_VI_POST_LEN_LO + 4:
	case FACET_VI_POST_ATTR:
	case FACET_VI_POST_SELECT:
	case FACET_VI_SQ_BASE_LO:
	case FACET_VI_SQ_BASE_LO + 4:
	case FACET_VI_CQ_BASE_LO:
	case FACET_VI_CQ_BASE_LO + 4:
	case FACET_VI_RING_LOG2:
	case FACET_VI_RING_ASPACE:
	case FACET_VI_MODERATION:
		return true;
	default:
		return false;
	}
}

static u32 stored(const struct facet_vi *vi, u32 off)
{
	lockdep_assert_held(&vi->ctl_lock);
	return vi->storage[off / 4];
}

static u64 stored64(const struct facet_vi *vi, u32 off)
{
	return stored(vi, off) | (u64)stored(vi, off + 4) << 32;
}

/**
 * vi_ctl_init - registers as after a reset
 * @vi: instance
 */
void vi_ctl_init(struct facet_vi *vi)
{
	lockdep_assert_held(&vi->ctl_lock);
	memset(vi->storage, 0, sizeof(vi->storage));
	vi->post_result = FACET_VI_RES_OK;
	vi->ring_result = FACET_VI_RES_OK;
}

/* Low half of a 64-bit register whose halves belong together. */
static u32 latch64(struct facet_vi *vi, u64 value)
{
	lockdep_assert_held(&vi->ctl_lock);
	vi->latch = upper_32_bits(value);
	return lower_32_bits(value);
}

static u32 read_intr(struct facet_vi *vi)
{
	unsigned long flags;
	u32 intr;

	spin_lock_irqsave(&vi->state_lock, flags);
	intr = vi->intr;
	vi->intr = 0;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return intr;
}

static u64 read_fault_addr(struct facet_vi *vi)
{
	unsigned long flags;
	u64 addr;

	spin_lock_irqsave(&vi->state_lock, flags);
	addr = vi->fault.addr;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return addr;
}

static u32 read_identity(struct facet_vi *vi, u32 off)
{
	const struct facet_caps *caps = facet_caps(vi->fdev);

	switch (off) {
	case FACET_VI_ID:
		return FACET_VI_MAGIC;
	case FACET_VI_VERSION:
		return FACET_VI_VERSION_1;
	case FACET_VI_CAP_ENGINES:
		return caps->engines;
	case FACET_VI_CAP_RING:
		return caps->ring;
	case FACET_VI_CAP_OPS_LO:
		return latch64(vi, vi->queue->opcodes(vi));
	case FACET_VI_CAP_SG:
		return caps->max_sg;
	case FACET_VI_CAP_FLOWS:
		return caps->flows;
	case FACET_VI_CAP_ASPACES:
		return 1;
	case FACET_VI_QUOTA_WINDOWS:
		return READ_ONCE(vi->quota_windows);
	case FACET_VI_QUOTA_BYTES_LO:
		return latch64(vi, READ_ONCE(vi->quota_bytes));
	case FACET_VI_QUOTA_POSTS:
		return READ_ONCE(vi->quota_posts);
	case FACET_VI_APERTURE_LO:
		return latch64(vi, vi->as->aperture_last);
	case FACET_VI_CLOCK_LO:
		return latch64(vi, facet_clock_ns(vi->fdev));
	case FACET_VI_CAP_DOORBELL:
		return vi->queue->cap_doorbell;
	case FACET_VI_CAP_OPS_LO + 4:
	case FACET_VI_QUOTA_BYTES_LO + 4:
	case FACET_VI_APERTURE_LO + 4:
	case FACET_VI_CLOCK_LO + 4:
		return vi->latch;
	default:
		return 0;
	}
}

static u32 read_state(struct facet_vi *vi, u32 off)
{
	switch (off) {
	case FACET_VI_STATE:
		return vi_state(vi);
	case FACET_VI_RESETS:
		return READ_ONCE(vi->resets);
	case FACET_VI_RESET:
		return READ_ONCE(vi->reset_pending);
	case FACET_VI_ERROR:
		return READ_ONCE(vi->error);
	case FACET_VI_FAULTS:
		return READ_ONCE(vi->faults);
	case FACET_VI_FAULT_ADDR_LO:
		return latch64(vi, read_fault_addr(vi));
	case FACET_VI_FAULT_ADDR_LO + 4:
		return vi->latch;
	case FACET_VI_INTR:
		return read_intr(vi);
	default:
		return 0;
	}
}

static u32 read_requests(struct facet_vi *vi, u32 off)
{
	if (is_storage(off))
		return stored(vi, off);
	switch (off) {
	case FACET_VI_POST_RESULT:
		return vi->post_result;
	case FACET_VI_POST_TICKET:
		return vi->post_ticket;
	case FACET_VI_POST_DONE:
		return vi_windows_done(vi);
	case FACET_VI_POST_STATUS:
		return vi_windows_status(vi, stored(vi, FACET_VI_POST_SELECT));
	case FACET_VI_N_WINDOWS:
		return vi_windows_granted(vi);
	case FACET_VI_RING_RESULT:
		return vi->ring_result;
	default:
		return 0;
	}
}

/**
 * vi_ctl_read - the owner reads a register
 * @vi: instance
 * @off: offset, a multiple of 4, in the page
 *
 * Return: the register; 0 where there is none.
 */
u32 vi_ctl_read(struct facet_vi *vi, u32 off)
{
	guard(mutex)(&vi->ctl_lock);
	if (off >= FACET_VI_OP(0))
		return facet_op_reg(vi->fdev, (off - FACET_VI_OP(0)) / VI_OP_BYTES,
				    (off - FACET_VI_OP(0)) % VI_OP_BYTES);
	if (off >= FACET_VI_POST_ADDR_LO)
		return read_requests(vi, off);
	if (off >= FACET_VI_STATE)
		return read_state(vi, off);
	return read_identity(vi, off);
}

static void write_post(struct facet_vi *vi, u32 cmd)
{
	struct vi_post post = { .cmd = cmd };

	guard(mutex)(&vi->ctl_lock);
	post.addr = stored64(vi, FACET_VI_POST_ADDR_LO);
	post.len = stored64(vi, FACET_VI_POST_LEN_LO);
	post.attr = stored(vi, FACET_VI_POST_ATTR);
	switch (vi_state(vi)) {
	case FACET_VI_ST_RESETTING:
	case FACET_VI_ST_DEAD:
		vi->post_result = FACET_VI_RES_STATE;
		break;
	default:
		vi->post_result = vi_windows_post(vi, &post, &vi->post_ticket);
		break;
	}
}

static bool ring_fits(const struct facet_vi *vi, u64 base, u64 bytes)
{
	return base <= vi->as->aperture_last && bytes - 1 <= vi->as->aperture_last - base;
}

static u32 rings_check(const struct facet_vi *vi, const struct facet_ctx_setup *setup)
{
	const struct facet_caps *caps = facet_caps(vi->fdev);

	if (setup->ring_log2 < FACET_RING_MIN_LOG2(caps) ||
	    setup->ring_log2 > FACET_RING_MAX_LOG2(caps))
		return FACET_VI_RES_INVAL;
	if (!IS_ALIGNED(setup->sq_base | setup->cq_base, 64))
		return FACET_VI_RES_INVAL;
	if (!ring_fits(vi, setup->sq_base, (u64)FACET_DESC_BYTES << setup->ring_log2) ||
	    !ring_fits(vi, setup->cq_base, (u64)FACET_COMP_BYTES << setup->ring_log2))
		return FACET_VI_RES_RANGE;
	return FACET_VI_RES_OK;
}

static u32 ring_enable(struct facet_vi *vi)
{
	struct facet_ctx_setup setup = { .pasid = vi->as->pasid };
	u32 aspace, result;

	scoped_guard(mutex, &vi->ctl_lock) {
		setup.sq_base = stored64(vi, FACET_VI_SQ_BASE_LO);
		setup.cq_base = stored64(vi, FACET_VI_CQ_BASE_LO);
		setup.ring_log2 = stored(vi, FACET_VI_RING_LOG2);
		setup.moderation = stored(vi, FACET_VI_MODERATION);
		aspace = stored(vi, FACET_VI_RING_ASPACE);
	}
	if (aspace)
		return FACET_VI_RES_INVAL;
	result = rings_check(vi, &setup);
	return result == FACET_VI_RES_OK ? vi_rings_enable(vi, &setup) : result;
}

static void write_ring_cmd(struct facet_vi *vi, u32 cmd)
{
	u32 result = FACET_VI_RES_INVAL;

	if (cmd == FACET_VI_RING_CMD_ENABLE)
		result = ring_enable(vi);
	else if (cmd == FACET_VI_RING_CMD_DISABLE)
		result = vi_rings_disable(vi);
	guard(mutex)(&vi->ctl_lock);
	vi->ring_result = result;
}

static void write_storage(struct facet_vi *vi, u32 off, u32 value)
{
	guard(mutex)(&vi->ctl_lock);
	vi->storage[off / 4] = value;
}

/**
 * vi_ctl_write - the owner writes a register
 * @vi: instance
 * @off: offset, a multiple of 4, in the page
 * @value: what it writes
 */
void vi_ctl_write(struct facet_vi *vi, u32 off, u32 value)
{
	if (is_storage(off)) {
		write_storage(vi, off, value);
		return;
	}
	switch (off) {
	case FACET_VI_RESET:
		if (value == 1)
			vi_reset_request(vi);
		break;
	case FACET_VI_KICK:
		if (vi->queue->kick)
			vi->queue->kick(vi);
		break;
	case FACET_VI_POST_CMD:
		write_post(vi, value);
		break;
	case FACET_VI_RING_CMD:
		write_ring_cmd(vi, value);
		break;
	}
}
