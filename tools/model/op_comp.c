// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: DEFLATE and INFLATE, with zlib.
 */
#include <stdlib.h>
#include <zlib.h>
#include "op_internal.h"

#define WINDOW_BITS	15
#define GZIP_BITS	(WINDOW_BITS + 16)
#define MEM_LEVEL	8
/*
 * Room behind what the caller has.  A flush is known to be over when deflate()
 * leaves some of the output unused; that must not depend on how well the result
 * fits the caller's buffer.
 */
#define FLUSH_ROOM	16u
/* z_stream.data_type behind inflate(Z_BLOCK) */
#define DT_BITS		0x3f
#define DT_LAST		0x40
#define DT_BOUNDARY	0x80

static uint8_t format(const struct facet_op_req *req)
{
	return *FACET_PARAM(req, facet_comp_param, format);
}

static uint8_t level(const struct facet_op_req *req)
{
	return *FACET_PARAM(req, facet_comp_param, level);
}

static uint8_t start_bit(const struct facet_op_req *req)
{
	return *FACET_PARAM(req, facet_comp_param, start_bit);
}

static uint32_t dict_bytes(const struct facet_op_req *req)
{
	return facet_le32(FACET_PARAM(req, facet_comp_param, dict_bytes));
}

static uint16_t check_deflate(const struct facet_op_req *req)
{
	if (level(req) < 1 || level(req) > 9)
		return FACET_ST_BAD_PARAM;
	if (!(req->flags & FACET_DF_LAST) && format(req) != FACET_COMP_RAW)
		return FACET_ST_BAD_PARAM;
	return FACET_ST_OK;
}

uint16_t facet_op_comp_check(const struct facet_op_req *req)
{
	bool resumes = req->opcode == FACET_OP_INFLATE && format(req) == FACET_COMP_RAW;

	if (format(req) > FACET_COMP_GZIP || *FACET_PARAM(req, facet_comp_param, rsvd))
		return FACET_ST_BAD_PARAM;
	if (!resumes && (start_bit(req) || dict_bytes(req)))
		return FACET_ST_BAD_PARAM;
	if (start_bit(req) > 7 || dict_bytes(req) > FACET_DICT_MAX_BYTES)
		return FACET_ST_BAD_PARAM;
	if (req->opcode == FACET_OP_DEFLATE)
		return check_deflate(req);
	return level(req) ? FACET_ST_BAD_PARAM : FACET_ST_OK;
}

bool facet_op_dict(const struct facet_op_req *req, uint64_t *iova, uint32_t *bytes)
{
	if (req->opcode != FACET_OP_INFLATE || req->param_bytes < sizeof(struct facet_comp_param))
		return false;
	*iova = facet_le64(FACET_PARAM(req, facet_comp_param, dict));
	*bytes = dict_bytes(req);
	return *bytes && format(req) == FACET_COMP_RAW;
}

/* Factors of the levels as in device-spec 7. */
uint64_t facet_op_deflate_cost(const struct facet_op_req *req, uint32_t out_bytes)
{
	uint64_t ns = facet_op_linear_ns(req, req->src_bytes);

	(void)out_bytes;
	if (level(req) < 4)
		return ns * 2 / 5;
	return level(req) < 7 ? ns : ns * 2;
}

uint64_t facet_op_inflate_cost(const struct facet_op_req *req, uint32_t out_bytes)
{
	return facet_op_linear_ns(req, req->src_bytes > out_bytes ? req->src_bytes : out_bytes);
}

static int window_bits(const struct facet_op_req *req)
{
	switch (format(req)) {
	case FACET_COMP_ZLIB:
		return WINDOW_BITS;
	case FACET_COMP_GZIP:
		return GZIP_BITS;
	default:
		return -WINDOW_BITS;
	}
}

static uint32_t checksum(const struct facet_op_req *req, const uint8_t *p, size_t n)
{
	if (format(req) == FACET_COMP_ZLIB)
		return adler32(adler32(0, NULL, 0), facet_in(p), n);
	return crc32(crc32(0, NULL, 0), facet_in(p), n);
}

/* One call of deflate(): @room is enough, or the result does not fit. */
static uint16_t deflate_once(const struct facet_op_req *req, struct facet_op_res *res,
			     z_stream *z, size_t room)
{
	bool last = req->flags & FACET_DF_LAST;
	uint16_t status = FACET_ST_OVERFLOW;
	uint8_t *out = malloc(room);
	int ret;

	if (!out)
		return FACET_ST_ENGINE_ERROR;
	z->next_in = (uint8_t *)facet_in(req->src);
	z->avail_in = req->src_bytes;
	z->next_out = out;
	z->avail_out = room;
	ret = deflate(z, last ? Z_FINISH : Z_FULL_FLUSH);
	if (ret == Z_STREAM_ERROR)
		status = FACET_ST_ENGINE_ERROR;
	else if (last ? ret == Z_STREAM_END : z->avail_out > 0)
		status = facet_op_deliver(req, res, out, room - z->avail_out);
	free(out);
	return status;
}

