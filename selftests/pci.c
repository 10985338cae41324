// SPDX-License-Identifier: GPL-2.0-only
/*
 * Config space and control page as hardware would have them: what is read-only
 * stays, what is reserved reads as zero, sizes are found by probing.
 */
#include <linux/pci_regs.h>

#include "test.h"

#define CFG_BYTES	256

FIXTURE(pci)
{
	struct fct_owner o;
	unsigned int pm;
	unsigned int exp;
	unsigned int msix;
};

/* the offset of a capability, 0 without */
static unsigned int find_cap(struct fct_owner *o, unsigned int id)
{
	unsigned int at = fct_cfg(o, PCI_CAPABILITY_LIST, 1), i;

	for (i = 0; at && i < 48; i++) {
		if (fct_cfg(o, at, 1) == id)
			return at;
		at = fct_cfg(o, at + 1, 1);
	}
	return 0;
}

FIXTURE_SETUP(pci)
{
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->o, 1));
	self->pm = find_cap(&self->o, PCI_CAP_ID_PM);
	self->exp = find_cap(&self->o, PCI_CAP_ID_EXP);
	self->msix = find_cap(&self->o, PCI_CAP_ID_MSIX);
	ASSERT_NE(0, self->pm);
	ASSERT_NE(0, self->exp);
	ASSERT_NE(0, self->msix);
}

FIXTURE_TEARDOWN(pci)
{
	fct_stop(&self->o);
	fct_sweep();
}

TEST_F(pci, identity)
{
	struct fct_owner *o = &self->o;

	EXPECT_EQ(FACET_PCI_VENDOR, fct_cfg(o, PCI_VENDOR_ID, 2));
	EXPECT_EQ(FACET_PCI_DEVICE_VI, fct_cfg(o, PCI_DEVICE_ID, 2));
	EXPECT_EQ(FACET_PCI_VENDOR | FACET_PCI_DEVICE_VI << 16,
		  fct_cfg(o, PCI_VENDOR_ID, 4));
	EXPECT_EQ(0x0b40, fct_cfg(o, PCI_CLASS_DEVICE, 2));
	EXPECT_EQ(PCI_HEADER_TYPE_NORMAL, fct_cfg(o, PCI_HEADER_TYPE, 1));
	EXPECT_EQ(0, fct_cfg(o, PCI_INTERRUPT_PIN, 1));
}

static bool is_64(__u32 bar)
{
	return (bar & PCI_BASE_ADDRESS_MEM_TYPE_MASK) ==
		PCI_BASE_ADDRESS_MEM_TYPE_64;
}

/* As every system's firmware does it; the size must be that of the region. */
TEST_F(pci, bars_are_sized_by_probing)
{
	struct fct_owner *o = &self->o;
	unsigned int i, at, n;
	__u32 old, low, high;
	__u64 mask, size;

	for (i = 0; i < 6; i += n) {
		at = PCI_BASE_ADDRESS_0 + 4 * i;
		old = fct_cfg(o, at, 4);
		ASSERT_EQ(0, fct_cfg_set(o, at, 4, ~0U));
		low = fct_cfg(o, at, 4);
		n = low && is_64(low) ? 2 : 1;
		high = ~0U;
		if (n == 2) {
			ASSERT_EQ(0, fct_cfg_set(o, at + 4, 4, ~0U));
			high = fct_cfg(o, at + 4, 4);
		}
		mask = (low & PCI_BASE_ADDRESS_MEM_MASK) | (__u64)high << 32;
		size = low ? ~mask + 1 : 0;
		EXPECT_EQ(o->region[i].size, size) TH_LOG("BAR%u", i);
		EXPECT_EQ(0, size & (size - 1)) TH_LOG("BAR%u", i);
		EXPECT_EQ(0, low & PCI_BASE_ADDRESS_SPACE_IO);
		fct_cfg_set(o, at, 4, old);
		if (n == 2)
			fct_cfg_set(o, at + 4, 4, 0);
	}
	EXPECT_LE(4096, o->region[FACET_VI_BAR_CTL].size);
	EXPECT_EQ(4096, o->region[FACET_VI_BAR_DOORBELL].size);
	EXPECT_NE(0, o->region[FACET_VI_BAR_MSIX].size);
}

