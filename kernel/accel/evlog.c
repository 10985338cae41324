// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event log: a ring in host memory that the device writes.
 *
 * The interrupt's thread consumes it and tells the holder of the context that an
 * event names.  The log is a hint about what the state registers hold: when the
 * device had to drop events, the states of all contexts are read instead.  What
 * an owner can cause here (faults, ring errors) is bounded by the ring: the
 * device drops, it does not wait.
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include "facet_priv.h"
#include "facet_compat.h"
#include "trace.h"

#define SLOTS	BIT(FACET_EVLOG_LOG2)

static void tell(struct facet_device *fdev, const struct facet_event *ev)
{
	unsigned int x = le16_to_cpu(ev->ctx);
	struct facet_ctx *ctx;

	lockdep_assert_held(&fdev->evlog.lock);
	trace_facet_event(&fdev->pdev->dev, ev);
	if (x >= fdev->caps.nr_ctx)
		return;
	ctx = &fdev->ctx[x];
	if (ctx->ops)
		ctx->ops->event(ctx->priv, ev);
}

/* Take the next event out of the ring; false when there is none. */
static bool consume(struct facet_evlog *log, struct facet_event *ev)
{
	const struct facet_event *slot = &log->ring[log->head % SLOTS];

	lockdep_assert_held(&log->lock);
	if (le32_to_cpu(READ_ONCE(slot->seq)) != log->head + 1)
		return false;
	/* the device writes seq last */
	dma_rmb();
	*ev = *slot;
	log->head++;
	return true;
}

/* What the device would have logged, from the state registers. */
static void recover(struct facet_device *fdev)
{
	unsigned int i;

	dev_warn_ratelimited(&fdev->pdev->dev, "event log overflow: reading all states\n");
	for (i = 0; i < fdev->caps.nr_ctx; i++) {
		struct facet_event ev = { .type = cpu_to_le16(FACET_EV_CTX_ERROR) };
		u32 state;

		if (!fdev->ctx[i].ops)
			continue;
		state = facet_ctx_state(&fdev->ctx[i]);
		if (FACET_CTX_STATE_OF(state) != FACET_CTX_ERROR)
			continue;
		ev.ctx = cpu_to_le16(i);
		ev.code = cpu_to_le16(FACET_CTX_ERROR_OF(state));
		ev.engine = cpu_to_le16(U16_MAX);
		tell(fdev, &ev);
	}
}

/**
 * facet_evlog_drain - handle the events that the device has logged so far
 * @fdev: accelerator
 */
void facet_evlog_drain(struct facet_device *fdev)
{
	struct facet_evlog *log = &fdev->evlog;
	struct facet_event ev;
	unsigned int n;
	u32 dropped;

	guard(mutex)(&log->lock);
	do {
		for (n = 0; n < SLOTS && consume(log, &ev); n++)
			tell(fdev, &ev);
		facet_hw_write(fdev, FACET_REG_EVLOG_HEAD, log->head);
		cond_resched();
	} while (n == SLOTS && !facet_is_dead(fdev));
	if (facet_is_resetting(fdev))
		return;
	dropped = facet_hw_read(fdev, FACET_REG_EVLOG_DROPPED);
	if (dropped != log->dropped && !facet_is_dead(fdev)) {
		log->dropped = dropped;
		recover(fdev);
	}
}

/**
 * facet_events_poll - handle events whose interrupt has been lost
 * @fdev: accelerator
 */
void facet_events_poll(struct facet_device *fdev)
{
	if (!facet_is_resetting(fdev) &&
	    facet_hw_read(fdev, FACET_REG_EVLOG_TAIL) != READ_ONCE(fdev->evlog.head))
		facet_evlog_drain(fdev);
}
EXPORT_SYMBOL_FACET(facet_events_poll);

static irqreturn_t evlog_irq(int irq, void *data)
{
	facet_evlog_drain(data);
	return IRQ_HANDLED;
}

static void program(struct facet_device *fdev)
{
	facet_hw_write64(fdev, FACET_REG_EVLOG_BASE_LO, fdev->evlog.dma);
	facet_hw_write(fdev, FACET_REG_EVLOG_VECTOR, FACET_EVLOG_VECTOR | FACET_VECTOR_ON);
	facet_hw_write(fdev, FACET_REG_EVLOG_LOG2, FACET_EVLOG_LOG2);
}

/**
 * facet_evlog_restore - give the device its event log again, empty
 * @fdev: accelerator, just reset
 */
void facet_evlog_restore(struct facet_device *fdev)
{
	struct facet_evlog *log = &fdev->evlog;

	guard(mutex)(&log->lock);
	memset(log->ring, 0, SLOTS * sizeof(*log->ring));
	log->head = 0;
	log->dropped = 0;
	program(fdev);
}

/**
 * facet_evlog_init - give the device its event log
 * @fdev: accelerator, with vectors
 *
 * Return: 0 or a negative errno.
 */
int facet_evlog_init(struct facet_device *fdev)
{
	struct facet_evlog *log = &fdev->evlog;
	struct device *dev = &fdev->pdev->dev;
	int ret;

	mutex_init(&log->lock);
	log->ring = dma_alloc_coherent(dev, SLOTS * sizeof(*log->ring), &log->dma, GFP_KERNEL);
	if (!log->ring)
		return -ENOMEM;
	ret = request_threaded_irq(pci_irq_vector(fdev->pdev, FACET_EVLOG_VECTOR), NULL, evlog_irq,
				   IRQF_ONESHOT, "facet-events", fdev);
	if (ret) {
		dma_free_coherent(dev, SLOTS * sizeof(*log->ring), log->ring, log->dma);
		return ret;
	}
	program(fdev);
	return 0;
}

/**
 * facet_evlog_fini - take the event log away from the device
 * @fdev: accelerator; no context is held
 */
void facet_evlog_fini(struct facet_device *fdev)
{
	struct facet_evlog *log = &fdev->evlog;

	facet_hw_write(fdev, FACET_REG_EVLOG_LOG2, 0);
	/* the write has arrived: nothing is logged any more */
	facet_hw_read(fdev, FACET_REG_EVLOG_LOG2);
	free_irq(pci_irq_vector(fdev->pdev, FACET_EVLOG_VECTOR), fdev);
	dma_free_coherent(&fdev->pdev->dev, SLOTS * sizeof(*log->ring), log->ring, log->dma);
}
