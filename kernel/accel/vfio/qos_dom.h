/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Promises to instances: shared by qos.c, qos_group.c and qos_sysfs.c.
 */
#ifndef FACET_VI_QOS_DOM_H
#define FACET_VI_QOS_DOM_H

#include "vi.h"

/* A group has one part in the device's arbiter, and one in the pool's schedulers. */
enum vi_qos_part_nr {
	VI_QOS_DEVICE,
	VI_QOS_POOL,
	VI_QOS_PARTS,
};

/**
 * struct vi_qos_part - one of the two ways to be a group
 * @nr: members
 * @written: weight that was told last; 0: to be told in any case
 * @hw: of VI_QOS_DEVICE, while it has members: arbitration group
 * @node: of VI_QOS_POOL, while it has members: group in each class
 */
struct vi_qos_part {
	u32 nr;
	u32 written;
	u32 hw;
	struct vf_sched_node *node[FACET_NR_CLASSES];
};

/**
 * struct vi_qos_group - instances that compete as one
 * @node: in vi_qos_dom.groups
 * @name: its name
 * @weight: among the other groups
 * @nr: members.  Without any it is there for its weight
 * @written: its weight among all, as far as it has members
 * @part: its members by the way that they reach the engines
 * @share: among all
 * @competing: shares of its members; valid in vi_qos_program() alone
 * @counted: scratch
 */
struct vi_qos_group {
	struct list_head node;
	char name[VI_QOS_NAME_BYTES];
	u32 weight;
	u32 nr;
	u32 written;
	struct vi_qos_part part[VI_QOS_PARTS];
	struct vi_qos_share share;
	struct list_head competing;
	bool counted;
};

/**
 * struct vi_qos_dom - what the instances of an accelerator have in common
 * @fdev: accelerator
 * @lock: all of it, and vi_qos of its instances
 * @instances: all there are
 * @groups: named groups
 * @nr_groups: in @groups
 * @nr_open: instances with an owner
 * @work: samples what is consumed, and sets weights anew
 * @control_ns: time spent in @work
 * @groups_attr: of the accelerator, qos/groups
 * @control_attr: qos/control_ns
 * @attrs: both
 * @attr_group: directory qos/
 */
struct vi_qos_dom {
	struct facet_device *fdev;
	struct mutex lock;	/* see above */
	struct list_head instances;
	struct list_head groups;
	u32 nr_groups;
	u32 nr_open;
	struct delayed_work work;
	u64 control_ns;
	struct device_attribute groups_attr;
	struct device_attribute control_attr;
	struct attribute *attrs[3];
	struct attribute_group attr_group;
};

/* qos.c */
void vi_qos_program(struct vi_qos_dom *dom);
void vi_qos_regrouped(struct facet_vi *vi);

/* qos_group.c */
void vi_qos_write_group(struct vi_qos_dom *dom, struct vi_qos_group *g);
void vi_qos_leave_group(struct facet_vi *vi);
int vi_qos_add_attrs(struct vi_qos_dom *dom);
void vi_qos_remove_attrs(struct vi_qos_dom *dom);

#endif /* FACET_VI_QOS_DOM_H */
