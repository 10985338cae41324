// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facet guest driver: open files and their buffers.
 *
 * A session's memory is given back when the file is closed, which includes all
 * mappings of it, and the device is done with its commands.  Mappings are of
 * page frames, not of pages: nothing can hold on to the memory longer.
 */
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "facet_vf.h"

#define SESSION_FIRST_HANDLE	SZ_64K	/* zero and small numbers are mistakes */

static void session_free(struct work_struct *work)
{
	struct facet_vf_session *s = container_of(work, struct facet_vf_session, free_work);
	struct facet_vf_piece *piece, *next;

	mtree_destroy(&s->buffers);
	list_for_each_entry_safe(piece, next, &s->pieces, node)
		facet_vf_pool_put(s->vf, piece);
	facet_vf_put(s->vf);
	kvfree(s->comps);
	kfree(s);
}

static void session_release(struct kref *ref)
{
	struct facet_vf_session *s = container_of(ref, struct facet_vf_session, ref);

	queue_work(facet_vf_wq, &s->free_work);
}

/**
 * facet_vf_session_get - one more reference
 * @s: session
 */
void facet_vf_session_get(struct facet_vf_session *s)
{
	kref_get(&s->ref);
}

/**
 * facet_vf_session_put - one reference less; may be called in interrupts
 * @s: session
 */
void facet_vf_session_put(struct facet_vf_session *s)
{
	kref_put(&s->ref, session_release);
}

static struct facet_vf_session *session_new(struct facet_vf *vf)
{
	struct facet_vf_session *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return NULL;
	s->comps = kvcalloc(facet_vf_slots(&vf->ring), sizeof(*s->comps), GFP_KERNEL_ACCOUNT);
	if (!s->comps) {
		kfree(s);
		return NULL;
	}
	kref_init(&s->ref);
	s->vf = vf;
	INIT_LIST_HEAD(&s->node);
	INIT_LIST_HEAD(&s->wait_node);
	INIT_LIST_HEAD(&s->pieces);
	INIT_WORK(&s->free_work, session_free);
	mutex_init(&s->lock);
	mutex_init(&s->reap_lock);
	mt_init_flags(&s->buffers, MT_FLAGS_USE_RCU);
	init_waitqueue_head(&s->wq);
	s->next_handle = SESSION_FIRST_HANDLE;
	s->poll_ns = facet_vf_poll_limit_ns();
	return s;
}

static bool session_publish(struct facet_vf_session *s)
{
	bool gone = true;

	scoped_guard(spinlock_irqsave, &s->vf->lock) {
		gone = s->vf->gone;
		if (!gone)
			list_add_tail(&s->node, &s->vf->sessions);
	}
	return !gone;
}

/* The misc core keeps the device from going away during this call. */
static int facet_vf_open(struct inode *inode, struct file *file)
{
	struct facet_vf *vf = container_of(file->private_data, struct facet_vf, misc);
	struct facet_vf_session *s = session_new(vf);

	if (!s)
		return -ENOMEM;
	facet_vf_get(vf);
	if (!session_publish(s)) {
		facet_vf_session_put(s);
		return -ENODEV;
	}
	file->private_data = s;
	return nonseekable_open(inode, file);
}

static int facet_vf_release(struct inode *inode, struct file *file)
{
	struct facet_vf_session *s = file->private_data;

	scoped_guard(spinlock_irqsave, &s->vf->lock) {
		s->polled = false;
		facet_vf_want(s);
		list_del_init(&s->node);
	}
	facet_vf_session_put(s);
	return 0;
}

