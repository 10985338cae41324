// SPDX-License-Identifier: GPL-2.0
/*
 * libfacet: sessions on /dev/facet/N.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "libfacet.h"

struct mapping {
	struct mapping *next;
	struct facet_buf buf;
};

struct facet_dev {
	int fd;
	struct mapping *mappings;
};

struct facet_dev *facet_open(const char *path)
{
	struct facet_dev *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return NULL;
	dev->fd = open(path, O_RDWR | O_CLOEXEC);
	if (dev->fd < 0) {
		free(dev);
		return NULL;
	}
	return dev;
}

void facet_close(struct facet_dev *dev)
{
	struct mapping *m;

	if (!dev)
		return;
	while ((m = dev->mappings)) {
		dev->mappings = m->next;
		munmap(m->buf.mem, m->buf.bytes);
		free(m);
	}
	close(dev->fd);
	free(dev);
}

int facet_get_info(struct facet_dev *dev, struct facet_vf_info *info)
{
	*info = (struct facet_vf_info){ .size = sizeof(*info) };
	return ioctl(dev->fd, FACET_VF_INFO, info) ? -errno : 0;
}

static size_t page_align(size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

int facet_buf_alloc(struct facet_dev *dev, size_t bytes, struct facet_buf *buf)
{
	struct facet_vf_buf req = { .size = sizeof(req), .bytes = page_align(bytes) };
	struct mapping *m;
	void *mem;

	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	if (ioctl(dev->fd, FACET_VF_BUF_ALLOC, &req))
		goto fail;
	mem = mmap(NULL, req.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, dev->fd, req.handle);
	if (mem == MAP_FAILED)
		goto fail;
	m->buf = (struct facet_buf){ .mem = mem, .handle = req.handle, .bytes = req.bytes };
	m->next = dev->mappings;
	dev->mappings = m;
	*buf = m->buf;
	return 0;
fail:
	free(m);
	return -errno;
}

int facet_submit(struct facet_dev *dev, const struct facet_desc *descs, unsigned int count)
{
	struct facet_vf_submit req = {
		.size = sizeof(req), .descs = (uintptr_t)descs, .count = count,
	};

	if (!ioctl(dev->fd, FACET_VF_SUBMIT, &req))
		return req.done;
	/* those before the one at fault are on their way; the next call finds it first */
	if (req.done && req.done < count)
		return req.done;
	return errno == EAGAIN ? 0 : -errno;
}

int facet_reap(struct facet_dev *dev, struct facet_comp *comps, unsigned int count,
	       unsigned int min, int64_t timeout_ns)
{
	struct facet_vf_reap req = {
		.size = sizeof(req), .comps = (uintptr_t)comps, .count = count,
		.min = min, .timeout_ns = timeout_ns,
	};

	if (!ioctl(dev->fd, FACET_VF_REAP, &req) || req.done)
		return req.done;
	return -errno;
}

int facet_wait_room(struct facet_dev *dev, int timeout_ms)
{
	struct pollfd pfd = { .fd = dev->fd, .events = POLLOUT };
	int n = poll(&pfd, 1, timeout_ms);

	if (n < 0)
		return -errno;
	if (!n)
		return -ETIMEDOUT;
	return pfd.revents & POLLOUT ? 0 : -EIO;
}
