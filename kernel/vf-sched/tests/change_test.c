// SPDX-License-Identifier: GPL-2.0-only
/* Changes while commands run: weight, group, quiesce, users that come and go. */
#include "mock.h"

#define USERS	4

static void start_all(struct mock *mock, struct vf_sched_node *parent, struct mock_user **user,
		      unsigned int n, u64 cost_ns)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		user[i] = mock_user_create(mock, parent, 100);
		mock_start(user[i], 4, cost_ns);
	}
}

static void stop_all(struct mock *mock, struct mock_user **user, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		mock_stop(user[i]);
	mock_finish(mock);
	for (i = 0; i < n; i++)
		mock_user_destroy(user[i]);
}

static u64 got_ns(struct mock *mock, struct mock_user *user, u64 ns)
{
	u64 from_ns = user->done_ns;

	mock_run(mock, ns);
	return user->done_ns - from_ns;
}

static void weight_takes_effect_at_once(struct kunit *test)
{
	static const u32 weight[] = { 300, 1, 10000, 100 };
	static const u32 permille[] = { 750, 10, 990, 500 };
	struct mock *mock = mock_simple(test);
	struct mock_user *user[2];
	unsigned int i;
	u64 ns;

	start_all(mock, NULL, user, 2, 100 * MOCK_US);
	mock_watch(mock, mock_node(user[0]), mock_node(user[1]));
	mock_run(mock, 100 * MOCK_MS);
	for (i = 0; i < ARRAY_SIZE(weight); i++) {
		KUNIT_EXPECT_EQ(test, vf_sched_set_weight(mock_node(user[0]), weight[i]), 0);
		KUNIT_EXPECT_EQ(test, vf_sched_weight(mock_node(user[0])), weight[i]);
		mock_unwatch(mock);
		mock_watch(mock, mock_node(user[0]), mock_node(user[1]));
		ns = got_ns(mock, user[0], 1000 * MOCK_MS);
		KUNIT_EXPECT_GE(test, ns, (permille[i] - 5) * MOCK_MS);
		KUNIT_EXPECT_LE(test, ns, (permille[i] + 5) * MOCK_MS);
	}
	KUNIT_EXPECT_EQ(test, vf_sched_set_weight(mock_node(user[0]), 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_weight(mock_node(user[0]), 10001), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_weight(mock_node(user[0])), 100);
	stop_all(mock, user, 2);
	mock_destroy(mock);
}

/* There and back between any two completions, with any lag: nothing is won. */
static void weight_change_forgives_nothing(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user[2];
	unsigned int i;

	start_all(mock, NULL, user, 1, 5 * MOCK_MS);
	start_all(mock, NULL, user + 1, 1, 100 * MOCK_US);
	for (i = 0; i < 20000; i++) {
		mock_step(mock, VFS_NEVER - 1);
		vf_sched_set_weight(mock_node(user[0]), i & 1 ? 10000 : 1);
		vf_sched_set_weight(mock_node(user[0]), 100);
	}
	KUNIT_EXPECT_LE(test, user[0]->done_ns * 1000,
			(user[0]->done_ns + user[1]->done_ns) * 505);
	KUNIT_EXPECT_GE(test, user[0]->done_ns * 1000,
			(user[0]->done_ns + user[1]->done_ns) * 495);
	stop_all(mock, user, 2);
	mock_destroy(mock);
}

static void two_groups(struct mock *mock, struct vf_sched_node **group)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		group[i] = vf_sched_group_create(mock->sched, NULL, 100);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(mock->test, group[i]);
	}
}

static void no_groups(struct mock *mock, struct vf_sched_node **group)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(mock->test, vf_sched_group_destroy(group[i]), 0);
}

static void what_is_in_flight_stays_billed(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group[2];
	struct mock_user *user;

	two_groups(mock, group);
	user = mock_user_create(mock, group[0], 100);
	user->prior_ns = MOCK_US;
	mock_submit(user, MOCK_MS);
	KUNIT_EXPECT_EQ(test, vf_sched_set_group(mock_node(user), group[1]), 0);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, group[0]->policy.charged_ns, MOCK_MS);
	KUNIT_EXPECT_EQ(test, group[1]->policy.charged_ns, 0);
	KUNIT_EXPECT_EQ(test, mock_node(user)->policy.charged_ns, MOCK_MS);
	user->prior_ns = 0;
	mock_submit(user, MOCK_MS);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, group[0]->policy.charged_ns, MOCK_MS);
	KUNIT_EXPECT_EQ(test, group[1]->policy.charged_ns, MOCK_MS);
	mock_user_destroy(user);
	no_groups(mock, group);
	mock_destroy(mock);
}

