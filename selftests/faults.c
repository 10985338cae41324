// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults RUNS: one table of what can go wrong with an instance: each fault RUNS times,
 * beside neighbours that count what they lose and measure what they wait.
 *
 * Prints for each a TAP result and a line
 *	"ROW FAULT|WHERE|VERDICT|OWNER SEES|LOST|WAIT_US|RECOVERY_US|RUNS"
 * LOST is of the neighbours' commands, WAIT_US how much longer, at worst, one of them
 * waited for an engine than without any fault (device clock), RECOVERY_US from what the
 * owner sees to its next command that is right (median, host clock).  VERDICT is the
 * watchdog's, where the driver has one ("health").
 *
 * Wants an accelerator in model timing: l1/faults.sh.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "libfacet.h"

#define NEIGHBOURS	4
#define MOST_RUNS	1000
#define VICTIM_NS	2000000U	/* of the victim's commands: the residual one */
#define NEIGHBOUR_NS	70000U
#define FAR		0x7000000000ULL	/* nobody has granted this */

static struct neighbour nb[NEIGHBOURS];
static struct fct_owner victim;
static unsigned long long calm_ns;	/* worst wait without a fault */

/**
 * struct fault - something that goes wrong
 * @name: what
 * @where: where it is made
 * @sees: what its owner sees
 * @provoke: makes it and checks @sees; 0 if that is so
 * @context: names a queue context: not for shared instances
 * @hangs: so do the neighbours' commands, if one of them comes first
 */
struct fault {
	const char *name;
	const char *where;
	const char *sees;
	int (*provoke)(struct fct_owner *o);
	bool context;
	bool hangs;
};

static struct facet_desc command(struct fct_owner *o)
{
	return fct_bill_desc(o, VICTIM_NS);
}

static int ends_with(struct fct_owner *o, const struct facet_desc *d, int status)
{
	int ret = fct_status(o, d);

	if (ret >= 0 && ret != status)
		printf("# status %d, not %d\n", ret, status);
	return ret < 0 ? ret : ret != status;
}

/* The reset is the operator's, and tells in the counters what it ended. */
static int hang(struct fct_owner *o)
{
	struct facet_desc d = command(o);
	long long aborted = stat_of(o, "aborted");
	int ret = fct_hang(o, &d);

	if (ret)
		return ret;
	ret = fct_operator_reset(o);
	if (ret)
		return ret;
	return stat_of(o, "aborted") <= aborted || fct_ctl(o, FACET_VI_STATE);
}

static int slow(struct fct_owner *o)
{
	struct facet_desc d = command(o);
	int ret = fct_inject(FACET_INJ_SLOW, fct_hw_ctx(o->uuid), 1, 3000);

	return ret ? ret : ends_with(o, &d, FACET_ST_BAD_DATA);
}

static int beyond_cmax(struct fct_owner *o)
{
	struct facet_desc d = command(o);
	int ret = fct_inject(FACET_INJ_SLOW, fct_hw_ctx(o->uuid), 1, 1000000);

	return ret ? ret : ends_with(o, &d, FACET_ST_CMAX);
}

static int lost_interrupt(struct fct_owner *o)
{
	struct facet_desc d = command(o);
	struct facet_comp c;
	int ret;

	fct_quiet(o);
	ret = fct_inject(FACET_INJ_DROP_IRQ, fct_hw_ctx(o->uuid), 1, 0);
	if (ret)
		return ret;
	o->win[FACET_WIN_CQ_EVENT / 4] = o->cons;
	fct_queue(o, &d);
	fct_kick(o);
	ret = fct_spin(o, &c);
	return ret ? ret : c.status != FACET_ST_BAD_DATA || fct_event_now(o->irq[0]) > 0;
}

static int corrupt_completion(struct fct_owner *o)
{
	struct facet_desc d = command(o);
	struct facet_comp c;
	int ret = fct_inject(FACET_INJ_CORRUPT_COMP, fct_hw_ctx(o->uuid), 1, 0);

	if (!ret)
		ret = fct_run(o, &d, &c);
	return ret ? ret : c.cookie != (__u64)~d.cookie;
}

