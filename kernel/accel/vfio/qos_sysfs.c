// SPDX-License-Identifier: GPL-2.0-only
/*
 * An instance's knobs, in its mdev device's directory qos/.
 * Documentation/ABI/testing/sysfs-driver-facet.
 *
 * mdevctl writes without a newline and shows nothing but the errno: why a value was
 * refused is in qos/reason until the next write.
 */
#include <linux/string.h>
#include <linux/sysfs.h>
#include "vi.h"

/**
 * struct vi_knob - a number that can be set
 * @attr: attribute
 * @least: least value
 * @most: most
 * @offset: of the u32 in struct vi_qos
 * @set: sets it, the lock is held
 */
struct vi_knob {
	struct device_attribute attr;
	u32 least;
	u32 most;
	size_t offset;
	int (*set)(struct facet_vi *vi, u32 value);
};

static struct facet_vi *dev_to_vi(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static int set_number(struct facet_vi *vi, const struct vi_knob *knob, const char *buf)
{
	const char *name = knob->attr.attr.name;
	u32 value;

	vi->qos.reason[0] = '\0';
	if (kstrtou32(buf, 0, &value))
		return vi_qos_refuse(vi, -EINVAL, "%s: not a number, or too large", name);
	if (value < knob->least || value > knob->most)
		return vi_qos_refuse(vi, -EINVAL, "%s: %u is not in %u..%u", name, value,
				     knob->least, knob->most);
	return knob->set(vi, value);
}

static ssize_t knob_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct vi_knob *knob = container_of_const(attr, struct vi_knob, attr);
	struct facet_vi *vi = dev_to_vi(dev);

	guard(mutex)(vi_qos_mutex(vi));
	return sysfs_emit(buf, "%u\n", *(u32 *)((char *)&vi->qos + knob->offset));
}

static ssize_t knob_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	const struct vi_knob *knob = container_of_const(attr, struct vi_knob, attr);
	struct facet_vi *vi = dev_to_vi(dev);
	int ret;

	guard(mutex)(vi_qos_mutex(vi));
	ret = set_number(vi, knob, buf);
	return ret ?: count;
}

#define VI_KNOB(_name, _field, _least, _most, _set)				\
static struct vi_knob knob_##_name = {						\
	.attr = __ATTR(_name, 0644, knob_show, knob_store),			\
	.least = (_least),							\
	.most = (_most),							\
	.offset = offsetof(struct vi_qos, _field),				\
	.set = (_set),								\
}

VI_KNOB(weight, weight, 1, VI_QOS_WEIGHT_MAX, vi_qos_set_weight);
VI_KNOB(rate_min, rate_min, 0, VI_QOS_FULL, vi_qos_set_rate_min);
VI_KNOB(rate_max, rate_max, 1, VI_QOS_FULL, vi_qos_set_rate_max);
VI_KNOB(burst_us, burst_us, 0, VI_QOS_BURST_US_MAX, vi_qos_set_burst);
VI_KNOB(latency_target_us, latency_us, 0, VI_QOS_LATENCY_US_MAX, vi_qos_set_latency);

/**
 * vi_qos_weight_show - the instance's attribute weight, the same as qos/weight
 * @dev: mdev device
 * @attr: not used
 * @buf: page
 *
 * Return: bytes.
 */
ssize_t vi_qos_weight_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return knob_show(dev, &knob_weight.attr, buf);
}

/**
 * vi_qos_weight_store - write to the same
 * @dev: mdev device
 * @attr: not used
 * @buf: text
 * @count: its length
 *
 * Return: @count or -errno.
 */
ssize_t vi_qos_weight_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	return knob_store(dev, &knob_weight.attr, buf, count);
}

static ssize_t group_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct facet_vi *vi = dev_to_vi(dev);

	guard(mutex)(vi_qos_mutex(vi));
	return sysfs_emit(buf, "%s\n", vi_qos_group_name(vi));
}

static ssize_t group_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	struct facet_vi *vi = dev_to_vi(dev);
	char name[VI_QOS_NAME_BYTES + 1];
	int ret;

	/* one that is too long stays too long */
	strscpy(name, buf);
	guard(mutex)(vi_qos_mutex(vi));
	vi->qos.reason[0] = '\0';
	ret = vi_qos_set_group(vi, strim(name));
	return ret ?: count;
}
static DEVICE_ATTR_RW(group);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct facet_vi *vi = dev_to_vi(dev);

	guard(mutex)(vi_qos_mutex(vi));
	return sysfs_emit(buf, "%s\n", vi->qos.reason);
}
static DEVICE_ATTR_RO(reason);

static struct vi_qos_now read_now(struct device *dev)
{
	struct facet_vi *vi = dev_to_vi(dev);
	struct vi_qos_now now;

	guard(mutex)(vi_qos_mutex(vi));
	vi_qos_now(vi, &now);
	return now;
}

static ssize_t class_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char * const names[FACET_NR_CLASSES] = {
		[FACET_CLASS_PK] = "pk",
		[FACET_CLASS_SYM] = "sym",
		[FACET_CLASS_COMP] = "comp",
	};

	return sysfs_emit(buf, "%s\n", names[read_now(dev).class]);
}
static DEVICE_ATTR_RO(class);

static ssize_t entitled_permille_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", read_now(dev).entitled_permille);
}
static DEVICE_ATTR_RO(entitled_permille);

static ssize_t actual_permille_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", read_now(dev).actual_permille);
}
static DEVICE_ATTR_RO(actual_permille);

static ssize_t throttled_us_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct facet_vi *vi = dev_to_vi(dev);
	struct facet_ctx_stats stats;

	vi->queue->stats(vi, &stats);
	return sysfs_emit(buf, "%llu\n", div_u64(stats.throttled_ns, NSEC_PER_USEC));
}
static DEVICE_ATTR_RO(throttled_us);

static ssize_t cap_remaining_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct facet_vi *vi = dev_to_vi(dev);
	u64 ns = vi->queue->cap_left_ns(vi);

	if (ns == U64_MAX)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%llu\n", div_u64(ns, NSEC_PER_USEC));
}
static DEVICE_ATTR_RO(cap_remaining);

static struct attribute *qos_attrs[] = {
	&knob_weight.attr.attr,
	&dev_attr_reason.attr,
	&dev_attr_class.attr,
	&dev_attr_entitled_permille.attr,
	&dev_attr_actual_permille.attr,
	&knob_rate_min.attr.attr,
	&knob_rate_max.attr.attr,
	&knob_burst_us.attr.attr,
	&knob_latency_target_us.attr.attr,
	&dev_attr_group.attr,
	&dev_attr_throttled_us.attr,
	&dev_attr_cap_remaining.attr,
	NULL
};

const struct attribute_group vi_qos_attrs = {
	.name = "qos",
	.attrs = qos_attrs,
};
