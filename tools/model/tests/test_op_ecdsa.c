// SPDX-License-Identifier: GPL-2.0
/*
 * ECDSA on P-256 against RFC 6979, A.2.5.
 */
#include "op_test.h"

#define DIGEST_MAX	64
#define SIG		64

#define RFC_D	"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define RFC_X	"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define RFC_Y	"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define ORDER	"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define ORDER_1	"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"
#define FIELD	"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define GEN_X	"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GEN_Y	"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define NUM_0	"0000000000000000000000000000000000000000000000000000000000000000"
#define NUM_1	"0000000000000000000000000000000000000000000000000000000000000001"

#define SAMPLE_SHA1	"8151325dcdbae9e0ff95f9f9658432dbedfdb209"
#define SAMPLE_SHA256	"af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf"
#define SAMPLE_SHA384	"9a9083505bc92276aec4be312696ef7bf3bf603f4bbd381196a029f340585312 " \
			"313bca4a9b5b890efee42c77b1ee25fe"
#define SAMPLE_SHA512	"39a5e04aaff7455d9850c605364f514c11324ce64016960d23d5dc57d3ffd8f4 " \
			"9a739468ab8049bf18eef820cdb1ad6c9015f838556bc7fad4138b23fdf986c7"
#define TEST_SHA256	"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define SAMPLE_SIG	"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716 " \
			"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"

/*
 * Those of the RFC use the digest's own hash for the nonce, so that for other
 * digests than SHA-256 they only verify.  The others are computed from the RFC's
 * description, in a few lines of Python on its integers.
 */
static const struct {
	const char *name;
	const char *d;
	const char *digest;
	const char *sig;
} sign_vectors[] = {
	{ "RFC 6979, SHA-256 of sample", RFC_D, SAMPLE_SHA256, SAMPLE_SIG },
	{ "RFC 6979, SHA-256 of test", RFC_D, TEST_SHA256,
	  "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367 "
	  "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083" },
	{ "digest of 20 bytes", RFC_D, SAMPLE_SHA1,
	  "3eb8ddc0ac1950f0b92a1456308bc78543a8a76fee7e30cb95dd85ec5c92a6a6 "
	  "d959bae95c09890e31b848da6acb2b43e78ca545858900b67743ef3650061ef6" },
	{ "digest of 48 bytes", RFC_D, SAMPLE_SHA384,
	  "ca1c84b1d0ad078c0ffe667645edc136034f462cee69a0fdbd8860fe1465d813 "
	  "403ad192be74fff02854c4efcd388d67c710cb2df0391295ecda96acf52e330e" },
	{ "digest of 64 bytes", RFC_D, SAMPLE_SHA512,
	  "962705d612647b04822c6060f31270f4b4cd703f6ba8fc1308c2a562ee600fc0 "
	  "af713dc0b1a1423422198a0edbce3b096f25c8e47d80988880ff472e579ab61f" },
	{ "digest of zeroes", RFC_D, NUM_0,
	  "68897a78df51058b490c6012251c95921abba96e2e488c8cc998942e440db9b7 "
	  "80587fb387363a1df2c9e83c00f8ca990fc0a55b5e470946499b82ca3b552a87" },
	{ "digest of ones, above the order", RFC_D,
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	  "1f2adbc54b88764c279f689fc9505959fc9e73e80dc20889a4e0be91865de75b "
	  "9d109b65e2fbfc0ae42ba0b2e5f03670cd458cff4882df6783f3d93d607d1755" },
	{ "key 1", NUM_1, SAMPLE_SHA256,
	  "0466341174d59e93eb984c2a7c923a80ab99a9e91555bc73ebd8073d4c722121 "
	  "998f2b7bb63082e976215e6ae46344d66d2d4edea67d65d91595f21311df5030" },
	{ "the last key", ORDER_1, SAMPLE_SHA256,
	  "a2e09df104aafc802a50c6684f6db83355a0a2588585a778b311e7e6c7c600ce "
	  "b783aa569666ddbb05d0a5b9ce18b2757b27e2f6a4b4b1a3e4b4ced21f4174b2" },
};

