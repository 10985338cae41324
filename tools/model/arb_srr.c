// SPDX-License-Identifier: GPL-2.0
/*
 * Surplus round robin: deficit round robin that pays afterwards.
 *
 * Each context has an account in nanoseconds of engine time.  In its turn it is
 * given a quantum (QUANTUM_NS times its weight) and served as long as the account
 * is positive; the expected time is taken off when a command begins, and put
 * right when it has ended.  So the last command of a turn may overdraw the
 * account: the debt is worked off in the next turns.
 *
 * A context that runs out of commands loses what is left, but keeps its debt: it
 * stays in the round until that is paid.  One that comes with an account of zero
 * is new: new ones are served before all others, once, for one quantum.  But nobody
 * gets more than one quantum in a round, so that coming and going wins nothing.
 *
 * Example, quantum 100 us: A's commands take 300 us, B's 50 us.  A runs one and is
 * 200 us in debt; B runs two; A gets 100 us and must wait, B runs two; again;
 * then A is back at 100 us and runs one.  300 us for each.
 */
#include "arb.h"
#include "list.h"

#define QUANTUM_NS	1000

/**
 * struct srr_entry - a context
 * @node: place in srr.fresh or srr.old; in neither: no command and no debt
 * @account: engine time that it may still use, ns
 * @weight: share
 * @round: of its last quantum
 * @ready: it waits
 * @turn: at the head of srr.old, and has had its quantum
 */
struct srr_entry {
	struct list node;
	int64_t account;
	uint32_t weight;
	uint32_t round;
	bool ready;
	bool turn;
};

/**
 * struct srr - an arbiter
 * @fresh: new contexts
 * @old: the round
 * @mark: in @old, where the round began
 * @round: number of the round
 * @waiting: contexts that are ready
 * @entry: contexts
 */
struct srr {
	struct list fresh;
	struct list old;
	struct list mark;
	uint32_t round;
	unsigned int waiting;
	struct srr_entry entry[];
};

static size_t srr_bytes(const struct arb_params *params)
{
	return sizeof(struct srr) + params->nr * sizeof(struct srr_entry);
}

static void srr_init(struct arb *arb)
{
	struct srr *s = arb->priv;
	unsigned int x;

	list_init(&s->fresh);
	list_init(&s->old);
	list_init(&s->mark);
	list_add_tail(&s->mark, &s->old);
	s->round = 1;
	s->waiting = 0;
	for (x = 0; x < arb->params.nr; x++) {
		s->entry[x] = (struct srr_entry){ .weight = ARB_WEIGHT };
		list_init(&s->entry[x].node);
	}
}

static void srr_share(struct arb *arb, unsigned int x, const struct arb_share *share,
		      uint64_t now_ns)
{
	struct srr *s = arb->priv;

	(void)now_ns;
	s->entry[x].weight = share->weight;
}

static int64_t quantum(const struct srr_entry *e)
{
	return (int64_t)e->weight * QUANTUM_NS;
}

static void rotate(struct srr *s, struct srr_entry *e)
{
	e->turn = false;
	list_del(&e->node);
	list_add_tail(&e->node, &s->old);
}

/* Its turn is over: it waits for the next, pays its debt, or is gone. */
static void end_turn(struct srr *s, struct srr_entry *e)
{
	if (!e->ready && e->account >= 0) {
		e->account = 0;
		e->turn = false;
		list_del(&e->node);
		return;
	}
	rotate(s, e);
}

static void srr_ready(struct arb *arb, unsigned int x, uint64_t ns)
{
	struct srr *s = arb->priv;
	struct srr_entry *e = &s->entry[x];

	(void)ns;
	if (e->ready)
		return;
	e->ready = true;
	s->waiting++;
	if (!list_empty(&e->node))
		return;
	if (e->round == s->round) {
		list_add_tail(&e->node, &s->old);
		return;
	}
	e->round = s->round;
	e->account = quantum(e);
	list_add_tail(&e->node, &s->fresh);
}

