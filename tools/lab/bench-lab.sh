#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bench-lab.sh [LANE]: selftests/bench/share.sh on the lab's KVM host; prints its
# rows as a table and appends them to build/bench/lab.jsonl, an object a row:
# {"id","scenario","policy","metric","value","unit","target","pass"}
set -eu
. "$(dirname "$0")/lib.sh"

lane=${1:-stable}
lane_ok "$lane"
out=$LAB_TREE/build/bench
log=$out/lab-$lane.log
mkdir -p "$out"
"$LAB_DIR/modules.sh" "$lane"
"$LAB_DIR/user.sh"
rc=0
"$LAB_DIR/run.sh" --kernel "$lane" --name "bench-$lane" selftests/bench/share.sh >"$log" || rc=$?
sed -n 's/^ROW //p' "$log" >"$out/lab-$lane.rows"
[ -s "$out/lab-$lane.rows" ] || { tail -n 20 "$log" >&2; die "no rows, see $log"; }
cat "$out/lab-$lane.rows" >>"$out/lab.jsonl"
sed 's/^{"id":"//; s/","[a-z]*":"/\t/g; s/","value":/\t/; s/,"unit":"/\t/; s/","target":/\t/; s/,"pass":true}/\tok/; s/,"pass":false}/\tFAILED/' \
	"$out/lab-$lane.rows" |
	awk -F '\t' '
		BEGIN {
			format = "%-4s %-56s %-7s %-22s %10s %-18s %6s  %s\n"
			printf format, "id", "scenario", "policy", "metric", "value", "unit", "target", ""
		}
		{ printf format, $1, $2, $3, $4, $5, $6, $7, $8 }'
exit $rc
