// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run compress: one stream from segments that are compressed at the same
 * time.
 *
 * Each segment ends with a full flush on a byte boundary, so that they
 * concatenate; the header and the trailer are made here, the checksum of the
 * whole from those that the device reports of the segments.
 */
#include <zlib.h>
#include "run.h"

#define CHUNK_BYTES	(512 * KIB)

struct compress {
	struct input in;
	struct output out;
	enum facet_comp_format format;
	uint32_t level;
	uint32_t chunk_bytes;
	uint32_t room_bytes;
	bool ended;
	uint32_t crc;
	uint32_t adler;
};

/* Incompressible data grows by 5 bytes a stored block; an eighth is plenty. */
static uint32_t room(uint32_t n)
{
	return n + n / 8 + 1024;
}

static bool compress_prepare(void *ctx, struct slot *s)
{
	struct compress *c = ctx;
	struct facet_comp_param param = { .format = FACET_COMP_RAW, .level = c->level };

	if (c->ended)
		return false;
	s->bytes = input_read(&c->in, s->in, c->chunk_bytes);
	c->ended = input_at_end(&c->in);
	if (c->format == FACET_COMP_ZLIB)
		c->adler = adler32(c->adler, s->in, s->bytes);
	memcpy(s->param, &param, sizeof(param));
	slot_command(s, FACET_OP_DEFLATE, c->ended ? FACET_DF_LAST : 0, sizeof(param),
		     s->bytes, c->room_bytes);
	return true;
}

static void compress_finish(void *ctx, struct slot *s)
{
	struct compress *c = ctx;

	output_write(&c->out, s->out, slot_out_bytes(s));
	c->crc = crc32_combine(c->crc, le32toh(s->comp.check), s->bytes);
}

static void gzip_header(struct compress *c)
{
	/* no flags, no time, the level's hint, Unix */
	uint8_t h[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };

	if (c->level == 9)
		h[8] = 2;
	else if (c->level == 1)
		h[8] = 4;
	output_write(&c->out, h, sizeof(h));
}

static void gzip_trailer(struct compress *c)
{
	uint32_t t[2] = { htole32(c->crc), htole32((uint32_t)c->in.pos) };

	output_write(&c->out, t, sizeof(t));
}

static void zlib_header(struct compress *c)
{
	unsigned int hint = c->level < 2 ? 0 : c->level < 6 ? 1 : c->level == 6 ? 2 : 3;
	unsigned int v = 0x7800 | hint << 6;
	uint8_t h[2];

	v += 31 - v % 31;
	h[0] = v >> 8;
	h[1] = v;
	output_write(&c->out, h, sizeof(h));
}

static void zlib_trailer(struct compress *c)
{
	uint32_t t = htobe32(c->adler);

	output_write(&c->out, &t, sizeof(t));
}

static void set_format(struct compress *c, const struct opts *o)
{
	const char *f = o->format ? o->format : "gzip";

	if (!strcmp(f, "gzip"))
		c->format = FACET_COMP_GZIP;
	else if (!strcmp(f, "zlib"))
		c->format = FACET_COMP_ZLIB;
	else if (!strcmp(f, "raw"))
		c->format = FACET_COMP_RAW;
	else
		die_usage("--format %s: none of gzip, zlib and raw", f);
}

/* Both ceilings hold; a chunk shrinks until its room is below the output's. */
static void set_chunk(struct compress *c, const struct session *ss, const struct opts *o)
{
	uint32_t max = session_max_in(ss, FACET_OP_DEFLATE);
	uint32_t n = o->chunk_bytes ? o->chunk_bytes : CHUNK_BYTES;

	if (n > max)
		n = max;
	while (n && room(n) > session_max_out(ss, FACET_OP_DEFLATE))
		n /= 2;
	if (!n)
		die("deflate: the instance's ceilings of %u bytes in and %u out are too low",
		    max, session_max_out(ss, FACET_OP_DEFLATE));
	c->chunk_bytes = n;
	c->room_bytes = room(n);
}

static void header(struct compress *c)
{
	if (c->format == FACET_COMP_GZIP)
		gzip_header(c);
	else if (c->format == FACET_COMP_ZLIB)
		zlib_header(c);
}

static void trailer(struct compress *c)
{
	if (c->format == FACET_COMP_GZIP)
		gzip_trailer(c);
	else if (c->format == FACET_COMP_ZLIB)
		zlib_trailer(c);
}

int cmd_compress(struct session *ss, const struct opts *o)
{
	struct compress c = { .level = o->level, .adler = 1 };
	struct job job = {
		.ctx = &c, .param_bytes = sizeof(struct facet_comp_param),
		.prepare = compress_prepare, .finish = compress_finish,
	};

	session_need(ss, FACET_OP_DEFLATE);
	set_format(&c, o);
	set_chunk(&c, ss, o);
	job.in_bytes = c.chunk_bytes;
	job.out_bytes = c.room_bytes;
	input_open(&c.in, o->in);
	output_open(&c.out, o->out);
	header(&c);
	pipeline_run(ss, &job);
	trailer(&c);
	output_commit(&c.out);
	return 0;
}
