// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facet guest driver: the rings, and how sessions share them.
 *
 * Commands have a number below the ring's length that is also the cookie the
 * device returns.  At most so many exist, and everything that the device has
 * not latched is among them: so the producer index is never further than the
 * ring's length ahead of the device's head, and neither ring overflows.
 *
 * Shares: with a sessions that have commands, each may have slots / (a + 1) of
 * them.  Together they leave one share free, so that a session which begins
 * finds room at once, whatever the others do; alone, a session has half of the
 * ring.
 *
 * Completions are the device's word and are checked: a cookie that does not
 * belong to the submission index is looked up by the index and ends with
 * FACET_ST_ENGINE_ERROR; if that fails too the instance is reset.
 */
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "facet_vf.h"

static unsigned int ring_log2 = 9;
module_param(ring_log2, uint, 0444);
MODULE_PARM_DESC(ring_log2, "log2 of the ring's slots (default: 9)");

static struct facet_vf_piece *ring_get(struct facet_vf *vf, size_t bytes)
{
	unsigned int nr = PFN_UP(bytes);
	struct facet_vf_piece *piece = facet_vf_pool_get(vf, nr, nr);

	if (IS_ERR(piece))
		return piece;
	memset(facet_vf_piece_addr(piece), 0, facet_vf_piece_bytes(piece));
	list_add_tail(&piece->node, &vf->ring.pieces);
	return piece;
}

/* The commands' areas, in groups that fill pages. */
static int ring_alloc_areas(struct facet_vf *vf)
{
	struct facet_vf_ring *ring = &vf->ring;
	unsigned int i, group = max_t(size_t, SZ_64K / FACET_VF_AREA_BYTES, 1);
	struct facet_vf_piece *piece = NULL;

	for (i = 0; i < facet_vf_slots(ring); i++) {
		size_t off = (i % group) * FACET_VF_AREA_BYTES;

		if (!off)
			piece = ring_get(vf, group * FACET_VF_AREA_BYTES);
		if (IS_ERR(piece))
			return PTR_ERR(piece);
		ring->cmds[i].area = facet_vf_piece_addr(piece) + off;
		ring->cmds[i].area_iova = facet_vf_piece_iova(piece) + off;
		ring->free[i] = i;
	}
	ring->nr_free = i;
	return 0;
}

/**
 * facet_vf_ring_alloc - memory of the rings and the commands
 * @vf: instance
 *
 * Return: 0 or a negative errno; facet_vf_ring_free() in both cases.
 */
int facet_vf_ring_alloc(struct facet_vf *vf)
{
	struct facet_vf_ring *ring = &vf->ring;
	struct facet_vf_piece *sq, *cq;

	BUILD_BUG_ON(sizeof(struct facet_desc) != FACET_DESC_BYTES);
	BUILD_BUG_ON(sizeof(struct facet_comp) != FACET_COMP_BYTES);
	ring->cmds = kvcalloc(facet_vf_slots(ring), sizeof(*ring->cmds), GFP_KERNEL);
	ring->free = kvcalloc(facet_vf_slots(ring), sizeof(*ring->free), GFP_KERNEL);
	if (!ring->cmds || !ring->free)
		return -ENOMEM;
	sq = ring_get(vf, facet_vf_slots(ring) * sizeof(*ring->sq));
	if (IS_ERR(sq))
		return PTR_ERR(sq);
	cq = ring_get(vf, facet_vf_slots(ring) * sizeof(*ring->cq));
	if (IS_ERR(cq))
		return PTR_ERR(cq);
	ring->sq = facet_vf_piece_addr(sq);
	ring->sq_iova = facet_vf_piece_iova(sq);
	ring->cq = facet_vf_piece_addr(cq);
	ring->cq_iova = facet_vf_piece_iova(cq);
	return ring_alloc_areas(vf);
}

/**
 * facet_vf_ring_init - the bounds of rings not made yet
 * @vf: instance
 */
void facet_vf_ring_init(struct facet_vf *vf)
{
	vf->ring.log2 = ring_log2;
	INIT_LIST_HEAD(&vf->ring.pieces);
}

/**
 * facet_vf_ring_free - free what facet_vf_ring_alloc() has made
 * @vf: instance; no commands
 */
