// SPDX-License-Identifier: GPL-2.0
/*
 * DEFLATE and INFLATE: known streams, round trips, and streams taken apart at
 * their blocks.
 */
#include <zlib.h>
#include "op_test.h"

#define TEXT_MAX	(256u << 10)
#define STREAM_MAX	(TEXT_MAX + 65536)
#define RAW		FACET_COMP_RAW
#define ZLIB		FACET_COMP_ZLIB
#define GZIP		FACET_COMP_GZIP

static uint8_t text[TEXT_MAX], stream[STREAM_MAX], back[TEXT_MAX];

static struct op_test comp(uint8_t opcode, struct facet_comp_param *p, uint8_t format)
{
	memset(p, 0, sizeof(*p));
	p->format = format;
	p->level = opcode == FACET_OP_DEFLATE ? 6 : 0;
	return (struct op_test) {
		.opcode = opcode, .flags = opcode == FACET_OP_DEFLATE ? FACET_DF_LAST : 0,
		.param = p, .param_bytes = sizeof(*p),
	};
}

/* Words in no order: compresses well, but not to nothing. */
static void make_text(uint32_t seed, size_t n)
{
	static const char *const words[] = { "facet ", "engine ", "ring ", "a ", "descriptor ",
					     "owner ", "\n", "instance ", "of the ", "0x" };
	size_t at = 0, len;
	const char *w;

	while (at < n) {
		w = words[op_random_below(&seed, ARRAY_SIZE(words))];
		len = strlen(w);
		if (len > n - at)
			len = n - at;
		memcpy(text + at, w, len);
		at += len;
	}
}

/* The fifth is the kernel's vector, shared by its DEFLATE implementations. */
static const struct {
	const char *name;
	uint8_t format;
	const char *hex;
	const char *text;
} known[] = {
	{ "stored block", RAW, "010500faff68656c6c6f", "hello" },
	{ "fixed codes, nothing", RAW, "0300", "" },
	{ "fixed codes, one literal", RAW, "4b0400", "a" },
	{ "stored, then fixed", RAW, "000500faff68656c6c6f4b0400", "helloa" },
	{ "fixed codes, matches", RAW,
	  "f3cacfcc53282d56c8cb2f5748cc4b5128ce482c4a5528c9485528ce4f2b290771bc082b0100",
	  "Join us now and share the software Join us now and share the software " },
	{ "zlib", ZLIB, "789ccb48cdc9c90700062c0215", "hello" },
	{ "gzip", GZIP, "1f8b08000000000002ffcb48cdc9c9070086a6103605000000", "hello" },
	{ "gzip with a name", GZIP,
	  "1f8b080800000000020368656c6c6f00cb48cdc9c9070086a6103605000000", "hello" },
};

/* Dynamic codes; zlib's level 9 made it of what dynamic_text() makes. */
static const char dynamic_hex[] =
	"258f8991c5300c425ba184e84092fb6f6c61ff24e3f1013cf4e143e86b241e0a "
	"31de12440db47f584ce370f17bff908d906111894d44c91a8d520c31e98847c4 "
	"a2243fac00cfdafc40699533c8448b5378e1bc2e339f6e06146105ccc310f97c "
	"aa0f7726509cb45bd9a73e8d0914ffff71ad927550f26a7de8437fb674b84ba7 "
	"6712b58c3fa289956ab0f4445b76787dbe5115bd32ac64daa501c62594453a97 "
	"6307d73c9ed97cf803";

static size_t dynamic_text(void)
{
	size_t n = 0;
	int i;

	for (i = 0; i < 60; i++)
		n += sprintf((char *)text + n, "%d %d ", i * i % 97, i);
	return n;
}

static uint32_t expected_check(uint8_t format, const void *p, size_t n)
{
	return format == ZLIB ? adler32(1, p, n) : crc32(0, p, n);
}

/* The stream, followed by something that is not its own, gives @n bytes of @want. */
static void one_stream(uint8_t format, size_t bytes, const void *want, size_t n, const char *name)
{
	struct facet_comp_param p;
	struct op_test t = comp(FACET_OP_INFLATE, &p, format);

	memset(stream + bytes, 0x5a, 9);
	t.src = stream;
	t.src_bytes = bytes + 9;
	t.dst_bytes = n;
	if (op_test_run(&t) || t.res.out_bytes != n || (n && memcmp(t.out, want, n))) {
		tap_ok(false, "%s", name);
		tap_diag("status %u, %u of %zu bytes", t.res.status, t.res.out_bytes, n);
		return;
	}
	tap_ok(true, "%s", name);
	tap_eq(t.res.in_bytes, bytes, "in_bytes is where the stream ends");
	tap_eq(t.res.info, format == RAW ? FACET_CI_END : 0, "info");
	tap_eq(t.res.check, expected_check(format, want, n), "check");
	if (n)
		op_test_room(&t, name);
}

