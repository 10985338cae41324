/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libfacet: a user-space owner of mediated instances, for the tests.
 *
 *   sysfs.c    the accelerator, its mdev type, instances by UUID, attributes
 *   vfio.c     container, group, device; DMA maps; regions; interrupts
 *   iommufd.c  the same memory through iommufd, and the character device
 *   ctl.c      control page: windows with tickets, rings, reset
 *   ring.c     submission, completions, waiting
 *   ops.c      commands, and their results checked with libcrypto
 *   stream.c   commands verified by a thread beside the test
 *   puppet.c   an owner in a process of its own, which can be killed
 *   causes.c   every way to reset an instance, and every state to do it in
 *   neighbour.c  owners that measure what another one's troubles cost them
 *   share.c    owners that always want the engines, and what they get
 *   debugfs.c  faults injected into the accelerator
 *   uevent.c   what the kernel announces
 *
 * Everything returns 0 or a negative errno unless its comment says otherwise.
 * Waiting is on eventfds with a limit: a missing event is -ETIMEDOUT, never a
 * hang and never a pass.
 */
#ifndef LIBFACET_H
#define LIBFACET_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/types.h>
#include <linux/vfio.h>

#include <facet/desc.h>
#include <facet/hw.h>
#include <facet/instance.h>

#define FCT_UUID_LEN	37
#define FCT_PATH_LEN	512
#define FCT_WAIT_MS	60000	/* an event that takes longer has been lost */
#define FCT_PAGE	4096ULL

/* The memory that fct_start() gives an owner, by offset. */
#define FCT_SQ		0x00000
#define FCT_CQ		0x10000
#define FCT_PARAM	0x20000
#define FCT_SRC		0x40000
#define FCT_DST		0x80000
#define FCT_BUF_BYTES	0x40000
#define FCT_ARENA_BYTES	0x100000
#define FCT_RING_LOG2	6

/* Where fct_start() maps it, the same for every owner unless told otherwise. */
#define FCT_IOVA	0x100000000ULL

struct fct_region {
	__u64 offset;
	__u64 size;
	__u32 flags;
};

struct fct_owner;

/**
 * struct fct_iommu_ops - how an owner's memory reaches the kernel
 * @open: get @device, from a group and container or from a cdev
 * @map: make @len bytes at @va visible at @iova; @flags VFIO_DMA_MAP_FLAG_*
 * @unmap: take them away; returns once nothing reaches them
 */
struct fct_iommu_ops {
	int (*open)(struct fct_owner *o);
	int (*map)(struct fct_owner *o, void *va, __u64 iova, __u64 len,
		   __u32 flags);
	int (*unmap)(struct fct_owner *o, __u64 iova, __u64 len);
};

extern const struct fct_iommu_ops fct_type1;
extern const struct fct_iommu_ops fct_iommufd;

/**
 * struct fct_owner - an open instance
 * @uuid: its name
 * @iommu: backend
 * @container: type1 container, or iommufd
 * @ioas: iommufd's number of the address space
 * @group: VFIO group, -1 without one
 * @device: device fd
 * @region: by VFIO_PCI_*_REGION_INDEX
 * @win: the mapped doorbell page
 * @irq: eventfds of the two vectors
 * @req: eventfd that asks for the device back
 * @arena: the memory of fct_start(), NULL without
 * @iova: where the device sees it
 * @sq: submission ring
 * @cq: completion ring
 * @log2: slots of both
 * @kicks: FACET_VI_CAP_KICK: the doorbell page is memory
 * @nr_kicks: kicks written
 * @prod: commands written
 * @cons: completions consumed
 */
struct fct_owner {
	char uuid[FCT_UUID_LEN];
	const struct fct_iommu_ops *iommu;
	int container;
	__u32 ioas;
	int group;
	int device;
	struct fct_region region[VFIO_PCI_NUM_REGIONS];
	volatile __u32 *win;
	int irq[FACET_VI_NR_VECTORS];
	int req;
	__u8 *arena;
	__u64 iova;
	struct facet_desc *sq;
	struct facet_comp *cq;
	__u32 log2;
	bool kicks;
	__u32 nr_kicks;
	__u32 prod;
	__u32 cons;
};

