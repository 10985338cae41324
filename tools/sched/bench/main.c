// SPDX-License-Identifier: GPL-2.0
/*
 * bench-sched DIR KNOWN [ID...]: the experiments, or those named; rows go to
 * DIR/sched.jsonl, pictures to DIR.  Status 1: ours missed a target that is not
 * in the file KNOWN.
 */
#include <stdio.h>
#include "bench.h"
#include "arbiters.h"

struct contender contenders[MAX_CONTENDERS];
u32 nr_contenders;

static const struct {
	const char *id;
	void (*run)(void);
} experiments[] = {
	{ "E1", e1 }, { "E2", e2 }, { "E3", e3 }, { "E4", e4 }, { "E5", e5 }, { "E6", e6 },
	{ "E7", e7 }, { "E8", e8 }, { "E9", e9 }, { "E10", e10 }, { "E11", e11 }, { "E12", e12 },
	{ "E13", e13 }, { "E15", e15 }, { "E16", e16 },
};

static void join(const char *prefix, const char *name, const struct policy *policy, u32 arb)
{
	struct contender *c = &contenders[nr_contenders++];

	snprintf(c->name, sizeof(c->name), "%s%s", prefix, name);
	c->policy = policy;
	c->arb = arb;
}

/* Ours: the dispatcher alone, the best arbiter alone, both together. */
static void join_all(void)
{
	static const struct policy *const peers[] = {
		&policy_fifo, &policy_rr, &policy_wrr, &policy_drr_bytes, &policy_drr_cost,
		&policy_sfqd_static, &policy_sfqd_correct, &policy_drm_fair,
	};
	u32 i;

	join("", "vfs", &policy_vfs, OUR_ARBITER);
	contenders[0].ours = true;
	join("", "arb-" OUR_ARBITER_NAME, NULL, OUR_ARBITER);
	contenders[1].ours = true;
	join("", "mixed", &policy_vfs, OUR_ARBITER);
	contenders[2].ours = true;
	contenders[2].mixed = true;
	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
		join("", peers[i]->name, peers[i], FACET_ARB_RR);
	for (i = 0; i < NR_ARBITERS; i++)
		if (arbiters[i].value != OUR_ARBITER)
			join("arb-", arbiters[i].name, NULL, arbiters[i].value);
}

static bool wanted(const char *id, char **list)
{
	if (!*list)
		return true;
	for (; *list; list++)
		if (!strcmp(id, *list))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	u32 i;

	if (argc < 3) {
		fprintf(stderr, "usage: bench-sched DIR KNOWN [ID...]\n");
		return 2;
	}
	plot_dir = argv[1];
	report_open(argv[1], argv[2]);
	join_all();
	printf("seed %llu, dispatch latency %llu ns, dispatcher %llu ns a command\n",
	       SEED, SIM_LATENCY_NS, SIM_TURN_NS);
	printf("in the device behind running commands: %llu ns an engine, "
	       "or one of at most %llu ns\n",
	       SIM_AHEAD(1, SIM_LATENCY_NS), SIM_SINGLE(SIM_LATENCY_NS));
	for (i = 0; i < sizeof(experiments) / sizeof(experiments[0]); i++)
		if (wanted(experiments[i].id, argv + 3))
			experiments[i].run();
	return report_close();
}
