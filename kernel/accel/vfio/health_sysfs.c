// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of the watchdog: health/ of an instance and of the accelerator.
 * Documentation/ABI/testing/.
 */
#include <linux/sysfs.h>
#include "health_dom.h"

static struct facet_vi *dev_to_vi(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static ssize_t verdict_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vi_health *h = &dev_to_vi(dev)->health;

	guard(mutex)(&h->dom->lock);
	return sysfs_emit(buf, "%s\n", vi_verdict_names[h->owner.verdict]);
}
static DEVICE_ATTR_RO(verdict);

static ssize_t quarantine_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", vi_health_quarantined(dev_to_vi(dev)));
}

static ssize_t quarantine_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct vi_health *h = &dev_to_vi(dev)->health;
	bool value;
	int ret = kstrtobool(buf, &value);

	if (ret)
		return ret;
	/* only faults get an instance in here: the operator has "stop" */
	if (value)
		return -EINVAL;
	guard(mutex)(&h->dom->lock);
	WRITE_ONCE(h->quarantined, false);
	h->owner.nr_faults = 0;
	return count;
}
static DEVICE_ATTR_RW(quarantine);

/**
 * struct health_count - an attribute that is a counter
 * @attr: the attribute
 * @off: of the counter in struct vi_health
 */
struct health_count {
	struct device_attribute attr;
	size_t off;
};

static ssize_t count_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct health_count *c = container_of(attr, struct health_count, attr);
	struct vi_health *h = &dev_to_vi(dev)->health;

	guard(mutex)(&h->dom->lock);
	return sysfs_emit(buf, "%llu\n", *(u64 *)((char *)h + c->off));
}

#define HEALTH_COUNT(_name, _member)					\
static struct health_count count_##_name = {				\
	.attr = __ATTR(_name, 0444, count_show, NULL),			\
	.off = offsetof(struct vi_health, _member),			\
}

HEALTH_COUNT(hung, count.verdict[WD_HUNG]);
HEALTH_COUNT(starved, count.verdict[WD_STARVED]);
HEALTH_COUNT(throttled, count.verdict[WD_THROTTLED]);
HEALTH_COUNT(faulted, count.verdict[WD_FAULTED]);
HEALTH_COUNT(blamed, count.blamed);
HEALTH_COUNT(acquitted, count.acquitted);
HEALTH_COUNT(aborted, count.aborted);
HEALTH_COUNT(irqs_lost, count.irqs_lost);

static struct attribute *health_attrs[] = {
	&dev_attr_verdict.attr,
	&dev_attr_quarantine.attr,
	&count_hung.attr.attr,
	&count_starved.attr.attr,
	&count_throttled.attr.attr,
	&count_faulted.attr.attr,
	&count_blamed.attr.attr,
	&count_acquitted.attr.attr,
	&count_aborted.attr.attr,
	&count_irqs_lost.attr.attr,
	NULL
};

const struct attribute_group vi_health_attrs = {
	.name = "health",
	.attrs = health_attrs,
};

/* -- of the accelerator -- */

enum { ATTR_TDR, ATTR_ISOLATE, ATTR_AUTO, ATTR_OFFLINE, ATTR_FAULTS };

static struct vi_health_dom *to_dom(struct device_attribute *attr, unsigned int i)
{
	return container_of(attr, struct vi_health_dom, attr[i]);
}

static ssize_t tdr_timeout_ms_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_dom(attr, ATTR_TDR)->tdr_ms));
}

static ssize_t tdr_timeout_ms_store(struct device *dev, struct device_attribute *attr,
				    const char *buf, size_t count)
{
	struct vi_health_dom *dom = to_dom(attr, ATTR_TDR);
	u32 value;
	int ret = kstrtou32(buf, 0, &value);

	if (ret)
		return ret;
	if (!value || value > VI_TDR_MS_MAX)
		return -ERANGE;
	guard(mutex)(&dom->lock);
	WRITE_ONCE(dom->tdr_ms, value);
	/* not after the old period */
	if (dom->nr_open)
		mod_delayed_work(system_wq, &dom->work, 0);
	return count;
}

