// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions of an instance: reads and writes that trap, and the mapping of the
 * doorbell page.
 *
 * Behind the doorbell page is the queue's own: the context's window, or memory that
 * the pool's thread looks at.  While a reset is under way and after the
 * accelerator's end it is a page of memory that forgets what is written to it: the
 * device ignores doorbells then anyway, and an owner that rings one meanwhile must
 * not get a signal for it.  While the instance is held it is the same page, and what
 * the owner writes there reaches the queue afterwards.
 *
 * Changing from one to the other is unmapping; the next access faults the other in.
 * Whoever faults or traps waits until that is over (window_lock).  So while the page
 * is changed nobody writes to either, and comparing what the old one says with what
 * the queue has finds a doorbell that has not arrived, and no other.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include "vi.h"

/* What a write changes in an MSI-X table entry: address, data, mask bit. */
static const u8 msix_writable[PCI_MSIX_ENTRY_SIZE] = {
	0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, PCI_MSIX_ENTRY_CTRL_MASKBIT, 0, 0, 0,
};

static u64 region_bytes(u32 index)
{
	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX + FACET_VI_BAR_CTL:
	case VFIO_PCI_BAR0_REGION_INDEX + FACET_VI_BAR_DOORBELL:
	case VFIO_PCI_BAR0_REGION_INDEX + FACET_VI_BAR_MSIX:
		return VI_BAR_BYTES;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return VI_CONFIG_BYTES;
	default:
		return 0;
	}
}

/**
 * vi_region_info - describe a region
 * @vdev: the instance's VFIO device
 * @info: index in, the rest out
 * @caps: none of them is needed
 *
 * Return: 0, or -EINVAL when there is no such index.
 */
