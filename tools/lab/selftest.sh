#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftest.sh LANE: does the lab tell what has happened?  Boots L1 for each case
# and prints TAP; the scripts that run there are in tools/lab/selftest/.
set -u
. "$(dirname "$0")/lib.sh"
cd "$LAB_TREE" || exit 1
lane=${1-}
lane_ok "$lane"
n=0
failed=0

report() {
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		echo "ok $n - $1"
	else
		failed=$((failed + 1))
		sed 's/^/# /' "$log"
		echo "not ok $n - $1"
	fi
}

# status NAME WANT [OPTION...] SCRIPT [ARG...]: the status that run.sh gives;
# what it printed is in $log
status() {
	local name=$1 want=$2 rc=0

	shift 2
	log=$LAB_TREE/build/lab/selftest-$lane.log
	mkdir -p "${log%/*}"
	"$LAB_DIR/run.sh" --kernel "$lane" --name "selftest-$lane/$((n + 1))" --accel 0 "$@" >"$log" 2>&1 || rc=$?
	[ $rc = "$want" ] || echo "# status $rc, want $want"
	report "$name" "$([ $rc = "$want" ] && echo 0 || echo 1)"
}

# printed NAME RE COUNT: lines like RE (basic) in what the last run printed
printed() {
	local count

	count=$(grep -c "$2" "$log")
	[ "$count" = "$3" ] || echo "# $count lines like $2, want $3"
	report "$1" "$([ "$count" = "$3" ] && echo 0 || echo 1)"
}

release=$(lane_release "$lane")
echo "TAP version 13"
status "a script that ends well" 0 tools/lab/selftest/status.sh 0 'two words'
printed "the lane's kernel, the arguments" "^uname $release lane $lane args 0 two words$" 1
status "a script that fails" 7 tools/lab/selftest/status.sh 7
status "a script that does not end" 124 --timeout 60 tools/lab/selftest/event.sh hang
status "a panic" 125 tools/lab/selftest/event.sh panic
status "a kernel warning" 126 tools/lab/selftest/event.sh warn
status "the same, allowed" 0 --allow 'WARNING: selftest' tools/lab/selftest/event.sh warn
status "a warning in a guest" 126 tools/lab/selftest/guest.sh warn
status "two guests at once" 0 tools/lab/selftest/guest.sh
printed "their own statuses" '^a ended with 0$\|^b ended with 5$' 2
printed "their kernel" "^ready [ab] $release " 2
printed "KVM counts their exits" '^mmio_exits of a: [0-9][0-9]*$' 1
if "$LAB_DIR/qemu.sh" --has-device; then
	status "two accelerators" 0 --accel 2 tools/lab/selftest/accel.sh 2
else
	status "no accelerator" 0 tools/lab/selftest/accel.sh 0
fi
status "no such script" 127 tools/lab/selftest/none.sh
echo "1..$n"
[ "$failed" = 0 ]
