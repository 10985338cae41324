// SPDX-License-Identifier: GPL-2.0
/*
 * The simulator: sim.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include "event.h"
#include "sim.h"

/*
 * Contexts of the dispatcher.  One takes what fills the engines, and a little
 * more where it has to defend its place against direct owners; the other takes
 * short commands that are not to wait behind that.  Each is a group of its own
 * that weighs as much as the shared owners in it.
 */
#define POOL		0u
#define EXPRESS		1u
#define POOL_LOG2	10
#define DIRECT_LOG2	8

const struct kind KIND_RSA1024 = { FACET_OP_RSA_PRIV, 8, 256, 60000, 60000 };
const struct kind KIND_RSA2048 = { FACET_OP_RSA_PRIV, 16, 256, 300000, 300000 };
const struct kind KIND_RSA4096 = { FACET_OP_RSA_PRIV, 32, 512, 1920000, 1920000 };
const struct kind KIND_PK5US = { FACET_OP_RSA_PUB, 4, 64, 5000, 5000 };
const struct kind KIND_CMAX = { FACET_OP_RSA_PRIV, 99, 512, 300000, DEV_CMAX_NS };
const struct kind KIND_PK50US = { FACET_OP_ECDSA_P256_SIGN, 0, 64, 50000, 50000 };

#define SLAB		256

/**
 * struct command - a command from submission to completion
 * @pol: for the policy
 * @kind: what it is
 * @owner: whose
 * @submit_ns: when it was submitted
 * @done: how it ended
 * @next: behind it in the owner's queue; or in the list of free ones
 */
struct command {
	struct pol_cmd pol;
	struct kind kind;
	struct owner *owner;
	u64 submit_ns;
	struct dev_done done;
	struct command *next;
};

/* Commands are freed together, wherever they are. */
struct slab {
	struct slab *next;
	struct command command[SLAB];
};

struct call {
	struct call *next;
	sim_fn fn;
	void *arg;
};

struct sim {
	struct sim_cfg cfg;
	struct device *dev;
	void *priv;
	struct events events;
	u64 now_ns;
	u64 end_ns;
	u64 order;
	u32 nr;
	struct owner *owner;
	struct slab *slabs;
	struct call *calls;
	struct command *spare;
	struct command *ring[2][1 << POOL_LOG2];
	u32 tail[2];
	u64 busy_until_ns;
	bool awake;
	u64 wake_ns;
	u32 load[2];
	sim_fn watch;
	void *watch_arg;
};

u64 rng_next(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull;
}

u64 rng_below(u64 *state, u64 n)
{
	return n ? (rng_next(state) >> 11) % n : 0;
}

/* Uniform in half to one and a half of the mean. */
static u64 around(u64 *state, u64 mean)
{
	return mean / 2 + rng_below(state, mean + 1);
}

static void at(struct sim *s, u64 at_ns, void (*fn)(void *s, void *ptr), void *ptr)
{
	const struct event ev = { .at_ns = at_ns, .fn = fn, .ptr = ptr };

	events_add(&s->events, &ev);
}

static void command_free(struct sim *s, struct command *c)
{
	c->next = s->spare;
	s->spare = c;
}

static void slab_new(struct sim *s)
{
	struct slab *slab = malloc(sizeof(*slab));
	u32 i;

	slab->next = s->slabs;
	s->slabs = slab;
	for (i = 0; i < SLAB; i++)
		command_free(s, &slab->command[i]);
}

static struct command *command_new(struct sim *s)
{
	struct command *c;

	if (!s->spare)
		slab_new(s);
	c = s->spare;
	s->spare = c->next;
	memset(c, 0, sizeof(*c));
	return c;
}

static struct vfs_cost_key key_of(const struct command *c)
{
	return (struct vfs_cost_key){
		.opcode = c->kind.opcode, .variant = c->kind.variant,
		.len_log2 = vfs_len_log2(c->kind.bytes),
	};
}

