// SPDX-License-Identifier: GPL-2.0
/*
 * RSA with a fixed key: signatures as OpenSSL makes them, and every way in
 * which a key, an operand or a padding can be wrong.
 */
#include "op_test.h"
#include "rsa_key.h"

#define K	256
#define HALF	(K / 2)
#define E_AT	(sizeof(struct facet_rsa_param) + K)
#define P_AT	(E_AT + 3)
#define PUB_LEN	P_AT
#define PRIV_LEN (P_AT + 5 * HALF)

/* SHA-256's DigestInfo (RFC 8017, 9.2) and the digest of "abc" */
static const char digest_info[] =
	"3031300d060960864801650304020105000420 "
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

struct fixture {
	uint8_t param[PRIV_LEN + 1];
	uint8_t info[51];
	uint8_t em[K];
	uint8_t sig[K];
};

static void setup(struct fixture *f)
{
	static const uint8_t e[] = { 1, 0, 1 };
	struct facet_rsa_param *head = (void *)f->param;

	memset(f, 0, sizeof(*f));
	head->bits = htole16(2048);
	head->e_bytes = htole16(sizeof(e));
	unhex(rsa_n, f->param + sizeof(*head), K);
	memcpy(f->param + E_AT, e, sizeof(e));
	unhex(rsa_p, f->param + P_AT, HALF);
	unhex(rsa_q, f->param + P_AT + HALF, HALF);
	unhex(rsa_dp, f->param + P_AT + 2 * HALF, HALF);
	unhex(rsa_dq, f->param + P_AT + 3 * HALF, HALF);
	unhex(rsa_qinv, f->param + P_AT + 4 * HALF, HALF);
	unhex(digest_info, f->info, sizeof(f->info));
	memset(f->em, 0xff, sizeof(f->em));
	f->em[0] = 0;
	f->em[1] = 1;
	f->em[K - sizeof(f->info) - 1] = 0;
	memcpy(f->em + K - sizeof(f->info), f->info, sizeof(f->info));
	unhex(rsa_sig, f->sig, K);
}

static struct op_test call(const struct fixture *f, uint8_t opcode, uint8_t flags)
{
	bool priv = opcode == FACET_OP_RSA_PRIV;
	bool pads = priv && (flags & FACET_DF_PAD);

	return (struct op_test) {
		.opcode = opcode, .flags = flags, .param = f->param,
		.param_bytes = priv ? PRIV_LEN : PUB_LEN,
		.src = pads ? f->info : priv ? f->em : f->sig,
		.src_bytes = pads ? sizeof(f->info) : K, .dst_bytes = K + 20,
	};
}

static void test_known(void)
{
	struct fixture f;
	struct op_test t;

	setup(&f);
	t = call(&f, FACET_OP_RSA_PRIV, FACET_DF_PAD);
	op_test_gives(&t, f.sig, K, "sign a DigestInfo");
	op_test_room(&t, "sign a DigestInfo");
	t = call(&f, FACET_OP_RSA_PRIV, 0);
	op_test_gives(&t, f.sig, K, "private operation on the padded block");
	op_test_room(&t, "private operation");
	t = call(&f, FACET_OP_RSA_PUB, 0);
	op_test_gives(&t, f.em, K, "public operation gives the padded block");
	op_test_room(&t, "public operation");
	t = call(&f, FACET_OP_RSA_PUB, FACET_DF_PAD);
	op_test_gives(&t, f.info, sizeof(f.info), "recover the DigestInfo");
	op_test_room(&t, "recover the DigestInfo");
}

/* 0, 1 and n - 1 are their own images under an odd exponent. */
static void test_fixed_points(void)
{
	static const uint8_t ops[] = { FACET_OP_RSA_PRIV, FACET_OP_RSA_PUB };
	uint8_t m[K] = { 0 };
	struct fixture f;
	struct op_test t;
	int i;

	setup(&f);
	for (i = 0; i < 2; i++) {
		t = call(&f, ops[i], 0);
		t.src = m;
		memset(m, 0, sizeof(m));
		op_test_gives(&t, m, K, "0 stays 0");
		m[K - 1] = 1;
		op_test_gives(&t, m, K, "1 stays 1");
		memcpy(m, f.param + sizeof(struct facet_rsa_param), K);
		m[K - 1]--;
		op_test_gives(&t, m, K, "n - 1 stays n - 1");
		m[K - 1]++;
		op_test_fails(&t, FACET_ST_BAD_DATA, "n is no operand");
		memset(m, 0xff, sizeof(m));
		op_test_fails(&t, FACET_ST_BAD_DATA, "nor is what is above it");
	}
}

