/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Facet accelerator: registers of the physical device.
 *
 * Contract: Documentation/device-spec.rst sections 2, 3 and 7 to 11.  BAR0 is
 * the global block G, for the host driver alone; BAR2 holds one window of
 * stride M for each queue context; BAR4 is MSI-X.  Registers are little endian,
 * 32 bits wide and accessed as such; a name ending in _LO has its high half
 * at + 4 and a 64-bit access reads or writes both.  A counter of 64 bits read
 * by halves latches its high half when the low half is read.
 */
#ifndef _UAPI_FACET_HW_H
#define _UAPI_FACET_HW_H

#include <linux/types.h>

#define FACET_PCI_VENDOR		0x1234
#define FACET_PCI_DEVICE		0xfa01	/* the accelerator */
#define FACET_PCI_DEVICE_VI		0xfa02	/* a mediated instance, uapi/facet/instance.h */

#define FACET_BAR_GLOBAL		0
#define FACET_BAR_WINDOW		2
#define FACET_BAR_MSIX			4

/* -- identity and capabilities (read only) -- */
#define FACET_REG_ID			0x000	/* FACET_ID */
#define FACET_ID			0x54434146u	/* "FACT" */
#define FACET_REG_VERSION		0x004	/* major << 16 | minor */
#define FACET_VERSION			0x00010000u
#define FACET_REG_CAP_CTX		0x008	/* 10:0 contexts X, 23:16 log2 of stride M */
#define FACET_CAP_CTX_NR(v)		((v) & 0x7ff)
#define FACET_CAP_CTX_STRIDE_LOG2(v)	(((v) >> 16) & 0xff)
#define FACET_REG_CAP_ENGINES		0x00c	/* byte c: engines of class c */
#define FACET_REG_CAP_FEAT		0x010	/* FACET_FEAT_* */
#define FACET_FEAT_TIMING		0x00000001u	/* the timing block works (model) */
#define FACET_FEAT_INJECT		0x00000002u	/* the injection block works (model) */
#define FACET_FEAT_HOST_CTX		0x00000004u
#define FACET_FEAT_MODERATION		0x00000008u
#define FACET_REG_CAP_RING		0x014	/* 7:0 min, 15:8 max log2 of ring slots */
#define FACET_REG_CAP_PASID		0x018	/* 7:0 width, 31:16 valid-PASID entries */
#define FACET_REG_CAP_FLOWS		0x01c	/* NR_FLOWS */
#define FACET_REG_CAP_OPS_LO		0x020	/* 64-bit mask of opcodes */
#define FACET_REG_CAP_SG		0x028	/* most entries of a scatter list */
#define FACET_REG_CAP_VECTORS		0x02c	/* MSI-X vectors */
#define FACET_REG_CAP_ABORT_NS		0x030	/* most time that an abort holds an engine */

/* -- control -- */
#define FACET_REG_CTRL			0x040
#define FACET_CTRL_ENABLE		0x1	/* fetch and execute */
#define FACET_CTRL_RESET		0x2	/* reset everything; reads back 0 when done */
#define FACET_REG_STATUS		0x044
#define FACET_STATUS_READY		0x1
#define FACET_STATUS_FATAL		0x2	/* nothing but CTRL.RESET helps */
#define FACET_REG_CLOCK_LO		0x048	/* device clock, ns */
#define FACET_REG_ARB			0x050	/* arbitration policy, enum facet_arb */
#define FACET_REG_OFFLINE(class)	(0x060 + 4 * (class))	/* bit e: takes no commands */

/**
 * enum facet_arb - arbitration policies
 * @FACET_ARB_RR: round robin over contexts with a command, by count
 * @FACET_ARB_WEIGHTED: least engine time consumed per weight first
 * @FACET_ARB_WRR: fewest commands per weight first
 * @FACET_ARB_SRR: surplus round robin: turns of engine time by weight, paid for
 *	afterwards
 * @FACET_ARB_EEVDF: eligible first, then earliest finish, by engine time, over
 *	groups and contexts, with caps; the default
 * @FACET_NR_ARB: number of policies
 */
enum facet_arb {
	FACET_ARB_RR		= 0,
	FACET_ARB_WEIGHTED	= 1,
	FACET_ARB_WRR		= 2,
	FACET_ARB_SRR		= 3,
	FACET_ARB_EEVDF		= 4,
	FACET_NR_ARB		= 5,
};

