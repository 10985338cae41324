// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted sharing by virtual time: of engine time ("weighted"), or of commands,
 * whatever they cost ("wrr").
 *
 * A context's virtual time is the engine time it used, times SCALE / weight.
 * (For wrr each command counts as one microsecond.)  The ready context with the
 * least is served; equal ones in the order in which they became ready.  The
 * arbiter's own virtual time is that of the context picked last: one that was idle
 * continues there, if it was behind.
 *
 * Example: weights 1 and 3, commands of 3 us.  The first context's virtual time
 * grows by 30000 a command, the second's by 10000, so the order is
 * 1 2 2 2 1 2 2 2 ...
 *
 * Ready contexts are in a binary heap: 1024 of them cost ten comparisons.
 */
#include <string.h>
#include "arb.h"

/* The largest weight: one nanosecond never rounds to nothing. */
#define SCALE	10000u
/* Virtual times start over long before they wrap. */
#define REBASE	(UINT64_MAX / 4)
#define ABSENT	(-1)
/* What a command counts when commands are counted. */
#define COUNT_NS	1000u

struct entry {
	uint64_t vtime;
	uint64_t order;
	uint32_t weight;
	int slot;	/* in the heap */
};

struct weighted {
	uint64_t now;
	uint64_t order;
	uint64_t charged[ARB_ENGINES];
	bool by_count;
	unsigned int nr;
	unsigned int count;
	uint16_t *heap;
	struct entry entry[];
};

static bool before(const struct weighted *w, uint16_t a, uint16_t b)
{
	const struct entry *ea = &w->entry[a], *eb = &w->entry[b];

	if (ea->vtime != eb->vtime)
		return ea->vtime < eb->vtime;
	return ea->order < eb->order;
}

static void put(struct weighted *w, unsigned int slot, uint16_t x)
{
	w->heap[slot] = x;
	w->entry[x].slot = slot;
}

static void sift_up(struct weighted *w, unsigned int slot)
{
	uint16_t x = w->heap[slot];

	while (slot && before(w, x, w->heap[(slot - 1) / 2])) {
		put(w, slot, w->heap[(slot - 1) / 2]);
		slot = (slot - 1) / 2;
	}
	put(w, slot, x);
}

static void sift_down(struct weighted *w, unsigned int slot)
{
	uint16_t x = w->heap[slot];
	unsigned int child;

	while ((child = 2 * slot + 1) < w->count) {
		if (child + 1 < w->count && before(w, w->heap[child + 1], w->heap[child]))
			child++;
		if (!before(w, w->heap[child], x))
			break;
		put(w, slot, w->heap[child]);
		slot = child;
	}
	put(w, slot, x);
}

static void moved(struct weighted *w, unsigned int x)
{
	if (w->entry[x].slot == ABSENT)
		return;
	sift_up(w, w->entry[x].slot);
	sift_down(w, w->entry[x].slot);
}

/* Takes the same from everybody, so that the order stays as it is. */
static void rebase(struct weighted *w)
{
	uint64_t base = w->now;
	unsigned int x;

	for (x = 0; x < w->nr; x++)
		w->entry[x].vtime -= w->entry[x].vtime < base ? w->entry[x].vtime : base;
	w->now = 0;
}

static size_t weighted_bytes(const struct arb_params *params)
{
	return sizeof(struct weighted) + params->nr * (sizeof(struct entry) + sizeof(uint16_t));
}

static void weighted_init(struct arb *arb)
{
	struct weighted *w = arb->priv;
	unsigned int x, nr = arb->params.nr;

	memset(w, 0, sizeof(*w) + nr * sizeof(w->entry[0]));
	w->heap = (uint16_t *)&w->entry[nr];
	w->nr = nr;
	for (x = 0; x < nr; x++) {
		w->entry[x].weight = ARB_WEIGHT;
		w->entry[x].slot = ABSENT;
	}
}

static void wrr_init(struct arb *arb)
{
	weighted_init(arb);
	((struct weighted *)arb->priv)->by_count = true;
}

static void weighted_share(struct arb *arb, unsigned int x, const struct arb_share *share,
			   uint64_t now_ns)
{
	struct weighted *w = arb->priv;

	(void)now_ns;
	w->entry[x].weight = share->weight;
}

static void weighted_ready(struct arb *arb, unsigned int x, uint64_t ns)
{
	struct weighted *w = arb->priv;
	struct entry *e = &w->entry[x];

	(void)ns;
	if (e->slot != ABSENT)
		return;
	if (e->vtime < w->now)
		e->vtime = w->now;
	e->order = w->order++;
	put(w, w->count++, x);
	sift_up(w, e->slot);
}

static void weighted_remove(struct arb *arb, unsigned int x)
{
	struct weighted *w = arb->priv;
	int slot = w->entry[x].slot;
	uint16_t last;

	if (slot == ABSENT)
		return;
	w->entry[x].slot = ABSENT;
	last = w->heap[--w->count];
	if (last == x)
		return;
	put(w, slot, last);
	moved(w, last);
}

static int weighted_pick(struct arb *arb, uint64_t now_ns, uint64_t *since_ns)
{
	struct weighted *w = arb->priv;
	unsigned int x;

	(void)now_ns;
	(void)since_ns;
	if (!w->count)
		return ARB_NONE;
	x = w->heap[0];
	weighted_remove(arb, x);
	/* a correction may have taken a waiting context back behind */
	if (w->entry[x].vtime > w->now)
		w->now = w->entry[x].vtime;
	if (w->now > REBASE)
		rebase(w);
	return x;
}

static uint64_t scaled(const struct weighted *w, unsigned int x, uint64_t ns)
{
	return (w->by_count ? COUNT_NS : ns) * SCALE / w->entry[x].weight;
}

static void weighted_charge(struct arb *arb, unsigned int x, unsigned int engine, uint64_t ns,
			    uint64_t next_ns, uint64_t now_ns)
{
	struct weighted *w = arb->priv;

	(void)next_ns;
	(void)now_ns;
	w->charged[engine] = scaled(w, x, ns);
	w->entry[x].vtime += w->charged[engine];
	moved(w, x);
}

static void weighted_correct(struct arb *arb, unsigned int x, unsigned int engine,
			     uint64_t charged_ns, uint64_t actual_ns, uint64_t now_ns)
{
	struct weighted *w = arb->priv;
	struct entry *e = &w->entry[x];
	uint64_t back = w->charged[engine];

	(void)charged_ns;
	(void)now_ns;
	/* less than was charged only after a rebase */
	e->vtime -= back < e->vtime ? back : e->vtime;
	e->vtime += scaled(w, x, actual_ns);
	moved(w, x);
}

const struct arb_ops arb_weighted = {
	.name = "weighted",
	.bytes = weighted_bytes,
	.init = weighted_init,
	.share = weighted_share,
	.ready = weighted_ready,
	.remove = weighted_remove,
	.pick = weighted_pick,
	.charge = weighted_charge,
	.correct = weighted_correct,
};

const struct arb_ops arb_wrr = {
	.name = "wrr",
	.bytes = weighted_bytes,
	.init = wrr_init,
	.share = weighted_share,
	.ready = weighted_ready,
	.remove = weighted_remove,
	.pick = weighted_pick,
	.charge = weighted_charge,
};
