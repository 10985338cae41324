# SPDX-License-Identifier: GPL-2.0
"""split-der.py FILE N: writes the N short DER structures in FILE to FILE.0 ..."""
import sys

data = open(sys.argv[1], "rb").read()
for i in range(int(sys.argv[2])):
    n = 2 + data[1]
    open("%s.%d" % (sys.argv[1], i), "wb").write(data[:n])
    data = data[n:]
if data:
    sys.exit("%d bytes are left" % len(data))