/* -- event log: a ring of struct facet_event in host memory, on RID -- */
#define FACET_REG_EVLOG_BASE_LO		0x080
#define FACET_REG_EVLOG_LOG2		0x088	/* 4..16; writing restarts; 0: off */
#define FACET_REG_EVLOG_TAIL		0x08c	/* free-running producer, read only */
#define FACET_REG_EVLOG_HEAD		0x090	/* free-running consumer, by the driver */
#define FACET_REG_EVLOG_DROPPED		0x094	/* events lost to a full log, read only */
#define FACET_REG_EVLOG_VECTOR		0x098	/* bit 31: on; 10:0 vector */

#define FACET_VECTOR_ON			0x80000000u
#define FACET_VECTOR_MASK		0x000007ffu

/* -- valid-PASID table, used by host contexts -- */
#define FACET_REG_PASID_SET		0x0a0	/* write a PASID: may be used */
#define FACET_REG_PASID_CLEAR		0x0a4	/* no longer; its commands are aborted */
#define FACET_REG_PASID_STATUS		0x0a8	/* of the last SET or CLEAR */
#define FACET_PASID_ST_OK		0
#define FACET_PASID_ST_FULL		1
#define FACET_PASID_ST_BAD		2	/* wider than the capability, or zero */
#define FACET_PASID_ST_BUSY		3	/* CLEAR: commands still leave the engines */

/*
 * -- recovery of an engine's command: device-spec section 10.  CTX and SQ name the
 * command that is meant; writing CMD begins.  CMD reads 0 once it is carried out --
 */
#define FACET_REG_RECOVER_CTX		0x0b0	/* queue context */
#define FACET_REG_RECOVER_SQ		0x0b4	/* submission index */
#define FACET_REG_RECOVER_CMD		0x0b8	/* FACET_RECOVER_CMD() */
#define FACET_RECOVER_CMD(cmd, class, e)	((cmd) << 16 | (class) << 8 | (e))
#define FACET_REG_RECOVER_STATUS	0x0bc	/* 7:0 status, 15:8 engine */
#define FACET_RECOVER_STATUS_OF(v)	((v) & 0xff)

/**
 * enum facet_recover - what is to happen to the command that an engine has
 * @FACET_RECOVER_ABORT: it leaves the engine and completes with FACET_ST_ABORTED
 * @FACET_RECOVER_RESTART: it leaves the engine and begins anew on another of its
 *	class, before any other command; refused when it could be noticed
 */
enum facet_recover {
	FACET_RECOVER_ABORT	= 1,
	FACET_RECOVER_RESTART	= 2,
};

/**
 * enum facet_recover_status - what became of the last RESTART
 * @FACET_RECOVER_NONE: there was none since the device was reset
 * @FACET_RECOVER_REFUSED: the command is not restartable, or not on this engine
 *	any more
 * @FACET_RECOVER_WAITING: for another engine
 * @FACET_RECOVER_RUNNING: on the engine of bits 15:8
 * @FACET_RECOVER_DONE: completed there, with whatever status
 * @FACET_RECOVER_GONE: discarded or aborted before that
 */
enum facet_recover_status {
	FACET_RECOVER_NONE	= 0,
	FACET_RECOVER_REFUSED	= 1,
	FACET_RECOVER_WAITING	= 2,
	FACET_RECOVER_RUNNING	= 3,
	FACET_RECOVER_DONE	= 4,
	FACET_RECOVER_GONE	= 5,
};

/* -- timing (FACET_FEAT_TIMING) -- */
#define FACET_REG_TIMING_MODE		0x0c0	/* enum facet_timing; change only while disabled */
#define FACET_REG_DILATION		0x0c4	/* virtual ns per device ns, 1..1000000 */

/**
 * enum facet_timing - where a command's engine time comes from
 * @FACET_TIMING_HOST: the time that it took to compute
 * @FACET_TIMING_MODEL: the cost table, on the model's virtual clock
 */
enum facet_timing {
	FACET_TIMING_HOST	= 0,
	FACET_TIMING_MODEL	= 1,
};

