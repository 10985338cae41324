// SPDX-License-Identifier: GPL-2.0
/* Policies of the arbiter by themselves: shares, latency, debt, order. */
#include "arb_sim.h"

static const struct arb_ops *const all[] = {
	&arb_rr, &arb_weighted, &arb_wrr, &arb_srr, &arb_eevdf,
};

/* Those that share engine time by weight. */
static const struct arb_ops *const by_time[] = { &arb_weighted, &arb_srr, &arb_eevdf };

#define for_each_policy(i, set) for ((i) = 0; (i) < sizeof(set) / sizeof((set)[0]); (i)++)

/* Equal weights, commands of 50 and 300 us: 300 each is right. */
static void test_costs(const struct arb_ops *ops, double permille)
{
	struct sim *s = sim_new(ops, 2, 1);

	s->ctx[0] = (struct sim_ctx){ .cost_ns = 50 * US, .left = SIM_ALWAYS };
	s->ctx[1] = (struct sim_ctx){ .cost_ns = 300 * US, .left = SIM_ALWAYS };
	sim_run(s, 2000 * MS);
	tap_ok(within(s->ctx[0].used_ns, s->now_ns, permille, 5), "%s: short against long",
	       ops->name);
	sim_free(s);
}

/* Within a point of what the weights say, for one engine and for two. */
static void test_weights(const struct arb_ops *ops, unsigned int engines)
{
	static const uint32_t weight[] = { 100, 300, 600, 1000 };
	static const uint64_t cost_ns[] = { 300 * US, 20 * US, 7 * US, 100 * US };
	struct sim *s = sim_new(ops, 8, engines);
	unsigned int x;
	bool ok = true;

	/* two of each, so that one alone never needs more than one engine */
	for (x = 0; x < 8; x++) {
		s->ctx[x].cost_ns = cost_ns[x / 2];
		s->ctx[x].left = SIM_ALWAYS;
		sim_weight(s, x, weight[x / 2]);
	}
	sim_run(s, 3000 * MS);
	for (x = 0; x < 8; x++)
		ok &= within(s->ctx[x].used_ns, engines * s->now_ns, weight[x / 2] / 4.0, 10);
	tap_ok(ok, "%s: 1 : 3 : 6 : 10 on %u engines", ops->name, engines);
	tap_eq(s->idle_ns, 0, "and they are always busy");
	sim_free(s);
}

static void test_wrr(void)
{
	struct sim *s = sim_new(&arb_wrr, 3, 1);
	uint64_t sum;

	s->ctx[0].cost_ns = 500 * US;
	s->ctx[0].left = SIM_ALWAYS;
	s->ctx[1].left = SIM_ALWAYS;
	s->ctx[2].left = SIM_ALWAYS;
	sim_weight(s, 1, 200);
	sim_weight(s, 2, 700);
	sim_run(s, 1000 * MS);
	sum = s->ctx[0].served + s->ctx[1].served + s->ctx[2].served;
	tap_ok(within(s->ctx[0].served, sum, 100, 5) && within(s->ctx[1].served, sum, 200, 5) &&
	       within(s->ctx[2].served, sum, 700, 5), "wrr: weights count commands");
	tap_ok(s->ctx[0].used_ns > 7 * (s->ctx[1].used_ns + s->ctx[2].used_ns) / 2,
	       "wrr: whatever they cost");
	sim_free(s);
}

/* A command that turns out four times dearer: a quarter of the turns. */
static void test_correction(const struct arb_ops *ops)
{
	struct sim *s = sim_new(ops, 2, 1);

	s->ctx[0].left = SIM_ALWAYS;
	s->ctx[1].left = SIM_ALWAYS;
	s->ctx[1].cost_ns = 40 * US;
	s->ctx[1].expected_ns = 10 * US;
	sim_run(s, 100 * MS);
	tap_ok(within(s->ctx[0].used_ns, s->now_ns, 500, 5), "%s: corrected upwards", ops->name);
	s->ctx[1].cost_ns = 1 * US;
	sim_restart(s);
	sim_run(s, 100 * MS);
	tap_ok(within(s->ctx[0].used_ns, 100 * MS, 500, 5), "%s: corrected downwards", ops->name);
	sim_free(s);
}

