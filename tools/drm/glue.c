// SPDX-License-Identifier: GPL-2.0-only
/*
 * What drm_sched needs of DRM's core, so that it can be built without that.  The
 * first two serve functions that no test here calls.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <drm/drm_syncobj.h>

int drm_syncobj_find_fence(struct drm_file *file_private, u32 handle, u64 point, u64 flags,
			   struct dma_fence **fence)
{
	WARN_ON_ONCE(1);
	return -EOPNOTSUPP;
}

int drm_gem_lock_reservations(struct drm_gem_object **objs, int count,
			      struct ww_acquire_ctx *acquire_ctx)
{
	WARN_ON_ONCE(1);
	return -EOPNOTSUPP;
}

void drm_dev_printk(const struct device *dev, const char *level, const char *format, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, format);
	vaf.fmt = format;
	vaf.va = &args;
	pr_err("%pV", &vaf);
	va_end(args);
}

void __drm_err(const char *format, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, format);
	vaf.fmt = format;
	vaf.va = &args;
	pr_err("%pV", &vaf);
	va_end(args);
}
