// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every way to reset an instance, and every state that a reset has to end.
 */
#include <errno.h>
#include <linux/pci_regs.h>

#include "libfacet.h"

int fct_flr(struct fct_owner *o)
{
	unsigned int at = fct_cfg(o, PCI_CAPABILITY_LIST, 1);

	while (at && fct_cfg(o, at, 1) != PCI_CAP_ID_EXP)
		at = fct_cfg(o, at + 1, 1);
	return fct_cfg_set(o, at + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
}

int fct_operator_reset(struct fct_owner *o)
{
	return fct_attr_write(o->uuid, "reset", "1");
}

/* only the operator's keeps the grants */
const struct fct_cause fct_causes[FCT_NR_CAUSES] = {
	{ "control page", fct_vi_reset, false },
	{ "VFIO_DEVICE_RESET", fct_device_reset, false },
	{ "function level", fct_flr, false },
	{ "operator", fct_operator_reset, true },
};

void fct_burst(struct fct_owner *o, const struct facet_desc *d)
{
	int i;

	for (i = 0; i < FCT_BURST; i++)
		fct_queue(o, d);
	fct_kick(o);
}

static int enter_idle(struct fct_owner *o)
{
	return fct_ring_cmd(o, 0, 0, 0, FACET_VI_RING_CMD_DISABLE);
}

int fct_enter_busy(struct fct_owner *o)
{
	struct facet_desc d = fct_copy_desc(o, 65536);

	fct_burst(o, &d);
	return 0;
}

int fct_enter_error(struct fct_owner *o)
{
	o->prod += 1000;
	fct_kick(o);
	return fct_wait_state(o, FACET_VI_ST_ERROR);
}

static int enter_stopped(struct fct_owner *o)
{
	return fct_attr_write(o->uuid, "state", "stop");
}

/*
 * A fault names a queue context, and a shared instance has none of its own: there
 * the first command of anybody hangs, so that the caller holds the neighbours.
 */
int fct_hang(struct fct_owner *o, const struct facet_desc *d)
{
	int ctx = fct_hw_ctx(o->uuid);
	int ret = fct_inject(FACET_INJ_HANG, ctx, 1, 0);

	if (ret)
		return ret;
	fct_burst(o, d);
	return fct_engine_hang_wait(ctx);
}

int fct_enter_hung(struct fct_owner *o)
{
	struct facet_desc d = fct_copy_desc(o, 65536);

	return fct_hang(o, &d);
}

const struct fct_state fct_states[FCT_NR_STATES] = {
	{ "idle", enter_idle },
	{ "busy", fct_enter_busy },
	{ "error", fct_enter_error },
	{ "stopped", enter_stopped },
	{ "hung", fct_enter_hung },
};

int fct_again(struct fct_owner *o)
{
	int ret = 0;

	if (!fct_ctl(o, FACET_VI_N_WINDOWS))
		ret = fct_grant(o, o->iova, FCT_ARENA_BYTES,
				FACET_VI_POST_READ | FACET_VI_POST_WRITE);
	return ret ? ret : (int)fct_rings(o);
}
