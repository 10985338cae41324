// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of shared instances to the engines.
 *
 *   owner's ring --copy--> vf_sched (per class) --> host context --> engines
 *   owner's ring <--copy-- thread <-- host-only completion ring <------+
 *
 * One thread serves all shared instances of an accelerator.  In each turn it takes
 * what the device has completed, and then gives every active instance a visit, in
 * which it copies a bounded number of descriptors, once, and hands the copies to
 * the scheduler.  The scheduler decides what enters the device; its run() puts
 * the copy, with the instance's PASID in it, into the ring of the class's host
 * context.  Data never passes through here: the device reaches the owner's memory
 * through that PASID.  Completions come into a ring that only the host can write,
 * so that no owner can forge the bill of another.
 *
 * An instance without anything to do is taken off the list, after its doorbell
 * page was told to ask for a kick: see vi_shared_rest().
 *
 * Locks: pool.lock (members), turn (the thread's pass over the instances) and
 * list_lock are described in Documentation/locking.rst.
 */
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "pool_priv.h"

static unsigned int shared_max = 1024;
module_param(shared_max, uint, 0444);
MODULE_PARM_DESC(shared_max, "most shared instances of an accelerator (default: 1024)");

static unsigned int poll_us = 200;
module_param(poll_us, uint, 0644);
MODULE_PARM_DESC(poll_us,
		 "us for which the thread looks for more work before it sleeps (default: 200)");

static unsigned int gap_us = 10;
module_param(gap_us, uint, 0644);
MODULE_PARM_DESC(gap_us, "us between two of these looks at most, slept if over 50 (default: 10)");

/* Pauses between two looks at the clock: about a microsecond. */
#define PAUSES		32
/* A shorter time between two looks around is not worth to sleep. */
#define NAP_NS		(50 * NSEC_PER_USEC)

/* -- the thread -- */

/**
 * vi_pool_wake - there may be something to do
 * @pool: accelerator's pool
 *
 * Any context.
 */
void vi_pool_wake(struct vi_pool *pool)
{
	WRITE_ONCE(pool->woken, true);
	wake_up(&pool->wait);
}

static struct vi_pool_cmd *cmd_of(struct vi_class *c, const struct facet_comp *comp)
{
	u64 id = le64_to_cpu(comp->cookie);
	u32 index = le32_to_cpu(comp->sq_index);

	if (id < SLOTS && test_bit(id, c->ids) && c->cmd[id]->host_index == index)
		return c->cmd[id];
	dev_warn_ratelimited(facet_dev(c->pool->fdev), "completion with a wrong cookie\n");
	for_each_set_bit(id, c->ids, SLOTS)
		if (c->cmd[id]->host_index == index)
			return c->cmd[id];
	return NULL;
}

static void end_cmd(struct vi_class *c, struct vi_pool_cmd *cmd, struct facet_comp *comp)
{
	unsigned int id = cmd->id;

	/* the id is free before the scheduler runs the next command */
	c->cmd[id] = NULL;
	clear_bit_unlock(id, c->ids);
	vi_shared_complete(cmd, comp);
}

static bool harvest_one(struct vi_class *c)
{
	struct facet_comp *slot = &c->cq[c->cons % RING], comp;
	struct vi_pool_cmd *cmd;

	if (le32_to_cpu(READ_ONCE(slot->seq)) != c->cons + 1)
		return false;
	/* seq was written last */
	dma_rmb();
	comp = *slot;
	c->cons++;
	cmd = cmd_of(c, &comp);
	if (cmd) {
		vi_comp_check(c->pool->fdev, cmd, &comp);
		end_cmd(c, cmd, &comp);
	}
	return true;
}

static bool harvest(struct vi_pool *pool)
{
	unsigned int class, n;
	bool any = false;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		struct vi_class *c = &pool->class[class];

		for (n = 0; c->ctx && n < SLOTS && harvest_one(c); n++)
			any = true;
	}
	return any;
}

/* The instance at the front of the list goes to its end. */
static struct list_head *rotate(struct vi_pool *pool)
{
	struct list_head *node = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pool->list_lock, flags);
	if (!list_empty(&pool->active)) {
		node = pool->active.next;
		list_move_tail(node, &pool->active);
	}
	spin_unlock_irqrestore(&pool->list_lock, flags);
	return node;
}

static bool visit_all(struct vi_pool *pool)
{
	struct list_head *first = NULL, *node;
	bool any = false;

	while ((node = rotate(pool)) && node != first) {
		if (!first)
			first = node;
		any |= vi_shared_visit(node);
	}
	return any;
}

