// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances of type "shared": more than the device has queue contexts.
 *
 * To the owner such an instance looks like any other, but its doorbell page is
 * memory, its descriptors are fetched by the pool's thread (pool.c), and so are
 * its completions written.  Whatever the owner can write is a hint: a producer
 * index is bounded by the ring, a descriptor is copied once and only the copy is
 * looked at.  The thread reaches what the owner has granted, an access at a time
 * and with the windows' lock held, so that none outlives the pages' pin.
 *
 * A command that may not run is not simply answered: a NOP goes to the device in
 * its place, so that garbage takes its turn and pays like work.
 *
 * States are those of a hardware context, and so are the rules of the ring
 * (device-spec.rst section 4), but for moderation, which is ignored.
 */
#include <linux/slab.h>
#include "vi.h"

/*
 * Commands that an instance may have between fetch and completion.  More than go into
 * the device: who has all of them there leaves the scheduler nothing to choose.
 */
#define SHARED_CMDS	BITS_PER_LONG
/* Descriptors that one visit copies at most. */
#define SHARED_BATCH	4
#define RESET_TIMEOUT	(20 * HZ)

/**
 * struct vi_shared - what a shared instance has more
 * @vi: instance
 * @node: on the pool's list of active instances
 * @page: doorbell page; freed with the instance, since it may be mapped
 * @lock: everything below
 * @state: enum facet_ctx_state
 * @error: enum facet_ctx_error
 * @sq_base: submission ring
 * @cq_base: completion ring
 * @log2: slots of both
 * @head: descriptors fetched
 * @cq_tail: completions written
 * @kick: what FACET_WIN_KICK should say; the owner can write the page
 * @opcodes: that the owner may use
 * @seat: place in the schedulers; its settings are qos.c's
 * @cmd: commands
 * @used: those between fetch and completion
 * @nr_used: how many
 * @idle: @nr_used became 0
 * @stats: counters
 * @busy_since_ns: since when there are commands, by the device's clock
 * @host_ns: time that the thread has worked for the instance
 * @throttled_ns: time that caps have held it back, when the watchdog looked last
 */
struct vi_shared {
	struct facet_vi *vi;
	struct list_head node;
	u32 *page;
	struct mutex lock;	/* see above */
	u32 state;
	u32 error;
	u64 sq_base;
	u64 cq_base;
	u32 log2;
	u32 head;
	u32 cq_tail;
	bool kick;
	u64 opcodes;
	struct vi_seat seat;
	struct vi_pool_cmd cmd[SHARED_CMDS];
	unsigned long used;
	unsigned int nr_used;
	wait_queue_head_t idle;
	struct facet_ctx_stats stats;
	u64 busy_since_ns;
	u64 host_ns;
	u64 throttled_ns;
};

static struct vi_shared *node_to_shared(struct list_head *node)
{
	return container_of(node, struct vi_shared, node);
}

static u32 page_get(const struct vi_shared *sh, u32 off)
{
	return READ_ONCE(sh->page[off / 4]);
}

static void page_set(struct vi_shared *sh, u32 off, u32 value)
{
	WRITE_ONCE(sh->page[off / 4], value);
}

static void set_kick(struct vi_shared *sh, bool kick)
{
	lockdep_assert_held(&sh->lock);
	sh->kick = kick;
	page_set(sh, FACET_WIN_KICK, kick);
}

static void set_state(struct vi_shared *sh, u32 state, u32 error)
{
	lockdep_assert_held(&sh->lock);
	sh->state = state;
	sh->error = error;
	page_set(sh, FACET_WIN_STATE, state | error << 8);
}

/* Those with whose rings the owner still has to do. */
static bool ring_alive(const struct vi_shared *sh)
{
	switch (sh->state) {
	case FACET_CTX_READY:
	case FACET_CTX_STOPPING:
		return true;
	case FACET_CTX_ERROR:
		return sh->error != FACET_CTX_ERR_CQ_FAULT;
	default:
		return false;
	}
}

/* The rings stop; the owner is told outside the lock. */
static void fail(struct vi_shared *sh, u32 error)
{
	set_state(sh, FACET_CTX_ERROR, error);
}

static void tell_error(struct vi_shared *sh, u32 error)
{
	if (error == FACET_CTX_ERR_NONE)
		return;
	vi_ring_error(sh->vi, error);
	vi_irq_ctx(sh->vi);
}

/* -- fetching -- */

