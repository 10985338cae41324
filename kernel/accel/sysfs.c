// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of the accelerator's PCI function, in its directory facet/.
 * Documentation/ABI/testing/sysfs-bus-pci-drivers-facet.
 */
#include <linux/sysfs.h>
#include "facet_priv.h"

static struct facet_device *to_facet(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static ssize_t pasid_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_facet(dev)->pasid_reason ? "none" : "paging");
}
static DEVICE_ATTR_RO(pasid_mode);

static ssize_t pasid_reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_facet(dev)->pasid_reason ?: "");
}
static DEVICE_ATTR_RO(pasid_reason);

static ssize_t contexts_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_facet(dev)->caps.nr_ctx);
}
static DEVICE_ATTR_RO(contexts);

static ssize_t contexts_available_show(struct device *dev, struct device_attribute *attr,
				       char *buf)
{
	return sysfs_emit(buf, "%u\n", facet_ctx_available(to_facet(dev)));
}
static DEVICE_ATTR_RO(contexts_available);

static ssize_t engines_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u32 e = to_facet(dev)->caps.engines;

	return sysfs_emit(buf, "pk %u\nsym %u\ncomp %u\n", e & 0xff, (e >> 8) & 0xff,
			  (e >> 16) & 0xff);
}
static DEVICE_ATTR_RO(engines);

static const char * const arbiters[] = {
	[FACET_ARB_RR] = "rr",
	[FACET_ARB_WEIGHTED] = "weighted",
	[FACET_ARB_WRR] = "wrr",
	[FACET_ARB_SRR] = "srr",
	[FACET_ARB_EEVDF] = "eevdf",
};

static const char * const timings[] = {
	[FACET_TIMING_HOST] = "host",
	[FACET_TIMING_MODEL] = "model",
};

static ssize_t show_name(struct facet_device *fdev, u32 reg, const char * const *names,
			 size_t n, char *buf)
{
	u32 value = facet_hw_read(fdev, reg);

	return sysfs_emit(buf, "%s\n", value < n ? names[value] : "unknown");
}

static ssize_t arbiter_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_name(to_facet(dev), FACET_REG_ARB, arbiters, ARRAY_SIZE(arbiters), buf);
}

static ssize_t arbiter_store(struct device *dev, struct device_attribute *attr, const char *buf,
			     size_t count)
{
	int i = sysfs_match_string(arbiters, buf);

	if (i < 0)
		return i;
	facet_arb_set_policy(to_facet(dev), i);
	facet_save_settings(to_facet(dev));
	return count;
}
static DEVICE_ATTR_RW(arbiter);

static ssize_t timing_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_name(to_facet(dev), FACET_REG_TIMING_MODE, timings, ARRAY_SIZE(timings), buf);
}

/* Write a setting that may change only while the device is disabled. */
static int write_idle(struct facet_device *fdev, u32 reg, u32 value)
{
	guard(mutex)(&fdev->lock);
	if (facet_ctx_any_used(fdev) || facet_is_resetting(fdev))
		return -EBUSY;
	facet_hw_write(fdev, FACET_REG_CTRL, 0);
	facet_hw_write(fdev, reg, value);
	facet_hw_write(fdev, FACET_REG_CTRL, FACET_CTRL_ENABLE);
	facet_save_settings(fdev);
	return 0;
}

static ssize_t timing_mode_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	int i = sysfs_match_string(timings, buf);
	int ret = i < 0 ? i : write_idle(to_facet(dev), FACET_REG_TIMING_MODE, i);

	return ret ?: count;
}
static DEVICE_ATTR_RW(timing_mode);

static ssize_t dilation_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", facet_hw_read(to_facet(dev), FACET_REG_DILATION));
}

static ssize_t dilation_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	u32 value;
	int ret = kstrtou32(buf, 0, &value);

	if (ret)
		return ret;
	if (!value || value > 1000000)
		return -ERANGE;
	ret = write_idle(to_facet(dev), FACET_REG_DILATION, value);
	return ret ?: count;
}
static DEVICE_ATTR_RW(dilation);

static struct attribute *facet_attrs[] = {
	&dev_attr_pasid_mode.attr,
	&dev_attr_pasid_reason.attr,
	&dev_attr_contexts.attr,
	&dev_attr_contexts_available.attr,
	&dev_attr_engines.attr,
	&dev_attr_arbiter.attr,
	&dev_attr_timing_mode.attr,
	&dev_attr_dilation.attr,
	NULL
};

/* The timing block exists in the model alone. */
static umode_t facet_attr_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	struct facet_device *fdev = to_facet(kobj_to_dev(kobj));

	if ((attr == &dev_attr_timing_mode.attr || attr == &dev_attr_dilation.attr) &&
	    !(fdev->caps.feat & FACET_FEAT_TIMING))
		return 0;
	return attr->mode;
}

static const struct attribute_group facet_group = {
	.name = "facet",
	.attrs = facet_attrs,
	.is_visible = facet_attr_visible,
};

/* facet_vfio.ko adds its own files here: qos_group.c */
static ssize_t policy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return arbiter_show(dev, attr, buf);
}

static ssize_t policy_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	return arbiter_store(dev, attr, buf, count);
}
static DEVICE_ATTR_RW(policy);

static ssize_t clock_ns_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", facet_clock_ns(to_facet(dev)));
}
static DEVICE_ATTR_RO(clock_ns);

static struct attribute *sched_attrs[] = {
	&dev_attr_policy.attr,
	&dev_attr_clock_ns.attr,
	NULL
};

static const struct attribute_group sched_group = {
	.name = "sched",
	.attrs = sched_attrs,
};

const struct attribute_group *facet_dev_groups[] = { &facet_group, &sched_group, NULL };
