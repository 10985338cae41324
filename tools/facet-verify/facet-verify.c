// SPDX-License-Identifier: GPL-2.0
/*
 * facet-verify: checks what facet-run made, on the CPU, with libcrypto.
 *
 * Written from Documentation/facet-run.rst; shares no code with facet-run, so
 * that a mistake there does not cancel out here.
 *
 *   facet-verify gcm --key HEX [--compare FILE] IN
 *   facet-verify xts --key HEX --iv HEX [--unit BYTES] --compare FILE IN
 *   facet-verify rsa --pub PEM [--count N] --message FILE SIGS
 */
#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER		32
#define TAG		16
#define CHUNK_MAX	(64u << 20)
#define BLOCK		16u

struct args {
	const char *key, *iv, *compare, *pub, *message, *file;
	unsigned long count, unit;
};

[[gnu::format(printf, 1, 2)]] static _Noreturn void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("facet-verify: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static FILE *open_file(const char *name)
{
	FILE *f = name ? fopen(name, "re") : NULL;

	if (!f)
		die("%s: %s", name ? name : "a file is missing", name ? strerror(errno) : "");
	return f;
}

static void *get_memory(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		die("out of memory");
	return p;
}

static size_t read_up_to(FILE *f, const char *name, void *p, size_t n)
{
	size_t got = fread(p, 1, n, f);

	if (ferror(f))
		die("reading %s: %s", name, strerror(errno));
	return got;
}

static bool at_end(FILE *f)
{
	int c = getc(f);

	if (c != EOF)
		ungetc(c, f);
	return c == EOF;
}

static size_t unhex(const char *what, const char *hex, uint8_t *p, size_t max)
{
	size_t n = hex ? strlen(hex) / 2 : 0, i;
	unsigned int v;

	if (!n || strlen(hex) % 2 || n > max || strspn(hex, "0123456789abcdefABCDEF") != 2 * n)
		die("%s: hexadecimal digits are needed, at most %zu", what, 2 * max);
	for (i = 0; i < n; i++) {
		sscanf(hex + 2 * i, "%2x", &v);
		p[i] = v;
	}
	return n;
}

/* Compares what comes piece by piece with a file, or writes it. */
struct sink {
	const char *name;
	FILE *f;
	uint64_t pos;
	uint8_t *buf;
};

static void sink_open(struct sink *s, const char *name, size_t piece)
{
	*s = (struct sink){ .name = name, .buf = get_memory(piece) };
	if (name)
		s->f = open_file(name);
}

static void sink_put(struct sink *s, const uint8_t *p, size_t n)
{
	size_t got, i;

	if (!s->f) {
		if (fwrite(p, 1, n, stdout) != n)
			die("writing: %s", strerror(errno));
		return;
	}
	got = read_up_to(s->f, s->name, s->buf, n);
	for (i = 0; i < got && s->buf[i] == p[i]; i++)
		;
	if (i < n)
		die("differs from %s at byte %llu", s->name, (unsigned long long)(s->pos + i));
	s->pos += n;
}

static void sink_close(struct sink *s)
{
	free(s->buf);
	if (!s->f) {
		if (fflush(stdout))
			die("writing: %s", strerror(errno));
		return;
	}
	if (!at_end(s->f))
		die("%s is longer than the %llu bytes here", s->name, (unsigned long long)s->pos);
	fclose(s->f);
}

/* Decrypts one chunk with its tag; false if the tag differs. */
static bool gcm_chunk(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *nonce,
		      const uint8_t *aad, uint8_t *p, int n, uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len;
	bool good = c && EVP_DecryptInit_ex(c, cipher, NULL, key, nonce) &&
		    EVP_DecryptUpdate(c, NULL, &len, aad, HEADER + 1) &&
		    EVP_DecryptUpdate(c, out, &len, p, n) &&
		    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, p + n) &&
		    EVP_DecryptFinal_ex(c, out + n, &len) > 0;

	EVP_CIPHER_CTX_free(c);
	return good;
}

