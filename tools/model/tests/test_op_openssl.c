// SPDX-License-Identifier: GPL-2.0
/*
 * The same inputs, drawn at random, through the model and through libcrypto.
 * The seed is fixed; FACET_SEED in the environment takes another.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include "op_test.h"

#define ROUNDS		200
#define DATA_MAX	70000u
#define K_MAX		512

static uint32_t seed = 20240229;
static uint8_t data[DATA_MAX], packed[DATA_MAX + 64], want[DATA_MAX + 64];

/* libcrypto failing is no result of the model's. */
static void must(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "libcrypto: %s failed\n", what);
	ERR_print_errors_fp(stderr);
	exit(2);
}

/* Small lengths often, with those around block boundaries among them. */
static size_t random_len(size_t max)
{
	size_t n = op_random_below(&seed, 4) ? op_random_below(&seed, 200) :
						op_random_below(&seed, max + 1);

	return n > max ? max : n;
}

/* A parameter block with room for additional data. */
struct cipher {
	struct facet_cipher_param head;
	uint8_t aad[1000];
};

static const EVP_CIPHER *evp_cipher(uint8_t opcode, size_t key)
{
	switch (opcode) {
	case FACET_OP_AES_XTS:
		return key == 32 ? EVP_aes_128_xts() : EVP_aes_256_xts();
	case FACET_OP_AES_CBC:
		return key == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
	case FACET_OP_AES_CTR:
		return key == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr();
	default:
		return key == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
	}
}

/* Encrypts @n bytes at @data, GCM with its tag behind; returns the length. */
static size_t evp_encrypt(const struct cipher *c, const struct op_test *t, const uint8_t *iv,
			  const uint8_t *in, size_t n, uint8_t *out)
{
	const EVP_CIPHER *type = evp_cipher(t->opcode, le16toh(c->head.key_bytes));
	int aad = t->param_bytes - sizeof(c->head), tag = le16toh(c->head.tag_bytes);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0, last = 0;

	must(EVP_EncryptInit_ex(ctx, type, NULL, c->head.key, iv), "cipher");
	EVP_CIPHER_CTX_set_padding(ctx, !!(t->flags & FACET_DF_PAD));
	if (aad)
		must(EVP_EncryptUpdate(ctx, NULL, &len, c->aad, aad), "aad");
	len = 0;
	must(!n || EVP_EncryptUpdate(ctx, out, &len, in, n), "encrypt");
	must(EVP_EncryptFinal_ex(ctx, out + len, &last), "encrypt");
	if (tag)
		must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, tag, out + len + last), "tag");
	EVP_CIPHER_CTX_free(ctx);
	return len + last + tag;
}

/* libcrypto knows no sectors: each gets its tweak here. */
static size_t evp_sectors(const struct cipher *c, const struct op_test *t, size_t n)
{
	size_t unit = le32toh(c->head.unit_bytes), at, i;
	uint8_t iv[16];

	memcpy(iv, c->head.iv, sizeof(iv));
	if (!unit)
		return evp_encrypt(c, t, iv, data, n, want);
	for (at = 0; at < n; at += unit) {
		evp_encrypt(c, t, iv, data + at, unit, want + at);
		for (i = 0; i < 16 && !++iv[i]; i++)
			;
	}
	return n;
}

static size_t draw_xts(struct cipher *c)
{
	size_t n = 16 + random_len(DATA_MAX - 16), unit;

	if (op_random_below(&seed, 2))
		return n;
	unit = 16 + op_random_below(&seed, 4081);
	c->head.unit_bytes = htole32(unit);
	n = n / unit * unit;
	return n ? n : unit;
}

