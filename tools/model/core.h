/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facet device model: what the files of the core share.
 *
 *   core.c    life of a device, its clock, the loop behind the timer
 *   regs.c    registers of G
 *   ctx.c     queue contexts: states, doorbells, fetching
 *   window.c  register blocks and windows of queue contexts
 *   comp.c    completions and interrupts
 *   engine.c  engines: dispatch, phases, abort
 *   cmd.c     checks of a command, and what it reads and writes
 *   job.c     the part of a command that other threads may hold
 *   dma.c     every access to memory
 *   evlog.c   event log
 *   pasid.c   valid-PASID table
 *   fault.c   fault injection
 *   recover.c commands that are taken off an engine
 *   arb.c     arbiters, one a class; arb_*.c: their policies
 *
 * Times: "device" nanoseconds unless a name says virt.
 */
#ifndef FACET_MODEL_CORE_H
#define FACET_MODEL_CORE_H

#include "arb.h"
#include "le.h"
#include "list.h"
#include "model.h"
#include "op.h"
#include "vfs_cost.h"

#define FACET_MODEL_RING_MIN_LOG2	2
#define FACET_MODEL_RING_MAX_LOG2	14
#define FACET_MODEL_EVLOG_MIN_LOG2	4
#define FACET_MODEL_EVLOG_MAX_LOG2	16
#define FACET_MODEL_PASID_BITS		20
#define FACET_MODEL_PASIDS		4096
#define FACET_MODEL_FLOWS		256
#define FACET_MODEL_SG			4096
#define FACET_MODEL_ABORT_NS		100000
#define FACET_MODEL_WEIGHT		100
#define FACET_MODEL_WEIGHT_MAX		10000
#define FACET_MODEL_CAP_MAX		1000
#define FACET_MODEL_DILATION_MAX	1000000
#define FACET_MODEL_PAGE_BYTES		4096
/* What one visit of the timer may read, write and decide, in bytes. */
#define FACET_MODEL_VISIT_BYTES		(256 * 1024)
/* What a decision without data counts. */
#define FACET_MODEL_STEP_BYTES		1024
/* Aborted jobs that still compute, for each engine: more wait for them. */
#define FACET_MODEL_ORPHANS		2

#define FACET_MODEL_NO_ENGINE		0xffff

/**
 * struct facet_latch - high half of the counter that was read last
 * @off: offset of its low half; never that of a register when nothing is held
 * @high: the half
 */
struct facet_latch {
	uint32_t off;
	uint32_t high;
};

/**
 * struct facet_cmd - a latched command
 * @desc: private copy of the descriptor, still little endian
 * @info: its opcode's record; NULL: unknown
 * @class: class of engines that serves it
 * @pasid: of its data; valid once the checks are through
 * @sq_index: submission index
 * @arrival_ns: when it was latched
 * @table_ns: engine time by the cost table; 0: it fails a check
 * @expected_ns: engine time that it was then expected to take
 * @revoked: its PASID was cleared: it ends with ABORTED
 */
struct facet_cmd {
	struct facet_desc desc;
	const struct facet_op_info *info;
	uint8_t class;
	uint32_t pasid;
	uint32_t sq_index;
	uint64_t arrival_ns;
	uint64_t table_ns;
	uint64_t expected_ns;
	bool revoked;
};

/**
 * struct facet_outcome - how a command ended
 * @status: enum facet_status
 * @engine: number within the class, or FACET_COMP_NO_ENGINE
 * @info: for the completion
 * @out_bytes: for the completion
 * @in_bytes: for the completion
 * @check: for the completion
 * @start_ns: for the completion
 * @stop_ns: for the completion
 * @fault_addr: for the completion
 */
struct facet_outcome {
	uint16_t status;
	uint8_t engine;
	uint8_t info;
	uint32_t out_bytes;
	uint32_t in_bytes;
	uint32_t check;
	uint64_t start_ns;
	uint64_t stop_ns;
	uint64_t fault_addr;
};

/**
 * struct facet_ctx_stats - counters, as in the register block
 * @cmds: FACET_CTX_N_CMDS_LO
 * @errors: FACET_CTX_N_ERRORS_LO
 * @invalid: FACET_CTX_N_INVALID_LO
 * @bytes_in: FACET_CTX_BYTES_IN_LO
 * @bytes_out: FACET_CTX_BYTES_OUT_LO
 * @backlog_ns: FACET_CTX_BACKLOG_NS_LO, without the interval that still runs
 * @wait_ns: FACET_CTX_WAIT_NS_LO
 * @engine_ns: FACET_CTX_ENGINE_NS_LO
 * @doorbells: FACET_CTX_N_DOORBELLS_LO
 * @irqs: FACET_CTX_N_IRQS_LO
 * @aborted: FACET_CTX_N_ABORTED_LO
 * @throttled_ns: FACET_CTX_THROTTLED_NS_LO
 */
