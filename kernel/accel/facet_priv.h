/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facet.ko's own side: shared by its files, seen by nobody else.
 *
 * Lock order: facet_ctx.lock -> facet_device.lock; facet_evlog.lock is taken
 * with neither held, and callbacks of facet_ctx_ops run under it.  client_lock comes
 * before all of them.
 */
#ifndef FACET_PRIV_H
#define FACET_PRIV_H

#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/idr.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/workqueue.h>
#include "facet.h"

#define FACET_MAX_CTX		1024
#define FACET_EVLOG_LOG2	8
#define FACET_EVLOG_VECTOR	0
#define FACET_WEIGHT_DEFAULT	100
#define FACET_WEIGHT_MAX	10000

/**
 * struct facet_ctx - a hardware queue context
 * @fdev: accelerator
 * @index: its number
 * @lock: serialises commands to the context and its configuration
 * @stats_lock: @base and @last; innermost
 * @ops: of whoever holds it, NULL when it is free; changes under evlog.lock
 * @priv: argument of @ops
 * @base: counters when it was handed out, less what resets of the device have
 *	taken from them.  Under @stats_lock
 * @last: counters when they were read last.  Under @stats_lock
 * @vector: MSI-X vector, 0: none (that is the event log's)
 * @irq: Linux interrupt of @vector
 * @irq_name: for /proc/interrupts
 * @irqs_seen: interrupts that have arrived; written in the interrupt alone
 * @weight: as programmed
 * @group: arbitration group; FACET_GROUP_OWN while nobody holds the context.  Under
 *	facet_device.lock
 * @cap: permille, as programmed
 * @cap_burst_us: as programmed
 * @request_ns: as programmed
 * @ops_mask: allowed opcodes, as programmed
 * @stuck: a reset did not end; never handed out again.  Under @lock
 */
struct facet_ctx {
	struct facet_device *fdev;
	unsigned int index;
	struct mutex lock;	/* commands and configuration */
	struct mutex stats_lock;	/* counters; not held over commands */
	const struct facet_ctx_ops *ops;
	void *priv;
	struct facet_ctx_stats base;
	struct facet_ctx_stats last;
	unsigned int vector;
	int irq;
	char irq_name[40];
	u64 irqs_seen;
	u32 weight;
	u32 group;
	u32 cap;
	u32 cap_burst_us;
	u32 request_ns;
	u64 ops_mask;
	bool stuck;
};

/**
 * struct facet_evlog - event log
 * @lock: serialises consumption and the callbacks; holders of contexts come and
 *	go under it
 * @ring: in coherent memory, written by the device
 * @dma: its bus address
 * @head: next event to consume.  Under @lock
 * @dropped: FACET_REG_EVLOG_DROPPED when last seen.  Under @lock
 */
struct facet_evlog {
	struct mutex lock;	/* consumption and callbacks */
	struct facet_event *ring;
	dma_addr_t dma;
	u32 head;
	u32 dropped;
};

/**
 * struct facet_group - an arbitration group, as programmed
 * @weight: FACET_GRP_WEIGHT
 * @flags: FACET_GRP_FLAGS
 * @request_ns: FACET_GRP_REQUEST_NS
 */
struct facet_group {
	u32 weight;
	u32 flags;
	u32 request_ns;
};

/**
 * struct facet_settings - settings of the device that a reset loses
 * @timing: FACET_REG_TIMING_MODE
 * @dilation: FACET_REG_DILATION
 * @arb: FACET_REG_ARB
 */
struct facet_settings {
	u32 timing;
	u32 dilation;
	u32 arb;
};