/* Draws block and length; the data is drawn already. */
static size_t draw_cipher(struct op_test *t, struct cipher *c)
{
	size_t key = op_random_below(&seed, 2) ? 16 : 32;

	op_random(&seed, c, sizeof(*c));
	if (!op_random_below(&seed, 4))
		memset(c->head.iv, 0xff, sizeof(c->head.iv));
	c->head.key_bytes = htole16(t->opcode == FACET_OP_AES_XTS ? 2 * key : key);
	c->head.tag_bytes = 0;
	c->head.aad_bytes = 0;
	c->head.unit_bytes = 0;
	c->head.rsvd = 0;
	t->param = c;
	t->param_bytes = sizeof(c->head);
	if (t->opcode == FACET_OP_AES_XTS)
		return draw_xts(c);
	if (t->opcode == FACET_OP_AES_CBC) {
		t->flags = op_random_below(&seed, 2) ? FACET_DF_PAD : 0;
		return t->flags ? random_len(DATA_MAX) : random_len(DATA_MAX) / 16 * 16;
	}
	if (t->opcode == FACET_OP_AES_GCM) {
		memset(c->head.iv + 12, 0, 4);
		c->head.tag_bytes = htole16(12 + op_random_below(&seed, 5));
		t->param_bytes += op_random_below(&seed, sizeof(c->aad));
		c->head.aad_bytes = htole32(t->param_bytes - sizeof(c->head));
	}
	return random_len(DATA_MAX);
}

static bool cipher_round(uint8_t opcode)
{
	struct op_test t = { .opcode = opcode };
	struct cipher c;
	size_t n, out;

	n = draw_cipher(&t, &c);
	op_random(&seed, data, n);
	out = evp_sectors(&c, &t, n);
	t.src = data;
	t.src_bytes = n;
	t.dst_bytes = out + op_random_below(&seed, 50);
	if (op_test_run(&t) || t.res.out_bytes != out || memcmp(t.out, want, out))
		return false;
	memcpy(packed, t.out, out);
	t.flags |= FACET_DF_DECRYPT;
	t.src = packed;
	t.src_bytes = out;
	t.dst_bytes = n;
	return !op_test_run(&t) && t.res.out_bytes == n && !memcmp(t.out, data, n);
}

static void test_ciphers(void)
{
	static const uint8_t ops[] = { FACET_OP_AES_XTS, FACET_OP_AES_CBC, FACET_OP_AES_CTR,
				       FACET_OP_AES_GCM };
	size_t i, round, good;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		for (good = round = 0; round < ROUNDS; round++)
			good += cipher_round(ops[i]);
		tap_eq(good, ROUNDS, facet_op_info(ops[i])->name);
	}
}

/* In pieces of whole blocks, the last of any length. */
static uint16_t hash_pieces(struct op_test *t, struct facet_hash_param *p, size_t n)
{
	size_t block = t->opcode % 2 ? 128 : 64, at = 0, piece;
	uint16_t status = FACET_ST_OK;

	t->flags = FACET_DF_FIRST;
	while (!status && op_random_below(&seed, 5)) {
		piece = op_random_below(&seed, (n - at) / block + 1) * block;
		t->src = data + at;
		t->src_bytes = piece;
		p->total_bytes = htole64(at);
		status = op_test_run(t);
		memcpy(p->state, t->out, t->res.out_bytes);
		at += piece;
		t->flags = 0;
	}
	t->src = data + at;
	t->src_bytes = n - at;
	p->total_bytes = htole64(at);
	t->flags |= FACET_DF_LAST;
	return status ? status : op_test_run(t);
}

static bool hash_round(uint8_t opcode, bool hmac)
{
	const EVP_MD *md = opcode % 2 ? EVP_sha512() : EVP_sha256();
	struct facet_hash_param p = { 0 };
	struct op_test t = { .opcode = opcode, .param = &p, .param_bytes = sizeof(p),
			     .dst_bytes = 64 };
	size_t n = random_len(DATA_MAX), key = hmac ? op_random_below(&seed, 129) : 0;
	unsigned int len;

	op_random(&seed, data, n);
	op_random(&seed, p.key, sizeof(p.key));
	op_random(&seed, p.state, sizeof(p.state));
	p.key_bytes = htole16(key);
	if (hmac)
		must(HMAC(md, p.key, key, data, n, want, &len), "HMAC");
	else
		must(EVP_Digest(data, n, want, &len, md, NULL), "digest");
	return !hash_pieces(&t, &p, n) && t.res.out_bytes == len && !memcmp(t.out, want, len);
}

static void test_hashes(void)
{
	size_t round, good;
	uint8_t op;

	for (op = FACET_OP_SHA256; op <= FACET_OP_HMAC_SHA512; op++) {
		for (good = round = 0; round < ROUNDS; round++)
			good += hash_round(op, op >= FACET_OP_HMAC_SHA256);
		tap_eq(good, ROUNDS, facet_op_info(op)->name);
	}
}