static u32 pending(const struct vi_shared *sh)
{
	return page_get(sh, FACET_WIN_DOORBELL) - READ_ONCE(sh->head);
}

/* How long there have been commands; a device that is gone has no clock. */
static u64 busy_ns(const struct vi_shared *sh, u64 until_ns)
{
	if (until_ns <= sh->busy_since_ns || facet_is_dead(sh->vi->fdev))
		return 0;
	return until_ns - sh->busy_since_ns;
}

static struct vi_pool_cmd *cmd_get(struct vi_shared *sh)
{
	unsigned int i = find_first_zero_bit(&sh->used, SHARED_CMDS);

	lockdep_assert_held(&sh->lock);
	if (i >= SHARED_CMDS)
		return NULL;
	__set_bit(i, &sh->used);
	sh->cmd[i].arrival_ns = vi_pool_clock_ns(sh->vi->pool);
	if (!sh->nr_used++)
		sh->busy_since_ns = sh->cmd[i].arrival_ns;
	return &sh->cmd[i];
}

/* The owner has had @cmd's until @stop_ns, by the device's clock. */
static void cmd_put(struct vi_shared *sh, struct vi_pool_cmd *cmd, u64 stop_ns)
{
	lockdep_assert_held(&sh->lock);
	__clear_bit(cmd - sh->cmd, &sh->used);
	if (--sh->nr_used)
		return;
	if (sh->state == FACET_CTX_STOPPING)
		set_state(sh, FACET_CTX_STOPPED, FACET_CTX_ERR_NONE);
	sh->stats.backlog_ns += busy_ns(sh, stop_ns);
	wake_up_all(&sh->idle);
}

/*
 * The only command of an owner has ended at @stop_ns, and what is fetched now, if
 * anything, comes later: the time between the two is no time with work.
 */
static void gap(struct vi_shared *sh, u64 stop_ns)
{
	lockdep_assert_held(&sh->lock);
	if (sh->nr_used != 1)
		return;
	sh->stats.backlog_ns += busy_ns(sh, stop_ns);
	sh->busy_since_ns = max(stop_ns, vi_pool_clock_ns(sh->vi->pool));
}

/* What the device cannot check for us, in the order of device-spec.rst 5. */
static u16 check(const struct vi_shared *sh, const struct facet_desc *d)
{
	if (!vi_pool_op(sh->vi->pool, d->opcode))
		return FACET_ST_BAD_OPCODE;
	if (!(sh->opcodes & BIT_ULL(d->opcode)))
		return FACET_ST_FORBIDDEN;
	if (d->rsvd || d->aspace ||
	    le16_to_cpu(d->flow) >= facet_caps(sh->vi->fdev)->flows)
		return FACET_ST_BAD_DESC;
	if (d->pasid)
		return FACET_ST_BAD_PASID;
	return FACET_ST_OK;
}

static void prepare(struct vi_shared *sh, struct vi_pool_cmd *cmd)
{
	const struct vi_op *op;

	cmd->shared = sh;
	cmd->cookie = cmd->desc.cookie;
	cmd->sq_index = sh->head - 1;
	cmd->status = check(sh, &cmd->desc);
	if (cmd->status != FACET_ST_OK) {
		memset(&cmd->desc, 0, sizeof(cmd->desc));
		cmd->desc.opcode = FACET_OP_NOP;
	}
	cmd->desc.pasid = cpu_to_le32(sh->vi->as->pasid);
	op = vi_pool_op(sh->vi->pool, cmd->desc.opcode);
	cmd->class = op->class;
	vi_price_cmd(sh->vi, cmd, op);
}

/* Copy the next descriptor; false when there is none, or no place for it. */
static bool fetch_one(struct vi_shared *sh)
{
	u32 slots = BIT(sh->log2), n = pending(sh);
	struct vi_pool_cmd *cmd;
	u64 iova;

	lockdep_assert_held(&sh->lock);
	if (sh->state != FACET_CTX_READY || !n || !vi_pool_serves(sh->vi->pool))
		return false;
	if (n > slots) {
		fail(sh, FACET_CTX_ERR_DOORBELL);
		return false;
	}
	cmd = cmd_get(sh);
	if (!cmd)
		return false;
	iova = sh->sq_base + (u64)(sh->head & (slots - 1)) * FACET_DESC_BYTES;
	if (vi_windows_rw(sh->vi, iova, &cmd->desc, sizeof(cmd->desc), false)) {
		cmd_put(sh, cmd, cmd->arrival_ns);
		fail(sh, FACET_CTX_ERR_SQ_FAULT);
		return false;
	}
	page_set(sh, FACET_WIN_SQ_HEAD, ++sh->head);
	prepare(sh, cmd);
	vf_sched_submit(sh->seat.entity[cmd->class], &cmd->sched);
	return true;
}

