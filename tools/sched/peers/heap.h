/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Owners by a key, the least first: a binary heap.
 */
#ifndef SCHED_HEAP_H
#define SCHED_HEAP_H

#include "vfs_types.h"

#define HEAP_ABSENT	(~0u)

/**
 * struct heap_key - where an owner stands
 * @key: the least first
 * @tie: of equal keys, the least first
 * @slot: place in the heap
 */
struct heap_key {
	u64 key;
	u64 tie;
	u32 slot;
};

/**
 * struct heap - the heap
 * @owner: key of each owner
 * @slot: owners in the heap
 * @count: how many
 */
struct heap {
	struct heap_key *owner;
	u32 *slot;
	u32 count;
};

void heap_init(struct heap *h, u32 owners);
void heap_free(struct heap *h);
/* Puts @x in, or where its new key belongs. */
void heap_set(struct heap *h, u32 x, u64 key, u64 tie);
void heap_del(struct heap *h, u32 x);

static inline bool heap_has(const struct heap *h, u32 x)
{
	return h->owner[x].slot != HEAP_ABSENT;
}

static inline u64 heap_key_of(const struct heap *h, u32 x)
{
	return h->owner[x].key;
}

/* The owner with the least key; only if there is one. */
static inline u32 heap_first(const struct heap *h)
{
	return h->slot[0];
}

#endif /* SCHED_HEAP_H */
