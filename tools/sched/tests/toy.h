/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A toy device for tests of the policy: ideal engines that take commands in the
 * order of dispatch, and leaves that always have another command.
 */
#ifndef SCHED_TOY_H
#define SCHED_TOY_H

#include <stdio.h>
#include <stdlib.h>
#include "tap.h"
#include "vfs.h"

#define TOY_LEAVES	64u
#define TOY_CMDS	256u
#define TOY_ENGINES	32u

/**
 * struct toy_leaf - what a leaf runs
 * @node: its node
 * @pred_ns: prediction of each command
 * @cost_ns: what it takes
 * @left: commands that it still has; ~0: always another one
 */
struct toy_leaf {
	struct vfs_node node;
	u64 pred_ns;
	u64 cost_ns;
	u64 left;
};

/**
 * struct toy_cmd - a command in the toy device
 * @cmd: the policy's
 * @leaf: whose
 * @cost_ns: what it takes
 * @end_ns: when it ends, on an engine
 * @used: in flight
 */
struct toy_cmd {
	struct vfs_cmd cmd;
	struct toy_leaf *leaf;
	u64 cost_ns;
	u64 end_ns;
	bool used;
};

/**
 * struct toy - the device
 * @s: scheduler
 * @leaf: leaves
 * @cmd: room for commands
 * @engine: what engines run
 * @queue: what waits for one
 * @head: first of these
 * @tail: behind the last
 * @now_ns: time
 * @dispatched: commands handed over
 * @last: leaf of the latest
 */
struct toy {
	struct vfs_sched s;
	struct toy_leaf leaf[TOY_LEAVES];
	struct toy_cmd cmd[TOY_CMDS];
	struct toy_cmd *engine[TOY_ENGINES];
	struct toy_cmd *queue[TOY_CMDS];
	u32 head, tail;
	u64 now_ns;
	u64 dispatched;
	struct toy_leaf *last;
};

static inline void toy_init(struct toy *t, const struct vfs_params *params)
{
	memset(t, 0, sizeof(*t));
	vfs_init(&t->s, params);
}

static inline int toy_add(struct toy *t, u32 i, struct vfs_node *parent, u32 weight, u64 pred_ns,
			  u64 cost_ns)
{
	struct toy_leaf *l = &t->leaf[i];
	int err = vfs_node_add(&l->node, parent ? parent : &t->s.root, weight);

	l->pred_ns = pred_ns;
	l->cost_ns = cost_ns;
	l->left = ~0ull;
	return err;
}

static inline void toy_wake(struct toy *t, u32 i, u64 commands)
{
	t->leaf[i].left = commands;
	vfs_head(&t->leaf[i].node, commands ? t->leaf[i].pred_ns : 0);
}

static inline struct toy_cmd *toy_room(struct toy *t)
{
	u32 i;

	for (i = 0; i < TOY_CMDS; i++)
		if (!t->cmd[i].used)
			return &t->cmd[i];
	abort();
}

static inline void toy_start(struct toy *t)
{
	u32 e;

	for (e = 0; e < t->s.params.engines && t->head != t->tail; e++) {
		if (t->engine[e])
			continue;
		t->engine[e] = t->queue[t->head++ % TOY_CMDS];
		t->engine[e]->end_ns = t->now_ns + t->engine[e]->cost_ns;
	}
}

/* Hands over one command; false: nobody may. */
static inline bool toy_dispatch(struct toy *t)
{
	struct vfs_node *node = vfs_pick(&t->s, t->now_ns);
	struct toy_leaf *l = (struct toy_leaf *)node;
	struct toy_cmd *c;

	if (!l)
		return false;
	c = toy_room(t);
	*c = (struct toy_cmd){ .leaf = l, .cost_ns = l->cost_ns, .used = true };
	if (l->left != ~0ull)
		l->left--;
	vfs_dispatch(node, &c->cmd, l->left ? l->pred_ns : 0, t->now_ns);
	t->queue[t->tail++ % TOY_CMDS] = c;
	t->dispatched++;
	t->last = l;
	toy_start(t);
	return true;
}

/* The next completion; false: nothing is in the device. */
static inline bool toy_complete(struct toy *t)
{
	struct toy_cmd *c = NULL;
	u32 e, at = 0;

	for (e = 0; e < t->s.params.engines; e++) {
		if (t->engine[e] && (!c || t->engine[e]->end_ns < c->end_ns)) {
			c = t->engine[e];
			at = e;
		}
	}
	if (!c)
		return false;
	t->now_ns = c->end_ns;
	t->engine[at] = NULL;
	c->used = false;
	vfs_complete(&c->cmd, c->cost_ns, t->now_ns);
	toy_start(t);
	return true;
}

/* Time passes, with dispatches and completions; waits for caps if need be. */
static inline void toy_run(struct toy *t, u64 until_ns)
{
	while (t->now_ns < until_ns) {
		while (toy_dispatch(t))
			;
		if (toy_complete(t))
			continue;
		t->now_ns = vfs_next_wake(&t->s);
		if (t->now_ns > until_ns)
			t->now_ns = until_ns;
	}
}

static inline double toy_share(const struct toy *t, u32 i, u32 n)
{
	double sum = 0;
	u32 x;

	for (x = 0; x < n; x++)
		sum += t->leaf[x].node.done_ns;
	return t->leaf[i].node.done_ns / sum;
}

static inline bool toy_near(double got, double want, double by, const char *name)
{
	bool pass = got >= want - by && got <= want + by;

	tap_ok(pass, "%s", name);
	if (!pass)
		tap_diag("got %g, want %g within %g", got, want, by);
	return pass;
}

#endif /* SCHED_TOY_H */
