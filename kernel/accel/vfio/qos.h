/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an operator promises an instance, and what it gets: qos.c, qos_sysfs.c.
 */
#ifndef FACET_VI_QOS_H
#define FACET_VI_QOS_H

#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include "facet.h"

#define VI_QOS_WEIGHT		100
#define VI_QOS_WEIGHT_MAX	10000
#define VI_QOS_FULL		1000	/* permille */
#define VI_QOS_BURST_US		10000
#define VI_QOS_BURST_US_MAX	1000000
#define VI_QOS_LATENCY_US_MAX	1000000
#define VI_QOS_NAME_BYTES	32
#define VI_QOS_REASON_BYTES	128

/* The window of actual_permille: so many periods. */
#define VI_QOS_PERIOD_MS	250
#define VI_QOS_SAMPLES		4

struct facet_vi;
struct vi_qos_dom;
struct vi_qos_group;

/**
 * struct vi_qos_sample - engine time that was consumed until some moment
 * @clock_ns: device clock
 * @engine_ns: engine time, by class
 */
struct vi_qos_sample {
	u64 clock_ns;
	u64 engine_ns[FACET_NR_CLASSES];
};

/**
 * struct vi_qos_share - a competitor in the sharing out of the engines
 * @link: among those that it competes with
 * @weight: as configured
 * @floor_ppm: the share that it is to have at least, in millionths
 * @raised: its weight alone would give it less than that
 * @programmed: weight that gives it what it is to have
 */
struct vi_qos_share {
	struct list_head link;
	u32 weight;
	u32 floor_ppm;
	bool raised;
	u32 programmed;
};

/**
 * struct vi_qos - an instance's part.  Under vi_qos_dom.lock
 * @dom: what the instances of an accelerator have in common
 * @node: in vi_qos_dom.instances; empty before and after
 * @weight: knob
 * @rate_min: knob, permille
 * @rate_max: knob, permille
 * @burst_us: knob
 * @latency_us: knob
 * @group: the named group, NULL: one of its own
 * @open: it has an owner
 * @class: class in which it has consumed most, of the class's capacity
 * @active: mask of classes in which it has consumed anything in the window
 * @share: among the members of @group, or among all
 * @written: its weight in its group, as the queue was told
 * @written_own: its weight among all while it is in no named group, likewise; 0: to
 *	be told in any case
 * @written_raised: @written_own is more than @weight
 * @sample: the window, a ring
 * @nr_samples: samples taken since it was opened
 * @reason: why the last write to a knob was refused
 */
struct vi_qos {
	struct vi_qos_dom *dom;
	struct list_head node;
	u32 weight;
	u32 rate_min;
	u32 rate_max;
	u32 burst_us;
	u32 latency_us;
	struct vi_qos_group *group;
	bool open;
	u8 class;
	u8 active;
	struct vi_qos_share share;
	u32 written;
	u32 written_own;
	bool written_raised;
	struct vi_qos_sample sample[VI_QOS_SAMPLES];
	u32 nr_samples;
	char reason[VI_QOS_REASON_BYTES];
};

/**
 * struct vi_qos_now - what an instance is entitled to and what it gets
 * @class: class of engines that both are about
 * @entitled_permille: of the class's capacity
 * @actual_permille: of the class's capacity
 */
struct vi_qos_now {
	u8 class;
	u32 entitled_permille;
	u32 actual_permille;
};

struct vi_qos_dom *vi_qos_create(struct facet_device *fdev);
void vi_qos_destroy(struct vi_qos_dom *dom);
void vi_qos_init(struct facet_vi *vi, struct vi_qos_dom *dom);
void vi_qos_fini(struct facet_vi *vi);
void vi_qos_open(struct facet_vi *vi);
void vi_qos_close(struct facet_vi *vi);

/* the lock is held */
int vi_qos_set_weight(struct facet_vi *vi, u32 weight);
int vi_qos_set_rate_min(struct facet_vi *vi, u32 permille);
int vi_qos_set_rate_max(struct facet_vi *vi, u32 permille);
int vi_qos_set_burst(struct facet_vi *vi, u32 burst_us);
int vi_qos_set_latency(struct facet_vi *vi, u32 latency_us);
int vi_qos_set_group(struct facet_vi *vi, const char *name);
int vi_qos_refuse(struct facet_vi *vi, int error, const char *fmt, ...) __printf(3, 4);
const char *vi_qos_group_name(struct facet_vi *vi);
void vi_qos_now(struct facet_vi *vi, struct vi_qos_now *now);
struct mutex *vi_qos_mutex(struct facet_vi *vi);

ssize_t vi_qos_weight_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count);
ssize_t vi_qos_weight_show(struct device *dev, struct device_attribute *attr, char *buf);
extern const struct attribute_group vi_qos_attrs;

#endif /* FACET_VI_QOS_H */
