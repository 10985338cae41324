#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [PATCH|LANE...]: do the tests notice planted bugs?  Each patch beside this
# script breaks one line of the suite and names the test that must go red:
#	Test: PROGRAM:NAME	(kunit: SUITE; native: sched|model:PROGRAM)
#	Lane: stable|backports|kunit|native
# Works in a copy of the tree.  On each lane first the unchanged modules have to
# pass all tests that its patches name; then each mutant, built apart, is loaded
# in L1 and its test alone is run.  It is killed when its test has begun and then
# failed, or the kernel has complained, or did not live to see the end.  One that
# survives, no longer applies or does not build is a failure.  Mutants of the
# device model need a QEMU each, unless their lane is native: there the test is a
# program of tools/sched or tools/model, and seconds are enough; kunit is User-mode
# Linux.  A lane in place of patches: all that are its own.  TAP; logs in
# build/mutants/.
set -u
. "$(dirname "$0")/../../tools/lab/lib.sh"

here=$LAB_TREE/selftests/mutants
out=$LAB_TREE/build/mutants
copy=$out/tree
n=0
failed=0

# field PATCH NAME
field() {
	sed -n "/^---/q; s/^$2: //p" "$1"
}

# file_of PATCH
file_of() {
	sed -n 's|^+++ b/||p' "$1"
}

name_of() {
	basename "$1" .patch
}

# result STATUS NAME [WHY]
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		failed=$((failed + 1))
		echo "# ${3-see the logs in $out}"
		echo "not ok $n - $2"
	fi
}

# about PATCH: how its result is called
about() {
	echo "$(name_of "$1"): $(field "$1" Test) on $(field "$1" Lane)"
}

# The tree as it is.  Objects go: they may be a mutant's, newer than the source that
# comes back.
fill_copy() {
	local part

	mkdir -p "$copy"
	rm -rf "$copy"/build/{stable,backports,mutant,sched,model,uml}
	for part in Kbuild Makefile Documentation kernel uapi tools selftests; do
		rm -rf "${copy:?}/$part"
		cp -a "$LAB_TREE/$part" "$copy/" || return
	done
}

apply() {
	"$LAB_DIR/in-root.sh" -C "$copy" patch -s -p1 --fuzz=0 --no-backup-if-mismatch \
		-r - -i "$1" >>"$log" 2>&1
}

# Newer than the objects made of the mutant.
revert() {
	cp "$LAB_TREE/$(file_of "$1")" "$copy/$(file_of "$1")"
}