/* -- fault injection (FACET_FEAT_INJECT); writing INJ_KIND arms it -- */
#define FACET_REG_INJ_KIND		0x0e0	/* enum facet_inject */
#define FACET_REG_INJ_CTX		0x0e4	/* queue context; FACET_INJ_ANY: any */
#define FACET_REG_INJ_ENGINE		0x0e8	/* class << 8 | engine; FACET_INJ_ANY: any */
#define FACET_REG_INJ_COUNT		0x0ec	/* how often; FACET_INJ_ANY: until disarmed */
#define FACET_REG_INJ_ARG		0x0f0	/* SLOW: factor in permille, > 1000 */
#define FACET_INJ_ANY			0xffffffffu

/**
 * enum facet_inject - faults that the model can produce
 * @FACET_INJ_NONE: disarm
 * @FACET_INJ_HANG: the command never ends by itself
 * @FACET_INJ_SLOW: the command takes INJ_ARG permille of its time
 * @FACET_INJ_DROP_IRQ: an interrupt is lost
 * @FACET_INJ_CORRUPT_COMP: the completion's cookie and stamps are inverted
 * @FACET_INJ_ENGINE_DEATH: the engine hangs on every command until it is offline
 *	and the device is reset
 * @FACET_INJ_ALL_ONES: every register reads as all ones, writes are ignored,
 *	no DMA, no interrupts, until a PCI reset (surprise removal)
 * @FACET_NR_INJ: number of kinds
 */
enum facet_inject {
	FACET_INJ_NONE		= 0,
	FACET_INJ_HANG		= 1,
	FACET_INJ_SLOW		= 2,
	FACET_INJ_DROP_IRQ	= 3,
	FACET_INJ_CORRUPT_COMP	= 4,
	FACET_INJ_ENGINE_DEATH	= 5,
	FACET_INJ_ALL_ONES	= 6,
	FACET_NR_INJ		= 7,
};

/* -- engines: one record each, read only -- */
#define FACET_REG_ENGINE(class, e)	(0x1000 + ((class) * 32 + (e)) * 0x20)
#define FACET_ENG_STATE			0x00	/* state, opcode, context */
#define FACET_ENG_STATE_OF(v)		((v) & 0x3)
#define FACET_ENG_OPCODE_OF(v)		(((v) >> 8) & 0xff)
#define FACET_ENG_CTX_OF(v)		(((v) >> 16) & 0x7ff)
#define FACET_ENG_ST_IDLE		0
#define FACET_ENG_ST_BUSY		1
#define FACET_ENG_ST_OFFLINE		2
#define FACET_ENG_SQ_INDEX		0x04	/* submission index of its command */
#define FACET_ENG_START_LO		0x08	/* device clock when it began */
#define FACET_ENG_HEARTBEAT_LO		0x10	/* grows while it makes progress */
#define FACET_ENG_DONE_LO		0x18	/* commands that it finished */
#define FACET_MAX_ENGINES		32	/* a class */

/* -- opcodes: ceilings and cost table, one record each, read only -- */
#define FACET_REG_OP(op)		(0x2000 + (op) * 0x20)
#define FACET_OP_CEIL_IN		0x00	/* most bytes in */
#define FACET_OP_CEIL_OUT		0x04	/* most bytes out */
#define FACET_OP_CEIL_NS		0x08	/* C_max of the opcode, device ns */
#define FACET_OP_ATTR			0x0c	/* FACET_OPA_* */
#define FACET_OPA_VALID			0x1
#define FACET_OPA_RESTARTABLE		0x2	/* may run again if src, dst are disjoint */
#define FACET_OPA_CLASS(v)		(((v) >> 8) & 0xff)
#define FACET_OP_COST_BASE_NS		0x10	/* cost table: fixed part */
#define FACET_OP_COST_BYTE_PS		0x14	/* cost table: ps a byte in (INFLATE: out) */

