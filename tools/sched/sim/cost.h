/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parameter block of a command in the benchmark: its cost.
 */
#ifndef SCHED_COST_H
#define SCHED_COST_H

#include <stdint.h>
#include <string.h>

#define COST_PARAM_BYTES	8

static inline void cost_set(void *param, uint64_t ns)
{
	memcpy(param, &ns, sizeof(ns));
}

static inline uint64_t cost_get(const void *param)
{
	uint64_t ns;

	memcpy(&ns, param, sizeof(ns));
	return ns;
}

#endif /* SCHED_COST_H */