void facet_vf_ring_free(struct facet_vf *vf)
{
	struct facet_vf_ring *ring = &vf->ring;
	struct facet_vf_piece *piece, *next;
	unsigned int i;

	for (i = 0; ring->cmds && i < facet_vf_slots(ring); i++)
		if (ring->cmds[i].dict)
			facet_vf_pool_put(vf, ring->cmds[i].dict);
	list_for_each_entry_safe(piece, next, &ring->pieces, node)
		facet_vf_pool_put(vf, piece);
	INIT_LIST_HEAD(&ring->pieces);
	kvfree(ring->cmds);
	kvfree(ring->free);
	ring->cmds = NULL;
	ring->free = NULL;
}

/**
 * facet_vf_ring_enable - zero the rings and enter them
 * @vf: instance; ctl_lock held, no commands on the device
 *
 * Return: 0 or a negative errno.
 */
int facet_vf_ring_enable(struct facet_vf *vf)
{
	struct facet_vf_ring *ring = &vf->ring;
	int ret;

	lockdep_assert_held(&vf->ctl_lock);
	memset(ring->sq, 0, facet_vf_slots(ring) * sizeof(*ring->sq));
	memset(ring->cq, 0, facet_vf_slots(ring) * sizeof(*ring->cq));
	scoped_guard(spinlock_irqsave, &vf->lock) {
		ring->prod = 0;
		ring->doorbell = 0;
		ring->cons = 0;
		ring->event = 0;
		ring->late = false;
		ring->armed = true;	/* the state after ENABLE */
	}
	ret = facet_vf_ctl_enable(vf);
	if (ret)
		return ret;
	scoped_guard(spinlock_irqsave, &vf->lock)
		ring->running = true;
	facet_vf_wake_all(vf);
	return 0;
}

/**
 * facet_vf_ring_stop - push nothing more, ring no doorbells
 * @vf: instance
 */
void facet_vf_ring_stop(struct facet_vf *vf)
{
	scoped_guard(spinlock_irqsave, &vf->lock)
		vf->ring.running = false;
}

static bool cmd_valid(const struct facet_vf_cmd *cmd, u32 sq_index)
{
	return cmd->session && cmd->pushed && cmd->sq_index == sq_index;
}

static void cmd_free(struct facet_vf *vf, struct facet_vf_cmd *cmd)
{
	struct facet_vf_session *s = cmd->session;
	struct facet_vf_ring *ring = &vf->ring;

	lockdep_assert_held(&vf->lock);
	memzero_explicit(cmd->area, cmd->param_len);	/* may hold keys */
	cmd->session = NULL;
	cmd->pushed = false;
	cmd->param_len = 0;
	ring->free[ring->nr_free++] = cmd - ring->cmds;
	WRITE_ONCE(s->inflight, s->inflight - 1);
	if (!s->inflight)
		ring->nr_active--;
	facet_vf_want(s);
	if (s->polled || !s->inflight || facet_vf_comps(s) >= s->need)
		wake_up(&s->wq);
	facet_vf_session_put(s);
}

/* Hand a completion to its session; there is a slot for each command. */
static void cmd_complete(struct facet_vf *vf, struct facet_vf_cmd *cmd, struct facet_comp *comp)
{
	struct facet_vf_session *s = cmd->session;

	comp->cookie = cmd->cookie;
	comp->sq_index = 0;
	comp->fault_addr = 0;
	comp->seq = cpu_to_le32(s->comp_head + 1);
	s->comps[s->comp_head & (facet_vf_slots(&vf->ring) - 1)] = *comp;
	/* pairs with smp_load_acquire() of who collects it */
	smp_store_release(&s->comp_head, s->comp_head + 1);
	cmd_free(vf, cmd);
}

static void comp_bad(struct facet_comp *comp, enum facet_status status)
{
	*comp = (struct facet_comp) {
		.status = cpu_to_le16(status),
		.engine = FACET_COMP_NO_ENGINE,
	};
}

static bool comp_plausible(const struct facet_vf_cmd *cmd, const struct facet_comp *comp)
{
	return le16_to_cpu(comp->status) < FACET_NR_STATUS &&
	       le32_to_cpu(comp->out_bytes) <= cmd->dst_len &&
	       le32_to_cpu(comp->in_bytes) <= cmd->src_len;
}

