// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fairness: the bound of architecture's proof after every completion, and what
 * follows from it for shares, groups, newcomers and the idle.
 */
#include "mock.h"

#define USERS	8

/* 1 us to 16 ms, each octave as likely as any other. */
static u64 random_cost(struct mock_user *user)
{
	u32 r = prandom_u32_state(&user->rnd);

	return (MOCK_US << (r % 14)) + (r >> 16) % 1000;
}

/* Cheap for long enough to be believed, then dear. */
static u64 switching_cost(struct mock_user *user)
{
	return user->seq % 20 < 10 ? 10 * MOCK_US : 2 * MOCK_MS;
}

/**
 * struct fair_case - users that are always busy
 * @desc: what it is
 * @engines: engines
 * @slots: commands in the device
 * @users: number of users
 * @weight: of each
 * @cost_us: of each; 0: @cost_fn
 * @prior_us: what the cost table says; 0: the truth
 * @cost_fn: see mock.h
 * @ms: how long
 */
struct fair_case {
	const char *desc;
	u32 engines;
	u32 slots;
	unsigned int users;
	u32 weight[USERS];
	u32 cost_us[USERS];
	u32 prior_us;
	u64 (*cost_fn)(struct mock_user *user);
	u32 ms;
};

static const struct fair_case cases[] = {
	{ "two equal", 1, 1, 2, { 100, 100 }, { 1000, 1000 }, .ms = 2000 },
	{ "dear against cheap", 1, 1, 2, { 100, 100 }, { 10000, 10 }, .ms = 4000 },
	{ "weights 3:1, the light one dear", 1, 1, 2, { 300, 100 }, { 20, 5000 }, .ms = 8000 },
	{ "weights 1:10000", 1, 1, 2, { 1, 10000 }, { 10, 10 }, .ms = 4000 },
	{ "weights 10000:1, the heavy one dear", 1, 2, 2, { 10000, 1 }, { 1000, 10 }, .ms = 4000 },
	{ "eight, lengths by octaves", 1, 1, 8, { 100, 100, 100, 100, 100, 100, 100, 100 },
	  { 10, 20, 40, 80, 160, 320, 640, 1280 }, .ms = 4000 },
	{ "eight of all weights", 1, 4, 8, { 1, 3, 10, 30, 100, 300, 1000, 3000 },
	  { 50, 50, 50, 50, 50, 50, 50, 50 }, .ms = 8000 },
	{ "deep in the device", 1, 8, 3, { 100, 200, 300 }, { 100, 2000, 500 }, .ms = 4000 },
	{ "two engines", 2, 4, 3, { 100, 100, 200 }, { 100, 1000, 5000 }, .ms = 4000 },
	{ "four engines, random lengths", 4, 8, 4, { 100, 200, 300, 400 }, .cost_fn = random_cost,
	  .ms = 8000 },
	{ "random lengths that nobody foresees", 1, 1, 4, { 100, 100, 100, 100 }, .prior_us = 1,
	  .cost_fn = random_cost, .ms = 8000 },
	{ "lengths that switch once learnt", 1, 2, 3, { 100, 100, 100 }, .prior_us = 10,
	  .cost_fn = switching_cost, .ms = 8000 },
	{ "switching, four engines", 4, 16, 4, { 500, 100, 100, 100 }, .prior_us = 5000,
	  .cost_fn = switching_cost, .ms = 8000 },
};