/**
 * struct facet_device - an accelerator
 * @pdev: PCI function
 * @regs: global block G
 * @win_phys: bus address of the windows
 * @caps: what it has
 * @pasid_reason: why it has no PASIDs to give; NULL: it has
 * @window_reason: why its windows cannot be mapped; NULL: they can
 * @lock: allocation of contexts and global settings
 * @pasid_lock: one access to the valid-PASID table at a time
 * @arb: the arbiter's policy, enum facet_arb
 * @used: contexts handed out, or stuck.  Under @lock
 * @members: contexts in each arbitration group.  Under @lock
 * @offline: engines that take no commands, as programmed.  Under @lock
 * @group: arbitration groups; each the affair of who holds its contexts
 * @saved: settings
 * @ctx: all contexts
 * @nr_vectors: vectors that can be handed out are 1..@nr_vectors - 1
 * @msix_dyn: vectors are allocated one by one
 * @vectors: those in use
 * @evlog: event log
 * @aux: auxiliary device for facet_vfio.ko
 * @debugfs: directory
 * @client_lock: resets of the whole, and @client
 * @client: who wants to hear of them
 * @client_priv: argument
 * @resetting: between the two halves of such a reset.  Written under @client_lock
 * @give_up: when nobody ends a recovery from an error on the bus
 * @restored: outcome of facet_hw_restore() after an error on the bus
 * @dead: reads as all ones
 * @dead_work: tells everybody
 */
struct facet_device {
	struct pci_dev *pdev;
	void __iomem *regs;
	phys_addr_t win_phys;
	struct facet_caps caps;
	const char *pasid_reason;
	const char *window_reason;
	struct mutex lock;	/* allocation, global settings */
	struct mutex pasid_lock;	/* valid-PASID table */
	u32 arb;
	DECLARE_BITMAP(used, FACET_MAX_CTX);
	u16 members[FACET_MAX_CTX];
	u32 offline[FACET_NR_CLASSES];
	struct facet_group group[FACET_MAX_CTX];
	struct facet_settings saved;
	struct facet_ctx *ctx;
	unsigned int nr_vectors;
	bool msix_dyn;
	struct ida vectors;
	struct facet_evlog evlog;
	struct auxiliary_device *aux;
	struct dentry *debugfs;
	struct mutex client_lock;	/* resets of the whole */
	const struct facet_client_ops *client;
	void *client_priv;
	bool resetting;
	struct delayed_work give_up;
	int restored;
	bool dead;
	struct work_struct dead_work;
};

/* hw.c: every register access, traced; any context */
u32 facet_hw_read(struct facet_device *fdev, u32 off);
u64 facet_hw_read64(struct facet_device *fdev, u32 off);
void facet_hw_write(struct facet_device *fdev, u32 off, u32 value);
void facet_hw_write64(struct facet_device *fdev, u32 off, u64 value);
int facet_hw_poll(struct facet_device *fdev, u32 off, u32 mask, u32 value, u64 timeout_us);
int facet_hw_reset(struct facet_device *fdev);
int facet_hw_read_caps(struct facet_device *fdev);
void facet_lost(struct facet_device *fdev);

/* recovery.c */
extern const struct pci_error_handlers facet_error_handlers;
extern const struct dev_pm_ops facet_pm_ops;
void facet_save_settings(struct facet_device *fdev);
void facet_reset_prepare(struct facet_device *fdev);
int facet_hw_restore(struct facet_device *fdev);
void facet_reset_done(struct facet_device *fdev, int err);
void facet_recovery_init(struct facet_device *fdev);
void facet_recovery_fini(struct facet_device *fdev);

/* ctx.c */
int facet_ctx_init_all(struct facet_device *fdev);
bool facet_ctx_any_used(struct facet_device *fdev);
void facet_ctx_save_all(struct facet_device *fdev);
void facet_ctx_restore_all(struct facet_device *fdev);

/* arb.c */
void facet_ctx_leave_group(struct facet_ctx *ctx);
void facet_arb_set_policy(struct facet_device *fdev, u32 policy);
void facet_arb_restore(struct facet_device *fdev);

/* irq.c */
int facet_irq_init(struct facet_device *fdev);
void facet_irq_fini(struct facet_device *fdev);

/* evlog.c */
int facet_evlog_init(struct facet_device *fdev);
void facet_evlog_fini(struct facet_device *fdev);
void facet_evlog_drain(struct facet_device *fdev);
void facet_evlog_restore(struct facet_device *fdev);

/* aspace.c */
int facet_aspace_probe(struct facet_device *fdev);

/* sysfs.c, debugfs.c */
extern const struct attribute_group *facet_dev_groups[];
void facet_debugfs_init(struct facet_device *fdev);
void facet_debugfs_root_init(void);
void facet_debugfs_root_fini(void);

#endif /* FACET_PRIV_H */
