// SPDX-License-Identifier: GPL-2.0-only
/*
 * Named groups of instances, and the accelerator's attributes about them, in its
 * directory qos/: Documentation/ABI/testing/sysfs-bus-pci-drivers-facet.
 *
 * A group is found by its name.  It is there while it has members, or a weight
 * other than the default.
 */
#include <linux/ctype.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "qos_dom.h"

/* Only an administrator makes groups, and not to fill the memory with. */
#define MAX_GROUPS	1024

static struct vi_qos_group *find(struct vi_qos_dom *dom, const char *name)
{
	struct vi_qos_group *g;

	list_for_each_entry(g, &dom->groups, node)
		if (!strcmp(g->name, name))
			return g;
	return NULL;
}

static struct vi_qos_group *find_or_make(struct vi_qos_dom *dom, const char *name)
{
	struct vi_qos_group *g = find(dom, name);

	if (g || dom->nr_groups == MAX_GROUPS)
		return g;
	g = kzalloc(sizeof(*g), GFP_KERNEL);
	if (!g)
		return NULL;
	strscpy(g->name, name);
	g->weight = VI_QOS_WEIGHT;
	INIT_LIST_HEAD(&g->competing);
	list_add_tail(&g->node, &dom->groups);
	dom->nr_groups++;
	return g;
}

static void drop_if_unused(struct vi_qos_dom *dom, struct vi_qos_group *g)
{
	if (g->nr || g->weight != VI_QOS_WEIGHT)
		return;
	list_del(&g->node);
	dom->nr_groups--;
	kfree(g);
}

static bool name_ok(const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < n; i++)
		if (!isalnum(name[i]) && !strchr("_.:-", name[i]))
			return false;
	return n && n < VI_QOS_NAME_BYTES;
}

/**
 * vi_qos_group_name - which group an instance is in
 * @vi: instance; the lock is held
 *
 * Return: its name; "-": one of its own.
 */
const char *vi_qos_group_name(struct facet_vi *vi)
{
	return vi->qos.group ? vi->qos.group->name : "-";
}

/**
 * vi_qos_leave_group - put an instance into a group of its own
 * @vi: instance; the lock is held
 */
void vi_qos_leave_group(struct facet_vi *vi)
{
	struct vi_qos_group *g = vi->qos.group;

	if (!g)
		return;
	facet_ctx_set_group(vi->ctx, FACET_GROUP_OWN);
	vi->qos.group = NULL;
	vi->qos.written_group = 0;
	g->nr--;
	drop_if_unused(vi->qos.dom, g);
}

/* The first member's own arbitration group becomes the group's. */
static void join(struct facet_vi *vi, struct vi_qos_group *g)
{
	if (!g->nr++) {
		g->hw = facet_ctx_group(vi->ctx);
		g->written = g->weight;
		facet_group_set_weight(vi->fdev, g->hw, g->weight);
		facet_group_set_pool(vi->fdev, g->hw, false);
	} else {
		facet_ctx_set_group(vi->ctx, g->hw);
	}
	vi->qos.group = g;
	vi->qos.written_group = 0;
}

/**
 * vi_qos_set_group - knob
 * @vi: instance of type direct; the lock is held
 * @name: of the group; "-": one of its own
 *
 * Return: 0, -EINVAL or -ENOSPC.
 */
int vi_qos_set_group(struct facet_vi *vi, const char *name)
{
	struct vi_qos_dom *dom = vi->qos.dom;
	struct vi_qos_group *g;

	if (!name_ok(name))
		return vi_qos_refuse(vi, -EINVAL,
				     "group: a name is 1 to %d letters, digits, '_', '.', ':', '-'",
				     VI_QOS_NAME_BYTES - 1);
	if (!strcmp(name, "-")) {
		vi_qos_leave_group(vi);
	} else {
		g = find_or_make(dom, name);
		if (!g)
			return vi_qos_refuse(vi, -ENOSPC, "group: no room for another one");
		if (g == vi->qos.group)
			return 0;
		vi_qos_leave_group(vi);
		join(vi, g);
	}
	vi_qos_program(dom);
	return 0;
}

static ssize_t groups_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vi_qos_dom *dom = container_of(attr, struct vi_qos_dom, groups_attr);
	struct vi_qos_group *g;
	ssize_t len = 0;

	guard(mutex)(&dom->lock);
	list_for_each_entry(g, &dom->groups, node)
		len += sysfs_emit_at(buf, len, "%s %u %u\n", g->name, g->weight, g->nr);
	return len;
}

static ssize_t groups_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	struct vi_qos_dom *dom = container_of(attr, struct vi_qos_dom, groups_attr);
	char name[VI_QOS_NAME_BYTES], rest;
	struct vi_qos_group *g;
	u32 weight;

	if (sscanf(buf, "%31s %u %c", name, &weight, &rest) != 2)
		return -EINVAL;
	if (!name_ok(name) || !strcmp(name, "-") || !weight || weight > VI_QOS_WEIGHT_MAX)
		return -EINVAL;
	guard(mutex)(&dom->lock);
	g = find_or_make(dom, name);
	if (!g)
		return -ENOSPC;
	g->weight = weight;
	drop_if_unused(dom, g);
	vi_qos_program(dom);
	return count;
}

static ssize_t control_ns_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vi_qos_dom *dom = container_of(attr, struct vi_qos_dom, control_attr);

	guard(mutex)(&dom->lock);
	return sysfs_emit(buf, "%llu\n", dom->control_ns);
}

/**
 * vi_qos_add_attrs - make the accelerator's directory qos/
 * @dom: of the accelerator
 *
 * A directory of our own: facet.ko's appear only after its probe, in which we may
 * be called.
 *
 * Return: 0 or -errno.
 */
int vi_qos_add_attrs(struct vi_qos_dom *dom)
{
	dom->groups_attr = (struct device_attribute)__ATTR_RW(groups);
	dom->control_attr = (struct device_attribute)__ATTR_RO(control_ns);
	sysfs_attr_init(&dom->groups_attr.attr);
	sysfs_attr_init(&dom->control_attr.attr);
	dom->attrs[0] = &dom->groups_attr.attr;
	dom->attrs[1] = &dom->control_attr.attr;
	dom->attr_group.name = "qos";
	dom->attr_group.attrs = dom->attrs;
	return sysfs_create_group(&facet_dev(dom->fdev)->kobj, &dom->attr_group);
}

/**
 * vi_qos_remove_attrs - undo vi_qos_add_attrs()
 * @dom: of the accelerator
 */
void vi_qos_remove_attrs(struct vi_qos_dom *dom)
{
	sysfs_remove_group(&facet_dev(dom->fdev)->kobj, &dom->attr_group);
}