static void describe(const struct fair_case *c, char *name)
{
	strscpy(name, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fair, cases, describe);

static void watch_pairs(struct mock *mock, struct mock_user **user, unsigned int n)
{
	unsigned int i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			mock_watch(mock, mock_node(user[j]), mock_node(user[i]));
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

static void bound_holds_after_every_completion(struct kunit *test)
{
	const struct fair_case *c = test->param_value;
	const struct vf_sched_params params = {
		.name = "fair", .engines = c->engines, .slots = c->slots, .ahead_ns = VFS_NEVER,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user[USERS];
	u64 done = 0;
	unsigned int i;

	for (i = 0; i < c->users; i++) {
		user[i] = mock_user_create(mock, NULL, c->weight[i]);
		user[i]->prior_ns = c->prior_us * MOCK_US;
		user[i]->cost_fn = c->cost_fn;
		mock_start(user[i], c->slots + 1, c->cost_us[i] * MOCK_US);
	}
	watch_pairs(mock, user, c->users);
	mock_run(mock, c->ms * MOCK_MS);
	for (i = 0; i < c->users; i++) {
		done += user[i]->done;
		/* an owner that got nothing would be compared with nothing */
		KUNIT_EXPECT_GT(test, user[i]->done, 0);
	}
	KUNIT_EXPECT_EQ(test, mock->checks, done * c->users * (c->users - 1) / 2);
	stop_all(mock, user, c->users);
	mock_destroy(mock);
}

/* Shares of @n users over @ms, in permille. */
static void shares(struct mock *mock, struct mock_user **user, unsigned int n, u32 ms,
		   u32 *permille)
{
	u64 from_ns[USERS], all_ns = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		from_ns[i] = user[i]->done_ns;
	mock_run(mock, ms * MOCK_MS);
	for (i = 0; i < n; i++)
		all_ns += user[i]->done_ns - from_ns[i];
	for (i = 0; i < n; i++)
		permille[i] = div64_u64((user[i]->done_ns - from_ns[i]) * 1000, all_ns);
}

static void share_is_the_weight(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user[2] = {
		mock_user_create(mock, NULL, 300), mock_user_create(mock, NULL, 100),
	};
	u32 permille[2];

	mock_start(user[0], 4, 100 * MOCK_US);
	KUNIT_EXPECT_EQ(test, vf_sched_entitled_permille(mock_node(user[0])), 1000);
	KUNIT_EXPECT_EQ(test, vf_sched_entitled_permille(mock_node(user[1])), 250);
	mock_start(user[1], 4, 2 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, vf_sched_entitled_permille(mock_node(user[0])), 750);
	shares(mock, user, 2, 4000, permille);
	KUNIT_EXPECT_GE(test, permille[0], 745);
	KUNIT_EXPECT_LE(test, permille[0], 755);
	KUNIT_EXPECT_GE(test, vf_sched_actual_permille(mock_node(user[0])), 735);
	KUNIT_EXPECT_LE(test, vf_sched_actual_permille(mock_node(user[0])), 765);
	stop_all(mock, user, 2);
	mock_run(mock, 2 * VF_SCHED_WINDOW_NS);
	KUNIT_EXPECT_EQ(test, mock->inside, 0);
	mock_destroy(mock);
}

static void group_share_does_not_depend_on_members(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group[2];
	struct mock_user *user[USERS];
	unsigned int i, j;
	u32 permille[USERS];

	for (i = 0; i < 2; i++)
		group[i] = vf_sched_group_create(mock->sched, NULL, 100);
	for (i = 0; i < USERS; i++) {
		user[i] = mock_user_create(mock, group[i > 0], 100);
		mock_start(user[i], 2, (i ? 3000 : 200) * MOCK_US);
	}
	mock_watch(mock, group[0], group[1]);
	for (i = 1; i < USERS; i++)
		for (j = 1; j < i; j++)
			mock_watch(mock, mock_node(user[i]), mock_node(user[j]));
	KUNIT_EXPECT_EQ(test, vf_sched_entitled_permille(mock_node(user[0])), 500);
	KUNIT_EXPECT_EQ(test, vf_sched_entitled_permille(mock_node(user[1])), 71);
	shares(mock, user, USERS, 8000, permille);
	KUNIT_EXPECT_GE(test, permille[0], 495);
	KUNIT_EXPECT_LE(test, permille[0], 505);
	for (i = 1; i < USERS; i++) {
		KUNIT_EXPECT_GE(test, permille[i], 70);
		KUNIT_EXPECT_LE(test, permille[i], 73);
	}
	stop_all(mock, user, USERS);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group[i]), 0);
	mock_destroy(mock);
}

/* At each of four levels a node of weight 300 has a busy sibling of weight 100. */
static void bound_holds_at_four_levels(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group[VFS_DEPTH_MAX - 1], *above = NULL;
	struct mock_user *user[VFS_DEPTH_MAX + 1];
	unsigned int i;

	for (i = 0; i < VFS_DEPTH_MAX; i++) {
		user[i] = mock_user_create(mock, above, 100);
		mock_start(user[i], 2, (100 << i) * MOCK_US);
		if (i == VFS_DEPTH_MAX - 1)
			break;
		group[i] = vf_sched_group_create(mock->sched, above, 300);
		above = group[i];
	}
	user[i + 1] = mock_user_create(mock, above, 300);
	user[i + 1]->cost_fn = random_cost;
	mock_start(user[i + 1], 2, 0);
	for (i = 0; i < VFS_DEPTH_MAX - 1; i++)
		mock_watch(mock, mock_node(user[i]), group[i]);
	mock_watch(mock, mock_node(user[i]), mock_node(user[i + 1]));
	mock_run(mock, 8000 * MOCK_MS);
	/* 0.75 to the fourth */
	KUNIT_EXPECT_EQ(test, vf_sched_entitled_permille(mock_node(user[i + 1])), 316);
	KUNIT_EXPECT_GE(test, user[i + 1]->done_ns, 306 * 8 * MOCK_MS);
	KUNIT_EXPECT_LE(test, user[i + 1]->done_ns, 326 * 8 * MOCK_MS);
	stop_all(mock, user, VFS_DEPTH_MAX + 1);
	while (i--)
		KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group[i]), 0);
	mock_destroy(mock);
}

