// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA windows: what the owner lets the device reach.
 *
 * A window is pinned and mapped in chunks that do not cross a multiple of 2 MiB,
 * which is what VFIO pins in one call.  Only the instance's work item pins;
 * chunks are released by it, by a reset, and by VFIO when the VMM takes memory
 * away.  Each chunk is in one of the states of enum chunk_state, which change
 * under windows.lock; the lock is not held across VFIO's calls, since VFIO calls
 * vi_windows_dma_unmap() with locks of its own held.  Who finds a chunk between
 * two states waits for whoever moves it.
 *
 * A window is released as a whole, from the moment on that it is marked dead; it
 * leaves the tree when its last chunk is gone.
 */
#include <linux/highmem.h>
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include "vi.h"
#include "trace.h"

/*
 * type1 calls back, takes its lock again and looks whether pins are left; at the
 * eleventh time it calls BUG().  An owner who posts again and again what is being
 * unmapped must not win that race, so what went away lately is not pinned.
 * There is no event that tells when VFIO is done with it.
 */
#define VI_GONE_MS	20
#define VI_GONE_MAX_MS	200	/* other memory that comes and goes delays no longer */

/**
 * enum chunk_state - what is done to a chunk
 * @CHUNK_ABSENT: not pinned
 * @CHUNK_PINNING: the work item pins and maps it
 * @CHUNK_LIVE: mapped
 * @CHUNK_RELEASING: somebody unmaps and unpins it
 */
enum chunk_state {
	CHUNK_ABSENT,
	CHUNK_PINNING,
	CHUNK_LIVE,
	CHUNK_RELEASING,
};

/**
 * struct vi_window - a window; everything under windows.lock
 * @node: its range
 * @prot: IOMMU_READ, IOMMU_WRITE
 * @refs: tree, and whoever works on it
 * @listed: in the tree
 * @dead: on its way out
 * @granted: it was completely granted
 * @nr_chunks: entries of @chunk
 * @chunk: enum chunk_state of each
 */
struct vi_window {
	struct interval_tree_node node;
	int prot;
	unsigned int refs;
	bool listed;
	bool dead;
	bool granted;
	unsigned int nr_chunks;
	u8 chunk[] __counted_by(nr_chunks);
};

static struct vi_window *to_window(struct interval_tree_node *node)
{
	return node ? container_of(node, struct vi_window, node) : NULL;
}

static u64 window_bytes(const struct vi_window *w)
{
	return (u64)w->node.last - w->node.start + 1;
}

static struct vi_window *window_find(struct facet_vi *vi, u64 first, u64 last)
{
	lockdep_assert_held(&vi->windows.lock);
	return to_window(interval_tree_iter_first(&vi->windows.tree, first, last));
}

static struct vi_window *window_alloc(const struct vi_post *post)
{
	u64 last = post->addr + post->len - 1;
	unsigned int n = last / VI_CHUNK_BYTES - post->addr / VI_CHUNK_BYTES + 1;
	struct vi_window *w = kvzalloc(struct_size(w, chunk, n), GFP_KERNEL_ACCOUNT);

	if (!w)
		return NULL;
	w->nr_chunks = n;
	w->node.start = post->addr;
	w->node.last = last;
	w->prot = post->attr & FACET_VI_POST_READ ? IOMMU_READ : 0;
	if (post->attr & FACET_VI_POST_WRITE)
		w->prot |= IOMMU_WRITE;
	return w;
}

static void window_put(struct facet_vi *vi, struct vi_window *w)
{
	lockdep_assert_held(&vi->windows.lock);
	if (!--w->refs)
		kvfree(w);
}

static void window_list(struct facet_vi *vi, struct vi_window *w)
{
	struct vi_windows *ws = &vi->windows;

	lockdep_assert_held(&ws->lock);
	interval_tree_insert(&w->node, &ws->tree);
	w->listed = true;
	w->refs++;
	ws->nr++;
	ws->bytes += window_bytes(w);
}