static bool fetch(struct vi_shared *sh, unsigned int most)
{
	unsigned int n = 0;

	while (n < most && fetch_one(sh))
		n++;
	return n;
}

/* Without the lock: what comes in between is seen at the next look. */
static bool nothing_to_do(const struct vi_shared *sh)
{
	if (READ_ONCE(sh->kick))
		return false;
	return READ_ONCE(sh->state) != FACET_CTX_READY || !pending(sh) ||
	       READ_ONCE(sh->nr_used) == SHARED_CMDS;
}

/**
 * vi_shared_visit - the thread looks after an instance
 * @node: in the instance
 *
 * Return: true if there was something to do.
 */
bool vi_shared_visit(struct list_head *node)
{
	struct vi_shared *sh = node_to_shared(node);
	u32 error = FACET_CTX_ERR_NONE;
	u64 t0;
	bool any;

	if (nothing_to_do(sh))
		return false;
	t0 = ktime_get_ns();
	scoped_guard(mutex, &sh->lock) {
		bool ready = sh->state == FACET_CTX_READY;

		/* on the list: the thread looks at the doorbell by itself */
		if (sh->kick)
			set_kick(sh, false);
		any = fetch(sh, SHARED_BATCH);
		sh->stats.doorbells += any;
		if (ready && sh->state == FACET_CTX_ERROR)
			error = sh->error;
		sh->host_ns += ktime_get_ns() - t0;
	}
	tell_error(sh, error);
	return any;
}

/**
 * vi_shared_rest - is there nothing to do for an instance?
 * @node: in the instance, just taken off the list
 *
 * From now on the owner asks for a kick, unless the next completion brings the
 * instance back anyway.  The barrier belongs to the one between the owner's
 * doorbell and its look at FACET_WIN_KICK: one of us sees what the other wrote.
 *
 * Return: true if the instance need not be visited until it is kicked.
 */
bool vi_shared_rest(struct list_head *node)
{
	struct vi_shared *sh = node_to_shared(node);

	guard(mutex)(&sh->lock);
	set_kick(sh, true);
	/* orders the page's flag before the look at its doorbell */
	smp_mb();
	if (sh->state != FACET_CTX_READY || !pending(sh))
		return true;
	set_kick(sh, false);
	return sh->nr_used == SHARED_CMDS;
}

/* -- completing -- */

static bool is_invalid(const struct facet_comp *comp)
{
	u16 status = le16_to_cpu(comp->status);

	return status >= FACET_ST_BAD_OPCODE && status <= FACET_ST_LIMIT;
}

/* Engine time is billed, whether the owner gets the result or not. */
static void bill(struct vi_shared *sh, const struct vi_pool_cmd *cmd,
		 const struct facet_comp *comp)
{
	u64 start = le64_to_cpu(comp->start_ns), stop = le64_to_cpu(comp->stop_ns);

	sh->stats.engine_ns[cmd->class] += stop - start;
	sh->stats.wait_ns += start - le64_to_cpu(comp->arrival_ns);
}

static void count(struct vi_shared *sh, const struct facet_comp *comp)
{
	sh->stats.commands++;
	sh->stats.errors += comp->status != 0;
	sh->stats.invalid += is_invalid(comp);
	sh->stats.bytes_in += le32_to_cpu(comp->in_bytes);
	sh->stats.bytes_out += le32_to_cpu(comp->out_bytes);
}

static void report(struct vi_shared *sh, const struct vi_pool_cmd *cmd,
		   const struct facet_comp *comp)
{
	struct vi_fault fault = {
		.addr = le64_to_cpu(comp->fault_addr),
		.sq_index = cmd->sq_index,
		.status = le16_to_cpu(comp->status),
		.seen = true,
	};

	switch (fault.status) {
	case FACET_ST_SRC_FAULT:
	case FACET_ST_DST_FAULT:
		vi_command_fault(sh->vi, &fault);
		break;
	case FACET_ST_CMAX:
		vi_count_event(sh->vi, &sh->vi->count.cmax);
		break;
	case FACET_ST_ENGINE_ERROR:
		vi_count_event(sh->vi, &sh->vi->count.engine);
		break;
	}
}

