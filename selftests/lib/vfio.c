// SPDX-License-Identifier: GPL-2.0-only
/*
 * An instance as VFIO gives it: container, group and device, memory, regions
 * and interrupts.  The container is type1's; iommufd.c has the other kind.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "libfacet.h"

static int group_open(const char *uuid)
{
	char link[FCT_PATH_LEN], path[FCT_PATH_LEN], *name;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/iommu_group",
		 uuid);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -errno;
	link[n] = '\0';
	name = strrchr(link, '/');
	if (!name)
		return -EINVAL;
	snprintf(path, sizeof(path), "/dev/vfio%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int type1_open(struct fct_owner *o)
{
	o->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (o->container < 0)
		return -errno;
	o->group = group_open(o->uuid);
	if (o->group < 0)
		return o->group;
	if (ioctl(o->group, VFIO_GROUP_SET_CONTAINER, &o->container) ||
	    ioctl(o->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	o->device = ioctl(o->group, VFIO_GROUP_GET_DEVICE_FD, o->uuid);
	return o->device < 0 ? -errno : 0;
}

static int type1_map(struct fct_owner *o, void *va, __u64 iova, __u64 len,
		     __u32 flags)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = flags,
		.vaddr = (uintptr_t)va,
		.iova = iova,
		.size = len,
	};

	return ioctl(o->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

static int type1_unmap(struct fct_owner *o, __u64 iova, __u64 len)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = len,
	};

	if (ioctl(o->container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		return -errno;
	return unmap.size == len ? 0 : -ENOENT;
}

const struct fct_iommu_ops fct_type1 = {
	.open = type1_open,
	.map = type1_map,
	.unmap = type1_unmap,
};

static int regions_get(struct fct_owner *o)
{
	struct vfio_region_info info;
	unsigned int i;

	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		memset(&info, 0, sizeof(info));
		info.argsz = sizeof(info);
		info.index = i;
		if (ioctl(o->device, VFIO_DEVICE_GET_REGION_INFO, &info)) {
			/* An index that the device lacks may be refused. */
			if (errno == EINVAL)
				continue;
			return -errno;
		}
		o->region[i].offset = info.offset;
		o->region[i].size = info.size;
		o->region[i].flags = info.flags;
	}
	return 0;
}

bool fct_is_iommufd(void)
{
	const char *iommu = getenv("FACET_IOMMU");

	return iommu && !strcmp(iommu, "iommufd");
}

