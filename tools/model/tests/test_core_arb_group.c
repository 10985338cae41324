// SPDX-License-Identifier: GPL-2.0
/* The arbiter eevdf: groups, pools, caps, and whether its sums stay true. */
#include "arb_sim.h"
/* white box: its private structures, not its object */
#define arb_eevdf arb_eevdf_seen
#include "../arb_eevdf.c"
#undef arb_eevdf

#define N	16

static void busy(struct sim *s, unsigned int x, uint64_t cost_ns, uint32_t group)
{
	s->ctx[x].cost_ns = cost_ns;
	s->ctx[x].left = SIM_ALWAYS;
	sim_join(s, x, group);
}

static uint64_t used_ns(const struct sim *s, unsigned int from, unsigned int to)
{
	uint64_t sum = 0;

	for (; from < to; from++)
		sum += s->ctx[from].used_ns;
	return sum;
}

/* One owner alone against a group of n: the group's size changes nothing. */
static void test_isolation(unsigned int n, unsigned int engines)
{
	struct sim *s = sim_new(&arb_eevdf, n + 2, engines);
	unsigned int x;
	bool ok = true;

	busy(s, n, 70 * US, 1);
	busy(s, n + 1, 70 * US, 1);
	for (x = 0; x < n; x++)
		busy(s, x, 100 * US, 2);
	sim_run(s, 2000 * MS);
	tap_ok(within(used_ns(s, n, n + 2), engines * s->now_ns, 500, 10),
	       "half against a group of %u, %u engines", n, engines);
	for (x = 0; x < n; x++)
		ok &= within(s->ctx[x].used_ns, used_ns(s, 0, n), 1000.0 / n, 10);
	tap_ok(ok, "who share theirs equally");
	sim_free(s);
}

/* Weights of groups above, of contexts below. */
static void test_group_weight(void)
{
	struct sim *s = sim_new(&arb_eevdf, 4, 1);
	unsigned int x;

	for (x = 0; x < 4; x++)
		busy(s, x, (x + 1) * 30 * US, x / 2);
	sim_weight(s, 1, 300);
	sim_group(s, 1, 400, false);
	sim_run(s, 1000 * MS);
	tap_ok(within(s->ctx[0].used_ns, s->now_ns, 50, 10) &&
	       within(s->ctx[1].used_ns, s->now_ns, 150, 10), "a fifth, in four parts");
	tap_ok(within(s->ctx[2].used_ns, s->now_ns, 400, 10) &&
	       within(s->ctx[3].used_ns, s->now_ns, 400, 10), "four fifths, in halves");
	sim_group(s, 1, 100, false);
	sim_restart(s);
	sim_run(s, 1000 * MS);
	tap_ok(within(used_ns(s, 0, 2), 1000 * MS, 500, 10), "a group's weight changes under load");
	sim_join(s, 0, 1);
	sim_restart(s);
	sim_run(s, 1000 * MS);
	tap_ok(within(s->ctx[1].used_ns, 1000 * MS, 500, 10) &&
	       within(s->ctx[0].used_ns, 1000 * MS, 500 / 3.0, 10), "a context changes its group");
	sim_free(s);
}

/* A pool of one is as a context by itself, a pool of many as many. */
static void test_pool(void)
{
	struct sim *s = sim_new(&arb_eevdf, 8, 1);
	unsigned int x;

	sim_group(s, 1, 100, true);
	sim_group(s, 2, 100, true);
	busy(s, 0, 50 * US, 1);
	sim_weight(s, 0, 300);
	for (x = 1; x < 8; x++)
		busy(s, x, 50 * US, 2);
	sim_run(s, 1000 * MS);
	tap_ok(within(s->ctx[0].used_ns, s->now_ns, 300, 10), "300 of 1000");
	for (x = 2; x < 8; x++)
		s->ctx[x].left = 0;
	sim_run(s, 10 * MS);
	sim_restart(s);
	sim_run(s, 1000 * MS);
	tap_ok(within(s->ctx[0].used_ns, 1000 * MS, 750, 10), "300 of 400");
	sim_weight(s, 1, 900);
	sim_restart(s);
	sim_run(s, 1000 * MS);
	tap_ok(within(s->ctx[0].used_ns, 1000 * MS, 250, 10), "300 of 1200");
	sim_weight(s, 1, 10000);
	for (x = 2; x < 8; x++) {
		s->ctx[x].left = SIM_ALWAYS;
		sim_weight(s, x, 10000);
	}
	sim_restart(s);
	sim_run(s, 5000 * MS);
	tap_ok(within(s->ctx[0].used_ns, 5000 * MS, 1000 * 300 / 70300.0, 1),
	       "300 of more than one owner may have");
	sim_free(s);
}

