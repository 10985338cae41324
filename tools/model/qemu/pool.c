// SPDX-License-Identifier: GPL-2.0
/*
 * Facet accelerator: threads that compute, so that the main loop does not.
 *
 * Jobs wait in one queue, results in another; a bottom half hands results back
 * with the big lock held.
 */
#include "qemu/osdep.h"
#include "qemu/lockable.h"
#include "qemu/main-loop.h"
#include "qemu/thread.h"
#include "model.h"
#include "pool.h"

struct FacetPool {
    QemuMutex lock;
    QemuCond work;
    GQueue todo;
    GQueue results;
    bool quit;
    QEMUBH *bh;
    void (*done)(void *opaque, struct facet_job *job);
    void *opaque;
    unsigned nr_threads;
    QemuThread threads[];
};

/* The next job, or NULL when there will be none. */
static struct facet_job *pool_next(FacetPool *p)
{
    while (!p->quit && g_queue_is_empty(&p->todo)) {
        qemu_cond_wait(&p->work, &p->lock);
    }
    return p->quit ? NULL : g_queue_pop_head(&p->todo);
}

static void *pool_thread(void *opaque)
{
    FacetPool *p = opaque;
    struct facet_job *job;

    qemu_mutex_lock(&p->lock);
    while ((job = pool_next(p))) {
        qemu_mutex_unlock(&p->lock);
        facet_model_job_run(job);
        qemu_mutex_lock(&p->lock);
        g_queue_push_tail(&p->results, job);
        qemu_bh_schedule(p->bh);
    }
    qemu_mutex_unlock(&p->lock);
    return NULL;
}

static struct facet_job *pool_result(FacetPool *p)
{
    QEMU_LOCK_GUARD(&p->lock);
    return g_queue_pop_head(&p->results);
}

static void pool_bh(void *opaque)
{
    FacetPool *p = opaque;
    struct facet_job *job;

    while ((job = pool_result(p))) {
        p->done(p->opaque, job);
    }
}

FacetPool *facet_pool_new(unsigned threads,
                          void (*done)(void *opaque, struct facet_job *job),
                          void *opaque)
{
    FacetPool *p = g_malloc0(sizeof(*p) + threads * sizeof(p->threads[0]));

    qemu_mutex_init(&p->lock);
    qemu_cond_init(&p->work);
    g_queue_init(&p->todo);
    g_queue_init(&p->results);
    p->bh = qemu_bh_new(pool_bh, p);
    p->done = done;
    p->opaque = opaque;
    p->nr_threads = threads;
    for (unsigned i = 0; i < threads; i++) {
        qemu_thread_create(&p->threads[i], "facet-engine", pool_thread, p,
                           QEMU_THREAD_JOINABLE);
    }
    return p;
}

void facet_pool_submit(FacetPool *p, struct facet_job *job)
{
    QEMU_LOCK_GUARD(&p->lock);
    g_queue_push_tail(&p->todo, job);
    qemu_cond_signal(&p->work);
}

void facet_pool_free(FacetPool *p)
{
    struct facet_job *job;

    qemu_mutex_lock(&p->lock);
    p->quit = true;
    qemu_cond_broadcast(&p->work);
    qemu_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->nr_threads; i++) {
        qemu_thread_join(&p->threads[i]);
    }
    while ((job = g_queue_pop_head(&p->todo))) {
        facet_model_job_fail(job);
        g_queue_push_tail(&p->results, job);
    }
    pool_bh(p);
    qemu_bh_delete(p->bh);
    qemu_cond_destroy(&p->work);
    qemu_mutex_destroy(&p->lock);
    g_free(p);
}