static int not_granted(struct fct_owner *o)
{
	struct facet_desc d = fct_copy_desc(o, 4096);
	struct facet_comp c;
	int ret;

	d.src = FAR;
	/* the event, by which the control page knows it, may come later */
	ret = fct_run(o, &d, &c);
	return ret ? ret : c.status != FACET_ST_SRC_FAULT || c.fault_addr != FAR;
}

static int foreign_pasid(struct fct_owner *o)
{
	struct facet_desc d = fct_copy_desc(o, 4096);

	d.pasid = fct_attr_num(nb[0].o.uuid, "pasid");
	return ends_with(o, &d, FACET_ST_BAD_PASID);
}

static int ring_error(struct fct_owner *o, __u32 error)
{
	int ret = fct_wait_state(o, FACET_VI_ST_ERROR);

	if (ret || fct_ctl(o, FACET_VI_ERROR) != error)
		return ret ? ret : 1;
	return fct_operator_reset(o);
}

static int doorbell(struct fct_owner *o)
{
	o->prod += 1000;
	fct_kick(o);
	return ring_error(o, FACET_CTX_ERR_DOORBELL);
}

static int rings_at(struct fct_owner *o, __u64 sq, __u64 cq, __u32 error)
{
	struct facet_desc d = fct_copy_desc(o, 4096);

	if (fct_ring_cmd(o, 0, 0, 0, FACET_VI_RING_CMD_DISABLE) ||
	    fct_ring_cmd(o, sq, cq, FCT_RING_LOG2, FACET_VI_RING_CMD_ENABLE))
		return 1;
	o->prod = 0;
	fct_queue(o, &d);
	fct_kick(o);
	return ring_error(o, error);
}

static int submission_ring(struct fct_owner *o)
{
	return rings_at(o, FAR, o->iova + FCT_CQ, FACET_CTX_ERR_SQ_FAULT);
}

static int completion_ring(struct fct_owner *o)
{
	return rings_at(o, o->iova + FCT_SQ, FAR, FACET_CTX_ERR_CQ_FAULT);
}

static int stopped(struct fct_owner *o)
{
	struct facet_desc d = command(o);
	int ret;

	fct_burst(o, &d);
	ret = fct_attr_write(o->uuid, "state", "stop");
	if (!ret)
		ret = fct_ctl(o, FACET_VI_STATE) != FACET_VI_ST_STOPPED;
	return ret ? ret : fct_operator_reset(o);
}

static const struct fault faults[] = {
	{ "command hangs", "device, HANG", "aborted by a reset", hang, .hangs = true },
	{ "command thrice as long", "device, SLOW", "completed", slow, .context = true },
	{ "command beyond C_max", "device, SLOW", "status CMAX", beyond_cmax, .context = true },
	{ "interrupt lost", "device, DROP_IRQ", "completed, if it polls", lost_interrupt,
	  .context = true },
	{ "completion corrupt", "device, CORRUPT_COMP", "wrong cookie", corrupt_completion,
	  .context = true },
	{ "memory not granted", "descriptor", "status SRC_FAULT, address", not_granted },
	{ "another's PASID", "descriptor", "status BAD_PASID", foreign_pasid },
	{ "doorbell beyond the ring", "doorbell", "state error", doorbell },
	{ "submission ring away", "control page", "state error", submission_ring },
	{ "completion ring away", "control page", "state error", completion_ring },
	{ "stopped by the operator", "sysfs", "state stopped", stopped },
};

static long long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static int compare(const void *x, const void *y)
{
	long long a = *(const long long *)x, b = *(const long long *)y;

	return a < b ? -1 : a > b;
}

/* Back at work: rings if it has none, and a command that is right. */
static int recover(struct fct_owner *o, long long *us)
{
	long long begin = now_us();
	int ret = 0;

	if (fct_ctl(o, FACET_VI_STATE) != FACET_VI_ST_RUNNING)
		ret = fct_again(o);
	if (!ret)
		ret = fct_op_copy(o, 4096, begin);
	*us = now_us() - begin;
	return ret;
}

