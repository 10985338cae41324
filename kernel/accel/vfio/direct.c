// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances of type "direct": each owns a queue context of the accelerator, whose
 * window is its doorbell page.
 */
#include <linux/io.h>
#include "vi.h"

static int direct_create(struct facet_vi *vi)
{
	vi->ctx = facet_ctx_get(vi->fdev, &vi_ctx_ops, vi);
	if (!IS_ERR(vi->ctx))
		return 0;
	if (PTR_ERR(vi->ctx) == -ENOSPC)
		dev_err(vi->vdev.dev, "no instance: all %u queue contexts are taken\n",
			facet_caps(vi->fdev)->nr_ctx);
	return PTR_ERR(vi->ctx);
}

static bool direct_destroy(struct facet_vi *vi)
{
	bool stuck = vi->stuck || facet_ctx_reset(vi->ctx) == -ETIMEDOUT;

	if (stuck)
		dev_err(vi->vdev.dev, "context %u is out of use until the device is reset\n",
			facet_ctx_index(vi->ctx));
	facet_ctx_put(vi->ctx);
	return stuck;
}

static int direct_open(struct facet_vi *vi)
{
	int ret = facet_ctx_irq_alloc(vi->ctx);

	if (ret)
		return dev_err_probe(vi->vdev.dev, ret, "no interrupt vector for the instance\n");
	vi->window = ioremap(facet_ctx_window(vi->ctx), VI_BAR_BYTES);
	if (vi->window)
		return 0;
	facet_ctx_irq_free(vi->ctx);
	return -ENOMEM;
}

static void direct_close(struct facet_vi *vi)
{
	facet_ctx_irq_free(vi->ctx);
	iounmap(vi->window);
	vi->window = NULL;
}

static int direct_enable(struct facet_vi *vi, const struct facet_ctx_setup *setup)
{
	return facet_ctx_enable(vi->ctx, setup);
}

static int direct_reset(struct facet_vi *vi)
{
	return facet_ctx_reset(vi->ctx);
}

static int direct_stop(struct facet_vi *vi)
{
	return facet_ctx_stop(vi->ctx);
}

static u32 direct_state(struct facet_vi *vi)
{
	return facet_ctx_state(vi->ctx);
}

static void direct_work(struct facet_vi *vi, struct vi_work *work)
{
	struct facet_ctx_work w;

	facet_ctx_work(vi->ctx, &w);
	*work = (struct vi_work){
		.waiting = w.waits & FACET_WAITS_ENGINE, .capped = w.waits & FACET_WAITS_CAP,
		.done = w.done, .invalid = w.invalid,
		.irqs = true, .raised = w.raised, .seen = w.seen, .overdue = w.overdue,
	};
}

static void direct_stats(struct facet_vi *vi, struct facet_ctx_stats *stats)
{
	facet_ctx_stats(vi->ctx, stats);
}

static void direct_set_weight(struct facet_vi *vi, u32 weight)
{
	facet_ctx_set_weight(vi->ctx, weight);
}

/* A context alone in a pool weighs what it weighs; more than that is the group's. */
static void direct_set_own_weight(struct facet_vi *vi, u32 weight, bool raised)
{
	u32 group = facet_ctx_group(vi->ctx);

	if (raised)
		facet_group_set_weight(vi->fdev, group, weight);
	facet_group_set_pool(vi->fdev, group, !raised);
}

static int direct_set_cap(struct facet_vi *vi, u32 permille, u32 burst_us)
{
	return facet_ctx_set_cap(vi->ctx, permille == VI_QOS_FULL ? 0 : permille, burst_us);
}

static void direct_set_request(struct facet_vi *vi, u32 ns, bool alone)
{
	facet_ctx_set_request(vi->ctx, ns);
	if (alone)
		facet_group_set_request(vi->fdev, facet_ctx_group(vi->ctx), ns);
}

static u64 direct_cap_left_ns(struct facet_vi *vi)
{
	return facet_ctx_cap_left_ns(vi->ctx);
}

static void direct_set_opcodes(struct facet_vi *vi, u64 ops)
{
	facet_ctx_set_ops(vi->ctx, ops);
}

static u64 direct_opcodes(struct facet_vi *vi)
{
	return facet_ctx_ops_mask(vi->ctx);
}

static int direct_context(struct facet_vi *vi)
{
	return facet_ctx_index(vi->ctx);
}

static phys_addr_t direct_page(struct facet_vi *vi)
{
	return facet_ctx_window(vi->ctx);
}

static u32 direct_doorbell(struct facet_vi *vi)
{
	return facet_ctx_doorbell(vi->ctx);
}

static u32 direct_event(struct facet_vi *vi)
{
	return facet_ctx_cq_event(vi->ctx);
}

static u32 direct_read(struct facet_vi *vi, u32 off)
{
	return readl(vi->window + off);
}

static void direct_write(struct facet_vi *vi, u32 off, u32 value)
{
	writel(value, vi->window + off);
}

const struct vi_queue_ops vi_direct_ops = {
	.name = "direct",
	.create = direct_create,
	.destroy = direct_destroy,
	.open = direct_open,
	.close = direct_close,
	.enable = direct_enable,
	.reset = direct_reset,
	.stop = direct_stop,
	.state = direct_state,
	.work = direct_work,
	.stats = direct_stats,
	.set_weight = direct_set_weight,
	.set_own_weight = direct_set_own_weight,
	.set_cap = direct_set_cap,
	.set_request = direct_set_request,
	.cap_left_ns = direct_cap_left_ns,
	.set_opcodes = direct_set_opcodes,
	.opcodes = direct_opcodes,
	.context = direct_context,
	.page = direct_page,
	.doorbell = direct_doorbell,
	.event = direct_event,
	.read = direct_read,
	.write = direct_write,
};
