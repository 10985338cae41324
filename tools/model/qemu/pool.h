/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facet accelerator: threads that compute, so that the main loop does not.
 */
#ifndef FACET_QEMU_POOL_H
#define FACET_QEMU_POOL_H

struct facet_job;
typedef struct FacetPool FacetPool;

/* @done is called in the main loop, once for each job that was submitted. */
FacetPool *facet_pool_new(unsigned threads,
                          void (*done)(void *opaque, struct facet_job *job),
                          void *opaque);

/* Waits for what runs; what has not begun fails.  All are handed back. */
void facet_pool_free(FacetPool *p);

void facet_pool_submit(FacetPool *p, struct facet_job *job);

#endif /* FACET_QEMU_POOL_H */
