// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the accelerator: one traced accessor for all of them, and what
 * concerns the device as a whole.
 *
 * A device that has gone from the bus reads as all ones.  No register but a
 * counter can hold that value, so a read that gives it asks for the ID; if that
 * is all ones too the device is marked dead once, and the holders of its
 * contexts are told from a work item.
 */
#include <linux/iopoll.h>
#include "facet_priv.h"
#include "facet_compat.h"
#include "trace.h"

#define RESET_TIMEOUT_US	(5 * USEC_PER_SEC)
#define POLL_INTERVAL_US	20

static void check_alive(struct facet_device *fdev)
{
	if (readl(fdev->regs + FACET_REG_ID) == FACET_ID)
		return;
	/* a device that is being reset is out of reach, not gone */
	if (!READ_ONCE(fdev->resetting))
		facet_lost(fdev);
}

/**
 * facet_lost - the device is gone, or of no use
 * @fdev: accelerator
 *
 * Any context.
 */
void facet_lost(struct facet_device *fdev)
{
	if (!xchg(&fdev->dead, true))
		schedule_work(&fdev->dead_work);
}

/**
 * facet_hw_read - read a register of G
 * @fdev: accelerator
 * @off: offset
 *
 * Return: the value; all ones from a device that is gone.  Any context.
 */
u32 facet_hw_read(struct facet_device *fdev, u32 off)
{
	u32 value = readl(fdev->regs + off);

	trace_facet_reg(&fdev->pdev->dev, false, off, value);
	if (unlikely(value == U32_MAX))
		check_alive(fdev);
	return value;
}

/**
 * facet_hw_read64 - read a pair of registers of G
 * @fdev: accelerator
 * @off: offset of the low half
 *
 * Return: the value.  Any context.
 */
u64 facet_hw_read64(struct facet_device *fdev, u32 off)
{
	u64 value = readq(fdev->regs + off);

	trace_facet_reg(&fdev->pdev->dev, false, off, value);
	if (unlikely(value == U64_MAX))
		check_alive(fdev);
	return value;
}

/**
 * facet_hw_write - write a register of G
 * @fdev: accelerator
 * @off: offset
 * @value: what is written
 */
void facet_hw_write(struct facet_device *fdev, u32 off, u32 value)
{
	trace_facet_reg(&fdev->pdev->dev, true, off, value);
	writel(value, fdev->regs + off);
}

/**
 * facet_hw_write64 - write a pair of registers of G
 * @fdev: accelerator
 * @off: offset of the low half
 * @value: what is written
 */
void facet_hw_write64(struct facet_device *fdev, u32 off, u64 value)
{
	trace_facet_reg(&fdev->pdev->dev, true, off, value);
	writeq(value, fdev->regs + off);
}

/**
 * facet_hw_poll - wait for a register to have a value
 * @fdev: accelerator
 * @off: offset
 * @mask: bits that matter
 * @value: what they must be
 * @timeout_us: longest wait
 *
 * Return: 0, -ETIMEDOUT, or -ENODEV when the device is gone.
 */
int facet_hw_poll(struct facet_device *fdev, u32 off, u32 mask, u32 value, u64 timeout_us)
{
	u32 now;
	int ret;

	ret = read_poll_timeout(facet_hw_read, now,
				(now & mask) == value || READ_ONCE(fdev->dead),
				POLL_INTERVAL_US, timeout_us, false, fdev, off);
	if (READ_ONCE(fdev->dead))
		return -ENODEV;
	return ret;
}

/**
 * facet_hw_reset - put every register to its reset value
 * @fdev: accelerator; nobody uses it
 *
 * Return: 0, -ETIMEDOUT or -ENODEV.
 */
int facet_hw_reset(struct facet_device *fdev)
{
	facet_hw_write(fdev, FACET_REG_CTRL, FACET_CTRL_RESET);
	return facet_hw_poll(fdev, FACET_REG_CTRL, FACET_CTRL_RESET, 0, RESET_TIMEOUT_US);
}

static int bad_cap(struct facet_device *fdev, const char *what, u64 value)
{
	dev_err(&fdev->pdev->dev, "capability %s is out of range: %llu\n", what, value);
	return -ENODEV;
}

