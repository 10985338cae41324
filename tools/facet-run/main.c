// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run: files through the accelerator.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "run.h"

#define EXIT_USAGE	2

/* long options without a letter */
enum {
	OPT_DEPTH = 256, OPT_CHUNK, OPT_LEVEL, OPT_FORMAT, OPT_CIPHER, OPT_KEY, OPT_KEY_FILE,
	OPT_IV, OPT_UNIT, OPT_ALGO, OPT_HMAC_KEY, OPT_COUNT, OPT_SIGNATURE, OPT_OP, OPT_SIZE,
};

static const struct option options[] = {
	{ "input", required_argument, NULL, 'i' },
	{ "output", required_argument, NULL, 'o' },
	{ "device", required_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ "depth", required_argument, NULL, OPT_DEPTH },
	{ "chunk", required_argument, NULL, OPT_CHUNK },
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "cipher", required_argument, NULL, OPT_CIPHER },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "key-file", required_argument, NULL, OPT_KEY_FILE },
	{ "iv", required_argument, NULL, OPT_IV },
	{ "unit", required_argument, NULL, OPT_UNIT },
	{ "algo", required_argument, NULL, OPT_ALGO },
	{ "hmac-key", required_argument, NULL, OPT_HMAC_KEY },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "signature", required_argument, NULL, OPT_SIGNATURE },
	{ "op", required_argument, NULL, OPT_OP },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ NULL, 0, NULL, 0 },
};

static const char usage_text[] =
"usage: facet-run COMMAND [OPTION...] [-i FILE|-] [-o FILE|-]\n"
"  compress    [--format gzip|zlib|raw] [--level 1-9]\n"
"  decompress  [--format auto|gzip|zlib|raw]\n"
"  encrypt, decrypt  --cipher aes-{128,256}-{cbc,ctr,xts,gcm}\n"
"              --key HEX|--key-file FILE [--iv HEX] [--unit BYTES]\n"
"  hash        [--algo sha256|sha512] [--hmac-key HEX] [FILE...]\n"
"  sign        --key PEM [--count N]\n"
"  verify      --key PEM --signature FILE [--count N]\n"
"  bench       [--op NAME] [--size BYTES] [--count N] [--key PEM]\n"
"common: -d DEVICE (" FACET_DEFAULT_DEVICE "), --depth N commands in flight,\n"
"        --chunk BYTES of data in one command\n";

static const struct command {
	const char *name;
	int (*run)(struct session *ss, const struct opts *o);
} commands[] = {
	{ "compress", cmd_compress },
	{ "decompress", cmd_decompress },
	{ "encrypt", cmd_encrypt },
	{ "decrypt", cmd_decrypt },
	{ "hash", cmd_hash },
	{ "sign", cmd_sign },
	{ "verify", cmd_verify },
	{ "bench", cmd_bench },
};

static void say(const char *fmt, va_list ap)
{
	progress_end();
	fputs("facet-run: ", stderr);
	vfprintf(stderr, fmt, ap);
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	output_abandon();
	exit(EXIT_FAILURE);
}

void die_errno(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(err));
	output_abandon();
	exit(EXIT_FAILURE);
}

void die_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	fputs("\nTry 'facet-run --help'.\n", stderr);
	output_abandon();
	exit(EXIT_USAGE);
}

void *xmalloc(size_t bytes)
{
	void *p = malloc(bytes);

	if (!p)
		die("out of memory");
	return p;
}

/* K and M count in 1024. */
static uint32_t to_number(const char *what, const char *text, uint32_t min, uint32_t max)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*end == 'K' || *end == 'M')
		n *= *end++ == 'K' ? KIB : MIB;
	if (errno || end == text || *end || *text == '-' || n < min || n > max)
		die_usage("%s %s: not a number from %u to %u", what, text, min, max);
	return n;
}

static void set_string(struct opts *o, int c, const char *arg)
{
	const struct {
		int c;
		const char **field;
	} strings[] = {
		{ 'i', &o->in }, { 'o', &o->out }, { 'd', &o->device },
		{ OPT_FORMAT, &o->format }, { OPT_CIPHER, &o->cipher }, { OPT_KEY, &o->key },
		{ OPT_KEY_FILE, &o->key_file }, { OPT_IV, &o->iv }, { OPT_ALGO, &o->algo },
		{ OPT_HMAC_KEY, &o->hmac_key }, { OPT_SIGNATURE, &o->signature },
		{ OPT_OP, &o->op },
	};
	size_t i;

	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (strings[i].c == c)
			*strings[i].field = arg;
}

static void set_option(struct opts *o, int c, const char *arg)
{
	switch (c) {
	case 'h':
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	case '?':
		die_usage("the options are not understood");
	case OPT_DEPTH:
		o->depth = to_number("--depth", arg, 1, FACET_BATCH_MAX);
		break;
	case OPT_CHUNK:
		o->chunk_bytes = to_number("--chunk", arg, 128, 64 * MIB);
		break;
	case OPT_LEVEL:
		o->level = to_number("--level", arg, 1, 9);
		break;
	case OPT_UNIT:
		o->unit_bytes = to_number("--unit", arg, 16, 4096);
		break;
	case OPT_COUNT:
		o->count = to_number("--count", arg, 1, UINT32_MAX);
		break;
	case OPT_SIZE:
		o->size_bytes = to_number("--size", arg, 1, 64 * MIB);
		break;
	default:
		set_string(o, c, arg);
	}
}

static void parse(struct opts *o, int argc, char **argv)
{
	int c;

	*o = (struct opts){
		.in = "-", .out = "-", .device = FACET_DEFAULT_DEVICE, .level = 6,
		.algo = "sha256", .unit_bytes = 4096,
	};
	while ((c = getopt_long(argc, argv, "i:o:d:h", options, NULL)) != -1)
		set_option(o, c, optarg);
	o->files = argv + optind;
	o->nr_files = argc - optind;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	die_usage("no command '%s'", name);
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct session ss;
	struct opts o;
	int code;

	if (argc < 2)
		die_usage("a command is missing");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		set_option(&o, 'h', NULL);
	command = find_command(argv[1]);
	parse(&o, argc - 1, argv + 1);
	if (o.nr_files && command->run != cmd_hash)
		die_usage("%s: not an option; files are named with -i and -o", o.files[0]);
	session_open(&ss, &o);
	code = command->run(&ss, &o);
	session_close(&ss);
	progress_end();
	if (fflush(stdout) || ferror(stdout))
		die_errno("writing standard output");
	return code;
}
