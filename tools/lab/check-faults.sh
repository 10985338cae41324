#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-faults.sh [LANE [RUNS]]: selftests/l1/faults.sh on the lab's KVM host, its rows as
# one table.
set -eu
. "$(dirname "$0")/lib.sh"

lane=${1:-stable}
lane_ok "$lane"
log=$LAB_TREE/build/faults-$lane.log
mkdir -p "$LAB_TREE/build"
"$LAB_DIR/modules.sh" "$lane"
"$LAB_DIR/user.sh"
rc=0
"$LAB_DIR/run.sh" --kernel "$lane" --timeout 3600 --name "faults-$lane" \
	selftests/l1/faults.sh "${2:-20}" >"$log" || rc=$?
grep -q '^ROW ' "$log" || { tail -n 20 "$log" >&2; die "no rows, see $log"; }
sed -n 's/^ROW //p' "$log" | awk -F '|' '
	BEGIN {
		format = "%-33s %-21s %-10s %-26s %5s %8s %11s %5s\n"
		printf format, "fault", "where", "verdict", "its owner sees", "lost", "wait us",
			"recovery us", "runs"
	}
	{ printf format, $1, $2, $3, $4, $5, $6, $7, $8 }'
grep '^not ok' "$log" || :
exit $rc
