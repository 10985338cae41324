// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: table of the operations and what is common to them.
 */
#include <gcrypt.h>
#include "op_internal.h"

#define KIB		1024u
#define MIB		(1024u * KIB)
#define CMAX_NS		10000000u
#define CIPHER_MAX	(4 * MIB)
#define CIPHER_FLAGS	FACET_DF_DECRYPT
#define HASH_FLAGS	(FACET_DF_FIRST | FACET_DF_LAST)
#define PK_MAX		(4 * KIB)
/* bits, e_bytes, then k-byte numbers: see struct facet_rsa_param */
#define RSA_PUB_BYTES(k, e)	(sizeof(struct facet_rsa_param) + (k) + (e))
#define RSA_PRIV_BYTES(k, e)	(RSA_PUB_BYTES(k, e) + 5 * (k) / 2)

static uint16_t nop_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	(void)req;
	(void)res;
	return FACET_ST_OK;
}

static uint16_t copy_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	return facet_op_deliver(req, res, req->src, req->src_bytes);
}

/*
 * Every operation is a function of its descriptor, parameter block and input:
 * IVs and hash states come from the owner, ECDSA's nonce from RFC 6979, and
 * PKCS#1 block type 1 has no random bytes.  So all are restartable; one that
 * drew randomness or kept state in the device would not be.
 *
 * Ceilings are such that the cost at the ceiling is below C_max: the dearest
 * are INFLATE with 9.4 ms and DEFLATE of level 9 with 6.3 ms.  CBC and GCM have
 * room for a padding block or a tag behind 4 MiB of data, on either side.  INFLATE
 * has room for the largest block of gzip(1): 32767 matches of 258 bytes, 8.06 MiB.
 */
#define OP(_name, _class, _flags, _pmin, _pmax, _in, _out, _base, _ps) {	\
	.name = _name, .class = FACET_CLASS_##_class, .restartable = true,	\
	.flags = _flags, .param_min_bytes = _pmin, .param_max_bytes = _pmax,	\
	.ceil_in_bytes = _in, .ceil_out_bytes = _out, .cmax_ns = CMAX_NS,	\
	.cost_base_ns = _base, .cost_byte_ps = _ps }
#define OP_CIPHER(_name, _flags, _pmax, _extra)					\
	OP(_name, SYM, _flags, sizeof(struct facet_cipher_param), _pmax,	\
	   CIPHER_MAX + (_extra), CIPHER_MAX + (_extra), 1000, 250)
#define OP_HASH(_name)								\
	OP(_name, SYM, HASH_FLAGS, sizeof(struct facet_hash_param),		\
	   sizeof(struct facet_hash_param), 4 * MIB, 4 * KIB, 1000, 600)
#define OP_PK(_name, _flags, _pmin, _pmax, _base)				\
	OP(_name, PK, _flags, _pmin, _pmax, PK_MAX, PK_MAX, _base, 0)
#define OP_COMP(_name, _flags, _in, _out, _base, _ps)				\
	OP(_name, COMP, _flags, sizeof(struct facet_comp_param),		\
	   sizeof(struct facet_comp_param), _in, _out, _base, _ps)

