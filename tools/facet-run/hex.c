// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run: keys and vectors on the command line.
 */
#include <fcntl.h>
#include <unistd.h>
#include "run.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t hex_upto(const char *what, const char *hex, uint8_t *p, size_t max)
{
	size_t n = strlen(hex), i;

	if (n % 2)
		die_usage("%s: odd number of hexadecimal digits", what);
	if (n / 2 > max)
		die_usage("%s: %zu bytes, at most %zu are possible", what, n / 2, max);
	for (i = 0; i < n; i += 2) {
		if (digit(hex[i]) < 0 || digit(hex[i + 1]) < 0)
			die_usage("%s: not hexadecimal at digit %zu", what, i + 1);
		*p++ = digit(hex[i]) << 4 | digit(hex[i + 1]);
	}
	return n / 2;
}

void hex_exact(const char *what, const char *hex, uint8_t *p, size_t n)
{
	if (strlen(hex) != 2 * n)
		die_usage("%s: %zu hexadecimal digits, %zu are needed", what, strlen(hex), 2 * n);
	hex_upto(what, hex, p, n);
}

static bool all_digits(const char *p, size_t n)
{
	while (n && digit(*p) >= 0)
		p++, n--;
	return !n;
}

/* The bytes as they are, or hexadecimal digits; the length tells which. */
static void key_from_file(const char *name, uint8_t *key, size_t n)
{
	char text[2 * 64 + 2];
	struct input in;
	size_t got;

	input_open(&in, name);
	got = input_read(&in, text, sizeof(text));
	input_close(&in);
	if (got == n) {
		memcpy(key, text, n);
	} else {
		if (got == 2 * n + 1 && text[got - 1] == '\n')
			got--;
		if (got != 2 * n || !all_digits(text, got))
			die("%s: neither %zu bytes nor %zu hexadecimal digits", name, n, 2 * n);
		text[got] = '\0';
		hex_exact(name, text, key, n);
	}
	explicit_bzero(text, sizeof(text));
}

void key_bytes(const struct opts *o, uint8_t *key, size_t n)
{
	if (!o->key == !o->key_file)
		die_usage("one of --key and --key-file is needed");
	if (o->key)
		hex_exact("--key", o->key, key, n);
	else
		key_from_file(o->key_file, key, n);
}
