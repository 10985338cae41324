#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest: load of the kind that the host asks for, one line of the port facet.ask:
#	N run TYPE KIND DEPTH	without end, in place of what ran before; the guest
#				has a direct instance and a shared one
#	N idle			none
#	N quit
# answers "DONE N STATUS", and what the load that ended has said in "ENDED ...".
#
# The load has no more than what this script leaves, which starts no programs while it
# waits: a guest on a busy machine has little.
set -u
. selftests/l2/vf_lib.sh
load_driver
cp "$TESTS/vf_share" /tmp/
pid=''

idle() {
	local rc=0

	[ -n "$pid" ] || return 0
	: >/tmp/stop
	wait "$pid" || rc=1
	pid=''
	rm -f /tmp/stop
	echo "ENDED $number $(tail -n 1 /tmp/share.log)"
	return $rc
}

run() {
	local dev=/dev/facet/0

	[ "$1" = direct ] || dev=/dev/facet/1
	idle || return
	: >/tmp/share.log
	FACET_DEV=$dev nice -n 19 /tmp/vf_share "$2" "$3" /tmp/stop >/tmp/share.log 2>&1 &
	pid=$!
	until grep -q '^READY' /tmp/share.log; do
		kill -0 $pid 2>/dev/null || { cat /tmp/share.log; return 1; }
		pause
	done
}

answer
check "the last load was right" idle
finish
