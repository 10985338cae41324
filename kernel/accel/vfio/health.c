// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watchdog: looks at engines and instances while somebody has one open, gives
 * verdicts, announces them, and does what follows.  What follows from what was seen
 * is decided in watchdog.c; Documentation/recovery.rst has the whole.
 *
 * An instance is reset from its work item, since a reset takes locks that come
 * before ours.
 */
#include <linux/kobject.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include "health_dom.h"
#include "trace.h"

/* Looks in a timeout, and the shortest and longest time between two. */
#define LOOKS		4
#define PERIOD_MIN_MS	5
#define PERIOD_MAX_MS	1000

const char * const vi_class_names[FACET_NR_CLASSES] = {
	[FACET_CLASS_PK] = "pk",
	[FACET_CLASS_SYM] = "sym",
	[FACET_CLASS_COMP] = "comp",
};

const char * const vi_verdict_names[WD_NR_VERDICTS] = {
	[WD_OK] = "ok",
	[WD_HUNG] = "hung",
	[WD_STARVED] = "starved",
	[WD_THROTTLED] = "throttled",
	[WD_FAULTED] = "faulted",
};

/**
 * vi_health_find - an instance by the PASID of its owner's commands
 * @dom: its lock is held
 * @pasid: PASID
 *
 * Return: the instance, which is open; NULL: there is none.
 */
struct facet_vi *vi_health_find(struct vi_health_dom *dom, u32 pasid)
{
	struct facet_vi *vi;

	lockdep_assert_held(&dom->lock);
	list_for_each_entry(vi, &dom->instances, health.node)
		if (vi->health.open && vi->as->pasid == pasid)
			return vi;
	return NULL;
}

static void announce(struct facet_vi *vi, enum wd_verdict verdict)
{
	char env_verdict[32], env_count[40];
	char *env[3] = { };

	snprintf(env_verdict, sizeof(env_verdict), "FACET_VERDICT=%s", vi_verdict_names[verdict]);
	snprintf(env_count, sizeof(env_count), "FACET_COUNT=%llu",
		 vi->health.count.verdict[verdict]);
	env[0] = env_verdict;
	env[1] = env_count;
	trace_facet_vi_verdict(vi->vdev.dev, verdict, vi->health.count.verdict[verdict]);
	kobject_uevent_env(&vi->vdev.dev->kobj, KOBJ_CHANGE, env);
}

static void set_verdict(struct facet_vi *vi, enum wd_verdict old, enum wd_verdict new)
{
	if (new == old)
		return;
	vi->health.count.verdict[new]++;
	announce(vi, new);
}

/**
 * vi_health_blame - a command of an instance has hung, and it is not the engine
 * @vi: instance; the lock is held
 * @class: engine's class
 * @e: its number
 */
void vi_health_blame(struct facet_vi *vi, unsigned int class, unsigned int e)
{
	struct vi_health *h = &vi->health;

	lockdep_assert_held(&h->dom->lock);
	/* one reset is enough for all that it has on the engines */
	if (h->reset)
		return;
	h->reset = true;
	h->count.blamed++;
	dev_warn(vi->vdev.dev, "a command does not end on any engine, the last being %s %u\n",
		 vi_class_names[class], e);
	if (wd_fault(&h->owner, ktime_get_ns(), h->dom->isolate)) {
		dev_err(vi->vdev.dev, "more than %u faults in an hour: quarantined\n",
			h->dom->isolate);
		WRITE_ONCE(h->quarantined, true);
	}
	if (h->dom->auto_reset || h->quarantined)
		queue_work(vi_reset_wq, &vi->reset_work);
}

/**
 * vi_health_wants_reset - is an instance to be reset for its commands?
 * @vi: instance
 *
 * Return: it is, and not by the operator.
 */
bool vi_health_wants_reset(struct facet_vi *vi)
{
	struct vi_health *h = &vi->health;

	guard(mutex)(&h->dom->lock);
	return h->open && h->reset && (h->dom->auto_reset || h->quarantined);
}

/**
 * vi_health_was_reset - an instance has no commands any more
 * @vi: instance
 */
