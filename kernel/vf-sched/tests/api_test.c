// SPDX-License-Identifier: GPL-2.0-only
/* vf_sched.ko as a driver sees it: calls, contexts, statistics, errors. */
#include <linux/completion.h>
#include <linux/module.h>
#include "mock.h"

static void create_checks_params(struct kunit *test)
{
	static const struct vf_sched_ops none;
	struct vf_sched_params params = { .name = "x", .engines = 1, .slots = 1 };
	struct vf_sched *sched;

	sched = vf_sched_create(&params, &none, NULL);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(sched), -EINVAL);
	vf_sched_destroy(sched);
	mock_destroy(mock_simple(test));
}

static void idle_engine_gets_command_at_once(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user = mock_user_create(mock, NULL, 100);
	struct mock_cmd *cmd = mock_submit(user, MOCK_US);

	/* by the submitter itself: there is nobody else here */
	KUNIT_EXPECT_PTR_EQ(test, mock->last, cmd);
	KUNIT_EXPECT_EQ(test, mock->flushes, 1);
	KUNIT_EXPECT_PTR_EQ(test, vf_sched_cmd_entity(&cmd->base), user->entity);
	mock_finish(mock);
	KUNIT_EXPECT_NULL(test, vf_sched_cmd_entity(&cmd->base));
	mock_user_destroy(user);
	mock_destroy(mock);
}

static void commands_of_one_stay_in_order(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 2, .slots = 5, .ahead_ns = VFS_NEVER,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user = mock_user_create(mock, NULL, 100);
	unsigned int i;

	/* makes the cheapest last, which nothing but order could prefer */
	for (i = 0; i < 20; i++)
		mock_submit(user, (40 - i) * MOCK_US);
	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, mock->runs, min(i + 5, 20U));
		KUNIT_EXPECT_PTR_EQ(test, mock->last, &user->pool[min(i + 4, 19U)]);
		mock_step(mock, VFS_NEVER - 1);
	}
	KUNIT_EXPECT_EQ(test, mock->inside_max, 5);
	mock_user_destroy(user);
	mock_destroy(mock);
}

static void cost_limits_what_waits_inside(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 1, .slots = 64, .ahead_ns = 3 * MOCK_US,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user = mock_user_create(mock, NULL, 100);

	mock_start(user, 16, MOCK_US);
	KUNIT_EXPECT_EQ(test, mock->inside, 1 + 3);
	mock_run(mock, MOCK_MS);
	KUNIT_EXPECT_EQ(test, mock->inside_max, 1 + 3);
	KUNIT_EXPECT_EQ(test, user->done, 1000);
	mock_stop(user);
	mock_finish(mock);
	mock_user_destroy(user);
	mock_destroy(mock);
}

static void rivals_make_commands_wait_inside(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 2, .slots = 64,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user = mock_user_create(mock, NULL, 100);

	mock_start(user, 16, MOCK_MS);
	KUNIT_EXPECT_EQ(test, mock->inside, 2);
	vf_sched_set_rivals(mock->sched, true);
	KUNIT_EXPECT_EQ(test, mock->inside, 4);
	vf_sched_set_rivals(mock->sched, false);
	mock_run(mock, 20 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, mock->inside, 2);
	mock_stop(user);
	mock_finish(mock);
	mock_user_destroy(user);
	mock_destroy(mock);
}

static void queues_weigh_what_their_owners_do(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 1, .slots = 64, .ahead_ns = 10 * MOCK_US,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *big = mock_user_create(mock, NULL, 100);
	struct mock_user *small = mock_user_create(mock, NULL, 30);
	struct mock_cmd *cmd;

	mock_submit(big, MOCK_MS);
	KUNIT_EXPECT_FALSE(test, vf_sched_cmd_express(&mock->last->base));
	KUNIT_EXPECT_EQ(test, mock->load[false], 100);
	cmd = mock_submit(small, MOCK_US);
	KUNIT_EXPECT_PTR_EQ(test, mock->last, cmd);
	KUNIT_EXPECT_TRUE(test, vf_sched_cmd_express(&cmd->base));
	KUNIT_EXPECT_EQ(test, mock->load[false], 100);
	KUNIT_EXPECT_EQ(test, mock->load[true], 30);
	KUNIT_EXPECT_EQ(test, mock->loads, 2);
	vf_sched_set_weight(mock_node(small), 40);
	KUNIT_EXPECT_EQ(test, mock->load[true], 40);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, mock->load[false] + mock->load[true], 0);
	mock_user_destroy(small);
	mock_user_destroy(big);
	mock_destroy(mock);
}

