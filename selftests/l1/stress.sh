#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# stress.sh [STEPS [SEED]]: the program "stress", longer than among the other
# programs (owner.sh), on one accelerator, and on another guests that work, are
# reset, rebooted and killed, at random too.  TAP.
# lab: --accel 2 --mem 5G --timeout 2400
# check: long
# long: 3000
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh
STEPS=${1-300}
SEED=${2-$((RANDOM * 32768 + RANDOM))}

suite
FACET_PARENT=$parent
export FACET_PARENT FACET_SEED=$SEED FACET_STEPS=$STEPS
second=$(accel 2) || bail "no second accelerator"
types=/sys/bus/pci/devices/$second/mdev_supported_types
RANDOM=$SEED
rounds=0

# program: in the background
program() {
	cp -r "$TESTS" /tmp/facet
	/tmp/facet/stress >/tmp/program.log 2>&1 &
	pid=$!
}

going() {
	kill -0 "$pid" 2>/dev/null
}

# what happens to a guest that works
happens() {
	case $((RANDOM % 4)) in
	0) guest_kill "$1" ;;
	1)
		echo 1 >"$MDEV/$2/reset"
		guest_kill "$1"
		;;
	2)
		guest_qmp "$1" '{"execute":"system_reset"}'
		guest_kill "$1"
		;;
	3)
		touch "$(guest_dir "$1")/stop"
		guest_wait "$1" 240
		;;
	esac
}

# a guest's life, from the instance on
one_guest() {
	local uuid name=guest$rounds type=facet-direct

	uuid=$(uuid $((0x200 + rounds)))
	[ $((RANDOM % 2)) = 0 ] || type=facet-shared
	echo "$uuid" >"$types/$type/create" || return
	guest_start "$name" --mdev "$uuid" --mem 256M selftests/l2/work.sh until /out/stop ||
		return
	guest_until "$name" '^WORKS' 240 || { guest_output "$name" | tail -n 10; return 1; }
	happens "$name" "$uuid" || return
	rm -rf "$(guest_dir "$name")"
	echo 1 >"$MDEV/$uuid/remove"
}

guests() {
	local rc=0

	echo "seed $SEED"
	while going && [ $rc = 0 ]; do
		rounds=$((rounds + 1))
		one_guest || rc=1
	done
	echo "$rounds guests"
	return $rc
}

program_passed() {
	local rc=0

	wait "$pid" || rc=$?
	cat /tmp/program.log
	return $rc
}

pins_are() {
	equal "$(pins)" "$1"
}

all_is_back() {
	local t

	for t in facet-direct facet-shared; do
		equal "$(cat "$types/$t/available_instances")" \
			"$(cat "$(dirname "$type")/$t/available_instances")" || return
	done
	until_true 60 pins_are "$pins"
}

pins=$(pins)
program
tap "guests, seed $SEED" guests
tap "and instances of user space" program_passed
tap "all is given back" all_is_back
tap_end
