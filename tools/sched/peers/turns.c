// SPDX-License-Identifier: GPL-2.0
/*
 * The circle behind RR, WRR and DRR.
 */
#include <stdlib.h>
#include "turns.h"

void *turns_create(const struct pol_config *cfg)
{
	struct turns *t = calloc(1, sizeof(*t));

	t->owner = calloc(cfg->owners, sizeof(*t->owner));
	t->owners = cfg->owners;
	t->depth = cfg->depth;
	return t;
}

void turns_destroy(void *p)
{
	struct turns *t = p;

	free(t->owner);
	free(t);
}

static u32 gcd(u32 a, u32 b)
{
	return b ? gcd(b, a % b) : a;
}

void turns_set_weight(void *p, u32 x, u32 weight)
{
	struct turns *t = p;
	u32 i;

	t->owner[x].weight = weight;
	t->unit = 0;
	for (i = 0; i < t->owners; i++)
		t->unit = gcd(t->unit, t->owner[i].weight);
}

void turns_add(void *p, u32 x, u32 weight, u32 group)
{
	struct turns *t = p;

	(void)group;
	t->owner[x].weight = weight;
	t->unit = gcd(t->unit, weight);
}

void turns_enter(struct turns *t, u32 x)
{
	struct turns_owner *o = &t->owner[x], *at = &t->owner[t->at];

	o->active = true;
	o->credit = 0;
	if (!t->active++) {
		t->at = x;
		t->begun = false;
		o->next = x;
		o->prev = x;
		return;
	}
	o->next = t->at;
	o->prev = at->prev;
	t->owner[o->prev].next = x;
	at->prev = x;
}

void turns_leave(struct turns *t, u32 x)
{
	struct turns_owner *o = &t->owner[x];

	if (t->at == x)
		turns_pass(t);
	t->owner[o->prev].next = o->next;
	t->owner[o->next].prev = o->prev;
	o->active = false;
	t->active--;
}

void turns_pass(struct turns *t)
{
	t->at = t->owner[t->at].next;
	t->begun = false;
}

void turns_complete(void *p, struct pol_cmd *cmd, const struct pol_done *done, u64 now_ns)
{
	struct turns *t = p;

	(void)cmd, (void)done, (void)now_ns;
	t->inflight--;
}