/* Take those off the list that have nothing to do; false when one has. */
static bool rest_all(struct vi_pool *pool)
{
	struct list_head *node, *next;
	LIST_HEAD(all);
	bool quiet = true;

	scoped_guard(spinlock_irqsave, &pool->list_lock)
		list_splice_init(&pool->active, &all);
	list_for_each_safe(node, next, &all) {
		scoped_guard(spinlock_irqsave, &pool->list_lock)
			list_del_init(node);
		if (vi_shared_rest(node))
			continue;
		quiet = false;
		vi_pool_activate(pool, node);
	}
	return quiet;
}

/* What the device has not completed ends here, now that it will not any more. */
static void class_break(struct vi_class *c)
{
	unsigned int n, id;

	c->stuck = facet_ctx_reset(c->ctx) == -ETIMEDOUT;
	for (n = 0; n < SLOTS && harvest_one(c); n++)
		;
	/* completing one may run others, whose doorbells a reset context ignores */
	while ((id = find_first_bit(c->ids, SLOTS)) < SLOTS) {
		struct facet_comp comp = {
			.status = cpu_to_le16(FACET_ST_ABORTED),
			.engine = FACET_COMP_NO_ENGINE,
		};

		end_cmd(c, c->cmd[id], &comp);
		cond_resched();
	}
}

static void break_all(struct vi_pool *pool)
{
	struct list_head *node, *first = NULL;
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (pool->class[class].ctx)
			class_break(&pool->class[class]);
	while ((node = rotate(pool)) && node != first) {
		if (!first)
			first = node;
		vi_shared_broken(node);
	}
}

/* Ask for an interrupt at the next completion of each class. */
static void arm(struct vi_pool *pool)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		struct vi_class *c = &pool->class[class];

		if (c->ctx)
			writel(c->cons, c->window + FACET_WIN_CQ_EVENT);
	}
}

/*
 * An owner that refills its ring one by one must not have to kick for each: the
 * thread looks around for a while before it tells everybody that it sleeps.  A
 * look costs hundreds of instructions and others' cache lines; so it waits between
 * two of them, but never for longer than there has been nothing to do.
 */
static bool lingers(struct vi_pool *pool, u64 *gap_ns)
{
	u64 idle_ns = ktime_get_ns() - pool->busy_ns;

	*gap_ns = min(idle_ns, (u64)READ_ONCE(gap_us) * NSEC_PER_USEC);
	return idle_ns < (u64)READ_ONCE(poll_us) * NSEC_PER_USEC;
}

static void pause(u64 gap_ns)
{
	u64 begin = ktime_get_ns();
	unsigned int i;

	do {
		for (i = 0; i < PAUSES; i++)
			cpu_relax();
	} while (ktime_get_ns() - begin < gap_ns);
}

static bool woken(struct vi_pool *pool)
{
	return READ_ONCE(pool->woken) || kthread_should_stop();
}

static void relax(struct vi_pool *pool, u64 gap_ns)
{
	if (gap_ns < NAP_NS)
		pause(gap_ns);
	else
		wait_event_interruptible_hrtimeout(pool->wait, woken(pool), gap_ns);
}

/* False: nothing will be to do before the thread is woken. */
static bool turn(struct vi_pool *pool, u64 *gap_ns)
{
	bool busy;

	*gap_ns = 0;
	guard(mutex)(&pool->turn);
	pool->clock_ns = 0;
	if (READ_ONCE(pool->dead)) {
		break_all(pool);
		return false;
	}
	if (pool->held)
		return false;
	busy = harvest(pool);
	busy |= visit_all(pool);
	if (busy)
		pool->busy_ns = ktime_get_ns();
	if (busy || lingers(pool, gap_ns))
		return true;
	if (rest_all(pool))
		arm(pool);
	return false;
}

static int pool_thread(void *data)
{
	struct vi_pool *pool = data;
	u64 gap_ns;

	while (!kthread_should_stop()) {
		WRITE_ONCE(pool->woken, false);
		/* pairs with the one of wait_event(): what woke us is seen */
		smp_mb();
		if (!turn(pool, &gap_ns))
			wait_event_interruptible(pool->wait, woken(pool));
		else if (gap_ns)
			relax(pool, gap_ns);
		cond_resched();
	}
	return 0;
}

/**
 * vi_pool_activate - an instance has something to do
 * @pool: accelerator's pool
 * @node: in the instance; nothing happens if it is on the list: it is looked after
 *
 * Any context.
 */
void vi_pool_activate(struct vi_pool *pool, struct list_head *node)
{
	bool added;

	scoped_guard(spinlock_irqsave, &pool->list_lock) {
		added = list_empty(node);
		if (added)
			list_add_tail(node, &pool->active);
	}
	if (added)
		vi_pool_wake(pool);
}

/**
 * vi_pool_forget - an instance is about to go
 * @pool: accelerator's pool
 * @node: in the instance; nobody activates it any more
 *
 * The thread does not touch it once this has returned.
 */
