// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures, as SVG.
 */
#include <math.h>
#include <stdio.h>
#include "bench.h"

#define LEFT	70.0
#define RIGHT	560.0
#define TOP	40.0
#define BOTTOM	380.0
#define LEGEND	575.0

/* Lines of ours are thick; eight colours that differ for colour-blind eyes too. */
static const char *const colours[] = {
	"#0072b2", "#d55e00", "#009e73", "#000000", "#cc79a7", "#e69f00", "#56b4e9", "#999999",
};

const char *plot_dir = ".";

/**
 * struct frame - the plane
 * @x0: least x
 * @x1: most
 * @y0: least y
 * @y1: most
 * @log_x: x is logarithmic
 * @log_y: y is
 */
struct frame {
	double x0, x1, y0, y1;
	bool log_x, log_y;
};

static double place(double v, double v0, double v1, bool logarithmic, double from, double to)
{
	if (logarithmic)
		return from + (to - from) * log(v / v0) / log(v1 / v0);
	return from + (to - from) * (v - v0) / (v1 - v0);
}

static double px(const struct frame *f, double x)
{
	return place(x, f->x0, f->x1, f->log_x, LEFT, RIGHT);
}

static double py(const struct frame *f, double y)
{
	return place(y, f->y0, f->y1, f->log_y, BOTTOM, TOP);
}

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

static void measure(const struct plot *p, struct frame *f)
{
	double v;
	u32 i, k;

	*f = (struct frame){
		.x0 = p->x[0], .x1 = p->x[p->points - 1], .y0 = p->log_y ? INFINITY : 0,
		.y1 = -INFINITY, .log_x = p->log_x, .log_y = p->log_y,
	};
	for (i = 0; i < nr_contenders; i++) {
		if (!complete(p, &contenders[i]))
			continue;
		for (k = 0; k < p->points; k++) {
			v = recorded(&contenders[i], p->scenario[k], p->metric);
			f->y0 = fmin(f->y0, v);
			f->y1 = fmax(f->y1, v);
		}
	}
	if (p->log_y) {
		f->y0 = pow(10, floor(log10(f->y0)));
		f->y1 = pow(10, ceil(log10(f->y1)));
	}
	if (f->y1 <= f->y0)
		f->y1 = f->y0 + 1;
}

static void curve(FILE *o, const struct plot *p, const struct frame *f, u32 i, u32 nr)
{
	const struct contender *c = &contenders[i];
	const char *colour = colours[nr % 8];
	u32 k;

	fprintf(o, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s points=\"",
		colour, c->ours ? "3" : "1.3", nr >= 8 ? " stroke-dasharray=\"5,3\"" : "");
	for (k = 0; k < p->points; k++)
		fprintf(o, "%.1f,%.1f ", px(f, p->x[k]),
			py(f, recorded(c, p->scenario[k], p->metric)));
	fprintf(o, "\"/>\n<text x=\"%.0f\" y=\"%u\" fill=\"%s\">%s</text>\n", LEGEND,
		50 + 18 * nr, colour, c->name);
}

static void axes(FILE *o, const struct plot *p, const struct frame *f)
{
	double v;
	u32 k;

	fprintf(o, "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" "
		"fill=\"none\" stroke=\"black\"/>\n",
		LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP);
	for (k = 0; k < p->points; k++)
		fprintf(o, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%g</text>\n",
			px(f, p->x[k]), BOTTOM + 16, p->x[k]);
	for (k = 0; k <= 10; k++) {
		v = f->log_y ? f->y0 * pow(10, k) : f->y0 + k * (f->y1 - f->y0) / 10;
		if (v > f->y1 * 1.0001)
			break;
		fprintf(o, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
			LEFT - 6, py(f, v) + 4, v);
	}
	fprintf(o, "<text x=\"%.0f\" y=\"24\" font-size=\"15\">%s</text>\n", LEFT, p->title);
	fprintf(o, "<text x=\"%.0f\" y=\"%.0f\">%s</text>\n", LEFT + 120, BOTTOM + 36, p->xlabel);
	fprintf(o, "<text transform=\"translate(18,%.0f) rotate(-90)\">%s</text>\n",
		BOTTOM - 60, p->ylabel);
}

void plot(const struct plot *p)
{
	char path[512];
	struct frame f;
	u32 i, nr = 0;
	FILE *o;

	snprintf(path, sizeof(path), "%s/%s", plot_dir, p->file);
	o = fopen(path, "w");
	if (!o) {
		perror(path);
		return;
	}
	measure(p, &f);
	fprintf(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"700\" height=\"430\" font-family=\"sans-serif\" font-size=\"12\">\n");
	fprintf(o, "<rect width=\"700\" height=\"430\" fill=\"white\"/>\n");
	axes(o, p, &f);
	for (i = 0; i < nr_contenders; i++)
		if (complete(p, &contenders[i]))
			curve(o, p, &f, i, nr++);
	fprintf(o, "</svg>\n");
	fclose(o);
}
