// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces: a PASID and an IOMMU paging domain each, attached to the
 * accelerator's PCI function, which keeps its own requester ID for itself.
 *
 * Whether that works is not a matter of capability bits: kernels and IOMMU
 * drivers differ in what they attach to a PASID.  So it is tried once at probe,
 * and the outcome is kept as a sentence for the administrator.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "facet_priv.h"
#include "facet_compat.h"

static const char *no_pasid_reason(struct device *dev)
{
	if (!device_iommu_mapped(dev))
		return "no IOMMU translates this device (is it switched on?)";
	if (!dev->iommu || !dev->iommu->max_pasids)
		return "the IOMMU gives it no PASIDs (scalable mode, and PASID on the PCIe path?)";
	return NULL;
}

static const char *attach_reason(int err)
{
	switch (err) {
	case -EOPNOTSUPP:
		return "the IOMMU driver cannot attach a paging domain to a PASID";
	case -EBUSY:
		return "the device shares its IOMMU group or is being reset";
	case -ENOSPC:
		return "the system has no PASID left";
	default:
		return "attaching a paging domain to a PASID failed";
	}
}

/**
 * facet_aspace_probe - find out whether PASIDs work here
 * @fdev: accelerator
 *
 * Sets its pasid_reason.
 *
 * Return: 0, also when they do not; -ENOMEM, which says nothing about them.
 */
int facet_aspace_probe(struct facet_device *fdev)
{
	struct device *dev = facet_dev(fdev);
	struct facet_aspace *as;

	fdev->pasid_reason = no_pasid_reason(dev);
	if (!fdev->pasid_reason) {
		as = facet_aspace_create(fdev);
		if (as == ERR_PTR(-ENOMEM))
			return -ENOMEM;
		if (IS_ERR(as))
			fdev->pasid_reason = attach_reason(PTR_ERR(as));
		else
			facet_aspace_destroy(as);
	}
	if (fdev->pasid_reason)
		dev_warn(dev, "no isolated instances: %s\n", fdev->pasid_reason);
	return 0;
}

/**
 * facet_pasid_reason - why there are no PASIDs
 * @fdev: accelerator
 *
 * Return: a sentence, or NULL when there are.  Any context.
 */
const char *facet_pasid_reason(struct facet_device *fdev)
{
	return fdev->pasid_reason;
}
EXPORT_SYMBOL_FACET(facet_pasid_reason);

static int aspace_attach(struct facet_aspace *as, struct device *dev)
{
	struct iommu_domain *domain = facet_compat_domain_alloc(dev);
	int ret;

	if (IS_ERR(domain))
		return PTR_ERR(domain);
	/*
	 * Attached before anything is mapped: older intel-iommu drivers know page
	 * sizes and coherency of a domain only once a device is in it.
	 */
	ret = iommu_attach_device_pasid(domain, dev, as->pasid, NULL);
	if (ret) {
		iommu_domain_free(domain);
		return ret;
	}
	as->domain = domain;
	as->aperture_last = domain->geometry.aperture_end;
	return 0;
}

/**
 * facet_aspace_create - make an empty address space
 * @fdev: accelerator
 *
 * Return: the address space; -EOPNOTSUPP where there are no PASIDs, -ENOSPC when
 * they have run out, -ENOMEM, or what the IOMMU driver said.
 */
struct facet_aspace *facet_aspace_create(struct facet_device *fdev)
{
	struct device *dev = facet_dev(fdev);
	struct facet_aspace *as;
	int ret;

	if (fdev->pasid_reason)
		return ERR_PTR(-EOPNOTSUPP);
	as = kzalloc(sizeof(*as), GFP_KERNEL);
	if (!as)
		return ERR_PTR(-ENOMEM);
	as->fdev = fdev;
	as->pasid = iommu_alloc_global_pasid(dev);
	if (as->pasid == IOMMU_PASID_INVALID) {
		kfree(as);
		return ERR_PTR(-ENOSPC);
	}
	ret = aspace_attach(as, dev);
	if (ret) {
		iommu_free_global_pasid(as->pasid);
		kfree(as);
		return ERR_PTR(ret);
	}
	return as;
}
EXPORT_SYMBOL_FACET(facet_aspace_create);

/**
 * facet_aspace_destroy - give PASID and domain back
 * @as: address space; the device no longer uses the PASID
 */
void facet_aspace_destroy(struct facet_aspace *as)
{
	iommu_detach_device_pasid(as->domain, facet_dev(as->fdev), as->pasid);
	iommu_domain_free(as->domain);
	iommu_free_global_pasid(as->pasid);
	kfree(as);
}
EXPORT_SYMBOL_FACET(facet_aspace_destroy);

/* how many pages from @pages[0] on are one piece of physical memory */
static unsigned int contiguous(struct page **pages, unsigned int nr_pages)
{
	unsigned int n = 1;

	while (n < nr_pages && page_to_pfn(pages[n]) == page_to_pfn(pages[0]) + n)
		n++;
	return n;
}

/**
 * facet_aspace_map - let the device reach pages
 * @as: address space
 * @iova: where, page aligned
 * @pages: pinned pages
 * @nr_pages: how many
 * @prot: IOMMU_READ, IOMMU_WRITE
 *
 * Calls for ranges that do not overlap may run at the same time.  All pages are
 * mapped, or none.
 *
 * Return: 0, or what the IOMMU driver said.
 */
int facet_aspace_map(struct facet_aspace *as, u64 iova, struct page **pages,
		     unsigned int nr_pages, int prot)
{
	unsigned int done = 0, n;
	int ret;

	while (done < nr_pages) {
		n = contiguous(pages + done, nr_pages - done);
		ret = iommu_map(as->domain, iova + ((u64)done << PAGE_SHIFT),
				page_to_phys(pages[done]), (size_t)n << PAGE_SHIFT, prot,
				GFP_KERNEL_ACCOUNT);
		if (ret) {
			if (done)
				facet_aspace_unmap(as, iova, (u64)done << PAGE_SHIFT);
			return ret;
		}
		done += n;
	}
	return 0;
}
EXPORT_SYMBOL_FACET(facet_aspace_map);

/**
 * facet_aspace_unmap - take pages away from the device
 * @as: address space
 * @iova: as in facet_aspace_map()
 * @len_bytes: length that was mapped
 *
 * The IOMMU's and the device's caches have forgotten the range on return: the
 * pages can be unpinned.
 */
void facet_aspace_unmap(struct facet_aspace *as, u64 iova, u64 len_bytes)
{
	size_t n = iommu_unmap(as->domain, iova, len_bytes);

	WARN_ONCE(n != len_bytes, "unmapped %zu of %llu bytes at %#llx\n", n, len_bytes, iova);
}
EXPORT_SYMBOL_FACET(facet_aspace_unmap);

/**
 * facet_aspace_page - what the device would reach
 * @as: address space
 * @iova: any address
 *
 * Return: the page, while whoever mapped it keeps it mapped; NULL: none.
 */
struct page *facet_aspace_page(struct facet_aspace *as, u64 iova)
{
	phys_addr_t phys = iommu_iova_to_phys(as->domain, iova);

	return phys && pfn_valid(PHYS_PFN(phys)) ? pfn_to_page(PHYS_PFN(phys)) : NULL;
}
EXPORT_SYMBOL_FACET(facet_aspace_page);
