/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the policy needs from its surroundings: integer types and two divisions.
 * The policy files build as they are in the kernel, in the device model, in the
 * benchmark and in the tests.
 */
#ifndef VFS_TYPES_H
#define VFS_TYPES_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include "vfs_host.h"
#endif

/*
 * Virtual time: nanoseconds of engine time divided by weight, with VFS_SHIFT
 * fractional bits, in 128 bits.  It never wraps: at the fastest (one owner of
 * weight 1) it takes 2^112 ns.
 */
#define VFS_SHIFT		16
#define VFS_WEIGHT_MIN		1u
#define VFS_WEIGHT_DEFAULT	100u
#define VFS_WEIGHT_MAX		10000u
/* Largest weight of a node that stands for many: a sum of theirs. */
#define VFS_WEIGHT_SUM_MAX	16777216u	/* 2^24 */
/* Longest time that one command can be charged with: 18 minutes. */
#define VFS_COST_MAX_NS		BIT_ULL(40)

/* floor(n / d) for d > 0; neither the kernel nor all targets divide 128 bits */
static inline s128 vfs_div_floor(s128 n, u32 d)
{
	u128 u = n < 0 ? -(u128)n : (u128)n;
	u64 hi = (u64)(u >> 64), lo = (u64)u, q0, q1, q2, r;
	u128 q;

	if (!hi) {
		q = div64_u64(lo, d);
		r = lo - (u64)q * d;
	} else {
		/* schoolbook, in digits of 32 bits; hi is below 2^62 */
		q0 = div64_u64(hi, d);
		r = hi - q0 * d;
		q1 = div64_u64(r << 32 | lo >> 32, d);
		r = (r << 32 | lo >> 32) - q1 * d;
		q2 = div64_u64(r << 32 | (lo & 0xffffffff), d);
		r = (r << 32 | (lo & 0xffffffff)) - q2 * d;
		q = (u128)q0 << 64 | ((u128)q1 << 32) | q2;
	}
	if (n < 0)
		return -(s128)q - (r ? 1 : 0);
	return (s128)q;
}

#endif /* VFS_TYPES_H */
