// SPDX-License-Identifier: GPL-2.0
/* Registers: capabilities, values after reset, 64-bit counters, windows, BARs. */
#include "core_env.h"

static void test_caps(void)
{
	const struct facet_model_config cfg = {
		.contexts = 5, .engines = { 1, 3, 2 }, .features = ENV_FEATURES,
		.stride_log2 = 16, .timing = FACET_TIMING_MODEL, .dilation = 9,
	};
	struct env *e = env_new_with(&cfg, false);

	tap_eq(g_read(e, FACET_REG_ID), FACET_ID, "ID");
	tap_eq(g_read(e, FACET_REG_VERSION), FACET_VERSION, "VERSION");
	tap_eq(FACET_CAP_CTX_NR(g_read(e, FACET_REG_CAP_CTX)), 5, "contexts");
	tap_eq(FACET_CAP_CTX_STRIDE_LOG2(g_read(e, FACET_REG_CAP_CTX)), 16, "stride");
	tap_eq(g_read(e, FACET_REG_CAP_ENGINES), 0x020301, "engines");
	tap_eq(g_read(e, FACET_REG_CAP_FEAT), ENV_FEATURES, "features");
	tap_eq(g_read(e, FACET_REG_CAP_PASID) & 0xff, 20, "PASID bits");
	tap_eq(g_read(e, FACET_REG_CAP_VECTORS), facet_model_vectors(e->m), "vectors");
	tap_eq(g_read(e, FACET_REG_STATUS), FACET_STATUS_READY, "STATUS");
	tap_eq(g_read(e, FACET_REG_ARB), FACET_ARB_EEVDF, "ARB");
	tap_eq(g_read(e, FACET_REG_TIMING_MODE), FACET_TIMING_MODEL, "TIMING_MODE as made");
	tap_eq(g_read(e, FACET_REG_DILATION), 9, "DILATION as made");
	tap_eq(c_read(e, 4, FACET_CTX_WEIGHT), 100, "WEIGHT");
	tap_eq(c_read64(e, 4, FACET_CTX_OPS_LO), 0, "no opcode allowed");
	tap_eq(c_read(e, 5, FACET_CTX_WEIGHT), 0, "there is no sixth context");
	tap_eq(facet_model_bar_bytes(e->m, FACET_BAR_GLOBAL), 0x20000, "BAR0");
	tap_eq(facet_model_bar_bytes(e->m, FACET_BAR_WINDOW), 8 << 16, "BAR2");
	tap_eq(facet_model_bar_bytes(e->m, FACET_BAR_MSIX), 0, "BAR4 is not ours");
	g_write(e, FACET_REG_ID, 0);
	g_write(e, FACET_REG_CAP_CTX, 0);
	tap_eq(g_read(e, FACET_REG_ID), FACET_ID, "read only");
	env_free(e, "capabilities");
}

static bool op_record_matches(struct env *e, unsigned int op)
{
	const struct facet_op_info *info = facet_op_info(op);
	uint64_t reg = FACET_REG_OP(op);
	uint32_t attr = g_read(e, reg + FACET_OP_ATTR);

	if (!info)
		return !attr && !g_read(e, reg + FACET_OP_CEIL_IN);
	return (attr & FACET_OPA_VALID) && FACET_OPA_CLASS(attr) == info->class &&
	       !(attr & FACET_OPA_RESTARTABLE) == !info->restartable &&
	       g_read(e, reg + FACET_OP_CEIL_IN) == info->ceil_in_bytes &&
	       g_read(e, reg + FACET_OP_CEIL_OUT) == info->ceil_out_bytes &&
	       g_read(e, reg + FACET_OP_CEIL_NS) == info->cmax_ns &&
	       g_read(e, reg + FACET_OP_COST_BASE_NS) == info->cost_base_ns &&
	       g_read(e, reg + FACET_OP_COST_BYTE_PS) == info->cost_byte_ps;
}

