#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# verify.sh: the state machines of queue contexts and instances, every order of events,
# by spin.  Each model as it is must have no error in any of its runs; each planted
# one, in the model (MUTANT_*) or in the driver's tables that it is made from, must be
# found.  TAP; traces of what went wrong in build/verify/.
set -u
cd "$(dirname "$0")/../../.." || exit 1
here=tools/model/verify
out=build/verify
spin=$(tools/lab/spin.sh) || exit 1
driver=kernel/accel/vfio/reset.c
n=0
failed=0

# result STATUS NAME
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		failed=$((failed + 1))
		echo "not ok $n - $2 (in $dir)"
	fi
}

# search MODEL DRIVER DEFINES: every state; 0 none is bad, 1 one is, 2 no answer
search() {
	local model=$1

	rm -rf "$dir"
	mkdir -p "$dir"
	cp $here/*.pml "$dir/"
	awk -f $here/tables.awk uapi/facet/instance.h "$2" >"$dir/tables.h" || return 2
	# shellcheck disable=SC2016 # expanded by the shell in the root
	tools/lab/in-root.sh -C "$dir" sh -c '
		spin=$1 model=$2
		shift 2
		"$spin" -a "$@" "$model.pml" &&
			gcc -O1 -w -DSAFETY -DCOLLAPSE -DMEMLIM=2000 -o pan pan.c || exit
		./pan -n -m100000
		[ ! -e "$model.pml.trail" ] || "$spin" -t -p -g "$model.pml" >trail.txt 2>&1' \
		sh "$spin" "$model" $3 >"$dir/log" 2>&1
	# a search that gave up is no answer, and neither is one that began nowhere
	if grep -qE 'out of memory|max search depth too small|[Ss]earch not completed' "$dir/log" &&
		! grep -q 'errors: 1' "$dir/log"; then
		return 2
	fi
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$dir/log")
	[ -n "$states" ] || return 2
	grep -q 'errors: 0$' "$dir/log" && return 0
	grep -q 'errors: 1$' "$dir/log" && return 1
	return 2
}

# holds MODEL WHAT DEFINES
holds() {
	local rc=0

	dir=$out/$1-$((n + 1))
	search "$1" $driver "$3" || rc=$?
	[ $rc = 0 ] || tail -n 15 "$dir/log" | sed 's/^/# /'
	result $rc "$1: $2, ${states:-?} states"
}

# found MODEL MUTANT DEFINES
found() {
	local rc=0

	dir=$out/$1-$2
	search "$1" $driver "-DMUTANT_$2 $3" || rc=$?
	result $((rc != 1)) "$1: $2 is found"
}

# table NAME SCRIPT DEFINES: the driver's tables, changed by sed
table() {
	local rc=0

	mkdir -p $out
	dir=$out/instance-$1
	sed "$2" $driver >"$out/$1.c"
	if cmp -s "$out/$1.c" $driver; then
		echo "# nothing to change for $1"
		result 1 "tables: $1 is found"
		return
	fi
	search instance "$out/$1.c" "$3" || rc=$?
	result $((rc != 1)) "tables: $1 is found"
}

ALL='-DFATE=0 -DVMM=0'
DIES='-DVMM=0 -DWATCHDOG=0 -DSTOPS=0'

echo "TAP version 13"
holds context "owner, operator, watchdog" '-DHOST=0'
holds context "a reset, and a PASID revoked" '-DSTOP=0 -DLIVES=1'
holds instance "owner, operator, watchdog, event log" "$ALL"
holds instance "owner, operator, VMM" '-DFATE=0 -DWATCHDOG=0 -DSTOPS=0'
holds instance "a device that dies, or does not end a reset" "$DIES"
for m in COMPLETES_WHILE_RESETTING FETCHES_WHILE_STOPPING RESET_LEAVES_LATCHED; do
	found context $m '-DHOST=0'
done
for m in ABORTS_NEIGHBOUR REVOKE_DOES_NOT_WAIT; do
	found context $m '-DSTOP=0 -DLIVES=1'
done
for m in NO_EPOCH ERROR_WHILE_RESETTING FINISH_WHILE_PENDING NO_RESET_LOCK; do
	found instance $m "$ALL"
done
table grants-dropped-first '/run = step_abort/{h;d}; /run = step_drop_grants.*KEEPS/{G}' "$ALL -DVMM=1 -DWATCHDOG=0"
table no-last-resort '/step_drop_grants, .when = FAILED/d' "$DIES"
table page-left-open '/run = step_shut/d' "$ALL"
table enabled-while-stopped 's/EDGE_ENABLE\].*{ /&ST(STOPPED) | /' "$ALL"
table done-is-running 's/\(EDGE_DONE.*\)FACET_VI_ST_IDLE/\1FACET_VI_ST_RUNNING/' "$ALL"
table rises-from-the-dead 's/EDGE_DONE\].*{ /&ST(DEAD) | /' "$DIES"
echo "1..$n"
[ $failed = 0 ]
