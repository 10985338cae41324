/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place where kernels differ.  The suite is written to the newest
 * kernel's interface; what an older one lacks is made here, from the probes of
 * probes.mk.  Documentation/kernel-compat.rst lists the differences.
 */
#ifndef FACET_COMPAT_H
#define FACET_COMPAT_H

#include <linux/iommu.h>
#include <linux/module.h>
#include <uapi/linux/iommufd.h>

#if FACET_HAS_BARE_NS
#define FACET_IMPORT_NS(ns)		MODULE_IMPORT_NS(ns)
#define EXPORT_SYMBOL_FACET(sym)	EXPORT_SYMBOL_NS_GPL(sym, FACET)
#else
#define FACET_IMPORT_NS(ns)		MODULE_IMPORT_NS(#ns)
#define EXPORT_SYMBOL_FACET(sym)	EXPORT_SYMBOL_NS_GPL(sym, "FACET")
#endif

/**
 * facet_compat_domain_alloc - paging domain that can be attached to a PASID
 * @dev: device that it will be attached to
 *
 * Return: the domain, or an ERR_PTR.
 */
static inline struct iommu_domain *facet_compat_domain_alloc(struct device *dev)
{
#if FACET_HAS_DOMAIN_ALLOC_FLAGS
	return iommu_paging_domain_alloc_flags(dev, IOMMU_HWPT_ALLOC_PASID);
#else
	return iommu_paging_domain_alloc(dev);
#endif
}

#endif /* FACET_COMPAT_H */