/* Multiples of a prime factor have no inverse, but RSA works on them too. */
static void test_multiple_of_p(void)
{
	uint8_t m[K] = { 0 }, image[K];
	struct fixture f;
	struct op_test t;

	setup(&f);
	memcpy(m + HALF, f.param + P_AT, HALF);
	t = call(&f, FACET_OP_RSA_PRIV, 0);
	t.src = m;
	op_test_run(&t);
	memcpy(image, t.out, K);
	t = call(&f, FACET_OP_RSA_PUB, 0);
	t.src = image;
	op_test_gives(&t, m, K, "p survives there and back");
}

/* Whatever number of the private key is wrong: no result. */
static void test_bad_private(void)
{
	static const char *const name[] = { "p", "q", "dp", "dq", "qinv" };
	struct fixture f;
	struct op_test t;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(name); i++) {
		setup(&f);
		t = call(&f, FACET_OP_RSA_PRIV, FACET_DF_PAD);
		f.param[P_AT + i * HALF + HALF - 1] ^= 2;
		op_test_fails(&t, FACET_ST_BAD_KEY, name[i]);
		memset(f.param + P_AT + i * HALF, 0, HALF);
		op_test_fails(&t, FACET_ST_BAD_KEY, name[i]);
	}
	setup(&f);
	t = call(&f, FACET_OP_RSA_PRIV, FACET_DF_PAD);
	f.param[E_AT + 2] = 3;
	op_test_fails(&t, FACET_ST_BAD_KEY, "an e that does not belong to dp and dq");
	t.dst_bytes = 0;
	op_test_fails(&t, FACET_ST_BAD_KEY, "a wrong key goes before OVERFLOW");
}

static void test_bad_modulus(uint8_t opcode)
{
	struct fixture f;
	struct op_test t;

	setup(&f);
	t = call(&f, opcode, 0);
	f.param[sizeof(struct facet_rsa_param)] &= 0x7f;
	op_test_fails(&t, FACET_ST_BAD_KEY, "n shorter than bits says");
	setup(&f);
	f.param[E_AT - 1] ^= 1;
	op_test_fails(&t, FACET_ST_BAD_KEY, "even n");
	setup(&f);
	memset(f.param + sizeof(struct facet_rsa_param), 0, K);
	op_test_fails(&t, FACET_ST_BAD_KEY, "n is 0");
	setup(&f);
	f.param[E_AT + 2] = 0;
	op_test_fails(&t, FACET_ST_BAD_KEY, "even e");
	f.param[E_AT] = 0;
	op_test_fails(&t, FACET_ST_BAD_KEY, "e is 0");
	f.param[E_AT + 2] = 1;
	op_test_fails(&t, FACET_ST_BAD_KEY, "e is 1");
}

static void test_bad_head(uint8_t opcode)
{
	struct fixture f;
	struct facet_rsa_param *head = (void *)f.param;
	struct op_test t;
	unsigned int bits;
	bool pass = true;

	setup(&f);
	t = call(&f, opcode, 0);
	head->rsvd = htole32(1);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "reserved field");
	setup(&f);
	for (bits = 0; bits < 65536; bits += 8) {
		if (bits == 1024 || bits == 2048 || bits == 3072 || bits == 4096)
			continue;
		head->bits = htole16(bits);
		pass &= op_test_run(&t) == FACET_ST_BAD_KEY && t.clean;
	}
	tap_ok(pass, "sizes that are none");
	head->bits = htole16(4096);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "block shorter than the key");
	head->bits = htole16(1024);
	op_test_fails(&t, FACET_ST_BAD_PARAM, "block longer than the key");
	setup(&f);
	head->e_bytes = 0;
	op_test_fails(&t, FACET_ST_BAD_KEY, "e of no bytes");
	head->e_bytes = htole16(9);
	op_test_fails(&t, FACET_ST_BAD_KEY, "e of nine bytes");
	setup(&f);
	t.param_bytes++;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "one byte too many");
	t.param_bytes -= 2;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "one byte too few");
	t.param_bytes = 4;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "half a head");
}

