// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: the arbiters of the classes, and what they are told.
 *
 * Memory for the policy that needs most is there from the beginning, so that a
 * change of the policy and a reset cannot fail.
 */
#include <stdlib.h>
#include "core.h"

static const struct arb_ops *const policies[FACET_NR_ARB] = {
	[FACET_ARB_RR] = &arb_rr,
	[FACET_ARB_WEIGHTED] = &arb_weighted,
	[FACET_ARB_WRR] = &arb_wrr,
	[FACET_ARB_SRR] = &arb_srr,
	[FACET_ARB_EEVDF] = &arb_eevdf,
};

static bool arb_create(struct arb *arb)
{
	size_t bytes, most = 0;
	unsigned int i;

	for (i = 0; i < FACET_NR_ARB; i++) {
		bytes = policies[i]->bytes(&arb->params);
		most = bytes > most ? bytes : most;
	}
	/* struct vfs_node has members of 16 bytes */
	arb->priv = aligned_alloc(16, (most + 15) & ~(size_t)15);
	return arb->priv;
}

bool facet_arb_create(struct facet_model *m)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		m->arb[class].params = (struct arb_params){
			.nr = m->cfg.contexts, .engines = m->cfg.engines[class],
			.floor_ns = facet_cmd_floor_ns(),
		};
		if (!arb_create(&m->arb[class])) {
			facet_arb_destroy(m);
			return false;
		}
	}
	return true;
}

void facet_arb_destroy(struct facet_model *m)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		free(m->arb[class].priv);
}

void facet_arb_share(struct facet_model *m, const struct facet_ctx *c)
{
	const struct arb_share share = {
		.weight = c->weight, .group = c->group, .cap_permille = c->cap,
		.cap_burst_ns = (uint64_t)c->cap_burst_us * 1000,
		.request_ns = c->request_ns,
	};
	unsigned int class;

	/* what is written in DISABLED is not checked before ENABLE */
	if (c->state == FACET_CTX_DISABLED)
		return;
	for (class = 0; class < FACET_NR_CLASSES; class++)
		arb_set_share(&m->arb[class], c->nr, &share, facet_now(m));
	facet_kick(m);
}

void facet_arb_group(struct facet_model *m, const struct facet_ctx *c)
{
	const struct arb_group group = {
		.weight = c->grp_weight, .pool = c->grp_flags & FACET_GRP_POOL,
		.request_ns = c->grp_request_ns,
	};
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		arb_set_group(&m->arb[class], c->nr, &group);
}

/* Of the classes, in each of which the cap holds, the one that has least left. */
uint64_t facet_arb_left_ns(const struct facet_model *m, const struct facet_ctx *c)
{
	uint64_t ns, least = ARB_NEVER;
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		ns = arb_left_ns(&m->arb[class], c->nr, facet_now(m));
		least = ns < least ? ns : least;
	}
	return least;
}

void facet_arb_set(struct facet_model *m, uint32_t policy)
{
	unsigned int class;
	uint32_t x;

	m->arb_policy = policy;
	m->arb_gen++;
	for (class = 0; class < FACET_NR_CLASSES; class++) {
		m->arb[class].ops = policies[policy];
		m->arb[class].ops->init(&m->arb[class]);
	}
	for (x = 0; x < m->cfg.contexts; x++) {
		struct facet_ctx *c = &m->ctx[x];
		struct arb *arb = &m->arb[c->cmd.class];

		facet_arb_group(m, c);
		facet_arb_share(m, c);
		if (c->has_cmd)
			arb->ops->ready(arb, x, c->cmd.expected_ns);
	}
}
