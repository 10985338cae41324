// SPDX-License-Identifier: GPL-2.0
/*
 * AES operations against published vectors, and every way in which they fail.
 */
#include "op_test.h"

#define MAX	1024

/**
 * struct vector - one known answer; all strings are hex digits
 * @name: source
 * @opcode: mode
 * @flags: besides FACET_DF_DECRYPT, which the test sets itself
 * @key: one key, or both of XTS
 * @iv: as in struct facet_cipher_param, zeroes at the end may be missing
 * @aad: GCM
 * @plain: plaintext
 * @cipher: ciphertext, then the tag
 * @tag_bytes: GCM
 * @unit_bytes: XTS
 */
struct vector {
	const char *name;
	uint8_t opcode;
	uint8_t flags;
	const char *key;
	const char *iv;
	const char *aad;
	const char *plain;
	const char *cipher;
	uint16_t tag_bytes;
	uint32_t unit_bytes;
};

#define SP_PLAIN	"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51 " \
			"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
#define SP_KEY128	"2b7e151628aed2a6abf7158809cf4f3c"
#define SP_KEY256	"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define SP_CTR		"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define SP_IV		"000102030405060708090a0b0c0d0e0f"
#define GCM_KEY		"feffe9928665731c6d6a8f9467308308"
#define GCM_IV		"cafebabefacedbaddecaf888"
#define GCM_AAD		"feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define GCM_PLAIN60	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72 " \
			"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define ZERO16		"00000000000000000000000000000000"
#define FOURS		"4444444444444444444444444444444444444444444444444444444444444444"
#define FFKEY		"fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0"
#define CTS_KEY		FFKEY "bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0"

static const struct vector vectors[] = {
	{ "SP 800-38A F.2.1 CBC-AES128", FACET_OP_AES_CBC, 0, SP_KEY128, SP_IV, "", SP_PLAIN,
	  "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2 "
	  "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7", 0, 0 },
	{ "SP 800-38A F.2.5 CBC-AES256", FACET_OP_AES_CBC, 0, SP_KEY256, SP_IV, "", SP_PLAIN,
	  "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d "
	  "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b", 0, 0 },
	{ "SP 800-38A F.5.1 CTR-AES128", FACET_OP_AES_CTR, 0, SP_KEY128, SP_CTR, "", SP_PLAIN,
	  "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff "
	  "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee", 0, 0 },
	{ "SP 800-38A F.5.5 CTR-AES256", FACET_OP_AES_CTR, 0, SP_KEY256, SP_CTR, "", SP_PLAIN,
	  "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5 "
	  "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6", 0, 0 },
	{ "RFC 3602 case 1, one block of CBC", FACET_OP_AES_CBC, 0,
	  "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41", "",
	  "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a", 0, 0 },
	{ "GCM test case 1", FACET_OP_AES_GCM, 0, ZERO16, ZERO16, "", "",
	  "58e2fccefa7e3061367f1d57a4e7455a", 16, 0 },
	{ "GCM test case 2", FACET_OP_AES_GCM, 0, ZERO16, ZERO16, "", ZERO16,
	  "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf", 16, 0 },
	{ "GCM test case 4", FACET_OP_AES_GCM, 0, GCM_KEY, GCM_IV, GCM_AAD, GCM_PLAIN60,
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e "
	  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091 "
	  "5bc94fbc3221a5db94fae95ae7121a47", 16, 0 },
	{ "GCM test case 4, tag of 12 bytes", FACET_OP_AES_GCM, 0, GCM_KEY, GCM_IV, GCM_AAD,
	  GCM_PLAIN60,
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e "
	  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091 "
	  "5bc94fbc3221a5db94fae95a", 12, 0 },
	{ "GCM test case 13", FACET_OP_AES_GCM, 0, ZERO16 ZERO16, ZERO16, "", "",
	  "530f8afbc74536b9a963b4f1c4cb738b", 16, 0 },
	{ "GCM test case 14", FACET_OP_AES_GCM, 0, ZERO16 ZERO16, ZERO16, "", ZERO16,
	  "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919", 16, 0 },
	{ "GCM test case 16", FACET_OP_AES_GCM, 0, GCM_KEY GCM_KEY, GCM_IV, GCM_AAD, GCM_PLAIN60,
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa "
	  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662 "
	  "76fc6ece0f4e1768cddf8853bb2d551b", 16, 0 },
	{ "IEEE 1619 vector 1", FACET_OP_AES_XTS, 0, ZERO16 ZERO16, ZERO16, "", ZERO16 ZERO16,
	  "917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e", 0, 32 },
	{ "IEEE 1619 vector 2", FACET_OP_AES_XTS, 0,
	  "1111111111111111111111111111111122222222222222222222222222222222", "3333333333", "",
	  FOURS, "c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0", 0, 0 },
	{ "IEEE 1619 vector 3", FACET_OP_AES_XTS, 0, FFKEY "22222222222222222222222222222222",
	  "3333333333", "", FOURS,
	  "af85336b597afc1a900b2eb21ec949d292df4c047e0b21532186a5971a227a89", 0, 32 },
	{ "IEEE 1619 vector 15, 17 bytes", FACET_OP_AES_XTS, 0, CTS_KEY, "9a78563412", "",
	  "000102030405060708090a0b0c0d0e0f10", "6c1625db4671522d3d7599601de7ca09ed", 0, 17 },
	{ "IEEE 1619 vector 16, 18 bytes", FACET_OP_AES_XTS, 0, CTS_KEY, "9a78563412", "",
	  "000102030405060708090a0b0c0d0e0f1011",
	  "d069444b7a7e0cab09e24447d24deb1fedbf", 0, 0 },
};