static uint32_t gcm_header(const char *name, const uint8_t *h, size_t got, size_t key_bytes)
{
	uint32_t chunk;

	memcpy(&chunk, h + 12, sizeof(chunk));
	chunk = le32toh(chunk);
	if (got != HEADER || memcmp(h, "FACETGCM", 8))
		die("%s: not a GCM file", name);
	if (h[8] != 1 || h[9] != TAG || h[10] != key_bytes || !chunk || chunk > CHUNK_MAX)
		die("%s: header with other values than expected", name);
	return chunk;
}

static void gcm_chunks(FILE *f, const struct args *a, const uint8_t *key, uint8_t *aad,
		       uint32_t chunk, const EVP_CIPHER *cipher)
{
	uint8_t *buf = get_memory(chunk + TAG), *out = get_memory(chunk + TAG), nonce[12];
	uint32_t number = 0, be;
	struct sink sink;
	size_t n;

	sink_open(&sink, a->compare, chunk);
	do {
		n = read_up_to(f, a->file, buf, chunk + TAG);
		if (n < TAG)
			die("%s: chunk %u is cut short", a->file, number);
		aad[HEADER] = at_end(f);
		be = htobe32(number);
		memcpy(nonce, aad + 24, 8);
		memcpy(nonce + 8, &be, 4);
		if (!gcm_chunk(cipher, key, nonce, aad, buf, n - TAG, out))
			die("%s: the tag of chunk %u differs", a->file, number);
		sink_put(&sink, out, n - TAG);
		number++;
	} while (!aad[HEADER]);
	sink_close(&sink);
	free(buf);
	free(out);
	if (a->compare)
		printf("%s: %u chunks decrypt to %s\n", a->file, number, a->compare);
}

static void verify_gcm(const struct args *a)
{
	uint8_t key[32], aad[HEADER + 1];
	size_t key_bytes = unhex("--key", a->key, key, sizeof(key));
	FILE *f = open_file(a->file);
	size_t got = read_up_to(f, a->file, aad, HEADER);

	if (key_bytes != 16 && key_bytes != 32)
		die("--key: %zu bytes, 16 or 32 are needed", key_bytes);
	gcm_chunks(f, a, key, aad, gcm_header(a->file, aad, got, key_bytes),
		   key_bytes == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm());
	fclose(f);
}

static void xts_unit(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *tweak,
		     const uint8_t *p, int n, uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len;

	if (!c || !EVP_DecryptInit_ex(c, cipher, NULL, key, tweak) ||
	    !EVP_DecryptUpdate(c, out, &len, p, n) || len != n)
		die("libcrypto refuses a unit of %d bytes", n);
	EVP_CIPHER_CTX_free(c);
}

/* Units in turn; a rest below one block belongs to the unit before it. */
static void verify_xts(const struct args *a)
{
	uint8_t key[64], tweak[BLOCK], buf[2 * 4096], out[2 * 4096];
	size_t key_bytes = unhex("--key", a->key, key, sizeof(key)), have = 0, n, i;
	const EVP_CIPHER *cipher = key_bytes == 32 ? EVP_aes_128_xts() : EVP_aes_256_xts();
	FILE *f = open_file(a->file);
	struct sink sink;

	if ((key_bytes != 32 && key_bytes != 64) || a->unit < BLOCK || a->unit > 4096 ||
	    unhex("--iv", a->iv, tweak, sizeof(tweak)) != BLOCK)
		die("--key of 32 or 64 bytes, --iv of 16 and --unit of 16 to 4096 are needed");
	sink_open(&sink, a->compare, sizeof(out));
	for (;;) {
		have += read_up_to(f, a->file, buf + have, a->unit + BLOCK - have);
		if (!have)
			break;
		n = have >= a->unit + BLOCK || have == a->unit ? a->unit : have;
		if (n > a->unit && n - a->unit >= BLOCK)
			n = a->unit;
		xts_unit(cipher, key, tweak, buf, n, out);
		sink_put(&sink, out, n);
		have -= n;
		memmove(buf, buf + n, have);
		for (i = 0; i < BLOCK && !++tweak[i]; i++)
			;
	}
	sink_close(&sink);
	fclose(f);
	printf("%s decrypts to %s\n", a->file, a->compare);
}

