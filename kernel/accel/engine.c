// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engines: what they do, which of them take commands, and how a command is taken
 * off one that does not end it.  Device-spec section 10.
 */
#include "facet_priv.h"
#include "facet_compat.h"

/* Nothing but the device's own work is waited for; its clock may be slow. */
#define RECOVER_TIMEOUT_US	(5 * USEC_PER_SEC)

/**
 * facet_engines - how many engines a class has
 * @fdev: accelerator
 * @class: enum facet_class
 *
 * Return: 0..32.  Any context.
 */
unsigned int facet_engines(struct facet_device *fdev, unsigned int class)
{
	return min((fdev->caps.engines >> (8 * class)) & 0xff, (u32)FACET_MAX_ENGINES);
}
EXPORT_SYMBOL_FACET(facet_engines);

/**
 * facet_engine_read - what an engine does
 * @fdev: accelerator
 * @class: enum facet_class
 * @e: number in the class
 * @info: filled in; not one moment's, but for a command that stands still
 *
 * Any context.
 */
void facet_engine_read(struct facet_device *fdev, unsigned int class, unsigned int e,
		       struct facet_engine_info *info)
{
	u32 base = FACET_REG_ENGINE(class, e);
	u32 state = facet_hw_read(fdev, base + FACET_ENG_STATE);

	memset(info, 0, sizeof(*info));
	info->done = facet_hw_read64(fdev, base + FACET_ENG_DONE_LO);
	info->busy = FACET_ENG_STATE_OF(state) == FACET_ENG_ST_BUSY;
	if (!info->busy)
		return;
	info->ctx = FACET_ENG_CTX_OF(state);
	info->opcode = FACET_ENG_OPCODE_OF(state);
	info->sq_index = facet_hw_read(fdev, base + FACET_ENG_SQ_INDEX);
	info->start_ns = facet_hw_read64(fdev, base + FACET_ENG_START_LO);
	info->heartbeat = facet_hw_read64(fdev, base + FACET_ENG_HEARTBEAT_LO);
}
EXPORT_SYMBOL_FACET(facet_engine_read);

/**
 * facet_engine_set_offline - say which engines of a class take no commands
 * @fdev: accelerator
 * @class: enum facet_class
 * @mask: bit e for engine e
 *
 * What they run is not affected.
 */
void facet_engine_set_offline(struct facet_device *fdev, unsigned int class, u32 mask)
{
	guard(mutex)(&fdev->lock);
	fdev->offline[class] = mask;
	facet_hw_write(fdev, FACET_REG_OFFLINE(class), mask);
}
EXPORT_SYMBOL_FACET(facet_engine_set_offline);

/**
 * facet_engine_offline - which engines of a class take no commands
 * @fdev: accelerator
 * @class: enum facet_class
 *
 * Return: mask.
 */
u32 facet_engine_offline(struct facet_device *fdev, unsigned int class)
{
	return READ_ONCE(fdev->offline[class]);
}
EXPORT_SYMBOL_FACET(facet_engine_offline);

/**
 * facet_engine_recover - take a command off an engine
 * @fdev: accelerator
 * @what: abort it, or let it begin anew on another engine
 * @class: enum facet_class
 * @e: number in the class
 * @info: the command; another one is left alone
 *
 * When this returns 0 it has been done, or there was nothing to do;
 * facet_engine_recovery() tells what becomes of a command that begins anew.
 *
 * Return: 0, -ETIMEDOUT or -ENODEV.
 */
int facet_engine_recover(struct facet_device *fdev, enum facet_recover what, unsigned int class,
			 unsigned int e, const struct facet_engine_info *info)
{
	guard(mutex)(&fdev->lock);
	facet_hw_write(fdev, FACET_REG_RECOVER_CTX, info->ctx);
	facet_hw_write(fdev, FACET_REG_RECOVER_SQ, info->sq_index);
	facet_hw_write(fdev, FACET_REG_RECOVER_CMD, FACET_RECOVER_CMD(what, class, e));
	return facet_hw_poll(fdev, FACET_REG_RECOVER_CMD, U32_MAX, 0, RECOVER_TIMEOUT_US);
}
EXPORT_SYMBOL_FACET(facet_engine_recover);

/**
 * facet_engine_recovery - what became of the command that began anew last
 * @fdev: accelerator
 *
 * Return: enum facet_recover_status; FACET_RECOVER_GONE when the device is.
 */
u32 facet_engine_recovery(struct facet_device *fdev)
{
	u32 value = facet_hw_read(fdev, FACET_REG_RECOVER_STATUS);

	return value == U32_MAX ? FACET_RECOVER_GONE : FACET_RECOVER_STATUS_OF(value);
}
EXPORT_SYMBOL_FACET(facet_engine_recovery);