/* Longest wait of a rare 5 us command among n owners of 2 ms commands. */
static uint64_t sparse_wait_ns(const struct arb_ops *ops, unsigned int n)
{
	struct sim *s = sim_new(ops, n + 1, 1);
	unsigned int x, i;
	uint64_t wait_ns;

	for (x = 0; x <= n; x++) {
		s->ctx[x].cost_ns = 2 * MS;
		s->ctx[x].left = x ? SIM_ALWAYS : 0;
		sim_join(s, x, x);
	}
	s->ctx[0].cost_ns = 5 * US;
	sim_run(s, 300 * MS + 123 * US);
	for (i = 0; i < 50; i++) {
		s->ctx[0].left++;
		sim_run(s, 2 * MS * n + 137 * US * (i % 13));
	}
	sim_run(s, 2 * MS * (n + 1));
	wait_ns = s->ctx[0].wait_ns;
	tap_eq(s->ctx[0].served, 50, ops->name);
	sim_free(s);
	return wait_ns;
}

static void test_sparse(void)
{
	static const unsigned int n[] = { 1, 7, 31, 63 };
	unsigned int i;
	uint64_t ns;

	for_each_policy(i, n) {
		ns = sparse_wait_ns(&arb_eevdf, n[i]);
		if (!tap_ok(ns <= 2 * MS, "eevdf: one residual among %u", n[i]))
			tap_diag("%llu ns", (unsigned long long)ns);
		tap_ok(sparse_wait_ns(&arb_srr, n[i]) <= 2 * MS, "srr: new before old, %u", n[i]);
		ns = sparse_wait_ns(&arb_rr, n[i]);
		tap_ok(ns > (n[i] - 1) * 2 * MS && ns <= (n[i] + 1) * 2 * MS,
		       "rr: behind all %u", n[i]);
	}
}

/* 10 ms for the price of 1 us: idling does not help, the others get theirs first. */
static void test_debt(const struct arb_ops *ops)
{
	struct sim *s = sim_new(ops, 2, 1);

	s->ctx[0] = (struct sim_ctx){ .cost_ns = 10 * MS, .expected_ns = 1 * US, .left = 1 };
	s->ctx[1] = (struct sim_ctx){ .cost_ns = 100 * US, .left = SIM_ALWAYS };
	sim_run(s, 11 * MS);
	tap_eq(s->ctx[0].used_ns, 10 * MS, "10 ms at once");
	s->ctx[0] = (struct sim_ctx){ .cost_ns = 100 * US, .left = SIM_ALWAYS };
	sim_restart(s);
	sim_run(s, 8500 * US);
	/* it came when the other had got 1 ms */
	if (!tap_ok(!s->ctx[0].used_ns, "%s: debt outlives idleness", ops->name))
		tap_diag("%llu ns", (unsigned long long)s->ctx[0].used_ns);
	sim_run(s, 100 * MS);
	tap_ok(within(s->ctx[0].used_ns + 9 * MS, s->ctx[1].used_ns, 1000, 10),
	       "%s: and is paid once", ops->name);
	sim_free(s);
}

/* Idling for long saves nothing. */
static void test_no_credit(const struct arb_ops *ops)
{
	struct sim *s = sim_new(ops, 2, 1);
	int64_t lead_ns;

	s->ctx[0].cost_ns = 100 * US;
	s->ctx[1].cost_ns = 100 * US;
	s->ctx[1].left = SIM_ALWAYS;
	sim_run(s, 500 * MS);
	s->ctx[0].left = SIM_ALWAYS;
	sim_restart(s);
	sim_run(s, 1 * MS);
	lead_ns = s->ctx[0].used_ns - s->ctx[1].used_ns;
	if (!tap_ok(lead_ns <= 200 * (int64_t)US, "%s: no credit for idling", ops->name))
		tap_diag("%lld ns", (long long)lead_ns);
	sim_free(s);
}

