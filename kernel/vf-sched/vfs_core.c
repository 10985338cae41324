// SPDX-License-Identifier: GPL-2.0
/*
 * Cost-weighted fair scheduling of commands: the decision.
 *
 * The problem.  An accelerator's engine serves one command at a time and cannot
 * be preempted.  Commands differ by orders of magnitude (an RSA-4096 signature
 * takes 2 ms, a short cipher command 1 us), nobody knows a command's cost before
 * it has run, and the owners are hostile.  Taking turns by commands or bytes
 * gives the engine to whoever has the dearest commands.
 *
 * The rule.  Each node i has a weight w and a start tag S: the engine time that
 * it has been charged, divided by its weight.  V, the virtual time, is the
 * weighted mean of the start tags of all nodes that compete: what everybody
 * would have received from a perfectly divisible engine.  A node with S <= V has
 * had no more than its share: it is eligible.  Of the eligible nodes the one is
 * served whose finish tag F = S + cost / w is least: it would be the first to
 * have its next command done by the divisible engine.  (Eligible first, then
 * earliest finish: Stoica and Abdel-Wahab's EEVDF, 1995; Bennett and Zhang's
 * WF2Q+, 1996.)
 *
 *   dispatch     S += predicted cost / w
 *   completion   S += (measured - predicted) / w
 *
 * so an error of the prediction moves a node for one command and is gone: it
 * costs a constant, never a drift.  Measured is the engine's own time, stop minus
 * start; waiting behind others is nobody's bill.
 *
 * Example.  A: weight 1, commands of 2 ms.  B: weight 1, commands of 500 us.  One
 * engine, all tags 0, times in ms:
 *
 *     V     S_A  F_A   S_B  F_B    served, because
 *     0     0    2     0    0.5    B: both eligible, 0.5 < 2
 *     0.25  0    2     0.5  1      A: B is ahead of V, not eligible
 *     1.25  2    4     0.5  1      B: A is not eligible
 *     1.5   2    4     1    1.5    B
 *     1.75  2    4     1.5  2      B
 *     2     2    4     2    2.5    B: as in the first line, 2 ms later
 *
 * In 4 ms of engine time A got one command and B four: half each.  Round robin
 * would have given A 80 %.  A third node that had slept joins with S = V, is
 * eligible at once, and if its command is short its finish tag is the least: it
 * waits for the command that is running (the residual) and for nobody else,
 * however many nodes compete.  With start tags alone (SFQ) it would wait for all
 * others that are behind V, one after the other.
 *
 * Idleness.  Who leaves (nothing to do, capped, quiesced) keeps its start tag.
 * Who comes back starts at max(S, V): credit is not saved, debt is not
 * forgotten; it is worked off by what the others get meanwhile.  As long as a
 * command of its own is in the device a node is not idle, though: if it comes back
 * by then (an owner that has one command at a time), it is behind the others by no
 * less than when it left.  Nor by more, so that nothing is saved in this way either.
 *
 * Hierarchy.  A node competes with its siblings for what their parent gets; a
 * parent competes as long as a child does, and its next command is that of the
 * child that it would serve.  Each parent has a virtual time of its own.  This is
 * H-WF2Q+: the share of a group does not depend on how many children it has.
 * Choices are kept up to date from the leaf upwards at each event (a command
 * comes, is dispatched, completes), so that vfs_pick() chooses among the root's
 * children and follows pointers from there.
 *
 * In flight.  A device that gets the next command only when an engine is idle
 * idles for the dispatch latency; one that gets many makes a newcomer wait for
 * all of them, and owners that keep few commands outstanding run dry meanwhile.
 * What may wait inside the device is therefore limited by cost, not by count:
 * together no more than covers the dispatch latency (params.ahead_ns), or one
 * command alone if idling before it would cost more than one percent of it
 * (params.single_ns).
 *
 * Who has been idle and comes with a short command should not wait outside while
 * it is another's turn whose long command finds no room: what is before it may
 * then enter as well, up to as many commands again as params.slots.  The order
 * stays what it is, and a driver that has a second queue for short commands, with
 * a claim of its own on the engines, puts it there (vfs_cmd.express).
 *
 * Others.  Where the device has owners that this scheduler does not know of, its
 * arbiter shares the engines among them and the scheduler's two queues.  The
 * queues have to weigh what the owners behind them do (vfs_sched.load, which
 * follows each event), and must not run empty while they wait for a completion to
 * be seen, or others take what is theirs: vfs_set_slots() with twice the engines
 * keeps a command for each engine in the queue.  Short newcomers do not notice, as
 * they have the express queue.
 *
 * The bound.  For siblings i and j that compete without a break, and in any
 * interval, with W the engine time of completed commands:
 *
 *   |W_i/w_i - W_j/w_j| <= 2 max over x = i, j of max(c, r) / w_x
 *                          + SUM over x = i, j of k (c + e + u) / w_x
 *
 * k: commands in flight at a time, c: largest prediction, r: request length, e
 * and u: largest under- and over-prediction.  Documentation/scheduler.rst has the
 * proof and why it cannot be better.  As a rule it is
 *
 *   SUM over x = i, j of ((k + 1) max(c, r) + k (e + u)) / w_x
 *
 * which only somebody who tries hard exceeds.  vfs_bound_proved() and vfs_bound()
 * compute them, and the tests assert both.
 */
