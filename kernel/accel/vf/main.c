// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facet guest driver: PCI driver and recovery.
 *
 * The state of the instance decides what has to be done about a reset or an
 * error.  Only this driver enables rings, so RUNNING means that all is well;
 * IDLE, that somebody else has reset the instance and no command is on the
 * device any more; ERROR, that it has to be reset; STOPPED, that the operator
 * wants it to stand still: commands fail until someone asks for a reset.
 */
#include <linux/cleanup.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "facet_vf.h"

#define VF_ATTEMPTS	3	/* of a recovery */
#define VF_PAGE_BYTES	0x1000	/* what BARs 0 and 2 have at least */

struct workqueue_struct *facet_vf_wq;
static DEFINE_IDA(facet_vf_ida);

static void vf_release(struct kref *ref)
{
	struct facet_vf *vf = container_of(ref, struct facet_vf, ref);

	facet_vf_ring_free(vf);
	facet_vf_pool_free(vf);
	kfree(vf);
}

/**
 * facet_vf_get - one more reference
 * @vf: instance
 */
void facet_vf_get(struct facet_vf *vf)
{
	kref_get(&vf->ref);
}

/**
 * facet_vf_put - one reference less; frees the memory with the last
 * @vf: instance
 */
void facet_vf_put(struct facet_vf *vf)
{
	kref_put(&vf->ref, vf_release);
}

static void vf_set_broken(struct facet_vf *vf, bool broken)
{
	scoped_guard(spinlock_irqsave, &vf->lock) {
		vf->broken = broken;
		if (!broken)
			vf->confused = false;
	}
	facet_vf_wake_all(vf);
}

/* No DMA happens any more: all commands end, all sessions learn it. */
static void vf_set_gone(struct facet_vf *vf)
{
	lockdep_assert_held(&vf->ctl_lock);
	scoped_guard(spinlock_irqsave, &vf->lock) {
		vf->gone = true;
		vf->ring.running = false;
	}
	if (vf->ring.cq)
		facet_vf_ring_abort(vf);
	facet_vf_wake_all(vf);
}

static int vf_restart(struct facet_vf *vf, bool reset)
{
	int ret;

	ret = reset ? facet_vf_ctl_reset(vf) : facet_vf_ctl_settled(vf);
	if (ret)
		return ret;
	facet_vf_ring_abort(vf);
	WRITE_ONCE(vf->resets_seen, facet_vf_ctl_resets(vf));
	ret = facet_vf_pool_regrant(vf);
	return ret ?: facet_vf_ring_enable(vf);
}

static int vf_restart_or_fail(struct facet_vf *vf, bool reset)
{
	int attempt, ret = -EIO;

	lockdep_assert_held(&vf->ctl_lock);
	facet_vf_ring_stop(vf);
	for (attempt = 0; attempt < VF_ATTEMPTS && ret && ret != -ENODEV; attempt++)
		ret = vf_restart(vf, reset || attempt);
	if (ret == -ENODEV) {
		dev_err(&vf->pdev->dev, "the accelerator is gone\n");
		vf_set_gone(vf);
		return ret;
	}
	if (ret)
		dev_err(&vf->pdev->dev, "could not be reset: %pe\n", ERR_PTR(ret));
	vf_set_broken(vf, ret);
	return ret ? -EIO : 0;
}

/**
 * facet_vf_reset - reset the instance because a program wants it
 * @vf: instance
 *
 * Return: 0; -EIO: the reset failed; -ENODEV.
 */
int facet_vf_reset(struct facet_vf *vf)
{
	guard(mutex)(&vf->ctl_lock);
	return vf->gone ? -ENODEV : vf_restart_or_fail(vf, true);
}

