/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs one operation the way the device core does, on buffers that end where a
 * page without access begins: the libraries below are not instrumented, so it
 * takes the MMU to see them read or write too far.
 */
#ifndef FACET_TESTS_OP_TEST_H
#define FACET_TESTS_OP_TEST_H

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "op.h"
#include "tap.h"

#define OP_TEST_FILL	0xa5
#define OP_TEST_OUT_MAX	(10u << 20)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct op_test - one call and what came of it
 * @opcode: as in struct facet_op_req, like all that follow
 * @flags: FACET_DF_*
 * @param: parameter block
 * @param_bytes: its length
 * @src: input
 * @src_bytes: its length
 * @dict: history
 * @dict_bytes: its length
 * @dst_bytes: room
 * @res: the result
 * @out: @dst_bytes bytes after the call
 * @clean: a failure left no trace: destination untouched, result empty
 */
struct op_test {
	uint8_t opcode;
	uint8_t flags;
	const void *param;
	size_t param_bytes;
	const void *src;
	size_t src_bytes;
	const void *dict;
	size_t dict_bytes;
	size_t dst_bytes;
	struct facet_op_res res;
	uint8_t *out;
	bool clean;
};

struct op_guarded {
	uint8_t *map;
	size_t map_bytes;
	uint8_t *p;
};

static inline struct op_guarded op_guarded_new(const void *from, size_t n)
{
	size_t page = sysconf(_SC_PAGESIZE), body = (n + page - 1) / page * page;
	struct op_guarded g = { .map_bytes = body + page };

	g.map = mmap(NULL, g.map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (g.map == MAP_FAILED || mprotect(g.map + body, page, PROT_NONE)) {
		perror("guarded buffer");
		exit(2);
	}
	g.p = g.map + body - n;
	if (from && n)
		memcpy(g.p, from, n);
	else
		memset(g.p, OP_TEST_FILL, n);
	return g;
}

static inline void op_guarded_free(struct op_guarded *g)
{
	munmap(g->map, g->map_bytes);
}

static inline bool op_all(const uint8_t *p, size_t n, uint8_t value)
{
	while (n && *p == value)
		p++, n--;
	return !n;
}

/* INFLATE decompresses in place before it knows; the core scatters nothing then. */
static inline bool op_test_clean(const struct op_test *t)
{
	const struct facet_op_res *r = &t->res;

	if (r->status == FACET_ST_OK)
		return true;
	if (r->out_bytes || r->in_bytes || r->check || r->info)
		return false;
	return t->opcode == FACET_OP_INFLATE || op_all(t->out, t->dst_bytes, OP_TEST_FILL);
}

/* Fills in @res, @out and @clean; returns the status.  @out is shared by all. */
static inline uint16_t op_test_run(struct op_test *t)
{
	static uint8_t out[OP_TEST_OUT_MAX];
	struct op_guarded param = op_guarded_new(t->param, t->param_bytes);
	struct op_guarded src = op_guarded_new(t->src, t->src_bytes);
	struct op_guarded dict = op_guarded_new(t->dict, t->dict_bytes);
	struct op_guarded dst = op_guarded_new(NULL, t->dst_bytes);
	struct facet_op_req req = {
		.opcode = t->opcode, .flags = t->flags,
		.param = param.p, .param_bytes = t->param_bytes,
		.src = t->src_bytes ? src.p : NULL, .src_bytes = t->src_bytes,
		.dict = t->dict_bytes ? dict.p : NULL, .dict_bytes = t->dict_bytes,
		.dst = t->dst_bytes ? dst.p : NULL, .dst_bytes = t->dst_bytes,
	};

	memset(&t->res, OP_TEST_FILL, sizeof(t->res));
	facet_op_run(&req, &t->res);
	memcpy(out, dst.p, t->dst_bytes);
	t->out = out;
	t->clean = op_test_clean(t);
	op_guarded_free(&param);
	op_guarded_free(&src);
	op_guarded_free(&dict);
	op_guarded_free(&dst);
	return t->res.status;
}

/* The call succeeds with just @n bytes @want and leaves the rest of dst alone. */
static inline bool op_test_gives(struct op_test *t, const void *want, size_t n, const char *name)
{
	bool status, right, rest;

	status = op_test_run(t) == FACET_ST_OK && t->res.out_bytes == n;
	right = status && (!n || !memcmp(t->out, want, n));
	rest = status && op_all(t->out + n, t->dst_bytes - n, OP_TEST_FILL);
	if (!tap_ok(right && rest, "%s", name))
		tap_diag("status %u, %u bytes (want %zu), bytes %s, rest %s", t->res.status,
			 t->res.out_bytes, n, right ? "right" : "wrong",
			 rest ? "untouched" : "touched");
	return right && rest;
}

/* The call fails with @status and without a trace. */
static inline bool op_test_fails(struct op_test *t, uint16_t status, const char *name)
{
	bool pass = op_test_run(t) == status && t->clean;

	if (!tap_ok(pass, "%s: status %u", name, status))
		tap_diag("status %u, %s", t->res.status, t->clean ? "clean" : "left a trace");
	return pass;
}

/*
 * What holds for every operation with output: room for exactly the result is
 * enough, a byte less is OVERFLOW.  @t succeeds.
 */
static inline void op_test_room(struct op_test *t, const char *name)
{
	size_t n, keep = t->dst_bytes;
	uint16_t full, less;
	bool clean;

	op_test_run(t);
	n = t->res.out_bytes;
	t->dst_bytes = n;
	full = op_test_run(t);
	t->dst_bytes = n ? n - 1 : 0;
	less = op_test_run(t);
	clean = t->clean;
	t->dst_bytes = keep;
	if (!tap_ok(n && full == FACET_ST_OK && less == FACET_ST_OVERFLOW && clean,
		    "%s: exact room, and one byte less", name))
		tap_diag("%zu bytes, exact: %u, less: %u, %s", n, full, less,
			 clean ? "clean" : "left a trace");
}

/* Pairs of hex digits, spaces between them, to bytes; returns their number. */
static inline size_t unhex(const char *hex, uint8_t *out, size_t max)
{
	unsigned int byte;
	size_t n = 0;

	for (; *hex; hex += 2) {
		while (*hex == ' ')
			hex++;
		if (n == max || sscanf(hex, "%2x", &byte) != 1)
			abort();
		out[n++] = byte;
	}
	return n;
}

/* Bytes that differ from test to test but not from run to run. */
static inline void op_random(uint32_t *seed, void *out, size_t n)
{
	uint8_t *p = out;

	while (n--) {
		*seed = *seed * 1664525 + 1013904223;
		*p++ = *seed >> 24;
	}
}

static inline uint32_t op_random_below(uint32_t *seed, uint32_t bound)
{
	*seed = *seed * 1664525 + 1013904223;
	return ((uint64_t)*seed * bound) >> 32;
}

#endif /* FACET_TESTS_OP_TEST_H */
