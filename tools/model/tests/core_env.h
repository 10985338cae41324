/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Surroundings of a device in the tests of the core: memory with address
 * spaces, a clock that stands still unless moved, and jobs that can be kept.
 */
#ifndef FACET_TESTS_CORE_ENV_H
#define FACET_TESTS_CORE_ENV_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core.h"
#include "tap.h"

#define ENV_RAM_BYTES	(16u << 20)
#define ENV_SPACES	4
#define ENV_VECTORS	1025
#define ENV_JOBS	256
#define ENV_LOG2	3
#define ENV_SLOTS	(1u << ENV_LOG2)
/* Where the rings of context x are, in whatever space they are. */
#define ENV_SQ(x)	(0x100000ull + (x) * 0x20000ull)
#define ENV_CQ(x)	(ENV_SQ(x) + 0x10000)
#define ENV_SRC		0x800000ull
#define ENV_DST		0xc00000ull
#define ENV_PARAM	0x700000ull
#define ENV_LIST	0x710000ull
#define ENV_LIST2	0x730000ull
#define ENV_EVLOG	0x20000ull
#define ENV_PASID	5u
#define ENV_PASID2	6u
#define ENV_FEATURES	(FACET_FEAT_TIMING | FACET_FEAT_INJECT | FACET_FEAT_HOST_CTX | \
			 FACET_FEAT_MODERATION)

/* A hole that no memory is in, for reads, writes or both. */
struct env_hole {
	uint64_t first, last;
	bool read, write;
};

struct env {
	struct facet_model *m;
	uint8_t *ram[ENV_SPACES];	/* RID, ENV_PASID, ENV_PASID2, ENV_PASID2 + 1 */
	bool dirty[ENV_SPACES][ENV_RAM_BYTES / 4096];
	int forbidden;			/* a space that nobody may reach; 0: none */
	struct env_hole hole;
	uint64_t now_ns, timer_ns;
	uint64_t cpu_ns, cpu_step_ns;
	bool in_mmio;
	bool keep_jobs;
	struct facet_job *job[ENV_JOBS];
	unsigned int nr_jobs;
	uint32_t irqs[ENV_VECTORS];
	unsigned int reads, writes, broken;
	uint64_t last_write, last_write_len, prev_write, prev_write_len;
	uint32_t producer[FACET_MODEL_MAX_CTX], consumer[FACET_MODEL_MAX_CTX];
};

static int env_space(uint32_t pasid)
{
	if (pasid == FACET_MODEL_RID)
		return 0;
	if (pasid >= ENV_PASID && pasid < ENV_PASID + ENV_SPACES - 1)
		return 1 + pasid - ENV_PASID;
	return -1;
}

/* A page is no longer as it was made. */
static void env_touch(struct env *e, int space, uint64_t iova)
{
	e->dirty[space][iova % ENV_RAM_BYTES / 4096] = true;
}

/* The promises of struct facet_model_ops; a test fails if one is broken. */
static uint8_t *env_at(struct env *e, uint32_t pasid, uint64_t iova, size_t len, bool write)
{
	int space = env_space(pasid);

	if (e->in_mmio || !len || (iova & 4095) + len > 4096)
		e->broken++;
	if (pasid != FACET_MODEL_RID && iova >> 20 == 0xfee)
		e->broken++;
	if (space > 0 && space == e->forbidden)
		e->broken++;
	/* the last page of all has memory, so that nothing but a check ends there */
	if (space >= 0 && iova >= UINT64_MAX - 4095)
		return e->ram[space] + ENV_RAM_BYTES - 4096 + (iova & 4095);
	if (space < 0 || iova >= ENV_RAM_BYTES || iova + len > ENV_RAM_BYTES)
		return NULL;
	if ((write ? e->hole.write : e->hole.read) && iova <= e->hole.last &&
	    iova + len > e->hole.first)
		return NULL;
	return e->ram[space] + iova;
}

static int env_read(void *opaque, uint32_t pasid, uint64_t iova, void *buf, size_t len)
{
	struct env *e = opaque;
	const uint8_t *p = env_at(e, pasid, iova, len, false);

	e->reads++;
	if (!p)
		return -1;
	memcpy(buf, p, len);
	return 0;
}

