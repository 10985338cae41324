// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue depth cases: two users, equal weights, one in-order engine, and
 * commands whose lengths and numbers differ.  drm_sched's FAIR policy gives a user
 * that keeps one job queued 91 to 100 % of the engine in them; "make bench-drm"
 * shows both side by side.
 *
 *   async  keeps depth commands queued: the next one comes when one has left the
 *          queue for the device
 *   sync   submits the next command when the one before is complete, before the
 *          scheduler chooses again (there, a client that wins the race against the
 *          scheduler's work item, as it does in simulated time)
 *
 * Credits are the commands that the device takes at a time.  tools/drm runs the
 * same cases on drm_sched.
 */
#include "mock.h"
#include "drm_cases.h"

static void describe(const struct drm_case *c, char *name)
{
	strscpy(name, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(drm, drm_cases, describe);

/* What happens at @at_ms, or nothing if that is 0. */
static void until_ms(struct mock *mock, u64 zero_ns, unsigned int at_ms)
{
	u64 at_ns = zero_ns + at_ms * MOCK_MS;

	if (at_ns > mock->now_ns)
		mock_run(mock, at_ns - mock->now_ns);
}

static void start_both(struct mock *mock, const struct drm_case *c, struct mock_user **user)
{
	u64 zero_ns = mock->now_ns;

	user[0]->sync = c->a_sync;
	mock_start(user[0], c->depth[0], c->cost_us[0] * MOCK_US);
	until_ms(mock, zero_ns, c->b_ms);
	mock_start(user[1], c->depth[1], c->cost_us[1] * MOCK_US);
	until_ms(mock, zero_ns, c->warm_ms);
}

/* A window of both: what A got, in 1/100 percent of it. */
static u32 measure(struct mock *mock, const struct drm_case *c, struct mock_user **user, u64 *done)
{
	u64 from_ns[2] = { user[0]->done_ns, user[1]->done_ns };
	u64 end_ns = mock->now_ns + DRM_WINDOW_MS * MOCK_MS;

	if (c->late_ms) {
		mock_run(mock, (c->late_ms - c->warm_ms) * MOCK_MS);
		mock_start(user[0], c->late_depth, c->cost_us[0] * MOCK_US);
	}
	mock_run(mock, end_ns - mock->now_ns);
	done[0] = user[0]->done_ns - from_ns[0];
	done[1] = user[1]->done_ns - from_ns[1];
	return div64_u64(done[0] * 10000, done[0] + done[1]);
}

static u32 run_case(struct kunit *test, unsigned int credits, bool late)
{
	const struct drm_case *c = test->param_value;
	const struct vf_sched_params params = {
		.name = "drm", .engines = 1, .slots = credits, .ahead_ns = VFS_NEVER,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user[2];
	unsigned int i;
	u64 done[2];
	u32 part;

	for (i = 0; i < 2; i++)
		user[i] = mock_user_create(mock, NULL, VFS_WEIGHT_DEFAULT);
	user[0]->late = late;
	start_both(mock, c, user);
	part = measure(mock, c, user, done);
	kunit_info(test, "QDRES policy=vf_sched%s credits=%u | %s | A %llu ms B %llu ms | share A %u.%02u%%",
		   late ? "-late" : "", credits, c->desc, done[0] / MOCK_MS, done[1] / MOCK_MS,
		   part / 100, part % 100);
	for (i = 0; i < 2; i++)
		mock_stop(user[i]);
	mock_finish(mock);
	for (i = 0; i < 2; i++)
		mock_user_destroy(user[i]);
	mock_destroy(mock);
	return part;
}

static void expect_half(struct kunit *test, u32 part)
{
	KUNIT_EXPECT_GE(test, part, 4950);
	KUNIT_EXPECT_LE(test, part, 5050);
}

static void one_credit(struct kunit *test)
{
	const struct drm_case *c = test->param_value;

	expect_half(test, run_case(test, 1, false));
	if (!c->behind)
		return;
	/* not part of the suite's claim: a client slower than the scheduler */
	run_case(test, 1, true);
	kunit_info(test, "  -late: A submits after the next choice, and %s", c->behind);
}

static void two_credits(struct kunit *test)
{
	const struct drm_case *c = test->param_value;
	u32 part = run_case(test, 2, false);

	if (!c->behind) {
		expect_half(test, part);
		return;
	}
	kunit_info(test, "  not half: %s", c->behind);
	/* of 21 ms one is A's: neither more nor less */
	KUNIT_EXPECT_GE(test, part, 10000 / 21 - 50);
	KUNIT_EXPECT_LE(test, part, 10000 / 21 + 50);
}

static struct kunit_case depth_cases[] = {
	KUNIT_CASE_PARAM(one_credit, drm_gen_params),
	KUNIT_CASE_PARAM(two_credits, drm_gen_params),
	{}
};

static struct kunit_suite drm_suite = {
	.name = "vf_sched_queue_depth",
	.test_cases = depth_cases,
};

kunit_test_suite(drm_suite);