/* -- queue contexts: one block each -- */
#define FACET_REG_CTX(x)		(0x10000 + (x) * 0x100)
#define FACET_CTX_BLOCK_BYTES		0x100
#define FACET_CTX_CMD			0x00	/* write: enum facet_ctx_cmd */
#define FACET_CTX_STATE			0x04	/* enum facet_ctx_state; 15:8 _error */
#define FACET_CTX_STATE_OF(v)		((v) & 0xff)
#define FACET_CTX_ERROR_OF(v)		(((v) >> 8) & 0xff)
#define FACET_CTX_CFG			0x08	/* FACET_CTX_CFG_* */
#define FACET_CTX_CFG_HOST		0x1	/* host context; else owner context */
#define FACET_CTX_PASID			0x0c	/* bit 31 valid, 19:0 PASID */
#define FACET_PASID_VALID		0x80000000u
#define FACET_PASID_MASK		0x000fffffu
#define FACET_CTX_SQ_BASE_LO		0x10	/* 64-byte aligned */
#define FACET_CTX_CQ_BASE_LO		0x18	/* 64-byte aligned */
#define FACET_CTX_RING_LOG2		0x20	/* slots of both rings */
#define FACET_CTX_VECTOR		0x24	/* bit 31 on, 10:0 MSI-X vector */
#define FACET_CTX_OPS_LO		0x28	/* allowed opcodes */
#define FACET_CTX_WEIGHT		0x30	/* 1..10000 */
#define FACET_CTX_GROUP			0x34	/* arbitration group, 0..X-1 */
#define FACET_CTX_MODERATION		0x38	/* 15:0 completions, 31:16 microseconds; 0: none */
#define FACET_CTX_SQ_HEAD		0x40	/* read only, free running: descriptors latched */
#define FACET_CTX_SQ_TAIL		0x44	/* read only: producer from the last doorbell */
#define FACET_CTX_CQ_TAIL		0x48	/* read only: completions written */
#define FACET_CTX_CQ_EVENT		0x4c	/* read only: event index */
#define FACET_CTX_INFLIGHT		0x50	/* read only: latched, not completed */
#define FACET_CTX_WAITS			0x54	/* read only: FACET_WAITS_* */
#define FACET_WAITS_ENGINE		0x1	/* a latched command waits */
#define FACET_WAITS_CAP			0x2	/* and CAP holds it back */
/* read-only 64-bit counters; they survive context reset, not device reset */
#define FACET_CTX_N_CMDS_LO		0x60	/* completed, any status */
#define FACET_CTX_N_ERRORS_LO		0x68	/* of these, not OK */
#define FACET_CTX_BYTES_IN_LO		0x70
#define FACET_CTX_BYTES_OUT_LO		0x78
#define FACET_CTX_BACKLOG_NS_LO		0x80	/* time with a command waiting or running */
#define FACET_CTX_WAIT_NS_LO		0x88	/* sum of start - arrival */
#define FACET_CTX_ENGINE_NS_LO(class)	(0x90 + 8 * (class))	/* sum of stop - start */
#define FACET_CTX_N_DOORBELLS_LO	0xa8
#define FACET_CTX_N_IRQS_LO		0xb0
#define FACET_CTX_N_ABORTED_LO		0xb8	/* discarded by reset: no completion */
#define FACET_CTX_THROTTLED_NS_LO	0xc0	/* time that latched commands waited for CAP */
#define FACET_CTX_CAP_LEFT_NS_LO	0xc8	/* engine time until CAP holds; ~0: never */
/* cap and request length, may change at any time */
#define FACET_CTX_CAP			0xd0	/* permille of a class, 1..1000; 0, 1000: none */
#define FACET_CTX_CAP_BURST_US		0xd4	/* how far it may run ahead of that rate */
#define FACET_CTX_REQUEST_NS		0xd8	/* 1..FACET_REQUEST_NS_MAX; 0: the command's */
#define FACET_REQUEST_NS_MAX		1000000000u
/* arbitration group x: nothing to do with context x */
#define FACET_GRP_WEIGHT		0xe0	/* 1..FACET_GRP_WEIGHT_MAX */
#define FACET_GRP_WEIGHT_MAX		10240000u	/* stands for 1024 of weight 10000 */
#define FACET_GRP_FLAGS			0xe4	/* FACET_GRP_* */
#define FACET_GRP_POOL			0x1	/* weighs as much as its contexts with work */
#define FACET_GRP_REQUEST_NS		0xe8	/* as FACET_CTX_REQUEST_NS */
/* one more counter of context x */
#define FACET_CTX_N_INVALID_LO		0xf0	/* of N_ERRORS, BAD_OPCODE to LIMIT */

/*
 * -- window of a queue context (BAR2, at x * stride); also the layout of a
 * shared instance's doorbell page --
 */
#define FACET_WIN_DOORBELL		0x00	/* write: free-running producer index */
#define FACET_WIN_CQ_EVENT		0x04	/* write: interrupt once CQ_TAIL passes */
#define FACET_WIN_STATE			0x40	/* read only, as FACET_CTX_STATE */
#define FACET_WIN_SQ_HEAD		0x44	/* read only */
#define FACET_WIN_CQ_TAIL		0x48	/* read only */
#define FACET_WIN_KICK			0x50	/* read only: see FACET_VI_CAP_KICK */

