/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included by the tests.
 *
 * The name of a test says what it proves.  The comment above it says what would
 * let it fail, where that is not plain.
 */
#ifndef FACET_TEST_H
#define FACET_TEST_H

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>

#include "libfacet.h"

/* An emulated host on a busy machine: a test that is slow has not failed. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define RW		(FACET_VI_POST_READ | FACET_VI_POST_WRITE)
#define MIB		(1024ULL * 1024)

#endif /* FACET_TEST_H */
