/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Facet: /dev/facet/N, an instance as programs use it (module facet_vf).
 *
 * One open file is one session with buffers of its own.  Buffers come from
 * mmap(2): each successful ioctl FACET_VF_BUF_ALLOC creates one; its handle is
 * its address in descriptors: src, dst, param and dict name bytes of the
 * session's buffers by handle + offset, never memory addresses.  The driver
 * translates and checks them, so a program reaches its own buffers and nothing
 * else.  Commands of one session may complete out of order; cookies tell them
 * apart.
 *
 * Errors common to all ioctls: ENOTTY unknown ioctl; EINVAL size too small, or
 * an undefined flag or a reserved field not zero; EFAULT; ENODEV the instance
 * is gone; EIO it is in error and could not be reset.
 */
#ifndef _UAPI_FACET_VF_H
#define _UAPI_FACET_VF_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include "desc.h"

#define FACET_VF_IOC	0xfa

/**
 * struct facet_vf_info - FACET_VF_INFO: what this instance can do
 * @size: sizeof(struct), set by the caller
 * @flags: zero
 * @ops: mask of allowed opcodes
 * @engines: as FACET_REG_CAP_ENGINES
 * @max_inflight: commands that may be under way on the device
 * @max_sg: most entries of a scatter list
 * @resets: resets of the instance since the driver bound it
 * @poll_ns: how long a waiter polls before it sleeps
 * @ceil_in_bytes: by opcode, most bytes in
 * @ceil_out_bytes: by opcode, most bytes out
 */
struct facet_vf_info {
	__u32	size;
	__u32	flags;
	__u64	ops;
	__u32	engines;
	__u32	max_inflight;
	__u32	max_sg;
	__u32	resets;
	__u64	poll_ns;
	__u32	ceil_in_bytes[FACET_NR_OPCODES];
	__u32	ceil_out_bytes[FACET_NR_OPCODES];
};

/**
 * struct facet_vf_buf - FACET_VF_BUF_ALLOC: make a buffer
 * @size: sizeof(struct)
 * @flags: zero
 * @bytes: length, rounded up to pages; at most 64 MiB a session
 * @handle: out: offset for mmap(2), and address in descriptors
 *
 * ENOSPC: over the session's limit or the instance's grants; ENOMEM.
 */
struct facet_vf_buf {
	__u32	size;
	__u32	flags;
	__u64	bytes;
	__u64	handle;
};

/**
 * struct facet_vf_submit - FACET_VF_SUBMIT: hand in commands
 * @size: sizeof(struct)
 * @flags: zero
 * @descs: user pointer to @count descriptors; scatter lists (nents) must be 0,
 *	the driver makes its own
 * @count: 1..256
 * @done: out: how many were taken; less than @count when the ring is full
 *
 * EAGAIN: not even one was taken (poll(2) for POLLOUT, or reap); EINVAL with
 * @done naming the first bad descriptor: an address outside the session's
 * buffers, nents, pasid or rsvd not zero.
 */
struct facet_vf_submit {
	__u32	size;
	__u32	flags;
	__u64	descs;
	__u32	count;
	__u32	done;
};

/**
 * struct facet_vf_reap - FACET_VF_REAP: collect completions
 * @size: sizeof(struct)
 * @flags: zero
 * @comps: user pointer to room for @count completions
 * @count: 1..256
 * @min: return when this many are there, at most the number outstanding;
 *	0: do not wait
 * @timeout_ns: -1: none; else the longest wait
 * @done: out: completions delivered
 * @rsvd: zero
 *
 * fault_addr and sq_index of a completion are the driver's business and read 0.
 * EINTR; ETIMEDOUT when @min was not reached, with those there are delivered.
 */
struct facet_vf_reap {
	__u32	size;
	__u32	flags;
	__u64	comps;
	__u32	count;
	__u32	min;
	__s64	timeout_ns;
	__u32	done;
	__u32	rsvd;
};

#define FACET_VF_INFO		_IOWR(FACET_VF_IOC, 0, struct facet_vf_info)
#define FACET_VF_BUF_ALLOC	_IOWR(FACET_VF_IOC, 1, struct facet_vf_buf)
#define FACET_VF_SUBMIT		_IOWR(FACET_VF_IOC, 2, struct facet_vf_submit)
#define FACET_VF_REAP		_IOWR(FACET_VF_IOC, 3, struct facet_vf_reap)
#define FACET_VF_RESET		_IO(FACET_VF_IOC, 4)	/* CAP_SYS_ADMIN: reset the instance */

#endif /* _UAPI_FACET_VF_H */
