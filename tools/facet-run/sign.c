// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run sign and verify: SHA-256 with RSA (PKCS#1 v1.5) or ECDSA P-256.
 *
 * The message is the file, or with --count N, for i from 0 on, the file, i in
 * decimal and a newline.  What all messages share is hashed once; each unit of
 * work is then two commands, the rest of the hash and the signature.
 */
#include <stdio.h>
#include "run.h"

#define DIGEST		32
#define INFO		19
#define SCALAR		32
#define RSA_MAX		512
#define DER_MAX		(2 + 2 * (2 + SCALAR + 1))
#define SIGNATURE_AT	1024	/* in a slot's input: what is to be verified */

enum { STAGE_HASH, STAGE_KEY };

/* DigestInfo of SHA-256 up to the digest, RFC 8017, 9.2 note 1 */
static const uint8_t digest_info[INFO] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
};

struct sign {
	struct hasher hasher;
	struct pk_key key;
	struct input in;
	struct input signatures;
	struct output out;
	uint32_t count;
	bool numbered;
	uint32_t bad;
	uint64_t first_bad;
};

static void hash_message(const struct sign *g, struct slot *s)
{
	char number[24];
	int n = 0;

	if (g->numbered)
		n = snprintf(number, sizeof(number), "%llu\n", (unsigned long long)s->index);
	hasher_last(&g->hasher, s, number, n);
}

static bool sign_prepare(void *ctx, struct slot *s)
{
	struct sign *g = ctx;

	if (s->index == g->count)
		return false;
	hash_message(g, s);
	return true;
}

static void need_digest(const struct slot *s)
{
	if (slot_out_bytes(s) != DIGEST)
		die("sha256: the device delivered %u bytes", slot_out_bytes(s));
}

/* What RSA signs, at @p; returns its length. */
static uint32_t put_info(uint8_t *p, const uint8_t *digest)
{
	memcpy(p, digest_info, INFO);
	memcpy(p + INFO, digest, DIGEST);
	return INFO + DIGEST;
}

static bool sign_advance(void *ctx, struct slot *s)
{
	const struct pk_key *key = &((struct sign *)ctx)->key;

	if (s->stage++ != STAGE_HASH)
		return false;
	need_digest(s);
	memcpy(s->param, key->param, key->param_bytes);
	if (key->ec) {
		memcpy(s->in, s->out, DIGEST);
		slot_command(s, FACET_OP_ECDSA_P256_SIGN, 0, key->param_bytes, DIGEST, 2 * SCALAR);
	} else {
		slot_command(s, FACET_OP_RSA_PRIV, FACET_DF_PAD, key->param_bytes,
			     put_info(s->in, s->out), key->k_bytes);
	}
	return true;
}

/* INTEGER: no needless zeroes in front, one if the first bit would be the sign. */
static size_t der_put(uint8_t *p, const uint8_t *scalar)
{
	size_t n = SCALAR, pad;

	while (n > 1 && !*scalar) {
		scalar++;
		n--;
	}
	pad = *scalar >> 7;
	p[0] = 0x02;
	p[1] = pad + n;
	p[2] = 0;
	memcpy(p + 2 + pad, scalar, n);
	return 2 + pad + n;
}

static void sign_finish(void *ctx, struct slot *s)
{
	struct sign *g = ctx;
	uint32_t want = g->key.ec ? 2 * SCALAR : g->key.k_bytes;
	uint8_t der[DER_MAX];
	size_t n;

	if (slot_out_bytes(s) != want)
		die("%s: the device delivered %u bytes", facet_opcode_name(s->desc.opcode),
		    slot_out_bytes(s));
	if (!g->key.ec) {
		output_write(&g->out, s->out, want);
		return;
	}
	n = 2 + der_put(der + 2, s->out);
	n += der_put(der + n, s->out + SCALAR);
	der[0] = 0x30;
	der[1] = n - 2;
	output_write(&g->out, der, n);
}

static void start(struct session *ss, const struct opts *o, struct sign *g)
{
	pk_key_load(&g->key, o->key);
	g->count = o->count ? o->count : 1;
	g->numbered = o->count;
	hasher_init(&g->hasher, FACET_OP_SHA256);
	input_open(&g->in, o->in);
	hasher_absorb(ss, o, &g->hasher, &g->in);
	input_close(&g->in);
}

static struct job job_of(struct sign *g)
{
	return (struct job){
		.ctx = g, .param_bytes = FACET_PARAM_MAX_BYTES,
		.in_bytes = SIGNATURE_AT + RSA_MAX, .out_bytes = RSA_MAX,
	};
}

int cmd_sign(struct session *ss, const struct opts *o)
{
	struct sign g = { 0 };
	struct job job = job_of(&g);

	job.prepare = sign_prepare;
	job.advance = sign_advance;
	job.finish = sign_finish;
	start(ss, o, &g);
	if (!g.key.private)
		die("%s: a public key cannot sign", o->key);
	session_need(ss, g.key.ec ? FACET_OP_ECDSA_P256_SIGN : FACET_OP_RSA_PRIV);
	output_open(&g.out, o->out);
	pipeline_run(ss, &job);
	output_commit(&g.out);
	explicit_bzero(&g, sizeof(g));
	return 0;
}

