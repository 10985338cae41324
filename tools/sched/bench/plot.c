// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures, drawn by gnuplot: a curve for each contender, those of ours thick.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "bench.h"

const char *plot_dir = ".";

static bool complete(const struct plot *p, const struct contender *c)
{
	u32 k;

	for (k = 0; k < p->points; k++) {
		double v = recorded(c, p->scenario[k], p->metric);

		if (isnan(v) || (p->log_y && v <= 0))
			return false;
	}
	return true;
}

static bool drawable(const struct plot *p)
{
	u32 i;

	for (i = 0; i < nr_contenders; i++)
		if (complete(p, &contenders[i]))
			return true;
	return false;
}

/* The axes; all points of x are marked, since there are few. */
static void frame(FILE *o, const struct plot *p)
{
	u32 k;

	fprintf(o, "set terminal svg size 700,430 background 'white'\n");
	fprintf(o, "set output '%s/%s'\n", plot_dir, p->file);
	fprintf(o, "set title \"%s\"\nset xlabel \"%s\"\nset ylabel \"%s\"\n", p->title,
		p->xlabel, p->ylabel);
	fprintf(o, "set key outside right top\nset xtics (");
	for (k = 0; k < p->points; k++)
		fprintf(o, "%s%g", k ? "," : "", p->x[k]);
	fprintf(o, ")\n%s%s", p->log_x ? "set logscale x\n" : "",
		p->log_y ? "set logscale y\nset format y '%g'\n" : "set yrange [0:*]\n");
}

static void curves(FILE *o, const struct plot *p)
{
	const char *sep = "plot ";
	u32 i;

	for (i = 0; i < nr_contenders; i++) {
		if (!complete(p, &contenders[i]))
			continue;
		fprintf(o, "%s'-' with linespoints linewidth %s title \"%s\"", sep,
			contenders[i].ours ? "3" : "1", contenders[i].name);
		sep = ", ";
	}
	fprintf(o, "\n");
}

static void points(FILE *o, const struct plot *p, const struct contender *c)
{
	u32 k;

	for (k = 0; k < p->points; k++)
		fprintf(o, "%g %.17g\n", p->x[k], recorded(c, p->scenario[k], p->metric));
	fprintf(o, "e\n");
}

void plot(const struct plot *p)
{
	FILE *o;
	u32 i;

	if (!drawable(p))
		return;
	o = popen("gnuplot", "w");
	if (!o) {
		perror("gnuplot");
		exit(1);
	}
	frame(o, p);
	curves(o, p);
	for (i = 0; i < nr_contenders; i++)
		if (complete(p, &contenders[i]))
			points(o, p, &contenders[i]);
	if (pclose(o)) {
		fprintf(stderr, "gnuplot has not drawn %s\n", p->file);
		exit(1);
	}
}
