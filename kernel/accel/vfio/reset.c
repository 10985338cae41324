// SPDX-License-Identifier: GPL-2.0-only
/*
 * States of an instance: resets, starting and stopping its rings, and what the
 * device reports about it.  Three tables say what there is to know: the events and
 * states, the kinds of reset, and the steps that they share.  The promise to owners
 * and neighbours is in Documentation/reset.rst; tools/model/verify/instance.pml is
 * this machine as a model checker sees it.
 *
 * reset_lock makes one of these operations happen at a time.  The state itself
 * is under state_lock, because the event log changes it too: RUNNING to ERROR,
 * and anything to DEAD, which is final.
 */
#include <linux/delay.h>
#include <linux/eventfd.h>
#include "vi.h"
#include "trace.h"

/* Until a stop no longer waits for a command that does not end. */
#define STOP_TIMEOUT	(20 * HZ)

/* What changes an instance's state. */
enum edge {
	EDGE_ENABLE,
	EDGE_REFUSED,
	EDGE_STOP,
	EDGE_ERROR,
	EDGE_RESET,
	EDGE_DONE,
	EDGE_DEAD,
};

#define ST(name)	BIT(FACET_VI_ST_##name)
#define ST_ALIVE	(ST(IDLE) | ST(RUNNING) | ST(ERROR) | ST(RESETTING) | ST(STOPPED))

/**
 * struct transition - what an event does
 * @from: mask of the states in which it means something; elsewhere nothing happens
 * @to: the state afterwards
 */
struct transition {
	u32 from;
	u32 to;
};

/* The state machine of Documentation/reset.rst. */
static const struct transition edges[] = {
	[EDGE_ENABLE]	= { ST(IDLE), FACET_VI_ST_RUNNING },
	[EDGE_REFUSED]	= { ST(RUNNING), FACET_VI_ST_IDLE },
	[EDGE_STOP]	= { ST(IDLE) | ST(RUNNING), FACET_VI_ST_STOPPED },
	[EDGE_ERROR]	= { ST(RUNNING), FACET_VI_ST_ERROR },
	[EDGE_RESET]	= { ST_ALIVE, FACET_VI_ST_RESETTING },
	[EDGE_DONE]	= { ST(RESETTING), FACET_VI_ST_IDLE },
	[EDGE_DEAD]	= { ST_ALIVE, FACET_VI_ST_DEAD },
};

/* What a kind of reset does beyond ending all commands. */
#define COUNTS		BIT(0)	/* FACET_VI_RESETS and stats/resets grow */
#define KEEPS_GRANTS	BIT(1)	/* so do the registers of the control page */
#define KEEPS_PAGE	BIT(2)	/* the doorbell page stays mapped */
#define LEAVES_SHUT	BIT(3)	/* it is not mapped afterwards */
#define CONFIGURES	BIT(4)	/* config space and MSI-X are as after power-on */
#define FORGETS		BIT(5)	/* INTR and ERROR read 0 */
#define ANSWERS		BIT(6)	/* FACET_VI_RESET reads 0 again */
#define TELLS		BIT(7)	/* the owner did not ask: FACET_VI_INTR_RESET */
#define FAILED		BIT(8)	/* found out on the way: the device does not end it */

static const u32 kinds[] = {
	[VI_RESET_OWNER]	= COUNTS | ANSWERS,
	[VI_RESET_FLR]		= COUNTS | CONFIGURES | FORGETS,
	[VI_RESET_PM]		= COUNTS | CONFIGURES | FORGETS,
	[VI_RESET_VFIO]		= COUNTS | CONFIGURES | FORGETS,
	[VI_RESET_OPERATOR]	= COUNTS | KEEPS_GRANTS | TELLS,
	[VI_RESET_WATCHDOG]	= COUNTS | KEEPS_GRANTS | TELLS,
	[VI_RESET_DEVICE]	= COUNTS | KEEPS_GRANTS | TELLS,
	/* rings are disabled under a mapped doorbell: the device ignores it */
	[VI_RESET_RINGS]	= KEEPS_GRANTS | KEEPS_PAGE,
	[VI_RESET_CLOSE]	= FORGETS | ANSWERS | LEAVES_SHUT,
};

