// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run encrypt and decrypt: CBC, CTR and XTS, whose output is what other
 * programs make of the same key and vector.
 */
#include <stdlib.h>
#include "run.h"

#define CHUNK_BYTES	MIB
#define BLOCK		16u
#define KEY_MAX		64

struct cipher {
	const char *name;
	unsigned int opcode;
	size_t key_bytes;
};

static const struct cipher ciphers[] = {
	{ "aes-128-cbc", FACET_OP_AES_CBC, 16 }, { "aes-256-cbc", FACET_OP_AES_CBC, 32 },
	{ "aes-128-ctr", FACET_OP_AES_CTR, 16 }, { "aes-256-ctr", FACET_OP_AES_CTR, 32 },
	{ "aes-128-xts", FACET_OP_AES_XTS, 32 }, { "aes-256-xts", FACET_OP_AES_XTS, 64 },
	{ "aes-128-gcm", FACET_OP_AES_GCM, 16 }, { "aes-256-gcm", FACET_OP_AES_GCM, 32 },
};

/**
 * struct crypt - a file on its way through a cipher
 * @in: what is read
 * @out: what is written
 * @decrypt: direction
 * @opcode: enum facet_opcode
 * @param: parameter block of the next command
 * @chunk_bytes: data of a command
 * @unit_bytes: XTS: data unit
 * @ended: the last command is prepared
 * @ahead: XTS: read, but not in a command yet
 * @ahead_bytes: how many bytes
 */
struct crypt {
	struct input in;
	struct output out;
	bool decrypt;
	unsigned int opcode;
	struct facet_cipher_param param;
	uint32_t chunk_bytes;
	uint32_t unit_bytes;
	bool ended;
	uint8_t *ahead;
	size_t ahead_bytes;
};

/* Big-endian counter, modulo 2^128. */
static void add_counter(uint8_t *counter, uint64_t blocks)
{
	int i;

	for (i = BLOCK - 1; i >= 0 && blocks; i--) {
		blocks += counter[i];
		counter[i] = blocks;
		blocks >>= 8;
	}
}

/* Little-endian tweak, modulo 2^128. */
static void add_tweak(uint8_t *tweak, uint64_t units)
{
	unsigned int i;

	for (i = 0; i < BLOCK && units; i++) {
		units += tweak[i];
		tweak[i] = units;
		units >>= 8;
	}
}

static void command(struct crypt *c, struct slot *s, unsigned int flags, uint32_t in_bytes,
		    uint32_t out_bytes)
{
	memcpy(s->param, &c->param, sizeof(c->param));
	slot_command(s, c->opcode, flags | (c->decrypt ? FACET_DF_DECRYPT : 0),
		     sizeof(c->param), in_bytes, out_bytes);
}

static bool ctr_prepare(void *ctx, struct slot *s)
{
	struct crypt *c = ctx;
	uint32_t n = input_read(&c->in, s->in, c->chunk_bytes);

	if (!n)
		return false;
	command(c, s, 0, n, n);
	add_counter(c->param.iv, n / BLOCK);
	return true;
}

/* The vector is the ciphertext before: known only when that command is done. */
static bool cbc_seal_prepare(void *ctx, struct slot *s)
{
	struct crypt *c = ctx;
	uint32_t n;

	if (c->ended)
		return false;
	n = input_read(&c->in, s->in, c->chunk_bytes);
	c->ended = input_at_end(&c->in);
	command(c, s, c->ended ? FACET_DF_PAD : 0, n, c->ended ? n - n % BLOCK + BLOCK : n);
	return true;
}

static bool cbc_seal_advance(void *ctx, struct slot *s)
{
	struct crypt *c = ctx;
	uint32_t n = slot_out_bytes(s);

	if (n < BLOCK)
		die("aes-cbc: the device delivered %u bytes", n);
	memcpy(c->param.iv, s->out + n - BLOCK, BLOCK);
	return false;
}

/* Here it is in the input, and commands need not wait for each other. */
static bool cbc_open_prepare(void *ctx, struct slot *s)
{
	struct crypt *c = ctx;
	uint32_t n;

	if (c->ended)
		return false;
	n = input_read(&c->in, s->in, c->chunk_bytes);
	c->ended = input_at_end(&c->in);
	if (!n || n % BLOCK)
		die("%s: %llu bytes are not CBC ciphertext, which comes in blocks of %u",
		    c->in.name, (unsigned long long)c->in.pos, BLOCK);
	command(c, s, c->ended ? FACET_DF_PAD : 0, n, n);
	memcpy(c->param.iv, s->in + n - BLOCK, BLOCK);
	return true;
}

/*
 * XTS: the last data unit may not be shorter than a block.  What is left behind
 * whole units is a shorter unit if it can be, and else a part of the unit
 * before, which ciphertext stealing makes longer.  Returns the bytes of whole
 * units at the front of the last @n bytes.
 */
static size_t xts_whole(const struct crypt *c, size_t n)
{
	size_t tail = n % c->unit_bytes;

	if (tail && tail < BLOCK) {
		if (n < BLOCK)
			die("%s: %llu bytes are too few for XTS, which needs %u", c->in.name,
			    (unsigned long long)c->in.pos, BLOCK);
		tail = n < c->unit_bytes ? n : tail + c->unit_bytes;
	}
	return n - tail;
}

static void xts_fill(struct crypt *c)
{
	size_t window = c->chunk_bytes + c->unit_bytes + BLOCK;

	c->ahead_bytes += input_read(&c->in, c->ahead + c->ahead_bytes, window - c->ahead_bytes);
	c->ended = c->ahead_bytes < window;
}