/* A command has come to the head of its owner's queue: what will it cost? */
static void price(struct owner *o)
{
	struct vfs_cost_key key;

	if (!o->first)
		return;
	key = key_of(o->first);
	o->first->pol.pred_ns = vfs_cost_predict(&o->cost, &key, o->first->kind.prior_ns);
}

static void enqueue(struct owner *o, struct command *c)
{
	if (o->last)
		o->last->next = c;
	else
		o->first = c;
	o->last = c;
}

static struct command *dequeue(struct owner *o)
{
	struct command *c = o->first;

	o->first = c->next;
	if (!o->first)
		o->last = NULL;
	c->next = NULL;
	o->queued--;
	price(o);
	return c;
}

static void submit(struct sim *s, struct owner *o);

static void weigh(struct sim *s, u32 ctx, u32 load)
{
	if (load == s->load[ctx])
		return;
	s->load[ctx] = load;
	dev_weigh_group(s->dev, ctx, load < FACET_GRP_WEIGHT_MAX ? load : FACET_GRP_WEIGHT_MAX);
}

/* The dispatcher's groups weigh what its owners do; an empty one does not matter. */
static void follow_load(struct sim *s)
{
	u32 express, others;

	if (!s->cfg.policy || !s->cfg.policy->load)
		return;
	s->cfg.policy->load(s->priv, &express, &others);
	weigh(s, POOL, others ? others : 1);
	weigh(s, EXPRESS, express ? express : 1);
}

