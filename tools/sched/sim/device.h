/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device under the benchmark: the device model's core on a virtual clock,
 * in model timing, driven through its registers and rings as a driver does it.
 */
#ifndef SCHED_DEVICE_H
#define SCHED_DEVICE_H

#include "facet/desc.h"
#include "facet/hw.h"
#include "model.h"
#include "vfs_types.h"

#define DEV_NEVER	FACET_MODEL_NEVER
#define DEV_CMAX_NS	10000000ull
#define DEV_FLOOR_NS	500ull

struct device;

/**
 * struct dev_cmd - a command on its way to the device
 * @opcode: enum facet_opcode, or what is none
 * @bytes: input length
 * @cost_ns: engine time that it will take
 * @cookie: comes back
 */
struct dev_cmd {
	u8 opcode;
	u32 bytes;
	u64 cost_ns;
	u64 cookie;
};

/**
 * struct dev_done - a completion
 * @cookie: of the command
 * @arrival_ns: when the device latched it
 * @start_ns: when an engine took it
 * @stop_ns: when the engine was free again
 * @status: enum facet_status
 */
struct dev_done {
	u64 cookie;
	u64 arrival_ns;
	u64 start_ns;
	u64 stop_ns;
	u16 status;
};

/* A device with @engines of each class and the arbiter @arb of enum facet_arb. */
struct device *dev_new(u32 contexts, u32 engines, u32 arb);
void dev_free(struct device *d);

/* Enables context @x with 1 << @log2 slots; @host: a host context. */
void dev_enable(struct device *d, u32 x, bool host, u32 log2, u32 weight, u32 group);
void dev_set_weight(struct device *d, u32 x, u32 weight);
void dev_set_group(struct device *d, u32 x, u32 group);
/* Weight of arbitration group @g; 0: what its contexts with work weigh together. */
void dev_weigh_group(struct device *d, u32 g, u32 weight);
void dev_set_cap(struct device *d, u32 x, u32 permille, u32 burst_us);

/* Slots of context @x that are free. */
u32 dev_room(const struct device *d, u32 x);
/* Puts a command into the ring of context @x, with room, and rings. */
void dev_submit(struct device *d, u32 x, const struct dev_cmd *cmd);
/* Rings again, for nothing. */
void dev_ring(struct device *d, u32 x);

/* When the device next has something to do. */
u64 dev_due_ns(const struct device *d);
/* The clock advances to @now_ns, not beyond dev_due_ns(), and the device works. */
void dev_run(struct device *d, u64 now_ns);
/* Next completion of any context; false: none. */
bool dev_pop(struct device *d, u32 *x, struct dev_done *done);
/* What engine @e of @class runs: context, submission index and start; false: idle. */
bool dev_running(struct device *d, u32 class, u32 e, u32 *x, u32 *sq_index, u64 *start_ns);

/*
 * Calls @fn for each command that runs or is its context's next: its cookie, and for
 * how long the device expects it to run.
 */
void dev_each_expected(struct device *d, void (*fn)(u64 cookie, u64 expected_ns));

#endif /* SCHED_DEVICE_H */
