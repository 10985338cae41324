// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue depth cases on drm_sched and the mock device of its own KUnit tests,
 * both unchanged.  A client is a thread, and a job's length is a timer's: meant for
 * simulated time.
 *
 * A job counts for its client's share when its finished fence is signalled.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/module.h>
#include "sched_tests.h"
#include "drm_cases.h"

static char *policy = "";
module_param(policy, charp, 0444);
MODULE_PARM_DESC(policy, "policy that drm_sched was loaded with, for the report");

/**
 * struct client - who submits jobs
 * @test: test
 * @entity: its entity
 * @thread: its thread
 * @job_us: length of its jobs
 * @sync: it waits until a job has finished, not until it was scheduled
 * @depth: jobs that it has waiting for that
 * @start_ms: when it begins
 * @stop: it shall end
 * @gone: it has ended
 * @done_us: length of its finished jobs
 */
struct client {
	struct kunit *test;
	struct drm_mock_sched_entity *entity;
	struct task_struct *thread;
	unsigned int job_us;
	bool sync;
	unsigned int depth;
	unsigned int start_ms;
	bool stop;
	struct completion gone;
	atomic64_t done_us;
};

/**
 * struct bill - a job on its client's account
 * @cb: of the finished fence
 * @client: whose
 */
struct bill {
	struct dma_fence_cb cb;
	struct client *client;
};

/**
 * struct waiting - fences of a client's jobs, the oldest first
 * @scheduled: the job has left the queue
 * @finished: it is done
 * @first: index of the oldest
 * @nr: how many
 */
struct waiting {
	struct dma_fence *scheduled[DRM_DEPTH_MAX];
	struct dma_fence *finished[DRM_DEPTH_MAX];
	unsigned int first;
	unsigned int nr;
};

static void count(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct client *client = container_of(cb, struct bill, cb)->client;

	atomic64_add(client->job_us, &client->done_us);
}

static void push(struct client *client, struct waiting *w)
{
	struct bill *bill = kunit_kzalloc(client->test, sizeof(*bill), GFP_KERNEL);
	struct drm_mock_sched_job *job = drm_mock_sched_job_new(client->test, client->entity);
	unsigned int i = (w->first + w->nr) % DRM_DEPTH_MAX;

	drm_mock_sched_job_set_duration_us(job, client->job_us);
	drm_sched_job_arm(&job->base);
	w->scheduled[i] = dma_fence_get(&job->base.s_fence->scheduled);
	w->finished[i] = dma_fence_get(&job->base.s_fence->finished);
	w->nr++;
	bill->client = client;
	dma_fence_add_callback(w->finished[i], &bill->cb, count);
	drm_sched_entity_push_job(&job->base);
}

static void wait_oldest(struct waiting *w, bool finished)
{
	unsigned int i = w->first;

	dma_fence_wait(finished ? w->finished[i] : w->scheduled[i], false);
	dma_fence_put(w->scheduled[i]);
	dma_fence_put(w->finished[i]);
	w->first = (i + 1) % DRM_DEPTH_MAX;
	w->nr--;
}

static int client_thread(void *arg)
{
	struct client *client = arg;
	struct waiting w = {};

	if (client->start_ms)
		msleep(client->start_ms);
	while (!READ_ONCE(client->stop)) {
		while (w.nr < READ_ONCE(client->depth))
			push(client, &w);
		wait_oldest(&w, client->sync);
	}
	while (w.nr)
		wait_oldest(&w, true);
	complete(&client->gone);
	return 0;
}

static void start(struct kunit *test, struct drm_mock_scheduler *sched, struct client *client,
		  const struct drm_case *c)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		client[i].test = test;
		client[i].job_us = c->cost_us[i];
		client[i].depth = c->depth[i];
		client[i].entity = drm_mock_sched_entity_new(test, DRM_SCHED_PRIORITY_NORMAL,
							     sched);
		init_completion(&client[i].gone);
	}
	client[0].sync = c->a_sync;
	client[1].start_ms = c->b_ms;
	for (i = 0; i < 2; i++) {
		client[i].thread = kthread_run(client_thread, &client[i], "qd-%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(client[i].thread));
	}
}

static void stop(struct drm_mock_scheduler *sched, struct client *client)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		WRITE_ONCE(client[i].stop, true);
	for (i = 0; i < 2; i++)
		wait_for_completion(&client[i].gone);
	for (i = 0; i < 2; i++)
		drm_mock_sched_entity_free(client[i].entity);
	drm_mock_sched_fini(sched);
}

/* The window: what each got, in microseconds. */
static void measure(const struct drm_case *c, struct client *client, u64 *us)
{
	unsigned int i;

	msleep(c->warm_ms);
	for (i = 0; i < 2; i++)
		us[i] = atomic64_read(&client[i].done_us);
	if (c->late_ms) {
		msleep(c->late_ms - c->warm_ms);
		WRITE_ONCE(client[0].depth, c->late_depth);
		msleep(DRM_WINDOW_MS - (c->late_ms - c->warm_ms));
	} else {
		msleep(DRM_WINDOW_MS);
	}
	for (i = 0; i < 2; i++)
		us[i] = atomic64_read(&client[i].done_us) - us[i];
}

static void run_case(struct kunit *test, unsigned int credits)
{
	const struct drm_case *c = test->param_value;
	struct drm_mock_scheduler *sched = drm_mock_sched_new(test, MAX_SCHEDULE_TIMEOUT);
	struct client *client = kunit_kcalloc(test, 2, sizeof(*client), GFP_KERNEL);
	u64 us[2];
	u32 part;

	KUNIT_ASSERT_NOT_NULL(test, client);
	sched->base.credit_limit = credits;
	start(test, sched, client, c);
	measure(c, client, us);
	KUNIT_EXPECT_GT(test, us[0] + us[1], 0);
	part = div64_u64(us[0] * 10000, us[0] + us[1]);
	kunit_info(test, "QDRES policy=%s credits=%u | %s | A %llu ms B %llu ms | share A %u.%02u%%",
		   policy, credits, c->desc, div_u64(us[0], 1000),
		   div_u64(us[1], 1000), part / 100, part % 100);
	stop(sched, client);
}

static void describe(const struct drm_case *c, char *name)
{
	strscpy(name, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(qd, drm_cases, describe);

static void one_credit(struct kunit *test)
{
	run_case(test, 1);
}

static void two_credits(struct kunit *test)
{
	run_case(test, 2);
}

static struct kunit_case depth_cases[] = {
	KUNIT_CASE_PARAM(one_credit, qd_gen_params),
	KUNIT_CASE_PARAM(two_credits, qd_gen_params),
	{}
};

static struct kunit_suite depth_suite = {
	.name = "drm_sched_queue_depth",
	.test_cases = depth_cases,
};

kunit_test_suite(depth_suite);