#include "vfs_internal.h"

/* Far from zero, so that no correction can take a tag below it. */
#define V_ORIGIN	((u128)1 << 96)
/*
 * Distance of the reference from a tag at which it is moved.  With tags this near
 * sums mostly fit in 64 bits, which are quicker to divide.
 */
#define REBASE		((s128)1 << 46)

/**
 * vfs_init - prepare a scheduler
 * @sched: memory
 * @params: what does not change; copied
 */
void vfs_init(struct vfs_sched *sched, const struct vfs_params *params)
{
	memset(sched, 0, sizeof(*sched));
	sched->params = *params;
	if (!params->slots)
		sched->params.slots = params->engines;
	sched->root.sched = sched;
	sched->root.weight = VFS_WEIGHT_DEFAULT;
	sched->root.idle_v = V_ORIGIN;
}

/**
 * vfs_set_slots - change how many commands enter the device before costs count
 * @sched: scheduler
 * @slots: as vfs_params.slots
 *
 * As many as the device has engines, or twice that while others, whom the
 * scheduler does not know of, compete for them.  What is in the device stays there.
 */
void vfs_set_slots(struct vfs_sched *sched, u32 slots)
{
	sched->params.slots = slots ? slots : sched->params.engines;
}

/**
 * vfs_vnow - virtual time among the children of a node
 * @parent: node
 *
 * Return: the weighted mean of the competing children's start tags, rounded down
 * (so that the least start tag is never beyond it); what it was last when no
 * child competes.
 */
u128 vfs_vnow(const struct vfs_node *parent)
{
	if (!parent->weights)
		return parent->idle_v;
	return parent->base + vfs_div_floor(parent->lag, parent->weights);
}

/* Finish tags live in trees alone.  A division, unless it is the one of last time. */
static u64 finish_of(struct vfs_node *node)
{
	u64 length = node->request_ns ? node->request_ns : node->head_ns;

	if (node->span_ns != length || node->span_weight != node->weight) {
		node->span_ns = length;
		node->span_weight = node->weight;
		node->span = vfs_scale(length, node->weight);
	}
	return (u64)node->start + node->span;
}

/* S moves by @ns / weight; what the division drops is kept for the next time. */
static void charge(struct vfs_node *node, s64 ns)
{
	s64 total = ns * (1LL << VFS_SHIFT) + node->rem;
	s128 q = vfs_div_floor(total, node->weight);

	node->start += q;
	node->rem = total - (s64)q * node->weight;
	node->charged_ns += ns;
}

/* Move the reference to the virtual time before products could overflow. */
static void rebase(struct vfs_node *parent, u128 start)
{
	s128 d = start - parent->base;
	u128 v;

	if (!parent->weights || (d <= REBASE && d >= -REBASE))
		return;
	v = vfs_vnow(parent);
	parent->lag -= (s128)(v - parent->base) * parent->weights;
	parent->base = v;
}