/* Coming and going with single commands wins no more than staying. */
static void test_flapping(const struct arb_ops *ops, uint64_t cost_ns, uint64_t other_ns)
{
	struct sim *s = sim_new(ops, 2, 1);
	unsigned int i;

	s->ctx[0].cost_ns = cost_ns;
	s->ctx[1].cost_ns = other_ns;
	s->ctx[1].left = SIM_ALWAYS;
	for (i = 0; i < 20000; i++) {
		if (!s->ctx[0].ready && s->engine[0].x != 0)
			s->ctx[0].left = 1;
		sim_run(s, 7 * US);
	}
	if (!tap_ok(s->ctx[0].used_ns <= s->now_ns / 2 + 200 * US, "%s: flapping", ops->name))
		tap_diag("%llu of %llu", (unsigned long long)s->ctx[0].used_ns,
			 (unsigned long long)s->now_ns);
	sim_free(s);
}

/* What is left of a turn is lost, even for who comes back within the round. */
static void test_srr_no_bank(void)
{
	struct sim *s = sim_new(&arb_srr, 2, 1);

	s->ctx[1].left = SIM_ALWAYS;
	sim_weight(s, 0, 10000);
	sim_weight(s, 1, 10000);
	sim_run(s, 15 * MS);
	s->ctx[0].left = 1;
	sim_run(s, 1 * MS);
	tap_eq(s->ctx[0].served, 1, "srr: one as a newcomer");
	s->ctx[0].left = SIM_ALWAYS;
	while (s->ctx[0].served < 2 && s->now_ns < 100 * MS)
		sim_run(s, 10 * US);
	sim_restart(s);
	while (!s->ctx[1].served && s->now_ns < 100 * MS)
		sim_run(s, 10 * US);
	if (!tap_ok(s->ctx[0].used_ns <= 10 * MS + 20 * US, "srr: then one turn, no more"))
		tap_diag("%llu ns", (unsigned long long)s->ctx[0].used_ns);
	sim_free(s);
}

/*
 * A command takes 10 ms rather than 10 us.  Meanwhile its owner gets nothing of the
 * other engine while others want that.
 */
static void test_overrun(void)
{
	struct sim *s = sim_new(&arb_eevdf, 2, 2);

	s->ctx[0] = (struct sim_ctx){ .cost_ns = 10 * MS, .expected_ns = 10 * US, .left = 1 };
	sim_run(s, 1 * US);
	s->ctx[0].cost_ns = 50 * US;
	s->ctx[0].expected_ns = 50 * US;
	s->ctx[0].left = SIM_ALWAYS;
	s->ctx[1] = (struct sim_ctx){ .cost_ns = 50 * US, .left = SIM_ALWAYS };
	sim_restart(s);
	sim_run(s, 9 * MS);
	if (!tap_ok(s->ctx[0].used_ns <= 9 * MS + 500 * US, "eevdf: an overrun is charged at once"))
		tap_diag("%llu ns", (unsigned long long)s->ctx[0].used_ns);
	sim_free(s);
}

/* Serves as many as are there, at most @most, without a next command. */
static unsigned int serve(struct sim *s, int *order, unsigned int most)
{
	uint64_t since_ns;
	unsigned int n;

	for (n = 0; n < most; n++) {
		order[n] = arb_pick(&s->arb, n, &since_ns);
		if (order[n] == ARB_NONE)
			break;
		arb_charge(&s->arb, order[n], 0, 10 * US, 0, n);
		arb_correct(&s->arb, order[n], 0, 10 * US, 10 * US, n);
	}
	return n;
}

/* Whoever leaves without an engine is not served; the others are, in order. */
static void remove_one(const struct arb_ops *ops, unsigned int gone, unsigned int served)
{
	struct sim *s = sim_new(ops, 8, 1);
	int order[9];
	unsigned int x, n, i = 0;
	bool ok = true;

	for (x = 0; x < 8; x++)
		ops->ready(&s->arb, x, 10 * US);
	n = serve(s, order, served);
	ops->remove(&s->arb, gone);
	ops->remove(&s->arb, gone);
	n += serve(s, order + n, 9 - n);
	for (x = 0; x < 8; x++)
		if (x != gone || x < served)
			ok &= i < n && order[i++] == (int)x;
	tap_ok(ok && i == n, "%s: %u leaves after %u were served", ops->name, gone, served);
	sim_free(s);
}

static void test_remove(const struct arb_ops *ops)
{
	unsigned int gone, served;

	for (gone = 0; gone < 8; gone++)
		for (served = 0; served < 8; served += 3)
			remove_one(ops, gone, served);
}