static void window_unlist(struct facet_vi *vi, struct vi_window *w)
{
	struct vi_windows *ws = &vi->windows;

	lockdep_assert_held(&ws->lock);
	if (!w->listed)
		return;
	interval_tree_remove(&w->node, &ws->tree);
	w->listed = false;
	ws->nr--;
	ws->bytes -= window_bytes(w);
	if (w->granted)
		ws->nr_granted--;
	trace_facet_vi_revoke(vi->vdev.dev, w->node.start, window_bytes(w));
	window_put(vi, w);
}

static u64 chunk_range(const struct vi_window *w, unsigned int i, unsigned int *nr_pages)
{
	u64 base = ALIGN_DOWN(w->node.start, VI_CHUNK_BYTES) + i * VI_CHUNK_BYTES;
	u64 first = max_t(u64, base, w->node.start);
	u64 last = min_t(u64, base + VI_CHUNK_BYTES - 1, w->node.last);

	*nr_pages = (last - first + 1) >> PAGE_SHIFT;
	return first;
}

/* Set a chunk's state and account for it. */
static void chunk_set(struct facet_vi *vi, struct vi_window *w, unsigned int i, u8 state)
{
	struct vi_windows *ws = &vi->windows;
	unsigned int nr_pages;

	lockdep_assert_held(&ws->lock);
	chunk_range(w, i, &nr_pages);
	if (state == CHUNK_PINNING)
		ws->pinned_bytes += (u64)nr_pages << PAGE_SHIFT;
	if (state == CHUNK_ABSENT)
		ws->pinned_bytes -= (u64)nr_pages << PAGE_SHIFT;
	WRITE_ONCE(w->chunk[i], state);
	if (state == CHUNK_ABSENT)
		wake_up_all(&ws->wait);
}

static int chunk_pin(struct facet_vi *vi, const struct vi_window *w, unsigned int i)
{
	struct page **pages = vi->windows.pages;
	unsigned int nr_pages;
	u64 iova = chunk_range(w, i, &nr_pages);
	int ret;

	lockdep_assert_not_held(&vi->windows.lock);
	ret = vfio_pin_pages(&vi->vdev, iova, nr_pages, w->prot, pages);
	if (ret != nr_pages) {
		if (ret > 0)
			vfio_unpin_pages(&vi->vdev, iova, ret);
		return ret < 0 ? ret : -EFAULT;
	}
	ret = facet_aspace_map(vi->as, iova, pages, nr_pages, w->prot | IOMMU_CACHE);
	if (ret) {
		vfio_unpin_pages(&vi->vdev, iova, nr_pages);
		/* the owner's memory was all right */
		return ret == -ENOMEM ? ret : -EIO;
	}
	return 0;
}

/* A chunk that is LIVE or PINNING and has been mapped: drops the lock meanwhile. */
static void chunk_release(struct facet_vi *vi, struct vi_window *w, unsigned int i)
	__must_hold(&vi->windows.lock)
{
	struct vi_windows *ws = &vi->windows;
	unsigned int nr_pages;
	u64 iova = chunk_range(w, i, &nr_pages);

	chunk_set(vi, w, i, CHUNK_RELEASING);
	mutex_unlock(&ws->lock);
	facet_aspace_unmap(vi->as, iova, (u64)nr_pages << PAGE_SHIFT);
	vfio_unpin_pages(&vi->vdev, iova, nr_pages);
	cond_resched();
	mutex_lock(&ws->lock);
	chunk_set(vi, w, i, CHUNK_ABSENT);
}

/* Drops the lock meanwhile; the caller holds a reference. */
static void window_drop(struct facet_vi *vi, struct vi_window *w)
	__must_hold(&vi->windows.lock)
{
	struct vi_windows *ws = &vi->windows;
	unsigned int i;

	lockdep_assert_held(&ws->lock);
	w->dead = true;
	wake_up_all(&ws->wait);
	for (i = 0; i < w->nr_chunks; i++) {
		if (w->chunk[i] == CHUNK_LIVE)
			chunk_release(vi, w, i);
		if (w->chunk[i] == CHUNK_ABSENT)
			continue;
		mutex_unlock(&ws->lock);
		wait_event(ws->wait, READ_ONCE(w->chunk[i]) == CHUNK_ABSENT);
		mutex_lock(&ws->lock);
	}
	window_unlist(vi, w);
}

