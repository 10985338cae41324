// SPDX-License-Identifier: GPL-2.0
/* Arbitration: shares of engine time by weight, by count, after idling. */
#include "core_env.h"

#define SYM	FACET_CLASS_SYM

struct load {
	uint32_t weight;
	uint32_t bytes;
};

/* Keeps the rings of n contexts full for a time; their engine time. */
static void run_load(struct env *e, const struct load *load, unsigned int n, uint64_t ns,
		     uint64_t *used_ns)
{
	uint64_t begin_ns[4], end_ns = e->now_ns + ns;
	unsigned int x;

	for (x = 0; x < n; x++)
		begin_ns[x] = c_read64(e, x, FACET_CTX_ENGINE_NS_LO(SYM));
	while (e->now_ns < end_ns) {
		for (x = 0; x < n; x++) {
			uint32_t done = c_read(e, x, FACET_CTX_CQ_TAIL);

			while (e->producer[x] - done < ENV_SLOTS)
				put_desc(e, x, desc_copy(load[x].bytes));
			ring(e, x);
		}
		env_advance(e, 1000);
	}
	for (x = 0; x < n; x++)
		used_ns[x] = c_read64(e, x, FACET_CTX_ENGINE_NS_LO(SYM)) - begin_ns[x];
}

static struct env *env_load(const struct load *load, unsigned int n, uint32_t policy)
{
	struct env *e = env_new();
	unsigned int x;

	g_write(e, FACET_REG_ARB, policy);
	for (x = 0; x < n; x++) {
		ctx_owner(e, x, ENV_PASID + (x & 1));
		c_write(e, x, FACET_CTX_WEIGHT, load[x].weight);
	}
	return e;
}

/* a : b is within one percent of want_a : want_b. */
static bool about(uint64_t a, uint64_t b, uint64_t want_a, uint64_t want_b)
{
	uint64_t l = a * want_b, r = b * want_a;
	bool ok = (l > r ? l - r : r - l) * 100 <= r;

	if (!ok)
		tap_diag("%llu : %llu", (unsigned long long)a, (unsigned long long)b);
	return ok;
}

static void test_weights(void)
{
	static const struct load load[] = { { 100, 10000 }, { 300, 10000 }, { 600, 10000 } };
	struct env *e = env_load(load, 3, FACET_ARB_WEIGHTED);
	uint64_t ns[4];

	run_load(e, load, 3, 5000000, ns);
	tap_ok(about(ns[1], ns[0], 3, 1), "weights 3 : 1");
	tap_ok(about(ns[2], ns[0], 6, 1), "weights 6 : 1");
	tap_ok(about(ns[0] + ns[1] + ns[2], 5000000, 1, 1), "and the engine is always busy");
	env_free(e, "weights");
}

/* By time, not by count: large commands gain nothing. */
static void test_sizes(void)
{
	static const struct load load[] = { { 100, 200000 }, { 100, 2000 } };
	struct env *e = env_load(load, 2, FACET_ARB_WEIGHTED);
	uint64_t ns[4];

	run_load(e, load, 2, 5000000, ns);
	tap_ok(about(ns[0], ns[1], 1, 1), "equal time for unequal sizes");
	env_free(e, "sizes");
	e = env_load(load, 2, FACET_ARB_RR);
	run_load(e, load, 2, 5000000, ns);
	tap_ok(about(ns[0], ns[1], 20500, 700), "round robin is by count");
	tap_eq(g_read(e, FACET_REG_ARB), FACET_ARB_RR, "policy reads back");
	env_free(e, "sizes, round robin");
}

static void test_rr_ignores_weight(void)
{
	static const struct load load[] = { { 100, 10000 }, { 10000, 10000 } };
	struct env *e = env_load(load, 2, FACET_ARB_RR);
	uint64_t ns[4];

	run_load(e, load, 2, 3000000, ns);
	tap_ok(about(ns[0], ns[1], 1, 1), "round robin knows no weights");
	g_write(e, FACET_REG_ARB, FACET_ARB_WEIGHTED);
	run_load(e, load, 2, 10000000, ns);
	tap_ok(ns[1] > 50 * ns[0], "until the policy changes, under load");
	g_write(e, FACET_REG_ARB, FACET_NR_ARB);
	tap_eq(g_read(e, FACET_REG_ARB), FACET_ARB_WEIGHTED, "unknown policies are ignored");
	env_free(e, "round robin");
}

