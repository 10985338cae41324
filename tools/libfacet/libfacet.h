/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libfacet: programs and /dev/facet/N (uapi/facet/vf.h).
 *
 * A device is opened once and gives a session with buffers of its own.  Memory
 * that commands name comes from facet_buf_alloc(); descriptors address it by
 * handle + offset.  Commands may complete in any order, cookies tell them
 * apart.  A session belongs to one thread at a time.
 *
 *	struct facet_dev *dev = facet_open("/dev/facet/0");
 *	struct facet_buf buf;
 *	struct facet_desc desc = { .opcode = FACET_OP_COPY };
 *	struct facet_comp comp;
 *
 *	facet_buf_alloc(dev, 8192, &buf);
 *	desc.src = htole64(buf.handle);
 *	desc.dst = htole64(buf.handle + 4096);
 *	desc.src_len_bytes = desc.dst_len_bytes = htole32(4096);
 *	facet_submit(dev, &desc, 1);
 *	facet_reap(dev, &comp, 1, 1, -1);
 *
 * Functions that return int give 0 or a count, or a negative errno value whose
 * meaning stands in uapi/facet/vf.h.
 */
#ifndef LIBFACET_H
#define LIBFACET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "facet/vf.h"

#define FACET_DEFAULT_DEVICE	"/dev/facet/0"
#define FACET_BATCH_MAX		256	/* most descriptors or completions in one call */

struct facet_dev;

/**
 * struct facet_buf - memory that commands may name
 * @mem: where the program sees it
 * @handle: where descriptors see it
 * @bytes: its length
 */
struct facet_buf {
	void *mem;
	uint64_t handle;
	size_t bytes;
};

/**
 * facet_open() - start a session
 * @path: device node
 *
 * Return: the session, or NULL with errno set.
 */
struct facet_dev *facet_open(const char *path);

/**
 * facet_close() - end a session; its buffers and commands go with it
 * @dev: session, or NULL
 */
void facet_close(struct facet_dev *dev);

/**
 * facet_get_info() - what the instance can do
 * @dev: session
 * @info: filled in
 *
 * Return: 0 or a negative errno value.
 */
int facet_get_info(struct facet_dev *dev, struct facet_vf_info *info);

/**
 * facet_buf_alloc() - make a buffer; it lives until facet_close()
 * @dev: session
 * @bytes: length, rounded up to pages
 * @buf: filled in
 *
 * Return: 0; -ENOSPC over the session's or the instance's limit; else a
 * negative errno value.
 */
int facet_buf_alloc(struct facet_dev *dev, size_t bytes, struct facet_buf *buf);

/**
 * facet_submit() - hand in commands
 * @dev: session
 * @descs: the commands
 * @count: how many, 1..FACET_BATCH_MAX
 *
 * Return: how many were taken, 0 when there is no room at present, or a negative
 * errno value when the first one was refused.
 */
int facet_submit(struct facet_dev *dev, const struct facet_desc *descs, unsigned int count);

/**
 * facet_reap() - collect completions
 * @dev: session
 * @comps: room for @count of them
 * @count: 1..FACET_BATCH_MAX
 * @min: wait for so many, at most the number outstanding; 0: do not wait
 * @timeout_ns: -1: none; else the longest wait
 *
 * Return: how many were delivered, at most @count; fewer than @min only after
 * @timeout_ns.  -ETIMEDOUT and -EINTR when there was none.
 */
int facet_reap(struct facet_dev *dev, struct facet_comp *comps, unsigned int count,
	       unsigned int min, int64_t timeout_ns);

/**
 * facet_wait_room() - wait until facet_submit() takes a command
 * @dev: session
 * @timeout_ms: -1: none; else the longest wait
 *
 * Return: 0, -ETIMEDOUT, -EINTR, or -EIO when the instance is unusable.
 */
int facet_wait_room(struct facet_dev *dev, int timeout_ms);

/**
 * facet_opcode_name() - short name, as "aes-gcm"
 * @opcode: enum facet_opcode
 *
 * Return: the name, or NULL for an opcode that does not exist.
 */
const char *facet_opcode_name(unsigned int opcode);

/**
 * facet_status_text() - what a status means, for messages
 * @status: enum facet_status
 *
 * Return: a phrase, never NULL.
 */
const char *facet_status_text(unsigned int status);

/**
 * facet_retryable() - whether running the command again may help
 * @opcode: enum facet_opcode
 * @status: enum facet_status of its completion
 *
 * True when the command was ended from outside or by a failing engine and the
 * opcode is restartable.  The caller sees to it that source and destination do
 * not overlap.
 *
 * Return: true if the same descriptor may be submitted again.
 */
bool facet_retryable(unsigned int opcode, unsigned int status);

#endif /* LIBFACET_H */