TEST_F(pci, bars_keep_aligned_addresses_only)
{
	struct fct_owner *o = &self->o;
	__u32 size = o->region[0].size;

	ASSERT_EQ(0, fct_cfg_set(o, PCI_BASE_ADDRESS_0, 4, 0xfebf0000 | 0xff8));
	EXPECT_EQ(0xfebf0000 & ~(size - 1), fct_cfg(o, PCI_BASE_ADDRESS_0, 4) &
		  PCI_BASE_ADDRESS_MEM_MASK);
	/* a byte at a time, as config cycles may come */
	ASSERT_EQ(0, fct_cfg_set(o, PCI_BASE_ADDRESS_0 + 3, 1, 0xab));
	EXPECT_EQ(0xabbf0000 & ~(size - 1), fct_cfg(o, PCI_BASE_ADDRESS_0, 4) &
		  PCI_BASE_ADDRESS_MEM_MASK);
	ASSERT_EQ(0, fct_cfg_set(o, PCI_ROM_ADDRESS, 4, ~0U));
	EXPECT_EQ(0, fct_cfg(o, PCI_ROM_ADDRESS, 4));
}

TEST_F(pci, command_register_masks_reserved_bits)
{
	struct fct_owner *o = &self->o;
	__u32 cmd;

	ASSERT_EQ(0, fct_cfg_set(o, PCI_COMMAND, 2, 0xffff));
	cmd = fct_cfg(o, PCI_COMMAND, 2);
	EXPECT_EQ(0, cmd & 0xf800);
	EXPECT_EQ(0, cmd & PCI_COMMAND_IO);
	EXPECT_EQ(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER,
		  cmd & (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER));
	ASSERT_EQ(0, fct_cfg_set(o, PCI_COMMAND, 2, 0));
	EXPECT_EQ(0, fct_cfg(o, PCI_COMMAND, 2));
}

TEST_F(pci, status_register_is_not_writable)
{
	struct fct_owner *o = &self->o;
	__u32 status = fct_cfg(o, PCI_STATUS, 2);

	EXPECT_NE(0, status & PCI_STATUS_CAP_LIST);
	ASSERT_EQ(0, fct_cfg_set(o, PCI_STATUS, 2, 0xffff));
	EXPECT_EQ(status, fct_cfg(o, PCI_STATUS, 2));
	ASSERT_EQ(0, fct_cfg_set(o, PCI_STATUS, 2, 0));
	EXPECT_EQ(status, fct_cfg(o, PCI_STATUS, 2));
}

TEST_F(pci, interrupt_line_is_a_scratch_byte)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, fct_cfg_set(o, PCI_INTERRUPT_LINE, 1, 0x5a));
	EXPECT_EQ(0x5a, fct_cfg(o, PCI_INTERRUPT_LINE, 1));
	EXPECT_EQ(0, fct_cfg(o, PCI_INTERRUPT_PIN, 1));
}

TEST_F(pci, capability_list_is_sound)
{
	struct fct_owner *o = &self->o;
	unsigned int at = fct_cfg(o, PCI_CAPABILITY_LIST, 1), id, n = 0;
	unsigned int seen[256] = { 0 };

	while (at) {
		ASSERT_LE(0x40, at);
		ASSERT_EQ(0, at & 3);
		ASSERT_GT(48, n++);
		id = fct_cfg(o, at, 1);
		EXPECT_EQ(0, seen[id]++) TH_LOG("capability %#x twice", id);
		at = fct_cfg(o, at + 1, 1);
	}
	EXPECT_EQ(1, seen[PCI_CAP_ID_PM]);
	EXPECT_EQ(1, seen[PCI_CAP_ID_EXP]);
	EXPECT_EQ(1, seen[PCI_CAP_ID_MSIX]);
	EXPECT_EQ(0, seen[PCI_CAP_ID_MSI]);
}

TEST_F(pci, power_management_capability)
{
	struct fct_owner *o = &self->o;
	unsigned int at = self->pm;
	__u32 pmc = fct_cfg(o, at + PCI_PM_PMC, 2), ctrl;

	EXPECT_EQ(3, pmc & PCI_PM_CAP_VER_MASK);
	ASSERT_EQ(0, fct_cfg_set(o, at + PCI_PM_PMC, 2, 0xffff));
	EXPECT_EQ(pmc, fct_cfg(o, at + PCI_PM_PMC, 2));
	ctrl = fct_cfg(o, at + PCI_PM_CTRL, 2);
	EXPECT_EQ(0, ctrl & PCI_PM_CTRL_STATE_MASK);
	/* no PME, no data register, nothing reserved */
	ASSERT_EQ(0, fct_cfg_set(o, at + PCI_PM_CTRL, 2, 0xfffc));
	EXPECT_EQ(ctrl, fct_cfg(o, at + PCI_PM_CTRL, 2));
}

static int power(struct fct_owner *o, unsigned int pm, __u32 state)
{
	return fct_cfg_set(o, pm + PCI_PM_CTRL, 2, state);
}

