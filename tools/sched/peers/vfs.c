// SPDX-License-Identifier: GPL-2.0
/*
 * Ours, behind the interface of the peers.  Groups are nodes below the root,
 * owners nodes below them or, outside of any group, below the root.
 */
#include <stdlib.h>
#include "policy.h"

/**
 * struct slot - an owner or a group, placed as a cache of objects does it
 * @node: in the policy
 */
struct slot {
	struct vfs_node node;
} __attribute__((__aligned__(64)));

/**
 * struct ours - an instance
 * @sched: scheduler
 * @made: groups that exist, one bool each
 * @group: groups, from 1
 * @owner: owners
 */
struct ours {
	struct vfs_sched sched;
	bool *made;
	struct slot *group;
	struct slot *owner;
};

static struct slot *slots(u32 nr)
{
	struct slot *slot = aligned_alloc(64, nr * sizeof(*slot));

	memset(slot, 0, nr * sizeof(*slot));
	return slot;
}

static void *create(const struct pol_config *cfg)
{
	const struct vfs_params params = {
		.engines = cfg->engines, .slots = cfg->slots, .floor_ns = cfg->floor_ns,
		.ahead_ns = cfg->ahead_ns, .single_ns = cfg->single_ns,
	};
	struct ours *p = calloc(1, sizeof(*p));

	p->made = calloc(cfg->groups + 1, sizeof(*p->made));
	p->group = slots(cfg->groups + 1);
	p->owner = slots(cfg->owners);
	vfs_init(&p->sched, &params);
	return p;
}

static void destroy(void *priv)
{
	struct ours *p = priv;

	free(p->made);
	free(p->group);
	free(p->owner);
	free(p);
}

static struct vfs_node *group_of(struct ours *p, u32 group)
{
	if (!group)
		return &p->sched.root;
	if (!p->made[group] &&
	    vfs_node_add(&p->group[group].node, &p->sched.root, VFS_WEIGHT_DEFAULT))
		abort();
	p->made[group] = true;
	return &p->group[group].node;
}

static void add(void *priv, u32 x, u32 weight, u32 group)
{
	struct ours *p = priv;

	if (vfs_node_add(&p->owner[x].node, group_of(p, group), weight))
		abort();
}

static void head(void *priv, const struct pol_cmd *cmd, u64 now_ns)
{
	struct ours *p = priv;

	(void)now_ns;
	vfs_head(&p->owner[cmd->owner].node, cmd->pred_ns);
}

static s32 pick(void *priv, u64 now_ns)
{
	struct ours *p = priv;
	struct vfs_node *node = vfs_pick(&p->sched, now_ns);

	return node ? (struct slot *)node - p->owner : POLICY_NONE;
}

static void dispatch(void *priv, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	struct ours *p = priv;

	vfs_dispatch(&p->owner[cmd->owner].node, &cmd->vfs, next ? next->pred_ns : 0, now_ns);
	cmd->express = cmd->vfs.express;
}

static void complete(void *priv, struct pol_cmd *cmd, const struct pol_done *done, u64 now_ns)
{
	(void)priv;
	vfs_complete(&cmd->vfs, done->stop_ns - done->start_ns, now_ns);
}

static void set_weight(void *priv, u32 x, u32 weight)
{
	struct ours *p = priv;

	if (vfs_set_weight(&p->owner[x].node, weight))
		abort();
}

static void set_cap(void *priv, u32 x, u32 permille, u64 burst_ns, u64 now_ns)
{
	struct ours *p = priv;

	if (vfs_set_cap(&p->owner[x].node, permille, burst_ns, now_ns))
		abort();
}

static void move(void *priv, u32 x, u32 group)
{
	struct ours *p = priv;

	if (vfs_node_move(&p->owner[x].node, group_of(p, group)))
		abort();
}

static void refresh(void *priv, struct pol_cmd *cmd, u64 elapsed_ns, u64 now_ns)
{
	(void)priv;
	vfs_refresh(&cmd->vfs, elapsed_ns, now_ns);
}

static void load(void *priv, u32 *express, u32 *others)
{
	const struct vfs_sched *sched = &((struct ours *)priv)->sched;

	*others = sched->load[false];
	*express = sched->load[true];
}

static u64 wake_ns(void *priv)
{
	return vfs_next_wake(&((struct ours *)priv)->sched);
}

struct vfs_node *policy_vfs_node(void *priv, u32 x)
{
	return &((struct ours *)priv)->owner[x].node;
}

struct vfs_sched *policy_vfs_sched(void *priv)
{
	return &((struct ours *)priv)->sched;
}

const struct policy policy_vfs = {
	.name = "vfs",
	.create = create,
	.destroy = destroy,
	.add = add,
	.head = head,
	.pick = pick,
	.dispatch = dispatch,
	.complete = complete,
	.set_weight = set_weight,
	.set_cap = set_cap,
	.move = move,
	.refresh = refresh,
	.load = load,
	.wake_ns = wake_ns,
};
