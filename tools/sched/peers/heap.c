// SPDX-License-Identifier: GPL-2.0
/*
 * A binary heap of owners, as 65,536 of them must be comparable with ours.
 */
#include <stdlib.h>
#include "heap.h"

void heap_init(struct heap *h, u32 owners)
{
	u32 x;

	h->owner = calloc(owners, sizeof(*h->owner));
	h->slot = calloc(owners, sizeof(*h->slot));
	h->count = 0;
	for (x = 0; x < owners; x++)
		h->owner[x].slot = HEAP_ABSENT;
}

void heap_free(struct heap *h)
{
	free(h->owner);
	free(h->slot);
}

static bool before(const struct heap *h, u32 a, u32 b)
{
	const struct heap_key *ka = &h->owner[a], *kb = &h->owner[b];

	return ka->key != kb->key ? ka->key < kb->key : ka->tie < kb->tie;
}

static void put(struct heap *h, u32 slot, u32 x)
{
	h->slot[slot] = x;
	h->owner[x].slot = slot;
}

static void sift_up(struct heap *h, u32 slot)
{
	u32 x = h->slot[slot];

	for (; slot && before(h, x, h->slot[(slot - 1) / 2]); slot = (slot - 1) / 2)
		put(h, slot, h->slot[(slot - 1) / 2]);
	put(h, slot, x);
}

static void sift_down(struct heap *h, u32 slot)
{
	u32 x = h->slot[slot], child;

	for (; (child = 2 * slot + 1) < h->count; slot = child) {
		if (child + 1 < h->count && before(h, h->slot[child + 1], h->slot[child]))
			child++;
		if (!before(h, h->slot[child], x))
			break;
		put(h, slot, h->slot[child]);
	}
	put(h, slot, x);
}

void heap_set(struct heap *h, u32 x, u64 key, u64 tie)
{
	h->owner[x].key = key;
	h->owner[x].tie = tie;
	if (!heap_has(h, x))
		put(h, h->count++, x);
	sift_up(h, h->owner[x].slot);
	sift_down(h, h->owner[x].slot);
}

void heap_del(struct heap *h, u32 x)
{
	u32 slot = h->owner[x].slot, last;

	if (slot == HEAP_ABSENT)
		return;
	h->owner[x].slot = HEAP_ABSENT;
	last = h->slot[--h->count];
	if (last == x)
		return;
	put(h, slot, last);
	sift_up(h, slot);
	sift_down(h, h->owner[last].slot);
}