/* Asleep its BARs do not answer; waking up is a reset (No_Soft_Reset = 0). */
TEST_F(pci, sleep_and_wake)
{
	struct fct_owner *o = &self->o;
	__u32 resets = fct_ctl(o, FACET_VI_RESETS);

	ASSERT_EQ(0, power(o, self->pm, 3));
	EXPECT_EQ(3, fct_cfg(o, self->pm + PCI_PM_CTRL, 2));
	EXPECT_EQ(~0U, fct_ctl(o, FACET_VI_ID));
	ASSERT_EQ(0, power(o, self->pm, 0));
	EXPECT_EQ(FACET_VI_MAGIC, fct_ctl(o, FACET_VI_ID));
	EXPECT_EQ(resets + 1, fct_ctl(o, FACET_VI_RESETS));
	EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(o, FACET_VI_STATE));
	/* states that it does not have */
	ASSERT_EQ(0, power(o, self->pm, 1));
	EXPECT_EQ(0, fct_cfg(o, self->pm + PCI_PM_CTRL, 2));
	ASSERT_EQ(0, power(o, self->pm, 2));
	EXPECT_EQ(0, fct_cfg(o, self->pm + PCI_PM_CTRL, 2));
}

TEST_F(pci, pcie_capability_is_an_endpoint_with_flr)
{
	struct fct_owner *o = &self->o;
	unsigned int at = self->exp;
	__u32 flags = fct_cfg(o, at + PCI_EXP_FLAGS, 2);
	__u32 cap = fct_cfg(o, at + PCI_EXP_DEVCAP, 4);

	EXPECT_EQ(PCI_EXP_TYPE_ENDPOINT, (flags & PCI_EXP_FLAGS_TYPE) >> 4);
	EXPECT_EQ(2, flags & PCI_EXP_FLAGS_VERS);
	EXPECT_NE(0, cap & PCI_EXP_DEVCAP_FLR);
	ASSERT_EQ(0, fct_cfg_set(o, at + PCI_EXP_DEVCAP, 4, ~cap));
	EXPECT_EQ(cap, fct_cfg(o, at + PCI_EXP_DEVCAP, 4));
	ASSERT_EQ(0, fct_cfg_set(o, at + PCI_EXP_FLAGS, 2, 0xffff));
	EXPECT_EQ(flags, fct_cfg(o, at + PCI_EXP_FLAGS, 2));
}

TEST_F(pci, msix_capability)
{
	struct fct_owner *o = &self->o;
	unsigned int at = self->msix;
	__u32 ctrl = fct_cfg(o, at + PCI_MSIX_FLAGS, 2);
	__u32 table = fct_cfg(o, at + PCI_MSIX_TABLE, 4);
	__u32 pba = fct_cfg(o, at + PCI_MSIX_PBA, 4);
	const __u32 rw = PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL;

	EXPECT_EQ(FACET_VI_NR_VECTORS - 1, ctrl & PCI_MSIX_FLAGS_QSIZE);
	EXPECT_EQ(FACET_VI_BAR_MSIX, table & PCI_MSIX_TABLE_BIR);
	EXPECT_EQ(FACET_VI_BAR_MSIX, pba & PCI_MSIX_PBA_BIR);
	ASSERT_EQ(0, fct_cfg_set(o, at + PCI_MSIX_FLAGS, 2, 0xffff));
	EXPECT_EQ((ctrl & ~rw) | rw, fct_cfg(o, at + PCI_MSIX_FLAGS, 2));
	ASSERT_EQ(0, fct_cfg_set(o, at + PCI_MSIX_FLAGS, 2, 0));
	EXPECT_EQ(ctrl & ~rw, fct_cfg(o, at + PCI_MSIX_FLAGS, 2));
	ASSERT_EQ(0, fct_cfg_set(o, at + PCI_MSIX_TABLE, 4, ~0U));
	EXPECT_EQ(table, fct_cfg(o, at + PCI_MSIX_TABLE, 4));
	ASSERT_EQ(0, fct_cfg_set(o, at + PCI_MSIX_PBA, 4, ~0U));
	EXPECT_EQ(pba, fct_cfg(o, at + PCI_MSIX_PBA, 4));
}

