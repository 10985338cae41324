// SPDX-License-Identifier: GPL-2.0
/*
 * A short form of E16, with sanitisers: bound and invariants on random schedulers.
 */
#include "fuzz.h"
#include "tap.h"

#define RUNS	12u

int main(void)
{
	struct fuzz_found f, sum = { 0 };
	u64 seed;

	for (seed = 1; seed <= 2 * RUNS; seed++) {
		f = fuzz_run(seed, seed > RUNS);
		sum.decisions += f.decisions;
		sum.bad_bound += f.bad_bound;
		sum.bad_proved += f.bad_proved;
		sum.bad_check += f.bad_check;
		sum.worst = f.worst > sum.worst ? f.worst : sum.worst;
	}
	tap_eq(sum.bad_bound, 0, "the bound holds for all siblings after every completion");
	tap_eq(sum.bad_proved, 0, "and the one that is proved");
	tap_eq(sum.bad_check, 0, "so do the invariants, with settings that change too");
	tap_ok(sum.decisions > 50000, "in %llu decisions", (unsigned long long)sum.decisions);
	tap_ok(sum.worst > .2, "and the bound is not far away: %.3f of it", sum.worst);
	return tap_done();
}
