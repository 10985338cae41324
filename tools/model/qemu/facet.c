// SPDX-License-Identifier: GPL-2.0
/*
 * Facet accelerator as a PCI Express device of QEMU.
 *
 * All that is specific to the accelerator is in the core (../model.h); here are
 * config space, BARs, interrupts, a timer, memory, and threads to compute on.
 *
 * Accesses with a PASID go through the VT-d emulation's address space of that
 * PASID.  Without one there is no PASID-tagged memory at all: they fail.  The
 * device asks for no translations, so that nothing depends on ATS being on.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qemu/host-utils.h"
#include "qemu/rcu.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "exec/address-spaces.h"
#include "hw/i386/intel_iommu.h"
#include "hw/i386/x86-iommu.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pcie.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "qom/object.h"
#include "model.h"
#include "op.h"
#include "pool.h"

#define TYPE_FACET "facet"
OBJECT_DECLARE_SIMPLE_TYPE(FacetState, FACET)

#define CAP_PM      0x40
#define CAP_EXP     0x80
#define EXT_AER     0x100
#define EXT_ATS     0x150
#define EXT_PASID   0x160
#define PASID_BITS  20

struct FacetState {
    PCIDevice pdev;
    MemoryRegion bar[2];
    struct facet_model *model;
    FacetPool *pool;
    QEMUTimer *timer;
    QEMUBH *bh;
    /* properties */
    uint32_t contexts;
    uint32_t engines[FACET_NR_CLASSES];
    uint32_t stride;
    char *timing;
    uint32_t dilation;
    bool inject;
};

static bool is_bus_master(const FacetState *s)
{
    return pci_get_word(s->pdev.config + PCI_COMMAND) & PCI_COMMAND_MASTER;
}

static bool pasid_enabled(const FacetState *s)
{
    return pci_get_word(s->pdev.config + EXT_PASID + PCI_PASID_CTRL) &
           PCI_PASID_CTRL_ENABLE;
}

static AddressSpace *pasid_as(FacetState *s, uint32_t pasid)
{
    X86IOMMUState *iommu = x86_iommu_get_default();
    VTDAddressSpace *v;

    if (!pasid_enabled(s) || !iommu ||
        !object_dynamic_cast(OBJECT(iommu), TYPE_INTEL_IOMMU_DEVICE)) {
        return NULL;
    }
    v = vtd_find_add_as(INTEL_IOMMU_DEVICE(iommu), pci_get_bus(&s->pdev),
                        s->pdev.devfn, pasid);
    return v ? &v->as : NULL;
}

static AddressSpace *facet_as(FacetState *s, uint32_t pasid)
{
    if (!is_bus_master(s)) {
        return NULL;
    }
    if (pasid == FACET_MODEL_RID) {
        return pci_get_address_space(&s->pdev);
    }
    return pasid_as(s, pasid);
}

/* Memory only: neither this device's registers nor anybody else's. */
static MemTxAttrs facet_attrs(FacetState *s)
{
    return (MemTxAttrs) {
        .memory = 1,
        .requester_id = pci_requester_id(&s->pdev),
    };
}

static int facet_dma_read_cb(void *opaque, uint32_t pasid, uint64_t iova,
                             void *buf, size_t len)
{
    FacetState *s = opaque;
    AddressSpace *as = facet_as(s, pasid);

    if (!as) {
        return -1;
    }
    return address_space_read(as, iova, facet_attrs(s), buf, len) != MEMTX_OK;
}

/*
 * A copy's order and width are the C library's business; whoever polls a
 * completion needs one store of 8 bytes behind all others.
 */
static MemTxResult store_last(AddressSpace *as, uint64_t iova, uint64_t value,
                              MemTxAttrs attrs)
{
    hwaddr xlat, len = sizeof(value);
    MemTxResult res;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(as, iova, &xlat, &len, true, attrs);
    if (!memory_region_is_ram(mr) || len < sizeof(value)) {
        return MEMTX_ACCESS_ERROR;
    }
    smp_wmb();
    address_space_stq_le(as, iova, value, attrs, &res);
    return res;
}

