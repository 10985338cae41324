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
	local program

	for program in $(cd facet && find . -maxdepth 1 -type f -perm -u+x ! -name 'vf_*' ! -name dead -printf '%f\n'); do
		./run_kselftest.sh -l | grep -qx "facet:$program" ||
			{ echo "$program is not in the list"; return 1; }
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
