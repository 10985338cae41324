// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: registers of queue contexts, in G and in their windows.
 */
#include "core.h"

static uint32_t state_reg(const struct facet_ctx *c)
{
	return c->state | (uint32_t)c->error << 8;
}

/* Registers of 32 bits that hold what was written, wherever else that is checked. */
static uint32_t *config_reg(struct facet_ctx *c, uint32_t off)
{
	switch (off) {
	case FACET_CTX_CFG: return &c->cfg;
	case FACET_CTX_PASID: return &c->pasid;
	case FACET_CTX_RING_LOG2: return &c->ring_log2;
	case FACET_CTX_VECTOR: return &c->vector;
	case FACET_CTX_WEIGHT: return &c->weight;
	case FACET_CTX_GROUP: return &c->group;
	case FACET_CTX_MODERATION: return &c->moderation;
	case FACET_CTX_CAP: return &c->cap;
	case FACET_CTX_CAP_BURST_US: return &c->cap_burst_us;
	case FACET_CTX_REQUEST_NS: return &c->request_ns;
	case FACET_GRP_WEIGHT: return &c->grp_weight;
	case FACET_GRP_FLAGS: return &c->grp_flags;
	case FACET_GRP_REQUEST_NS: return &c->grp_request_ns;
	default: return NULL;
	}
}

static uint32_t read32(struct facet_ctx *c, uint32_t off)
{
	const uint32_t *reg = config_reg(c, off);

	if (reg)
		return *reg;
	switch (off) {
	case FACET_CTX_STATE: return state_reg(c);
	case FACET_CTX_SQ_HEAD: return c->sq_head;
	case FACET_CTX_SQ_TAIL: return c->sq_tail;
	case FACET_CTX_CQ_TAIL: return c->cq_tail;
	case FACET_CTX_CQ_EVENT: return c->cq_event;
	case FACET_CTX_INFLIGHT: return c->inflight;
	default: return 0;
	}
}

static uint32_t waits(const struct facet_model *m, const struct facet_ctx *c)
{
	if (!c->has_cmd)
		return 0;
	return FACET_WAITS_ENGINE |
	       (arb_held(&m->arb[c->cmd.class], c->nr) ? FACET_WAITS_CAP : 0);
}

static uint64_t *base_reg(struct facet_ctx *c, uint32_t off)
{
	switch (off) {
	case FACET_CTX_SQ_BASE_LO: return &c->sq_base;
	case FACET_CTX_CQ_BASE_LO: return &c->cq_base;
	case FACET_CTX_OPS_LO: return &c->ops;
	default: return NULL;
	}
}

static const uint64_t *counter_reg(const struct facet_ctx_stats *s, uint32_t off)
{
	switch (off) {
	case FACET_CTX_N_CMDS_LO: return &s->cmds;
	case FACET_CTX_N_ERRORS_LO: return &s->errors;
	case FACET_CTX_BYTES_IN_LO: return &s->bytes_in;
	case FACET_CTX_BYTES_OUT_LO: return &s->bytes_out;
	case FACET_CTX_WAIT_NS_LO: return &s->wait_ns;
	case FACET_CTX_ENGINE_NS_LO(0): return &s->engine_ns[0];
	case FACET_CTX_ENGINE_NS_LO(1): return &s->engine_ns[1];
	case FACET_CTX_ENGINE_NS_LO(2): return &s->engine_ns[2];
	case FACET_CTX_N_DOORBELLS_LO: return &s->doorbells;
	case FACET_CTX_N_IRQS_LO: return &s->irqs;
	case FACET_CTX_N_ABORTED_LO: return &s->aborted;
	case FACET_CTX_THROTTLED_NS_LO: return &s->throttled_ns;
	case FACET_CTX_N_INVALID_LO: return &s->invalid;
	default: return NULL;
	}
}

static bool read_wide(const struct facet_model *m, struct facet_ctx *c, uint32_t off,
		      uint64_t *value)
{
	const uint64_t *reg = counter_reg(&c->stats, off);

	if (!reg)
		reg = base_reg(c, off);
	if (reg)
		*value = *reg;
	else if (off == FACET_CTX_BACKLOG_NS_LO)
		*value = facet_ctx_backlog_ns(m, c);
	else if (off == FACET_CTX_CAP_LEFT_NS_LO)
		*value = facet_arb_left_ns(m, c);
	else
		return false;
	return true;
}

uint64_t facet_ctx_read(struct facet_model *m, struct facet_ctx *c, uint32_t off,
			unsigned int size)
{
	uint64_t value;

	if (read_wide(m, c, off & ~7u, &value))
		return facet_read64(&c->latch, off & ~7u, off & 4, value, size);
	value = off == FACET_CTX_WAITS ? waits(m, c) : read32(c, off);
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
	if (off == FACET_CTX_CAP && value <= FACET_MODEL_CAP_MAX)
		c->cap = value;
	if (off == FACET_CTX_CAP_BURST_US)
		c->cap_burst_us = value;
	if (off == FACET_CTX_REQUEST_NS && value <= FACET_REQUEST_NS_MAX)
		c->request_ns = value;
	facet_arb_share(m, c);
}

/* These are the group's: whatever state the context of its number is in. */
static void write_group(struct facet_model *m, struct facet_ctx *c, uint32_t off, uint32_t value)
{
	if (off == FACET_GRP_WEIGHT && value && value <= FACET_GRP_WEIGHT_MAX)
		c->grp_weight = value;
	if (off == FACET_GRP_FLAGS && !(value & ~FACET_GRP_POOL))
		c->grp_flags = value;
	if (off == FACET_GRP_REQUEST_NS && value <= FACET_REQUEST_NS_MAX)
		c->grp_request_ns = value;
	facet_arb_group(m, c);
}

static void write_config(struct facet_ctx *c, uint32_t off, uint32_t value)
{
	uint32_t *reg = config_reg(c, off);

	if (reg && c->state == FACET_CTX_DISABLED)
		*reg = value;
}

static void write32(struct facet_model *m, struct facet_ctx *c, uint32_t off, uint32_t value)
{
	switch (off) {
	case FACET_CTX_CMD:
		facet_ctx_command(m, c, value);
		break;
	case FACET_CTX_WEIGHT:
	case FACET_CTX_GROUP:
	case FACET_CTX_CAP:
	case FACET_CTX_CAP_BURST_US:
	case FACET_CTX_REQUEST_NS:
		write_share(m, c, off, value);
		break;
	case FACET_GRP_WEIGHT:
	case FACET_GRP_FLAGS:
	case FACET_GRP_REQUEST_NS:
		write_group(m, c, off, value);
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
	uint64_t *base = base_reg(c, off & ~7u);

	c->latch.off = UINT32_MAX;
	if (base) {
		if (c->state == FACET_CTX_DISABLED || base == &c->ops)
			facet_write64(base, off & 4, value, size);
		return;
	}
	write32(m, c, off, value);
	if (size == 8)
		write32(m, c, off + 4, value >> 32);
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
