#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh [--fast | --long] [AREA...]: run the areas' checks and tests (default: all).
#
#   build                the lab, the modules of both lanes, the tools
#   harness              the counting of results
#   style                tools/check/style.sh
#   model                tools/model, make check
#   verify               tools/model/verify: the state machines, by a model checker
#   sched                tools/sched, make check: the scheduler's policy, natively
#   fuzz                 tools/model, each fuzzer for FUZZ_SECONDS (30)
#   kunit                the KUnit suites, under User-mode Linux
#   lab                  tools/lab/selftest on both lanes
#   kselftest-stable     every selftests/l1/*.sh that begins with #!, in L1, but
#                        for those with a line "# check: fast-only"
#   kselftest-backports  the same on the other lane
#   demo                 tools/demo/demo.sh on both lanes
#   kselftest-debug      on the debug kernel, only if asked for: those with a line
#                        "# check: debug", which no other lane runs, or with
#                        "# check: debug-short"; with --long all
#   kselftest-kcsan      those of "debug-short" where data races are looked for;
#                        only if asked for
# --fast: on stable alone, and of these build, harness, style without strict
# builds, model, sched, and the selftests with a line "# check: fast".
# --long: the scripts with "# check: long", too, and the arguments of their lines
# "# long: ARG...".
#
# A job is a program that prints TAP (see tap.awk), or a build.  Two run at a
# time; a script with a line "# check: alone" runs when nothing else does.
# Logs: build/check/AREA/JOB.log, all of an area in build/check/AREA.log.
# The last line is "N passed, N failed, N skipped"; a failure gives status 1.
set -u
. "$(dirname "$0")/../lab/lib.sh"
cd "$LAB_TREE" || exit 1

ALL='build harness style model verify sched fuzz kunit lab kselftest-stable kselftest-backports demo'
MORE='kselftest-debug kselftest-kcsan'
LANES='stable backports'
SLOTS=2
# two hosts at a time, which wait for their guests more than they compute
export FACET_LAB_SLOTS=${FACET_LAB_SLOTS:-2}
LIMIT=7200
OUT=build/check
fast=
long=
areas=

want() {
	case " $areas " in *" $1 "*) ;; *) return 1 ;; esac
}

any() {
	local area

	for area; do
		want "$area" && return
	done
	return 1
}

for arg; do
	case $arg in
	--fast) fast=1 ;;
	--long) long=1 ;;
	-*) die "check.sh: no option $arg, see the top of tools/check/check.sh" ;;
	*)
		case " $ALL $MORE " in *" $arg "*) ;; *) die "no area '$arg': one of $ALL $MORE" ;; esac
		areas="$areas $arg"
		;;
	esac
done
if [ -z "$areas" ]; then
	areas=$ALL
	[ -z "$fast" ] || areas='build harness style model sched kselftest-stable'
fi
[ -z "$fast" ] || LANES=stable
DEBIANS=$LANES
for lane in debug kcsan; do
	! want "kselftest-$lane" || LANES="$LANES $lane"
done
need_root
mkdir -p "$OUT"
exec {check_lock}>"$OUT/.lock"
if ! flock -n "$check_lock"; then
	say "waiting for another check of this tree"
	flock "$check_lock"
fi

declare -A pids=()
order=()

# Each job has a process group of its own, so that all of it can be ended.
set -m
stop() {
	trap - INT TERM HUP
	for pid in "${!pids[@]}"; do
		kill -TERM -- "-$pid" 2>/dev/null
	done
	wait
	echo "check: interrupted" >&2
	exit 130
}
trap stop INT TERM HUP

# reap: wait for one job and count what it says
reap() {
	local pid rc=0 job kind

	wait -n -p pid "${!pids[@]}" || rc=$?
	[ -n "${pid-}" ] || return
	read -r job kind <<<"${pids[$pid]}"
	unset "pids[$pid]"
	count "$job" "$kind" "$rc"
}

