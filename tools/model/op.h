/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facet device model: what an engine computes.
 *
 * Pure functions from bytes to bytes: no registers, no DMA, no clock, no state
 * between calls, safe to call from several threads at once.  The device core
 * gathers input, calls facet_op_run() wherever it likes, and scatters output.
 */
#ifndef FACET_MODEL_OP_H
#define FACET_MODEL_OP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "facet/desc.h"

/**
 * struct facet_op_info - what the device knows of an opcode
 * @name: for messages
 * @class: enum facet_class
 * @restartable: may run again after an abort (device-spec 5)
 * @flags: FACET_DF_* that the opcode defines
 * @param_min_bytes: shortest parameter block
 * @param_max_bytes: longest
 * @ceil_in_bytes: most input
 * @ceil_out_bytes: most output
 * @cmax_ns: ceiling on engine time
 * @cost_base_ns: cost table, fixed part
 * @cost_byte_ps: cost table, picoseconds a byte
 */
struct facet_op_info {
	const char *name;
	uint8_t class;
	bool restartable;
	uint8_t flags;
	uint16_t param_min_bytes;
	uint16_t param_max_bytes;
	uint32_t ceil_in_bytes;
	uint32_t ceil_out_bytes;
	uint32_t cmax_ns;
	uint32_t cost_base_ns;
	uint32_t cost_byte_ps;
};

/**
 * struct facet_op_req - one operation
 * @opcode: enum facet_opcode, known
 * @flags: FACET_DF_*, within the opcode's set
 * @param: private copy of the parameter block
 * @param_bytes: its length, within the opcode's bounds
 * @src: private copy of the input
 * @src_bytes: its length, within the ceiling
 * @dict: history for INFLATE raw, or NULL
 * @dict_bytes: its length
 * @dst: room for output
 * @dst_bytes: its size, within the ceiling
 */
struct facet_op_req {
	uint8_t opcode;
	uint8_t flags;
	const uint8_t *param;
	size_t param_bytes;
	const uint8_t *src;
	size_t src_bytes;
	const uint8_t *dict;
	size_t dict_bytes;
	uint8_t *dst;
	size_t dst_bytes;
};

/**
 * struct facet_op_res - how it ended
 * @status: enum facet_status
 * @out_bytes: bytes of @dst that are the result; 0 unless status is OK
 * @in_bytes: input consumed
 * @check: checksum, for completion.check
 * @info: for completion.info
 */
struct facet_op_res {
	uint16_t status;
	uint8_t info;
	uint32_t out_bytes;
	uint32_t in_bytes;
	uint32_t check;
};

/* Once, before threads: initialise libgcrypt.  Returns false if it is unusable. */
bool facet_op_init(void);

/* The table's entry, or NULL for an unknown opcode. */
const struct facet_op_info *facet_op_info(uint8_t opcode);

/*
 * Checks that need the parameter block but no data: content of the block, and
 * lengths against the operation (device-spec 5, steps 4 and 5).  @src_bytes and
 * @dst_bytes are the descriptor's.  Returns a status.
 */
uint16_t facet_op_check(const struct facet_op_req *req);

/* INFLATE raw: where the history is; false when there is none. */
bool facet_op_dict(const struct facet_op_req *req, uint64_t *iova, uint32_t *bytes);

/* Engine time by the cost table, device ns; @out_bytes matters for INFLATE. */
uint64_t facet_op_cost_ns(const struct facet_op_req *req, uint32_t out_bytes);

/* Runs it.  Never reads or writes beyond the given buffers. */
void facet_op_run(const struct facet_op_req *req, struct facet_op_res *res);

#endif /* FACET_MODEL_OP_H */