/* A user that comes now and then waits for the command that runs, and for no more. */
static void sparse_user_waits_for_one_command(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *sparse = mock_user_create(mock, NULL, 100);
	struct mock_user *busy[USERS];
	unsigned int n, i;

	for (n = 0; n < USERS; n++) {
		busy[n] = mock_user_create(mock, NULL, 100);
		mock_start(busy[n], 4, MOCK_MS);
		for (i = 0; i < 50; i++) {
			/* at all phases of the others' commands */
			mock_run(mock, 21 * MOCK_MS + i * 20 * MOCK_US);
			mock_submit(sparse, 10 * MOCK_US);
		}
		KUNIT_EXPECT_LE_MSG(test, sparse->wait_max_ns, MOCK_MS, "%u busy users", n + 1);
		KUNIT_EXPECT_GT(test, sparse->wait_max_ns, 0);
	}
	stop_all(mock, busy, USERS);
	mock_user_destroy(sparse);
	mock_destroy(mock);
}

static void idleness_is_not_saved(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user[2] = {
		mock_user_create(mock, NULL, 100), mock_user_create(mock, NULL, 100),
	};
	u64 from_ns;

	mock_submit(user[0], MOCK_MS);
	mock_start(user[1], 4, MOCK_MS);
	mock_run(mock, 2000 * MOCK_MS);
	/* two seconds later: half from now on, at most one command more */
	from_ns = user[1]->done_ns;
	mock_start(user[0], 4, MOCK_MS);
	mock_watch(mock, mock_node(user[0]), mock_node(user[1]));
	mock_run(mock, 20 * MOCK_MS);
	KUNIT_EXPECT_GE(test, user[1]->done_ns - from_ns, 9 * MOCK_MS);
	KUNIT_EXPECT_LE(test, user[1]->done_ns - from_ns, 11 * MOCK_MS);
	stop_all(mock, user, 2);
	mock_destroy(mock);
}

static void debt_survives_leaving(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user[2] = {
		mock_user_create(mock, NULL, 100), mock_user_create(mock, NULL, 100),
	};
	u32 permille[2];

	/* A is away after each of its dear commands, which nobody foresees */
	user[0]->sync = true;
	user[0]->late = true;
	user[0]->prior_ns = 1;
	user[0]->cost_fn = switching_cost;
	mock_start(user[0], 1, 0);
	mock_start(user[1], 4, 50 * MOCK_US);
	shares(mock, user, 2, 8000, permille);
	KUNIT_EXPECT_LE(test, permille[0], 505);
	KUNIT_EXPECT_GE(test, permille[0], 450);
	stop_all(mock, user, 2);
	mock_destroy(mock);
}

static void short_request_is_served_early(struct kunit *test)
{
	static const u64 target_ns[2] = { 0, 10 * MOCK_US };
	unsigned int t, n, i;
	u64 wait_ns[2];

	for (t = 0; t < 2; t++) {
		struct mock *mock = mock_simple(test);
		struct mock_user *dear = mock_user_create(mock, NULL, 100);
		struct mock_user *busy[USERS];

		KUNIT_EXPECT_EQ(test, vf_sched_set_latency(mock_node(dear), target_ns[t]), 0);
		for (n = 0; n < USERS; n++) {
			busy[n] = mock_user_create(mock, NULL, 100);
			mock_start(busy[n], 4, MOCK_MS);
		}
		for (i = 0; i < 50; i++) {
			mock_run(mock, 100 * MOCK_MS + i * 20 * MOCK_US);
			mock_submit(dear, 5 * MOCK_MS);
		}
		wait_ns[t] = dear->wait_max_ns;
		stop_all(mock, busy, USERS);
		mock_user_destroy(dear);
		mock_destroy(mock);
	}
	/* as a 5 ms request it comes behind shorter ones, as a 10 us one it does not */
	KUNIT_EXPECT_GT(test, wait_ns[0], 2 * MOCK_MS);
	KUNIT_EXPECT_LE(test, wait_ns[1], MOCK_MS);
}

static struct kunit_case fair_cases[] = {
	KUNIT_CASE_PARAM(bound_holds_after_every_completion, fair_gen_params),
	KUNIT_CASE(share_is_the_weight),
	KUNIT_CASE(group_share_does_not_depend_on_members),
	KUNIT_CASE(bound_holds_at_four_levels),
	KUNIT_CASE(sparse_user_waits_for_one_command),
	KUNIT_CASE(idleness_is_not_saved),
	KUNIT_CASE(debt_survives_leaving),
	KUNIT_CASE(short_request_is_served_early),
	{}
};

static struct kunit_suite fair_suite = {
	.name = "vf_sched_fair",
	.test_cases = fair_cases,
};

kunit_test_suite(fair_suite);