/**
 * vi_state - state of an instance
 * @vi: instance
 *
 * Return: enum facet_vi_state.
 */
u32 vi_state(struct facet_vi *vi)
{
	return READ_ONCE(vi->state);
}

static bool move_locked(struct facet_vi *vi, enum edge edge)
{
	lockdep_assert_held(&vi->state_lock);
	if (!(edges[edge].from & BIT(vi->state)))
		return false;
	WRITE_ONCE(vi->state, edges[edge].to);
	return true;
}

static bool move(struct facet_vi *vi, enum edge edge)
{
	unsigned long flags;
	bool moved;

	spin_lock_irqsave(&vi->state_lock, flags);
	moved = move_locked(vi, edge);
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return moved;
}

/* -- the steps of a reset; each may add FAILED to what the next ones see -- */

static u32 step_begin(struct facet_vi *vi, u32 kind)
{
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	move_locked(vi, EDGE_RESET);
	vi->epoch++;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return 0;
}

static u32 step_shut(struct facet_vi *vi, u32 kind)
{
	vi_window_set(vi, false);
	return 0;
}

static u32 step_abort(struct facet_vi *vi, u32 kind)
{
	vi->reset_result = vi->queue->reset(vi);
	vi_health_was_reset(vi);
	if (vi->reset_result == -ETIMEDOUT) {
		vi->stuck = true;
		dev_err(vi->vdev.dev, "the device does not end a reset: instance out of use\n");
	}
	return vi->reset_result ? FAILED : 0;
}

static u32 step_drop_grants(struct facet_vi *vi, u32 kind)
{
	vi_windows_drop_all(vi);
	return 0;
}

static u32 step_registers(struct facet_vi *vi, u32 kind)
{
	guard(mutex)(&vi->ctl_lock);
	vi_ctl_init(vi);
	return 0;
}

static u32 step_config(struct facet_vi *vi, u32 kind)
{
	guard(mutex)(&vi->ctl_lock);
	vi_config_init(vi);
	return 0;
}

static void finish_locked(struct facet_vi *vi, u32 kind)
{
	lockdep_assert_held(&vi->state_lock);
	if (kind & FORGETS) {
		vi->intr = 0;
		vi->error = FACET_CTX_ERR_NONE;
	}
	if (kind & ANSWERS)
		vi->reset_pending = false;
	/* one more was asked for meanwhile: it leaves RESETTING, not this one */
	if (kind & FAILED)
		move_locked(vi, EDGE_DEAD);
	else if (!vi->reset_pending)
		move_locked(vi, EDGE_DONE);
	vi->resets += !!(kind & COUNTS);
	vi->count.resets += !!(kind & COUNTS);
	vi->intr |= kind & FAILED ? FACET_VI_INTR_ERROR : 0;
	vi->intr |= kind & TELLS ? FACET_VI_INTR_RESET : 0;
	if (kind & (FAILED | TELLS))
		vi_irq_raise_locked(vi, FACET_VI_VEC_CTL);
}

static u32 step_finish(struct facet_vi *vi, u32 kind)
{
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	finish_locked(vi, kind);
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return 0;
}

static u32 step_open(struct facet_vi *vi, u32 kind)
{
	if (vi_state(vi) == FACET_VI_ST_IDLE)
		vi_window_set(vi, true);
	return 0;
}

/**
 * struct step - one step of a reset
 * @run: does it; returns FAILED or 0
 * @when: it is for kinds with one of these; 0: for all
 * @unless: but not for those with one of these
 */
struct step {
	u32 (*run)(struct facet_vi *vi, u32 kind);
	u32 when;
	u32 unless;
};

/*
 * In this order: no doorbell reaches a queue that is reset; nothing is unpinned
 * before the device has let go, or as the last resort to make it; the owner hears
 * of it when all is over.
 */
