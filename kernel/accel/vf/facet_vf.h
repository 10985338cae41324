/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facet: guest driver of a mediated instance.
 *
 *   main.c      PCI driver, interrupts, recovery, the object's life
 *   ctl.c       control page: identity, reset, windows, rings
 *   pool.c      memory granted to the device, handed out by pages
 *   ring.c      submission, completions, shares of sessions
 *   wait.c      polling, sleeping, arming the interrupt
 *   session.c   open files and their buffers
 *   submit.c    ioctls
 *
 * Control accesses are traps into the host, so none is on the way of a command:
 * memory is granted in blocks that stay granted, rings are entered once, and a
 * command costs one doorbell.
 *
 * Locks, outermost first:
 *
 *   session.lock	buffers of one session
 *   pool.lock		blocks and their free pages
 *   vf.ctl_lock	the control page, and what was told to it
 *   vf.lock		ring, commands, completions of sessions; taken in interrupts
 *
 * The object outlives the PCI function while files are open: once @gone is set,
 * which takes both ctl_lock and lock, nothing touches registers any more.
 */
#ifndef FACET_VF_H
#define FACET_VF_H

#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/maple_tree.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <facet/desc.h>
#include <facet/hw.h>
#include <facet/instance.h>
#include <facet/vf.h>

#define FACET_VF_SESSION_BYTES	(64UL << 20)	/* limit of one session's buffers */
#define FACET_VF_BATCH		256		/* most descriptors of one ioctl */
#define FACET_VF_MAX_SG		64		/* entries of a list that we make */
#define FACET_VF_POLL_MAX_NS	100000000U	/* bound of the parameter poll_ns */

/*
 * Memory of one command: its copy of the parameter block, then the scatter
 * lists of input and output.
 */
#define FACET_VF_AREA_SRC	FACET_PARAM_MAX_BYTES
#define FACET_VF_AREA_DST	(FACET_VF_AREA_SRC + FACET_VF_MAX_SG * sizeof(struct facet_sge))
#define FACET_VF_AREA_BYTES	(FACET_VF_AREA_DST + FACET_VF_MAX_SG * sizeof(struct facet_sge))

/**
 * struct facet_vf_block - contiguous memory, one DMA window
 * @node: in facet_vf_pool.blocks
 * @page: first page
 * @order: length, 2^order pages
 * @iova: where the device sees it
 * @mapped: the DMA mapping exists
 * @used: which of its pages are handed out
 */
struct facet_vf_block {
	struct list_head	node;
	struct page		*page;
	unsigned int		order;
	dma_addr_t		iova;
	bool			mapped;
	unsigned long		used[];
};

/**
 * struct facet_vf_piece - pages of a block that are handed out
 * @node: in its owner's list
 * @block: where they are
 * @first: first page in the block
 * @nr: number of pages
 * @handle: address in the session
 */
struct facet_vf_piece {
	struct list_head	node;
	struct facet_vf_block	*block;
	unsigned int		first;
	unsigned int		nr;
	u64			handle;
};

/**
 * struct facet_vf_pool - memory granted to the device
 * @lock: protects all of this; adding a block takes ctl_lock too, so that
 *	either lock keeps @blocks as it is
 * @blocks: struct facet_vf_block
 * @nr_blocks: their number
 * @bytes: their length
 * @max_bytes: parameter pool_mib or the quota
 * @max_blocks: quota
 * @frag_pages: least pages of a piece of a larger buffer
 */
struct facet_vf_pool {
	struct mutex		lock;	/* protects all of this */
	struct list_head	blocks;
	unsigned int		nr_blocks;
	u64			bytes;
	u64			max_bytes;
	unsigned int		max_blocks;
	unsigned int		frag_pages;
};

/**
 * struct facet_vf_cmd - a command, from reservation to completion
 * @session: whose it is, holding a reference; NULL: free
 * @pushed: the device has it
 * @sq_index: its submission index, once @pushed
 * @cookie: the program's
 * @src_len: length of the input, in bytes
 * @dst_len: room for output, in bytes
 * @param_len: length of the parameter block in @area, in bytes
 * @area: FACET_VF_AREA_BYTES that the device may read
 * @area_iova: where the device sees them
 * @dict: history that is scattered in the session, copied; kept for the next
 */
struct facet_vf_cmd {
	struct facet_vf_session	*session;
	bool			pushed;
	u32			sq_index;
	__le64			cookie;
	u32			src_len;
	u32			dst_len;
	u32			param_len;
	void			*area;
	dma_addr_t		area_iova;
	struct facet_vf_piece	*dict;
};

