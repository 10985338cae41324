// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engines that stand still, and what is done about it.
 *
 * A command that stalls begins anew on another engine, if it may; the engine that it
 * left takes no commands until that has ended.  If it ends well the engine stays
 * offline; if it stalls again its owner is to blame, and the engine comes back.  One
 * command at a time is tried that way.  The last engine of a class is never taken
 * offline by the watchdog: a bad engine may be better than none, which the operator
 * may decide otherwise.
 */
#include <linux/kobject.h>
#include <linux/ktime.h>
#include "health_dom.h"
#include "trace.h"

static u32 all_engines(struct vi_health_dom *dom, unsigned int class)
{
	return BIT_ULL(facet_engines(dom->fdev, class)) - 1;
}

static u32 offline(struct vi_health_dom *dom, unsigned int class)
{
	u32 mask = dom->off_operator[class] | dom->off_fault[class];

	if (dom->trial.active && dom->trial.class == class)
		mask |= BIT(dom->trial.from);
	return mask;
}

/**
 * vi_health_program_offline - tell the device which engines take no commands
 * @dom: its lock is held
 * @class: enum facet_class
 */
void vi_health_program_offline(struct vi_health_dom *dom, unsigned int class)
{
	lockdep_assert_held(&dom->lock);
	facet_engine_set_offline(dom->fdev, class, offline(dom, class));
}

static void announce(struct vi_health_dom *dom, unsigned int class, unsigned int e, bool off)
{
	struct device *dev = facet_dev(dom->fdev);
	char env_engine[40];
	char *env[3] = { };

	snprintf(env_engine, sizeof(env_engine), "FACET_ENGINE=%s.%u", vi_class_names[class], e);
	env[0] = env_engine;
	env[1] = off ? "FACET_OFFLINE=1" : "FACET_OFFLINE=0";
	trace_facet_engine_fault(dev, class, e, off);
	dev_err(dev, "engine %s %u does not end commands that others end: %s\n",
		vi_class_names[class], e, off ? "offline" : "the last one, left in service");
	kobject_uevent_env(&dev->kobj, KOBJ_CHANGE, env);
}

static void condemn(struct vi_health_dom *dom, unsigned int class, unsigned int e)
{
	bool last = !(all_engines(dom, class) & ~(offline(dom, class) | BIT(e)));
	struct facet_vi *vi;

	if (!last)
		dom->off_fault[class] |= BIT(e);
	dom->engine[class][e].suspect = false;
	dom->engine_faults++;
	list_for_each_entry(vi, &dom->instances, health.node)
		wd_acquit(&vi->health.owner, class, e);
	vi_health_program_offline(dom, class);
	announce(dom, class, e, !last);
}

static void abort_command(struct vi_health_dom *dom, unsigned int class, unsigned int e,
			  const struct facet_engine_info *cmd, struct facet_vi *vi)
{
	if (vi)
		vi->health.count.aborted++;
	facet_engine_recover(dom->fdev, FACET_RECOVER_ABORT, class, e, cmd);
}

static void trial_end(struct vi_health_dom *dom)
{
	dom->trial.active = false;
	vi_health_program_offline(dom, dom->trial.class);
}

/* How does the command do that began anew? */
static void trial_look(struct vi_health_dom *dom)
{
	struct vi_trial *t = &dom->trial;
	struct facet_vi *vi;

	if (!t->active)
		return;
	switch (facet_engine_recovery(dom->fdev)) {
	case FACET_RECOVER_WAITING:
	case FACET_RECOVER_RUNNING:
		return;
	case FACET_RECOVER_DONE:
		vi = vi_health_find(dom, t->owner);
		if (vi)
			vi->health.count.acquitted++;
		condemn(dom, t->class, t->from);
		break;
	case FACET_RECOVER_REFUSED:
		abort_command(dom, t->class, t->from, &t->cmd, vi_health_find(dom, t->owner));
		break;
	}
	trial_end(dom);
}

static void trial_begin(struct vi_health_dom *dom, unsigned int class, unsigned int e,
			const struct facet_engine_info *cmd, struct facet_vi *vi)
{
	dom->trial = (struct vi_trial){
		.active = true, .class = class, .from = e, .owner = vi->as->pasid, .cmd = *cmd,
	};
	/* so that nobody else's command goes where one has stalled */
	vi_health_program_offline(dom, class);
	if (facet_engine_recover(dom->fdev, FACET_RECOVER_RESTART, class, e, cmd))
		trial_end(dom);
	trial_look(dom);
}

static void blame_owner(struct vi_health_dom *dom, unsigned int class, unsigned int e,
			struct facet_vi *vi)
{
	dom->engine[class][e].suspect = false;
	if (dom->trial.active && dom->trial.owner == vi->as->pasid) {
		dom->engine[dom->trial.class][dom->trial.from].suspect = false;
		trial_end(dom);
	}
	vi_health_blame(vi, class, e);
}

