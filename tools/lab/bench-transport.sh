#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bench-transport.sh [LANE [MODE...]]: what a command costs on its way, in exits and
# instructions, beside virtio-crypto's: selftests/bench/transport.sh on the lab's KVM
# host, counted by the plugin in tools/lab/transport/.  Prints a table and the rows
# that have a target, and appends these to build/bench/lab.jsonl.  With MODEs (peers,
# irq, poll, floods) only what these measure, in a table, without rows.
set -eu
. "$(dirname "$0")/lib.sh"

# The thread of the shared instances looks for work for so long before it sleeps,
# and so often: the defaults times about what the lab is slower than a machine.
POLL_US=10000
GAP_US=500

lane=${1:-stable}
lane_ok "$lane"
shift $(($# > 0))
out=$LAB_TREE/build/bench
log=$out/transport-$lane.log
rows=$out/transport-$lane.rows
modes=("$@")
[ $# -gt 0 ] || modes=(peers irq poll floods)
mkdir -p "$out"
"$LAB_DIR/modules.sh" "$lane"
"$LAB_DIR/user.sh"
"$LAB_DIR/transport/build.sh" "$lane"
rc=0
"$LAB_DIR/run.sh" --kernel "$lane" --name "transport-$lane" \
	--qemu "-plugin $LAB_TREE/build/transport/vmcount.so,out=$out/transport-$lane.windows" \
	selftests/bench/transport.sh $POLL_US $GAP_US "${modes[@]}" >"$log" || rc=$?
[ $rc = 0 ] || { tail -n 20 "$log" >&2; say "the run failed, see $log"; }
rm -f "$rows"
files=("$out/transport-$lane.windows" "$log")
[ $# -gt 0 ] || files+=("$rows")
"$LAB_DIR/in-root.sh" -C "$LAB_TREE" python3 tools/lab/transport/table.py "${files[@]}" || rc=$?
[ ! -e "$rows" ] || cat "$rows" >>"$out/lab.jsonl"
exit $rc
