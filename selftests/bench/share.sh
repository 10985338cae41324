#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# share.sh [short]: two guests on one accelerator, in virtual time: who gets how much
# of the engines, with direct instances, with shared ones, and with one of each.
# TAP, and before each result its row, a line each: "ROW " and a JSON object.  By way
# of tools/lab/bench-lab.sh; "short" is selftests/l1/shares.sh.
# lab: --timeout 3000 --accel-opts timing=model,dilation=200
#
# A share is of what the device's counters say both have used in a window of the
# device's clock.  Its row has failed if one of them had work for less than 99.5 %
# of the window: then it says nothing about who was chosen.
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh

suite
device=/sys/bus/pci/devices/$parent
types=/sys/bus/pci/devices/$parent/mdev_supported_types
AT=()
short=${1-}
SHORT=60000	# RSA-1024, ns
LONG=300000	# RSA-2048
DEEP=255	# of the shorter commands: a guest may be late by 3 s
WINDOW=30000000
SETTLE=5000000
declare -A uuids=(
	[one-direct]=$(uuid 0xa0) [one-shared]=$(uuid 0xa1)
	[two-direct]=$(uuid 0xb0) [two-shared]=$(uuid 0xb1)
)

# mode NAME TYPE TYPE: what the first guest uses from now on, and the second
mode() {
	name=$1
	first=$2
	second=$3
	A=${uuids[one-$first]}
	B=${uuids[two-$second]}
	guest_ask one idle && guest_ask two idle
}

# load KIND DEPTH KIND DEPTH: of the first guest and the second
load() {
	guest_ask one run "$first" "$1" "$2" && guest_ask two run "$second" "$3" "$4"
}

# engines CLASS
engines() {
	awk -v c="$1" '$1 == c { print $2 }' "$device/facet/engines"
}

# counters CLASS: in AT[], clock, then of each guest engine time and backlog.  Read
# again if the machine was busy with something else meanwhile.
counters() {
	local now

	for _ in $(seq 100); do
		read -r "AT[0]" <"$device/sched/clock_ns"
		read -r "AT[1]" <"$MDEV/$A/stats/busy_$1_ns"
		read -r "AT[2]" <"$MDEV/$B/stats/busy_$1_ns"
		read -r "AT[3]" <"$MDEV/$A/stats/backlog_ns"
		read -r "AT[4]" <"$MDEV/$B/stats/backlog_ns"
		read -r now <"$device/sched/clock_ns"
		[ $((now - AT[0])) -gt 30000 ] || return 0
	done
	bail "the counters are not to be read at one time"
}

# window CLASS NS: what happens in it, in W (ns) EA BA EB BB (engine, backlog) and
# E, the time that all engines have
window() {
	local before now=0

	counters "$1"
	before=("${AT[@]}")
	while [ "$now" -lt $((AT[0] + $2)) ]; do
		sleep 0.05
		read -r now <"$device/sched/clock_ns"
	done
	counters "$1"
	W=$((AT[0] - before[0]))
	EA=$((AT[1] - before[1]))
	EB=$((AT[2] - before[2]))
	BA=$((AT[3] - before[3]))
	BB=$((AT[4] - before[4]))
	E=$((W * $(engines "$1")))
	echo "# $name, window $W ns, engines used $(calc "($EA + $EB) / $E"): one $EA, backlogged $BA; two $EB, backlogged $BB"
}

# full B...: was there work for 99.5 % of the window?
full() {
	local b

	for b; do
		[ $((b * 1000)) -ge $((W * 995)) ] || { echo "# not backlogged: $b of $W"; return 1; }
	done
}

# share_window NS: a window for a row of shares.  On a busy machine a guest may be late
# for longer than its queue lasts; then there is another, up to three, whatever the
# shares were.
share_window() {
	for _ in 1 2 3; do
		window pk "$1"
		full "$BA" "$BB" && return
	done
}

# calc EXPRESSION
calc() {
	awk "BEGIN { printf \"%.4f\", $1 }"
}

# row ID SCENARIO METRIC VALUE UNIT TARGET CONDITION: CONDITION of v, for awk; rows
# that are not valid have CONDITION 0
row() {
	local pass=false text

	awk -v v="$4" "BEGIN { exit !($7) }" && pass=true
	text="$1 $name: $2, $(cat "$device/sched/policy"): $3 $4 $5, target $6"
	printf 'ROW {"id":"%s","scenario":"%s: %s","policy":"%s","metric":"%s","value":%s,"unit":"%s","target":%s,"pass":%s}\n' \
		"$1" "$name" "$2" "$(cat "$device/sched/policy")" "$3" "$4" "$5" "$6" $pass
	tap "$text" [ $pass = true ]
}

# share_row ID SCENARIO WANT: the first guest's share, as an error in points
share_row() {
	local condition='v <= 1'

	full "$BA" "$BB" >/dev/null || condition=0
	row "$1" "$2" share_error "$(calc "sqrt((100 * $EA / ($EA + $EB) - $3) ^ 2)")" points 1 "$condition"
}

# victim_row ID SCENARIO: the first guest's part of half the engines
victim_row() {
	local condition='v >= 0.95'

	full "$BA" || condition=0
	row "$1" "$2" victim_of_entitlement "$(calc "$EA / ($E / 2)")" ratio 0.95 "$condition"
}

