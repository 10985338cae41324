/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What facet_compat.h is, for vf_sched.ko, which knows no device.
 */
#ifndef VF_SCHED_COMPAT_H
#define VF_SCHED_COMPAT_H

#include <linux/hrtimer.h>

/**
 * vf_sched_compat_hrtimer - prepare a timer of the monotonic clock, absolute
 * @timer: timer
 * @fn: its function, in hard interrupt context
 */
static inline void vf_sched_compat_hrtimer(struct hrtimer *timer,
					   enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
#if FACET_HAS_HRTIMER_SETUP
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	timer->function = fn;
#endif
}

#endif /* VF_SCHED_COMPAT_H */