static void test_known(void)
{
	struct facet_comp_param p;
	struct op_test t;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		n = unhex(known[i].hex, stream, STREAM_MAX);
		if (i == 3)
			continue;
		one_stream(known[i].format, n, known[i].text, strlen(known[i].text),
			   known[i].name);
	}
	n = unhex(dynamic_hex, stream, STREAM_MAX);
	one_stream(RAW, n, text, dynamic_text(), "dynamic codes");
	/* room for the first block only, then the second has to wait */
	n = unhex(known[3].hex, stream, STREAM_MAX);
	t = comp(FACET_OP_INFLATE, &p, RAW);
	t.src = stream;
	t.src_bytes = n;
	t.dst_bytes = 5;
	op_test_gives(&t, "hello", 5, "stored, then fixed: room for one block");
	tap_eq(t.res.in_bytes, 10, "the second begins behind the stored bytes");
	tap_eq(t.res.info, 0, "at bit 0");
	t.dst_bytes = 9;
	op_test_gives(&t, "helloa", 6, "stored, then fixed: room for both");
	tap_eq(t.res.in_bytes, n, "all input taken");
}

static void test_check_known(void)
{
	struct facet_comp_param p;
	struct op_test t;
	uint8_t format;

	for (format = RAW; format <= GZIP; format++) {
		t = comp(FACET_OP_DEFLATE, &p, format);
		t.src = "hello";
		t.src_bytes = 5;
		t.dst_bytes = 64;
		op_test_run(&t);
		tap_eq(t.res.check, format == ZLIB ? 0x062c0215 : 0x3610a686,
		       "published checksum of hello");
	}
}

/* Compresses @n bytes of text and takes them back. */
static bool round_trip(uint8_t format, uint8_t level, size_t n, size_t *packed)
{
	struct facet_comp_param p;
	struct op_test t = comp(FACET_OP_DEFLATE, &p, format);

	p.level = level;
	t.src = text;
	t.src_bytes = n;
	t.dst_bytes = n + n / 1000 + 64;
	if (op_test_run(&t) || t.res.in_bytes != n || t.res.info ||
	    t.res.check != expected_check(format, text, n))
		return false;
	*packed = t.res.out_bytes;
	memcpy(stream, t.out, *packed);
	t.dst_bytes = *packed;
	if (op_test_run(&t) || t.res.out_bytes != *packed)
		return false;
	t.dst_bytes--;
	if (op_test_run(&t) != FACET_ST_OVERFLOW || !t.clean)
		return false;
	t = comp(FACET_OP_INFLATE, &p, format);
	t.src = stream;
	t.src_bytes = *packed;
	t.dst_bytes = n;
	return !op_test_run(&t) && t.res.out_bytes == n && !memcmp(t.out, text, n) &&
	       t.res.in_bytes == *packed;
}

static void test_round_trip(void)
{
	static const size_t sizes[] = { 0, 1, 100, 5000, 200000 };
	size_t packed[10], i;
	uint8_t format, level;
	bool pass;

	for (format = RAW; format <= GZIP; format++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			make_text(i, sizes[i]);
			for (pass = true, level = 1; level <= 9; level++)
				pass &= round_trip(format, level, sizes[i], &packed[level]);
			tap_ok(pass, "format %u: %zu bytes, levels 1 to 9", format, sizes[i]);
		}
		tap_ok(packed[1] > packed[6] && packed[6] > packed[9],
		       "format %u: a higher level makes less", format);
	}
}

/* What does not compress grows, by no more than block headers. */
static void test_random_data(void)
{
	uint32_t seed = 99;
	size_t packed;
	uint8_t format;

	op_random(&seed, text, 100000);
	for (format = RAW; format <= GZIP; format++)
		tap_ok(round_trip(format, 6, 100000, &packed) && packed < 100100,
		       "format %u: random bytes", format);
}