static void one_call_hands_out_a_bounded_number(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 2, .slots = 64, .ahead_ns = VFS_NEVER,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user = mock_user_create(mock, NULL, 100);
	unsigned int i;

	vf_sched_quiesce(mock_node(user));
	for (i = 0; i < 60; i++)
		mock_submit(user, MOCK_US);
	KUNIT_EXPECT_EQ(test, mock->runs, 0);
	vf_sched_resume(mock_node(user));
	KUNIT_EXPECT_EQ(test, mock->runs, 2 + VF_SCHED_BATCH);
	KUNIT_EXPECT_EQ(test, mock->flushes, 1);
	/* the rest follows with completions, without anybody's help */
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, user->done, 60);
	mock_user_destroy(user);
	mock_destroy(mock);
}

static void misuse_is_refused(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user = mock_user_create(mock, NULL, 100);
	struct mock_cmd *first = mock_submit(user, MOCK_US), *second = mock_submit(user, MOCK_US);

	KUNIT_EXPECT_EQ(test, vf_sched_submit(user->entity, &first->base), -EBUSY);
	KUNIT_EXPECT_EQ(test, vf_sched_submit(user->entity, &second->base), -EBUSY);
	KUNIT_EXPECT_EQ(test, vf_sched_complete(&second->base, 1), -EINVAL);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, vf_sched_complete(&first->base, 1), -EINVAL);
	vf_sched_refresh(&first->base, MOCK_MS);
	KUNIT_EXPECT_EQ(test, user->entity->node.policy.charged_ns, 2 * MOCK_US);
	mock_user_destroy(user);
	mock_destroy(mock);
}

static void cancel_gives_back_what_is_queued(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user = mock_user_create(mock, NULL, 100);
	struct vf_sched_stats *stats = vf_sched_stats_get(user->entity);
	struct vf_sched_snapshot now;
	struct mock_cmd *cmd[4];
	LIST_HEAD(cancelled);
	unsigned int i;

	for (i = 0; i < 4; i++)
		cmd[i] = mock_submit(user, MOCK_US);
	KUNIT_EXPECT_EQ(test, vf_sched_cancel(user->entity, &cancelled), 3);
	for (i = 1; i < 4; i++) {
		KUNIT_EXPECT_PTR_EQ(test, cancelled.next, &cmd[i]->base.queue);
		list_del_init(cancelled.next);
		user->queued--;
	}
	KUNIT_EXPECT_TRUE(test, list_empty(&cancelled));
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, mock->runs, 1);
	/* a cancelled command is as good as new */
	INIT_LIST_HEAD(&user->free);
	list_add_tail(&cmd[1]->link, &user->free);
	mock_submit(user, MOCK_US);
	mock_finish(mock);
	vf_sched_stats_read(stats, &now);
	KUNIT_EXPECT_EQ(test, now.submitted, 5);
	KUNIT_EXPECT_EQ(test, now.cancelled, 3);
	KUNIT_EXPECT_EQ(test, now.completed, 2);
	vf_sched_stats_put(stats);
	mock_user_destroy(user);
	mock_destroy(mock);
}

static void statistics_outlive_the_entity(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *user = mock_user_create(mock, NULL, 100);
	struct vf_sched_stats *stats = vf_sched_stats_get(user->entity);
	struct vf_sched_snapshot now;

	user->prior_ns = 2 * MOCK_US;
	mock_submit(user, 3 * MOCK_US);
	mock_submit(user, 3 * MOCK_US);
	mock_finish(mock);
	mock_user_destroy(user);
	mock_destroy(mock);

	vf_sched_stats_read(stats, &now);
	KUNIT_EXPECT_EQ(test, now.submitted, 2);
	KUNIT_EXPECT_EQ(test, now.started, 2);
	KUNIT_EXPECT_EQ(test, now.completed, 2);
	KUNIT_EXPECT_EQ(test, now.engine_ns, 6 * MOCK_US);
	/* both were predicted before the first was measured or with its factor */
	KUNIT_EXPECT_EQ(test, now.pred_ns + now.miss_ns, 6 * MOCK_US);
	KUNIT_EXPECT_EQ(test, now.wait_ns, 3 * MOCK_US);
	KUNIT_EXPECT_EQ(test, now.wait_max_ns, 3 * MOCK_US);
	KUNIT_EXPECT_EQ(test, now.device_ns, 6 * MOCK_US);
	vf_sched_stats_put(stats);
}

