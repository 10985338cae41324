/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vf_sched

#if !defined(VF_SCHED_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VF_SCHED_TRACE_H

#include <linux/tracepoint.h>
#include "vf_sched_priv.h"

/* A command is chosen, before it is charged. */
TRACE_EVENT(vf_sched_pick,
	TP_PROTO(const struct vf_sched *sched, const struct vf_sched_node *node,
		 const struct vf_sched_cmd *cmd),
	TP_ARGS(sched, node, cmd),
	TP_STRUCT__entry(
		__string(sched, sched->name)
		__field(u64, node)
		__field(u64, pred_ns)
		__field(u64, wait_ns)
		__field(u32, inflight)
		__field(u64, ahead_ns)
	),
	TP_fast_assign(
		__assign_str(sched);
		__entry->node = node->id;
		__entry->pred_ns = node->policy.head_ns;
		__entry->wait_ns = cmd->run_ns - cmd->submit_ns;
		__entry->inflight = sched->policy.inflight;
		__entry->ahead_ns = sched->policy.ahead;
	),
	TP_printk("%s node %llu pred_ns %llu wait_ns %llu inflight %u ahead_ns %llu",
		  __get_str(sched), __entry->node, __entry->pred_ns, __entry->wait_ns,
		  __entry->inflight, __entry->ahead_ns)
);

DECLARE_EVENT_CLASS(vf_sched_bill,
	TP_PROTO(const struct vf_sched_node *node, const struct vf_sched_cmd *cmd),
	TP_ARGS(node, cmd),
	TP_STRUCT__entry(
		__string(sched, node->sched->name)
		__field(u64, node)
		__field(u64, pred_ns)
		__field(u64, charged_ns)
		__field(u64, total_ns)
	),
	TP_fast_assign(
		__assign_str(sched);
		__entry->node = node->id;
		__entry->pred_ns = cmd->policy.pred_ns;
		__entry->charged_ns = cmd->policy.charged_ns;
		__entry->total_ns = node->policy.charged_ns;
	),
	TP_printk("%s node %llu pred_ns %llu charged_ns %llu total_ns %llu",
		  __get_str(sched), __entry->node, __entry->pred_ns, __entry->charged_ns,
		  __entry->total_ns)
);

/* The prediction is charged. */
DEFINE_EVENT(vf_sched_bill, vf_sched_charge,
	TP_PROTO(const struct vf_sched_node *node, const struct vf_sched_cmd *cmd),
	TP_ARGS(node, cmd)
);

/* The charge is what the engine has measured. */
DEFINE_EVENT(vf_sched_bill, vf_sched_correct,
	TP_PROTO(const struct vf_sched_node *node, const struct vf_sched_cmd *cmd),
	TP_ARGS(node, cmd)
);

/* A node begins to wait for its cap. */
TRACE_EVENT(vf_sched_throttle,
	TP_PROTO(const struct vf_sched_node *node),
	TP_ARGS(node),
	TP_STRUCT__entry(
		__string(sched, node->sched->name)
		__field(u64, node)
		__field(u32, permille)
		__field(u64, until_ns)
	),
	TP_fast_assign(
		__assign_str(sched);
		__entry->node = node->id;
		__entry->permille = node->policy.cap.permille;
		__entry->until_ns = node->policy.cap.tat_ns - node->policy.cap.burst_ns;
	),
	TP_printk("%s node %llu cap %u permille until_ns %llu", __get_str(sched),
		  __entry->node, __entry->permille, __entry->until_ns)
);

#endif /* VF_SCHED_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