/* Into the owner's ring: seq last, as the device does it. */
static int write_comp(struct vi_shared *sh, struct facet_comp *comp)
{
	u64 iova = sh->cq_base + (u64)(sh->cq_tail & (BIT(sh->log2) - 1)) * FACET_COMP_BYTES;

	BUILD_BUG_ON(offsetofend(struct facet_comp, seq) != sizeof(*comp));
	comp->seq = cpu_to_le32(sh->cq_tail + 1);
	return vi_windows_rw(sh->vi, iova, comp, sizeof(*comp), true);
}

/*
 * Is an interrupt due for the completion just written?  The barrier belongs to
 * the owner's between arming and its last look at the ring.
 */
static bool interrupt_due(struct vi_shared *sh)
{
	u32 old = sh->cq_tail++;

	page_set(sh, FACET_WIN_CQ_TAIL, sh->cq_tail);
	/* orders the completion before the look at the event index */
	smp_mb();
	return page_get(sh, FACET_WIN_CQ_EVENT) == old;
}

/*
 * A command that was fetched ends here, once: with a completion, which counts as a
 * command, or without, which counts as aborted.  Returns true for an interrupt.
 */
static bool deliver(struct vi_shared *sh, struct vi_pool_cmd *cmd, struct facet_comp *comp)
{
	bool irq;

	lockdep_assert_held(&sh->lock);
	/* it has waited since it was fetched, not since the device has it */
	comp->arrival_ns = cpu_to_le64(min(cmd->arrival_ns, le64_to_cpu(comp->arrival_ns)));
	bill(sh, cmd, comp);
	comp->cookie = cmd->cookie;
	comp->sq_index = cpu_to_le32(cmd->sq_index);
	if (ring_alive(sh) && write_comp(sh, comp))
		fail(sh, FACET_CTX_ERR_CQ_FAULT);
	if (!ring_alive(sh)) {
		sh->stats.aborted++;
		return false;
	}
	count(sh, comp);
	irq = interrupt_due(sh);
	sh->stats.irqs += irq;
	return irq;
}

/**
 * vi_shared_complete - the device has completed a command
 * @cmd: command
 * @comp: private copy of the completion; changed into what the owner gets
 */
void vi_shared_complete(struct vi_pool_cmd *cmd, struct facet_comp *comp)
{
	u64 stop_ns = le64_to_cpu(comp->stop_ns);
	u64 engine_ns = stop_ns - le64_to_cpu(comp->start_ns);
	struct vi_shared *sh = cmd->shared;
	u64 t0 = ktime_get_ns();
	u32 error = FACET_CTX_ERR_NONE, before;
	bool irq;

	if (cmd->status != FACET_ST_OK)
		comp->status = cpu_to_le16(cmd->status);
	report(sh, cmd, comp);
	scoped_guard(mutex, &sh->lock) {
		before = sh->state;
		irq = deliver(sh, cmd, comp);
		gap(sh, stop_ns);
		/* so that the owner takes part in the choice that comes now */
		fetch(sh, 1);
		if (before != FACET_CTX_ERROR && sh->state == FACET_CTX_ERROR)
			error = sh->error;
		vi_pool_bill(sh->vi->pool, cmd, engine_ns);
		vf_sched_complete(&cmd->sched, vi_price_ns(cmd, engine_ns));
		cmd_put(sh, cmd, stop_ns);
		if (sh->state == FACET_CTX_READY && (!sh->kick || pending(sh)))
			vi_pool_activate(sh->vi->pool, &sh->node);
		sh->host_ns += ktime_get_ns() - t0;
	}
	if (irq)
		vi_irq_ctx(sh->vi);
	tell_error(sh, error);
}

/**
 * vi_shared_broken - the device serves shared instances no more
 * @node: in the instance
 */
void vi_shared_broken(struct list_head *node)
{
	vi_dead(node_to_shared(node)->vi);
}

/* -- what the rest of the module asks for -- */

static struct vi_shared *shared_alloc(struct facet_vi *vi)
{
	struct vi_shared *sh = kvzalloc(sizeof(*sh), GFP_KERNEL_ACCOUNT);

