#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel_way.sh [--all]: the tests as the kernel's runner runs them
# (run_kselftest.sh): all of them, or those that take seconds.  TAP.
# lab: --timeout 1800
set -u
. selftests/l1/lib.sh

# run_kselftest.sh writes beside itself
cp -r "$FACET_USER/kselftest" /tmp/kselftest || bail "not built: tools/lab/user.sh"
cd /tmp/kselftest || bail "not built: tools/lab/user.sh"
args=(-t facet:pci -t facet:irq -t facet:doorbell)
[ "${1-}" != --all ] || args=(-c facet)

lists_all() {
	local program programs

	programs=$(sed -n 's/^TEST_GEN_PROGS := //p' "$FACET_TREE/selftests/Makefile")
	[ -n "$programs" ] || { echo "the Makefile names no programs"; return 1; }
	for program in $programs; do
		./run_kselftest.sh -l | grep -qx "facet:$program" ||
			{ echo "$program is not in the list"; return 1; }
		[ -x "facet/$program" ] || { echo "$program is not installed"; return 1; }
	done
}

fails_without_modules() {
	! ./run_kselftest.sh -t facet:pci | tee /tmp/log | grep -q '^ok' && grep -q '^not ok' /tmp/log
}

passes() {
	./run_kselftest.sh "${args[@]}" | tee /tmp/log
	grep -q '^ok 1 selftests: facet: ' /tmp/log && ! grep -q '^not ok' /tmp/log
}

tap "the list has every program" lists_all
tap "a test that cannot run does not pass" fails_without_modules
(cd "$FACET_TREE" && load_suite) || bail "the suite does not load"
tap "run_kselftest.sh ${args[*]}" passes
tap_end
