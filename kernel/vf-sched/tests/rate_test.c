// SPDX-License-Identifier: GPL-2.0-only
/* Caps, bursts, promises, and the limit of what is in the device. */
#include "mock.h"

static u64 got_ns(struct mock *mock, struct mock_user *user, u64 ns)
{
	u64 from_ns = user->done_ns;

	mock_run(mock, ns);
	return user->done_ns - from_ns;
}

static void finish(struct mock *mock, struct mock_user **user, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		mock_stop(user[i]);
	mock_finish(mock);
	for (i = 0; i < n; i++)
		mock_user_destroy(user[i]);
}

/* A tenth of @engines, which nobody else wants. */
static void capped(struct kunit *test, u32 engines)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = engines, .slots = 2 * engines, .ahead_ns = VFS_NEVER,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user = mock_user_create(mock, NULL, 100);
	u64 ns, kicks;

	KUNIT_ASSERT_EQ(test, vf_sched_set_rate_max(mock_node(user), 100), 0);
	mock_start(user, 8, 200 * MOCK_US);
	mock_run(mock, 100 * MOCK_MS);
	kicks = mock->kicks;
	ns = got_ns(mock, user, 1000 * MOCK_MS);
	KUNIT_EXPECT_GE(test, ns, engines * 99 * MOCK_MS);
	KUNIT_EXPECT_LE(test, ns, engines * 101 * MOCK_MS);
	/* one timer, once for each command that had to wait */
	KUNIT_EXPECT_LE(test, mock->kicks - kicks, div64_u64(ns, 200 * MOCK_US) + 1);
	KUNIT_EXPECT_GE(test, vf_sched_throttled_ns(mock_node(user)), 850 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, vf_sched_cap_remaining_ns(mock_node(user)), 0);
	finish(mock, &user, 1);
	mock_destroy(mock);
}

static void cap_holds_on_an_idle_device(struct kunit *test)
{
	capped(test, 1);
	capped(test, 4);
}

static void cap_is_not_saved_beyond_the_burst(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user = mock_user_create(mock, NULL, 100);

	KUNIT_EXPECT_EQ(test, vf_sched_set_burst(mock_node(user), 100 * MOCK_MS), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(mock_node(user), 200), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_cap_remaining_ns(mock_node(user)), 20 * MOCK_MS);
	mock_run(mock, 1000 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, vf_sched_cap_remaining_ns(mock_node(user)), 20 * MOCK_MS);
	/* 20 ms at once, while another 4 ms and then 1 are earned, and a command more */
	mock_start(user, 4, MOCK_MS);
	KUNIT_EXPECT_GE(test, got_ns(mock, user, 26 * MOCK_MS), 24 * MOCK_MS);
	KUNIT_EXPECT_LE(test, user->done_ns, 26 * MOCK_MS);
	KUNIT_EXPECT_LE(test, got_ns(mock, user, 100 * MOCK_MS), 21 * MOCK_MS);
	finish(mock, &user, 1);
	mock_destroy(mock);
}

static void cap_of_a_group_binds_its_members(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group = vf_sched_group_create(mock->sched, NULL, 10000);
	struct mock_user *user[3];
	unsigned int i;
	u64 ns[2];

	for (i = 0; i < 3; i++) {
		user[i] = mock_user_create(mock, i < 2 ? group : NULL, 100);
		mock_start(user[i], 4, (100 + 50 * i) * MOCK_US);
	}
	/* enough to make up for the time that others' commands take */
	KUNIT_EXPECT_EQ(test, vf_sched_set_burst(group, MOCK_MS), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(group, 300), 0);
	mock_run(mock, 100 * MOCK_MS);
	ns[0] = user[0]->done_ns;
	ns[1] = user[1]->done_ns;
	/* who is not capped has all the rest */
	KUNIT_EXPECT_GE(test, got_ns(mock, user[2], 1000 * MOCK_MS), 695 * MOCK_MS);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_GE(test, user[i]->done_ns - ns[i], 148 * MOCK_MS);
		KUNIT_EXPECT_LE(test, user[i]->done_ns - ns[i], 152 * MOCK_MS);
	}
	/* 1000 permille is no cap */
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(group, 1000), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_cap_remaining_ns(group), VFS_NEVER);
	KUNIT_EXPECT_LE(test, got_ns(mock, user[2], 1000 * MOCK_MS), 15 * MOCK_MS);
	finish(mock, user, 3);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group), 0);
	mock_destroy(mock);
}

