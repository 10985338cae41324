// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: registers, rings, descriptors, lists and time, as a hostile guest
 * and a careless driver would use them, both at once.
 *
 * The input is a program of small steps.  Besides what the sanitizers find, it
 * is a failure when the device breaks a promise to its surroundings (env.broken),
 * accesses a space that no context was given, asks for the timer for ever, or
 * does not come to rest after a reset.
 */
#include "core_env.h"

#define CONTEXTS	4
/* In this space lies what nobody may reach. */
#define CANARY_SPACE	3

struct input {
	const uint8_t *data;
	size_t left;
};

static uint8_t take8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->data++;
}

static uint32_t take32(struct input *in)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++)
		v = v << 8 | take8(in);
	return v;
}

/* Mostly what means something, sometimes anything. */
static uint64_t take_addr(struct input *in)
{
	static const uint64_t known[] = {
		ENV_SRC, ENV_DST, ENV_PARAM, ENV_LIST, ENV_LIST2, ENV_SQ(0), ENV_CQ(0),
		ENV_SRC + 4090, 0xfee00000, 0xfeeffff0, ENV_RAM_BYTES - 8, UINT64_MAX - 63,
	};
	uint8_t pick = take8(in);

	if (pick < 240)
		return known[pick % (sizeof(known) / sizeof(known[0]))] + (pick >= 200 ? pick : 0);
	return (uint64_t)take32(in) << 32 | take32(in);
}

static uint32_t take_len(struct input *in)
{
	static const uint32_t known[] = { 0, 1, 16, 64, 100, 4096, 5000, 65536, 1 << 20 };
	uint8_t pick = take8(in);

	return pick < 240 ? known[pick % (sizeof(known) / sizeof(known[0]))] : take32(in);
}

static const uint8_t opcodes[] = {
	FACET_OP_NOP, FACET_OP_COPY, FACET_OP_COPY, FACET_OP_AES_XTS, FACET_OP_AES_CBC,
	FACET_OP_AES_CTR, FACET_OP_AES_GCM, FACET_OP_SHA256, FACET_OP_SHA512,
	FACET_OP_HMAC_SHA256, FACET_OP_HMAC_SHA512, FACET_OP_ECDSA_P256_VERIFY,
	FACET_OP_DEFLATE, FACET_OP_INFLATE, FACET_OP_RSA_PUB, 200,
};

static struct facet_desc take_desc(struct input *in)
{
	uint8_t odd = take8(in);
	struct facet_desc d = {
		.opcode = opcodes[take8(in) % sizeof(opcodes)],
		.flags = take8(in) & FACET_DF_ALL,
		.cookie = in->left,
		.src = le64(take_addr(in)), .dst = le64(take_addr(in)),
		.src_len_bytes = le32(take_len(in)), .dst_len_bytes = le32(take_len(in)),
		.param = le64(take_addr(in)),
	};
	const struct facet_op_info *info = facet_op_info(d.opcode);

	d.param_len_bytes = le16(info ? info->param_min_bytes : 0);
	if (odd & 1)
		d.src_nents = le16(take8(in) % 20);
	if (odd & 2)
		d.dst_nents = le16(take8(in) % 20);
	if (odd & 4)
		d.pasid = le32(take8(in));
	if (!(odd & 0xf8))
		d.param_len_bytes = le16(take32(in));
	return d;
}

static void do_submit(struct env *e, struct input *in)
{
	uint32_t x = take8(in) % CONTEXTS;
	unsigned int n = take8(in) % 4;

	while (n--)
		put_desc(e, x, take_desc(in));
	ring(e, x);
}

static void do_list(struct env *e, struct input *in)
{
	struct facet_sge sge = { 0 };
	uint64_t at = ENV_LIST + (take8(in) & 1) * (ENV_LIST2 - ENV_LIST) +
		      take8(in) % 20 * sizeof(sge);
	unsigned int space = 1 + take8(in) % 2;

	sge.addr = le64(take_addr(in));
	sge.len_bytes = le32(take_len(in));
	sge.rsvd = take8(in) == 1;
	memcpy(e->ram[space] + at, &sge, sizeof(sge));
	env_touch(e, space, at);
}

static void do_bytes(struct env *e, struct input *in)
{
	uint64_t at = (take8(in) & 1 ? ENV_PARAM : ENV_SRC) + take8(in) % 64;
	unsigned int n = take8(in) % 64, space = 1 + take8(in) % 2;

	env_touch(e, space, at);
	while (n--)
		e->ram[space][at++] = take8(in);
}

/*
 * The owner contexts have PASIDs of their own, and so has the host context; what
 * never appears is the canary's.  That the driver would give it out is excluded
 * here, that a descriptor names it is not.
 */
static bool is_canary(uint64_t off, uint32_t value)
{
	uint32_t pasid = value & FACET_PASID_MASK;

	if (pasid != ENV_PASID + CANARY_SPACE - 1)
		return false;
	return off == FACET_REG_PASID_SET ||
	       (off >= FACET_REG_CTX(0) && off % 0x100 == FACET_CTX_PASID);
}

