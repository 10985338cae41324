// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run decompress: any gzip, zlib or raw DEFLATE file.
 *
 * A file of another program may be one stream of any length.  The device works
 * off whole DEFLATE blocks and says where it stopped; the next command goes on
 * there with the last 32 KiB as history.  Headers and trailers are read here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include "run.h"

#define IN_MAX		MIB
#define OUT_MAX		(16 * MIB)
#define GZIP_HCRC	0x02
#define GZIP_EXTRA	0x04
#define GZIP_NAME	0x08
#define GZIP_COMMENT	0x10
#define GZIP_RSVD	0xe0

/* what the file is taken for; enum facet_comp_format's values, and unknown */
#define FORMAT_AUTO	0xff

/**
 * struct inflate - a file being decompressed
 * @in: what is read
 * @out: what is written
 * @format: enum facet_comp_format, or FORMAT_AUTO
 * @buf: compressed bytes read, not used up
 * @room: its size
 * @at: first byte of it that is left
 * @end: behind the last
 * @in_stream: between a header and a trailer
 * @streams: headers seen
 * @start_bit: of the byte at @at, where the next block begins
 * @history: what precedes the next block's output
 * @history_bytes: how much there is
 * @crc: CRC-32 of the stream's output
 * @adler: Adler-32 of it, for zlib
 * @total_bytes: its length
 * @header_crc: CRC-32 of the gzip header up to now
 * @max_in: most input of a command
 * @max_out: most output of a command
 */
struct inflate {
	struct input in;
	struct output out;
	uint8_t format;
	uint8_t *buf;
	size_t room, at, end;
	bool in_stream;
	unsigned long streams;
	unsigned int start_bit;
	uint8_t history[FACET_DICT_MAX_BYTES];
	size_t history_bytes;
	uint32_t crc;
	uint32_t adler;
	uint64_t total_bytes;
	uint32_t header_crc;
	uint32_t max_in;
	uint32_t max_out;
};

static _Noreturn void bad(const struct inflate *z, const char *what)
{
	die("%s: %s", z->in.name, what);
}

static void refill(struct inflate *z)
{
	memmove(z->buf, z->buf + z->at, z->end - z->at);
	z->end -= z->at;
	z->at = 0;
	z->end += input_read(&z->in, z->buf + z->end, z->room - z->end);
}

/* The next byte outside the compressed data, or -1. */
static int peek(struct inflate *z)
{
	if (z->at == z->end)
		refill(z);
	return z->at < z->end ? z->buf[z->at] : -1;
}

static uint8_t byte(struct inflate *z)
{
	int c = peek(z);

	if (c < 0)
		bad(z, "cut short");
	z->at++;
	z->header_crc = crc32(z->header_crc, &(uint8_t){ c }, 1);
	return c;
}

static uint32_t little(struct inflate *z, unsigned int n)
{
	uint32_t v = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		v |= (uint32_t)byte(z) << 8 * i;
	return v;
}

static uint32_t big(struct inflate *z)
{
	uint32_t v = 0;
	unsigned int i;

	for (i = 0; i < 4; i++)
		v = v << 8 | byte(z);
	return v;
}

static void skip_string(struct inflate *z)
{
	while (byte(z))
		;
}

static void gzip_header(struct inflate *z)
{
	unsigned int flags, n;
	uint16_t crc;

	z->header_crc = crc32(0, NULL, 0);
	if (byte(z) != 0x1f || byte(z) != 0x8b)
		bad(z, "not in gzip format");
	if (byte(z) != 8)
		bad(z, "gzip with an unknown method of compression");
	flags = byte(z);
	if (flags & GZIP_RSVD)
		bad(z, "gzip header with unknown flags");
	little(z, 4);
	little(z, 2);
	if (flags & GZIP_EXTRA)
		for (n = little(z, 2); n; n--)
			byte(z);
	if (flags & GZIP_NAME)
		skip_string(z);
	if (flags & GZIP_COMMENT)
		skip_string(z);
	crc = z->header_crc;
	if (flags & GZIP_HCRC && little(z, 2) != crc)
		bad(z, "the gzip header's checksum is wrong");
}

