// SPDX-License-Identifier: GPL-2.0-only
/*
 * One instance is reset in all ways, in all states and from several sides at once,
 * while many neighbours verify streams of their own.
 *
 *	FACET_NEIGHBOURS	how many (13; l1/reset.sh has two guests beside)
 *	FACET_RESETS		how often in the test of leaks (2000)
 */
#include <time.h>

#include "test.h"

#define MOST		32
#define SIDES		5
#define EACH_SIDE	20
#define SAMPLES		100
#define SLACK_KB	768	/* what a kernel at rest moves by */

static long from_env(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

FIXTURE(isolate)
{
	struct fct_owner a;
	struct fct_owner b[MOST];
	struct stream s[MOST];
	int n;
};

FIXTURE_SETUP(isolate)
{
	int i;

	self->n = from_env("FACET_NEIGHBOURS", 13);
	ASSERT_GE(MOST, self->n);
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->a, 100));
	for (i = 0; i < self->n; i++)
		ASSERT_EQ(0, fct_start(&self->b[i], i)) TH_LOG("neighbour %d", i);
	for (i = 0; i < self->n; i++)
		ASSERT_EQ(0, stream_start(&self->s[i], &self->b[i]));
}

FIXTURE_TEARDOWN(isolate)
{
	int i;

	fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0);
	fct_stop(&self->a);
	for (i = 0; i < self->n; i++)
		fct_stop(&self->b[i]);
	fct_sweep();
}

/* every neighbour has verified something since */
static bool all_advance(struct stream *s, int n)
{
	bool all = true;
	int i;

	for (i = 0; i < n; i++)
		all &= stream_advances(&s[i], 1);
	return all;
}

/* Commands that the neighbours lost, or that were not right. */
static long losses(struct stream *s, int n)
{
	long lost = 0;
	int i;

	for (i = 0; i < n; i++) {
		lost += stream_stop(&s[i]) != 0;
		lost += labs(stat_of(s[i].o, "commands") - (long)s[i].done);
		lost += stat_of(s[i].o, "errors") + stat_of(s[i].o, "aborted");
		lost += stat_of(s[i].o, "faults") + stat_of(s[i].o, "resets");
	}
	return lost;
}

static unsigned long verified(const struct stream *s, int n)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += s[i].done;
	return sum;
}

/* The first command of anybody would hang: a shared instance has no context. */
static bool can_hang_alone(void)
{
	return !fct_is_shared();
}

TEST_F_TIMEOUT(isolate, in_every_state_by_every_cause, 900)
{
	struct fct_owner *a = &self->a;
	unsigned int s, c, resets = 0;

	for (s = 0; s < FCT_NR_STATES; s++) {
		if (fct_states[s].enter == fct_enter_hung && !can_hang_alone())
			continue;
		for (c = 0; c < FCT_NR_CAUSES; c++) {
			ASSERT_EQ(0, fct_states[s].enter(a))
				TH_LOG("%s", fct_states[s].name);
			ASSERT_EQ(0, fct_causes[c].reset(a));
			resets++;
			EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(a, FACET_VI_STATE));
			ASSERT_EQ(0, fct_again(a))
				TH_LOG("%s, %s", fct_states[s].name, fct_causes[c].name);
			ASSERT_EQ(0, fct_op_copy(a, 4096, c));
		}
		ASSERT_TRUE(all_advance(self->s, self->n));
	}
	EXPECT_EQ(0, losses(self->s, self->n));
	EXPECT_EQ(resets, stat_of(a, "resets"));
	TH_LOG("%u resets, %lu commands of %d neighbours verified", resets,
	       verified(self->s, self->n), self->n);
}

/* One of those who act on the victim at once. */
struct side {
	struct fct_owner *o;
	int (*act)(struct fct_owner *o);
	int failed;
	pthread_t thread;
};

static void *act(void *arg)
{
	struct side *side = arg;
	int i;

	for (i = 0; i < EACH_SIDE; i++)
		side->failed += side->act(side->o) != 0;
	return NULL;
}

/* One that is being reset, or has an error, need not stop. */
static int stop(struct fct_owner *o)
{
	int ret = fct_attr_write(o->uuid, "state", "stop");

	return ret == -EBUSY ? 0 : ret;
}

