/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random schedulers, up to four levels deep, on the device's engines.  After every
 * completion the bound is asserted for all siblings of all levels, and the
 * invariants are checked.
 */
#ifndef SCHED_FUZZ_H
#define SCHED_FUZZ_H

#include "device.h"
#include "sim.h"

/**
 * struct fuzz_found - what was found
 * @decisions: dispatches
 * @bad_bound: violations of the bound
 * @bad_proved: violations of the wider one that is proved
 * @bad_check: violations of invariants
 * @worst: largest difference, as a part of the bound
 */
struct fuzz_found {
	u64 decisions;
	u64 bad_bound;
	u64 bad_proved;
	u64 bad_check;
	double worst;
};

/* One scheduler, some thousand completions; @churn: settings change, no bound. */
struct fuzz_found fuzz_run(u64 seed, bool churn);

#endif /* SCHED_FUZZ_H */
