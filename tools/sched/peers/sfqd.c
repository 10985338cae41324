// SPDX-License-Identifier: GPL-2.0
/*
 * Start-time fair queueing with depth (Goyal, Vin and Cheng 1997; Jin, Chase and
 * Kaur 2004): the least start tag first, at most D commands in the device.  V is
 * the start tag of what was dispatched last.  With static estimates a tag
 * advances by the table's cost; with correction, by the learnt prediction, and
 * at completion by what that was wrong by.
 */
#include <stdlib.h>
#include "heap.h"
#include "policy.h"

#define SHIFT	10	/* fractional bits of tags */

/**
 * struct sfqd - an instance
 * @heads: owners with a head, by its start tag
 * @finish: finish tag of each owner's last dispatched command
 * @weight: weights
 * @vtime: virtual time
 * @order: of equal tags, who came first
 * @depth: most in the device
 * @inflight: in the device
 * @floor_ns: least charge
 */
struct sfqd {
	struct heap heads;
	u64 *finish;
	u32 *weight;
	u64 vtime;
	u64 order;
	u32 depth;
	u32 inflight;
	u64 floor_ns;
};

static void *create(const struct pol_config *cfg)
{
	struct sfqd *p = calloc(1, sizeof(*p));

	heap_init(&p->heads, cfg->owners);
	p->finish = calloc(cfg->owners, sizeof(*p->finish));
	p->weight = calloc(cfg->owners, sizeof(*p->weight));
	p->depth = cfg->depth;
	p->floor_ns = cfg->floor_ns;
	p->vtime = 1ull << 40;
	return p;
}

static void destroy(void *priv)
{
	struct sfqd *p = priv;

	heap_free(&p->heads);
	free(p->finish);
	free(p->weight);
	free(p);
}

static void add(void *priv, u32 x, u32 weight, u32 group)
{
	(void)group;
	((struct sfqd *)priv)->weight[x] = weight;
}

static void set_weight(void *priv, u32 x, u32 weight)
{
	add(priv, x, weight, 0);
}

static u64 scaled(const struct sfqd *p, u32 x, u64 ns)
{
	return ((ns > p->floor_ns ? ns : p->floor_ns) << SHIFT) / p->weight[x];
}

static void head(void *priv, const struct pol_cmd *cmd, u64 now_ns)
{
	struct sfqd *p = priv;
	u32 x = cmd->owner;
	u64 start = p->finish[x] > p->vtime ? p->finish[x] : p->vtime;

	(void)now_ns;
	heap_set(&p->heads, x, start, p->order++);
}

static s32 pick(void *priv, u64 now_ns)
{
	struct sfqd *p = priv;

	(void)now_ns;
	if (p->inflight >= p->depth || !p->heads.count)
		return POLICY_NONE;
	return heap_first(&p->heads);
}

static void dispatch(struct sfqd *p, struct pol_cmd *cmd, const struct pol_cmd *next, u64 ns)
{
	u32 x = cmd->owner;

	p->inflight++;
	p->vtime = heap_key_of(&p->heads, x);
	p->finish[x] = p->vtime + scaled(p, x, ns);
	cmd->charged_ns = ns;
	if (next)
		head(p, next, 0);
	else
		heap_del(&p->heads, x);
}

static void static_dispatch(void *priv, struct pol_cmd *cmd, const struct pol_cmd *next,
			    u64 now_ns)
{
	(void)now_ns;
	dispatch(priv, cmd, next, cmd->prior_ns);
}

static void correct_dispatch(void *priv, struct pol_cmd *cmd, const struct pol_cmd *next,
			     u64 now_ns)
{
	(void)now_ns;
	dispatch(priv, cmd, next, cmd->pred_ns);
}

static void static_complete(void *priv, struct pol_cmd *cmd, const struct pol_done *done,
			    u64 now_ns)
{
	(void)cmd, (void)done, (void)now_ns;
	((struct sfqd *)priv)->inflight--;
}

static void correct_complete(void *priv, struct pol_cmd *cmd, const struct pol_done *done,
			     u64 now_ns)
{
	struct sfqd *p = priv;
	u32 x = cmd->owner;
	u64 delta = scaled(p, x, done->stop_ns - done->start_ns) - scaled(p, x, cmd->charged_ns);

	(void)now_ns;
	p->inflight--;
	p->finish[x] += delta;
	if (heap_has(&p->heads, x))
		heap_set(&p->heads, x, heap_key_of(&p->heads, x) + delta, p->order++);
}

const struct policy policy_sfqd_static = {
	.name = "sfqd-static",
	.create = create,
	.destroy = destroy,
	.add = add,
	.head = head,
	.pick = pick,
	.dispatch = static_dispatch,
	.complete = static_complete,
	.set_weight = set_weight,
};

const struct policy policy_sfqd_correct = {
	.name = "sfqd-correct",
	.create = create,
	.destroy = destroy,
	.add = add,
	.head = head,
	.pick = pick,
	.dispatch = correct_dispatch,
	.complete = correct_complete,
	.set_weight = set_weight,
};
