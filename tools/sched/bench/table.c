// SPDX-License-Identifier: GPL-2.0
/*
 * What is written down: a table for each experiment, a line of JSON for each
 * value, and what was missed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "bench.h"

#define MAX_ROWS	96
#define MAX_KNOWN	64

/**
 * struct row - a row of the table
 * @scenario: what was done
 * @metric: what was measured
 * @unit: in what
 * @target: what ours has to reach
 * @value: by contender, NAN: did not take part
 */
struct row {
	char scenario[40];
	char metric[28];
	char unit[16];
	struct target target;
	double value[MAX_CONTENDERS];
};

static struct row rows[MAX_ROWS];
static u32 nr_rows;
static char table_id[8];
static FILE *out;
static char *known[MAX_KNOWN];
static u32 nr_known, nr_missed, nr_expected;

static bool passes(const struct target *t, double v)
{
	switch (t->op) {
	case TARGET_MAX:
		return v <= t->value;
	case TARGET_MIN:
		return v >= t->value;
	case TARGET_BELOW:
		return v < t->value;
	default:
		return true;
	}
}

static const char *sign(const struct target *t)
{
	static const char *const text[] = { "", "<=", ">=", "<" };

	return text[t->op];
}

void table_begin(const char *id, const char *title)
{
	snprintf(table_id, sizeof(table_id), "%s", id);
	nr_rows = 0;
	printf("\n%s: %s\n", id, title);
}

static struct row *find(const char *scenario, const char *metric)
{
	u32 i;

	for (i = 0; i < nr_rows; i++)
		if (!strcmp(rows[i].scenario, scenario) && !strcmp(rows[i].metric, metric))
			return &rows[i];
	return NULL;
}

static struct row *make(const char *scenario, const char *metric, const char *unit,
			struct target target)
{
	struct row *r = &rows[nr_rows++];
	u32 i;

	if (nr_rows > MAX_ROWS)
		abort();
	snprintf(r->scenario, sizeof(r->scenario), "%s", scenario);
	snprintf(r->metric, sizeof(r->metric), "%s", metric);
	snprintf(r->unit, sizeof(r->unit), "%s", unit);
	r->target = target;
	for (i = 0; i < MAX_CONTENDERS; i++)
		r->value[i] = NAN;
	return r;
}

void record(const struct contender *c, const char *scenario, const char *metric,
	    const char *unit, struct target target, double value)
{
	struct row *r = find(scenario, metric);

	if (!r)
		r = make(scenario, metric, unit, target);
	r->value[c - contenders] = value;
}

double recorded(const struct contender *c, const char *scenario, const char *metric)
{
	const struct row *r = find(scenario, metric);

	return r ? r->value[c - contenders] : NAN;
}

static void number(char *text, size_t room, double v)
{
	if (isnan(v))
		snprintf(text, room, "-");
	else if (fabs(v) >= 1000)
		snprintf(text, room, "%.0f", v);
	else if (fabs(v) >= 100)
		snprintf(text, room, "%.1f", v);
	else
		snprintf(text, room, "%.3f", v);
}

/* A known miss is "id|scenario|policy|metric|reason"; returns the reason. */
static const char *reason_of(const struct row *r, const struct contender *c)
{
	char key[160];
	size_t len;
	u32 i;

	len = snprintf(key, sizeof(key), "%s|%s|%s|%s|", table_id, r->scenario, c->name, r->metric);
	for (i = 0; i < nr_known; i++)
		if (!strncmp(known[i], key, len))
			return known[i] + len;
	return NULL;
}

static void judge(const struct row *r, const struct contender *c, bool pass)
{
	const char *reason;

	if (pass || !c->ours)
		return;
	reason = reason_of(r, c);
	nr_expected += !!reason;
	nr_missed += !reason;
	printf("%s %s, %s, %s: %g, target %s %g%s%s\n", reason ? "known miss:" : "MISSED:",
	       r->scenario, c->name, r->metric, r->value[c - contenders], sign(&r->target),
	       r->target.value, reason ? "; " : "", reason ? reason : "");
}

static void emit(const struct row *r, const struct contender *c)
{
	double v = r->value[c - contenders];
	bool pass = !isnan(v) && passes(&r->target, v);

	fprintf(out, "{\"id\":\"%s\",\"scenario\":\"%s\",\"policy\":\"%s\",\"metric\":\"%s\",",
		table_id, r->scenario, c->name, r->metric);
	fprintf(out, "\"value\":%.9g,\"unit\":\"%s\",", v, r->unit);
	if (r->target.op == TARGET_NONE)
		fprintf(out, "\"target\":null,\"pass\":null}\n");
	else
		fprintf(out, "\"target\":\"%s %g\",\"pass\":%s}\n", sign(&r->target),
			r->target.value, pass ? "true" : "false");
	judge(r, c, pass);
}

static void print_head(void)
{
	u32 i;

	printf("%-38s %-20s %-9s", "scenario", "metric", "target");
	for (i = 0; i < nr_contenders; i++)
		printf(" %12s", contenders[i].name);
	printf("\n");
}

static void print_row(const struct row *r)
{
	char text[32];
	u32 i;

	number(text, sizeof(text), r->target.value);
	printf("%-38s %-20s %2s%-7s", r->scenario, r->metric, sign(&r->target),
	       r->target.op == TARGET_NONE ? "" : text);
	for (i = 0; i < nr_contenders; i++) {
		bool miss = !isnan(r->value[i]) && !passes(&r->target, r->value[i]);

		number(text, sizeof(text), r->value[i]);
		printf(" %11s%c", text, miss ? '!' : ' ');
	}
	printf("\n");
}

void table_end(void)
{
	u32 r, i;

	print_head();
	for (r = 0; r < nr_rows; r++)
		print_row(&rows[r]);
	for (r = 0; r < nr_rows; r++)
		for (i = 0; i < nr_contenders; i++)
			if (!isnan(rows[r].value[i]))
				emit(&rows[r], &contenders[i]);
	fflush(stdout);
	fflush(out);
}

static void read_known(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512];

	if (!f)
		return;
	while (fgets(line, sizeof(line), f) && nr_known < MAX_KNOWN) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			known[nr_known++] = strdup(line);
	}
	fclose(f);
}

void report_open(const char *dir, const char *known_misses)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/sched.jsonl", dir);
	out = fopen(path, "w");
	if (!out) {
		perror(path);
		exit(2);
	}
	read_known(known_misses);
}

int report_close(void)
{
	u32 i;

	printf("\n%u targets of ours missed, %u known misses\n", nr_missed, nr_expected);
	fclose(out);
	for (i = 0; i < nr_known; i++)
		free(known[i]);
	return nr_missed ? 1 : 0;
}