static void gzip_trailer(struct inflate *z)
{
	if (little(z, 4) != z->crc)
		bad(z, "the data's CRC-32 is wrong");
	if (little(z, 4) != (uint32_t)z->total_bytes)
		bad(z, "the data's length is wrong");
}

static void zlib_header(struct inflate *z)
{
	unsigned int v = byte(z) << 8;

	v |= byte(z);
	if ((v >> 8 & 0x0f) != 8 || v >> 12 > 7 || v % 31)
		bad(z, "not in zlib format");
	if (v & 0x20)
		bad(z, "zlib with a preset dictionary, which is not possible here");
}

/* A second byte to look at is there unless the file ends with the first. */
static uint8_t detect(struct inflate *z)
{
	const uint8_t *p;

	if (peek(z) < 0)
		bad(z, "empty");
	p = z->buf + z->at;
	if (z->end - z->at < 2)
		bad(z, "cut short");
	if (p[0] == 0x1f && p[1] == 0x8b)
		return FACET_COMP_GZIP;
	if ((p[0] & 0x0f) == 8 && p[0] >> 4 <= 7 && (p[0] << 8 | p[1]) % 31 == 0)
		return FACET_COMP_ZLIB;
	bad(z, "neither gzip nor zlib; --format raw takes it as raw DEFLATE");
}

/* Tapes and block devices pad with zeroes; anything else is not expected. */
static void skip_padding(struct inflate *z)
{
	int c;

	while ((c = peek(z)) == 0)
		z->at++;
	if (c >= 0)
		bad(z, "unexpected bytes behind the compressed data");
}

static bool another(struct inflate *z)
{
	if (!z->streams)
		return true;
	if (z->format == FACET_COMP_GZIP && peek(z) == 0x1f)
		return true;
	skip_padding(z);
	return false;
}

static bool next_stream(struct inflate *z)
{
	if (!another(z))
		return false;
	if (z->format == FORMAT_AUTO)
		z->format = detect(z);
	if (z->format == FACET_COMP_GZIP)
		gzip_header(z);
	else if (z->format == FACET_COMP_ZLIB)
		zlib_header(z);
	z->streams++;
	z->in_stream = true;
	z->start_bit = 0;
	z->history_bytes = 0;
	z->crc = crc32(0, NULL, 0);
	z->adler = adler32(0, NULL, 0);
	z->total_bytes = 0;
	return true;
}

static void end_stream(struct inflate *z)
{
	z->in_stream = false;
	if (z->format == FACET_COMP_GZIP)
		gzip_trailer(z);
	else if (z->format == FACET_COMP_ZLIB && big(z) != z->adler)
		bad(z, "the data's Adler-32 is wrong");
}

static bool inflate_prepare(void *ctx, struct slot *s)
{
	struct facet_comp_param param = { .format = FACET_COMP_RAW };
	struct inflate *z = ctx;
	uint8_t *history = s->param + sizeof(param);

	if (!z->in_stream && !next_stream(z))
		return false;
	refill(z);
	param.start_bit = z->start_bit;
	param.dict_bytes = htole32(z->history_bytes);
	param.dict = htole64(z->history_bytes ? slot_addr(s, history) : 0);
	memcpy(s->param, &param, sizeof(param));
	memcpy(history, z->history, z->history_bytes);
	memcpy(s->in, z->buf, z->end);
	slot_command(s, FACET_OP_INFLATE, 0, sizeof(param), z->end, z->max_out);
	return true;
}

static void remember(struct inflate *z, const uint8_t *p, size_t n)
{
	size_t keep = sizeof(z->history);

	if (n >= keep) {
		memcpy(z->history, p + n - keep, keep);
		z->history_bytes = keep;
		return;
	}
	keep -= n;
	if (z->history_bytes > keep) {
		memmove(z->history, z->history + z->history_bytes - keep, keep);
		z->history_bytes = keep;
	}
	memcpy(z->history + z->history_bytes, p, n);
	z->history_bytes += n;
}

