// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other way to an instance: VFIO's character device, and an address space of
 * iommufd.  FACET_IOMMU=iommufd in the environment makes it fct_open()'s.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/iommufd.h>

#include "libfacet.h"

/* /dev/vfio/devices/vfioN, N being what sysfs says */
static int cdev_open(const char *uuid)
{
	char path[FCT_PATH_LEN];
	struct dirent *e;
	int fd = -ENODEV;
	DIR *d;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/vfio-dev", uuid);
	d = opendir(path);
	if (!d)
		return -errno;
	while (fd == -ENODEV && (e = readdir(d))) {
		if (strncmp(e->d_name, "vfio", 4))
			continue;
		snprintf(path, sizeof(path), "/dev/vfio/devices/%s", e->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	closedir(d);
	return fd;
}

static int bind_device(struct fct_owner *o)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind),
		.iommufd = o->container,
	};

	if (!ioctl(o->device, VFIO_DEVICE_BIND_IOMMUFD, &bind))
		return 0;
	/* somebody else has it; groups say EBUSY, and so do we */
	return errno == EINVAL ? -EBUSY : -errno;
}

static int attach_ioas(struct fct_owner *o)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct vfio_device_attach_iommufd_pt attach = { .argsz = sizeof(attach) };

	if (ioctl(o->container, IOMMU_IOAS_ALLOC, &alloc))
		return -errno;
	o->ioas = alloc.out_ioas_id;
	attach.pt_id = o->ioas;
	return ioctl(o->device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach) ? -errno : 0;
}

static int iommufd_open(struct fct_owner *o)
{
	int ret;

	o->container = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	if (o->container < 0)
		return -errno;
	ret = cdev_open(o->uuid);
	if (ret < 0)
		return ret;
	o->device = ret;
	ret = bind_device(o);
	return ret ? ret : attach_ioas(o);
}

static int iommufd_map(struct fct_owner *o, void *va, __u64 iova, __u64 len,
		       __u32 flags)
{
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE,
		.ioas_id = o->ioas,
		.user_va = (uintptr_t)va,
		.length = len,
		.iova = iova,
	};

	if (flags & VFIO_DMA_MAP_FLAG_WRITE)
		map.flags |= IOMMU_IOAS_MAP_WRITEABLE;
	return ioctl(o->container, IOMMU_IOAS_MAP, &map) ? -errno : 0;
}

static int iommufd_unmap(struct fct_owner *o, __u64 iova, __u64 len)
{
	struct iommu_ioas_unmap unmap = {
		.size = sizeof(unmap),
		.ioas_id = o->ioas,
		.iova = iova,
		.length = len,
	};

	if (ioctl(o->container, IOMMU_IOAS_UNMAP, &unmap))
		return -errno;
	return unmap.length == len ? 0 : -ENOENT;
}

const struct fct_iommu_ops fct_iommufd = {
	.open = iommufd_open,
	.map = iommufd_map,
	.unmap = iommufd_unmap,
};
