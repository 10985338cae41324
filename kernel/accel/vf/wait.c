// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facet guest driver: waiting for completions.
 *
 * A waiter polls the completion ring for a while and then sleeps.  For how long
 * it polls adapts to how long it had to wait before: a wait that polling just
 * missed doubles the time, up to the parameter poll_ns; a wait much longer ends
 * polling, for which it would have been too short anyway.
 *
 * The interrupt is armed only while somebody sleeps, and for the completion that
 * can be the first to satisfy anybody: of n commands awaited, one interrupts.
 * The device raises it at once if that completion is there already.  Once a
 * second, while anybody waits, a look at the ring makes up for an interrupt
 * that was lost: due at two looks in a row.  Less would be too little where a
 * host has more virtual processors than real ones.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "facet_vf.h"

#define WAIT_POLL_STEP_NS	10000U	/* where polling starts again */
#define WAIT_LOOK_JIFFIES	HZ	/* between two looks of the watchdog */

static unsigned int poll_ns = 50000;
module_param(poll_ns, uint, 0644);
MODULE_PARM_DESC(poll_ns,
		 "ns that a waiter polls at most before it sleeps (default: 50000, 0: not at all)");

/**
 * facet_vf_poll_limit_ns - how long a waiter polls at most
 *
 * Return: parameter poll_ns, within its bound.
 */
u32 facet_vf_poll_limit_ns(void)
{
	return min(READ_ONCE(poll_ns), FACET_VF_POLL_MAX_NS);
}

/**
 * facet_vf_want - note whether a session wants an interrupt
 * @s: session; vf->lock held
 */
void facet_vf_want(struct facet_vf_session *s)
{
	struct facet_vf *vf = s->vf;
	bool want = s->sleepers || (s->polled && (s->inflight || s->blocked));

	lockdep_assert_held(&vf->lock);
	if (vf->gone || !want) {
		list_del_init(&s->wait_node);
		return;
	}
	if (!list_empty(&s->wait_node))
		return;
	list_add_tail(&s->wait_node, &vf->waiting);
	queue_delayed_work(facet_vf_wq, &vf->watchdog, WAIT_LOOK_JIFFIES);
}

/* How many more completions it takes until a session can be satisfied. */
static u32 wait_lack(const struct facet_vf_session *s)
{
	u32 there = facet_vf_comps(s);

	if (s->polled || s->need <= there)
		return 1;
	return clamp(s->need - there, 1U, max(s->inflight, 1U));
}

/* Write the event index for whoever wants one; false when nobody does. */
static bool arm_once(struct facet_vf *vf)
{
	struct facet_vf_ring *ring = &vf->ring;
	struct facet_vf_session *s;
	u32 lack = U32_MAX, event;

	lockdep_assert_held(&vf->lock);
	if (!ring->running || list_empty(&vf->waiting))
		return false;
	list_for_each_entry(s, &vf->waiting, wait_node)
		lack = min(lack, wait_lack(s));
	event = ring->cons + lack - 1;
	if (ring->armed && (s32)(ring->event - event) <= 0)
		return false;
	ring->armed = true;
	ring->event = event;
	ring->late = false;
	writel(event, vf->win + FACET_WIN_CQ_EVENT);
	return true;
}

/**
 * facet_vf_arm - ask for an interrupt, if anybody wants one
 * @vf: instance; lock held
 *
 * A device interrupts at once if the completion is there already.  Memory cannot:
 * then the ring is looked at once more, and each round takes completions.
 */
void facet_vf_arm(struct facet_vf *vf)
{
	lockdep_assert_held(&vf->lock);
	while (arm_once(vf) && vf->kicks) {
		/* the event index is there before the look at the ring */
		mb();
		if (!facet_vf_ring_passed(vf, vf->ring.event))
			break;
		vf->ring.armed = false;
		facet_vf_ring_harvest(vf);
	}
}

/* The window tells of errors without a trap; nothing but ones: it is gone. */
static void wait_check_state(struct facet_vf *vf)
{
	u32 state;

	if (!vf->ring.running)
		return;
	state = readl(vf->win + FACET_WIN_STATE);
	switch (FACET_CTX_STATE_OF(state)) {
	case FACET_CTX_DISABLED:
	case FACET_CTX_ERROR:
	case 0xff:
		queue_work(facet_vf_wq, &vf->recover_work);
	}
}

/**
 * facet_vf_irq_comp - vector 0: completions, or an error of the rings
 * @irq: its number
 * @data: instance
 *
 * Return: IRQ_HANDLED.
 */
irqreturn_t facet_vf_irq_comp(int irq, void *data)
{
	struct facet_vf *vf = data;

	scoped_guard(spinlock_irqsave, &vf->lock) {
		vf->stats.irqs++;
		vf->ring.armed = false;
		if (!facet_vf_ring_harvest(vf))
			wait_check_state(vf);
		facet_vf_arm(vf);
	}
	return IRQ_HANDLED;
}

