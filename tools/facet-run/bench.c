// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run bench: the same command many times, with what the device stamped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "run.h"

#define SIZE_BYTES	(256 * KIB)
#define COUNT		256
#define PARAM_BYTES	FACET_PARAM_MAX_BYTES
#define EXTRA		16u

/**
 * struct bench - one opcode's measurement
 * @opcode: what runs
 * @flags: FACET_DF_*
 * @param: parameter block
 * @param_bytes: its length
 * @src: input
 * @src_bytes: its length
 * @dst_bytes: room for output
 * @count: commands to run
 * @out_bytes: sum of the output
 * @engine_ns: sum of the time in engines
 * @wait_ns: sum of the time before it
 * @key: for public-key operations; NULL without one
 */
struct bench {
	unsigned int opcode;
	unsigned int flags;
	uint8_t param[PARAM_BYTES];
	uint32_t param_bytes;
	uint8_t *src;
	uint32_t src_bytes;
	uint32_t dst_bytes;
	uint32_t count;
	uint64_t out_bytes;
	uint64_t engine_ns;
	uint64_t wait_ns;
	const struct pk_key *key;
};

static bool bench_prepare(void *ctx, struct slot *s)
{
	struct bench *b = ctx;

	if (s->index == b->count)
		return false;
	memcpy(s->param, b->param, b->param_bytes);
	memcpy(s->in, b->src, b->src_bytes);
	slot_command(s, b->opcode, b->flags, b->param_bytes, b->src_bytes, b->dst_bytes);
	return true;
}

static void bench_finish(void *ctx, struct slot *s)
{
	struct bench *b = ctx;

	b->out_bytes += slot_out_bytes(s);
	b->engine_ns += le64toh(s->comp.stop_ns) - le64toh(s->comp.start_ns);
	b->wait_ns += le64toh(s->comp.start_ns) - le64toh(s->comp.arrival_ns);
}

static void set_param(struct bench *b, const void *p, size_t n)
{
	memcpy(b->param, p, n);
	b->param_bytes = n;
}

static void as_cipher(struct bench *b)
{
	bool xts = b->opcode == FACET_OP_AES_XTS, gcm = b->opcode == FACET_OP_AES_GCM;
	struct facet_cipher_param param = {
		.key_bytes = htole16(xts ? 64 : 32), .tag_bytes = htole16(gcm ? 16 : 0),
		.key = { 1, 2, 3 },
	};

	set_param(b, &param, sizeof(param));
	b->src_bytes -= b->src_bytes % EXTRA;
	b->dst_bytes = b->src_bytes + (gcm ? 16 : 0);
}

static void as_hash(struct bench *b)
{
	struct facet_hash_param param = { 0 };

	set_param(b, &param, sizeof(param));
	b->flags = FACET_DF_FIRST | FACET_DF_LAST;
	b->dst_bytes = 64;
}

/*
 * Text-like input: words of a fixed set, in an order that a small generator
 * gives.  INFLATE gets it as stored blocks, which need no compressor.
 */
static void fill_words(uint8_t *p, uint32_t n)
{
	static const char words[] = "the quick brown fox jumps over a lazy dog and runs away ";
	uint32_t seed = 1, i;

	for (i = 0; i < n; i++) {
		if (i % 8 == 0)
			seed = seed * 1664525u + 1013904223u;
		p[i] = words[((seed >> 16) + i % 8) % (sizeof(words) - 1)];
	}
}

static void as_inflate(struct bench *b)
{
	uint32_t at = 0, n;

	while (at + 5 < b->src_bytes) {
		n = b->src_bytes - at - 5;
		if (n > 65535)
			n = 65535;
		b->src[at] = at + 5 + n + 5 >= b->src_bytes;
		b->src[at + 1] = n;
		b->src[at + 2] = n >> 8;
		b->src[at + 3] = ~n;
		b->src[at + 4] = ~n >> 8;
		at += 5 + n;
	}
	b->src_bytes = at;
	b->dst_bytes = at;
}

static void as_compression(struct bench *b, const struct opts *o)
{
	struct facet_comp_param param = { .format = FACET_COMP_RAW };

	if (b->opcode == FACET_OP_DEFLATE) {
		param.level = o->level;
		b->flags = FACET_DF_LAST;
		b->dst_bytes = b->src_bytes + b->src_bytes / 8 + 1024;
	} else {
		as_inflate(b);
	}
	set_param(b, &param, sizeof(param));
}

