#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# facet_vf in a guest: what the driver promises programs, and what happens when
# it is unbound, reset (by the guest and by the host) or abused, and when the
# device misbehaves.  TAP.
# lab: --timeout 1500
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh
CASES="vf_ioctl vf_two vf_unbind vf_reset vf_faults vf_hostreset"
ANY=0xffffffff

suite
G=$(uuid 0x9e)
inject=/sys/kernel/debug/facet/$parent/inject

commands() {
	attr "$G" stats/commands
}

more_commands() {
	[ "$(commands)" -gt "$1" ]
}

# busy_again: until the guest's driver has brought more commands to the device
busy_again() {
	until_true 60 more_commands "$(commands)"
}

stands_still() {
	local before

	before=$(commands)
	sleep 0.5
	[ "$(commands)" = "$before" ]
}

# stage NAME: the guest waits for it; or it has ended
stage() {
	guest_until driver "^(STAGE $1\$|case . vf_faults)" 1200
}

go_on() {
	touch "$(guest_dir driver)/$1"
}

# inject KIND COUNT, see enum facet_inject; on the guest's context
inject() {
	echo "$1 $(attr "$G" context) $ANY $2 0" >"$inject"
}

faults() {
	local rc=0

	stage drop && inject 3 $ANY || rc=1	# until the next fault
	go_on drop
	stage corrupt && inject 4 3 || rc=1
	go_on corrupt
	stage hang && inject 1 1 && until_true 60 stands_still || rc=1
	echo 1 >"$MDEV/$G/reset" && busy_again || rc=1
	go_on hang
	return $rc
}

# Every fifth is one of the accelerator as a whole: to the guest they are the same.
host_resets() {
	local i what rc=0

	guest_until driver '^(READY|case . vf_hostreset)' 1200 || return
	for i in $(seq 10); do
		what=$MDEV/$G/reset
		[ $((i % 5)) != 0 ] || what=/sys/bus/pci/devices/$parent/reset
		{ echo 1 >"$what" && busy_again; } || { rc=1; break; }
	done
	go_on stop
	return $rc
}

passed() {
	guest_output driver | grep -q "^case 0 $1"
}

ended() {
	[ $rc -lt 2 ] && remove "$G"
}

create "$G" || bail "no instance"
guest_start driver --mdev "$G" --mem 768M --smp 2 selftests/l2/vf_all.sh || bail "no guest"
tap "faults of the device, each noticed by the guest" faults
tap "the guest is back at work after each of 10 resets by the host" host_resets
rc=0
guest_wait driver 300 || rc=$?
guest_output driver | sed 's/^/# /'
for name in $CASES; do
	tap "in the guest: $name" passed "$name"
done
tap "the guest ended, and its instance can be removed" ended
tap_end
