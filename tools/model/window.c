// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: registers of queue contexts, in G and in their windows.
 */
#include "core.h"

static uint32_t state_reg(const struct facet_ctx *c)
{
	return c->state | (uint32_t)c->error << 8;
}

static bool read_config(const struct facet_ctx *c, uint32_t off, uint32_t *value)
{
	switch (off) {
	case FACET_CTX_STATE: *value = state_reg(c); return true;
	case FACET_CTX_CFG: *value = c->cfg; return true;
	case FACET_CTX_PASID: *value = c->pasid; return true;
	case FACET_CTX_RING_LOG2: *value = c->ring_log2; return true;
	case FACET_CTX_VECTOR: *value = c->vector; return true;
	case FACET_CTX_WEIGHT: *value = c->weight; return true;
	case FACET_CTX_GROUP: *value = c->group; return true;
	case FACET_CTX_MODERATION: *value = c->moderation; return true;
	default: return false;
	}
}

static uint32_t read32(const struct facet_ctx *c, uint32_t off)
{
	uint32_t value;

	if (read_config(c, off, &value))
		return value;
	switch (off) {
	case FACET_CTX_SQ_HEAD: return c->sq_head;
	case FACET_CTX_SQ_TAIL: return c->sq_tail;
	case FACET_CTX_CQ_TAIL: return c->cq_tail;
	case FACET_CTX_CQ_EVENT: return c->cq_event;
	case FACET_CTX_INFLIGHT: return c->inflight;
	default: return 0;
	}
}

static bool read_wide(const struct facet_model *m, const struct facet_ctx *c, uint32_t off,
		      uint64_t *value)
{
	const struct facet_ctx_stats *s = &c->stats;

	switch (off) {
	case FACET_CTX_SQ_BASE_LO: *value = c->sq_base; break;
	case FACET_CTX_CQ_BASE_LO: *value = c->cq_base; break;
	case FACET_CTX_OPS_LO: *value = c->ops; break;
	case FACET_CTX_N_CMDS_LO: *value = s->cmds; break;
	case FACET_CTX_N_ERRORS_LO: *value = s->errors; break;
	case FACET_CTX_BYTES_IN_LO: *value = s->bytes_in; break;
	case FACET_CTX_BYTES_OUT_LO: *value = s->bytes_out; break;
	case FACET_CTX_BACKLOG_NS_LO: *value = facet_ctx_backlog_ns(m, c); break;
	case FACET_CTX_WAIT_NS_LO: *value = s->wait_ns; break;
	case FACET_CTX_ENGINE_NS_LO(0): *value = s->engine_ns[0]; break;
	case FACET_CTX_ENGINE_NS_LO(1): *value = s->engine_ns[1]; break;
	case FACET_CTX_ENGINE_NS_LO(2): *value = s->engine_ns[2]; break;
	case FACET_CTX_N_DOORBELLS_LO: *value = s->doorbells; break;
	case FACET_CTX_N_IRQS_LO: *value = s->irqs; break;
	case FACET_CTX_N_ABORTED_LO: *value = s->aborted; break;
	default: return false;
	}
	return true;
}

uint64_t facet_ctx_read(struct facet_model *m, struct facet_ctx *c, uint32_t off,
			unsigned int size)
{
	uint64_t value;

	if (read_wide(m, c, off & ~7u, &value))
		return facet_read64(&c->latch, off & ~7u, off & 4, value, size);
	value = read32(c, off);
	if (size == 8)
		value |= (uint64_t)read32(c, off + 4) << 32;
	return value;
}

/*
 * Outside DISABLED a value that ENABLE would have refused is ignored: the
 * arbiters rely on these two.
 */
static void write_share(struct facet_model *m, struct facet_ctx *c, uint32_t off, uint32_t value)
{
	bool any = c->state == FACET_CTX_DISABLED;

	if (off == FACET_CTX_WEIGHT && (any || (value && value <= FACET_MODEL_WEIGHT_MAX)))
		c->weight = value;
	if (off == FACET_CTX_GROUP && (any || value < m->cfg.contexts))
		c->group = value;
}

static void write_config(struct facet_ctx *c, uint32_t off, uint32_t value)
{
	if (c->state != FACET_CTX_DISABLED)
		return;
	switch (off) {
	case FACET_CTX_CFG: c->cfg = value; break;
	case FACET_CTX_PASID: c->pasid = value; break;
	case FACET_CTX_RING_LOG2: c->ring_log2 = value; break;
	case FACET_CTX_VECTOR: c->vector = value; break;
	default: break;
	}
}

static void write32(struct facet_model *m, struct facet_ctx *c, uint32_t off, uint32_t value)
{
	switch (off) {
	case FACET_CTX_CMD:
		facet_ctx_command(m, c, value);
		break;
	case FACET_CTX_WEIGHT:
	case FACET_CTX_GROUP:
		write_share(m, c, off, value);
		break;
	case FACET_CTX_MODERATION:
		if (m->cfg.features & FACET_FEAT_MODERATION)
			c->moderation = value;
		facet_kick(m);
		break;
	default:
		write_config(c, off, value);
		break;
	}
}

void facet_ctx_write(struct facet_model *m, struct facet_ctx *c, uint32_t off, uint64_t value,
		     unsigned int size)
{
	bool disabled = c->state == FACET_CTX_DISABLED;
	uint32_t half = off & 4;

	c->latch.off = UINT32_MAX;
	switch (off & ~7u) {
	case FACET_CTX_SQ_BASE_LO:
		if (disabled)
			facet_write64(&c->sq_base, half, value, size);
		return;
	case FACET_CTX_CQ_BASE_LO:
		if (disabled)
			facet_write64(&c->cq_base, half, value, size);
		return;
	case FACET_CTX_OPS_LO:
		facet_write64(&c->ops, half, value, size);
		return;
	default:
		write32(m, c, off, value);
		if (size == 8)
			write32(m, c, off + 4, value >> 32);
	}
}

static uint32_t window_read32(const struct facet_ctx *c, uint64_t off)
{
	switch (off) {
	case FACET_WIN_STATE: return state_reg(c);
	case FACET_WIN_SQ_HEAD: return c->sq_head;
	case FACET_WIN_CQ_TAIL: return c->cq_tail;
	default: return 0;
	}
}

uint64_t facet_window_read(const struct facet_ctx *c, uint64_t off, unsigned int size)
{
	uint64_t value = window_read32(c, off);

	if (size == 8)
		value |= (uint64_t)window_read32(c, off + 4) << 32;
	return value;
}

static void window_write32(struct facet_model *m, struct facet_ctx *c, uint64_t off,
			   uint32_t value)
{
	if (off == FACET_WIN_DOORBELL)
		facet_ctx_doorbell(m, c, value);
	if (off == FACET_WIN_CQ_EVENT)
		facet_comp_event(m, c, value);
}

void facet_window_write(struct facet_model *m, struct facet_ctx *c, uint64_t off,
			uint64_t value, unsigned int size)
{
	window_write32(m, c, off, value);
	if (size == 8)
		window_write32(m, c, off + 4, value >> 32);
}