/* How long this window must not be pinned yet. */
static unsigned long window_delay(struct vi_windows *ws, const struct vi_window *w)
{
	unsigned long now = jiffies;

	lockdep_assert_held(&ws->lock);
	if (w->node.start > ws->gone_last || w->node.last < ws->gone_first)
		return 0;
	return time_before(now, ws->gone_until) ? ws->gone_until - now : 0;
}

static bool window_ended(const struct vi_windows *ws, const struct vi_window *w)
{
	return READ_ONCE(ws->cancel) || READ_ONCE(w->dead);
}

/* Returns with the lock held, having dropped it. */
static void window_wait(struct vi_windows *ws, const struct vi_window *w)
	__must_hold(&ws->lock)
{
	unsigned long end = jiffies + msecs_to_jiffies(VI_GONE_MAX_MS);
	unsigned long delay;

	lockdep_assert_held(&ws->lock);
	while (!window_ended(ws, w) && time_before(jiffies, end)) {
		delay = window_delay(ws, w);
		if (!delay)
			return;
		mutex_unlock(&ws->lock);
		wait_event_timeout(ws->wait, window_ended(ws, w), delay);
		mutex_lock(&ws->lock);
	}
}

/* One chunk, by the work item; drops the lock meanwhile. */
static int chunk_grant(struct facet_vi *vi, struct vi_window *w, unsigned int i)
	__must_hold(&vi->windows.lock)
{
	struct vi_windows *ws = &vi->windows;
	int ret;

	window_wait(ws, w);
	if (ws->cancel)
		return -ECANCELED;
	if (w->dead)
		return -EFAULT;
	chunk_set(vi, w, i, CHUNK_PINNING);
	mutex_unlock(&ws->lock);
	ret = chunk_pin(vi, w, i);
	cond_resched();
	mutex_lock(&ws->lock);
	if (ret)
		chunk_set(vi, w, i, CHUNK_ABSENT);
	else if (w->dead)
		chunk_release(vi, w, i);
	else
		chunk_set(vi, w, i, CHUNK_LIVE);
	return ret;
}

static u32 errno_result(int err)
{
	switch (err) {
	case 0:
		return FACET_VI_RES_OK;
	case -EPERM:
	case -EACCES:
		return FACET_VI_RES_PERM;
	case -ENOMEM:
		return FACET_VI_RES_NOMEM;
	case -EINVAL:
	case -ENOENT:
	case -EFAULT:
		return FACET_VI_RES_INVAL;
	case -ECANCELED:
		return FACET_VI_RES_CANCELED;
	default:
		return FACET_VI_RES_IO;
	}
}

static u32 window_admit(struct facet_vi *vi, const struct vi_post *post)
{
	struct vi_windows *ws = &vi->windows;
	u64 quota = READ_ONCE(vi->quota_bytes);

	lockdep_assert_held(&ws->lock);
	if (window_find(vi, post->addr, post->addr + post->len - 1))
		return FACET_VI_RES_EXIST;
	if (ws->nr >= READ_ONCE(vi->quota_windows))
		return FACET_VI_RES_NOSPC;
	if (post->len > quota || ws->bytes > quota - post->len)
		return FACET_VI_RES_NOSPC;
	return FACET_VI_RES_OK;
}

static int window_fill(struct facet_vi *vi, struct vi_window *w)
{
	unsigned int i;
	int ret = 0;

	lockdep_assert_held(&vi->windows.lock);
	for (i = 0; i < w->nr_chunks && !ret; i++)
		ret = chunk_grant(vi, w, i);
	if (!ret && w->dead)
		ret = -EFAULT;
	if (ret) {
		window_drop(vi, w);
	} else {
		w->granted = true;
		vi->windows.nr_granted++;
	}
	return ret;
}