static bool read_exactly(struct sign *g, uint8_t *p, size_t n)
{
	return input_read(&g->signatures, p, n) == n;
}

/* INTEGER at @p with @n bytes left: its length, 0 if it is none of DER's. */
static size_t der_get(uint8_t *scalar, const uint8_t *p, size_t n)
{
	size_t len, i;

	if (n < 3 || p[0] != 0x02 || p[1] < 1 || p[1] > SCALAR + 1 || (size_t)p[1] + 2 > n)
		return 0;
	len = p[1];
	if (p[2] & 0x80 || (len > 1 && !p[2] && !(p[3] & 0x80)) || (len > SCALAR && p[2]))
		return 0;
	memset(scalar, 0, SCALAR);
	for (i = 0; i < len && i < SCALAR; i++)
		scalar[SCALAR - 1 - i] = p[2 + len - 1 - i];
	return 2 + len;
}

/* Reads one signature; as r, s at @p. */
static bool read_der(struct sign *g, uint8_t *p)
{
	uint8_t der[DER_MAX];
	size_t n, r;

	if (!read_exactly(g, der, 2) || der[0] != 0x30 || der[1] > sizeof(der) - 2)
		return false;
	n = der[1];
	if (!read_exactly(g, der, n))
		return false;
	r = der_get(p, der, n);
	return r && r + der_get(p + SCALAR, der + r, n - r) == n && n > r;
}

static bool verify_prepare(void *ctx, struct slot *s)
{
	struct sign *g = ctx;
	uint8_t *signature = s->in + SIGNATURE_AT;

	if (s->index == g->count)
		return false;
	if (!(g->key.ec ? read_der(g, signature) : read_exactly(g, signature, g->key.k_bytes)))
		die("%s: signature %llu is cut short or malformed", g->signatures.name,
		    (unsigned long long)s->index);
	s->bytes = false;
	hash_message(g, s);
	return true;
}

static bool rsa_good(const struct slot *s, const uint8_t *digest)
{
	uint8_t info[INFO + DIGEST];
	uint32_t n = put_info(info, digest);

	return slot_out_bytes(s) == n && !memcmp(s->out, info, n);
}

/* The digest moves behind the signature, where the device wants it or not. */
static bool verify_advance(void *ctx, struct slot *s)
{
	const struct pk_key *key = &((struct sign *)ctx)->key;
	uint32_t sig_bytes = key->ec ? 2 * SCALAR : key->k_bytes;

	if (s->stage++ != STAGE_HASH) {
		s->bytes = key->ec || rsa_good(s, s->in + sig_bytes);
		return false;
	}
	need_digest(s);
	memcpy(s->param, key->pub_param, key->pub_param_bytes);
	memcpy(s->in, s->in + SIGNATURE_AT, sig_bytes);
	memcpy(s->in + sig_bytes, s->out, DIGEST);
	if (key->ec)
		slot_command(s, FACET_OP_ECDSA_P256_VERIFY, 0, key->pub_param_bytes,
			     sig_bytes + DIGEST, 0);
	else
		slot_command(s, FACET_OP_RSA_PUB, FACET_DF_PAD, key->pub_param_bytes,
			     sig_bytes, key->k_bytes);
	return true;
}

/* The device's verdict on the signature; s->bytes stays false. */
static bool verify_failed(void *ctx, struct slot *s)
{
	unsigned int status = slot_status(s);

	(void)ctx;
	return s->stage == STAGE_KEY &&
	       (status == FACET_ST_BAD_SIGNATURE || status == FACET_ST_BAD_PADDING ||
		status == FACET_ST_BAD_DATA);
}

static void verify_finish(void *ctx, struct slot *s)
{
	struct sign *g = ctx;

	if (s->bytes)
		return;
	if (!g->bad++)
		g->first_bad = s->index;
}

static int verdict(const struct sign *g)
{
	progress_end();
	if (g->bad) {
		fprintf(stderr, "facet-run: %u of %u signatures do not verify, number %llu first\n",
			g->bad, g->count, (unsigned long long)g->first_bad);
		return 1;
	}
	printf("%u signature%s verified\n", g->count, g->count == 1 ? "" : "s");
	return 0;
}

int cmd_verify(struct session *ss, const struct opts *o)
{
	struct sign g = { 0 };
	struct job job = job_of(&g);

	job.prepare = verify_prepare;
	job.advance = verify_advance;
	job.finish = verify_finish;
	job.failed = verify_failed;
	if (!o->signature)
		die_usage("--signature is missing");
	start(ss, o, &g);
	session_need(ss, g.key.ec ? FACET_OP_ECDSA_P256_VERIFY : FACET_OP_RSA_PUB);
	input_open(&g.signatures, o->signature);
	pipeline_run(ss, &job);
	if (!input_at_end(&g.signatures))
		die("%s: more than %u signature%s", g.signatures.name, g.count,
		    g.count == 1 ? "" : "s");
	return verdict(&g);
}