static void cost_is_learnt_from_own_commands(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct mock_user *a = mock_user_create(mock, NULL, 100);
	struct mock_user *b = mock_user_create(mock, NULL, 100);
	struct vfs_cost_key key;
	unsigned int i;

	a->prior_ns = 10 * MOCK_US;
	for (i = 0; i < 40; i++) {
		key = mock_submit(a, 50 * MOCK_US)->base.key;
		mock_finish(mock);
	}
	KUNIT_EXPECT_EQ(test, vf_sched_predict_ns(a->entity, &key, 10 * MOCK_US), 50 * MOCK_US);
	KUNIT_EXPECT_EQ(test, vf_sched_predict_ns(b->entity, &key, 10 * MOCK_US), 10 * MOCK_US);
	mock_user_destroy(a);
	mock_user_destroy(b);
	mock_destroy(mock);
}

static void refresh_charges_an_overrun(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 2, .slots = 2,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *a = mock_user_create(mock, NULL, 100);
	struct mock_user *b = mock_user_create(mock, NULL, 100);
	struct mock_cmd *slow;

	/* B has had 1 ms; A's command was taken for 1 us and runs for 10 ms */
	mock_submit(b, MOCK_MS);
	a->prior_ns = MOCK_US;
	slow = mock_submit(a, 10 * MOCK_MS);
	mock_start(b, 2, MOCK_MS);
	a->prior_ns = 0;
	mock_run(mock, 5 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, a->entity->node.policy.charged_ns, MOCK_US);
	vf_sched_refresh(&slow->base, 5 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, a->entity->node.policy.charged_ns, 5 * MOCK_MS);
	/* less than that changes nothing */
	vf_sched_refresh(&slow->base, 4 * MOCK_MS);
	KUNIT_EXPECT_EQ(test, a->entity->node.policy.charged_ns, 5 * MOCK_MS);
	mock_stop(b);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, a->entity->node.policy.charged_ns, 10 * MOCK_MS);
	mock_user_destroy(a);
	mock_user_destroy(b);
	mock_destroy(mock);
}

static void least_charge_for_empty_commands(struct kunit *test)
{
	const struct vf_sched_params params = {
		.name = "mock", .engines = 1, .slots = 1, .floor_ns = 5 * MOCK_US,
	};
	struct mock *mock = mock_create(test, &params);
	struct mock_user *user = mock_user_create(mock, NULL, 100);

	mock_submit(user, 1);
	mock_finish(mock);
	KUNIT_EXPECT_EQ(test, user->entity->node.policy.charged_ns, 5 * MOCK_US);
	mock_user_destroy(user);
	mock_destroy(mock);
}

static void hierarchy_has_four_levels(struct kunit *test)
{
	struct mock *mock = mock_simple(test);
	struct vf_sched_node *group[VFS_DEPTH_MAX];
	struct vf_sched_node *above = NULL;
	struct mock_user *user;
	unsigned int i;

	for (i = 0; i < VFS_DEPTH_MAX; i++) {
		group[i] = vf_sched_group_create(mock->sched, above, 100);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, group[i]);
		above = group[i];
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR(vf_sched_group_create(mock->sched, above, 100)), -EINVAL);
	KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group[0]), -EBUSY);
	KUNIT_EXPECT_EQ(test, PTR_ERR(vf_sched_group_create(mock->sched, NULL, 0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(vf_sched_group_create(mock->sched, NULL, 10001)), -EINVAL);
	while (i--)
		KUNIT_EXPECT_EQ(test, vf_sched_group_destroy(group[i]), 0);

	/* who has commands is no group */
	user = mock_user_create(mock, NULL, 100);
	mock_submit(user, MOCK_US);
	above = vf_sched_group_create(mock->sched, mock_node(user), 100);
	KUNIT_EXPECT_EQ(test, PTR_ERR(above), -EBUSY);
	mock_finish(mock);
	mock_user_destroy(user);
	mock_destroy(mock);
}

#define REAL_COST_NS	(500 * MOCK_MS)

/**
 * struct real - a device on the real clock: each command takes a timer's time
 * @sched: its scheduler
 * @ran: a command was handed over
 * @at_ns: when
 * @in_irq: in a hard interrupt
 * @cmd: which
 * @done: completes @cmd
 */
struct real {
	struct vf_sched *sched;
	struct completion ran;
	u64 at_ns;
	bool in_irq;
	struct vf_sched_cmd *cmd;
	struct hrtimer done;
};

static void real_run(void *priv, struct vf_sched_cmd *cmd)
{
	struct real *real = priv;

	real->at_ns = ktime_get_ns();
	real->in_irq = in_hardirq();
	real->cmd = cmd;
	complete(&real->ran);
}

static enum hrtimer_restart real_done(struct hrtimer *timer)
{
	struct real *real = container_of(timer, struct real, done);

	vf_sched_complete(real->cmd, MOCK_MS);
	return HRTIMER_NORESTART;
}

static const struct vf_sched_ops real_ops = { .run = real_run };

/* Not on the stack, where a timer would have to be told so. */
static struct real *real_create(struct kunit *test)
{
	const struct vf_sched_params params = { .name = "real", .engines = 1, .slots = 1 };
	struct real *real = kunit_kzalloc(test, sizeof(*real), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, real);
	init_completion(&real->ran);
	hrtimer_setup(&real->done, real_done, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	real->sched = vf_sched_create(&params, &real_ops, real);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, real->sched);
	return real;
}

/* Half of the engine: what took it 500 ms is earned in 1 s, more than any machine delays us. */
static void cap_ends_by_the_real_timer(struct kunit *test)
{
	struct real *real = real_create(test);
	struct vf_sched_entity *entity = vf_sched_entity_create(real->sched, NULL, 100, NULL);
	struct vf_sched_cmd cmd[2];
	unsigned int i;
	u64 first_ns;

	KUNIT_ASSERT_EQ(test, vf_sched_set_rate_max(vf_sched_entity_node(entity), 500), 0);
	for (i = 0; i < 2; i++) {
		vf_sched_cmd_init(&cmd[i]);
		cmd[i].prior_ns = REAL_COST_NS;
		vf_sched_submit(entity, &cmd[i]);
	}
	KUNIT_ASSERT_TRUE(test, try_wait_for_completion(&real->ran));
	KUNIT_EXPECT_FALSE(test, real->in_irq);
	first_ns = real->at_ns;
	vf_sched_complete(&cmd[0], REAL_COST_NS);
	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&real->ran));
	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&real->ran, 10 * HZ), 0);
	KUNIT_EXPECT_TRUE(test, real->in_irq);
	KUNIT_EXPECT_GE(test, real->at_ns - first_ns, 2 * REAL_COST_NS);
	vf_sched_complete(&cmd[1], REAL_COST_NS);
	vf_sched_entity_destroy(entity);
	vf_sched_destroy(real->sched);
}

