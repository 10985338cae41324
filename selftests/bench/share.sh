#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# share.sh: two guests on one accelerator, in virtual time: who gets how much of
# the engines.  Prints rows, a line each: "ROW " and a JSON object.  By way of
# tools/lab/bench-lab.sh.
# lab: --timeout 3000 --accel-opts timing=model,dilation=100
#
# A share is of what the device's counters say both have used in a window of the
# device's clock.  Its row has failed if one of them had work for less than 99.5 %
# of the window: then it says nothing about the arbiter.
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh

suite
A=$(uuid 0xa)
B=$(uuid 0xb)
device=/sys/bus/pci/devices/$parent
failures=0
SHORT=60000	# RSA-1024, ns
LONG=300000	# RSA-2048

# load KIND DEPTH KIND DEPTH: of the first guest and the second
load() {
	guest_ask one run "$1" "$2" && guest_ask two run "$3" "$4"
}

clock() {
	cat "$device/sched/clock_ns"
}

# counters CLASS: clock, then of each guest engine time, backlog
counters() {
	echo "$(clock) $(attr "$A" "stats/busy_$1_ns") $(attr "$A" stats/backlog_ns)" \
		"$(attr "$B" "stats/busy_$1_ns") $(attr "$B" stats/backlog_ns)"
}

# window CLASS NS: what happens in it, in W (ns) EA BA EB BB (engine, backlog)
window() {
	local before after end

	before=$(counters "$1")
	end=$((${before%% *} + $2))
	until [ "$(clock)" -ge $end ]; do
		sleep 0.05
	done
	after=$(counters "$1")
	read -r W EA BA EB BB < <(echo "$before $after" |
		awk '{ print $6 - $1, $7 - $2, $8 - $3, $9 - $4, $10 - $5 }')
	echo "# window $W ns: one $EA of engines, $BA backlogged; two $EB, $BB"
}

# full B...: was there work for 99.5 % of the window?
full() {
	local b

	for b; do
		[ $((b * 1000)) -ge $((W * 995)) ] || { echo "# not backlogged: $b of $W"; return 1; }
	done
}

# calc EXPRESSION
calc() {
	awk "BEGIN { printf \"%.4f\", $1 }"
}

# row ID SCENARIO METRIC VALUE UNIT TARGET CONDITION: CONDITION of v, for awk; rows
# that are not valid have CONDITION 0
row() {
	local pass=false

	awk -v v="$4" "BEGIN { exit !($7) }" && pass=true
	[ $pass = true ] || failures=$((failures + 1))
	printf 'ROW {"id":"%s","scenario":"%s","policy":"%s","metric":"%s","value":%s,"unit":"%s","target":%s,"pass":%s}\n' \
		"$1" "$2" "$(cat "$device/sched/policy")" "$3" "$4" "$5" "$6" $pass
}

# share_row ID SCENARIO WANT: the first guest's share, as an error in points
share_row() {
	local condition='v <= 1'

	full "$BA" "$BB" || condition=0
	row "$1" "$2" share_error "$(calc "sqrt((100 * $EA / ($EA + $EB) - $3) ^ 2)")" points 1 "$condition"
}

# victim_row ID SCENARIO CLASS: the first guest's part of half the engines
victim_row() {
	local condition='v >= 0.95' engines

	full "$BA" || condition=0
	engines=$(awk -v c="$3" '$1 == c { print $2 }' "$device/facet/engines")
	row "$1" "$2" victim_of_entitlement "$(calc "$EA / ($W * $engines / 2)")" ratio 0.95 "$condition"
}

knob() {
	echo "$3" >"$MDEV/$1/qos/$2"
}

# lost ID SCENARIO: the scenario did not come about
lost() {
	row "$1" "$2" ran 0 bool 1 0
}

