// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: RSA, on libgcrypt's big numbers.
 *
 * The arithmetic is written out instead of using gcry_pk: keys arrive in the
 * CRT form of PKCS#1, with the inverse the other way round than libgcrypt has
 * it, and the checks that the specification promises need the numbers anyway.
 */
#include <gcrypt.h>
#include "op_internal.h"

#define HEAD_BYTES	sizeof(struct facet_rsa_param)
#define K_MAX		512u
/* block type 1: 00 01 FF... 00, with eight FF at least */
#define PAD_HEAD	2u
#define PAD_MIN		11u

/* The numbers of a key; those behind @e are NULL in a public one. */
struct rsa_key {
	gcry_mpi_t n, e, p, q, dp, dq, qinv;
};

static uint32_t rsa_bits(const struct facet_op_req *req)
{
	return facet_le16(FACET_PARAM(req, facet_rsa_param, bits));
}

static uint32_t e_bytes(const struct facet_op_req *req)
{
	return facet_le16(FACET_PARAM(req, facet_rsa_param, e_bytes));
}

static size_t k_bytes(const struct facet_op_req *req)
{
	return rsa_bits(req) / 8;
}

static bool is_priv(const struct facet_op_req *req)
{
	return req->opcode == FACET_OP_RSA_PRIV;
}

static gcry_mpi_t take(const uint8_t **p, size_t n)
{
	gcry_mpi_t v = NULL;

	if (gcry_mpi_scan(&v, GCRYMPI_FMT_USG, *p, n, NULL))
		v = NULL;
	*p += n;
	return v;
}

static void key_release(struct rsa_key *key)
{
	gcry_mpi_release(key->n);
	gcry_mpi_release(key->e);
	gcry_mpi_release(key->p);
	gcry_mpi_release(key->q);
	gcry_mpi_release(key->dp);
	gcry_mpi_release(key->dq);
	gcry_mpi_release(key->qinv);
}

static bool key_read_priv(struct rsa_key *key, const uint8_t *at, size_t half)
{
	key->p = take(&at, half);
	key->q = take(&at, half);
	key->dp = take(&at, half);
	key->dq = take(&at, half);
	key->qinv = take(&at, half);
	return key->p && key->q && key->dp && key->dq && key->qinv;
}

/* On failure as on success the caller releases @key. */
static bool key_read(const struct facet_op_req *req, struct rsa_key *key)
{
	const uint8_t *at = req->param + HEAD_BYTES;
	size_t k = k_bytes(req);

	memset(key, 0, sizeof(*key));
	key->n = take(&at, k);
	key->e = take(&at, e_bytes(req));
	if (!key->n || !key->e)
		return false;
	return !is_priv(req) || key_read_priv(key, at, k / 2);
}

/*
 * n has its full length, and is odd; e is odd and does something.  Then p and
 * q, each half as long as their product, cannot be zero, and no operation on
 * the key can divide by zero.
 */
static bool key_consistent(const struct facet_op_req *req, const struct rsa_key *key)
{
	gcry_mpi_t product;
	bool same;

	if (gcry_mpi_get_nbits(key->n) != rsa_bits(req) || !gcry_mpi_test_bit(key->n, 0))
		return false;
	if (!gcry_mpi_test_bit(key->e, 0) || gcry_mpi_cmp_ui(key->e, 3) < 0)
		return false;
	if (!is_priv(req))
		return true;
	product = gcry_mpi_new(rsa_bits(req));
	gcry_mpi_mul(product, key->p, key->q);
	same = !gcry_mpi_cmp(product, key->n);
	gcry_mpi_release(product);
	return same;
}

static uint16_t check_sizes(const struct facet_op_req *req)
{
	size_t k = k_bytes(req), want = HEAD_BYTES + k + e_bytes(req);

	if (facet_le32(FACET_PARAM(req, facet_rsa_param, rsvd)))
		return FACET_ST_BAD_PARAM;
	if (rsa_bits(req) != 1024 && rsa_bits(req) != 2048 && rsa_bits(req) != 3072 &&
	    rsa_bits(req) != 4096)
		return FACET_ST_BAD_KEY;
	if (e_bytes(req) < 1 || e_bytes(req) > 8)
		return FACET_ST_BAD_KEY;
	if (is_priv(req))
		want += 5 * k / 2;
	return req->param_bytes == want ? FACET_ST_OK : FACET_ST_BAD_PARAM;
}

static uint16_t check_len(const struct facet_op_req *req)
{
	size_t k = k_bytes(req);

	if (is_priv(req) && (req->flags & FACET_DF_PAD))
		return req->src_bytes > k - PAD_MIN ? FACET_ST_BAD_LEN : FACET_ST_OK;
	return req->src_bytes == k ? FACET_ST_OK : FACET_ST_BAD_LEN;
}

uint16_t facet_op_rsa_check(const struct facet_op_req *req)
{
	uint16_t status = check_sizes(req);
	struct rsa_key key;

	if (status == FACET_ST_OK)
		status = check_len(req);
	if (status != FACET_ST_OK)
		return status;
	if (!key_read(req, &key))
		status = FACET_ST_ENGINE_ERROR;
	else if (!key_consistent(req, &key))
		status = FACET_ST_BAD_KEY;
	key_release(&key);
	return status;
}