static void drain_and_destroy_wait_for_the_device(struct kunit *test)
{
	struct real *real = real_create(test);
	struct vf_sched_entity *entity = vf_sched_entity_create(real->sched, NULL, 100, NULL);
	struct vf_sched_stats *stats = vf_sched_stats_get(entity);
	struct vf_sched_snapshot now;
	struct vf_sched_cmd cmd;

	vf_sched_cmd_init(&cmd);
	cmd.prior_ns = MOCK_MS;
	vf_sched_submit(entity, &cmd);
	vf_sched_quiesce(vf_sched_entity_node(entity));
	hrtimer_start(&real->done, ns_to_ktime(MOCK_MS), HRTIMER_MODE_REL);
	vf_sched_drain(vf_sched_entity_node(entity));
	vf_sched_stats_read(stats, &now);
	KUNIT_EXPECT_EQ(test, now.completed, 1);

	vf_sched_resume(vf_sched_entity_node(entity));
	vf_sched_submit(entity, &cmd);
	hrtimer_start(&real->done, ns_to_ktime(MOCK_MS), HRTIMER_MODE_REL);
	vf_sched_entity_destroy(entity);
	vf_sched_stats_read(stats, &now);
	KUNIT_EXPECT_EQ(test, now.completed, 2);
	vf_sched_stats_put(stats);
	hrtimer_cancel(&real->done);
	vf_sched_destroy(real->sched);
}

static struct kunit_case api_cases[] = {
	KUNIT_CASE(create_checks_params),
	KUNIT_CASE(idle_engine_gets_command_at_once),
	KUNIT_CASE(commands_of_one_stay_in_order),
	KUNIT_CASE(cost_limits_what_waits_inside),
	KUNIT_CASE(rivals_make_commands_wait_inside),
	KUNIT_CASE(queues_weigh_what_their_owners_do),
	KUNIT_CASE(one_call_hands_out_a_bounded_number),
	KUNIT_CASE(misuse_is_refused),
	KUNIT_CASE(cancel_gives_back_what_is_queued),
	KUNIT_CASE(statistics_outlive_the_entity),
	KUNIT_CASE(cost_is_learnt_from_own_commands),
	KUNIT_CASE(refresh_charges_an_overrun),
	KUNIT_CASE(least_charge_for_empty_commands),
	KUNIT_CASE(hierarchy_has_four_levels),
	KUNIT_CASE(cap_ends_by_the_real_timer),
	KUNIT_CASE(drain_and_destroy_wait_for_the_device),
	{}
};

static struct kunit_suite api_suite = {
	.name = "vf_sched_api",
	.test_cases = api_cases,
};

kunit_test_suite(api_suite);

MODULE_DESCRIPTION("KUnit suites of vf_sched");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("VF_SCHED");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