static int facet_dma_write_cb(void *opaque, uint32_t pasid, uint64_t iova,
                              const void *buf, size_t len)
{
    FacetState *s = opaque;
    AddressSpace *as = facet_as(s, pasid);

    if (!as) {
        return -1;
    }
    if (len == 8 && !(iova & 7)) {
        return store_last(as, iova, ldq_le_p(buf), facet_attrs(s)) != MEMTX_OK;
    }
    return address_space_write(as, iova, facet_attrs(s), buf, len) != MEMTX_OK;
}

static void facet_raise_irq(void *opaque, unsigned int vector)
{
    FacetState *s = opaque;

    if (msix_enabled(&s->pdev)) {
        msix_notify(&s->pdev, vector);
    }
}

static uint64_t facet_now_ns(void *opaque)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void facet_set_timer(void *opaque, uint64_t at_ns)
{
    FacetState *s = opaque;

    if (at_ns > INT64_MAX) {
        timer_del(s->timer);
    } else if (at_ns <= facet_now_ns(s)) {
        timer_del(s->timer);
        qemu_bh_schedule(s->bh);
    } else {
        timer_mod_ns(s->timer, at_ns);
    }
}

/* Through the bottom half, which guards against DMA to our own registers. */
static void facet_timer(void *opaque)
{
    FacetState *s = opaque;

    qemu_bh_schedule(s->bh);
}

static void facet_bh(void *opaque)
{
    FacetState *s = opaque;

    facet_model_timer_expired(s->model);
}

static void facet_submit(void *opaque, struct facet_job *job)
{
    FacetState *s = opaque;

    facet_pool_submit(s->pool, job);
}

static void facet_job_returned(void *opaque, struct facet_job *job)
{
    FacetState *s = opaque;

    facet_model_job_done(s->model, job);
}

static const struct facet_model_ops facet_core_ops = {
    .dma_read = facet_dma_read_cb,
    .dma_write = facet_dma_write_cb,
    .raise_irq = facet_raise_irq,
    .now_ns = facet_now_ns,
    .set_timer = facet_set_timer,
    .submit = facet_submit,
};

static uint64_t global_read(void *opaque, hwaddr addr, unsigned size)
{
    FacetState *s = opaque;

    return facet_model_mmio_read(s->model, FACET_BAR_GLOBAL, addr, size);
}

static void global_write(void *opaque, hwaddr addr, uint64_t val, unsigned size)
{
    FacetState *s = opaque;

    facet_model_mmio_write(s->model, FACET_BAR_GLOBAL, addr, val, size);
}

static uint64_t window_read(void *opaque, hwaddr addr, unsigned size)
{
    FacetState *s = opaque;

    return facet_model_mmio_read(s->model, FACET_BAR_WINDOW, addr, size);
}

static void window_write(void *opaque, hwaddr addr, uint64_t val, unsigned size)
{
    FacetState *s = opaque;

    facet_model_mmio_write(s->model, FACET_BAR_WINDOW, addr, val, size);
}

static const MemoryRegionOps global_ops = {
    .read = global_read,
    .write = global_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 8 },
};

static const MemoryRegionOps window_ops = {
    .read = window_read,
    .write = window_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 8 },
};

static bool facet_config(const FacetState *s, struct facet_model_config *cfg,
                         Error **errp)
{
    if (!is_power_of_2(s->stride)) {
        error_setg(errp, "facet: stride %u is not a power of two", s->stride);
        return false;
    }
    *cfg = (struct facet_model_config) {
        .contexts = s->contexts,
        .stride_log2 = ctz32(s->stride),
        .features = FACET_FEAT_TIMING | FACET_FEAT_HOST_CTX |
                    FACET_FEAT_MODERATION |
                    (s->inject ? FACET_FEAT_INJECT : 0),
        .timing = FACET_TIMING_MODEL,
        .dilation = s->dilation,
    };
    memcpy(cfg->engines, s->engines, sizeof(cfg->engines));
    if (!s->timing || !strcmp(s->timing, "model")) {
        return true;
    }
    cfg->timing = FACET_TIMING_HOST;
    if (!strcmp(s->timing, "host")) {
        return true;
    }
    error_setg(errp, "facet: timing is host or model, not '%s'", s->timing);
    return false;
}

