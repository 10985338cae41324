# SPDX-License-Identifier: GPL-2.0
"""inflate.py zlib|raw: decompresses standard input, one complete stream."""
import sys
import zlib

z = zlib.decompressobj({"zlib": 15, "raw": -15}[sys.argv[1]])
sys.stdout.buffer.write(z.decompress(sys.stdin.buffer.read()))
if not z.eof or z.unused_data:
    sys.exit("not one complete stream")
