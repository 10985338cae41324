// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the scheduler is told that commands of shared instances cost.
 *
 * That is engine time, but where the device's arbiter is told to count commands: then
 * a command is a command here as well, so that a policy is the same whichever way
 * instances have to the engines.
 */
#include "vi.h"

/* Price of a command where commands are counted. */
#define FLAT_NS		100000

static bool counts_commands(struct facet_vi *vi)
{
	u32 policy = facet_arb_policy(vi->fdev);

	return policy == FACET_ARB_RR || policy == FACET_ARB_WRR;
}

/**
 * vi_price_cmd - tell the scheduler what kind of command it is
 * @vi: whose
 * @cmd: with a valid descriptor
 * @op: its opcode
 */
void vi_price_cmd(struct facet_vi *vi, struct vi_pool_cmd *cmd, const struct vi_op *op)
{
	u32 len = le32_to_cpu(cmd->desc.src_len_bytes);

	vf_sched_cmd_init(&cmd->sched);
	cmd->flat = counts_commands(vi);
	cmd->sched.key.class = op->class;
	if (cmd->flat) {
		/* no command's */
		cmd->sched.key.opcode = FACET_NR_OPCODES;
		cmd->sched.prior_ns = FLAT_NS;
		return;
	}
	cmd->sched.key.opcode = cmd->desc.opcode;
	/* of RSA the block's length tells the size of the key */
	cmd->sched.key.variant = le16_to_cpu(cmd->desc.param_len_bytes) / 32;
	cmd->sched.key.len_log2 = vfs_len_log2(len);
	cmd->sched.prior_ns = op->base_ns + div_u64((u64)len * op->byte_ps, 1000);
}

/**
 * vi_price_ns - what a command that has ended is billed
 * @cmd: command
 * @engine_ns: time that its engine has measured
 *
 * Return: nanoseconds.
 */
u64 vi_price_ns(const struct vi_pool_cmd *cmd, u64 engine_ns)
{
	return cmd->flat ? FLAT_NS : engine_ns;
}

/**
 * vi_price_ops - read what the device says of its opcodes
 * @fdev: accelerator
 * @ops: FACET_NR_OPCODES of them, zeroed
 */
void vi_price_ops(struct facet_device *fdev, struct vi_op *ops)
{
	unsigned int op;
	u32 attr;

	for (op = 0; op < FACET_NR_OPCODES; op++) {
		attr = facet_op_reg(fdev, op, FACET_OP_ATTR);
		ops[op].valid = attr & FACET_OPA_VALID && FACET_OPA_CLASS(attr) < FACET_NR_CLASSES;
		if (!ops[op].valid)
			continue;
		ops[op].class = FACET_OPA_CLASS(attr);
		ops[op].base_ns = facet_op_reg(fdev, op, FACET_OP_COST_BASE_NS);
		ops[op].byte_ps = facet_op_reg(fdev, op, FACET_OP_COST_BYTE_PS);
	}
}
