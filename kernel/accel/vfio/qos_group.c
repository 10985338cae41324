// SPDX-License-Identifier: GPL-2.0-only
/*
 * Named groups of instances, and the accelerator's attributes about them, in its
 * directory qos/: Documentation/ABI/testing/sysfs-bus-pci-drivers-facet.
 *
 * A group is found by its name.  It is there while it has members, or a weight
 * other than the default.
 *
 * Members with a queue context are a group of the device's arbiter, shared ones a
 * group of the pool's schedulers.  A group that has both is two to those who compete
 * with it; each gets the part of the weight that its members make up, of those that
 * have worked lately.
 */
#include <linux/ctype.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "qos_dom.h"

/* Only an administrator makes groups, and not to fill the memory with. */
#define MAX_GROUPS	1024

static enum vi_qos_part_nr part_of(const struct facet_vi *vi)
{
	return vi->seat ? VI_QOS_POOL : VI_QOS_DEVICE;
}

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
	struct vi_qos_part *part;

	if (!g)
		return;
	part = &g->part[part_of(vi)];
	if (part_of(vi) == VI_QOS_DEVICE)
		facet_ctx_set_group(vi->ctx, FACET_GROUP_OWN);
	else
		vi_seat_move(vi->seat, NULL);
	if (!--part->nr && part_of(vi) == VI_QOS_POOL)
		vi_seat_group_destroy(part->node);
	vi->qos.group = NULL;
	vi_qos_regrouped(vi);
	g->nr--;
	drop_if_unused(vi->qos.dom, g);
}

/* The first member's own arbitration group becomes the group's. */
static void join_device(struct facet_vi *vi, struct vi_qos_part *part)
{
	if (part->nr) {
		facet_ctx_set_group(vi->ctx, part->hw);
		return;
	}
	part->hw = facet_ctx_group(vi->ctx);
	facet_group_set_request(vi->fdev, part->hw, 0);
	facet_group_set_pool(vi->fdev, part->hw, false);
}

static int join_pool(struct facet_vi *vi, struct vi_qos_part *part)
{
	int ret = part->nr ? 0 : vi_seat_group_create(part->node, vi->pool);

	if (!ret)
		vi_seat_move(vi->seat, part->node);
	return ret;
}

static int join(struct facet_vi *vi, struct vi_qos_group *g)
{
	struct vi_qos_part *part = &g->part[part_of(vi)];
	int ret = 0;

	if (part_of(vi) == VI_QOS_DEVICE)
		join_device(vi, part);
	else
		ret = join_pool(vi, part);
	if (ret)
		return ret;
	if (!part->nr++)
		part->written = 0;
	g->nr++;
	vi->qos.group = g;
	vi_qos_regrouped(vi);
	return 0;
}

/**
 * struct masses - what the members of each part weigh together
 * @all: of all members
 * @competing: of those that compete
 */
struct masses {
	u64 all[VI_QOS_PARTS];
	u64 competing[VI_QOS_PARTS];
};

static struct masses weigh(struct vi_qos_dom *dom, const struct vi_qos_group *g)
{
	struct masses m = {};
	struct vi_qos *q;
	unsigned int i;

	list_for_each_entry(q, &dom->instances, node) {
		if (q->group != g)
			continue;
		i = part_of(container_of(q, struct facet_vi, qos));
		m.all[i] += q->share.programmed;
		if (!list_empty(&q->share.link))
			m.competing[i] += q->share.programmed;
	}
	return m;
}

/*
 * The part that competes alone has all of the weight.  The other has, for the moment
 * at which it begins to work, what it would have if all of its members did.
 */
static u32 part_weight(const struct vi_qos_group *g, const struct masses *m, unsigned int i)
{
	u64 mine = m->competing[i] ?: m->all[i], others = m->competing[!i];

	if (!m->competing[0] && !m->competing[1])
		others = m->all[!i];
	if (!mine)
		return 1;
	return max(div64_u64(g->share.programmed * mine + (mine + others) / 2, mine + others),
		   1ULL);
}

static void write_part(struct vi_qos_dom *dom, struct vi_qos_group *g, unsigned int i, u32 weight)
{
	struct vi_qos_part *part = &g->part[i];

	if (!part->nr || part->written == weight)
		return;
	if (i == VI_QOS_DEVICE)
		facet_group_set_weight(dom->fdev, part->hw, weight);
	else
		vi_seat_group_set_weight(part->node, weight);
	part->written = weight;
}

/**
 * vi_qos_write_group - tell the device and the schedulers what a group weighs
 * @dom: its lock is held
 * @g: group
 */
void vi_qos_write_group(struct vi_qos_dom *dom, struct vi_qos_group *g)
{
	struct masses m;
	unsigned int i;

	lockdep_assert_held(&dom->lock);
	if (!g->nr)
		return;
	m = weigh(dom, g);
	for (i = 0; i < VI_QOS_PARTS; i++)
		write_part(dom, g, i, part_weight(g, &m, i));
	g->written = g->share.programmed;
}

/**
 * vi_qos_set_group - knob
 * @vi: instance; the lock is held
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
		if (join(vi, g)) {
			drop_if_unused(dom, g);
			vi_qos_program(dom);
			return vi_qos_refuse(vi, -ENOSPC, "group: no memory for another one");
		}
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