/* what of the standard header must never change, as a mask by doubleword */
static __u32 constant_bits(unsigned int at)
{
	switch (at) {
	case PCI_VENDOR_ID:
	case PCI_CLASS_REVISION:
	case PCI_CARDBUS_CIS:
	case PCI_SUBSYSTEM_VENDOR_ID:
	case PCI_ROM_ADDRESS:
	case PCI_CAPABILITY_LIST:
	case 0x38:
		return ~0U;
	case PCI_CACHE_LINE_SIZE:
		return 0xffffff00 & ~0xff000000;	/* header type; no BIST */
	case PCI_INTERRUPT_LINE:
		return 0xffffff00;
	}
	return 0;
}

/* Every doubleword takes every bit pattern; the identity must survive it. */
TEST_F(pci, no_write_changes_what_is_constant)
{
	static const __u32 pattern[] = { ~0U, 0, 0xaaaaaaaa, 0x55555555 };
	struct fct_owner *o = &self->o;
	__u32 before[CFG_BYTES / 4], mask;
	unsigned int at, i;

	for (at = 0; at < CFG_BYTES; at += 4)
		before[at / 4] = fct_cfg(o, at, 4);
	for (at = 0; at < CFG_BYTES; at += 4)
		for (i = 0; i < ARRAY_LEN(pattern); i++)
			ASSERT_EQ(0, fct_cfg_set(o, at, 4, pattern[i]));
	for (at = 0; at < CFG_BYTES; at += 4) {
		mask = constant_bits(at);
		EXPECT_EQ(before[at / 4] & mask, fct_cfg(o, at, 4) & mask)
			TH_LOG("offset %#x", at);
	}
	EXPECT_EQ(self->pm, find_cap(o, PCI_CAP_ID_PM));
	EXPECT_EQ(self->exp, find_cap(o, PCI_CAP_ID_EXP));
	EXPECT_EQ(self->msix, find_cap(o, PCI_CAP_ID_MSIX));
	EXPECT_EQ(FACET_VI_MAGIC, fct_ctl(o, FACET_VI_ID));
}

/* A read or write that crosses the end gets what is there, or nothing. */
TEST_F(pci, accesses_end_where_the_region_ends)
{
	static const int index[] = {
		VFIO_PCI_CONFIG_REGION_INDEX, FACET_VI_BAR_CTL,
		FACET_VI_BAR_MSIX, VFIO_PCI_BAR1_REGION_INDEX,
		VFIO_PCI_ROM_REGION_INDEX,
	};
	struct fct_owner *o = &self->o;
	__u8 buf[16];
	unsigned int i;
	__u64 size;

	for (i = 0; i < ARRAY_LEN(index); i++) {
		size = o->region[index[i]].size;
		EXPECT_GE(0, fct_pread(o, index[i], buf, 4, size))
			TH_LOG("region %d", index[i]);
		EXPECT_GE(0, fct_pwrite(o, index[i], buf, 4, size));
		EXPECT_GE(0, fct_pread(o, index[i], buf, 4, size + 0x10000));
		if (!size)
			continue;
		EXPECT_GE(2, fct_pread(o, index[i], buf, 4, size - 2));
		EXPECT_GE(2, fct_pwrite(o, index[i], buf, 4, size - 2));
	}
	EXPECT_GT(0, pread(o->device, buf, 4, ~0ULL >> 1));
	EXPECT_GT(0, pread(o->device, buf, 4, 1ULL << 62));
}

TEST_F(pci, flr_resets_the_instance_and_its_config_space)
{
	struct fct_owner *o = &self->o;
	__u32 resets = fct_ctl(o, FACET_VI_RESETS);

	ASSERT_EQ(0, fct_op_copy(o, 4096, 1));
	ASSERT_EQ(0, fct_cfg_set(o, PCI_COMMAND, 2, PCI_COMMAND_MASTER));
	ASSERT_EQ(0, fct_cfg_set(o, PCI_BASE_ADDRESS_0, 4, 0xfebf0000));
	ASSERT_EQ(0, fct_cfg_set(o, self->exp + PCI_EXP_DEVCTL, 2,
				 PCI_EXP_DEVCTL_BCR_FLR));
	EXPECT_EQ(0, fct_cfg(o, self->exp + PCI_EXP_DEVCTL, 2) &
		  PCI_EXP_DEVCTL_BCR_FLR);
	EXPECT_EQ(resets + 1, fct_ctl(o, FACET_VI_RESETS));
	EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(o, FACET_VI_STATE));
	EXPECT_EQ(0, fct_ctl(o, FACET_VI_N_WINDOWS));
	EXPECT_EQ(0, fct_cfg(o, PCI_COMMAND, 2));
	EXPECT_EQ(0, fct_cfg(o, PCI_BASE_ADDRESS_0, 4) &
		  PCI_BASE_ADDRESS_MEM_MASK);
}