static int env_write(void *opaque, uint32_t pasid, uint64_t iova, const void *buf, size_t len)
{
	struct env *e = opaque;
	uint8_t *p = env_at(e, pasid, iova, len, true);

	e->writes++;
	e->prev_write = e->last_write;
	e->prev_write_len = e->last_write_len;
	e->last_write = iova;
	e->last_write_len = len;
	if (!p)
		return -1;
	memcpy(p, buf, len);
	env_touch(e, env_space(pasid), iova);
	return 0;
}

static void env_irq(void *opaque, unsigned int vector)
{
	struct env *e = opaque;

	e->broken += e->in_mmio || vector >= ENV_VECTORS;
	e->irqs[vector % ENV_VECTORS]++;
}

static uint64_t env_now(void *opaque)
{
	return ((struct env *)opaque)->now_ns;
}

static void env_set_timer(void *opaque, uint64_t at_ns)
{
	((struct env *)opaque)->timer_ns = at_ns;
}

static uint64_t env_cpu(void *opaque)
{
	struct env *e = opaque;

	e->cpu_ns += e->cpu_step_ns;
	return e->cpu_ns;
}

static void env_submit(void *opaque, struct facet_job *job)
{
	struct env *e = opaque;

	if (e->nr_jobs == ENV_JOBS)
		abort();
	e->job[e->nr_jobs++] = job;
}

/* Hands all jobs back that are kept: computed, or failed. */
static inline void env_return_jobs(struct env *e, bool fail)
{
	unsigned int i, n = e->nr_jobs;

	e->nr_jobs = 0;
	for (i = 0; i < n; i++) {
		if (fail)
			facet_model_job_fail(e->job[i]);
		else
			facet_model_job_run(e->job[i]);
		facet_model_job_done(e->m, e->job[i]);
	}
}

/* Lets the device do what is due now. */
static void env_settle(struct env *e)
{
	unsigned int visits = 0;

	while (e->timer_ns <= e->now_ns || (e->nr_jobs && !e->keep_jobs)) {
		if (++visits > 1000000) {
			tap_diag("the device asks for the timer for ever");
			exit(1);
		}
		if (e->timer_ns <= e->now_ns) {
			e->timer_ns = FACET_MODEL_NEVER;
			facet_model_timer_expired(e->m);
		}
		if (!e->keep_jobs)
			env_return_jobs(e, false);
	}
}

/* Moves the virtual clock, stopping wherever the device wants it. */
static void env_advance(struct env *e, uint64_t ns)
{
	uint64_t end_ns = e->now_ns + ns;

	env_settle(e);
	while (e->timer_ns <= end_ns) {
		e->now_ns = e->timer_ns;
		env_settle(e);
	}
	e->now_ns = end_ns;
	env_settle(e);
}

static inline uint32_t g_read(struct env *e, uint64_t off)
{
	return facet_model_mmio_read(e->m, FACET_BAR_GLOBAL, off, 4);
}

static inline uint64_t g_read64(struct env *e, uint64_t off)
{
	return facet_model_mmio_read(e->m, FACET_BAR_GLOBAL, off, 8);
}

static inline void g_write(struct env *e, uint64_t off, uint32_t value)
{
	e->in_mmio = true;
	facet_model_mmio_write(e->m, FACET_BAR_GLOBAL, off, value, 4);
	e->in_mmio = false;
}

static inline void g_write64(struct env *e, uint64_t off, uint64_t value)
{
	e->in_mmio = true;
	facet_model_mmio_write(e->m, FACET_BAR_GLOBAL, off, value, 8);
	e->in_mmio = false;
}

static inline uint32_t c_read(struct env *e, uint32_t x, uint32_t off)
{
	return g_read(e, FACET_REG_CTX(x) + off);
}

static inline uint64_t c_read64(struct env *e, uint32_t x, uint32_t off)
{
	return g_read64(e, FACET_REG_CTX(x) + off);
}

static inline void c_write(struct env *e, uint32_t x, uint32_t off, uint32_t value)
{
	g_write(e, FACET_REG_CTX(x) + off, value);
}

static inline void c_write64(struct env *e, uint32_t x, uint32_t off, uint64_t value)
{
	g_write64(e, FACET_REG_CTX(x) + off, value);
}

