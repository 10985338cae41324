// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: SHA-256, SHA-512 and HMAC on them.
 *
 * With libnettle, not libgcrypt like the rest: a command may end in the middle
 * of a message and hand its chaining state to the owner, and the next takes it
 * back.  libgcrypt's handles are opaque and cannot export it; nettle's contexts
 * are public structures.
 */
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include "op_internal.h"

/*
 * Bound of total_bytes: far beyond any message, far below the 2^61 bytes that
 * SHA-256's length field can count, so that no sum in here can wrap.
 */
#define TOTAL_MAX	(1ULL << 60)
#define WORDS		8
#define BLOCK_MAX	SHA512_BLOCK_SIZE
#define IPAD		0x36
#define OPAD		0x5c

union sha2 {
	struct sha256_ctx s256;
	struct sha512_ctx s512;
};

static bool is_512(const struct facet_op_req *req)
{
	return req->opcode == FACET_OP_SHA512 || req->opcode == FACET_OP_HMAC_SHA512;
}

static bool is_hmac(const struct facet_op_req *req)
{
	return req->opcode == FACET_OP_HMAC_SHA256 || req->opcode == FACET_OP_HMAC_SHA512;
}

static size_t block_bytes(const struct facet_op_req *req)
{
	return is_512(req) ? SHA512_BLOCK_SIZE : SHA256_BLOCK_SIZE;
}

static size_t digest_bytes(const struct facet_op_req *req)
{
	return is_512(req) ? SHA512_DIGEST_SIZE : SHA256_DIGEST_SIZE;
}

static uint16_t check_total(const struct facet_op_req *req)
{
	uint64_t total = facet_le64(FACET_PARAM(req, facet_hash_param, total_bytes));

	if (req->flags & FACET_DF_FIRST)
		return total ? FACET_ST_BAD_PARAM : FACET_ST_OK;
	if (total % block_bytes(req) || total > TOTAL_MAX)
		return FACET_ST_BAD_PARAM;
	return FACET_ST_OK;
}

uint16_t facet_op_hash_check(const struct facet_op_req *req)
{
	uint32_t key = facet_le16(FACET_PARAM(req, facet_hash_param, key_bytes));
	uint16_t status;

	if (!(req->flags & FACET_DF_LAST) && req->src_bytes % block_bytes(req))
		return FACET_ST_BAD_LEN;
	if (!facet_all_zero(FACET_PARAM(req, facet_hash_param, rsvd), 6))
		return FACET_ST_BAD_PARAM;
	if (!is_hmac(req) && key)
		return FACET_ST_BAD_PARAM;
	status = check_total(req);
	if (status == FACET_ST_OK && key > FACET_HMAC_KEY_MAX_BYTES)
		status = FACET_ST_BAD_KEY;
	return status;
}

static void sha_init(const struct facet_op_req *req, union sha2 *c)
{
	if (is_512(req))
		sha512_init(&c->s512);
	else
		sha256_init(&c->s256);
}

static void sha_update(const struct facet_op_req *req, union sha2 *c, const uint8_t *p, size_t n)
{
	if (is_512(req))
		sha512_update(&c->s512, n, p);
	else
		sha256_update(&c->s256, n, p);
}

static void sha_final(const struct facet_op_req *req, union sha2 *c, uint8_t *digest)
{
	if (is_512(req))
		sha512_digest(&c->s512, SHA512_DIGEST_SIZE, digest);
	else
		sha256_digest(&c->s256, SHA256_DIGEST_SIZE, digest);
}

/* @bytes: hashed so far, whole blocks */
static void sha_import(const struct facet_op_req *req, union sha2 *c, const uint8_t *state,
		       uint64_t bytes)
{
	size_t word = is_512(req) ? 8 : 4, i, j;
	uint64_t v;

	sha_init(req, c);
	for (i = 0; i < WORDS; i++) {
		for (v = 0, j = 0; j < word; j++)
			v = v << 8 | *state++;
		if (is_512(req))
			c->s512.state[i] = v;
		else
			c->s256.state[i] = v;
	}
	if (is_512(req))
		c->s512.count_low = bytes / SHA512_BLOCK_SIZE;
	else
		c->s256.count = bytes / SHA256_BLOCK_SIZE;
}

static void sha_export(const struct facet_op_req *req, const union sha2 *c, uint8_t *state)
{
	size_t word = is_512(req) ? 8 : 4, i, j;
	uint64_t v;

	for (i = 0; i < WORDS; i++) {
		v = is_512(req) ? c->s512.state[i] : c->s256.state[i];
		for (j = word; j > 0; j--)
			*state++ = v >> 8 * (j - 1);
	}
}

/* RFC 2104: the key, hashed if it is longer than a block, under a pad byte. */
static void hmac_start(const struct facet_op_req *req, union sha2 *c, uint8_t pad)
{
	const uint8_t *key = FACET_PARAM(req, facet_hash_param, key);
	size_t n = facet_le16(FACET_PARAM(req, facet_hash_param, key_bytes));
	size_t block = block_bytes(req), i;
	uint8_t k[BLOCK_MAX] = { 0 };

	sha_init(req, c);
	if (n > block) {
		sha_update(req, c, key, n);
		sha_final(req, c, k);
	} else {
		memcpy(k, key, n);
	}
	for (i = 0; i < block; i++)
		k[i] ^= pad;
	sha_update(req, c, k, block);
	facet_wipe(k, sizeof(k));
}

static void hmac_finish(const struct facet_op_req *req, union sha2 *c, uint8_t *mac)
{
	uint8_t inner[SHA512_DIGEST_SIZE];

	sha_final(req, c, inner);
	hmac_start(req, c, OPAD);
	sha_update(req, c, inner, digest_bytes(req));
	sha_final(req, c, mac);
	facet_wipe(inner, sizeof(inner));
}

/* An HMAC's inner hash has taken the key's block before the message. */
static void start(const struct facet_op_req *req, union sha2 *c)
{
	const uint8_t *state = FACET_PARAM(req, facet_hash_param, state);
	uint64_t total = facet_le64(FACET_PARAM(req, facet_hash_param, total_bytes));

	if (!(req->flags & FACET_DF_FIRST))
		sha_import(req, c, state, total + (is_hmac(req) ? block_bytes(req) : 0));
	else if (is_hmac(req))
		hmac_start(req, c, IPAD);
	else
		sha_init(req, c);
}

uint16_t facet_op_hash_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	uint8_t out[FACET_HASH_STATE_BYTES];
	uint16_t status;
	union sha2 c;

	start(req, &c);
	sha_update(req, &c, facet_in(req->src), req->src_bytes);
	if (!(req->flags & FACET_DF_LAST))
		sha_export(req, &c, out);
	else if (is_hmac(req))
		hmac_finish(req, &c, out);
	else
		sha_final(req, &c, out);
	status = facet_op_deliver(req, res, out, digest_bytes(req));
	facet_wipe(&c, sizeof(c));
	facet_wipe(out, sizeof(out));
	return status;
}
