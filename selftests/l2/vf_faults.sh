#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest: the device loses interrupts, corrupts completions and hangs.  The
# host injects each fault when it reads "STAGE name" and then makes /out/name.
set -u
. selftests/l2/vf_lib.sh
load_driver
# a waiter that polls needs no interrupt
echo 0 >/sys/module/facet_vf/parameters/poll_ns

stage() {
	echo "STAGE $1"
	until [ -e "/out/$1" ]; do
		pause
	done
}

# Only an interrupt that somebody waits for can be missed: on a slow guest a copy
# may be done before that.  So all are lost until one was missed.
drop() {
	local i

	for i in $(seq 100); do
		timeout 60 /tmp/vf_load count 64 || return
		[ "$(stat_of lost_irqs)" = 0 ] || return 0
	done
	echo "64 * $i copies and none waited"
	return 1
}

busy() {
	touch /tmp/stop
	wait "$PID"
	local rc=$?

	cat /tmp/busy.log
	grep -q 'aborted [1-9]' /tmp/busy.log && return $rc
}

check "copies before" /tmp/vf_load count 64
check "no interrupt was lost yet" [ "$(stat_of lost_irqs)" = 0 ]
stage drop
check "copies whose interrupts are lost, and the driver notices" drop
stage corrupt
check "3 corrupt completions end with an engine error" /tmp/vf_load errors 3
check "the driver has noticed each" [ "$(stat_of bad_completions)" = 3 ]
start busy until /tmp/stop || exit 1
stage hang
check "a hung command was aborted, the others are right" busy
check "copies afterwards" /tmp/vf_load count 64
check "the driver unloads" rmmod facet_vf
finish
