// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners with one command at a time, which count what they lose and measure, by the
 * device's stamps, how long their commands wait for an engine: an emulated host that
 * is slow does not count.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libfacet.h"

/* held for reading over each command */
static pthread_rwlock_t gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

void neighbours_hold(void)
{
	pthread_rwlock_wrlock(&gate);
}

void neighbours_release(void)
{
	pthread_rwlock_unlock(&gate);
}

static int one(struct neighbour *nb)
{
	unsigned long long ns;
	struct facet_comp c;
	int ret;

	nb->d.cookie++;
	ret = fct_run(&nb->o, &nb->d, &c);
	if (ret) {
		nb->lost++;
		return ret;
	}
	if (c.status != nb->status || c.cookie != nb->d.cookie)
		nb->bad++;
	ns = c.start_ns - c.arrival_ns;
	if (ns > __atomic_load_n(&nb->wait_max_ns, __ATOMIC_RELAXED))
		__atomic_store_n(&nb->wait_max_ns, ns, __ATOMIC_RELAXED);
	__atomic_fetch_add(&nb->done, 1, __ATOMIC_RELAXED);
	return 0;
}

static void *run(void *arg)
{
	struct neighbour *nb = arg;

	while (!nb->error && !__atomic_load_n(&nb->stop, __ATOMIC_RELAXED)) {
		pthread_rwlock_rdlock(&gate);
		nb->error = one(nb);
		pthread_rwlock_unlock(&gate);
		/* whoever wants to hold the gate comes in between */
		usleep(1);
	}
	return NULL;
}

int neighbours_begin(struct neighbour *nb, int n)
{
	int i, ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = pthread_create(&nb[i].thread, NULL, run, &nb[i]);
	return -ret;
}

void neighbours_end(struct neighbour *nb, int n)
{
	int i;

	for (i = 0; i < n; i++)
		__atomic_store_n(&nb[i].stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < n; i++)
		pthread_join(nb[i].thread, NULL);
}

unsigned long long neighbours_wait(const struct neighbour *nb, int n)
{
	unsigned long long ns, max = 0;
	int i;

	for (i = 0; i < n; i++) {
		ns = __atomic_load_n(&nb[i].wait_max_ns, __ATOMIC_RELAXED);
		max = ns > max ? ns : max;
	}
	return max;
}

void neighbours_forget(struct neighbour *nb, int n)
{
	int i;

	for (i = 0; i < n; i++)
		__atomic_store_n(&nb[i].wait_max_ns, 0, __ATOMIC_RELAXED);
}

static bool advances(struct neighbour *nb, unsigned long to)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;

	while (__atomic_load_n(&nb->done, __ATOMIC_RELAXED) < to)
		if (usleep(500) || fct_now_ms() > end)
			return false;
	return true;
}

bool neighbours_advance(struct neighbour *nb, int n, unsigned long more)
{
	unsigned long to[64];
	bool all = true;
	int i;

	for (i = 0; i < n; i++)
		to[i] = __atomic_load_n(&nb[i].done, __ATOMIC_RELAXED) + more;
	for (i = 0; i < n; i++)
		all &= advances(&nb[i], to[i]);
	return all;
}
