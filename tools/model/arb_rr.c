// SPDX-License-Identifier: GPL-2.0
/*
 * Round robin by count: contexts are served in the order in which they became
 * ready.  A context is ready again behind all that were waiting, so that a full
 * ring gains nothing over one command.
 */
#include <stdlib.h>
#include "arb.h"
#include "list.h"

struct rr {
	struct list queue;
	struct list node[];
};

static int rr_init(struct arb *arb, unsigned int nr)
{
	struct rr *rr = malloc(sizeof(*rr) + nr * sizeof(rr->node[0]));
	unsigned int x;

	if (!rr)
		return -1;
	list_init(&rr->queue);
	for (x = 0; x < nr; x++)
		list_init(&rr->node[x]);
	arb->priv = rr;
	return 0;
}

static void rr_fini(struct arb *arb)
{
	free(arb->priv);
}

static void rr_ready(struct arb *arb, unsigned int x, const struct arb_share *share)
{
	struct rr *rr = arb->priv;

	(void)share;
	if (list_empty(&rr->node[x]))
		list_add_tail(&rr->node[x], &rr->queue);
}

static void rr_remove(struct arb *arb, unsigned int x)
{
	struct rr *rr = arb->priv;

	list_del(&rr->node[x]);
}

static int rr_pick(struct arb *arb)
{
	struct rr *rr = arb->priv;
	struct list *first = rr->queue.next;

	if (list_empty(&rr->queue))
		return ARB_NONE;
	list_del(first);
	return first - rr->node;
}

static void rr_charge(struct arb *arb, unsigned int x, const struct arb_share *share,
		      uint64_t ns)
{
	(void)arb, (void)x, (void)share, (void)ns;
}

static void rr_correct(struct arb *arb, unsigned int x, const struct arb_share *share,
		       uint64_t charged_ns, uint64_t actual_ns)
{
	(void)arb, (void)x, (void)share, (void)charged_ns, (void)actual_ns;
}

const struct arb_ops arb_rr = {
	.name = "rr",
	.init = rr_init,
	.fini = rr_fini,
	.ready = rr_ready,
	.remove = rr_remove,
	.pick = rr_pick,
	.charge = rr_charge,
	.correct = rr_correct,
};
