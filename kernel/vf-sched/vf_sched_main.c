// SPDX-License-Identifier: GPL-2.0-only
/*
 * vf_sched.ko: the scheduler object, and commands on their way through it.
 *
 * Everything happens under one spinlock per engine class.  What it protects is
 * short: the policy's work is a few tree operations of O(log n), and a call hands
 * out at most one command for each engine and VF_SCHED_BATCH more.  If then
 * something is left to hand out, every engine has work, and the next completion
 * goes on.  So nothing that an owner does can make a call longer, and no thread has
 * to be woken for a command that finds an idle engine.
 */
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <kunit/visibility.h>
#include "vf_sched_priv.h"
#include "vf_sched_compat.h"
#include "trace.h"

u64 vf_sched_now(struct vf_sched *sched)
{
	return sched->ops->now_ns ? sched->ops->now_ns(sched->priv) : ktime_get_ns();
}

/* The head of an entity's queue is another one than before, or none. */
static u64 head_cost(struct vf_sched_entity *entity)
{
	struct vf_sched_cmd *cmd;

	cmd = list_first_entry_or_null(&entity->queue, struct vf_sched_cmd, queue);
	if (!cmd)
		return 0;
	cmd->pred_ns = vfs_cost_predict(&entity->cost, &cmd->key, cmd->prior_ns);
	return cmd->pred_ns;
}

static void enqueue(struct vf_sched_entity *entity, struct vf_sched_cmd *cmd, u64 now_ns)
{
	cmd->entity = entity;
	cmd->state = VF_SCHED_CMD_QUEUED;
	cmd->submit_ns = now_ns;
	cmd->prior_ns = min(cmd->prior_ns, VFS_COST_MAX_NS);
	list_add_tail(&cmd->queue, &entity->queue);
	vf_sched_stats_submit(entity);
}

static void refill(struct vf_sched *sched, struct vf_sched_entity *entity, u64 now_ns)
{
	struct vf_sched_cmd *cmd;

	if (!sched->ops->refill || entity->dead)
		return;
	cmd = sched->ops->refill(sched->priv, entity->owner);
	if (cmd && !WARN_ON_ONCE(cmd->state != VF_SCHED_CMD_IDLE))
		enqueue(entity, cmd, now_ns);
}

/* Which nodes on the way to the root wait for their cap, as a mask of levels? */
static unsigned int throttled(const struct vfs_node *node)
{
	unsigned int mask = 0;

	for (; node->parent; node = node->parent)
		if (node->throttled)
			mask |= BIT(node->depth);
	return mask;
}

static void trace_throttled(struct vfs_node *node, unsigned int before)
{
	if (!trace_vf_sched_throttle_enabled())
		return;
	for (; node->parent; node = node->parent)
		if (node->throttled && !(before & BIT(node->depth)))
			trace_vf_sched_throttle(vf_sched_node_of(node));
}

/* The first command of @entity enters the device. */
static void start(struct vf_sched *sched, struct vf_sched_entity *entity, u64 now_ns)
{
	struct vfs_node *leaf = &entity->node.policy;
	unsigned int before = throttled(leaf);
	struct vf_sched_cmd *cmd;

	cmd = list_first_entry(&entity->queue, struct vf_sched_cmd, queue);
	list_del_init(&cmd->queue);
	refill(sched, entity, now_ns);
	cmd->state = VF_SCHED_CMD_RUNNING;
	cmd->run_ns = now_ns;
	trace_vf_sched_pick(sched, &entity->node, cmd);
	vfs_dispatch(leaf, &cmd->policy, head_cost(entity), now_ns);
	trace_vf_sched_charge(&entity->node, cmd);
	trace_throttled(leaf, before);
	vf_sched_stats_start(cmd);
	sched->ops->run(sched->priv, cmd);
}

static void arm(struct vf_sched *sched)
{
	u64 next_ns = vfs_next_wake(&sched->policy);

	/* too early is harmless, and spares programming the timer again */
	if (next_ns >= sched->wake_ns)
		return;
	sched->wake_ns = next_ns;
	if (sched->ops->wake_at)
		sched->ops->wake_at(sched->priv, next_ns);
	else
		hrtimer_start(&sched->timer, ns_to_ktime(next_ns), HRTIMER_MODE_ABS);
}

