/* SPDX-License-Identifier: GPL-2.0 */
/*
 * facet-run: what its parts share.
 *
 * An error ends the program: die() names what was wrong, removes the unfinished
 * output and exits with 1.
 */
#ifndef FACET_RUN_H
#define FACET_RUN_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "libfacet.h"

#define KIB	1024u
#define MIB	(1024u * KIB)

/**
 * struct opts - the command line
 * @in: input file; "-": standard input
 * @out: output file; "-": standard output
 * @device: device node
 * @key: key in hex, or the name of a PEM file
 * @key_file: file that holds the key
 * @iv: initialisation vector in hex
 * @cipher: name of the cipher
 * @algo: name of the hash
 * @hmac_key: HMAC key in hex
 * @format: stream format
 * @signature: file of signatures
 * @op: opcode for the benchmark
 * @depth: commands in flight; 0: default
 * @level: compression level
 * @chunk_bytes: data of one command; 0: default
 * @unit_bytes: XTS data unit
 * @size_bytes: benchmark: input of a command; 0: default
 * @count: signatures, or commands of the benchmark; 0: not given
 * @files: operands
 * @nr_files: their number
 */
struct opts {
	const char *in;
	const char *out;
	const char *device;
	const char *key;
	const char *key_file;
	const char *iv;
	const char *cipher;
	const char *algo;
	const char *hmac_key;
	const char *format;
	const char *signature;
	const char *op;
	uint32_t depth;
	uint32_t level;
	uint32_t chunk_bytes;
	uint32_t unit_bytes;
	uint32_t size_bytes;
	uint32_t count;
	char **files;
	unsigned int nr_files;
};

/* main.c */
[[gnu::format(printf, 1, 2)]] _Noreturn void die(const char *fmt, ...);
[[gnu::format(printf, 1, 2)]] _Noreturn void die_errno(const char *fmt, ...);
[[gnu::format(printf, 1, 2)]] _Noreturn void die_usage(const char *fmt, ...);
void *xmalloc(size_t bytes);

/* io.c */

/**
 * struct input - a file that is read once, from front to back
 * @name: for messages
 * @fd: descriptor
 * @peeked: byte read ahead, or -1
 * @pos: bytes handed out
 * @total: length, where it is known; else 0
 */
struct input {
	const char *name;
	int fd;
	int peeked;
	uint64_t pos;
	uint64_t total;
};

/**
 * struct output - a file that appears when it is complete
 * @name: for messages
 * @fd: descriptor
 * @temporary: written under a temporary name
 * @pos: bytes written
 */
struct output {
	const char *name;
	int fd;
	bool temporary;
	uint64_t pos;
};

void input_open(struct input *in, const char *name);
void input_close(struct input *in);
/* Fills all of @p unless the file ends; returns the bytes read. */
size_t input_read(struct input *in, void *p, size_t n);
bool input_at_end(struct input *in);
void output_open(struct output *out, const char *name);
void output_write(struct output *out, const void *p, size_t n);
void output_commit(struct output *out);
void output_abandon(void);
void progress_end(void);

/* pipe.c */

/**
 * struct session - the device and memory for commands
 * @dev: libfacet's session
 * @info: what the instance can do
 * @depth: most commands under way
 * @slots: so many commands and their memory
 */
struct session {
	struct facet_dev *dev;
	struct facet_vf_info info;
	unsigned int depth;
	struct slot *slots;
};

/**
 * struct slot - one command and its memory
 * @desc: the command
 * @comp: its completion
 * @index: number of the unit of work, from 0
 * @stage: for jobs of several commands a unit; 0 at first
 * @bytes: for the job's use
 * @tries: how often the present command failed for outside reasons
 * @done: the unit of work is complete
 * @base: the buffer
 * @param: room for parameters
 * @in: room for input
 * @out: room for output
 */
struct slot {
	struct facet_desc desc;
	struct facet_comp comp;
	uint64_t index;
	unsigned int stage;
	uint32_t bytes;
	unsigned int tries;
	bool done;
	struct facet_buf base;
	uint8_t *param;
	uint8_t *in;
	uint8_t *out;
};

/**
 * struct job - work that is cut into commands
 * @ctx: handed to the functions
 * @param_bytes: room for parameters in each slot
 * @in_bytes: room for input
 * @out_bytes: room for output
 * @serial: a command needs the result of the one before
 * @prepare: fill in the next command; false: there are no more
 * @advance: completions, in any order; true: the slot holds another command of
 *	the same unit.  May be NULL
 * @finish: units of work in order; may be NULL
 * @failed: a command ended with a status other than OK: true if that is a
 *	result, and the unit done.  NULL: it is an error
 */