static void srr_remove(struct arb *arb, unsigned int x)
{
	struct srr *s = arb->priv;

	if (s->entry[x].ready)
		s->waiting--;
	s->entry[x].ready = false;
}

static bool may_run(const struct srr_entry *e)
{
	return e->ready && e->account > 0;
}

static int take(struct srr *s, struct srr_entry *e)
{
	e->ready = false;
	s->waiting--;
	return e - s->entry;
}

/* Rounds until the account is positive. */
static int64_t rounds_to_go(const struct srr_entry *e)
{
	return e->account > 0 ? 0 : -e->account / quantum(e) + 1;
}

/* All that wait are in debt: so many rounds pass that the next one serves one. */
static void skip_rounds(struct srr *s)
{
	int64_t go, least = INT64_MAX;
	struct list *n;

	for (n = s->old.next; n != &s->old; n = n->next) {
		struct srr_entry *e = list_entry(n, struct srr_entry, node);

		go = n != &s->mark && e->ready ? rounds_to_go(e) : INT64_MAX;
		least = go < least ? go : least;
	}
	for (n = s->old.next; n != &s->old; n = n->next) {
		struct srr_entry *e = list_entry(n, struct srr_entry, node);

		if (n != &s->mark)
			e->account += (least - 1) * quantum(e);
	}
}

static void next_round(struct srr *s)
{
	s->round++;
	list_del(&s->mark);
	list_add_tail(&s->mark, &s->old);
}

/*
 * The head of the round: true if it may run, else it has had its turn.  Whoever
 * joins the round does so behind the mark, and has its turn in the next.
 */
static bool old_turn(struct srr *s, struct srr_entry *e)
{
	if (!e->turn)
		e->account += quantum(e);
	e->turn = true;
	e->round = s->round;
	if (may_run(e))
		return true;
	end_turn(s, e);
	return false;
}

static int pick_old(struct srr *s)
{
	unsigned int rounds = 0;

	for (;;) {
		struct list *n = s->old.next;
		struct srr_entry *e = list_entry(n, struct srr_entry, node);

		if (n == &s->mark) {
			next_round(s);
			if (++rounds == 2)
				skip_rounds(s);
		} else if (old_turn(s, e)) {
			return take(s, e);
		}
	}
}

static int srr_pick(struct arb *arb, uint64_t now_ns, uint64_t *since_ns)
{
	struct srr *s = arb->priv;

	(void)now_ns;
	(void)since_ns;
	if (!s->waiting)
		return ARB_NONE;
	while (!list_empty(&s->fresh)) {
		struct srr_entry *e = list_entry(s->fresh.next, struct srr_entry, node);

		if (may_run(e))
			return take(s, e);
		end_turn(s, e);
	}
	return pick_old(s);
}

static void srr_charge(struct arb *arb, unsigned int x, unsigned int engine, uint64_t ns,
		       uint64_t next_ns, uint64_t now_ns)
{
	struct srr *s = arb->priv;

	(void)engine;
	(void)next_ns;
	(void)now_ns;
	s->entry[x].account -= ns;
}

static void srr_correct(struct arb *arb, unsigned int x, unsigned int engine,
			uint64_t charged_ns, uint64_t actual_ns, uint64_t now_ns)
{
	struct srr *s = arb->priv;
	struct srr_entry *e = &s->entry[x];

	(void)engine;
	(void)now_ns;
	e->account += (int64_t)charged_ns - (int64_t)actual_ns;
	if (!list_empty(&e->node))
		return;
	if (e->account < 0)
		list_add_tail(&e->node, &s->old);
	else
		e->account = 0;
}

const struct arb_ops arb_srr = {
	.name = "srr",
	.bytes = srr_bytes,
	.init = srr_init,
	.share = srr_share,
	.ready = srr_ready,
	.remove = srr_remove,
	.pick = srr_pick,
	.charge = srr_charge,
	.correct = srr_correct,
};