struct facet_ctx_stats {
	uint64_t cmds;
	uint64_t errors;
	uint64_t invalid;
	uint64_t bytes_in;
	uint64_t bytes_out;
	uint64_t backlog_ns;
	uint64_t wait_ns;
	uint64_t engine_ns[FACET_NR_CLASSES];
	uint64_t doorbells;
	uint64_t irqs;
	uint64_t aborted;
	uint64_t throttled_ns;
};

/**
 * struct facet_ctx - a queue context
 * @nr: its number
 * @state: enum facet_ctx_state
 * @error: enum facet_ctx_error
 * @cfg: register
 * @pasid: register
 * @ring_log2: register
 * @vector: register
 * @weight: register
 * @group: register
 * @moderation: register
 * @cap: register; never more than 1000
 * @cap_burst_us: register
 * @request_ns: register; never more than FACET_REQUEST_NS_MAX
 * @grp_weight: register of the group of the same number; always sound
 * @grp_flags: likewise
 * @grp_request_ns: likewise
 * @sq_base: register
 * @cq_base: register
 * @ops: register
 * @sq_head: descriptors latched
 * @sq_tail: producer from the last doorbell
 * @cq_tail: completions written
 * @cq_event: event index
 * @inflight: latched, not completed
 * @has_cmd: @cmd waits for an engine
 * @cmd: latched command
 * @fetch: on the device's list of contexts to latch for
 * @report: on the list of contexts with @report_error, @irq_now or a reset
 * @moderated: on the list of contexts with an interrupt that is held back
 * @report_error: an error is to be logged and to interrupt
 * @error_addr: what could not be reached
 * @irq_now: an interrupt is due at once
 * @held: completions since the interrupt that is held back was due
 * @held_ns: when the first of them was written
 * @busy: the backlog clock runs
 * @busy_since_ns: since when
 * @cost: what its commands have taken so far
 * @stats: counters
 * @latch: for 64-bit counters read by halves
 */
struct facet_ctx {
	uint32_t nr;
	uint8_t state;
	uint8_t error;
	uint32_t cfg;
	uint32_t pasid;
	uint32_t ring_log2;
	uint32_t vector;
	uint32_t weight;
	uint32_t group;
	uint32_t moderation;
	uint32_t cap;
	uint32_t cap_burst_us;
	uint32_t request_ns;
	uint32_t grp_weight;
	uint32_t grp_flags;
	uint32_t grp_request_ns;
	uint64_t sq_base;
	uint64_t cq_base;
	uint64_t ops;
	uint32_t sq_head;
	uint32_t sq_tail;
	uint32_t cq_tail;
	uint32_t cq_event;
	uint32_t inflight;
	bool has_cmd;
	struct facet_cmd cmd;
	struct list fetch;
	struct list report;
	struct list moderated;
	bool report_error;
	uint64_t error_addr;
	bool irq_now;
	uint32_t held;
	uint64_t held_ns;
	bool busy;
	uint64_t busy_since_ns;
	struct vfs_cost cost;
	struct facet_ctx_stats stats;
	struct facet_latch latch;
};

/**
 * enum facet_phase - where an engine is with its command
 * @FACET_PHASE_IDLE: no command
 * @FACET_PHASE_READ: parameter block, lists and input are read
 * @FACET_PHASE_SUBMIT: ready to compute, too many aborted jobs are still away
 * @FACET_PHASE_COMPUTE: the job is away
 * @FACET_PHASE_WAIT: computed, or failed; its time is not over
 * @FACET_PHASE_WRITE: output is written
 */
enum facet_phase {
	FACET_PHASE_IDLE,
	FACET_PHASE_READ,
	FACET_PHASE_SUBMIT,
	FACET_PHASE_COMPUTE,
	FACET_PHASE_WAIT,
	FACET_PHASE_WRITE,
};

