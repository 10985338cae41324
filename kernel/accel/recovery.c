// SPDX-License-Identifier: GPL-2.0-only
/*
 * The accelerator as a whole is reset: by the operator through the PCI function, by
 * the PCI core after an error, or by a loss of power.
 *
 *   facet_reset_prepare   nobody starts anything any more; the module above ends what
 *                         its instances do; counters and settings are saved
 *   (the reset)           all registers are lost
 *   facet_hw_restore      registers are what they were, all contexts DISABLED
 *   facet_reset_done      the module above tells its instances
 *
 * Meanwhile registers may read as all ones without the device being gone; commands to
 * contexts succeed if they only end things, and fail with -EBUSY otherwise.
 */
#include <linux/pci.h>
#include <linux/workqueue.h>
#include "facet_priv.h"
#include "facet_compat.h"

/* The longest that a recovery from an error on the bus may take. */
#define GIVE_UP		(60 * HZ)

/**
 * facet_is_resetting - is the accelerator as a whole being reset?
 * @fdev: accelerator
 *
 * Return: it is; nothing new can be started.  Any context.
 */
bool facet_is_resetting(struct facet_device *fdev)
{
	return READ_ONCE(fdev->resetting);
}
EXPORT_SYMBOL_FACET(facet_is_resetting);

/**
 * facet_set_client - who wants to hear of resets
 * @fdev: accelerator
 * @ops: what to tell; NULL: nobody
 * @priv: first argument of @ops
 *
 * None of the old @ops runs once this has returned.
 */
void facet_set_client(struct facet_device *fdev, const struct facet_client_ops *ops, void *priv)
{
	guard(mutex)(&fdev->client_lock);
	fdev->client_priv = priv;
	fdev->client = ops;
}
EXPORT_SYMBOL_FACET(facet_set_client);

/**
 * facet_save_settings - remember what a reset of the device would lose
 * @fdev: accelerator
 */
void facet_save_settings(struct facet_device *fdev)
{
	u32 dilation = facet_hw_read(fdev, FACET_REG_DILATION);

	/* not from a device that does not answer */
	if (dilation == U32_MAX)
		return;
	fdev->saved.dilation = dilation;
	fdev->saved.timing = facet_hw_read(fdev, FACET_REG_TIMING_MODE);
	fdev->saved.arb = facet_hw_read(fdev, FACET_REG_ARB);
}

static void restore_settings(struct facet_device *fdev)
{
	unsigned int class;

	lockdep_assert_held(&fdev->lock);
	facet_hw_write(fdev, FACET_REG_TIMING_MODE, fdev->saved.timing);
	facet_hw_write(fdev, FACET_REG_DILATION, fdev->saved.dilation);
	facet_hw_write(fdev, FACET_REG_ARB, fdev->saved.arb);
	for (class = 0; class < FACET_NR_CLASSES; class++)
		facet_hw_write(fdev, FACET_REG_OFFLINE(class), fdev->offline[class]);
}

/**
 * facet_reset_prepare - the accelerator is about to be reset
 * @fdev: accelerator
 *
 * Waits until nothing that would need its registers is under way.  A second call
 * does nothing.
 */
void facet_reset_prepare(struct facet_device *fdev)
{
	guard(mutex)(&fdev->client_lock);
	if (fdev->resetting)
		return;
	WRITE_ONCE(fdev->resetting, true);
	facet_save_settings(fdev);
	facet_ctx_save_all(fdev);
	/* from here on it accesses no memory, if it answers at all */
	if (readl(fdev->regs + FACET_REG_ID) == FACET_ID)
		facet_hw_reset(fdev);
	if (fdev->client)
		fdev->client->quiesce(fdev->client_priv);
}

/**
 * facet_hw_restore - the accelerator has been reset: give it its registers back
 * @fdev: accelerator
 *
 * Return: 0, -ETIMEDOUT or -ENODEV.
 */
int facet_hw_restore(struct facet_device *fdev)
{
	int ret;

	if (readl(fdev->regs + FACET_REG_ID) != FACET_ID)
		return -ENODEV;
	WRITE_ONCE(fdev->dead, false);
	ret = facet_hw_reset(fdev);
	if (ret)
		return ret;
	facet_evlog_restore(fdev);
	scoped_guard(mutex, &fdev->lock)
		restore_settings(fdev);
	facet_ctx_restore_all(fdev);
	facet_hw_write(fdev, FACET_REG_CTRL, FACET_CTRL_ENABLE);
	return 0;
}

