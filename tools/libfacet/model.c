// SPDX-License-Identifier: GPL-2.0
/*
 * libfacet for tests: the operations of the device model, in this process.
 *
 * Takes the place of device.c.  The path is "model[:option=value]...":
 *
 *	ring=N		commands that may be under way
 *	bytes=N		most bytes of buffers
 *	in=N, out=N	ceilings of every opcode, where lower than the model's
 *	deny=NAME	this opcode is not allowed
 *	abort=N		every Nth command that runs ends ABORTED
 *	engine=N	every Nth command that runs ends ENGINE_ERROR
 *
 * It checks what the driver checks, runs the latest command first, so that
 * completions are as much out of order as they can be, and fills the
 * destination with rubbish where the specification lets a failed command leave
 * a part of a result.
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libfacet.h"
#include "../model/op.h"

#define PAGE_BYTES	4096u
#define BUFS_MAX	512
#define RING_MAX	256

struct facet_dev {
	struct facet_vf_info info;
	struct facet_buf bufs[BUFS_MAX];
	unsigned int nr_bufs;
	size_t bytes, bytes_max;
	struct facet_desc ring[RING_MAX];
	unsigned int outstanding;
	unsigned long runs, abort_every, engine_every;
};

static void lower(uint32_t *ceilings, unsigned long limit)
{
	unsigned int op;

	for (op = 0; op < FACET_NR_OPCODES; op++)
		if (ceilings[op] > limit)
			ceilings[op] = limit;
}

static void deny(struct facet_dev *dev, const char *name)
{
	unsigned int op;

	for (op = 0; op < FACET_NR_OPCODES; op++)
		if (facet_opcode_name(op) && !strcmp(name, facet_opcode_name(op)))
			dev->info.ops &= ~(1ULL << op);
}

static bool set_option(struct facet_dev *dev, const char *name, const char *value)
{
	unsigned long n = strtoul(value, NULL, 10);

	if (!strcmp(name, "deny"))
		deny(dev, value);
	else if (!strcmp(name, "ring") && n >= 1 && n <= RING_MAX)
		dev->info.max_inflight = n;
	else if (!strcmp(name, "bytes"))
		dev->bytes_max = n;
	else if (!strcmp(name, "in"))
		lower(dev->info.ceil_in_bytes, n);
	else if (!strcmp(name, "out"))
		lower(dev->info.ceil_out_bytes, n);
	else if (!strcmp(name, "abort"))
		dev->abort_every = n;
	else if (!strcmp(name, "engine"))
		dev->engine_every = n;
	else
		return false;
	return true;
}

static bool set_options(struct facet_dev *dev, const char *path)
{
	char *copy = strdup(path), *at = copy, *option, *value;
	bool good = copy && !strcmp(strsep(&at, ":"), "model");

	while (good && (option = strsep(&at, ":"))) {
		value = strchr(option, '=');
		if (value)
			*value++ = '\0';
		good = value && set_option(dev, option, value);
	}
	free(copy);
	return good;
}

static void fill_info(struct facet_vf_info *info)
{
	const struct facet_op_info *op;
	unsigned int i;

	info->size = sizeof(*info);
	info->engines = 0x010101;
	info->max_inflight = 64;
	for (i = 0; i < FACET_NR_OPCODES; i++) {
		op = facet_op_info(i);
		if (!op)
			continue;
		info->ops |= 1ULL << i;
		info->ceil_in_bytes[i] = op->ceil_in_bytes;
		info->ceil_out_bytes[i] = op->ceil_out_bytes;
	}
}

struct facet_dev *facet_open(const char *path)
{
	struct facet_dev *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return NULL;
	dev->bytes_max = 64u << 20;
	fill_info(&dev->info);
	if (!facet_op_init() || !set_options(dev, path)) {
		facet_close(dev);
		errno = ENOENT;
		return NULL;
	}
	return dev;
}

void facet_close(struct facet_dev *dev)
{
	if (!dev)
		return;
	while (dev->nr_bufs)
		free(dev->bufs[--dev->nr_bufs].mem);
	free(dev);
}

int facet_get_info(struct facet_dev *dev, struct facet_vf_info *info)
{
	*info = dev->info;
	return 0;
}

/* Handles are far apart, so that an overrun meets no other buffer. */
int facet_buf_alloc(struct facet_dev *dev, size_t bytes, struct facet_buf *buf)
{
	struct facet_buf *new = &dev->bufs[dev->nr_bufs];

	bytes = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	if (!bytes)
		return -EINVAL;
	if (dev->nr_bufs == BUFS_MAX || bytes > dev->bytes_max - dev->bytes)
		return -ENOSPC;
	new->mem = calloc(1, bytes);
	if (!new->mem)
		return -ENOMEM;
	new->bytes = bytes;
	new->handle = (uint64_t)(dev->nr_bufs + 1) << 32;
	dev->bytes += bytes;
	dev->nr_bufs++;
	*buf = *new;
	return 0;
}

static uint8_t *reach(const struct facet_dev *dev, uint64_t addr, size_t bytes)
{
	unsigned int i;

	for (i = 0; i < dev->nr_bufs; i++) {
		const struct facet_buf *b = &dev->bufs[i];

		if (addr >= b->handle && addr - b->handle <= b->bytes &&
		    bytes <= b->bytes - (addr - b->handle))
			return (uint8_t *)b->mem + (addr - b->handle);
	}
	return NULL;
}

