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

# case_ NAME COMMAND...: a guest that a failed test has left holds its instance
case_() {
	local name

	tap "$@"
	for name in one two; do
		[ ! -e "/run/guest-$name.pid" ] || ! guest_alive $name || guest_kill $name
	done
}

start_pair() {
	guest_start one --mdev "$A" selftests/l2/work.sh "$@" &&
		guest_start two --mdev "$B" selftests/l2/work.sh "$@" &&
		guest_until one '^WORKS' 240 && guest_until two '^WORKS' 240 ||
		{ tail -n 5 "$(guest_dir one)/"*.log "$(guest_dir two)/"*.log; return 1; }
}

end_of() {
	local rc=0

	guest_wait "$1" "${2:-120}" || rc=$?
	guest_output "$1"
	return $rc
}

both_data() {
	local rc=0

	echo 1 >$TRACE/events/facet_vfio/facet_vi_post/enable
	start_pair data || return
	touch "$(guest_dir one)/go" "$(guest_dir two)/go"
	end_of one 300 || rc=1
	end_of two 300 || rc=1
	echo 0 >$TRACE/events/facet_vfio/facet_vi_post/enable
	equal "$(attr "$A" stats/errors)/$(attr "$B" stats/errors)" 0/0 || rc=1
	[ "$(attr "$A" pasid)" != "$(attr "$B" pasid)" ] || { echo "one PASID"; rc=1; }
	return $rc
}

# Commands in the steady state cost no exit; what traps is control accesses.
exits() {
	local exits accesses commands rc=0

	guest_start one --mdev "$A" selftests/l2/work.sh steady 3000 || return
	guest_until one '^WORKS' 240 || { guest_output one; return 1; }
	exits=$(guest_stat one mmio_exits)
	accesses=$(attr "$A" stats/control_accesses)
	commands=$(attr "$A" stats/commands)
	touch "$(guest_dir one)/go"
	guest_until one '^DONE' 120 || { guest_output one; rc=1; }
	exits=$(($(guest_stat one mmio_exits) - exits))
	accesses=$(($(attr "$A" stats/control_accesses) - accesses))
	commands=$(($(attr "$A" stats/commands) - commands))
	touch "$(guest_dir one)/stop"
	end_of one || rc=1
	echo "$commands commands, $accesses control accesses, $exits MMIO exits"
	[ $commands -ge 3000 ] || { echo "too few commands"; rc=1; }
	[ $accesses -lt $((commands / 50)) ] || { echo "commands trap"; rc=1; }
	equal "$exits" "$accesses" || rc=1
	return $rc
}

# The guest is asked to let go, does, and lives on; the other notices nothing.
removal() {
	local rc=0 before

	guest_start one --mdev "$A" --smp 2 selftests/l2/work.sh gone || return
	guest_start two --mdev "$B" selftests/l2/work.sh until /out/stop || return
	guest_until one '^WORKS' 240 && guest_until two '^WORKS' 240 || rc=1
	before=$(attr "$B" stats/commands)
	timeout 120 bash -c "echo 1 >$MDEV/$A/remove" || { echo "remove: $?"; rc=1; }
	[ ! -e "$MDEV/$A" ] || { echo "the instance is still there"; rc=1; }
	guest_until one '^GONE' 60 || { echo "guest one was not told"; rc=1; }
	until_true 60 more_than "$B" "$before" || rc=1
	touch "$(guest_dir one)/stop" "$(guest_dir two)/stop"
	end_of one || rc=1
	end_of two || rc=1
	equal "$(attr "$B" stats/errors)" 0 || rc=1
	return $rc
}

# more_than UUID N: it has carried out more than N commands
more_than() {
	[ "$(attr "$1" stats/commands)" -gt "$2" ]
}

nothing_pinned() {
	equal "$(attr "$1" stats/pinned_bytes)" 0 && equal "$(attr "$1" stats/windows)" 0
}

killed() {
	local rc=0 before pins

	pins=$(pins)
	start_pair until /out/stop || return
	guest_kill one
	equal "$(attr "$A" state)" idle || rc=1
	nothing_pinned "$A" || rc=1
	before=$(attr "$B" stats/commands)
	until_true 60 more_than "$B" $((before + 100)) || rc=1
	guest_start one --mdev "$A" selftests/l2/work.sh once || rc=1
	end_of one || rc=1
	touch "$(guest_dir two)/stop"
	end_of two || rc=1
	equal "$(attr "$B" stats/errors)" 0 || rc=1
	equal "$(pins)" "$pins" || rc=1
	return $rc
}

# Without the guest's cooperation, as the reset button does it.
rebooted() {
	local rc=0 resets

	start_pair until /out/stop || return
	resets=$(attr "$A" stats/resets)
	: >"$(guest_dir one)/output.log"
	guest_qmp one '{"execute":"set-action","arguments":{"reboot":"reset"}}' \
		'{"execute":"system_reset"}' || rc=1
	guest_until one '^WORKS' 240 || { echo "it did not come back"; rc=1; }
	[ "$(attr "$A" stats/resets)" -gt "$resets" ] || { echo "no reset"; rc=1; }
	touch "$(guest_dir one)/stop" "$(guest_dir two)/stop"
	end_of one || rc=1
	end_of two || rc=1
	equal "$(attr "$B" stats/errors)" 0 || rc=1
	return $rc
}

create "$A" && create "$B" || bail "no instances"
case_ "two guests, each with its own data" both_data
case_ "they used the same addresses" same_addresses
case_ "a command costs no exit" exits
case_ "a guest killed in the middle of its stream" killed
case_ "a guest rebooted in the middle of its stream" rebooted
case_ "an instance removed while its guest works" removal
case_ "all is given back" nothing_pinned "$B"
tap_end