/**
 * facet_reset_done - instances may go on
 * @fdev: accelerator
 * @err: of facet_hw_restore(); after an error the accelerator is of no use
 */
void facet_reset_done(struct facet_device *fdev, int err)
{
	guard(mutex)(&fdev->client_lock);
	/* it was used up: for the next error on the bus */
	pci_save_state(fdev->pdev);
	WRITE_ONCE(fdev->resetting, false);
	if (err) {
		dev_err(&fdev->pdev->dev, "does not work after a reset: %d\n", err);
		facet_lost(fdev);
	} else if (fdev->client) {
		fdev->client->restore(fdev->client_priv);
	}
}

/* The PCI core could not reset the link, and some versions of it leave it at that. */
static void give_up(struct work_struct *work)
{
	struct facet_device *fdev = container_of(work, struct facet_device, give_up.work);

	if (facet_is_resetting(fdev))
		facet_reset_done(fdev, -ETIMEDOUT);
}

/**
 * facet_recovery_init - prepare for resets of the whole
 * @fdev: accelerator
 */
void facet_recovery_init(struct facet_device *fdev)
{
	mutex_init(&fdev->client_lock);
	INIT_DELAYED_WORK(&fdev->give_up, give_up);
}

/**
 * facet_recovery_fini - no reset of the whole ends any more
 * @fdev: accelerator; the module above has gone
 */
void facet_recovery_fini(struct facet_device *fdev)
{
	cancel_delayed_work_sync(&fdev->give_up);
}

static void reset_prepare(struct pci_dev *pdev)
{
	facet_reset_prepare(pci_get_drvdata(pdev));
}

static void reset_done(struct pci_dev *pdev)
{
	struct facet_device *fdev = pci_get_drvdata(pdev);

	cancel_delayed_work_sync(&fdev->give_up);
	facet_reset_done(fdev, facet_hw_restore(fdev));
}

static pci_ers_result_t error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct facet_device *fdev = pci_get_drvdata(pdev);

	dev_err(&pdev->dev, "error on the bus, %s\n", state == pci_channel_io_perm_failure ?
		"for good" : "all instances will be reset");
	if (state == pci_channel_io_perm_failure) {
		scoped_guard(mutex, &fdev->client_lock)
			WRITE_ONCE(fdev->resetting, false);
		facet_lost(fdev);
		return PCI_ERS_RESULT_DISCONNECT;
	}
	facet_reset_prepare(fdev);
	schedule_delayed_work(&fdev->give_up, GIVE_UP);
	return PCI_ERS_RESULT_NEED_RESET;
}

/* Config space is that of a device that was reset, if the link was. */
static pci_ers_result_t slot_reset(struct pci_dev *pdev)
{
	struct facet_device *fdev = pci_get_drvdata(pdev);

	pci_restore_state(pdev);
	pci_set_master(pdev);
	fdev->restored = facet_hw_restore(fdev);
	return fdev->restored ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_RECOVERED;
}

static void resume(struct pci_dev *pdev)
{
	struct facet_device *fdev = pci_get_drvdata(pdev);

	cancel_delayed_work_sync(&fdev->give_up);
	facet_reset_done(fdev, fdev->restored);
	dev_info(&pdev->dev, "recovered\n");
}

const struct pci_error_handlers facet_error_handlers = {
	.reset_prepare = reset_prepare,
	.reset_done = reset_done,
	.error_detected = error_detected,
	.slot_reset = slot_reset,
	.resume = resume,
};

/* What an owner's device has done cannot be carried over a loss of power. */
static int facet_suspend(struct device *dev)
{
	struct facet_device *fdev = dev_get_drvdata(dev);

	scoped_guard(mutex, &fdev->client_lock) {
		if (fdev->client && fdev->client->busy(fdev->client_priv)) {
			dev_notice(dev, "no suspend: an instance has an owner\n");
			return -EBUSY;
		}
	}
	facet_reset_prepare(fdev);
	return 0;
}

static int facet_resume(struct device *dev)
{
	struct facet_device *fdev = dev_get_drvdata(dev);
	int ret = facet_hw_restore(fdev);

	facet_reset_done(fdev, ret);
	return ret;
}

DEFINE_SIMPLE_DEV_PM_OPS(facet_pm_ops, facet_suspend, facet_resume);
