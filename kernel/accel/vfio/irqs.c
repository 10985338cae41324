// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of an instance: eventfds, as VFIO has them.  The owner's VMM keeps
 * the MSI-X table and honours its mask bits; what it wants to hear is what it
 * has put an eventfd on.
 */
#include <linux/eventfd.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "vi.h"

static void signal_locked(struct facet_vi *vi, struct eventfd_ctx *trigger)
{
	lockdep_assert_held(&vi->state_lock);
	if (trigger)
		eventfd_signal(trigger);
}

/**
 * vi_irq_raise_locked - raise a vector
 * @vi: instance
 * @vector: FACET_VI_VEC_*
 */
void vi_irq_raise_locked(struct facet_vi *vi, unsigned int vector)
{
	signal_locked(vi, vi->trigger[vector]);
}

/**
 * vi_intr_raise - tell the owner something through vector 1
 * @vi: instance
 * @bits: FACET_VI_INTR_*
 */
void vi_intr_raise(struct facet_vi *vi, u32 bits)
{
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	vi->intr |= bits;
	vi_irq_raise_locked(vi, FACET_VI_VEC_CTL);
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

/**
 * vi_irq_ctx - the context's vector was raised
 * @priv: instance
 *
 * Hard interrupt context.
 */
void vi_irq_ctx(void *priv)
{
	struct facet_vi *vi = priv;
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	vi_irq_raise_locked(vi, FACET_VI_VEC_COMP);
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

/**
 * vi_irq_request - ask the owner to give the instance back
 * @vdev: the instance's VFIO device
 * @count: how often that has been asked
 */
void vi_irq_request(struct vfio_device *vdev, unsigned int count)
{
	struct facet_vi *vi = to_vi(vdev);
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	signal_locked(vi, vi->req);
	spin_unlock_irqrestore(&vi->state_lock, flags);
	if (!(count % 10))
		dev_notice(vdev->dev, "waiting for the owner to close the instance\n");
}

static unsigned int irqs_of(u32 index)
{
	switch (index) {
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return FACET_VI_NR_VECTORS;
	case VFIO_PCI_ERR_IRQ_INDEX:
	case VFIO_PCI_REQ_IRQ_INDEX:
		return 1;
	default:
		return 0;
	}
}

static struct eventfd_ctx **irq_slot(struct facet_vi *vi, u32 index, u32 nr)
{
	switch (index) {
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return &vi->trigger[nr];
	case VFIO_PCI_ERR_IRQ_INDEX:
		return &vi->err;
	default:
		return &vi->req;
	}
}

static void slot_replace(struct facet_vi *vi, struct eventfd_ctx **slot, struct eventfd_ctx *new)
{
	struct eventfd_ctx *old;
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	old = *slot;
	*slot = new;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	if (old)
		eventfd_ctx_put(old);
}

/**
 * vi_irqs_off - forget every eventfd
 * @vi: instance
 */
void vi_irqs_off(struct facet_vi *vi)
{
	unsigned int i;

	for (i = 0; i < FACET_VI_NR_VECTORS; i++)
		slot_replace(vi, &vi->trigger[i], NULL);
	slot_replace(vi, &vi->req, NULL);
	slot_replace(vi, &vi->err, NULL);
}

/**
 * vi_irq_info - VFIO_DEVICE_GET_IRQ_INFO
 * @info: index in, the rest out
 *
 * Return: 0, or -EINVAL when there is no such index.
 */
int vi_irq_info(struct vfio_irq_info *info)
{
	if (info->index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info->count = irqs_of(info->index);
	info->flags = info->count ? VFIO_IRQ_INFO_EVENTFD : 0;
	return 0;
}

static int set_eventfd(struct facet_vi *vi, struct eventfd_ctx **slot, s32 fd)
{
	struct eventfd_ctx *new = NULL;

	if (fd >= 0) {
		new = eventfd_ctx_fdget(fd);
		if (IS_ERR(new))
			return PTR_ERR(new);
	}
	slot_replace(vi, slot, new);
	return 0;
}

static int set_eventfds(struct facet_vi *vi, const struct vfio_irq_set *set, const s32 *fds)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < set->count && !ret; i++)
		ret = set_eventfd(vi, irq_slot(vi, set->index, set->start + i), fds[i]);
	/* all or nothing; the one that failed has not changed */
	for (i = ret ? i - 1 : 0; i > 0; i--)
		slot_replace(vi, irq_slot(vi, set->index, set->start + i - 1), NULL);
	return ret;
}

/* Raised by hand: @which tells those among them, NULL means all. */
static void fire(struct facet_vi *vi, const struct vfio_irq_set *set, const u8 *which)
{
	unsigned long flags;
	u32 i;

	spin_lock_irqsave(&vi->state_lock, flags);
	for (i = 0; i < set->count; i++)
		if (!which || which[i])
			signal_locked(vi, *irq_slot(vi, set->index, set->start + i));
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

static void disable(struct facet_vi *vi, u32 index)
{
	unsigned int i;

	for (i = 0; i < irqs_of(index); i++)
		slot_replace(vi, irq_slot(vi, index, i), NULL);
}

static int irqs_apply(struct facet_vi *vi, const struct vfio_irq_set *set, const void *data)
{
	if ((set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) != VFIO_IRQ_SET_ACTION_TRIGGER)
		return -ENOTTY;
	switch (set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return set_eventfds(vi, set, data);
	case VFIO_IRQ_SET_DATA_BOOL:
		fire(vi, set, data);
		return 0;
	default:
		if (set->count)
			fire(vi, set, NULL);
		else
			disable(vi, set->index);
		return 0;
	}
}

/**
 * vi_irqs_set - VFIO_DEVICE_SET_IRQS
 * @vi: instance
 * @arg: user's struct vfio_irq_set
 *
 * Return: 0 or a negative errno.
 */
long vi_irqs_set(struct facet_vi *vi, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set set;
	void *data = NULL;
	size_t bytes = 0;
	int ret;

	if (copy_from_user(&set, arg, minsz))
		return -EFAULT;
	ret = vfio_set_irqs_validate_and_prepare(&set, irqs_of(set.index), VFIO_PCI_NUM_IRQS,
						 &bytes);
	if (ret)
		return ret;
	if (bytes) {
		data = memdup_user(arg + minsz, bytes);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	ret = irqs_apply(vi, &set, data);
	kfree(data);
	return ret;
}