static void blame_engine(struct vi_health_dom *dom, unsigned int class, unsigned int e,
			 const struct facet_engine_info *cmd, struct facet_vi *vi)
{
	condemn(dom, class, e);
	vi->health.count.acquitted++;
	if (dom->trial.active)
		abort_command(dom, class, e, cmd, vi);
	else
		trial_begin(dom, class, e, cmd, vi);
}

static bool room(struct vi_health_dom *dom)
{
	u32 status = facet_engine_recovery(dom->fdev);

	return !dom->trial.active && status != FACET_RECOVER_WAITING &&
	       status != FACET_RECOVER_RUNNING;
}

static enum wd_step judge(struct vi_health_dom *dom, unsigned int class, unsigned int e,
			  struct facet_vi *vi)
{
	const struct wd_case c = {
		.owner = vi->as->pasid, .class = class, .engine = e,
		.others = all_engines(dom, class) & ~(offline(dom, class) | BIT(e)),
		.restarting = dom->trial.active && dom->trial.class == class &&
			      facet_engine_recovery(dom->fdev) == FACET_RECOVER_WAITING,
		.room = room(dom), .now_ns = ktime_get_ns(),
	};

	return wd_judge(&vi->health.owner, &dom->engine[class][e], &c);
}

static void stalled(struct vi_health_dom *dom, unsigned int class, unsigned int e,
		    const struct facet_engine_info *cmd, struct facet_vi *vi)
{
	enum wd_step step;

	if (!vi) {
		/* nobody's any more */
		abort_command(dom, class, e, cmd, NULL);
		return;
	}
	vi->health.hung = true;
	if (vi->health.reset)
		return;
	step = judge(dom, class, e, vi);
	trace_facet_vi_stall(vi->vdev.dev, class, e, cmd, step);
	switch (step) {
	case WD_STEP_WAIT:
		break;
	case WD_STEP_RESTART:
		trial_begin(dom, class, e, cmd, vi);
		break;
	case WD_STEP_ABORT:
		abort_command(dom, class, e, cmd, vi);
		break;
	case WD_STEP_BLAME_OWNER:
		blame_owner(dom, class, e, vi);
		break;
	case WD_STEP_BLAME_ENGINE:
		blame_engine(dom, class, e, cmd, vi);
		break;
	}
}

/* Whose command it is: by the queue context, or by what the pool put into it. */
static struct facet_vi *owner_of(struct vi_health_dom *dom, const struct facet_engine_info *cmd)
{
	struct facet_vi *vi;
	u32 pasid;

	list_for_each_entry(vi, &dom->instances, health.node)
		if (vi->ctx && facet_ctx_index(vi->ctx) == cmd->ctx)
			return vi->health.open ? vi : NULL;
	pasid = vi_pool_owner(dom->pool, cmd->ctx, cmd->sq_index);
	return pasid ? vi_health_find(dom, pasid) : NULL;
}

static void look_engine(struct vi_health_dom *dom, unsigned int class, unsigned int e)
{
	struct facet_engine_info cmd;
	struct facet_vi *vi = NULL;
	struct wd_beat beat;
	u64 limit_ns;
	bool still;

	facet_engine_read(dom->fdev, class, e, &cmd);
	beat = (struct wd_beat){
		.busy = cmd.busy, .ctx = cmd.ctx, .sq_index = cmd.sq_index,
		.start_ns = cmd.start_ns, .heartbeat = cmd.heartbeat, .done = cmd.done,
	};
	limit_ns = wd_limit_ns((u64)dom->tdr_ms * NSEC_PER_MSEC,
			       cmd.opcode < FACET_NR_OPCODES ? dom->ceiling_ns[cmd.opcode] : 0);
	still = wd_engine_look(&dom->engine[class][e], &beat, facet_clock_ns(dom->fdev), limit_ns);
	if (cmd.busy)
		vi = owner_of(dom, &cmd);
	if (vi)
		vi->health.running = true;
	if (still && !facet_is_dead(dom->fdev) && !facet_is_resetting(dom->fdev))
		stalled(dom, class, e, &cmd, vi);
}

/**
 * vi_health_look_engines - look at all engines
 * @dom: its lock is held
 */
void vi_health_look_engines(struct vi_health_dom *dom)
{
	unsigned int class, e;

	lockdep_assert_held(&dom->lock);
	trial_look(dom);
	for (class = 0; class < FACET_NR_CLASSES; class++)
		for (e = 0; e < facet_engines(dom->fdev, class); e++)
			look_engine(dom, class, e);
}
