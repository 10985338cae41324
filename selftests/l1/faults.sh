#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# faults.sh [RUNS]: every fault of an instance RUNS times (2), beside neighbours: what its
# owner sees and what the neighbours lose.  TAP; make check-faults makes a table of it.
# lab: --timeout 1200 --accel-opts timing=model,dilation=20
set -u
. selftests/l1/lib.sh

suite
cp "$TESTS/faults" /tmp/
rc=0
for type in facet-direct facet-shared; do
	FACET_TYPE=$type /tmp/faults "${1:-2}" || rc=1
done
exit $rc
