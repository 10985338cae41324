/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facet_vfio.ko's own side.  Locks and their order: Documentation/locking.rst.
 *
 *   instance.c  modules, mdev and VFIO operations, open and close
 *   reset.c     the state machine, resets, what the device reports
 *   config.c    PCI config space
 *   ctl.c       control page (BAR0)
 *   windows.c   DMA windows
 *   irqs.c      interrupts
 *   region.c    accesses to the BARs, mapping of the doorbell page
 *   sysfs.c     attributes
 *   direct.c    instances with a queue context of their own
 *   shared.c    instances that a host thread serves
 *   seat.c      their place in the pool's schedulers
 *   comp.c      completions that it can believe
 *   pool*.c     that thread, its queue contexts and schedulers
 *   cost.c      what operations cost
 *   qos*.c      what instances are promised: knobs, groups, the control loop
 *   health*.c   the watchdog; watchdog.c: its rules
 *   pf.c        resets of the accelerator as a whole
 */
#ifndef FACET_VI_H
#define FACET_VI_H

#include <linux/interval_tree.h>
#include <linux/mdev.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "facet.h"
#include "health.h"
#include "pool.h"
#include "qos.h"
#include "queue.h"
#include "seat.h"

/* File offset of a region: its index above, the offset in it below. */
#define VI_REGION_SHIFT		40
#define VI_REGION(index)	((u64)(index) << VI_REGION_SHIFT)
#define VI_REGION_INDEX(pos)	((pos) >> VI_REGION_SHIFT)
#define VI_REGION_OFFSET(pos)	((pos) & (VI_REGION(1) - 1))

#define VI_BAR_BYTES		4096
#define VI_CONFIG_BYTES		4096
#define VI_STORAGE_BYTES	0x200	/* of the control page: what it holds is below */
#define VI_MSIX_TABLE_BYTES	(FACET_VI_NR_VECTORS * PCI_MSIX_ENTRY_SIZE)
#define VI_MSIX_PBA		0x800
#define VI_OP_BYTES		(FACET_VI_OP(1) - FACET_VI_OP(0))

#define VI_CHUNK_BYTES		0x200000ULL
#define VI_CHUNK_PAGES		(VI_CHUNK_BYTES >> PAGE_SHIFT)

#define VI_QUOTA_WINDOWS	1024
#define VI_QUOTA_WINDOWS_MAX	65536
#define VI_QUOTA_BYTES		(16ULL << 30)
#define VI_QUOTA_BYTES_MAX	BIT_ULL(40)
#define VI_QUOTA_POSTS		64

/**
 * enum vi_reset - why an instance is reset
 * @VI_RESET_OWNER: FACET_VI_RESET
 * @VI_RESET_FLR: function level reset through config space
 * @VI_RESET_PM: from D3hot to D0
 * @VI_RESET_VFIO: VFIO_DEVICE_RESET
 * @VI_RESET_OPERATOR: sysfs; keeps the grants
 * @VI_RESET_WATCHDOG: the host gave up on a command; keeps the grants
 * @VI_RESET_DEVICE: the accelerator as a whole was reset; keeps the grants
 * @VI_RESET_RINGS: the owner disables its rings; keeps the grants, not counted
 * @VI_RESET_CLOSE: the owner has closed the instance; not counted
 */
enum vi_reset {
	VI_RESET_OWNER,
	VI_RESET_FLR,
	VI_RESET_PM,
	VI_RESET_VFIO,
	VI_RESET_OPERATOR,
	VI_RESET_WATCHDOG,
	VI_RESET_DEVICE,
	VI_RESET_RINGS,
	VI_RESET_CLOSE,
};

/**
 * struct vi_fault - the last translation fault of a command
 * @addr: IOVA
 * @sq_index: submission index of the command
 * @status: enum facet_status
 * @seen: there was one
 */
struct vi_fault {
	u64 addr;
	u32 sq_index;
	u16 status;
	bool seen;
};

/**
 * struct vi_counts - what is counted here and not in the device; under state_lock
 * @resets: resets since the instance was made
 * @faults: commands that hit a translation fault
 * @cmax: commands stopped at their ceiling
 * @engine: engine failures
 * @ring: errors that stopped the rings
 */
struct vi_counts {
	u64 resets;
	u64 faults;
	u64 cmax;
	u64 engine;
	u64 ring;
};

/**
 * struct vi_post - a request to grant or revoke a window
 * @addr: first byte
 * @len: bytes
 * @cmd: FACET_VI_POST_CMD_*
 * @attr: FACET_VI_POST_READ, FACET_VI_POST_WRITE
 * @result: enum facet_vi_result
 */
struct vi_post {
	u64 addr;
	u64 len;
	u32 cmd;
	u32 attr;
	u32 result;
};