/**
 * struct facet_engine - an engine
 * @class: enum facet_class
 * @nr: number within the class
 * @dead: hangs on every command
 * @phase: what it does
 * @ctx: whose command
 * @cmd: the command
 * @job: its buffers; NULL before they are needed and after failed checks
 * @out: how it ends
 * @timing: mode when it began
 * @hung: never ends by itself
 * @restarted: the command is the one of facet_recovery
 * @slow_permille: factor on its time; 1000: none
 * @charged_ns: what the arbiter charged
 * @arb_gen: generation of the arbiter that charged
 * @start_ns: when it began
 * @bill_ns: its engine time, known from FACET_PHASE_WAIT on
 * @computed_ns: when the result was there
 * @free_ns: when the engine was last free
 * @heartbeat: progress in former commands
 * @done: commands finished
 * @latch: for 64-bit counters read by halves
 */
struct facet_engine {
	uint8_t class;
	uint8_t nr;
	bool dead;
	enum facet_phase phase;
	struct facet_ctx *ctx;
	struct facet_cmd cmd;
	struct facet_job *job;
	struct facet_outcome out;
	uint32_t timing;
	bool hung;
	bool restarted;
	uint32_t slow_permille;
	uint64_t charged_ns;
	uint32_t arb_gen;
	uint64_t start_ns;
	uint64_t bill_ns;
	uint64_t computed_ns;
	uint64_t free_ns;
	uint64_t heartbeat;
	uint64_t done;
	struct facet_latch latch;
};

/**
 * struct facet_xfer - bytes on their way between a buffer and pieces of memory
 * @sge: pieces, little endian
 * @nents: how many
 * @idx: piece that is next
 * @off: bytes of it that are done
 * @buf: the buffer
 * @left: bytes still to go
 * @fault_addr: where it failed
 */
struct facet_xfer {
	const struct facet_sge *sge;
	uint32_t nents;
	uint32_t idx;
	uint32_t off;
	uint8_t *buf;
	size_t left;
	uint64_t fault_addr;
};

/* Where the reading of a command is; in the order of device-spec 5. */
enum facet_read_step {
	FACET_READ_PARAM,
	FACET_READ_SRC_LIST,
	FACET_READ_DST_LIST,
	FACET_READ_DICT,
	FACET_READ_SRC,
	FACET_READ_DONE,
};

/**
 * struct facet_job - a command's private memory
 * @model: its device
 * @engine: who waits for it; NULL: nobody any more
 * @away: between submit() and facet_model_job_done()
 * @failed: nothing could compute it
 * @step: what is read next
 * @moving: @xfer is set up for it
 * @one: the single piece of a parameter block, a list or a plain buffer
 * @xfer: what moves now
 * @req: the operation; points to the buffers below
 * @res: its result
 * @cpu_ns: what it took
 * @src_list: pieces of the input
 * @dst_list: pieces of the output
 * @src: input
 * @dst: output
 * @dict: history
 * @param: parameter block
 */
struct facet_job {
	struct facet_model *model;
	struct facet_engine *engine;
	bool away;
	bool failed;
	enum facet_read_step step;
	bool moving;
	struct facet_sge one;
	struct facet_xfer xfer;
	struct facet_op_req req;
	struct facet_op_res res;
	uint64_t cpu_ns;
	struct facet_sge *src_list;
	struct facet_sge *dst_list;
	uint8_t *src;
	uint8_t *dst;
	uint8_t *dict;
	uint8_t param[FACET_PARAM_MAX_BYTES];
};

/**
 * struct facet_evlog - event log
 * @base: register
 * @log2: register; 0: off
 * @tail: register
 * @head: register
 * @dropped: register
 * @vector: register
 */
struct facet_evlog {
	uint64_t base;
	uint32_t log2;
	uint32_t tail;
	uint32_t head;
	uint32_t dropped;
	uint32_t vector;
};

/**
 * struct facet_pasids - valid-PASID table
 * @valid: one bit a PASID
 * @count: bits set
 * @status: FACET_PASID_ST_* of the last access but BUSY
 * @cleared: the last access was a CLEAR
 * @leaving: commands with a PASID that was taken out
 */
struct facet_pasids {
	uint8_t valid[(1 << FACET_MODEL_PASID_BITS) / 8];
	uint32_t count;
	uint32_t status;
	bool cleared;
	uint32_t leaving;
};

/**
 * struct facet_injection - registers of fault injection
 * @kind: enum facet_inject that is armed
 * @ctx: register
 * @engine: register
 * @count: register; what is left
 * @arg: register
 */
