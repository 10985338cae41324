#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest: load of the kind that the host asks for, one line in /out/ask:
#	N run KIND DEPTH	without end, in place of what ran before
#	N idle			none
#	N quit
# answers "DONE N STATUS", and what the load that ended has said in "ENDED ...".
set -u
. selftests/l2/vf_lib.sh
load_driver
cp "$TESTS/vf_share" /tmp/
pid=''

idle() {
	local rc=0

	[ -n "$pid" ] || return 0
	touch /tmp/stop
	wait "$pid" || rc=1
	pid=''
	rm -f /tmp/stop
	echo "ENDED $number $(tail -n 1 /tmp/share.log)"
	return $rc
}

run() {
	idle || return
	: >/tmp/share.log
	/tmp/vf_share "$1" "$2" /tmp/stop >/tmp/share.log 2>&1 &
	pid=$!
	until_line /tmp/share.log '^READY' $pid || { cat /tmp/share.log; return 1; }
}

answer
check "the last load was right" idle
finish