/* An interrupt that is due at two looks in a row has been lost. */
static bool wait_look_lost(struct facet_vf *vf)
{
	struct facet_vf_ring *ring = &vf->ring;
	bool due = ring->running && ring->armed && facet_vf_ring_passed(vf, ring->event);
	bool lost = due && ring->late;

	ring->late = due && !lost;
	return lost;
}

static void wait_look(struct facet_vf *vf)
{
	lockdep_assert_held(&vf->lock);
	if (vf->gone || list_empty(&vf->waiting))
		return;
	if (wait_look_lost(vf)) {
		vf->stats.lost_irqs++;
		vf->ring.armed = false;
		facet_vf_ring_harvest(vf);
	}
	wait_check_state(vf);
	facet_vf_arm(vf);
	queue_delayed_work(facet_vf_wq, &vf->watchdog, WAIT_LOOK_JIFFIES);
}

/**
 * facet_vf_watchdog - look for completions whose interrupt was lost
 * @work: facet_vf.watchdog
 */
void facet_vf_watchdog(struct work_struct *work)
{
	struct facet_vf *vf = container_of(to_delayed_work(work), struct facet_vf, watchdog);

	scoped_guard(spinlock_irqsave, &vf->lock)
		wait_look(vf);
}

/**
 * facet_vf_wake_all - something has changed for every session
 * @vf: instance
 */
void facet_vf_wake_all(struct facet_vf *vf)
{
	struct facet_vf_session *s;

	scoped_guard(spinlock_irqsave, &vf->lock) {
		list_for_each_entry(s, &vf->sessions, node) {
			facet_vf_want(s);
			wake_up_all(&s->wq);
		}
		wake_up_all(&vf->room_wq);
	}
}

static bool wait_over(struct facet_vf_session *s, u32 need)
{
	return READ_ONCE(s->vf->gone) || READ_ONCE(s->vf->broken) ||
	       facet_vf_comps(s) >= need || !READ_ONCE(s->inflight);
}

static void wait_harvest(struct facet_vf *vf)
{
	scoped_guard(spinlock_irqsave, &vf->lock)
		facet_vf_ring_harvest(vf);
}

static bool wait_poll(struct facet_vf_session *s, u32 need, u64 for_ns)
{
	u64 end = ktime_get_ns() + for_ns;

	do {
		if (facet_vf_ring_pending(s->vf))
			wait_harvest(s->vf);
		if (wait_over(s, need))
			return true;
		cpu_relax();
	} while (ktime_get_ns() < end && !need_resched() && !signal_pending(current));
	return false;
}

static void wait_adapt(struct facet_vf_session *s, u64 waited_ns)
{
	u64 limit = facet_vf_poll_limit_ns();

	if (waited_ns >= limit)
		s->poll_ns = 0;
	else if (waited_ns > s->poll_ns)
		s->poll_ns = clamp(2 * s->poll_ns, min(WAIT_POLL_STEP_NS, limit), limit);
}

static int wait_sleep(struct facet_vf_session *s, u32 need, ktime_t timeout)
{
	struct facet_vf *vf = s->vf;
	int ret;

	scoped_guard(spinlock_irqsave, &vf->lock) {
		s->need = s->sleepers ? min(s->need, need) : need;
		s->sleepers++;
		facet_vf_want(s);
		facet_vf_ring_harvest(vf);
		facet_vf_arm(vf);
	}
	if (timeout == KTIME_MAX)
		ret = wait_event_interruptible(s->wq, wait_over(s, need));
	else
		ret = wait_event_interruptible_hrtimeout(s->wq, wait_over(s, need), timeout);
	scoped_guard(spinlock_irqsave, &vf->lock) {
		s->sleepers--;
		facet_vf_want(s);
	}
	if (ret == -ETIME)
		return -ETIMEDOUT;
	return ret ? -EINTR : 0;
}

/**
 * facet_vf_wait - wait for completions
 * @s: session
 * @need: so many, or all that are outstanding
 * @timeout: KTIME_MAX: none
 *
 * Return: 0: they are there, or none will come; -ETIMEDOUT; -EINTR.
 */
int facet_vf_wait(struct facet_vf_session *s, u32 need, ktime_t timeout)
{
	u64 t0 = ktime_get_ns(), for_ns;
	int ret;

	wait_harvest(s->vf);
	if (wait_over(s, need))
		return 0;
	if (!timeout)
		return -ETIMEDOUT;
	for_ns = min3(s->poll_ns, (u64)facet_vf_poll_limit_ns(), (u64)timeout);
	if (for_ns && wait_poll(s, need, for_ns))
		return 0;
	if (timeout != KTIME_MAX)
		timeout = max(timeout - (ktime_t)(ktime_get_ns() - t0), 1);
	ret = wait_sleep(s, need, timeout);
	wait_adapt(s, ktime_get_ns() - t0);
	return ret;
}