static struct facet_vf_cmd *ring_match(struct facet_vf *vf, const struct facet_comp *comp,
				       bool *bad)
{
	struct facet_vf_ring *ring = &vf->ring;
	u32 slots = facet_vf_slots(ring), sq_index = le32_to_cpu(comp->sq_index);
	u64 cookie = le64_to_cpu(comp->cookie);
	unsigned int i;

	*bad = false;
	if (cookie < slots && cmd_valid(&ring->cmds[cookie], sq_index)) {
		*bad = !comp_plausible(&ring->cmds[cookie], comp);
		return &ring->cmds[cookie];
	}
	*bad = true;
	for (i = 0; i < slots; i++)
		if (cmd_valid(&ring->cmds[i], sq_index))
			return &ring->cmds[i];
	return NULL;
}

static void ring_complete(struct facet_vf *vf, struct facet_comp *comp)
{
	struct facet_vf_cmd *cmd;
	bool bad;

	cmd = ring_match(vf, comp, &bad);
	vf->stats.bad_completions += bad;
	if (!cmd) {
		vf->confused = true;
		if (!vf->gone)
			queue_work(facet_vf_wq, &vf->recover_work);
		return;
	}
	if (bad)
		comp_bad(comp, FACET_ST_ENGINE_ERROR);
	cmd_complete(vf, cmd, comp);
}

/**
 * facet_vf_ring_pending - whether a completion is there
 * @vf: instance
 *
 * Needs no lock, and may be wrong without it.
 *
 * Return: true: it is worth to call facet_vf_ring_harvest().
 */
bool facet_vf_ring_pending(struct facet_vf *vf)
{
	const struct facet_vf_ring *ring = &vf->ring;
	u32 cons = READ_ONCE(ring->cons);
	const struct facet_comp *comp = &ring->cq[cons & (facet_vf_slots(ring) - 1)];

	return le32_to_cpu(READ_ONCE(comp->seq)) == cons + 1;
}

/**
 * facet_vf_ring_passed - whether a completion has been written
 * @vf: instance; lock held
 * @index: its index, less than the ring's slots ahead of the consumer
 *
 * Return: true or false.
 */
bool facet_vf_ring_passed(struct facet_vf *vf, u32 index)
{
	const struct facet_vf_ring *ring = &vf->ring;
	const struct facet_comp *comp = &ring->cq[index & (facet_vf_slots(ring) - 1)];

	lockdep_assert_held(&vf->lock);
	return (s32)(ring->cons - index) > 0 || le32_to_cpu(READ_ONCE(comp->seq)) == index + 1;
}

/**
 * facet_vf_ring_harvest - hand completions to their sessions
 * @vf: instance; lock held
 *
 * Return: how many, at most the ring's slots.
 */
unsigned int facet_vf_ring_harvest(struct facet_vf *vf)
{
	struct facet_vf_ring *ring = &vf->ring;
	u32 slots = facet_vf_slots(ring);
	struct facet_comp comp;
	unsigned int nr;

	lockdep_assert_held(&vf->lock);
	for (nr = 0; nr < slots && facet_vf_ring_pending(vf); nr++) {
		dma_rmb();	/* seq was written last */
		comp = ring->cq[ring->cons & (slots - 1)];
		WRITE_ONCE(ring->cons, ring->cons + 1);
		ring_complete(vf, &comp);
	}
	if (nr && wq_has_sleeper(&vf->room_wq))
		wake_up(&vf->room_wq);
	return nr;
}

static void ring_abort_locked(struct facet_vf *vf)
{
	struct facet_vf_ring *ring = &vf->ring;
	struct facet_comp comp;
	unsigned int i;

	lockdep_assert_held(&vf->lock);
	facet_vf_ring_harvest(vf);
	for (i = 0; i < facet_vf_slots(ring); i++) {
		if (!ring->cmds[i].session || !ring->cmds[i].pushed)
			continue;
		comp_bad(&comp, FACET_ST_ABORTED);
		cmd_complete(vf, &ring->cmds[i], &comp);
		vf->stats.aborted++;
	}
}

/**
 * facet_vf_ring_abort - end all commands
 * @vf: instance; the device has no rings
 *
 * Those that the device has completed before end as it says, the others with
 * FACET_ST_ABORTED.
 */
void facet_vf_ring_abort(struct facet_vf *vf)
{
	scoped_guard(spinlock_irqsave, &vf->lock)
		ring_abort_locked(vf);
}

/**
 * facet_vf_ring_room - whether a session may have one more command
 * @s: session; vf->lock held
 *
 * Return: true or false.
 */