static void xts_command(struct crypt *c, struct slot *s, size_t n, uint32_t unit)
{
	memcpy(s->in, c->ahead, n);
	c->ahead_bytes -= n;
	memmove(c->ahead, c->ahead + n, c->ahead_bytes);
	c->param.unit_bytes = htole32(unit);
	command(c, s, 0, n, n);
	add_tweak(c->param.iv, n / c->unit_bytes);
}

static bool xts_prepare(void *ctx, struct slot *s)
{
	struct crypt *c = ctx;
	size_t whole = c->chunk_bytes;

	if (!c->ended)
		xts_fill(c);
	if (!c->ahead_bytes)
		return false;
	if (c->ended)
		whole = xts_whole(c, c->ahead_bytes);
	if (whole)
		xts_command(c, s, whole, c->unit_bytes);
	else
		xts_command(c, s, c->ahead_bytes, 0);
	return true;
}

static void crypt_finish(void *ctx, struct slot *s)
{
	struct crypt *c = ctx;

	output_write(&c->out, s->out, slot_out_bytes(s));
}

static bool crypt_failed(void *ctx, struct slot *s)
{
	struct crypt *c = ctx;

	if (slot_status(s) == FACET_ST_BAD_PADDING)
		die("%s: wrong padding: wrong key, or the file is damaged or cut short",
		    c->in.name);
	return false;
}

static const struct cipher *find_cipher(const char *name)
{
	size_t i;

	if (!name)
		die_usage("--cipher is missing");
	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (!strcmp(ciphers[i].name, name))
			return &ciphers[i];
	die_usage("--cipher %s: not aes-128- or aes-256- with cbc, ctr, xts or gcm", name);
}

/* A multiple of the unit, with room for what the mode adds. */
static void set_chunk(struct crypt *c, const struct session *ss, const struct opts *o)
{
	uint32_t multiple = c->opcode == FACET_OP_AES_XTS ? c->unit_bytes : BLOCK;
	uint32_t extra = c->opcode == FACET_OP_AES_CTR ? 0 : multiple + BLOCK;
	uint32_t max = session_max_in(ss, c->opcode), n = CHUNK_BYTES;

	if (session_max_out(ss, c->opcode) < max)
		max = session_max_out(ss, c->opcode);
	if (o->chunk_bytes)
		n = o->chunk_bytes;
	if (max < extra + multiple)
		die("%s: the instance's ceiling of %u bytes is too low", o->cipher, max);
	if (n > max - extra)
		n = max - extra;
	if (n < multiple)
		n = multiple;
	c->chunk_bytes = n - n % multiple;
}

static void set_functions(const struct crypt *c, struct job *job)
{
	job->finish = crypt_finish;
	job->failed = crypt_failed;
	if (c->opcode == FACET_OP_AES_CTR) {
		job->prepare = ctr_prepare;
	} else if (c->opcode == FACET_OP_AES_XTS) {
		job->prepare = xts_prepare;
	} else if (c->decrypt) {
		job->prepare = cbc_open_prepare;
	} else {
		job->prepare = cbc_seal_prepare;
		job->advance = cbc_seal_advance;
		job->serial = true;
	}
}

static void set_keys(struct crypt *c, const struct opts *o, const struct cipher *cipher)
{
	if (!o->iv)
		die_usage("--iv is missing; %s needs %u bytes", o->cipher, BLOCK);
	hex_exact("--iv", o->iv, c->param.iv, BLOCK);
	key_bytes(o, c->param.key, cipher->key_bytes);
	c->param.key_bytes = htole16(cipher->key_bytes);
	/* IEEE 1619 demands it: equal halves void the proof of security */
	if (c->opcode == FACET_OP_AES_XTS &&
	    !memcmp(c->param.key, c->param.key + cipher->key_bytes / 2, cipher->key_bytes / 2))
		die("the two halves of an XTS key must differ");
}

static void crypt_file(struct session *ss, const struct opts *o, const struct cipher *cipher,
		       bool decrypt)
{
	struct crypt c = {
		.decrypt = decrypt, .opcode = cipher->opcode, .unit_bytes = o->unit_bytes,
	};
	struct job job = { .ctx = &c, .param_bytes = sizeof(c.param) };

	set_keys(&c, o, cipher);
	set_chunk(&c, ss, o);
	set_functions(&c, &job);
	job.in_bytes = c.chunk_bytes + c.unit_bytes + BLOCK;
	job.out_bytes = job.in_bytes;
	c.ahead = xmalloc(job.in_bytes);
	input_open(&c.in, o->in);
	output_open(&c.out, o->out);
	pipeline_run(ss, &job);
	output_commit(&c.out);
	explicit_bzero(c.ahead, job.in_bytes);
	free(c.ahead);
	explicit_bzero(&c.param, sizeof(c.param));
}

static int crypt_any(struct session *ss, const struct opts *o, bool decrypt)
{
	const struct cipher *cipher = find_cipher(o->cipher);

	session_need(ss, cipher->opcode);
	if (cipher->opcode != FACET_OP_AES_GCM)
		crypt_file(ss, o, cipher, decrypt);
	else if (decrypt)
		gcm_decrypt(ss, o, cipher->key_bytes);
	else
		gcm_encrypt(ss, o, cipher->key_bytes);
	return 0;
}

int cmd_encrypt(struct session *ss, const struct opts *o)
{
	return crypt_any(ss, o, false);
}

int cmd_decrypt(struct session *ss, const struct opts *o)
{
	return crypt_any(ss, o, true);
}
