// SPDX-License-Identifier: GPL-2.0-only
/*
 * An owner in a process of its own, which does what it is told and can be killed.
 *
 * It answers each order when it has carried it out; between orders it waits, and
 * gives the instance back when it is asked to.  Whatever resets the instance
 * meanwhile, it takes up its rings again and goes on: a wrong result, a command
 * that is lost without a reset, or a wait without an end are its only failures.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libfacet.h"

#define COPY_BYTES	4096
#define BURST_BYTES	65536
#define BURST		32
#define WORK		4
#define TRIES		1000	/* resets that one command may meet */

struct role {
	struct fct_owner o;
	__u64 seed;
};

/* Take up the rings, and the grant if it is gone.  -EAGAIN: look again. */
static int take_up(struct fct_owner *o)
{
	int ret = 0;

	if (!fct_ctl(o, FACET_VI_N_WINDOWS))
		ret = fct_grant(o, o->iova, FCT_ARENA_BYTES,
				FACET_VI_POST_READ | FACET_VI_POST_WRITE);
	if (!ret)
		ret = fct_rings(o);
	/* a reset came between: whatever that did, it is done again */
	return ret < 0 ? ret : ret ? -EAGAIN : 0;
}

/* Until the rings run; -ESHUTDOWN when the operator has stopped them. */
static int get_ready(struct fct_owner *o)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;
	int ret = -EAGAIN;

	while (ret == -EAGAIN && fct_now_ms() < end) {
		switch (fct_ctl(o, FACET_VI_STATE)) {
		case FACET_VI_ST_RUNNING:
			return 0;
		case FACET_VI_ST_IDLE:
			ret = take_up(o);
			break;
		case FACET_VI_ST_ERROR:
			ret = fct_vi_reset(o) ?: -EAGAIN;
			break;
		case FACET_VI_ST_STOPPED:
			return -ESHUTDOWN;
		case FACET_VI_ST_RESETTING:
			fct_event(o->irq[FACET_VI_VEC_CTL], 1);
			break;
		default:
			return -ENODEV;
		}
	}
	return ret == -EAGAIN ? -ETIMEDOUT : ret;
}

/* Wait for a completion or for news of a reset. */
static void await(struct fct_owner *o)
{
	struct pollfd p[] = {
		{ .fd = o->irq[FACET_VI_VEC_COMP], .events = POLLIN },
		{ .fd = o->irq[FACET_VI_VEC_CTL], .events = POLLIN },
	};

	poll(p, 2, 1000);
	fct_event_now(p[0].fd);
	fct_event_now(p[1].fd);
}

/* The next completion; -EAGAIN when a reset has discarded it. */
static int next(struct fct_owner *o, struct facet_comp *c)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;

	while (!fct_reap(o, c)) {
		if (fct_ctl(o, FACET_VI_STATE) != FACET_VI_ST_RUNNING)
			return -EAGAIN;
		o->win[FACET_WIN_CQ_EVENT / 4] = o->cons;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (fct_reap(o, c))
			break;
		if (fct_now_ms() > end)
			return -ETIMEDOUT;
		await(o);
	}
	if (c->status == FACET_ST_OK)
		return 0;
	return c->status == FACET_ST_ABORTED ? -EAGAIN : -EREMOTEIO;
}

/* All that is outstanding; a reset ends it as well. */
static int drain(struct fct_owner *o)
{
	struct facet_comp c;
	int ret = 0;

	while (!ret && o->cons != o->prod)
		ret = next(o, &c);
	return ret;
}

static int copy_once(struct role *r)
{
	struct fct_owner *o = &r->o;
	struct facet_desc d;
	struct facet_comp c;
	int ret = get_ready(o);

	if (!ret)
		ret = drain(o);
	if (ret)
		return ret;
	d = fct_copy_desc(o, COPY_BYTES);
	fct_fill(o->arena + FCT_SRC, COPY_BYTES, ++r->seed);
	memset(o->arena + FCT_DST, 0, COPY_BYTES);
	fct_queue(o, &d);
	fct_kick(o);
	ret = next(o, &c);
	if (ret)
		return ret;
	if (c.cookie != d.cookie ||
	    memcmp(o->arena + FCT_SRC, o->arena + FCT_DST, COPY_BYTES))
		return -EBADMSG;
	return 0;
}