void vi_health_was_reset(struct facet_vi *vi)
{
	guard(mutex)(&vi->health.dom->lock);
	vi->health.reset = false;
}

/**
 * vi_health_quarantined - has the host shut an instance out?
 * @vi: instance
 *
 * Return: it has no rings until the operator lets it.  Any context.
 */
bool vi_health_quarantined(struct facet_vi *vi)
{
	return READ_ONCE(vi->health.quarantined);
}

static u64 faults_of(struct facet_vi *vi)
{
	unsigned long flags;
	u64 faults;

	spin_lock_irqsave(&vi->state_lock, flags);
	faults = vi->count.faults + vi->count.ring;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return faults;
}

static void look_interrupts(struct facet_vi *vi, const struct vi_work *w)
{
	struct vi_health *h = &vi->health;

	if (!w->irqs || !wd_irq_lost(&h->irqs, w->raised, w->seen, w->overdue))
		return;
	h->count.irqs_lost++;
	trace_facet_vi_irq_lost(vi->vdev.dev, w->raised, w->seen);
	vi_irq_ctx(vi);
}

static void look_instance(struct facet_vi *vi, u64 clock_ns)
{
	struct vi_health *h = &vi->health;
	enum wd_verdict old = h->owner.verdict;
	struct vi_work w = { 0 };
	struct wd_work now;

	vi->queue->work(vi, &w);
	/* what was read means nothing */
	if (facet_is_dead(vi->fdev) || facet_is_resetting(vi->fdev))
		return;
	now = (struct wd_work){
		.hung = h->hung, .running = h->running, .waiting = w.waiting,
		.capped = w.capped, .done = w.done, .faults = faults_of(vi) + w.invalid,
	};
	set_verdict(vi, old, wd_owner_look(&h->owner, &now, clock_ns,
					   (u64)h->dom->tdr_ms * NSEC_PER_MSEC));
	look_interrupts(vi, &w);
}

static void look(struct vi_health_dom *dom)
{
	struct facet_vi *vi;

	lockdep_assert_held(&dom->lock);
	list_for_each_entry(vi, &dom->instances, health.node) {
		vi->health.hung = false;
		vi->health.running = false;
	}
	vi_health_look_engines(dom);
	list_for_each_entry(vi, &dom->instances, health.node)
		if (vi->health.open)
			look_instance(vi, facet_clock_ns(dom->fdev));
}

static void rearm(struct vi_health_dom *dom)
{
	u32 ms = clamp_t(u32, dom->tdr_ms / LOOKS, PERIOD_MIN_MS, PERIOD_MAX_MS);

	schedule_delayed_work(&dom->work, msecs_to_jiffies(ms));
}

static void watchdog(struct work_struct *work)
{
	struct vi_health_dom *dom = container_of(work, struct vi_health_dom, work.work);

	/* what an interrupt should have told; not under our lock: it calls back */
	facet_events_poll(dom->fdev);
	vi_pool_poke(dom->pool);
	guard(mutex)(&dom->lock);
	if (!dom->nr_open || facet_is_dead(dom->fdev))
		return;
	if (!facet_is_resetting(dom->fdev))
		look(dom);
	rearm(dom);
}

/**
 * vi_health_open - an instance has got an owner
 * @vi: instance
 */
void vi_health_open(struct facet_vi *vi)
{
	struct vi_health *h = &vi->health;

	guard(mutex)(&h->dom->lock);
	h->open = true;
	h->reset = false;
	h->owner.verdict = WD_OK;
	h->owner.suspect = false;
	if (!h->dom->nr_open++)
		rearm(h->dom);
}

/**
 * vi_health_close - an instance has lost its owner
 * @vi: instance
 */
void vi_health_close(struct facet_vi *vi)
{
	struct vi_health *h = &vi->health;

	guard(mutex)(&h->dom->lock);
	h->open = false;
	h->reset = false;
	h->dom->nr_open--;
}

/**
 * vi_health_init - a new instance
 * @vi: instance
 * @dom: of its accelerator
 */
