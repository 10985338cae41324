// SPDX-License-Identifier: GPL-2.0-only
/*
 * Config space of an instance: a PCIe endpoint with PM, FLR and MSI-X.
 *
 * The values are in facet_vi.config; what a write may change is in a table, all
 * else is read-only.  Two writes do something: FLR, and the way from D3hot to D0,
 * which is a reset because PMCSR says No_Soft_Reset = 0.  Extended config space
 * is there and empty.
 */
#include <linux/unaligned.h>
#include "vi.h"

#define CFG_PM			0x40
#define CFG_EXP			0x48
#define CFG_MSIX		0x88
#define EXP_BYTES		0x3c	/* the version 2 structure of an endpoint */

#define BAR_MASK		((u32)~(VI_BAR_BYTES - 1))
#define COMMAND_MASK		(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | \
				 PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE)
#define DEVCTL_MASK		(PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | \
				 PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE | \
				 PCI_EXP_DEVCTL_RELAX_EN | \
				 PCI_EXP_DEVCTL_NOSNOOP_EN | PCI_EXP_DEVCTL_READRQ)
#define LNKCTL_MASK		(PCI_EXP_LNKCTL_RCB | PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES)
#define MSIX_MASK		(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL)

/* FLR is not here: it reads as zero. */
static const struct {
	u16 off;
	u8 bytes;
	u32 mask;
} writable[] = {
	{ PCI_COMMAND, 2, COMMAND_MASK },
	{ PCI_CACHE_LINE_SIZE, 1, 0xff },
	{ PCI_BASE_ADDRESS_0 + 4 * FACET_VI_BAR_CTL, 4, BAR_MASK },
	{ PCI_BASE_ADDRESS_0 + 4 * FACET_VI_BAR_DOORBELL, 4, BAR_MASK },
	{ PCI_BASE_ADDRESS_0 + 4 * FACET_VI_BAR_MSIX, 4, BAR_MASK },
	{ PCI_INTERRUPT_LINE, 1, 0xff },
	{ CFG_PM + PCI_PM_CTRL, 2, PCI_PM_CTRL_STATE_MASK },
	{ CFG_EXP + PCI_EXP_DEVCTL, 2, DEVCTL_MASK },
	{ CFG_EXP + PCI_EXP_LNKCTL, 2, LNKCTL_MASK },
	{ CFG_MSIX + PCI_MSIX_FLAGS, 2, MSIX_MASK },
};

static void init_header(u8 *c)
{
	put_unaligned_le16(FACET_PCI_VENDOR, c + PCI_VENDOR_ID);
	put_unaligned_le16(FACET_PCI_DEVICE_VI, c + PCI_DEVICE_ID);
	put_unaligned_le16(PCI_STATUS_CAP_LIST, c + PCI_STATUS);
	put_unaligned_le16(PCI_CLASS_PROCESSOR_CO, c + PCI_CLASS_DEVICE);
	put_unaligned_le16(FACET_PCI_VENDOR, c + PCI_SUBSYSTEM_VENDOR_ID);
	put_unaligned_le16(FACET_PCI_DEVICE_VI, c + PCI_SUBSYSTEM_ID);
	c[PCI_CAPABILITY_LIST] = CFG_PM;
}

static void init_pm(u8 *c)
{
	c[PCI_CAP_LIST_ID] = PCI_CAP_ID_PM;
	c[PCI_CAP_LIST_NEXT] = CFG_EXP;
	put_unaligned_le16(3, c + PCI_PM_PMC);	/* version 1.2, no PME, no D1, D2 */
}

static void init_exp(u8 *c)
{
	BUILD_BUG_ON(CFG_EXP + EXP_BYTES > CFG_MSIX);
	c[PCI_CAP_LIST_ID] = PCI_CAP_ID_EXP;
	c[PCI_CAP_LIST_NEXT] = CFG_MSIX;
	put_unaligned_le16(2 | PCI_EXP_TYPE_ENDPOINT << 4, c + PCI_EXP_FLAGS);
	put_unaligned_le32(PCI_EXP_DEVCAP_FLR | PCI_EXP_DEVCAP_RBER, c + PCI_EXP_DEVCAP);
	put_unaligned_le16(PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN |
			   PCI_EXP_DEVCTL_READRQ_512B, c + PCI_EXP_DEVCTL);
	put_unaligned_le32(PCI_EXP_LNKCAP_SLS_2_5GB | 1 << 4, c + PCI_EXP_LNKCAP);
	put_unaligned_le16(PCI_EXP_LNKSTA_CLS_2_5GB | PCI_EXP_LNKSTA_NLW_X1, c + PCI_EXP_LNKSTA);
	put_unaligned_le32(PCI_EXP_LNKCAP2_SLS_2_5GB, c + PCI_EXP_LNKCAP2);
	put_unaligned_le16(PCI_EXP_LNKCTL2_TLS_2_5GT, c + PCI_EXP_LNKCTL2);
}

