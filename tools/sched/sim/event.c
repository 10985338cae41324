// SPDX-License-Identifier: GPL-2.0
/*
 * Events in a binary heap.
 */
#include <stdlib.h>
#include "event.h"

static bool before(const struct event *a, const struct event *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

void events_add(struct events *q, const struct event *ev)
{
	struct event e = *ev;
	u32 i;

	if (q->count == q->room) {
		q->room = q->room ? 2 * q->room : 256;
		q->heap = realloc(q->heap, q->room * sizeof(*q->heap));
	}
	e.order = q->order++;
	for (i = q->count++; i && before(&e, &q->heap[(i - 1) / 2]); i = (i - 1) / 2)
		q->heap[i] = q->heap[(i - 1) / 2];
	q->heap[i] = e;
}

bool events_pop(struct events *q, struct event *ev)
{
	struct event last;
	u32 i, child;

	if (!q->count)
		return false;
	*ev = q->heap[0];
	last = q->heap[--q->count];
	for (i = 0; (child = 2 * i + 1) < q->count; i = child) {
		if (child + 1 < q->count && before(&q->heap[child + 1], &q->heap[child]))
			child++;
		if (!before(&q->heap[child], &last))
			break;
		q->heap[i] = q->heap[child];
	}
	if (q->count)
		q->heap[i] = last;
	return true;
}