static int work(struct role *r)
{
	int i, tries = 0, ret = 0;

	for (i = 0; i < WORK && !ret; i++) {
		do
			ret = copy_once(r);
		while (ret == -EAGAIN && ++tries < TRIES);
	}
	return ret;
}

static int queue_commands(struct fct_owner *o, int n)
{
	struct facet_desc d = fct_copy_desc(o, BURST_BYTES);
	int ret = get_ready(o);

	/* what a hung engine holds is never drained */
	while (!ret && n-- > 0 && o->prod - o->cons < 1U << o->log2)
		fct_queue(o, &d);
	if (!ret)
		fct_kick(o);
	return ret;
}

static int flr(struct fct_owner *o)
{
	unsigned int at = fct_cfg(o, PCI_CAPABILITY_LIST, 1);

	while (at && fct_cfg(o, at, 1) != PCI_CAP_ID_EXP)
		at = fct_cfg(o, at + 1, 1);
	return fct_cfg_set(o, at + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
}

static int hang(struct fct_owner *o)
{
	int ret = fct_inject(FACET_INJ_HANG, fct_hw_ctx(o->uuid), 1, 0);

	return ret ? ret : queue_commands(o, 1);
}

static int carry_out(struct role *r, char order)
{
	struct fct_owner *o = &r->o;

	switch (order) {
	case PUPPET_WORK:
		return work(r);
	case PUPPET_BURST:
		return queue_commands(o, BURST);
	case PUPPET_HANG:
		return hang(o);
	case PUPPET_RESET_VFIO:
		return fct_device_reset(o);
	case PUPPET_RESET_FLR:
		return flr(o);
	case PUPPET_RESET_VI:
		return fct_vi_reset(o);
	default:
		return -EINVAL;
	}
}

static int get_on_stage(struct role *r, const char *uuid)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;
	int ret;

	/* the one before, killed, may not be gone entirely */
	do
		ret = fct_open(&r->o, uuid);
	while (ret == -EBUSY && fct_now_ms() < end && !usleep(1000));
	if (!ret)
		ret = fct_irqs_on(&r->o);
	if (!ret)
		ret = fct_map_window(&r->o);
	return ret ? ret : fct_attach(&r->o, FCT_IOVA);
}

static void play(const char *uuid, __u64 seed, int in, int out)
{
	struct role r = { .seed = seed };
	int ret = get_on_stage(&r, uuid);
	struct pollfd p[] = { { .fd = in, .events = POLLIN },
			      { .events = POLLIN } };
	char order = PUPPET_WORK;

	while (write(out, &ret, sizeof(ret)) == sizeof(ret)) {
		p[1].fd = r.o.req;
		if (poll(p, 2, -1) < 0 || p[1].revents ||
		    read(in, &order, 1) != 1)
			break;
		ret = carry_out(&r, order);
	}
	fct_close(&r.o);
	_exit(0);
}

int puppet_do(struct puppet *p, enum puppet_order order)
{
	char what = order;
	int ret;

	if (write(p->orders, &what, 1) != 1)
		return -EPIPE;
	return read(p->answers, &ret, sizeof(ret)) == sizeof(ret) ? ret : -EPIPE;
}

static void leave_parent(int in, int out)
{
	dup2(in, 100);
	dup2(out, 101);
	close_range(3, 99, 0);
	close_range(102, ~0U, 0);
	signal(SIGPIPE, SIG_IGN);
}

int puppet_start(struct puppet *p, const char *uuid, __u64 seed)
{
	int down[2], up[2], ret;

	if (pipe(down) || pipe(up))
		return -errno;
	p->pid = fork();
	if (!p->pid) {
		leave_parent(down[0], up[1]);
		play(uuid, seed, 100, 101);
	}
	close(down[0]);
	close(up[1]);
	p->orders = down[1];
	p->answers = up[0];
	if (p->pid < 0)
		return -errno;
	return read(p->answers, &ret, sizeof(ret)) == sizeof(ret) ? ret : -EPIPE;
}

static int reap(struct puppet *p)
{
	int status;

	close(p->orders);
	close(p->answers);
	if (waitpid(p->pid, &status, 0) != p->pid)
		return -ECHILD;
	p->pid = 0;
	return status;
}

int puppet_end(struct puppet *p)
{
	return reap(p) ? -EIO : 0;
}

int puppet_kill(struct puppet *p)
{
	int status;

	kill(p->pid, SIGKILL);
	status = reap(p);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -EIO;
}
