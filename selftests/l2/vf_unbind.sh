#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest: the driver is unbound, and then the function removed, while a
# process has the device open, mapped and busy, and another has it idle.  Both
# keep their memory, every call says ENODEV, and a new binding works.
set -u
. selftests/l2/vf_lib.sh
load_driver
pci=$(instance)

gone() {
	wait "$1"
	local rc=$?

	[ $rc = 0 ] || cat "/tmp/$2.log"
	return $rc
}

unbind() {
	echo "$pci" >$DRIVER/unbind
}

bind() {
	echo "$pci" >$DRIVER/bind && [ -c $DEV ]
}

remove() {
	echo 1 >"/sys/bus/pci/devices/$pci/remove"
}

rescan() {
	echo 1 >/sys/bus/pci/rescan && [ -c $DEV ]
}

round() {
	local take=$1 give=$2 busy

	start busy gone || exit 1
	busy=$PID
	start idle idle /tmp/stop || exit 1
	check "$take while in use" "$take"
	check "the device file is gone" [ ! -e $DEV ]
	check "the busy process saw it, and has its memory" gone "$busy" busy
	check "$give, with the old session open" "$give"
	check "the new device works" /tmp/vf_load count 100
	touch /tmp/stop
	check "the old session closes" gone "$PID" idle
	rm -f /tmp/stop
	check "no completion was odd" [ "$(stat_of bad_completions)" = 0 ]
}

round unbind bind
round remove rescan
check "the driver unloads" rmmod facet_vf
finish
