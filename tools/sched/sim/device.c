// SPDX-License-Identifier: GPL-2.0
/*
 * Surroundings of the device model: memory, clock and registers.
 *
 * Each context has 2^32 bytes of addresses, in which rings and parameter blocks
 * are real and data are not: nobody looks at them.
 */
#include <stdio.h>
#include <stdlib.h>
#include "core.h"
#include "cost.h"
#include "device.h"

#define BASE(x)		((u64)((x) + 1) << 32)
#define SQ_OFF		0x00000000u
#define CQ_OFF		0x01000000u
#define PARAM_OFF	0x02000000u
#define DATA_OFF	0x80000000u
#define REGION(off)	((u32)(off) >> 24)
#define PASID		1u

/**
 * struct dev_ctx - driver's side of a context
 * @sq: submission ring; NULL: not enabled
 * @cq: completion ring
 * @param: a parameter block for each slot
 * @mask: slots - 1
 * @head: completions consumed
 * @tail: descriptors produced
 * @host: a host context
 * @listed: on the list of contexts with completions
 */
struct dev_ctx {
	struct facet_desc *sq;
	struct facet_comp *cq;
	u64 *param;
	u32 mask;
	u32 head;
	u32 tail;
	bool host;
	bool listed;
};

struct device {
	struct facet_model *m;
	u64 now_ns;
	u64 timer_ns;
	u32 contexts;
	u32 *list;
	u32 nr_list;
	struct dev_ctx ctx[];
};

static void die(const char *what, u32 x)
{
	fprintf(stderr, "device: %s, context %u\n", what, x);
	abort();
}

static void *at(struct device *d, u64 iova, bool write, bool *data)
{
	u32 x = (iova >> 32) - 1, off = (u32)iova;
	struct dev_ctx *c = &d->ctx[x];

	*data = off >= DATA_OFF;
	if (x >= d->contexts || !c->sq)
		die("access to nobody's memory", x);
	if (*data)
		return NULL;
	if (write != (REGION(off) == REGION(CQ_OFF)))
		die("wrong direction", x);
	if (REGION(off) == REGION(SQ_OFF))
		return (char *)c->sq + off;
	if (REGION(off) == REGION(CQ_OFF))
		return (char *)c->cq + (off - CQ_OFF);
	return (char *)c->param + (off - PARAM_OFF);
}

static int dma_read(void *opaque, u32 pasid, u64 iova, void *buf, size_t len)
{
	bool data;
	const void *p = at(opaque, iova, false, &data);

	(void)pasid;
	if (!data)
		memcpy(buf, p, len);
	return 0;
}

static int dma_write(void *opaque, u32 pasid, u64 iova, const void *buf, size_t len)
{
	struct device *d = opaque;
	struct dev_ctx *c = &d->ctx[(iova >> 32) - 1];
	bool data;
	void *p = at(d, iova, true, &data);

	(void)pasid;
	if (data)
		return 0;
	memcpy(p, buf, len);
	if (!c->listed)
		d->list[d->nr_list++] = c - d->ctx;
	c->listed = true;
	return 0;
}

static void raise_irq(void *opaque, unsigned int vector)
{
	(void)opaque;
	(void)vector;
}

static u64 now_ns(void *opaque)
{
	return ((struct device *)opaque)->now_ns;
}

static void set_timer(void *opaque, u64 at_ns)
{
	((struct device *)opaque)->timer_ns = at_ns;
}

static void g_write(struct device *d, u64 off, u32 value)
{
	facet_model_mmio_write(d->m, FACET_BAR_GLOBAL, off, value, 4);
}

static void g_write64(struct device *d, u64 off, u64 value)
{
	facet_model_mmio_write(d->m, FACET_BAR_GLOBAL, off, value, 8);
}

static u32 g_read(struct device *d, u64 off)
{
	return facet_model_mmio_read(d->m, FACET_BAR_GLOBAL, off, 4);
}

