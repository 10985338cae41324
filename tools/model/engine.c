// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: engines.
 *
 * A command passes the phases read, (submit,) compute, wait, write.  One that
 * fails a check goes to wait at once and pays the floor.  The bill is known when
 * the result is; the engine is kept busy until it is paid.
 *
 * In model mode a command begins when its engine was free and the command was
 * latched, not when the emulator got round to it: a timer that is late costs
 * the engine nothing.
 */
#include "core.h"

/* Most bytes that one byte of a DEFLATE stream can stand for. */
#define DEFLATE_RATIO_MAX	1032

void facet_engine_init(struct facet_engine *e, uint8_t class, uint8_t nr)
{
	e->class = class;
	e->nr = nr;
	e->latch.off = UINT32_MAX;
}

struct facet_engine *facet_engine_next(struct facet_model *m, struct facet_engine *e)
{
	uint8_t class = e ? e->class : 0;
	uint8_t nr = e ? e->nr + 1 : 0;

	for (; class < FACET_NR_CLASSES; class++, nr = 0)
		if (nr < m->cfg.engines[class])
			return &m->engine[class][nr];
	return NULL;
}

static void make_idle(struct facet_engine *e)
{
	facet_job_put(e->job);
	e->job = NULL;
	e->ctx = NULL;
	e->hung = false;
	e->restarted = false;
	e->phase = FACET_PHASE_IDLE;
	e->cmd = (struct facet_cmd){ 0 };
}

void facet_engine_reset(struct facet_model *m, struct facet_engine *e)
{
	(void)m;
	make_idle(e);
	e->start_ns = 0;
	e->free_ns = 0;
	e->heartbeat = 0;
	e->done = 0;
	e->latch.off = UINT32_MAX;
}

void facet_engine_set_offline(struct facet_model *m, uint8_t class, uint32_t mask)
{
	uint32_t nr, nr_engines = m->cfg.engines[class];

	if (nr_engines < FACET_MAX_ENGINES)
		mask &= (1u << nr_engines) - 1;
	for (nr = 0; nr < nr_engines; nr++)
		if (m->offline[class] & ~mask & (1u << nr))
			m->engine[class][nr].free_ns = facet_now(m);
	m->offline[class] = mask;
	facet_kick(m);
}

uint64_t facet_engine_heartbeat(const struct facet_model *m, const struct facet_engine *e)
{
	if (e->phase == FACET_PHASE_IDLE || e->hung)
		return e->heartbeat;
	return e->heartbeat + facet_now(m) - e->start_ns;
}

/* The command's end is fixed: it is known how it ends, and what it costs. */
static void settle(struct facet_model *m, struct facet_engine *e, uint64_t bill_ns)
{
	uint64_t most_ns = e->cmd.info ? e->cmd.info->cmax_ns : UINT64_MAX;

	bill_ns = bill_ns < most_ns ? bill_ns * e->slow_permille / 1000 : bill_ns;
	if (bill_ns >= most_ns) {
		bill_ns = most_ns;
		e->out = (struct facet_outcome){
			.status = FACET_ST_CMAX, .engine = e->nr,
		};
	}
	e->bill_ns = bill_ns;
	e->computed_ns = facet_now(m);
	e->phase = FACET_PHASE_WAIT;
}

static void begin(struct facet_model *m, struct facet_engine *e)
{
	uint16_t status;

	if (facet_inject(m, FACET_INJ_ENGINE_DEATH, e->ctx, e))
		e->dead = true;
	e->slow_permille = 1000;
	if (facet_inject(m, FACET_INJ_SLOW, e->ctx, e) && m->inj.arg > 1000)
		e->slow_permille = m->inj.arg;
	e->hung = e->dead || facet_inject(m, FACET_INJ_HANG, e->ctx, e);
	status = facet_cmd_check(m, e->ctx, &e->cmd);
	if (status == FACET_ST_OK) {
		e->job = facet_job_new(m, e);
		e->phase = FACET_PHASE_READ;
		if (e->job)
			return;
		status = FACET_ST_ENGINE_ERROR;
	}
	e->out.status = status;
	settle(m, e, facet_cmd_floor_ns());
}