/* Signs a constant; verifies only what RSA_PUB can take without a signature. */
static bool as_public_key(struct bench *b)
{
	bool ec = b->opcode == FACET_OP_ECDSA_P256_SIGN;
	const struct pk_key *key = b->key;

	if (!key || b->opcode == FACET_OP_ECDSA_P256_VERIFY)
		return false;
	if (key->ec != ec)
		return false;
	if (b->opcode != FACET_OP_RSA_PUB && !key->private)
		return false;
	if (b->opcode == FACET_OP_RSA_PUB)
		set_param(b, key->pub_param, key->pub_param_bytes);
	else
		set_param(b, key->param, key->param_bytes);
	b->src_bytes = key->ec ? 32 : key->k_bytes;
	b->dst_bytes = key->ec ? 64 : key->k_bytes;
	/* a number below the modulus, whose first bit is set */
	b->src[0] = 1;
	return true;
}

/* False: not without more than the command line gives. */
static bool set_up(struct bench *b, const struct opts *o)
{
	switch (b->opcode) {
	case FACET_OP_NOP:
		b->src_bytes = 0;
		b->dst_bytes = 0;
		return true;
	case FACET_OP_COPY:
		return true;
	case FACET_OP_AES_XTS ... FACET_OP_AES_GCM:
		as_cipher(b);
		return true;
	case FACET_OP_SHA256 ... FACET_OP_HMAC_SHA512:
		as_hash(b);
		return true;
	case FACET_OP_RSA_PRIV ... FACET_OP_ECDSA_P256_VERIFY:
		return as_public_key(b);
	case FACET_OP_DEFLATE ... FACET_OP_INFLATE:
		as_compression(b, o);
		return true;
	default:
		return false;
	}
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void report(const struct bench *b, uint64_t elapsed_ns)
{
	double in = (double)b->src_bytes * b->count, seconds = elapsed_ns / 1e9;

	printf("%-18s %8u %12.0f %12llu %7.3f %12llu %12llu %10.0f %9.1f\n",
	       facet_opcode_name(b->opcode), b->count, in, (unsigned long long)b->out_bytes,
	       in > 0 ? b->out_bytes / in : 0.0,
	       (unsigned long long)(b->engine_ns / b->count),
	       (unsigned long long)(b->wait_ns / b->count),
	       b->count / seconds, in / MIB / seconds);
}

/* Slots of the largest size from the start: buffers cannot be given back. */
static void run_one(struct session *ss, const struct opts *o, struct bench *b, uint32_t max)
{
	struct job job = {
		.ctx = b, .param_bytes = PARAM_BYTES, .in_bytes = max,
		.out_bytes = max + max / 8 + 1024,
		.prepare = bench_prepare, .finish = bench_finish,
	};
	uint64_t start;

	fill_words(b->src, max);
	b->src_bytes = max;
	b->dst_bytes = max;
	if (max > session_max_in(ss, b->opcode))
		b->src_bytes = session_max_in(ss, b->opcode);
	if (!set_up(b, o)) {
		printf("%-18s skipped: needs a --key of its kind\n", facet_opcode_name(b->opcode));
		return;
	}
	if (b->dst_bytes > session_max_out(ss, b->opcode))
		b->dst_bytes = session_max_out(ss, b->opcode);
	start = now_ns();
	pipeline_run(ss, &job);
	report(b, now_ns() - start);
}

static void bench_opcode(struct session *ss, const struct opts *o, unsigned int opcode,
			 const struct pk_key *key)
{
	uint32_t max = o->size_bytes ? o->size_bytes : SIZE_BYTES;
	struct bench b = {
		.opcode = opcode, .count = o->count ? o->count : COUNT, .key = key,
	};

	if (max < 4 * KIB)
		max = 4 * KIB;
	b.src = xmalloc(max);
	run_one(ss, o, &b, max);
	free(b.src);
	explicit_bzero(b.param, sizeof(b.param));
}

static bool chosen(const struct session *ss, const struct opts *o, unsigned int opcode)
{
	const char *name = facet_opcode_name(opcode);

	if (!name)
		return false;
	if (o->op)
		return !strcmp(o->op, name);
	return ss->info.ops >> opcode & 1;
}

int cmd_bench(struct session *ss, const struct opts *o)
{
	unsigned int opcode, n = 0;
	struct pk_key key;

	if (o->key)
		pk_key_load(&key, o->key);
	for (opcode = 0; opcode < FACET_NR_OPCODES; opcode++) {
		if (!chosen(ss, o, opcode))
			continue;
		session_need(ss, opcode);
		if (!n++)
			printf("%-18s %8s %12s %12s %7s %12s %12s %10s %9s\n", "operation",
			       "commands", "bytes-in", "bytes-out", "ratio", "engine-ns",
			       "wait-ns", "cmds/s", "MiB/s");
		bench_opcode(ss, o, opcode, o->key ? &key : NULL);
	}
	if (!n)
		die_usage("--op %s: no such operation", o->op ? o->op : "");
	explicit_bzero(&key, sizeof(key));
	return 0;
}