bool facet_vf_ring_room(struct facet_vf_session *s)
{
	const struct facet_vf_ring *ring = &s->vf->ring;
	u32 slots = facet_vf_slots(ring);
	u32 shares = ring->nr_active + !s->inflight + 1;

	lockdep_assert_held(&s->vf->lock);
	return ring->running && ring->nr_free &&
	       s->inflight < max(slots / shares, 1U) &&
	       s->inflight + facet_vf_comps(s) < slots;
}

static struct facet_vf_cmd *cmd_reserve_locked(struct facet_vf_session *s)
{
	struct facet_vf *vf = s->vf;
	struct facet_vf_ring *ring = &vf->ring;
	struct facet_vf_cmd *cmd;

	lockdep_assert_held(&vf->lock);
	if (vf->gone)
		return ERR_PTR(-ENODEV);
	if (vf->broken)
		return ERR_PTR(-EIO);
	s->blocked = !facet_vf_ring_room(s);
	if (s->blocked)
		return ERR_PTR(-EAGAIN);
	cmd = &ring->cmds[ring->free[--ring->nr_free]];
	cmd->session = s;
	facet_vf_session_get(s);
	if (!s->inflight)
		ring->nr_active++;
	WRITE_ONCE(s->inflight, s->inflight + 1);
	return cmd;
}

/**
 * facet_vf_cmd_reserve - take a free command
 * @s: session
 *
 * Return: the command, which the caller pushes or releases; an ERR_PTR:
 * -EAGAIN: no room; -ENODEV; -EIO.
 */
struct facet_vf_cmd *facet_vf_cmd_reserve(struct facet_vf_session *s)
{
	struct facet_vf_cmd *cmd = NULL;

	scoped_guard(spinlock_irqsave, &s->vf->lock)
		cmd = cmd_reserve_locked(s);
	return cmd;
}

/**
 * facet_vf_cmd_release - give a command back that was not pushed
 * @vf: instance
 * @cmd: command
 */
void facet_vf_cmd_release(struct facet_vf *vf, struct facet_vf_cmd *cmd)
{
	scoped_guard(spinlock_irqsave, &vf->lock)
		cmd_free(vf, cmd);
	wake_up(&vf->room_wq);
}

static int cmd_push_locked(struct facet_vf *vf, struct facet_vf_cmd *cmd,
			   const struct facet_desc *desc)
{
	struct facet_vf_ring *ring = &vf->ring;
	struct facet_desc *slot;

	lockdep_assert_held(&vf->lock);
	if (!ring->running)
		return -EAGAIN;
	slot = &ring->sq[ring->prod & (facet_vf_slots(ring) - 1)];
	*slot = *desc;
	slot->cookie = cpu_to_le64(cmd - ring->cmds);
	cmd->sq_index = ring->prod++;
	cmd->pushed = true;
	vf->stats.commands++;
	return 0;
}

/**
 * facet_vf_cmd_push - put a command into the ring
 * @vf: instance
 * @cmd: command
 * @desc: its descriptor; the cookie is filled in here
 *
 * Return: 0; -EAGAIN: a reset is under way, the caller releases the command.
 */
int facet_vf_cmd_push(struct facet_vf *vf, struct facet_vf_cmd *cmd, const struct facet_desc *desc)
{
	int ret = -EAGAIN;

	scoped_guard(spinlock_irqsave, &vf->lock)
		ret = cmd_push_locked(vf, cmd, desc);
	return ret;
}

static void ring_kick_locked(struct facet_vf_session *s)
{
	struct facet_vf *vf = s->vf;
	struct facet_vf_ring *ring = &vf->ring;

	lockdep_assert_held(&vf->lock);
	if (!ring->running || ring->doorbell == ring->prod)
		return;
	ring->doorbell = ring->prod;
	writel(ring->prod, vf->win + FACET_WIN_DOORBELL);
	if (vf->kicks) {
		/* the doorbell is memory: it is there before the look at the flag */
		mb();
		if (readl(vf->win + FACET_WIN_KICK))
			facet_vf_ctl_kick(vf);
	}
	facet_vf_want(s);	/* poll(2) may be waiting already */
	facet_vf_arm(vf);
}

/**
 * facet_vf_ring_kick - tell the device what has been pushed
 * @s: session that has pushed it
 */
void facet_vf_ring_kick(struct facet_vf_session *s)
{
	scoped_guard(spinlock_irqsave, &s->vf->lock)
		ring_kick_locked(s);
}