struct facet_injection {
	uint32_t kind;
	uint32_t ctx;
	uint32_t engine;
	uint32_t count;
	uint32_t arg;
};

/**
 * struct facet_recovery - a command between two engines, and the registers for it
 * @ctx: register
 * @sq: register
 * @cmd: register; 0: nothing is to be done
 * @status: enum facet_recover_status
 * @engine: where it runs
 * @from: engine that it left
 * @owner: its context
 * @held: the command, while @status is WAITING
 */
struct facet_recovery {
	uint32_t ctx;
	uint32_t sq;
	uint32_t cmd;
	uint32_t status;
	uint32_t engine;
	struct facet_engine *from;
	struct facet_ctx *owner;
	struct facet_cmd held;
};

/**
 * struct facet_model - a device
 * @cfg: what it has
 * @ops: its surroundings
 * @opaque: their argument
 * @gone: FACET_INJ_ALL_ONES
 * @ctrl: register
 * @arb_policy: register
 * @offline: registers
 * @timing: register
 * @dilation: register
 * @base_ns: device clock at @base_virt_ns
 * @base_virt_ns: virtual clock when the device clock last changed its pace
 * @kicked: the timer is asked for as soon as possible
 * @budget: bytes left in this visit of the timer
 * @jobs: away
 * @orphans: of these, aborted
 * @arb: one a class
 * @arb_gen: grows when they start anew
 * @fetch: contexts that may have a descriptor to latch
 * @report: contexts with something to tell
 * @moderated: contexts with an interrupt held back
 * @ops_mask: known opcodes
 * @evlog: event log
 * @pasids: valid-PASID table
 * @inj: fault injection
 * @recover: a command between two engines
 * @latch: for 64-bit registers read by halves
 * @engine: engines; only the first of each class exist
 * @ctx: queue contexts
 */
struct facet_model {
	struct facet_model_config cfg;
	struct facet_model_ops ops;
	void *opaque;
	bool gone;
	uint32_t ctrl;
	uint32_t arb_policy;
	uint32_t offline[FACET_NR_CLASSES];
	uint32_t timing;
	uint32_t dilation;
	uint64_t base_ns;
	uint64_t base_virt_ns;
	bool kicked;
	int64_t budget;
	uint32_t jobs;
	uint32_t orphans;
	struct arb arb[FACET_NR_CLASSES];
	uint32_t arb_gen;
	struct list fetch;
	struct list report;
	struct list moderated;
	uint64_t ops_mask;
	struct facet_evlog evlog;
	struct facet_pasids pasids;
	struct facet_injection inj;
	struct facet_recovery recover;
	struct facet_latch latch;
	struct facet_engine engine[FACET_NR_CLASSES][FACET_MAX_ENGINES];
	struct facet_ctx ctx[];
};

/* core.c */

/* Device clock. */
uint64_t facet_now(const struct facet_model *m);
/* Changes the pace of the device clock. */
void facet_set_dilation(struct facet_model *m, uint32_t dilation);
/* Asks for a visit of the timer as soon as possible. */
void facet_kick(struct facet_model *m);
/* Back to the state after power-on; @pci: ends injected faults too. */
void facet_reset(struct facet_model *m, bool pci);
/* A 64-bit register read by 32 or 64 bits, @half being 0 or 4. */
uint64_t facet_read64(struct facet_latch *latch, uint32_t off, uint32_t half, uint64_t value,
		      unsigned int size);
/* Replaces the low or high half of @value, or all of it. */
void facet_write64(uint64_t *reg, uint32_t half, uint64_t value, unsigned int size);

/* ctx.c */

void facet_ctx_init(struct facet_ctx *c, uint32_t nr);
/* Registers that a device reset sets; lists must not hold the context. */
void facet_ctx_power_on(struct facet_ctx *c);
void facet_ctx_command(struct facet_model *m, struct facet_ctx *c, uint32_t command);
void facet_ctx_doorbell(struct facet_model *m, struct facet_ctx *c, uint32_t index);
/* @addr: what could not be reached, or 0. */
void facet_ctx_error(struct facet_model *m, struct facet_ctx *c, uint8_t error, uint64_t addr);
/* Something that decides over STOPPED or the backlog clock has changed. */
void facet_ctx_update(struct facet_model *m, struct facet_ctx *c);
/* May the context have something to fetch?  Then it is looked at. */
void facet_ctx_want_fetch(struct facet_model *m, struct facet_ctx *c);
/* Queues the context for facet_ctx_report(). */
void facet_ctx_want_report(struct facet_model *m, struct facet_ctx *c);
/* Logs errors, ends resets, raises interrupts that are due at once. */
void facet_ctx_report(struct facet_model *m);
/* Latches descriptors; true if one was latched. */
bool facet_ctx_fetch(struct facet_model *m);
/* Latches one at once, without telling the arbiter; expected time, 0 if there is none. */
uint64_t facet_ctx_fetch_next(struct facet_model *m, struct facet_ctx *c);
uint64_t facet_ctx_backlog_ns(const struct facet_model *m, const struct facet_ctx *c);
/* PASID of rings and completions, or FACET_MODEL_RID. */
uint32_t facet_ctx_ring_pasid(const struct facet_ctx *c);

