// SPDX-License-Identifier: GPL-2.0
/*
 * Deficit round robin (Shreedhar and Varghese 1995), priced by bytes as in
 * networks, and by the true cost, which nobody has: the best that it could do.
 * When its turn comes an owner gets a quantum for each unit of weight and sends
 * while its deficit covers the head; the rest is kept until its queue is empty.
 * A head that is dearer than a quantum waits for some turns.
 */
#include "turns.h"

#define QUANTUM_BYTES	4096
#define QUANTUM_NS	2000000

static u64 bytes_of(const struct pol_cmd *cmd)
{
	return cmd->bytes ? cmd->bytes : 1;
}

static u64 cost_of(const struct pol_cmd *cmd)
{
	return cmd->true_ns;
}

static void head(struct turns *t, const struct pol_cmd *cmd, u64 price)
{
	t->owner[cmd->owner].price = price;
	if (!t->owner[cmd->owner].active)
		turns_enter(t, cmd->owner);
}

/* Turns pass until a deficit covers a head; C_max is a few quanta. */
static s32 pick(struct turns *t, s64 quantum)
{
	if (!t->active || t->inflight >= t->depth)
		return POLICY_NONE;
	for (;;) {
		struct turns_owner *o = &t->owner[t->at];

		if (!t->begun)
			o->credit += quantum * (o->weight / t->unit);
		t->begun = true;
		if (o->credit >= (s64)o->price)
			return t->at;
		turns_pass(t);
	}
}

static void sent(struct turns *t, u32 x, bool more)
{
	t->inflight++;
	t->owner[x].credit -= t->owner[x].price;
	if (!more)
		turns_leave(t, x);
}

static void bytes_head(void *p, const struct pol_cmd *cmd, u64 now_ns)
{
	(void)now_ns;
	head(p, cmd, bytes_of(cmd));
}

static s32 bytes_pick(void *p, u64 now_ns)
{
	(void)now_ns;
	return pick(p, QUANTUM_BYTES);
}

static void bytes_dispatch(void *p, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	sent(p, cmd->owner, next);
	if (next)
		bytes_head(p, next, now_ns);
}

static void cost_head(void *p, const struct pol_cmd *cmd, u64 now_ns)
{
	(void)now_ns;
	head(p, cmd, cost_of(cmd));
}

static s32 cost_pick(void *p, u64 now_ns)
{
	(void)now_ns;
	return pick(p, QUANTUM_NS);
}

static void cost_dispatch(void *p, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	sent(p, cmd->owner, next);
	if (next)
		cost_head(p, next, now_ns);
}

const struct policy policy_drr_bytes = {
	.name = "drr-bytes",
	.create = turns_create,
	.destroy = turns_destroy,
	.add = turns_add,
	.head = bytes_head,
	.pick = bytes_pick,
	.dispatch = bytes_dispatch,
	.complete = turns_complete,
	.set_weight = turns_set_weight,
};

const struct policy policy_drr_cost = {
	.name = "drr-cost",
	.create = turns_create,
	.destroy = turns_destroy,
	.add = turns_add,
	.head = cost_head,
	.pick = cost_pick,
	.dispatch = cost_dispatch,
	.complete = turns_complete,
	.set_weight = turns_set_weight,
};