static unsigned facet_threads(const FacetState *s)
{
    unsigned engines = s->engines[0] + s->engines[1] + s->engines[2];

    return MAX(MIN(engines, g_get_num_processors()), 1);
}

static bool facet_make_core(FacetState *s, Error **errp)
{
    struct facet_model_config cfg;

    if (!facet_config(s, &cfg, errp)) {
        return false;
    }
    if (!facet_op_init()) {
        error_setg(errp, "facet: libgcrypt is not usable");
        return false;
    }
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, facet_timer, s);
    s->bh = qemu_bh_new_guarded(facet_bh, s,
                                &DEVICE(s)->mem_reentrancy_guard);
    s->model = facet_model_create(&cfg, &facet_core_ops, s);
    if (!s->model) {
        error_setg(errp, "facet: contexts is 1..1024, engines-* are 1..32 "
                   "(pk and comp: 0..32), stride is 4096..16777216, "
                   "dilation is 1..1000000");
        return false;
    }
    s->pool = facet_pool_new(facet_threads(s), facet_job_returned, s);
    return true;
}

static void facet_drop_core(FacetState *s)
{
    if (s->pool) {
        facet_pool_free(s->pool);
    }
    if (s->model) {
        facet_model_destroy(s->model);
    }
    if (s->bh) {
        qemu_bh_delete(s->bh);
    }
    timer_free(s->timer);
}

