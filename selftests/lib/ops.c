// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands on an owner's arena, each compared with what libcrypto makes of
 * the same input.  Data come from a seed, so that two owners' never agree.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "libfacet.h"
#include "rsa_key.h"

#define RSA_BYTES	256

void fct_fill(void *p, size_t len, __u64 seed)
{
	__u64 x = seed * 0x9e3779b97f4a7c15ULL + 1;
	__u8 *b = p;
	size_t i;

	for (i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		b[i] = x;
	}
}

struct facet_desc fct_copy_desc(struct fct_owner *o, __u32 len)
{
	struct facet_desc d = {
		.opcode = FACET_OP_COPY,
		.cookie = 0xc0de000000000000ULL + o->prod,
		.src = o->iova + FCT_SRC,
		.dst = o->iova + FCT_DST,
		.src_len_bytes = len,
		.dst_len_bytes = len,
	};

	return d;
}

static void set_param(struct fct_owner *o, struct facet_desc *d, const void *p,
		      size_t len)
{
	memcpy(o->arena + FCT_PARAM, p, len);
	d->param = o->iova + FCT_PARAM;
	d->param_len_bytes = len;
}

static void prepare(struct fct_owner *o, __u32 len, __u64 seed)
{
	fct_fill(o->arena + FCT_SRC, len, seed);
	memset(o->arena + FCT_DST, 0xa5, len + 256);
}

/* run it; the result must be exactly the @len bytes at @want */
static int run_compare(struct fct_owner *o, const struct facet_desc *d,
		       const void *want, size_t len)
{
	const __u8 *dst = o->arena + FCT_DST;
	struct facet_comp c;
	int ret = fct_run(o, d, &c);

	if (ret)
		return ret;
	if (c.status != FACET_ST_OK)
		return -EREMOTEIO;
	if (c.cookie != d->cookie || c.out_bytes != len ||
	    memcmp(dst, want, len) || dst[len] != 0xa5)
		return -EBADMSG;
	return 0;
}

int fct_op_copy(struct fct_owner *o, __u32 len, __u64 seed)
{
	struct facet_desc d = fct_copy_desc(o, len);

	prepare(o, len, seed);
	return run_compare(o, &d, o->arena + FCT_SRC, len);
}

struct facet_desc fct_sha256_desc(struct fct_owner *o, __u32 len)
{
	struct facet_desc d = fct_copy_desc(o, len);
	struct facet_hash_param p = { 0 };

	d.opcode = FACET_OP_SHA256;
	d.flags = FACET_DF_FIRST | FACET_DF_LAST;
	d.dst_len_bytes = 32;
	set_param(o, &d, &p, sizeof(p));
	return d;
}

int fct_op_sha256(struct fct_owner *o, __u32 len, __u64 seed)
{
	__u8 want[EVP_MAX_MD_SIZE];
	struct facet_desc d;

	prepare(o, len, seed);
	d = fct_sha256_desc(o, len);
	if (!EVP_Digest(o->arena + FCT_SRC, len, want, NULL, EVP_sha256(), NULL))
		return -EIO;
	return run_compare(o, &d, want, 32);
}

/* the same encryption in libcrypto; with @tag_len, GCM's tag behind it */
static int encrypt(const EVP_CIPHER *cipher, const struct facet_cipher_param *p,
		   const __u8 *in, __u32 len, __u8 *out, int tag_len)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n, ok;

	ok = c && EVP_EncryptInit_ex2(c, cipher, p->key, p->iv, NULL) &&
		EVP_EncryptUpdate(c, out, &n, in, len) &&
		EVP_EncryptFinal_ex(c, out + n, &n);
	if (ok && tag_len)
		ok = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag_len,
					 out + len);
	EVP_CIPHER_CTX_free(c);
	return ok ? 0 : -EIO;
}

static int aes(struct fct_owner *o, __u32 len, __u64 seed, bool gcm)
{
	struct facet_desc d = fct_copy_desc(o, len);
	struct facet_cipher_param p = { .key_bytes = 32 };
	int tag = gcm ? 16 : 0, ret;
	__u8 *want;

	if (len + tag > FCT_BUF_BYTES)
		return -EINVAL;
	prepare(o, len, seed);
	fct_fill(p.key, 32, ~seed);
	fct_fill(p.iv, gcm ? 12 : 16, seed + 1);
	p.tag_bytes = tag;
	d.opcode = gcm ? FACET_OP_AES_GCM : FACET_OP_AES_CTR;
	d.dst_len_bytes = len + tag;
	set_param(o, &d, &p, sizeof(p));
	want = malloc(len + tag + 1);
	ret = want ? encrypt(gcm ? EVP_aes_256_gcm() : EVP_aes_256_ctr(), &p,
			     o->arena + FCT_SRC, len, want, tag) : -ENOMEM;
	if (!ret)
		ret = run_compare(o, &d, want, len + tag);
	free(want);
	return ret;
}

int fct_op_aes_ctr(struct fct_owner *o, __u32 len, __u64 seed)
{
	return aes(o, len, seed, false);
}