static void test_op_records(void)
{
	struct env *e = env_new();
	uint64_t ops = g_read64(e, FACET_REG_CAP_OPS_LO);
	unsigned int op, same = 0;

	for (op = 0; op < FACET_NR_OPCODES; op++)
		same += op_record_matches(e, op) && (ops >> op & 1) == !!facet_op_info(op);
	tap_eq(same, FACET_NR_OPCODES, "records say what the operations say");
	env_free(e, "opcode records");
}

/* The high half belongs to the low half that was read. */
static void test_halves(void)
{
	struct env *e = env_new();
	uint32_t lo, hi;

	env_advance(e, 0xfffffffeu);
	lo = g_read(e, FACET_REG_CLOCK_LO);
	env_advance(e, 5);
	hi = g_read(e, FACET_REG_CLOCK_LO + 4);
	tap_eq(lo, 0xfffffffeu, "low half");
	tap_eq(hi, 0, "high half of the same moment");
	tap_eq(g_read(e, FACET_REG_CLOCK_LO + 4), 1, "by itself: of now");
	lo = g_read(e, FACET_REG_CLOCK_LO);
	g_read(e, FACET_REG_CAP_OPS_LO);
	tap_eq(g_read(e, FACET_REG_CLOCK_LO + 4), 1, "another register's half is not taken");
	e->m->ctx[1].stats.bytes_in = 0x1ffffffffull;
	lo = c_read(e, 1, FACET_CTX_BYTES_IN_LO);
	e->m->ctx[1].stats.bytes_in++;
	c_read(e, 2, FACET_CTX_BYTES_IN_LO);
	hi = c_read(e, 1, FACET_CTX_BYTES_IN_LO + 4);
	tap_ok(lo == 0xffffffffu && hi == 1, "each context has halves of its own");
	tap_ok(c_read64(e, 1, FACET_CTX_BYTES_IN_LO) == 0x200000000ull, "64 bits at once");
	env_free(e, "halves");
}

static void test_wide_writes(void)
{
	struct env *e = env_new();

	c_write(e, 0, FACET_CTX_SQ_BASE_LO, 0x11111100);
	c_write(e, 0, FACET_CTX_SQ_BASE_LO + 4, 0x22222222);
	tap_ok(c_read64(e, 0, FACET_CTX_SQ_BASE_LO) == 0x2222222211111100ull, "by halves");
	c_write64(e, 0, FACET_CTX_CQ_BASE_LO, 0x3333333344444400ull);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_BASE_LO + 4), 0x33333333, "at once");
	c_write64(e, 0, FACET_CTX_WEIGHT, 3ull << 32 | 50);
	tap_eq(c_read(e, 0, FACET_CTX_WEIGHT), 50, "two registers at once: WEIGHT");
	tap_eq(c_read(e, 0, FACET_CTX_GROUP), 3, "and GROUP");
	g_write64(e, FACET_REG_EVLOG_BASE_LO, 0x123456789abcull);
	tap_ok(g_read64(e, FACET_REG_EVLOG_BASE_LO) == 0x123456789abcull, "EVLOG_BASE");
	env_free(e, "wide writes");
}