uint16_t facet_op_deflate_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	z_stream z = { 0 };
	uint16_t status;
	size_t room;

	if (deflateInit2(&z, level(req), Z_DEFLATED, window_bits(req), MEM_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return FACET_ST_ENGINE_ERROR;
	room = deflateBound(&z, req->src_bytes);
	if (room > req->dst_bytes)
		room = req->dst_bytes;
	status = deflate_once(req, res, &z, room + FLUSH_ROOM);
	deflateEnd(&z);
	res->check = checksum(req, req->src, req->src_bytes);
	return status;
}

/*
 * inflate() stopped for want of input or of output; with neither left it cannot
 * be seen which.  One byte of room more shows it: output was missing if there
 * is something to put there.
 */
static bool wants_output(z_stream *z)
{
	uint8_t spare;
	int ret;

	if (z->avail_out)
		return false;
	z->next_out = &spare;
	z->avail_out = 1;
	ret = inflate(z, Z_NO_FLUSH);
	return (ret == Z_OK || ret == Z_STREAM_END) && !z->avail_out;
}

static uint16_t inflate_stream(const struct facet_op_req *req, struct facet_op_res *res,
			       z_stream *z)
{
	int ret = inflate(z, Z_FINISH);

	if (ret == Z_MEM_ERROR || ret == Z_STREAM_ERROR)
		return FACET_ST_ENGINE_ERROR;
	if (ret == Z_OK || ret == Z_BUF_ERROR)
		return wants_output(z) ? FACET_ST_OVERFLOW : FACET_ST_BAD_DATA;
	if (ret != Z_STREAM_END)
		return FACET_ST_BAD_DATA;
	res->in_bytes = req->src_bytes - z->avail_in;
	res->out_bytes = z->total_out;
	return FACET_ST_OK;
}

/* What the previous command left: history, and the rest of a byte. */
static bool resume(const struct facet_op_req *req, z_stream *z)
{
	unsigned int bit = start_bit(req);

	if (req->dict_bytes &&
	    inflateSetDictionary(z, facet_in(req->dict), req->dict_bytes) != Z_OK)
		return false;
	if (!bit || !z->avail_in)
		return true;
	if (inflatePrime(z, 8 - bit, *z->next_in >> bit) != Z_OK)
		return false;
	z->next_in++;
	z->avail_in--;
	return true;
}

/* A block ended here: everything up to this point counts. */
static void mark(const struct facet_op_req *req, struct facet_op_res *res, const z_stream *z)
{
	uint64_t bits = (uint64_t)(req->src_bytes - z->avail_in) * 8 - (z->data_type & DT_BITS);
	bool last = z->data_type & DT_LAST;

	res->in_bytes = last ? (bits + 7) / 8 : bits / 8;
	res->info = last ? FACET_CI_END : bits % 8;
	res->out_bytes = z->total_out;
}

/*
 * Every call takes input, so that the length of the input bounds the loop; one
 * that does not stop at a boundary has run out of something.  Corruption behind
 * blocks that were fine fails all of them: the stream is not worth going on.
 */
static uint16_t inflate_blocks(const struct facet_op_req *req, struct facet_op_res *res,
			       z_stream *z)
{
	bool progress = false;
	int ret;

	res->in_bytes = 0;
	res->info = start_bit(req);
	while (!(res->info & FACET_CI_END)) {
		ret = inflate(z, Z_BLOCK);
		if (ret == Z_MEM_ERROR || ret == Z_STREAM_ERROR)
			return FACET_ST_ENGINE_ERROR;
		if (ret != Z_OK && ret != Z_BUF_ERROR)
			return FACET_ST_BAD_DATA;
		if (ret != Z_OK || !(z->data_type & DT_BOUNDARY))
			return !progress && wants_output(z) ? FACET_ST_OVERFLOW : FACET_ST_OK;
		mark(req, res, z);
		progress = true;
	}
	return FACET_ST_OK;
}

static uint16_t inflate_any(const struct facet_op_req *req, struct facet_op_res *res, z_stream *z)
{
	uint8_t none;

	z->next_in = (uint8_t *)facet_in(req->src);
	z->avail_in = req->src_bytes;
	z->next_out = req->dst ? req->dst : &none;
	z->avail_out = req->dst_bytes;
	if (format(req) != FACET_COMP_RAW)
		return inflate_stream(req, res, z);
	if (!resume(req, z))
		return FACET_ST_ENGINE_ERROR;
	return inflate_blocks(req, res, z);
}

uint16_t facet_op_inflate_run(const struct facet_op_req *req, struct facet_op_res *res)
{
	z_stream z = { 0 };
	uint16_t status;

	if (req->dict_bytes != dict_bytes(req) || inflateInit2(&z, window_bits(req)) != Z_OK)
		return FACET_ST_ENGINE_ERROR;
	status = inflate_any(req, res, &z);
	inflateEnd(&z);
	if (status == FACET_ST_OK)
		res->check = checksum(req, req->dst, res->out_bytes);
	return status;
}