static void init_msix(u8 *c)
{
	c[PCI_CAP_LIST_ID] = PCI_CAP_ID_MSIX;
	put_unaligned_le16(FACET_VI_NR_VECTORS - 1, c + PCI_MSIX_FLAGS);
	put_unaligned_le32(FACET_VI_BAR_MSIX, c + PCI_MSIX_TABLE);
	put_unaligned_le32(VI_MSIX_PBA | FACET_VI_BAR_MSIX, c + PCI_MSIX_PBA);
}

/**
 * vi_config_init - config space and MSI-X table as after a reset
 * @vi: instance
 */
void vi_config_init(struct facet_vi *vi)
{
	unsigned int i;

	lockdep_assert_held(&vi->ctl_lock);
	memset(vi->config, 0, sizeof(vi->config));
	init_header(vi->config);
	init_pm(vi->config + CFG_PM);
	init_exp(vi->config + CFG_EXP);
	init_msix(vi->config + CFG_MSIX);
	memset(vi->msix, 0, sizeof(vi->msix));
	for (i = 0; i < FACET_VI_NR_VECTORS; i++)
		vi->msix[i * PCI_MSIX_ENTRY_SIZE + PCI_MSIX_ENTRY_VECTOR_CTRL] =
			PCI_MSIX_ENTRY_CTRL_MASKBIT;
}

/**
 * vi_config_read - a byte of config space
 * @vi: instance
 * @off: offset
 *
 * Return: the byte; 0 in extended config space.
 */
u8 vi_config_read(struct facet_vi *vi, u32 off)
{
	guard(mutex)(&vi->ctl_lock);
	return off < sizeof(vi->config) ? vi->config[off] : 0;
}

static u8 write_mask(u32 off)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(writable); i++)
		if (off >= writable[i].off && off < writable[i].off + writable[i].bytes)
			return writable[i].mask >> (8 * (off - writable[i].off));
	return 0;
}

static u8 power_state(const struct facet_vi *vi)
{
	return vi->config[CFG_PM + PCI_PM_CTRL] & PCI_PM_CTRL_STATE_MASK;
}

/* D1 and D2 do not exist: writing them changes nothing. */
static bool power_state_exists(u8 value)
{
	value &= PCI_PM_CTRL_STATE_MASK;
	return value == (__force u8)PCI_D0 || value == (__force u8)PCI_D3hot;
}

static void write_byte(struct facet_vi *vi, u32 off, u8 value)
{
	u8 mask = write_mask(off);

	lockdep_assert_held(&vi->ctl_lock);
	if (off >= sizeof(vi->config))
		return;
	if (off == CFG_PM + PCI_PM_CTRL && !power_state_exists(value))
		return;
	vi->config[off] = (vi->config[off] & ~mask) | (value & mask);
}

/**
 * vi_config_awake - is the function in D0?
 * @vi: instance
 *
 * Return: false in D3hot, where its BARs do not answer.
 */
bool vi_config_awake(struct facet_vi *vi)
{
	guard(mutex)(&vi->ctl_lock);
	return power_state(vi) == (__force u8)PCI_D0;
}

/**
 * vi_config_write - write config space
 * @vi: instance
 * @off: offset
 * @buf: bytes, read from the owner once
 * @n: how many
 *
 * Returns when a reset that the write asks for is over.
 */
void vi_config_write(struct facet_vi *vi, u32 off, const u8 *buf, unsigned int n)
{
	const u32 flr = CFG_EXP + PCI_EXP_DEVCTL + 1;	/* the byte that has the bit */
	bool woken, reset = false;
	unsigned int i;

	scoped_guard(mutex, &vi->ctl_lock) {
		woken = power_state(vi) == (__force u8)PCI_D3hot;
		for (i = 0; i < n; i++) {
			write_byte(vi, off + i, buf[i]);
			if (off + i == flr && buf[i] & (PCI_EXP_DEVCTL_BCR_FLR >> 8))
				reset = true;
		}
		woken = woken && power_state(vi) == (__force u8)PCI_D0;
	}
	if (reset)
		vi_reset(vi, VI_RESET_FLR);
	else if (woken)
		vi_reset(vi, VI_RESET_PM);
}