static u64 max64(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* A direct owner's ring is no part of what is in flight: the arbiter dispatches. */
static void note_sent(struct sim *s, struct command *c)
{
	struct vfs_worst *w = &c->owner->worst;
	u32 inflight = ++c->owner->inflight;

	if (c->owner->direct && inflight > s->cfg.engines)
		inflight = s->cfg.engines;
	w->inflight = max64(w->inflight, inflight);
	w->cost_ns = max64(w->cost_ns, c->pol.pred_ns);
}

/* A direct owner's commands are predicted by the device. */
static void note_expected(u64 cookie, u64 expected_ns)
{
	struct command *c = (struct command *)(uintptr_t)cookie;

	if (!c->owner->direct)
		return;
	c->pol.pred_ns = expected_ns;
	c->owner->worst.cost_ns = max64(c->owner->worst.cost_ns, expected_ns);
}

static void note_done(struct command *c)
{
	struct vfs_worst *w = &c->owner->worst;
	u64 ns = c->done.stop_ns - c->done.start_ns, pred_ns = c->pol.pred_ns;

	c->owner->inflight--;
	if (ns > pred_ns)
		w->under_ns = max64(w->under_ns, ns - pred_ns);
	else
		w->over_ns = max64(w->over_ns, pred_ns - ns);
}

static void hand_over(struct sim *s, u32 ctx, struct command *c)
{
	const struct dev_cmd cmd = {
		.opcode = c->kind.opcode, .bytes = c->kind.bytes,
		.cost_ns = c->kind.cost_ns, .cookie = (uintptr_t)c,
	};

	c->pol.dispatched_ns = s->now_ns;
	note_sent(s, c);
	dev_submit(s->dev, ctx, &cmd);
	if (s->watch)
		dev_each_expected(s->dev, note_expected);
}

static void dispatch(void *sim, void *ptr);

/* The dispatcher looks again, as soon as it has time. */
static void kick(struct sim *s)
{
	if (s->awake)
		return;
	s->awake = true;
	at(s, s->now_ns > s->busy_until_ns ? s->now_ns : s->busy_until_ns, dispatch, NULL);
}

static void wake(void *sim, void *ptr)
{
	struct sim *s = sim;

	(void)ptr;
	s->wake_ns = DEV_NEVER;
	kick(s);
}

static void sleep_until_wake(struct sim *s)
{
	u64 at_ns = s->cfg.policy->wake_ns ? s->cfg.policy->wake_ns(s->priv) : DEV_NEVER;

	if (at_ns >= s->wake_ns)
		return;
	s->wake_ns = at_ns;
	at(s, at_ns > s->now_ns ? at_ns : s->now_ns, wake, NULL);
}

static void dispatch(void *sim, void *ptr)
{
	struct sim *s = sim;
	s32 x = s->cfg.policy->pick(s->priv, s->now_ns);
	struct command *c;
	struct owner *o;
	u32 ctx;

	(void)ptr;
	s->awake = false;
	if (x == POLICY_NONE) {
		sleep_until_wake(s);
		return;
	}
	o = &s->owner[x];
	c = dequeue(o);
	s->cfg.policy->dispatch(s->priv, &c->pol, o->first ? &o->first->pol : NULL, s->now_ns);
	ctx = c->pol.express ? EXPRESS : POOL;
	s->ring[ctx][s->tail[ctx]++ & ((1 << POOL_LOG2) - 1)] = c;
	follow_load(s);
	hand_over(s, ctx, c);
	s->busy_until_ns = s->now_ns + s->cfg.turn_ns;
	if (o->wl.mode == WL_QUEUED)
		submit(s, o);
	kick(s);
}

/* The dispatcher sees a command. */
static void arrive(void *sim, void *ptr)
{
	struct sim *s = sim;
	struct command *c = ptr;
	struct owner *o = c->owner;

	enqueue(o, c);
	if (o->first != c)
		return;
	price(o);
	s->cfg.policy->head(s->priv, &c->pol, s->now_ns);
	follow_load(s);
	kick(s);
}

/* The device sees a command, if its owner's ring has room. */
static void push_direct(struct sim *s, struct owner *o)
{
	while (o->first && dev_room(s->dev, o->ctx))
		hand_over(s, o->ctx, dequeue(o));
}

static void arrive_direct(void *sim, void *ptr)
{
	struct command *c = ptr;

	enqueue(c->owner, c);
	push_direct(sim, c->owner);
}

static const struct kind *choose_kind(struct owner *o)
{
	const struct workload *wl = &o->wl;

	if (wl->flip)
		return &wl->kind[o->count / wl->flip % 2];
	return &wl->kind[rng_below(&o->rng, 1000) < wl->second_permille];
}

static bool active(const struct sim *s, const struct owner *o)
{
	return o->on && s->now_ns >= o->wl.start_ns &&
	       (!o->wl.stop_ns || s->now_ns < o->wl.stop_ns);
}

static void submit_one(struct sim *s, struct owner *o)
{
	struct command *c = command_new(s);

	c->kind = *choose_kind(o);
	c->owner = o;
	c->submit_ns = s->now_ns;
	c->pol.owner = o->x;
	c->pol.order = s->order++;
	c->pol.bytes = c->kind.bytes;
	c->pol.prior_ns = c->kind.prior_ns;
	c->pol.true_ns = c->kind.cost_ns;
	o->count++;
	o->queued++;
	o->outstanding++;
	if (s->cfg.latency_ns)
		at(s, s->now_ns + s->cfg.latency_ns, o->direct ? arrive_direct : arrive, c);
	else if (o->direct)
		arrive_direct(s, c);
	else
		arrive(s, c);
}

/* As many as the workload wants now. */
static void submit(struct sim *s, struct owner *o)
{
	if (!active(s, o))
		return;
	if (o->wl.mode == WL_CLOSED)
		while (o->outstanding < o->wl.depth)
			submit_one(s, o);
	if (o->wl.mode == WL_QUEUED)
		while (o->queued < o->wl.depth)
			submit_one(s, o);
}

static void think(void *sim, void *ptr)
{
	submit(sim, ptr);
}

static void tick(void *sim, void *ptr)
{
	struct sim *s = sim;
	struct owner *o = ptr;
	u64 period_ns = o->wl.period_ns;

	if (active(s, o) && o->outstanding < o->wl.depth)
		submit_one(s, o);
	at(s, s->now_ns + (o->wl.random ? around(&o->rng, period_ns) : period_ns), tick, o);
}

static void toggle(void *sim, void *ptr)
{
	struct sim *s = sim;
	struct owner *o = ptr;

	o->on = !o->on;
	submit(s, o);
	at(s, s->now_ns + around(&o->on_rng, o->on ? o->wl.on_ns : o->wl.off_ns), toggle, o);
}

static void sample(struct sim *s, const struct command *c)
{
	struct owner *o = c->owner;

	if (c->done.stop_ns <= s->cfg.warm_ns || c->done.stop_ns > s->end_ns)
		return;
	o->engine_ns += c->done.stop_ns - c->done.start_ns;
	o->done++;
	if (!o->max_waits)
		return;
	if (o->nr_waits == o->max_waits) {
		o->max_waits *= 2;
		o->waits = realloc(o->waits, o->max_waits * sizeof(*o->waits));
	}
	o->waits[o->nr_waits++] = c->done.stop_ns - c->submit_ns;
}

/* The owner knows of the completion. */
static void reap(struct sim *s, struct command *c)
{
	struct owner *o = c->owner;

	o->outstanding--;
	command_free(s, c);
	if (o->wl.mode == WL_CLOSED && o->wl.think_ns)
		at(s, s->now_ns + o->wl.think_ns, think, o);
	else if (o->wl.mode == WL_CLOSED)
		submit(s, o);
}

/* The dispatcher sees a completion. */
static void seen(void *sim, void *ptr)
{
	struct sim *s = sim;
	struct command *c = ptr;
	const struct pol_done done = {
		.start_ns = c->done.start_ns, .stop_ns = c->done.stop_ns,
	};
	const struct vfs_cost_key key = key_of(c);

	s->cfg.policy->complete(s->priv, &c->pol, &done, s->now_ns);
	follow_load(s);
	vfs_cost_learn(&c->owner->cost, &key, c->kind.prior_ns, done.stop_ns - done.start_ns);
	reap(s, c);
	kick(s);
}

static void complete(struct sim *s, const struct dev_done *done)
{
	struct command *c = (struct command *)(uintptr_t)done->cookie;

	c->done = *done;
	note_done(c);
	sample(s, c);
	if (c->owner->direct) {
		struct owner *o = c->owner;

		push_direct(s, o);
		reap(s, c);
	} else if (s->cfg.latency_ns) {
		at(s, s->now_ns + s->cfg.latency_ns, seen, c);
	} else {
		seen(s, c);
	}
	if (s->watch)
		s->watch(s, s->watch_arg);
}

/* Commands that run for longer than predicted are charged on the way. */
static void refresh(void *sim, void *ptr)
{
	struct sim *s = sim;
	u32 e, x, index, class;
	u64 start_ns;

	(void)ptr;
	for (class = 0; class < FACET_NR_CLASSES; class++)
		for (e = 0; e < s->cfg.engines; e++)
			if (dev_running(s->dev, class, e, &x, &index, &start_ns) &&
			    x <= EXPRESS)
				s->cfg.policy->refresh(s->priv,
					&s->ring[x][index & ((1 << POOL_LOG2) - 1)]->pol,
					s->now_ns - start_ns, s->now_ns);
	kick(s);
	at(s, s->now_ns + s->cfg.refresh_ns, refresh, NULL);
}

/* Of a direct owner; behind the dispatcher's, if there is one. */
static u32 ctx_of(const struct sim *s, u32 x)
{
	return s->cfg.policy ? EXPRESS + 1 + x : x;
}

/* Groups have numbers behind those of contexts, each of which has one too. */
static u32 arb_group(const struct sim *s, u32 x, u32 group)
{
	return group ? ctx_of(s, s->cfg.direct) + group - 1 : ctx_of(s, x);
}

static void join_group(struct sim *s, u32 x, u32 group)
{
	u32 g = arb_group(s, x, group);

	dev_weigh_group(s->dev, g, group ? VFS_WEIGHT_DEFAULT : 0);
	dev_set_group(s->dev, ctx_of(s, x), g);
}

static u32 contexts(const struct sim *s)
{
	u32 nr = ctx_of(s, s->cfg.direct) + (s->cfg.direct ? s->cfg.groups : 0);

	return nr > 4 ? nr : 4;
}

/*
 * A shared owner's command costs a turn of the dispatcher too, during which all
 * engines could have been fed: who has the shortest commands must not be able to
 * make the dispatcher what everybody waits for.
 */
static u64 floor_ns(const struct sim_cfg *cfg)
{
	return max64(DEV_FLOOR_NS, cfg->engines * cfg->turn_ns);
}

struct sim *sim_new(const struct sim_cfg *cfg)
{
	const struct pol_config pol = {
		.owners = cfg->owners, .groups = cfg->groups, .engines = cfg->engines,
		.depth = cfg->depth, .floor_ns = floor_ns(cfg), .ahead_ns = cfg->ahead_ns,
		.single_ns = cfg->single_ns, .slots = cfg->slots,
	};
	struct sim *s = calloc(1, sizeof(*s));

	s->cfg = *cfg;
	s->end_ns = cfg->warm_ns + cfg->run_ns;
	s->wake_ns = DEV_NEVER;
	s->owner = calloc(cfg->owners, sizeof(*s->owner));
	s->dev = dev_new(contexts(s), cfg->engines, cfg->arb);
	if (cfg->policy) {
		s->priv = cfg->policy->create(&pol);
		dev_enable(s->dev, POOL, true, POOL_LOG2, VFS_WEIGHT_DEFAULT, POOL);
		dev_enable(s->dev, EXPRESS, true, POOL_LOG2, VFS_WEIGHT_DEFAULT, EXPRESS);
	}
	if (cfg->policy && cfg->policy->refresh && cfg->refresh_ns)
		at(s, cfg->refresh_ns, refresh, NULL);
	return s;
}

static void free_lists(struct sim *s)
{
	struct slab *slab;
	struct call *c;

	while ((slab = s->slabs)) {
		s->slabs = slab->next;
		free(slab);
	}
	while ((c = s->calls)) {
		s->calls = c->next;
		free(c);
	}
}

void sim_free(struct sim *s)
{
	u32 x;

	dev_free(s->dev);
	if (s->cfg.policy)
		s->cfg.policy->destroy(s->priv);
	for (x = 0; x < s->nr; x++)
		free(s->owner[x].waits);
	free_lists(s);
	free(s->owner);
	free(s->events.heap);
	free(s);
}

static void start(struct sim *s, struct owner *o)
{
	const struct workload *wl = &o->wl;

	if (wl->mode == WL_OPEN)
		at(s, wl->start_ns + rng_below(&o->rng, wl->period_ns), tick, o);
	else
		at(s, wl->start_ns, think, o);
	if (wl->on_ns)
		at(s, wl->start_ns + around(&o->on_rng, wl->on_ns), toggle, o);
}

u32 sim_add(struct sim *s, const struct workload *wl, u32 weight, u32 group, bool samples)
{
	struct owner *o = &s->owner[s->nr];

	*o = (struct owner){
		.x = s->nr++, .wl = *wl, .weight = weight, .group = group, .on = true,
	};
	o->rng = s->cfg.seed * 0x9e3779b97f4a7c15ull + o->x + 1;
	rng_next(&o->rng);
	o->on_rng = ~o->rng;
	rng_next(&o->on_rng);
	vfs_cost_init(&o->cost);
	o->direct = o->x < s->cfg.direct;
	if (samples) {
		o->max_waits = 1024;
		o->waits = malloc(o->max_waits * sizeof(*o->waits));
	}
	if (o->direct) {
		o->ctx = ctx_of(s, o->x);
		join_group(s, o->x, group);
		dev_enable(s->dev, o->ctx, false, DIRECT_LOG2, weight, arb_group(s, o->x, group));
	} else {
		s->cfg.policy->add(s->priv, o->x, weight, group);
	}
	start(s, o);
	return o->x;
}

static void call(void *sim, void *ptr)
{
	const struct call *c = ptr;

	c->fn(sim, c->arg);
}

void sim_at(struct sim *s, u64 at_ns, sim_fn fn, void *arg)
{
	struct call *c = malloc(sizeof(*c));

	*c = (struct call){ .next = s->calls, .fn = fn, .arg = arg };
	s->calls = c;
	at(s, at_ns, call, c);
}

void sim_watch(struct sim *s, sim_fn fn, void *arg)
{
	s->watch = fn;
	s->watch_arg = arg;
}

static void run_device(struct sim *s, u64 now_ns)
{
	s->now_ns = now_ns;
	dev_run(s->dev, now_ns);
	/* before it ends: who watches wants to know what it was taken for */
	if (s->watch)
		dev_each_expected(s->dev, note_expected);
}

static void drain(struct sim *s)
{
	struct dev_done done;
	u32 x;

	while (dev_pop(s->dev, &x, &done))
		complete(s, &done);
}

void sim_run(struct sim *s)
{
	struct event ev;

	for (;;) {
		u64 dev_ns = dev_due_ns(s->dev), ev_ns = events_due_ns(&s->events);

		if ((dev_ns < ev_ns ? dev_ns : ev_ns) > s->end_ns)
			break;
		if (dev_ns <= ev_ns) {
			run_device(s, dev_ns);
			drain(s);
			continue;
		}
		events_pop(&s->events, &ev);
		run_device(s, ev.at_ns);
		ev.fn(s, ev.ptr);
	}
}

u64 sim_now(const struct sim *s)
{
	return s->now_ns;
}

struct owner *sim_owner(struct sim *s, u32 x)
{
	return &s->owner[x];
}

void *sim_policy(struct sim *s)
{
	return s->priv;
}

void sim_set_on(struct sim *s, u32 x, bool on)
{
	s->owner[x].on = on;
	submit(s, &s->owner[x]);
}

void sim_set_weight(struct sim *s, u32 x, u32 weight)
{
	struct owner *o = &s->owner[x];

	o->weight = weight;
	if (o->direct)
		dev_set_weight(s->dev, o->ctx, weight);
	else if (s->cfg.policy->set_weight)
		s->cfg.policy->set_weight(s->priv, x, weight);
	follow_load(s);
}

void sim_set_group(struct sim *s, u32 x, u32 group)
{
	struct owner *o = &s->owner[x];

	o->group = group;
	if (o->direct)
		join_group(s, x, group);
	else if (s->cfg.policy->move)
		s->cfg.policy->move(s->priv, x, group);
	follow_load(s);
}

void sim_set_cap(struct sim *s, u32 x, u32 permille, u64 burst_ns)
{
	if (s->owner[x].direct)
		dev_set_cap(s->dev, s->owner[x].ctx, permille, burst_ns / SIM_US);
	else if (s->cfg.policy->set_cap)
		s->cfg.policy->set_cap(s->priv, x, permille, burst_ns, s->now_ns);
}

void sim_ring(struct sim *s, u32 x)
{
	if (s->owner[x].direct) {
		dev_ring(s->dev, s->owner[x].ctx);
		return;
	}
	s->busy_until_ns += s->awake ? 0 : s->cfg.turn_ns;
	kick(s);
}

u64 sim_total_ns(const struct sim *s)
{
	u64 sum = 0;
	u32 x;

	for (x = 0; x < s->nr; x++)
		sum += s->owner[x].engine_ns;
	return sum;
}

double sim_share(struct sim *s, u32 x)
{
	return (double)s->owner[x].engine_ns / sim_total_ns(s);
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

u64 sim_quantile(struct owner *o, double q)
{
	if (!o->nr_waits)
		return DEV_NEVER;
	qsort(o->waits, o->nr_waits, sizeof(*o->waits), by_value);
	return o->waits[(u32)(q * (o->nr_waits - 1) + 0.5)];
}
