#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# facet_vf in a guest: what the driver promises programs, and what happens when
# it is unbound, reset (by the guest and by the host) or abused.  TAP.
# lab: --timeout 1500
set -u
. tools/lab/l1/lib.sh
. tools/lab/l1/guest.sh
MDEV=/sys/bus/mdev/devices/44444444-dddd-4ddd-8ddd-444444444444
CASES="vf_ioctl vf_two vf_unbind vf_reset vf_hostreset"
n=0
failed=0

# tap NAME COMMAND...
tap() {
	local name=$1

	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $name"
	else
		failed=$((failed + 1))
		echo "not ok $n - $name"
	fi
}

commands() {
	cat "$MDEV/stats/commands"
}

# busy_again: until the guest's driver has brought more commands to the device
busy_again() {
	local end=$((SECONDS + 60)) from

	from=$(commands)
	until [ "$(commands)" -gt "$from" ]; do
		[ $SECONDS -lt $end ] || { echo "# the guest stands still"; return 1; }
		sleep 0.05
	done
}

host_resets() {
	local rc=0

	guest_until driver '^(READY|case . vf_hostreset)' 1200 || return
	for _ in $(seq 10); do
		{ echo 1 >"$MDEV/reset" && busy_again; } || { rc=1; break; }
	done
	touch "$(guest_dir driver)/stop"
	return $rc
}

passed() {
	guest_output driver | grep -q "^case 0 $1"
}

load_suite || { echo "Bail out! the suite does not load"; exit 1; }
type=$(echo /sys/bus/pci/drivers/facet/0000:*/mdev_supported_types/facet-direct)
basename "$MDEV" >"$type/create" || { echo "Bail out! no instance"; exit 1; }
guest_start driver --mdev "$(basename "$MDEV")" --mem 768M --smp 2 selftests/l2/vf_all.sh ||
	{ echo "Bail out! no guest"; exit 1; }
echo 1..7
tap "the guest is back at work after each of 10 resets by the host" host_resets
rc=0
guest_wait driver 300 || rc=$?
guest_output driver | sed 's/^/# /'
for name in $CASES; do
	tap "in the guest: $name" passed "$name"
done
tap "the guest ended, and its instance can be removed" \
	eval '[ $rc -lt 2 ] && echo 1 >"$MDEV/remove"'
[ $failed = 0 ]
