// SPDX-License-Identifier: GPL-2.0
/*
 * First in, first out: by arrival over all owners, nothing else.
 */
#include <stdlib.h>
#include "heap.h"
#include "policy.h"

/**
 * struct fifo - an instance
 * @heads: owners by the arrival of their head
 * @depth: most in the device
 * @inflight: in the device
 */
struct fifo {
	struct heap heads;
	u32 depth;
	u32 inflight;
};

static void *create(const struct pol_config *cfg)
{
	struct fifo *p = calloc(1, sizeof(*p));

	heap_init(&p->heads, cfg->owners);
	p->depth = cfg->depth;
	return p;
}

static void destroy(void *priv)
{
	struct fifo *p = priv;

	heap_free(&p->heads);
	free(p);
}

static void add(void *priv, u32 x, u32 weight, u32 group)
{
	(void)priv, (void)x, (void)weight, (void)group;
}

static void head(void *priv, const struct pol_cmd *cmd, u64 now_ns)
{
	struct fifo *p = priv;

	(void)now_ns;
	heap_set(&p->heads, cmd->owner, cmd->order, 0);
}

static s32 pick(void *priv, u64 now_ns)
{
	struct fifo *p = priv;

	(void)now_ns;
	if (p->inflight >= p->depth || !p->heads.count)
		return POLICY_NONE;
	return heap_first(&p->heads);
}

static void dispatch(void *priv, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	struct fifo *p = priv;

	p->inflight++;
	if (next)
		head(p, next, now_ns);
	else
		heap_del(&p->heads, cmd->owner);
}

static void complete(void *priv, struct pol_cmd *cmd, const struct pol_done *done, u64 now_ns)
{
	struct fifo *p = priv;

	(void)cmd, (void)done, (void)now_ns;
	p->inflight--;
}

const struct policy policy_fifo = {
	.name = "fifo",
	.create = create,
	.destroy = destroy,
	.add = add,
	.head = head,
	.pick = pick,
	.dispatch = dispatch,
	.complete = complete,
};