TEST_F_TIMEOUT(isolate, from_several_sides_at_once, 900)
{
	struct fct_owner *a = &self->a;
	struct side side[SIDES] = {
		{ a, fct_vi_reset }, { a, fct_device_reset }, { a, fct_flr },
		{ a, fct_operator_reset }, { a, stop },
	};
	struct facet_desc d = fct_copy_desc(a, 65536);
	long long before = stat_of(a, "resets"), now;
	int i;

	for (i = 0; i < SIDES; i++)
		ASSERT_EQ(0, pthread_create(&side[i].thread, NULL, act, &side[i]));
	/* the owner starts again and again, as far as it is let */
	for (i = 0; i < 3 * EACH_SIDE; i++)
		if (!fct_again(a))
			fct_burst(a, &d);
	for (i = 0; i < SIDES; i++) {
		pthread_join(side[i].thread, NULL);
		EXPECT_EQ(0, side[i].failed) TH_LOG("side %d", i);
	}
	now = stat_of(a, "resets");
	/* the owner's own may coincide */
	EXPECT_LE(3 * EACH_SIDE, now - before);
	EXPECT_GE(4 * EACH_SIDE, now - before);
	ASSERT_EQ(0, fct_operator_reset(a));
	EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(a, FACET_VI_STATE));
	ASSERT_EQ(0, fct_again(a));
	EXPECT_EQ(0, fct_op_copy(a, 4096, 1));
	ASSERT_TRUE(all_advance(self->s, self->n));
	EXPECT_EQ(0, losses(self->s, self->n));
}

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int compare(const void *x, const void *y)
{
	long long a = *(const long long *)x, b = *(const long long *)y;

	return a < b ? -1 : a > b;
}

/* the operator's reset, from the write to its return */
static int sample(struct fct_owner *o, const struct fct_state *state, long long *ns)
{
	long long begin;
	int ret = state->enter(o);

	if (ret)
		return ret;
	begin = now_ns();
	ret = fct_operator_reset(o);
	*ns = now_ns() - begin;
	return ret ? ret : fct_again(o);
}

/* Printed, for Documentation/reset.rst; no limit: the host is an emulated one. */
TEST_F_TIMEOUT(isolate, latency, 900)
{
	static const char * const names[] = { "idle", "busy", "hung" };
	static long long ns[SAMPLES];
	unsigned int s, i, j;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		for (s = 0; strcmp(fct_states[s].name, names[i]); s++)
			;
		if (fct_states[s].enter == fct_enter_hung && !can_hang_alone())
			continue;
		for (j = 0; j < SAMPLES; j++)
			ASSERT_EQ(0, sample(&self->a, &fct_states[s], &ns[j]));
		qsort(ns, SAMPLES, sizeof(ns[0]), compare);
		TH_LOG("LATENCY %s: p50 %lld us, p99 %lld us of %d", names[i],
		       ns[SAMPLES / 2] / 1000, ns[SAMPLES * 99 / 100] / 1000, SAMPLES);
	}
	EXPECT_EQ(0, losses(self->s, self->n));
}

/* Memory of the kernel that nothing but the kernel can give back. */
static long kernel_kb(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128], name[64];
	long kb, sum = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63[^:]: %ld", name, &kb) == 2 &&
		    (!strcmp(name, "SUnreclaim") || !strcmp(name, "PageTables") ||
		     !strcmp(name, "KernelStack") || !strcmp(name, "Percpu")))
			sum += kb;
	if (f)
		fclose(f);
	return sum;
}

static int reset_once(struct fct_owner *o, long i)
{
	const struct fct_cause *c = &fct_causes[(i + i / 8) % FCT_NR_CAUSES];
	int ret = 0;

	/* most are of an idle instance, which is quick */
	if (!(i % 8))
		ret = fct_again(o);
	if (!ret && !(i % 8))
		ret = fct_enter_busy(o);
	return ret ? ret : c->reset(o);
}

FIXTURE(leak)
{
};

FIXTURE_SETUP(leak)
{
	fct_sweep();
}

FIXTURE_TEARDOWN(leak)
{
	fct_sweep();
}

TEST_F_TIMEOUT(leak, resets_without_one, 3000)
{
	long many = from_env("FACET_RESETS", 2000), i, kb, slots, pins;
	static struct fct_owner a;

	ASSERT_EQ(0, fct_start(&a, 1));
	ASSERT_EQ(0, fct_vi_reset(&a));
	for (i = 0; i < 500; i++)
		ASSERT_EQ(0, reset_once(&a, i));
	ASSERT_EQ(0, fct_vi_reset(&a));
	pins = fct_pins();
	slots = fct_available();
	kb = kernel_kb();
	for (i = 0; i < many; i++)
		ASSERT_EQ(0, reset_once(&a, i)) TH_LOG("reset %ld", i);
	ASSERT_EQ(0, fct_vi_reset(&a));
	kb = kernel_kb() - kb;
	TH_LOG("%ld resets, kernel memory %+ld KiB", many, kb);
	EXPECT_EQ(many + 503, stat_of(&a, "resets"));
	EXPECT_EQ(0, stat_of(&a, "pinned_bytes"));
	EXPECT_EQ(0, stat_of(&a, "windows"));
	EXPECT_EQ(pins, fct_pins());
	EXPECT_EQ(slots, fct_available());
	/* eight bytes a reset would be too much */
	EXPECT_GE(SLACK_KB + many * 8 / 1024, kb);
	ASSERT_EQ(0, fct_again(&a));
	EXPECT_EQ(0, fct_op_copy(&a, 4096, 1));
	EXPECT_EQ(0, fct_stop(&a));
}

TEST_HARNESS_MAIN