void vi_health_init(struct facet_vi *vi, struct vi_health_dom *dom)
{
	vi->health.dom = dom;
	guard(mutex)(&dom->lock);
	list_add_tail(&vi->health.node, &dom->instances);
}

/**
 * vi_health_fini - an instance goes
 * @vi: instance, closed
 */
void vi_health_fini(struct facet_vi *vi)
{
	guard(mutex)(&vi->health.dom->lock);
	list_del(&vi->health.node);
}

/* One that @visit has not seen, with a reference. */
static struct facet_vi *next_unseen(struct vi_health_dom *dom, u32 visit)
{
	struct facet_vi *vi;

	guard(mutex)(&dom->lock);
	list_for_each_entry(vi, &dom->instances, health.node) {
		if (vi->health.visit == visit)
			continue;
		vi->health.visit = visit;
		if (kobject_get_unless_zero(&vi->vdev.device.kobj))
			return vi;
	}
	return NULL;
}

/**
 * vi_health_for_each - do something with every instance
 * @dom: of the accelerator
 * @fn: what; called with no lock held.  Those that come meanwhile may be left out
 *
 * One caller at a time.
 */
void vi_health_for_each(struct vi_health_dom *dom, void (*fn)(struct facet_vi *vi))
{
	struct facet_vi *vi;
	u32 visit;

	scoped_guard(mutex, &dom->lock)
		visit = ++dom->visit;
	while ((vi = next_unseen(dom, visit))) {
		fn(vi);
		put_device(&vi->vdev.device);
	}
}

/**
 * vi_health_restart - the accelerator has been reset
 * @dom: of the accelerator
 *
 * Engines that were to blame get another chance.
 */
void vi_health_restart(struct vi_health_dom *dom)
{
	unsigned int class;

	guard(mutex)(&dom->lock);
	dom->trial.active = false;
	memset(dom->engine, 0, sizeof(dom->engine));
	memset(dom->off_fault, 0, sizeof(dom->off_fault));
	for (class = 0; class < FACET_NR_CLASSES; class++)
		vi_health_program_offline(dom, class);
	/* it has stopped if the device was gone */
	if (dom->nr_open)
		rearm(dom);
}

/**
 * vi_health_any_open - has any instance an owner?
 * @dom: of the accelerator
 *
 * Return: one has.
 */
bool vi_health_any_open(struct vi_health_dom *dom)
{
	guard(mutex)(&dom->lock);
	return dom->nr_open;
}

static void read_ceilings(struct vi_health_dom *dom)
{
	unsigned int op;

	for (op = 0; op < FACET_NR_OPCODES; op++)
		dom->ceiling_ns[op] = facet_op_reg(dom->fdev, op, FACET_OP_CEIL_NS);
}

static void read_device(struct vi_health_dom *dom)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		dom->off_fault[class] = facet_engine_offline(dom->fdev, class);
	read_ceilings(dom);
}

/**
 * vi_health_create - a watchdog for an accelerator
 * @fdev: accelerator
 * @pool: of its shared instances
 *
 * Return: it, or NULL.
 */
struct vi_health_dom *vi_health_create(struct facet_device *fdev, struct vi_pool *pool)
{
	struct vi_health_dom *dom = kzalloc(sizeof(*dom), GFP_KERNEL);

	if (!dom)
		return NULL;
	dom->fdev = fdev;
	dom->pool = pool;
	dom->tdr_ms = VI_TDR_MS;
	dom->isolate = VI_ISOLATE;
	dom->auto_reset = true;
	mutex_init(&dom->lock);
	INIT_LIST_HEAD(&dom->instances);
	INIT_DELAYED_WORK(&dom->work, watchdog);
	read_device(dom);
	if (!vi_health_add_attrs(dom))
		return dom;
	kfree(dom);
	return NULL;
}

/**
 * vi_health_destroy - undo vi_health_create()
 * @dom: without instances
 */
void vi_health_destroy(struct vi_health_dom *dom)
{
	vi_health_remove_attrs(dom);
	cancel_delayed_work_sync(&dom->work);
	mutex_destroy(&dom->lock);
	kfree(dom);
}
