// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: BARs, and the registers of G but those of contexts.
 */
#include "core.h"

#define ENGINES_OFF	FACET_REG_ENGINE(0, 0)
#define ENGINES_END	FACET_REG_ENGINE(FACET_NR_CLASSES, 0)
#define OPS_OFF		FACET_REG_OP(0)
#define OPS_END		FACET_REG_OP(FACET_NR_OPCODES)
#define CTX_OFF		FACET_REG_CTX(0)
#define RECORD_BYTES	0x20

/* One for each context, and one for the event log. */
unsigned int facet_model_vectors(const struct facet_model *m)
{
	return m->cfg.contexts + 1;
}

uint64_t facet_model_bar_bytes(const struct facet_model *m, unsigned int bar)
{
	uint64_t need, bytes = FACET_MODEL_PAGE_BYTES;

	if (bar == FACET_BAR_GLOBAL)
		need = FACET_REG_CTX((uint64_t)m->cfg.contexts);
	else if (bar == FACET_BAR_WINDOW)
		need = (uint64_t)m->cfg.contexts << m->cfg.stride_log2;
	else
		return 0;
	while (bytes < need)
		bytes *= 2;
	return bytes;
}

static uint32_t engines_reg(const struct facet_model *m)
{
	const uint32_t *n = m->cfg.engines;

	return n[0] | n[1] << 8 | n[2] << 16;
}

static uint32_t read_cap(const struct facet_model *m, uint32_t off)
{
	switch (off) {
	case FACET_REG_ID: return FACET_ID;
	case FACET_REG_VERSION: return FACET_VERSION;
	case FACET_REG_CAP_CTX: return m->cfg.contexts | m->cfg.stride_log2 << 16;
	case FACET_REG_CAP_ENGINES: return engines_reg(m);
	case FACET_REG_CAP_FEAT: return m->cfg.features;
	case FACET_REG_CAP_RING:
		return FACET_MODEL_RING_MIN_LOG2 | FACET_MODEL_RING_MAX_LOG2 << 8;
	case FACET_REG_CAP_PASID: return FACET_MODEL_PASID_BITS | FACET_MODEL_PASIDS << 16;
	case FACET_REG_CAP_FLOWS: return FACET_MODEL_FLOWS;
	case FACET_REG_CAP_SG: return FACET_MODEL_SG;
	case FACET_REG_CAP_VECTORS: return facet_model_vectors(m);
	case FACET_REG_CAP_ABORT_NS: return FACET_MODEL_ABORT_NS;
	default: return 0;
	}
}

static uint32_t read_control(const struct facet_model *m, uint32_t off)
{
	switch (off) {
	case FACET_REG_CTRL: return m->ctrl;
	case FACET_REG_STATUS: return FACET_STATUS_READY;
	case FACET_REG_ARB: return m->arb_policy;
	case FACET_REG_OFFLINE(0): return m->offline[0];
	case FACET_REG_OFFLINE(1): return m->offline[1];
	case FACET_REG_OFFLINE(2): return m->offline[2];
	case FACET_REG_EVLOG_LOG2: return m->evlog.log2;
	case FACET_REG_EVLOG_TAIL: return m->evlog.tail;
	case FACET_REG_EVLOG_HEAD: return m->evlog.head;
	case FACET_REG_EVLOG_DROPPED: return m->evlog.dropped;
	case FACET_REG_EVLOG_VECTOR: return m->evlog.vector;
	case FACET_REG_PASID_STATUS: return facet_pasid_status(m);
	default: return facet_recover_read(m, off);
	}
}

static uint32_t read_model(const struct facet_model *m, uint32_t off)
{
	switch (off) {
	case FACET_REG_TIMING_MODE: return m->timing;
	case FACET_REG_DILATION: return m->dilation;
	case FACET_REG_INJ_KIND: return m->inj.kind;
	case FACET_REG_INJ_CTX: return m->inj.ctx;
	case FACET_REG_INJ_ENGINE: return m->inj.engine;
	case FACET_REG_INJ_COUNT: return m->inj.count;
	case FACET_REG_INJ_ARG: return m->inj.arg;
	default: return 0;
	}
}

static uint32_t engine_state(const struct facet_model *m, const struct facet_engine *e)
{
	if (e->ctx)
		return FACET_ENG_ST_BUSY | (uint32_t)e->cmd.desc.opcode << 8 | e->ctx->nr << 16;
	if (m->offline[e->class] & (1u << e->nr))
		return FACET_ENG_ST_OFFLINE;
	return FACET_ENG_ST_IDLE;
}

static struct facet_engine *engine_at(struct facet_model *m, uint32_t off)
{
	uint32_t i, class, nr;