static inline uint32_t c_state(struct env *e, uint32_t x)
{
	return FACET_CTX_STATE_OF(c_read(e, x, FACET_CTX_STATE));
}

static inline uint32_t c_error(struct env *e, uint32_t x)
{
	return FACET_CTX_ERROR_OF(c_read(e, x, FACET_CTX_STATE));
}

static inline void w_write(struct env *e, uint32_t x, uint32_t off, uint32_t value)
{
	e->in_mmio = true;
	facet_model_mmio_write(e->m, FACET_BAR_WINDOW,
			       ((uint64_t)x << e->m->cfg.stride_log2) + off, value, 4);
	e->in_mmio = false;
}

static inline uint32_t w_read(struct env *e, uint32_t x, uint32_t off)
{
	return facet_model_mmio_read(e->m, FACET_BAR_WINDOW,
				     ((uint64_t)x << e->m->cfg.stride_log2) + off, 4);
}

static uint8_t *env_make_ram(void)
{
	uint8_t *ram = calloc(1, ENV_RAM_BYTES);

	if (!ram)
		abort();
	return ram;
}

/* On memory that is there already. */
static struct env *env_new_on(uint8_t *const ram[ENV_SPACES],
			      const struct facet_model_config *cfg, bool submit)
{
	struct env *e = calloc(1, sizeof(*e));
	struct facet_model_ops ops = {
		.dma_read = env_read, .dma_write = env_write, .raise_irq = env_irq,
		.now_ns = env_now, .set_timer = env_set_timer, .cpu_ns = env_cpu,
		.submit = submit ? env_submit : NULL,
	};

	if (!e || !facet_op_init())
		abort();
	memcpy(e->ram, ram, sizeof(e->ram));
	e->now_ns = 1000000;
	e->timer_ns = FACET_MODEL_NEVER;
	e->cpu_step_ns = 1;
	e->m = facet_model_create(cfg, &ops, e);
	if (!e->m)
		abort();
	g_write(e, FACET_REG_CTRL, FACET_CTRL_ENABLE);
	env_settle(e);
	return e;
}

static inline struct env *env_new_with(const struct facet_model_config *cfg, bool submit)
{
	uint8_t *ram[ENV_SPACES];
	int i;

	for (i = 0; i < ENV_SPACES; i++)
		ram[i] = env_make_ram();
	return env_new_on(ram, cfg, submit);
}

/* Four contexts, one engine of each class, model timing. */
static inline struct env *env_new(void)
{
	static const struct facet_model_config cfg = {
		.contexts = 4, .engines = { 1, 1, 1 }, .features = ENV_FEATURES,
		.timing = FACET_TIMING_MODEL,
	};

	return env_new_with(&cfg, false);
}

/* Ends a test: the device must have kept its promises. */
static inline void env_free(struct env *e, const char *name)
{
	int i;

	tap_ok(!e->broken, "%s: no forbidden access", name);
	env_return_jobs(e, true);
	tap_ok(!facet_model_jobs(e->m), "%s: all jobs are back", name);
	facet_model_destroy(e->m);
	for (i = 0; i < ENV_SPACES; i++)
		free(e->ram[i]);
	free(e);
}

/* Configuration of a context, not enabled. */
static void ctx_config(struct env *e, uint32_t x, bool host, uint32_t pasid)
{
	c_write(e, x, FACET_CTX_CFG, host ? FACET_CTX_CFG_HOST : 0);
	c_write(e, x, FACET_CTX_PASID, host ? 0 : FACET_PASID_VALID | pasid);
	c_write64(e, x, FACET_CTX_SQ_BASE_LO, ENV_SQ(x));
	c_write64(e, x, FACET_CTX_CQ_BASE_LO, ENV_CQ(x));
	c_write(e, x, FACET_CTX_RING_LOG2, ENV_LOG2);
	c_write(e, x, FACET_CTX_VECTOR, FACET_VECTOR_ON | x);
	c_write64(e, x, FACET_CTX_OPS_LO, UINT64_MAX);
	e->producer[x] = 0;
	e->consumer[x] = 0;
}

/* An owner context in READY. */
static inline void ctx_owner(struct env *e, uint32_t x, uint32_t pasid)
{
	ctx_config(e, x, false, pasid);
	c_write(e, x, FACET_CTX_CMD, FACET_CTX_CMD_ENABLE);
}

