// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: states of queue contexts, doorbells, fetching.
 *
 * A write of a register only takes note; whatever accesses memory or interrupts
 * is left to the timer, through the list of contexts to fetch for and the list
 * of contexts with something to report.
 */
#include <string.h>
#include "core.h"

#define RING_ALIGN_MASK	63ull

void facet_ctx_init(struct facet_ctx *c, uint32_t nr)
{
	c->nr = nr;
	list_init(&c->fetch);
	list_init(&c->report);
	list_init(&c->moderated);
}

void facet_ctx_power_on(struct facet_ctx *c)
{
	uint32_t nr = c->nr;

	memset(c, 0, sizeof(*c));
	facet_ctx_init(c, nr);
	c->weight = FACET_MODEL_WEIGHT;
	c->grp_weight = FACET_MODEL_WEIGHT;
	vfs_cost_init(&c->cost);
	c->latch.off = UINT32_MAX;
}

uint32_t facet_ctx_ring_pasid(const struct facet_ctx *c)
{
	if (c->cfg & FACET_CTX_CFG_HOST)
		return FACET_MODEL_RID;
	return c->pasid & FACET_PASID_MASK;
}

static uint32_t slots(const struct facet_ctx *c)
{
	return 1u << c->ring_log2;
}

uint64_t facet_ctx_backlog_ns(const struct facet_model *m, const struct facet_ctx *c)
{
	return c->stats.backlog_ns + (c->busy ? facet_now(m) - c->busy_since_ns : 0);
}

static void update_backlog(struct facet_model *m, struct facet_ctx *c)
{
	bool busy = c->inflight ||
		    (c->state == FACET_CTX_READY && c->sq_head != c->sq_tail);

	if (busy == c->busy)
		return;
	if (busy)
		c->busy_since_ns = facet_now(m);
	else
		c->stats.backlog_ns = facet_ctx_backlog_ns(m, c);
	c->busy = busy;
}

void facet_ctx_update(struct facet_model *m, struct facet_ctx *c)
{
	if (c->state == FACET_CTX_STOPPING && !c->inflight)
		c->state = FACET_CTX_STOPPED;
	update_backlog(m, c);
}

static bool can_fetch(const struct facet_model *m, const struct facet_ctx *c)
{
	return c->state == FACET_CTX_READY && !c->has_cmd && c->sq_head != c->sq_tail &&
	       (m->ctrl & FACET_CTRL_ENABLE);
}

void facet_ctx_want_fetch(struct facet_model *m, struct facet_ctx *c)
{
	if (!can_fetch(m, c) || !list_empty(&c->fetch))
		return;
	list_add_tail(&c->fetch, &m->fetch);
	facet_kick(m);
}

void facet_ctx_want_report(struct facet_model *m, struct facet_ctx *c)
{
	if (list_empty(&c->report))
		list_add_tail(&c->report, &m->report);
	facet_kick(m);
}

void facet_ctx_error(struct facet_model *m, struct facet_ctx *c, uint8_t error, uint64_t addr)
{
	c->state = FACET_CTX_ERROR;
	c->error = error;
	c->error_addr = addr;
	c->report_error = true;
	list_del(&c->fetch);
	facet_ctx_update(m, c);
	facet_ctx_want_report(m, c);
}

static void check_doorbell(struct facet_model *m, struct facet_ctx *c)
{
	if (c->sq_tail - c->sq_head > slots(c))
		facet_ctx_error(m, c, FACET_CTX_ERR_DOORBELL, 0);
}

/* In STOPPED the index is only remembered: RESUME looks at it. */
void facet_ctx_doorbell(struct facet_model *m, struct facet_ctx *c, uint32_t index)
{
	if (c->state != FACET_CTX_READY && c->state != FACET_CTX_STOPPING &&
	    c->state != FACET_CTX_STOPPED)
		return;
	c->stats.doorbells++;
	c->sq_tail = index;
	if (c->state != FACET_CTX_STOPPED)
		check_doorbell(m, c);
	facet_ctx_update(m, c);
	facet_ctx_want_fetch(m, c);
}

static bool ring_sound(const struct facet_ctx *c, uint64_t base)
{
	uint64_t bytes = (uint64_t)slots(c) * FACET_DESC_BYTES;

	return !(base & RING_ALIGN_MASK) && base <= UINT64_MAX - bytes;
}

static bool vector_sound(const struct facet_model *m, uint32_t vector)
{
	if (!(vector & FACET_VECTOR_ON))
		return true;
	return !(vector & ~(FACET_VECTOR_ON | FACET_VECTOR_MASK)) &&
	       (vector & FACET_VECTOR_MASK) < facet_model_vectors(m);
}

static bool type_sound(const struct facet_model *m, const struct facet_ctx *c)
{
	if (c->cfg & ~FACET_CTX_CFG_HOST)
		return false;
	return !(c->cfg & FACET_CTX_CFG_HOST) || (m->cfg.features & FACET_FEAT_HOST_CTX);
}

static uint8_t check_config(const struct facet_model *m, const struct facet_ctx *c)
{
	if (c->ring_log2 < FACET_MODEL_RING_MIN_LOG2 || c->ring_log2 > FACET_MODEL_RING_MAX_LOG2)
		return FACET_CTX_ERR_CONFIG;
	if (!ring_sound(c, c->sq_base) || !ring_sound(c, c->cq_base))
		return FACET_CTX_ERR_CONFIG;
	if (!c->weight || c->weight > FACET_MODEL_WEIGHT_MAX || c->group >= m->cfg.contexts)
		return FACET_CTX_ERR_CONFIG;
	if (!vector_sound(m, c->vector) || !type_sound(m, c))
		return FACET_CTX_ERR_CONFIG;
	if (c->cfg & FACET_CTX_CFG_HOST)
		return FACET_CTX_ERR_NONE;
	/* PASID 0 is the requester ID's own address space to many IOMMU drivers */
	if (!(c->pasid & FACET_PASID_VALID) || !(c->pasid & FACET_PASID_MASK) ||
	    (c->pasid & ~(FACET_PASID_VALID | FACET_PASID_MASK)))
		return FACET_CTX_ERR_PASID;
	return FACET_CTX_ERR_NONE;
}