static void account(struct vfs_node *parent, u128 start, u32 weight, int sign)
{
	parent->lag += sign * (s128)(start - parent->base) * weight;
	parent->weights += sign * (s32)weight;
	rebase(parent, start);
}

/* The start tag that the tree knows; charges may have moved it since. */
static u128 placed(const struct vfs_node *node)
{
	return node->start - (s64)((u64)node->start - node->link.start);
}

void vfs_rejoin(struct vfs_node *node)
{
	struct vfs_node *parent = node->parent;

	if (!parent->weights) {
		parent->base = node->start;
		parent->lag = 0;
	}
	vfs_tree_insert(&parent->children, &node->link, (u64)node->start, finish_of(node));
	account(parent, node->start, node->weight, 1);
	vfs_floor_join(node);
}

static void join(struct vfs_node *node)
{
	u128 v = vfs_vnow(node->parent);

	if (node->inflight)
		v -= node->credit;
	if (node->start < v) {
		node->start = v;
		node->rem = 0;
	}
	vfs_rejoin(node);
}

static void hurry(struct vfs_node *node, bool hurried)
{
	node->sched->hurried += hurried - node->hurried;
	node->hurried = hurried;
}

void vfs_leave(struct vfs_node *node)
{
	struct vfs_node *parent = node->parent;
	u128 v;

	if (!vfs_competes(node))
		return;
	hurry(node, false);
	parent->idle_v = vfs_vnow(parent);
	vfs_tree_erase(&parent->children, &node->link);
	account(parent, placed(node), node->weight, -1);
	vfs_floor_leave(node);
	if (parent->sel == node)
		parent->sel = NULL;
	v = vfs_vnow(parent);
	node->credit = parent->weights && v > node->start ? v - node->start : 0;
}

/* The tree and the mean follow a start tag or finish tag that has changed. */
static void follow(struct vfs_node *node)
{
	struct vfs_node *parent = node->parent;
	s64 moved = (u64)node->start - node->link.start;
	u64 finish = finish_of(node);

	if (!moved && node->link.finish == finish)
		return;
	vfs_tree_move(&parent->children, &node->link, (u64)node->start, finish);
	parent->lag += (s128)moved * node->weight;
	rebase(parent, node->start);
}

/* The next command's cost counts for the bound from now on. */
static void set_head(struct vfs_node *node, u64 head_ns)
{
	node->head_ns = head_ns;
	if (node->worst.cost_ns < head_ns)
		node->worst.cost_ns = head_ns;
}

/* V is the start tag of a child that is alone: no need to look for either. */
static struct vfs_link *best_of(const struct vfs_node *parent, u64 *visits)
{
	struct vfs_link *only = parent->children.root;

	if (!only || only->height > 1)
		return vfs_tree_pick(&parent->children, (u64)vfs_vnow(parent), visits);
	++*visits;
	return only;
}

static void choose(struct vfs_node *parent)
{
	struct vfs_sched *sched = parent->sched;
	u64 visits = 0;
	struct vfs_link *link = best_of(parent, &visits);

	if (sched->most_visits < visits)
		sched->most_visits = visits;
	sched->visits += visits;
	sched->picks++;
	parent->sel = link ? vfs_node_of(link, link) : NULL;
	set_head(parent, parent->sel ? parent->sel->head_ns : 0);
}

static bool wants(const struct vfs_node *node)
{
	if (!node->head_ns || node->quiesced || node->throttled)
		return false;
	return !node->inflight_limit_ns || !node->inflight ||
	       node->inflight_ns + node->head_ns <= node->inflight_limit_ns;
}

/* It has work: it competes, or would but for what it has in the device. */
static bool has_work(const struct vfs_node *node)
{
	return vfs_competes(node) || (node->inflight && !node->throttled);
}

/* The load follows what has happened to @top, a child of the root. */
static void recount(struct vfs_node *top)
{
	u32 *load = top->sched->load, weight = has_work(top) ? top->weight : 0;

	if (weight == top->counted && top->fast == !!top->express)
		return;
	load[top->fast] -= top->counted;
	top->counted = weight;
	top->fast = top->express;
	load[top->fast] += weight;
}