/* window.c */

uint64_t facet_ctx_read(struct facet_model *m, struct facet_ctx *c, uint32_t off,
			unsigned int size);
void facet_ctx_write(struct facet_model *m, struct facet_ctx *c, uint32_t off, uint64_t value,
		     unsigned int size);
uint64_t facet_window_read(const struct facet_ctx *c, uint64_t off, unsigned int size);
void facet_window_write(struct facet_model *m, struct facet_ctx *c, uint64_t off,
			uint64_t value, unsigned int size);

/* arb.c */

/* Memory for any policy; false if it is short. */
bool facet_arb_create(struct facet_model *m);
void facet_arb_destroy(struct facet_model *m);
/* Starts a policy, with whatever waits; what runs is no longer its business. */
void facet_arb_set(struct facet_model *m, uint32_t policy);
/* The context's weight, group or cap has changed, or is in use from now on. */
void facet_arb_share(struct facet_model *m, const struct facet_ctx *c);
/* The registers of the group of this number have changed. */
void facet_arb_group(struct facet_model *m, const struct facet_ctx *c);
uint64_t facet_arb_left_ns(const struct facet_model *m, const struct facet_ctx *c);

/* comp.c */

/* Counts the command and writes its completion. */
void facet_comp_write(struct facet_model *m, struct facet_ctx *c, const struct facet_cmd *cmd,
		      const struct facet_outcome *out);
void facet_comp_event(struct facet_model *m, struct facet_ctx *c, uint32_t index);
void facet_irq_raise(struct facet_model *m, struct facet_ctx *c);
/* Raises what moderation need not hold back any longer. */
void facet_irq_moderate(struct facet_model *m);
/* When facet_irq_moderate() has to look again. */
uint64_t facet_irq_due_ns(const struct facet_model *m);
void facet_irq_forget(struct facet_ctx *c);

/* engine.c */

void facet_engine_init(struct facet_engine *e, uint8_t class, uint8_t nr);
/* Frees what a command holds, at a device reset. */
void facet_engine_reset(struct facet_model *m, struct facet_engine *e);
/* Gives idle engines what the arbiters pick; true if one got something. */
bool facet_engines_dispatch(struct facet_model *m);
/* Lets busy engines do what they can; true if one did something. */
bool facet_engines_step(struct facet_model *m);
/* When an engine's command ends, or an idle one may get one that a cap held back. */
uint64_t facet_engines_due_ns(const struct facet_model *m);
/* Ends the engine's command: with a completion, or without. */
void facet_engine_abort(struct facet_model *m, struct facet_engine *e, bool complete);
/* A waiting command leaves without an engine. */
void facet_engine_withdraw(struct facet_model *m, struct facet_ctx *c, bool complete);
/* The command leaves the engine, to be given to another one. */
void facet_engine_lift(struct facet_model *m, struct facet_engine *e);
void facet_engine_give(struct facet_model *m, struct facet_engine *e, struct facet_ctx *c,
		       const struct facet_cmd *cmd);
/* An engine of the class without a command, other than @not; NULL if there is none. */
struct facet_engine *facet_engine_idle(struct facet_model *m, unsigned int class,
				       const struct facet_engine *not);
/* A command that no engine has ends without a completion. */
void facet_engine_discard(struct facet_model *m, struct facet_ctx *c,
			  const struct facet_cmd *cmd);
void facet_engine_set_offline(struct facet_model *m, uint8_t class, uint32_t mask);
uint64_t facet_engine_heartbeat(const struct facet_model *m, const struct facet_engine *e);
struct facet_engine *facet_engine_next(struct facet_model *m, struct facet_engine *e);
#define facet_for_each_engine(m, e) \
	for ((e) = facet_engine_next(m, NULL); (e); (e) = facet_engine_next(m, e))

