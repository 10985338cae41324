// SPDX-License-Identifier: GPL-2.0
/*
 * Our policy without our tree: eligible first, then earliest finish, by a look at
 * everybody in a list, each in memory of its own, as simple schedulers have it.
 * The list is least recently used first, as GVT-g's of virtual GPUs is: who was
 * served goes to its end.  (Or in the order of memory, which no list keeps, and
 * which is the best that a scan could have.)  Two uses: what the tree saves, and whether it chooses
 * right; so this is written straight from the rule.
 */
#include <stdlib.h>
#include "policy.h"

#define ORIGIN	((u128)1 << 96)

/**
 * struct scan_owner - an owner
 * @next: in the list
 * @prev: in the list
 * @start: start tag
 * @finish: finish tag of its head
 * @rem: what @start lacks, see struct vfs_node
 * @x: its number
 * @weight: weight
 * @wants: has a head
 */
struct scan_owner {
	struct scan_owner *next, *prev;
	u128 start;
	u128 finish;
	u32 rem;
	u32 x;
	u32 weight;
	bool wants;
};

/**
 * struct scan - an instance
 * @owner: owners by number
 * @owners: how many there may be
 * @list: least recently served first
 * @rng: for the order in which they begin
 * @sum: over those with a head, of weight * (start - ORIGIN)
 * @weights: sum of their weights
 * @idle_v: virtual time when the last of them left
 * @depth: most in the device
 * @inflight: in the device
 * @floor_ns: least charge
 * @ordered: the list stays as it was made
 */
struct scan {
	struct scan_owner **owner;
	u32 owners;
	struct scan_owner list;
	u64 rng;
	s128 sum;
	u32 weights;
	u128 idle_v;
	u32 depth;
	u32 inflight;
	u64 floor_ns;
	bool ordered;
};

static void *create(const struct pol_config *cfg)
{
	struct scan *p = calloc(1, sizeof(*p));

	p->owner = calloc(cfg->owners, sizeof(*p->owner));
	p->owners = cfg->owners;
	p->depth = cfg->depth;
	p->floor_ns = cfg->floor_ns;
	p->idle_v = ORIGIN;
	p->rng = 88172645463325252ull;
	p->list.next = &p->list;
	p->list.prev = &p->list;
	return p;
}

static void *create_ordered(const struct pol_config *cfg)
{
	struct scan *p = create(cfg);

	p->ordered = true;
	return p;
}

static void destroy(void *priv)
{
	struct scan *p = priv;
	u32 x;

	for (x = 0; x < p->owners; x++)
		free(p->owner[x]);
	free(p->owner);
	free(p);
}

static u128 vtime(const struct scan *p)
{
	return p->weights ? ORIGIN + vfs_div_floor(p->sum, p->weights) : p->idle_v;
}

static void link_before(struct scan_owner *o, struct scan_owner *at)
{
	o->next = at;
	o->prev = at->prev;
	at->prev->next = o;
	at->prev = o;
}

/* Somewhere: service will have mixed them long before anybody measures. */
static struct scan_owner *somewhere(struct scan *p, u32 below)
{
	if (p->ordered)
		return &p->list;
	p->rng ^= p->rng << 13;
	p->rng ^= p->rng >> 7;
	p->rng ^= p->rng << 17;
	return below ? p->owner[p->rng % below] : &p->list;
}

/* Owners come by number. */
static void add(void *priv, u32 x, u32 weight, u32 group)
{
	struct scan *p = priv;
	struct scan_owner *o = aligned_alloc(16, sizeof(*o));

	(void)group;
	*o = (struct scan_owner){ .x = x, .weight = weight, .start = vtime(p) };
	p->owner[x] = o;
	link_before(o, somewhere(p, x));
}

static void count(struct scan *p, const struct scan_owner *o, int sign)
{
	p->sum += sign * (s128)(o->start - ORIGIN) * o->weight;
	p->weights += sign * (s32)o->weight;
}

static u64 floored(const struct scan *p, u64 ns)
{
	return ns > p->floor_ns ? ns : p->floor_ns;
}

static void finish(const struct scan *p, struct scan_owner *o, u64 ns)
{
	o->finish = o->start + (floored(p, ns) << VFS_SHIFT) / o->weight;
}

static void head(void *priv, const struct pol_cmd *cmd, u64 now_ns)
{
	struct scan *p = priv;
	struct scan_owner *o = p->owner[cmd->owner];

	(void)now_ns;
	if (o->start < vtime(p)) {
		o->start = vtime(p);
		o->rem = 0;
	}
	o->wants = true;
	finish(p, o, cmd->pred_ns);
	count(p, o, 1);
}

static s32 pick(void *priv, u64 now_ns)
{
	struct scan *p = priv;
	const struct scan_owner *o, *best = NULL;
	u128 v = vtime(p);

	(void)now_ns;
	if (p->inflight >= p->depth)
		return POLICY_NONE;
	for (o = p->list.next; o != &p->list; o = o->next)
		if (o->wants && o->start <= v && (!best || o->finish < best->finish))
			best = o;
	return best ? (s32)best->x : POLICY_NONE;
}

static void charge(struct scan_owner *o, s64 ns)
{
	s64 total = ns * (1ll << VFS_SHIFT) + o->rem;
	s128 q = vfs_div_floor(total, o->weight);

	o->start += q;
	o->rem = total - (s64)q * o->weight;
}

static void dispatch(void *priv, struct pol_cmd *cmd, const struct pol_cmd *next, u64 now_ns)
{
	struct scan *p = priv;
	struct scan_owner *o = p->owner[cmd->owner];

	(void)now_ns;
	p->inflight++;
	if (!p->ordered) {
		o->prev->next = o->next;
		o->next->prev = o->prev;
		link_before(o, &p->list);
	}
	p->idle_v = vtime(p);
	count(p, o, -1);
	cmd->charged_ns = floored(p, cmd->pred_ns);
	charge(o, cmd->charged_ns);
	o->wants = next;
	if (!next)
		return;
	finish(p, o, next->pred_ns);
	count(p, o, 1);
}

static void complete(void *priv, struct pol_cmd *cmd, const struct pol_done *done, u64 now_ns)
{
	struct scan *p = priv;
	struct scan_owner *o = p->owner[cmd->owner];
	u128 before = o->start;
	s64 delta = (s64)floored(p, done->stop_ns - done->start_ns) - (s64)cmd->charged_ns;

	(void)now_ns;
	p->inflight--;
	if (o->wants)
		count(p, o, -1);
	charge(o, delta);
	o->finish += o->start - before;
	if (o->wants)
		count(p, o, 1);
}

const struct policy policy_scan = {
	.name = "scan",
	.create = create,
	.destroy = destroy,
	.add = add,
	.head = head,
	.pick = pick,
	.dispatch = dispatch,
	.complete = complete,
};

const struct policy policy_scan_ordered = {
	.name = "scan-ordered",
	.create = create_ordered,
	.destroy = destroy,
	.add = add,
	.head = head,
	.pick = pick,
	.dispatch = dispatch,
	.complete = complete,
};