/* IEEE 1619 vector 10, with AES-256; the plaintext is 0..255, twice */
static const char xts256_key[] =
	"2718281828459045235360287471352662497757247093699959574966967627 "
	"3141592653589793238462643383279502884197169399375105820974944592";
static const char xts256_cipher[] =
	"1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b "
	"5d31e276f8fe4a8d66b317f9ac683f44680a86ac35adfc3345befecb4bb188fd "
	"5776926c49a3095eb108fd1098baec70aaa66999a72a82f27d848b21d4a741b0 "
	"c5cd4d5fff9dac89aeba122961d03a757123e9870f8acf1000020887891429ca "
	"2a3e7a7d7df7b10355165c8b9a6d0a7de8b062c4500dc4cd120c0f7418dae3d0 "
	"b5781c34803fa75421c790dfe1de1834f280d7667b327f6c8cd7557e12ac3a0f "
	"93ec05c52e0493ef31a12d3d9260f79a289d6a379bc70c50841473d1a8cc81ec "
	"583e9645e07b8d9670655ba5bbcfecc6dc3966380ad8fecb17b6ba02469a020a "
	"84e18e8f84252070c13e9f1f289be54fbc481457778f616015e1327a02b140f1 "
	"505eb309326d68378f8374595c849d84f4c333ec4423885143cb47bd71c5edae "
	"9be69a2ffeceb1bec9de244fbe15992b11b77c040f12bd8f6a975a44a0f90c29 "
	"a9abc3d4d893927284c58754cce294529f8614dcd2aba991925fedc4ae74ffac "
	"6e333b93eb4aff0479da9a410e4450e0dd7ae4c6e2910900575da401fc07059f "
	"645e8b7e9bfdef33943054ff84011493c27b3429eaedb4ed5376441a77ed4385 "
	"1ad77f16f541dfd269d50d6a5f14fb0aab1cbb4c1550be97f7ab4066193c4caa "
	"773dad38014bd2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151";

/* A parameter block with room for additional data. */
struct block {
	struct facet_cipher_param head;
	uint8_t aad[MAX];
};