static u32 do_grant(struct facet_vi *vi, const struct vi_post *post)
{
	struct vi_windows *ws = &vi->windows;
	struct vi_window *w;
	u32 result;

	/* Not beyond the quota: the table of chunks is as long as the window. */
	if (post->len > READ_ONCE(vi->quota_bytes))
		return FACET_VI_RES_NOSPC;
	w = window_alloc(post);
	if (!w)
		return FACET_VI_RES_NOMEM;
	guard(mutex)(&ws->lock);
	w->refs = 1;
	result = window_admit(vi, post);
	if (result == FACET_VI_RES_OK) {
		window_list(vi, w);
		result = errno_result(window_fill(vi, w));
	}
	window_put(vi, w);
	return result;
}

static u32 do_revoke(struct facet_vi *vi, const struct vi_post *post)
{
	struct vi_window *w;

	guard(mutex)(&vi->windows.lock);
	w = window_find(vi, post->addr, post->addr);
	if (!w || w->dead || w->node.start != post->addr || window_bytes(w) != post->len)
		return FACET_VI_RES_NOENT;
	w->refs++;
	window_drop(vi, w);
	window_put(vi, w);
	return FACET_VI_RES_OK;
}

static struct vi_post *post_slot(struct vi_windows *ws, u32 ticket)
{
	return &ws->post[ticket % FACET_VI_POST_HISTORY];
}

/* The request that is next, or false. */
static bool post_next(struct vi_windows *ws, struct vi_post *post, bool *cancel)
{
	guard(mutex)(&ws->lock);
	if (ws->done == ws->next)
		return false;
	*post = *post_slot(ws, ws->done);
	*cancel = ws->cancel;
	return true;
}

static void post_finish(struct facet_vi *vi, const struct vi_post *post)
{
	struct vi_windows *ws = &vi->windows;

	scoped_guard(mutex, &ws->lock) {
		post_slot(ws, ws->done)->result = post->result;
		trace_facet_vi_post(vi->vdev.dev, ws->done, post);
		ws->done++;
	}
	vi_intr_raise(vi, FACET_VI_INTR_POST);
}

static void windows_work(struct work_struct *work)
{
	struct facet_vi *vi = container_of(work, struct facet_vi, windows.work);
	struct vi_post post;
	bool cancel;

	while (post_next(&vi->windows, &post, &cancel)) {
		if (cancel)
			post.result = FACET_VI_RES_CANCELED;
		else if (post.cmd == FACET_VI_POST_CMD_GRANT)
			post.result = do_grant(vi, &post);
		else
			post.result = do_revoke(vi, &post);
		post_finish(vi, &post);
	}
}

static u32 post_check(struct facet_vi *vi, const struct vi_post *req)
{
	u64 last;

	if (req->cmd != FACET_VI_POST_CMD_GRANT && req->cmd != FACET_VI_POST_CMD_REVOKE)
		return FACET_VI_RES_INVAL;
	if (!req->len || !PAGE_ALIGNED(req->addr) || !PAGE_ALIGNED(req->len))
		return FACET_VI_RES_INVAL;
	if (check_add_overflow(req->addr, req->len - 1, &last))
		return FACET_VI_RES_INVAL;
	if (last > vi->as->aperture_last)
		return FACET_VI_RES_RANGE;
	if (req->cmd == FACET_VI_POST_CMD_REVOKE)
		return FACET_VI_RES_OK;
	/* bits 31:16, the address space, are zero too */
	if (!req->attr || req->attr & ~(FACET_VI_POST_READ | FACET_VI_POST_WRITE))
		return FACET_VI_RES_INVAL;
	return FACET_VI_RES_OK;
}

/**
 * vi_windows_post - take a request
 * @vi: instance
 * @req: request, as the owner made it
 * @ticket: its ticket, if it is taken
 *
 * Only queues; what it depends on besides its own form is judged when its turn
 * comes, since requests are carried out in order.
 *
 * Return: FACET_VI_RES_PENDING, or why it was not taken.
 */