/* Without LAST: appends what @n bytes at @at become to the stream at @out. */
static size_t flush_piece(size_t at, size_t n, size_t out, uint8_t level)
{
	struct facet_comp_param p;
	struct op_test t = comp(FACET_OP_DEFLATE, &p, RAW);
	size_t bytes;

	p.level = level;
	t.flags = 0;
	t.src = text + at;
	t.src_bytes = n;
	t.dst_bytes = n + 100;
	if (op_test_run(&t))
		return 0;
	bytes = t.res.out_bytes;
	memcpy(stream + out, t.out, bytes);
	t.dst_bytes = bytes;
	if (op_test_run(&t) || t.res.out_bytes != bytes)
		return 0;
	t.dst_bytes--;
	return op_test_run(&t) == FACET_ST_OVERFLOW && t.clean ? bytes : 0;
}

/* A piece needs no history and leaves no bits: it can be inflated alone. */
static bool piece_alone(size_t at, size_t n, size_t out, size_t bytes)
{
	struct facet_comp_param p;
	struct op_test t = comp(FACET_OP_INFLATE, &p, RAW);

	t.src = stream + out;
	t.src_bytes = bytes;
	t.dst_bytes = n;
	return !op_test_run(&t) && t.res.out_bytes == n && t.res.in_bytes == bytes &&
	       !t.res.info && (!n || !memcmp(t.out, text + at, n));
}

/* Pieces of any size, each on its own, and all of them as one stream. */
static void test_flush(void)
{
	size_t at, out = 0, n, bytes;
	struct facet_comp_param p;
	bool full = true, alone = true;
	uint32_t seed = 5;
	struct op_test t;

	make_text(8, 100000);
	for (at = 0; at < 100000 && full; at += n, out += bytes) {
		n = op_random_below(&seed, 4) ? op_random_below(&seed, 9000) : 0;
		if (n > 100000 - at)
			n = 100000 - at;
		bytes = flush_piece(at, n, out, 1 + op_random_below(&seed, 9));
		full &= bytes >= 5 && !memcmp(stream + out + bytes - 4, "\0\0\xff\xff", 4);
		alone &= piece_alone(at, n, out, bytes);
	}
	tap_ok(full, "without LAST a full flush ends each piece");
	tap_ok(alone, "each piece can be inflated alone");
	t = comp(FACET_OP_INFLATE, &p, RAW);
	memcpy(stream + out, "\x03", 2);
	t.src = stream;
	t.src_bytes = out + 2;
	t.dst_bytes = TEXT_MAX;
	op_test_gives(&t, text, 100000, "all pieces are one stream");
	tap_eq(t.res.info, FACET_CI_END, "which a last block ends");
}

/*
 * Raw stream of @n bytes of text in blocks of all kinds, of random sizes, at
 * random bits.  Returns its length.
 */
static size_t make_blocks(uint32_t seed, size_t n)
{
	static const int levels[] = { 0, 1, 6, 9 };
	z_stream z = { .next_in = text, .next_out = stream, .avail_out = STREAM_MAX };
	size_t left = n;

	if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		exit(2);
	while (left) {
		z.avail_in = op_random_below(&seed, 3000);
		if (z.avail_in > left)
			z.avail_in = left;
		left -= z.avail_in;
		deflate(&z, Z_BLOCK);
		deflateParams(&z, levels[op_random_below(&seed, 4)],
			      op_random_below(&seed, 2) ? Z_FIXED : Z_DEFAULT_STRATEGY);
	}
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		exit(2);
	deflateEnd(&z);
	return z.total_out;
}

/**
 * struct walk - a caller that takes a stream apart
 * @in_max: input a command, doubled when a command gets nowhere
 * @out_max: room a command, doubled on OVERFLOW
 * @bytes: length of the stream
 * @pos: where the next command begins
 * @bit: and at which bit
 * @out: output so far
 * @bits_seen: set of the bits at which commands began
 * @commands: number of them
 */
struct walk {
	size_t in_max, out_max, bytes, pos, out;
	uint8_t bit;
	unsigned int bits_seen, commands;
};

static uint16_t walk_command(struct walk *w, struct op_test *t, struct facet_comp_param *p)
{
	size_t left = w->bytes - w->pos, dict = w->out;

	*t = comp(FACET_OP_INFLATE, p, RAW);
	if (dict > FACET_DICT_MAX_BYTES)
		dict = FACET_DICT_MAX_BYTES;
	p->start_bit = w->bit;
	p->dict_bytes = htole32(dict);
	t->dict = back + w->out - dict;
	t->dict_bytes = dict;
	t->src = stream + w->pos;
	t->src_bytes = left < w->in_max ? left : w->in_max;
	t->dst_bytes = w->out_max;
	w->bits_seen |= 1 << w->bit;
	w->commands++;
	return op_test_run(t);
}

