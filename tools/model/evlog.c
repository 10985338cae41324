// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: event log.
 */
#include "core.h"

void facet_evlog_restart(struct facet_model *m, uint32_t log2)
{
	struct facet_evlog *l = &m->evlog;

	if (log2 < FACET_MODEL_EVLOG_MIN_LOG2 || log2 > FACET_MODEL_EVLOG_MAX_LOG2)
		log2 = 0;
	l->log2 = log2;
	l->tail = 0;
	l->head = 0;
	l->dropped = 0;
}

static int store(struct facet_model *m, const struct facet_event *ev)
{
	struct facet_evlog *l = &m->evlog;
	uint64_t slot = l->tail & ((1u << l->log2) - 1);
	uint64_t addr = (l->base & ~(uint64_t)(FACET_EVENT_BYTES - 1)) + slot * FACET_EVENT_BYTES;
	const uint8_t *raw = (const uint8_t *)ev;

	if (facet_dma_write(m, FACET_MODEL_RID, addr + sizeof(ev->seq), raw + sizeof(ev->seq),
			    sizeof(*ev) - sizeof(ev->seq)))
		return -1;
	return facet_dma_write(m, FACET_MODEL_RID, addr, &ev->seq, sizeof(ev->seq));
}

/* A HEAD ahead of TAIL is as good as a full log: no slot is known to be free. */
void facet_evlog_write(struct facet_model *m, struct facet_event *ev)
{
	struct facet_evlog *l = &m->evlog;

	if (!l->log2)
		return;
	ev->seq = le32(l->tail + 1);
	ev->time_ns = le64(facet_now(m));
	if (l->tail - l->head >= 1u << l->log2 || store(m, ev)) {
		l->dropped++;
		return;
	}
	l->tail++;
	if ((l->vector & FACET_VECTOR_ON) &&
	    (l->vector & FACET_VECTOR_MASK) < facet_model_vectors(m))
		m->ops.raise_irq(m->opaque, l->vector & FACET_VECTOR_MASK);
}

void facet_evlog_ctx(struct facet_model *m, const struct facet_ctx *c, uint16_t type,
		     uint16_t code, uint64_t addr)
{
	uint32_t pasid = facet_ctx_ring_pasid(c);
	struct facet_event ev = {
		.type = le16(type),
		.code = le16(code),
		.ctx = le16(c->nr),
		.engine = le16(FACET_MODEL_NO_ENGINE),
		.pasid = le32(pasid == FACET_MODEL_RID ? 0 : pasid),
		.sq_index = le32(c->sq_head),
		.addr = le64(addr),
	};

	facet_evlog_write(m, &ev);
}

void facet_evlog_cmd(struct facet_model *m, const struct facet_engine *e, uint16_t type,
		     uint16_t code, uint64_t addr)
{
	struct facet_event ev = {
		.type = le16(type),
		.code = le16(code),
		.ctx = le16(e->ctx->nr),
		.engine = le16(e->class << 8 | e->nr),
		.pasid = le32(e->cmd.pasid),
		.sq_index = le32(e->cmd.sq_index),
		.addr = le64(addr),
	};

	facet_evlog_write(m, &ev);
}