/**
 * struct vi_windows - an instance's grants; windows.c
 * @lock: everything here unless noted; never held across pinning or unpinning
 * @tree: windows, which do not overlap
 * @nr: windows in @tree
 * @bytes: their length
 * @nr_granted: those completely granted
 * @pinned_bytes: pinned now
 * @post: the last requests, by ticket modulo FACET_VI_POST_HISTORY
 * @next: ticket of the next request
 * @done: requests finished
 * @cancel: requests are not taken, and those taken are canceled
 * @work: carries them out
 * @wq: ordered; @work alone runs on it
 * @wait: a chunk was released, or @cancel was set
 * @pages: what @work pins; its own
 * @gone_first: first address of what VFIO took away lately
 * @gone_last: last address
 * @gone_until: jiffies until which that is not pinned again
 */
struct vi_windows {
	struct mutex lock;	/* grants; not held across pinning */
	struct rb_root_cached tree;
	u32 nr;
	u64 bytes;
	u32 nr_granted;
	u64 pinned_bytes;
	struct vi_post *post;
	u32 next;
	u32 done;
	bool cancel;
	struct work_struct work;
	struct workqueue_struct *wq;
	wait_queue_head_t wait;
	struct page **pages;
	u64 gone_first;
	u64 gone_last;
	unsigned long gone_until;
};

/**
 * struct facet_vi - a mediated instance
 * @vdev: VFIO device
 * @fdev: accelerator
 * @queue: how it reaches the engines
 * @ctx: its queue context, if direct
 * @pool: what shared instances have in common
 * @shared: its part of that, if shared
 * @seat: its place in the pool's schedulers, if shared
 * @as: its address space
 * @quota_windows: most windows
 * @quota_bytes: most bytes in them
 * @quota_posts: most requests outstanding
 * @control_accesses: accesses to the control page that trapped
 *
 * @reset_lock: one reset, ring command, open or close at a time
 * @stuck: the context did not end a reset.  Under @reset_lock
 * @reset_result: 0 or -errno of the last reset.  Under @reset_lock
 * @reset_work: resets that nobody waits for
 *
 * @ctl_lock: what the owner's registers hold, and config space
 * @storage: registers of the control page that only store
 * @post_result: FACET_VI_POST_RESULT
 * @post_ticket: FACET_VI_POST_TICKET
 * @ring_result: FACET_VI_RING_RESULT
 * @latch: high half of the 64-bit register whose low half was read last
 * @config: config space
 * @msix: MSI-X table, as far as the owner's VMM leaves it to us
 *
 * @state_lock: what hard interrupts and the event log touch; innermost
 * @state: enum facet_vi_state
 * @epoch: resets begun, of whatever kind: what was seen in another one is over
 * @reset_pending: FACET_VI_RESET reads 1
 * @resets: FACET_VI_RESETS
 * @intr: FACET_VI_INTR
 * @error: FACET_VI_ERROR
 * @fault: last fault
 * @faults: FACET_VI_FAULTS
 * @count: counters
 * @trigger: eventfds of the MSI-X vectors
 * @req: eventfd that asks for the instance back
 * @err: eventfd that tells of the accelerator's end
 *
 * @window_lock: which page stands for the doorbell page
 * @window_open: the queue's, unless @window_held; else @shadow
 * @window_held: what the owner writes waits in @shadow
 * @held_doorbell: producer index in @shadow that the queue has
 * @held_event: event index likewise
 * @window: the context's, for accesses that trap; NULL while closed
 * @shadow: memory that takes doorbells, and keeps or forgets them
 *
 * @windows: grants
 * @qos: what it is promised
 * @health: what is the matter with it
 */
struct facet_vi {
	struct vfio_device vdev;
	struct facet_device *fdev;
	const struct vi_queue_ops *queue;
	struct facet_ctx *ctx;
	struct vi_pool *pool;
	struct vi_shared *shared;
	struct vi_seat *seat;
	struct facet_aspace *as;
	u32 quota_windows;
	u64 quota_bytes;
	u32 quota_posts;
	atomic64_t control_accesses;

	struct mutex reset_lock;	/* resets, ring commands, open, close */
	bool stuck;
	int reset_result;
	struct work_struct reset_work;

	struct mutex ctl_lock;	/* registers and config space */
	u32 storage[VI_STORAGE_BYTES / 4];
	u32 post_result;
	u32 post_ticket;
	u32 ring_result;
	u32 latch;
	u8 config[PCI_CFG_SPACE_SIZE];
	u8 msix[VI_MSIX_TABLE_BYTES];

	spinlock_t state_lock;	/* state, events, eventfds */
	u32 state;
	u32 epoch;
	bool reset_pending;
	u32 resets;
	u32 intr;
	u32 error;
	struct vi_fault fault;
	u32 faults;
	struct vi_counts count;
	struct eventfd_ctx *trigger[FACET_VI_NR_VECTORS];
	struct eventfd_ctx *req;
	struct eventfd_ctx *err;