static uint8_t *reach_src(const struct facet_dev *dev, const struct facet_desc *d)
{
	return reach(dev, le64toh(d->src), le32toh(d->src_len_bytes));
}

static uint8_t *reach_dst(const struct facet_dev *dev, const struct facet_desc *d)
{
	return reach(dev, le64toh(d->dst), le32toh(d->dst_len_bytes));
}

static bool overlap(const struct facet_desc *d)
{
	uint64_t src = le64toh(d->src), dst = le64toh(d->dst);

	return src < dst + le32toh(d->dst_len_bytes) && dst < src + le32toh(d->src_len_bytes);
}

/* Stricter than the driver in one thing: a retry needs source and destination apart. */
static bool acceptable(const struct facet_dev *dev, const struct facet_desc *d)
{
	if (d->pasid || d->rsvd || d->aspace || d->src_nents || d->dst_nents || overlap(d))
		return false;
	if (d->param_len_bytes && !reach(dev, le64toh(d->param), le16toh(d->param_len_bytes)))
		return false;
	return reach_src(dev, d) && reach_dst(dev, d);
}

int facet_submit(struct facet_dev *dev, const struct facet_desc *descs, unsigned int count)
{
	unsigned int done = 0;

	if (!count || count > FACET_BATCH_MAX)
		return -EINVAL;
	while (done < count && dev->outstanding < dev->info.max_inflight) {
		if (!acceptable(dev, &descs[done]))
			return done ? (int)done : -EINVAL;
		dev->ring[dev->outstanding++] = descs[done++];
	}
	return done;
}

static uint16_t refusal(const struct facet_dev *dev, const struct facet_desc *d)
{
	if (!facet_op_info(d->opcode))
		return FACET_ST_BAD_OPCODE;
	if (!(dev->info.ops >> d->opcode & 1))
		return FACET_ST_FORBIDDEN;
	if (le32toh(d->src_len_bytes) > dev->info.ceil_in_bytes[d->opcode] ||
	    le32toh(d->dst_len_bytes) > dev->info.ceil_out_bytes[d->opcode])
		return FACET_ST_LIMIT;
	return FACET_ST_OK;
}

static uint16_t injected(struct facet_dev *dev)
{
	dev->runs++;
	if (dev->abort_every && dev->runs % dev->abort_every == 0)
		return FACET_ST_ABORTED;
	if (dev->engine_every && dev->runs % dev->engine_every == 0)
		return FACET_ST_ENGINE_ERROR;
	return FACET_ST_OK;
}

/* A buffer of exactly the right size, so that the sanitizer sees every overrun. */
static void execute(struct facet_dev *dev, const struct facet_desc *d, struct facet_op_res *res)
{
	struct facet_op_req req = {
		.opcode = d->opcode, .flags = d->flags,
		.param = reach(dev, le64toh(d->param), le16toh(d->param_len_bytes)),
		.param_bytes = le16toh(d->param_len_bytes),
		.src = reach_src(dev, d), .src_bytes = le32toh(d->src_len_bytes),
		.dst = reach_dst(dev, d), .dst_bytes = le32toh(d->dst_len_bytes),
	};
	uint32_t dict_bytes = 0;
	uint64_t dict;

	if (d->opcode == FACET_OP_INFLATE && facet_op_dict(&req, &dict, &dict_bytes)) {
		req.dict = reach(dev, dict, dict_bytes);
		req.dict_bytes = dict_bytes;
		if (!req.dict) {
			res->status = FACET_ST_SRC_FAULT;
			return;
		}
	}
	facet_op_run(&req, res);
}

static void run(struct facet_dev *dev, const struct facet_desc *d, struct facet_comp *comp)
{
	struct facet_op_res res = { .status = refusal(dev, d) };

	if (res.status == FACET_ST_OK)
		res.status = injected(dev);
	if (res.status == FACET_ST_ABORTED || res.status == FACET_ST_ENGINE_ERROR)
		memset(reach_dst(dev, d), 0xee, le32toh(d->dst_len_bytes));
	if (res.status == FACET_ST_OK)
		execute(dev, d, &res);
	*comp = (struct facet_comp){
		.cookie = d->cookie, .status = htole16(res.status),
		.out_bytes = htole32(res.out_bytes), .in_bytes = htole32(res.in_bytes),
		.check = htole32(res.check), .info = res.info, .seq = htole32(dev->runs),
		.stop_ns = htole64(1000),
	};
}

int facet_reap(struct facet_dev *dev, struct facet_comp *comps, unsigned int count,
	       unsigned int min, int64_t timeout_ns)
{
	unsigned int done = 0;

	(void)timeout_ns;
	if (!count || count > FACET_BATCH_MAX || min > count || min > dev->outstanding)
		return -EINVAL;
	while (dev->outstanding && done < (min ? min : count))
		run(dev, &dev->ring[--dev->outstanding], &comps[done++]);
	return done;
}

int facet_wait_room(struct facet_dev *dev, int timeout_ms)
{
	(void)timeout_ms;
	return dev->outstanding < dev->info.max_inflight ? 0 : -ETIMEDOUT;
}
