// SPDX-License-Identifier: GPL-2.0
/*
 * The table of operations: what it says of each, its ceilings and its costs,
 * and the two operations that compute nothing.
 */
#include <zlib.h>
#include "op_test.h"

#define KIB	1024u
#define MIB	(1024u * KIB)

static const uint8_t known[] = {
	FACET_OP_NOP, FACET_OP_COPY, FACET_OP_AES_XTS, FACET_OP_AES_CBC, FACET_OP_AES_CTR,
	FACET_OP_AES_GCM, FACET_OP_SHA256, FACET_OP_SHA512, FACET_OP_HMAC_SHA256,
	FACET_OP_HMAC_SHA512, FACET_OP_RSA_PRIV, FACET_OP_RSA_PUB, FACET_OP_ECDSA_P256_SIGN,
	FACET_OP_ECDSA_P256_VERIFY, FACET_OP_DEFLATE, FACET_OP_INFLATE,
};

static uint8_t big[10 * MIB];

/* A parameter block that says what makes an operation dearest. */
static size_t dearest(uint8_t opcode, uint8_t *param)
{
	const struct facet_op_info *info = facet_op_info(opcode);

	memset(param, 0, FACET_PARAM_MAX_BYTES);
	if (opcode == FACET_OP_RSA_PRIV || opcode == FACET_OP_RSA_PUB)
		((struct facet_rsa_param *)param)->bits = htole16(4096);
	if (opcode == FACET_OP_DEFLATE)
		((struct facet_comp_param *)param)->level = 9;
	return info->param_max_bytes;
}

static void test_known(void)
{
	uint64_t set = 0;
	unsigned int op;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		set |= 1ULL << known[i];
	for (op = 0; op < 256; op++)
		if (!facet_op_info(op) == (op < 64 && set >> op & 1))
			tap_ok(false, "opcode %u is known wrongly", op);
	for (op = 0; op < 256; op++) {
		struct op_test t = { .opcode = op, .dst_bytes = 8 };

		if (!facet_op_info(op) && (op_test_run(&t) != FACET_ST_BAD_OPCODE || !t.clean))
			tap_ok(false, "opcode %u gives %u", op, t.res.status);
	}
	tap_eq(set, 0x0003000f0f0f0003LL, "opcodes of the specification");
}

/* Device-spec 7: at its ceilings, a command stays below C_max. */
static void test_ceilings(void)
{
	uint8_t param[FACET_PARAM_MAX_BYTES];
	const struct facet_op_info *info;
	struct facet_op_req req;
	uint64_t ns;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		info = facet_op_info(known[i]);
		req = (struct facet_op_req) {
			.opcode = known[i], .param = param,
			.param_bytes = dearest(known[i], param),
			.src_bytes = info->ceil_in_bytes, .dst_bytes = info->ceil_out_bytes,
		};
		ns = facet_op_cost_ns(&req, info->ceil_out_bytes);
		if (!tap_ok(ns < info->cmax_ns && ns >= 500, "%s: cost at the ceiling",
			    info->name))
			tap_diag("%llu ns", (unsigned long long)ns);
		tap_ok(info->class < FACET_NR_CLASSES && !(info->flags & ~FACET_DF_ALL) &&
		       info->param_min_bytes <= info->param_max_bytes &&
		       info->param_max_bytes <= FACET_PARAM_MAX_BYTES && info->restartable,
		       "%s: sane entry", info->name);
	}
}

/* One byte above a ceiling, on either side. */
static void test_limit(void)
{
	uint8_t param[FACET_PARAM_MAX_BYTES];
	const struct facet_op_info *info;
	struct op_test t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		info = facet_op_info(known[i]);
		t = (struct op_test) {
			.opcode = known[i], .param = param,
			.param_bytes = dearest(known[i], param),
			.src = big, .src_bytes = info->ceil_in_bytes + 1,
		};
		op_test_fails(&t, FACET_ST_LIMIT, info->name);
		t.src_bytes = 0;
		t.dst_bytes = info->ceil_out_bytes + 1;
		op_test_fails(&t, FACET_ST_LIMIT, info->name);
	}
}