# count AREA/JOB KIND STATUS
count() {
	local log=$OUT/$1.log result=$OUT/$1.result passed=0 failed=0 skipped=0

	case $2 in
	status) [ "$3" = 0 ] && echo "count 1 0 0" || echo "count 0 0 0" ;;
	demo) awk -v demo=1 -f tools/check/tap.awk "$log" ;;
	*) awk -f tools/check/tap.awk "$log" ;;
	esac >"$result"
	read -r _ passed failed skipped < <(grep '^count ' "$result")
	if [ "$3" != 0 ] && [ "${failed:-0}" = 0 ]; then
		failed=1
		{
			sed '/^count /d' "$result"
			echo "failed ended with status $3$(reason "$log")"
			echo "count $passed $failed $skipped"
		} >"$result.new"
		mv "$result.new" "$result"
	fi
	say "$1: $passed passed, $failed failed, $skipped skipped"
}

# what the lab said last about a run
reason() {
	local line

	line=$(grep -aE '^facet lab: |^\[ *[0-9]+s\] .*(killed|warned|died|QEMU ended)' "$1" | tail -n 1)
	printf '%s' "${line:+: $line}"
}

# job KIND AREA/JOB CMD...: start CMD as soon as a slot is free
job() {
	local kind=$1 job=$2

	shift 2
	while [ ${#pids[@]} -ge "$SLOTS" ]; do
		reap
	done
	mkdir -p "$OUT/${job%/*}"
	order+=("$job")
	timeout -k 10 "$LIMIT" "$@" </dev/null >"$OUT/$job.log" 2>&1 {check_lock}>&- &
	pids[$!]="$job $kind"
}

drain() {
	while [ ${#pids[@]} -gt 0 ]; do
		reap
	done
}

# missing AREA/JOB TEXT: a failure without a run
missing() {
	mkdir -p "$OUT/${1%/*}"
	order+=("$1")
	echo "$2" >"$OUT/$1.log"
	printf 'failed %s\ncount 0 1 0\n' "$2" >"$OUT/$1.result"
	say "$1: $2"
}

# One after another: each is parallel in itself, and needs the one before.
builds() {
	local lane

	SLOTS=1
	job status build/root tools/lab/root.sh
	job status build/source tools/lab/ksrc.sh stable
	job status build/qemu tools/lab/qemu.sh
	job status build/image tools/lab/image.sh
	for lane in $LANES; do
		job status "build/modules-$lane" tools/lab/modules.sh "$lane"
	done
	job status build/user tools/lab/user.sh
	drain
	SLOTS=2
}

# unbuilt BUILD...: the first of the builds that has failed
unbuilt() {
	local build

	for build; do
		if ! grep -qs '^count 1 0 0' "$OUT/build/$build.result"; then
			echo "$build"
			return
		fi
	done
	return 1
}

# marked SCRIPT WORD: has it a line "# check: WORD"?
marked() {
	grep -qxF "# check: $2" "$1"
}

# runs SCRIPT LANE: does this lane run it in this form?
runs() {
	if [ -n "$fast" ]; then
		marked "$1" fast || marked "$1" fast-only
		return
	fi
	! marked "$1" fast-only || return
	[ -n "$long" ] || ! marked "$1" long || return
	case $2 in
	kcsan) marked "$1" debug-short ;;
	debug) [ -n "$long" ] || marked "$1" debug || marked "$1" debug-short ;;
	*) ! marked "$1" debug ;;
	esac
}

# l1_scripts LANE: tests, not what they share
l1_scripts() {
	local script

	for script in selftests/l1/*.sh; do
		head -n 1 "$script" 2>/dev/null | grep -q '^#!' || continue
		! runs "$script" "$1" || echo "$script"
	done
}

# kselftests LANE alone|shared
kselftests() {
	local lane=$1 script name build alone args

	for script in $(l1_scripts "$lane"); do
		alone=shared
		grep -q '^# check: alone' "$script" && alone=alone
		[ $alone = "$2" ] || continue
		name=$(basename "$script" .sh)
		if build=$(unbuilt qemu image "modules-$lane" user); then
			missing "kselftest-$lane/$name" "did not run: build/$build has failed"
			continue
		fi
		args=()
		[ -z "$long" ] || read -ra args < <(sed -n 's/^# long: //p' "$script")
		job tap "kselftest-$lane/$name" tools/check/twice.sh \
			"$OUT/kselftest-$lane/$name.first" tools/lab/run.sh --kernel "$lane" \
			--name "check-$name-$lane" "$script" "${args[@]}"
		[ $alone = shared ] || drain
	done
}

lab_tests() {
	local lane build

	for lane in $DEBIANS; do
		if build=$(unbuilt qemu image); then
			missing "lab/$lane" "did not run: build/$build has failed"
		else
			job tap "lab/$lane" tools/lab/selftest.sh "$lane"
		fi
	done
}

demos() {
	local lane build

	for lane in $DEBIANS; do
		if build=$(unbuilt qemu image "modules-$lane" user); then
			missing "demo/$lane" "did not run: build/$build has failed"
		else
			job demo "demo/$lane" tools/demo/demo.sh "$lane"
			drain
		fi
	done
}

# What can share the machine first, then what wants it alone.
run() {
	local lane

	any build lab kselftest-stable kselftest-backports $MORE demo && builds
	want harness && job tap harness/tap tools/check/tap-test.sh
	want style && job tap style/style tools/check/style.sh ${fast:+--fast}
	want model && job tap model/model tools/lab/in-root.sh -C tools/model \
		make -j"$(nproc)" check
	want verify && job tap verify/verify tools/model/verify/verify.sh
	want sched && job tap sched/sched tools/lab/in-root.sh -C tools/sched \
		make -j"$(nproc)" check
	want fuzz && job tap fuzz/fuzz tools/check/fuzz.sh
	want kunit && job tap kunit/kunit tools/lab/uml.sh kunit
	want lab && lab_tests
	for lane in $LANES; do
		want "kselftest-$lane" || continue
		[ -n "$(l1_scripts "$lane")" ] ||
			missing "kselftest-$lane/none" "no test in selftests/l1"
		kselftests "$lane" shared
	done
	drain
	for lane in $LANES; do
		want "kselftest-$lane" && kselftests "$lane" alone
	done
	want demo && demos
	drain
}

summary() {
	local area job results

	for area in $areas; do
		printf '%s\n' "${order[@]}" | grep -q "^$area/" || missing "$area/none" "no job ran"
	done
	for job in "${order[@]}"; do
		[ -s "$OUT/$job.result" ] || printf 'failed was not counted\ncount 0 1 0\n' >"$OUT/$job.result"
	done
	for area in $ALL $MORE; do
		results=()
		for job in "${order[@]}"; do
			[ "${job%%/*}" = "$area" ] || continue
			results+=("$OUT/$job.result")
			echo "==== $job"
			cat "$OUT/$job.log"
		done >"$OUT/$area.log"
		[ ${#results[@]} -gt 0 ] || continue
		awk -v area="$area" '$1 == "count" { p += $2; f += $3; s += $4 }
			END { print area, p, f, s }' "${results[@]}"
	done >"$OUT/table"
	for job in "${order[@]}"; do
		sed -n "s|^skipped |skipped  $job: |p" "$OUT/$job.result"
		sed -n "s|^failed \(.*\)|FAILED   $job: \1  (log: $OUT/$job.log)|p" "$OUT/$job.result"
		[ ! -e "$OUT/$job.first" ] || echo "LOST     $job: ran once more  (log: $OUT/$job.first)"
	done >"$OUT/names"
	echo
	awk 'BEGIN { printf "%-20s %8s %8s %8s\n", "area", "passed", "failed", "skipped" }
		{ printf "%-20s %8d %8d %8d\n", $1, $2, $3, $4 }' "$OUT/table"
	[ ! -s "$OUT/names" ] || { echo; cat "$OUT/names"; }
	say "logs in $OUT"
	awk '{ p += $2; f += $3; s += $4 }
		END { print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"
			exit !(p && !f) }' "$OUT/table" >"$OUT/summary"
}

for area in $ALL $MORE; do
	rm -rf "${OUT:?}/$area" "$OUT/$area.log"
done
rm -f "$OUT/summary"
run
rc=0
summary || rc=1
cat "$OUT/summary"
exit $rc
