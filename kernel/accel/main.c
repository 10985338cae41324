// SPDX-License-Identifier: GPL-2.0-only
/*
 * facet.ko: PCI driver of the accelerator.
 *
 * Owns what is shared: registers, queue contexts, interrupts, PASID address
 * spaces, the event log.  What instances are is the business of the modules
 * above, each of which binds an auxiliary device that is made here.  Interface:
 * facet.h; contract of the hardware: Documentation/device-spec.rst.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "facet_priv.h"
#include "facet_compat.h"

/**
 * struct facet_aux - auxiliary device with the way back
 * @adev: the device
 * @fdev: accelerator
 */
struct facet_aux {
	struct auxiliary_device adev;
	struct facet_device *fdev;
};

static DEFINE_IDA(facet_aux_ids);

/**
 * facet_from_aux - the accelerator that an auxiliary device belongs to
 * @adev: auxiliary device named "facet.*"
 *
 * Return: the accelerator; valid until the auxiliary driver's remove() returns.
 * Any context.
 */
struct facet_device *facet_from_aux(struct auxiliary_device *adev)
{
	return container_of(adev, struct facet_aux, adev)->fdev;
}
EXPORT_SYMBOL_FACET(facet_from_aux);

/**
 * facet_dev - the accelerator's PCI function as a device
 * @fdev: accelerator
 *
 * Return: for messages, DMA and sysfs.  Any context.
 */
struct device *facet_dev(struct facet_device *fdev)
{
	return &fdev->pdev->dev;
}
EXPORT_SYMBOL_FACET(facet_dev);

/**
 * facet_caps - what the accelerator has
 * @fdev: accelerator
 *
 * Return: never changes.  Any context.
 */
const struct facet_caps *facet_caps(struct facet_device *fdev)
{
	return &fdev->caps;
}
EXPORT_SYMBOL_FACET(facet_caps);

/**
 * facet_window_reason - why windows cannot be mapped into an owner
 * @fdev: accelerator
 *
 * Return: a sentence, or NULL when they can.  Any context.
 */
const char *facet_window_reason(struct facet_device *fdev)
{
	return fdev->window_reason;
}
EXPORT_SYMBOL_FACET(facet_window_reason);

static void tell_dead(struct work_struct *work)
{
	struct facet_device *fdev = container_of(work, struct facet_device, dead_work);
	unsigned int i;

	dev_err(&fdev->pdev->dev, "the device is gone, or of no use\n");
	guard(mutex)(&fdev->evlog.lock);
	for (i = 0; i < fdev->caps.nr_ctx; i++)
		if (fdev->ctx[i].ops)
			fdev->ctx[i].ops->dead(fdev->ctx[i].priv);
}

static void aux_release(struct device *dev)
{
	struct facet_aux *aux = container_of(dev, struct facet_aux, adev.dev);

	ida_free(&facet_aux_ids, aux->adev.id);
	kfree(aux);
}

static int aux_add(struct facet_device *fdev, const char *name)
{
	struct facet_aux *aux = kzalloc(sizeof(*aux), GFP_KERNEL);
	int ret;

	if (!aux)
		return -ENOMEM;
	ret = ida_alloc(&facet_aux_ids, GFP_KERNEL);
	if (ret < 0) {
		kfree(aux);
		return ret;
	}
	aux->fdev = fdev;
	aux->adev.id = ret;
	aux->adev.name = name;
	aux->adev.dev.parent = &fdev->pdev->dev;
	aux->adev.dev.release = aux_release;
	ret = auxiliary_device_init(&aux->adev);
	if (ret) {
		ida_free(&facet_aux_ids, aux->adev.id);
		kfree(aux);
		return ret;
	}
	ret = auxiliary_device_add(&aux->adev);
	if (ret) {
		auxiliary_device_uninit(&aux->adev);
		return ret;
	}
	fdev->aux = &aux->adev;
	return 0;
}

static void aux_del(struct facet_device *fdev)
{
	auxiliary_device_delete(fdev->aux);
	auxiliary_device_uninit(fdev->aux);
}

static int map_bars(struct facet_device *fdev)
{
	struct pci_dev *pdev = fdev->pdev;
	int ret;

	fdev->regs = pcim_iomap_region(pdev, FACET_BAR_GLOBAL, "facet");
	if (IS_ERR(fdev->regs))
		return PTR_ERR(fdev->regs);
	ret = pcim_request_region(pdev, FACET_BAR_WINDOW, "facet-windows");
	if (ret)
		return ret;
	fdev->win_phys = pci_resource_start(pdev, FACET_BAR_WINDOW);
	if (!PAGE_ALIGNED(fdev->win_phys))
		fdev->window_reason = "its windows are not page aligned on the bus";
	return 0;
}

