/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's integer types for the scheduler's policy outside the kernel: in
 * the device model, the benchmark and the tests.  Found through the include path
 * by kernel/vf-sched/vfs_types.h.
 */
#ifndef VFS_HOST_H
#define VFS_HOST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef __int128 s128;
typedef unsigned __int128 u128;

#define BIT_ULL(n)		(1ULL << (n))
#define div64_u64(n, d)		((u64)(n) / (u64)(d))

#endif /* VFS_HOST_H */