int fct_op_aes_gcm(struct fct_owner *o, __u32 len, __u64 seed)
{
	return aes(o, len, seed, true);
}

static EVP_PKEY *read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return key;
}

static EVP_PKEY *rsa_key(void)
{
	static EVP_PKEY *key;

	if (!key)
		key = read_key(rsa_key_pem);
	return key;
}

static __u8 *put_bn(EVP_PKEY *key, __u8 *at, const char *name, int len)
{
	BIGNUM *bn = NULL;

	if (!EVP_PKEY_get_bn_param(key, name, &bn) ||
	    BN_bn2binpad(bn, at, len) != len)
		memset(at, 0, len);	/* the device then says BAD_KEY */
	BN_free(bn);
	return at + len;
}

static size_t rsa_param(EVP_PKEY *key, __u8 *block, int k)
{
	struct facet_rsa_param head = { .bits = 8 * k, .e_bytes = 3 };
	__u8 *p = block;

	memcpy(p, &head, sizeof(head));
	p = put_bn(key, p + sizeof(head), OSSL_PKEY_PARAM_RSA_N, k);
	p = put_bn(key, p, OSSL_PKEY_PARAM_RSA_E, 3);
	p = put_bn(key, p, OSSL_PKEY_PARAM_RSA_FACTOR1, k / 2);
	p = put_bn(key, p, OSSL_PKEY_PARAM_RSA_FACTOR2, k / 2);
	p = put_bn(key, p, OSSL_PKEY_PARAM_RSA_EXPONENT1, k / 2);
	p = put_bn(key, p, OSSL_PKEY_PARAM_RSA_EXPONENT2, k / 2);
	p = put_bn(key, p, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, k / 2);
	return p - block;
}

/* DigestInfo of SHA-256, without the digest (RFC 8017, 9.2) */
static const __u8 digest_info[] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
};

static struct facet_desc rsa_desc(struct fct_owner *o, EVP_PKEY *key, int k)
{
	struct facet_desc d = fct_copy_desc(o, sizeof(digest_info) + 32);
	__u8 block[FACET_PARAM_MAX_BYTES];

	memcpy(o->arena + FCT_SRC, digest_info, sizeof(digest_info));
	d.opcode = FACET_OP_RSA_PRIV;
	d.flags = FACET_DF_PAD;
	d.dst_len_bytes = k;
	set_param(o, &d, block, rsa_param(key, block, k));
	return d;
}

/*
 * A stream that is none: it pays for the most that it may have stood for, and nothing
 * is written.  So @ns of engine time cost nobody any computing.
 */
struct facet_desc fct_bill_desc(struct fct_owner *o, __u32 ns)
{
	struct facet_desc d = fct_copy_desc(o, FCT_BILL_SRC_BYTES);
	struct facet_comp_param p = { .format = FACET_COMP_ZLIB };

	memset(o->arena + FCT_SRC, 0xff, FCT_BILL_SRC_BYTES);
	d.opcode = FACET_OP_INFLATE;
	d.dst_len_bytes = ns - FCT_BILL_BASE_NS;
	set_param(o, &d, &p, sizeof(p));
	return d;
}

struct facet_desc fct_rsa_desc(struct fct_owner *o)
{
	return rsa_desc(o, rsa_key(), RSA_BYTES);
}

struct facet_desc fct_rsa_1024_desc(struct fct_owner *o)
{
	EVP_PKEY *key = read_key(rsa_1024_pem);
	struct facet_desc d = rsa_desc(o, key, RSA_BYTES / 2);

	EVP_PKEY_free(key);
	return d;
}

static bool rsa_verify(const __u8 *sig, const __u8 *digest)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(rsa_key(), NULL);
	bool ok;

	ok = c && EVP_PKEY_verify_init(c) > 0 &&
		EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) > 0 &&
		EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) > 0 &&
		EVP_PKEY_verify(c, sig, RSA_BYTES, digest, 32) == 1;
	EVP_PKEY_CTX_free(c);
	return ok;
}

int fct_op_rsa_sign(struct fct_owner *o, __u64 seed)
{
	__u8 *digest = o->arena + FCT_SRC + sizeof(digest_info);
	struct facet_desc d;
	int ret;

	prepare(o, 512, seed);
	d = fct_rsa_desc(o);
	ret = fct_status(o, &d);
	if (ret)
		return ret < 0 ? ret : -EREMOTEIO;
	return rsa_verify(o->arena + FCT_DST, digest) ? 0 : -EBADMSG;
}

int fct_op_mix(struct fct_owner *o, __u64 seed)
{
	switch (seed % 4) {
	case 0:
		return fct_op_copy(o, 1 + seed % 16384, seed);
	case 1:
		return fct_op_sha256(o, seed % 8192, seed);
	case 2:
		return fct_op_aes_ctr(o, 1 + seed % 4096, seed);
	default:
		return fct_op_aes_gcm(o, 1 + seed % 4096, seed);
	}
}
