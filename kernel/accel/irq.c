// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSI-X vectors.  Vector 0 is the event log's; a context gets one of the others
 * when its instance is opened.  Where the platform can, each is allocated at that
 * moment, so that a thousand contexts do not take a thousand vectors from the
 * CPUs; else as many as there are at probe.
 */
#include <linux/interrupt.h>
#include "facet_priv.h"
#include "facet_compat.h"

static irqreturn_t ctx_irq(int irq, void *data)
{
	struct facet_ctx *ctx = data;

	WRITE_ONCE(ctx->irqs_seen, ctx->irqs_seen + 1);
	ctx->ops->irq(ctx->priv);
	return IRQ_HANDLED;
}

/**
 * facet_irq_init - prepare for handing out vectors
 * @fdev: accelerator
 *
 * Return: 0 or a negative errno.
 */
int facet_irq_init(struct facet_device *fdev)
{
	struct pci_dev *pdev = fdev->pdev;
	unsigned int most = fdev->caps.vectors;
	int ret;

	ida_init(&fdev->vectors);
	fdev->msix_dyn = pci_msix_can_alloc_dyn(pdev);
	if (fdev->msix_dyn) {
		fdev->nr_vectors = most;
		ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX);
	} else {
		most = min(most, fdev->caps.nr_ctx + 1);
		ret = pci_alloc_irq_vectors(pdev, 2, most, PCI_IRQ_MSIX);
		fdev->nr_vectors = ret;
	}
	if (ret < 0) {
		dev_err(&pdev->dev, "no MSI-X vectors: %d\n", ret);
		return ret;
	}
	return 0;
}

/**
 * facet_irq_fini - give the vectors back
 * @fdev: accelerator; no context has one
 */
void facet_irq_fini(struct facet_device *fdev)
{
	pci_free_irq_vectors(fdev->pdev);
	ida_destroy(&fdev->vectors);
}

/* Linux interrupt of a vector that is ours, or a negative errno */
static int vector_to_irq(struct facet_device *fdev, unsigned int vector)
{
	struct msi_map map;

	if (!fdev->msix_dyn)
		return pci_irq_vector(fdev->pdev, vector);
	map = pci_msix_alloc_irq_at(fdev->pdev, vector, NULL);
	return map.index < 0 ? map.index : map.virq;
}

static void vector_put(struct facet_device *fdev, unsigned int vector, int irq)
{
	struct msi_map map = { .index = vector, .virq = irq };

	if (fdev->msix_dyn && irq > 0)
		pci_msix_free_irq(fdev->pdev, map);
	ida_free(&fdev->vectors, vector);
}

/**
 * facet_ctx_irq_alloc - give a context an MSI-X vector
 * @ctx: context, not enabled
 *
 * Return: 0; -ENOSPC with a message that tells what ran out; -ENOMEM.
 */
int facet_ctx_irq_alloc(struct facet_ctx *ctx)
{
	struct facet_device *fdev = ctx->fdev;
	struct device *dev = facet_dev(fdev);
	int vector, irq, ret;

	vector = ida_alloc_range(&fdev->vectors, FACET_EVLOG_VECTOR + 1, fdev->nr_vectors - 1,
				 GFP_KERNEL);
	if (vector == -ENOMEM)
		return vector;
	if (vector < 0) {
		dev_err(dev, "all %u MSI-X vectors of the device are in use\n",
			fdev->nr_vectors - 1);
		return -ENOSPC;
	}
	irq = vector_to_irq(fdev, vector);
	if (irq < 0) {
		vector_put(fdev, vector, 0);
		if (irq == -ENOMEM)
			return irq;
		dev_err(dev, "the CPUs have no interrupt vector left: %d\n", irq);
		return -ENOSPC;
	}
	snprintf(ctx->irq_name, sizeof(ctx->irq_name), "facet-%s-ctx%u", dev_name(dev),
		 ctx->index);
	ret = request_irq(irq, ctx_irq, 0, ctx->irq_name, ctx);
	if (ret) {
		vector_put(fdev, vector, irq);
		return ret;
	}
	ctx->vector = vector;
	ctx->irq = irq;
	return 0;
}
EXPORT_SYMBOL_FACET(facet_ctx_irq_alloc);

/**
 * facet_ctx_irq_free - take the vector of a context back
 * @ctx: context, DISABLED; without a vector nothing happens
 *
 * The irq callback does not run once this has returned.
 */
void facet_ctx_irq_free(struct facet_ctx *ctx)
{
	if (!ctx->vector)
		return;
	free_irq(ctx->irq, ctx);
	vector_put(ctx->fdev, ctx->vector, ctx->irq);
	ctx->vector = 0;
}
EXPORT_SYMBOL_FACET(facet_ctx_irq_free);