static void do_global(struct env *e, struct input *in)
{
	uint8_t kind = take8(in);
	uint64_t off = (take8(in) & 0x3f) * 4;
	uint32_t value = kind & 0x40 ? take32(in) : take8(in);

	if (kind & 1)
		off = FACET_REG_CTX(take8(in) % (CONTEXTS + 1)) + off;
	else if (kind & 2)
		off = take32(in) & 0x3fffc;
	/* one removal ends every run; it has a step of its own */
	if (off == FACET_REG_INJ_KIND && value == FACET_INJ_ALL_ONES)
		return;
	if (is_canary(off, value))
		return;
	if (kind & 0x80)
		g_read(e, off);
	else
		g_write(e, off, value);
}

static void do_window(struct env *e, struct input *in)
{
	uint32_t x = take8(in) % CONTEXTS;
	uint32_t base = take8(in) & 1 ? e->m->ctx[x].sq_head : e->m->ctx[x].cq_tail;

	w_write(e, x, take8(in) & 1 ? FACET_WIN_CQ_EVENT : FACET_WIN_DOORBELL,
		base + (int8_t)take8(in));
	w_read(e, x, take8(in) * 4);
}

static void do_context(struct env *e, struct input *in)
{
	uint32_t x = take8(in) % CONTEXTS;

	if (c_state(e, x) != FACET_CTX_DISABLED)
		c_write(e, x, FACET_CTX_CMD, 1 + take8(in) % 4);
	else if (x == CONTEXTS - 1)
		ctx_host(e, x);
	else
		ctx_owner(e, x, ENV_PASID + x % 2);
}

static void do_inject(struct env *e, struct input *in)
{
	uint8_t ctx = take8(in), engine = take8(in);

	inject(e, take8(in) % FACET_INJ_ALL_ONES, ctx < 200 ? ctx % CONTEXTS : FACET_INJ_ANY,
	       engine < 200 ? (engine & 3u) << 8 : FACET_INJ_ANY, take8(in) % 4, take32(in));
}

static void do_hole(struct env *e, struct input *in)
{
	uint64_t at = take_addr(in);
	uint8_t kind = take8(in);

	e->hole = (struct env_hole){ at, at + 4095, kind & 1, kind & 2 };
}

static void do_reset(struct env *e, struct input *in)
{
	uint8_t kind = take8(in);

	if (kind == 1)
		g_write(e, FACET_REG_INJ_KIND, FACET_INJ_ALL_ONES);
	else if (kind < 8)
		facet_model_reset(e->m);
	else if (kind < 16)
		g_write(e, FACET_REG_CTRL, FACET_CTRL_RESET);
	g_write(e, FACET_REG_CTRL, FACET_CTRL_ENABLE);
}

static void do_jobs(struct env *e, struct input *in)
{
	uint8_t kind = take8(in);

	if (kind & 1)
		env_return_jobs(e, kind & 2);
	else
		e->keep_jobs = kind & 2;
}

static void step(struct env *e, struct input *in)
{
	static void (*const todo[])(struct env *e, struct input *in) = {
		do_submit, do_submit, do_submit, do_list, do_bytes, do_global, do_global,
		do_window, do_context, do_context, do_inject, do_hole, do_reset, do_jobs,
	};
	uint8_t op = take8(in);

	if (op < 200)
		todo[op % (sizeof(todo) / sizeof(todo[0]))](e, in);
	else if (op < 240)
		env_advance(e, (uint64_t)op * 100);
	else if (e->timer_ns <= e->now_ns)
		facet_model_timer_expired(e->m);
}

static struct env *fuzz_env(bool host_timing)
{
	const struct facet_model_config cfg = {
		.contexts = CONTEXTS, .engines = { 1, 2, 1 }, .features = ENV_FEATURES,
		.timing = host_timing ? FACET_TIMING_HOST : FACET_TIMING_MODEL,
	};
	static uint8_t *ram[ENV_SPACES];
	struct env *e;
	uint32_t x;

	for (x = 0; x < ENV_SPACES && !ram[x]; x++)
		ram[x] = env_make_ram();
	e = env_new_on(ram, &cfg, true);
	e->forbidden = CANARY_SPACE;
	evlog_on(e, 4, CONTEXTS);
	g_write(e, FACET_REG_PASID_SET, ENV_PASID);
	for (x = 0; x < CONTEXTS - 1; x++)
		ctx_owner(e, x, ENV_PASID + x % 2);
	ctx_host(e, x);
	return e;
}

static void expect(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* The memory serves the next run as well. */
static void clean(struct env *e)
{
	unsigned int space, page;

	for (space = 0; space < ENV_SPACES; space++)
		for (page = 0; page < ENV_RAM_BYTES / 4096; page++)
			if (e->dirty[space][page])
				memset(e->ram[space] + page * 4096, 0, 4096);
}

/* After a reset and its time, nothing moves and nothing is left behind. */
static void finish(struct env *e)
{
	unsigned int accesses;

	facet_model_reset(e->m);
	accesses = e->reads + e->writes;
	env_return_jobs(e, false);
	env_advance(e, 1000000000);
	expect(e->reads + e->writes == accesses, "access after a reset");
	expect(!facet_model_jobs(e->m) && !e->m->orphans, "jobs after a reset");
	expect(!e->m->pasids.leaving, "commands after a reset");
	expect(!e->broken, "a promise to the surroundings");
	facet_model_destroy(e->m);
	clean(e);
	free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .data = data, .left = size > 4096 ? 4096 : size };
	struct env *e = fuzz_env(take8(&in) & 1);

	while (in.left)
		step(e, &in);
	finish(e);
	return 0;
}
