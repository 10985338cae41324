// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets of the accelerator as a whole, as its instances see them: their commands
 * end, their rings are gone, all else is as before, and they are told as of a reset
 * by the operator.
 */
#include "vi.h"

static void pf_quiesce(void *priv)
{
	struct vi_parent *p = priv;

	/* first, so that no instance waits for commands that do not end */
	vi_pool_hold(p->pool);
	vi_health_for_each(p->health, vi_hold);
}

static void give_back(struct facet_vi *vi)
{
	guard(mutex)(&vi->reset_lock);
	if (vi_state(vi) == FACET_VI_ST_DEAD)
		vi_revive(vi);
	else if (vi->health.open)
		vi_reset_locked(vi, VI_RESET_DEVICE);
}

static void pf_restore(void *priv)
{
	struct vi_parent *p = priv;

	vi_health_restart(p->health);
	vi_pool_resume(p->pool);
	vi_health_for_each(p->health, give_back);
}

static bool pf_busy(void *priv)
{
	struct vi_parent *p = priv;

	return vi_health_any_open(p->health);
}

const struct facet_client_ops vi_client_ops = {
	.quiesce = pf_quiesce,
	.restore = pf_restore,
	.busy = pf_busy,
};