static void vf_recover(struct work_struct *work)
{
	struct facet_vf *vf = container_of(work, struct facet_vf, recover_work);
	u32 state;

	guard(mutex)(&vf->ctl_lock);
	if (vf->gone || vf->removing)
		return;
	state = facet_vf_ctl_state(vf);
	if (state == FACET_VI_ST_RUNNING && vf->ring.running && !vf->confused) {
		WRITE_ONCE(vf->resets_seen, facet_vf_ctl_resets(vf));
		return;
	}
	if (state == FACET_VI_ST_STOPPED) {
		dev_warn(&vf->pdev->dev, "stopped by the host\n");
		facet_vf_ring_stop(vf);
		vf_set_broken(vf, true);
		return;
	}
	dev_notice(&vf->pdev->dev, "starting again (state %u)\n", state);
	vf_restart_or_fail(vf, vf->confused || state == FACET_VI_ST_RUNNING ||
			   state == FACET_VI_ST_ERROR);
}

/* Vector 1, in a thread: to ask what it tells is a trap. */
static irqreturn_t vf_irq_ctl(int irq, void *data)
{
	struct facet_vf *vf = data;
	u32 intr = facet_vf_ctl_intr(vf);

	if (intr & FACET_VI_INTR_POST)
		wake_up(&vf->post_wq);
	if (intr & (FACET_VI_INTR_ERROR | FACET_VI_INTR_RESET))
		queue_work(facet_vf_wq, &vf->recover_work);
	return IRQ_HANDLED;
}

static int vf_irqs(struct facet_vf *vf)
{
	struct pci_dev *pdev = vf->pdev;
	int ret;

	ret = pci_alloc_irq_vectors(pdev, FACET_VI_NR_VECTORS, FACET_VI_NR_VECTORS, PCI_IRQ_MSIX);
	if (ret < 0)
		return dev_err_probe(&pdev->dev, ret, "no MSI-X vectors\n");
	ret = pci_request_irq(pdev, FACET_VI_VEC_COMP, facet_vf_irq_comp, NULL, vf, "%s", vf->name);
	if (ret)
		goto err_vectors;
	ret = pci_request_irq(pdev, FACET_VI_VEC_CTL, NULL, vf_irq_ctl, vf, "%s-ctl", vf->name);
	if (ret)
		goto err_comp;
	return 0;

err_comp:
	pci_free_irq(pdev, FACET_VI_VEC_COMP, vf);
err_vectors:
	pci_free_irq_vectors(pdev);
	return ret;
}

static void vf_irqs_free(struct facet_vf *vf)
{
	pci_free_irq(vf->pdev, FACET_VI_VEC_CTL, vf);
	pci_free_irq(vf->pdev, FACET_VI_VEC_COMP, vf);
	pci_free_irq_vectors(vf->pdev);
}

static int vf_map(struct facet_vf *vf)
{
	struct pci_dev *pdev = vf->pdev;
	int ret;

	if (pci_resource_len(pdev, FACET_VI_BAR_CTL) < VF_PAGE_BYTES ||
	    pci_resource_len(pdev, FACET_VI_BAR_DOORBELL) < VF_PAGE_BYTES)
		return dev_err_probe(&pdev->dev, -ENODEV, "BARs 0 and 2 are too small\n");
	ret = pci_enable_device_mem(pdev);
	if (ret)
		return ret;
	ret = pci_request_mem_regions(pdev, KBUILD_MODNAME);
	if (ret)
		goto err_disable;
	vf->ctl = pci_iomap(pdev, FACET_VI_BAR_CTL, VF_PAGE_BYTES);
	vf->win = pci_iomap(pdev, FACET_VI_BAR_DOORBELL, VF_PAGE_BYTES);
	if (vf->ctl && vf->win)
		return 0;
	ret = -ENOMEM;
	if (vf->ctl)
		pci_iounmap(pdev, vf->ctl);
	if (vf->win)
		pci_iounmap(pdev, vf->win);
	pci_release_mem_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return ret;
}

static void vf_unmap(struct facet_vf *vf)
{
	pci_iounmap(vf->pdev, vf->win);
	pci_iounmap(vf->pdev, vf->ctl);
	pci_release_mem_regions(vf->pdev);
	pci_disable_device(vf->pdev);
}