static bool facet_pm_cap(PCIDevice *pdev, Error **errp)
{
    if (pci_pm_init(pdev, CAP_PM, errp) < 0) {
        return false;
    }
    pci_set_word(pdev->config + CAP_PM + PCI_PM_PMC, 0x3);
    pci_set_word(pdev->config + CAP_PM + PCI_PM_CTRL,
                 PCI_PM_CTRL_NO_SOFT_RESET);
    pci_set_word(pdev->wmask + CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    return true;
}

static void facet_pasid_cap(PCIDevice *pdev)
{
    pcie_add_capability(pdev, PCI_EXT_CAP_ID_PASID, 1, EXT_PASID,
                        PCI_EXT_CAP_PASID_SIZEOF);
    pci_set_word(pdev->config + EXT_PASID + PCI_PASID_CAP, PASID_BITS << 8);
    pci_set_word(pdev->wmask + EXT_PASID + PCI_PASID_CTRL,
                 PCI_PASID_CTRL_ENABLE);
}

static bool facet_caps(FacetState *s, Error **errp)
{
    PCIDevice *pdev = &s->pdev;

    if (!facet_pm_cap(pdev, errp)) {
        return false;
    }
    if (pcie_endpoint_cap_init(pdev, CAP_EXP) < 0) {
        error_setg(errp, "facet: needs a PCI Express bus");
        return false;
    }
    pcie_cap_deverr_init(pdev);
    pcie_cap_flr_init(pdev);
    if (msix_init_exclusive_bar(pdev, facet_model_vectors(s->model),
                                FACET_BAR_MSIX, errp)) {
        return false;
    }
    for (unsigned i = 0; i < facet_model_vectors(s->model); i++) {
        msix_vector_use(pdev, i);
    }
    if (pcie_aer_init(pdev, PCI_ERR_VER, EXT_AER, PCI_ERR_SIZEOF, errp) < 0) {
        return false;
    }
    pcie_ats_init(pdev, EXT_ATS, true);
    facet_pasid_cap(pdev);
    return true;
}

static void facet_bars(FacetState *s)
{
    const uint8_t type = PCI_BASE_ADDRESS_SPACE_MEMORY |
                         PCI_BASE_ADDRESS_MEM_TYPE_64;

    memory_region_init_io(&s->bar[0], OBJECT(s), &global_ops, s, "facet-global",
                          facet_model_bar_bytes(s->model, FACET_BAR_GLOBAL));
    memory_region_init_io(&s->bar[1], OBJECT(s), &window_ops, s, "facet-window",
                          facet_model_bar_bytes(s->model, FACET_BAR_WINDOW));
    pci_register_bar(&s->pdev, FACET_BAR_GLOBAL, type, &s->bar[0]);
    pci_register_bar(&s->pdev, FACET_BAR_WINDOW, type, &s->bar[1]);
}

static void facet_uninit(PCIDevice *pdev)
{
    if (pdev->exp.aer_cap) {
        pcie_aer_exit(pdev);
    }
    if (msix_present(pdev)) {
        msix_uninit_exclusive_bar(pdev);
    }
    if (pci_is_express(pdev) && pdev->exp.exp_cap) {
        pcie_cap_exit(pdev);
    }
    facet_drop_core(FACET(pdev));
}

static void facet_realize(PCIDevice *pdev, Error **errp)
{
    FacetState *s = FACET(pdev);

    if (!facet_make_core(s, errp)) {
        facet_drop_core(s);
        return;
    }
    facet_bars(s);
    if (!facet_caps(s, errp)) {
        facet_uninit(pdev);
    }
}

/* Power and FLR; a function that was reset tags nothing with a PASID. */
static void facet_reset(DeviceState *dev)
{
    FacetState *s = FACET(dev);

    facet_model_reset(s->model);
    pcie_cap_deverr_reset(&s->pdev);
    pci_set_word(s->pdev.config + EXT_PASID + PCI_PASID_CTRL, 0);
    pci_set_word(s->pdev.config + EXT_ATS + PCI_ATS_CTRL, 0);
}

static void facet_config_write(PCIDevice *pdev, uint32_t addr, uint32_t val,
                               int len)
{
    pci_default_write_config(pdev, addr, val, len);
    pcie_cap_flr_write_config(pdev, addr, val, len);
    pcie_aer_write_config(pdev, addr, val, len);
}

static const Property facet_properties[] = {
    DEFINE_PROP_UINT32("contexts", FacetState, contexts, 64),
    DEFINE_PROP_UINT32("engines-pk", FacetState, engines[FACET_CLASS_PK], 2),
    DEFINE_PROP_UINT32("engines-sym", FacetState, engines[FACET_CLASS_SYM], 2),
    DEFINE_PROP_UINT32("engines-comp", FacetState, engines[FACET_CLASS_COMP], 2),
    DEFINE_PROP_UINT32("stride", FacetState, stride, 4096),
    DEFINE_PROP_STRING("timing", FacetState, timing),
    DEFINE_PROP_UINT32("dilation", FacetState, dilation, 1),
    DEFINE_PROP_BOOL("inject", FacetState, inject, true),
};

static const VMStateDescription facet_vmstate = {
    .name = TYPE_FACET,
    .unmigratable = 1,
};

static void facet_class_init(ObjectClass *class, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(class);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(class);

    k->realize = facet_realize;
    k->exit = facet_uninit;
    k->config_write = facet_config_write;
    k->vendor_id = FACET_PCI_VENDOR;
    k->device_id = FACET_PCI_DEVICE;
    k->class_id = PCI_CLASS_PROCESSOR_CO;
    dc->desc = "Facet crypto and compression accelerator";
    dc->vmsd = &facet_vmstate;
    device_class_set_legacy_reset(dc, facet_reset);
    device_class_set_props(dc, facet_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo facet_info = {
    .name = TYPE_FACET,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(FacetState),
    .class_init = facet_class_init,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_PCIE_DEVICE }, { } },
};

static void facet_types(void)
{
    type_register_static(&facet_info);
}

type_init(facet_types)
