// SPDX-License-Identifier: GPL-2.0-only
/*
 * What instances are promised, and how the device's arbiter is made to keep it.
 *
 * The arbiter knows two levels, groups and the contexts in them, and weights of
 * both.  An instance competes in a group of its own or with the others of a named
 * one.  A weight says how much it gets of what is wanted; a guaranteed minimum says
 * how much it gets whoever else wants.  The arbiter has no register for the latter,
 * and needs none: while f of the engines is promised to those whose weights alone
 * would not give them that, and the weights of all others sum up to W, a weight of
 *
 *	W * f_i / (1 - f)
 *
 * gives instance i the share f_i, and the others share 1 - f by their weights.  For
 * example, with two others of weight 100, a minimum of 500 permille needs weight
 * 200.  As soon as one of them is idle its own weight of 100 does, and it must not
 * be given more.  So W is the sum over those that have worked lately, found anew in
 * each period of a loop.  That is not exact while somebody begins to work: until the
 * period's end a minimum may be missed.
 *
 * A raised weight goes to the instance's own group, which may have more than 10000.
 *
 * Shared instances have weights, groups and caps in the pool's schedulers rather
 * than in the arbiter, to which all of them are one context for each class; that
 * weighs as much as those of them that have work (pool_load()).  So all instances
 * of an accelerator compete in one hierarchy.
 */
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "qos_dom.h"

#define PPM		1000000U
#define PPM_OF_PERMILLE	(PPM / VI_QOS_FULL)

/* A minimum of everything, against weights of 10000. */
#define WEIGHT_OF_PPM	(FACET_GRP_WEIGHT_MAX / PPM)

struct totals {
	u64 weight;
	u64 floor_ppm;
};

/* those whose weight is enough, and what is left for them */
static struct totals sum_up(struct list_head *shares)
{
	struct totals t = { 0 };
	struct vi_qos_share *s;

	list_for_each_entry(s, shares, link) {
		if (s->raised)
			t.floor_ppm += s->floor_ppm;
		else
			t.weight += s->weight;
	}
	t.floor_ppm = min_t(u64, t.floor_ppm, PPM);
	return t;
}

static bool raise_some(struct list_head *shares, const struct totals *t)
{
	struct vi_qos_share *s;
	bool any = false;

	list_for_each_entry(s, shares, link) {
		if (s->raised || s->floor_ppm * t->weight <= s->weight * (PPM - t->floor_ppm))
			continue;
		s->raised = true;
		any = true;
	}
	return any;
}

static u32 raised_weight(const struct vi_qos_share *s, const struct totals *t)
{
	u64 most = max(s->floor_ppm * WEIGHT_OF_PPM, 1U);

	if (!t->weight || t->floor_ppm == PPM)
		return most;
	return min(div64_u64(s->floor_ppm * t->weight + PPM - t->floor_ppm - 1,
			     PPM - t->floor_ppm), most);
}

/*
 * Who is raised takes from the others, of whom some may then need it too: each round
 * raises one at least, and raises nobody who would not be in the end.
 */
static struct totals share_out(struct list_head *shares)
{
	struct totals t = sum_up(shares);
	struct vi_qos_share *s;

	while (raise_some(shares, &t))
		t = sum_up(shares);
	list_for_each_entry(s, shares, link)
		s->programmed = s->raised ? raised_weight(s, &t) : s->weight;
	return t;
}

static u32 share_ppm(const struct vi_qos_share *s, const struct totals *t)
{
	if (s->raised)
		return s->floor_ppm;
	return div64_u64(s->weight * (PPM - t->floor_ppm), max(t->weight, 1ULL));
}

/* weights of contexts end at 10000, and only their ratios count in a group */
static void scale(struct list_head *shares)
{
	struct vi_qos_share *s;
	u32 most = 0;

	list_for_each_entry(s, shares, link)
		most = max(most, s->programmed);
	if (most <= VI_QOS_WEIGHT_MAX)
		return;
	list_for_each_entry(s, shares, link)
		s->programmed = max(div_u64((u64)s->programmed * VI_QOS_WEIGHT_MAX, most), 1ULL);
}