	if (off < ENGINES_OFF || off >= ENGINES_END)
		return NULL;
	i = (off - ENGINES_OFF) / RECORD_BYTES;
	class = i / FACET_MAX_ENGINES;
	nr = i % FACET_MAX_ENGINES;
	return nr < m->cfg.engines[class] ? &m->engine[class][nr] : NULL;
}

static uint32_t read_engine(const struct facet_model *m, const struct facet_engine *e,
			    uint32_t off)
{
	switch (off % RECORD_BYTES) {
	case FACET_ENG_STATE: return engine_state(m, e);
	case FACET_ENG_SQ_INDEX: return e->cmd.sq_index;
	default: return 0;
	}
}

static uint32_t op_attr(const struct facet_op_info *info)
{
	return FACET_OPA_VALID | (info->restartable ? FACET_OPA_RESTARTABLE : 0) |
	       (uint32_t)info->class << 8;
}

static uint32_t read_op(const struct facet_model *m, uint32_t off)
{
	uint32_t op = (off - OPS_OFF) / RECORD_BYTES;
	const struct facet_op_info *info = facet_op_info(op);

	if (!(m->ops_mask & (1ULL << op)))
		return 0;
	switch (off % RECORD_BYTES) {
	case FACET_OP_CEIL_IN: return info->ceil_in_bytes;
	case FACET_OP_CEIL_OUT: return info->ceil_out_bytes;
	case FACET_OP_CEIL_NS: return info->cmax_ns;
	case FACET_OP_ATTR: return op_attr(info);
	case FACET_OP_COST_BASE_NS: return info->cost_base_ns;
	case FACET_OP_COST_BYTE_PS: return info->cost_byte_ps;
	default: return 0;
	}
}

static uint32_t read32(struct facet_model *m, uint32_t off)
{
	const struct facet_engine *e = engine_at(m, off);

	if (e)
		return read_engine(m, e, off);
	if (off >= OPS_OFF && off < OPS_END)
		return read_op(m, off);
	if (off < FACET_REG_CTRL)
		return read_cap(m, off);
	if (off < FACET_REG_TIMING_MODE)
		return read_control(m, off);
	return read_model(m, off);
}

/* Finds a 64-bit register by the offset of its low half. */
static bool read_wide(struct facet_model *m, uint32_t off, uint64_t *value,
		      struct facet_latch **latch)
{
	struct facet_engine *e = engine_at(m, off);

	*latch = e ? &e->latch : &m->latch;
	if (e && off % RECORD_BYTES == FACET_ENG_START_LO)
		*value = e->start_ns;
	else if (e && off % RECORD_BYTES == FACET_ENG_HEARTBEAT_LO)
		*value = facet_engine_heartbeat(m, e);
	else if (e && off % RECORD_BYTES == FACET_ENG_DONE_LO)
		*value = e->done;
	else if (off == FACET_REG_CAP_OPS_LO)
		*value = m->ops_mask;
	else if (off == FACET_REG_CLOCK_LO)
		*value = facet_now(m);
	else if (off == FACET_REG_EVLOG_BASE_LO)
		*value = m->evlog.base;
	else
		return false;
	return true;
}

static struct facet_ctx *ctx_at(struct facet_model *m, uint64_t off)
{
	uint64_t x;

	if (off < CTX_OFF)
		return NULL;
	x = (off - CTX_OFF) / FACET_CTX_BLOCK_BYTES;
	return x < m->cfg.contexts ? &m->ctx[x] : NULL;
}

uint64_t facet_global_read(struct facet_model *m, uint64_t off, unsigned int size)
{
	struct facet_ctx *c = ctx_at(m, off);
	struct facet_latch *latch;
	uint64_t value;

	if (c)
		return facet_ctx_read(m, c, off % FACET_CTX_BLOCK_BYTES, size);
	if (off >= CTX_OFF)
		return 0;
	if (read_wide(m, off & ~7u, &value, &latch))
		return facet_read64(latch, off & ~7u, off & 4, value, size);
	value = read32(m, off);
	if (size == 8)
		value |= (uint64_t)read32(m, off + 4) << 32;
	return value;
}

static void write_ctrl(struct facet_model *m, uint32_t value)
{
	uint32_t x;

	if (value & FACET_CTRL_RESET) {
		facet_reset(m, false);
		return;
	}
	m->ctrl = value & FACET_CTRL_ENABLE;
	for (x = 0; x < m->cfg.contexts; x++)
		facet_ctx_want_fetch(m, &m->ctx[x]);
}

static void write_control(struct facet_model *m, uint32_t off, uint32_t value)
{
	switch (off) {
	case FACET_REG_CTRL:
		write_ctrl(m, value);
		break;
	case FACET_REG_ARB:
		if (value < FACET_NR_ARB && value != m->arb_policy)
			facet_arb_set(m, value);
		break;
	case FACET_REG_OFFLINE(0):
	case FACET_REG_OFFLINE(1):
	case FACET_REG_OFFLINE(2):
		facet_engine_set_offline(m, (off - FACET_REG_OFFLINE(0)) / 4, value);
		break;
	default:
		break;
	}
}