static void test_flags(void)
{
	const struct facet_op_info *info;
	unsigned int flags;
	struct op_test t;
	bool pass;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		info = facet_op_info(known[i]);
		for (pass = true, flags = 0; flags < 256; flags++) {
			if (!(flags & ~info->flags))
				continue;
			t = (struct op_test) { .opcode = known[i], .flags = flags };
			pass &= op_test_run(&t) == FACET_ST_BAD_DESC && t.clean;
		}
		tap_ok(pass, "%s: other flags are BAD_DESC", info->name);
	}
}

/* A block that is too short is never looked into, whatever else is asked. */
static void test_short_param(void)
{
	const struct facet_op_info *info;
	struct facet_op_req req;
	struct op_test t;
	size_t i, n;
	bool pass;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		info = facet_op_info(known[i]);
		if (!info->param_min_bytes)
			continue;
		for (pass = true, n = 0; n < info->param_min_bytes; n++) {
			t = (struct op_test) { .opcode = known[i], .param = big,
					       .param_bytes = n };
			pass &= op_test_run(&t) == FACET_ST_BAD_PARAM && t.clean;
			req = (struct facet_op_req) { .opcode = known[i], .param_bytes = n };
			pass &= facet_op_cost_ns(&req, 0) == info->cost_base_ns;
		}
		tap_ok(pass, "%s: short parameter blocks", info->name);
	}
}

static void test_nop(void)
{
	struct op_test t = { .opcode = FACET_OP_NOP };

	op_test_gives(&t, NULL, 0, "NOP");
	t.dst_bytes = 1;
	op_test_fails(&t, FACET_ST_LIMIT, "NOP with output");
	t.dst_bytes = 0;
	t.param = "x";
	t.param_bytes = 1;
	op_test_fails(&t, FACET_ST_BAD_PARAM, "NOP with a parameter block");
}

static void test_copy(void)
{
	struct op_test t = { .opcode = FACET_OP_COPY, .src = big, .dst_bytes = 4 * MIB };
	uint32_t seed = 11;

	op_random(&seed, big, 4 * MIB);
	op_test_gives(&t, NULL, 0, "COPY of nothing");
	t.src_bytes = 4 * MIB;
	op_test_gives(&t, big, 4 * MIB, "COPY of 4 MiB");
	tap_eq(t.res.in_bytes, 4 * MIB, "COPY takes its input");
	t.src_bytes = 1001;
	op_test_gives(&t, big, 1001, "COPY into more room");
	op_test_room(&t, "COPY");
}

static uint64_t cost(uint8_t opcode, const void *param, size_t param_bytes, uint32_t in,
		     uint32_t out)
{
	struct facet_op_req req = { .opcode = opcode, .param = param,
				    .param_bytes = param_bytes, .src_bytes = in };

	return facet_op_cost_ns(&req, out);
}

static void test_rsa_cost(void)
{
	/* the base is 300 us and 15 us; the factors are those of device-spec 7 */
	static const struct {
		uint16_t bits;
		uint32_t priv_ns, pub_ns;
	} want[] = {
		{ 1024, 60000, 3750 }, { 2048, 300000, 15000 }, { 3072, 840000, 33750 },
		{ 4096, 1920000, 60000 }, { 0, 300000, 15000 }, { 65535, 300000, 15000 },
	};
	uint8_t param[FACET_PARAM_MAX_BYTES] = { 0 };
	struct facet_rsa_param *head = (void *)param;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		head->bits = htole16(want[i].bits);
		tap_eq(cost(FACET_OP_RSA_PRIV, param, sizeof(param), 256, 0), want[i].priv_ns,
		       "RSA private");
		tap_eq(cost(FACET_OP_RSA_PUB, param, sizeof(param), 256, 0), want[i].pub_ns,
		       "RSA public");
	}
}

