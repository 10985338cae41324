// SPDX-License-Identifier: GPL-2.0-only
/*
 * isolate_wait NEIGHBOURS COMMANDS: what neighbours of an instance wait for an engine,
 * by the device's stamps: at first beside one that keeps the engines busy, then while
 * that one is reset in every state, by every cause, over and over.  Each phase lasts
 * until every neighbour has had COMMANDS more.
 *
 * Wants an accelerator in model timing (l1/reset_wait.sh): commands then take what
 * the cost table says, whatever the host does.  Two neighbours and the busy one
 * submit the longest command that there is, the others short ones of the same class.
 *
 * Waits for a line on its standard input before each phase, and prints at its end
 *	"PHASE NAME wait_max_ns N commands N lost N bad N resets N".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libfacet.h"

#define MOST		32
#define LONG_ONES	2
#define SHORT_NS	70000

static struct neighbour nb[MOST];
static struct fct_owner victim;
static int n;
static unsigned long begun[MOST];	/* commands that they had when the phase began */

static int fail(const char *what, int ret)
{
	printf("isolate_wait: %s: %s\n", what, ret < 0 ? strerror(-ret) : "wrong");
	return 1;
}

static int start(void)
{
	int i, ret = fct_start(&victim, 100);

	for (i = 0; i < n && !ret; i++) {
		ret = fct_start(&nb[i].o, i);
		if (ret)
			break;
		nb[i].d = fct_bill_desc(&nb[i].o, i < LONG_ONES ? FCT_BILL_CMAX_NS : SHORT_NS);
		nb[i].status = FACET_ST_BAD_DATA;
	}
	return ret ? ret : neighbours_begin(nb, n);
}

static unsigned long done(void)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += __atomic_load_n(&nb[i].done, __ATOMIC_RELAXED);
	return sum;
}

static bool all_have(unsigned long each)
{
	int i;

	for (i = 0; i < n; i++)
		if (__atomic_load_n(&nb[i].done, __ATOMIC_RELAXED) < begun[i] + each &&
		    !nb[i].error)
			return false;
	return true;
}

/* Full of long commands, always. */
static void feed(void)
{
	struct facet_desc d = fct_bill_desc(&victim, FCT_BILL_CMAX_NS);
	struct facet_comp c;

	while (fct_reap(&victim, &c))
		;
	if (victim.prod - victim.cons < FCT_BURST / 2)
		fct_burst(&victim, &d);
}

static int busy(unsigned long each)
{
	while (!all_have(each)) {
		feed();
		if (fct_event(victim.irq[FACET_VI_VEC_COMP], 5) == -EBADF)
			return -EBADF;
	}
	return 0;
}

/* as the lists of the library have them, but with long commands of the same class */
static int enter(unsigned int state)
{
	struct facet_desc d = fct_bill_desc(&victim, FCT_BILL_CMAX_NS);
	int ret;

	if (fct_states[state].enter == fct_enter_busy) {
		fct_burst(&victim, &d);
		return 0;
	}
	if (fct_states[state].enter != fct_enter_hung)
		return fct_states[state].enter(&victim);
	if (fct_is_shared())
		neighbours_hold();
	ret = fct_hang(&victim, &d);
	if (fct_is_shared())
		neighbours_release();
	return ret;
}

static int resets(unsigned long each)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && (!all_have(each) || i < FCT_NR_STATES * FCT_NR_CAUSES); i++) {
		ret = enter(i % FCT_NR_STATES);
		if (!ret)
			ret = fct_causes[i / FCT_NR_STATES % FCT_NR_CAUSES].reset(&victim);
		if (!ret)
			ret = fct_again(&victim);
	}
	return ret;
}

static void report(const char *phase, unsigned long before)
{
	unsigned long lost = 0, bad = 0;
	int i;

	for (i = 0; i < n; i++) {
		lost += nb[i].lost;
		bad += nb[i].bad;
	}
	printf("PHASE %s wait_max_ns %llu commands %lu lost %lu bad %lu resets %lld\n", phase,
	       neighbours_wait(nb, n), done() - before, lost, bad, stat_of(&victim, "resets"));
	fflush(stdout);
}

static int phase(const char *name, int (*work)(unsigned long each), unsigned long each)
{
	unsigned long before;
	char line[16];
	int i, ret;

	if (!fgets(line, sizeof(line), stdin))
		return fail("nobody there", -EPIPE);
	neighbours_forget(nb, n);
	for (i = 0; i < n; i++)
		begun[i] = __atomic_load_n(&nb[i].done, __ATOMIC_RELAXED);
	before = done();
	ret = work(each);
	if (ret)
		return fail(name, ret);
	report(name, before);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long each = argc == 3 ? atoi(argv[2]) : 0;
	int i, ret;

	n = argc == 3 ? atoi(argv[1]) : 0;
	if (n <= LONG_ONES || n > MOST || !each)
		return fail("usage: NEIGHBOURS COMMANDS", -EINVAL);
	fct_sweep();
	ret = start();
	if (ret)
		return fail("start", ret);
	ret = phase("busy", busy, each);
	if (!ret)
		ret = phase("resets", resets, 2 * each);
	neighbours_end(nb, n);
	fct_stop(&victim);
	for (i = 0; i < n; i++)
		fct_stop(&nb[i].o);
	return ret;
}