static void write_host_tables(struct facet_model *m, uint32_t off, uint32_t value)
{
	switch (off) {
	case FACET_REG_EVLOG_LOG2:
		facet_evlog_restart(m, value);
		break;
	case FACET_REG_EVLOG_HEAD:
		m->evlog.head = value;
		break;
	case FACET_REG_EVLOG_VECTOR:
		m->evlog.vector = value;
		break;
	case FACET_REG_PASID_SET:
		facet_pasid_set(m, value);
		break;
	case FACET_REG_PASID_CLEAR:
		facet_pasid_clear(m, value);
		break;
	default:
		facet_recover_write(m, off, value);
		break;
	}
}

static void write_timing(struct facet_model *m, uint32_t off, uint32_t value)
{
	if (!(m->cfg.features & FACET_FEAT_TIMING))
		return;
	if (off == FACET_REG_TIMING_MODE && value <= FACET_TIMING_MODEL &&
	    !(m->ctrl & FACET_CTRL_ENABLE))
		m->timing = value;
	if (off == FACET_REG_DILATION && value && value <= FACET_MODEL_DILATION_MAX)
		facet_set_dilation(m, value);
}

static uint32_t *inject_reg(struct facet_injection *inj, uint32_t off)
{
	switch (off) {
	case FACET_REG_INJ_CTX: return &inj->ctx;
	case FACET_REG_INJ_ENGINE: return &inj->engine;
	case FACET_REG_INJ_COUNT: return &inj->count;
	case FACET_REG_INJ_ARG: return &inj->arg;
	default: return NULL;
	}
}

static void write_inject(struct facet_model *m, uint32_t off, uint32_t value)
{
	uint32_t *reg = inject_reg(&m->inj, off);

	if (!(m->cfg.features & FACET_FEAT_INJECT))
		return;
	if (off == FACET_REG_INJ_KIND)
		facet_inject_arm(m, value);
	else if (reg)
		*reg = value;
}

static void write32(struct facet_model *m, uint32_t off, uint32_t value)
{
	if (off < FACET_REG_EVLOG_BASE_LO)
		write_control(m, off, value);
	else if (off < FACET_REG_TIMING_MODE)
		write_host_tables(m, off, value);
	else if (off < FACET_REG_INJ_KIND)
		write_timing(m, off, value);
	else
		write_inject(m, off, value);
}

void facet_global_write(struct facet_model *m, uint64_t off, uint64_t value, unsigned int size)
{
	struct facet_ctx *c = ctx_at(m, off);

	if (c) {
		facet_ctx_write(m, c, off % FACET_CTX_BLOCK_BYTES, value, size);
		return;
	}
	m->latch.off = UINT32_MAX;
	if ((off & ~7ull) == FACET_REG_EVLOG_BASE_LO) {
		facet_write64(&m->evlog.base, off & 4, value, size);
		return;
	}
	if (off >= CTX_OFF)
		return;
	write32(m, off, value);
	if (size == 8)
		write32(m, off + 4, value >> 32);
}

static bool sound_access(uint64_t off, unsigned int size)
{
	return (size == 4 || size == 8) && !(off % size);
}

static struct facet_ctx *window_at(struct facet_model *m, uint64_t off)
{
	uint64_t x = off >> m->cfg.stride_log2;

	return x < m->cfg.contexts ? &m->ctx[x] : NULL;
}

uint64_t facet_model_mmio_read(struct facet_model *m, unsigned int bar, uint64_t off,
			       unsigned int size)
{
	struct facet_ctx *c;

	if (!sound_access(off, size))
		return 0;
	if (m->gone)
		return size == 8 ? UINT64_MAX : UINT32_MAX;
	if (bar == FACET_BAR_GLOBAL)
		return facet_global_read(m, off, size);
	c = bar == FACET_BAR_WINDOW ? window_at(m, off) : NULL;
	if (!c)
		return 0;
	return facet_window_read(c, off & ((1ull << m->cfg.stride_log2) - 1), size);
}

void facet_model_mmio_write(struct facet_model *m, unsigned int bar, uint64_t off,
			    uint64_t value, unsigned int size)
{
	struct facet_ctx *c;

	if (m->gone || !sound_access(off, size))
		return;
	if (bar == FACET_BAR_GLOBAL) {
		facet_global_write(m, off, value, size);
		return;
	}
	c = bar == FACET_BAR_WINDOW ? window_at(m, off) : NULL;
	if (c)
		facet_window_write(m, c, off & ((1ull << m->cfg.stride_log2) - 1), value, size);
}
