/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Facet accelerator: what an owner and the device exchange through memory.
 *
 * Descriptors, completions, scatter lists and parameter blocks, with the
 * opcodes and status codes they carry.  Contract: Documentation/device-spec.rst
 * sections 4 to 6.  Every multi-byte field is little endian.  Every field named
 * rsvd must be zero; the device refuses a command whose reserved bits are set.
 */
#ifndef _UAPI_FACET_DESC_H
#define _UAPI_FACET_DESC_H

#include <linux/types.h>

/**
 * enum facet_class - engine classes
 * @FACET_CLASS_PK: public key: RSA, ECDSA
 * @FACET_CLASS_SYM: symmetric: AES, SHA, HMAC, and the copy engine
 * @FACET_CLASS_COMP: compression: DEFLATE
 * @FACET_NR_CLASSES: number of classes
 */
enum facet_class {
	FACET_CLASS_PK		= 0,
	FACET_CLASS_SYM		= 1,
	FACET_CLASS_COMP	= 2,
	FACET_NR_CLASSES	= 3,
};

/**
 * enum facet_opcode - what a command does
 *
 * Opcodes are below 64, so that a set of them is one 64-bit mask
 * (1ULL << opcode).  Values not listed complete with %FACET_ST_BAD_OPCODE.
 *
 * @FACET_OP_NOP: does nothing; class SYM; costs the floor
 * @FACET_OP_COPY: copies source to destination; a test aid
 * @FACET_OP_AES_XTS: parameter block struct facet_cipher_param
 * @FACET_OP_AES_CBC: parameter block struct facet_cipher_param
 * @FACET_OP_AES_CTR: parameter block struct facet_cipher_param
 * @FACET_OP_AES_GCM: parameter block struct facet_cipher_param
 * @FACET_OP_SHA256: parameter block struct facet_hash_param
 * @FACET_OP_SHA512: parameter block struct facet_hash_param
 * @FACET_OP_HMAC_SHA256: parameter block struct facet_hash_param
 * @FACET_OP_HMAC_SHA512: parameter block struct facet_hash_param
 * @FACET_OP_RSA_PRIV: parameter block struct facet_rsa_param, then the key
 * @FACET_OP_RSA_PUB: parameter block struct facet_rsa_param, then the key
 * @FACET_OP_ECDSA_P256_SIGN: parameter block struct facet_ec_param
 * @FACET_OP_ECDSA_P256_VERIFY: parameter block struct facet_ec_param
 * @FACET_OP_DEFLATE: parameter block struct facet_comp_param
 * @FACET_OP_INFLATE: parameter block struct facet_comp_param
 * @FACET_NR_OPCODES: size of tables that an opcode indexes
 */
enum facet_opcode {
	FACET_OP_NOP			= 0,
	FACET_OP_COPY			= 1,
	FACET_OP_AES_XTS		= 16,
	FACET_OP_AES_CBC		= 17,
	FACET_OP_AES_CTR		= 18,
	FACET_OP_AES_GCM		= 19,
	FACET_OP_SHA256			= 24,
	FACET_OP_SHA512			= 25,
	FACET_OP_HMAC_SHA256		= 26,
	FACET_OP_HMAC_SHA512		= 27,
	FACET_OP_RSA_PRIV		= 32,
	FACET_OP_RSA_PUB		= 33,
	FACET_OP_ECDSA_P256_SIGN	= 34,
	FACET_OP_ECDSA_P256_VERIFY	= 35,
	FACET_OP_DEFLATE		= 48,
	FACET_OP_INFLATE		= 49,
	FACET_NR_OPCODES		= 64,
};

/* facet_desc.flags; a flag that an opcode does not define must be zero */
#define FACET_DF_DECRYPT	0x01	/* AES: decrypt instead of encrypt */
#define FACET_DF_PAD		0x02	/* AES-CBC: PKCS#7; RSA: PKCS#1 v1.5 block type 1 */
#define FACET_DF_FIRST		0x04	/* hash: start from the initial value */
#define FACET_DF_LAST		0x08	/* hash: deliver the digest; DEFLATE: end the stream */
#define FACET_DF_ALL		0x0f

