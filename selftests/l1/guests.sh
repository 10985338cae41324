#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Real guests side by side: isolation, removal, sudden death, reboot, and what
# a command costs in exits.  TAP.
# lab: --timeout 1500
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh

suite
A=$(uuid 0xa)
B=$(uuid 0xb)
TRACE=/sys/kernel/tracing

# windows UUID: the IOVA ranges that its owner was granted, from the trace
windows() {
	grep "facet_vi_post: $1 .* cmd 1 .*: 0$" $TRACE/trace |
		sed 's/.* cmd 1 \(0x[0-9a-f]* +0x[0-9a-f]*\) .*/\1/' | sort -u
}

# An address of the one in a window of the other, or both proved nothing.
same_addresses() {
	local a b from len first last

	windows "$A" >/tmp/a
	windows "$B" >/tmp/b
	echo "one: $(paste -sd' ' /tmp/a); two: $(paste -sd' ' /tmp/b)"
	while read -r a len; do
		first=$((a)) last=$((a + ${len#+}))
		while read -r b len; do
			from=$((b))
			[ $from -ge $last ] || [ $((from + ${len#+})) -le $first ] || return 0
		done </tmp/b
	done </tmp/a
	echo "no address was used by both"
	return 1
}

# guest NAME UUID: one that serves
guest() {
	guest_start "$1" --mdev "$2" --mem 384M selftests/l2/work.sh serve
}

# serves NAME [BOOTS]
serves() {
	guest_until "$1" "^SERVES ${2:-1}\$" 240 ||
		{ tail -n 5 "$(guest_dir "$1")"/{output,console,qemu}.log; return 1; }
}

both_serve() {
	guest one "$A" && guest two "$B" && serves one && serves two
}

both_data() {
	local rc=0

	guest_tell one data 10
	guest_tell two data 10
	guest_answers one 400 || rc=1
	guest_answers two 400 || rc=1
	equal "$(attr "$A" stats/errors)/$(attr "$B" stats/errors)" 0/0 || rc=1
	[ "$(attr "$A" pasid)" != "$(attr "$B" pasid)" ] || { echo "one PASID"; rc=1; }
	return $rc
}

# Commands in the steady state cost no exit; what traps is control accesses.
exits() {
	local exits accesses commands dir rc=0

	dir=$(guest_dir one)
	guest_tell one steady 3000
	guest_until one "^STEADY ${guest_told[one]}" 120 || { guest_output one; return 1; }
	exits=$(guest_stat one mmio_exits)
	accesses=$(attr "$A" stats/control_accesses)
	commands=$(attr "$A" stats/commands)
	touch "$dir/go-${guest_told[one]}"
	guest_until one "^COUNTED ${guest_told[one]}" 240 || rc=1
	exits=$(($(guest_stat one mmio_exits) - exits))
	accesses=$(($(attr "$A" stats/control_accesses) - accesses))
	commands=$(($(attr "$A" stats/commands) - commands))
	touch "$dir/counted-${guest_told[one]}"
	guest_answers one || rc=1
	echo "$commands commands, $accesses control accesses, $exits MMIO exits"
	[ $commands -ge 3000 ] || { echo "too few commands"; rc=1; }
	[ $accesses -lt $((commands / 50)) ] || { echo "commands trap"; rc=1; }
	equal "$exits" "$accesses" || rc=1
	return $rc
}

# more_than UUID N: it has carried out more than N commands
more_than() {
	[ "$(attr "$1" stats/commands)" -gt "$2" ]
}

# works_on UUID: it carries out more
works_on() {
	until_true 60 more_than "$1" $(($(attr "$1" stats/commands) + 100))
}

# Without the guest's cooperation, as the reset button does it.  The other's
# stream goes on from here to the end.
rebooted() {
	local rc=0 resets

	guest_tell one stream
	guest_answers one && guest_tell two stream && guest_answers two || return
	resets=$(attr "$A" stats/resets)
	guest_qmp one '{"execute":"set-action","arguments":{"reboot":"reset"}}' \
		'{"execute":"system_reset"}' || rc=1
	serves one 2 || { echo "it did not come back"; rc=1; }
	[ "$(attr "$A" stats/resets)" -gt "$resets" ] || { echo "no reset"; rc=1; }
	guest_tell one data 2
	guest_answers one 240 || rc=1
	works_on "$B" || rc=1
	return $rc
}

nothing_pinned() {
	equal "$(attr "$1" stats/pinned_bytes)" 0 && equal "$(attr "$1" stats/windows)" 0
}

killed() {
	local rc=0 pins

	guest_tell one stream
	guest_answers one || rc=1
	works_on "$A" || rc=1
	pins=$(pins)
	pins=$((pins - $(attr "$A" stats/pinned_bytes) / 4096))
	guest_kill one
	until_true 20 nothing_pinned "$A" || rc=1
	equal "$(attr "$A" state)" idle || rc=1
	equal "$(pins)" "$pins" || rc=1
	works_on "$B" || rc=1
	return $rc
}

next_guest() {
	guest one "$A" && serves one && guest_tell one data 2 && guest_answers one 240
}

# The guest is asked to let go, does, and lives on.
removal() {
	local rc=0

	guest_tell one gone
	guest_until one "^COPIES ${guest_told[one]}" 60 || rc=1
	timeout 120 bash -c "echo 1 >$MDEV/$A/remove" || { echo "remove: $?"; rc=1; }
	[ ! -e "$MDEV/$A" ] || { echo "the instance is still there"; rc=1; }
	guest_answers one || rc=1
	works_on "$B" || rc=1
	return $rc
}

# quits NAME: its script has ended well
quits() {
	local rc=0

	guest_tell "$1" quit
	guest_wait "$1" 120 || rc=$?
	[ $rc = 0 ] || guest_output "$1" | tail -n 10
	return $rc
}

noticed_nothing() {
	local rc=0

	guest_tell two end
	guest_answers two || rc=1
	equal "$(attr "$B" stats/errors)/$(attr "$B" stats/aborted)" 0/0 || rc=1
	quits two || rc=1
	return $rc
}

trace_posts() {
	echo "$1" >$TRACE/events/facet_vfio/facet_vi_post/enable
}

create "$A" && create "$B" || bail "no instances"
trace_posts 1
tap "two guests" both_serve
tap "each with its own data, hashed and encrypted at the same time" both_data
tap "they used the same addresses" same_addresses
trace_posts 0
tap "a command costs no exit" exits
tap "a guest rebooted in the middle of its stream" rebooted
tap "a guest killed in the middle of its stream" killed
tap "the next guest works with the same instance" next_guest
tap "an instance removed while its guest works" removal
tap "that guest lives on" quits one
tap "the other guest has noticed nothing of all this" noticed_nothing
tap "all is given back" nothing_pinned "$B"
tap_end
