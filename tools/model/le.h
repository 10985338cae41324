/* SPDX-License-Identifier: GPL-2.0 */
/* Little endian fields of uapi/facet/ structures, on any host. */
#ifndef FACET_MODEL_LE_H
#define FACET_MODEL_LE_H

#include <stdint.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define le16(v) ((uint16_t)__builtin_bswap16(v))
#define le32(v) ((uint32_t)__builtin_bswap32(v))
#define le64(v) ((uint64_t)__builtin_bswap64(v))
#else
#define le16(v) ((uint16_t)(v))
#define le32(v) ((uint32_t)(v))
#define le64(v) ((uint64_t)(v))
#endif

#endif /* FACET_MODEL_LE_H */