struct device *dev_new(u32 contexts, u32 engines, u32 arb)
{
	const struct facet_model_ops ops = {
		.dma_read = dma_read, .dma_write = dma_write, .raise_irq = raise_irq,
		.now_ns = now_ns, .set_timer = set_timer,
	};
	const struct facet_model_config cfg = {
		.contexts = contexts, .engines = { engines, engines, engines },
		.features = FACET_FEAT_TIMING | FACET_FEAT_HOST_CTX,
		.timing = FACET_TIMING_MODEL,
	};
	struct device *d = calloc(1, sizeof(*d) + contexts * sizeof(d->ctx[0]));

	d->contexts = contexts;
	d->timer_ns = DEV_NEVER;
	d->list = calloc(contexts, sizeof(*d->list));
	d->m = facet_model_create(&cfg, &ops, d);
	if (!d->m)
		die("cannot be made", contexts);
	g_write(d, FACET_REG_ARB, arb);
	if (g_read(d, FACET_REG_ARB) != arb)
		die("unknown arbiter", arb);
	g_write(d, FACET_REG_PASID_SET, PASID);
	g_write(d, FACET_REG_CTRL, FACET_CTRL_ENABLE);
	return d;
}

void dev_free(struct device *d)
{
	u32 x;

	facet_model_destroy(d->m);
	for (x = 0; x < d->contexts; x++) {
		free(d->ctx[x].sq);
		free(d->ctx[x].cq);
		free(d->ctx[x].param);
	}
	free(d->list);
	free(d);
}

void dev_set_weight(struct device *d, u32 x, u32 weight)
{
	g_write(d, FACET_REG_CTX(x) + FACET_CTX_WEIGHT, weight);
}

void dev_set_group(struct device *d, u32 x, u32 group)
{
	g_write(d, FACET_REG_CTX(x) + FACET_CTX_GROUP, group);
}

void dev_weigh_group(struct device *d, u32 g, u32 weight)
{
	g_write(d, FACET_REG_CTX(g) + FACET_GRP_FLAGS, weight ? 0 : FACET_GRP_POOL);
	if (weight)
		g_write(d, FACET_REG_CTX(g) + FACET_GRP_WEIGHT, weight);
}

void dev_set_cap(struct device *d, u32 x, u32 permille, u32 burst_us)
{
	g_write(d, FACET_REG_CTX(x) + FACET_CTX_CAP, permille);
	g_write(d, FACET_REG_CTX(x) + FACET_CTX_CAP_BURST_US, burst_us);
}

void dev_enable(struct device *d, u32 x, bool host, u32 log2, u32 weight, u32 group)
{
	struct dev_ctx *c = &d->ctx[x];
	u64 reg = FACET_REG_CTX(x);

	c->mask = (1u << log2) - 1;
	c->host = host;
	c->sq = calloc(c->mask + 1, sizeof(*c->sq));
	c->cq = calloc(c->mask + 1, sizeof(*c->cq));
	c->param = calloc(c->mask + 1, sizeof(*c->param));
	g_write(d, reg + FACET_CTX_CFG, host ? FACET_CTX_CFG_HOST : 0);
	g_write(d, reg + FACET_CTX_PASID, host ? 0 : FACET_PASID_VALID | PASID);
	g_write64(d, reg + FACET_CTX_SQ_BASE_LO, BASE(x) + SQ_OFF);
	g_write64(d, reg + FACET_CTX_CQ_BASE_LO, BASE(x) + CQ_OFF);
	g_write(d, reg + FACET_CTX_RING_LOG2, log2);
	g_write64(d, reg + FACET_CTX_OPS_LO, ~0ull);
	dev_set_weight(d, x, weight);
	dev_set_group(d, x, group);
	g_write(d, reg + FACET_CTX_CMD, FACET_CTX_CMD_ENABLE);
	if (FACET_CTX_STATE_OF(g_read(d, reg + FACET_CTX_STATE)) != FACET_CTX_READY)
		die("cannot be enabled", x);
}