/*
 * Members of a pool come and go much faster than anybody could write registers:
 * every 300 us another number of 15 has work.  Who is outside gets 1/(1 + number)
 * of each interval.
 */
static void test_pool_follows(void)
{
	static const unsigned int number[] = { 1, 15, 4, 9, 2, 12, 7, 3 };
	struct sim *s = sim_new(&arb_eevdf, N, 1);
	double due_ns = 0;
	unsigned int i, x;

	for (x = 0; x < N; x++)
		busy(s, x, x ? 3 * US : 10 * US, x ? 1 : 0);
	sim_group(s, 0, 100, true);
	sim_group(s, 1, 100, true);
	for (i = 0; i < 4000; i++) {
		unsigned int n = number[i % 8];

		for (x = 1; x < N; x++)
			s->ctx[x].left = x <= n ? SIM_ALWAYS : 0;
		sim_run(s, 300 * US);
		due_ns += 300.0 * US / (1 + n);
	}
	tap_ok(within(s->ctx[0].used_ns, s->now_ns, 1000 * due_ns / s->now_ns, 10),
	       "whoever is outside a pool gets its share of each moment");
	sim_free(s);
}

/* What 15 get who come and go with single commands: in a pool, or each alone. */
static uint64_t flapping_ns(bool together, bool pool)
{
	struct sim *s = sim_new(&arb_eevdf, N, 1);
	unsigned int i, x;
	uint64_t ns;

	for (x = 0; x < N; x++) {
		busy(s, x, 20 * US, together && x > 1 ? 1 : x);
		sim_group(s, x, x && !pool ? 1500 : 100, x && pool);
	}
	sim_group(s, 0, 1500, false);
	for (i = 0; i < 100000; i++) {
		for (x = 1; x < N; x++)
			s->ctx[x].left = (i * 7 + x * 5) % 97 < 2;
		sim_run(s, 13 * US);
	}
	ns = 1000 * used_ns(s, 1, N) / (s->now_ns / 1000);
	sim_free(s);
	return ns;
}

/* Siblings that come and go win nothing by being siblings. */
static void test_pool_flapping(void)
{
	uint64_t alone = flapping_ns(false, true), pool = flapping_ns(true, true);
	uint64_t fixed = flapping_ns(true, false);

	if (!tap_ok(pool <= alone + 10000, "flapping in a pool"))
		tap_diag("%llu alone, %llu in a pool, of 1000000", (unsigned long long)alone,
			 (unsigned long long)pool);
	if (!tap_ok(fixed > pool + 50000, "is not as with a weight for all of them"))
		tap_diag("%llu", (unsigned long long)fixed);
}

/* Alone on the device: what a cap allows, within one percent of it. */
static void test_cap(uint32_t permille, uint64_t burst_ns, unsigned int engines)
{
	struct sim *s = sim_new(&arb_eevdf, 2, engines);

	busy(s, 0, 130 * US, 1);
	s->ctx[0].expected_ns = 20 * US;
	sim_cap(s, 0, permille, burst_ns);
	sim_run(s, 3000 * MS);
	if (permille * engines < 1000)
		tap_ok(within(s->ctx[0].used_ns, engines * s->now_ns, permille, permille / 100.0),
		       "%u permille of %u engines, burst %llu us", permille, engines,
		       (unsigned long long)burst_ns / 1000);
	sim_cap(s, 0, 1000, 0);
	sim_restart(s);
	sim_run(s, 100 * MS);
	tap_eq(s->idle_ns, 0, "no cap, no gap");
	sim_free(s);
}

