/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is the matter with an instance: health.c, health_engine.c, health_sysfs.c.
 */
#ifndef FACET_VI_HEALTH_H
#define FACET_VI_HEALTH_H

#include <linux/list.h>
#include <linux/types.h>
#include "facet.h"
#include "watchdog.h"

#define VI_TDR_MS		10000
#define VI_TDR_MS_MAX		3600000
#define VI_ISOLATE		8	/* faults in an hour that are borne */

struct facet_vi;
struct vi_health_dom;
struct vi_pool;

/**
 * struct vi_work - what an instance's commands do
 * @waiting: one waits to be dispatched
 * @capped: because of the instance's cap
 * @done: commands completed; may begin anew
 * @invalid: of these, such that failed validation
 * @irqs: the following three mean something
 * @raised: interrupts that the device raised
 * @seen: interrupts that have arrived
 * @overdue: the owner waits for one
 */
struct vi_work {
	bool waiting;
	bool capped;
	u64 done;
	u64 invalid;
	bool irqs;
	u64 raised;
	u64 seen;
	bool overdue;
};

/**
 * struct vi_health_counts - what has been the matter, since the instance was made
 * @verdict: how often each verdict was given
 * @blamed: commands that stalled whatever the engine
 * @acquitted: commands that stalled because of their engine
 * @aborted: commands that were ended because they could not be tried elsewhere
 * @irqs_lost: interrupts that were raised again for the owner
 */
struct vi_health_counts {
	u64 verdict[WD_NR_VERDICTS];
	u64 blamed;
	u64 acquitted;
	u64 aborted;
	u64 irqs_lost;
};

/**
 * struct vi_health - an instance's part.  Under vi_health_dom.lock
 * @dom: what the instances of an accelerator have in common
 * @node: in vi_health_dom.instances
 * @visit: number of the last vi_health_for_each() that has seen it
 * @open: it has an owner.  Written under reset_lock as well
 * @owner: what is known of the owner
 * @irqs: of its interrupts
 * @count: counters
 * @hung: in this look: an engine stands still with one of its commands
 * @running: in this look: an engine has one
 * @reset: it is to blame, and has not been reset since
 * @quarantined: no rings until the operator says so
 */
struct vi_health {
	struct vi_health_dom *dom;
	struct list_head node;
	u32 visit;
	bool open;
	struct wd_owner owner;
	struct wd_irqs irqs;
	struct vi_health_counts count;
	bool hung;
	bool running;
	bool reset;
	bool quarantined;
};

struct vi_health_dom *vi_health_create(struct facet_device *fdev, struct vi_pool *pool);
void vi_health_destroy(struct vi_health_dom *dom);
void vi_health_for_each(struct vi_health_dom *dom, void (*fn)(struct facet_vi *vi));
void vi_health_restart(struct vi_health_dom *dom);
bool vi_health_any_open(struct vi_health_dom *dom);
void vi_health_init(struct facet_vi *vi, struct vi_health_dom *dom);
void vi_health_fini(struct facet_vi *vi);
void vi_health_open(struct facet_vi *vi);
void vi_health_close(struct facet_vi *vi);
bool vi_health_wants_reset(struct facet_vi *vi);
void vi_health_was_reset(struct facet_vi *vi);
bool vi_health_quarantined(struct facet_vi *vi);

extern const struct attribute_group vi_health_attrs;

#endif /* FACET_VI_HEALTH_H */
