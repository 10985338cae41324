# SPDX-License-Identifier: GPL-2.0
"""deflate.py KIND: compresses standard input in a way that others may.

zlib, raw: default; fixed: raw with fixed Huffman codes; stored: zlib without
compression; fields: gzip with every optional field of the header.
"""
import struct
import sys
import zlib


def deflate(data, bits, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    z = zlib.compressobj(level, zlib.DEFLATED, bits, 9, strategy)
    return z.compress(data) + z.flush()


def fields(data):
    header = b"\x1f\x8b\x08\x1f" + struct.pack("<IBB", 12345, 0, 3)
    header += struct.pack("<H", 300) + bytes(300) + b"a name\0" + b"c" * 5000 + b"\0"
    header += struct.pack("<H", zlib.crc32(header) & 0xffff)
    return header + deflate(data, -15) + struct.pack("<II", zlib.crc32(data), len(data))


KINDS = {
    "zlib": lambda d: deflate(d, 15),
    "raw": lambda d: deflate(d, -15),
    "fixed": lambda d: deflate(d, -15, strategy=zlib.Z_FIXED),
    "stored": lambda d: deflate(d, 15, level=0),
    "fields": fields,
}
sys.stdout.buffer.write(KINDS[sys.argv[1]](sys.stdin.buffer.read()))
