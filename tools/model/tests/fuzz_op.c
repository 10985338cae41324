// SPDX-License-Identifier: GPL-2.0
/*
 * Any command on any bytes: the sanitizers watch memory, and what holds for all
 * operations is checked here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "op.h"
#include "rsa_key.h"

#define NR_KNOWN	16u
#define DST_UNIT	4u
#define K		256
/* selector bit: start from a block that is right, instead of hoping for one */
#define GOOD_BLOCK	0x80

/**
 * struct head - first bytes of an input; parameter block, history and the
 *	operation's input follow
 * @select: which operation; %GOOD_BLOCK
 * @flags: FACET_DF_*, of which the opcode's are used
 * @param_bytes: length of the block
 * @dst_units: room, in %DST_UNIT bytes
 * @dict_bytes: length of the history
 */
struct head {
	uint8_t select;
	uint8_t flags;
	uint16_t param_bytes;
	uint16_t dst_units;
	uint16_t dict_bytes;
};

static const uint8_t known[NR_KNOWN] = {
	FACET_OP_NOP, FACET_OP_COPY, FACET_OP_AES_XTS, FACET_OP_AES_CBC, FACET_OP_AES_CTR,
	FACET_OP_AES_GCM, FACET_OP_SHA256, FACET_OP_SHA512, FACET_OP_HMAC_SHA256,
	FACET_OP_HMAC_SHA512, FACET_OP_RSA_PRIV, FACET_OP_RSA_PUB, FACET_OP_ECDSA_P256_SIGN,
	FACET_OP_ECDSA_P256_VERIFY, FACET_OP_DEFLATE, FACET_OP_INFLATE,
};

#define REQUIRE(cond)	require(cond, #cond, __LINE__)

static void require(bool fine, const char *what, int line)
{
	if (fine)
		return;
	fprintf(stderr, "fuzz_op: line %d: %s\n", line, what);
	abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	REQUIRE(facet_op_init());
	return 0;
}

/* A buffer of its own for each part, so that going too far is seen. */
static uint8_t *part(const uint8_t **data, size_t *left, size_t n)
{
	uint8_t *p;

	if (n > *left)
		n = *left;
	p = malloc(n ? n : 1);
	REQUIRE(p);
	memcpy(p, *data, n);
	*data += n;
	*left -= n;
	return p;
}

static uint8_t *put_hex(uint8_t *at, const char *hex)
{
	for (; *hex; hex += 2) {
		if (*hex == ' ')
			hex++;
		REQUIRE(sscanf(hex, "%2hhx", at++) == 1);
	}
	return at;
}

static size_t rsa_block(uint8_t *block, bool priv)
{
	static const uint8_t head[] = { 0, 8, 3, 0, 0, 0, 0, 0 }, e[] = { 1, 0, 1 };
	uint8_t *at = block + sizeof(head);

	memcpy(block, head, sizeof(head));
	at = put_hex(at, rsa_n);
	memcpy(at, e, sizeof(e));
	at += sizeof(e);
	if (priv) {
		at = put_hex(at, rsa_p);
		at = put_hex(at, rsa_q);
		at = put_hex(at, rsa_dp);
		at = put_hex(at, rsa_dq);
		at = put_hex(at, rsa_qinv);
	}
	return at - block;
}

