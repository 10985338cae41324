// SPDX-License-Identifier: GPL-2.0-only
/*
 * facet_vfio.ko: mediated instances, each of which owns an address space and a
 * way to the engines.
 *
 * The module binds the auxiliary device that facet.ko makes for it and registers
 * the accelerator's PCI function as an mdev parent with two types: "direct", with
 * a queue context of its own, and "shared", served by a host thread.
 * Contract with the owner: Documentation/device-spec.rst section 12.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "vi.h"
#include "facet_compat.h"
#include "facet_compat_vfio.h"
#include "trace.h"

static struct vi_type *to_type(struct mdev_type *type)
{
	return container_of(type, struct vi_type, type);
}

/* Resets that nobody waits for. */
struct workqueue_struct *vi_reset_wq;

static int check_parent(struct facet_device *fdev, struct device *dev)
{
	if (facet_pasid_reason(fdev)) {
		dev_err(dev, "no instance: %s\n", facet_pasid_reason(fdev));
		return -EOPNOTSUPP;
	}
	if (facet_window_reason(fdev)) {
		dev_err(dev, "no instance: %s\n", facet_window_reason(fdev));
		return -EOPNOTSUPP;
	}
	return 0;
}

static void init_fields(struct facet_vi *vi)
{
	mutex_init(&vi->reset_lock);
	mutex_init(&vi->ctl_lock);
	spin_lock_init(&vi->state_lock);
	init_rwsem(&vi->window_lock);
	INIT_WORK(&vi->reset_work, vi_reset_work);
	vi->state = FACET_VI_ST_IDLE;
	vi->quota_windows = VI_QUOTA_WINDOWS;
	vi->quota_bytes = VI_QUOTA_BYTES;
	vi->quota_posts = VI_QUOTA_POSTS;
}

/* An address space, and a way to the engines. */
static int take_hardware(struct facet_vi *vi)
{
	int ret;

	vi->as = facet_aspace_create(vi->fdev);
	if (IS_ERR(vi->as)) {
		dev_err(vi->vdev.dev, "no instance: no address space: %pe\n", vi->as);
		return PTR_ERR(vi->as);
	}
	ret = vi->queue->create(vi);
	if (ret)
		facet_aspace_destroy(vi->as);
	return ret;
}

static int vi_init(struct vfio_device *vdev)
{
	struct vi_type *type = to_type(to_mdev_device(vdev->dev)->type);
	struct facet_vi *vi = to_vi(vdev);
	int ret;

	vi->queue = type->queue;
	vi->fdev = type->parent->fdev;
	vi->pool = type->parent->pool;
	ret = check_parent(vi->fdev, vdev->dev);
	if (ret)
		return ret;
	init_fields(vi);
	vi->shadow = (u32 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vi->shadow)
		return -ENOMEM;
	ret = vi_windows_init(vi);
	if (ret)
		goto free_shadow;
	ret = take_hardware(vi);
	if (ret)
		goto fini_windows;
	vi_qos_init(vi, type->parent->qos);
	vi_health_init(vi, type->parent->health);
	trace_facet_vi_create(vdev->dev, vi->queue->context(vi), vi->as->pasid);
	return 0;
fini_windows:
	vi_windows_fini(vi);
free_shadow:
	free_page((unsigned long)vi->shadow);
	return ret;
}

static void vi_release(struct vfio_device *vdev)
{
	struct facet_vi *vi = to_vi(vdev);
	bool stuck;

	vi_health_fini(vi);
	vi_qos_fini(vi);
	stuck = vi->queue->destroy(vi);
	/* no callback queues it any more */
	cancel_work_sync(&vi->reset_work);
	vi_windows_fini(vi);
	/*
	 * A PASID that the device may still use is kept, with nothing mapped in
	 * it: its next holder would be who the device writes to.
	 */
	if (stuck)
		dev_err(vdev->dev, "PASID %u is lost until the device is reset\n",
			vi->as->pasid);
	else
		facet_aspace_destroy(vi->as);
	free_page((unsigned long)vi->shadow);
}

static void open_fields(struct facet_vi *vi)
{
	unsigned long flags;

	scoped_guard(mutex, &vi->ctl_lock) {
		vi_ctl_init(vi);
		vi_config_init(vi);
		vi->post_ticket = 0;
	}
	spin_lock_irqsave(&vi->state_lock, flags);
	vi->resets = 0;
	vi->intr = 0;
	vi->error = FACET_CTX_ERR_NONE;
	vi->faults = 0;
	memset(&vi->fault, 0, sizeof(vi->fault));
	spin_unlock_irqrestore(&vi->state_lock, flags);
}