static void tell_load(struct vf_sched *sched)
{
	const u32 *load = sched->policy.load;

	if (!sched->ops->load || !memcmp(sched->told, load, sizeof(sched->told)))
		return;
	memcpy(sched->told, load, sizeof(sched->told));
	sched->ops->load(sched->priv, load[false], load[true]);
}

/* Hand out what may enter the device. */
void vf_sched_run(struct vf_sched *sched, u64 now_ns)
{
	u32 left = sched->policy.params.engines + VF_SCHED_BATCH;
	struct vfs_node *leaf;
	bool any = false;

	lockdep_assert_held(&sched->lock);
	/* also if nothing can enter: arm() must find none that has ended */
	vfs_advance(&sched->policy, now_ns);
	for (; left && sched->policy.inflight < sched->slots; left--) {
		leaf = vfs_pick(&sched->policy, now_ns);
		if (!leaf)
			break;
		start(sched, container_of(leaf, struct vf_sched_entity, node.policy), now_ns);
		any = true;
	}
	tell_load(sched);
	if (any && sched->ops->flush)
		sched->ops->flush(sched->priv);
	arm(sched);
}

/**
 * vf_sched_kick - the time has come that ops.wake_at() was told
 * @sched: scheduler
 *
 * Harmless at any other time.
 */
void vf_sched_kick(struct vf_sched *sched)
{
	unsigned long flags;

	spin_lock_irqsave(&sched->lock, flags);
	sched->wake_ns = VFS_NEVER;
	vf_sched_run(sched, vf_sched_now(sched));
	spin_unlock_irqrestore(&sched->lock, flags);
}
EXPORT_SYMBOL_GPL(vf_sched_kick);

/**
 * vf_sched_set_rivals - do others compete for the engines?
 * @sched: scheduler
 * @rivals: the device shares its engines among this scheduler's commands and those
 *	of owners that it does not know of
 *
 * With rivals the scheduler keeps twice as many commands in the device as there
 * are engines (but never more than vf_sched_params.slots), so that a rival does not
 * get an engine only because a completion has not been seen yet.
 */
void vf_sched_set_rivals(struct vf_sched *sched, bool rivals)
{
	unsigned long flags;

	spin_lock_irqsave(&sched->lock, flags);
	vfs_set_slots(&sched->policy, (1 + rivals) * sched->policy.params.engines);
	vf_sched_run(sched, vf_sched_now(sched));
	spin_unlock_irqrestore(&sched->lock, flags);
}
EXPORT_SYMBOL_GPL(vf_sched_set_rivals);

static enum hrtimer_restart timer_fn(struct hrtimer *timer)
{
	vf_sched_kick(container_of(timer, struct vf_sched, timer));
	return HRTIMER_NORESTART;
}

/**
 * vf_sched_cmd_init - prepare a command for its first vf_sched_submit()
 * @cmd: command
 *
 * Once is enough: a completed or canceled command can be submitted again.
 */
void vf_sched_cmd_init(struct vf_sched_cmd *cmd)
{
	memset(cmd, 0, sizeof(*cmd));
	INIT_LIST_HEAD(&cmd->queue);
}
EXPORT_SYMBOL_GPL(vf_sched_cmd_init);

/**
 * vf_sched_cmd_entity - whose command is it?
 * @cmd: command
 *
 * Return: the entity from submission to completion, else NULL.
 */
struct vf_sched_entity *vf_sched_cmd_entity(const struct vf_sched_cmd *cmd)
{
	return cmd->entity;
}
EXPORT_SYMBOL_GPL(vf_sched_cmd_entity);

/**
 * vf_sched_submit - queue a command
 * @entity: its owner
 * @cmd: command with @key and @prior_ns; the scheduler's until it is completed or
 *	canceled
 *
 * If it may enter the device, ops.run() has been called when this returns.
 *
 * Return: 0; -EBUSY for a command that is queued or in the device, -ESHUTDOWN
 * for an entity that is being destroyed.
 */
int vf_sched_submit(struct vf_sched_entity *entity, struct vf_sched_cmd *cmd)
{
	struct vf_sched *sched = entity->node.sched;
	unsigned long flags;
	int ret = 0;
	u64 now_ns;

	spin_lock_irqsave(&sched->lock, flags);
	if (entity->dead) {
		ret = -ESHUTDOWN;
	} else if (cmd->state != VF_SCHED_CMD_IDLE) {
		ret = -EBUSY;
	} else {
		now_ns = vf_sched_now(sched);
		enqueue(entity, cmd, now_ns);
		if (list_is_singular(&entity->queue)) {
			vfs_head(&entity->node.policy, head_cost(entity));
			vf_sched_run(sched, now_ns);
		}
	}
	spin_unlock_irqrestore(&sched->lock, flags);
	return ret;
}
EXPORT_SYMBOL_GPL(vf_sched_submit);