u32 vi_windows_post(struct facet_vi *vi, const struct vi_post *req, u32 *ticket)
{
	struct vi_windows *ws = &vi->windows;
	struct vi_post *slot;
	u32 result = post_check(vi, req);

	if (result != FACET_VI_RES_OK)
		return result;
	guard(mutex)(&ws->lock);
	if (ws->cancel)
		return FACET_VI_RES_STATE;
	if (ws->next - ws->done >= READ_ONCE(vi->quota_posts))
		return FACET_VI_RES_NOSPC;
	slot = post_slot(ws, ws->next);
	*slot = *req;
	slot->result = FACET_VI_RES_PENDING;
	*ticket = ws->next++;
	queue_work(ws->wq, &ws->work);
	return FACET_VI_RES_PENDING;
}

/**
 * vi_windows_status - outcome of a request
 * @vi: instance
 * @ticket: its ticket
 *
 * Return: enum facet_vi_result; NOENT when the ticket is not, or no longer, known.
 */
u32 vi_windows_status(struct facet_vi *vi, u32 ticket)
{
	struct vi_windows *ws = &vi->windows;
	u32 age;

	guard(mutex)(&ws->lock);
	age = ws->next - ticket;
	if (!age || age > FACET_VI_POST_HISTORY)
		return FACET_VI_RES_NOENT;
	/* before the first lap the slots of tickets "below 0" are empty */
	return post_slot(ws, ticket)->cmd ? post_slot(ws, ticket)->result : FACET_VI_RES_NOENT;
}

/**
 * vi_windows_done - requests finished
 * @vi: instance
 *
 * Return: FACET_VI_POST_DONE.
 */
u32 vi_windows_done(struct facet_vi *vi)
{
	guard(mutex)(&vi->windows.lock);
	return vi->windows.done;
}

/**
 * vi_windows_granted - windows granted now
 * @vi: instance
 *
 * Return: FACET_VI_N_WINDOWS.
 */
u32 vi_windows_granted(struct facet_vi *vi)
{
	guard(mutex)(&vi->windows.lock);
	return vi->windows.nr_granted;
}

/* Who sees the last word, by which it is polled for, sees the rest. */
static void copy_in(void *to, const void *from, size_t n)
{
	size_t body = n - sizeof(u32);

	memcpy(to, from, body);
	/* orders the rest before the last word */
	smp_wmb();
	WRITE_ONCE(*(u32 *)(to + body), *(const u32 *)(from + body));
}

/**
 * vi_windows_rw - do to an owner's memory what the device might
 * @vi: instance
 * @iova: first byte
 * @buf: the host's memory
 * @n: bytes in one page; what is written is whole words, the last one last
 * @write: to the owner's memory, not from it
 *
 * For what the host does in the device's place.  The pages are pinned, and remain
 * so as long as the lock is held: nothing is looked at after their unpin.
 *
 * Return: 0; -EFAULT: the owner has not granted it.
 */
int vi_windows_rw(struct facet_vi *vi, u64 iova, void *buf, size_t n, bool write)
{
	const struct vi_window *w;
	struct page *page;
	void *at;

	guard(mutex)(&vi->windows.lock);
	w = window_find(vi, iova, iova + n - 1);
	if (!w || !w->granted || w->dead || !(w->prot & (write ? IOMMU_WRITE : IOMMU_READ)))
		return -EFAULT;
	page = facet_aspace_page(vi->as, iova);
	if (!page || offset_in_page(iova) + n > PAGE_SIZE)
		return -EFAULT;
	at = kmap_local_page(page);
	if (write)
		copy_in(at + offset_in_page(iova), buf, n);
	else
		memcpy(buf, at + offset_in_page(iova), n);
	kunmap_local(at);
	return 0;
}

/**
 * vi_windows_pinned_bytes - memory pinned for the instance
 * @vi: instance
 *
 * Return: bytes, those included that are just being pinned or unpinned.
 */
u64 vi_windows_pinned_bytes(struct facet_vi *vi)
{
	guard(mutex)(&vi->windows.lock);
	return vi->windows.pinned_bytes;
}

