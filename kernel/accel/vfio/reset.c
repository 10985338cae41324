// SPDX-License-Identifier: GPL-2.0-only
/*
 * States of an instance: resets, starting and stopping its rings, and what the
 * device reports about it.
 *
 * reset_lock makes one of these operations happen at a time.  The state itself
 * is under state_lock, because the event log changes it too: RUNNING to ERROR,
 * and anything to DEAD, which is final.
 */
#include <linux/eventfd.h>
#include "vi.h"
#include "trace.h"

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

static void set_state_locked(struct facet_vi *vi, u32 state)
{
	lockdep_assert_held(&vi->state_lock);
	if (vi->state != FACET_VI_ST_DEAD)
		WRITE_ONCE(vi->state, state);
}

/* Go from one of the states in the mask @from to @to. */
static bool move_state(struct facet_vi *vi, u32 from, u32 to)
{
	unsigned long flags;
	bool moved;

	spin_lock_irqsave(&vi->state_lock, flags);
	moved = from & BIT(vi->state);
	if (moved)
		set_state_locked(vi, to);
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return moved;
}

static bool keeps_grants(enum vi_reset why)
{
	return why == VI_RESET_OPERATOR || why == VI_RESET_RINGS;
}

static bool resets_config(enum vi_reset why)
{
	return why == VI_RESET_FLR || why == VI_RESET_PM || why == VI_RESET_VFIO;
}

static bool is_counted(enum vi_reset why)
{
	return why != VI_RESET_RINGS && why != VI_RESET_CLOSE;
}

static void reset_registers(struct facet_vi *vi, enum vi_reset why)
{
	guard(mutex)(&vi->ctl_lock);
	if (!keeps_grants(why))
		vi_ctl_init(vi);
	if (resets_config(why))
		vi_config_init(vi);
}

static void reset_finish(struct facet_vi *vi, enum vi_reset why, int err)
{
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	set_state_locked(vi, err ? FACET_VI_ST_DEAD : FACET_VI_ST_IDLE);
	if (resets_config(why) || why == VI_RESET_CLOSE) {
		vi->intr = 0;
		vi->error = FACET_CTX_ERR_NONE;
	}
	if (why == VI_RESET_OWNER || why == VI_RESET_CLOSE)
		vi->reset_pending = false;
	if (is_counted(why)) {
		vi->resets++;
		vi->count.resets++;
	}
	if (err)
		vi->intr |= FACET_VI_INTR_ERROR;
	if (why == VI_RESET_OPERATOR)
		vi->intr |= FACET_VI_INTR_RESET;
	if (err || why == VI_RESET_OPERATOR)
		vi_irq_raise_locked(vi, FACET_VI_VEC_CTL);
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

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
	int ret;

	lockdep_assert_held(&vi->reset_lock);
	move_state(vi, ~0U, FACET_VI_ST_RESETTING);
	/* rings are disabled under a mapped doorbell: the device ignores it */
	if (why != VI_RESET_RINGS)
		vi_window_set(vi, false);
	ret = vi->queue->reset(vi);
	if (ret == -ETIMEDOUT) {
		vi->stuck = true;
		dev_err(vi->vdev.dev, "the device does not end a reset: instance out of use\n");
	}
	if (ret || !keeps_grants(why))
		vi_windows_drop_all(vi);
	reset_registers(vi, why);
	reset_finish(vi, why, ret);
	if (vi_state(vi) == FACET_VI_ST_IDLE && why != VI_RESET_CLOSE)
		vi_window_set(vi, true);
	trace_facet_vi_reset(vi->vdev.dev, why, ret);
	return ret;
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
		set_state_locked(vi, FACET_VI_ST_RESETTING);
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
	if (vi_state(vi) == FACET_VI_ST_DEAD)
		vi_window_set(vi, false);
}

/**
 * vi_stop - the operator stops the rings until the next reset
 * @vi: instance
 *
 * Return: 0; -EBUSY in a state that cannot be stopped; -ETIMEDOUT when a command
 * has not ended, the instance being stopped nevertheless; -ENODEV.
 */
int vi_stop(struct facet_vi *vi)
{
	int ret = 0;

	guard(mutex)(&vi->reset_lock);
	if (vi_state(vi) == FACET_VI_ST_RUNNING)
		ret = vi->queue->stop(vi);
	/* -EINVAL: it has gone to ERROR, and the event is on its way */
	if (ret == -EINVAL)
		return -EBUSY;
	/* -ETIMEDOUT: a command does not end, but no further one begins */
	if (ret && ret != -ETIMEDOUT)
		return ret;
	if (!move_state(vi, BIT(FACET_VI_ST_IDLE) | BIT(FACET_VI_ST_RUNNING),
			FACET_VI_ST_STOPPED))
		return -EBUSY;
	vi_intr_raise(vi, FACET_VI_INTR_ERROR);
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
	if (!move_state(vi, BIT(FACET_VI_ST_IDLE), FACET_VI_ST_RUNNING))
		return FACET_VI_RES_STATE;
	vi_window_fresh(vi);
	ret = vi->queue->enable(vi, setup);
	if (ret)
		move_state(vi, BIT(FACET_VI_ST_RUNNING), FACET_VI_ST_IDLE);
	return enable_result(ret);
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

	/* a reset is under way: no need for a vCPU to wait for it */
	if (mutex_trylock(&vi->reset_lock)) {
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

	if (!mutex_trylock(&vi->reset_lock))
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

/**
 * vi_ring_error - the rings have stopped
 * @vi: instance
 * @error: enum facet_ctx_error
 */
void vi_ring_error(struct facet_vi *vi, u32 error)
{
	unsigned long flags;

	/* Before a reset, perhaps: only what the queue says now counts. */
	if (FACET_CTX_STATE_OF(vi->queue->state(vi)) != FACET_CTX_ERROR)
		return;
	spin_lock_irqsave(&vi->state_lock, flags);
	/* and a lost event may be told twice */
	if (vi->state == FACET_VI_ST_RUNNING) {
		set_state_locked(vi, FACET_VI_ST_ERROR);
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
	set_state_locked(vi, FACET_VI_ST_DEAD);
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
