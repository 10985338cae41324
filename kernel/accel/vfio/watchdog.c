// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts: hung, starved, throttled or faulted; and whose fault a stall is.
 *
 * An engine whose heartbeat stands still for longer than the timeout, and than
 * WD_BOUND times the ceiling that no command can exceed while it makes progress, has
 * hung.  Who is to blame is found by what follows the stall.  If the command stalls on
 * another engine too, or another command of the same owner does, it is the owner.  If
 * it ends well there, it is the engine; likewise if an engine that has finished
 * nothing since stalls under another owner, or again under the same one who got
 * something done elsewhere.  Where a class has one engine left nothing can be tried:
 * then it is the owner who stalls again on an engine that has served since.
 * Until that is known nobody is blamed.
 *
 * Pure policy: no locks, no clock.  Documentation/recovery.rst.
 */
#include "watchdog.h"

/**
 * wd_limit_ns - how long a heartbeat may stand still
 * @timeout_ns: the operator's
 * @ceiling_ns: most engine time of the command
 *
 * Return: device nanoseconds.
 */
u64 wd_limit_ns(u64 timeout_ns, u64 ceiling_ns)
{
	u64 bound_ns = WD_BOUND * ceiling_ns;

	return timeout_ns > bound_ns ? timeout_ns : bound_ns;
}

static bool same_command(const struct wd_beat *a, const struct wd_beat *b)
{
	return a->busy && b->busy && a->ctx == b->ctx && a->sq_index == b->sq_index &&
	       a->start_ns == b->start_ns;
}

/**
 * wd_engine_look - look at an engine
 * @e: what was known
 * @now: its record
 * @clock_ns: device clock
 * @limit_ns: of wd_limit_ns()
 *
 * Return: it stands still for longer than that.
 */
bool wd_engine_look(struct wd_engine *e, const struct wd_beat *now, u64 clock_ns, u64 limit_ns)
{
	bool still = same_command(&e->last, now) && e->last.heartbeat == now->heartbeat;

	/* the clock starts anew with the device */
	if (!still || clock_ns < e->since_ns)
		e->since_ns = clock_ns;
	e->last = *now;
	return now->busy && clock_ns - e->since_ns >= limit_ns;
}

static enum wd_verdict verdict(struct wd_owner *o, const struct wd_work *now, u64 clock_ns,
			       u64 limit_ns)
{
	if (now->hung)
		return WD_HUNG;
	if (now->faults != o->last.faults)
		return WD_FAULTED;
	if (now->done != o->last.done)
		return WD_OK;
	if (now->waiting && clock_ns - o->since_ns >= limit_ns)
		return now->capped ? WD_THROTTLED : WD_STARVED;
	/* who has failed has recovered when something has succeeded */
	if (o->verdict == WD_HUNG || o->verdict == WD_FAULTED)
		return o->verdict;
	return now->waiting ? o->verdict : WD_OK;
}

/**
 * wd_owner_look - look at an owner
 * @o: what was known
 * @now: what its commands do
 * @clock_ns: device clock
 * @limit_ns: how long a command may wait
 *
 * Return: enum wd_verdict.
 */
enum wd_verdict wd_owner_look(struct wd_owner *o, const struct wd_work *now, u64 clock_ns,
			      u64 limit_ns)
{
	if (!now->waiting || now->running || now->done != o->last.done ||
	    clock_ns < o->since_ns)
		o->since_ns = clock_ns;
	o->verdict = verdict(o, now, clock_ns, limit_ns);
	o->last = *now;
	return o->verdict;
}

/* Nobody can be blamed yet: remember where, and whose it was. */
static void suspect(struct wd_owner *o, struct wd_engine *e, const struct wd_case *c)
{
	e->suspect = true;
	e->owner = c->owner;
	e->done = e->last.done;
	o->suspect = true;
	o->class = c->class;
	o->engine = c->engine;
	o->engine_done = e->last.done;
	o->done = o->last.done;
	o->at_ns = c->now_ns;
}

static bool stalled_elsewhere(const struct wd_owner *o, const struct wd_case *c)
{
	return o->suspect && c->now_ns - o->at_ns < WD_HOUR_NS &&
	       (o->class != c->class || o->engine != c->engine);
}

static bool stalled_here(const struct wd_owner *o, const struct wd_case *c)
{
	return o->suspect && c->now_ns - o->at_ns < WD_HOUR_NS && o->class == c->class &&
	       o->engine == c->engine;
}

/* The engine has finished nothing since it stalled last, under another owner. */
static bool engine_is_dead(const struct wd_owner *o, const struct wd_engine *e,
			   const struct wd_case *c)
{
	if (!e->suspect || e->done != e->last.done)
		return false;
	return e->owner != c->owner || (stalled_here(o, c) && o->last.done != o->done);
}

/**
 * wd_judge - an engine stands still
 * @o: whose command it has
 * @e: the engine
 * @c: circumstances
 *
 * Return: what to do.  After WD_STEP_RESTART and WD_STEP_ABORT both are suspect.
 */
enum wd_step wd_judge(struct wd_owner *o, struct wd_engine *e, const struct wd_case *c)
{
	if (stalled_elsewhere(o, c))
		return WD_STEP_BLAME_OWNER;
	if (engine_is_dead(o, e, c))
		return WD_STEP_BLAME_ENGINE;
	if (!c->others && stalled_here(o, c) && e->last.done != o->engine_done)
		return WD_STEP_BLAME_OWNER;
	if (c->others && !c->room && !c->restarting)
		return WD_STEP_WAIT;
	suspect(o, e, c);
	return c->others && c->room ? WD_STEP_RESTART : WD_STEP_ABORT;
}

/**
 * wd_acquit - an owner's command has stalled because of the engine
 * @o: owner
 * @class: of the engine
 * @engine: its number
 */
void wd_acquit(struct wd_owner *o, u8 class, u8 engine)
{
	if (o->class == class && o->engine == engine)
		o->suspect = false;
}

/**
 * wd_fault - an owner is to blame
 * @o: owner
 * @now_ns: host's clock
 * @per_hour: most faults in an hour; 0: any number
 *
 * Return: it has had more of them.
 */
bool wd_fault(struct wd_owner *o, u64 now_ns, u32 per_hour)
{
	u64 nth;

	o->suspect = false;
	o->fault_ns[o->nr_faults++ % WD_FAULTS_MAX] = now_ns;
	if (!per_hour || per_hour >= WD_FAULTS_MAX || o->nr_faults <= per_hour)
		return false;
	nth = o->nr_faults - 1 - per_hour;
	return now_ns - o->fault_ns[nth % WD_FAULTS_MAX] < WD_HOUR_NS;
}

/**
 * wd_irq_lost - has an interrupt been lost?
 * @q: what was known
 * @raised: interrupts that the device raised
 * @seen: interrupts that have arrived
 * @overdue: the owner has not taken note of completions that it waits for
 *
 * Interrupts that follow each other closely may arrive as one.  So it is lost if
 * nothing has moved since the last look, fewer have arrived than have been raised,
 * and the owner waits.
 *
 * Return: it is; then it is not told again.
 */
bool wd_irq_lost(struct wd_irqs *q, u64 raised, u64 seen, bool overdue)
{
	bool still = q->raised == raised && q->seen == seen;
	bool lost = still && overdue && raised - seen != q->gap;

	if (still)
		q->gap = raised - seen;
	q->raised = raised;
	q->seen = seen;
	return lost;
}