static void share_out_group(struct vi_qos_group *g, const struct totals *top)
{
	u32 ppm = max(share_ppm(&g->share, top), 1U);
	struct vi_qos_share *s;

	list_for_each_entry(s, &g->competing, link)
		s->floor_ppm = min(div_u64((u64)s->floor_ppm * PPM, ppm), (u64)PPM);
	share_out(&g->competing);
	scale(&g->competing);
}

static void reset_share(struct vi_qos_share *s, u32 weight, u32 floor_ppm)
{
	INIT_LIST_HEAD(&s->link);
	s->weight = weight;
	s->floor_ppm = floor_ppm;
	s->raised = false;
	s->programmed = weight;
}

/* A minimum counts from the first command on, so that it is there for it. */
static bool competes(const struct vi_qos *q)
{
	return q->open && (q->active || q->rate_min);
}

static void collect(struct vi_qos_dom *dom, struct list_head *top)
{
	struct vi_qos_group *g;
	struct vi_qos *q;

	list_for_each_entry(g, &dom->groups, node) {
		reset_share(&g->share, g->weight, 0);
		INIT_LIST_HEAD(&g->competing);
	}
	list_for_each_entry(q, &dom->instances, node) {
		g = q->group;
		reset_share(&q->share, q->weight, q->rate_min * PPM_OF_PERMILLE);
		if (!competes(q))
			continue;
		list_add_tail(&q->share.link, g ? &g->competing : top);
		if (!g)
			continue;
		g->share.floor_ppm += q->share.floor_ppm;
		if (list_empty(&g->share.link))
			list_add_tail(&g->share.link, top);
	}
}

static void write_instance(struct vi_qos *q)
{
	struct facet_vi *vi = container_of(q, struct facet_vi, qos);
	u32 weight = q->group ? q->share.programmed : q->weight;
	u32 own = q->share.programmed;
	bool raised = q->share.raised;

	if (weight != q->written)
		vi->queue->set_weight(vi, weight);
	q->written = weight;
	if (q->group || (own == q->written_own && raised == q->written_raised))
		return;
	vi->queue->set_own_weight(vi, own, raised);
	q->written_own = own;
	q->written_raised = raised;
}

/*
 * While one with a context of its own works, the schedulers of shared ones keep the
 * device from running out of their commands; else that one takes the engines that it
 * finds idle.
 */
static void tell_rivals(struct vi_qos_dom *dom)
{
	struct facet_vi *vi, *shared = NULL;
	bool rivals = false;
	struct vi_qos *q;

	list_for_each_entry(q, &dom->instances, node) {
		vi = container_of(q, struct facet_vi, qos);
		if (vi->seat)
			shared = vi;
		else
			rivals |= competes(q);
	}
	if (shared)
		vi_seat_set_rivals(shared, rivals);
}

/**
 * vi_qos_program - tell the device what follows from the knobs and who works
 * @dom: its lock is held
 */
void vi_qos_program(struct vi_qos_dom *dom)
{
	struct vi_qos_group *g;
	struct totals totals;
	struct vi_qos *q;
	LIST_HEAD(top);

	lockdep_assert_held(&dom->lock);
	collect(dom, &top);
	totals = share_out(&top);
	list_for_each_entry(g, &dom->groups, node) {
		if (!list_empty(&g->competing))
			share_out_group(g, &totals);
		vi_qos_write_group(dom, g);
	}
	list_for_each_entry(q, &dom->instances, node)
		write_instance(q);
	tell_rivals(dom);
}

/* -- knobs -- */

/**
 * vi_qos_mutex - what protects the knobs
 * @vi: instance
 *
 * Return: the lock.
 */
struct mutex *vi_qos_mutex(struct facet_vi *vi)
{
	return &vi->qos.dom->lock;
}

/**
 * vi_qos_refuse - say why a value is refused
 * @vi: instance; the lock is held
 * @error: what the writer gets
 * @fmt: one sentence
 *
 * Return: @error.
 */
