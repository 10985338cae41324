# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by the scripts that run in L1 (sourced): the suite, instances, TAP.
# It has no "#!" line, which is how the gate tells it from a test.
# shellcheck disable=SC2034 # for those that source this
. tools/lab/l1/lib.sh
. tools/lab/l1/guest.sh
MDEV=/sys/bus/mdev/devices
TESTS=$FACET_USER/kselftest/facet
# Through iommufd where the kernel has it: type1 has a lock cycle of its own, and
# lockdep is silent after its first report.
case $FACET_LANE in
debug | kcsan) export FACET_IOMMU=${FACET_IOMMU-iommufd} FACET_STEPS=${FACET_STEPS-300} ;;
esac
n=0
failed=0

bail() {
	echo "Bail out! $*"
	exit 1
}

# tap NAME CMD...: one result, CMD's output before it
tap() {
	local name=$1 rc=0

	shift
	n=$((n + 1))
	# not in a subshell: CMD may wait for processes and set variables
	"$@" >/tmp/tap.log 2>&1 || rc=$?
	sed 's/^/# /' /tmp/tap.log
	if [ $rc = 0 ]; then
		echo "ok $n - $name"
	else
		failed=$((failed + 1))
		echo "not ok $n - $name (status $rc)"
	fi
}

# tap_end: the plan, and the script's status
tap_end() {
	echo "1..$n"
	[ $failed = 0 ]
	exit
}

# Data races are reported from now on, those in the suite's functions alone.
watch_races() {
	local kcsan=/sys/kernel/debug/kcsan function

	[ -w $kcsan ] || return 0
	awk '$4 ~ /^\[(facet|vf_sched)/ && $2 ~ /^[tT]$/ { print $3 }' /proc/kallsyms |
		while read -r function; do echo "!$function" >$kcsan; done
	echo whitelist >$kcsan && echo on >$kcsan
}

# suite: the modules, and where instances are made
suite() {
	load_suite || bail "the suite does not load"
	watch_races || bail "no filter of data races"
	[ -d /sys/bus/mdev ] || bail "no mdev"
	parent=$(accel 1) || bail "no accelerator"
	type=/sys/bus/pci/devices/$parent/mdev_supported_types/facet-direct
	[ -d "$type" ] || bail "no type facet-direct below $parent"
}

# uuid N
uuid() {
	printf 'fa570000-0000-4000-8000-%012x\n' "$1"
}

create() {
	echo "$1" >"$type/create"
}

remove() {
	echo 1 >"$MDEV/$1/remove"
}

# attr UUID NAME
attr() {
	cat "$MDEV/$1/$2"
}

# equal A B
equal() {
	[ "$1" = "$2" ] || { echo "'$1' is not '$2'"; return 1; }
}

# until_true SECONDS CMD...
until_true() {
	local end

	end=$((SECONDS + $(guest_patience "$1")))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "not within time: $*"; return 1; }
		guest_pause
	done
}

# pins: pages pinned for DMA in the whole machine
pins() {
	echo 1 >/proc/sys/vm/stat_refresh 2>/dev/null
	awk '/^nr_foll_pin_acquired/ { n += $2 } /^nr_foll_pin_released/ { n -= $2 }
		END { print n }' /proc/vmstat
}
