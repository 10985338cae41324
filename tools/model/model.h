/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facet device model: the accelerator without an emulator around it.
 *
 * The core implements Documentation/device-spec.rst behind a few callbacks: it
 * knows neither PCI nor threads nor a real clock.  All calls except
 * facet_model_job_run() come from one context at a time (the emulator's device
 * context, below: "device context").
 */
#ifndef FACET_MODEL_H
#define FACET_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "facet/desc.h"
#include "facet/hw.h"

struct facet_model;
struct facet_job;

/* In place of a PASID: an access on the function's requester ID alone. */
#define FACET_MODEL_RID		0xffffffffu
/* In place of a time: never. */
#define FACET_MODEL_NEVER	UINT64_MAX

#define FACET_MODEL_MAX_CTX	1024

/**
 * struct facet_model_config - what is fixed when a device is made
 * @contexts: queue contexts, 1..1024; 0: 64
 * @engines: engines of each class, 1..32; all 0: 2 each.  PK and COMP may lack
 *	engines, their opcodes are unknown then
 * @stride_log2: window stride, 12..24; 0: 12
 * @features: FACET_FEAT_*
 * @timing: reset value of TIMING_MODE
 * @dilation: reset value of DILATION; 0: 1
 */
struct facet_model_config {
	uint32_t contexts;
	uint32_t engines[FACET_NR_CLASSES];
	uint32_t stride_log2;
	uint32_t features;
	uint32_t timing;
	uint32_t dilation;
};

/**
 * struct facet_model_ops - what the device needs from its surroundings
 * @dma_read: reads memory; @pasid is a PASID or FACET_MODEL_RID.  An access
 *	never crosses a 4 KiB boundary.  Returns 0, or anything else for a fault
 * @dma_write: writes memory; one of 8 aligned bytes must be a single store that
 *	becomes visible after all earlier ones
 * @raise_irq: raises an MSI-X vector
 * @now_ns: the virtual clock
 * @set_timer: asks for facet_model_timer_expired() at a virtual time, in place
 *	of what was asked before.  A time that has passed means "soon": from
 *	device context, but not from inside this call
 * @submit: has facet_model_job_run() called on any thread, then
 *	facet_model_job_done() in device context, exactly once for each job.  NULL:
 *	jobs run at once
 * @cpu_ns: clock that measures computing, on the thread that computes.  NULL:
 *	the thread's CPU time
 *
 * A memory access that ends up in the device's own registers does nothing.
 */
struct facet_model_ops {
	int (*dma_read)(void *opaque, uint32_t pasid, uint64_t iova, void *buf, size_t len);
	int (*dma_write)(void *opaque, uint32_t pasid, uint64_t iova, const void *buf, size_t len);
	void (*raise_irq)(void *opaque, unsigned int vector);
	uint64_t (*now_ns)(void *opaque);
	void (*set_timer)(void *opaque, uint64_t at_ns);
	void (*submit)(void *opaque, struct facet_job *job);
	uint64_t (*cpu_ns)(void *opaque);
};

/**
 * facet_model_create - make a device
 * @config: what it has; copied
 * @ops: its surroundings; copied
 * @opaque: first argument of every callback
 *
 * facet_op_init() comes first.  Return: the device, powered on; NULL if @config
 * is out of range or memory is short.
 */
struct facet_model *facet_model_create(const struct facet_model_config *config,
				       const struct facet_model_ops *ops, void *opaque);

/**
 * facet_model_destroy - free a device
 * @m: device; facet_model_jobs() must be 0
 */
void facet_model_destroy(struct facet_model *m);

/**
 * facet_model_reset - PCI reset: FLR or power
 * @m: device
 *
 * No memory is accessed on behalf of anything from before.  Jobs that are away
 * still come back through facet_model_job_done(); their results are dropped.
 */
void facet_model_reset(struct facet_model *m);

/* Size of BAR0 or BAR2, a power of two; 0 for any other BAR. */
uint64_t facet_model_bar_bytes(const struct facet_model *m, unsigned int bar);

/* Number of MSI-X vectors. */
unsigned int facet_model_vectors(const struct facet_model *m);

/**
 * facet_model_mmio_read - read of a register
 * @m: device
 * @bar: FACET_BAR_GLOBAL or FACET_BAR_WINDOW
 * @off: offset, naturally aligned
 * @size: 4 or 8; other accesses read 0
 */
uint64_t facet_model_mmio_read(struct facet_model *m, unsigned int bar, uint64_t off,
			       unsigned int size);

/**
 * facet_model_mmio_write - write of a register
 * @m: device
 * @bar: FACET_BAR_GLOBAL or FACET_BAR_WINDOW
 * @off: offset, naturally aligned
 * @value: what is written
 * @size: 4 or 8; other accesses are ignored
 *
 * Never touches memory, never raises an interrupt: such work is left to
 * facet_model_timer_expired().
 */
void facet_model_mmio_write(struct facet_model *m, unsigned int bar, uint64_t off,
			    uint64_t value, unsigned int size);

/**
 * facet_model_timer_expired - let the device do what is due
 * @m: device
 *
 * A bounded amount of work; set_timer() asks for more.
 */
void facet_model_timer_expired(struct facet_model *m);

/**
 * facet_model_job_run - compute; on any thread, device context not needed
 * @job: from submit(); reads and writes the job's private memory only
 */
void facet_model_job_run(struct facet_job *job);

/* In place of facet_model_job_run(): nothing could compute, the engine failed. */
void facet_model_job_fail(struct facet_job *job);

/**
 * facet_model_job_done - hand a job back, in device context
 * @m: device
 * @job: has run or failed; freed
 */
void facet_model_job_done(struct facet_model *m, struct facet_job *job);

/* Jobs that are away. */
unsigned int facet_model_jobs(const struct facet_model *m);

#endif /* FACET_MODEL_H */