knob() {
	echo "$3" >"$MDEV/$1/qos/$2"
}

# lost ID SCENARIO: the scenario did not come about
lost() {
	row "$1" "$2" ran 0 bool 1 0
}

# The peer counts commands, five times as dear on one side, as far as they are there:
# where one side comes by way of a thread it has less.  It must be seen to be unfair.
peer_row() {
	local condition='v >= 60'

	full "$BA" "$BB" >/dev/null || condition=0
	row L1 "RSA-1024 beside RSA-2048, equal weights" share_of_long \
		"$(calc "100 * $EB / ($EA + $EB)")" percent null "$condition"
}

# policy NAME WINDOW: the same load under it
policy() {
	echo "$1" >"$device/sched/policy"
	window pk $SETTLE
	share_window "$2"
}

shares() {
	load rsa1024 $DEEP rsa2048 63 || { lost L1 "RSA-1024 beside RSA-2048"; return; }
	policy rr "$WINDOW"
	peer_row
	policy eevdf "$WINDOW"
	share_row L1 "RSA-1024 beside RSA-2048, equal weights" 50
}

# weights ID SCENARIO WEIGHT WEIGHT WANT
weights() {
	knob "$A" weight "$3" && knob "$B" weight "$4" || { lost "$1" "$2"; return; }
	window pk $SETTLE
	share_window "$WINDOW"
	share_row "$1" "$2" "$5"
}

changes() {
	weights L2 "weights 3:1, changed while both run" 300 100 75
	weights L2 "weights 1:3, changed while both run" 100 300 25
	weights L3 "weights 10:1, changed while both run" 1000 100 90.909
	weights L3 "weights 1:10, changed while both run" 100 1000 9.091
	knob "$A" weight 100
	knob "$B" weight 100
}

# How long a guest that asks for one short command at a time waits.
waits() {
	local p99

	load rsa1024 1 rsa2048 63 && window pk "$WINDOW" && guest_ask one idle ||
		{ lost L4 "sparse victim"; return; }
	p99=$(grep "^ENDED $asked " "$(guest_dir one)/output.log" | sed 's/.*wait_p99_ns \([0-9]*\).*/\1/')
	row L4 "one short command at a time beside long ones" wait_p99 \
		"$(calc "$p99 / $LONG")" residual_commands 1.2 'v <= 1.2'
}

# flood ID SCENARIO KIND DEPTH
flood() {
	load hash 63 "$3" "$4" && window sym $SETTLE && window sym $((WINDOW / 3)) &&
		victim_row "$1" "$2" || lost "$1" "$2"
}

hostile() {
	load rsa1024 $DEEP rsa2048 1 && window pk $SETTLE && window pk "$WINDOW" &&
		victim_row L5 "hog with one long command" || lost L5 "hog"
	flood L6 "flood of NOPs" nop 63
	flood L7 "flood of invalid commands" invalid 63
	flood L8 "flood of doorbells" doorbell 32
}

caps() {
	local condition='v <= 2'

	guest_ask two idle && guest_ask one run "$first" rsa1024 $DEEP && knob "$A" burst_us 100 &&
		knob "$A" rate_max 100 || { lost L9 "cap"; return; }
	window pk $SETTLE
	window pk "$WINDOW"
	full "$BA" || condition=0
	row L9 "cap of 10 % on an idle device" rate_error \
		"$(calc "sqrt((100 * $EA / ($E * 0.1) - 100) ^ 2)")" percent 2 "$condition"
	knob "$A" rate_max 1000
}

control() {
	local before t

	load rsa1024 $DEEP rsa2048 63 || { lost L10 "loop"; return; }
	before=$(cat "$device/qos/control_ns")
	t=$(date +%s%N)
	window pk "$WINDOW"
	row L10 "control loop beside two guests" core "$(calc "100 * ($(cat "$device/qos/control_ns") - $before) / ($(date +%s%N) - $t)")" percent 1 'v < 1'
}

all() {
	mode "$@" || { lost L0 "loads ended"; return; }
	shares
	changes
	waits
	hostile
	caps
	control
}

some() {
	mode "$@" || { lost L0 "loads ended"; return; }
	shares
}

for who in one two; do
	for kind in direct shared; do
		echo "${uuids[$who-$kind]}" >"$types/facet-$kind/create" || bail "no instance"
	done
	guest_start $who --mdev "${uuids[$who-direct]}" --mdev "${uuids[$who-shared]}" \
		--append iomem=relaxed selftests/l2/share.sh
done
for who in one two; do
	guest_until $who '^SERVES' 300 || { guest_wait $who 1; bail "guest $who does not serve"; }
done
echo "# short command $SHORT ns, long $LONG ns; $(uname -r), dilation $(cat "$device/facet/dilation")"
if [ -n "$short" ]; then
	some direct direct direct
	some mixed direct shared
	some shared shared shared
	flood L6 "flood of NOPs" nop 63
	caps
else
	all direct direct direct
	all shared shared shared
	all mixed direct shared
	all mixed-2 shared direct
fi
for who in one two; do
	guest_tell $who quit
done
tap "the first guest's loads were right to the end" guest_wait one 120
tap "the second guest's, too" guest_wait two 120
for who in one two; do
	remove "${uuids[$who-direct]}"
	remove "${uuids[$who-shared]}"
done
tap_end