/* Memory, rings: from here on the device works. */
static int vf_start(struct facet_vf *vf)
{
	int ret;

	ret = facet_vf_ring_alloc(vf);
	if (ret)
		return dev_err_probe(&vf->pdev->dev, ret, "no memory for rings\n");
	guard(mutex)(&vf->ctl_lock);
	ret = facet_vf_ring_enable(vf);
	return ret ? dev_err_probe(&vf->pdev->dev, ret, "rings were refused\n") : 0;
}

/*
 * Once this returns the device does no DMA and nothing here touches it.  If it
 * cannot be reset it is kept from the bus.
 */
static void vf_stop(struct facet_vf *vf)
{
	WRITE_ONCE(vf->removing, true);
	wake_up(&vf->post_wq);
	facet_vf_ring_stop(vf);
	scoped_guard(mutex, &vf->ctl_lock) {
		if (!vf->gone && facet_vf_ctl_reset(vf))
			dev_warn(&vf->pdev->dev, "not reset before it is let go\n");
		pci_clear_master(vf->pdev);
		vf_set_gone(vf);
	}
	vf_irqs_free(vf);
	cancel_work_sync(&vf->recover_work);
	cancel_delayed_work_sync(&vf->watchdog);
}

static struct facet_vf *vf_new(struct pci_dev *pdev)
{
	struct facet_vf *vf = kzalloc(sizeof(*vf), GFP_KERNEL);

	if (!vf)
		return NULL;
	vf->id = ida_alloc(&facet_vf_ida, GFP_KERNEL);
	if (vf->id < 0) {
		kfree(vf);
		return NULL;
	}
	kref_init(&vf->ref);
	vf->pdev = pdev;
	snprintf(vf->name, sizeof(vf->name), "facet%d", vf->id);
	snprintf(vf->nodename, sizeof(vf->nodename), "facet/%d", vf->id);
	mutex_init(&vf->ctl_lock);
	spin_lock_init(&vf->lock);
	init_waitqueue_head(&vf->post_wq);
	init_waitqueue_head(&vf->room_wq);
	INIT_WORK(&vf->recover_work, vf_recover);
	INIT_DELAYED_WORK(&vf->watchdog, facet_vf_watchdog);
	INIT_LIST_HEAD(&vf->sessions);
	INIT_LIST_HEAD(&vf->waiting);
	facet_vf_pool_init(vf);
	facet_vf_ring_init(vf);
	return vf;
}

static int vf_publish(struct facet_vf *vf)
{
	vf->misc = (struct miscdevice) {
		.minor = MISC_DYNAMIC_MINOR,
		.name = vf->name,
		.nodename = vf->nodename,
		.fops = &facet_vf_fops,
		.parent = &vf->pdev->dev,
		.mode = 0660,
	};
	return misc_register(&vf->misc);
}

static int vf_probe_mapped(struct facet_vf *vf)
{
	int ret;

	scoped_guard(mutex, &vf->ctl_lock)
		ret = facet_vf_ctl_probe(vf);
	if (ret)
		return ret;
	pci_set_master(vf->pdev);
	ret = vf_irqs(vf);
	if (ret)
		return ret;
	ret = vf_start(vf);
	if (!ret)
		ret = vf_publish(vf);
	if (ret) {
		vf_stop(vf);
		facet_vf_pool_unmap(vf);
	}
	return ret;
}

static int facet_vf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct facet_vf *vf = vf_new(pdev);
	int ret;

	if (!vf)
		return -ENOMEM;
	pci_set_drvdata(pdev, vf);
	ret = vf_map(vf);
	if (ret)
		goto err_put;
	ret = vf_probe_mapped(vf);
	if (ret)
		goto err_unmap;
	dev_info(&pdev->dev, "/dev/%s: %u commands, %u pages granted\n", vf->nodename,
		 vf->info.max_inflight, (unsigned int)(vf->pool.bytes >> PAGE_SHIFT));
	return 0;

err_unmap:
	vf_unmap(vf);
err_put:
	ida_free(&facet_vf_ida, vf->id);
	facet_vf_put(vf);
	return ret;
}