static inline void ctx_host(struct env *e, uint32_t x)
{
	ctx_config(e, x, true, 0);
	c_write(e, x, FACET_CTX_CMD, FACET_CTX_CMD_ENABLE);
}

/* Space of a context's rings; one that cannot be is as good as any. */
static int ctx_space(struct env *e, uint32_t x)
{
	int space = env_space(facet_ctx_ring_pasid(&e->m->ctx[x]));

	return space < 0 ? 1 : space;
}

static uint8_t *ctx_ram(struct env *e, uint32_t x)
{
	return e->ram[ctx_space(e, x)];
}

static inline struct facet_desc desc_nop(void)
{
	return (struct facet_desc){ .opcode = FACET_OP_NOP, .cookie = 0x1122334455667788ull };
}

static inline struct facet_desc desc_copy(uint32_t bytes)
{
	return (struct facet_desc){
		.opcode = FACET_OP_COPY, .cookie = bytes, .src = le64(ENV_SRC),
		.dst = le64(ENV_DST), .src_len_bytes = le32(bytes),
		.dst_len_bytes = le32(bytes),
	};
}

/* Into the ring, without a doorbell. */
static inline void put_desc(struct env *e, uint32_t x, struct facet_desc d)
{
	uint32_t slot = e->producer[x]++ & (ENV_SLOTS - 1);

	memcpy(ctx_ram(e, x) + ENV_SQ(x) + slot * sizeof(d), &d, sizeof(d));
	env_touch(e, ctx_space(e, x), ENV_SQ(x));
}

static inline void ring(struct env *e, uint32_t x)
{
	w_write(e, x, FACET_WIN_DOORBELL, e->producer[x]);
}

static inline void submit(struct env *e, uint32_t x, struct facet_desc d)
{
	put_desc(e, x, d);
	ring(e, x);
}

/* The completion at an index, whether valid or not. */
static inline struct facet_comp comp_at(struct env *e, uint32_t x, uint32_t index)
{
	struct facet_comp c;

	memcpy(&c, ctx_ram(e, x) + ENV_CQ(x) + (index & (ENV_SLOTS - 1)) * sizeof(c), sizeof(c));
	return c;
}

/* Takes the next completion; false if there is none. */
static inline bool reap(struct env *e, uint32_t x, struct facet_comp *c)
{
	*c = comp_at(e, x, e->consumer[x]);
	if (le32(c->seq) != e->consumer[x] + 1)
		return false;
	e->consumer[x]++;
	return true;
}

/* Runs one command to its end; its status, or -1 if it has none. */
static inline int run_one(struct env *e, uint32_t x, struct facet_desc d, struct facet_comp *c)
{
	struct facet_comp comp;

	submit(e, x, d);
	env_advance(e, 20000000);
	if (!c)
		c = &comp;
	return reap(e, x, c) ? le16(c->status) : -1;
}

static inline void inject(struct env *e, uint32_t kind, uint32_t x, uint32_t engine,
			  uint32_t count, uint32_t arg)
{
	g_write(e, FACET_REG_INJ_CTX, x);
	g_write(e, FACET_REG_INJ_ENGINE, engine);
	g_write(e, FACET_REG_INJ_COUNT, count);
	g_write(e, FACET_REG_INJ_ARG, arg);
	g_write(e, FACET_REG_INJ_KIND, kind);
}

static inline void evlog_on(struct env *e, uint32_t log2, uint32_t vector)
{
	g_write64(e, FACET_REG_EVLOG_BASE_LO, ENV_EVLOG);
	g_write(e, FACET_REG_EVLOG_VECTOR, FACET_VECTOR_ON | vector);
	g_write(e, FACET_REG_EVLOG_LOG2, log2);
}

static inline struct facet_event event_at(struct env *e, uint32_t index, uint32_t log2)
{
	struct facet_event ev;
	uint32_t slot = index & ((1u << log2) - 1);

	memcpy(&ev, e->ram[0] + ENV_EVLOG + slot * sizeof(ev), sizeof(ev));
	return ev;
}

#endif /* FACET_TESTS_CORE_ENV_H */
