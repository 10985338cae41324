// SPDX-License-Identifier: GPL-2.0
/*
 * libfacet: names of opcodes and statuses, and what may be retried.
 */
#include "libfacet.h"

static const char * const opcode_names[FACET_NR_OPCODES] = {
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
	[FACET_OP_RSA_PRIV] = "rsa-priv",
	[FACET_OP_RSA_PUB] = "rsa-pub",
	[FACET_OP_ECDSA_P256_SIGN] = "ecdsa-p256-sign",
	[FACET_OP_ECDSA_P256_VERIFY] = "ecdsa-p256-verify",
	[FACET_OP_DEFLATE] = "deflate",
	[FACET_OP_INFLATE] = "inflate",
};

static const char * const status_texts[FACET_NR_STATUS] = {
	[FACET_ST_OK] = "done",
	[FACET_ST_BAD_OPCODE] = "the device has no such operation",
	[FACET_ST_FORBIDDEN] = "the instance does not allow this operation",
	[FACET_ST_BAD_DESC] = "malformed descriptor",
	[FACET_ST_BAD_PASID] = "wrong address space",
	[FACET_ST_BAD_LEN] = "a length that the operation cannot have",
	[FACET_ST_BAD_SG] = "malformed scatter list",
	[FACET_ST_BAD_PARAM] = "malformed parameters",
	[FACET_ST_LIMIT] = "larger than the instance's ceiling",
	[FACET_ST_CMAX] = "stopped at the instance's ceiling of engine time",
	[FACET_ST_SRC_FAULT] = "the device could not read the input",
	[FACET_ST_DST_FAULT] = "the device could not write the output",
	[FACET_ST_OVERFLOW] = "the output does not fit",
	[FACET_ST_BAD_TAG] = "authentication tag differs",
	[FACET_ST_BAD_PADDING] = "wrong padding",
	[FACET_ST_BAD_KEY] = "the device refuses this key",
	[FACET_ST_BAD_DATA] = "corrupt data",
	[FACET_ST_BAD_SIGNATURE] = "the signature does not verify",
	[FACET_ST_ABORTED] = "aborted by a stop of the instance",
	[FACET_ST_ENGINE_ERROR] = "the engine failed",
};

const char *facet_opcode_name(unsigned int opcode)
{
	return opcode < FACET_NR_OPCODES ? opcode_names[opcode] : NULL;
}

const char *facet_status_text(unsigned int status)
{
	return status < FACET_NR_STATUS ? status_texts[status] : "unknown status";
}

/*
 * Every opcode of this version of the specification is a function of its
 * descriptor, parameters and input, and so restartable.  One that is unknown
 * here is not assumed to be.
 */
bool facet_retryable(unsigned int opcode, unsigned int status)
{
	if (!facet_opcode_name(opcode))
		return false;
	return status == FACET_ST_ABORTED || status == FACET_ST_ENGINE_ERROR;
}