is_model() {
	case $(file_of "$1") in tools/model/*) ;; *) return 1 ;; esac
}

# modules LANE NAME: build what the copy has now, for l1.sh
modules() {
	"$copy/tools/lab/modules.sh" "$1" >>"$log" 2>&1 || return
	mkdir -p "$copy/build/mutant/$2"
	cp "$copy/build/$1"/*.ko "$copy/build/mutant/$2/"
}

# boot LANE NAME=TEST...: the output in $boot_log
boot() {
	local lane=$1

	shift
	boot_log=$copy/build/lab/logs/mutants-$lane/output.log
	rm -f "$boot_log"
	"$copy/tools/lab/run.sh" --kernel "$lane" --timeout 1200 --name "mutants-$lane" \
		"$copy/selftests/mutants/l1.sh" "$@" >>"$log" 2>&1
	cp "$boot_log" "$out/boot-$(date +%s)-$lane.log" 2>/dev/null
}

# baseline LANE PATCH...: what they name is green without them
baseline() {
	local lane=$1 patch tests=() args=() i

	shift
	modules "$lane" "baseline-$lane" || return
	for patch; do
		tests+=("$(field "$patch" Test)")
	done
	mapfile -t tests < <(printf '%s\n' "${tests[@]}" | sort -u)
	for i in "${tests[@]}"; do
		args+=("baseline-$lane=$i")
	done
	boot "$lane" "${args[@]}"
	[ "$(grep -c "^mutant baseline-$lane ends 0" "$boot_log")" = ${#tests[@]} ] &&
		[ "$(grep -c '^ok ' "$boot_log")" = ${#tests[@]} ]
}

# verdict PATCH: of the last boot; 0 killed, 1 alive, 2 it was not reached
verdict() {
	local name

	name=$(name_of "$1")
	grep -q "^mutant $name begins" "$boot_log" 2>/dev/null || return 2
	! grep -q "^mutant $name ends 0" "$boot_log"
}

# judge PATCH...: until each has been reached; a boot ends with a mutant that
# takes the kernel with it
judge() {
	local patch args rest before

	while [ $# -gt 0 ]; do
		args=()
		for patch; do
			args+=("$(name_of "$patch")=$(field "$patch" Test)")
		done
		boot "$(field "$1" Lane)" "${args[@]}"
		rest=()
		before=$#
		for patch; do
			verdict "$patch"
			case $? in
			0) result 0 "$(about "$patch")" ;;
			1) result 1 "$(about "$patch")" "it survives: $(field "$patch" Subject)" ;;
			2) rest+=("$patch") ;;
			esac
		done
		if [ ${#rest[@]} = "$before" ]; then
			for patch; do
				result 1 "$(about "$patch")" "it could not be run"
			done
			return
		fi
		set -- "${rest[@]}"
	done
}

# lane LANE PATCH...: of the modules
lane() {
	local lane=$1 patch built=()

	shift
	for patch; do
		say "building $(name_of "$patch") for $lane"
		if ! apply "$patch"; then
			result 1 "$(about "$patch")" "it no longer applies"
		elif ! modules "$lane" "$(name_of "$patch")"; then
			result 1 "$(about "$patch")" "it does not build"
		else
			built+=("$patch")
		fi
		revert "$patch"
	done
	[ ${#built[@]} = 0 ] || judge "${built[@]}"
}

# model PATCH: of the device
model() {
	local lane

	lane=$(field "$1" Lane)
	say "building $(name_of "$1") into QEMU"
	if ! apply "$1"; then
		result 1 "$(about "$1")" "it no longer applies"
	elif ! "$copy/tools/lab/qemu.sh" >>"$log" 2>&1; then
		result 1 "$(about "$1")" "it does not build"
	else
		ln -sfn "baseline-$lane" "$copy/build/mutant/$(name_of "$1")"
		judge "$1"
	fi
	revert "$1"
}

# native_test PATCH: 0 green, 1 red, 2 it does not build
native_test() {
	local test dir

	test=$(field "$1" Test)
	dir=${test%%:*}
	"$LAB_DIR/in-root.sh" -C "$copy/tools/$dir" make -s "../../build/$dir/${test#*:}" \
		>>"$log" 2>&1 || return 2
	if "$LAB_DIR/in-root.sh" -C "$copy/tools/$dir" timeout 300 \
		"../../build/$dir/${test#*:}" >"$out/native.log" 2>&1; then
		return 0
	fi
	# a program that does not start has noticed nothing
	cat "$out/native.log" >>"$log"
	! grep -qE '^(not )?ok ' "$out/native.log" || return 1
	return 2
}

# kunit_test PATCH: likewise; the suite is one of those that ran
kunit_test() {
	local suite

	suite=$(field "$1" Test)
	"$copy/tools/lab/uml.sh" kunit >"$out/kunit.log" 2>>"$log"
	cat "$out/kunit.log" >>"$log"
	! grep -qE "^(    )?not ok [0-9]+ $suite\$" "$out/kunit.log" || return 1
	grep -qE "^(    )?ok [0-9]+ $suite\$" "$out/kunit.log" || return 2
}

# here LANE PATCH...: mutants of tests that run on this machine
here() {
	local lane=$1 patch bad=0

	shift
	while read -r patch; do
		"${lane}_test" "$patch" || bad=1
	done < <(for patch; do echo "$(field "$patch" Test) $patch"; done | sort -u -k1,1 |
		cut -d' ' -f2-)
	result "$bad" "baseline of $lane" "a red test says nothing when it is red without a mutant"
	[ "$bad" = 0 ] || return
	for patch; do
		if ! apply "$patch"; then
			result 1 "$(about "$patch")" "it no longer applies"
		else
			"${lane}_test" "$patch"
			case $? in
			0) result 1 "$(about "$patch")" "it survives: $(field "$patch" Subject)" ;;
			1) result 0 "$(about "$patch")" ;;
			2) result 1 "$(about "$patch")" "it does not build, or its test did not run" ;;
			esac
		fi
		revert "$patch"
	done
}

# wanted WORD: a patch, or all of a lane
wanted() {
	local patch

	case $1 in
	stable | backports | kunit | native)
		for patch in "$here"/*.patch; do
			[ "$(field "$patch" Lane)" != "$1" ] || echo "$patch"
		done
		;;
	*)
		for patch in "$1" "$here/$1" "$here/$1.patch"; do
			[ ! -f "$patch" ] || { echo "$patch" && return; }
		done
		die "no patch $1 in selftests/mutants"
		;;
	esac
}

# patches_of LANE
patches_of() {
	local patch

	for patch in "${patches[@]}"; do
		[ "$(field "$patch" Lane)" != "$1" ] || echo "$patch"
	done
}

need_root
mkdir -p "$out"
exec {mutants_lock}>"$out/.lock"
flock "$mutants_lock"
log=$out/log
: >"$log"
rm -f "$out"/boot-*.log
[ $# -gt 0 ] || set -- "$here"/*.patch
patches=()
for word; do
	list=$(wanted "$word") || exit
	[ -n "$list" ] || die "no patch with lane $word in selftests/mutants"
	mapfile -t -O ${#patches[@]} patches <<<"$list"
done
for patch in "${patches[@]}"; do
	case $(field "$patch" Lane) in
	kunit | native) ;;
	*) lane_ok "$(field "$patch" Lane)" ;;
	esac
done
LAB_ROOT=$("$LAB_DIR/root.sh")
export LAB_ROOT
fill_copy || die "the tree could not be copied to $copy"
echo "TAP version 13"
for lane in native kunit; do
	mapfile -t all < <(patches_of $lane)
	[ ${#all[@]} = 0 ] || here $lane "${all[@]}"
done
kernel_way=
for lane in stable backports; do
	drivers=() models=()
	mapfile -t all < <(patches_of $lane)
	for patch in "${all[@]}"; do
		if is_model "$patch"; then
			models+=("$patch")
		else
			drivers+=("$patch")
		fi
	done
	[ ${#all[@]} -gt 0 ] || continue
	if [ -z "$kernel_way" ]; then
		"$copy/selftests/kernel-way.sh" build || die "the tests do not build"
		kernel_way=built
	fi
	say "the named tests on $lane, without a mutant"
	if ! baseline $lane "${all[@]}"; then
		result 1 "baseline on $lane" "a red test says nothing when it is red without a mutant"
		continue
	fi
	result 0 "baseline on $lane"
	[ ${#drivers[@]} = 0 ] || lane $lane "${drivers[@]}"
	for patch in "${models[@]}"; do
		model "$patch"
	done
done
echo "1..$n"
[ $failed = 0 ]
