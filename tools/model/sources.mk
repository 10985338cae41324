# SPDX-License-Identifier: GPL-2.0
#
# Sources of the device model, relative to tools/model.  CORE is plain C on
# libgcrypt, libnettle and zlib and runs natively in the tests; QEMU is what
# ties it to the emulator.
# POLICY is the scheduler's policy core, which the arbiter runs too; POLICY_INC is
# where its headers are.
MODEL_CORE_SRCS :=
MODEL_POLICY_SRCS :=
MODEL_QEMU_SRCS :=

# the device
MODEL_CORE_SRCS += core.c regs.c window.c ctx.c comp.c engine.c cmd.c job.c
MODEL_CORE_SRCS += dma.c evlog.c pasid.c fault.c recover.c
MODEL_CORE_SRCS += arb.c arb_rr.c arb_weighted.c arb_srr.c arb_eevdf.c
MODEL_POLICY_SRCS += ../../kernel/vf-sched/vfs_core.c ../../kernel/vf-sched/vfs_node.c
MODEL_POLICY_SRCS += ../../kernel/vf-sched/vfs_tree.c ../../kernel/vf-sched/vfs_cap.c
MODEL_POLICY_SRCS += ../../kernel/vf-sched/vfs_bound.c ../../kernel/vf-sched/vfs_cost.c
MODEL_POLICY_INC := ../../kernel/vf-sched ../sched/include
MODEL_QEMU_SRCS += qemu/facet.c qemu/pool.c

# operations
MODEL_CORE_SRCS += op.c op_cipher.c op_hash.c op_rsa.c op_ecdsa.c op_comp.c