shares() {
	local policy

	for policy in eevdf rr; do
		echo $policy >"$device/sched/policy"
		load rsa1024 63 rsa2048 63 && window pk 10000000 && window pk 120000000 ||
			{ lost L1 "RSA-1024 beside RSA-2048"; continue; }
		if [ $policy = eevdf ]; then
			share_row L1 "RSA-1024 beside RSA-2048, equal weights" 50
		else
			condition='v >= 75'
			full "$BA" "$BB" || condition=0
			row L1 "RSA-1024 beside RSA-2048, equal weights" share_of_long \
				"$(calc "100 * $EB / ($EA + $EB)")" percent null "$condition"
		fi
	done
	echo eevdf >"$device/sched/policy"
	knob "$A" weight 300
	window pk 10000000
	window pk 120000000
	share_row L2 "weights 3:1, changed while both run" 75
	knob "$A" weight 1000
	window pk 10000000
	window pk 120000000
	share_row L3 "weights 10:1, changed while both run" 90.909
	knob "$A" weight 100
}

# How long a guest that asks for one short command at a time waits.
waits() {
	local p99

	load rsa1024 1 rsa2048 63 && window pk 100000000 && guest_ask one idle ||
		{ lost L4 "sparse victim"; return; }
	p99=$(grep "^ENDED $asked " "$(guest_dir one)/output.log" | sed 's/.*wait_p99_ns \([0-9]*\).*/\1/')
	row L4 "one short command at a time beside long ones" wait_p99 \
		"$(calc "$p99 / $LONG")" residual_commands 1.2 'v <= 1.2'
}

hostile() {
	load rsa1024 63 rsa2048 1 && window pk 10000000 && window pk 80000000 &&
		victim_row L5 "hog with one long command" pk || lost L5 "hog"
	load copy 32 nop 63 && window sym 1000000 && window sym 20000000 &&
		victim_row L6 "flood of NOPs" sym || lost L6 "NOPs"
	load copy 32 invalid 63 && window sym 1000000 && window sym 20000000 &&
		victim_row L7 "flood of invalid commands" sym || lost L7 "invalid"
	load copy 32 doorbell 32 && window sym 1000000 && window sym 20000000 &&
		victim_row L8 "flood of doorbells" sym || lost L8 "doorbells"
}

caps() {
	local condition='v <= 2' engines

	guest_ask two idle && guest_ask one run rsa1024 63 || { lost L9 "cap"; return; }
	knob "$A" burst_us 100
	knob "$A" rate_max 100
	window pk 20000000
	window pk 200000000
	full "$BA" || condition=0
	engines=$(awk '$1 == "pk" { print $2 }' "$device/facet/engines")
	row L9 "cap of 10 % on an idle device" rate_error \
		"$(calc "sqrt((100 * $EA / ($W * $engines * 0.1) - 100) ^ 2)")" percent 2 "$condition"
	knob "$A" rate_max 1000
}

control() {
	local before t

	load rsa1024 63 rsa2048 63 || { lost L10 "loop"; return; }
	before=$(cat "$device/qos/control_ns")
	t=$(date +%s%N)
	window pk 100000000
	row L10 "control loop beside two guests" core "$(calc "100 * ($(cat "$device/qos/control_ns") - $before) / ($(date +%s%N) - $t)")" percent 1 'v < 1'
}

create "$A" && create "$B" || bail "no instances"
guest_start one --mdev "$A" selftests/l2/share.sh
guest_start two --mdev "$B" --append iomem=relaxed selftests/l2/share.sh
guest_until one '^SERVES' 300 && guest_until two '^SERVES' 300 || bail "no guests"
echo "# short command $SHORT ns, long $LONG ns; $(uname -r), dilation $(cat "$device/facet/dilation")"
shares
waits
hostile
caps
control
for guest in one two; do
	guest_tell $guest quit
done
guest_wait one 120 || failures=$((failures + 1))
guest_wait two 120 || failures=$((failures + 1))
remove "$A"
remove "$B"
[ $failures = 0 ]