static bool walk_take(struct walk *w, const struct op_test *t)
{
	size_t n = t->res.out_bytes;

	if (n > TEXT_MAX - w->out || t->res.in_bytes > w->bytes - w->pos ||
	    t->res.check != crc32(0, t->out, n))
		return false;
	memcpy(back + w->out, t->out, n);
	w->out += n;
	w->pos += t->res.in_bytes;
	w->bit = t->res.info & FACET_CI_START_BIT;
	return true;
}

/* To the end of the stream; false if there is none. */
static bool walk(struct walk *w)
{
	struct facet_comp_param p;
	struct op_test t;
	uint16_t status;
	uint8_t bit;

	while (w->commands < 100000) {
		bit = w->bit;
		status = walk_command(w, &t, &p);
		if (status == FACET_ST_OVERFLOW) {
			w->out_max *= 2;
			continue;
		}
		if (status != FACET_ST_OK || !walk_take(w, &t))
			return false;
		if (t.res.info & FACET_CI_END)
			return true;
		if (!t.res.in_bytes && w->bit == bit) {
			if (w->in_max >= w->bytes - w->pos)
				return false;
			w->in_max *= 2;
		}
	}
	return false;
}

/* Any split gives the text, and ends at the byte behind the stream. */
static void test_resume(void)
{
	static const struct {
		size_t in_max, out_max;
	} splits[] = {
		{ STREAM_MAX, TEXT_MAX }, { 1, 1 }, { 1, TEXT_MAX }, { STREAM_MAX, 1 },
		{ 300, 3000 }, { 4096, 4096 }, { 1000, TEXT_MAX }, { STREAM_MAX, 3000 },
	};
	unsigned int seen = 0;
	struct walk w;
	size_t i, n;

	make_text(77, 150000);
	for (i = 0; i < 3 * ARRAY_SIZE(splits); i++) {
		n = make_blocks(i, 150000);
		memset(stream + n, 0xee, 20);
		w = (struct walk) { .in_max = splits[i / 3].in_max,
				    .out_max = splits[i / 3].out_max, .bytes = n + 20 };
		tap_ok(walk(&w) && w.out == 150000 && !memcmp(back, text, w.out) && w.pos == n,
		       "stream %zu: %u commands", i, w.commands);
		seen |= w.bits_seen;
	}
	tap_eq(seen, 0xff, "commands began at each of the eight bits");
}

/* A stream that is cut anywhere never ends, and never is an error. */
static void test_cut(void)
{
	size_t n, cut;
	struct walk w;
	bool pass = true;

	make_text(78, 3000);
	n = make_blocks(3, 3000);
	for (cut = 0; cut < n; cut++) {
		w = (struct walk) { .in_max = STREAM_MAX, .out_max = TEXT_MAX, .bytes = cut };
		pass &= !walk(&w) && w.commands < 4 && !memcmp(back, text, w.out);
	}
	tap_ok(pass, "a cut stream gives its whole blocks and no end");
}

/* Fixed codes: three bytes from one byte back, which only history can have. */
static void test_history(void)
{
	struct facet_comp_param p;
	struct op_test t = comp(FACET_OP_INFLATE, &p, RAW);
	uint8_t dict[FACET_DICT_MAX_BYTES] = { 0 };

	t.src = "\x03\x02";
	t.src_bytes = 3;
	t.dst_bytes = 10;
	op_test_fails(&t, FACET_ST_BAD_DATA, "a match before the beginning");
	dict[sizeof(dict) - 1] = 'x';
	t.dict = dict;
	t.dict_bytes = sizeof(dict);
	p.dict_bytes = htole32(sizeof(dict));
	op_test_gives(&t, "xxx", 3, "a match in the history");
	t.dict = "x";
	t.dict_bytes = 1;
	p.dict_bytes = htole32(1);
	op_test_gives(&t, "xxx", 3, "a history of one byte");
	tap_eq(t.res.check, crc32(0, (const uint8_t *)"xxx", 3),
	       "the check is of this command's bytes");
	t.dict_bytes = 0;
	op_test_fails(&t, FACET_ST_ENGINE_ERROR, "a history that the core did not bring");
}

