/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM facet_vfio

#if !defined(FACET_VFIO_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define FACET_VFIO_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>
#include "vi.h"

TRACE_EVENT(facet_vi_create,
	TP_PROTO(const struct device *dev, int ctx, u32 pasid),
	TP_ARGS(dev, ctx, pasid),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(int, ctx)
		__field(u32, pasid)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->ctx = ctx;
		__entry->pasid = pasid;
	),
	TP_printk("%s ctx %d pasid %u", __get_str(dev), __entry->ctx, __entry->pasid)
);

TRACE_EVENT(facet_vi_start,
	TP_PROTO(const struct device *dev, const struct facet_ctx_setup *setup, u32 result),
	TP_ARGS(dev, setup, result),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u64, sq_base)
		__field(u64, cq_base)
		__field(u32, ring_log2)
		__field(u32, result)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->sq_base = setup->sq_base;
		__entry->cq_base = setup->cq_base;
		__entry->ring_log2 = setup->ring_log2;
		__entry->result = result;
	),
	TP_printk("%s sq %#llx cq %#llx log2 %u: %u", __get_str(dev), __entry->sq_base,
		  __entry->cq_base, __entry->ring_log2, __entry->result)
);

TRACE_EVENT(facet_vi_reset,
	TP_PROTO(const struct device *dev, int why, int ret),
	TP_ARGS(dev, why, ret),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(int, why)
		__field(int, ret)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->why = why;
		__entry->ret = ret;
	),
	TP_printk("%s %s: %d", __get_str(dev),
		  __print_symbolic(__entry->why,
				   { VI_RESET_OWNER, "owner" },
				   { VI_RESET_FLR, "flr" },
				   { VI_RESET_PM, "pm" },
				   { VI_RESET_VFIO, "vfio" },
				   { VI_RESET_OPERATOR, "operator" },
				   { VI_RESET_WATCHDOG, "watchdog" },
				   { VI_RESET_DEVICE, "device" },
				   { VI_RESET_RINGS, "rings" },
				   { VI_RESET_CLOSE, "close" }),
		  __entry->ret)
);

TRACE_EVENT(facet_vi_fault,
	TP_PROTO(const struct device *dev, const struct vi_fault *fault),
	TP_ARGS(dev, fault),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u64, addr)
		__field(u32, sq_index)
		__field(u16, status)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->addr = fault->addr;
		__entry->sq_index = fault->sq_index;
		__entry->status = fault->status;
	),
	TP_printk("%s iova %#llx sq %u status %u", __get_str(dev), __entry->addr,
		  __entry->sq_index, __entry->status)
);

TRACE_EVENT(facet_vi_post,
	TP_PROTO(const struct device *dev, u32 ticket, const struct vi_post *post),
	TP_ARGS(dev, ticket, post),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u32, ticket)
		__field(u32, cmd)
		__field(u64, addr)
		__field(u64, len)
		__field(u32, attr)
		__field(u32, result)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->ticket = ticket;
		__entry->cmd = post->cmd;
		__entry->addr = post->addr;
		__entry->len = post->len;
		__entry->attr = post->attr;
		__entry->result = post->result;
	),
	TP_printk("%s ticket %u cmd %u %#llx +%#llx attr %#x: %u", __get_str(dev),
		  __entry->ticket, __entry->cmd, __entry->addr, __entry->len, __entry->attr,
		  __entry->result)
);

TRACE_EVENT(facet_vi_revoke,
	TP_PROTO(const struct device *dev, u64 addr, u64 len),
	TP_ARGS(dev, addr, len),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u64, addr)
		__field(u64, len)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->addr = addr;
		__entry->len = len;
	),
	TP_printk("%s %#llx +%#llx", __get_str(dev), __entry->addr, __entry->len)
);

TRACE_EVENT(facet_vi_verdict,
	TP_PROTO(const struct device *dev, u32 verdict, u64 count),
	TP_ARGS(dev, verdict, count),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u32, verdict)
		__field(u64, count)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->verdict = verdict;
		__entry->count = count;
	),
	TP_printk("%s %s: %llu", __get_str(dev),
		  __print_symbolic(__entry->verdict,
				   { WD_OK, "ok" },
				   { WD_HUNG, "hung" },
				   { WD_STARVED, "starved" },
				   { WD_THROTTLED, "throttled" },
				   { WD_FAULTED, "faulted" }),
		  __entry->count)
);

TRACE_EVENT(facet_vi_irq_lost,
	TP_PROTO(const struct device *dev, u64 raised, u64 seen),
	TP_ARGS(dev, raised, seen),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u64, raised)
		__field(u64, seen)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->raised = raised;
		__entry->seen = seen;
	),
	TP_printk("%s raised %llu seen %llu", __get_str(dev), __entry->raised, __entry->seen)
);

TRACE_EVENT(facet_vi_stall,
	TP_PROTO(const struct device *dev, unsigned int class, unsigned int engine,
		 const struct facet_engine_info *cmd, int step),
	TP_ARGS(dev, class, engine, cmd, step),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(unsigned int, class)
		__field(unsigned int, engine)
		__field(u32, sq_index)
		__field(u32, opcode)
		__field(int, step)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->class = class;
		__entry->engine = engine;
		__entry->sq_index = cmd->sq_index;
		__entry->opcode = cmd->opcode;
		__entry->step = step;
	),
	TP_printk("%s engine %u.%u sq %u opcode %u: %s", __get_str(dev), __entry->class,
		  __entry->engine, __entry->sq_index, __entry->opcode,
		  __print_symbolic(__entry->step,
				   { WD_STEP_WAIT, "wait" },
				   { WD_STEP_RESTART, "restart" },
				   { WD_STEP_ABORT, "abort" },
				   { WD_STEP_BLAME_OWNER, "blame owner" },
				   { WD_STEP_BLAME_ENGINE, "blame engine" }))
);

TRACE_EVENT(facet_engine_fault,
	TP_PROTO(const struct device *dev, unsigned int class, unsigned int engine, bool offline),
	TP_ARGS(dev, class, engine, offline),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(unsigned int, class)
		__field(unsigned int, engine)
		__field(bool, offline)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->class = class;
		__entry->engine = engine;
		__entry->offline = offline;
	),
	TP_printk("%s engine %u.%u%s", __get_str(dev), __entry->class, __entry->engine,
		  __entry->offline ? " offline" : "")
);

#endif /* FACET_VFIO_TRACE_H */

/* found through -I kernel/accel, where another trace.h would come first */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH vfio
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