static void facet_vf_remove(struct pci_dev *pdev)
{
	struct facet_vf *vf = pci_get_drvdata(pdev);

	misc_deregister(&vf->misc);
	vf_stop(vf);
	facet_vf_pool_unmap(vf);
	vf_unmap(vf);
	ida_free(&facet_vf_ida, vf->id);	/* sessions that are left need no name */
	facet_vf_put(vf);
}

/* The next kernel must not find a device that writes to its memory. */
static void facet_vf_shutdown(struct pci_dev *pdev)
{
	vf_stop(pci_get_drvdata(pdev));
}

/* Held from before a function-level reset until after it. */
static void facet_vf_reset_prepare(struct pci_dev *pdev)
{
	struct facet_vf *vf = pci_get_drvdata(pdev);

	mutex_lock(&vf->ctl_lock);
	facet_vf_ring_stop(vf);
}

static void facet_vf_reset_done(struct pci_dev *pdev)
{
	struct facet_vf *vf = pci_get_drvdata(pdev);

	if (!vf->gone)
		vf_restart_or_fail(vf, false);
	mutex_unlock(&vf->ctl_lock);
}

static const struct pci_error_handlers facet_vf_err_handlers = {
	.reset_prepare	= facet_vf_reset_prepare,
	.reset_done	= facet_vf_reset_done,
};

#define VF_STAT(_attr, _name)								\
static ssize_t _attr##_show(struct device *dev, struct device_attribute *attr,	\
			    char *buf)						\
{										\
	struct facet_vf *vf = dev_get_drvdata(dev);				\
	u64 value = 0;								\
										\
	scoped_guard(spinlock_irqsave, &vf->lock)				\
		value = vf->stats._name;					\
	return sysfs_emit(buf, "%llu\n", value);				\
}										\
static DEVICE_ATTR_RO(_attr)

VF_STAT(commands, commands);
VF_STAT(irqs, irqs);
VF_STAT(lost_irqs, lost_irqs);
VF_STAT(bad_completions, bad_completions);
VF_STAT(aborted, aborted);

static ssize_t granted_bytes_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct facet_vf *vf = dev_get_drvdata(dev);

	guard(mutex)(&vf->pool.lock);
	return sysfs_emit(buf, "%llu\n", vf->pool.bytes);
}
static DEVICE_ATTR_RO(granted_bytes);

static struct attribute *facet_vf_attrs[] = {
	&dev_attr_commands.attr,
	&dev_attr_irqs.attr,
	&dev_attr_lost_irqs.attr,
	&dev_attr_bad_completions.attr,
	&dev_attr_aborted.attr,
	&dev_attr_granted_bytes.attr,
	NULL
};

static const struct attribute_group facet_vf_group = {
	.name = "facet",
	.attrs = facet_vf_attrs,
};

static const struct attribute_group *facet_vf_groups[] = {
	&facet_vf_group,
	NULL
};

static const struct pci_device_id facet_vf_ids[] = {
	{ PCI_DEVICE(FACET_PCI_VENDOR, FACET_PCI_DEVICE_VI) },
	{ }
};
MODULE_DEVICE_TABLE(pci, facet_vf_ids);

static struct pci_driver facet_vf_driver = {
	.name		= KBUILD_MODNAME,
	.id_table	= facet_vf_ids,
	.probe		= facet_vf_probe,
	.remove		= facet_vf_remove,
	.shutdown	= facet_vf_shutdown,
	.err_handler	= &facet_vf_err_handlers,
	.dev_groups	= facet_vf_groups,
};

static int __init facet_vf_init(void)
{
	int ret;

	facet_vf_wq = alloc_workqueue("facet_vf", WQ_UNBOUND, 0);
	if (!facet_vf_wq)
		return -ENOMEM;
	ret = pci_register_driver(&facet_vf_driver);
	if (ret)
		destroy_workqueue(facet_vf_wq);
	return ret;
}

static void __exit facet_vf_exit(void)
{
	pci_unregister_driver(&facet_vf_driver);
	destroy_workqueue(facet_vf_wq);
	ida_destroy(&facet_vf_ida);
}

module_init(facet_vf_init);
module_exit(facet_vf_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Facet mediated instance, guest driver");
