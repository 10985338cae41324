// SPDX-License-Identifier: GPL-2.0
/*
 * Round robin by count, and weighted round robin as NVMe has it: in its turn an
 * owner may send as many commands as its weight says, in units of the weights'
 * greatest common divisor.  (Textbook round robin, not that of drm_sched, which
 * does not advance an owner that has no second command.)
 */
#include "turns.h"

static void head(void *p, const struct pol_cmd *cmd, u64 now_ns)
{
	struct turns *t = p;

	(void)now_ns;
	if (!t->owner[cmd->owner].active)
		turns_enter(t, cmd->owner);
}

static s32 pick(void *p, u64 now_ns)
{
	struct turns *t = p;

	(void)now_ns;
	return t->active && t->inflight < t->depth ? (s32)t->at : POLICY_NONE;
}

static void served(struct turns *t, u32 x, bool more, u32 turn)
{
	struct turns_owner *o = &t->owner[x];

	t->inflight++;
	if (!t->begun)
		o->credit = turn;
	t->begun = true;
	o->credit--;
	if (!more)
		turns_leave(t, x);
	else if (!o->credit)
		turns_pass(t);
}

static void rr_dispatch(void *p, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	(void)now_ns;
	served(p, cmd->owner, next, 1);
}

static void wrr_dispatch(void *p, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	struct turns *t = p;

	(void)now_ns;
	served(t, cmd->owner, next, t->owner[cmd->owner].weight / t->unit);
}

const struct policy policy_rr = {
	.name = "rr",
	.create = turns_create,
	.destroy = turns_destroy,
	.add = turns_add,
	.head = head,
	.pick = pick,
	.dispatch = rr_dispatch,
	.complete = turns_complete,
};

const struct policy policy_wrr = {
	.name = "wrr",
	.create = turns_create,
	.destroy = turns_destroy,
	.add = turns_add,
	.head = head,
	.pick = pick,
	.dispatch = wrr_dispatch,
	.complete = turns_complete,
	.set_weight = turns_set_weight,
};