static void promise_holds_against_weight(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group = vf_sched_group_create(mock->sched, NULL, 1);
	struct mock_user *user[2] = {
		mock_user_create(mock, group, 1), mock_user_create(mock, NULL, 10000),
	};
	u64 ns;

	mock_start(user[0], 4, 100 * MOCK_US);
	mock_start(user[1], 4, 500 * MOCK_US);
	KUNIT_EXPECT_LE(test, got_ns(mock, user[0], 1000 * MOCK_MS), MOCK_MS);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_min(mock_node(user[0]), 300), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_rate_min(group), 300);
	ns = got_ns(mock, user[0], 1000 * MOCK_MS);
	KUNIT_EXPECT_GE(test, ns, 298 * MOCK_MS);
	KUNIT_EXPECT_LE(test, ns, 305 * MOCK_MS);
	finish(mock, user, 2);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group), 0);
	mock_destroy(mock);
}

static void promises_are_admitted(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group = vf_sched_group_create(mock->sched, NULL, 100);
	struct mock_user *a = mock_user_create(mock, group, 100);
	struct mock_user *b = mock_user_create(mock, NULL, 100);

	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_min(mock_node(a), 1001), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_min(mock_node(a), 600), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_min(mock_node(b), 401), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vf_sched_rate_min(mock_node(b)), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_min(mock_node(b), 400), 0);
	/* the promise to a group is the sum of those below it */
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_min(group, 100), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_rate_min(group), 600);
	/* no cap below a promise, no promise above a cap */
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(mock_node(a), 599), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_rate_max(mock_node(a)), 1000);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(mock_node(b), 500), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_rate_max(mock_node(b)), 500);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_min(mock_node(b), 501), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_rate_min(mock_node(b)), 400);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(mock_node(b), 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(mock_node(b), 1001), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_burst(mock_node(b), VF_SCHED_SPAN_MAX_NS + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_latency(mock_node(b), VF_SCHED_SPAN_MAX_NS + 1),
			-EINVAL);
	/* who goes takes the promise along */
	mock_user_destroy(a);
	KUNIT_EXPECT_EQ(test, vf_sched_rate_min(group), 0);
	mock_user_destroy(b);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group), 0);
	mock_destroy(mock);
}

static void throttled_time_outlives_the_entity(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user = mock_user_create(mock, NULL, 100);
	struct vf_sched_stats *stats = vf_sched_stats_get(user->entity);
	struct vf_sched_snapshot now;

	KUNIT_ASSERT_EQ(test, vf_sched_set_rate_max(mock_node(user), 500), 0);
	mock_submit(user, 10 * MOCK_MS);
	mock_submit(user, 10 * MOCK_MS);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, user->done, 2);
	mock_user_destroy(user);
	vf_sched_stats_read(stats, &now);
	/* after each command twice its length has to pass since its start */
	KUNIT_EXPECT_EQ(test, now.throttled_ns, 40 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, now.wait_max_ns, 20 * MOCK_MS);
	vf_sched_stats_put(stats);
	mock_destroy(mock);
}

static void limit_of_what_is_in_the_device(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 1, .slots = 16, .ahead_ns = VFS_NEVER,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user[2] = {
		mock_user_create(mock, NULL, 100), mock_user_create(mock, NULL, 100),
	};

	vf_sched_set_inflight(mock_node(user[0]), 3 * MOCK_US);
	mock_start(user[0], 8, MOCK_US);
	KUNIT_EXPECT_EQ(test, user[0]->inside, 3);
	mock_start(user[1], 32, MOCK_US);
	KUNIT_EXPECT_EQ(test, user[1]->inside, 13);
	/* less than one command still lets one through */
	vf_sched_set_inflight(mock_node(user[0]), 1);
	mock_run(mock, MOCK_MS);
	KUNIT_EXPECT_LE(test, user[0]->inside, 1);
	KUNIT_EXPECT_GT(test, user[0]->done, 30);
	finish(mock, user, 2);
	mock_destroy(mock);
}

static struct kunit_case rate_cases[] = {
	KUNIT_CASE(cap_holds_on_an_idle_device),
	KUNIT_CASE(cap_is_not_saved_beyond_the_burst),
	KUNIT_CASE(cap_of_a_group_binds_its_members),
	KUNIT_CASE(promise_holds_against_weight),
	KUNIT_CASE(promises_are_admitted),
	KUNIT_CASE(throttled_time_outlives_the_entity),
	KUNIT_CASE(limit_of_what_is_in_the_device),
	{}
};

static struct kunit_suite rate_suite = {
	.name = "vf_sched_rate",
	.test_cases = rate_cases,
};

kunit_test_suite(rate_suite);