int vi_qos_refuse(struct facet_vi *vi, int error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(vi->qos.reason, sizeof(vi->qos.reason), fmt, args);
	va_end(args);
	return error;
}

/**
 * vi_qos_set_weight - knob
 * @vi: instance; the lock is held
 * @weight: 1..10000
 *
 * Return: 0.
 */
int vi_qos_set_weight(struct facet_vi *vi, u32 weight)
{
	vi->qos.weight = weight;
	vi_qos_program(vi->qos.dom);
	return 0;
}

static u32 promised_to_others(const struct vi_qos *self)
{
	struct vi_qos *q;
	u32 sum = 0;

	list_for_each_entry(q, &self->dom->instances, node)
		sum += q == self ? 0 : q->rate_min;
	return sum;
}

/**
 * vi_qos_set_rate_min - knob
 * @vi: instance; the lock is held
 * @permille: 0..1000
 *
 * Return: 0; -EINVAL, -ENOSPC when more is promised than there is.
 */
int vi_qos_set_rate_min(struct facet_vi *vi, u32 permille)
{
	u32 others = promised_to_others(&vi->qos);

	if (permille > vi->qos.rate_max)
		return vi_qos_refuse(vi, -EINVAL, "rate_min: %u is more than rate_max, %u",
				     permille, vi->qos.rate_max);
	if (others + permille > VI_QOS_FULL)
		return vi_qos_refuse(vi, -ENOSPC,
				     "rate_min: %u, and %u are promised to other instances",
				     permille, others);
	if (vi->queue->set_floor && vi->queue->set_floor(vi, permille))
		return vi_qos_refuse(vi, -ENOSPC, "rate_min: not so much is left to promise");
	vi->qos.rate_min = permille;
	vi_qos_program(vi->qos.dom);
	return 0;
}

static int write_cap(struct facet_vi *vi)
{
	return vi->queue->set_cap(vi, vi->qos.rate_max, vi->qos.burst_us);
}

/**
 * vi_qos_set_rate_max - knob
 * @vi: instance; the lock is held
 * @permille: 1..1000
 *
 * Return: 0 or -EINVAL.
 */
int vi_qos_set_rate_max(struct facet_vi *vi, u32 permille)
{
	if (permille < vi->qos.rate_min)
		return vi_qos_refuse(vi, -EINVAL, "rate_max: %u is less than rate_min, %u",
				     permille, vi->qos.rate_min);
	vi->qos.rate_max = permille;
	return write_cap(vi);
}

/**
 * vi_qos_set_burst - knob
 * @vi: instance; the lock is held
 * @burst_us: 0..1000000
 *
 * Return: 0.
 */
int vi_qos_set_burst(struct facet_vi *vi, u32 burst_us)
{
	vi->qos.burst_us = burst_us;
	return write_cap(vi);
}

static void write_latency(struct facet_vi *vi)
{
	vi->queue->set_request(vi, vi->qos.latency_us * NSEC_PER_USEC, !vi->qos.group);
}

/**
 * vi_qos_set_latency - knob
 * @vi: instance; the lock is held
 * @latency_us: 0..1000000
 *
 * Return: 0.
 */
int vi_qos_set_latency(struct facet_vi *vi, u32 latency_us)
{
	vi->qos.latency_us = latency_us;
	write_latency(vi);
	return 0;
}

/**
 * vi_qos_regrouped - an instance is in another group, which knows nothing of it
 * @vi: instance; the lock is held
 */
void vi_qos_regrouped(struct facet_vi *vi)
{
	vi->qos.written_own = 0;
	write_latency(vi);
}

/* -- what instances consume -- */

static void read_engines(struct facet_vi *vi, struct vi_qos_sample *s)
{
	struct facet_ctx_stats stats;

	s->clock_ns = facet_clock_ns(vi->fdev);
	if (vi->ctx) {
		facet_ctx_engine_ns(vi->ctx, s->engine_ns);
		return;
	}
	vi->queue->stats(vi, &stats);
	memcpy(s->engine_ns, stats.engine_ns, sizeof(s->engine_ns));
}

