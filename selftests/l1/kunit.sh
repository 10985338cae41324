#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The KUnit suites in a kernel with all checkers, and in real time.
# lab: --timeout 300 --accel 0
# check: debug
set -u
. selftests/l1/lib.sh

# A suite that was not run prints "ok" as well: the cases are counted.
cases() {
	local written ran

	written=$(cat kernel/vf-sched/tests/*_test.c | grep -c '^	KUNIT_CASE')
	ran=$(cat /sys/kernel/debug/kunit/*/results | grep -cE '^    (not )?ok [0-9]+ ')
	echo "$ran of $written"
	equal "$ran" "$written"
}

passed() {
	cat "/sys/kernel/debug/kunit/$1/results"
	grep -qE '^ok ' "/sys/kernel/debug/kunit/$1/results" &&
		! grep -qE '^ *not ok ' "/sys/kernel/debug/kunit/$1/results"
}

tap "the suites load" load_module vf_sched_kunit
for suite in /sys/kernel/debug/kunit/*/; do
	suite=$(basename "$suite")
	tap "suite $suite" passed "$suite"
done
tap "every case ran" cases
tap_end
