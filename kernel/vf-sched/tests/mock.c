// SPDX-License-Identifier: GPL-2.0-only
/* The device, its users and the check of the bound: see mock.h. */
#include "mock.h"

static struct mock_cmd *make(struct mock_user *user, u64 cost_ns)
{
	struct mock_cmd *cmd = list_first_entry_or_null(&user->free, struct mock_cmd, link);

	KUNIT_ASSERT_NOT_NULL(user->mock->test, cmd);
	list_del_init(&cmd->link);
	cmd->cost_ns = cost_ns;
	cmd->base.prior_ns = user->prior_ns ?: cost_ns;
	cmd->base.key.len_log2 = fls64(cost_ns);
	user->seq++;
	user->queued++;
	return cmd;
}

static u64 next_cost(struct mock_user *user)
{
	return user->cost_fn ? user->cost_fn(user) : user->cost_ns;
}

static void begin(struct mock *mock, unsigned int e, struct mock_cmd *cmd)
{
	u64 wait_ns = mock->now_ns - cmd->base.submit_ns;

	mock->engine[e] = cmd;
	cmd->stop_ns = mock->now_ns + cmd->cost_ns;
	cmd->user->wait_max_ns = max(cmd->user->wait_max_ns, wait_ns);
}

static void op_run(void *priv, struct vf_sched_cmd *base)
{
	struct mock_cmd *cmd = container_of(base, struct mock_cmd, base);
	struct mock *mock = priv;
	unsigned int e;

	mock->runs++;
	mock->last = cmd;
	mock->inside_max = max(mock->inside_max, ++mock->inside);
	cmd->user->queued--;
	cmd->user->inside++;
	for (e = 0; e < mock->engines; e++) {
		if (!mock->engine[e]) {
			begin(mock, e, cmd);
			return;
		}
	}
	list_add_tail(&cmd->link, &mock->fifo);
}

static void op_load(void *priv, u32 others, u32 express)
{
	struct mock *mock = priv;

	mock->loads++;
	mock->load[false] = others;
	mock->load[true] = express;
}

static void op_flush(void *priv)
{
	struct mock *mock = priv;

	mock->flushes++;
}

static struct vf_sched_cmd *op_refill(void *priv, void *owner)
{
	struct mock_user *user = owner;

	/* the command that makes room is still counted */
	if (user->sync || user->queued > user->depth)
		return NULL;
	return &make(user, next_cost(user))->base;
}

static u64 op_now_ns(void *priv)
{
	struct mock *mock = priv;

	return mock->now_ns;
}

static void op_wake_at(void *priv, u64 at_ns)
{
	struct mock *mock = priv;

	mock->wake_ns = at_ns;
}

static const struct vf_sched_ops ops = {
	.run = op_run,
	.load = op_load,
	.flush = op_flush,
	.refill = op_refill,
	.now_ns = op_now_ns,
	.wake_at = op_wake_at,
};

struct mock *mock_create(struct kunit *test, const struct vf_sched_params *params)
{
	struct mock *mock = kunit_kzalloc(test, sizeof(*mock), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mock);
	KUNIT_ASSERT_LE(test, params->engines, MOCK_ENGINES);
	mock->test = test;
	mock->engines = params->engines;
	mock->now_ns = MOCK_MS;
	mock->wake_ns = VFS_NEVER;
	INIT_LIST_HEAD(&mock->fifo);
	mock->sched = vf_sched_create(params, &ops, mock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mock->sched);
	return mock;
}

void mock_destroy(struct mock *mock)
{
	KUNIT_EXPECT_EQ(mock->test, mock->inside, 0);
	vf_sched_destroy(mock->sched);
}

struct mock_user *mock_user_create(struct mock *mock, struct vf_sched_node *parent, u32 weight)
{
	struct mock_user *user = kunit_kzalloc(mock->test, sizeof(*user), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(mock->test, user);
	user->mock = mock;
	INIT_LIST_HEAD(&user->free);
	for (i = 0; i < MOCK_CMDS; i++) {
		vf_sched_cmd_init(&user->pool[i].base);
		user->pool[i].user = user;
		list_add_tail(&user->pool[i].link, &user->free);
	}
	prandom_seed_state(&user->rnd, weight);
	user->entity = vf_sched_entity_create(mock->sched, parent, weight, user);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(mock->test, user->entity);
	return user;
}

/* Whose commands are all complete. */
void mock_user_destroy(struct mock_user *user)
{
	KUNIT_EXPECT_EQ(user->mock->test, user->queued + user->inside, 0);
	vf_sched_entity_destroy(user->entity);
	user->entity = NULL;
}

struct mock_cmd *mock_submit(struct mock_user *user, u64 cost_ns)
{
	struct mock_cmd *cmd = make(user, cost_ns);

