/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What facet_compat.h is, for the module that includes linux/vfio.h.
 */
#ifndef FACET_COMPAT_VFIO_H
#define FACET_COMPAT_VFIO_H

#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

/**
 * facet_compat_region_info - VFIO_DEVICE_GET_REGION_INFO where no core answers it
 * @vdev: device
 * @arg: user's struct vfio_region_info
 * @fn: the newest kernel's get_region_info_caps().  It adds no capabilities
 *
 * Where the core does, the request does not reach the driver's ioctl().
 *
 * Return: 0 or a negative errno.
 */
static inline long
facet_compat_region_info(struct vfio_device *vdev, void __user *arg,
			 int (*fn)(struct vfio_device *vdev, struct vfio_region_info *info,
				   struct vfio_info_cap *caps))
{
	unsigned long minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_info_cap caps = {};
	struct vfio_region_info info;
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.cap_offset = 0;
	ret = fn(vdev, &info, &caps);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

#endif /* FACET_COMPAT_VFIO_H */
