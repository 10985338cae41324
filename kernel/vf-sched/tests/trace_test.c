// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints: each is passed when it should, with the numbers of that moment. */
#include "mock.h"
#include "trace.h"

/**
 * struct seen - a tracepoint, as it was passed last
 * @nr: how often
 * @node: of what node
 * @ns: wait of a pick, charge of a command, end of a cap's wait
 * @pred_ns: prediction
 * @total_ns: charge of the node
 */
struct seen {
	unsigned int nr;
	const struct vf_sched_node *node;
	u64 ns;
	u64 pred_ns;
	u64 total_ns;
};

/**
 * struct traces - what was seen of one scheduler
 * @mock: its device
 * @pick: see trace.h, like those below
 * @charge: before the pick's command is in the device
 * @correct: after it has left
 * @throttle: a cap
 */
struct traces {
	struct mock *mock;
	struct seen pick;
	struct seen charge;
	struct seen correct;
	struct seen throttle;
};

static void on_pick(void *data, const struct vf_sched *sched, const struct vf_sched_node *node,
		    const struct vf_sched_cmd *cmd)
{
	struct traces *t = data;

	KUNIT_EXPECT_PTR_EQ(t->mock->test, sched, (const struct vf_sched *)t->mock->sched);
	/* none may be left out between two of them */
	KUNIT_EXPECT_EQ(t->mock->test, t->pick.nr, t->charge.nr);
	t->pick.nr++;
	t->pick.node = node;
	t->pick.ns = cmd->run_ns - cmd->submit_ns;
	t->pick.pred_ns = node->policy.head_ns;
}

static void bill(struct seen *seen, const struct vf_sched_node *node,
		 const struct vf_sched_cmd *cmd)
{
	seen->nr++;
	seen->node = node;
	seen->ns = cmd->policy.charged_ns;
	seen->pred_ns = cmd->policy.pred_ns;
	seen->total_ns = node->policy.charged_ns;
}

static void on_charge(void *data, const struct vf_sched_node *node,
		      const struct vf_sched_cmd *cmd)
{
	struct traces *t = data;

	KUNIT_EXPECT_EQ(t->mock->test, t->charge.nr, t->mock->runs);
	bill(&t->charge, node, cmd);
}

static void on_correct(void *data, const struct vf_sched_node *node,
		       const struct vf_sched_cmd *cmd)
{
	struct traces *t = data;

	bill(&t->correct, node, cmd);
}

static void on_throttle(void *data, const struct vf_sched_node *node)
{
	struct traces *t = data;

	t->throttle.nr++;
	t->throttle.node = node;
	t->throttle.ns = node->policy.cap.tat_ns - node->policy.cap.burst_ns;
}

static void begin(struct kunit *test, struct traces *t)
{
	KUNIT_ASSERT_EQ(test, register_trace_vf_sched_pick(on_pick, t), 0);
	KUNIT_ASSERT_EQ(test, register_trace_vf_sched_charge(on_charge, t), 0);
	KUNIT_ASSERT_EQ(test, register_trace_vf_sched_correct(on_correct, t), 0);
	KUNIT_ASSERT_EQ(test, register_trace_vf_sched_throttle(on_throttle, t), 0);
}

static void end(struct traces *t)
{
	unregister_trace_vf_sched_pick(on_pick, t);
	unregister_trace_vf_sched_charge(on_charge, t);
	unregister_trace_vf_sched_correct(on_correct, t);
	unregister_trace_vf_sched_throttle(on_throttle, t);
	tracepoint_synchronize_unregister();
}

static void expect(struct kunit *test, const struct seen *got, const struct seen *want)
{
	KUNIT_EXPECT_EQ(test, got->nr, want->nr);
	KUNIT_EXPECT_PTR_EQ(test, got->node, want->node);
	KUNIT_EXPECT_EQ(test, got->ns, want->ns);
	KUNIT_EXPECT_EQ(test, got->pred_ns, want->pred_ns);
	KUNIT_EXPECT_EQ(test, got->total_ns, want->total_ns);
}

static void picks_and_bills(struct kunit *test)
{
	struct traces t = { .mock = mock_simple(test) };
	struct mock_user *user = mock_user_create(t.mock, NULL, 100);
	struct vf_sched_node *node = mock_node(user);

	begin(test, &t);
	user->prior_ns = 2 * MOCK_US;
	mock_submit(user, 3 * MOCK_US);
	mock_submit(user, 3 * MOCK_US);
	expect(test, &t.pick, &(struct seen){ 1, node, 0, 2 * MOCK_US });
	expect(test, &t.charge, &(struct seen){ 1, node, 2 * MOCK_US, 2 * MOCK_US, 2 * MOCK_US });
	expect(test, &t.correct, &(struct seen){});
	mock_step(t.mock, VFS_NEVER - 1);
	expect(test, &t.correct, &(struct seen){ 1, node, 3 * MOCK_US, 2 * MOCK_US, 3 * MOCK_US });
	/* the next has waited for it */
	KUNIT_EXPECT_EQ(test, t.pick.nr, 2);
	KUNIT_EXPECT_EQ(test, t.pick.ns, 3 * MOCK_US);
	mock_finish(t.mock);
	KUNIT_EXPECT_EQ(test, t.correct.nr, 2);
	KUNIT_EXPECT_EQ(test, t.correct.total_ns, 6 * MOCK_US);
	KUNIT_EXPECT_EQ(test, t.throttle.nr, 0);
	end(&t);
	mock_user_destroy(user);
	mock_destroy(t.mock);
}

/* The node that has the cap, not the one that has the command. */
static void throttled_groups(struct kunit *test)
{
	struct traces t = { .mock = mock_simple(test) };
	struct vf_sched_node *group = vf_sched_group_create(t.mock->sched, NULL, 100);
	struct mock_user *user = mock_user_create(t.mock, group, 100);
	u64 begin_ns = t.mock->now_ns;

	KUNIT_ASSERT_EQ(test, vf_sched_set_rate_max(group, 500), 0);
	begin(test, &t);
	mock_submit(user, MOCK_MS);
	expect(test, &t.throttle, &(struct seen){ 1, group, begin_ns + 2 * MOCK_MS });
	mock_submit(user, MOCK_MS);
	mock_finish(t.mock);
	expect(test, &t.throttle, &(struct seen){ 2, group, begin_ns + 4 * MOCK_MS });
	KUNIT_EXPECT_EQ(test, t.correct.nr, 2);
	end(&t);
	mock_user_destroy(user);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group), 0);
	mock_destroy(t.mock);
}

static struct kunit_case trace_cases[] = {
	KUNIT_CASE(picks_and_bills),
	KUNIT_CASE(throttled_groups),
	{}
};

static struct kunit_suite trace_suite = {
	.name = "vf_sched_trace",
	.test_cases = trace_cases,
};

kunit_test_suite(trace_suite);
