// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: ECDSA on NIST P-256, with libgcrypt.
 */
#include <gcrypt.h>
#include "op_internal.h"

#define CURVE		"NIST P-256"
#define NUM_BYTES	32u
#define SIG_BYTES	(2 * NUM_BYTES)
#define DIGEST_MIN	20u
#define DIGEST_MAX	64u
#define KEY_BYTES	sizeof(struct facet_ec_param)
#define UNCOMPRESSED	0x04

/* order of the group */
static const uint8_t p256_n[NUM_BYTES] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
	0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* order of the field */
static const uint8_t p256_p[NUM_BYTES] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static bool below(const uint8_t *v, const uint8_t *bound)
{
	return memcmp(v, bound, NUM_BYTES) < 0;
}

/* 1 .. n - 1: a private key, or one half of a signature */
static bool is_scalar(const uint8_t *v)
{
	return !facet_all_zero(v, NUM_BYTES) && below(v, p256_n);
}

static const uint8_t *ec_key(const struct facet_op_req *req)
{
	return FACET_PARAM(req, facet_ec_param, key);
}

static gcry_mpi_t number(const uint8_t *p)
{
	gcry_mpi_t v;

	return gcry_mpi_scan(&v, GCRYMPI_FMT_USG, p, NUM_BYTES, NULL) ? NULL : v;
}

static bool on_curve(gcry_ctx_t ctx, const uint8_t *xy)
{
	gcry_mpi_t x = number(xy), y = number(xy + NUM_BYTES);
	gcry_mpi_point_t point;
	bool fine = false;

	if (x && y) {
		point = gcry_mpi_point_set(NULL, x, y, GCRYMPI_CONST_ONE);
		fine = gcry_mpi_ec_curve_point(point, ctx);
		gcry_mpi_point_release(point);
	}
	gcry_mpi_release(x);
	gcry_mpi_release(y);
	return fine;
}

/* The group's order is a prime: whatever is on the curve generates all of it. */
static uint16_t check_public(const uint8_t *xy)
{
	uint16_t status;
	gcry_ctx_t ctx;

	if (!below(xy, p256_p) || !below(xy + NUM_BYTES, p256_p))
		return FACET_ST_BAD_KEY;
	if (gcry_mpi_ec_new(&ctx, NULL, CURVE))
		return FACET_ST_ENGINE_ERROR;
	status = on_curve(ctx, xy) ? FACET_ST_OK : FACET_ST_BAD_KEY;
	gcry_ctx_release(ctx);
	return status;
}

uint16_t facet_op_ecdsa_check(const struct facet_op_req *req)
{
	size_t extra = req->opcode == FACET_OP_ECDSA_P256_VERIFY ? SIG_BYTES : 0;

	if (req->src_bytes < extra + DIGEST_MIN || req->src_bytes > extra + DIGEST_MAX)
		return FACET_ST_BAD_LEN;
	if (extra)
		return check_public(ec_key(req));
	if (!facet_all_zero(ec_key(req) + NUM_BYTES, KEY_BYTES - NUM_BYTES))
		return FACET_ST_BAD_PARAM;
	return is_scalar(ec_key(req)) ? FACET_ST_OK : FACET_ST_BAD_KEY;
}

/*
 * SHA-256 names the hash of the nonce's generator, as the specification has
 * it, and makes libgcrypt insist on 32 bytes.  The digest may be of any kind:
 * both ECDSA and RFC 6979 turn it into the same number, that of its leftmost 256
 * bits, so it is brought to 32 bytes that have this value.
 */
static gcry_sexp_t digest_sexp(const uint8_t *digest, size_t n)
{
	size_t used = n < NUM_BYTES ? n : NUM_BYTES;
	uint8_t value[NUM_BYTES] = { 0 };
	gcry_sexp_t data;

	memcpy(value + NUM_BYTES - used, digest, used);
	if (gcry_sexp_build(&data, NULL, "(data (flags raw rfc6979) (hash sha256 %b))",
			    (int)NUM_BYTES, value))
		return NULL;
	return data;
}

/* @v as 32 bytes; false if it is longer */
static bool put(gcry_mpi_t v, uint8_t *out)
{
	size_t n = (gcry_mpi_get_nbits(v) + 7) / 8;

	if (n > NUM_BYTES)
		return false;
	memset(out, 0, NUM_BYTES);
	return !gcry_mpi_print(GCRYMPI_FMT_USG, out + NUM_BYTES - n, n, NULL, v);
}

static bool put_signature(gcry_sexp_t sig, uint8_t *out)
{
	gcry_mpi_t r, s;
	bool fine;

	if (gcry_sexp_extract_param(sig, NULL, "rs", &r, &s, NULL))
		return false;
	fine = put(r, out) && put(s, out + NUM_BYTES);
	gcry_mpi_release(r);
	gcry_mpi_release(s);
	return fine;
}

static bool sign(const uint8_t *d, const uint8_t *digest, size_t n, uint8_t *out)
{
	gcry_sexp_t key, data = digest_sexp(digest, n), sig = NULL;
	bool fine = false;

	if (gcry_sexp_build(&key, NULL, "(private-key (ecc (curve \"" CURVE "\") (d %b)))",
			    (int)NUM_BYTES, d))
		key = NULL;
	if (key && data && !gcry_pk_sign(&sig, data, key))
		fine = put_signature(sig, out);
	gcry_sexp_release(sig);
	gcry_sexp_release(data);
	gcry_sexp_release(key);
	return fine;
}

uint16_t facet_op_ecdsa_sign_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	uint8_t out[SIG_BYTES];

	if (!sign(ec_key(req), req->src, req->src_bytes, out))
		return FACET_ST_ENGINE_ERROR;
	return facet_op_deliver(req, res, out, sizeof(out));
}

static gcry_sexp_t public_sexp(const uint8_t *xy)
{
	uint8_t q[1 + KEY_BYTES] = { UNCOMPRESSED };
	gcry_sexp_t key;

	memcpy(q + 1, xy, KEY_BYTES);
	if (gcry_sexp_build(&key, NULL, "(public-key (ecc (curve \"" CURVE "\") (q %b)))",
			    (int)sizeof(q), q))
		return NULL;
	return key;
}

static gcry_sexp_t signature_sexp(const uint8_t *rs)
{
	gcry_sexp_t sig;

	if (gcry_sexp_build(&sig, NULL, "(sig-val (ecdsa (r %b) (s %b)))",
			    (int)NUM_BYTES, rs, (int)NUM_BYTES, rs + NUM_BYTES))
		return NULL;
	return sig;
}

static uint16_t verdict(gcry_error_t err)
{
	if (gcry_err_code(err) == GPG_ERR_BAD_SIGNATURE)
		return FACET_ST_BAD_SIGNATURE;
	return err ? FACET_ST_ENGINE_ERROR : FACET_ST_OK;
}

uint16_t facet_op_ecdsa_verify_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	gcry_sexp_t key, sig, data;
	uint16_t status = FACET_ST_ENGINE_ERROR;

	(void)res;
	if (!is_scalar(req->src) || !is_scalar(req->src + NUM_BYTES))
		return FACET_ST_BAD_SIGNATURE;
	key = public_sexp(ec_key(req));
	sig = signature_sexp(req->src);
	data = digest_sexp(req->src + SIG_BYTES, req->src_bytes - SIG_BYTES);
	if (key && sig && data)
		status = verdict(gcry_pk_verify(sig, data, key));
	gcry_sexp_release(key);
	gcry_sexp_release(sig);
	gcry_sexp_release(data);
	return status;
}