/* Everybody of 1024 gets the same, and again once half of them have gone. */
static void test_many(const struct arb_ops *ops, unsigned int engines)
{
	struct sim *s = sim_new(ops, 1024, engines);
	bool ok = true;
	unsigned int x;

	for (x = 0; x < s->nr; x++) {
		s->ctx[x].left = SIM_ALWAYS;
		sim_join(s, x, 1023 - x);
	}
	sim_run(s, 2048 * 200 * US / engines);
	for (x = 0; x < s->nr; x++)
		ok &= s->ctx[x].served >= 39 && s->ctx[x].served <= 42;
	tap_ok(ok, "%s: 1024 contexts, %u engines", ops->name, engines);
	for (x = 0; x < s->nr; x += 2)
		s->ctx[x].left = 0;
	sim_run(s, 100 * MS);
	sim_restart(s);
	sim_run(s, 1024 * 200 * US / engines);
	for (x = 0; x < s->nr; x++)
		ok &= x % 2 ? s->ctx[x].served >= 38 && s->ctx[x].served <= 42 : !s->ctx[x].served;
	tap_ok(ok, "%s: then 512", ops->name);
	sim_free(s);
}

/* Virtual times start over before they wrap; shares stay what they are. */
static void test_rebase(void)
{
	struct sim *s = sim_new(&arb_weighted, 2, 1);

	s->ctx[0] = (struct sim_ctx){ .cost_ns = 10000000 * MS, .left = SIM_ALWAYS };
	s->ctx[1] = s->ctx[0];
	sim_weight(s, 0, 1);
	sim_weight(s, 1, 3);
	sim_run(s, 40000000000 * MS);
	tap_ok(within(s->ctx[1].served, s->ctx[0].served + s->ctx[1].served, 750, 5),
	       "weighted: 3 : 1 for longer than its clock lasts");
	sim_free(s);
}

/* A debt of hours at weight 1 costs no time to skip. */
static void test_deep_debt(void)
{
	struct sim *s = sim_new(&arb_srr, 2, 1);

	s->ctx[0] = (struct sim_ctx){
		.cost_ns = 10000000 * MS, .expected_ns = 1 * US, .left = SIM_ALWAYS,
	};
	sim_weight(s, 0, 1);
	sim_run(s, 100000000 * MS);
	tap_eq(s->ctx[0].served, 10 + 1, "srr: who is alone is served whatever the debt");
	s->ctx[1].left = 1;
	sim_run(s, 10000000 * MS);
	tap_eq(s->ctx[1].served, 1, "srr: and who comes is served before");
	sim_free(s);
}

/* The example of arb_srr.c. */
static void test_srr_example(void)
{
	static const int want[] = { 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0 };
	struct sim *s = sim_new(&arb_srr, 2, 1);
	unsigned int i;
	bool ok = true;

	s->ctx[0] = (struct sim_ctx){ .cost_ns = 300 * US, .left = SIM_ALWAYS };
	s->ctx[1] = (struct sim_ctx){ .cost_ns = 50 * US, .left = SIM_ALWAYS };
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		uint64_t ns = s->engine[0].x == ARB_NONE ? 0 : s->engine[0].end_ns - s->now_ns;

		sim_run(s, ns);
		ok &= s->engine[0].x == want[i];
	}
	tap_ok(ok, "srr: the order of its example");
	sim_free(s);
}

int main(void)
{
	unsigned int i;

	test_costs(&arb_rr, 1000 / 7.0);
	test_costs(&arb_wrr, 1000 / 7.0);
	for_each_policy(i, by_time) {
		test_costs(by_time[i], 500);
		test_weights(by_time[i], 1);
		test_weights(by_time[i], 2);
		test_correction(by_time[i]);
		test_debt(by_time[i]);
		test_no_credit(by_time[i]);
		test_flapping(by_time[i], 30 * US, 30 * US);
		test_flapping(by_time[i], 90 * US, 10 * US);
	}
	test_wrr();
	test_sparse();
	for_each_policy(i, all) {
		test_remove(all[i]);
		test_many(all[i], 1);
		test_many(all[i], 3);
	}
	test_rebase();
	test_deep_debt();
	test_srr_example();
	test_srr_no_bank();
	test_overrun();
	return tap_done();
}
