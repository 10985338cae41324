/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the programs that test /dev/facet/N in a guest: a session, its
 * buffers and a few commands, straight through the ioctls.
 */
#ifndef FACET_TEST_VF_H
#define FACET_TEST_VF_H

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <facet/vf.h>

#define VF_WAIT_NS	20000000000LL	/* a command that takes longer is lost */
#define VF_BATCH	256

/**
 * struct vf_mem - a buffer
 * @mem: mapped here
 * @handle: its address in descriptors
 * @bytes: its length
 */
struct vf_mem {
	unsigned char *mem;
	__u64 handle;
	size_t bytes;
};

static inline const char *vf_path(void)
{
	const char *path = getenv("FACET_DEV");

	return path ? path : "/dev/facet/0";
}

static inline int vf_open(void)
{
	return open(vf_path(), O_RDWR | O_CLOEXEC);
}

/* All of these: 0 or -errno. */
static inline int vf_ioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

static inline int vf_alloc(int fd, size_t bytes, __u64 *handle)
{
	struct facet_vf_buf arg = { .size = sizeof(arg), .bytes = bytes };
	int ret = vf_ioctl(fd, FACET_VF_BUF_ALLOC, &arg);

	*handle = arg.handle;
	return ret;
}

static inline int vf_mem_new(int fd, size_t bytes, struct vf_mem *m)
{
	int ret = vf_alloc(fd, bytes, &m->handle);

	if (ret)
		return ret;
	m->bytes = bytes;
	m->mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, m->handle);
	return m->mem == MAP_FAILED ? -errno : 0;
}

static inline int vf_submit(int fd, const struct facet_desc *descs, __u32 count, __u32 *done)
{
	struct facet_vf_submit arg = {
		.size = sizeof(arg), .descs = (uintptr_t)descs, .count = count,
	};
	int ret = vf_ioctl(fd, FACET_VF_SUBMIT, &arg);

	*done = arg.done;
	return ret;
}

static inline int vf_reap(int fd, struct facet_comp *comps, __u32 count, __u32 min,
			  long long timeout_ns, __u32 *done)
{
	struct facet_vf_reap arg = {
		.size = sizeof(arg), .comps = (uintptr_t)comps, .count = count,
		.min = min, .timeout_ns = timeout_ns,
	};
	int ret = vf_ioctl(fd, FACET_VF_REAP, &arg);

	*done = arg.done;
	return ret;
}

static inline int vf_revents(int fd, short events, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, ms) < 0 ? -errno : pfd.revents;
}

static inline struct facet_desc vf_copy_desc(__u64 src, __u64 dst, __u32 len)
{
	return (struct facet_desc) {
		.opcode = FACET_OP_COPY,
		.src = htole64(src),
		.dst = htole64(dst),
		.src_len_bytes = htole32(len),
		.dst_len_bytes = htole32(len),
	};
}

static inline void vf_fill(void *p, size_t len, __u64 seed)
{
	__u64 x = seed * 0x9e3779b97f4a7c15ULL + 1;
	unsigned char *byte = p;
	size_t i;

	for (i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		byte[i] = x >> 24;
	}
}

/* One command; its status, or -errno. */
static inline int vf_run(int fd, const struct facet_desc *desc, struct facet_comp *comp)
{
	__u32 done;
	int ret;

	ret = vf_submit(fd, desc, 1, &done);
	if (ret)
		return ret;
	ret = vf_reap(fd, comp, 1, 1, VF_WAIT_NS, &done);
	if (ret)
		return ret;
	return done == 1 ? le16toh(comp->status) : -ENODATA;
}

#endif /* FACET_TEST_VF_H */