void vfs_update(struct vfs_node *node)
{
	struct vfs_node *top = NULL;

	for (; node->parent; node = node->parent) {
		top = node;
		if (node->nr_children)
			choose(node);
		if (!wants(node))
			vfs_leave(node);
		else if (vfs_competes(node))
			follow(node);
		else
			join(node);
	}
	if (top)
		recount(top);
	/* nobody asks for the root's choice but vfs_pick() */
	node->sched->stale = true;
}

/**
 * vfs_head - the next command of a leaf has come, changed or gone
 * @leaf: node with commands
 * @head_ns: predicted cost of its next command; 0: it has none
 */
void vfs_head(struct vfs_node *leaf, u64 head_ns)
{
	u64 floor_ns = leaf->sched->params.floor_ns;
	bool came;

	if (head_ns)
		head_ns = vfs_clamp_cost(head_ns > floor_ns ? head_ns : floor_ns);
	if (head_ns == leaf->head_ns)
		return;
	set_head(leaf, head_ns);
	came = !vfs_competes(leaf) && head_ns <= leaf->sched->params.ahead_ns;
	vfs_update(leaf);
	if (came && vfs_competes(leaf))
		hurry(leaf, true);
}

/* May a command that costs @head_ns enter the device? */
static bool gate(const struct vfs_sched *sched, u64 head_ns)
{
	u32 extra = sched->hurried ? sched->params.slots : 0;

	if (sched->inflight < sched->params.slots + extra)
		return true;
	if (!sched->first && head_ns <= sched->params.single_ns)
		return true;
	return sched->ahead + head_ns <= sched->params.ahead_ns;
}

/**
 * vfs_pick - whose command is next?
 * @sched: scheduler
 * @now_ns: time
 *
 * Changes no tag; the caller dispatches, or asks again later.
 *
 * Return: a leaf; NULL when nobody wants to or may run, or the device has
 * enough.
 */
struct vfs_node *vfs_pick(struct vfs_sched *sched, u64 now_ns)
{
	struct vfs_node *node = &sched->root, *due;

	if (!vfs_tree_empty(&sched->throttled))
		vfs_advance(sched, now_ns);
	if (sched->stale)
		choose(node);
	sched->stale = false;
	while (node && node->nr_children) {
		due = NULL;
		if (!vfs_tree_empty(&node->floors))
			due = vfs_floor_due(node, now_ns);
		node = due ? due : node->sel;
	}
	if (!node || node == &sched->root || !gate(sched, node->head_ns))
		return NULL;
	return node;
}

static void ahead_add(struct vfs_sched *sched, struct vfs_cmd *cmd)
{
	cmd->ahead = true;
	cmd->next = NULL;
	cmd->prev = sched->last;
	if (sched->last)
		sched->last->next = cmd;
	else
		sched->first = cmd;
	sched->last = cmd;
	sched->ahead += cmd->pred_ns;
}

static void ahead_del(struct vfs_sched *sched, struct vfs_cmd *cmd)
{
	if (cmd->prev)
		cmd->prev->next = cmd->next;
	else
		sched->first = cmd->next;
	if (cmd->next)
		cmd->next->prev = cmd->prev;
	else
		sched->last = cmd->prev;
	cmd->ahead = false;
	sched->ahead -= cmd->pred_ns;
}

static void start_one(struct vfs_node *node, u64 ns, u64 now_ns)
{
	charge(node, ns);
	if (node->cap.permille | node->floor.permille)
		vfs_rate_charge(node, ns, now_ns);
	node->inflight++;
	node->inflight_ns += ns;
	if (node->worst.inflight < node->inflight)
		node->worst.inflight = node->inflight;
}

/**
 * vfs_dispatch - the head command of a leaf enters the device
 * @leaf: from vfs_pick()
 * @cmd: the command; untouched by the caller until vfs_complete()
 * @next_head_ns: predicted cost of the command behind it; 0: none
 * @now_ns: time
 */