static const struct facet_op facet_ops[FACET_NR_OPCODES] = {
	[FACET_OP_NOP] = {
		.info = OP("nop", SYM, 0, 0, 0, 0, 0, 500, 0),
		.run = nop_run,
	},
	[FACET_OP_COPY] = {
		.info = OP("copy", SYM, 0, 0, 0, 4 * MIB, 4 * MIB, 500, 100),
		.run = copy_run,
	},
	[FACET_OP_AES_XTS] = {
		.info = OP_CIPHER("aes-xts", CIPHER_FLAGS, sizeof(struct facet_cipher_param), 0),
		.check = facet_op_cipher_check,
		.run = facet_op_xts_run,
	},
	[FACET_OP_AES_CBC] = {
		.info = OP_CIPHER("aes-cbc", CIPHER_FLAGS | FACET_DF_PAD,
				  sizeof(struct facet_cipher_param), 16),
		.check = facet_op_cipher_check,
		.run = facet_op_cbc_run,
	},
	[FACET_OP_AES_CTR] = {
		.info = OP_CIPHER("aes-ctr", CIPHER_FLAGS, sizeof(struct facet_cipher_param), 0),
		.check = facet_op_cipher_check,
		.run = facet_op_ctr_run,
	},
	[FACET_OP_AES_GCM] = {
		.info = OP_CIPHER("aes-gcm", CIPHER_FLAGS, FACET_PARAM_MAX_BYTES, 16),
		.check = facet_op_cipher_check,
		.cost = facet_op_gcm_cost,
		.run = facet_op_gcm_run,
	},
	[FACET_OP_SHA256] = {
		.info = OP_HASH("sha256"),
		.check = facet_op_hash_check,
		.run = facet_op_hash_run,
	},
	[FACET_OP_SHA512] = {
		.info = OP_HASH("sha512"),
		.check = facet_op_hash_check,
		.run = facet_op_hash_run,
	},
	[FACET_OP_HMAC_SHA256] = {
		.info = OP_HASH("hmac-sha256"),
		.check = facet_op_hash_check,
		.run = facet_op_hash_run,
	},
	[FACET_OP_HMAC_SHA512] = {
		.info = OP_HASH("hmac-sha512"),
		.check = facet_op_hash_check,
		.run = facet_op_hash_run,
	},
	[FACET_OP_RSA_PRIV] = {
		.info = OP_PK("rsa-priv", FACET_DF_PAD, RSA_PRIV_BYTES(128, 1),
			      RSA_PRIV_BYTES(512, 8), 300000),
		.check = facet_op_rsa_check,
		.cost = facet_op_rsa_cost,
		.run = facet_op_rsa_priv_run,
	},
	[FACET_OP_RSA_PUB] = {
		.info = OP_PK("rsa-pub", FACET_DF_PAD, RSA_PUB_BYTES(128, 1),
			      RSA_PUB_BYTES(512, 8), 15000),
		.check = facet_op_rsa_check,
		.cost = facet_op_rsa_cost,
		.run = facet_op_rsa_pub_run,
	},
	[FACET_OP_ECDSA_P256_SIGN] = {
		.info = OP_PK("ecdsa-p256-sign", 0, sizeof(struct facet_ec_param),
			      sizeof(struct facet_ec_param), 40000),
		.check = facet_op_ecdsa_check,
		.run = facet_op_ecdsa_sign_run,
	},
	[FACET_OP_ECDSA_P256_VERIFY] = {
		.info = OP_PK("ecdsa-p256-verify", 0, sizeof(struct facet_ec_param),
			      sizeof(struct facet_ec_param), 90000),
		.check = facet_op_ecdsa_check,
		.run = facet_op_ecdsa_verify_run,
	},
	[FACET_OP_DEFLATE] = {
		.info = OP_COMP("deflate", FACET_DF_LAST, 512 * KIB, 1 * MIB, 2000, 6000),
		.check = facet_op_comp_check,
		.cost = facet_op_deflate_cost,
		.run = facet_op_deflate_run,
	},
	[FACET_OP_INFLATE] = {
		.info = OP_COMP("inflate", 0, 1 * MIB, 9 * MIB, 2000, 1000),
		.check = facet_op_comp_check,
		.cost = facet_op_inflate_cost,
		.run = facet_op_inflate_run,
	},
};

static const struct facet_op *find(uint8_t opcode)
{
	if (opcode >= FACET_NR_OPCODES || !facet_ops[opcode].run)
		return NULL;
	return &facet_ops[opcode];
}

/*
 * The emulator may use libgcrypt too and have set it up already; then its
 * choices stand.  Secure memory is switched off: the pool is small, mlock() may
 * be refused, and a guest could exhaust it.
 */
bool facet_op_init(void)
{
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return true;
	if (!gcry_check_version(GCRYPT_VERSION))
		return false;
	gcry_control(GCRYCTL_SUSPEND_SECMEM_WARN);
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	return gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P);
}

const struct facet_op_info *facet_op_info(uint8_t opcode)
{
	const struct facet_op *op = find(opcode);

	return op ? &op->info : NULL;
}

/*
 * The bounds that the core promises are looked at again: everything behind
 * this point reads the parameter block without further ado.
 */
static uint16_t check_bounds(const struct facet_op_info *info, const struct facet_op_req *req)
{
	if (req->flags & ~info->flags)
		return FACET_ST_BAD_DESC;
	if (req->src_bytes > info->ceil_in_bytes || req->dst_bytes > info->ceil_out_bytes)
		return FACET_ST_LIMIT;
	if (req->param_bytes < info->param_min_bytes || req->param_bytes > info->param_max_bytes)
		return FACET_ST_BAD_PARAM;
	return FACET_ST_OK;
}

uint16_t facet_op_check(const struct facet_op_req *req)
{
	const struct facet_op *op = find(req->opcode);
	uint16_t status;

	if (!op)
		return FACET_ST_BAD_OPCODE;
	status = check_bounds(&op->info, req);
	if (status == FACET_ST_OK && op->check)
		status = op->check(req);
	return status;
}

uint64_t facet_op_linear_ns(const struct facet_op_req *req, uint64_t bytes)
{
	const struct facet_op_info *info = &facet_ops[req->opcode].info;

	return info->cost_base_ns + bytes * info->cost_byte_ps / 1000;
}

/* A block that is too short to say what the work is costs the base. */
uint64_t facet_op_cost_ns(const struct facet_op_req *req, uint32_t out_bytes)
{
	const struct facet_op *op = find(req->opcode);

	if (!op)
		return facet_ops[FACET_OP_NOP].info.cost_base_ns;
	if (!op->cost || req->param_bytes < op->info.param_min_bytes)
		return facet_op_linear_ns(req, req->src_bytes);
	return op->cost(req, out_bytes);
}

void facet_op_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	memset(res, 0, sizeof(*res));
	res->status = facet_op_check(req);
	if (res->status != FACET_ST_OK)
		return;
	res->in_bytes = req->src_bytes;
	res->status = find(req->opcode)->run(req, res);
	if (res->status != FACET_ST_OK)
		*res = (struct facet_op_res){ .status = res->status };
}