/* -- sysfs.c -- */
const char *fct_parent(void);		/* PCI address; ends the test without one */
int fct_read(const char *path, char *buf, size_t len);	/* less the newline */
int fct_write(const char *path, const char *text);
void fct_uuid(unsigned int n, char *uuid);
int fct_type_read(const char *attr, char *buf, size_t len);
bool fct_is_shared(void);		/* FACET_TYPE=facet-shared, else direct */
long fct_available(void);		/* available_instances, or -errno */
int fct_create(const char *uuid);
int fct_remove(const char *uuid);
bool fct_exists(const char *uuid);
int fct_attr_read(const char *uuid, const char *attr, char *buf, size_t len);
int fct_attr_write(const char *uuid, const char *attr, const char *text);
long long fct_attr_num(const char *uuid, const char *attr);	/* or -errno */
long long stat_of(struct fct_owner *o, const char *name);	/* of stats/, or -errno */
void fct_sweep(void);	/* remove what an earlier, failed test left */
long fct_locked_kb(void);	/* this process's locked memory */
long long fct_pins(void);	/* pages pinned for DMA in the whole machine */

/* -- vfio.c -- */
bool fct_is_iommufd(void);	/* FACET_IOMMU=iommufd, else type1 */
int fct_open(struct fct_owner *o, const char *uuid);
void fct_close(struct fct_owner *o);
void *fct_alloc(__u64 len);		/* zeroed, shared, page aligned */
int fct_dma_map(struct fct_owner *o, void *va, __u64 iova, __u64 len);
int fct_dma_map_ro(struct fct_owner *o, void *va, __u64 iova, __u64 len);
int fct_dma_unmap(struct fct_owner *o, __u64 iova, __u64 len);
ssize_t fct_pread(struct fct_owner *o, int region, void *buf, size_t len,
		  __u64 off);		/* or -errno */
ssize_t fct_pwrite(struct fct_owner *o, int region, const void *buf, size_t len,
		   __u64 off);		/* or -errno */
__u32 fct_cfg(struct fct_owner *o, unsigned int off, unsigned int width);
int fct_cfg_set(struct fct_owner *o, unsigned int off, unsigned int width,
		__u32 value);
int fct_set_irq(struct fct_owner *o, __u32 index, __u32 start, __u32 count,
		const int *fds);
int fct_irqs_on(struct fct_owner *o);
int fct_map_window(struct fct_owner *o);
int fct_device_reset(struct fct_owner *o);	/* VFIO_DEVICE_RESET */
long long fct_event(int fd, int ms);	/* the count of an eventfd, or -errno */
long long fct_event_now(int fd);	/* the same without waiting; 0: none */
long long fct_now_ms(void);

/* -- ctl.c -- */
__u32 fct_ctl(struct fct_owner *o, __u32 off);
__u64 fct_ctl64(struct fct_owner *o, __u32 off);
void fct_ctl_set(struct fct_owner *o, __u32 off, __u32 value);
void fct_ctl_set64(struct fct_owner *o, __u32 off, __u64 value);
/* enum facet_vi_result of the request; its ticket when it was taken */
__u32 fct_post(struct fct_owner *o, __u32 cmd, __u64 iova, __u64 len,
	       __u32 attr, __u32 *ticket);
int fct_post_wait(struct fct_owner *o, __u32 ticket);	/* result, or -errno */
int fct_grant(struct fct_owner *o, __u64 iova, __u64 len, __u32 attr);
int fct_revoke(struct fct_owner *o, __u64 iova, __u64 len);
int fct_wait_state(struct fct_owner *o, __u32 state);
int fct_vi_reset(struct fct_owner *o);	/* FACET_VI_RESET, until done */
__u32 fct_ring_cmd(struct fct_owner *o, __u64 sq, __u64 cq, __u32 log2,
		   __u32 cmd);		/* enum facet_vi_result */
int fct_rings(struct fct_owner *o);	/* zero and enable those in the arena */
int fct_rings_again(struct fct_owner *o);	/* after a reset by the host */