static struct op_test load(const struct vector *v, struct block *b, uint8_t *plain,
			   uint8_t *cipher)
{
	size_t aad;

	memset(b, 0, sizeof(*b));
	b->head.key_bytes = htole16(unhex(v->key, b->head.key, sizeof(b->head.key)));
	b->head.tag_bytes = htole16(v->tag_bytes);
	b->head.unit_bytes = htole32(v->unit_bytes);
	unhex(v->iv, b->head.iv, sizeof(b->head.iv));
	aad = unhex(v->aad, b->aad, sizeof(b->aad));
	b->head.aad_bytes = htole32(aad);
	return (struct op_test) {
		.opcode = v->opcode, .flags = v->flags, .param = b,
		.param_bytes = sizeof(b->head) + aad,
		.src = plain, .src_bytes = unhex(v->plain, plain, MAX),
		.dst_bytes = unhex(v->cipher, cipher, MAX),
	};
}

/* There and back; @t encrypts @plain. */
static void both_ways(struct op_test *t, const uint8_t *plain, const uint8_t *cipher,
		      const char *name)
{
	size_t plain_bytes = t->src_bytes, cipher_bytes = t->dst_bytes;

	t->dst_bytes += 40;
	op_test_gives(t, cipher, cipher_bytes, name);
	if (cipher_bytes)
		op_test_room(t, name);
	t->flags |= FACET_DF_DECRYPT;
	t->src = cipher;
	t->src_bytes = cipher_bytes;
	t->dst_bytes = plain_bytes + 40;
	op_test_gives(t, plain, plain_bytes, name);
	if (plain_bytes)
		op_test_room(t, name);
}

static void test_vectors(void)
{
	uint8_t plain[MAX], cipher[MAX];
	struct op_test t;
	struct block b;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		t = load(&vectors[i], &b, plain, cipher);
		both_ways(&t, plain, cipher, vectors[i].name);
	}
}

static struct op_test load_xts256(struct block *b, uint8_t *plain, uint8_t *cipher)
{
	struct vector v = {
		.opcode = FACET_OP_AES_XTS, .key = xts256_key, .iv = "ff", .aad = "",
		.plain = "", .cipher = xts256_cipher,
	};
	struct op_test t = load(&v, b, plain, cipher);
	size_t i;

	for (i = 0; i < 512; i++)
		plain[i] = i;
	t.src_bytes = 512;
	return t;
}

/* Two sectors in one command are two commands of one, tweaks ff and 100. */
static void test_xts_units(void)
{
	uint8_t plain[MAX], cipher[MAX], pair[1024];
	struct op_test t;
	struct block b;

	t = load_xts256(&b, plain, cipher);
	both_ways(&t, plain, cipher, "IEEE 1619 vector 10");

	memcpy(plain + 512, plain, 512);
	t = load_xts256(&b, plain, cipher);
	b.head.iv[0] = 0;
	b.head.iv[1] = 1;
	op_test_run(&t);
	memcpy(pair, cipher, 512);
	memcpy(pair + 512, t.out, 512);
	b.head.iv[0] = 0xff;
	b.head.iv[1] = 0;
	b.head.unit_bytes = htole32(512);
	t.src_bytes = 1024;
	t.dst_bytes = 1024;
	tap_ok(memcmp(pair, pair + 512, 512), "XTS: the units of a pair differ");
	both_ways(&t, plain, pair, "XTS: two units");
}

/* A tweak of all ones is followed by zero: it wraps modulo 2^128. */
static void test_xts_wrap(void)
{
	uint8_t plain[MAX], cipher[MAX], pair[1024];
	struct op_test t;
	struct block b;

	t = load_xts256(&b, plain, cipher);
	memcpy(plain + 512, plain, 512);
	memset(b.head.iv, 0xff, 16);
	op_test_run(&t);
	memcpy(pair, t.out, 512);
	memset(b.head.iv, 0, 16);
	op_test_run(&t);
	memcpy(pair + 512, t.out, 512);
	memset(b.head.iv, 0xff, 16);
	b.head.unit_bytes = htole32(512);
	t.src_bytes = 1024;
	t.dst_bytes = 1024;
	both_ways(&t, plain, pair, "XTS: the tweak wraps");
}