/* In each group there is somebody else: a quarter, wherever it goes. */
static void moving_pays_nobody(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group[2];
	struct mock_user *user[3];
	u64 all_ns = 0, done = 0;
	unsigned int i, moves = 0;

	two_groups(mock, group);
	start_all(mock, group[0], user, 1, 10 * MOCK_MS);
	start_all(mock, group[0], user + 1, 1, 100 * MOCK_US);
	start_all(mock, group[1], user + 2, 1, 100 * MOCK_US);
	while (moves < 400) {
		mock_step(mock, VFS_NEVER - 1);
		if (user[0]->done == done)
			continue;
		/* right after each command, when it has most to gain */
		done = user[0]->done;
		i = ++moves & 1;
		KUNIT_ASSERT_EQ(test, vf_sched_set_group(mock_node(user[0]), group[i]), 0);
	}
	for (i = 0; i < 3; i++)
		all_ns += user[i]->done_ns;
	KUNIT_EXPECT_LE(test, user[0]->done_ns * 1000, all_ns * 255);
	stop_all(mock, user, 3);
	no_groups(mock, group);
	mock_destroy(mock);
}

/* Debt that a move or its way back would shrink could be got rid of by moving. */
static void moving_pays_no_debt(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group[2];
	struct mock_user *user[3];
	unsigned int i;

	two_groups(mock, group);
	start_all(mock, group[0], user, 1, 10 * MOCK_MS);
	start_all(mock, group[0], user + 1, 1, 100 * MOCK_US);
	start_all(mock, group[1], user + 2, 1, 100 * MOCK_US);
	while (user[0]->done < 2)
		mock_step(mock, VFS_NEVER - 1);
	for (i = 1; i <= 10; i++)
		KUNIT_ASSERT_EQ(test, vf_sched_set_group(mock_node(user[0]), group[i & 1]), 0);
	/* its sibling and the other group have as much to come as it had: 3 x 10 ms */
	mock_run(mock, 28 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, user[0]->done + user[0]->inside, 2);
	mock_run(mock, 100 * MOCK_MS);
	KUNIT_EXPECT_GT(test, user[0]->done, 2);
	stop_all(mock, user, 3);
	no_groups(mock, group);
	mock_destroy(mock);
}

static void groups_are_checked(struct kunit *test)
{
	struct mock *mock = mock_simple(test), *other = mock_simple(test);
	struct vf_sched_node *group[2], *inner, *foreign;
	struct mock_user *user;

	two_groups(mock, group);
	inner = vf_sched_group_create(mock->sched, group[0], 100);
	foreign = vf_sched_group_create(other->sched, NULL, 100);
	user = mock_user_create(mock, group[0], 100);
	KUNIT_EXPECT_EQ(test, vf_sched_set_group(mock_node(user), inner), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_group(mock_node(user), foreign), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_group(mock_node(user), NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_group(mock_node(user), group[1]), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(inner), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group[1]), -EBUSY);
	mock_user_destroy(user);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(foreign), 0);
	no_groups(mock, group);
	mock_destroy(mock);
	mock_destroy(other);
}

static void quiesced_group_gets_nothing(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group[2];
	struct mock_user *user[USERS];
	u64 runs;

	two_groups(mock, group);
	start_all(mock, group[0], user, 2, MOCK_MS);
	start_all(mock, group[1], user + 2, 2, MOCK_MS);
	mock_run(mock, 100 * MOCK_MS);

	vf_sched_quiesce(group[0]);
	mock_step(mock, VFS_NEVER - 1);
	vf_sched_drain(group[0]);
	runs = user[0]->done + user[1]->done;
	KUNIT_EXPECT_EQ(test, got_ns(mock, user[2], 100 * MOCK_MS), 50 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, user[0]->done + user[1]->done, runs);
	KUNIT_EXPECT_EQ(test, user[0]->queued, 4);

	vf_sched_quiesce(group[1]);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, mock->inside, 0);

	/* back with what it had, and nothing for the time between */
	vf_sched_resume(group[1]);
	vf_sched_resume(group[0]);
	mock_watch(mock, group[0], group[1]);
	KUNIT_EXPECT_GE(test, got_ns(mock, user[2], 100 * MOCK_MS), 24 * MOCK_MS);
	stop_all(mock, user, USERS);
	no_groups(mock, group);
	mock_destroy(mock);
}