static int once(const struct fault *f, long long *us)
{
	bool hold = f->hangs && fct_is_shared();
	int ret;

	if (hold)
		neighbours_hold();
	ret = f->provoke(&victim);
	if (hold)
		neighbours_release();
	fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0);
	if (ret)
		printf("# %s: %d\n", f->name, ret);
	return ret ? ret : recover(&victim, us);
}

static unsigned long lost(void)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < NEIGHBOURS; i++)
		sum += nb[i].lost + nb[i].bad + stat_of(&nb[i].o, "aborted") +
		       stat_of(&nb[i].o, "resets");
	return sum;
}

static void verdict(char *buf, size_t len)
{
	if (fct_attr_read(victim.uuid, "health", buf, len) < 0)
		snprintf(buf, len, "-");
}

static bool run_fault(const struct fault *f, int nr, int runs)
{
	static long long us[MOST_RUNS];
	unsigned long before = lost();
	long long wait_ns;
	char health[64];
	int i, ret = 0;

	neighbours_forget(nb, NEIGHBOURS);
	for (i = 0; i < runs && !ret; i++)
		ret = once(f, &us[i]);
	if (!neighbours_advance(nb, NEIGHBOURS, 2))
		ret = ret ? ret : -ETIMEDOUT;
	verdict(health, sizeof(health));
	wait_ns = (long long)neighbours_wait(nb, NEIGHBOURS) - calm_ns;
	wait_ns = wait_ns > 0 ? wait_ns : 0;
	qsort(us, i, sizeof(us[0]), compare);
	if (ret || lost() != before || wait_ns > VICTIM_NS + VICTIM_NS / 10) {
		printf("# result %d, %lu lost, %lld ns more waited\n", ret, lost() - before,
		       wait_ns);
		ret = 1;
	}
	printf("%s %d - %s%s\n", ret ? "not ok" : "ok", nr, f->name,
	       fct_is_shared() ? ", shared" : "");
	printf("ROW %s%s|%s|%s|%s|%lu|%lld|%lld|%d\n", f->name,
	       fct_is_shared() ? ", shared" : "", f->where, health, f->sees, lost() - before,
	       wait_ns / 1000, us[i / 2], i);
	fflush(stdout);
	return !ret;
}

static int start(void)
{
	int i, ret = fct_start(&victim, 100);

	for (i = 0; i < NEIGHBOURS && !ret; i++) {
		ret = fct_start(&nb[i].o, i);
		nb[i].d = fct_bill_desc(&nb[i].o, NEIGHBOUR_NS);
		nb[i].status = FACET_ST_BAD_DATA;
	}
	return ret ? ret : neighbours_begin(nb, NEIGHBOURS);
}

/* The victim is busy, and nothing happens to it. */
static int calm(void)
{
	struct facet_desc d = command(&victim);
	struct facet_comp c;
	int i, ret = 0;

	fct_burst(&victim, &d);
	for (i = 0; i < FCT_BURST && !ret; i++)
		ret = fct_wait(&victim, &c);
	if (!ret && !neighbours_advance(nb, NEIGHBOURS, 20))
		ret = -ETIMEDOUT;
	calm_ns = neighbours_wait(nb, NEIGHBOURS);
	return ret;
}

int main(int argc, char **argv)
{
	int runs = argc == 2 ? atoi(argv[1]) : 0, nr = 0, bad = 0, ret;
	unsigned int i;

	if (runs < 1 || runs > MOST_RUNS) {
		printf("Bail out! usage: faults RUNS\n");
		return 1;
	}
	fct_sweep();
	ret = start();
	if (!ret)
		ret = calm();
	if (ret) {
		printf("Bail out! no instances: %s\n", strerror(-ret));
		return 1;
	}
	printf("TAP version 13\n# the worst wait without a fault: %llu ns\n", calm_ns);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (!faults[i].context || !fct_is_shared())
			bad += !run_fault(&faults[i], ++nr, runs);
	printf("1..%d\n", nr);
	neighbours_end(nb, NEIGHBOURS);
	fct_stop(&victim);
	for (i = 0; i < NEIGHBOURS; i++)
		fct_stop(&nb[i].o);
	return bad != 0;
}
