#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest: the interface's promises and refusals, then calls that are mostly
# wrong, from two processes; what is right still works afterwards.
set -u
. selftests/l2/vf_lib.sh
load_driver
"$TESTS/vf_ioctl" || failed=1

fuzz() {
	local pid rc=0

	/tmp/vf_load fuzz 1 4000 &
	pid=$!
	/tmp/vf_load fuzz 2 4000 || rc=1
	wait $pid || rc=1
	return $rc
}

check "8000 calls with wrong arguments" fuzz
check "200 copies after them" /tmp/vf_load count 200
check "no completion was odd" [ "$(stat_of bad_completions)" = 0 ]
check "no interrupt was lost" [ "$(stat_of lost_irqs)" = 0 ]
check "the driver unloads" rmmod facet_vf
finish
