// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: table of the PASIDs that host contexts may use.
 */
#include "core.h"

static bool in_range(uint32_t pasid)
{
	return pasid && pasid < 1u << FACET_MODEL_PASID_BITS;
}

bool facet_pasid_valid(const struct facet_model *m, uint32_t pasid)
{
	return in_range(pasid) && (m->pasids.valid[pasid / 8] & (1u << pasid % 8));
}

void facet_pasid_set(struct facet_model *m, uint32_t pasid)
{
	struct facet_pasids *p = &m->pasids;

	p->cleared = false;
	p->status = FACET_PASID_ST_OK;
	if (!in_range(pasid)) {
		p->status = FACET_PASID_ST_BAD;
	} else if (!facet_pasid_valid(m, pasid)) {
		if (p->count == FACET_MODEL_PASIDS) {
			p->status = FACET_PASID_ST_FULL;
			return;
		}
		p->valid[pasid / 8] |= 1u << pasid % 8;
		p->count++;
	}
}

static void revoke(struct facet_model *m, const struct facet_ctx *c, struct facet_cmd *cmd,
		   uint32_t pasid)
{
	if (!(c->cfg & FACET_CTX_CFG_HOST) || cmd->pasid != pasid || cmd->revoked)
		return;
	cmd->revoked = true;
	m->pasids.leaving++;
}

static void revoke_all(struct facet_model *m, uint32_t pasid)
{
	struct facet_cmd *held;
	struct facet_engine *e;
	struct facet_ctx *c;
	uint32_t x;

	held = facet_recover_held(m, &c);
	if (held)
		revoke(m, c, held, pasid);
	for (x = 0; x < m->cfg.contexts; x++)
		if (m->ctx[x].has_cmd)
			revoke(m, &m->ctx[x], &m->ctx[x].cmd, pasid);
	facet_for_each_engine(m, e)
		if (e->ctx)
			revoke(m, e->ctx, &e->cmd, pasid);
	if (m->pasids.leaving)
		facet_kick(m);
}

void facet_pasid_clear(struct facet_model *m, uint32_t pasid)
{
	struct facet_pasids *p = &m->pasids;

	p->cleared = true;
	p->status = in_range(pasid) ? FACET_PASID_ST_OK : FACET_PASID_ST_BAD;
	if (!facet_pasid_valid(m, pasid))
		return;
	p->valid[pasid / 8] &= ~(1u << pasid % 8);
	p->count--;
	revoke_all(m, pasid);
}

uint32_t facet_pasid_status(const struct facet_model *m)
{
	const struct facet_pasids *p = &m->pasids;

	if (p->cleared && p->status == FACET_PASID_ST_OK && p->leaving)
		return FACET_PASID_ST_BUSY;
	return p->status;
}

void facet_pasid_left(struct facet_model *m, const struct facet_cmd *cmd)
{
	if (cmd->revoked)
		m->pasids.leaving--;
}

void facet_pasid_work(struct facet_model *m)
{
	struct facet_cmd *held;
	struct facet_engine *e;
	struct facet_ctx *c;
	uint32_t x;

	if (!m->pasids.leaving)
		return;
	held = facet_recover_held(m, &c);
	if (held && held->revoked)
		facet_recover_drop(m, true);
	facet_for_each_engine(m, e)
		if (e->ctx && e->cmd.revoked)
			facet_engine_abort(m, e, true);
	for (x = 0; x < m->cfg.contexts; x++)
		if (m->ctx[x].has_cmd && m->ctx[x].cmd.revoked)
			facet_engine_withdraw(m, &m->ctx[x], true);
}