static size_t put_bn(const EVP_PKEY *pkey, const char *name, uint8_t *out, size_t n)
{
	BIGNUM *v = NULL;

	must(EVP_PKEY_get_bn_param(pkey, name, &v), name);
	must(BN_bn2binpad(v, out, n) == (int)n, name);
	BN_free(v);
	return n;
}

static EVP_PKEY *rsa_generate(unsigned int bits, uint64_t exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	BIGNUM *e = BN_new();
	OSSL_PARAM *params;

	must(BN_set_word(e, exponent) && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) &&
	     OSSL_PARAM_BLD_push_uint(bld, OSSL_PKEY_PARAM_RSA_BITS, bits), "parameters");
	params = OSSL_PARAM_BLD_to_param(bld);
	must(EVP_PKEY_keygen_init(ctx) > 0 && EVP_PKEY_CTX_set_params(ctx, params) > 0 &&
	     EVP_PKEY_generate(ctx, &pkey) > 0, "RSA key");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* Returns the length of the private block; that of the public one is @pub. */
static size_t rsa_block(const EVP_PKEY *pkey, uint8_t *param, size_t k, size_t e, size_t *pub)
{
	static const char *const halves[] = {
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	};
	struct facet_rsa_param head = { .bits = htole16(k * 8), .e_bytes = htole16(e) };
	uint8_t *at = param + sizeof(head);
	size_t i;

	memcpy(param, &head, sizeof(head));
	at += put_bn(pkey, OSSL_PKEY_PARAM_RSA_N, at, k);
	at += put_bn(pkey, OSSL_PKEY_PARAM_RSA_E, at, e);
	*pub = at - param;
	for (i = 0; i < ARRAY_SIZE(halves); i++)
		at += put_bn(pkey, halves[i], at, k / 2);
	return at - param;
}

/* PKCS#1 block type 1 on bytes as they are, or no padding at all. */
static void evp_rsa_sign(EVP_PKEY *pkey, int padding, const uint8_t *in, size_t n, size_t k)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	size_t len = k;

	must(ctx && EVP_PKEY_sign_init(ctx) > 0 &&
	     EVP_PKEY_CTX_set_rsa_padding(ctx, padding) > 0 &&
	     EVP_PKEY_sign(ctx, want, &len, in, n) > 0 && len == k, "RSA signature");
	EVP_PKEY_CTX_free(ctx);
}

static bool rsa_round(EVP_PKEY *pkey, const uint8_t *param, size_t pub, size_t priv, size_t k)
{
	bool pad = op_random_below(&seed, 2);
	size_t n = pad ? op_random_below(&seed, k - 10) : k;
	struct op_test t = {
		.opcode = FACET_OP_RSA_PRIV, .flags = pad ? FACET_DF_PAD : 0, .param = param,
		.param_bytes = priv, .src = data, .src_bytes = n, .dst_bytes = k + 9,
	};

	op_random(&seed, data, n);
	if (!pad)
		data[0] &= 0x7f;
	evp_rsa_sign(pkey, pad ? RSA_PKCS1_PADDING : RSA_NO_PADDING, data, n, k);
	if (op_test_run(&t) || t.res.out_bytes != k || memcmp(t.out, want, k))
		return false;
	t.opcode = FACET_OP_RSA_PUB;
	t.param_bytes = pub;
	t.src = want;
	t.src_bytes = k;
	return !op_test_run(&t) && t.res.out_bytes == n && !memcmp(t.out, data, n);
}

static void test_rsa(void)
{
	static const struct {
		unsigned int bits;
		uint64_t e;
		size_t e_bytes;
	} keys[] = {
		{ 1024, 65537, 3 }, { 1024, 3, 1 }, { 2048, 65537, 8 },
		{ 2048, 0x8000000000000001, 8 }, { 3072, 65537, 3 }, { 4096, 65537, 4 },
	};
	uint8_t param[FACET_PARAM_MAX_BYTES];
	size_t i, k, pub, priv, round, good;
	EVP_PKEY *pkey;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		k = keys[i].bits / 8;
		pkey = rsa_generate(keys[i].bits, keys[i].e);
		priv = rsa_block(pkey, param, k, keys[i].e_bytes, &pub);
		for (good = round = 0; round < 10; round++)
			good += rsa_round(pkey, param, pub, priv, k);
		tap_ok(good == 10, "rsa %u, e = %llu", keys[i].bits,
		       (unsigned long long)keys[i].e);
		EVP_PKEY_free(pkey);
	}
}

