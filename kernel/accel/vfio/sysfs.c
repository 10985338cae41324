// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of an instance, in its mdev device's directory.
 * Documentation/ABI/testing/sysfs-driver-facet.
 */
#include <linux/sysfs.h>
#include "vi.h"

static struct facet_vi *dev_to_vi(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static const char * const state_names[] = {
	[FACET_VI_ST_IDLE] = "idle",
	[FACET_VI_ST_RUNNING] = "running",
	[FACET_VI_ST_ERROR] = "error",
	[FACET_VI_ST_RESETTING] = "resetting",
	[FACET_VI_ST_STOPPED] = "stopped",
	[FACET_VI_ST_DEAD] = "dead",
};

static ssize_t pasid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", dev_to_vi(dev)->as->pasid);
}
static DEVICE_ATTR_RO(pasid);

static ssize_t pasid_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  facet_pasid_reason(dev_to_vi(dev)->fdev) ? "none" : "paging");
}
static DEVICE_ATTR_RO(pasid_mode);

static ssize_t pasid_reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", facet_pasid_reason(dev_to_vi(dev)->fdev) ?: "");
}
static DEVICE_ATTR_RO(pasid_reason);

static ssize_t context_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", dev_to_vi(dev)->queue->context(dev_to_vi(dev)));
}
static DEVICE_ATTR_RO(context);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", state_names[vi_state(dev_to_vi(dev))]);
}

static ssize_t state_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	int ret;

	if (!sysfs_streq(buf, "stop"))
		return -EINVAL;
	ret = vi_stop(dev_to_vi(dev));
	return ret ?: count;
}
static DEVICE_ATTR_RW(state);

static ssize_t reset_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	bool value;
	int ret = kstrtobool(buf, &value);

	if (ret)
		return ret;
	if (!value)
		return -EINVAL;
	ret = vi_reset(dev_to_vi(dev), VI_RESET_OPERATOR);
	return ret ?: count;
}
static DEVICE_ATTR_WO(reset);

static const char * const doorbell_names[] = { "open", "held" };

static ssize_t doorbell_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", doorbell_names[READ_ONCE(dev_to_vi(dev)->window_held)]);
}

static ssize_t doorbell_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	int i = sysfs_match_string(doorbell_names, buf);

	if (i < 0)
		return i;
	vi_window_hold(dev_to_vi(dev), i);
	return count;
}
static DEVICE_ATTR_RW(doorbell);

static ssize_t weight_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return vi_qos_weight_show(dev, attr, buf);
}

static ssize_t weight_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	return vi_qos_weight_store(dev, attr, buf, count);
}
static DEVICE_ATTR_RW(weight);

static ssize_t opcodes_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%#llx\n", dev_to_vi(dev)->queue->opcodes(dev_to_vi(dev)));
}

static ssize_t opcodes_store(struct device *dev, struct device_attribute *attr, const char *buf,
			     size_t count)
{
	struct facet_vi *vi = dev_to_vi(dev);
	u64 mask;
	int ret = kstrtou64(buf, 0, &mask);

	if (ret)
		return ret;
	if (mask & ~facet_caps(vi->fdev)->ops)
		return -EOPNOTSUPP;
	vi->queue->set_opcodes(vi, mask);
	return count;
}
static DEVICE_ATTR_RW(opcodes);

static ssize_t quota_windows_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dev_to_vi(dev)->quota_windows));
}

static ssize_t quota_windows_store(struct device *dev, struct device_attribute *attr,
				   const char *buf, size_t count)
{
	u32 value;
	int ret = kstrtou32(buf, 0, &value);

	if (ret)
		return ret;
	if (value > VI_QUOTA_WINDOWS_MAX)
		return -ERANGE;
	WRITE_ONCE(dev_to_vi(dev)->quota_windows, value);
	return count;
}
static DEVICE_ATTR_RW(quota_windows);

static ssize_t quota_bytes_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(dev_to_vi(dev)->quota_bytes));
}

static ssize_t quota_bytes_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	u64 value;
	int ret = kstrtou64(buf, 0, &value);

	if (ret)
		return ret;
	if (value > VI_QUOTA_BYTES_MAX)
		return -ERANGE;
	WRITE_ONCE(dev_to_vi(dev)->quota_bytes, value);
	return count;
}
static DEVICE_ATTR_RW(quota_bytes);

static ssize_t quota_posts_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dev_to_vi(dev)->quota_posts));
}

static ssize_t quota_posts_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	u32 value;
	int ret = kstrtou32(buf, 0, &value);

	if (ret)
		return ret;
	/* the history holds those outstanding too */
	if (!value || value > FACET_VI_POST_HISTORY)
		return -ERANGE;
	WRITE_ONCE(dev_to_vi(dev)->quota_posts, value);
	return count;
}
static DEVICE_ATTR_RW(quota_posts);

static ssize_t last_fault_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct facet_vi *vi = dev_to_vi(dev);
	struct vi_fault fault;
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	fault = vi->fault;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	if (!fault.seen)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "iova %#llx status %u sq_index %u\n", fault.addr, fault.status,
			  fault.sq_index);
}
static DEVICE_ATTR_RO(last_fault);