	KUNIT_EXPECT_EQ(user->mock->test, vf_sched_submit(user->entity, &cmd->base), 0);
	return cmd;
}

static void top_up(struct mock_user *user)
{
	while (user->queued + (user->sync ? user->inside : 0) < user->depth)
		mock_submit(user, next_cost(user));
}

/* From now on @user keeps @depth commands queued. */
void mock_start(struct mock_user *user, unsigned int depth, u64 cost_ns)
{
	user->depth = depth;
	user->cost_ns = cost_ns;
	top_up(user);
}

/* It adds no more. */
void mock_stop(struct mock_user *user)
{
	user->depth = 0;
}

static s128 service(struct vf_sched_node *node)
{
	return vfs_div_floor((s128)node->policy.done_ns << VFS_SHIFT, node->policy.weight);
}

static void watch_update(struct mock_watch *w)
{
	s128 d = service(w->node[0]) - service(w->node[1]);

	w->min = min(w->min, d);
	w->max = max(w->max, d);
}

/*
 * In any interval between two completions the service of two siblings may differ
 * by the bound and no more: so the largest difference less the least, since the
 * watch began, may not be more either.
 */
static void check(struct mock *mock)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(mock->test, vf_sched_check(mock->sched), 0);
	for (i = 0; i < mock->watches; i++) {
		struct mock_watch *w = &mock->watch[i];
		u128 bound = vf_sched_bound(w->node[0], w->node[1]);

		watch_update(w);
		mock->checks++;
		KUNIT_ASSERT_TRUE_MSG(mock->test, (u128)(w->max - w->min) <= bound,
				      "siblings %llu, %llu: %llu apart, bound %llu",
				      w->node[0]->id, w->node[1]->id,
				      (u64)(w->max - w->min) >> VFS_SHIFT,
				      (u64)bound >> VFS_SHIFT);
	}
}

/* From now on two siblings are compared, which both have commands all the time. */
void mock_watch(struct mock *mock, struct vf_sched_node *i, struct vf_sched_node *j)
{
	struct mock_watch *w = &mock->watch[mock->watches];

	KUNIT_ASSERT_LT(mock->test, mock->watches, MOCK_WATCHES);
	w->node[0] = i;
	w->node[1] = j;
	w->min = service(i) - service(j);
	w->max = w->min;
	vf_sched_worst_reset(i);
	vf_sched_worst_reset(j);
	mock->watches++;
}

void mock_unwatch(struct mock *mock)
{
	mock->watches = 0;
}

static void end(struct mock *mock, unsigned int e)
{
	struct mock_cmd *cmd = mock->engine[e], *next;
	struct mock_user *user = cmd->user;

	mock->engine[e] = NULL;
	mock->inside--;
	next = list_first_entry_or_null(&mock->fifo, struct mock_cmd, link);
	if (next) {
		list_del_init(&next->link);
		begin(mock, e, next);
	}
	user->inside--;
	user->done++;
	user->done_ns += cmd->cost_ns;
	if (user->sync && !user->late)
		top_up(user);
	KUNIT_EXPECT_EQ(mock->test, vf_sched_complete(&cmd->base, cmd->cost_ns), 0);
	list_add_tail(&cmd->link, &user->free);
	if (user->sync && user->late)
		top_up(user);
	check(mock);
}

/* The next thing that happens until @until_ns: a completion or a wake-up. */
bool mock_step(struct mock *mock, u64 until_ns)
{
	unsigned int e, first = MOCK_ENGINES;
	u64 at_ns = min(until_ns, mock->wake_ns);

	for (e = 0; e < mock->engines; e++) {
		if (mock->engine[e] && mock->engine[e]->stop_ns <= at_ns) {
			at_ns = mock->engine[e]->stop_ns;
			first = e;
		}
	}
	mock->now_ns = max(mock->now_ns, at_ns);
	if (first < MOCK_ENGINES) {
		end(mock, first);
		return true;
	}
	if (mock->wake_ns > at_ns)
		return false;
	mock->wake_ns = VFS_NEVER;
	mock->kicks++;
	vf_sched_kick(mock->sched);
	return true;
}

void mock_run(struct mock *mock, u64 ns)
{
	u64 until_ns = mock->now_ns + ns;

	while (mock_step(mock, until_ns))
		cond_resched();
}

/* Until nothing is in the device and nobody waits for a cap. */
void mock_finish(struct mock *mock)
{
	mock_unwatch(mock);
	while ((mock->inside || mock->wake_ns != VFS_NEVER) && mock_step(mock, VFS_NEVER - 1))
		cond_resched();
}