static const struct {
	const char *name;
	uint8_t format;
	const char *hex;
} corrupt[] = {
	{ "block type 3", RAW, "0700" },
	{ "length of a stored block", RAW, "010500000068656c6c6f" },
	{ "distance code 30", RAW, "4b043e00" },
	{ "too many codes", RAW, "fdffffffffffffff" },
	{ "corrupt behind a good block", RAW, "000500faff68656c6c6f07ff" },
	{ "zlib header", ZLIB, "789dcb48cdc9c90700062c0215" },
	{ "zlib method", ZLIB, "779ccb48cdc9c90700062c0215" },
	{ "zlib with a preset dictionary", ZLIB, "78bb062c0215cb48cdc9c90700062c0215" },
	{ "zlib checksum", ZLIB, "789ccb48cdc9c90700062c0216" },
	{ "gzip magic", GZIP, "1f8a08000000000002ffcb48cdc9c9070086a6103605000000" },
	{ "gzip method", GZIP, "1f8b07000000000002ffcb48cdc9c9070086a6103605000000" },
	{ "gzip reserved flag", GZIP, "1f8b08800000000002ffcb48cdc9c9070086a6103605000000" },
	{ "gzip checksum", GZIP, "1f8b08000000000002ffcb48cdc9c9070087a6103605000000" },
	{ "gzip length", GZIP, "1f8b08000000000002ffcb48cdc9c9070086a6103606000000" },
	{ "gzip where zlib is said", ZLIB, "1f8b08000000000002ffcb48cdc9c9070086a6103605000000" },
	{ "zlib where gzip is said", GZIP, "789ccb48cdc9c90700062c0215" },
};

static void test_corrupt(void)
{
	struct facet_comp_param p;
	struct op_test t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(corrupt); i++) {
		t = comp(FACET_OP_INFLATE, &p, corrupt[i].format);
		t.src = stream;
		t.src_bytes = unhex(corrupt[i].hex, stream, STREAM_MAX);
		t.dst_bytes = 100;
		op_test_fails(&t, FACET_ST_BAD_DATA, corrupt[i].name);
	}
}

/* zlib and gzip: a part of a stream is corrupt, whatever the room. */
static void test_truncated(void)
{
	struct facet_comp_param p;
	struct op_test t;
	size_t i, n, cut, room;
	uint16_t status;
	bool pass;

	for (i = 5; i < ARRAY_SIZE(known); i++) {
		n = unhex(known[i].hex, stream, STREAM_MAX);
		t = comp(FACET_OP_INFLATE, &p, known[i].format);
		t.src = stream;
		for (pass = true, cut = 0; cut <= n; cut++) {
			for (room = 0; room < 8; room++) {
				t.src_bytes = cut;
				t.dst_bytes = room;
				status = op_test_run(&t);
				if (room >= 5)
					pass &= status == (cut < n ? FACET_ST_BAD_DATA : 0);
				else
					pass &= status == FACET_ST_OVERFLOW ||
						(cut < n && status == FACET_ST_BAD_DATA);
				pass &= t.clean;
			}
		}
		tap_ok(pass, "%s: cut at every byte, room of 0 to 7", known[i].name);
	}
}

static void fails_with(uint8_t opcode, uint8_t flags, struct facet_comp_param p, const char *name)
{
	struct op_test t = {
		.opcode = opcode, .flags = flags, .param = &p, .param_bytes = sizeof(p),
		.src = "\x03", .src_bytes = 2, .dst_bytes = 100,
	};

	op_test_fails(&t, FACET_ST_BAD_PARAM, name);
}

