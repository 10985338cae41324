// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations cost, by the device's table, by the schedulers' predictions and by
 * the engines' stamps: the accelerator's directory cost/, a file for each operation.
 * Documentation/ABI/testing/sysfs-bus-pci-drivers-facet.
 *
 * Of commands of shared instances, that is: of the others the host sees no
 * completion, and what the arbiter expects of them it keeps to itself.
 */
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "vi.h"

static const char * const op_names[FACET_NR_OPCODES] = {
	[FACET_OP_NOP] = "nop",
	[FACET_OP_COPY] = "copy",
	[FACET_OP_AES_XTS] = "aes-xts",
	[FACET_OP_AES_CBC] = "aes-cbc",
	[FACET_OP_AES_CTR] = "aes-ctr",
	[FACET_OP_AES_GCM] = "aes-gcm",
	[FACET_OP_SHA256] = "sha256",
	[FACET_OP_SHA512] = "sha512",
	[FACET_OP_HMAC_SHA256] = "hmac-sha256",
	[FACET_OP_HMAC_SHA512] = "hmac-sha512",
	[FACET_OP_RSA_PRIV] = "rsa-private",
	[FACET_OP_RSA_PUB] = "rsa-public",
	[FACET_OP_ECDSA_P256_SIGN] = "ecdsa-p256-sign",
	[FACET_OP_ECDSA_P256_VERIFY] = "ecdsa-p256-verify",
	[FACET_OP_DEFLATE] = "deflate",
	[FACET_OP_INFLATE] = "inflate",
};

/**
 * struct vi_cost_op - a file
 * @attr: attribute
 * @op: what it shows
 */
struct vi_cost_op {
	struct device_attribute attr;
	const struct vi_op *op;
};

/**
 * struct vi_cost - the directory of an accelerator
 * @dev: its PCI function
 * @op: files
 * @attrs: of those operations that the accelerator has
 * @group: directory
 */
struct vi_cost {
	struct device *dev;
	struct vi_cost_op op[FACET_NR_OPCODES];
	struct attribute *attrs[FACET_NR_OPCODES + 1];
	struct attribute_group group;
};

/**
 * vi_op_name - an operation's name
 * @opcode: below FACET_NR_OPCODES
 *
 * Return: the name, or NULL.
 */
const char *vi_op_name(unsigned int opcode)
{
	return op_names[opcode];
}

static ssize_t cost_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct vi_op *op = container_of(attr, struct vi_cost_op, attr)->op;

	return sysfs_emit(buf,
			  "table_ns %u\ntable_byte_ps %u\ncommands %llu\npredicted_ns %llu\nmeasured_ns %llu\n",
			  op->base_ns, op->byte_ps, READ_ONCE(op->commands),
			  READ_ONCE(op->predicted_ns), READ_ONCE(op->measured_ns));
}

static void add_file(struct vi_cost *cost, unsigned int n, unsigned int opcode,
		     const struct vi_op *op)
{
	struct vi_cost_op *file = &cost->op[n];

	file->op = op;
	file->attr.attr.name = op_names[opcode];
	file->attr.attr.mode = 0444;
	file->attr.show = cost_show;
	sysfs_attr_init(&file->attr.attr);
	cost->attrs[n] = &file->attr.attr;
}

/**
 * vi_cost_create - make the directory
 * @pool: accelerator's pool, which knows its operations
 *
 * Return: it, or NULL.
 */
struct vi_cost *vi_cost_create(struct vi_pool *pool)
{
	struct vi_cost *cost = kzalloc(sizeof(*cost), GFP_KERNEL);
	unsigned int opcode, n = 0;

	if (!cost)
		return NULL;
	cost->dev = vi_pool_dev(pool);
	for (opcode = 0; opcode < FACET_NR_OPCODES; opcode++)
		if (op_names[opcode] && vi_pool_op(pool, opcode))
			add_file(cost, n++, opcode, vi_pool_op(pool, opcode));
	cost->group.name = "cost";
	cost->group.attrs = cost->attrs;
	if (!sysfs_create_group(&cost->dev->kobj, &cost->group))
		return cost;
	kfree(cost);
	return NULL;
}

/**
 * vi_cost_destroy - undo vi_cost_create()
 * @cost: directory
 */
void vi_cost_destroy(struct vi_cost *cost)
{
	sysfs_remove_group(&cost->dev->kobj, &cost->group);
	kfree(cost);
}