static void test_comp_cost(void)
{
	static const uint32_t deflate_ns[] = { 0, 3200, 3200, 3200, 8000, 8000, 8000, 16000,
					       16000, 16000 };
	struct facet_comp_param p = { 0 };
	unsigned int level;

	for (level = 1; level <= 9; level++) {
		p.level = level;
		tap_eq(cost(FACET_OP_DEFLATE, &p, sizeof(p), 1000, 0), deflate_ns[level],
		       "DEFLATE of 1000 bytes");
	}
	tap_eq(cost(FACET_OP_INFLATE, &p, sizeof(p), 1000, 50000), 52000, "INFLATE by output");
	tap_eq(cost(FACET_OP_INFLATE, &p, sizeof(p), 1000, 10), 3000, "INFLATE by input");
}

static void test_cost(void)
{
	uint8_t gcm[sizeof(struct facet_cipher_param) + 1000] = { 0 };

	tap_eq(cost(FACET_OP_NOP, NULL, 0, 0, 0), 500, "NOP costs the floor");
	tap_eq(cost(200, NULL, 0, 4096, 4096), 500, "so does an unknown opcode");
	tap_eq(cost(FACET_OP_COPY, NULL, 0, 10000, 0), 1500, "COPY");
	tap_eq(cost(FACET_OP_AES_CBC, gcm, sizeof(struct facet_cipher_param), 4000, 0), 2000,
	       "AES-CBC");
	tap_eq(cost(FACET_OP_AES_GCM, gcm, sizeof(gcm), 4000, 0), 2250,
	       "AES-GCM, with its additional data");
	tap_eq(cost(FACET_OP_SHA512, gcm, sizeof(struct facet_hash_param), 1000, 0), 1600,
	       "SHA-512");
}

/* 9 MiB of zeroes: just what INFLATE can deliver, and one byte more. */
static void test_bomb(void)
{
	static uint8_t packed[64 * KIB];
	struct facet_comp_param p = { .format = FACET_COMP_ZLIB };
	struct op_test t = { .opcode = FACET_OP_INFLATE, .param = &p, .param_bytes = sizeof(p),
			     .src = packed, .dst_bytes = 9 * MIB };
	uLongf n = sizeof(packed);

	memset(big, 0, sizeof(big));
	if (compress(packed, &n, big, 9 * MIB) != Z_OK)
		exit(2);
	t.src_bytes = n;
	op_test_gives(&t, big, 9 * MIB, "INFLATE to its ceiling");
	n = sizeof(packed);
	if (compress(packed, &n, big, 9 * MIB + 1) != Z_OK)
		exit(2);
	t.src_bytes = n;
	op_test_fails(&t, FACET_ST_OVERFLOW, "INFLATE beyond its ceiling");
}

/* The core may ask about a block before it has the input. */
static void test_check(void)
{
	struct facet_cipher_param p = { .key_bytes = htole16(16) };
	struct facet_op_req req = {
		.opcode = FACET_OP_AES_CBC, .param = (uint8_t *)&p, .param_bytes = sizeof(p),
		.src_bytes = 32, .dst_bytes = 32,
	};

	tap_eq(facet_op_check(&req), FACET_ST_OK, "facet_op_check() without input");
	req.src_bytes = 33;
	tap_eq(facet_op_check(&req), FACET_ST_BAD_LEN, "facet_op_check() of a length");
	p.key_bytes = 0;
	tap_eq(facet_op_check(&req), FACET_ST_BAD_KEY, "facet_op_check() of a key");
	req.opcode = 255;
	tap_eq(facet_op_check(&req), FACET_ST_BAD_OPCODE, "facet_op_check() of an opcode");
}

int main(void)
{
	if (!tap_ok(facet_op_init() && facet_op_init(), "libgcrypt, twice"))
		return tap_done();
	test_known();
	test_ceilings();
	test_limit();
	test_flags();
	test_short_param();
	test_nop();
	test_copy();
	test_rsa_cost();
	test_comp_cost();
	test_cost();
	test_bomb();
	test_check();
	return tap_done();
}