/* DER of a signature, from r and s of 32 bytes */
static int der_signature(const uint8_t *rs, uint8_t **der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	int len;

	must(ECDSA_SIG_set0(sig, BN_bin2bn(rs, 32, NULL), BN_bin2bn(rs + 32, 32, NULL)), "r, s");
	*der = NULL;
	len = i2d_ECDSA_SIG(sig, der);
	ECDSA_SIG_free(sig);
	return len;
}

static bool evp_ec_verifies(EVP_PKEY *pkey, const uint8_t *rs, size_t n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	uint8_t *der;
	int len = der_signature(rs, &der), ret;

	must(ctx && EVP_PKEY_verify_init(ctx) > 0, "verify");
	ret = EVP_PKEY_verify(ctx, der, len, data, n);
	EVP_PKEY_CTX_free(ctx);
	OPENSSL_free(der);
	ERR_clear_error();
	return ret == 1;
}

/* r and s of 32 bytes each, of @n bytes at @data */
static void evp_ec_sign(EVP_PKEY *pkey, uint8_t *rs, size_t n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	uint8_t der[100];
	const uint8_t *at = der;
	size_t len = sizeof(der);
	ECDSA_SIG *sig;

	must(ctx && EVP_PKEY_sign_init(ctx) > 0 && EVP_PKEY_sign(ctx, der, &len, data, n) > 0,
	     "ECDSA signature");
	sig = d2i_ECDSA_SIG(NULL, &at, len);
	must(sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), rs, 32) == 32 &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(sig), rs + 32, 32) == 32, "r, s");
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(ctx);
}

static bool model_verifies(const struct facet_ec_param *pub, const uint8_t *rs, size_t n)
{
	uint8_t in[128];
	struct op_test t = { .opcode = FACET_OP_ECDSA_P256_VERIFY, .param = pub,
			     .param_bytes = sizeof(*pub), .src = in, .src_bytes = 64 + n };

	memcpy(in, rs, 64);
	memcpy(in + 64, data, n);
	return op_test_run(&t) == FACET_ST_OK;
}

/* Each verifies what the other signs, and refuses it once a bit has changed. */
static bool ec_round(EVP_PKEY *pkey, const struct facet_ec_param *d,
		     const struct facet_ec_param *xy)
{
	size_t n = 20 + op_random_below(&seed, 45), bit = op_random_below(&seed, 512);
	struct op_test t = { .opcode = FACET_OP_ECDSA_P256_SIGN, .param = d,
			     .param_bytes = sizeof(*d), .src = data, .src_bytes = n,
			     .dst_bytes = 64 };
	uint8_t ours[64], theirs[64];
	bool pass;

	op_random(&seed, data, n);
	if (op_test_run(&t))
		return false;
	memcpy(ours, t.out, 64);
	evp_ec_sign(pkey, theirs, n);
	pass = evp_ec_verifies(pkey, ours, n) && model_verifies(xy, ours, n) &&
	       model_verifies(xy, theirs, n);
	ours[bit / 8] ^= 1 << bit % 8;
	return pass && !evp_ec_verifies(pkey, ours, n) && !model_verifies(xy, ours, n);
}

static void test_ecdsa(void)
{
	struct facet_ec_param d, xy;
	size_t round, good = 0;
	EVP_PKEY *pkey;

	for (round = 0; round < 50; round++) {
		memset(&d, 0, sizeof(d));
		pkey = EVP_EC_gen("P-256");
		must(pkey, "EC key");
		put_bn(pkey, OSSL_PKEY_PARAM_PRIV_KEY, d.key, 32);
		put_bn(pkey, OSSL_PKEY_PARAM_EC_PUB_X, xy.key, 32);
		put_bn(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, xy.key + 32, 32);
		good += ec_round(pkey, &d, &xy);
		EVP_PKEY_free(pkey);
	}
	tap_eq(good, round, "ecdsa-p256, both directions");
}

int main(void)
{
	const char *env = getenv("FACET_SEED");

	if (env)
		seed = strtoul(env, NULL, 0);
	if (!tap_ok(facet_op_init(), "libgcrypt"))
		return tap_done();
	tap_diag("FACET_SEED=%u", seed);
	test_ciphers();
	test_hashes();
	test_rsa();
	test_ecdsa();
	return tap_done();
}
