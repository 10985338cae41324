/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM facet

#if !defined(FACET_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define FACET_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>
#include "facet.h"

TRACE_EVENT(facet_reg,
	TP_PROTO(const struct device *dev, bool write, u32 off, u64 value),
	TP_ARGS(dev, write, off, value),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(bool, write)
		__field(u32, off)
		__field(u64, value)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->write = write;
		__entry->off = off;
		__entry->value = value;
	),
	TP_printk("%s %s %#x %#llx", __get_str(dev), __entry->write ? "write" : "read",
		  __entry->off, __entry->value)
);

TRACE_EVENT(facet_ctx_cmd,
	TP_PROTO(const struct device *dev, unsigned int ctx, u32 cmd, int ret),
	TP_ARGS(dev, ctx, cmd, ret),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(unsigned int, ctx)
		__field(u32, cmd)
		__field(int, ret)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->ctx = ctx;
		__entry->cmd = cmd;
		__entry->ret = ret;
	),
	TP_printk("%s ctx %u %s: %d", __get_str(dev), __entry->ctx,
		  __print_symbolic(__entry->cmd,
				   { FACET_CTX_CMD_ENABLE, "enable" },
				   { FACET_CTX_CMD_STOP, "stop" },
				   { FACET_CTX_CMD_RESUME, "resume" },
				   { FACET_CTX_CMD_RESET, "reset" }),
		  __entry->ret)
);

TRACE_EVENT(facet_event,
	TP_PROTO(const struct device *dev, const struct facet_event *ev),
	TP_ARGS(dev, ev),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u16, type)
		__field(u16, code)
		__field(u16, ctx)
		__field(u16, engine)
		__field(u32, pasid)
		__field(u32, sq_index)
		__field(u64, addr)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->type = le16_to_cpu(ev->type);
		__entry->code = le16_to_cpu(ev->code);
		__entry->ctx = le16_to_cpu(ev->ctx);
		__entry->engine = le16_to_cpu(ev->engine);
		__entry->pasid = le32_to_cpu(ev->pasid);
		__entry->sq_index = le32_to_cpu(ev->sq_index);
		__entry->addr = le64_to_cpu(ev->addr);
	),
	TP_printk("%s ctx %u %s code %u engine %#x pasid %u sq %u addr %#llx", __get_str(dev),
		  __entry->ctx,
		  __print_symbolic(__entry->type,
				   { FACET_EV_CTX_ERROR, "ctx-error" },
				   { FACET_EV_CMD_FAULT, "cmd-fault" },
				   { FACET_EV_CMD_CMAX, "cmd-cmax" },
				   { FACET_EV_ENGINE, "engine" },
				   { FACET_EV_RESET_DONE, "reset-done" }),
		  __entry->code, __entry->engine, __entry->pasid, __entry->sq_index,
		  __entry->addr)
);

#endif /* FACET_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
