/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Doubly linked list with a head, for queues of contexts.  A node that is on no
 * list points at itself, so that removal needs no question first.
 */
#ifndef FACET_MODEL_LIST_H
#define FACET_MODEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *prev, *next;
};

#define list_entry(node, type, member) \
	((type *)(void *)((char *)(node) - offsetof(type, member)))

static inline void list_init(struct list *n)
{
	n->prev = n;
	n->next = n;
}

static inline bool list_empty(const struct list *n)
{
	return n->next == n;
}

static inline void list_del(struct list *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

static inline void list_add_tail(struct list *n, struct list *head)
{
	n->prev = head->prev;
	n->next = head;
	head->prev->next = n;
	head->prev = n;
}

#endif /* FACET_MODEL_LIST_H */
