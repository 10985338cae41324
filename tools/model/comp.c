// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: completions and interrupts.
 */
#include <stddef.h>
#include "core.h"

#define MODERATION_COUNT(v)	((v) & 0xffff)
#define MODERATION_NS(v)	((uint64_t)((v) >> 16) * 1000)
/* Stored last, as one: status, engine, info and seq. */
#define LAST_OFF		offsetof(struct facet_comp, status)
#define LAST_BYTES		(FACET_COMP_BYTES - LAST_OFF)

void facet_irq_forget(struct facet_ctx *c)
{
	c->irq_now = false;
	c->held = 0;
	list_del(&c->moderated);
}

/* An interrupt that gets lost counts: the device believes it was raised. */
void facet_irq_raise(struct facet_model *m, struct facet_ctx *c)
{
	if (!(c->vector & FACET_VECTOR_ON))
		return;
	c->stats.irqs++;
	if (!facet_inject(m, FACET_INJ_DROP_IRQ, c, NULL))
		m->ops.raise_irq(m->opaque, c->vector & FACET_VECTOR_MASK);
}

static bool moderation_over(const struct facet_ctx *c, uint64_t now_ns)
{
	uint32_t count = MODERATION_COUNT(c->moderation);
	uint64_t ns = MODERATION_NS(c->moderation);

	if (count && c->held >= count)
		return true;
	if (ns && now_ns - c->held_ns >= ns)
		return true;
	return !count && !ns;
}

void facet_irq_moderate(struct facet_model *m)
{
	struct list *n, *next;
	uint64_t now_ns;

	if (list_empty(&m->moderated))
		return;
	now_ns = facet_now(m);
	for (n = m->moderated.next; n != &m->moderated; n = next) {
		struct facet_ctx *c = list_entry(n, struct facet_ctx, moderated);

		next = n->next;
		if (!moderation_over(c, now_ns))
			continue;
		facet_irq_forget(c);
		facet_irq_raise(m, c);
	}
}

uint64_t facet_irq_due_ns(const struct facet_model *m)
{
	uint64_t due_ns = FACET_MODEL_NEVER;
	const struct list *n;

	for (n = m->moderated.next; n != &m->moderated; n = n->next) {
		const struct facet_ctx *c = list_entry(n, const struct facet_ctx, moderated);
		uint64_t ns = MODERATION_NS(c->moderation);

		if (ns && c->held_ns + ns < due_ns)
			due_ns = c->held_ns + ns;
	}
	return due_ns;
}

/* Called for each completion, the tail being advanced by one. */
static void interrupt(struct facet_model *m, struct facet_ctx *c)
{
	if (c->held) {
		c->held += c->held != UINT32_MAX;
	} else if (c->cq_event == c->cq_tail - 1) {
		c->held = 1;
		c->held_ns = facet_now(m);
		list_add_tail(&c->moderated, &m->moderated);
	}
	if (c->held && moderation_over(c, c->held_ns)) {
		facet_irq_forget(c);
		facet_irq_raise(m, c);
	}
}

void facet_comp_event(struct facet_model *m, struct facet_ctx *c, uint32_t index)
{
	if (c->state != FACET_CTX_READY && c->state != FACET_CTX_STOPPING &&
	    c->state != FACET_CTX_STOPPED)
		return;
	c->cq_event = index;
	if ((int32_t)(c->cq_tail - index) > 0) {
		c->irq_now = true;
		facet_ctx_want_report(m, c);
	}
}

static void fill(struct facet_comp *comp, const struct facet_ctx *c, const struct facet_cmd *cmd,
		 const struct facet_outcome *out)
{
	*comp = (struct facet_comp){
		.cookie = cmd->desc.cookie,
		.sq_index = le32(cmd->sq_index),
		.out_bytes = le32(out->out_bytes),
		.arrival_ns = le64(cmd->arrival_ns),
		.start_ns = le64(out->start_ns),
		.stop_ns = le64(out->stop_ns),
		.fault_addr = le64(out->fault_addr),
		.in_bytes = le32(out->in_bytes),
		.check = le32(out->check),
		.status = le16(out->status),
		.engine = out->engine,
		.info = out->info,
		.seq = le32(c->cq_tail + 1),
	};
}

static void corrupt(struct facet_comp *comp)
{
	comp->cookie = ~comp->cookie;
	comp->arrival_ns = ~comp->arrival_ns;
	comp->start_ns = ~comp->start_ns;
	comp->stop_ns = ~comp->stop_ns;
}

static uint64_t slot_addr(const struct facet_ctx *c)
{
	uint32_t slot = c->cq_tail & ((1u << c->ring_log2) - 1);

	return c->cq_base + slot * FACET_COMP_BYTES;
}

static int store(struct facet_model *m, const struct facet_ctx *c, const struct facet_comp *comp)
{
	uint64_t addr = slot_addr(c);
	uint32_t pasid = facet_ctx_ring_pasid(c);
	const uint8_t *raw = (const uint8_t *)comp;

	if (facet_dma_write(m, pasid, addr, raw, LAST_OFF))
		return -1;
	return facet_dma_write(m, pasid, addr + LAST_OFF, raw + LAST_OFF, LAST_BYTES);
}

static void count(struct facet_ctx *c, const struct facet_outcome *out)
{
	c->stats.cmds++;
	c->stats.errors += out->status != FACET_ST_OK;
	c->stats.invalid += out->status >= FACET_ST_BAD_OPCODE && out->status <= FACET_ST_LIMIT;
	c->stats.bytes_in += out->in_bytes;
	c->stats.bytes_out += out->out_bytes;
}

/* May a completion still be written? */
static bool ring_alive(const struct facet_ctx *c)
{
	return c->state != FACET_CTX_RESETTING &&
	       !(c->state == FACET_CTX_ERROR && c->error == FACET_CTX_ERR_CQ_FAULT);
}

void facet_comp_write(struct facet_model *m, struct facet_ctx *c, const struct facet_cmd *cmd,
		      const struct facet_outcome *out)
{
	struct facet_comp comp;

	c->inflight--;
	facet_pasid_left(m, cmd);
	if (!ring_alive(c)) {
		c->stats.aborted++;
		facet_ctx_update(m, c);
		return;
	}
	fill(&comp, c, cmd, out);
	if (facet_inject(m, FACET_INJ_CORRUPT_COMP, c, NULL))
		corrupt(&comp);
	if (store(m, c, &comp)) {
		c->stats.aborted++;
		facet_ctx_error(m, c, FACET_CTX_ERR_CQ_FAULT, slot_addr(c));
		return;
	}
	count(c, out);
	c->cq_tail++;
	interrupt(m, c);
	facet_ctx_update(m, c);
}