static EVP_PKEY *public_key(const char *name)
{
	FILE *f = open_file(name);
	EVP_PKEY *key = PEM_read_PUBKEY(f, NULL, NULL, NULL);

	fclose(f);
	if (!key || !EVP_PKEY_is_a(key, "RSA"))
		die("%s: no RSA public key in PEM", name);
	return key;
}

/* The hash of what all messages begin with; messages are made from copies. */
static EVP_MD_CTX *hash_file(const char *name)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	FILE *f = open_file(name);
	uint8_t buf[65536];
	size_t n;

	if (!md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		die("no SHA-256");
	while ((n = read_up_to(f, name, buf, sizeof(buf))))
		EVP_DigestUpdate(md, buf, n);
	fclose(f);
	return md;
}

static void digest(const EVP_MD_CTX *file, const char *suffix, uint8_t *out)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	if (!md || !EVP_MD_CTX_copy_ex(md, file) ||
	    !EVP_DigestUpdate(md, suffix, strlen(suffix)) || !EVP_DigestFinal_ex(md, out, NULL))
		die("SHA-256 failed");
	EVP_MD_CTX_free(md);
}

static bool rsa_verify(EVP_PKEY *key, const uint8_t *sig, size_t n, const uint8_t *hash)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	bool good = c && EVP_PKEY_verify_init(c) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) > 0 &&
		    EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) > 0 &&
		    EVP_PKEY_verify(c, sig, n, hash, 32) > 0;

	EVP_PKEY_CTX_free(c);
	return good;
}

static void verify_rsa(const struct args *a)
{
	EVP_PKEY *key = public_key(a->pub);
	EVP_MD_CTX *file = hash_file(a->message);
	size_t k = EVP_PKEY_get_size(key);
	unsigned long i, n = a->count ? a->count : 1;
	uint8_t *sig = get_memory(k), hash[32];
	FILE *f = open_file(a->file);
	char suffix[32] = "";

	for (i = 0; i < n; i++) {
		if (a->count)
			snprintf(suffix, sizeof(suffix), "%lu\n", i);
		if (read_up_to(f, a->file, sig, k) != k)
			die("%s: ends within signature %lu", a->file, i);
		digest(file, suffix, hash);
		if (!rsa_verify(key, sig, k, hash))
			die("%s: signature %lu does not verify", a->file, i);
	}
	if (!at_end(f))
		die("%s: longer than %lu signatures", a->file, n);
	printf("%s: %lu signatures verified\n", a->file, n);
	fclose(f);
	free(sig);
	EVP_MD_CTX_free(file);
	EVP_PKEY_free(key);
}

static const struct option options[] = {
	{ "key", required_argument, NULL, 'k' },
	{ "iv", required_argument, NULL, 'v' },
	{ "unit", required_argument, NULL, 'u' },
	{ "compare", required_argument, NULL, 'c' },
	{ "pub", required_argument, NULL, 'p' },
	{ "count", required_argument, NULL, 'n' },
	{ "message", required_argument, NULL, 'm' },
	{ NULL, 0, NULL, 0 },
};

static unsigned long to_number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || !n)
		die("%s: not a positive number", text);
	return n;
}

static void parse(struct args *a, int argc, char **argv)
{
	int c;

	*a = (struct args){ .unit = 4096 };
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'k':
			a->key = optarg;
			break;
		case 'v':
			a->iv = optarg;
			break;
		case 'u':
			a->unit = to_number(optarg);
			break;
		case 'c':
			a->compare = optarg;
			break;
		case 'p':
			a->pub = optarg;
			break;
		case 'n':
			a->count = to_number(optarg);
			break;
		case 'm':
			a->message = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (argc - optind != 1)
		die("one file is needed");
	a->file = argv[optind];
}

int main(int argc, char **argv)
{
	struct args a;

	if (argc < 3)
		die("usage: facet-verify gcm|xts|rsa OPTION... FILE");
	parse(&a, argc - 1, argv + 1);
	if (!strcmp(argv[1], "gcm"))
		verify_gcm(&a);
	else if (!strcmp(argv[1], "xts"))
		verify_xts(&a);
	else if (!strcmp(argv[1], "rsa"))
		verify_rsa(&a);
	else
		die("%s: neither gcm nor xts nor rsa", argv[1]);
	return 0;
}
