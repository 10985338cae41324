#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Instances as an administrator handles them: with mdevctl, from definition to
# undefinition.  TAP.
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh

suite
A=$(uuid 0xa)
B=$(uuid 0xb)
# L1's root is read-only; mdevctl keeps its definitions in /etc
mkdir -p /tmp/mdevctl.d
mount --bind /tmp/mdevctl.d /etc/mdevctl.d || bail "no /etc/mdevctl.d"

has() {
	grep -q -- "$1" || { echo "no '$1' in it"; return 1; }
}

lacks() {
	! grep -- "$1"
}

types_lists_it() {
	mdevctl types | tee /tmp/types | has "facet-direct" &&
		has "$parent" </tmp/types &&
		has "Available instances: $(cat "$type/available_instances")" </tmp/types &&
		has "Device API: vfio-pci" </tmp/types
}

define() {
	mdevctl define --uuid "$1" --parent "$parent" --type facet-direct "${@:2}"
}

defined() {
	mdevctl list --defined | has "$1 $parent facet-direct" && [ ! -e "$MDEV/$1" ]
}

start() {
	mdevctl start --uuid "$1" && [ -e "$MDEV/$1" ] &&
		mdevctl list | has "$1 $parent facet-direct"
}

twice_fails() {
	! mdevctl start --uuid "$A"
}

stop() {
	mdevctl stop --uuid "$1" && [ ! -e "$MDEV/$1" ] && mdevctl list | lacks "$1"
}

transient() {
	mdevctl start --uuid "$B" --parent "$parent" --type facet-direct &&
		[ -e "$MDEV/$B" ] && mdevctl list --defined | lacks "$B"
}

# mdevctl writes attributes of a definition when it starts the device
with_attribute() {
	mdevctl modify --uuid "$A" --addattr weight --value 250 && start "$A" &&
		equal "$(attr "$A" weight)" 250
}

# with_knobs TYPE ATTR=VALUE...: defined with these, started, and what they are then
with_knobs() {
	local arg

	mdevctl define --uuid "$B" --parent "$parent" --type "$1" || return
	for arg in "${@:2}"; do
		mdevctl modify --uuid "$B" --addattr "${arg%=*}" --value "${arg#*=}" || return
	done
	mdevctl start --uuid "$B" || return
	for arg in "${@:2}"; do
		equal "$(attr "$B" "${arg%=*}")" "${arg#*=}" || return
	done
	stop "$B" && undefine "$B"
}

# the first value that is refused ends it, and nothing is left
with_bad_knob() {
	mdevctl define --uuid "$B" --parent "$parent" --type "$1" &&
		mdevctl modify --uuid "$B" --addattr qos/rate_max --value 1001 || return
	! mdevctl start --uuid "$B" && [ ! -e "$MDEV/$B" ] && undefine "$B"
}

knobs=(qos/weight=250 qos/rate_max=700 qos/rate_min=50 qos/burst_us=90
	qos/latency_target_us=400 qos/group=web)

undefine() {
	mdevctl undefine --uuid "$1" && mdevctl list --defined | lacks "$1"
}

in_a_guest() {
	guest_run mdevctl --mdev "$A" selftests/l2/work.sh once
}

tap "mdevctl types lists facet-direct" types_lists_it
tap "define does not create" define "$A"
tap "list --defined shows it" defined "$A"
tap "start creates, list shows it" start "$A"
tap "a second start is an error" twice_fails
tap "it works in a guest" in_a_guest
tap "stop removes" stop "$A"
tap "still defined" defined "$A"
tap "start with an attribute" with_attribute
tap "stop again" stop "$A"
for kind in facet-direct facet-shared; do
	tap "$kind is started with all knobs of its definition" with_knobs $kind "${knobs[@]}"
	tap "$kind is not started with a wrong one" with_bad_knob $kind
done
tap "undefine forgets it" undefine "$A"
tap "a transient instance is not defined" transient
tap "and stops" stop "$B"
tap "all instances are available again" equal "$(cat "$type/available_instances")" 64
tap_end