static void test_bad_param(void)
{
	fails_with(FACET_OP_DEFLATE, FACET_DF_LAST, (struct facet_comp_param) {
		   .format = 3, .level = 6 }, "DEFLATE: format 3");
	fails_with(FACET_OP_DEFLATE, FACET_DF_LAST, (struct facet_comp_param) { },
		   "DEFLATE: level 0");
	fails_with(FACET_OP_DEFLATE, FACET_DF_LAST, (struct facet_comp_param) {
		   .level = 10 }, "DEFLATE: level 10");
	fails_with(FACET_OP_DEFLATE, 0, (struct facet_comp_param) {
		   .format = ZLIB, .level = 6 }, "DEFLATE: zlib without LAST");
	fails_with(FACET_OP_DEFLATE, 0, (struct facet_comp_param) {
		   .format = GZIP, .level = 6 }, "DEFLATE: gzip without LAST");
	fails_with(FACET_OP_DEFLATE, FACET_DF_LAST, (struct facet_comp_param) {
		   .level = 6, .start_bit = 1 }, "DEFLATE: start bit");
	fails_with(FACET_OP_DEFLATE, FACET_DF_LAST, (struct facet_comp_param) {
		   .level = 6, .dict_bytes = htole32(1) }, "DEFLATE: history");
	fails_with(FACET_OP_DEFLATE, FACET_DF_LAST, (struct facet_comp_param) {
		   .level = 6, .rsvd = 1 }, "DEFLATE: reserved field");
	fails_with(FACET_OP_INFLATE, 0, (struct facet_comp_param) {
		   .format = 3 }, "INFLATE: format 3");
	fails_with(FACET_OP_INFLATE, 0, (struct facet_comp_param) {
		   .level = 1 }, "INFLATE: level");
	fails_with(FACET_OP_INFLATE, 0, (struct facet_comp_param) {
		   .start_bit = 8 }, "INFLATE: start bit 8");
	fails_with(FACET_OP_INFLATE, 0, (struct facet_comp_param) {
		   .format = ZLIB, .start_bit = 1 }, "INFLATE: start bit in zlib");
	fails_with(FACET_OP_INFLATE, 0, (struct facet_comp_param) {
		   .format = GZIP, .dict_bytes = htole32(1) }, "INFLATE: history in gzip");
	fails_with(FACET_OP_INFLATE, 0, (struct facet_comp_param) {
		   .dict_bytes = htole32(FACET_DICT_MAX_BYTES + 1) }, "INFLATE: long history");
	fails_with(FACET_OP_INFLATE, 0, (struct facet_comp_param) {
		   .rsvd = 1 }, "INFLATE: reserved field");
}

/* Nothing in: a stream that is nothing, a flush, no block yet. */
static void test_empty(void)
{
	struct facet_comp_param p;
	struct op_test t = comp(FACET_OP_INFLATE, &p, RAW);

	t.dst_bytes = 10;
	op_test_gives(&t, NULL, 0, "INFLATE raw of nothing is no error");
	tap_eq(t.res.in_bytes, 0, "but no progress");
	p.start_bit = 5;
	op_test_gives(&t, NULL, 0, "nor is it in the middle of a byte");
	tap_eq(t.res.info, 5, "where it stays");
	p.start_bit = 0;
	p.format = ZLIB;
	op_test_fails(&t, FACET_ST_BAD_DATA, "INFLATE zlib of nothing");
	t = comp(FACET_OP_INFLATE, &p, RAW);
	t.src = "\x03";
	t.src_bytes = 2;
	op_test_gives(&t, NULL, 0, "an empty stream into no room");
	tap_eq(t.res.info, FACET_CI_END, "ends");
	t.src = "\x4b\x04";
	t.src_bytes = 3;
	op_test_fails(&t, FACET_ST_OVERFLOW, "one byte into no room");
}

/* Where the core finds the history. */
static void test_dict(void)
{
	struct facet_comp_param p = { .dict_bytes = htole32(77), .dict = htole64(0x123456789aULL) };
	struct facet_op_req req = { .opcode = FACET_OP_INFLATE, .param = (uint8_t *)&p,
				    .param_bytes = sizeof(p) };
	uint32_t bytes = 0;
	uint64_t iova = 0;

	tap_ok(facet_op_dict(&req, &iova, &bytes) && iova == 0x123456789aULL && bytes == 77,
	       "facet_op_dict() of INFLATE raw");
	req.param_bytes--;
	tap_ok(!facet_op_dict(&req, &iova, &bytes), "not in a block that is too short");
	req.param_bytes++;
	req.opcode = FACET_OP_DEFLATE;
	tap_ok(!facet_op_dict(&req, &iova, &bytes), "DEFLATE has none");
	req.opcode = FACET_OP_INFLATE;
	p.format = ZLIB;
	tap_ok(!facet_op_dict(&req, &iova, &bytes), "nor has zlib");
	p.format = RAW;
	p.dict_bytes = 0;
	tap_ok(!facet_op_dict(&req, &iova, &bytes), "nor has a first command");
}

int main(void)
{
	if (!tap_ok(facet_op_init(), "libgcrypt"))
		return tap_done();
	test_known();
	test_check_known();
	test_round_trip();
	test_random_data();
	test_flush();
	test_resume();
	test_cut();
	test_history();
	test_corrupt();
	test_truncated();
	test_bad_param();
	test_empty();
	test_dict();
	return tap_done();
}