/**
 * vf_sched_cancel - take back what an entity has queued
 * @entity: entity
 * @cancelled: list to which the commands are appended by vf_sched_cmd.queue, in
 *	order; the driver's again
 *
 * What is in the device stays there: see vf_sched_quiesce() and vf_sched_drain().
 *
 * Return: how many.
 */
unsigned int vf_sched_cancel(struct vf_sched_entity *entity, struct list_head *cancelled)
{
	struct vf_sched *sched = entity->node.sched;
	struct vf_sched_cmd *cmd;
	unsigned long flags;
	unsigned int nr = 0;

	spin_lock_irqsave(&sched->lock, flags);
	list_for_each_entry(cmd, &entity->queue, queue) {
		cmd->state = VF_SCHED_CMD_IDLE;
		WRITE_ONCE(cmd->entity, NULL);
		nr++;
	}
	list_splice_tail_init(&entity->queue, cancelled);
	vf_sched_stats_cancel(entity, nr);
	vfs_head(&entity->node.policy, 0);
	vf_sched_run(sched, vf_sched_now(sched));
	spin_unlock_irqrestore(&sched->lock, flags);
	return nr;
}
EXPORT_SYMBOL_GPL(vf_sched_cancel);

/**
 * vf_sched_refresh - a command still runs
 * @cmd: command handed to ops.run(); one that was completed meanwhile is ignored,
 *	as long as the owner that it had still exists
 * @elapsed_ns: how long it has been on its engine
 *
 * Charges what it has taken beyond its prediction at once.  For a watchdog or
 * whoever looks at the engines now and then.
 */
void vf_sched_refresh(struct vf_sched_cmd *cmd, u64 elapsed_ns)
{
	struct vf_sched_entity *entity = READ_ONCE(cmd->entity);
	struct vf_sched *sched;
	unsigned int before;
	unsigned long flags;

	if (!entity)
		return;
	sched = entity->node.sched;
	spin_lock_irqsave(&sched->lock, flags);
	if (cmd->state == VF_SCHED_CMD_RUNNING) {
		before = throttled(cmd->policy.path[0]);
		vfs_refresh(&cmd->policy, elapsed_ns, vf_sched_now(sched));
		trace_throttled(cmd->policy.path[0], before);
		tell_load(sched);
		arm(sched);
	}
	spin_unlock_irqrestore(&sched->lock, flags);
}
EXPORT_SYMBOL_GPL(vf_sched_refresh);

/* The bill is known: to whoever was above the entity when the command started. */
static void settle(struct vf_sched *sched, struct vf_sched_cmd *cmd, u64 now_ns)
{
	struct vfs_cmd *policy = &cmd->policy;
	bool quiet = false;
	u32 i;

	for (i = 0; i < policy->depth; i++) {
		struct vf_sched_node *node = vf_sched_node_of(policy->path[i]);

		vf_sched_window_add(&node->served, policy->charged_ns, now_ns);
		quiet |= !node->policy.inflight;
	}
	vf_sched_window_add(&sched->served, policy->charged_ns, now_ns);
	if (quiet && sched->drainers)
		wake_up_all(&sched->quiet);
}

/**
 * vf_sched_complete - a command has left the device, however it ended
 * @cmd: command handed to ops.run(); the driver's again
 * @engine_ns: engine time that it took, by the engine's own clock
 *
 * Bills the command, teaches the owner's cost model, and hands out what may now
 * enter the device: ops.run() has been called when this returns.  A driver that
 * has an owner's next command at hand submits it before this call, so that the
 * owner takes part in the choice.
 *
 * Return: 0; -EINVAL for a command that is not in the device.
 */
