// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run encrypt and decrypt: GCM, in chunks, so that a file of any size is
 * authenticated piece by piece and nothing unverified is let out.
 *
 * The file format is documented in Documentation/facet-run.rst.
 */
#include <errno.h>
#include <sys/random.h>
#include "run.h"

#define CHUNK_BYTES	MIB
#define TAG		16u
#define PREFIX		8
#define VERSION		1

static const uint8_t magic[8] = "FACETGCM";

/**
 * struct gcm_header - what the file begins with; authenticated with each chunk
 * @magic: "FACETGCM"
 * @version: VERSION
 * @tag_bytes: TAG
 * @key_bytes: 16 or 32
 * @rsvd: zero
 * @chunk_bytes: plaintext of all chunks but the last
 * @rsvd2: zero
 * @prefix: first bytes of the nonces; the chunk's number follows, big endian
 */
struct gcm_header {
	uint8_t magic[8];
	uint8_t version;
	uint8_t tag_bytes;
	uint8_t key_bytes;
	uint8_t rsvd;
	uint32_t chunk_bytes;
	uint8_t rsvd2[8];
	uint8_t prefix[PREFIX];
};

_Static_assert(sizeof(struct gcm_header) == 32, "the file format");

/* additional data of a chunk: AAD_BYTES of it, not the padding at its end */
struct gcm_aad {
	struct gcm_header header;
	uint8_t final;
};

struct gcm_param {
	struct facet_cipher_param cipher;
	struct gcm_aad aad;
};

#define AAD_BYTES	(offsetof(struct gcm_aad, final) + 1)
#define PARAM_BYTES	(sizeof(struct facet_cipher_param) + AAD_BYTES)

struct gcm {
	struct input in;
	struct output out;
	struct gcm_param param;
	uint32_t read_bytes;
	bool decrypt;
	bool ended;
};

static struct gcm_header *header(struct gcm *g)
{
	return &g->param.aad.header;
}

static void set_nonce(struct gcm *g, const struct slot *s)
{
	uint32_t number = htobe32((uint32_t)s->index);

	if (s->index > UINT32_MAX)
		die("%s: more chunks than a file can have", g->in.name);
	memcpy(g->param.cipher.iv, header(g)->prefix, PREFIX);
	memcpy(g->param.cipher.iv + PREFIX, &number, sizeof(number));
}

static bool gcm_prepare(void *ctx, struct slot *s)
{
	struct gcm *g = ctx;
	uint32_t n;

	if (g->ended)
		return false;
	n = input_read(&g->in, s->in, g->read_bytes);
	g->ended = input_at_end(&g->in);
	if (g->decrypt && n < TAG)
		die("%s: cut short: %s", g->in.name, n ? "a chunk without its tag" : "no chunk");
	set_nonce(g, s);
	g->param.aad.final = g->ended;
	memcpy(s->param, &g->param, PARAM_BYTES);
	slot_command(s, FACET_OP_AES_GCM, g->decrypt ? FACET_DF_DECRYPT : 0, PARAM_BYTES, n,
		     g->decrypt ? n - TAG : n + TAG);
	return true;
}

static void gcm_finish(void *ctx, struct slot *s)
{
	struct gcm *g = ctx;

	output_write(&g->out, s->out, slot_out_bytes(s));
}

static bool gcm_failed(void *ctx, struct slot *s)
{
	struct gcm *g = ctx;

	if (slot_status(s) == FACET_ST_BAD_TAG)
		die("%s: chunk %llu does not verify: %s", g->in.name,
		    (unsigned long long)s->index + 1,
		    "wrong key, or the file is damaged, cut short or reordered");
	return false;
}

static void run(struct session *ss, struct gcm *g)
{
	uint32_t room = le32toh(header(g)->chunk_bytes) + TAG;
	struct job job = {
		.ctx = g, .param_bytes = PARAM_BYTES, .in_bytes = room, .out_bytes = room,
		.prepare = gcm_prepare, .finish = gcm_finish, .failed = gcm_failed,
	};

	pipeline_run(ss, &job);
	output_commit(&g->out);
	explicit_bzero(&g->param, sizeof(g->param));
}

static void set_param(struct gcm *g, const struct opts *o, size_t key_len)
{
	struct facet_cipher_param *p = &g->param.cipher;

	if (o->iv)
		die_usage("--iv: GCM files carry nonces of their own, drawn at random");
	key_bytes(o, p->key, key_len);
	p->key_bytes = htole16(key_len);
	p->tag_bytes = htole16(TAG);
	p->aad_bytes = htole32(AAD_BYTES);
}

static uint32_t max_chunk(const struct session *ss)
{
	uint32_t in = session_max_in(ss, FACET_OP_AES_GCM);
	uint32_t out = session_max_out(ss, FACET_OP_AES_GCM);
	uint32_t max = in < out ? in : out;

	if (max <= TAG)
		die("aes-gcm: the instance's ceiling of %u bytes is too low", max);
	return max - TAG;
}

static void make_header(struct gcm_header *h, const struct session *ss, const struct opts *o,
			size_t key_len)
{
	uint32_t n = o->chunk_bytes ? o->chunk_bytes : CHUNK_BYTES;

	if (n > max_chunk(ss))
		n = max_chunk(ss);
	*h = (struct gcm_header){
		.version = VERSION, .tag_bytes = TAG, .key_bytes = key_len,
		.chunk_bytes = htole32(n),
	};
	memcpy(h->magic, magic, sizeof(magic));
	if (getrandom(h->prefix, PREFIX, 0) != PREFIX)
		die_errno("no random nonce");
}

void gcm_encrypt(struct session *ss, const struct opts *o, size_t key_len)
{
	struct gcm g = { 0 };

	set_param(&g, o, key_len);
	make_header(header(&g), ss, o, key_len);
	g.read_bytes = le32toh(header(&g)->chunk_bytes);
	input_open(&g.in, o->in);
	output_open(&g.out, o->out);
	output_write(&g.out, header(&g), sizeof(struct gcm_header));
	run(ss, &g);
}

static void read_header(struct gcm *g, const struct session *ss, size_t key_len)
{
	static const uint8_t zero[8];
	struct gcm_header *h = header(g);
	size_t n = input_read(&g->in, h, sizeof(*h));
	uint32_t chunk = le32toh(h->chunk_bytes);

	if (n < sizeof(magic) || memcmp(h->magic, magic, sizeof(magic)))
		die("%s: not a GCM file of facet-run", g->in.name);
	if (n < sizeof(*h))
		die("%s: cut short: %zu bytes of header", g->in.name, n);
	if (h->version != VERSION)
		die("%s: version %u of the format, %u is known", g->in.name, h->version, VERSION);
	if (h->tag_bytes != TAG || h->rsvd || memcmp(h->rsvd2, zero, sizeof(zero)) || !chunk)
		die("%s: malformed header", g->in.name);
	if (h->key_bytes != key_len)
		die("%s: made with a key of %u bytes, not %zu", g->in.name, h->key_bytes, key_len);
	if (chunk > max_chunk(ss))
		die("%s: chunks of %u bytes, the instance takes %u", g->in.name, chunk,
		    max_chunk(ss));
}

void gcm_decrypt(struct session *ss, const struct opts *o, size_t key_len)
{
	struct gcm g = { .decrypt = true };

	set_param(&g, o, key_len);
	input_open(&g.in, o->in);
	read_header(&g, ss, key_len);
	g.read_bytes = le32toh(header(&g)->chunk_bytes) + TAG;
	output_open(&g.out, o->out);
	run(ss, &g);
}