static int vi_open(struct vfio_device *vdev)
{
	struct facet_vi *vi = to_vi(vdev);
	int ret;

	guard(mutex)(&vi->reset_lock);
	if (vi_state(vi) == FACET_VI_ST_DEAD || facet_is_dead(vi->fdev))
		return dev_err_probe(vdev->dev, -ENODEV, "the instance is out of use\n");
	if (facet_is_resetting(vi->fdev))
		return -EBUSY;
	ret = vi->queue->open(vi);
	if (ret)
		return ret;
	open_fields(vi);
	vi_windows_open(vi);
	vi_window_set(vi, true);
	vi_qos_open(vi);
	vi_health_open(vi);
	return 0;
}

static void vi_close(struct vfio_device *vdev)
{
	struct facet_vi *vi = to_vi(vdev);

	/* A reset that the owner asked for and did not wait for: ours follows. */
	cancel_work_sync(&vi->reset_work);
	guard(mutex)(&vi->reset_lock);
	vi_health_close(vi);
	vi_qos_close(vi);
	vi_reset_locked(vi, VI_RESET_CLOSE);
	vi->queue->close(vi);
	vi_irqs_off(vi);
	vi_revive(vi);
}

static long get_info(void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = VFIO_PCI_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long get_irq_info(void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	ret = vi_irq_info(&info);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long vi_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return get_info(uarg);
	case VFIO_DEVICE_GET_REGION_INFO:
		return facet_compat_region_info(vdev, uarg, vi_region_info);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return get_irq_info(uarg);
	case VFIO_DEVICE_SET_IRQS:
		return vi_irqs_set(to_vi(vdev), uarg);
	case VFIO_DEVICE_RESET:
		return vi_reset(to_vi(vdev), VI_RESET_VFIO);
	default:
		return -ENOTTY;
	}
}

static const struct vfio_device_ops vi_ops = {
	.name = "facet",
	.init = vi_init,
	.release = vi_release,
	.open_device = vi_open,
	.close_device = vi_close,
	.read = vi_region_read,
	.write = vi_region_write,
	.mmap = vi_region_mmap,
	.ioctl = vi_ioctl,
	.request = vi_irq_request,
	.dma_unmap = vi_windows_dma_unmap,
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
#if FACET_HAS_VFIO_REGION_INFO_CAPS
	.get_region_info_caps = vi_region_info,
#endif
};

static int vi_mdev_probe(struct mdev_device *mdev)
{
	struct facet_vi *vi = vfio_alloc_device(facet_vi, vdev, &mdev->dev, &vi_ops);
	int ret;

	if (IS_ERR(vi))
		return PTR_ERR(vi);
	/* before the attributes appear, which is when this has returned 0 */
	dev_set_drvdata(&mdev->dev, vi);
	ret = vfio_register_emulated_iommu_dev(&vi->vdev);
	if (ret)
		vfio_put_device(&vi->vdev);
	return ret;
}

static void vi_mdev_remove(struct mdev_device *mdev)
{
	struct facet_vi *vi = dev_get_drvdata(&mdev->dev);

	vfio_unregister_group_dev(&vi->vdev);
	vfio_put_device(&vi->vdev);
}

static unsigned int vi_get_available(struct mdev_type *type)
{
	struct vi_parent *p = to_type(type)->parent;
	struct facet_device *fdev = p->fdev;

	if (facet_is_dead(fdev) || facet_pasid_reason(fdev) || facet_window_reason(fdev))
		return 0;
	if (to_type(type)->queue == &vi_shared_ops)
		return vi_pool_available(p->pool);
	return facet_ctx_available(fdev);
}

static ssize_t vi_show_description(struct mdev_type *type, char *buf)
{
	const struct facet_caps *caps = facet_caps(to_type(type)->parent->fdev);
	bool shared = to_type(type)->queue == &vi_shared_ops;
	ssize_t len;
	size_t i;

	len = sysfs_emit(buf, "%s; engines: %u pk, %u sym, %u comp;",
			 shared ? "commands by way of the host" : "a hardware queue context",
			 caps->engines & 0xff, (caps->engines >> 8) & 0xff,
			 (caps->engines >> 16) & 0xff);
	len += sysfs_emit_at(buf, len, " operations:");
	for (i = 0; i < FACET_NR_OPCODES; i++)
		if (caps->ops & BIT_ULL(i) && vi_op_name(i))
			len += sysfs_emit_at(buf, len, " %s", vi_op_name(i));
	return len + sysfs_emit_at(buf, len, "\n");
}