static const struct {
	const char *name;
	const char *key;
	const char *digest;
	const char *sig;
} verify_vectors[] = {
	{ "RFC 6979, SHA-1 of sample", RFC_X RFC_Y, SAMPLE_SHA1,
	  "61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d32 "
	  "6d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb" },
	{ "RFC 6979, SHA-256 of sample", RFC_X RFC_Y, SAMPLE_SHA256, SAMPLE_SIG },
	{ "RFC 6979, SHA-384 of sample", RFC_X RFC_Y, SAMPLE_SHA384,
	  "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719 "
	  "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954" },
	{ "RFC 6979, SHA-512 of sample", RFC_X RFC_Y, SAMPLE_SHA512,
	  "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00 "
	  "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe" },
	{ "key 1", GEN_X GEN_Y, SAMPLE_SHA256,
	  "0466341174d59e93eb984c2a7c923a80ab99a9e91555bc73ebd8073d4c722121 "
	  "998f2b7bb63082e976215e6ae46344d66d2d4edea67d65d91595f21311df5030" },
};

struct verify {
	struct facet_ec_param param;
	uint8_t in[SIG + DIGEST_MAX];
};

static struct op_test load_sign(struct facet_ec_param *p, uint8_t *digest, const char *d,
				const char *hex)
{
	memset(p, 0, sizeof(*p));
	unhex(d, p->key, 32);
	return (struct op_test) {
		.opcode = FACET_OP_ECDSA_P256_SIGN, .param = p, .param_bytes = sizeof(*p),
		.src = digest, .src_bytes = unhex(hex, digest, DIGEST_MAX),
		.dst_bytes = SIG + 20,
	};
}

static struct op_test load_verify(struct verify *v, const char *key, const char *sig,
				  const char *digest)
{
	unhex(key, v->param.key, 64);
	unhex(sig, v->in, SIG);
	return (struct op_test) {
		.opcode = FACET_OP_ECDSA_P256_VERIFY, .param = &v->param,
		.param_bytes = sizeof(v->param), .src = v->in,
		.src_bytes = SIG + unhex(digest, v->in + SIG, DIGEST_MAX),
	};
}

static void test_sign(void)
{
	uint8_t digest[DIGEST_MAX], sig[SIG];
	struct facet_ec_param p;
	struct op_test t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sign_vectors); i++) {
		t = load_sign(&p, digest, sign_vectors[i].d, sign_vectors[i].digest);
		unhex(sign_vectors[i].sig, sig, SIG);
		op_test_gives(&t, sig, SIG, sign_vectors[i].name);
	}
	op_test_room(&t, "a signature");
}

/* No output, but the caller may offer room; it is left alone. */
static void test_verify(void)
{
	struct op_test t;
	struct verify v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verify_vectors); i++) {
		t = load_verify(&v, verify_vectors[i].key, verify_vectors[i].sig,
				verify_vectors[i].digest);
		op_test_gives(&t, NULL, 0, verify_vectors[i].name);
		t.dst_bytes = 100;
		op_test_gives(&t, NULL, 0, verify_vectors[i].name);
	}
}

static void test_changed(void)
{
	struct op_test t;
	struct verify v;
	bool pass = true;
	size_t i;

	t = load_verify(&v, RFC_X RFC_Y, SAMPLE_SIG, SAMPLE_SHA256);
	for (i = 0; i < t.src_bytes * 8; i++) {
		v.in[i / 8] ^= 1 << i % 8;
		pass &= op_test_run(&t) == FACET_ST_BAD_SIGNATURE && t.clean;
		v.in[i / 8] ^= 1 << i % 8;
	}
	tap_ok(pass, "a flipped bit of r, s or digest is BAD_SIGNATURE");
	t = load_verify(&v, GEN_X GEN_Y, SAMPLE_SIG, SAMPLE_SHA256);
	op_test_fails(&t, FACET_ST_BAD_SIGNATURE, "another's key");
}

/* r and s are 1 .. n - 1, whatever the arithmetic would say. */
static void test_bad_range(void)
{
	static const char *const sigs[] = {
		NUM_0 NUM_0, NUM_0 NUM_1, NUM_1 NUM_0, ORDER NUM_1, NUM_1 ORDER, ORDER ORDER,
		FIELD NUM_1, NUM_1 FIELD,
	};
	struct op_test t;
	struct verify v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sigs); i++) {
		t = load_verify(&v, RFC_X RFC_Y, sigs[i], SAMPLE_SHA256);
		op_test_fails(&t, FACET_ST_BAD_SIGNATURE, sigs[i]);
	}
}

