// SPDX-License-Identifier: GPL-2.0
/*
 * What experiments have in common.
 */
#include "bench.h"

struct sim_cfg bench_cfg(const struct contender *c, u32 engines, u32 owners)
{
	/* where direct owners take what is idle, the shared ones queue a little: vfs_core.c */
	return (struct sim_cfg){
		.policy = c->policy, .arb = c->arb, .engines = engines, .owners = owners,
		.direct = c->mixed ? MIXED_DIRECT : c->policy ? 0 : owners,
		.groups = 8, .depth = engines + 1, .latency_ns = SIM_LATENCY_NS,
		.turn_ns = SIM_TURN_NS, .ahead_ns = SIM_AHEAD(engines, SIM_LATENCY_NS),
		.single_ns = SIM_SINGLE(SIM_LATENCY_NS),
		.slots = c->mixed ? 2 * engines : engines, .refresh_ns = SIM_MS,
		.warm_ns = 100 * SIM_MS, .run_ns = 500 * SIM_MS, .seed = SEED,
	};
}

struct workload closed(const struct kind *kind, u32 depth)
{
	return (struct workload){ .mode = WL_CLOSED, .depth = depth, .kind = { *kind } };
}

double jain(const double *v, u32 n)
{
	double sum = 0, squares = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		sum += v[i];
		squares += v[i] * v[i];
	}
	return squares ? sum * sum / (n * squares) : 0;
}
