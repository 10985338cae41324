#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vf_reset.sh [N]: in a guest, N (20) resets by the driver and five by the PCI
# core while a process is busy.  Its commands end, with ABORTED at most, and
# are right otherwise; memory granted before is granted again.
set -u
. selftests/l2/vf_lib.sh
n=${1-20}
load_driver

busy() {
	touch /tmp/stop
	wait "$PID"
	local rc=$?

	cat /tmp/busy.log
	return $rc
}

flr() {
	for _ in $(seq 5); do
		echo 1 >"/sys/bus/pci/devices/$(instance)/reset" || return
	done
}

start busy until /tmp/stop || exit 1
granted=$(stat_of granted_bytes)
check "$n resets while busy" /tmp/vf_load reset "$n"
check "5 function-level resets while busy" flr
check "the busy process saw nothing but aborts" busy
check "$((n + 5)) resets were counted" [ "$(/tmp/vf_load resets)" = $((n + 5)) ]
check "copies go on" /tmp/vf_load count 200
check "nothing more was granted" [ "$(stat_of granted_bytes)" = "$granted" ]
check "no completion was odd" [ "$(stat_of bad_completions)" = 0 ]
check "the driver unloads" rmmod facet_vf
finish