/* A window has two registers to write and three to read. */
static void test_window(void)
{
	struct env *e = env_new();
	uint32_t off, zero = 0;

	ctx_owner(e, 1, ENV_PASID);
	tap_eq(run_one(e, 1, desc_nop(), NULL), FACET_ST_OK, "doorbell of window 1");
	for (off = 0; off < 4096; off += 4)
		if (off != FACET_WIN_STATE && off != FACET_WIN_SQ_HEAD && off != FACET_WIN_CQ_TAIL)
			zero += !w_read(e, 1, off);
	tap_eq(zero, 1024 - 3, "reads as zero elsewhere");
	for (off = 8; off < 4096; off += 4)
		w_write(e, 1, off, UINT32_MAX);
	tap_eq(c_state(e, 1), FACET_CTX_READY, "writes elsewhere are ignored");
	tap_eq(c_read(e, 1, FACET_CTX_PASID), FACET_PASID_VALID | ENV_PASID, "PASID too");
	tap_eq(c_read64(e, 1, FACET_CTX_N_DOORBELLS_LO), 1, "and ring no bell");
	facet_model_mmio_write(e->m, FACET_BAR_WINDOW, 0x1000, 1, 2);
	facet_model_mmio_write(e->m, FACET_BAR_WINDOW, 0x1002, 1, 4);
	tap_eq(c_read64(e, 1, FACET_CTX_N_DOORBELLS_LO), 1, "nor do odd accesses");
	tap_eq(facet_model_mmio_read(e->m, FACET_BAR_WINDOW, 0x1040, 2), 0, "which read 0");
	put_desc(e, 1, desc_nop());
	facet_model_mmio_write(e->m, FACET_BAR_WINDOW, 0x1000, 5ull << 32 | 2, 8);
	tap_eq(c_read(e, 1, FACET_CTX_SQ_TAIL), 2, "a wide write: doorbell");
	tap_eq(c_read(e, 1, FACET_CTX_CQ_EVENT), 5, "and event index");
	w_write(e, 4, FACET_WIN_DOORBELL, 1);
	tap_eq(w_read(e, 4, FACET_WIN_STATE), 0, "nothing behind the last window");
	env_free(e, "window");
}

/* Undefined offsets, everywhere in BAR0: read 0, writes do no harm. */
static void test_undefined(void)
{
	struct env *e = env_new();
	uint64_t end = facet_model_bar_bytes(e->m, FACET_BAR_GLOBAL), off;

	tap_eq(g_read(e, 0x034), 0, "0x034");
	tap_eq(g_read(e, 0x0f8), 0, "0x0f8");
	tap_eq(g_read(e, 0x1000 + 2 * 0x20 * 32 + 31 * 0x20), 0, "engine that does not exist");
	tap_eq(g_read(e, 0x3000), 0, "behind the opcodes");
	tap_eq(g_read(e, end - 4), 0, "the end");
	for (off = 0xf4; off < 0x10000; off += 4)
		g_write(e, off, UINT32_MAX);
	for (off = FACET_REG_CTX(4); off < end; off += 4)
		g_write(e, off, UINT32_MAX);
	ctx_owner(e, 0, ENV_PASID);
	tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "the device is unharmed");
	env_free(e, "undefined");
}

static bool can_create(struct facet_model_config cfg)
{
	struct facet_model_ops ops = { .now_ns = env_now, .set_timer = env_set_timer };
	struct env e = { 0 };
	struct facet_model *m = facet_model_create(&cfg, &ops, &e);

	if (m)
		facet_model_destroy(m);
	return m;
}

static void test_config(void)
{
	tap_ok(can_create((struct facet_model_config){ 0 }), "defaults");
	tap_ok(can_create((struct facet_model_config){ .contexts = 1024 }), "1024 contexts");
	tap_ok(!can_create((struct facet_model_config){ .contexts = 1025 }), "1025 contexts");
	tap_ok(can_create((struct facet_model_config){ .engines = { 0, 32, 0 } }), "SYM alone");
	tap_ok(!can_create((struct facet_model_config){ .engines = { 1, 0, 1 } }), "no SYM");
	tap_ok(!can_create((struct facet_model_config){ .engines = { 33, 1, 1 } }), "33 engines");
	tap_ok(!can_create((struct facet_model_config){ .stride_log2 = 11 }), "stride of 2 KiB");
	tap_ok(!can_create((struct facet_model_config){ .stride_log2 = 25 }), "of 32 MiB");
	tap_ok(!can_create((struct facet_model_config){ .timing = 2 }), "unknown timing");
	tap_ok(!can_create((struct facet_model_config){ .dilation = 1000001 }), "dilation");
}

int main(void)
{
	test_caps();
	test_op_records();
	test_halves();
	test_wide_writes();
	test_window();
	test_undefined();
	test_config();
	return tap_done();
}
