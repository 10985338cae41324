// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: AES in XTS, CBC, CTR and GCM mode, with libgcrypt.
 */
#include <stdlib.h>
#include <gcrypt.h>
#include "op_internal.h"

#define AES_BLOCK	16u
#define GCM_IV_BYTES	12u
#define XTS_UNIT_MAX	4096u

static bool decrypting(const struct facet_op_req *req)
{
	return req->flags & FACET_DF_DECRYPT;
}

static uint32_t tag_bytes(const struct facet_op_req *req)
{
	return facet_le16(FACET_PARAM(req, facet_cipher_param, tag_bytes));
}

static uint32_t unit_bytes(const struct facet_op_req *req)
{
	return facet_le32(FACET_PARAM(req, facet_cipher_param, unit_bytes));
}

/* What follows the structure, which check_fields() found equal to aad_bytes. */
static size_t aad_bytes(const struct facet_op_req *req)
{
	return req->param_bytes - sizeof(struct facet_cipher_param);
}

static uint16_t check_gcm(const struct facet_op_req *req)
{
	const uint8_t *iv = FACET_PARAM(req, facet_cipher_param, iv);

	if (tag_bytes(req) < 12 || tag_bytes(req) > 16)
		return FACET_ST_BAD_PARAM;
	if (!facet_all_zero(iv + GCM_IV_BYTES, AES_BLOCK - GCM_IV_BYTES))
		return FACET_ST_BAD_PARAM;
	if (decrypting(req) && req->src_bytes < tag_bytes(req))
		return FACET_ST_BAD_LEN;
	return FACET_ST_OK;
}

/* Ciphertext stealing takes any length from one block on, but not less. */
static uint16_t check_xts(const struct facet_op_req *req)
{
	uint32_t unit = unit_bytes(req);

	if (unit && (unit < AES_BLOCK || unit > XTS_UNIT_MAX))
		return FACET_ST_BAD_PARAM;
	if (req->src_bytes < AES_BLOCK || (unit && req->src_bytes % unit))
		return FACET_ST_BAD_LEN;
	return FACET_ST_OK;
}

static uint16_t check_cbc(const struct facet_op_req *req)
{
	bool pad = req->flags & FACET_DF_PAD;

	if (pad && !decrypting(req))
		return FACET_ST_OK;
	if (req->src_bytes % AES_BLOCK || (pad && !req->src_bytes))
		return FACET_ST_BAD_LEN;
	return FACET_ST_OK;
}

/* Fields that only one mode has are zero in the others. */
static uint16_t check_fields(const struct facet_op_req *req)
{
	uint32_t key = facet_le16(FACET_PARAM(req, facet_cipher_param, key_bytes));
	uint32_t scale = req->opcode == FACET_OP_AES_XTS ? 2 : 1;

	if (facet_le32(FACET_PARAM(req, facet_cipher_param, rsvd)) ||
	    facet_le32(FACET_PARAM(req, facet_cipher_param, aad_bytes)) != aad_bytes(req))
		return FACET_ST_BAD_PARAM;
	if (req->opcode != FACET_OP_AES_GCM && tag_bytes(req))
		return FACET_ST_BAD_PARAM;
	if (req->opcode != FACET_OP_AES_XTS && unit_bytes(req))
		return FACET_ST_BAD_PARAM;
	if (key != 16 * scale && key != 32 * scale)
		return FACET_ST_BAD_KEY;
	return FACET_ST_OK;
}

uint16_t facet_op_cipher_check(const struct facet_op_req *req)
{
	uint16_t status = check_fields(req);

	if (status != FACET_ST_OK)
		return status;
	switch (req->opcode) {
	case FACET_OP_AES_GCM:
		return check_gcm(req);
	case FACET_OP_AES_XTS:
		return check_xts(req);
	case FACET_OP_AES_CBC:
		return check_cbc(req);
	default:
		return FACET_ST_OK;
	}
}

/* The additional data goes through the hash, byte for byte like the rest. */
uint64_t facet_op_gcm_cost(const struct facet_op_req *req, uint32_t out_bytes)
{
	(void)out_bytes;
	return facet_op_linear_ns(req, req->src_bytes + aad_bytes(req));
}

