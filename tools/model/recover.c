// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: what the host does about a command that an engine does not
 * end.
 *
 * The command leaves its engine, whatever state that is in, and either completes
 * as aborted or begins anew on another engine.  Anew only if nobody could tell:
 * the operation gives the same result again, its output does not lie in its
 * input, and none of it has been written.  The device does not compare lists of
 * pieces, so that a command with one is not begun anew.
 *
 * There is room for one command between two engines.  It is served before all
 * that waits, and the arbiter hears nothing of it: it has been charged once.
 */
#include "core.h"

static struct facet_engine *target(struct facet_model *m)
{
	uint32_t cmd = m->recover.cmd, class = (cmd >> 8) & 0xff, nr = cmd & 0xff;
	struct facet_engine *e;

	if (class >= FACET_NR_CLASSES || nr >= m->cfg.engines[class])
		return NULL;
	e = &m->engine[class][nr];
	if (!e->ctx || e->ctx->nr != m->recover.ctx || e->cmd.sq_index != m->recover.sq)
		return NULL;
	return e;
}

static bool overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a_len && b_len && (a >= b ? a - b < b_len : b - a < a_len);
}

static bool restartable(const struct facet_engine *e)
{
	const struct facet_desc *d = &e->cmd.desc;

	if (!e->cmd.info || !e->cmd.info->restartable || e->phase == FACET_PHASE_WRITE)
		return false;
	if (d->src_nents || d->dst_nents || e->cmd.revoked)
		return false;
	return !overlap(le64(d->src), le32(d->src_len_bytes), le64(d->dst),
			le32(d->dst_len_bytes));
}

static bool waiting(const struct facet_recovery *r)
{
	return r->status == FACET_RECOVER_WAITING;
}

static void restart(struct facet_model *m, struct facet_engine *e)
{
	struct facet_recovery *r = &m->recover;

	if (waiting(r) || r->status == FACET_RECOVER_RUNNING)
		return;
	r->status = FACET_RECOVER_REFUSED;
	if (!e || !restartable(e))
		return;
	r->from = e;
	r->owner = e->ctx;
	r->held = e->cmd;
	r->status = FACET_RECOVER_WAITING;
	facet_engine_lift(m, e);
}

void facet_recover_work(struct facet_model *m)
{
	struct facet_recovery *r = &m->recover;
	struct facet_engine *e;

	if (!r->cmd)
		return;
	e = target(m);
	if (r->cmd >> 16 == FACET_RECOVER_RESTART)
		restart(m, e);
	if (r->cmd >> 16 == FACET_RECOVER_ABORT && e)
		facet_engine_abort(m, e, true);
	r->cmd = 0;
}

void facet_recover_write(struct facet_model *m, uint32_t off, uint32_t value)
{
	struct facet_recovery *r = &m->recover;

	switch (off) {
	case FACET_REG_RECOVER_CTX:
		r->ctx = value;
		break;
	case FACET_REG_RECOVER_SQ:
		r->sq = value;
		break;
	case FACET_REG_RECOVER_CMD:
		if (!r->cmd)
			r->cmd = value;
		facet_kick(m);
		break;
	default:
		break;
	}
}

uint32_t facet_recover_read(const struct facet_model *m, uint32_t off)
{
	const struct facet_recovery *r = &m->recover;

	switch (off) {
	case FACET_REG_RECOVER_CTX: return r->ctx;
	case FACET_REG_RECOVER_SQ: return r->sq;
	case FACET_REG_RECOVER_CMD: return r->cmd;
	case FACET_REG_RECOVER_STATUS: return r->status | r->engine << 8;
	default: return 0;
	}
}

bool facet_recover_dispatch(struct facet_model *m)
{
	struct facet_recovery *r = &m->recover;
	struct facet_engine *e;

	if (!waiting(r))
		return false;
	e = facet_engine_idle(m, r->from->class, r->from);
	if (!e)
		return false;
	r->status = FACET_RECOVER_RUNNING;
	r->engine = e->nr;
	facet_engine_give(m, e, r->owner, &r->held);
	return true;
}

void facet_recover_ended(struct facet_model *m, uint32_t status)
{
	if (m->recover.status == FACET_RECOVER_RUNNING)
		m->recover.status = status;
}

struct facet_cmd *facet_recover_held(struct facet_model *m, struct facet_ctx **c)
{
	if (!waiting(&m->recover))
		return NULL;
	*c = m->recover.owner;
	return &m->recover.held;
}

void facet_recover_drop(struct facet_model *m, bool complete)
{
	struct facet_recovery *r = &m->recover;
	uint64_t now_ns = facet_now(m);
	const struct facet_outcome out = {
		.status = FACET_ST_ABORTED, .engine = FACET_COMP_NO_ENGINE,
		.start_ns = now_ns, .stop_ns = now_ns,
	};
	struct facet_cmd cmd = r->held;

	r->status = FACET_RECOVER_GONE;
	if (complete)
		facet_comp_write(m, r->owner, &cmd, &out);
	else
		facet_engine_discard(m, r->owner, &cmd);
}
