/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is to happen, in order of time; at one time, in order of scheduling.
 */
#ifndef SCHED_EVENT_H
#define SCHED_EVENT_H

#include "vfs_types.h"

/**
 * struct event - what is to happen
 * @at_ns: when
 * @order: set by events_add()
 * @fn: how
 * @ptr: its argument
 */
struct event {
	u64 at_ns;
	u64 order;
	void (*fn)(void *sim, void *ptr);
	void *ptr;
};

struct events {
	struct event *heap;
	u32 count;
	u32 room;
	u64 order;
};

void events_add(struct events *q, const struct event *ev);
bool events_pop(struct events *q, struct event *ev);

static inline u64 events_due_ns(const struct events *q)
{
	return q->count ? q->heap[0].at_ns : ~0ull;
}

#endif /* SCHED_EVENT_H */