static __poll_t session_events(struct facet_vf_session *s)
{
	struct facet_vf *vf = s->vf;
	__poll_t events = 0;

	if (facet_vf_comps(s))
		events |= EPOLLIN | EPOLLRDNORM;
	if (vf->gone)
		return events | EPOLLERR | EPOLLHUP;
	if (vf->broken)
		return events | EPOLLERR;
	s->blocked = !facet_vf_ring_room(s);
	if (!s->blocked)
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

static __poll_t facet_vf_poll(struct file *file, poll_table *wait)
{
	struct facet_vf_session *s = file->private_data;
	struct facet_vf *vf = s->vf;
	__poll_t events = 0;

	poll_wait(file, &s->wq, wait);
	poll_wait(file, &vf->room_wq, wait);
	scoped_guard(spinlock_irqsave, &vf->lock) {
		s->polled = true;
		facet_vf_ring_harvest(vf);
		events = session_events(s);
		facet_vf_want(s);
		facet_vf_arm(vf);
	}
	return events;
}

/* Pieces for @pages pages, zeroed, with consecutive handles. */
static int buf_get(struct facet_vf_session *s, unsigned int pages, u64 handle,
		   struct list_head *pieces)
{
	struct facet_vf_piece *piece;

	while (pages) {
		piece = facet_vf_pool_get(s->vf, pages, min(pages, s->vf->pool.frag_pages));
		if (IS_ERR(piece))
			return PTR_ERR(piece);
		memset(facet_vf_piece_addr(piece), 0, facet_vf_piece_bytes(piece));
		piece->handle = handle;
		handle += facet_vf_piece_bytes(piece);
		pages -= piece->nr;
		list_add_tail(&piece->node, pieces);
		cond_resched();
	}
	return 0;
}

static void buf_put(struct facet_vf *vf, struct list_head *pieces)
{
	struct facet_vf_piece *piece, *next;

	list_for_each_entry_safe(piece, next, pieces, node)
		facet_vf_pool_put(vf, piece);
}

/*
 * From here on the pieces can be found, even by a program that guesses the
 * handle: they stay the session's until it ends, also if not all get entered.
 */
static int buf_enter(struct facet_vf_session *s, struct list_head *pieces)
{
	struct facet_vf_piece *piece;
	int ret = 0;

	list_for_each_entry(piece, pieces, node) {
		ret = mtree_store_range(&s->buffers, piece->handle,
					piece->handle + facet_vf_piece_bytes(piece) - 1,
					piece, GFP_KERNEL_ACCOUNT);
		if (ret)
			break;
	}
	list_splice_tail_init(pieces, &s->pieces);
	return ret;
}

/**
 * facet_vf_buf_alloc - a buffer for a session
 * @s: session
 * @bytes: length
 * @handle: its address in the session
 *
 * Return: 0; -EINVAL; -ENOSPC: over a limit; -ENOMEM; -ENODEV; -EIO.
 */
int facet_vf_buf_alloc(struct facet_vf_session *s, u64 bytes, u64 *handle)
{
	LIST_HEAD(pieces);
	int ret;

	if (!bytes)
		return -EINVAL;
	if (bytes > FACET_VF_SESSION_BYTES)
		return -ENOSPC;
	bytes = PAGE_ALIGN(bytes);
	guard(mutex)(&s->lock);
	if (s->bytes + bytes > FACET_VF_SESSION_BYTES)
		return -ENOSPC;
	ret = buf_get(s, bytes >> PAGE_SHIFT, s->next_handle, &pieces);
	if (ret) {
		buf_put(s->vf, &pieces);
		return ret;
	}
	*handle = s->next_handle;
	s->bytes += bytes;
	s->next_handle += bytes + PAGE_SIZE;
	return buf_enter(s, &pieces);
}

/**
 * facet_vf_find - the piece of a session's memory at an address
 * @s: session
 * @handle: any address
 *
 * Return: the piece, which stays as long as the session; NULL: there is none.
 */
struct facet_vf_piece *facet_vf_find(struct facet_vf_session *s, u64 handle)
{
	if (handle > ULONG_MAX)
		return NULL;
	return mtree_load(&s->buffers, handle);
}

/* Handles of different buffers are never adjacent, so neither is a mapping. */
static bool mmap_covered(struct facet_vf_session *s, u64 handle, u64 len)
{
	struct facet_vf_piece *piece;
	u64 n;

	for (; len; handle += n, len -= n) {
		piece = facet_vf_find(s, handle);
		if (!piece)
			return false;
		n = min(len, piece->handle + facet_vf_piece_bytes(piece) - handle);
	}
	return true;
}

static int mmap_pieces(struct facet_vf_session *s, struct vm_area_struct *vma, u64 handle)
{
	unsigned long addr = vma->vm_start;
	struct facet_vf_piece *piece;
	u64 off, n;
	int ret;

	for (; addr < vma->vm_end; addr += n, handle += n) {
		piece = facet_vf_find(s, handle);
		off = handle - piece->handle;
		n = min_t(u64, vma->vm_end - addr, facet_vf_piece_bytes(piece) - off);
		ret = remap_pfn_range(vma, addr, page_to_pfn(piece->block->page) + piece->first +
				      (off >> PAGE_SHIFT), n, vma->vm_page_prot);
		if (ret)
			return ret;
	}
	return 0;
}

static int facet_vf_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct facet_vf_session *s = file->private_data;
	u64 handle = (u64)vma->vm_pgoff << PAGE_SHIFT;

	if (READ_ONCE(s->vf->gone))
		return -ENODEV;
	if (!(vma->vm_flags & VM_SHARED) || (vma->vm_flags & VM_EXEC))
		return -EINVAL;
	if (handle >> PAGE_SHIFT != vma->vm_pgoff ||
	    !mmap_covered(s, handle, vma->vm_end - vma->vm_start))
		return -EINVAL;
	vm_flags_clear(vma, VM_MAYEXEC);
	return mmap_pieces(s, vma, handle);
}

const struct file_operations facet_vf_fops = {
	.owner		= THIS_MODULE,
	.open		= facet_vf_open,
	.release	= facet_vf_release,
	.poll		= facet_vf_poll,
	.mmap		= facet_vf_mmap,
	.unlocked_ioctl	= facet_vf_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};