static uint64_t later(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

/* Charges for the command that begins; the context's next one is latched first. */
static void charge(struct facet_model *m, struct facet_engine *e)
{
	struct facet_ctx *c = e->ctx;
	uint64_t next_ns = facet_ctx_fetch_next(m, c);
	bool same = next_ns && c->cmd.class == e->class;

	e->arb_gen = m->arb_gen;
	e->charged_ns = e->cmd.expected_ns;
	arb_charge(&m->arb[e->class], c->nr, e->nr, e->charged_ns, same ? next_ns : 0,
		   e->start_ns);
	if (next_ns && !same)
		m->arb[c->cmd.class].ops->ready(&m->arb[c->cmd.class], c->nr, next_ns);
}

/* @since_ns: the context's cap has allowed it since then. */
static void take(struct facet_model *m, struct facet_engine *e, struct facet_ctx *c,
		 uint64_t since_ns)
{
	uint64_t arrival_ns = c->cmd.arrival_ns;

	m->budget -= FACET_MODEL_STEP_BYTES;
	e->ctx = c;
	e->cmd = c->cmd;
	e->timing = m->timing;
	e->start_ns = facet_now(m);
	if (e->timing == FACET_TIMING_MODEL)
		e->start_ns = later(later(e->free_ns, arrival_ns), since_ns);
	c->stats.throttled_ns += later(since_ns, arrival_ns) - arrival_ns;
	e->out = (struct facet_outcome){ .engine = e->nr };
	c->has_cmd = false;
	begin(m, e);
	charge(m, e);
}

/* The one that has been free for longest. */
static const struct facet_engine *find_idle(const struct facet_model *m, unsigned int class,
					    const struct facet_engine *not)
{
	const struct facet_engine *best = NULL;
	unsigned int nr;

	for (nr = 0; nr < m->cfg.engines[class]; nr++) {
		const struct facet_engine *e = &m->engine[class][nr];

		if (e == not || e->phase != FACET_PHASE_IDLE || (m->offline[class] & (1u << nr)))
			continue;
		if (!best || e->free_ns < best->free_ns)
			best = e;
	}
	return best;
}

/*
 * A hung command may have been there for long.  Its context pays in counters
 * what it held the engine for, but to the arbiter no more than the ceiling: it
 * may be the engine that is to blame.
 */
static uint64_t most_charge(const struct facet_engine *e, uint64_t ns)
{
	if (e->cmd.info && ns > e->cmd.info->cmax_ns)
		return e->cmd.info->cmax_ns;
	return ns;
}

/* Commands that overrun what they were expected to take are charged for it now. */
static void refresh(struct facet_model *m, unsigned int class)
{
	uint64_t now_ns = facet_now(m);
	unsigned int nr;

	for (nr = 0; nr < m->cfg.engines[class]; nr++) {
		const struct facet_engine *e = &m->engine[class][nr];

		if (e->phase == FACET_PHASE_IDLE || e->arb_gen != m->arb_gen)
			continue;
		if (now_ns > e->start_ns + e->charged_ns)
			arb_refresh(&m->arb[class], nr, most_charge(e, now_ns - e->start_ns),
				    now_ns);
	}
}

static bool dispatch(struct facet_model *m, unsigned int class)
{
	const struct facet_engine *e = find_idle(m, class, NULL);
	uint64_t since_ns;
	int x;

	if (!e)
		return false;
	refresh(m, class);
	x = arb_pick(&m->arb[class], facet_now(m), &since_ns);
	if (x == ARB_NONE)
		return false;
	take(m, &m->engine[class][e->nr], &m->ctx[x], since_ns);
	return true;
}

bool facet_engines_dispatch(struct facet_model *m)
{
	bool any = facet_recover_dispatch(m);
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		any |= dispatch(m, class);
	return any;
}

static void bill(struct facet_model *m, struct facet_engine *e, uint64_t charge_ns)
{
	struct facet_ctx_stats *s = &e->ctx->stats;

	s->wait_ns += e->start_ns - e->cmd.arrival_ns;
	s->engine_ns[e->class] += e->out.stop_ns - e->start_ns;
	e->heartbeat = facet_engine_heartbeat(m, e);
	if (e->arb_gen == m->arb_gen)
		arb_correct(&m->arb[e->class], e->ctx->nr, e->nr, e->charged_ns, charge_ns,
			    e->out.stop_ns);
}

static void finish(struct facet_model *m, struct facet_engine *e)
{
	struct facet_ctx *c = e->ctx;
	struct facet_cmd cmd = e->cmd;

	e->out.start_ns = e->start_ns;
	if (e->out.status == FACET_ST_CMAX)
		facet_evlog_cmd(m, e, FACET_EV_CMD_CMAX, FACET_ST_CMAX, 0);
	if (e->out.status == FACET_ST_ENGINE_ERROR)
		facet_evlog_cmd(m, e, FACET_EV_ENGINE, FACET_ST_ENGINE_ERROR, 0);
	if (e->out.status == FACET_ST_SRC_FAULT || e->out.status == FACET_ST_DST_FAULT)
		facet_evlog_cmd(m, e, FACET_EV_CMD_FAULT, e->out.status, e->out.fault_addr);
	/* one that failed on its way to be computed says nothing about its kind */
	if (e->out.status == FACET_ST_OK || e->bill_ns > facet_cmd_floor_ns())
		facet_cmd_learn(c, &cmd, e->bill_ns);
	bill(m, e, e->bill_ns);
	if (e->restarted)
		facet_recover_ended(m, FACET_RECOVER_DONE);
	e->done++;
	e->free_ns = facet_now(m);
	/* a late timer does not count, a late result does */
	if (e->timing == FACET_TIMING_MODEL)
		e->free_ns = e->out.stop_ns > e->computed_ns ? e->out.stop_ns : e->computed_ns;
	make_idle(e);
	facet_comp_write(m, c, &cmd, &e->out);
}

void facet_engine_discard(struct facet_model *m, struct facet_ctx *c, const struct facet_cmd *cmd)
{
	c->inflight--;
	c->stats.aborted++;
	facet_pasid_left(m, cmd);
	facet_ctx_update(m, c);
}

void facet_engine_abort(struct facet_model *m, struct facet_engine *e, bool complete)
{
	struct facet_ctx *c = e->ctx;
	struct facet_cmd cmd = e->cmd;
	uint64_t now_ns = facet_now(m);

	e->out = (struct facet_outcome){
		.status = FACET_ST_ABORTED, .engine = e->nr,
		.start_ns = e->start_ns, .stop_ns = now_ns,
	};
	bill(m, e, most_charge(e, now_ns - e->start_ns));
	if (e->restarted)
		facet_recover_ended(m, FACET_RECOVER_GONE);
	e->free_ns = now_ns;
	make_idle(e);
	if (complete)
		facet_comp_write(m, c, &cmd, &e->out);
	else
		facet_engine_discard(m, c, &cmd);
	facet_kick(m);
}

struct facet_engine *facet_engine_idle(struct facet_model *m, unsigned int class,
				       const struct facet_engine *not)
{
	const struct facet_engine *e = find_idle(m, class, not);

	return e ? &m->engine[class][e->nr] : NULL;
}

/*
 * It may be the engine that is to blame: the context pays what it was expected to
 * take, and its counters have none of the time that this engine held it.
 */
void facet_engine_lift(struct facet_model *m, struct facet_engine *e)
{
	uint64_t now_ns = facet_now(m);

	e->heartbeat = facet_engine_heartbeat(m, e);
	if (e->arb_gen == m->arb_gen)
		arb_correct(&m->arb[e->class], e->ctx->nr, e->nr, e->charged_ns, e->charged_ns,
			    now_ns);
	e->free_ns = now_ns;
	make_idle(e);
	facet_kick(m);
}

void facet_engine_give(struct facet_model *m, struct facet_engine *e, struct facet_ctx *c,
		       const struct facet_cmd *cmd)
{
	e->ctx = c;
	e->cmd = *cmd;
	e->timing = m->timing;
	e->start_ns = facet_now(m);
	e->out = (struct facet_outcome){ .engine = e->nr };
	/* the arbiter's account of the command is closed */
	e->arb_gen = m->arb_gen - 1;
	e->charged_ns = 0;
	e->restarted = true;
	begin(m, e);
}

void facet_engine_withdraw(struct facet_model *m, struct facet_ctx *c, bool complete)
{
	struct arb *arb = &m->arb[c->cmd.class];
	struct facet_cmd cmd = c->cmd;
	uint64_t now_ns = facet_now(m);
	const struct facet_outcome out = {
		.status = FACET_ST_ABORTED, .engine = FACET_COMP_NO_ENGINE,
		.start_ns = now_ns, .stop_ns = now_ns,
	};

	arb->ops->remove(arb, c->nr);
	c->has_cmd = false;
	if (complete)
		facet_comp_write(m, c, &cmd, &out);
	else
		facet_engine_discard(m, c, &cmd);
	facet_ctx_want_fetch(m, c);
}

/*
 * INFLATE costs by the byte out.  One that failed has no output: it pays for
 * the most that it may have produced, so that a corrupt end is no way to work
 * for free.
 */
static uint64_t model_cost_ns(const struct facet_job *job)
{
	size_t most = job->req.src_bytes * DEFLATE_RATIO_MAX;

	if (job->res.status == FACET_ST_OK)
		return facet_op_cost_ns(&job->req, job->res.out_bytes);
	return facet_op_cost_ns(&job->req, most < job->req.dst_bytes ? most : job->req.dst_bytes);
}

static uint64_t engine_time_ns(const struct facet_engine *e)
{
	uint64_t ns = e->job->cpu_ns;

	if (e->job->failed)
		return facet_cmd_floor_ns();
	if (e->timing == FACET_TIMING_MODEL)
		return model_cost_ns(e->job);
	return ns > facet_cmd_floor_ns() ? ns : facet_cmd_floor_ns();
}

static void computed(struct facet_model *m, struct facet_engine *e)
{
	const struct facet_op_res *res = &e->job->res;

	e->job->moving = false;
	e->out = (struct facet_outcome){
		.status = FACET_ST_ENGINE_ERROR, .engine = e->nr,
	};
	if (!e->job->failed)
		e->out = (struct facet_outcome){
			.status = res->status, .engine = e->nr, .info = res->info,
			.out_bytes = res->out_bytes, .in_bytes = res->in_bytes,
			.check = res->check,
		};
	settle(m, e, engine_time_ns(e));
}

static bool step_read(struct facet_model *m, struct facet_engine *e)
{
	enum facet_progress p = facet_cmd_read(m, e);

	if (p == FACET_DONE)
		e->phase = FACET_PHASE_SUBMIT;
	if (p == FACET_FAILED)
		settle(m, e, facet_cmd_floor_ns());
	return true;
}

static bool step_submit(struct facet_model *m, struct facet_engine *e)
{
	uint32_t engines = 0;
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		engines += m->cfg.engines[class];
	if (m->orphans >= FACET_MODEL_ORPHANS * engines)
		return false;
	e->phase = FACET_PHASE_COMPUTE;
	facet_job_submit(e->job);
	return true;
}

static bool step_wait(struct facet_model *m, struct facet_engine *e)
{
	if (facet_now(m) < e->start_ns + e->bill_ns)
		return false;
	e->out.stop_ns = e->start_ns + e->bill_ns;
	e->phase = FACET_PHASE_WRITE;
	return true;
}

static bool step_write(struct facet_model *m, struct facet_engine *e)
{
	enum facet_progress p = FACET_DONE;
	uint64_t stop_ns = e->out.stop_ns, addr;

	m->budget -= FACET_MODEL_STEP_BYTES;
	if (e->out.status == FACET_ST_OK && e->out.out_bytes)
		p = facet_cmd_write(m, e);
	if (p == FACET_MORE)
		return true;
	addr = e->out.fault_addr;
	if (p == FACET_FAILED)
		e->out = (struct facet_outcome){
			.status = FACET_ST_DST_FAULT, .engine = e->nr,
			.stop_ns = stop_ns, .fault_addr = addr,
		};
	finish(m, e);
	return true;
}

static bool step(struct facet_model *m, struct facet_engine *e)
{
	if (e->hung)
		return false;
	switch (e->phase) {
	case FACET_PHASE_READ:
		return step_read(m, e);
	case FACET_PHASE_SUBMIT:
		return step_submit(m, e);
	case FACET_PHASE_COMPUTE:
		if (e->job->away)
			return false;
		computed(m, e);
		return true;
	case FACET_PHASE_WAIT:
		return step_wait(m, e);
	case FACET_PHASE_WRITE:
		return step_write(m, e);
	default:
		return false;
	}
}

bool facet_engines_step(struct facet_model *m)
{
	struct facet_engine *e;
	bool any = false;

	facet_for_each_engine(m, e)
		if (e->phase != FACET_PHASE_IDLE)
			any |= step(m, e);
	return any;
}

uint64_t facet_engines_due_ns(const struct facet_model *m)
{
	uint64_t at_ns, due_ns = FACET_MODEL_NEVER;
	unsigned int class, nr;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		at_ns = find_idle(m, class, NULL) ? arb_due_ns(&m->arb[class]) : FACET_MODEL_NEVER;
		due_ns = at_ns < due_ns ? at_ns : due_ns;
		for (nr = 0; nr < m->cfg.engines[class]; nr++) {
			const struct facet_engine *e = &m->engine[class][nr];

			if (e->phase == FACET_PHASE_WAIT && !e->hung &&
			    e->start_ns + e->bill_ns < due_ns)
				due_ns = e->start_ns + e->bill_ns;
		}
	}
	return due_ns;
}