static const struct step sequence[] = {
	{ .run = step_begin },
	{ .run = step_shut, .unless = KEEPS_PAGE },
	{ .run = step_abort },
	{ .run = step_drop_grants, .unless = KEEPS_GRANTS },
	{ .run = step_drop_grants, .when = FAILED },
	{ .run = step_registers, .unless = KEEPS_GRANTS },
	{ .run = step_config, .when = CONFIGURES },
	{ .run = step_finish },
	{ .run = step_open, .unless = LEAVES_SHUT },
};

/**
 * vi_reset_locked - end everything that an instance does
 * @vi: instance
 * @why: decides what is kept
 *
 * When this returns the device accesses none of the owner's memory, unless the
 * grants are kept and a later ENABLE lets it.  A context that does not end its
 * reset loses the grants in any case, and the instance is dead.
 *
 * Return: 0, -ETIMEDOUT or -ENODEV; the instance is DEAD after an error.
 */
int vi_reset_locked(struct facet_vi *vi, enum vi_reset why)
{
	const struct step *step;
	u32 kind = kinds[why];

	lockdep_assert_held(&vi->reset_lock);
	for (step = sequence; step < sequence + ARRAY_SIZE(sequence); step++)
		if ((!step->when || kind & step->when) && !(kind & step->unless))
			kind |= step->run(vi, kind);
	trace_facet_vi_reset(vi->vdev.dev, why, vi->reset_result);
	return vi->reset_result;
}

/**
 * vi_reset - reset an instance, and wait for the end
 * @vi: instance
 * @why: decides what is kept
 *
 * Return: as vi_reset_locked().
 */
int vi_reset(struct facet_vi *vi, enum vi_reset why)
{
	guard(mutex)(&vi->reset_lock);
	return vi_reset_locked(vi, why);
}

/**
 * vi_hold - nothing of an instance reaches the device until the next reset
 * @vi: instance
 *
 * The device is about to be reset: VI_RESET_DEVICE follows.
 */
void vi_hold(struct facet_vi *vi)
{
	guard(mutex)(&vi->reset_lock);
	if (!vi->health.open || vi_state(vi) == FACET_VI_ST_DEAD)
		return;
	move(vi, EDGE_RESET);
	vi_window_set(vi, false);
	vi->queue->reset(vi);
}

/**
 * vi_revive - the accelerator works again
 * @vi: instance; reset_lock is held.  Without an owner it is as good as new, unless
 *	its context never ended a reset
 */