	if (!sh)
		return NULL;
	sh->page = (u32 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!sh->page) {
		kvfree(sh);
		return NULL;
	}
	sh->vi = vi;
	INIT_LIST_HEAD(&sh->node);
	mutex_init(&sh->lock);
	init_waitqueue_head(&sh->idle);
	sh->opcodes = facet_caps(vi->fdev)->ops;
	return sh;
}

static void shared_free(struct vi_shared *sh)
{
	free_page((unsigned long)sh->page);
	kvfree(sh);
}

static int shared_create(struct facet_vi *vi)
{
	struct vi_shared *sh = shared_alloc(vi);
	int ret;

	if (!sh)
		return -ENOMEM;
	ret = vi_pool_join(vi->pool);
	if (ret) {
		dev_err(vi->vdev.dev, "no instance: %s\n", ret == -ENOSPC ?
			"too many shared ones, or no queue contexts left for them" :
			"the thread for shared ones did not start");
		shared_free(sh);
		return ret;
	}
	ret = vi_seat_create(&sh->seat, vi->pool, sh);
	if (ret) {
		vi_pool_leave(vi->pool);
		shared_free(sh);
		return ret;
	}
	vi->shared = sh;
	vi->seat = &sh->seat;
	return 0;
}

static bool shared_destroy(struct facet_vi *vi)
{
	struct vi_shared *sh = vi->shared;

	vi_pool_forget(vi->pool, &sh->node);
	/* commands that never came back keep the memory they are in */
	if (sh->nr_used)
		return true;
	vi_seat_destroy(&sh->seat);
	vi_pool_leave(vi->pool);
	shared_free(sh);
	return vi->stuck;
}

static int shared_open(struct facet_vi *vi)
{
	return 0;
}

static void shared_close(struct facet_vi *vi)
{
	vi_pool_forget(vi->pool, &vi->shared->node);
}

static int shared_enable(struct facet_vi *vi, const struct facet_ctx_setup *setup)
{
	struct vi_shared *sh = vi->shared;
	int ret;

	guard(mutex)(&sh->lock);
	if (sh->state != FACET_CTX_DISABLED)
		return -EBUSY;
	ret = facet_pasid_allow(vi->fdev, vi->as->pasid);
	if (ret)
		return ret;
	sh->sq_base = setup->sq_base;
	sh->cq_base = setup->cq_base;
	sh->log2 = setup->ring_log2;
	sh->head = 0;
	sh->cq_tail = 0;
	memset(sh->page, 0, PAGE_SIZE);
	set_kick(sh, true);
	set_state(sh, FACET_CTX_READY, FACET_CTX_ERR_NONE);
	return 0;
}

/* Commands that the scheduler has not handed to the device are discarded. */
static void cancel_queued(struct vi_shared *sh)
{
	u64 now_ns = facet_clock_ns(sh->vi->fdev);
	struct vi_pool_cmd *cmd, *next;
	unsigned int class;
	LIST_HEAD(cancelled);

	lockdep_assert_held(&sh->lock);
	for (class = 0; class < FACET_NR_CLASSES; class++)
		if (sh->seat.entity[class])
			vf_sched_cancel(sh->seat.entity[class], &cancelled);
	list_for_each_entry_safe(cmd, next, &cancelled, sched.queue) {
		list_del_init(&cmd->sched.queue);
		sh->stats.aborted++;
		cmd_put(sh, cmd, now_ns);
	}
}

static int wait_idle(struct vi_shared *sh)
{
	if (wait_event_timeout(sh->idle, !READ_ONCE(sh->nr_used), RESET_TIMEOUT))
		return 0;
	return facet_is_dead(sh->vi->fdev) ? -ENODEV : -ETIMEDOUT;
}

static int shared_reset(struct facet_vi *vi)
{
	struct vi_shared *sh = vi->shared;
	int ret;

	scoped_guard(mutex, &sh->lock) {
		if (sh->state == FACET_CTX_DISABLED)
			return 0;
		set_state(sh, FACET_CTX_RESETTING, FACET_CTX_ERR_NONE);
		cancel_queued(sh);
	}
	/* what runs is aborted, what waits in the host's ring fails */
	ret = facet_pasid_revoke(vi->fdev, vi->as->pasid);
	if (!ret)
		ret = wait_idle(sh);
	if (ret) {
		/* ends all commands of all shared instances, one way or the other */
		vi_pool_break(vi->pool);
		wait_idle(sh);
	}
	scoped_guard(mutex, &sh->lock)
		if (!ret)
			set_state(sh, FACET_CTX_DISABLED, FACET_CTX_ERR_NONE);
	return ret;
}

