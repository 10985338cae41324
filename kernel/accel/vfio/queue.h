/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How an instance reaches the engines: through a queue context of its own
 * (direct.c) or through a host thread (shared.c and pool.c).  The rest of the
 * module does not know which.
 */
#ifndef FACET_VI_QUEUE_H
#define FACET_VI_QUEUE_H

#include "facet.h"

struct facet_vi;
struct vi_work;

/**
 * struct vi_queue_ops - one of the two ways
 * @name: mdev type
 * @create: the instance is made; takes what it needs for life
 * @destroy: the instance goes.  Returns true if the device may still use its
 *	PASID: then nobody else may ever have that
 * @open: the owner opens; takes what it needs while open
 * @close: the owner has closed, after a reset
 * @enable: start the rings.  0; -EINVAL, -EBUSY, -EIO, -ENOSPC, -ENODEV
 * @reset: discard everything; no access to the owner's memory after that.  0;
 *	-ETIMEDOUT, -ENODEV
 * @stop: finish what was fetched, fetch no more.  Does not wait: @state tells.  0;
 *	-EINVAL when not running
 * @state: FACET_CTX_STATE
 * @work: what its commands do; fills in what it knows
 * @stats: counters since the instance was made
 * @set_weight: what it weighs among the members of its group, 1..10000
 * @set_own_weight: what it weighs among all while it is in no named group, 1 to
 *	FACET_GRP_WEIGHT_MAX; whether that is more than by its own weight
 * @set_cap: most that it gets of each class, permille, 1000: no cap; and how far, in
 *	us, it may run ahead of that.  0 or -errno
 * @set_floor: least that it gets, permille, as far as the weights do not see to it;
 *	0 or -errno.  NULL: weights have to
 * @set_request: engine time, in ns, that its requests are taken to be long, 0: as
 *	long as its next command; whether it is in no named group
 * @cap_left_ns: engine time until the cap holds it; U64_MAX: no cap
 * @set_opcodes: opcodes that the owner may use
 * @opcodes: as set
 * @context: number of its queue context, -1: none
 * @cap_doorbell: FACET_VI_CAP_DOORBELL
 * @kick: FACET_VI_KICK was written; NULL: means nothing
 * @host_ns: time that the host's thread has worked for it; NULL: none
 * @page: bus address of the doorbell page; memory if @page_is_memory
 * @page_is_memory: whether it is mapped like memory
 * @doorbell: producer index that the owner wrote last, as far as it has arrived
 * @event: event index, likewise
 * @read: trapped read of the doorbell page
 * @write: trapped write
 */
struct vi_queue_ops {
	const char *name;
	int (*create)(struct facet_vi *vi);
	bool (*destroy)(struct facet_vi *vi);
	int (*open)(struct facet_vi *vi);
	void (*close)(struct facet_vi *vi);
	int (*enable)(struct facet_vi *vi, const struct facet_ctx_setup *setup);
	int (*reset)(struct facet_vi *vi);
	int (*stop)(struct facet_vi *vi);
	u32 (*state)(struct facet_vi *vi);
	void (*work)(struct facet_vi *vi, struct vi_work *work);
	void (*stats)(struct facet_vi *vi, struct facet_ctx_stats *stats);
	void (*set_weight)(struct facet_vi *vi, u32 weight);
	void (*set_own_weight)(struct facet_vi *vi, u32 weight, bool raised);
	int (*set_cap)(struct facet_vi *vi, u32 permille, u32 burst_us);
	int (*set_floor)(struct facet_vi *vi, u32 permille);
	void (*set_request)(struct facet_vi *vi, u32 ns, bool alone);
	u64 (*cap_left_ns)(struct facet_vi *vi);
	void (*set_opcodes)(struct facet_vi *vi, u64 ops);
	u64 (*opcodes)(struct facet_vi *vi);
	int (*context)(struct facet_vi *vi);
	u32 cap_doorbell;
	void (*kick)(struct facet_vi *vi);
	u64 (*host_ns)(struct facet_vi *vi);
	phys_addr_t (*page)(struct facet_vi *vi);
	bool page_is_memory;
	u32 (*doorbell)(struct facet_vi *vi);
	u32 (*event)(struct facet_vi *vi);
	u32 (*read)(struct facet_vi *vi, u32 off);
	void (*write)(struct facet_vi *vi, u32 off, u32 value);
};

extern const struct vi_queue_ops vi_direct_ops;
extern const struct vi_queue_ops vi_shared_ops;

#endif /* FACET_VI_QUEUE_H */