/* Weights that change under load take effect at once. */
static void test_weight_change(void)
{
	static const struct load load[] = { { 100, 10000 }, { 100, 10000 } };
	struct env *e = env_load(load, 2, FACET_ARB_WEIGHTED);
	uint64_t ns[4];

	run_load(e, load, 2, 2000000, ns);
	tap_ok(about(ns[0], ns[1], 1, 1), "equal");
	c_write(e, 1, FACET_CTX_WEIGHT, 400);
	run_load(e, load, 2, 5000000, ns);
	tap_ok(about(ns[1], ns[0], 4, 1), "then 4 : 1");
	env_free(e, "weight change");
}

/* Idling saves no credit: who comes back takes no more than its share. */
static void test_no_credit(void)
{
	static const struct load load[] = { { 100, 10000 }, { 100, 10000 } };
	struct env *e = env_load(load, 2, FACET_ARB_WEIGHTED);
	uint64_t ns[4];

	run_load(e, load, 1, 5000000, ns);
	run_load(e, load, 2, 1000000, ns);
	tap_ok(about(ns[0], ns[1], 1, 1), "equal from the start");
	env_free(e, "credit");
}

/* Garbage costs: a context that sends nothing else is held to its share. */
static void test_garbage_pays(void)
{
	static const struct load load[] = { { 100, 4500 }, { 100, 0xffffffff } };
	struct env *e = env_load(load, 2, FACET_ARB_WEIGHTED);
	uint64_t ns[4];

	run_load(e, load, 2, 5000000, ns);
	tap_ok(about(ns[0], ns[1], 1, 1), "failing commands use up a share");
	tap_eq(c_read64(e, 1, FACET_CTX_N_ERRORS_LO), c_read64(e, 1, FACET_CTX_N_CMDS_LO),
	       "all of them fail");
	env_free(e, "garbage");
}

/* INFLATE is charged for the room that it asks for, and corrected to what it used. */
static void test_device_corrects(void)
{
	struct env *e = env_new();
	struct facet_comp_param p = { .format = FACET_COMP_RAW };
	static const uint8_t stored[] = { 0, 0, 0, 0xff, 0xff };
	uint32_t x, room[2] = { 1 << 20, 16 };
	uint64_t done[2];

	for (x = 0; x < 2; x++) {
		ctx_owner(e, x, ENV_PASID + x);
		memcpy(e->ram[1 + x] + ENV_PARAM, &p, sizeof(p));
		memcpy(e->ram[1 + x] + ENV_SRC, stored, sizeof(stored));
	}
	while (e->now_ns < 5000000) {
		for (x = 0; x < 2; x++) {
			struct facet_desc d = desc_copy(sizeof(stored));

			d.opcode = FACET_OP_INFLATE;
			d.dst_len_bytes = le32(room[x]);
			d.param = le64(ENV_PARAM);
			d.param_len_bytes = le16(sizeof(p));
			while (e->producer[x] - c_read(e, x, FACET_CTX_CQ_TAIL) < ENV_SLOTS)
				put_desc(e, x, d);
			ring(e, x);
		}
		env_advance(e, 2000);
	}
	for (x = 0; x < 2; x++)
		done[x] = c_read64(e, x, FACET_CTX_N_CMDS_LO);
	tap_ok(about(done[0], done[1], 1, 1), "the room alone costs nothing");
	tap_eq(c_read64(e, 0, FACET_CTX_N_ERRORS_LO), 0, "all good");
	env_free(e, "correction");
}

/* What began under another policy is no debt under the new one. */
static void test_policy_change(void)
{
	struct env *e = env_new();
	struct facet_comp a, b;

	g_write(e, FACET_REG_ARB, FACET_ARB_RR);
	ctx_owner(e, 0, ENV_PASID);
	ctx_owner(e, 1, ENV_PASID2);
	put_desc(e, 0, desc_copy(100000));
	submit(e, 0, desc_nop());
	env_settle(e);
	submit(e, 1, desc_nop());
	env_settle(e);
	g_write(e, FACET_REG_ARB, FACET_ARB_WEIGHTED);
	env_advance(e, 1000000);
	tap_ok(reap(e, 0, &a) && reap(e, 0, &a) && reap(e, 1, &b), "all done");
	tap_ok(le64(a.start_ns) < le64(b.start_ns), "in the order in which they waited");
	env_free(e, "policy change");
}

int main(void)
{
	test_weights();
	test_sizes();
	test_rr_ignores_weight();
	test_weight_change();
	test_no_credit();
	test_garbage_pays();
	test_device_corrects();
	test_policy_change();
	return tap_done();
}