/**
 * struct facet_desc - one command, one slot of the submission ring
 * @opcode: enum facet_opcode
 * @flags: FACET_DF_*
 * @flow: flow index below the device's NR_FLOWS capability: a tenant inside
 *	one process; checked, reported, and a leaf for schedulers
 * @pasid: address space of the command's data.  In an owner context it must be
 *	zero (%FACET_ST_BAD_PASID otherwise); in a host context bits 19:0 are a
 *	PASID that the host entered in the valid-PASID table
 * @cookie: returned in the completion, not interpreted
 * @src: IOVA of the input, or of its scatter list when @src_nents is not zero
 * @dst: IOVA of the output, or of its scatter list when @dst_nents is not zero
 * @src_len_bytes: input length
 * @dst_len_bytes: room for output; nothing is written beyond it
 * @param: IOVA of the parameter block; zero when @param_len_bytes is zero
 * @param_len_bytes: length of the parameter block, at most
 *	%FACET_PARAM_MAX_BYTES
 * @src_nents: entries of the input's scatter list; 0: @src is the data itself
 * @dst_nents: entries of the output's scatter list; 0: @dst is the data itself
 * @aspace: address-space index, 0 (others: %FACET_ST_BAD_DESC)
 * @rsvd: zero
 */
struct facet_desc {
	__u8	opcode;
	__u8	flags;
	__le16	flow;
	__le32	pasid;
	__le64	cookie;
	__le64	src;
	__le64	dst;
	__le32	src_len_bytes;
	__le32	dst_len_bytes;
	__le64	param;
	__le16	param_len_bytes;
	__le16	src_nents;
	__le16	dst_nents;
	__le16	aspace;
	__le64	rsvd;
};

#define FACET_DESC_BYTES	64
#define FACET_PARAM_MAX_BYTES	4096

/**
 * struct facet_sge - one entry of a scatter list
 * @addr: IOVA of the piece
 * @len_bytes: its length; zero is allowed and skipped
 * @rsvd: zero
 *
 * The pieces' lengths must add up to at least the descriptor's length; what is
 * left over is not touched.
 */
struct facet_sge {
	__le64	addr;
	__le32	len_bytes;
	__le32	rsvd;
};

/**
 * struct facet_comp - one completion, one slot of the completion ring
 * @cookie: from the descriptor
 * @sq_index: free-running submission index of the command
 * @out_bytes: bytes written to the destination
 * @arrival_ns: device clock when the device latched the descriptor
 * @start_ns: device clock when an engine took the command; equals @stop_ns for
 *	a command that was aborted before it reached an engine
 * @stop_ns: device clock when the engine was free again; stop - start is the
 *	bill
 * @fault_addr: IOVA that could not be reached, for FACET_ST_*_FAULT
 * @in_bytes: input consumed; less than src_len_bytes only for INFLATE
 * @check: DEFLATE, INFLATE: CRC-32 (raw, gzip) or Adler-32 (zlib) of this
 *	command's uncompressed bytes
 * @status: enum facet_status
 * @engine: number of the engine within its class; %FACET_COMP_NO_ENGINE: none
 * @info: INFLATE raw: FACET_CI_*; others 0
 * @seq: completion index + 1; written last, together with @status, @engine and
 *	@info, as one aligned 64-bit store.  A slot is valid when @seq is the reader's own
 *	consumer index + 1
 */
struct facet_comp {
	__le64	cookie;
	__le32	sq_index;
	__le32	out_bytes;
	__le64	arrival_ns;
	__le64	start_ns;
	__le64	stop_ns;
	__le64	fault_addr;
	__le32	in_bytes;
	__le32	check;
	__le16	status;
	__u8	engine;
	__u8	info;
	__le32	seq;
};

#define FACET_COMP_BYTES	64
#define FACET_COMP_NO_ENGINE	0xff
#define FACET_CI_START_BIT	0x07	/* start_bit for the next command */
#define FACET_CI_END		0x08	/* the stream's last block is done */