static void leave(struct mock *mock, struct mock_user *user)
{
	mock_stop(user);
	while (user->queued || user->inside)
		mock_step(mock, VFS_NEVER - 1);
	mock_user_destroy(user);
}

/* Owners that come and go at random leave the others within the bound. */
static void comings_and_goings(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 2, .slots = 4, .ahead_ns = VFS_NEVER,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *steady[2], *guest[USERS] = {};
	struct rnd_state rnd;
	unsigned int i, round;

	prandom_seed_state(&rnd, 3);
	start_all(mock, NULL, steady, 1, 300 * MOCK_US);
	start_all(mock, NULL, steady + 1, 1, 70 * MOCK_US);
	mock_watch(mock, mock_node(steady[0]), mock_node(steady[1]));
	for (round = 0; round < 60; round++) {
		i = prandom_u32_state(&rnd) % USERS;
		if (!guest[i]) {
			start_all(mock, NULL, guest + i, 1, prandom_u32_state(&rnd) % MOCK_MS + 1);
		} else {
			leave(mock, guest[i]);
			guest[i] = NULL;
		}
		mock_run(mock, prandom_u32_state(&rnd) % (10 * MOCK_MS));
	}
	for (i = 0; i < USERS; i++)
		if (guest[i])
			leave(mock, guest[i]);
	stop_all(mock, steady, 2);
	mock_destroy(mock);
}

static u32 load(const struct mock *mock)
{
	return mock->load[false] + mock->load[true];
}

/* Whoever waits or is in the device weighs, at once, and nobody whom a cap holds. */
static void device_is_told_what_those_with_work_weigh(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group = vf_sched_group_create(mock->sched, NULL, 300);
	struct mock_user *alone = mock_user_create(mock, NULL, 100);
	struct mock_user *member[2] = {
		mock_user_create(mock, group, 7), mock_user_create(mock, group, 7),
	};

	mock_submit(alone, MOCK_MS);
	mock_submit(member[0], MOCK_MS);
	mock_submit(member[1], MOCK_MS);
	KUNIT_EXPECT_EQ(test, load(mock), 400);
	KUNIT_EXPECT_EQ(test, vf_sched_set_weight(mock_node(alone), 150), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_set_weight(mock_node(member[0]), 9), 0);
	KUNIT_EXPECT_EQ(test, load(mock), 450);
	KUNIT_EXPECT_EQ(test, vf_sched_set_weight_sum(group, 20000), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_set_weight_sum(group, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_set_weight_sum(group, VFS_WEIGHT_SUM_MAX + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, load(mock), 20150);
	KUNIT_EXPECT_TRUE(test, mock_step(mock, VFS_NEVER - 1));
	KUNIT_EXPECT_EQ(test, load(mock), 20000);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, load(mock), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(mock_node(alone), 100), 0);
	mock_submit(alone, MOCK_MS);
	mock_submit(alone, MOCK_MS);
	KUNIT_EXPECT_EQ(test, load(mock), 0);
	KUNIT_EXPECT_EQ(test, vf_sched_set_rate_max(mock_node(alone), 1000), 0);
	KUNIT_EXPECT_EQ(test, load(mock), 150);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, load(mock), 0);
	mock_user_destroy(alone);
	mock_user_destroy(member[0]);
	mock_user_destroy(member[1]);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group), 0);
	mock_destroy(mock);
}

static struct kunit_case change_cases[] = {
	KUNIT_CASE(weight_takes_effect_at_once),
	KUNIT_CASE(weight_change_forgives_nothing),
	KUNIT_CASE(what_is_in_flight_stays_billed),
	KUNIT_CASE(moving_pays_nobody),
	KUNIT_CASE(moving_pays_no_debt),
	KUNIT_CASE(groups_are_checked),
	KUNIT_CASE(quiesced_group_gets_nothing),
	KUNIT_CASE(comings_and_goings),
	KUNIT_CASE(device_is_told_what_those_with_work_weigh),
	{}
};

static struct kunit_suite change_suite = {
	.name = "vf_sched_change",
	.test_cases = change_cases,
};

kunit_test_suite(change_suite);