/* The second block of a counter of all ones is the first of counter zero. */
static void test_ctr_wrap(void)
{
	struct block b = { .head.key_bytes = htole16(16) };
	uint8_t zero[32] = { 0 }, stream[32];
	struct op_test t = {
		.opcode = FACET_OP_AES_CTR, .param = &b, .param_bytes = sizeof(b.head),
		.src = zero, .src_bytes = 16, .dst_bytes = 16,
	};

	op_test_run(&t);
	memcpy(stream + 16, t.out, 16);
	memset(b.head.iv, 0xff, 16);
	op_test_run(&t);
	memcpy(stream, t.out, 16);
	t.src_bytes = 32;
	t.dst_bytes = 32;
	op_test_gives(&t, stream, 32, "CTR: the counter wraps modulo 2^128");
	t.src_bytes = 7;
	t.dst_bytes = 7;
	op_test_gives(&t, stream, 7, "CTR: a part of a block");
	t.src_bytes = 0;
	op_test_gives(&t, stream, 0, "CTR: nothing");
}

/* All lengths up to three blocks: padding rounds up, and comes off again. */
static void test_pad_lengths(void)
{
	struct block b = { .head.key_bytes = htole16(32) };
	uint8_t plain[48], cipher[64];
	struct op_test t = { .opcode = FACET_OP_AES_CBC, .param = &b,
			     .param_bytes = sizeof(b.head), .dst_bytes = 64 };
	uint32_t seed = 1;
	bool pass = true;
	size_t n;

	op_random(&seed, plain, sizeof(plain));
	for (n = 0; n <= sizeof(plain); n++) {
		t.flags = FACET_DF_PAD;
		t.src = plain;
		t.src_bytes = n;
		pass &= !op_test_run(&t) && t.res.out_bytes == n / 16 * 16 + 16;
		memcpy(cipher, t.out, t.res.out_bytes);
		t.src = cipher;
		t.src_bytes = t.res.out_bytes;
		t.flags |= FACET_DF_DECRYPT;
		pass &= !op_test_run(&t) && t.res.out_bytes == n && !memcmp(plain, t.out, n);
	}
	tap_ok(pass, "CBC: PKCS#7 of 0 to 48 bytes goes on and comes off");
}

/*
 * RFC 3602 case 1 with a padding block behind it: the second block is that of
 * sixteen bytes of 16, chained to the published first one.
 */
static void test_pad_known(void)
{
	struct vector v = vectors[4];
	uint8_t plain[MAX], cipher[MAX], first[16];
	struct op_test t;
	struct block b;

	t = load(&v, &b, plain, cipher);
	memcpy(first, cipher, 16);
	memcpy(b.head.iv, cipher, 16);
	memset(plain, 16, 16);
	op_test_run(&t);
	memcpy(cipher + 16, t.out, 16);
	t = load(&v, &b, plain, cipher + 32);
	memcpy(cipher, first, 16);
	t.flags = FACET_DF_PAD;
	t.dst_bytes = 32;
	both_ways(&t, plain, cipher, "CBC: a whole block gets a block of padding");
}

/* Decrypts @last, which is what stands in the last block instead of padding. */
static uint16_t unpad_status(const uint8_t *last, bool *clean)
{
	struct block b = { .head.key_bytes = htole16(16) };
	uint8_t cipher[32];
	struct op_test t = { .opcode = FACET_OP_AES_CBC, .param = &b,
			     .param_bytes = sizeof(b.head), .src = last,
			     .src_bytes = 32, .dst_bytes = 32 };

	op_test_run(&t);
	memcpy(cipher, t.out, 32);
	t.src = cipher;
	t.flags = FACET_DF_DECRYPT | FACET_DF_PAD;
	op_test_run(&t);
	*clean = t.clean;
	return t.res.status;
}