/**
 * enum facet_status - how a command ended
 * @FACET_ST_OK: done, @out_bytes are valid
 * @FACET_ST_BAD_OPCODE: unknown, or no engine of its class exists
 * @FACET_ST_FORBIDDEN: not in the context's allowed-opcode mask
 * @FACET_ST_BAD_DESC: reserved bits, flags, flow or address-space index
 * @FACET_ST_BAD_PASID: non-zero in an owner context, or not in the valid-PASID
 *	table in a host context
 * @FACET_ST_BAD_LEN: a length that the operation cannot have
 * @FACET_ST_BAD_SG: too few bytes or reserved bits in a scatter list
 * @FACET_ST_BAD_PARAM: parameter block too short, too long or malformed
 * @FACET_ST_LIMIT: more bytes or entries than the opcode's ceiling; not started
 * @FACET_ST_CMAX: stopped at the opcode's ceiling of engine time; billed
 * @FACET_ST_SRC_FAULT: input, its list or the parameter block not readable
 * @FACET_ST_DST_FAULT: output or its list not reachable
 * @FACET_ST_OVERFLOW: the output does not fit; INFLATE: not even one block does
 * @FACET_ST_BAD_TAG: AES-GCM tag differs; nothing was written
 * @FACET_ST_BAD_PADDING: PKCS#7 or PKCS#1 padding is wrong; nothing was written
 * @FACET_ST_BAD_KEY: key size or consistency; nothing was written
 * @FACET_ST_BAD_DATA: corrupt stream, or an RSA operand not below the modulus
 * @FACET_ST_BAD_SIGNATURE: ECDSA: signature does not verify
 * @FACET_ST_ABORTED: ended by a stop; retry if the opcode is restartable
 * @FACET_ST_ENGINE_ERROR: the engine failed; retry if restartable
 * @FACET_NR_STATUS: number of codes
 */
enum facet_status {
	FACET_ST_OK		= 0,
	FACET_ST_BAD_OPCODE	= 1,
	FACET_ST_FORBIDDEN	= 2,
	FACET_ST_BAD_DESC	= 3,
	FACET_ST_BAD_PASID	= 4,
	FACET_ST_BAD_LEN	= 5,
	FACET_ST_BAD_SG		= 6,
	FACET_ST_BAD_PARAM	= 7,
	FACET_ST_LIMIT		= 8,
	FACET_ST_CMAX		= 9,
	FACET_ST_SRC_FAULT	= 10,
	FACET_ST_DST_FAULT	= 11,
	FACET_ST_OVERFLOW	= 12,
	FACET_ST_BAD_TAG	= 13,
	FACET_ST_BAD_PADDING	= 14,
	FACET_ST_BAD_KEY	= 15,
	FACET_ST_BAD_DATA	= 16,
	FACET_ST_BAD_SIGNATURE	= 17,
	FACET_ST_ABORTED	= 18,
	FACET_ST_ENGINE_ERROR	= 19,
	FACET_NR_STATUS		= 20,
};

/**
 * struct facet_cipher_param - parameter block of the AES operations
 * @key_bytes: 16 or 32; XTS: 32 or 64 (both keys)
 * @tag_bytes: GCM: 12..16; others 0
 * @aad_bytes: GCM: length of the additional data that follows the structure;
 *	others 0
 * @unit_bytes: XTS: data-unit (sector) size, 16..4096; unit n uses the tweak
 *	@iv + n; 0: the whole input is one unit.  Others 0
 * @rsvd: zero
 * @key: left-aligned
 * @iv: CBC: 16; CTR: 16-byte big-endian counter block; XTS: 16-byte
 *	little-endian tweak; GCM: 12 bytes then zeroes
 *
 * CBC without %FACET_DF_PAD needs a length that is a multiple of 16.  GCM
 * writes the tag behind the ciphertext and expects it there.  CTR wraps modulo
 * 2^128.
 */
struct facet_cipher_param {
	__le16	key_bytes;
	__le16	tag_bytes;
	__le32	aad_bytes;
	__le32	unit_bytes;
	__le32	rsvd;
	__u8	key[64];
	__u8	iv[16];
};

#define FACET_HASH_STATE_BYTES	64
#define FACET_HMAC_KEY_MAX_BYTES 128

