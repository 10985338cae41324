/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Facet: the mediated instance as its owner (a guest driver, or a user-space
 * VFIO program) sees it.  Contract: Documentation/device-spec.rst section 12.
 *
 * PCI function FACET_PCI_VENDOR:FACET_PCI_DEVICE_VI.  BAR0: the control page,
 * trapped.  BAR2: the doorbell page, mapped; layout FACET_WIN_*.  BAR4: MSI-X,
 * FACET_VI_NR_VECTORS.  Rings, descriptors and completions: uapi/facet/desc.h.
 * The layout is the same for every instance type.
 *
 * Registers are 32 bits wide; a name ending in _LO has its high half at + 4.
 * Unknown offsets read 0; writes to them are ignored.
 */
#ifndef _UAPI_FACET_INSTANCE_H
#define _UAPI_FACET_INSTANCE_H

#include <linux/types.h>

#define FACET_VI_BAR_CTL		0
#define FACET_VI_BAR_DOORBELL		2
#define FACET_VI_BAR_MSIX		4
#define FACET_VI_NR_VECTORS		2
#define FACET_VI_VEC_COMP		0	/* completions */
#define FACET_VI_VEC_CTL		1	/* a post finished, an error, a reset by the host */

/* -- identity, read only -- */
#define FACET_VI_ID			0x000	/* FACET_VI_MAGIC */
#define FACET_VI_MAGIC			0x56434146u	/* "FACV" */
#define FACET_VI_VERSION		0x004	/* major << 16 | minor */
#define FACET_VI_VERSION_1		0x00010000u
#define FACET_VI_CAP_ENGINES		0x008	/* as FACET_REG_CAP_ENGINES */
#define FACET_VI_CAP_RING		0x00c	/* as FACET_REG_CAP_RING */
#define FACET_VI_CAP_OPS_LO		0x010	/* allowed opcodes */
#define FACET_VI_CAP_SG			0x018	/* as FACET_REG_CAP_SG */
#define FACET_VI_CAP_FLOWS		0x01c	/* as FACET_REG_CAP_FLOWS */
#define FACET_VI_CAP_ASPACES		0x020	/* address spaces, 1 today */
#define FACET_VI_QUOTA_WINDOWS		0x024	/* most DMA windows at a time */
#define FACET_VI_QUOTA_BYTES_LO		0x028	/* most bytes in them */
#define FACET_VI_QUOTA_POSTS		0x030	/* most posts outstanding */
#define FACET_VI_APERTURE_LO		0x038	/* highest IOVA that can be posted */
#define FACET_VI_CLOCK_LO		0x040	/* device clock, ns */
#define FACET_VI_CAP_DOORBELL		0x048
/*
 * The doorbell page is memory that a host thread reads: after a doorbell the
 * owner reads FACET_WIN_KICK and writes FACET_VI_KICK if it is not 0; after it
 * wrote FACET_WIN_CQ_EVENT it looks at the ring once more.  A full memory
 * barrier belongs between the write and the read.
 */
#define FACET_VI_CAP_KICK		0x1
#define FACET_VI_OP(op)			(0x800 + (op) * 0x20)	/* as FACET_REG_OP */

/* -- state -- */
#define FACET_VI_STATE			0x080	/* read only, enum facet_vi_state */
#define FACET_VI_RESETS			0x084	/* read only: resets since open, any cause */
#define FACET_VI_RESET			0x088	/* write 1: reset; reads 1 until it is done */
#define FACET_VI_ERROR			0x08c	/* read only: last enum facet_ctx_error */
#define FACET_VI_FAULTS			0x090	/* read only: commands that ended in a fault */
#define FACET_VI_FAULT_ADDR_LO		0x098	/* read only: IOVA of the last of them */
#define FACET_VI_INTR			0x0a0	/* read only, clears: what VEC_CTL tells */
#define FACET_VI_KICK			0x0a4	/* write only: wake the thread */
#define FACET_VI_INTR_POST		0x1
#define FACET_VI_INTR_ERROR		0x2
#define FACET_VI_INTR_RESET		0x4

/**
 * enum facet_vi_state - state of an instance
 * @FACET_VI_ST_IDLE: no rings
 * @FACET_VI_ST_RUNNING: rings enabled
 * @FACET_VI_ST_ERROR: rings stopped by an error; the owner resets
 * @FACET_VI_ST_RESETTING: a reset is under way
 * @FACET_VI_ST_STOPPED: stopped by the operator until the next reset
 * @FACET_VI_ST_DEAD: the accelerator is gone
 */
