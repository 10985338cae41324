/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The watchdog: shared by health.c, health_engine.c and health_sysfs.c.
 */
#ifndef FACET_VI_HEALTH_DOM_H
#define FACET_VI_HEALTH_DOM_H

#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include "vi.h"

#define VI_HEALTH_ATTRS		5

/**
 * struct vi_trial - a command that begins anew on another engine
 * @active: there is one
 * @class: of the engine that it left
 * @from: that engine, which takes no commands meanwhile
 * @owner: PASID of its instance
 * @cmd: the command, as it was on that engine
 */
struct vi_trial {
	bool active;
	u8 class;
	u8 from;
	u32 owner;
	struct facet_engine_info cmd;
};

/**
 * struct vi_health_dom - what the watchdog knows of an accelerator
 * @fdev: accelerator
 * @pool: of its shared instances
 * @lock: all of it, and vi_health of its instances
 * @instances: all there are
 * @visit: number of the last vi_health_for_each()
 * @nr_open: instances with an owner
 * @work: the watchdog
 * @tdr_ms: knob, device milliseconds
 * @isolate: knob, faults in an hour
 * @auto_reset: knob
 * @ceiling_ns: most engine time of an opcode
 * @engine: engines
 * @off_operator: engines offline because the operator says so
 * @off_fault: because they are to blame
 * @engine_faults: engines that were to blame, since the module was loaded
 * @trial: a command that begins anew
 * @attr: of the accelerator, in health/
 * @attrs: table of them
 * @attr_group: directory health/
 */
struct vi_health_dom {
	struct facet_device *fdev;
	struct vi_pool *pool;
	struct mutex lock;	/* see above */
	struct list_head instances;
	u32 visit;
	u32 nr_open;
	struct delayed_work work;
	u32 tdr_ms;
	u32 isolate;
	bool auto_reset;
	u64 ceiling_ns[FACET_NR_OPCODES];
	struct wd_engine engine[FACET_NR_CLASSES][FACET_MAX_ENGINES];
	u32 off_operator[FACET_NR_CLASSES];
	u32 off_fault[FACET_NR_CLASSES];
	u64 engine_faults;
	struct vi_trial trial;
	struct device_attribute attr[VI_HEALTH_ATTRS];
	struct attribute *attrs[VI_HEALTH_ATTRS + 1];
	struct attribute_group attr_group;
};

extern const char * const vi_class_names[FACET_NR_CLASSES];
extern const char * const vi_verdict_names[WD_NR_VERDICTS];

/* health.c */
struct facet_vi *vi_health_find(struct vi_health_dom *dom, u32 pasid);
void vi_health_blame(struct facet_vi *vi, unsigned int class, unsigned int e);

/* health_engine.c */
void vi_health_look_engines(struct vi_health_dom *dom);
void vi_health_program_offline(struct vi_health_dom *dom, unsigned int class);

/* health_sysfs.c */
int vi_health_add_attrs(struct vi_health_dom *dom);
void vi_health_remove_attrs(struct vi_health_dom *dom);

#endif /* FACET_VI_HEALTH_DOM_H */
