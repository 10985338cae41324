// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run hash, and hashing for signatures.
 *
 * The device keeps no state between commands, so that a file is a chain of
 * them, each of which takes the state that the one before delivered.
 */
#include <stdio.h>
#include "run.h"

#define CHUNK_BYTES	MIB

struct absorb {
	struct hasher *h;
	struct input *in;
	uint32_t chunk_bytes;
	bool ended;
};

void hasher_init(struct hasher *h, unsigned int opcode)
{
	bool is_512 = opcode == FACET_OP_SHA512 || opcode == FACET_OP_HMAC_SHA512;

	*h = (struct hasher){
		.opcode = opcode,
		.block_bytes = is_512 ? 128 : 64,
		.digest_bytes = is_512 ? 64 : 32,
	};
}

static unsigned int set_param(const struct hasher *h, struct slot *s)
{
	struct facet_hash_param param = {
		.total_bytes = htole64(h->total_bytes),
		.key_bytes = htole16(h->key_bytes),
	};

	memcpy(param.key, h->key, h->key_bytes);
	if (h->total_bytes)
		memcpy(param.state, h->state, sizeof(param.state));
	memcpy(s->param, &param, sizeof(param));
	explicit_bzero(&param, sizeof(param));
	return h->total_bytes ? 0 : FACET_DF_FIRST;
}

static void need_bytes(const struct slot *s, uint32_t n)
{
	if (slot_out_bytes(s) != n)
		die("%s: the device delivered %u bytes instead of %u",
		    facet_opcode_name(s->desc.opcode), slot_out_bytes(s), n);
}

static bool absorb_prepare(void *ctx, struct slot *s)
{
	struct absorb *a = ctx;
	struct hasher *h = a->h;
	uint32_t n, whole;

	if (a->ended)
		return false;
	n = input_read(a->in, s->in, a->chunk_bytes);
	a->ended = n < a->chunk_bytes;
	h->tail_bytes = n % h->block_bytes;
	whole = n - h->tail_bytes;
	memcpy(h->tail, s->in + whole, h->tail_bytes);
	if (!whole)
		return false;
	s->bytes = whole;
	slot_command(s, h->opcode, set_param(h, s), sizeof(struct facet_hash_param), whole,
		     h->digest_bytes);
	return true;
}

static bool absorb_advance(void *ctx, struct slot *s)
{
	struct hasher *h = ((struct absorb *)ctx)->h;

	need_bytes(s, h->digest_bytes);
	memcpy(h->state, s->out, h->digest_bytes);
	h->total_bytes += s->bytes;
	return false;
}

void hasher_absorb(struct session *ss, const struct opts *o, struct hasher *h, struct input *in)
{
	uint32_t max = session_max_in(ss, h->opcode);
	struct absorb a = { .h = h, .in = in, .chunk_bytes = CHUNK_BYTES };
	struct job job = {
		.ctx = &a, .serial = true, .param_bytes = sizeof(struct facet_hash_param),
		.out_bytes = DIGEST_MAX, .prepare = absorb_prepare, .advance = absorb_advance,
	};

	session_need(ss, h->opcode);
	if (o->chunk_bytes)
		a.chunk_bytes = o->chunk_bytes;
	if (a.chunk_bytes > max)
		a.chunk_bytes = max;
	a.chunk_bytes -= a.chunk_bytes % h->block_bytes;
	if (!a.chunk_bytes)
		die("%s: the instance takes %u bytes a command, less than a block",
		    facet_opcode_name(h->opcode), max);
	job.in_bytes = a.chunk_bytes;
	pipeline_run(ss, &job);
}

void hasher_last(const struct hasher *h, struct slot *s, const void *more, uint32_t n)
{
	memcpy(s->in, h->tail, h->tail_bytes);
	if (n)
		memcpy(s->in + h->tail_bytes, more, n);
	slot_command(s, h->opcode, FACET_DF_LAST | set_param(h, s),
		     sizeof(struct facet_hash_param), h->tail_bytes + n, h->digest_bytes);
}

static bool final_prepare(void *ctx, struct slot *s)
{
	if (s->index)
		return false;
	hasher_last(ctx, s, NULL, 0);
	return true;
}

static void final_finish(void *ctx, struct slot *s)
{
	struct hasher *h = ctx;

	need_bytes(s, h->digest_bytes);
	memcpy(h->state, s->out, h->digest_bytes);
}

static void print_line(const struct hasher *h, const char *name)
{
	uint32_t i;

	progress_end();
	for (i = 0; i < h->digest_bytes; i++)
		printf("%02x", h->state[i]);
	printf("  %s\n", name);
}

static void hash_file(struct session *ss, const struct opts *o, const struct hasher *model,
		      const char *name)
{
	struct hasher h = *model;
	struct job job = {
		.ctx = &h, .param_bytes = sizeof(struct facet_hash_param),
		.in_bytes = sizeof(h.tail), .out_bytes = DIGEST_MAX,
		.prepare = final_prepare, .finish = final_finish,
	};
	struct input in;

	input_open(&in, name);
	hasher_absorb(ss, o, &h, &in);
	input_close(&in);
	pipeline_run(ss, &job);
	print_line(&h, name);
	explicit_bzero(&h, sizeof(h));
}

static unsigned int hash_opcode(const struct opts *o)
{
	if (!strcmp(o->algo, "sha256"))
		return o->hmac_key ? FACET_OP_HMAC_SHA256 : FACET_OP_SHA256;
	if (!strcmp(o->algo, "sha512"))
		return o->hmac_key ? FACET_OP_HMAC_SHA512 : FACET_OP_SHA512;
	die_usage("--algo %s: neither sha256 nor sha512", o->algo);
}

int cmd_hash(struct session *ss, const struct opts *o)
{
	struct hasher h;
	unsigned int i;

	hasher_init(&h, hash_opcode(o));
	if (o->hmac_key)
		h.key_bytes = hex_upto("--hmac-key", o->hmac_key, h.key, sizeof(h.key));
	if (!o->nr_files)
		hash_file(ss, o, &h, o->in);
	for (i = 0; i < o->nr_files; i++)
		hash_file(ss, o, &h, o->files[i]);
	explicit_bzero(&h, sizeof(h));
	return 0;
}