/**
 * struct facet_hash_param - parameter block of SHA-2 and HMAC
 * @total_bytes: bytes hashed by the commands before this one; 0 with
 *	%FACET_DF_FIRST
 * @key_bytes: HMAC: 0..128; others 0
 * @rsvd: zero
 * @state: the state that the previous command delivered (8 big-endian words of
 *	4 or 8 bytes, left-aligned); ignored with %FACET_DF_FIRST
 * @key: HMAC key, left-aligned
 *
 * Without %FACET_DF_LAST the input must be a multiple of the block (64 or 128
 * bytes) and the output is the state (32 or 64 bytes); with it the output is
 * the digest.  The device keeps no state between commands.
 */
struct facet_hash_param {
	__le64	total_bytes;
	__le16	key_bytes;
	__le16	rsvd[3];
	__u8	state[FACET_HASH_STATE_BYTES];
	__u8	key[FACET_HMAC_KEY_MAX_BYTES];
};

/**
 * struct facet_rsa_param - head of the parameter block of RSA
 * @bits: modulus size: 1024, 2048, 3072 or 4096
 * @e_bytes: length of the public exponent, 1..8
 * @rsvd: zero
 *
 * The key follows, big endian, no gaps, k = bits / 8.  RSA_PUB: n[k],
 * e[e_bytes].  RSA_PRIV: n[k], e[e_bytes], p[k/2], q[k/2], dp[k/2], dq[k/2],
 * qinv[k/2] with qinv = q^-1 mod p.  The device checks n = p * q and checks a
 * private result with e before it lets it out.
 *
 * Without %FACET_DF_PAD the input is k bytes, a number below n, and so is the
 * output.  With it RSA_PRIV takes up to k - 11 bytes (a DigestInfo), wraps them
 * in block type 1 and signs; RSA_PUB delivers the unwrapped bytes.
 */
struct facet_rsa_param {
	__le16	bits;
	__le16	e_bytes;
	__le32	rsvd;
};

/**
 * struct facet_ec_param - parameter block of ECDSA P-256
 * @key: sign: d (32 bytes) then zeroes; verify: x, y; big endian
 *
 * Sign: input is a digest of 20..64 bytes, output r, s (64 bytes); the nonce
 * follows RFC 6979 with SHA-256.  Verify: input is r, s, then the digest; no
 * output.
 */
struct facet_ec_param {
	__u8	key[64];
};

/**
 * enum facet_comp_format - stream format of DEFLATE and INFLATE
 * @FACET_COMP_RAW: RFC 1951
 * @FACET_COMP_ZLIB: RFC 1950
 * @FACET_COMP_GZIP: RFC 1952, one member a command
 */
enum facet_comp_format {
	FACET_COMP_RAW	= 0,
	FACET_COMP_ZLIB	= 1,
	FACET_COMP_GZIP	= 2,
};

/**
 * struct facet_comp_param - parameter block of DEFLATE and INFLATE
 * @format: enum facet_comp_format
 * @level: DEFLATE: 1..9; INFLATE: 0
 * @start_bit: INFLATE raw: first bit of the first input byte that belongs to
 *	the stream, 0..7; others 0
 * @rsvd: zero
 * @dict_bytes: INFLATE raw: length of the history, 0..32768; others 0
 * @dict: IOVA of the @dict_bytes bytes of output that precede this command's
 *
 * DEFLATE with %FACET_DF_LAST makes a complete stream.  Without it (raw only)
 * the output ends on a byte boundary behind a full flush, so that the outputs
 * of successive commands concatenate to one stream.
 *
 * INFLATE zlib and gzip take one complete stream (one member).  INFLATE raw
 * processes whole DEFLATE blocks as long as they fit in the input and the
 * output, and reports how far it came: in_bytes is the index of the byte where
 * the next block begins, %FACET_CI_START_BIT the bit in it, %FACET_CI_END says
 * that the stream ended (in_bytes is then the first byte behind it).  A caller
 * goes on with that byte, that bit and the last 32 KiB of output as history.
 * Input that ends inside its first block is no error: in_bytes and out_bytes
 * are 0, and the caller comes back with more of it.
 */
struct facet_comp_param {
	__u8	format;
	__u8	level;
	__u8	start_bit;
	__u8	rsvd;
	__le32	dict_bytes;
	__le64	dict;
};

#define FACET_DICT_MAX_BYTES	32768

#endif /* _UAPI_FACET_DESC_H */