void vi_revive(struct facet_vi *vi)
{
	unsigned long flags;

	lockdep_assert_held(&vi->reset_lock);
	if (vi->health.open || vi->stuck || facet_is_dead(vi->fdev))
		return;
	spin_lock_irqsave(&vi->state_lock, flags);
	if (vi->state == FACET_VI_ST_DEAD)
		WRITE_ONCE(vi->state, FACET_VI_ST_IDLE);
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

/**
 * vi_reset_request - FACET_VI_RESET was written
 * @vi: instance
 *
 * Does not wait: releasing the grants can take long, and a vCPU is here.
 */
void vi_reset_request(struct facet_vi *vi)
{
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	if (!vi->reset_pending) {
		vi->reset_pending = true;
		move_locked(vi, EDGE_RESET);
		queue_work(vi_reset_wq, &vi->reset_work);
	}
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

/**
 * vi_reset_work - resets that nobody waits for, and the accelerator's end
 * @work: reset_work of an instance
 */
void vi_reset_work(struct work_struct *work)
{
	struct facet_vi *vi = container_of(work, struct facet_vi, reset_work);

	guard(mutex)(&vi->reset_lock);
	if (READ_ONCE(vi->reset_pending))
		vi_reset_locked(vi, VI_RESET_OWNER);
	if (vi_health_wants_reset(vi))
		vi_reset_locked(vi, VI_RESET_WATCHDOG);
	if (vi_state(vi) == FACET_VI_ST_DEAD)
		vi_window_set(vi, false);
}

/* One look at a queue that is to stop: -EAGAIN while it is on the way. */
static int stop_look(struct facet_vi *vi)
{
	u32 state = vi->queue->state(vi);

	lockdep_assert_held(&vi->reset_lock);
	if (vi_state(vi) != FACET_VI_ST_RUNNING)
		return 0;
	if (state == U32_MAX)
		return -ENODEV;
	switch (FACET_CTX_STATE_OF(state)) {
	case FACET_CTX_READY:
		vi->queue->stop(vi);
		return -EAGAIN;
	case FACET_CTX_STOPPING:
		return -EAGAIN;
	case FACET_CTX_STOPPED:
		return 0;
	default:
		/* it has gone to ERROR, and the event is on its way */
		return -EBUSY;
	}
}

static int stop_try(struct facet_vi *vi, bool last)
{
	int ret;

	guard(mutex)(&vi->reset_lock);
	ret = stop_look(vi);
	/* a command does not end, but no further one begins */
	if (ret == -EAGAIN && last)
		ret = -ETIMEDOUT;
	if (ret && ret != -ETIMEDOUT)
		return ret;
	if (!move(vi, EDGE_STOP))
		return -EBUSY;
	vi_intr_raise(vi, FACET_VI_INTR_ERROR);
	return ret;
}

/**
 * vi_stop - the operator stops the rings until the next reset
 * @vi: instance
 *
 * No lock is held over the wait for the commands that the device has: a reset must
 * not wait for one that hangs.  The instance is stopped after such a reset, too.
 *
 * Return: 0; -EBUSY in a state that cannot be stopped; -ETIMEDOUT when a command
 * has not ended, the instance being stopped nevertheless; -ENODEV.
 */
int vi_stop(struct facet_vi *vi)
{
	unsigned long end = jiffies + STOP_TIMEOUT;
	int ret;

	do {
		ret = stop_try(vi, time_after(jiffies, end));
		if (ret == -EAGAIN)
			usleep_range(100, 200);
	} while (ret == -EAGAIN);
	return ret;
}

static u32 enable_result(int err)
{
	switch (err) {
	case 0:
		return FACET_VI_RES_OK;
	case -EINVAL:
		return FACET_VI_RES_INVAL;
	case -EBUSY:
		return FACET_VI_RES_STATE;
	default:
		return FACET_VI_RES_IO;
	}
}

static u32 rings_enable(struct facet_vi *vi, const struct facet_ctx_setup *setup)
{
	int ret;

	/* before the device runs: it may report an error at once */
	if (!move(vi, EDGE_ENABLE))
		return FACET_VI_RES_STATE;
	vi_window_fresh(vi);
	ret = vi->queue->enable(vi, setup);
	if (ret)
		move(vi, EDGE_REFUSED);
	return enable_result(ret);
}

/*
 * For a vCPU: it does not wait for a reset, but for whoever else has the lock, which is
 * short.  So an owner that reads IDLE is not refused because a reset is about to return.
 */
static bool lock_unless_resetting(struct facet_vi *vi)
{
	while (!mutex_trylock(&vi->reset_lock)) {
		if (vi_state(vi) == FACET_VI_ST_RESETTING)
			return false;
		usleep_range(10, 20);
	}
	return true;
}

/**
 * vi_rings_enable - start an instance's rings
 * @vi: instance
 * @setup: what the owner programmed, checked
 *
 * Return: enum facet_vi_result.
 */
u32 vi_rings_enable(struct facet_vi *vi, const struct facet_ctx_setup *setup)
{
	u32 result = FACET_VI_RES_STATE;

	if (vi_health_quarantined(vi))
		return FACET_VI_RES_QUARANTINED;
	if (lock_unless_resetting(vi)) {
		result = rings_enable(vi, setup);
		mutex_unlock(&vi->reset_lock);
	}
	trace_facet_vi_start(vi->vdev.dev, setup, result);
	return result;
}

/**
 * vi_rings_disable - stop an instance's rings, discarding what is under way
 * @vi: instance
 *
 * Return: enum facet_vi_result.
 */
u32 vi_rings_disable(struct facet_vi *vi)
{
	u32 result = FACET_VI_RES_STATE;

	if (!lock_unless_resetting(vi))
		return result;
	switch (vi_state(vi)) {
	case FACET_VI_ST_IDLE:
		result = FACET_VI_RES_OK;
		break;
	case FACET_VI_ST_RUNNING:
	case FACET_VI_ST_ERROR:
		result = vi_reset_locked(vi, VI_RESET_RINGS) ? FACET_VI_RES_IO : FACET_VI_RES_OK;
		break;
	}
	mutex_unlock(&vi->reset_lock);
	return result;
}

/* Does the instance run, and since which reset? */
static bool runs_since(struct facet_vi *vi, u32 *epoch)
{
	unsigned long flags;
	bool runs;

	spin_lock_irqsave(&vi->state_lock, flags);
	runs = vi->state == FACET_VI_ST_RUNNING;
	*epoch = vi->epoch;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return runs;
}

/**
 * vi_ring_error - the rings have stopped
 * @vi: instance
 * @error: enum facet_ctx_error
 */
void vi_ring_error(struct facet_vi *vi, u32 error)
{
	unsigned long flags;
	u32 epoch;

	/*
	 * Before a reset, perhaps, and told twice, perhaps: what counts is what the
	 * queue says now, if no reset begins before that is noted.
	 */
	if (!runs_since(vi, &epoch) ||
	    FACET_CTX_STATE_OF(vi->queue->state(vi)) != FACET_CTX_ERROR)
		return;
	spin_lock_irqsave(&vi->state_lock, flags);
	if (vi->epoch == epoch && move_locked(vi, EDGE_ERROR)) {
		vi->error = error;
		vi->count.ring++;
		vi->intr |= FACET_VI_INTR_ERROR;
		vi_irq_raise_locked(vi, FACET_VI_VEC_CTL);
	}
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

/**
 * vi_command_fault - a command hit memory that it cannot reach
 * @vi: instance
 * @fault: where
 */
void vi_command_fault(struct facet_vi *vi, const struct vi_fault *fault)
{
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	vi->fault = *fault;
	vi->faults++;
	vi->count.faults++;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	trace_facet_vi_fault(vi->vdev.dev, fault);
}

static void event_fault(struct facet_vi *vi, const struct facet_event *ev)
{
	const struct vi_fault fault = {
		.addr = le64_to_cpu(ev->addr),
		.sq_index = le32_to_cpu(ev->sq_index),
		.status = le16_to_cpu(ev->code),
		.seen = true,
	};

	vi_command_fault(vi, &fault);
}

/**
 * vi_count_event - count something that the device reports
 * @vi: instance
 * @counter: in its vi_counts
 */
void vi_count_event(struct facet_vi *vi, u64 *counter)
{
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	(*counter)++;
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

/* An entry of the event log names our context. */
static void ctx_event(void *priv, const struct facet_event *ev)
{
	struct facet_vi *vi = priv;

	switch (le16_to_cpu(ev->type)) {
	case FACET_EV_CTX_ERROR:
		vi_ring_error(vi, le16_to_cpu(ev->code));
		break;
	case FACET_EV_CMD_FAULT:
		event_fault(vi, ev);
		break;
	case FACET_EV_CMD_CMAX:
		vi_count_event(vi, &vi->count.cmax);
		break;
	case FACET_EV_ENGINE:
		vi_count_event(vi, &vi->count.engine);
		break;
	}
}

/**
 * vi_dead - the accelerator is gone, or of no use to the instance
 * @vi: instance
 */
void vi_dead(struct facet_vi *vi)
{
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	move_locked(vi, EDGE_DEAD);
	vi->intr |= FACET_VI_INTR_ERROR;
	vi_irq_raise_locked(vi, FACET_VI_VEC_CTL);
	if (vi->err)
		eventfd_signal(vi->err);
	queue_work(vi_reset_wq, &vi->reset_work);
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

static void ctx_dead(void *priv)
{
	vi_dead(priv);
}

const struct facet_ctx_ops vi_ctx_ops = {
	.irq = vi_irq_ctx,
	.event = ctx_event,
	.dead = ctx_dead,
};