/**
 * enum facet_ctx_cmd - commands to a queue context
 * @FACET_CTX_CMD_ENABLE: DISABLED to READY, if the configuration is sound
 * @FACET_CTX_CMD_STOP: finish what is latched, then STOPPED
 * @FACET_CTX_CMD_RESUME: STOPPED to READY, indices kept
 * @FACET_CTX_CMD_RESET: discard everything, then DISABLED, from any state
 */
enum facet_ctx_cmd {
	FACET_CTX_CMD_ENABLE	= 1,
	FACET_CTX_CMD_STOP	= 2,
	FACET_CTX_CMD_RESUME	= 3,
	FACET_CTX_CMD_RESET	= 4,
};

/**
 * enum facet_ctx_state - states of a queue context
 * @FACET_CTX_DISABLED: configuration registers are writable; doorbells ignored
 * @FACET_CTX_READY: fetches and executes
 * @FACET_CTX_STOPPING: finishes what is latched; fetches nothing
 * @FACET_CTX_STOPPED: idle, indices kept; doorbells are remembered
 * @FACET_CTX_RESETTING: its commands leave the engines
 * @FACET_CTX_ERROR: stopped by enum facet_ctx_error; only RESET leaves it
 */
enum facet_ctx_state {
	FACET_CTX_DISABLED	= 0,
	FACET_CTX_READY		= 1,
	FACET_CTX_STOPPING	= 2,
	FACET_CTX_STOPPED	= 3,
	FACET_CTX_RESETTING	= 4,
	FACET_CTX_ERROR		= 5,
};

/**
 * enum facet_ctx_error - why a context is in ERROR, or why ENABLE was refused
 * @FACET_CTX_ERR_NONE: no error
 * @FACET_CTX_ERR_CONFIG: ENABLE: ring size, alignment, weight, vector or type
 * @FACET_CTX_ERR_PASID: ENABLE: owner context without a valid PASID
 * @FACET_CTX_ERR_DOORBELL: producer index further than the ring is long
 * @FACET_CTX_ERR_SQ_FAULT: a descriptor could not be read
 * @FACET_CTX_ERR_CQ_FAULT: a completion could not be written
 */
enum facet_ctx_error {
	FACET_CTX_ERR_NONE	= 0,
	FACET_CTX_ERR_CONFIG	= 1,
	FACET_CTX_ERR_PASID	= 2,
	FACET_CTX_ERR_DOORBELL	= 3,
	FACET_CTX_ERR_SQ_FAULT	= 4,
	FACET_CTX_ERR_CQ_FAULT	= 5,
};

/**
 * enum facet_event_type - what an event-log entry tells
 * @FACET_EV_CTX_ERROR: a context went to ERROR; @code is enum facet_ctx_error
 * @FACET_EV_CMD_FAULT: a command hit a translation fault; @code is its status
 * @FACET_EV_CMD_CMAX: a command was stopped at its ceiling
 * @FACET_EV_ENGINE: an engine reported a failure
 * @FACET_EV_RESET_DONE: a context's RESET finished
 */
enum facet_event_type {
	FACET_EV_CTX_ERROR	= 1,
	FACET_EV_CMD_FAULT	= 2,
	FACET_EV_CMD_CMAX	= 3,
	FACET_EV_ENGINE		= 4,
	FACET_EV_RESET_DONE	= 5,
};

/**
 * struct facet_event - one slot of the event log
 * @seq: event index + 1; written last
 * @type: enum facet_event_type
 * @code: depends on @type
 * @ctx: queue context
 * @engine: class << 8 | engine; 0xffff: none
 * @pasid: PASID of the access
 * @sq_index: submission index of the command
 * @rsvd: zero
 * @addr: IOVA, where there is one
 * @time_ns: device clock
 * @rsvd2: zero
 */
struct facet_event {
	__le32	seq;
	__le16	type;
	__le16	code;
	__le16	ctx;
	__le16	engine;
	__le32	pasid;
	__le32	sq_index;
	__le32	rsvd;
	__le64	addr;
	__le64	time_ns;
	__le64	rsvd2[3];
};

#define FACET_EVENT_BYTES	64

#endif /* _UAPI_FACET_HW_H */