/**
 * struct facet_vf_ring - both rings and the commands
 * @sq: submission ring
 * @cq: completion ring
 * @sq_iova: where the device sees @sq
 * @cq_iova: where the device sees @cq
 * @log2: slots of both
 * @prod: commands pushed
 * @doorbell: producer index that the device was told
 * @cons: completions consumed
 * @running: the device has the rings
 * @armed: an interrupt will come once the device's tail passes @event
 * @event: as last written to the device
 * @late: the watchdog has seen that the interrupt for @event was due
 * @cmds: one for each slot
 * @free: indices of free commands, a stack
 * @nr_free: its height
 * @nr_active: sessions with commands
 * @pieces: memory of the rings and of the commands
 */
struct facet_vf_ring {
	struct facet_desc	*sq;
	struct facet_comp	*cq;
	dma_addr_t		sq_iova;
	dma_addr_t		cq_iova;
	u32			log2;
	u32			prod;
	u32			doorbell;
	u32			cons;
	bool			running;
	bool			armed;
	u32			event;
	bool			late;
	struct facet_vf_cmd	*cmds;
	u16			*free;
	unsigned int		nr_free;
	unsigned int		nr_active;
	struct list_head	pieces;
};

/**
 * struct facet_vf_stats - what sysfs shows, protected by facet_vf.lock
 * @commands: pushed
 * @irqs: interrupts of vector 0
 * @lost_irqs: interrupts that were due and did not come
 * @bad_completions: completions that did not fit their command
 * @aborted: commands ended by a reset
 */
struct facet_vf_stats {
	u64	commands;
	u64	irqs;
	u64	lost_irqs;
	u64	bad_completions;
	u64	aborted;
};

/**
 * struct facet_vf - an instance
 * @ref: held by the PCI function and by each session
 * @pdev: the PCI function; not to be used when @gone
 * @misc: /dev/facet/N
 * @id: N
 * @name: name of the device file
 * @nodename: path of the device file below /dev
 * @ctl: control page
 * @win: doorbell page
 * @ctl_lock: the control page
 * @lock: ring, commands, sessions' completions
 * @kicks: the doorbell page is memory: FACET_VI_CAP_KICK
 * @gone: no registers any more; set with @ctl_lock and @lock held
 * @broken: in error, could not be reset
 * @removing: unbinding has begun; waits for the control page give up
 * @confused: the device's completions make no sense; recovery resets it
 * @info: what FACET_VF_INFO tells
 * @resets_base: FACET_VI_RESETS when bound
 * @resets_seen: FACET_VI_RESETS that has been dealt with
 * @post_wq: waits for a post
 * @room_wq: waits for room in the ring
 * @recover_work: after a reset or an error
 * @watchdog: looks after lost interrupts while anybody waits
 * @pool: memory
 * @ring: rings
 * @sessions: open files
 * @waiting: sessions that want an interrupt
 * @stats: counters
 */
struct facet_vf {
	struct kref		ref;
	struct pci_dev		*pdev;
	struct miscdevice	misc;
	int			id;
	char			name[16];
	char			nodename[16];
	void __iomem		*ctl;
	void __iomem		*win;
	struct mutex		ctl_lock;	/* control page */
	spinlock_t		lock;		/* ring, completions; taken in interrupts */
	bool			kicks;
	bool			gone;
	bool			broken;
	bool			removing;
	bool			confused;
	struct facet_vf_info	info;
	u32			resets_base;
	u32			resets_seen;
	wait_queue_head_t	post_wq;
	wait_queue_head_t	room_wq;
	struct work_struct	recover_work;
	struct delayed_work	watchdog;
	struct facet_vf_pool	pool;
	struct facet_vf_ring	ring;
	struct list_head	sessions;
	struct list_head	waiting;
	struct facet_vf_stats	stats;
};

/**
 * struct facet_vf_session - an open file
 * @ref: held by the file and by each command
 * @vf: the instance
 * @node: in facet_vf.sessions
 * @free_work: gives the memory back, which an interrupt cannot
 * @lock: protects @pieces, @bytes and @next_handle
 * @buffers: pieces by handle; never shrinks, so that finding needs no lock
 * @pieces: all of them
 * @bytes: their length
 * @next_handle: of the next buffer; a page is left out behind each
 * @wq: waits for completions
 * @comps: completions not collected, as many slots as the ring
 * @comp_head: completions delivered here
 * @comp_tail: completions collected
 * @inflight: commands reserved or on the device
 * @wait_node: in facet_vf.waiting
 * @sleepers: threads asleep in FACET_VF_REAP
 * @need: completions that the least demanding of them waits for
 * @polled: poll(2) has been used: interrupts while there are commands
 * @blocked: there was no room for a command
 * @poll_ns: how long the next waiter polls
 * @reap_lock: held while completions are copied out
 */