/* A burst is what may be used at once after idling, and no more. */
static void test_burst(void)
{
	struct sim *s = sim_new(&arb_eevdf, 1, 1);

	s->ctx[0].cost_ns = 10 * US;
	sim_cap(s, 0, 100, 2 * MS);
	sim_run(s, 500 * MS);
	s->ctx[0].left = SIM_ALWAYS;
	sim_run(s, 5 * MS);
	/* 2 ms ahead of a tenth: 200 us at once, and 500 us in 5 ms */
	if (!tap_ok(s->ctx[0].used_ns <= 720 * US && s->ctx[0].used_ns >= 690 * US, "a burst"))
		tap_diag("%llu ns", (unsigned long long)s->ctx[0].used_ns);
	sim_free(s);
}

/* The rest goes to the others, by weight, and a capped one uses up no share. */
static void test_cap_among(void)
{
	struct sim *s = sim_new(&arb_eevdf, 4, 1);

	busy(s, 0, 40 * US, 1);
	busy(s, 1, 60 * US, 2);
	busy(s, 2, 50 * US, 2);
	sim_group(s, 1, 900, false);
	sim_cap(s, 0, 200, 500 * US);
	sim_run(s, 1000 * MS);
	tap_ok(within(s->ctx[0].used_ns, s->now_ns, 200, 2), "capped far below its weight");
	tap_ok(within(s->ctx[1].used_ns, s->now_ns, 400, 10) &&
	       within(s->ctx[2].used_ns, s->now_ns, 400, 10), "the others have the rest");
	tap_eq(s->idle_ns, 0, "nothing idles");
	/* in a pool whose weight counts it only while its cap lets it */
	sim_group(s, 1, 100, true);
	sim_group(s, 2, 100, true);
	sim_join(s, 1, 1);
	sim_weight(s, 0, 10000);
	sim_cap(s, 0, 10, 0);
	sim_restart(s);
	sim_run(s, 1000 * MS);
	tap_ok(within(s->ctx[1].used_ns, 1000 * MS, 495, 20), "nobody hides behind its weight");
	sim_free(s);
}

/* A cap that is taken away or changed lets go at once; the same again does not. */
static void test_cap_change(void)
{
	struct sim *s = sim_new(&arb_eevdf, 1, 1);

	busy(s, 0, 10 * US, 0);
	sim_cap(s, 0, 1, 0);
	sim_run(s, 1 * MS);
	tap_eq(s->ctx[0].served, 1, "one command in 10 ms");
	sim_cap(s, 0, 1, 0);
	sim_run(s, 1 * MS);
	tap_eq(s->ctx[0].served, 1, "setting the same forgives nothing");
	sim_cap(s, 0, 0, 0);
	sim_run(s, 1 * MS);
	tap_ok(s->ctx[0].served >= 100, "without a cap it runs");
	sim_free(s);
}

/*
 * Longest wait, in us, of one that has a command now and then, as long as those of
 * 15 who always have: by itself when @alone, else in their group.
 */
static uint64_t sparse_wait_us(bool alone, uint32_t request_ns)
{
	struct sim *s = sim_new(&arb_eevdf, N, 1);
	uint64_t us;
	unsigned int i, x;

	for (x = 0; x < N; x++)
		busy(s, x, 100 * US, alone ? x : 2);
	arb_set_group(&s->arb, 0, &(struct arb_group){
		.weight = 100, .request_ns = alone ? request_ns : 0,
	});
	sim_request(s, 0, alone ? 0 : request_ns);
	for (i = 0; i < 200; i++) {
		s->ctx[0].left = 1;
		sim_run(s, 3737 * US);
	}
	us = s->ctx[0].wait_ns / US;
	sim_free(s);
	return us;
}