void vi_pool_forget(struct vi_pool *pool, struct list_head *node)
{
	guard(mutex)(&pool->turn);
	scoped_guard(spinlock_irqsave, &pool->list_lock)
		list_del_init(node);
}

/**
 * vi_pool_break - the device does not do what it should
 * @pool: accelerator's pool
 *
 * The host contexts are reset, all commands end, and all shared instances that
 * have something to do are dead.
 */
void vi_pool_break(struct vi_pool *pool)
{
	WRITE_ONCE(pool->dead, true);
	vi_pool_wake(pool);
}

/**
 * vi_pool_serves - are descriptors to be fetched?
 * @pool: accelerator's pool
 *
 * Return: the device takes commands.  Any context.
 */
bool vi_pool_serves(struct vi_pool *pool)
{
	return !READ_ONCE(pool->dead) && !READ_ONCE(pool->held);
}

/**
 * vi_pool_hold - the accelerator is about to be reset
 * @pool: accelerator's pool
 *
 * Commands that it has end as aborted, and no more are fetched.
 */
void vi_pool_hold(struct vi_pool *pool)
{
	unsigned int class;

	guard(mutex)(&pool->lock);
	guard(mutex)(&pool->turn);
	WRITE_ONCE(pool->held, true);
	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (pool->class[class].ctx)
			class_break(&pool->class[class]);
}

/**
 * vi_pool_resume - the accelerator has been reset
 * @pool: accelerator's pool; its instances have no commands
 */
void vi_pool_resume(struct vi_pool *pool)
{
	unsigned int class;

	guard(mutex)(&pool->lock);
	guard(mutex)(&pool->turn);
	WRITE_ONCE(pool->dead, false);
	for (class = 0; class < FACET_NR_CLASSES; class++) {
		struct vi_class *c = &pool->class[class];

		if (c->ctx && vi_class_enable(c))
			WRITE_ONCE(pool->dead, true);
	}
	WRITE_ONCE(pool->held, false);
	vi_pool_wake(pool);
}

/**
 * vi_pool_poke - look whether commands have completed, though no interrupt told
 * @pool: accelerator's pool
 */
void vi_pool_poke(struct vi_pool *pool)
{
	unsigned int class;

	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (!bitmap_empty(pool->class[class].ids, SLOTS))
			vi_pool_wake(pool);
}

static u32 owner_in(struct vi_class *c, u32 sq_index)
{
	unsigned int id;

	for_each_set_bit(id, c->ids, SLOTS)
		if (c->cmd[id]->host_index == sq_index)
			return le32_to_cpu(c->cmd[id]->desc.pasid);
	return 0;
}

/**
 * vi_pool_owner - whose command the device has
 * @pool: accelerator's pool
 * @ctx: number of a queue context
 * @sq_index: submission index in it
 *
 * Return: PASID of the instance; 0 if it is none of ours.
 */
u32 vi_pool_owner(struct vi_pool *pool, unsigned int ctx, u32 sq_index)
{
	unsigned int class;

	guard(mutex)(&pool->lock);
	guard(mutex)(&pool->turn);
	for (class = 0; class < FACET_NR_CLASSES; class++) {
		struct vi_class *c = &pool->class[class];

		if (c->ctx && facet_ctx_index(c->ctx) == ctx)
			return owner_in(c, sq_index);
	}
	return 0;
}

/* -- beginning and end -- */

static void pool_stop(struct vi_pool *pool)
{
	unsigned int class;

	if (pool->thread)
		kthread_stop(pool->thread);
	pool->thread = NULL;
	pool->dead |= facet_is_dead(pool->fdev);
	for (class = 0; class < FACET_NR_CLASSES; class++)
		vi_class_stop(&pool->class[class]);
}

static int pool_start(struct vi_pool *pool)
{
	struct task_struct *thread;
	unsigned int class;
	int ret;

	pool->dilation = facet_dilation(pool->fdev);
	for (class = 0; class < FACET_NR_CLASSES; class++) {
		ret = vi_class_start(&pool->class[class]);
		if (ret)
			goto stop;
	}
	thread = kthread_run(pool_thread, pool, "facet-shared/%s",
			     dev_name(facet_dev(pool->fdev)));
	if (!IS_ERR(thread)) {
		pool->thread = thread;
		return 0;
	}
	ret = PTR_ERR(thread);
stop:
	pool_stop(pool);
	return ret;
}

/**
 * vi_pool_join - one more shared instance
 * @pool: accelerator's pool
 *
 * The first takes a queue context for each class of engines.
 *
 * Return: 0; -ENOSPC when there are too many, or not enough queue contexts;
 * -ENOMEM, -ENODEV.
 */