struct job {
	void *ctx;
	size_t param_bytes;
	size_t in_bytes;
	size_t out_bytes;
	bool serial;
	bool (*prepare)(void *ctx, struct slot *s);
	bool (*advance)(void *ctx, struct slot *s);
	void (*finish)(void *ctx, struct slot *s);
	bool (*failed)(void *ctx, struct slot *s);
};

void session_open(struct session *ss, const struct opts *o);
void session_close(struct session *ss);
/* Dies unless the instance allows it. */
void session_need(const struct session *ss, unsigned int opcode);
uint32_t session_max_in(const struct session *ss, unsigned int opcode);
uint32_t session_max_out(const struct session *ss, unsigned int opcode);
void pipeline_run(struct session *ss, const struct job *job);
/* Start a descriptor: addresses are those of the slot, lengths as given. */
void slot_command(struct slot *s, unsigned int opcode, unsigned int flags,
		  uint32_t param_bytes, uint32_t in_bytes, uint32_t out_bytes);
/* Address of a byte of the slot's memory. */
uint64_t slot_addr(const struct slot *s, const void *p);

static inline uint32_t slot_out_bytes(const struct slot *s)
{
	return le32toh(s->comp.out_bytes);
}

static inline unsigned int slot_status(const struct slot *s)
{
	return le16toh(s->comp.status);
}

/* hex.c */
/* Dies unless @hex is exactly that long; @what is for the message. */
void hex_exact(const char *what, const char *hex, uint8_t *p, size_t n);
/* Any length up to @max; returns it. */
size_t hex_upto(const char *what, const char *hex, uint8_t *p, size_t max);
/* A key of exactly @n bytes from --key or --key-file. */
void key_bytes(const struct opts *o, uint8_t *key, size_t n);

/* hash.c */
#define DIGEST_MAX	64

/**
 * struct hasher - a hash that goes over several commands
 * @opcode: enum facet_opcode
 * @block_bytes: what all but the last command take a multiple of
 * @digest_bytes: length of the digest
 * @key: HMAC key
 * @key_bytes: its length
 * @total_bytes: hashed up to now
 * @state: after these
 * @tail: bytes behind the last whole block
 * @tail_bytes: how many
 */
struct hasher {
	unsigned int opcode;
	uint32_t block_bytes;
	uint32_t digest_bytes;
	uint8_t key[FACET_HMAC_KEY_MAX_BYTES];
	uint32_t key_bytes;
	uint64_t total_bytes;
	uint8_t state[FACET_HASH_STATE_BYTES];
	uint8_t tail[128];
	uint32_t tail_bytes;
};

void hasher_init(struct hasher *h, unsigned int opcode);
/* Hash the whole blocks of @in; what remains is in @h->tail. */
void hasher_absorb(struct session *ss, const struct opts *o, struct hasher *h, struct input *in);
/* The command that hashes the tail and @n more bytes, and delivers the digest. */
void hasher_last(const struct hasher *h, struct slot *s, const void *more, uint32_t n);

/* key.c */

/**
 * struct pk_key - a public or private key, ready for parameter blocks
 * @ec: ECDSA P-256; else RSA
 * @private: it can sign
 * @k_bytes: RSA: length of the modulus and of a signature
 * @param_bytes: length of @param
 * @pub_param_bytes: length of @pub_param
 * @param: parameter block of the private operation
 * @pub_param: parameter block of the public operation
 */
struct pk_key {
	bool ec;
	bool private;
	uint32_t k_bytes;
	uint32_t param_bytes;
	uint32_t pub_param_bytes;
	uint8_t param[FACET_PARAM_MAX_BYTES];
	uint8_t pub_param[FACET_PARAM_MAX_BYTES];
};

void pk_key_load(struct pk_key *key, const char *name);

/* what main() dispatches to; each returns the exit code */
int cmd_compress(struct session *ss, const struct opts *o);
int cmd_decompress(struct session *ss, const struct opts *o);
int cmd_encrypt(struct session *ss, const struct opts *o);
int cmd_decrypt(struct session *ss, const struct opts *o);
int cmd_hash(struct session *ss, const struct opts *o);
int cmd_sign(struct session *ss, const struct opts *o);
int cmd_verify(struct session *ss, const struct opts *o);
int cmd_bench(struct session *ss, const struct opts *o);

/* gcm.c */
void gcm_encrypt(struct session *ss, const struct opts *o, size_t key_len);
void gcm_decrypt(struct session *ss, const struct opts *o, size_t key_len);

#endif /* FACET_RUN_H */
