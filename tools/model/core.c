// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: life of a device, its clock, and the loop behind the timer.
 */
#include <stdlib.h>
#include <string.h>
#include "core.h"

#define DEFAULT_CONTEXTS	64
#define DEFAULT_ENGINES		2
#define STRIDE_MIN_LOG2		12
#define STRIDE_MAX_LOG2		24

uint64_t facet_now(const struct facet_model *m)
{
	uint64_t virt = m->ops.now_ns(m->opaque);

	if (virt < m->base_virt_ns)
		return m->base_ns;
	return m->base_ns + (virt - m->base_virt_ns) / m->dilation;
}

static uint64_t to_virt(const struct facet_model *m, uint64_t at_ns)
{
	uint64_t delta;

	if (at_ns == FACET_MODEL_NEVER)
		return at_ns;
	delta = at_ns > m->base_ns ? at_ns - m->base_ns : 0;
	if (delta > (FACET_MODEL_NEVER - m->base_virt_ns) / m->dilation)
		return FACET_MODEL_NEVER;
	return m->base_virt_ns + delta * m->dilation;
}

void facet_set_dilation(struct facet_model *m, uint32_t dilation)
{
	m->base_ns = facet_now(m);
	m->base_virt_ns = m->ops.now_ns(m->opaque);
	m->dilation = dilation;
	facet_kick(m);
}

void facet_kick(struct facet_model *m)
{
	if (m->kicked || m->gone)
		return;
	m->kicked = true;
	m->ops.set_timer(m->opaque, 0);
}

static void reset_engines(struct facet_model *m, bool pci)
{
	struct facet_engine *e;

	facet_for_each_engine(m, e) {
		facet_engine_reset(m, e);
		if (pci || (m->offline[e->class] & (1u << e->nr)))
			e->dead = false;
	}
	memset(m->offline, 0, sizeof(m->offline));
}

static void reset_contexts(struct facet_model *m)
{
	uint32_t x;

	for (x = 0; x < m->cfg.contexts; x++) {
		struct facet_ctx *c = &m->ctx[x];
		struct arb *arb = &m->arb[c->cmd.class];

		if (c->has_cmd)
			arb->ops->remove(arb, x);
		list_del(&c->fetch);
		list_del(&c->report);
		list_del(&c->moderated);
		facet_ctx_power_on(c);
	}
}

void facet_reset(struct facet_model *m, bool pci)
{
	reset_engines(m, pci);
	reset_contexts(m);
	memset(&m->evlog, 0, sizeof(m->evlog));
	memset(&m->pasids, 0, sizeof(m->pasids));
	memset(&m->inj, 0, sizeof(m->inj));
	memset(&m->recover, 0, sizeof(m->recover));
	m->latch.off = UINT32_MAX;
	m->ctrl = 0;
	m->timing = m->cfg.timing;
	m->dilation = m->cfg.dilation;
	m->base_ns = 0;
	m->base_virt_ns = m->ops.now_ns(m->opaque);
	facet_arb_set(m, FACET_ARB_EEVDF);
	if (pci)
		m->gone = false;
	m->kicked = false;
	m->ops.set_timer(m->opaque, FACET_MODEL_NEVER);
}

void facet_model_reset(struct facet_model *m)
{
	facet_reset(m, true);
}

static bool config_defaults(struct facet_model_config *cfg)
{
	unsigned int class;

	if (!cfg->contexts)
		cfg->contexts = DEFAULT_CONTEXTS;
	if (!cfg->engines[0] && !cfg->engines[1] && !cfg->engines[2])
		for (class = 0; class < FACET_NR_CLASSES; class++)
			cfg->engines[class] = DEFAULT_ENGINES;
	if (!cfg->stride_log2)
		cfg->stride_log2 = STRIDE_MIN_LOG2;
	if (!cfg->dilation)
		cfg->dilation = 1;
	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (cfg->engines[class] > FACET_MAX_ENGINES)
			return false;
	/* NOP, and whatever is not known, is served by SYM */
	return cfg->engines[FACET_CLASS_SYM] && cfg->contexts <= FACET_MODEL_MAX_CTX &&
	       cfg->stride_log2 >= STRIDE_MIN_LOG2 && cfg->stride_log2 <= STRIDE_MAX_LOG2 &&
	       cfg->timing <= FACET_TIMING_MODEL && cfg->dilation <= FACET_MODEL_DILATION_MAX;
}