/* The table holds RSA-2048; factors as in device-spec 7. */
uint64_t facet_op_rsa_cost(const struct facet_op_req *req, uint32_t out_bytes)
{
	static const uint8_t priv_fifths[] = { 1, 5, 14, 32 };
	uint64_t base = facet_op_linear_ns(req, 0), bits = rsa_bits(req);

	(void)out_bytes;
	if (bits % 1024 || bits < 1024 || bits > 4096)
		return base;
	if (is_priv(req))
		return base * priv_fifths[bits / 1024 - 1] / 5;
	return base * bits * bits / (2048 * 2048);
}

/* PKCS#1 v1.5 block type 1 around the input; there is room, see check_len(). */
static void pad_block(const struct facet_op_req *req, uint8_t *em)
{
	size_t k = k_bytes(req), n = req->src_bytes;

	em[0] = 0;
	em[1] = 1;
	memset(em + PAD_HEAD, 0xff, k - n - PAD_HEAD);
	em[k - n - 1] = 0;
	memcpy(em + k - n, facet_in(req->src), n);
}

/* Where the payload begins; 0 if the block is wrong. */
static size_t unpad_block(const uint8_t *em, size_t k)
{
	size_t i = PAD_HEAD;

	if (em[0] != 0 || em[1] != 1)
		return 0;
	while (i < k && em[i] == 0xff)
		i++;
	if (i == k || em[i] != 0 || i + 1 < PAD_MIN)
		return 0;
	return i + 1;
}

/* The input as a number below n. */
static uint16_t operand(const struct facet_op_req *req, const struct rsa_key *key, gcry_mpi_t *m)
{
	size_t k = k_bytes(req);
	uint8_t em[K_MAX];
	const uint8_t *at = req->src;

	if (is_priv(req) && (req->flags & FACET_DF_PAD)) {
		pad_block(req, em);
		at = em;
	}
	*m = take(&at, k);
	if (!*m)
		return FACET_ST_ENGINE_ERROR;
	return gcry_mpi_cmp(*m, key->n) < 0 ? FACET_ST_OK : FACET_ST_BAD_DATA;
}

/* @v below n, as k bytes */
static bool put(gcry_mpi_t v, uint8_t *out, size_t k)
{
	size_t n = (gcry_mpi_get_nbits(v) + 7) / 8;

	memset(out, 0, k);
	return !gcry_mpi_print(GCRYMPI_FMT_USG, out + k - n, n, NULL, v);
}

/* Garner: s = sq + q * ((sp - sq) * qinv mod p) */
static void crt(const struct rsa_key *key, gcry_mpi_t m, gcry_mpi_t s)
{
	gcry_mpi_t sp = gcry_mpi_new(0), sq = gcry_mpi_new(0);

	gcry_mpi_powm(sp, m, key->dp, key->p);
	gcry_mpi_powm(sq, m, key->dq, key->q);
	gcry_mpi_subm(sp, sp, sq, key->p);
	gcry_mpi_mulm(sp, sp, key->qinv, key->p);
	gcry_mpi_mul(s, sp, key->q);
	gcry_mpi_add(s, s, sq);
	gcry_mpi_release(sp);
	gcry_mpi_release(sq);
}

/*
 * A result that is right modulo one prime only tells everybody the factors, so
 * none leaves unless e takes it back to the operand.
 */
static bool crt_checked(const struct rsa_key *key, gcry_mpi_t m, gcry_mpi_t s)
{
	gcry_mpi_t back = gcry_mpi_new(0);
	bool same;

	crt(key, m, s);
	gcry_mpi_powm(back, s, key->e, key->n);
	same = !gcry_mpi_cmp(back, m);
	gcry_mpi_release(back);
	return same;
}

static uint16_t priv(const struct facet_op_req *req, struct facet_op_res *res,
		     const struct rsa_key *key, gcry_mpi_t m)
{
	size_t k = k_bytes(req);
	gcry_mpi_t s = gcry_mpi_new(0);
	uint8_t out[K_MAX];
	uint16_t status;

	if (!crt_checked(key, m, s))
		status = FACET_ST_BAD_KEY;
	else if (!put(s, out, k))
		status = FACET_ST_ENGINE_ERROR;
	else
		status = facet_op_deliver(req, res, out, k);
	gcry_mpi_release(s);
	return status;
}

static uint16_t pub(const struct facet_op_req *req, struct facet_op_res *res,
		    const struct rsa_key *key, gcry_mpi_t m)
{
	size_t k = k_bytes(req), skip = 0;
	uint8_t out[K_MAX];
	bool fine;

	gcry_mpi_powm(m, m, key->e, key->n);
	fine = put(m, out, k);
	if (!fine)
		return FACET_ST_ENGINE_ERROR;
	if (req->flags & FACET_DF_PAD) {
		skip = unpad_block(out, k);
		if (!skip)
			return FACET_ST_BAD_PADDING;
	}
	return facet_op_deliver(req, res, out + skip, k - skip);
}

static uint16_t run(const struct facet_op_req *req, struct facet_op_res *res)
{
	gcry_mpi_t m = NULL;
	struct rsa_key key;
	uint16_t status;

	if (!key_read(req, &key))
		status = FACET_ST_ENGINE_ERROR;
	else
		status = operand(req, &key, &m);
	if (status == FACET_ST_OK)
		status = is_priv(req) ? priv(req, res, &key, m) : pub(req, res, &key, m);
	gcry_mpi_release(m);
	key_release(&key);
	return status;
}

uint16_t facet_op_rsa_priv_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	return run(req, res);
}

uint16_t facet_op_rsa_pub_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	return run(req, res);
}
