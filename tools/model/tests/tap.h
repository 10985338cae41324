/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results of a test program in TAP version 13.  One program, one thread
 * reports; the plan comes last, and main() ends with `return tap_done();`.
 */
#ifndef FACET_TESTS_TAP_H
#define FACET_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

/* A line for whoever reads a failure. */
[[gnu::format(printf, 1, 2)]]
static inline void tap_diag(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
}

/* One result; returns @pass, so that a caller can add what it knows. */
[[gnu::format(printf, 2, 3)]]
static inline bool tap_ok(bool pass, const char *fmt, ...)
{
	va_list ap;

	if (!tap_count)
		printf("TAP version 13\n");
	tap_count++;
	tap_failed += !pass;
	va_start(ap, fmt);
	printf("%s %d - ", pass ? "ok" : "not ok", tap_count);
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
	return pass;
}

/* A result that says what it got instead of what it wanted. */
static inline bool tap_eq(long long got, long long want, const char *name)
{
	bool pass = tap_ok(got == want, "%s", name);

	if (!pass)
		tap_diag("got %lld (0x%llx), want %lld (0x%llx)", got, got, want, want);
	return pass;
}

/* The plan; returns main()'s exit code. */
static inline int tap_done(void)
{
	if (!tap_count)
		printf("TAP version 13\n");
	printf("1..%d\n", tap_count);
	if (tap_failed)
		tap_diag("%d of %d failed", tap_failed, tap_count);
	return tap_failed || !tap_count;
}

#endif /* FACET_TESTS_TAP_H */
