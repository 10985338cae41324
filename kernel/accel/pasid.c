// SPDX-License-Identifier: GPL-2.0-only
/*
 * Valid-PASID table of the device: descriptors of host contexts may name these
 * and no others.
 */
#include "facet_priv.h"
#include "facet_compat.h"

/* An abort takes CAP_ABORT_NS of device time, which may pass slowly. */
#define REVOKE_TIMEOUT_US	(20 * USEC_PER_SEC)

/**
 * facet_pasid_allow - let host contexts use a PASID
 * @fdev: accelerator
 * @pasid: PASID
 *
 * Return: 0; -ENOSPC when the table is full, -EINVAL for a PASID that the device
 * cannot have, -EBUSY while it is reset, -ENODEV.
 */
int facet_pasid_allow(struct facet_device *fdev, ioasid_t pasid)
{
	if (facet_is_resetting(fdev))
		return -EBUSY;
	guard(mutex)(&fdev->pasid_lock);
	facet_hw_write(fdev, FACET_REG_PASID_SET, pasid);
	switch (facet_hw_read(fdev, FACET_REG_PASID_STATUS)) {
	case FACET_PASID_ST_OK:
		return 0;
	case FACET_PASID_ST_FULL:
		return -ENOSPC;
	case FACET_PASID_ST_BAD:
		return -EINVAL;
	default:
		return -ENODEV;
	}
}
EXPORT_SYMBOL_FACET(facet_pasid_allow);

/**
 * facet_pasid_revoke - let host contexts use a PASID no longer
 * @fdev: accelerator
 * @pasid: PASID
 *
 * Commands with it that wait or run are aborted and complete with
 * FACET_ST_ABORTED.  When this returns 0 the last has left its engine.
 *
 * Return: 0, -ETIMEDOUT or -ENODEV.
 */
int facet_pasid_revoke(struct facet_device *fdev, ioasid_t pasid)
{
	/* which empties the table */
	if (facet_is_resetting(fdev))
		return 0;
	guard(mutex)(&fdev->pasid_lock);
	facet_hw_write(fdev, FACET_REG_PASID_CLEAR, pasid);
	return facet_hw_poll(fdev, FACET_REG_PASID_STATUS, U32_MAX, FACET_PASID_ST_OK,
			     REVOKE_TIMEOUT_US);
}
EXPORT_SYMBOL_FACET(facet_pasid_revoke);