/* cmd.c */

/* Takes over a descriptor: finds its class, opcode record and address space. */
void facet_cmd_latch(const struct facet_model *m, const struct facet_ctx *c,
		     struct facet_cmd *cmd);
/* Checks that need no memory: steps 1 to 4, and a parameter block's length. */
uint16_t facet_cmd_check(const struct facet_model *m, const struct facet_ctx *c,
			 const struct facet_cmd *cmd);
/* Engine time to expect, before anything is read. */
void facet_cmd_expect(const struct facet_model *m, const struct facet_ctx *c,
		      struct facet_cmd *cmd);
/* The command took @ns; the next of its kind may take as long. */
void facet_cmd_learn(struct facet_ctx *c, const struct facet_cmd *cmd, uint64_t ns);
uint64_t facet_cmd_floor_ns(void);

enum facet_progress { FACET_MORE, FACET_DONE, FACET_FAILED };

/* Goes on reading; FACET_FAILED sets status and address in the outcome. */
enum facet_progress facet_cmd_read(struct facet_model *m, struct facet_engine *e);
/* Goes on writing the result, likewise. */
enum facet_progress facet_cmd_write(struct facet_model *m, struct facet_engine *e);

/* job.c */

struct facet_job *facet_job_new(struct facet_model *m, struct facet_engine *e);
/* Wiped and freed, or left to come back. */
void facet_job_put(struct facet_job *job);
void facet_job_submit(struct facet_job *job);

/* dma.c */

int facet_dma_read(struct facet_model *m, uint32_t pasid, uint64_t addr, void *buf, size_t len);
int facet_dma_write(struct facet_model *m, uint32_t pasid, uint64_t addr, const void *buf,
		    size_t len);
/* Moves bytes until all are moved, the budget is used up, or one fails. */
enum facet_progress facet_xfer_step(struct facet_model *m, uint32_t pasid, bool write,
				    struct facet_xfer *x);

/* evlog.c */

void facet_evlog_write(struct facet_model *m, struct facet_event *ev);
/* Of a context, without an engine. */
void facet_evlog_ctx(struct facet_model *m, const struct facet_ctx *c, uint16_t type,
		     uint16_t code, uint64_t addr);
/* Of a command on an engine. */
void facet_evlog_cmd(struct facet_model *m, const struct facet_engine *e, uint16_t type,
		     uint16_t code, uint64_t addr);
void facet_evlog_restart(struct facet_model *m, uint32_t log2);

/* pasid.c */

void facet_pasid_set(struct facet_model *m, uint32_t pasid);
void facet_pasid_clear(struct facet_model *m, uint32_t pasid);
bool facet_pasid_valid(const struct facet_model *m, uint32_t pasid);
uint32_t facet_pasid_status(const struct facet_model *m);
/* A command with a cleared PASID has left. */
void facet_pasid_left(struct facet_model *m, const struct facet_cmd *cmd);
/* Ends those that can be ended. */
void facet_pasid_work(struct facet_model *m);

/* fault.c */

void facet_inject_arm(struct facet_model *m, uint32_t kind);
/* Is a fault of this kind due here?  Then it is used up.  @e may be NULL. */
bool facet_inject(struct facet_model *m, uint32_t kind, const struct facet_ctx *c,
		  const struct facet_engine *e);

/* recover.c */

/* Carries out what was written to RECOVER_CMD. */
void facet_recover_work(struct facet_model *m);
void facet_recover_write(struct facet_model *m, uint32_t off, uint32_t value);
uint32_t facet_recover_read(const struct facet_model *m, uint32_t off);
/* Gives the command that waits to an engine, if one is idle. */
bool facet_recover_dispatch(struct facet_model *m);
/* The command that was begun anew has left its engine. */
void facet_recover_ended(struct facet_model *m, uint32_t status);
/* The command that waits, and whose it is; NULL if there is none. */
struct facet_cmd *facet_recover_held(struct facet_model *m, struct facet_ctx **c);
/* It waits no longer, and ends: with a completion, or without. */
void facet_recover_drop(struct facet_model *m, bool complete);

/* regs.c */

uint64_t facet_global_read(struct facet_model *m, uint64_t off, unsigned int size);
void facet_global_write(struct facet_model *m, uint64_t off, uint64_t value, unsigned int size);

#endif /* FACET_MODEL_CORE_H */
