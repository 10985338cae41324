// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: the part of a command that other threads may hold.
 *
 * A job that is away when its command is aborted belongs to nobody: it comes
 * back, is counted and freed, and nobody sees its result.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core.h"

struct facet_job *facet_job_new(struct facet_model *m, struct facet_engine *e)
{
	struct facet_job *job = calloc(1, sizeof(*job));
	const struct facet_desc *d = &e->cmd.desc;

	if (!job)
		return NULL;
	job->model = m;
	job->engine = e;
	job->req = (struct facet_op_req){
		.opcode = d->opcode,
		.flags = d->flags,
		.param = job->param,
		.param_bytes = le16(d->param_len_bytes),
		.src_bytes = le32(d->src_len_bytes),
		.dst_bytes = le32(d->dst_len_bytes),
	};
	return job;
}

/* The parameter block may hold keys: no copy stays in freed memory. */
static void job_free(struct facet_job *job)
{
	explicit_bzero(job->param, sizeof(job->param));
	free(job->src_list);
	free(job->dst_list);
	free(job->src);
	free(job->dst);
	free(job->dict);
	free(job);
}

void facet_job_put(struct facet_job *job)
{
	if (!job)
		return;
	job->engine = NULL;
	if (job->away)
		job->model->orphans++;
	else
		job_free(job);
}

void facet_job_submit(struct facet_job *job)
{
	struct facet_model *m = job->model;

	if (!m->ops.submit) {
		facet_model_job_run(job);
		return;
	}
	job->away = true;
	m->jobs++;
	m->ops.submit(m->opaque, job);
}

static uint64_t thread_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

static uint64_t cpu_ns(const struct facet_model *m)
{
	return m->ops.cpu_ns ? m->ops.cpu_ns(m->opaque) : thread_cpu_ns();
}

void facet_model_job_run(struct facet_job *job)
{
	uint64_t begin_ns = cpu_ns(job->model);

	facet_op_run(&job->req, &job->res);
	job->cpu_ns = cpu_ns(job->model) - begin_ns;
}

void facet_model_job_fail(struct facet_job *job)
{
	job->failed = true;
}

void facet_model_job_done(struct facet_model *m, struct facet_job *job)
{
	m->jobs--;
	job->away = false;
	if (!job->engine) {
		m->orphans--;
		job_free(job);
	}
	/* an engine may have waited for this one, or for room */
	facet_kick(m);
}
