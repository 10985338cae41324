#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The modules leave when nobody uses them, and refuse to while somebody does.
# TAP.
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh

suite
A=$(uuid 0xa)
BDF=$parent

refused() {
	! rmmod "$1" 2>/tmp/why || { echo "$1 is gone"; return 1; }
	cat /tmp/why
	grep -q "in use" /tmp/why && [ -d "/sys/module/$1" ]
}

gone() {
	rmmod "$1" && [ ! -d "/sys/module/$1" ]
}

# with an owner that has it open, and that works afterwards too
held_by_an_owner() {
	local rc=0

	create "$A" || return
	guest_start held --mdev "$A" selftests/l2/work.sh until /out/stop || return
	guest_until held '^WORKS' 90 || rc=1
	refused facet_vfio || rc=1
	refused facet || rc=1
	touch "$(guest_dir held)/stop"
	guest_wait held 60 || rc=1
	guest_output held
	return $rc
}

# An instance that nobody has open is no user: it goes with the module.
takes_idle_instances_along() {
	[ -e "$MDEV/$A" ] && gone facet_vfio && [ ! -e "$MDEV/$A" ] && [ ! -e "$type" ]
}

reload() {
	load_suite && [ -d "$type" ] && equal "$(cat "$type/available_instances")" 64
}

works() {
	local rc=0

	create "$A" || return
	guest_run works --mdev "$A" selftests/l2/work.sh once || rc=1
	remove "$A" || rc=1
	return $rc
}

unbind_bind() {
	local driver=/sys/bus/pci/drivers/facet

	echo "$BDF" >$driver/unbind && [ ! -e $driver/"$BDF" ] && [ ! -e "$type" ] &&
		echo "$BDF" >$driver/bind && [ -e "$type/create" ]
}

ten_times() {
	local i

	for i in $(seq 10); do
		gone facet_vfio && gone facet && load_suite || { echo "round $i"; return 1; }
	done
	[ -d "$type" ]
}

nothing_is_left() {
	gone facet_vfio && gone facet || return
	[ ! -e /sys/kernel/debug/facet ] || { echo "debugfs is left"; return 1; }
	! grep -q facet /proc/interrupts || { echo "interrupts are left"; return 1; }
	[ ! -e "/sys/bus/pci/devices/$BDF/driver" ] || { echo "bound"; return 1; }
	equal "$(pins)" "$pins"
}

pins=$(pins)
tap "facet is refused while facet_vfio uses it" refused facet
tap "both are refused while a guest has an instance" held_by_an_owner
tap "facet_vfio takes idle instances along" takes_idle_instances_along
tap "facet alone is removed" gone facet
tap "both come again with all instances" reload
tap "and work" works
tap "unbinding and binding the accelerator" unbind_bind
tap "and it works" works
tap "ten times out and in" ten_times
tap "and it works still" works
tap "nothing is left behind" nothing_is_left
tap_end