static void test_bad_padding(void)
{
	uint8_t two[32] = { 0 };
	bool clean, pass = true;
	unsigned int pad, i;

	for (pad = 0; pad < 256; pad++) {
		memset(two + 16, pad, 16);
		pass &= unpad_status(two, &clean) ==
			(pad >= 1 && pad <= 16 ? FACET_ST_OK : FACET_ST_BAD_PADDING);
		pass &= clean;
	}
	tap_ok(pass, "CBC: a last byte outside 1..16 is BAD_PADDING");
	for (pass = true, pad = 2; pad <= 16; pad++) {
		for (i = 16 - pad; i < 15; i++) {
			memset(two + 16, pad, 16);
			two[16 + i] ^= 0x80;
			pass &= unpad_status(two, &clean) == FACET_ST_BAD_PADDING && clean;
		}
	}
	tap_ok(pass, "CBC: each byte of the padding counts");
}

/* Flips each bit of nonce, additional data, ciphertext and tag. */
static void test_bad_tag(void)
{
	uint8_t plain[MAX], cipher[MAX];
	bool pass = true;
	struct op_test t;
	struct block b;
	size_t i;

	t = load(&vectors[7], &b, plain, cipher);
	t.flags = FACET_DF_DECRYPT;
	t.src = cipher;
	t.src_bytes = t.dst_bytes;
	for (i = 0; i < t.src_bytes * 8; i++) {
		cipher[i / 8] ^= 1 << i % 8;
		pass &= op_test_run(&t) == FACET_ST_BAD_TAG && t.clean;
		cipher[i / 8] ^= 1 << i % 8;
	}
	tap_ok(pass, "GCM: a flipped bit of ciphertext or tag is BAD_TAG");
	b.aad[3] ^= 4;
	op_test_fails(&t, FACET_ST_BAD_TAG, "GCM: changed additional data");
	b.aad[3] ^= 4;
	b.head.iv[11] ^= 1;
	op_test_fails(&t, FACET_ST_BAD_TAG, "GCM: other nonce");
	b.head.iv[11] ^= 1;
	t.dst_bytes = 8;
	cipher[0] ^= 1;
	op_test_fails(&t, FACET_ST_BAD_TAG, "GCM: a wrong tag goes before OVERFLOW");
}

static struct op_test simple(struct block *b, uint8_t opcode, uint16_t key_bytes)
{
	static const uint8_t zero[64];

	memset(b, 0, sizeof(*b));
	b->head.key_bytes = htole16(key_bytes);
	b->head.tag_bytes = htole16(opcode == FACET_OP_AES_GCM ? 16 : 0);
	return (struct op_test) {
		.opcode = opcode, .param = b, .param_bytes = sizeof(b->head),
		.src = zero, .src_bytes = 32, .dst_bytes = 64,
	};
}

/* Only the sizes of the mode are keys. */
static void test_bad_key(void)
{
	static const uint8_t ops[] = { FACET_OP_AES_XTS, FACET_OP_AES_CBC, FACET_OP_AES_CTR,
				       FACET_OP_AES_GCM };
	unsigned int i, n, scale;
	bool pass, good;
	struct op_test t;
	struct block b;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		scale = ops[i] == FACET_OP_AES_XTS ? 2 : 1;
		for (pass = true, n = 0; n < 300; n++) {
			good = n == 16 * scale || n == 32 * scale;
			t = simple(&b, ops[i], n);
			pass &= op_test_run(&t) == (good ? FACET_ST_OK : FACET_ST_BAD_KEY);
			pass &= t.clean;
		}
		tap_ok(pass, "opcode %u: key sizes", ops[i]);
	}
}

