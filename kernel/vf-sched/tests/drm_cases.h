/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue depth cases, for vf_sched (drm_test.c) and drm_sched (tools/drm). */
#ifndef VF_SCHED_DRM_CASES_H
#define VF_SCHED_DRM_CASES_H

/* Length of the window in which shares are measured. */
#define DRM_WINDOW_MS	4000
/* Most commands that a user keeps queued. */
#define DRM_DEPTH_MAX	32

/**
 * struct drm_case - a case
 * @desc: what it is
 * @warm_ms: start of the window
 * @late_ms: when A goes to @late_depth; 0: never
 * @late_depth: how many commands A keeps queued then
 * @b_ms: when B begins
 * @depth: of A and B
 * @cost_us: of A and B
 * @a_sync: A goes on when a command is complete
 * @behind: why the share cannot be equal with two credits, if so
 */
struct drm_case {
	const char *desc;
	unsigned int warm_ms;
	unsigned int late_ms;
	unsigned int late_depth;
	unsigned int b_ms;
	unsigned int depth[2];
	unsigned int cost_us[2];
	bool a_sync;
	const char *behind;
};

static const struct drm_case drm_cases[] = {
	{ "S1 both deep: A 8x20ms, B 8x1ms", 1000, 0, 0, 0, { 8, 8 }, { 20000, 1000 } },
	{ "S2 both deep, equal jobs: A 8x5ms, B 8x5ms", 1000, 0, 0, 0, { 8, 8 }, { 5000, 5000 } },
	{ "C1 A one queued 20ms (async), B 8x1ms", 1000, 0, 0, 0, { 1, 8 }, { 20000, 1000 } },
	{ "C2 A one at a time 20ms (sync), B 8x1ms", 1000, 0, 0, 0, { 1, 8 }, { 20000, 1000 },
	  .a_sync = true },
	{ "C3 A two queued 20ms (async), B 8x1ms", 1000, 0, 0, 0, { 2, 8 }, { 20000, 1000 } },
	{ "C4 A one queued 2ms (async), B 8x50us", 1000, 0, 0, 0, { 1, 8 }, { 2000, 50 } },
	{ "C5 A one queued 2ms (async), B 32x200us", 1000, 0, 0, 0, { 1, 32 }, { 2000, 200 } },
	{ "C6 both one queued: A 20ms, B 1ms", 1000, 0, 0, 0, { 1, 1 }, { 20000, 1000 } },
	{ "C7 A one queued 1ms (async), B 8x20ms", 1000, 0, 0, 0, { 1, 8 }, { 1000, 20000 } },
	{ "C8 A one queued 5ms (async), B 8x5ms", 1000, 0, 0, 0, { 1, 8 }, { 5000, 5000 } },
	{ "C9 A one at a time 1ms (sync), B 8x20ms", 1000, 0, 0, 0, { 1, 8 }, { 1000, 20000 },
	  .a_sync = true,
	  .behind = "each command of A waits for the 20 ms that are in the device already" },
	{ "L1 A 5ms alone depth 1 for 3s, then depth 2; B 8x5ms from 3s", 3000, 3050, 2, 3000,
	  { 1, 8 }, { 5000, 5000 } },
	{ "L2 control: A 5ms alone depth 2 for 3s; B 8x5ms from 3s", 3000, 0, 0, 3000,
	  { 2, 8 }, { 5000, 5000 } },
};

#endif /* VF_SCHED_DRM_CASES_H */