static ssize_t isolate_strategy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_dom(attr, ATTR_ISOLATE)->isolate));
}

static ssize_t isolate_strategy_store(struct device *dev, struct device_attribute *attr,
				      const char *buf, size_t count)
{
	struct vi_health_dom *dom = to_dom(attr, ATTR_ISOLATE);
	u32 value;
	int ret = kstrtou32(buf, 0, &value);

	if (ret)
		return ret;
	if (value >= WD_FAULTS_MAX)
		return -ERANGE;
	guard(mutex)(&dom->lock);
	WRITE_ONCE(dom->isolate, value);
	return count;
}

static ssize_t auto_reset_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_dom(attr, ATTR_AUTO)->auto_reset));
}

static ssize_t auto_reset_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct vi_health_dom *dom = to_dom(attr, ATTR_AUTO);
	bool value;
	int ret = kstrtobool(buf, &value);

	if (ret)
		return ret;
	guard(mutex)(&dom->lock);
	WRITE_ONCE(dom->auto_reset, value);
	return count;
}

static ssize_t engines_offline_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vi_health_dom *dom = to_dom(attr, ATTR_OFFLINE);
	unsigned int class;
	ssize_t len = 0;

	guard(mutex)(&dom->lock);
	for (class = 0; class < FACET_NR_CLASSES; class++)
		len += sysfs_emit_at(buf, len, "%s %#x\n", vi_class_names[class],
				     dom->off_operator[class] | dom->off_fault[class]);
	return len;
}

static ssize_t engines_offline_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	struct vi_health_dom *dom = to_dom(attr, ATTR_OFFLINE);
	char name[8], rest;
	int class;
	u32 mask;

	if (sscanf(buf, "%7s %i %c", name, &mask, &rest) != 2)
		return -EINVAL;
	class = match_string(vi_class_names, FACET_NR_CLASSES, name);
	if (class < 0 || mask & ~(u32)(BIT_ULL(facet_engines(dom->fdev, class)) - 1))
		return -EINVAL;
	guard(mutex)(&dom->lock);
	dom->off_operator[class] = mask;
	dom->off_fault[class] = 0;
	vi_health_program_offline(dom, class);
	return count;
}

static ssize_t engine_faults_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vi_health_dom *dom = to_dom(attr, ATTR_FAULTS);

	guard(mutex)(&dom->lock);
	return sysfs_emit(buf, "%llu\n", dom->engine_faults);
}

/**
 * vi_health_add_attrs - make the accelerator's directory health/
 * @dom: of the accelerator
 *
 * Return: 0 or -errno.
 */
int vi_health_add_attrs(struct vi_health_dom *dom)
{
	unsigned int i;

	dom->attr[ATTR_TDR] = (struct device_attribute)__ATTR_RW(tdr_timeout_ms);
	dom->attr[ATTR_ISOLATE] = (struct device_attribute)__ATTR_RW(isolate_strategy);
	dom->attr[ATTR_AUTO] = (struct device_attribute)__ATTR_RW(auto_reset);
	dom->attr[ATTR_OFFLINE] = (struct device_attribute)__ATTR_RW(engines_offline);
	dom->attr[ATTR_FAULTS] = (struct device_attribute)__ATTR_RO(engine_faults);
	for (i = 0; i < VI_HEALTH_ATTRS; i++) {
		sysfs_attr_init(&dom->attr[i].attr);
		dom->attrs[i] = &dom->attr[i].attr;
	}
	dom->attr_group.name = "health";
	dom->attr_group.attrs = dom->attrs;
	return sysfs_create_group(&facet_dev(dom->fdev)->kobj, &dom->attr_group);
}

/**
 * vi_health_remove_attrs - undo vi_health_add_attrs()
 * @dom: of the accelerator
 */
void vi_health_remove_attrs(struct vi_health_dom *dom)
{
	sysfs_remove_group(&facet_dev(dom->fdev)->kobj, &dom->attr_group);
}