static void test_bad_param(void)
{
	struct op_test t;
	struct block b;

	t = simple(&b, FACET_OP_AES_CBC, 16);
	b.head.rsvd = htole32(1);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "CBC: reserved field");
	t = simple(&b, FACET_OP_AES_CBC, 16);
	b.head.tag_bytes = htole16(16);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "CBC: tag");
	t = simple(&b, FACET_OP_AES_CTR, 16);
	b.head.unit_bytes = htole32(16);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "CTR: unit");
	t = simple(&b, FACET_OP_AES_CTR, 16);
	b.head.aad_bytes = htole32(1);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "CTR: additional data");
	t.param_bytes++;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "CTR: block too long");
	t.param_bytes -= 2;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "CTR: block too short");
	t = simple(&b, FACET_OP_AES_GCM, 16);
	b.head.tag_bytes = htole16(11);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "GCM: tag of 11 bytes");
	b.head.tag_bytes = htole16(17);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "GCM: tag of 17 bytes");
	t = simple(&b, FACET_OP_AES_GCM, 16);
	b.head.iv[12] = 1;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "GCM: nonce longer than 12 bytes");
	t = simple(&b, FACET_OP_AES_GCM, 16);
	b.head.aad_bytes = htole32(0xffffffff);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "GCM: additional data longer than the block");
	t.param_bytes++;
	b.head.aad_bytes = 0;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "GCM: block longer than the additional data");
	t = simple(&b, FACET_OP_AES_XTS, 32);
	b.head.unit_bytes = htole32(15);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "XTS: unit of 15 bytes");
	b.head.unit_bytes = htole32(4097);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "XTS: unit of 4097 bytes");
}

static void test_bad_len(void)
{
	struct op_test t;
	struct block b;

	t = simple(&b, FACET_OP_AES_CBC, 16);
	t.src_bytes = 17;
	op_test_fails(&t, FACET_ST_BAD_LEN, "CBC: part of a block");
	t.flags = FACET_DF_DECRYPT | FACET_DF_PAD;
	op_test_fails(&t, FACET_ST_BAD_LEN, "CBC: part of a block under padding");
	t.src_bytes = 0;
	op_test_fails(&t, FACET_ST_BAD_LEN, "CBC: padding without a block");
	t = simple(&b, FACET_OP_AES_XTS, 32);
	t.src_bytes = 15;
	op_test_fails(&t, FACET_ST_BAD_LEN, "XTS: less than a block");
	t.src_bytes = 33;
	b.head.unit_bytes = htole32(16);
	op_test_fails(&t, FACET_ST_BAD_LEN, "XTS: part of a unit");
	t = simple(&b, FACET_OP_AES_GCM, 16);
	t.flags = FACET_DF_DECRYPT;
	t.src_bytes = 15;
	op_test_fails(&t, FACET_ST_BAD_LEN, "GCM: less than a tag");
}

/* Additional data up to the end of the largest parameter block. */
static void test_gcm_aad(void)
{
	static uint8_t block[FACET_PARAM_MAX_BYTES], sealed[16];
	struct facet_cipher_param *head = (void *)block;
	uint32_t aad = FACET_PARAM_MAX_BYTES - sizeof(*head), seed = 7;
	struct op_test t = { .opcode = FACET_OP_AES_GCM, .param = block,
			     .param_bytes = sizeof(block), .dst_bytes = 16 };

	op_random(&seed, block + sizeof(*head), aad);
	head->key_bytes = htole16(32);
	head->tag_bytes = htole16(16);
	head->aad_bytes = htole32(aad);
	op_test_run(&t);
	memcpy(sealed, t.out, 16);
	t.src = sealed;
	t.src_bytes = 16;
	t.flags = FACET_DF_DECRYPT;
	op_test_gives(&t, sealed, 0, "GCM: a block full of additional data");
	block[sizeof(block) - 1] ^= 1;
	op_test_fails(&t, FACET_ST_BAD_TAG, "GCM: its last byte counts");
}

int main(void)
{
	if (!tap_ok(facet_op_init(), "libgcrypt"))
		return tap_done();
	test_vectors();
	test_xts_units();
	test_xts_wrap();
	test_ctr_wrap();
	test_pad_lengths();
	test_pad_known();
	test_bad_padding();
	test_bad_tag();
	test_bad_key();
	test_bad_param();
	test_bad_len();
	test_gcm_aad();
	return tap_done();
}