TEST_F(pci, writing_zero_to_the_flr_bit_does_nothing)
{
	struct fct_owner *o = &self->o;
	__u32 resets = fct_ctl(o, FACET_VI_RESETS);

	ASSERT_EQ(0, fct_cfg_set(o, self->exp + PCI_EXP_DEVCTL, 2, 0));
	EXPECT_EQ(resets, fct_ctl(o, FACET_VI_RESETS));
	EXPECT_EQ(0, fct_op_copy(o, 4096, 1));
}

TEST_F(pci, control_page_identity)
{
	struct fct_owner *o = &self->o;

	EXPECT_EQ(FACET_VI_MAGIC, fct_ctl(o, FACET_VI_ID));
	EXPECT_EQ(FACET_VI_VERSION_1, fct_ctl(o, FACET_VI_VERSION));
	EXPECT_NE(0, fct_ctl(o, FACET_VI_CAP_ENGINES));
	EXPECT_NE(0, fct_ctl64(o, FACET_VI_CAP_OPS_LO) & 1ULL << FACET_OP_COPY);
	EXPECT_EQ(1, fct_ctl(o, FACET_VI_CAP_ASPACES));
	EXPECT_LT(FCT_IOVA, fct_ctl64(o, FACET_VI_APERTURE_LO));
	EXPECT_EQ(fct_attr_num(o->uuid, "quota_windows"),
		  fct_ctl(o, FACET_VI_QUOTA_WINDOWS));
	EXPECT_EQ(fct_attr_num(o->uuid, "quota_bytes"),
		  fct_ctl64(o, FACET_VI_QUOTA_BYTES_LO));
	EXPECT_EQ(fct_attr_num(o->uuid, "quota_posts"),
		  fct_ctl(o, FACET_VI_QUOTA_POSTS));
}

TEST_F(pci, control_page_read_only_registers)
{
	static const __u32 reg[] = {
		FACET_VI_ID, FACET_VI_VERSION, FACET_VI_CAP_ENGINES,
		FACET_VI_CAP_RING, FACET_VI_CAP_OPS_LO, FACET_VI_CAP_SG,
		FACET_VI_CAP_FLOWS, FACET_VI_CAP_ASPACES,
		FACET_VI_QUOTA_WINDOWS, FACET_VI_QUOTA_BYTES_LO,
		FACET_VI_QUOTA_POSTS, FACET_VI_APERTURE_LO, FACET_VI_STATE,
		FACET_VI_RESETS, FACET_VI_ERROR, FACET_VI_FAULTS,
		FACET_VI_POST_DONE, FACET_VI_N_WINDOWS,
		FACET_VI_OP(FACET_OP_COPY) + FACET_OP_CEIL_IN,
		FACET_VI_OP(FACET_OP_COPY) + FACET_OP_ATTR,
	};
	struct fct_owner *o = &self->o;
	unsigned int i;
	__u32 v;

	for (i = 0; i < ARRAY_LEN(reg); i++) {
		v = fct_ctl(o, reg[i]);
		fct_ctl_set(o, reg[i], ~v);
		EXPECT_EQ(v, fct_ctl(o, reg[i])) TH_LOG("register %#x", reg[i]);
	}
}

TEST_F(pci, control_page_holes_read_zero)
{
	static const __u32 hole[] = { 0x0fc, 0x1fc, 0x3fc, 0x7fc };
	struct fct_owner *o = &self->o;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(hole); i++) {
		fct_ctl_set(o, hole[i], ~0U);
		EXPECT_EQ(0, fct_ctl(o, hole[i])) TH_LOG("hole %#x", hole[i]);
	}
	EXPECT_EQ(0, fct_op_copy(o, 4096, 1));
}

TEST_F(pci, device_clock_advances)
{
	struct fct_owner *o = &self->o;
	__u64 first = fct_ctl64(o, FACET_VI_CLOCK_LO);

	ASSERT_EQ(0, fct_op_copy(o, 4096, 1));
	EXPECT_LT(first, fct_ctl64(o, FACET_VI_CLOCK_LO));
}

/* One trapped access counts once; what goes through the window does not. */
TEST_F(pci, control_accesses_are_counted)
{
	struct fct_owner *o = &self->o;
	long long before, i;

	before = stat_of(o, "control_accesses");
	for (i = 0; i < 10; i++)
		fct_ctl(o, FACET_VI_ID);
	EXPECT_EQ(before + 10, stat_of(o, "control_accesses"));
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, fct_op_copy(o, 512, i));
	EXPECT_EQ(before + 10, stat_of(o, "control_accesses"));
}

TEST_HARNESS_MAIN