struct facet_vf_session {
	struct kref		ref;
	struct facet_vf		*vf;
	struct list_head	node;
	struct work_struct	free_work;
	struct mutex		lock;	/* buffers */
	struct maple_tree	buffers;
	struct list_head	pieces;
	u64			bytes;
	u64			next_handle;
	wait_queue_head_t	wq;
	struct facet_comp	*comps;
	u32			comp_head;
	u32			comp_tail;
	u32			inflight;
	struct list_head	wait_node;
	unsigned int		sleepers;
	u32			need;
	bool			polled;
	bool			blocked;
	u64			poll_ns;
	struct mutex		reap_lock;	/* order of completions copied out */
};

extern struct workqueue_struct *facet_vf_wq;
extern const struct file_operations facet_vf_fops;

static inline u32 facet_vf_slots(const struct facet_vf_ring *ring)
{
	return 1U << ring->log2;
}

static inline size_t facet_vf_block_bytes(const struct facet_vf_block *block)
{
	return PAGE_SIZE << block->order;
}

static inline u64 facet_vf_piece_bytes(const struct facet_vf_piece *piece)
{
	return (u64)piece->nr << PAGE_SHIFT;
}

static inline void *facet_vf_piece_addr(const struct facet_vf_piece *piece)
{
	return page_address(piece->block->page + piece->first);
}

static inline dma_addr_t facet_vf_piece_iova(const struct facet_vf_piece *piece)
{
	return piece->block->iova + ((dma_addr_t)piece->first << PAGE_SHIFT);
}

static inline u32 facet_vf_comps(const struct facet_vf_session *s)
{
	return READ_ONCE(s->comp_head) - READ_ONCE(s->comp_tail);
}

/* -- main.c -- */
void facet_vf_get(struct facet_vf *vf);
void facet_vf_put(struct facet_vf *vf);
int facet_vf_reset(struct facet_vf *vf);

/* -- ctl.c: all with ctl_lock held -- */
int facet_vf_ctl_probe(struct facet_vf *vf);
int facet_vf_ctl_reset(struct facet_vf *vf);
int facet_vf_ctl_settled(struct facet_vf *vf);
u32 facet_vf_ctl_state(struct facet_vf *vf);
u32 facet_vf_ctl_resets(struct facet_vf *vf);
u32 facet_vf_ctl_intr(struct facet_vf *vf);
int facet_vf_ctl_grant(struct facet_vf *vf, u64 iova, u64 len_bytes);
u32 facet_vf_ctl_windows(struct facet_vf *vf);
int facet_vf_ctl_enable(struct facet_vf *vf);
void facet_vf_ctl_kick(struct facet_vf *vf);

/* -- pool.c -- */
void facet_vf_pool_init(struct facet_vf *vf);
struct facet_vf_piece *facet_vf_pool_get(struct facet_vf *vf, unsigned int most,
					 unsigned int least);
void facet_vf_pool_put(struct facet_vf *vf, struct facet_vf_piece *piece);
int facet_vf_pool_regrant(struct facet_vf *vf);
void facet_vf_pool_unmap(struct facet_vf *vf);
void facet_vf_pool_free(struct facet_vf *vf);

/* -- ring.c -- */
void facet_vf_ring_init(struct facet_vf *vf);
int facet_vf_ring_alloc(struct facet_vf *vf);
void facet_vf_ring_free(struct facet_vf *vf);
int facet_vf_ring_enable(struct facet_vf *vf);
void facet_vf_ring_stop(struct facet_vf *vf);
void facet_vf_ring_abort(struct facet_vf *vf);
unsigned int facet_vf_ring_harvest(struct facet_vf *vf);
bool facet_vf_ring_passed(struct facet_vf *vf, u32 index);
bool facet_vf_ring_pending(struct facet_vf *vf);
bool facet_vf_ring_room(struct facet_vf_session *s);
struct facet_vf_cmd *facet_vf_cmd_reserve(struct facet_vf_session *s);
void facet_vf_cmd_release(struct facet_vf *vf, struct facet_vf_cmd *cmd);
int facet_vf_cmd_push(struct facet_vf *vf, struct facet_vf_cmd *cmd, const struct facet_desc *desc);
void facet_vf_ring_kick(struct facet_vf_session *s);

/* -- wait.c -- */
irqreturn_t facet_vf_irq_comp(int irq, void *data);
void facet_vf_watchdog(struct work_struct *work);
void facet_vf_want(struct facet_vf_session *s);
void facet_vf_arm(struct facet_vf *vf);
int facet_vf_wait(struct facet_vf_session *s, u32 need, ktime_t timeout);
u32 facet_vf_poll_limit_ns(void);
void facet_vf_wake_all(struct facet_vf *vf);

/* -- session.c -- */
void facet_vf_session_get(struct facet_vf_session *s);
void facet_vf_session_put(struct facet_vf_session *s);
int facet_vf_buf_alloc(struct facet_vf_session *s, u64 bytes, u64 *handle);
struct facet_vf_piece *facet_vf_find(struct facet_vf_session *s, u64 handle);

/* -- submit.c -- */
long facet_vf_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

#endif /* FACET_VF_H */
