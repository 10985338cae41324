// SPDX-License-Identifier: GPL-2.0
/*
 * SHA-2 and HMAC against FIPS 180 and RFC 4231, whole and in pieces.
 */
#include "op_test.h"

#define BOTH	(FACET_DF_FIRST | FACET_DF_LAST)
#define MILLION	1000000u
/* FIPS 180's message of two blocks of SHA-512 */
#define TWO_512_A "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
#define TWO_512_B "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"

static struct op_test hash(uint8_t opcode, struct facet_hash_param *p, const void *src, size_t n)
{
	memset(p, 0, sizeof(*p));
	return (struct op_test) {
		.opcode = opcode, .flags = BOTH, .param = p, .param_bytes = sizeof(*p),
		.src = src, .src_bytes = n, .dst_bytes = 80,
	};
}

static bool is_512(uint8_t opcode)
{
	return opcode == FACET_OP_SHA512 || opcode == FACET_OP_HMAC_SHA512;
}

static size_t state_bytes(uint8_t opcode)
{
	return is_512(opcode) ? 64 : 32;
}

static size_t block_bytes(uint8_t opcode)
{
	return is_512(opcode) ? 128 : 64;
}

static const struct {
	const char *name;
	uint8_t opcode;
	const char *text;
	const char *digest;
} sha_vectors[] = {
	{ "FIPS 180 SHA-256, nothing", FACET_OP_SHA256, "",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "FIPS 180 SHA-256, abc", FACET_OP_SHA256, "abc",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "FIPS 180 SHA-256, two blocks", FACET_OP_SHA256,
	  "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "FIPS 180 SHA-512, nothing", FACET_OP_SHA512, "",
	  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce "
	  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
	{ "FIPS 180 SHA-512, abc", FACET_OP_SHA512, "abc",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a "
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ "FIPS 180 SHA-512, two blocks", FACET_OP_SHA512,
	  TWO_512_A TWO_512_B,
	  "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018 "
	  "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909" },
};

static const struct {
	uint8_t opcode;
	const char *digest;
} million[] = {
	{ FACET_OP_SHA256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	{ FACET_OP_SHA512, "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb "
			   "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b" },
};

/* RFC 4231; cases 6 and 7 have a key that is longer than the device takes */
static const struct {
	const char *name;
	const char *key;
	const char *text;
	const char *mac256;
	const char *mac512;
} hmac_vectors[] = {
	{ "RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde "
	  "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
	{ "RFC 4231 case 2", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554 "
	  "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
	{ "RFC 4231 case 3", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "dddddddddddddddddddddddddddddddddddddddddddddddddd "
	  "dddddddddddddddddddddddddddddddddddddddddddddddddd",
	  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
	  "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39 "
	  "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb" },
	{ "RFC 4231 case 4", "0102030405060708090a0b0c0d0e0f10111213141516171819",
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd "
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
	  "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db "
	  "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd" },
};

static void test_sha(void)
{
	struct facet_hash_param p;
	struct op_test t;
	uint8_t want[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sha_vectors); i++) {
		t = hash(sha_vectors[i].opcode, &p, sha_vectors[i].text,
			 strlen(sha_vectors[i].text));
		op_test_gives(&t, want, unhex(sha_vectors[i].digest, want, 64),
			      sha_vectors[i].name);
		op_test_room(&t, sha_vectors[i].name);
	}
}

static void test_hmac(void)
{
	struct facet_hash_param p;
	uint8_t text[64], want[64];
	struct op_test t;
	size_t i, n;

	for (i = 0; i < 2 * ARRAY_SIZE(hmac_vectors); i++) {
		n = unhex(hmac_vectors[i / 2].text, text, sizeof(text));
		t = hash(i % 2 ? FACET_OP_HMAC_SHA512 : FACET_OP_HMAC_SHA256, &p, text, n);
		p.key_bytes = htole16(unhex(hmac_vectors[i / 2].key, p.key, sizeof(p.key)));
		n = unhex(i % 2 ? hmac_vectors[i / 2].mac512 : hmac_vectors[i / 2].mac256,
			  want, 64);
		op_test_gives(&t, want, n, hmac_vectors[i / 2].name);
		op_test_room(&t, hmac_vectors[i / 2].name);
	}
}

/*
 * Takes @t's input in pieces of up to @step blocks, the last with what is left.
 * Returns the status, with the digest in @t->out.
 */
static uint16_t in_pieces(struct op_test *t, struct facet_hash_param *p, size_t step)
{
	size_t piece = step * block_bytes(t->opcode), left = t->src_bytes;

	t->flags = FACET_DF_FIRST;
	while (left > piece) {
		t->src_bytes = piece;
		if (op_test_run(t) || t->res.out_bytes != state_bytes(t->opcode))
			return t->res.status ? t->res.status : FACET_ST_ENGINE_ERROR;
		memcpy(p->state, t->out, t->res.out_bytes);
		p->total_bytes = htole64(le64toh(p->total_bytes) + piece);
		t->src = (const uint8_t *)t->src + piece;
		left -= piece;
		t->flags = 0;
	}
	t->src_bytes = left;
	t->flags |= FACET_DF_LAST;
	return op_test_run(t);
}

static void test_million(void)
{
	static uint8_t text[MILLION];
	struct facet_hash_param p;
	struct op_test t;
	uint8_t want[64];
	size_t i, n;

	memset(text, 'a', sizeof(text));
	for (i = 0; i < ARRAY_SIZE(million); i++) {
		n = unhex(million[i].digest, want, 64);
		t = hash(million[i].opcode, &p, text, sizeof(text));
		op_test_gives(&t, want, n, "FIPS 180, a million a at once");
		tap_ok(!in_pieces(&t, &p, 700) && !memcmp(t.out, want, n),
		       "FIPS 180, a million a in pieces");
	}
}

/* Each way to cut a message at block boundaries gives the digest of the whole. */
static void test_pieces(void)
{
	static const uint8_t ops[] = { FACET_OP_SHA256, FACET_OP_SHA512, FACET_OP_HMAC_SHA256,
				       FACET_OP_HMAC_SHA512 };
	uint8_t text[1024], whole[64], key[100];
	struct facet_hash_param p;
	struct op_test t;
	uint32_t seed = 3;
	size_t i, n, step;
	bool pass;

	op_random(&seed, text, sizeof(text));
	op_random(&seed, key, sizeof(key));
	for (i = 0; i < 4 * 9; i++) {
		for (pass = true, n = i / 4 * 61, step = 1; step < 10; step++) {
			t = hash(ops[i % 4], &p, text, n);
			if (i % 4 > 1) {
				memcpy(p.key, key, sizeof(key));
				p.key_bytes = htole16(sizeof(key));
			}
			op_test_run(&t);
			memcpy(whole, t.out, sizeof(whole));
			pass &= !in_pieces(&t, &p, step);
			pass &= !memcmp(whole, t.out, t.res.out_bytes);
		}
		tap_ok(pass, "opcode %u: %zu bytes in pieces", ops[i % 4], n);
	}
}

/* The state is the standard's: its initial value comes out of no input. */
static void test_state(void)
{
	static const char *const initial[] = {
		"6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19",
		"6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1 "
		"510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179",
	};
	struct facet_hash_param p;
	struct op_test t;
	uint8_t want[64];
	size_t n;

	t = hash(FACET_OP_SHA256, &p, NULL, 0);
	t.flags = FACET_DF_FIRST;
	n = unhex(initial[0], want, 64);
	op_test_gives(&t, want, n, "SHA-256: initial state");
	op_test_room(&t, "SHA-256: initial state");
	memcpy(p.state, want, n);
	t.flags = 0;
	op_test_gives(&t, want, n, "SHA-256: a state through the device and back");
	t = hash(FACET_OP_SHA512, &p, NULL, 0);
	t.flags = FACET_DF_FIRST;
	n = unhex(initial[1], want, 64);
	op_test_gives(&t, want, n, "SHA-512: initial state");
	memset(p.state, 0x77, sizeof(p.state));
	op_test_gives(&t, want, n, "SHA-512: FIRST ignores the state");
}

static void test_failures(uint8_t opcode)
{
	static const uint8_t text[256];
	struct facet_hash_param p, two[2] = { 0 };
	struct op_test t;

	t = hash(opcode, &p, text, block_bytes(opcode) + 1);
	t.flags = FACET_DF_FIRST;
	op_test_fails(&t, FACET_ST_BAD_LEN, "part of a block without LAST");
	t.flags = BOTH;
	p.rsvd[2] = htole16(1);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "reserved field");
	t = hash(opcode, &p, text, 3);
	p.total_bytes = htole64(block_bytes(opcode));
	op_test_fails(&t, FACET_ST_BAD_PARAM, "FIRST after something");
	t.flags = FACET_DF_LAST;
	p.total_bytes = htole64(block_bytes(opcode) + 1);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "total is not a multiple of the block");
	p.total_bytes = htole64(-(uint64_t)block_bytes(opcode));
	op_test_fails(&t, FACET_ST_BAD_PARAM, "total beyond 2^60");
	t = hash(opcode, &p, text, 3);
	t.param_bytes--;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "block too short");
	t.param = two;
	t.param_bytes += 2;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "block too long");
	t = hash(opcode, &p, text, 3);
	t.flags |= FACET_DF_PAD;
	op_test_fails(&t, FACET_ST_BAD_DESC, "a flag that is not a hash's");
}

static void test_hmac_failures(uint8_t opcode)
{
	struct facet_hash_param p;
	struct op_test t;

	t = hash(opcode, &p, NULL, 0);
	p.key_bytes = htole16(128);
	tap_eq(op_test_run(&t), FACET_ST_OK, "a key of 128 bytes");
	p.key_bytes = htole16(129);
	op_test_fails(&t, FACET_ST_BAD_KEY, "a key of 129 bytes");
	p.key_bytes = htole16(0);
	tap_eq(op_test_run(&t), FACET_ST_OK, "no key");
	t.opcode -= 2;
	p.key_bytes = htole16(1);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "a key for a plain hash");
}

int main(void)
{
	if (!tap_ok(facet_op_init(), "libgcrypt"))
		return tap_done();
	test_sha();
	test_hmac();
	test_million();
	test_pieces();
	test_state();
	test_failures(FACET_OP_SHA256);
	test_failures(FACET_OP_SHA512);
	test_failures(FACET_OP_HMAC_SHA256);
	test_failures(FACET_OP_HMAC_SHA512);
	test_hmac_failures(FACET_OP_HMAC_SHA256);
	test_hmac_failures(FACET_OP_HMAC_SHA512);
	return tap_done();
}