static void find_ops(struct facet_model *m)
{
	unsigned int op;

	for (op = 0; op < FACET_NR_OPCODES; op++) {
		const struct facet_op_info *info = facet_op_info(op);

		if (info && m->cfg.engines[info->class])
			m->ops_mask |= 1ULL << op;
	}
}

struct facet_model *facet_model_create(const struct facet_model_config *config,
				       const struct facet_model_ops *ops, void *opaque)
{
	struct facet_model_config cfg = *config;
	struct facet_model *m;
	unsigned int class, nr;
	uint32_t x;

	if (!config_defaults(&cfg))
		return NULL;
	m = calloc(1, sizeof(*m) + cfg.contexts * sizeof(m->ctx[0]));
	if (!m)
		return NULL;
	m->cfg = cfg;
	m->ops = *ops;
	m->opaque = opaque;
	list_init(&m->fetch);
	list_init(&m->report);
	list_init(&m->moderated);
	for (x = 0; x < cfg.contexts; x++)
		facet_ctx_init(&m->ctx[x], x);
	for (class = 0; class < FACET_NR_CLASSES; class++)
		for (nr = 0; nr < FACET_MAX_ENGINES; nr++)
			facet_engine_init(&m->engine[class][nr], class, nr);
	find_ops(m);
	if (!facet_arb_create(m)) {
		free(m);
		return NULL;
	}
	facet_reset(m, true);
	return m;
}

void facet_model_destroy(struct facet_model *m)
{
	struct facet_engine *e;

	facet_for_each_engine(m, e)
		facet_engine_reset(m, e);
	facet_arb_destroy(m);
	free(m);
}

unsigned int facet_model_jobs(const struct facet_model *m)
{
	return m->jobs;
}

static void rearm(struct facet_model *m)
{
	uint64_t engines_ns = facet_engines_due_ns(m);
	uint64_t irqs_ns = facet_irq_due_ns(m);

	if (!m->kicked)
		m->ops.set_timer(m->opaque,
				 to_virt(m, engines_ns < irqs_ns ? engines_ns : irqs_ns));
}

/*
 * Engines come first, so that those that are through take the next command in
 * this visit; then what was dispatched makes room for the next descriptors.
 */
void facet_model_timer_expired(struct facet_model *m)
{
	bool busy;

	m->kicked = false;
	if (m->gone)
		return;
	m->budget = FACET_MODEL_VISIT_BYTES;
	facet_pasid_work(m);
	facet_recover_work(m);
	facet_ctx_report(m);
	do {
		busy = facet_engines_step(m);
		busy |= facet_engines_dispatch(m);
		busy |= facet_ctx_fetch(m);
	} while (busy && m->budget > 0);
	facet_ctx_report(m);
	facet_irq_moderate(m);
	if (busy)
		facet_kick(m);
	rearm(m);
}

uint64_t facet_read64(struct facet_latch *latch, uint32_t off, uint32_t half, uint64_t value,
		      unsigned int size)
{
	if (size == 8)
		return value;
	if (!half) {
		latch->off = off;
		latch->high = value >> 32;
		return (uint32_t)value;
	}
	if (latch->off != off)
		return value >> 32;
	latch->off = UINT32_MAX;
	return latch->high;
}

void facet_write64(uint64_t *reg, uint32_t half, uint64_t value, unsigned int size)
{
	if (size == 8)
		*reg = value;
	else if (half)
		*reg = (uint32_t)*reg | value << 32;
	else
		*reg = (*reg & ~(uint64_t)UINT32_MAX) | (uint32_t)value;
}
