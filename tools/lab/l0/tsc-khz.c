// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast this machine's time stamp counter counts: prints it in kHz.
 *
 * Each end of the measured span is the best of many pairs of readings: what comes
 * between the two, such as another process, is what the error is made of.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define SPAN_NS		100000000ULL
#define TRIES		200

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The counter's value in the middle of a look at the clock. */
static uint64_t read_both(uint64_t *ns)
{
	uint64_t before, after, clock_ns, ticks = 0, best = UINT64_MAX;
	int i;

	for (i = 0; i < TRIES; i++) {
		before = __rdtsc();
		clock_ns = now_ns();
		after = __rdtsc();
		if (after - before >= best)
			continue;
		best = after - before;
		ticks = before + best / 2;
		*ns = clock_ns;
	}
	return ticks;
}

int main(void)
{
	uint64_t begin_ns, end_ns, begin, end;

	begin = read_both(&begin_ns);
	while (now_ns() - begin_ns < SPAN_NS)
		;
	end = read_both(&end_ns);
	printf("%.0f\n", (end - begin) * 1e6 / (end_ns - begin_ns));
	return 0;
}