static void test_bad_len(void)
{
	uint8_t long_info[K] = { 0 };
	struct fixture f;
	struct op_test t;

	setup(&f);
	t = call(&f, FACET_OP_RSA_PRIV, 0);
	t.src_bytes = K - 1;
	op_test_fails(&t, FACET_ST_BAD_LEN, "operand too short");
	t = call(&f, FACET_OP_RSA_PUB, FACET_DF_PAD);
	t.src_bytes = K - 1;
	op_test_fails(&t, FACET_ST_BAD_LEN, "signature too short");
	t = call(&f, FACET_OP_RSA_PRIV, FACET_DF_PAD);
	t.src = long_info;
	t.src_bytes = K - 10;
	op_test_fails(&t, FACET_ST_BAD_LEN, "no room for eight bytes of padding");
	t.src_bytes = K - 11;
	tap_eq(op_test_run(&t), FACET_ST_OK, "room for just eight");
	t.src_bytes = 0;
	tap_eq(op_test_run(&t), FACET_ST_OK, "nothing, padded");
}

/* Signs @f->em as it stands and has the padding looked at. */
static struct op_test sign_raw(struct fixture *f)
{
	struct op_test t = call(f, FACET_OP_RSA_PRIV, 0);

	if (op_test_run(&t) != FACET_ST_OK)
		tap_ok(false, "signing a malformed block");
	memcpy(f->sig, t.out, K);
	return call(f, FACET_OP_RSA_PUB, FACET_DF_PAD);
}

static void test_bad_padding(void)
{
	struct fixture f;
	struct op_test t;

	setup(&f);
	f.em[0] = 1;
	t = sign_raw(&f);
	op_test_fails(&t, FACET_ST_BAD_PADDING, "first byte not 0");
	setup(&f);
	f.em[1] = 2;
	t = sign_raw(&f);
	op_test_fails(&t, FACET_ST_BAD_PADDING, "block type 2");
	setup(&f);
	f.em[100] = 0xfe;
	t = sign_raw(&f);
	op_test_fails(&t, FACET_ST_BAD_PADDING, "a byte that is not FF");
	t.dst_bytes = 0;
	op_test_fails(&t, FACET_ST_BAD_PADDING, "wrong padding goes before OVERFLOW");
	setup(&f);
	memset(f.em + 2, 0xff, K - 2);
	t = sign_raw(&f);
	op_test_fails(&t, FACET_ST_BAD_PADDING, "no end of the padding");
	setup(&f);
	f.em[9] = 0;
	t = sign_raw(&f);
	op_test_fails(&t, FACET_ST_BAD_PADDING, "seven bytes of padding");
	setup(&f);
	f.em[10] = 0;
	t = sign_raw(&f);
	op_test_gives(&t, f.em + 11, K - 11, "eight bytes of padding");
	setup(&f);
	memset(f.em + 2, 0xff, K - 3);
	f.em[K - 1] = 0;
	t = sign_raw(&f);
	op_test_gives(&t, NULL, 0, "nothing but padding");
	setup(&f);
	f.sig[17] ^= 1;
	t = call(&f, FACET_OP_RSA_PUB, FACET_DF_PAD);
	op_test_fails(&t, FACET_ST_BAD_PADDING, "a changed signature");
}

int main(void)
{
	if (!tap_ok(facet_op_init(), "libgcrypt"))
		return tap_done();
	test_known();
	test_fixed_points();
	test_multiple_of_p();
	test_bad_private();
	test_bad_modulus(FACET_OP_RSA_PRIV);
	test_bad_modulus(FACET_OP_RSA_PUB);
	test_bad_head(FACET_OP_RSA_PRIV);
	test_bad_head(FACET_OP_RSA_PUB);
	test_bad_len();
	test_bad_padding();
	return tap_done();
}
