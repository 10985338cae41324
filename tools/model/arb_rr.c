// SPDX-License-Identifier: GPL-2.0
/*
 * Round robin by count: contexts are served in the order in which they became
 * ready.  A context is ready again behind all that were waiting, so that a full
 * ring gains nothing over one command.
 */
#include "arb.h"
#include "list.h"

struct rr {
	struct list queue;
	struct list node[];
};

static size_t rr_bytes(const struct arb_params *params)
{
	return sizeof(struct rr) + params->nr * sizeof(struct list);
}

static void rr_init(struct arb *arb)
{
	struct rr *rr = arb->priv;
	unsigned int x;

	list_init(&rr->queue);
	for (x = 0; x < arb->params.nr; x++)
		list_init(&rr->node[x]);
}

static void rr_ready(struct arb *arb, unsigned int x, uint64_t ns)
{
	struct rr *rr = arb->priv;

	(void)ns;
	if (list_empty(&rr->node[x]))
		list_add_tail(&rr->node[x], &rr->queue);
}

static void rr_remove(struct arb *arb, unsigned int x)
{
	struct rr *rr = arb->priv;

	list_del(&rr->node[x]);
}

static int rr_pick(struct arb *arb, uint64_t now_ns, uint64_t *since_ns)
{
	struct rr *rr = arb->priv;
	struct list *first = rr->queue.next;

	(void)now_ns;
	(void)since_ns;
	if (list_empty(&rr->queue))
		return ARB_NONE;
	list_del(first);
	return first - rr->node;
}

const struct arb_ops arb_rr = {
	.name = "rr",
	.bytes = rr_bytes,
	.init = rr_init,
	.ready = rr_ready,
	.remove = rr_remove,
	.pick = rr_pick,
};
