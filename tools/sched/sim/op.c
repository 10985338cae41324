// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of the benchmark's device: nothing is computed.  What a command
 * costs stands in its parameter block, as a length of time; only the harness
 * that wrote it and the engine that runs it know, as with real data.  What the
 * device expects beforehand comes from its cost table, as in the real one.
 */
#include "op.h"
#include "cost.h"

#define CMAX_NS		10000000u
#define CEIL_BYTES	(4u << 20)
#define FLOOR_NS	500u

#define OP(_name, _class, _base, _ps) {						\
	.name = _name, .class = _class, .restartable = true,			\
	.param_min_bytes = COST_PARAM_BYTES, .param_max_bytes = COST_PARAM_BYTES, \
	.ceil_in_bytes = CEIL_BYTES, .ceil_out_bytes = CEIL_BYTES,		\
	.cmax_ns = CMAX_NS, .cost_base_ns = _base, .cost_byte_ps = _ps }

static const struct facet_op_info ops[FACET_NR_OPCODES] = {
	[FACET_OP_NOP] = {
		.name = "nop", .class = FACET_CLASS_SYM, .restartable = true,
		.cmax_ns = CMAX_NS, .cost_base_ns = FLOOR_NS,
	},
	[FACET_OP_AES_XTS] = OP("aes-xts", FACET_CLASS_SYM, 1000, 250),
	[FACET_OP_SHA256] = OP("sha256", FACET_CLASS_SYM, 1000, 600),
	[FACET_OP_RSA_PRIV] = OP("rsa-priv", FACET_CLASS_PK, 300000, 0),
	[FACET_OP_RSA_PUB] = OP("rsa-pub", FACET_CLASS_PK, 15000, 0),
	[FACET_OP_ECDSA_P256_SIGN] = OP("ecdsa-p256-sign", FACET_CLASS_PK, 40000, 0),
	[FACET_OP_DEFLATE] = OP("deflate", FACET_CLASS_COMP, 2000, 6000),
	[FACET_OP_INFLATE] = OP("inflate", FACET_CLASS_COMP, 2000, 1000),
};

bool facet_op_init(void)
{
	return true;
}

const struct facet_op_info *facet_op_info(uint8_t opcode)
{
	return opcode < FACET_NR_OPCODES && ops[opcode].name ? &ops[opcode] : NULL;
}

uint16_t facet_op_check(const struct facet_op_req *req)
{
	return facet_op_info(req->opcode) ? FACET_ST_OK : FACET_ST_BAD_OPCODE;
}

bool facet_op_dict(const struct facet_op_req *req, uint64_t *iova, uint32_t *bytes)
{
	(void)req, (void)iova, (void)bytes;
	return false;
}

uint64_t facet_op_cost_ns(const struct facet_op_req *req, uint32_t out_bytes)
{
	const struct facet_op_info *info = facet_op_info(req->opcode);
	uint64_t ns = FLOOR_NS;

	(void)out_bytes;
	if (!info)
		return ns;
	if (req->param_bytes == COST_PARAM_BYTES)
		ns = cost_get(req->param);
	else
		ns = info->cost_base_ns + req->src_bytes * (uint64_t)info->cost_byte_ps / 1000;
	return ns > FLOOR_NS ? ns : FLOOR_NS;
}

void facet_op_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	*res = (struct facet_op_res){ .status = FACET_ST_OK, .in_bytes = req->src_bytes };
}