/* d = 1 and its public key, which is the generator */
static size_t ec_block(uint8_t *block, bool priv)
{
	block[31] = 1;
	if (!priv) {
		put_hex(block, "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296 "
			       "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
	}
	return 64;
}

static size_t cipher_block(uint8_t *block, uint8_t opcode)
{
	block[0] = opcode == FACET_OP_AES_XTS ? 32 : 16;
	block[2] = opcode == FACET_OP_AES_GCM ? 16 : 0;
	return sizeof(struct facet_cipher_param);
}

static size_t good_block(uint8_t *block, uint8_t opcode)
{
	switch (opcode) {
	case FACET_OP_AES_XTS:
	case FACET_OP_AES_CBC:
	case FACET_OP_AES_CTR:
	case FACET_OP_AES_GCM:
		return cipher_block(block, opcode);
	case FACET_OP_RSA_PRIV:
	case FACET_OP_RSA_PUB:
		return rsa_block(block, opcode == FACET_OP_RSA_PRIV);
	case FACET_OP_ECDSA_P256_SIGN:
	case FACET_OP_ECDSA_P256_VERIFY:
		return ec_block(block, opcode == FACET_OP_ECDSA_P256_SIGN);
	case FACET_OP_DEFLATE:
		block[1] = 6;
		return sizeof(struct facet_comp_param);
	default:
		return facet_op_info(opcode)->param_min_bytes;
	}
}

/* A block that is right, with the fuzzer's laid over it bit by bit. */
static void use_good_block(struct facet_op_req *req)
{
	uint8_t *block = calloc(1, FACET_PARAM_MAX_BYTES), *p;
	size_t n, i;

	REQUIRE(block);
	n = good_block(block, req->opcode);
	p = malloc(n ? n : 1);
	REQUIRE(p);
	for (i = 0; i < n; i++)
		p[i] = block[i] ^ (i < req->param_bytes ? req->param[i] : 0);
	free(block);
	free((uint8_t *)req->param);
	req->param = p;
	req->param_bytes = n;
}

/* The core brings as much history as the block says. */
static void match_dict(struct facet_op_req *req)
{
	uint8_t *block = (uint8_t *)req->param;

	if (req->opcode != FACET_OP_INFLATE || req->param_bytes < sizeof(struct facet_comp_param))
		return;
	block[4] = req->dict_bytes;
	block[5] = req->dict_bytes >> 8;
	block[6] = 0;
	block[7] = 0;
}

static void check_result(const struct facet_op_req *req, const struct facet_op_res *res)
{
	static const struct facet_op_res none;
	struct facet_op_res rest = *res;
	uint16_t early = facet_op_check(req);

	REQUIRE(res->status < FACET_NR_STATUS && res->status != FACET_ST_ENGINE_ERROR);
	REQUIRE(early == FACET_ST_OK || early == res->status);
	REQUIRE(res->out_bytes <= req->dst_bytes && res->in_bytes <= req->src_bytes);
	REQUIRE(facet_op_cost_ns(req, res->out_bytes) < facet_op_info(req->opcode)->cmax_ns);
	if (res->status == FACET_ST_OK)
		return;
	rest.status = 0;
	REQUIRE(!memcmp(&rest, &none, sizeof(rest)));
}

/* Restartable: once more gives the same. */
static void check_again(const struct facet_op_req *req, const struct facet_op_res *res)
{
	struct facet_op_req again = *req;
	struct facet_op_res second;

	again.dst = malloc(req->dst_bytes ? req->dst_bytes : 1);
	REQUIRE(again.dst);
	facet_op_run(&again, &second);
	REQUIRE(!memcmp(res, &second, sizeof(second)));
	REQUIRE(!memcmp(req->dst, again.dst, res->out_bytes));
	free(again.dst);
}

/* What @inverse makes of the result is the input again. */
static void check_inverse(const struct facet_op_req *req, const struct facet_op_res *res,
			  struct facet_op_req inverse)
{
	struct facet_op_res back;

	inverse.src = req->dst;
	inverse.src_bytes = res->out_bytes;
	inverse.dst_bytes = req->src_bytes;
	inverse.dst = malloc(req->src_bytes ? req->src_bytes : 1);
	REQUIRE(inverse.dst);
	facet_op_run(&inverse, &back);
	REQUIRE(back.status == FACET_ST_OK && back.out_bytes == req->src_bytes);
	REQUIRE(!memcmp(inverse.dst, req->src, req->src_bytes));
	free(inverse.dst);
}

static void check_cipher(const struct facet_op_req *req, const struct facet_op_res *res)
{
	struct facet_op_req inverse = *req;

	if (req->flags & FACET_DF_DECRYPT)
		return;
	inverse.flags |= FACET_DF_DECRYPT;
	check_inverse(req, res, inverse);
}

static void check_deflate(const struct facet_op_req *req, const struct facet_op_res *res)
{
	struct facet_comp_param p = { .format = req->param[0] };
	struct facet_op_req inverse = { .opcode = FACET_OP_INFLATE, .param = (uint8_t *)&p,
					.param_bytes = sizeof(p) };

	check_inverse(req, res, inverse);
}

/* With half the room, what comes is a part of the whole; or nothing fits. */
static void check_inflate(const struct facet_op_req *req, const struct facet_op_res *res)
{
	struct facet_op_req half = *req;
	struct facet_op_res less;

	half.dst_bytes = res->out_bytes / 2;
	half.dst = malloc(half.dst_bytes ? half.dst_bytes : 1);
	REQUIRE(half.dst);
	facet_op_run(&half, &less);
	REQUIRE(less.status == FACET_ST_OK || less.status == FACET_ST_OVERFLOW);
	REQUIRE(less.out_bytes <= half.dst_bytes && less.in_bytes <= res->in_bytes);
	REQUIRE(!memcmp(half.dst, req->dst, less.out_bytes));
	free(half.dst);
}

static void check_meaning(const struct facet_op_req *req, const struct facet_op_res *res)
{
	switch (req->opcode) {
	case FACET_OP_AES_XTS:
	case FACET_OP_AES_CBC:
	case FACET_OP_AES_CTR:
	case FACET_OP_AES_GCM:
		return check_cipher(req, res);
	case FACET_OP_DEFLATE:
		return check_deflate(req, res);
	case FACET_OP_INFLATE:
		return check_inflate(req, res);
	default:
		return;
	}
}

static void run(struct facet_op_req *req)
{
	struct facet_op_res res;

	req->dst = malloc(req->dst_bytes ? req->dst_bytes : 1);
	REQUIRE(req->dst);
	facet_op_run(req, &res);
	check_result(req, &res);
	check_again(req, &res);
	if (res.status == FACET_ST_OK)
		check_meaning(req, &res);
	free(req->dst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facet_op_req req = { 0 };
	struct head head;

	if (size < sizeof(head))
		return -1;
	memcpy(&head, data, sizeof(head));
	data += sizeof(head);
	size -= sizeof(head);
	req.opcode = known[head.select % NR_KNOWN];
	req.flags = head.flags & facet_op_info(req.opcode)->flags;
	req.param_bytes = head.param_bytes < size ? head.param_bytes : size;
	req.param = part(&data, &size, req.param_bytes);
	req.dict_bytes = head.dict_bytes < size ? head.dict_bytes : size;
	req.dict = part(&data, &size, req.dict_bytes);
	req.src_bytes = size;
	req.src = part(&data, &size, size);
	req.dst_bytes = head.dst_units * DST_UNIT;
	if (head.select & GOOD_BLOCK)
		use_good_block(&req);
	match_dict(&req);
	run(&req);
	free((uint8_t *)req.param);
	free((uint8_t *)req.dict);
	free((uint8_t *)req.src);
	return 0;
}
