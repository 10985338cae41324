// SPDX-License-Identifier: GPL-2.0
/*
 * Weighted sharing of engine time by virtual time.
 *
 * A context's virtual time is the engine time it used, times SCALE / weight.
 * The ready context with the least is served; equal ones in the order in which
 * they became ready.  The arbiter's own virtual time is that of the context
 * picked last: one that was idle continues there, if it was behind.
 *
 * Example: weights 1 and 3, commands of 3 us.  The first context's virtual time
 * grows by 30000 a command, the second's by 10000, so the order is
 * 1 2 2 2 1 2 2 2 ...
 *
 * Ready contexts are in a binary heap: 1024 of them cost ten comparisons.
 */
#include <stdbool.h>
#include <stdlib.h>
#include "arb.h"

/* The largest weight: one nanosecond never rounds to nothing. */
#define SCALE	10000u
/* Virtual times start over long before they wrap. */
#define REBASE	(UINT64_MAX / 4)
#define ABSENT	(-1)

struct entry {
	uint64_t vtime;
	uint64_t order;
	int slot;	/* in the heap */
};

struct weighted {
	uint64_t now;
	uint64_t order;
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

static int weighted_init(struct arb *arb, unsigned int nr)
{
	struct weighted *w = calloc(1, sizeof(*w) + nr * sizeof(w->entry[0]));
	unsigned int x;

	if (!w)
		return -1;
	w->heap = calloc(nr, sizeof(w->heap[0]));
	if (!w->heap) {
		free(w);
		return -1;
	}
	w->nr = nr;
	for (x = 0; x < nr; x++)
		w->entry[x].slot = ABSENT;
	arb->priv = w;
	return 0;
}

static void weighted_fini(struct arb *arb)
{
	struct weighted *w = arb->priv;

	if (w)
		free(w->heap);
	free(w);
}

static void weighted_ready(struct arb *arb, unsigned int x, const struct arb_share *share)
{
	struct weighted *w = arb->priv;
	struct entry *e = &w->entry[x];

	(void)share;
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

static int weighted_pick(struct arb *arb)
{
	struct weighted *w = arb->priv;
	unsigned int x;

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

static uint64_t scaled(const struct arb_share *share, uint64_t ns)
{
	return ns * SCALE / share->weight;
}

static void weighted_charge(struct arb *arb, unsigned int x, const struct arb_share *share,
			    uint64_t ns)
{
	struct weighted *w = arb->priv;

	w->entry[x].vtime += scaled(share, ns);
	moved(w, x);
}

static void weighted_correct(struct arb *arb, unsigned int x, const struct arb_share *share,
			     uint64_t charged_ns, uint64_t actual_ns)
{
	struct weighted *w = arb->priv;
	struct entry *e = &w->entry[x];
	uint64_t back = scaled(share, charged_ns);

	/* less than was charged only after a rebase or a change of weight */
	e->vtime -= back < e->vtime ? back : e->vtime;
	e->vtime += scaled(share, actual_ns);
	moved(w, x);
}

const struct arb_ops arb_weighted = {
	.name = "weighted",
	.init = weighted_init,
	.fini = weighted_fini,
	.ready = weighted_ready,
	.remove = weighted_remove,
	.pick = weighted_pick,
	.charge = weighted_charge,
	.correct = weighted_correct,
};
