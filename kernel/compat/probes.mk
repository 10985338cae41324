# SPDX-License-Identifier: GPL-2.0
#
# What this kernel has, found by looking into its headers and never by its
# version: distributions carry changes back.  Each probe defines FACET_HAS_* as
# 0 or 1; facet_compat.h turns that into the newest kernel's interface.
#
# Patterns must not contain ( or , which $(call) would take for itself; a dot
# stands in for them.
facet_has = $(shell grep -qsE '$(2)' $(srctree)/include/$(1) && echo -D$(3)=1 || echo -D$(3)=0)

ccflags-y += $(call facet_has,linux/vfio.h,get_region_info_caps,FACET_HAS_VFIO_REGION_INFO_CAPS)
ccflags-y += $(call facet_has,linux/iommu.h,iommu_paging_domain_alloc_flags,FACET_HAS_DOMAIN_ALLOC_FLAGS)
ccflags-y += $(call facet_has,linux/module.h,define MODULE_IMPORT_NS.ns..*__stringify,FACET_HAS_BARE_NS)
ccflags-y += $(call facet_has,linux/hrtimer.h,hrtimer_setup,FACET_HAS_HRTIMER_SETUP)
ccflags-y += -I$(src)/$(facet-top)/uapi -I$(src)/$(facet-top)/kernel/accel -I$(src)/$(facet-top)/kernel/compat
