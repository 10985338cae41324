/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facet.ko as the modules above it see it (facet_vfio.ko and others).
 *
 * facet.ko binds the accelerator and creates one auxiliary device for each
 * module that may sit on top; their drivers get the accelerator with
 * facet_from_aux().  The auxiliary device goes before the accelerator does, so a
 * driver's remove() is where everything below is given back.
 *
 * All functions may sleep unless they say otherwise.  Symbols are in the
 * namespace FACET.
 */
#ifndef FACET_H
#define FACET_H

#include <linux/auxiliary_bus.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/types.h>
#include "facet/desc.h"
#include "facet/hw.h"
#include "facet/instance.h"

/* Name of the auxiliary device for facet_vfio.ko: "facet.vfio". */
#define FACET_AUX_VFIO		"vfio"

struct facet_device;
struct facet_ctx;

/**
 * struct facet_caps - what the accelerator has, read once at probe
 * @nr_ctx: queue contexts X
 * @stride_log2: log2 of the distance of two windows
 * @engines: FACET_REG_CAP_ENGINES
 * @feat: FACET_FEAT_*
 * @ring: FACET_REG_CAP_RING
 * @pasid_bits: PASID width of the device
 * @flows: flow indices are below this
 * @ops: mask of opcodes
 * @max_sg: most entries of a scatter list
 * @vectors: MSI-X vectors of the device
 * @abort_ns: most time that an abort holds an engine
 */
struct facet_caps {
	u32 nr_ctx;
	u32 stride_log2;
	u32 engines;
	u32 feat;
	u32 ring;
	u32 pasid_bits;
	u32 flows;
	u64 ops;
	u32 max_sg;
	u32 vectors;
	u32 abort_ns;
};

#define FACET_RING_MIN_LOG2(caps)	((caps)->ring & 0xff)
#define FACET_RING_MAX_LOG2(caps)	(((caps)->ring >> 8) & 0xff)

struct facet_device *facet_from_aux(struct auxiliary_device *adev);
struct device *facet_dev(struct facet_device *fdev);
const struct facet_caps *facet_caps(struct facet_device *fdev);
u32 facet_op_reg(struct facet_device *fdev, unsigned int op, unsigned int off);
/**
 * struct facet_client_ops - what the module above wants to hear of resets of the whole
 * @quiesce: the accelerator is about to be reset: end what instances do, begin
 *	nothing.  Registers may not answer; commands to contexts that end things
 *	succeed at once
 * @restore: it has been, and its settings, those of contexts and of groups are what
 *	they were; all contexts are DISABLED, and the valid-PASID table is empty
 * @busy: it cannot be suspended now
 *
 * Process context, under a mutex of facet.ko; must not call facet_set_client().
 */
struct facet_client_ops {
	void (*quiesce)(void *priv);
	void (*restore)(void *priv);
	bool (*busy)(void *priv);
};

void facet_set_client(struct facet_device *fdev, const struct facet_client_ops *ops, void *priv);
bool facet_is_resetting(struct facet_device *fdev);

u64 facet_clock_ns(struct facet_device *fdev);
u32 facet_dilation(struct facet_device *fdev);
u32 facet_arb_policy(struct facet_device *fdev);
bool facet_is_dead(struct facet_device *fdev);

/*
 * Why this accelerator cannot give each instance a PASID of its own; NULL when
 * it can.  One sentence for an administrator.
 */
const char *facet_pasid_reason(struct facet_device *fdev);

/*
 * Why windows of this accelerator cannot be mapped into an owner; NULL when
 * they can.
 */
const char *facet_window_reason(struct facet_device *fdev);

/* -- address spaces: one PASID and one paging domain -- */

/**
 * struct facet_aspace - what an owner's DMA is translated by
 * @fdev: accelerator
 * @domain: paging domain, attached to @pasid of the accelerator
 * @pasid: allocated from the system-wide space
 * @aperture_last: highest IOVA that can be mapped
 */
struct facet_aspace {
	struct facet_device *fdev;
	struct iommu_domain *domain;
	ioasid_t pasid;
	u64 aperture_last;
};

struct facet_aspace *facet_aspace_create(struct facet_device *fdev);
void facet_aspace_destroy(struct facet_aspace *as);
int facet_aspace_map(struct facet_aspace *as, u64 iova, struct page **pages,
		     unsigned int nr_pages, int prot);
void facet_aspace_unmap(struct facet_aspace *as, u64 iova, u64 len_bytes);
struct page *facet_aspace_page(struct facet_aspace *as, u64 iova);

/* -- valid-PASID table: whose data host contexts may touch -- */
int facet_pasid_allow(struct facet_device *fdev, ioasid_t pasid);
int facet_pasid_revoke(struct facet_device *fdev, ioasid_t pasid);

/* -- engines -- */

/**
 * struct facet_engine_info - what an engine does
 * @busy: it has a command; otherwise only @done means anything
 * @ctx: queue context of the command
 * @opcode: its opcode
 * @sq_index: its submission index
 * @start_ns: when it began, device clock
 * @heartbeat: grows while it makes progress
 * @done: commands that the engine has finished
 */
struct facet_engine_info {
	bool busy;
	u32 ctx;
	u32 opcode;
	u32 sq_index;
	u64 start_ns;
	u64 heartbeat;
	u64 done;
};

unsigned int facet_engines(struct facet_device *fdev, unsigned int class);
void facet_engine_read(struct facet_device *fdev, unsigned int class, unsigned int e,
		       struct facet_engine_info *info);
