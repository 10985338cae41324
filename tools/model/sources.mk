# SPDX-License-Identifier: GPL-2.0
#
# Sources of the device model, relative to tools/model.  CORE is plain C on
# libgcrypt, libnettle and zlib and runs natively in the tests; QEMU is what
# ties it to the emulator.
MODEL_CORE_SRCS :=
MODEL_QEMU_SRCS :=

# the device
MODEL_CORE_SRCS += core.c regs.c window.c ctx.c comp.c engine.c cmd.c job.c
MODEL_CORE_SRCS += dma.c evlog.c pasid.c fault.c arb_rr.c arb_weighted.c
MODEL_QEMU_SRCS += qemu/facet.c qemu/pool.c

# operations
MODEL_CORE_SRCS += op.c op_cipher.c op_hash.c op_rsa.c op_ecdsa.c op_comp.c
