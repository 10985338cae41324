#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# facet_vf in guests, each with an instance of its own: what the driver promises
# programs, and what happens when it is unbound, reset or abused.  TAP.
# lab: --timeout 900
set -u
. tools/lab/l1/lib.sh
. tools/lab/l1/guest.sh
MDEV=/sys/bus/mdev/devices
n=0
failed=0

# case NAME COMMAND...
tap() {
	local name=$1 rc

	shift
	n=$((n + 1))
	"$@" >/tmp/case.log 2>&1
	rc=$?
	sed 's/^/# /' /tmp/case.log
	if [ $rc = 0 ]; then
		echo "ok $n - $name"
	else
		failed=$((failed + 1))
		echo "not ok $n - $name (status $rc)"
	fi
}

uuid_of() {
	printf '%08x-0000-4000-8000-000000000000\n' "$1"
}

create() {
	uuid=$(uuid_of $((n + 1)))
	echo "$uuid" >"$type/create"
}

remove() {
	echo 1 >"$MDEV/$uuid/remove"
}

# in_guest SCRIPT [ARG...]: with a new instance
in_guest() {
	local rc

	create || return
	guest_run "$(basename "$1" .sh)" --timeout 240 --mdev "$uuid" --mem 768M --smp 2 "$@"
	rc=$?
	remove || return
	return $rc
}

commands() {
	cat "$MDEV/$uuid/stats/commands"
}

# busy_again: until the guest's driver has brought more commands to the device
busy_again() {
	local end=$((SECONDS + 30)) from

	from=$(commands)
	until [ "$(commands)" -gt "$from" ]; do
		[ $SECONDS -lt $end ] || { echo "the guest stands still"; return 1; }
		sleep 0.05
	done
}

host_resets() {
	local rc=0

	create || return
	guest_start hostreset --mdev "$uuid" --smp 2 selftests/l2/vf_hostreset.sh 10 || return
	guest_until hostreset '^READY' 60 || rc=1
	for _ in $(seq 10); do
		{ echo 1 >"$MDEV/$uuid/reset" && busy_again; } || rc=1
	done
	touch "$(guest_dir hostreset)/stop"
	guest_wait hostreset 120 || rc=$?
	guest_output hostreset
	remove || rc=1
	return $rc
}

load_suite || { echo "Bail out! the suite does not load"; exit 1; }
type=$(echo /sys/bus/pci/drivers/facet/0000:*/mdev_supported_types/facet-direct)
[ -d "$type" ] || { echo "Bail out! no type facet-direct"; exit 1; }
echo 1..5
tap "programs get what the interface promises" in_guest selftests/l2/vf_ioctl.sh
tap "processes share an instance" in_guest selftests/l2/vf_two.sh
tap "unbinding and removal while in use" in_guest selftests/l2/vf_unbind.sh
tap "resets while in use" in_guest selftests/l2/vf_reset.sh
tap "resets by the host while in use" host_resets
[ $failed = 0 ]