/* Whose requests are short waits for what runs alone, and not for its equals. */
static void test_request(void)
{
	tap_ok(sparse_wait_us(true, 0) > 200, "equals wait for each other");
	tap_ok(sparse_wait_us(true, 1000) <= 100, "a short request of a group does not");
	tap_ok(sparse_wait_us(false, 0) > 200, "in a group, too");
	tap_ok(sparse_wait_us(false, 1000) <= 100, "of a context, among the group's");
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* What a group's members with work weigh, from what the test knows of them. */
static uint32_t true_sum(const struct sim *s, const struct eevdf *ev, unsigned int g)
{
	uint32_t sum = 0;
	unsigned int x;

	for (x = 0; x < N; x++) {
		const struct vfs_node *n = &ev->member[x].node;

		if (s->ctx[x].share.group == g && !n->throttled && (s->ctx[x].ready || n->inflight))
			sum += s->ctx[x].share.weight;
	}
	return sum;
}

static bool sums_true(const struct sim *s)
{
	const struct eevdf *ev = s->arb.priv;
	unsigned int g;

	for (g = 0; g < N; g++) {
		const struct group *grp = &ev->group[g];

		if (grp->sum != true_sum(s, ev, g))
			return false;
		if (grp->pool && grp->sum && grp->node.weight != grp->sum)
			return false;
		if (!grp->pool && grp->node.weight != grp->weight)
			return false;
	}
	return true;
}

static void random_setting(struct sim *s, uint32_t *seed)
{
	unsigned int x = next_random(seed) % N;
	struct arb_share *share = &s->ctx[x].share;

	switch (next_random(seed) % 4) {
	case 0:
		share->weight = 1 + next_random(seed) % 10000;
		break;
	case 1:
		share->group = next_random(seed) % N;
		break;
	case 2:
		share->cap_permille = next_random(seed) % 3 ? next_random(seed) % 1001 : 0;
		share->cap_burst_ns = next_random(seed) % 1000000;
		break;
	default:
		sim_group(s, x, 1 + next_random(seed) % 10000, next_random(seed) % 2);
		return;
	}
	sim_share(s, x);
}

static void random_load(struct sim *s, uint32_t *seed)
{
	struct sim_ctx *c = &s->ctx[next_random(seed) % N];

	c->cost_ns = 1 + next_random(seed) % 1000000;
	c->expected_ns = next_random(seed) % 4 ? 0 : 1 + next_random(seed) % 1000000;
	c->left = next_random(seed) % 3;
}

static void random_remove(struct sim *s, uint32_t *seed)
{
	unsigned int x = next_random(seed) % N;

	s->arb.ops->remove(&s->arb, x);
	s->ctx[x].ready = false;
}

/* Anything at any time, on three engines; the sums and the policy's own checks hold. */
static void test_random(uint32_t seed)
{
	struct sim *s = sim_new(&arb_eevdf, N, 3);
	uint32_t first = seed;
	unsigned int i;
	uint64_t served = 0;
	int err = 0;

	for (i = 0; i < 20000 && !err; i++) {
		if (next_random(&seed) % 4 == 0)
			random_setting(s, &seed);
		if (next_random(&seed) % 8 == 0)
			random_remove(s, &seed);
		random_load(s, &seed);
		sim_run(s, next_random(&seed) % 300000);
		err = vfs_check(&((struct eevdf *)s->arb.priv)->sched);
		if (!sums_true(s))
			err = 1;
	}
	for (i = 0; i < N; i++) {
		sim_cap(s, i, 0, 0);
		s->ctx[i].left = 0;
	}
	sim_run(s, 100 * MS);
	for (i = 0; i < N; i++)
		served += s->ctx[i].served - s->ctx[i].ready;
	if (!tap_ok(!err && s->idle_ns, "20000 random steps"))
		tap_diag("seed %u, error %d", first, err);
	tap_ok(served > 10000, "work was done");
	for (i = 0; i < N && !s->ctx[i].ready; i++)
		;
	tap_eq(i, N, "and nothing is left behind");
	sim_free(s);
}

int main(void)
{
	unsigned int i;

	for (i = 1; i <= 1024; i *= 32) {
		test_isolation(i > 1022 ? 1022 : i, 1);
		test_isolation(i > 1022 ? 1022 : i, 2);
	}
	test_isolation(64, 1);
	test_group_weight();
	test_pool();
	test_pool_follows();
	test_pool_flapping();
	for (i = 1; i <= 2; i++) {
		test_cap(100, 0, i);
		test_cap(100, 1 * MS, i);
		test_cap(7, 50 * US, i);
		test_cap(350, 10 * MS, i);
	}
	test_burst();
	test_cap_among();
	test_cap_change();
	test_request();
	for (i = 1; i <= 5; i++)
		test_random(i);
	return tap_done();
}