/* Not one block was complete: there is no more, or no command takes more. */
static _Noreturn void stuck(struct inflate *z)
{
	if (input_at_end(&z->in))
		bad(z, "cut short");
	die("%s: a DEFLATE block is longer than the %u bytes that the instance takes",
	    z->in.name, z->max_in);
}

static bool inflate_advance(void *ctx, struct slot *s)
{
	uint32_t used = le32toh(s->comp.in_bytes), n = slot_out_bytes(s);
	unsigned int bit = s->comp.info & FACET_CI_START_BIT;
	bool ended = s->comp.info & FACET_CI_END;
	struct inflate *z = ctx;

	if (!ended && !used && bit <= z->start_bit)
		stuck(z);
	z->crc = crc32_combine(z->crc, le32toh(s->comp.check), n);
	if (z->format == FACET_COMP_ZLIB)
		z->adler = adler32(z->adler, s->out, n);
	z->total_bytes += n;
	z->at += used;
	z->start_bit = ended ? 0 : bit;
	remember(z, s->out, n);
	if (ended)
		end_stream(z);
	return false;
}

static void inflate_finish(void *ctx, struct slot *s)
{
	struct inflate *z = ctx;

	output_write(&z->out, s->out, slot_out_bytes(s));
}

static bool inflate_failed(void *ctx, struct slot *s)
{
	struct inflate *z = ctx;

	if (slot_status(s) == FACET_ST_OVERFLOW)
		die("%s: a DEFLATE block holds more than the %u bytes that the instance delivers",
		    z->in.name, z->max_out);
	if (slot_status(s) == FACET_ST_BAD_DATA)
		bad(z, "the compressed data is damaged");
	return false;
}

static uint8_t format_of(const struct opts *o)
{
	const char *f = o->format ? o->format : "auto";

	if (!strcmp(f, "auto"))
		return FORMAT_AUTO;
	if (!strcmp(f, "gzip"))
		return FACET_COMP_GZIP;
	if (!strcmp(f, "zlib"))
		return FACET_COMP_ZLIB;
	if (!strcmp(f, "raw"))
		return FACET_COMP_RAW;
	die_usage("--format %s: none of auto, gzip, zlib and raw", f);
}

static void set_limits(struct inflate *z, const struct session *ss, const struct opts *o)
{
	z->max_in = session_max_in(ss, FACET_OP_INFLATE);
	z->max_out = session_max_out(ss, FACET_OP_INFLATE);
	if (z->max_in > IN_MAX)
		z->max_in = IN_MAX;
	if (z->max_out > OUT_MAX)
		z->max_out = OUT_MAX;
	if (o->chunk_bytes && o->chunk_bytes < z->max_in)
		z->max_in = o->chunk_bytes;
	/* enough to tell formats apart */
	if (z->max_in < 2)
		die("inflate: the instance's ceiling of %u bytes is too low", z->max_in);
	z->room = z->max_in;
}

int cmd_decompress(struct session *ss, const struct opts *o)
{
	struct inflate *z = xmalloc(sizeof(*z));
	struct job job = {
		.ctx = z, .serial = true,
		.param_bytes = sizeof(struct facet_comp_param) + FACET_DICT_MAX_BYTES,
		.prepare = inflate_prepare, .advance = inflate_advance,
		.finish = inflate_finish, .failed = inflate_failed,
	};

	session_need(ss, FACET_OP_INFLATE);
	memset(z, 0, sizeof(*z));
	z->format = format_of(o);
	set_limits(z, ss, o);
	z->buf = xmalloc(z->room);
	job.in_bytes = z->max_in;
	job.out_bytes = z->max_out;
	input_open(&z->in, o->in);
	output_open(&z->out, o->out);
	pipeline_run(ss, &job);
	output_commit(&z->out);
	free(z->buf);
	free(z);
	return 0;
}