enum facet_vi_state {
	FACET_VI_ST_IDLE	= 0,
	FACET_VI_ST_RUNNING	= 1,
	FACET_VI_ST_ERROR	= 2,
	FACET_VI_ST_RESETTING	= 3,
	FACET_VI_ST_STOPPED	= 4,
	FACET_VI_ST_DEAD	= 5,
};

/*
 * -- DMA windows --
 * Fill ADDR, LEN and ATTR, then write CMD.  POST_RESULT tells at once whether
 * the request was taken; if so POST_TICKET is its ticket (free running, from
 * 0).  Requests are carried out in order; POST_DONE counts those finished,
 * VEC_CTL rises with FACET_VI_INTR_POST.  Write a ticket to POST_SELECT, read
 * its outcome from POST_STATUS; the last FACET_VI_POST_HISTORY are kept.
 * A window is revoked by the same ADDR and LEN it was posted with.
 */
#define FACET_VI_POST_ADDR_LO		0x100	/* page aligned */
#define FACET_VI_POST_LEN_LO		0x108	/* page aligned, not zero */
#define FACET_VI_POST_ATTR		0x110	/* 0: read, 1: write, 31:16 address-space index */
#define FACET_VI_POST_READ		0x1
#define FACET_VI_POST_WRITE		0x2
#define FACET_VI_POST_CMD		0x114	/* write only */
#define FACET_VI_POST_CMD_GRANT		1
#define FACET_VI_POST_CMD_REVOKE	2
#define FACET_VI_POST_RESULT		0x118	/* read only, enum facet_vi_result of CMD */
#define FACET_VI_POST_TICKET		0x11c	/* read only */
#define FACET_VI_POST_DONE		0x120	/* read only */
#define FACET_VI_POST_SELECT		0x124
#define FACET_VI_POST_STATUS		0x128	/* read only, enum facet_vi_result of POST_SELECT */
#define FACET_VI_POST_HISTORY		256
#define FACET_VI_N_WINDOWS		0x12c	/* read only: windows granted now */

/* -- rings: fill, then write RING_CMD -- */
#define FACET_VI_SQ_BASE_LO		0x180
#define FACET_VI_CQ_BASE_LO		0x188
#define FACET_VI_RING_LOG2		0x190
#define FACET_VI_RING_ASPACE		0x194	/* 0 */
#define FACET_VI_MODERATION		0x198	/* as FACET_CTX_MODERATION */
#define FACET_VI_RING_CMD		0x19c	/* write only */
#define FACET_VI_RING_CMD_ENABLE	1
#define FACET_VI_RING_CMD_DISABLE	2	/* discards what is under way */
#define FACET_VI_RING_RESULT		0x1a0	/* read only, enum facet_vi_result */

/**
 * enum facet_vi_result - outcome of a request to the control page
 * @FACET_VI_RES_OK: done
 * @FACET_VI_RES_PENDING: taken, not finished
 * @FACET_VI_RES_INVAL: alignment, zero length, wrap, attributes, or not memory
 * @FACET_VI_RES_EXIST: overlaps a window that is already granted
 * @FACET_VI_RES_NOENT: no such window, or no such ticket
 * @FACET_VI_RES_NOSPC: a quota is reached
 * @FACET_VI_RES_RANGE: beyond the aperture
 * @FACET_VI_RES_PERM: the host maps this memory read-only
 * @FACET_VI_RES_NOMEM: the host is out of memory, or of its locked-memory limit
 * @FACET_VI_RES_CANCELED: ended by reset or close
 * @FACET_VI_RES_STATE: not in this state
 * @FACET_VI_RES_IO: the device refused
 * @FACET_VI_RES_QUARANTINED: the host allows no rings, after too many faults
 */
enum facet_vi_result {
	FACET_VI_RES_OK		= 0,
	FACET_VI_RES_PENDING	= 1,
	FACET_VI_RES_INVAL	= 2,
	FACET_VI_RES_EXIST	= 3,
	FACET_VI_RES_NOENT	= 4,
	FACET_VI_RES_NOSPC	= 5,
	FACET_VI_RES_RANGE	= 6,
	FACET_VI_RES_PERM	= 7,
	FACET_VI_RES_NOMEM	= 8,
	FACET_VI_RES_CANCELED	= 9,
	FACET_VI_RES_STATE	= 10,
	FACET_VI_RES_IO		= 11,
	FACET_VI_RES_QUARANTINED = 12,
};

#endif /* _UAPI_FACET_INSTANCE_H */