static const struct vi_qos_sample *oldest(const struct vi_qos *q)
{
	return &q->sample[q->nr_samples < VI_QOS_SAMPLES ? 0 : q->nr_samples % VI_QOS_SAMPLES];
}

static u32 used_permille(struct facet_vi *vi, const struct vi_qos_sample *now, unsigned int class)
{
	const struct vi_qos_sample *then = oldest(&vi->qos);
	u32 engines = (facet_caps(vi->fdev)->engines >> (8 * class)) & 0xff;
	u64 capacity = (now->clock_ns - then->clock_ns) * engines;
	u64 used = now->engine_ns[class] - then->engine_ns[class];

	if (!vi->qos.nr_samples || !capacity || facet_is_dead(vi->fdev))
		return 0;
	return div64_u64(used * VI_QOS_FULL + capacity / 2, capacity);
}

/* Which class the numbers are about; the last one while it does nothing. */
static void find_class(struct facet_vi *vi, const struct vi_qos_sample *now)
{
	const struct vi_qos_sample *then = oldest(&vi->qos);
	unsigned int class, used, most = 0;

	vi->qos.active = 0;
	if (!vi->qos.nr_samples)
		return;
	for (class = 0; class < FACET_NR_CLASSES; class++) {
		if (now->engine_ns[class] != then->engine_ns[class])
			vi->qos.active |= BIT(class);
		used = used_permille(vi, now, class);
		if (used > most)
			vi->qos.class = class;
		most = max(most, used);
	}
}

static void take_sample(struct facet_vi *vi)
{
	struct vi_qos *q = &vi->qos;
	struct vi_qos_sample now;

	read_engines(vi, &now);
	find_class(vi, &now);
	q->sample[q->nr_samples % VI_QOS_SAMPLES] = now;
	/* never 0 again, and the same slot next */
	if (++q->nr_samples == 2 * VI_QOS_SAMPLES)
		q->nr_samples = VI_QOS_SAMPLES;
}

static u64 top_weight(const struct vi_qos *q)
{
	return q->group ? q->group->written : q->written_own;
}

static bool wants(const struct vi_qos *q, const struct vi_qos *self)
{
	return q == self || (q->open && q->active & BIT(self->class));
}

static u64 all_top_weights(struct vi_qos_dom *dom, const struct vi_qos *self)
{
	struct vi_qos_group *g;
	struct vi_qos *q;
	u64 sum = 0;

	list_for_each_entry(g, &dom->groups, node)
		g->counted = false;
	list_for_each_entry(q, &dom->instances, node) {
		if (!wants(q, self) || (q->group && q->group->counted))
			continue;
		if (q->group)
			q->group->counted = true;
		sum += top_weight(q);
	}
	return sum;
}

static u64 member_weights(struct vi_qos_dom *dom, const struct vi_qos *self)
{
	struct vi_qos *q;
	u64 sum = 0;

	list_for_each_entry(q, &dom->instances, node)
		if (q->group == self->group && wants(q, self))
			sum += q->written;
	return sum;
}

static u32 entitled_permille(struct vi_qos_dom *dom, const struct vi_qos *q)
{
	u64 part = top_weight(q) * VI_QOS_FULL;
	u64 all = all_top_weights(dom, q);

	if (q->group) {
		part *= q->written;
		all *= member_weights(dom, q);
	}
	return min_t(u64, div64_u64(part + all / 2, all), q->rate_max);
}

/**
 * vi_qos_now - what an instance is entitled to and gets
 * @vi: instance; the lock is held
 * @now: filled in
 */
void vi_qos_now(struct facet_vi *vi, struct vi_qos_now *now)
{
	struct vi_qos_sample sample;

	lockdep_assert_held(&vi->qos.dom->lock);
	read_engines(vi, &sample);
	find_class(vi, &sample);
	now->class = vi->qos.class;
	now->actual_permille = used_permille(vi, &sample, now->class);
	now->entitled_permille = entitled_permille(vi->qos.dom, &vi->qos);
}

