# SPDX-License-Identifier: GPL-2.0
"""members.py FILE N: FILE is gzip of exactly N members and nothing else."""
import sys
import zlib

data = open(sys.argv[1], "rb").read()
members = 0
while data:
    z = zlib.decompressobj(31)
    z.decompress(data)
    if not z.eof:
        sys.exit("cut short")
    data = z.unused_data
    members += 1
if members != int(sys.argv[2]):
    sys.exit("%d members" % members)
