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

# Only an interrupt that somebody waits for can be missed.  A copy may be done before
# that, on a slow guest, and the fault is spent on it; half a megabyte to be compressed
# at the highest level never is.
drop() {
	head -c 1500000 /dev/urandom | base64 >/tmp/text
	"$FACET_USER/facet-run" compress --level 9 -i /tmp/text -o /tmp/text.gz || return
	gunzip -c /tmp/text.gz | cmp - /tmp/text || return
	[ "$(stat_of lost_irqs)" -gt 0 ] || { echo "none was lost"; return 1; }
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
check "work whose interrupts are lost, and the driver notices" drop
stage corrupt
check "3 corrupt completions end with an engine error" /tmp/vf_load errors 3
check "the driver has noticed each" [ "$(stat_of bad_completions)" = 3 ]
start busy until /tmp/stop || exit 1
stage hang
check "a hung command was aborted, the others are right" busy
check "copies afterwards" /tmp/vf_load count 64
check "the driver unloads" rmmod facet_vf
finish