static int shared_stop(struct facet_vi *vi)
{
	struct vi_shared *sh = vi->shared;

	guard(mutex)(&sh->lock);
	if (sh->state != FACET_CTX_READY)
		return -EINVAL;
	set_state(sh, sh->nr_used ? FACET_CTX_STOPPING : FACET_CTX_STOPPED, FACET_CTX_ERR_NONE);
	return 0;
}

static u32 shared_state(struct facet_vi *vi)
{
	struct vi_shared *sh = vi->shared;

	guard(mutex)(&sh->lock);
	return sh->state | sh->error << 8;
}

static void shared_work(struct facet_vi *vi, struct vi_work *work)
{
	struct vi_shared *sh = vi->shared;
	u64 ns;

	guard(mutex)(&sh->lock);
	ns = vi_seat_throttled_ns(vi);
	work->waiting = sh->nr_used;
	work->capped = ns != sh->throttled_ns;
	work->done = sh->stats.commands;
	work->invalid = sh->stats.invalid;
	sh->throttled_ns = ns;
}

static void shared_stats(struct facet_vi *vi, struct facet_ctx_stats *stats)
{
	struct vi_shared *sh = vi->shared;

	guard(mutex)(&sh->lock);
	*stats = sh->stats;
	if (sh->nr_used)
		stats->backlog_ns += busy_ns(sh, facet_clock_ns(vi->fdev));
	stats->throttled_ns = vi_seat_throttled_ns(vi);
}

static void shared_set_opcodes(struct facet_vi *vi, u64 ops)
{
	guard(mutex)(&vi->shared->lock);
	vi->shared->opcodes = ops & facet_caps(vi->fdev)->ops;
}

static u64 shared_opcodes(struct facet_vi *vi)
{
	return READ_ONCE(vi->shared->opcodes);
}

static int shared_context(struct facet_vi *vi)
{
	return -1;
}

static void shared_kick(struct facet_vi *vi)
{
	struct vi_shared *sh = vi->shared;

	vi_pool_activate(vi->pool, &sh->node);
}

static u64 shared_host_ns(struct facet_vi *vi)
{
	guard(mutex)(&vi->shared->lock);
	return vi->shared->host_ns;
}

static phys_addr_t shared_page(struct facet_vi *vi)
{
	return virt_to_phys(vi->shared->page);
}

static u32 shared_doorbell(struct facet_vi *vi)
{
	return page_get(vi->shared, FACET_WIN_DOORBELL);
}

static u32 shared_event(struct facet_vi *vi)
{
	return page_get(vi->shared, FACET_WIN_CQ_EVENT);
}

static u32 shared_read(struct facet_vi *vi, u32 off)
{
	return page_get(vi->shared, off);
}

static void shared_write(struct facet_vi *vi, u32 off, u32 value)
{
	struct vi_shared *sh = vi->shared;

	if (off != FACET_WIN_DOORBELL && off != FACET_WIN_CQ_EVENT)
		return;
	page_set(sh, off, value);
	if (off == FACET_WIN_DOORBELL) {
		shared_kick(vi);
		return;
	}
	/* belongs to the barrier of interrupt_due() */
	smp_mb();
	if ((s32)(READ_ONCE(sh->cq_tail) - value) > 0)
		vi_irq_ctx(vi);
}

const struct vi_queue_ops vi_shared_ops = {
	.name = "shared",
	.create = shared_create,
	.destroy = shared_destroy,
	.open = shared_open,
	.close = shared_close,
	.enable = shared_enable,
	.reset = shared_reset,
	.stop = shared_stop,
	.state = shared_state,
	.work = shared_work,
	.stats = shared_stats,
	.set_weight = vi_seat_set_weight,
	.set_own_weight = vi_seat_set_own_weight,
	.set_cap = vi_seat_set_cap,
	.set_floor = vi_seat_set_floor,
	.set_request = vi_seat_set_request,
	.cap_left_ns = vi_seat_cap_left_ns,
	.set_opcodes = shared_set_opcodes,
	.opcodes = shared_opcodes,
	.context = shared_context,
	.cap_doorbell = FACET_VI_CAP_KICK,
	.kick = shared_kick,
	.host_ns = shared_host_ns,
	.page = shared_page,
	.page_is_memory = true,
	.doorbell = shared_doorbell,
	.event = shared_event,
	.read = shared_read,
	.write = shared_write,
};
