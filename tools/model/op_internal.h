/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facet device model: shared by the op*.c files, seen by nobody else.
 */
#ifndef FACET_MODEL_OP_INTERNAL_H
#define FACET_MODEL_OP_INTERNAL_H

#include <string.h>
#include "op.h"

/**
 * struct facet_op - one entry of the dispatch table
 * @info: what the device publishes
 * @check: content of the parameter block and lengths; the generic checks are
 *	done; NULL: nothing to check
 * @cost: engine time; the block may be malformed; NULL: linear in the input
 * @run: computes; only what passed @check arrives here; sets @res->out_bytes
 *	and what else it reports, and returns the status
 */
struct facet_op {
	struct facet_op_info info;
	uint16_t (*check)(const struct facet_op_req *req);
	uint64_t (*cost)(const struct facet_op_req *req, uint32_t out_bytes);
	uint16_t (*run)(const struct facet_op_req *req, struct facet_op_res *res);
};

/* op_cipher.c */
uint16_t facet_op_cipher_check(const struct facet_op_req *req);
uint64_t facet_op_gcm_cost(const struct facet_op_req *req, uint32_t out_bytes);
uint16_t facet_op_xts_run(const struct facet_op_req *req, struct facet_op_res *res);
uint16_t facet_op_cbc_run(const struct facet_op_req *req, struct facet_op_res *res);
uint16_t facet_op_ctr_run(const struct facet_op_req *req, struct facet_op_res *res);
uint16_t facet_op_gcm_run(const struct facet_op_req *req, struct facet_op_res *res);

/* op_hash.c */
uint16_t facet_op_hash_check(const struct facet_op_req *req);
uint16_t facet_op_hash_run(const struct facet_op_req *req, struct facet_op_res *res);

/* op_rsa.c */
uint16_t facet_op_rsa_check(const struct facet_op_req *req);
uint64_t facet_op_rsa_cost(const struct facet_op_req *req, uint32_t out_bytes);
uint16_t facet_op_rsa_priv_run(const struct facet_op_req *req, struct facet_op_res *res);
uint16_t facet_op_rsa_pub_run(const struct facet_op_req *req, struct facet_op_res *res);

/* op_ecdsa.c */
uint16_t facet_op_ecdsa_check(const struct facet_op_req *req);
uint16_t facet_op_ecdsa_sign_run(const struct facet_op_req *req, struct facet_op_res *res);
uint16_t facet_op_ecdsa_verify_run(const struct facet_op_req *req, struct facet_op_res *res);

/* op_comp.c */
uint16_t facet_op_comp_check(const struct facet_op_req *req);
uint64_t facet_op_deflate_cost(const struct facet_op_req *req, uint32_t out_bytes);
uint64_t facet_op_inflate_cost(const struct facet_op_req *req, uint32_t out_bytes);
uint16_t facet_op_deflate_run(const struct facet_op_req *req, struct facet_op_res *res);
uint16_t facet_op_inflate_run(const struct facet_op_req *req, struct facet_op_res *res);

/* base + bytes * picoseconds, of @req's opcode */
uint64_t facet_op_linear_ns(const struct facet_op_req *req, uint64_t bytes);

/* Parameter blocks arrive at any alignment, so fields are read by offset. */
static inline uint16_t facet_le16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

static inline uint32_t facet_le32(const uint8_t *p)
{
	return facet_le16(p) | (uint32_t)facet_le16(p + 2) << 16;
}

static inline uint64_t facet_le64(const uint8_t *p)
{
	return facet_le32(p) | (uint64_t)facet_le32(p + 4) << 32;
}

#define FACET_PARAM(req, type, field)	((req)->param + offsetof(struct type, field))

static inline bool facet_all_zero(const uint8_t *p, size_t n)
{
	while (n && !*p)
		p++, n--;
	return !n;
}

/* Libraries and memcpy() want a pointer even for no bytes. */
static inline const uint8_t *facet_in(const uint8_t *p)
{
	static const uint8_t none[1];

	return p ? p : none;
}

/* Key material and unverified plaintext; the compiler must not drop it. */
static inline void facet_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

/*
 * Deliver a result that was computed aside.  The last step of an operation:
 * room is what device-spec 5 looks at after everything else.
 */
static inline uint16_t facet_op_deliver(const struct facet_op_req *req, struct facet_op_res *res,
					const void *out, size_t n)
{
	if (n > req->dst_bytes)
		return FACET_ST_OVERFLOW;
	if (n)
		memcpy(req->dst, out, n);
	res->out_bytes = n;
	return FACET_ST_OK;
}

#endif /* FACET_MODEL_OP_INTERNAL_H */