static int facet_start(struct facet_device *fdev)
{
	int ret;

	ret = facet_hw_reset(fdev);
	if (ret)
		return ret;
	facet_arb_set_policy(fdev, FACET_ARB_EEVDF);
	ret = facet_irq_init(fdev);
	if (ret)
		return ret;
	ret = facet_evlog_init(fdev);
	if (ret)
		goto free_irqs;
	ret = facet_aspace_probe(fdev);
	if (ret)
		goto fini_evlog;
	facet_hw_write(fdev, FACET_REG_CTRL, FACET_CTRL_ENABLE);
	ret = aux_add(fdev, FACET_AUX_VFIO);
	if (ret)
		goto stop;
	return 0;
stop:
	facet_hw_write(fdev, FACET_REG_CTRL, 0);
fini_evlog:
	facet_evlog_fini(fdev);
free_irqs:
	facet_irq_fini(fdev);
	return ret;
}

static int facet_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct facet_device *fdev;
	int ret;

	fdev = devm_kzalloc(&pdev->dev, sizeof(*fdev), GFP_KERNEL);
	if (!fdev)
		return -ENOMEM;
	fdev->pdev = pdev;
	mutex_init(&fdev->lock);
	mutex_init(&fdev->pasid_lock);
	facet_recovery_init(fdev);
	INIT_WORK(&fdev->dead_work, tell_dead);
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	ret = map_bars(fdev);
	if (ret)
		return ret;
	ret = facet_hw_read_caps(fdev);
	if (ret)
		return ret;
	ret = facet_ctx_init_all(fdev);
	if (ret)
		return ret;
	pci_set_drvdata(pdev, fdev);
	pci_set_master(pdev);
	ret = facet_start(fdev);
	if (ret) {
		cancel_work_sync(&fdev->dead_work);
		return ret;
	}
	facet_save_settings(fdev);
	/* for the errors on the bus after which it is restored */
	pci_save_state(pdev);
	facet_debugfs_init(fdev);
	dev_info(&pdev->dev, "%u queue contexts, %u/%u/%u engines (pk/sym/comp), PASIDs: %s\n",
		 fdev->caps.nr_ctx, fdev->caps.engines & 0xff, (fdev->caps.engines >> 8) & 0xff,
		 (fdev->caps.engines >> 16) & 0xff, fdev->pasid_reason ?: "yes");
	return 0;
}

/* Everybody above has gone once the auxiliary device has. */
static void facet_remove(struct pci_dev *pdev)
{
	struct facet_device *fdev = pci_get_drvdata(pdev);

	debugfs_remove_recursive(fdev->debugfs);
	aux_del(fdev);
	facet_recovery_fini(fdev);
	facet_hw_write(fdev, FACET_REG_CTRL, 0);
	facet_evlog_fini(fdev);
	facet_irq_fini(fdev);
	cancel_work_sync(&fdev->dead_work);
	pci_clear_master(pdev);
}

/* The next kernel must not find a device that writes to memory. */
static void facet_shutdown(struct pci_dev *pdev)
{
	struct facet_device *fdev = pci_get_drvdata(pdev);

	facet_hw_reset(fdev);
	pci_clear_master(pdev);
}

static const struct pci_device_id facet_ids[] = {
	{ PCI_DEVICE(FACET_PCI_VENDOR, FACET_PCI_DEVICE) },
	{}
};
MODULE_DEVICE_TABLE(pci, facet_ids);

static struct pci_driver facet_driver = {
	.name = "facet",
	.id_table = facet_ids,
	.probe = facet_probe,
	.remove = facet_remove,
	.shutdown = facet_shutdown,
	.dev_groups = facet_dev_groups,
	.err_handler = &facet_error_handlers,
	.driver.pm = pm_sleep_ptr(&facet_pm_ops),
};

static int __init facet_init(void)
{
	int ret;

	facet_debugfs_root_init();
	ret = pci_register_driver(&facet_driver);
	if (ret)
		facet_debugfs_root_fini();
	return ret;
}
module_init(facet_init);

static void __exit facet_exit(void)
{
	pci_unregister_driver(&facet_driver);
	facet_debugfs_root_fini();
	ida_destroy(&facet_aux_ids);
}
module_exit(facet_exit);

MODULE_DESCRIPTION("Facet accelerator: PCI driver, queue contexts, PASID address spaces");
MODULE_AUTHOR("The Facet authors");
MODULE_LICENSE("GPL");