/* -- the loop: runs while somebody has an instance open -- */

static void rearm(struct vi_qos_dom *dom)
{
	schedule_delayed_work(&dom->work, msecs_to_jiffies(VI_QOS_PERIOD_MS));
}

static void period(struct work_struct *work)
{
	struct vi_qos_dom *dom = container_of(work, struct vi_qos_dom, work.work);
	u64 begin_ns = ktime_get_ns();
	struct vi_qos *q;

	guard(mutex)(&dom->lock);
	if (!dom->nr_open || facet_is_dead(dom->fdev))
		return;
	list_for_each_entry(q, &dom->instances, node)
		if (q->open)
			take_sample(container_of(q, struct facet_vi, qos));
	vi_qos_program(dom);
	dom->control_ns += ktime_get_ns() - begin_ns;
	rearm(dom);
}

/**
 * vi_qos_open - an instance has got an owner
 * @vi: instance
 */
void vi_qos_open(struct facet_vi *vi)
{
	struct vi_qos_dom *dom = vi->qos.dom;

	guard(mutex)(&dom->lock);
	vi->qos.open = true;
	vi->qos.nr_samples = 0;
	take_sample(vi);
	vi_qos_program(dom);
	if (!dom->nr_open++)
		rearm(dom);
}

/**
 * vi_qos_close - an instance has lost its owner
 * @vi: instance
 */
void vi_qos_close(struct facet_vi *vi)
{
	struct vi_qos_dom *dom = vi->qos.dom;

	guard(mutex)(&dom->lock);
	vi->qos.open = false;
	vi->qos.active = 0;
	dom->nr_open--;
	vi_qos_program(dom);
}

/**
 * vi_qos_init - a new instance, with the defaults
 * @vi: instance
 * @dom: of its accelerator
 */
void vi_qos_init(struct facet_vi *vi, struct vi_qos_dom *dom)
{
	struct vi_qos *q = &vi->qos;

	q->dom = dom;
	q->weight = VI_QOS_WEIGHT;
	q->written = VI_QOS_WEIGHT;
	q->written_own = VI_QOS_WEIGHT;
	q->rate_max = VI_QOS_FULL;
	q->burst_us = VI_QOS_BURST_US;
	reset_share(&q->share, q->weight, 0);
	guard(mutex)(&dom->lock);
	list_add_tail(&q->node, &dom->instances);
}

/**
 * vi_qos_fini - an instance goes; what it was promised is free again
 * @vi: instance
 */
void vi_qos_fini(struct facet_vi *vi)
{
	struct vi_qos_dom *dom = vi->qos.dom;

	guard(mutex)(&dom->lock);
	vi_qos_leave_group(vi);
	list_del(&vi->qos.node);
	vi_qos_program(dom);
}

/**
 * vi_qos_create - what the instances of an accelerator have in common
 * @fdev: accelerator
 *
 * Return: it, or NULL.
 */
struct vi_qos_dom *vi_qos_create(struct facet_device *fdev)
{
	struct vi_qos_dom *dom = kzalloc(sizeof(*dom), GFP_KERNEL);

	if (!dom)
		return NULL;
	dom->fdev = fdev;
	mutex_init(&dom->lock);
	INIT_LIST_HEAD(&dom->instances);
	INIT_LIST_HEAD(&dom->groups);
	INIT_DELAYED_WORK(&dom->work, period);
	if (!vi_qos_add_attrs(dom))
		return dom;
	kfree(dom);
	return NULL;
}

/**
 * vi_qos_destroy - undo vi_qos_create()
 * @dom: without instances
 */
void vi_qos_destroy(struct vi_qos_dom *dom)
{
	struct vi_qos_group *g, *next;

	vi_qos_remove_attrs(dom);
	cancel_delayed_work_sync(&dom->work);
	list_for_each_entry_safe(g, next, &dom->groups, node)
		kfree(g);
	mutex_destroy(&dom->lock);
	kfree(dom);
}