/* libgcrypt copies the key into the handle and wipes that on close. */
static gcry_cipher_hd_t open_keyed(const struct facet_op_req *req, int mode)
{
	size_t key = facet_le16(FACET_PARAM(req, facet_cipher_param, key_bytes));
	size_t aes = mode == GCRY_CIPHER_MODE_XTS ? key / 2 : key;
	int algo = aes == 16 ? GCRY_CIPHER_AES128 : GCRY_CIPHER_AES256;
	gcry_cipher_hd_t hd;

	if (gcry_cipher_open(&hd, algo, mode, 0))
		return NULL;
	if (gcry_cipher_setkey(hd, FACET_PARAM(req, facet_cipher_param, key), key)) {
		gcry_cipher_close(hd);
		return NULL;
	}
	return hd;
}

static gcry_error_t crypt_bytes(const struct facet_op_req *req, gcry_cipher_hd_t hd,
				uint8_t *out, const uint8_t *in, size_t n)
{
	if (!n)
		return 0;
	if (decrypting(req))
		return gcry_cipher_decrypt(hd, out, n, in, n);
	return gcry_cipher_encrypt(hd, out, n, in, n);
}

/* tweak + 1, little endian, modulo 2^128 */
static void next_tweak(uint8_t *tweak)
{
	unsigned int i = 0;

	while (i < AES_BLOCK && !++tweak[i])
		i++;
}

/* One tweak for each data unit; unit_bytes 0 makes the input one unit. */
static gcry_error_t xts_units(const struct facet_op_req *req, gcry_cipher_hd_t hd)
{
	size_t unit = unit_bytes(req) ? unit_bytes(req) : req->src_bytes;
	uint8_t tweak[AES_BLOCK];
	gcry_error_t err = 0;
	size_t pos;

	memcpy(tweak, FACET_PARAM(req, facet_cipher_param, iv), sizeof(tweak));
	for (pos = 0; pos < req->src_bytes && !err; pos += unit) {
		err = gcry_cipher_setiv(hd, tweak, sizeof(tweak));
		if (!err)
			err = crypt_bytes(req, hd, req->dst + pos, req->src + pos, unit);
		next_tweak(tweak);
	}
	return err;
}

uint16_t facet_op_xts_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	gcry_cipher_hd_t hd;
	gcry_error_t err;

	if (req->dst_bytes < req->src_bytes)
		return FACET_ST_OVERFLOW;
	hd = open_keyed(req, GCRY_CIPHER_MODE_XTS);
	if (!hd)
		return FACET_ST_ENGINE_ERROR;
	err = xts_units(req, hd);
	gcry_cipher_close(hd);
	res->out_bytes = req->src_bytes;
	return err ? FACET_ST_ENGINE_ERROR : FACET_ST_OK;
}

uint16_t facet_op_ctr_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	const uint8_t *iv = FACET_PARAM(req, facet_cipher_param, iv);
	gcry_cipher_hd_t hd;
	gcry_error_t err;

	if (req->dst_bytes < req->src_bytes)
		return FACET_ST_OVERFLOW;
	hd = open_keyed(req, GCRY_CIPHER_MODE_CTR);
	if (!hd)
		return FACET_ST_ENGINE_ERROR;
	err = gcry_cipher_setctr(hd, iv, AES_BLOCK);
	if (!err)
		err = crypt_bytes(req, hd, req->dst, req->src, req->src_bytes);
	gcry_cipher_close(hd);
	res->out_bytes = req->src_bytes;
	return err ? FACET_ST_ENGINE_ERROR : FACET_ST_OK;
}

static uint16_t cbc_plain(const struct facet_op_req *req, struct facet_op_res *res,
			  gcry_cipher_hd_t hd)
{
	if (req->dst_bytes < req->src_bytes)
		return FACET_ST_OVERFLOW;
	res->out_bytes = req->src_bytes;
	if (crypt_bytes(req, hd, req->dst, req->src, req->src_bytes))
		return FACET_ST_ENGINE_ERROR;
	return FACET_ST_OK;
}

static uint16_t cbc_pad(const struct facet_op_req *req, struct facet_op_res *res,
			gcry_cipher_hd_t hd)
{
	size_t tail = req->src_bytes % AES_BLOCK;
	size_t whole = req->src_bytes - tail;
	uint8_t last[AES_BLOCK];
	gcry_error_t err;

	if (req->dst_bytes < whole + AES_BLOCK)
		return FACET_ST_OVERFLOW;
	memset(last, AES_BLOCK - tail, sizeof(last));
	memcpy(last, facet_in(req->src) + whole, tail);
	err = crypt_bytes(req, hd, req->dst, req->src, whole);
	if (!err)
		err = crypt_bytes(req, hd, req->dst + whole, last, sizeof(last));
	facet_wipe(last, sizeof(last));
	res->out_bytes = whole + AES_BLOCK;
	return err ? FACET_ST_ENGINE_ERROR : FACET_ST_OK;
}