static int check_caps(struct facet_device *fdev)
{
	const struct facet_caps *c = &fdev->caps;
	struct pci_dev *pdev = fdev->pdev;
	u64 g_bytes = FACET_REG_CTX(c->nr_ctx);

	if (!c->nr_ctx || c->nr_ctx > FACET_MAX_CTX)
		return bad_cap(fdev, "contexts", c->nr_ctx);
	if (c->stride_log2 < 12 || c->stride_log2 > 24)
		return bad_cap(fdev, "stride_log2", c->stride_log2);
	if (pci_resource_len(pdev, FACET_BAR_GLOBAL) < g_bytes)
		return bad_cap(fdev, "BAR0 bytes", pci_resource_len(pdev, FACET_BAR_GLOBAL));
	if (pci_resource_len(pdev, FACET_BAR_WINDOW) < (u64)c->nr_ctx << c->stride_log2)
		return bad_cap(fdev, "BAR2 bytes", pci_resource_len(pdev, FACET_BAR_WINDOW));
	if (c->vectors < 2)
		return bad_cap(fdev, "vectors", c->vectors);
	if (FACET_RING_MIN_LOG2(c) > FACET_RING_MAX_LOG2(c) || FACET_RING_MAX_LOG2(c) > 20)
		return bad_cap(fdev, "ring", c->ring);
	return 0;
}

/**
 * facet_hw_read_caps - identify the device and read what it has
 * @fdev: accelerator
 *
 * Return: 0, or -ENODEV with a message that names what does not fit.
 */
int facet_hw_read_caps(struct facet_device *fdev)
{
	struct facet_caps *c = &fdev->caps;
	u32 id = facet_hw_read(fdev, FACET_REG_ID);
	u32 version = facet_hw_read(fdev, FACET_REG_VERSION);
	u32 ctx = facet_hw_read(fdev, FACET_REG_CAP_CTX);

	if (id != FACET_ID || version >> 16 != FACET_VERSION >> 16) {
		dev_err(&fdev->pdev->dev, "ID %#x, version %#x: not an accelerator of version %u\n",
			id, version, FACET_VERSION >> 16);
		return -ENODEV;
	}
	c->nr_ctx = FACET_CAP_CTX_NR(ctx);
	c->stride_log2 = FACET_CAP_CTX_STRIDE_LOG2(ctx);
	c->engines = facet_hw_read(fdev, FACET_REG_CAP_ENGINES);
	c->feat = facet_hw_read(fdev, FACET_REG_CAP_FEAT);
	c->ring = facet_hw_read(fdev, FACET_REG_CAP_RING);
	c->pasid_bits = facet_hw_read(fdev, FACET_REG_CAP_PASID) & 0xff;
	c->flows = facet_hw_read(fdev, FACET_REG_CAP_FLOWS);
	c->ops = facet_hw_read64(fdev, FACET_REG_CAP_OPS_LO);
	c->max_sg = facet_hw_read(fdev, FACET_REG_CAP_SG);
	c->vectors = facet_hw_read(fdev, FACET_REG_CAP_VECTORS);
	c->abort_ns = facet_hw_read(fdev, FACET_REG_CAP_ABORT_NS);
	if (c->stride_log2 < PAGE_SHIFT)
		fdev->window_reason = "its windows are smaller than this kernel's pages";
	return check_caps(fdev);
}

/**
 * facet_op_reg - read the record of an opcode
 * @fdev: accelerator
 * @op: opcode, below FACET_NR_OPCODES
 * @off: FACET_OP_*
 *
 * Return: the register; 0 for an opcode that cannot exist.  Any context.
 */
u32 facet_op_reg(struct facet_device *fdev, unsigned int op, unsigned int off)
{
	if (op >= FACET_NR_OPCODES || off > FACET_OP_COST_BYTE_PS)
		return 0;
	return facet_hw_read(fdev, FACET_REG_OP(op) + off);
}
EXPORT_SYMBOL_FACET(facet_op_reg);

/**
 * facet_clock_ns - read the device clock
 * @fdev: accelerator
 *
 * Return: nanoseconds since device reset.  Any context.
 */
u64 facet_clock_ns(struct facet_device *fdev)
{
	return facet_hw_read64(fdev, FACET_REG_CLOCK_LO);
}
EXPORT_SYMBOL_FACET(facet_clock_ns);

/**
 * facet_dilation - how much slower than ours the device's clock goes
 * @fdev: accelerator
 *
 * Return: our nanoseconds in one of the device's: 1, but for a model.  Does not
 * change while a context is held.
 */
u32 facet_dilation(struct facet_device *fdev)
{
	if (!(fdev->caps.feat & FACET_FEAT_TIMING))
		return 1;
	return max(facet_hw_read(fdev, FACET_REG_DILATION), 1U);
}
EXPORT_SYMBOL_FACET(facet_dilation);

/**
 * facet_is_dead - is the device gone from the bus?
 * @fdev: accelerator
 *
 * Return: what the last register accesses told.  Any context.
 */
bool facet_is_dead(struct facet_device *fdev)
{
	return READ_ONCE(fdev->dead);
}
EXPORT_SYMBOL_FACET(facet_is_dead);