void facet_engine_set_offline(struct facet_device *fdev, unsigned int class, u32 mask);
u32 facet_engine_offline(struct facet_device *fdev, unsigned int class);
int facet_engine_recover(struct facet_device *fdev, enum facet_recover what, unsigned int class,
			 unsigned int e, const struct facet_engine_info *info);
u32 facet_engine_recovery(struct facet_device *fdev);
void facet_events_poll(struct facet_device *fdev);

/* -- queue contexts -- */

/**
 * struct facet_ctx_ops - what the holder of a queue context wants to hear
 * @irq: the context's vector was raised.  Hard interrupt context
 * @event: an entry of the event log names the context.  Process context, under
 *	a mutex of facet.ko; must not call facet_ctx_put() or facet_ctx_reset().
 *	@ev is a private copy in CPU byte order where it matters: use le*_to_cpu()
 * @dead: the accelerator is gone (it reads as all ones).  As @event
 */
struct facet_ctx_ops {
	void (*irq)(void *priv);
	void (*event)(void *priv, const struct facet_event *ev);
	void (*dead)(void *priv);
};

/**
 * struct facet_ctx_setup - configuration with which a context is enabled
 * @host: host context: rings on RID, PASID in each descriptor
 * @pasid: PASID of an owner context
 * @sq_base: submission ring
 * @cq_base: completion ring
 * @ring_log2: slots of both
 * @moderation: FACET_CTX_MODERATION
 */
struct facet_ctx_setup {
	bool host;
	u32 pasid;
	u64 sq_base;
	u64 cq_base;
	u32 ring_log2;
	u32 moderation;
};

/**
 * struct facet_ctx_stats - counters of a context since facet_ctx_get()
 * @commands: completed, any status
 * @errors: of these, not OK
 * @bytes_in: bytes read
 * @bytes_out: bytes written
 * @backlog_ns: time with a command waiting or running
 * @wait_ns: sum of start - arrival
 * @engine_ns: sum of stop - start, by class
 * @doorbells: doorbells that the device saw
 * @irqs: interrupts that the device raised
 * @aborted: commands discarded by reset
 * @throttled_ns: time that commands were held back by the cap
 * @invalid: of @errors, commands that failed validation
 */
struct facet_ctx_stats {
	u64 commands;
	u64 errors;
	u64 bytes_in;
	u64 bytes_out;
	u64 backlog_ns;
	u64 wait_ns;
	u64 engine_ns[FACET_NR_CLASSES];
	u64 doorbells;
	u64 irqs;
	u64 aborted;
	u64 throttled_ns;
	u64 invalid;
};

/**
 * struct facet_ctx_work - what the commands of a context do
 * @waits: FACET_CTX_WAITS
 * @done: commands completed since the device was reset
 * @invalid: of these, such that failed validation
 * @raised: interrupts that the device raised since then
 * @seen: interrupts that have arrived
 * @overdue: completions have passed the event index
 */
struct facet_ctx_work {
	u32 waits;
	u64 done;
	u64 invalid;
	u64 raised;
	u64 seen;
	bool overdue;
};

struct facet_ctx *facet_ctx_get(struct facet_device *fdev, const struct facet_ctx_ops *ops,
				void *priv);
void facet_ctx_put(struct facet_ctx *ctx);
unsigned int facet_ctx_index(const struct facet_ctx *ctx);
unsigned int facet_ctx_available(struct facet_device *fdev);

int facet_ctx_irq_alloc(struct facet_ctx *ctx);
void facet_ctx_irq_free(struct facet_ctx *ctx);

int facet_ctx_enable(struct facet_ctx *ctx, const struct facet_ctx_setup *setup);
int facet_ctx_stop(struct facet_ctx *ctx);
int facet_ctx_resume(struct facet_ctx *ctx);
int facet_ctx_reset(struct facet_ctx *ctx);
u32 facet_ctx_state(struct facet_ctx *ctx);
int facet_ctx_set_weight(struct facet_ctx *ctx, u32 weight);

/* In place of a group: one for the context alone. */
#define FACET_GROUP_OWN		U32_MAX
int facet_ctx_set_group(struct facet_ctx *ctx, u32 group);
u32 facet_ctx_group(struct facet_ctx *ctx);
int facet_ctx_set_cap(struct facet_ctx *ctx, u32 permille, u32 burst_us);
int facet_ctx_set_request(struct facet_ctx *ctx, u32 ns);
u64 facet_ctx_cap_left_ns(struct facet_ctx *ctx);
int facet_group_set_weight(struct facet_device *fdev, u32 group, u32 weight);
int facet_group_set_pool(struct facet_device *fdev, u32 group, bool pool);
int facet_group_set_request(struct facet_device *fdev, u32 group, u32 ns);

void facet_ctx_set_ops(struct facet_ctx *ctx, u64 ops);
void facet_ctx_set_moderation(struct facet_ctx *ctx, u32 moderation);
u32 facet_ctx_doorbell(struct facet_ctx *ctx);
u32 facet_ctx_cq_event(struct facet_ctx *ctx);
u32 facet_ctx_weight(struct facet_ctx *ctx);
u64 facet_ctx_ops_mask(struct facet_ctx *ctx);
void facet_ctx_work(struct facet_ctx *ctx, struct facet_ctx_work *work);
void facet_ctx_stats(struct facet_ctx *ctx, struct facet_ctx_stats *stats);
void facet_ctx_engine_ns(struct facet_ctx *ctx, u64 *engine_ns);
phys_addr_t facet_ctx_window(struct facet_ctx *ctx);

#endif /* FACET_H */
