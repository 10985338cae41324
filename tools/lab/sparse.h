/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the root's sparse does not know of what the lanes' headers use; it is
 * included before all else when sparse runs, and only then.
 */
#define __typeof_unqual__ __typeof__
/* in static assertions about strings, which have to be constant */
#define __builtin_strlen(s) (sizeof(s) - 1)