	struct rw_semaphore window_lock;
	bool window_open;
	bool window_held;
	u32 held_doorbell;
	u32 held_event;
	void __iomem *window;
	u32 *shadow;

	struct vi_windows windows;
	struct vi_qos qos;
	struct vi_health health;
};

static inline struct facet_vi *to_vi(struct vfio_device *vdev)
{
	return container_of(vdev, struct facet_vi, vdev);
}

#define VI_NR_TYPES	2

struct vi_parent;

/**
 * struct vi_type - a type of instances
 * @type: for mdev
 * @parent: accelerator
 * @queue: how its instances reach the engines
 */
struct vi_type {
	struct mdev_type type;
	struct vi_parent *parent;
	const struct vi_queue_ops *queue;
};

/**
 * struct vi_parent - an accelerator as the parent of instances
 * @fdev: accelerator
 * @pool: what its shared instances have in common
 * @qos: what instances are promised
 * @health: watchdog
 * @parent: for mdev
 * @type: types of instances
 * @types: table of them
 */
struct vi_parent {
	struct facet_device *fdev;
	struct vi_pool *pool;
	struct vi_qos_dom *qos;
	struct vi_health_dom *health;
	struct mdev_parent parent;
	struct vi_type type[VI_NR_TYPES];
	struct mdev_type *types[VI_NR_TYPES];
};

/* pf.c */
extern const struct facet_client_ops vi_client_ops;

/* instance.c */
extern struct workqueue_struct *vi_reset_wq;

/* reset.c */
extern const struct facet_ctx_ops vi_ctx_ops;
u32 vi_state(struct facet_vi *vi);
int vi_reset(struct facet_vi *vi, enum vi_reset why);
int vi_reset_locked(struct facet_vi *vi, enum vi_reset why);
void vi_reset_request(struct facet_vi *vi);
void vi_hold(struct facet_vi *vi);
void vi_revive(struct facet_vi *vi);
void vi_reset_work(struct work_struct *work);
int vi_stop(struct facet_vi *vi);
u32 vi_rings_enable(struct facet_vi *vi, const struct facet_ctx_setup *setup);
u32 vi_rings_disable(struct facet_vi *vi);
void vi_ring_error(struct facet_vi *vi, u32 error);
void vi_command_fault(struct facet_vi *vi, const struct vi_fault *fault);
void vi_count_event(struct facet_vi *vi, u64 *counter);
void vi_dead(struct facet_vi *vi);

/* config.c */
void vi_config_init(struct facet_vi *vi);
u8 vi_config_read(struct facet_vi *vi, u32 off);
void vi_config_write(struct facet_vi *vi, u32 off, const u8 *buf, unsigned int n);
bool vi_config_awake(struct facet_vi *vi);

/* ctl.c */
u32 vi_ctl_read(struct facet_vi *vi, u32 off);
void vi_ctl_write(struct facet_vi *vi, u32 off, u32 value);
void vi_ctl_init(struct facet_vi *vi);

/* windows.c */
int vi_windows_init(struct facet_vi *vi);
void vi_windows_fini(struct facet_vi *vi);
void vi_windows_open(struct facet_vi *vi);
void vi_windows_drop_all(struct facet_vi *vi);
u32 vi_windows_post(struct facet_vi *vi, const struct vi_post *req, u32 *ticket);
u32 vi_windows_status(struct facet_vi *vi, u32 ticket);
u32 vi_windows_done(struct facet_vi *vi);
u32 vi_windows_granted(struct facet_vi *vi);
u64 vi_windows_pinned_bytes(struct facet_vi *vi);
int vi_windows_rw(struct facet_vi *vi, u64 iova, void *buf, size_t n, bool write);
void vi_windows_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length);

/* irqs.c */
void vi_irq_raise_locked(struct facet_vi *vi, unsigned int vector);
void vi_intr_raise(struct facet_vi *vi, u32 bits);
void vi_irq_ctx(void *priv);
void vi_irq_request(struct vfio_device *vdev, unsigned int count);
void vi_irqs_off(struct facet_vi *vi);
int vi_irq_info(struct vfio_irq_info *info);
long vi_irqs_set(struct facet_vi *vi, void __user *arg);

/* region.c */
int vi_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
		   struct vfio_info_cap *caps);
ssize_t vi_region_read(struct vfio_device *vdev, char __user *buf, size_t count, loff_t *ppos);
ssize_t vi_region_write(struct vfio_device *vdev, const char __user *buf, size_t count,
			loff_t *ppos);
int vi_region_mmap(struct vfio_device *vdev, struct vm_area_struct *vma);
void vi_window_set(struct facet_vi *vi, bool open);
void vi_window_hold(struct facet_vi *vi, bool hold);
void vi_window_fresh(struct facet_vi *vi);

/* sysfs.c */
extern const struct attribute_group *vi_groups[];

#endif /* FACET_VI_H */
