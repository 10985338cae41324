// SPDX-License-Identifier: GPL-2.0
/*
 * How near to the bound can somebody come who tries?  A case made by hand, with exact
 * predictions, three engines, and nobody who comes or goes:
 *
 *  A  weight 1, commands of 2 us
 *  B  weight 1, commands of 1 ms
 *  X  weight 1000: what it is charged moves the virtual time of all
 *
 * First X runs short commands.  V hardly moves, so that A, with one command, is ahead
 * of it while B's runs: A - B falls by a command of B.  Then X takes one command of
 * 8 s.  V is far ahead, A and B are eligible whatever they do, and only finish tags
 * count: A runs on until it is a command of B ahead of it in tags, twice; the second
 * time B's is still in the device.  A - B rises by three commands of B.
 *
 * vfs_bound(), with both terms' own commands, says two.  vfs_bound_proved() says three.
 */
#include "toy.h"

#define US	1000ull
#define MS	1000000ull
#define A	0
#define B	1
#define X	2

static const struct vfs_params three = { .engines = 3, .floor_ns = 500 };

/**
 * struct swing - A's service less B's
 * @least: least
 * @most: most
 */
struct swing {
	double least;
	double most;
};

static void follow(const struct toy *t, struct swing *s)
{
	double f = (double)t->leaf[A].node.done_ns - (double)t->leaf[B].node.done_ns;

	s->least = f < s->least ? f : s->least;
	s->most = f > s->most ? f : s->most;
}

static struct swing adversary(struct toy *t)
{
	struct swing s = { 0 };
	u32 i;

	toy_init(t, &three);
	toy_add(t, A, NULL, 1, 2 * US, 2 * US);
	toy_add(t, B, NULL, 1, MS, MS);
	toy_add(t, X, NULL, 1000, 10 * US, 10 * US);
	for (i = 0; i < 3; i++)
		toy_wake(t, i, ~0ull);
	while (t->now_ns < 8 * MS) {
		if (t->leaf[B].node.done && t->leaf[X].pred_ns < MS) {
			t->leaf[X].pred_ns = 8000 * MS;
			t->leaf[X].cost_ns = 8000 * MS;
			vfs_head(&t->leaf[X].node, 8000 * MS);
		}
		while (toy_dispatch(t))
			;
		toy_complete(t);
		follow(t, &s);
	}
	return s;
}

int main(void)
{
	static struct toy t;
	struct swing s = adversary(&t);
	const struct vfs_node *a = &t.leaf[A].node, *b = &t.leaf[B].node;
	double rule = (double)vfs_bound(a, b) / (1 << VFS_SHIFT);
	double proved = (double)vfs_bound_proved(a, b) / (1 << VFS_SHIFT);
	double swing = s.most - s.least;

	tap_diag("A - B from %.0f to %.0f us, rule %.0f, proved %.0f", s.least / US, s.most / US,
		 rule / US, proved / US);
	tap_eq(a->worst.under_ns + a->worst.over_ns + b->worst.under_ns + b->worst.over_ns, 0,
	       "exact predictions");
	tap_ok(swing <= proved, "the theorem holds: %.4f of it", swing / proved);
	tap_ok(swing > .99 * proved, "and could not be made one percent tighter");
	tap_ok(swing > 1.4 * rule, "the tighter bound does not hold in this case: %.2f of it",
	       swing / rule);
	return tap_done();
}
