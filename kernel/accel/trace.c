// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints of facet.ko: register accesses, context commands, device events. */
#define CREATE_TRACE_POINTS
#include "trace.h"
