// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints of vf_sched.ko: pick, charge, correct, throttle. */
#define CREATE_TRACE_POINTS
#include "trace.h"

/* for other modules' probes */
EXPORT_TRACEPOINT_SYMBOL_GPL(vf_sched_pick);
EXPORT_TRACEPOINT_SYMBOL_GPL(vf_sched_charge);
EXPORT_TRACEPOINT_SYMBOL_GPL(vf_sched_correct);
EXPORT_TRACEPOINT_SYMBOL_GPL(vf_sched_throttle);