u32 dev_room(const struct device *d, u32 x)
{
	const struct dev_ctx *c = &d->ctx[x];

	return c->mask + 1 - (c->tail - c->head);
}

void dev_ring(struct device *d, u32 x)
{
	u64 stride = 1ull << FACET_CAP_CTX_STRIDE_LOG2(g_read(d, FACET_REG_CAP_CTX));

	facet_model_mmio_write(d->m, FACET_BAR_WINDOW, x * stride + FACET_WIN_DOORBELL,
			       d->ctx[x].tail, 4);
}

void dev_submit(struct device *d, u32 x, const struct dev_cmd *cmd)
{
	struct dev_ctx *c = &d->ctx[x];
	u32 slot = c->tail & c->mask;
	bool costs = cmd->opcode != FACET_OP_NOP;

	if (!dev_room(d, x))
		die("ring is full", x);
	c->sq[slot] = (struct facet_desc){
		.opcode = cmd->opcode,
		.pasid = c->host ? PASID : 0,
		.cookie = cmd->cookie,
		.src = BASE(x) + DATA_OFF,
		.src_len_bytes = cmd->bytes,
		.param = costs ? BASE(x) + PARAM_OFF + slot * sizeof(u64) : 0,
		.param_len_bytes = costs ? COST_PARAM_BYTES : 0,
	};
	cost_set(&c->param[slot], cmd->cost_ns);
	c->tail++;
	dev_ring(d, x);
}

u64 dev_due_ns(const struct device *d)
{
	return d->timer_ns > d->now_ns || d->timer_ns == DEV_NEVER ? d->timer_ns : d->now_ns;
}

void dev_run(struct device *d, u64 now_ns)
{
	d->now_ns = now_ns;
	while (d->timer_ns <= d->now_ns) {
		d->timer_ns = DEV_NEVER;
		facet_model_timer_expired(d->m);
	}
}

bool dev_pop(struct device *d, u32 *x, struct dev_done *done)
{
	while (d->nr_list) {
		struct dev_ctx *c = &d->ctx[d->list[d->nr_list - 1]];
		const struct facet_comp *comp = &c->cq[c->head & c->mask];

		if (comp->seq == c->head + 1) {
			*x = c - d->ctx;
			*done = (struct dev_done){
				.cookie = comp->cookie, .arrival_ns = comp->arrival_ns,
				.start_ns = comp->start_ns, .stop_ns = comp->stop_ns,
				.status = comp->status,
			};
			c->head++;
			return true;
		}
		c->listed = false;
		d->nr_list--;
	}
	return false;
}

bool dev_running(struct device *d, u32 class, u32 e, u32 *x, u32 *sq_index, u64 *start_ns)
{
	u64 reg = FACET_REG_ENGINE(class, e);
	u32 state = g_read(d, reg + FACET_ENG_STATE);

	if ((state & 3) != FACET_ENG_ST_BUSY)
		return false;
	*x = state >> 16 & 0x7ff;
	*sq_index = g_read(d, reg + FACET_ENG_SQ_INDEX);
	*start_ns = facet_model_mmio_read(d->m, FACET_BAR_GLOBAL, reg + FACET_ENG_START_LO, 8);
	return true;
}

void dev_each_expected(struct device *d, void (*fn)(u64 cookie, u64 expected_ns))
{
	struct facet_engine *e = facet_engine_next(d->m, NULL);
	const struct facet_ctx *c = d->m->ctx;

	for (; e; e = facet_engine_next(d->m, e))
		if (e->phase != FACET_PHASE_IDLE)
			fn(e->cmd.desc.cookie, e->cmd.expected_ns);
	for (; c < d->m->ctx + d->contexts; c++)
		if (c->has_cmd)
			fn(c->cmd.desc.cookie, c->cmd.expected_ns);
}