/* -- ring.c -- */
void fct_queue(struct fct_owner *o, const struct facet_desc *d);
void fct_kick(struct fct_owner *o);
bool fct_reap(struct fct_owner *o, struct facet_comp *c);
int fct_wait(struct fct_owner *o, struct facet_comp *c);	/* interrupt */
void fct_quiet(struct fct_owner *o);	/* until no interrupt is on its way */
int fct_spin(struct fct_owner *o, struct facet_comp *c);	/* polling */
int fct_run(struct fct_owner *o, const struct facet_desc *d,
	    struct facet_comp *c);
int fct_status(struct fct_owner *o, const struct facet_desc *d); /* or -errno */

/* An instance made, opened, with memory granted and rings enabled, and away. */
int fct_start_at(struct fct_owner *o, unsigned int n, __u64 iova);
int fct_start(struct fct_owner *o, unsigned int n);
int fct_attach(struct fct_owner *o, __u64 iova);	/* memory and rings only */
int fct_stop(struct fct_owner *o);

/* -- ops.c: 0, -errno, -EBADMSG for a wrong result, -EREMOTEIO for a status -- */
struct facet_desc fct_copy_desc(struct fct_owner *o, __u32 len);
void fct_fill(void *p, size_t len, __u64 seed);
int fct_op_copy(struct fct_owner *o, __u32 len, __u64 seed);
int fct_op_sha256(struct fct_owner *o, __u32 len, __u64 seed);
int fct_op_aes_ctr(struct fct_owner *o, __u32 len, __u64 seed);
int fct_op_aes_gcm(struct fct_owner *o, __u32 len, __u64 seed);
int fct_op_rsa_sign(struct fct_owner *o, __u64 seed);
/* ends with BAD_DATA after @ns of engine time in class COMP, in model timing */
#define FCT_BILL_BASE_NS	2000
#define FCT_BILL_CMAX_NS	9400000U	/* the dearest command there is */
#define FCT_BILL_SRC_BYTES	16384
struct facet_desc fct_bill_desc(struct fct_owner *o, __u32 ns);
struct facet_desc fct_rsa_desc(struct fct_owner *o);
struct facet_desc fct_rsa_1024_desc(struct fct_owner *o);
struct facet_desc fct_sha256_desc(struct fct_owner *o, __u32 len);
int fct_op_mix(struct fct_owner *o, __u64 seed);	/* one of the above */

/* -- stream.c -- */
/**
 * struct stream - commands that an owner verifies in a thread of its own
 * @o: owner
 * @stop: set to end it
 * @done: commands verified
 * @error: the first failure, 0 for none
 * @thread: the thread
 */
struct stream {
	struct fct_owner *o;
	bool stop;
	unsigned long done;
	int error;
	pthread_t thread;
};

int stream_start(struct stream *s, struct fct_owner *o);
int stream_stop(struct stream *s);	/* the first error that it met */
unsigned long stream_done(struct stream *s);
bool stream_advances(struct stream *s, unsigned long more);	/* within FCT_WAIT_MS */

/* -- puppet.c -- */
enum puppet_order {
	PUPPET_WORK,		/* some commands, each verified */
	PUPPET_BURST,		/* many large ones, not waited for */
	PUPPET_HANG,		/* one that hangs on its engine; direct instances */
	PUPPET_RESET_VFIO,
	PUPPET_RESET_FLR,
	PUPPET_RESET_VI,
};

/**
 * struct puppet - an owner in a process of its own
 * @pid: process, 0 without
 * @orders: pipe to it
 * @answers: pipe from it
 */
struct puppet {
	pid_t pid;
	int orders;
	int answers;
};

int puppet_start(struct puppet *p, const char *uuid, __u64 seed);
/* -ESHUTDOWN: the operator has stopped it; -EPIPE: it is no more */
int puppet_do(struct puppet *p, enum puppet_order order);
int puppet_end(struct puppet *p);	/* it closes the instance, and is waited for */
int puppet_kill(struct puppet *p);

/* -- causes.c -- */
/**
 * struct fct_cause - a way to reset an instance
 * @name: for messages
 * @reset: does it, and waits
 * @keeps: the grants stay
 */
struct fct_cause {
	const char *name;
	int (*reset)(struct fct_owner *o);
	bool keeps;
};

/**
 * struct fct_state - a state that a reset has to end
 * @name: for messages
 * @enter: brings an instance with running rings into it
 */
struct fct_state {
	const char *name;
	int (*enter)(struct fct_owner *o);
};

