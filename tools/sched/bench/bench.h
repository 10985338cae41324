/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The benchmark: who takes part, what is written down, and the experiments.
 */
#ifndef SCHED_BENCH_H
#define SCHED_BENCH_H

#include "sim.h"

#define SEED		20260101ull
#define MIXED_DIRECT	8u
#define MIXED_SHARED	64u
#define MIXED_OWNERS	(MIXED_DIRECT + MIXED_SHARED)
#define MAX_CONTENDERS	24u

/**
 * struct contender - who takes part: a column of the tables
 * @name: of the column
 * @policy: of the dispatcher; NULL: every owner has a context of its own
 * @arb: the device's arbiter
 * @mixed: 8 direct and 64 shared owners together
 * @ours: a miss of the target is a failure
 */
struct contender {
	char name[20];
	const struct policy *policy;
	u32 arb;
	bool mixed;
	bool ours;
};

extern struct contender contenders[MAX_CONTENDERS];
extern u32 nr_contenders;

enum target_op { TARGET_NONE, TARGET_MAX, TARGET_MIN, TARGET_BELOW };

/**
 * struct target - what ours has to reach
 * @op: at most, at least, or less than
 * @value: that
 */
struct target {
	enum target_op op;
	double value;
};

#define AT_MOST(v)	((struct target){ TARGET_MAX, v })
#define AT_LEAST(v)	((struct target){ TARGET_MIN, v })
#define LESS_THAN(v)	((struct target){ TARGET_BELOW, v })
#define NO_TARGET	((struct target){ TARGET_NONE, 0 })

/* table.c */

void table_begin(const char *id, const char *title);
/* One value; a row is a scenario and a metric, a column a contender. */
void record(const struct contender *c, const char *scenario, const char *metric,
	    const char *unit, struct target target, double value);
/* The value recorded, or NAN. */
double recorded(const struct contender *c, const char *scenario, const char *metric);
void table_end(void);
/* Begins the file of rows in @dir anew and reads the list of known misses. */
void report_open(const char *dir, const char *known);
/* Prints what was missed; returns the exit status. */
int report_close(void);

/* plot.c: a curve for each contender that recorded @metric in all scenarios. */

/**
 * struct plot - a picture
 * @file: name without directory
 * @title: above it
 * @xlabel: below it
 * @ylabel: left of it
 * @metric: what is drawn
 * @scenario: the points, in order
 * @x: where they are
 * @points: how many
 * @log_x: logarithmic
 * @log_y: likewise
 */
struct plot {
	const char *file;
	const char *title;
	const char *xlabel;
	const char *ylabel;
	const char *metric;
	const char *const *scenario;
	const double *x;
	u32 points;
	bool log_x;
	bool log_y;
};

void plot(const struct plot *p);
/* Where pictures go. */
extern const char *plot_dir;

/* runs.c */

/* A configuration as shipped, for @owners owners. */
struct sim_cfg bench_cfg(const struct contender *c, u32 engines, u32 owners);
/* A closed loop of @depth commands of one kind. */
struct workload closed(const struct kind *kind, u32 depth);
double jain(const double *v, u32 n);

/* the experiments */

void e1(void);
void e2(void);
void e3(void);
void e4(void);
void e5(void);
void e6(void);
void e7(void);
void e8(void);
void e9(void);
void e10(void);
void e11(void);
void e12(void);
void e13(void);
void e15(void);
void e16(void);

#endif /* SCHED_BENCH_H */
