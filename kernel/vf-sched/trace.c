// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints of vf_sched.ko: pick, charge, correct, throttle. */
#define CREATE_TRACE_POINTS
#include "trace.h"