#define FCT_NR_CAUSES	4
#define FCT_NR_STATES	5
#define FCT_BURST	32	/* commands that keep an instance busy */
extern const struct fct_cause fct_causes[FCT_NR_CAUSES];
extern const struct fct_state fct_states[FCT_NR_STATES];
void fct_burst(struct fct_owner *o, const struct facet_desc *d);	/* FCT_BURST of them */
int fct_operator_reset(struct fct_owner *o);
int fct_flr(struct fct_owner *o);
int fct_enter_busy(struct fct_owner *o);
int fct_enter_error(struct fct_owner *o);
int fct_enter_hung(struct fct_owner *o);	/* its first command hangs on an engine */
int fct_hang(struct fct_owner *o, const struct facet_desc *d);	/* the same with @d */
int fct_again(struct fct_owner *o);	/* grants and rings after a reset; 0 or result */

/* -- neighbour.c -- */
/**
 * struct neighbour - an owner with one command at a time, in a thread
 * @o: owner
 * @d: its command
 * @status: what that is to end with
 * @stop: set to end it
 * @done: completions
 * @lost: submitted and never completed
 * @bad: completions with another status or cookie
 * @wait_max_ns: most time between a command's arrival and its start, device stamps
 * @error: -errno that ended it
 * @thread: the thread
 */
struct neighbour {
	struct fct_owner o;
	struct facet_desc d;
	int status;
	bool stop;
	unsigned long done;
	unsigned long lost;
	unsigned long bad;
	unsigned long long wait_max_ns;
	int error;
	pthread_t thread;
};

int neighbours_begin(struct neighbour *nb, int n);
void neighbours_end(struct neighbour *nb, int n);
unsigned long long neighbours_wait(const struct neighbour *nb, int n);	/* the worst */
void neighbours_forget(struct neighbour *nb, int n);	/* measure anew */
bool neighbours_advance(struct neighbour *nb, int n, unsigned long more);	/* each */
void neighbours_hold(void);	/* none has a command outstanding */
void neighbours_release(void);

/* -- share.c -- */
/**
 * struct share - an owner that always wants more
 * @o: owner
 * @d: its command
 * @class: attribute of the class's engine time: "busy_pk_ns" and so on
 * @depth: commands that it keeps outstanding
 * @done: completed
 * @bad: of these, with another status than @status
 * @status: which they are to have
 * @clock_ns: device clock when the window began; its length afterwards
 * @engine_ns: engine time used in the window
 * @backlog_ns: time in the window with a command waiting or running
 */
struct share {
	struct fct_owner *o;
	struct facet_desc d;
	const char *class;
	__u32 depth;
	unsigned long done;
	unsigned long bad;
	int status;
	long long clock_ns;
	long long engine_ns;
	long long backlog_ns;
};

void share_feed(struct share *s, int n);
/* 0, -errno; -EREMOTEIO for a wrong status, -ETIMEDOUT for no progress */
int share_window(struct share *s, int n, long long settle_ns, long long window_ns);
bool share_backlogged(const struct share *s);	/* >= 99.5 % of the window */
long share_permille(const struct share *s, int n, int which);	/* of what all got */
int share_parent_write(const char *attr, const char *text);
long long share_parent_num(const char *attr);

/* -- debugfs.c -- */
int fct_inject(enum facet_inject kind, long ctx, __u32 count, __u32 arg);
int fct_inject_engine(enum facet_inject kind, enum facet_class class, unsigned int e,
		      __u32 count);
int fct_hw_ctx(const char *uuid);	/* its queue context, or -errno */
bool fct_engine_hangs(long ctx);	/* one has a command, of @ctx unless -1, and stands still */
int fct_engine_hang_wait(long ctx);	/* until one does */
/* the queue context by which shared instances reach a class, or -errno */
int fct_host_ctx(enum facet_class class);
long long fct_events_dropped(void);	/* by the device, since it was reset */
int fct_pf_reset(void);			/* of the accelerator's PCI function */

/* -- uevent.c -- */
int fct_uevents(void);			/* a socket for those from now on, or -errno */
/* wait for one with both strings in it */
int fct_uevent_wait(int fd, const char *a, const char *b);

#endif /* LIBFACET_H */