static struct attribute *vi_attrs[] = {
	&dev_attr_pasid.attr,
	&dev_attr_pasid_mode.attr,
	&dev_attr_pasid_reason.attr,
	&dev_attr_context.attr,
	&dev_attr_state.attr,
	&dev_attr_reset.attr,
	&dev_attr_doorbell.attr,
	&dev_attr_weight.attr,
	&dev_attr_opcodes.attr,
	&dev_attr_quota_windows.attr,
	&dev_attr_quota_bytes.attr,
	&dev_attr_quota_posts.attr,
	&dev_attr_last_fault.attr,
	NULL
};

static const struct attribute_group vi_group = {
	.attrs = vi_attrs,
};

/**
 * struct vi_stat - an attribute of stats/
 * @attr: the attribute
 * @get: reads the counter
 */
struct vi_stat {
	struct device_attribute attr;
	u64 (*get)(struct facet_vi *vi);
};

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vi_stat *stat = container_of(attr, struct vi_stat, attr);

	return sysfs_emit(buf, "%llu\n", stat->get(dev_to_vi(dev)));
}

/* Defines stats/NAME, EXPR being what it shows. */
#define VI_STAT(_name, _expr)						\
static u64 get_##_name(struct facet_vi *vi)				\
{									\
	return _expr;							\
}									\
static struct vi_stat stat_##_name = {					\
	.attr = __ATTR(_name, 0444, stat_show, NULL),			\
	.get = get_##_name,						\
}

static struct facet_ctx_stats read_device(struct facet_vi *vi)
{
	struct facet_ctx_stats stats;

	vi->queue->stats(vi, &stats);
	return stats;
}

static struct vi_counts read_counts(struct facet_vi *vi)
{
	struct vi_counts count;
	unsigned long flags;

	spin_lock_irqsave(&vi->state_lock, flags);
	count = vi->count;
	spin_unlock_irqrestore(&vi->state_lock, flags);
	return count;
}

static u64 busy_ns(struct facet_vi *vi)
{
	struct facet_ctx_stats stats = read_device(vi);
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < FACET_NR_CLASSES; i++)
		sum += stats.engine_ns[i];
	return sum;
}

VI_STAT(commands, read_device(vi).commands);
VI_STAT(errors, read_device(vi).errors);
VI_STAT(bytes_in, read_device(vi).bytes_in);
VI_STAT(bytes_out, read_device(vi).bytes_out);
VI_STAT(busy_ns, busy_ns(vi));
VI_STAT(busy_pk_ns, read_device(vi).engine_ns[FACET_CLASS_PK]);
VI_STAT(busy_sym_ns, read_device(vi).engine_ns[FACET_CLASS_SYM]);
VI_STAT(busy_comp_ns, read_device(vi).engine_ns[FACET_CLASS_COMP]);
VI_STAT(backlog_ns, read_device(vi).backlog_ns);
VI_STAT(wait_ns, read_device(vi).wait_ns);
VI_STAT(doorbells, read_device(vi).doorbells);
VI_STAT(irqs, read_device(vi).irqs);
VI_STAT(aborted, read_device(vi).aborted);
VI_STAT(resets, read_counts(vi).resets);
VI_STAT(faults, read_counts(vi).faults);
VI_STAT(errors_fault, read_counts(vi).faults);
VI_STAT(errors_cmax, read_counts(vi).cmax);
VI_STAT(errors_engine, read_counts(vi).engine);
VI_STAT(errors_invalid, read_device(vi).invalid);
VI_STAT(errors_ring, read_counts(vi).ring);
VI_STAT(control_accesses, atomic64_read(&vi->control_accesses));
VI_STAT(pinned_bytes, vi_windows_pinned_bytes(vi));
VI_STAT(host_ns, vi->queue->host_ns ? vi->queue->host_ns(vi) : 0);
VI_STAT(windows, vi_windows_granted(vi));

static struct attribute *vi_stat_attrs[] = {
	&stat_commands.attr.attr,
	&stat_errors.attr.attr,
	&stat_bytes_in.attr.attr,
	&stat_bytes_out.attr.attr,
	&stat_busy_ns.attr.attr,
	&stat_busy_pk_ns.attr.attr,
	&stat_busy_sym_ns.attr.attr,
	&stat_busy_comp_ns.attr.attr,
	&stat_backlog_ns.attr.attr,
	&stat_wait_ns.attr.attr,
	&stat_doorbells.attr.attr,
	&stat_irqs.attr.attr,
	&stat_aborted.attr.attr,
	&stat_resets.attr.attr,
	&stat_faults.attr.attr,
	&stat_errors_fault.attr.attr,
	&stat_errors_cmax.attr.attr,
	&stat_errors_engine.attr.attr,
	&stat_errors_invalid.attr.attr,
	&stat_errors_ring.attr.attr,
	&stat_control_accesses.attr.attr,
	&stat_pinned_bytes.attr.attr,
	&stat_host_ns.attr.attr,
	&stat_windows.attr.attr,
	NULL
};

static const struct attribute_group vi_stat_group = {
	.name = "stats",
	.attrs = vi_stat_attrs,
};

const struct attribute_group *vi_groups[] = {
	&vi_group, &vi_stat_group, &vi_qos_attrs, &vi_health_attrs, NULL
};
