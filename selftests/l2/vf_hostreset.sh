#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vf_hostreset.sh N: in a guest, busy while the host resets the instance N
# times, until the host makes the file /out/stop.
set -u
. selftests/l2/vf_lib.sh
load_driver

busy() {
	wait "$PID"
	local rc=$?

	cat /tmp/busy.log
	return $rc
}

start busy until /out/stop || exit 1
echo "READY"
check "the busy process saw nothing but aborts" busy
check "$1 resets were counted" [ "$(/tmp/vf_load resets)" = "$1" ]
check "copies go on" /tmp/vf_load count 200
check "the driver unloads" rmmod facet_vf
finish