int vf_sched_complete(struct vf_sched_cmd *cmd, u64 engine_ns)
{
	struct vf_sched_entity *entity = cmd->entity;
	struct vf_sched *sched;
	unsigned int before;
	unsigned long flags;
	u64 now_ns;

	if (!entity)
		return -EINVAL;
	sched = entity->node.sched;
	spin_lock_irqsave(&sched->lock, flags);
	if (cmd->state != VF_SCHED_CMD_RUNNING) {
		spin_unlock_irqrestore(&sched->lock, flags);
		return -EINVAL;
	}
	now_ns = vf_sched_now(sched);
	before = throttled(&entity->node.policy);
	vfs_complete(&cmd->policy, engine_ns, now_ns);
	vfs_cost_learn(&entity->cost, &cmd->key, cmd->prior_ns, engine_ns);
	trace_vf_sched_correct(&entity->node, cmd);
	trace_throttled(&entity->node.policy, before);
	vf_sched_stats_complete(cmd, now_ns);
	cmd->state = VF_SCHED_CMD_IDLE;
	WRITE_ONCE(cmd->entity, NULL);
	settle(sched, cmd, now_ns);
	vf_sched_run(sched, now_ns);
	spin_unlock_irqrestore(&sched->lock, flags);
	return 0;
}
EXPORT_SYMBOL_GPL(vf_sched_complete);

static bool params_ok(const struct vf_sched_params *params, const struct vf_sched_ops *ops)
{
	return params->engines && params->slots >= params->engines && ops->run &&
	       !ops->now_ns == !ops->wake_at;
}

/**
 * vf_sched_create - make the scheduler of one engine class
 * @params: copied
 * @ops: the driver's functions; kept
 * @priv: their first argument
 *
 * May sleep.
 *
 * Return: the scheduler, or ERR_PTR: -EINVAL for params or ops that contradict
 * themselves, -ENOMEM.
 */
struct vf_sched *vf_sched_create(const struct vf_sched_params *params,
				 const struct vf_sched_ops *ops, void *priv)
{
	struct vfs_params policy = {
		.engines = params->engines,
		.floor_ns = min(params->floor_ns, VFS_COST_MAX_NS),
		/* sums with a command's cost must not wrap */
		.ahead_ns = min(params->ahead_ns, VFS_NEVER / 2),
		.single_ns = params->single_ns,
	};
	struct vf_sched *sched;

	if (!params_ok(params, ops))
		return ERR_PTR(-EINVAL);
	sched = kzalloc(sizeof(*sched), GFP_KERNEL);
	if (!sched)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&sched->lock);
	init_waitqueue_head(&sched->quiet);
	vfs_init(&sched->policy, &policy);
	sched->ops = ops;
	sched->priv = priv;
	sched->slots = params->slots;
	sched->wake_ns = VFS_NEVER;
	sched->next_id = 1;
	strscpy(sched->name, params->name, sizeof(sched->name));
	vf_sched_compat_hrtimer(&sched->timer, timer_fn);
	return sched;
}
EXPORT_SYMBOL_GPL(vf_sched_create);

/**
 * vf_sched_destroy - the end of a scheduler
 * @sched: scheduler without nodes, or ERR_PTR or NULL
 *
 * May sleep.
 */
void vf_sched_destroy(struct vf_sched *sched)
{
	if (IS_ERR_OR_NULL(sched))
		return;
	WARN_ON(sched->policy.root.nr_children);
	hrtimer_cancel(&sched->timer);
	kfree(sched);
}
EXPORT_SYMBOL_GPL(vf_sched_destroy);

/* The three below are for tests, and take O(n). */

int vf_sched_check(struct vf_sched *sched)
{
	int ret;

	spin_lock_irq(&sched->lock);
	ret = vfs_check(&sched->policy);
	spin_unlock_irq(&sched->lock);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(vf_sched_check);

u128 vf_sched_bound(struct vf_sched_node *i, struct vf_sched_node *j)
{
	u128 bound;

	spin_lock_irq(&i->sched->lock);
	bound = vfs_bound(&i->policy, &j->policy);
	spin_unlock_irq(&i->sched->lock);
	return bound;
}
EXPORT_SYMBOL_IF_KUNIT(vf_sched_bound);

void vf_sched_worst_reset(struct vf_sched_node *node)
{
	spin_lock_irq(&node->sched->lock);
	vfs_worst_reset(&node->policy);
	spin_unlock_irq(&node->sched->lock);
}
EXPORT_SYMBOL_IF_KUNIT(vf_sched_worst_reset);

MODULE_DESCRIPTION("Cost-weighted fair scheduling of accelerator commands");
MODULE_LICENSE("GPL");