/**
 * vi_windows_drop_all - cancel every request and release every window
 * @vi: instance, whose context accesses no memory; or whose translations are
 *	the only thing that stops it
 *
 * Requests are taken again on return.
 */
void vi_windows_drop_all(struct facet_vi *vi)
{
	struct vi_windows *ws = &vi->windows;
	struct vi_window *w;

	lockdep_assert_held(&vi->reset_lock);
	scoped_guard(mutex, &ws->lock) {
		WRITE_ONCE(ws->cancel, true);
		wake_up_all(&ws->wait);
	}
	flush_work(&ws->work);
	guard(mutex)(&ws->lock);
	while ((w = window_find(vi, 0, U64_MAX))) {
		w->refs++;
		window_drop(vi, w);
		window_put(vi, w);
	}
	WRITE_ONCE(ws->cancel, false);
}

/* Remember what goes away, together with what went away just before. */
static void note_gone(struct vi_windows *ws, u64 first, u64 last)
{
	lockdep_assert_held(&ws->lock);
	if (time_before(jiffies, ws->gone_until)) {
		first = min(first, ws->gone_first);
		last = max(last, ws->gone_last);
	}
	ws->gone_first = first;
	ws->gone_last = last;
	ws->gone_until = jiffies + msecs_to_jiffies(VI_GONE_MS);
}

/**
 * vi_windows_dma_unmap - the VMM takes memory away
 * @vdev: the instance's VFIO device
 * @iova: first address
 * @length: bytes; ULONG_MAX with @iova 0: all of it
 *
 * Windows that overlap the range are released before this returns: VFIO insists.
 * Called for every change in the owner's address space, whether it concerns us
 * or not.
 */
void vi_windows_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length)
{
	struct facet_vi *vi = to_vi(vdev);
	struct vi_windows *ws = &vi->windows;
	struct vi_window *w;
	u64 last;

	if (!length)
		return;
	if (check_add_overflow(iova, length - 1, &last))
		last = U64_MAX;
	guard(mutex)(&ws->lock);
	note_gone(ws, iova, last);
	while ((w = window_find(vi, iova, last))) {
		w->refs++;
		window_drop(vi, w);
		window_put(vi, w);
		note_gone(ws, iova, last);
	}
}

/**
 * vi_windows_open - begin anew for the next owner
 * @vi: instance without windows
 */
void vi_windows_open(struct facet_vi *vi)
{
	struct vi_windows *ws = &vi->windows;

	guard(mutex)(&ws->lock);
	WARN_ON(ws->nr || ws->done != ws->next);
	ws->next = 0;
	ws->done = 0;
	ws->gone_until = jiffies;
	memset(ws->post, 0, FACET_VI_POST_HISTORY * sizeof(*ws->post));
}

/**
 * vi_windows_init - prepare an instance's windows
 * @vi: instance
 *
 * Return: 0 or -ENOMEM.
 */
int vi_windows_init(struct facet_vi *vi)
{
	struct vi_windows *ws = &vi->windows;

	mutex_init(&ws->lock);
	init_waitqueue_head(&ws->wait);
	INIT_WORK(&ws->work, windows_work);
	ws->tree = RB_ROOT_CACHED;
	ws->post = kcalloc(FACET_VI_POST_HISTORY, sizeof(*ws->post), GFP_KERNEL_ACCOUNT);
	ws->pages = kcalloc(VI_CHUNK_PAGES, sizeof(*ws->pages), GFP_KERNEL_ACCOUNT);
	if (ws->post && ws->pages)
		ws->wq = alloc_ordered_workqueue("facet-windows", 0);
	if (ws->wq)
		return 0;
	kfree(ws->pages);
	kfree(ws->post);
	return -ENOMEM;
}

/**
 * vi_windows_fini - undo vi_windows_init()
 * @vi: instance without windows
 */
void vi_windows_fini(struct facet_vi *vi)
{
	struct vi_windows *ws = &vi->windows;

	WARN_ON(ws->nr);
	destroy_workqueue(ws->wq);
	kfree(ws->pages);
	kfree(ws->post);
}