int fct_open(struct fct_owner *o, const char *uuid)
{
	char name[FCT_UUID_LEN];
	unsigned int i;
	int ret;

	/* it may be the owner's own, from before */
	snprintf(name, sizeof(name), "%s", uuid);
	memset(o, 0, sizeof(*o));
	o->iommu = fct_is_iommufd() ? &fct_iommufd : &fct_type1;
	o->container = -1;
	o->group = -1;
	o->device = -1;
	o->req = -1;
	for (i = 0; i < FACET_VI_NR_VECTORS; i++)
		o->irq[i] = -1;
	memcpy(o->uuid, name, sizeof(name));
	ret = o->iommu->open(o);
	if (!ret)
		ret = regions_get(o);
	if (ret)
		fct_close(o);
	return ret;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void fct_close(struct fct_owner *o)
{
	unsigned int i;

	if (o->win)
		munmap((void *)o->win, FCT_PAGE);
	o->win = NULL;
	close_fd(&o->device);
	close_fd(&o->group);
	close_fd(&o->container);
	for (i = 0; i < FACET_VI_NR_VECTORS; i++)
		close_fd(&o->irq[i]);
	close_fd(&o->req);
	if (o->arena)
		munmap(o->arena, FCT_ARENA_BYTES);
	o->arena = NULL;
}

void *fct_alloc(__u64 len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int fct_dma_map(struct fct_owner *o, void *va, __u64 iova, __u64 len)
{
	return o->iommu->map(o, va, iova, len, VFIO_DMA_MAP_FLAG_READ |
			     VFIO_DMA_MAP_FLAG_WRITE);
}

int fct_dma_map_ro(struct fct_owner *o, void *va, __u64 iova, __u64 len)
{
	return o->iommu->map(o, va, iova, len, VFIO_DMA_MAP_FLAG_READ);
}

int fct_dma_unmap(struct fct_owner *o, __u64 iova, __u64 len)
{
	return o->iommu->unmap(o, iova, len);
}

ssize_t fct_pread(struct fct_owner *o, int region, void *buf, size_t len,
		  __u64 off)
{
	ssize_t n = pread(o->device, buf, len, o->region[region].offset + off);

	return n < 0 ? -errno : n;
}

ssize_t fct_pwrite(struct fct_owner *o, int region, const void *buf, size_t len,
		   __u64 off)
{
	ssize_t n = pwrite(o->device, buf, len, o->region[region].offset + off);

	return n < 0 ? -errno : n;
}

__u32 fct_cfg(struct fct_owner *o, unsigned int off, unsigned int width)
{
	__u32 v = 0;

	if (fct_pread(o, VFIO_PCI_CONFIG_REGION_INDEX, &v, width, off) != width)
		return ~0U;
	return v;
}

int fct_cfg_set(struct fct_owner *o, unsigned int off, unsigned int width,
		__u32 value)
{
	ssize_t n = fct_pwrite(o, VFIO_PCI_CONFIG_REGION_INDEX, &value, width,
			       off);

	return n == width ? 0 : n < 0 ? n : -EIO;
}

int fct_set_irq(struct fct_owner *o, __u32 index, __u32 start, __u32 count,
		const int *fds)
{
	struct vfio_irq_set *set;
	size_t len = sizeof(*set) + count * sizeof(*fds);
	int ret = 0;

	set = calloc(1, len);
	if (!set)
		return -ENOMEM;
	set->argsz = len;
	set->index = index;
	set->start = start;
	set->count = count;
	set->flags = VFIO_IRQ_SET_ACTION_TRIGGER |
		(count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE);
	if (count)
		memcpy(set->data, fds, count * sizeof(*fds));
	if (ioctl(o->device, VFIO_DEVICE_SET_IRQS, set))
		ret = -errno;
	free(set);
	return ret;
}

int fct_irqs_on(struct fct_owner *o)
{
	unsigned int i;
	int ret;

	for (i = 0; i < FACET_VI_NR_VECTORS; i++) {
		o->irq[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (o->irq[i] < 0)
			return -errno;
	}
	o->req = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (o->req < 0)
		return -errno;
	ret = fct_set_irq(o, VFIO_PCI_MSIX_IRQ_INDEX, 0, FACET_VI_NR_VECTORS,
			  o->irq);
	return ret ? ret : fct_set_irq(o, VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &o->req);
}

int fct_map_window(struct fct_owner *o)
{
	struct fct_region *r = &o->region[FACET_VI_BAR_DOORBELL];
	void *p = mmap(NULL, FCT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		       o->device, r->offset);

	if (p == MAP_FAILED)
		return -errno;
	/* a child that has it holds the instance */
	madvise(p, FCT_PAGE, MADV_DONTFORK);
	o->win = p;
	return 0;
}

int fct_device_reset(struct fct_owner *o)
{
	return ioctl(o->device, VFIO_DEVICE_RESET) ? -errno : 0;
}

long long fct_event(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	__u64 count;
	int n = poll(&p, 1, ms > 0 ? ms : 0);	/* never for ever */

	if (n < 0)
		return -errno;
	if (!n)
		return -ETIMEDOUT;
	return read(fd, &count, sizeof(count)) < 0 ? -errno : (long long)count;
}

long long fct_event_now(int fd)
{
	long long n = fct_event(fd, 0);

	return n == -ETIMEDOUT ? 0 : n;
}

long long fct_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}
