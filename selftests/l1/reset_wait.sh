#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a reset of one instance makes its fifteen neighbours wait, two of them guests: at
# most one residual command more than without resets, by the device's stamps, and a tenth
# of that.  The device runs in model timing, a hundredth as fast as the host's clock, so
# that a slow host is no slow device.  TAP.
# check: long
# lab: --timeout 1500 --mem 6G --accel-opts timing=model,dilation=100
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh

suite
cp "$TESTS/isolate_wait" /tmp/
A=fa580000-0000-4000-8000-00000000000a
B=fa580000-0000-4000-8000-00000000000b
EACH=10			# commands of each neighbour before the resets begin
RESIDUAL=9400000	# ns: the longest command there is

# ask COMMAND: of both guests, and wait until it is done
ask() {
	local guest

	for guest in one two; do
		guest_tell $guest "$1"
	done
	for guest in one two; do
		guest_answers $guest 240 || return
	done
}

# ended NAME: what the guests' loads have said, as a phase of theirs
ended() {
	ask idle || return
	for guest in one two; do
		grep "^ENDED ${guest_told[$guest]} " "$(guest_dir $guest)/output.log"
	done | awk -v name="$1" '{
			if ($NF + 0 > max) max = $NF + 0
			n += $4
		}
		END { printf "PHASE guests-%s wait_max_ns %d commands %d\n", name, max, n }' >>/tmp/phases
}

# phase NAME: until the program has ended it, the guests working meanwhile
phase() {
	local line

	ask "run direct inflate 1" && echo >&"${program[1]}" || return
	read -r -t 400 line <&"${program[0]}"
	echo "$line"
	[[ $line == "PHASE $1 "* ]] || return
	echo "$line" >>/tmp/phases
	ended "$1"
}

# value PHASE KEY
value() {
	sed -n "s/^PHASE $1 .*\<$2 \([0-9]*\).*/\1/p" /tmp/phases
}

extra() {
	local more=$(($(value "$1resets" wait_max_ns) - $(value "$1busy" wait_max_ns)))

	echo "worst wait $(value "$1busy" wait_max_ns) ns, with resets $(value "$1resets" wait_max_ns) ns: $more more"
	[ "$(value "$1resets" commands)" -gt 0 ] && [ $more -le $((RESIDUAL * 11 / 10)) ]
}

none_lost() {
	equal "$(value resets lost)/$(value resets bad)" 0/0
}

quits() {
	local guest rc=0

	for guest in one two; do
		guest_tell $guest quit
	done
	for guest in one two; do
		guest_wait $guest 120 || rc=1
	done
	equal "$(attr $A stats/aborted)/$(attr $B stats/aborted)" 0/0 || rc=1
	return $rc
}

create $A && create $B || bail "no instances"
guest_start one --mdev $A --mem 384M selftests/l2/share.sh
guest_start two --mdev $B --mem 384M selftests/l2/share.sh
guest_until one '^SERVES' 300 && guest_until two '^SERVES' 300 || bail "no guests"
: >/tmp/phases
coproc program { /tmp/isolate_wait 13 $EACH; }
# shellcheck disable=SC2154 # coproc sets it
pid=$program_PID
tap "beside an instance that is busy" phase busy
tap "beside one that is reset, over and over" phase resets
tap "the program ends well" wait "$pid"
tap "no neighbour lost a command" none_lost
tap "the worst wait of thirteen owners is a residual command longer at most" extra ""
tap "so is that of two guests" extra guests-
tap "the guests end well" quits
tap_end