static void clear_indices(struct facet_ctx *c)
{
	c->sq_head = 0;
	c->sq_tail = 0;
	c->cq_tail = 0;
	c->cq_event = 0;
	memset(&c->cmd, 0, sizeof(c->cmd));
	c->report_error = false;
	facet_irq_forget(c);
}

static void enable(struct facet_model *m, struct facet_ctx *c)
{
	c->error = check_config(m, c);
	if (c->error)
		return;
	clear_indices(c);
	c->state = FACET_CTX_READY;
	facet_arb_share(m, c);
}

static void resume(struct facet_model *m, struct facet_ctx *c)
{
	c->state = FACET_CTX_READY;
	check_doorbell(m, c);
	facet_ctx_update(m, c);
	facet_ctx_want_fetch(m, c);
}

static void reset(struct facet_model *m, struct facet_ctx *c)
{
	c->state = FACET_CTX_RESETTING;
	c->report_error = false;
	list_del(&c->fetch);
	facet_ctx_update(m, c);
	facet_ctx_want_report(m, c);
}

void facet_ctx_command(struct facet_model *m, struct facet_ctx *c, uint32_t command)
{
	if (command == FACET_CTX_CMD_ENABLE && c->state == FACET_CTX_DISABLED)
		enable(m, c);
	if (command == FACET_CTX_CMD_STOP && c->state == FACET_CTX_READY) {
		c->state = FACET_CTX_STOPPING;
		list_del(&c->fetch);
		facet_ctx_update(m, c);
		return;
	}
	if (command == FACET_CTX_CMD_RESUME && c->state == FACET_CTX_STOPPED)
		resume(m, c);
	if (command == FACET_CTX_CMD_RESET)
		reset(m, c);
}

static void finish_reset(struct facet_model *m, struct facet_ctx *c)
{
	struct facet_engine *e;
	struct facet_ctx *held;

	facet_for_each_engine(m, e)
		if (e->ctx == c)
			facet_engine_abort(m, e, false);
	if (facet_recover_held(m, &held) && held == c)
		facet_recover_drop(m, false);
	if (c->has_cmd)
		facet_engine_withdraw(m, c, false);
	clear_indices(c);
	/* the next owner's commands are not the last one's */
	vfs_cost_init(&c->cost);
	c->sq_base = 0;
	c->cq_base = 0;
	c->ring_log2 = 0;
	c->error = FACET_CTX_ERR_NONE;
	c->state = FACET_CTX_DISABLED;
	facet_ctx_update(m, c);
	facet_evlog_ctx(m, c, FACET_EV_RESET_DONE, 0, 0);
}

static void report(struct facet_model *m, struct facet_ctx *c)
{
	if (c->state == FACET_CTX_RESETTING)
		finish_reset(m, c);
	if (c->report_error) {
		c->report_error = false;
		facet_evlog_ctx(m, c, FACET_EV_CTX_ERROR, c->error, c->error_addr);
		c->irq_now = true;
	}
	if (c->irq_now) {
		facet_irq_forget(c);
		facet_irq_raise(m, c);
	}
}

void facet_ctx_report(struct facet_model *m)
{
	while (!list_empty(&m->report)) {
		struct facet_ctx *c = list_entry(m->report.next, struct facet_ctx, report);

		list_del(&c->report);
		report(m, c);
	}
}

static bool latch(struct facet_model *m, struct facet_ctx *c)
{
	struct facet_cmd cmd = { .sq_index = c->sq_head };
	uint32_t slot = c->sq_head & (slots(c) - 1);
	uint64_t addr = c->sq_base + slot * FACET_DESC_BYTES;

	m->budget -= FACET_MODEL_STEP_BYTES;
	if (facet_dma_read(m, facet_ctx_ring_pasid(c), addr, &cmd.desc, sizeof(cmd.desc))) {
		facet_ctx_error(m, c, FACET_CTX_ERR_SQ_FAULT, addr);
		return false;
	}
	cmd.arrival_ns = facet_now(m);
	facet_cmd_latch(m, c, &cmd);
	facet_cmd_expect(m, c, &cmd);
	c->cmd = cmd;
	c->has_cmd = true;
	c->sq_head++;
	c->inflight++;
	facet_ctx_update(m, c);
	return true;
}

uint64_t facet_ctx_fetch_next(struct facet_model *m, struct facet_ctx *c)
{
	if (!can_fetch(m, c))
		return 0;
	list_del(&c->fetch);
	return latch(m, c) ? c->cmd.expected_ns : 0;
}

static bool fetch(struct facet_model *m, struct facet_ctx *c)
{
	uint64_t ns = facet_ctx_fetch_next(m, c);
	struct arb *arb = &m->arb[c->cmd.class];

	if (ns)
		arb->ops->ready(arb, c->nr, ns);
	return ns;
}

bool facet_ctx_fetch(struct facet_model *m)
{
	bool any = false;

	while (!list_empty(&m->fetch) && m->budget > 0) {
		struct facet_ctx *c = list_entry(m->fetch.next, struct facet_ctx, fetch);

		list_del(&c->fetch);
		any |= fetch(m, c);
	}
	return any || !list_empty(&m->fetch);
}