void vfs_dispatch(struct vfs_node *leaf, struct vfs_cmd *cmd, u64 next_head_ns, u64 now_ns)
{
	struct vfs_sched *sched = leaf->sched;
	struct vfs_node *node;

	cmd->depth = 0;
	cmd->ahead = false;
	cmd->express = sched->inflight >= sched->params.engines &&
		       leaf->head_ns <= sched->params.ahead_ns;
	cmd->pred_ns = leaf->head_ns;
	cmd->charged_ns = leaf->head_ns;
	for (node = leaf; node->parent; node = node->parent) {
		cmd->path[cmd->depth++] = node;
		start_one(node, cmd->pred_ns, now_ns);
	}
	cmd->path[cmd->depth - 1]->express += cmd->express;
	if (++sched->inflight > sched->params.slots)
		ahead_add(sched, cmd);
	if (next_head_ns && next_head_ns < sched->params.floor_ns)
		next_head_ns = sched->params.floor_ns;
	set_head(leaf, vfs_clamp_cost(next_head_ns));
	hurry(leaf, false);
	vfs_update(leaf);
}

/* The nodes that @cmd has charged, where they are now and where they were. */
static void update_path(struct vfs_cmd *cmd)
{
	u32 i;

	vfs_update(cmd->path[0]);
	for (i = 1; i < cmd->depth; i++)
		if (cmd->path[i - 1]->parent != cmd->path[i])
			vfs_update(cmd->path[i]);
}

static void correct(struct vfs_cmd *cmd, u64 ns, u64 now_ns)
{
	s64 delta = (s64)ns - (s64)cmd->charged_ns;
	u32 i;

	cmd->charged_ns = ns;
	if (!delta)
		return;
	for (i = 0; i < cmd->depth; i++) {
		charge(cmd->path[i], delta);
		if (cmd->path[i]->cap.permille | cmd->path[i]->floor.permille)
			vfs_rate_correct(cmd->path[i], delta, now_ns);
	}
}

/**
 * vfs_refresh - a command still runs
 * @cmd: command in flight
 * @elapsed_ns: how long it has been on its engine
 * @now_ns: time
 *
 * Charges what it has taken beyond its prediction, so that others need not wait
 * for its end to be preferred.
 */
void vfs_refresh(struct vfs_cmd *cmd, u64 elapsed_ns, u64 now_ns)
{
	elapsed_ns = vfs_clamp_cost(elapsed_ns);
	if (elapsed_ns <= cmd->charged_ns)
		return;
	correct(cmd, elapsed_ns, now_ns);
	update_path(cmd);
}

static void end_one(struct vfs_node *node, const struct vfs_cmd *cmd, u64 ns)
{
	struct vfs_worst *w = &node->worst;

	node->inflight--;
	node->inflight_ns -= cmd->pred_ns;
	node->done_ns += ns;
	node->done++;
	if (ns > cmd->pred_ns && ns - cmd->pred_ns > w->under_ns)
		w->under_ns = ns - cmd->pred_ns;
	if (ns < cmd->pred_ns && cmd->pred_ns - ns > w->over_ns)
		w->over_ns = cmd->pred_ns - ns;
}

/**
 * vfs_complete - a command has left the device, however it ended
 * @cmd: command in flight; the caller's again
 * @engine_ns: engine time that it took, by the engine's own clock; less than the
 *	floor counts as the floor
 * @now_ns: time
 */
void vfs_complete(struct vfs_cmd *cmd, u64 engine_ns, u64 now_ns)
{
	struct vfs_sched *sched = cmd->path[0]->sched;
	u64 ns = engine_ns > sched->params.floor_ns ? engine_ns : sched->params.floor_ns;
	u32 i;

	ns = vfs_clamp_cost(ns);
	correct(cmd, ns, now_ns);
	for (i = 0; i < cmd->depth; i++)
		end_one(cmd->path[i], cmd, ns);
	cmd->path[cmd->depth - 1]->express -= cmd->express;
	sched->inflight--;
	if (cmd->ahead)
		ahead_del(sched, cmd);
	else if (sched->first)
		ahead_del(sched, sched->first);
	update_path(cmd);
}