int vi_pool_join(struct vi_pool *pool)
{
	int ret = 0;

	guard(mutex)(&pool->lock);
	if (facet_is_resetting(pool->fdev))
		return -EBUSY;
	if (pool->members >= shared_max)
		return -ENOSPC;
	if (!pool->members)
		ret = pool_start(pool);
	if (!ret)
		pool->members++;
	return ret;
}

/**
 * vi_pool_leave - one shared instance less
 * @pool: accelerator's pool
 */
void vi_pool_leave(struct vi_pool *pool)
{
	guard(mutex)(&pool->lock);
	if (!--pool->members)
		pool_stop(pool);
}

static unsigned int classes(struct vi_pool *pool)
{
	u32 engines = facet_caps(pool->fdev)->engines;

	return !!(engines & 0xff) + !!(engines & 0xff00) + !!(engines & 0xff0000);
}

/**
 * vi_pool_available - how many shared instances can still be made
 * @pool: accelerator's pool
 *
 * Return: the number, out of date as soon as it is known.
 */
unsigned int vi_pool_available(struct vi_pool *pool)
{
	guard(mutex)(&pool->lock);
	if (READ_ONCE(pool->dead))
		return 0;
	if (!pool->members && facet_ctx_available(pool->fdev) < classes(pool))
		return 0;
	return shared_max - pool->members;
}

/**
 * vi_pool_sched - scheduler of a class
 * @pool: accelerator's pool, with members
 * @class: enum facet_class
 *
 * Return: NULL for a class without engines.
 */
struct vf_sched *vi_pool_sched(struct vi_pool *pool, unsigned int class)
{
	return pool->class[class].sched;
}

/**
 * vi_pool_dev - whose pool it is
 * @pool: accelerator's pool
 *
 * Return: the accelerator's PCI function.
 */
struct device *vi_pool_dev(struct vi_pool *pool)
{
	return facet_dev(pool->fdev);
}

/**
 * vi_pool_op - what is known of an opcode
 * @pool: accelerator's pool
 * @opcode: any byte
 *
 * Return: NULL for one that the device lacks.
 */
const struct vi_op *vi_pool_op(struct vi_pool *pool, unsigned int opcode)
{
	if (opcode >= FACET_NR_OPCODES || !pool->op[opcode].valid)
		return NULL;
	return &pool->op[opcode];
}

/**
 * vi_pool_bill - note what a command has taken
 * @pool: accelerator's pool; called by the thread
 * @cmd: command, which the scheduler still has
 * @measured_ns: engine time
 */
void vi_pool_bill(struct vi_pool *pool, const struct vi_pool_cmd *cmd, u64 measured_ns)
{
	struct vi_op *op = &pool->op[cmd->desc.opcode];

	lockdep_assert_held(&pool->turn);
	/* one price for all says nothing of what they cost */
	if (cmd->flat)
		return;
	WRITE_ONCE(op->commands, op->commands + 1);
	WRITE_ONCE(op->predicted_ns, op->predicted_ns + cmd->sched.pred_ns);
	WRITE_ONCE(op->measured_ns, op->measured_ns + measured_ns);
}

/**
 * vi_pool_clock_ns - the device's clock, as it was early in this turn
 * @pool: accelerator's pool; called by the thread
 *
 * Read once for all commands of a turn: the device is far away.
 *
 * Return: nanoseconds.
 */
u64 vi_pool_clock_ns(struct vi_pool *pool)
{
	lockdep_assert_held(&pool->turn);
	if (!pool->clock_ns)
		pool->clock_ns = facet_clock_ns(pool->fdev);
	return pool->clock_ns;
}

/**
 * vi_pool_create - the pool of an accelerator, without members
 * @fdev: accelerator
 *
 * Return: NULL when out of memory.
 */
struct vi_pool *vi_pool_create(struct facet_device *fdev)
{
	struct vi_pool *pool = kzalloc(sizeof(*pool), GFP_KERNEL);
	unsigned int class;

	if (!pool)
		return NULL;
	pool->fdev = fdev;
	mutex_init(&pool->lock);
	mutex_init(&pool->turn);
	spin_lock_init(&pool->list_lock);
	INIT_LIST_HEAD(&pool->active);
	init_waitqueue_head(&pool->wait);
	for (class = 0; class < FACET_NR_CLASSES; class++)
		vi_class_init(&pool->class[class], pool, class);
	vi_price_ops(fdev, pool->op);
	pool->cost = vi_cost_create(pool);
	if (pool->cost)
		return pool;
	kfree(pool);
	return NULL;
}

/**
 * vi_pool_destroy - free a pool
 * @pool: pool without members
 */
void vi_pool_destroy(struct vi_pool *pool)
{
	vi_cost_destroy(pool->cost);
	/* an instance whose commands never came back is a member for ever */
	if (!WARN_ON(pool->members))
		kfree(pool);
}
