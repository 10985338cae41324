// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints of facet_vfio.ko. */
#define CREATE_TRACE_POINTS
#include "trace.h"