static struct mdev_driver vi_mdev_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.driver = {
		.name = "facet_vfio",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
		.dev_groups = vi_groups,
	},
	.probe = vi_mdev_probe,
	.remove = vi_mdev_remove,
	.get_available = vi_get_available,
	.show_description = vi_show_description,
};

static void add_type(struct vi_parent *p, unsigned int i, const struct vi_queue_ops *queue,
		     const char *pretty_name)
{
	p->type[i].parent = p;
	p->type[i].queue = queue;
	p->type[i].type.sysfs_name = queue->name;
	p->type[i].type.pretty_name = pretty_name;
	p->types[i] = &p->type[i].type;
}

static int vi_aux_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	struct vi_parent *p = devm_kzalloc(&adev->dev, sizeof(*p), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!p)
		return -ENOMEM;
	p->fdev = facet_from_aux(adev);
	p->pool = vi_pool_create(p->fdev);
	if (!p->pool)
		return -ENOMEM;
	p->qos = vi_qos_create(p->fdev);
	if (!p->qos)
		goto destroy_pool;
	p->health = vi_health_create(p->fdev, p->pool);
	if (!p->health)
		goto destroy_qos;
	add_type(p, 0, &vi_direct_ops, "Facet queue context");
	add_type(p, 1, &vi_shared_ops, "Facet shared instance");
	auxiliary_set_drvdata(adev, p);
	facet_set_client(p->fdev, &vi_client_ops, p);
	ret = mdev_register_parent(&p->parent, facet_dev(p->fdev), &vi_mdev_driver, p->types,
				   ARRAY_SIZE(p->types));
	if (!ret)
		return 0;
	facet_set_client(p->fdev, NULL, NULL);
	vi_health_destroy(p->health);
destroy_qos:
	vi_qos_destroy(p->qos);
destroy_pool:
	vi_pool_destroy(p->pool);
	return ret;
}

/* Waits until the owners have closed their instances; they are asked to. */
static void vi_aux_remove(struct auxiliary_device *adev)
{
	struct vi_parent *p = auxiliary_get_drvdata(adev);

	mdev_unregister_parent(&p->parent);
	facet_set_client(p->fdev, NULL, NULL);
	vi_health_destroy(p->health);
	vi_qos_destroy(p->qos);
	vi_pool_destroy(p->pool);
}

static const struct auxiliary_device_id vi_aux_ids[] = {
	{ .name = "facet." FACET_AUX_VFIO },
	{}
};
MODULE_DEVICE_TABLE(auxiliary, vi_aux_ids);

static struct auxiliary_driver vi_aux_driver = {
	.name = "vfio",
	.id_table = vi_aux_ids,
	.probe = vi_aux_probe,
	.remove = vi_aux_remove,
};

static int __init vi_module_init(void)
{
	int ret;

	vi_reset_wq = alloc_workqueue("facet-reset", WQ_UNBOUND, 0);
	if (!vi_reset_wq)
		return -ENOMEM;
	ret = mdev_register_driver(&vi_mdev_driver);
	if (ret)
		goto destroy_wq;
	ret = auxiliary_driver_register(&vi_aux_driver);
	if (ret)
		goto unregister_mdev;
	return 0;
unregister_mdev:
	mdev_unregister_driver(&vi_mdev_driver);
destroy_wq:
	destroy_workqueue(vi_reset_wq);
	return ret;
}
module_init(vi_module_init);

static void __exit vi_module_exit(void)
{
	auxiliary_driver_unregister(&vi_aux_driver);
	mdev_unregister_driver(&vi_mdev_driver);
	destroy_workqueue(vi_reset_wq);
}
module_exit(vi_module_exit);

FACET_IMPORT_NS(FACET);
FACET_IMPORT_NS(VF_SCHED);
MODULE_DESCRIPTION("Facet accelerator: mediated instances");
MODULE_AUTHOR("The Facet authors");
MODULE_LICENSE("GPL");
