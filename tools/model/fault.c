// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: fault injection.
 */
#include "core.h"

void facet_inject_arm(struct facet_model *m, uint32_t kind)
{
	if (!(m->cfg.features & FACET_FEAT_INJECT) || kind >= FACET_NR_INJ)
		return;
	m->inj.kind = kind;
	if (kind != FACET_INJ_ALL_ONES)
		return;
	m->gone = true;
	m->ops.set_timer(m->opaque, FACET_MODEL_NEVER);
}

static bool here(const struct facet_injection *inj, const struct facet_ctx *c,
		 const struct facet_engine *e)
{
	if (inj->ctx != FACET_INJ_ANY && inj->ctx != c->nr)
		return false;
	return !e || inj->engine == FACET_INJ_ANY ||
	       inj->engine == ((uint32_t)e->class << 8 | e->nr);
}

bool facet_inject(struct facet_model *m, uint32_t kind, const struct facet_ctx *c,
		  const struct facet_engine *e)
{
	struct facet_injection *inj = &m->inj;

	if (inj->kind != kind || !inj->count || !here(inj, c, e))
		return false;
	if (inj->count != FACET_INJ_ANY && !--inj->count)
		inj->kind = FACET_INJ_NONE;
	return true;
}