/*
 * Points with x = 0 and with y = 5: on the curve as they are, not with the
 * field's order added, although that is the same modulo the field.
 */
#define Y_OF_0	"66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"
#define X_OF_5	"d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7"
#define NUM_5	"0000000000000000000000000000000000000000000000000000000000000005"
#define FIELD_5	"ffffffff00000001000000000000000000000001000000000000000000000004"

static void test_reduced(void)
{
	static const char *const keys[][2] = {
		{ NUM_0 Y_OF_0, FIELD Y_OF_0 }, { X_OF_5 NUM_5, X_OF_5 FIELD_5 },
	};
	struct op_test t;
	struct verify v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		t = load_verify(&v, keys[i][0], SAMPLE_SIG, SAMPLE_SHA256);
		op_test_fails(&t, FACET_ST_BAD_SIGNATURE, "a key with a small coordinate");
		t = load_verify(&v, keys[i][1], SAMPLE_SIG, SAMPLE_SHA256);
		op_test_fails(&t, FACET_ST_BAD_KEY, "the same with a coordinate above the field");
	}
}

static void test_bad_key(void)
{
	static const char *const publics[] = {
		NUM_0 NUM_0, NUM_1 NUM_1, RFC_Y RFC_X, RFC_X GEN_Y, FIELD NUM_0, RFC_X FIELD,
		NUM_0 FIELD,
	};
	static const char *const privates[] = {
		NUM_0, ORDER, FIELD,
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};
	uint8_t digest[DIGEST_MAX];
	struct facet_ec_param p;
	struct op_test t;
	struct verify v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(publics); i++) {
		t = load_verify(&v, publics[i], SAMPLE_SIG, SAMPLE_SHA256);
		op_test_fails(&t, FACET_ST_BAD_KEY, publics[i]);
	}
	for (i = 0; i < ARRAY_SIZE(privates); i++) {
		t = load_sign(&p, digest, privates[i], SAMPLE_SHA256);
		op_test_fails(&t, FACET_ST_BAD_KEY, privates[i]);
	}
}

static void test_bad_param(void)
{
	uint8_t digest[DIGEST_MAX];
	struct facet_ec_param p;
	struct op_test t;

	t = load_sign(&p, digest, RFC_D, SAMPLE_SHA256);
	p.key[63] = 1;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "something behind d");
	p.key[63] = 0;
	t.param_bytes--;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "block too short");
	t.opcode = FACET_OP_ECDSA_P256_VERIFY;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "block too short");
	t.param_bytes++;
	t.flags = FACET_DF_PAD;
	op_test_fails(&t, FACET_ST_BAD_DESC, "a flag that is not ECDSA's");
}

static void test_bad_len(void)
{
	uint8_t in[SIG + DIGEST_MAX + 1] = { 0 };
	struct facet_ec_param p = { 0 };
	struct op_test t = { .param = &p, .param_bytes = sizeof(p), .src = in, .dst_bytes = SIG };
	bool pass = true;
	uint16_t status;

	unhex(RFC_X RFC_Y, p.key, 64);
	for (t.src_bytes = 0; t.src_bytes <= sizeof(in); t.src_bytes++) {
		t.opcode = FACET_OP_ECDSA_P256_VERIFY;
		status = op_test_run(&t);
		pass &= t.clean && (status == FACET_ST_BAD_LEN) ==
			(t.src_bytes < SIG + 20 || t.src_bytes > SIG + DIGEST_MAX);
		t.opcode = FACET_OP_ECDSA_P256_SIGN;
		status = op_test_run(&t);
		pass &= t.clean && (status == FACET_ST_BAD_LEN) ==
			(t.src_bytes < 20 || t.src_bytes > DIGEST_MAX);
	}
	tap_ok(pass, "digests of 20 to 64 bytes, others are BAD_LEN");
}

int main(void)
{
	if (!tap_ok(facet_op_init(), "libgcrypt"))
		return tap_done();
	test_sign();
	test_verify();
	test_changed();
	test_bad_range();
	test_reduced();
	test_bad_key();
	test_bad_param();
	test_bad_len();
	return tap_done();
}
