// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run: keys from PEM files.
 *
 * libcrypto reads the file and takes the numbers out of it; it computes
 * nothing.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <stdio.h>
#include "run.h"

static EVP_PKEY *decode(const char *name, int selection)
{
	EVP_PKEY *pkey = NULL;
	OSSL_DECODER_CTX *ctx;
	FILE *f = fopen(name, "re");

	if (!f)
		die_errno("%s", name);
	ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, "PEM", NULL, NULL, selection, NULL, NULL);
	/* an empty passphrase, or libcrypto asks the terminal for one */
	if (!ctx || !OSSL_DECODER_CTX_set_passphrase(ctx, (const uint8_t *)"", 0) ||
	    !OSSL_DECODER_from_fp(ctx, f)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	OSSL_DECODER_CTX_free(ctx);
	fclose(f);
	return pkey;
}

/* Writes the number as @n bytes, big endian; false if it has no such number. */
static bool number(const EVP_PKEY *pkey, const char *what, uint8_t *p, size_t n)
{
	BIGNUM *bn = NULL;
	bool good = EVP_PKEY_get_bn_param(pkey, what, &bn) == 1 &&
		    BN_bn2binpad(bn, p, n) == (int)n;

	BN_clear_free(bn);
	return good;
}

static size_t number_bytes(const EVP_PKEY *pkey, const char *what)
{
	BIGNUM *bn = NULL;
	size_t n = EVP_PKEY_get_bn_param(pkey, what, &bn) == 1 ? BN_num_bytes(bn) : 0;

	BN_clear_free(bn);
	return n;
}

static bool rsa_private(struct pk_key *key, const EVP_PKEY *pkey)
{
	static const char * const parts[] = {
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	};
	uint32_t half = key->k_bytes / 2, at = key->pub_param_bytes;
	size_t i;

	memcpy(key->param, key->pub_param, at);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++, at += half)
		if (!number(pkey, parts[i], key->param + at, half))
			return false;
	key->param_bytes = at;
	return true;
}

static void load_rsa(struct pk_key *key, const EVP_PKEY *pkey, const char *name)
{
	unsigned int bits = EVP_PKEY_get_bits(pkey);
	size_t e = number_bytes(pkey, OSSL_PKEY_PARAM_RSA_E);
	struct facet_rsa_param head = { .bits = htole16(bits), .e_bytes = htole16(e) };
	uint8_t *at = key->pub_param + sizeof(head);

	if (bits != 1024 && bits != 2048 && bits != 3072 && bits != 4096)
		die("%s: RSA key of %u bits; 1024, 2048, 3072 and 4096 are possible", name, bits);
	if (e < 1 || e > 8)
		die("%s: public exponent of %zu bytes; up to 8 are possible", name, e);
	key->k_bytes = bits / 8;
	key->pub_param_bytes = sizeof(head) + key->k_bytes + e;
	memcpy(key->pub_param, &head, sizeof(head));
	if (!number(pkey, OSSL_PKEY_PARAM_RSA_N, at, key->k_bytes) ||
	    !number(pkey, OSSL_PKEY_PARAM_RSA_E, at + key->k_bytes, e))
		die("%s: incomplete RSA key", name);
	key->private = rsa_private(key, pkey);
}

static void load_ec(struct pk_key *key, const EVP_PKEY *pkey, const char *name)
{
	char group[32] = "unnamed";

	EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
				       NULL);
	if (strcmp(group, "prime256v1"))
		die("%s: key on the curve %s; only P-256 (prime256v1) is possible", name, group);
	key->ec = true;
	key->param_bytes = sizeof(struct facet_ec_param);
	key->pub_param_bytes = sizeof(struct facet_ec_param);
	if (!number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, key->pub_param, 32) ||
	    !number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, key->pub_param + 32, 32))
		die("%s: incomplete ECDSA key", name);
	key->private = number(pkey, OSSL_PKEY_PARAM_PRIV_KEY, key->param, 32);
}

void pk_key_load(struct pk_key *key, const char *name)
{
	EVP_PKEY *pkey;

	if (!name)
		die_usage("--key is missing: a PEM file");
	pkey = decode(name, EVP_PKEY_KEYPAIR);
	if (!pkey)
		pkey = decode(name, EVP_PKEY_PUBLIC_KEY);
	if (!pkey)
		die("%s: no RSA or ECDSA key in PEM, without a passphrase", name);
	memset(key, 0, sizeof(*key));
	if (EVP_PKEY_is_a(pkey, "RSA"))
		load_rsa(key, pkey, name);
	else if (EVP_PKEY_is_a(pkey, "EC"))
		load_ec(key, pkey, name);
	else
		die("%s: neither an RSA nor an ECDSA key", name);
	EVP_PKEY_free(pkey);
}
