// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shared instance's place in the schedulers of the pool, one for each class of
 * engines: an entity below a group.  As with queue contexts, the group is the
 * instance's own, or a named one that it shares with others.
 *
 * Settings are the same in each class.
 */
#include "vi.h"

static struct vf_sched_node *leaf(const struct vi_seat *seat, unsigned int class)
{
	return seat->entity[class] ? vf_sched_entity_node(seat->entity[class]) : NULL;
}

/**
 * vi_seat_group_destroy - undo vi_seat_group_create()
 * @group: without members; may sleep until what those had in the device is complete
 */
void vi_seat_group_destroy(struct vf_sched_node **group)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		if (group[class])
			WARN_ON(vf_sched_group_destroy(group[class]));
		group[class] = NULL;
	}
}

/**
 * vi_seat_group_create - a group in each class
 * @group: by class; filled in
 * @pool: pool with members
 *
 * Return: 0 or -ENOMEM.
 */
int vi_seat_group_create(struct vf_sched_node **group, struct vi_pool *pool)
{
	struct vf_sched_node *node;
	unsigned int class;

	memset(group, 0, FACET_NR_CLASSES * sizeof(*group));
	for (class = 0; class < FACET_NR_CLASSES; class++) {
		if (!vi_pool_sched(pool, class))
			continue;
		node = vf_sched_group_create(vi_pool_sched(pool, class), NULL, VI_QOS_WEIGHT);
		if (IS_ERR(node)) {
			vi_seat_group_destroy(group);
			return PTR_ERR(node);
		}
		group[class] = node;
	}
	return 0;
}

/**
 * vi_seat_group_set_weight - set what a group weighs among all
 * @group: by class
 * @weight: 1..VFS_WEIGHT_SUM_MAX
 */
void vi_seat_group_set_weight(struct vf_sched_node **group, u32 weight)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (group[class])
			vf_sched_set_weight_sum(group[class], weight);
}

/**
 * vi_seat_destroy - undo vi_seat_create()
 * @seat: in no named group, with nothing queued; may sleep until what is in the
 *	device is complete
 */
void vi_seat_destroy(struct vi_seat *seat)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		vf_sched_entity_destroy(seat->entity[class]);
		seat->entity[class] = NULL;
	}
	vi_seat_group_destroy(seat->own);
}

/**
 * vi_seat_create - let an instance take part
 * @seat: filled in
 * @pool: pool with members
 * @owner: of the entities
 *
 * Return: 0 or -ENOMEM.
 */
int vi_seat_create(struct vi_seat *seat, struct vi_pool *pool, void *owner)
{
	struct vf_sched_entity *entity;
	unsigned int class;
	int ret;

	ret = vi_seat_group_create(seat->own, pool);
	if (ret)
		return ret;
	for (class = 0; class < FACET_NR_CLASSES; class++) {
		if (!seat->own[class])
			continue;
		entity = vf_sched_entity_create(vi_pool_sched(pool, class), seat->own[class],
						VI_QOS_WEIGHT, owner);
		if (IS_ERR(entity)) {
			vi_seat_destroy(seat);
			return PTR_ERR(entity);
		}
		seat->entity[class] = entity;
	}
	return 0;
}

/**
 * vi_seat_move - put an instance into a named group, or take it out
 * @seat: its seat
 * @group: by class; NULL: its own
 */
void vi_seat_move(struct vi_seat *seat, struct vf_sched_node **group)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (seat->entity[class])
			WARN_ON(vf_sched_set_group(leaf(seat, class),
						   group ? group[class] : seat->own[class]));
}

/* -- settings of an instance: see struct vi_queue_ops -- */

void vi_seat_set_weight(struct facet_vi *vi, u32 weight)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (leaf(vi->seat, class))
			vf_sched_set_weight(leaf(vi->seat, class), weight);
}

void vi_seat_set_own_weight(struct facet_vi *vi, u32 weight, bool raised)
{
	vi_seat_group_set_weight(vi->seat->own, weight);
}

int vi_seat_set_cap(struct facet_vi *vi, u32 permille, u32 burst_us)
{
	struct vf_sched_node *node;
	unsigned int class;
	int ret = 0;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		node = leaf(vi->seat, class);
		if (!node)
			continue;
		ret = vf_sched_set_burst(node, (u64)burst_us * NSEC_PER_USEC) ?: ret;
		ret = vf_sched_set_rate_max(node, permille) ?: ret;
	}
	return ret;
}

int vi_seat_set_floor(struct facet_vi *vi, u32 permille)
{
	unsigned int class;
	int ret = 0;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (leaf(vi->seat, class))
			ret = vf_sched_set_rate_min(leaf(vi->seat, class), permille) ?: ret;
	return ret;
}

/* Where it is alone its group competes for it. */
void vi_seat_set_request(struct facet_vi *vi, u32 ns, bool alone)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		if (!leaf(vi->seat, class))
			continue;
		vf_sched_set_latency(leaf(vi->seat, class), ns);
		vf_sched_set_latency(vi->seat->own[class], ns);
	}
}

u64 vi_seat_cap_left_ns(struct facet_vi *vi)
{
	u64 least_ns = U64_MAX;
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (leaf(vi->seat, class))
			least_ns = min(least_ns, vf_sched_cap_remaining_ns(leaf(vi->seat, class)));
	return least_ns;
}

/**
 * vi_seat_throttled_ns - time for which an instance's cap has held it
 * @vi: instance
 *
 * Return: nanoseconds of the device's, the sum over the classes.
 */
u64 vi_seat_throttled_ns(struct facet_vi *vi)
{
	unsigned int class;
	u64 ns = 0;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (leaf(vi->seat, class))
			ns += vf_sched_throttled_ns(leaf(vi->seat, class));
	return ns;
}

/**
 * vi_seat_set_rivals - do others than shared instances want the engines?
 * @vi: a shared instance, on behalf of all
 * @rivals: whether
 */
void vi_seat_set_rivals(struct facet_vi *vi, bool rivals)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (vi_pool_sched(vi->pool, class))
			vf_sched_set_rivals(vi_pool_sched(vi->pool, class), rivals);
}