int vi_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
		   struct vfio_info_cap *caps)
{
	if (info->index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info->offset = VI_REGION(info->index);
	info->size = region_bytes(info->index);
	info->flags = 0;
	if (info->size)
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (info->index == VFIO_PCI_BAR0_REGION_INDEX + FACET_VI_BAR_DOORBELL)
		info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	return 0;
}

/* Does the owner reach the queue's page? */
static bool window_live(const struct facet_vi *vi)
{
	lockdep_assert_held(&vi->window_lock);
	return vi->window_open && !vi->window_held;
}

static u32 window_read(struct facet_vi *vi, u32 off)
{
	guard(rwsem_read)(&vi->window_lock);
	return window_live(vi) ? vi->queue->read(vi, off) : READ_ONCE(vi->shadow[off / 4]);
}

static void window_write(struct facet_vi *vi, u32 off, u32 value)
{
	guard(rwsem_read)(&vi->window_lock);
	if (window_live(vi))
		vi->queue->write(vi, off, value);
	else
		WRITE_ONCE(vi->shadow[off / 4], value);
}

static u8 msix_read(struct facet_vi *vi, u32 off)
{
	guard(mutex)(&vi->ctl_lock);
	return off < sizeof(vi->msix) ? vi->msix[off] : 0;
}

static void msix_write(struct facet_vi *vi, u32 off, u8 value)
{
	u8 mask = msix_writable[off % PCI_MSIX_ENTRY_SIZE];

	guard(mutex)(&vi->ctl_lock);
	if (off < sizeof(vi->msix))
		vi->msix[off] = (vi->msix[off] & ~mask) | (value & mask);
}

/* Of a BAR whose registers are 32 bits wide: a narrow read gives a part. */
static void read_registers(struct facet_vi *vi, u32 index, u32 off, u8 *buf, unsigned int n)
{
	__le32 value = cpu_to_le32(U32_MAX);

	if (index == FACET_VI_BAR_CTL)
		atomic64_inc(&vi->control_accesses);
	if (vi_config_awake(vi))
		value = cpu_to_le32(index == FACET_VI_BAR_CTL ?
				    vi_ctl_read(vi, ALIGN_DOWN(off, 4)) :
				    window_read(vi, ALIGN_DOWN(off, 4)));
	memcpy(buf, (u8 *)&value + off % 4, n);
}

/* A narrow write is ignored. */
static void write_registers(struct facet_vi *vi, u32 index, u32 off, const u8 *buf,
			    unsigned int n)
{
	__le32 value;

	if (index == FACET_VI_BAR_CTL)
		atomic64_inc(&vi->control_accesses);
	if (n != sizeof(value) || !vi_config_awake(vi))
		return;
	memcpy(&value, buf, sizeof(value));
	if (index == FACET_VI_BAR_CTL)
		vi_ctl_write(vi, off, le32_to_cpu(value));
	else
		window_write(vi, off, le32_to_cpu(value));
}

static void region_read(struct facet_vi *vi, u32 index, u32 off, u8 *buf, unsigned int n)
{
	unsigned int i;

	switch (index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		for (i = 0; i < n; i++)
			buf[i] = vi_config_read(vi, off + i);
		break;
	case FACET_VI_BAR_MSIX:
		for (i = 0; i < n; i++)
			buf[i] = msix_read(vi, off + i);
		break;
	default:
		read_registers(vi, index, off, buf, n);
		break;
	}
}

static void region_write(struct facet_vi *vi, u32 index, u32 off, const u8 *buf, unsigned int n)
{
	unsigned int i;

	switch (index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		vi_config_write(vi, off, buf, n);
		break;
	case FACET_VI_BAR_MSIX:
		for (i = 0; i < n; i++)
			msix_write(vi, off + i, buf[i]);
		break;
	default:
		write_registers(vi, index, off, buf, n);
		break;
	}
}

/* How many bytes the next access has: at most 4, and naturally aligned. */
static unsigned int access_bytes(u64 off, size_t count)
{
	if (count >= 4 && !(off % 4))
		return 4;
	return count >= 2 && !(off % 2) ? 2 : 1;
}

/* The part of @count that is in the region; -EINVAL when nothing is. */
static ssize_t clip(loff_t pos, size_t count)
{
	u64 bytes, off = VI_REGION_OFFSET(pos);

	if (pos < 0 || VI_REGION_INDEX(pos) >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	bytes = region_bytes(VI_REGION_INDEX(pos));
	return off < bytes ? min_t(u64, count, bytes - off) : -EINVAL;
}

/**
 * vi_region_read - read from a region
 * @vdev: the instance's VFIO device
 * @buf: user memory
 * @count: bytes
 * @ppos: region and offset; advanced
 *
 * Return: bytes read, fewer than @count at the region's end; or -EINVAL, -EFAULT.
 */
ssize_t vi_region_read(struct vfio_device *vdev, char __user *buf, size_t count, loff_t *ppos)
{
	ssize_t done = 0, len = clip(*ppos, count);
	unsigned int n;
	u8 bytes[4];

	for (; done < len; done += n, *ppos += n) {
		n = access_bytes(*ppos, len - done);
		region_read(to_vi(vdev), VI_REGION_INDEX(*ppos), VI_REGION_OFFSET(*ppos), bytes, n);
		if (copy_to_user(buf + done, bytes, n))
			return -EFAULT;
	}
	return len < 0 ? len : done;
}

/**
 * vi_region_write - write to a region
 * @vdev: the instance's VFIO device
 * @buf: user memory, read once
 * @count: bytes
 * @ppos: region and offset; advanced
 *
 * Return: bytes written, fewer than @count at the region's end; or -EINVAL,
 * -EFAULT.
 */
ssize_t vi_region_write(struct vfio_device *vdev, const char __user *buf, size_t count,
			loff_t *ppos)
{
	ssize_t done = 0, len = clip(*ppos, count);
	unsigned int n;
	u8 bytes[4];

	for (; done < len; done += n, *ppos += n) {
		n = access_bytes(*ppos, len - done);
		if (copy_from_user(bytes, buf + done, n))
			return -EFAULT;
		region_write(to_vi(vdev), VI_REGION_INDEX(*ppos), VI_REGION_OFFSET(*ppos), bytes,
			     n);
	}
	return len < 0 ? len : done;
}

static vm_fault_t window_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct facet_vi *vi = vma->vm_private_data;
	phys_addr_t page;

	guard(rwsem_read)(&vi->window_lock);
	page = window_live(vi) ? vi->queue->page(vi) : virt_to_phys(vi->shadow);
	if (window_live(vi) && !vi->queue->page_is_memory)
		return vmf_insert_pfn(vma, vmf->address, PHYS_PFN(page));
	/* ordinary memory, so with the ordinary attributes */
	return vmf_insert_pfn_prot(vma, vmf->address, PHYS_PFN(page),
				   vm_get_page_prot(vma->vm_flags));
}

static const struct vm_operations_struct window_vm_ops = {
	.fault = window_fault,
};

/**
 * vi_region_mmap - map the doorbell page
 * @vdev: the instance's VFIO device
 * @vma: one page, shared
 *
 * Return: 0, or -EINVAL for anything else.
 */
int vi_region_mmap(struct vfio_device *vdev, struct vm_area_struct *vma)
{
	u64 pgoff = VI_REGION(VFIO_PCI_BAR0_REGION_INDEX + FACET_VI_BAR_DOORBELL) >> PAGE_SHIFT;

	if (vma->vm_pgoff != pgoff || vma->vm_end - vma->vm_start != PAGE_SIZE)
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_private_data = to_vi(vdev);
	vma->vm_ops = &window_vm_ops;
	return 0;
}

static void window_unmap(struct facet_vi *vi)
{
	lockdep_assert_held_write(&vi->window_lock);
	unmap_mapping_range(vi->vdev.inode->i_mapping,
			    VI_REGION(VFIO_PCI_BAR0_REGION_INDEX + FACET_VI_BAR_DOORBELL),
			    VI_BAR_BYTES, true);
}

/* The shadow shows what the queue's page does; nobody has to kick for it. */
static void shadow_fill(struct facet_vi *vi)
{
	static const u32 shown[] = { FACET_WIN_STATE, FACET_WIN_SQ_HEAD, FACET_WIN_CQ_TAIL };
	unsigned int i;

	lockdep_assert_held_write(&vi->window_lock);
	memset(vi->shadow, 0, PAGE_SIZE);
	vi->held_doorbell = vi->queue->doorbell(vi);
	vi->held_event = vi->queue->event(vi);
	vi->shadow[FACET_WIN_DOORBELL / 4] = vi->held_doorbell;
	vi->shadow[FACET_WIN_CQ_EVENT / 4] = vi->held_event;
	for (i = 0; i < ARRAY_SIZE(shown); i++)
		vi->shadow[shown[i] / 4] = vi->queue->read(vi, shown[i]);
}

/* What the owner wrote while it was held. */
static void shadow_flush(struct facet_vi *vi)
{
	u32 doorbell = READ_ONCE(vi->shadow[FACET_WIN_DOORBELL / 4]);
	u32 event = READ_ONCE(vi->shadow[FACET_WIN_CQ_EVENT / 4]);

	lockdep_assert_held_write(&vi->window_lock);
	if (event != vi->held_event)
		vi->queue->write(vi, FACET_WIN_CQ_EVENT, event);
	if (doorbell != vi->held_doorbell)
		vi->queue->write(vi, FACET_WIN_DOORBELL, doorbell);
}

/**
 * vi_window_set - let the owner's doorbells reach the queue, or forget them
 * @vi: instance
 * @open: whether
 *
 * What the owner has mapped is unmapped before this returns.
 */
void vi_window_set(struct facet_vi *vi, bool open)
{
	lockdep_assert_held(&vi->reset_lock);
	/* the end of that opens it */
	open = open && !facet_is_resetting(vi->fdev);
	guard(rwsem_write)(&vi->window_lock);
	if (vi->window_open == open)
		return;
	vi->window_open = open;
	window_unmap(vi);
	if (open && vi->window_held)
		shadow_fill(vi);
	else if (!open)
		memset(vi->shadow, 0, PAGE_SIZE);
}

/**
 * vi_window_hold - keep the owner's doorbells back, or let them go
 * @vi: instance
 * @hold: whether
 *
 * What was rung before has arrived; what is rung from now on waits.  When it is let
 * go, all of it arrives as one doorbell.
 */
void vi_window_hold(struct facet_vi *vi, bool hold)
{
	guard(mutex)(&vi->reset_lock);
	guard(rwsem_write)(&vi->window_lock);
	if (vi->window_held == hold)
		return;
	vi->window_held = hold;
	if (!vi->window_open)
		return;
	window_unmap(vi);
	if (hold)
		shadow_fill(vi);
	else
		shadow_flush(vi);
}

/**
 * vi_window_fresh - the rings are about to begin anew
 * @vi: instance
 *
 * Indices that wait are those of rings that are no more.
 */
void vi_window_fresh(struct facet_vi *vi)
{
	lockdep_assert_held(&vi->reset_lock);
	guard(rwsem_write)(&vi->window_lock);
	if (!vi->window_open || !vi->window_held)
		return;
	vi->held_doorbell = 0;
	vi->held_event = 0;
	WRITE_ONCE(vi->shadow[FACET_WIN_DOORBELL / 4], 0);
	WRITE_ONCE(vi->shadow[FACET_WIN_CQ_EVENT / 4], 0);
}