/*
 * Length of the padding, 0 if it is wrong.  Looks at the whole block whatever
 * its last byte says: one verdict, no more to learn from the time it takes.
 */
static size_t pkcs7_bytes(const uint8_t *last)
{
	unsigned int pad = last[AES_BLOCK - 1];
	unsigned int bad = pad == 0 || pad > AES_BLOCK;
	unsigned int i;

	for (i = 0; i < AES_BLOCK; i++)
		bad |= (i < pad) & (last[AES_BLOCK - 1 - i] != pad);
	return bad ? 0 : pad;
}

/* The plaintext is made aside: it may not go out before its padding is seen. */
static uint16_t cbc_unpad(const struct facet_op_req *req, struct facet_op_res *res,
			  gcry_cipher_hd_t hd)
{
	uint16_t status = FACET_ST_ENGINE_ERROR;
	size_t n = req->src_bytes;
	uint8_t *plain = malloc(n);
	size_t pad;

	if (!plain)
		return status;
	if (!crypt_bytes(req, hd, plain, req->src, n)) {
		pad = pkcs7_bytes(plain + n - AES_BLOCK);
		status = pad ? facet_op_deliver(req, res, plain, n - pad) : FACET_ST_BAD_PADDING;
	}
	facet_wipe(plain, n);
	free(plain);
	return status;
}

uint16_t facet_op_cbc_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	gcry_cipher_hd_t hd = open_keyed(req, GCRY_CIPHER_MODE_CBC);
	uint16_t status = FACET_ST_ENGINE_ERROR;

	if (!hd)
		return status;
	if (gcry_cipher_setiv(hd, FACET_PARAM(req, facet_cipher_param, iv), AES_BLOCK))
		status = FACET_ST_ENGINE_ERROR;
	else if (!(req->flags & FACET_DF_PAD))
		status = cbc_plain(req, res, hd);
	else
		status = decrypting(req) ? cbc_unpad(req, res, hd) : cbc_pad(req, res, hd);
	gcry_cipher_close(hd);
	return status;
}

static uint16_t gcm_seal(const struct facet_op_req *req, struct facet_op_res *res,
			 gcry_cipher_hd_t hd)
{
	size_t n = req->src_bytes, tag = tag_bytes(req);

	if (req->dst_bytes < n + tag)
		return FACET_ST_OVERFLOW;
	/* libgcrypt has to be called even for no bytes, to leave the AAD phase */
	if (gcry_cipher_encrypt(hd, req->dst, n, facet_in(req->src), n) ||
	    gcry_cipher_gettag(hd, req->dst + n, tag))
		return FACET_ST_ENGINE_ERROR;
	res->out_bytes = n + tag;
	return FACET_ST_OK;
}

static uint16_t gcm_verdict(gcry_error_t err)
{
	if (gcry_err_code(err) == GPG_ERR_CHECKSUM)
		return FACET_ST_BAD_TAG;
	return err ? FACET_ST_ENGINE_ERROR : FACET_ST_OK;
}

/* Made aside, as in cbc_unpad(): nothing unauthenticated goes out. */
static uint16_t gcm_open(const struct facet_op_req *req, struct facet_op_res *res,
			 gcry_cipher_hd_t hd)
{
	size_t tag = tag_bytes(req), n = req->src_bytes - tag;
	uint16_t status = FACET_ST_ENGINE_ERROR;
	uint8_t *plain = malloc(n + 1);

	if (!plain)
		return status;
	if (!gcry_cipher_decrypt(hd, plain, n, req->src, n))
		status = gcm_verdict(gcry_cipher_checktag(hd, req->src + n, tag));
	if (status == FACET_ST_OK)
		status = facet_op_deliver(req, res, plain, n);
	facet_wipe(plain, n);
	free(plain);
	return status;
}

uint16_t facet_op_gcm_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	const uint8_t *aad = req->param + sizeof(struct facet_cipher_param);
	gcry_cipher_hd_t hd = open_keyed(req, GCRY_CIPHER_MODE_GCM);
	uint16_t status = FACET_ST_ENGINE_ERROR;

	if (!hd)
		return status;
	if (!gcry_cipher_setiv(hd, FACET_PARAM(req, facet_cipher_param, iv), GCM_IV_BYTES) &&
	    !gcry_cipher_authenticate(hd, aad, aad_bytes(req)))
		status = decrypting(req) ? gcm_open(req, res, hd) : gcm_seal(req, res, hd);
	gcry_cipher_close(hd);
	return status;
}
