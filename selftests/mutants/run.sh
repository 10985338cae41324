#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [PATCH...]: do the tests notice planted bugs?  Each patch beside this
# script breaks one line of the suite and names the test that must go red:
#	Test: PROGRAM:NAME
#	Lane: stable|backports
# In a copy of the tree, first all named tests have to pass on their lanes;
# then each patch is applied, built, and its test alone is run in L1.  A mutant
# is killed when its test has begun and then failed, hung, or taken the kernel
# with it.  One that survives, no longer applies or does not build is a
# failure.  TAP; logs in build/mutants/.
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

result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		failed=$((failed + 1))
		echo "not ok $n - $2"
	fi
}

# The tree as it is.  Objects of modules go: they may be a mutant's, newer than
# the source that comes back.
fill_copy() {
	local part

	mkdir -p "$copy"
	rm -rf "$copy"/build/{stable,backports}
	for part in Kbuild Makefile Documentation kernel uapi tools selftests; do
		rm -rf "${copy:?}/$part"
		cp -a "$LAB_TREE/$part" "$copy/" || return
	done
}

build() {
	"$copy/tools/lab/modules.sh" "$1" && "$copy/tools/lab/qemu.sh" >/dev/null
}

# run LANE NAME TEST...: in the copy
run() {
	local lane=$1 name=$2

	shift 2
	"$copy/tools/lab/run.sh" --kernel "$lane" --timeout 600 --name "$name" \
		selftests/l1/owner.sh "$@"
}

# every test that a patch names must be green before it can go red
baseline() {
	local lane patch tests

	for lane in stable backports; do
		tests=()
		for patch in "${patches[@]}"; do
			[ "$(field "$patch" Lane)" != "$lane" ] || tests+=("$(field "$patch" Test)")
		done
		[ ${#tests[@]} -gt 0 ] || continue
		mapfile -t tests < <(printf '%s\n' "${tests[@]}" | sort -u)
		say "baseline on $lane: ${#tests[@]} tests"
		build "$lane" && run "$lane" "baseline-$lane" "${tests[@]}" || return
		passed "${tests[@]}" <"$copy/build/lab/logs/baseline-$lane/output.log" || return
	done >"$out/baseline.log" 2>&1
}

# passed TEST...: each of them is in the TAP on stdin
passed() {
	local log test

	log=$(cat)
	for test; do
		grep -q "^ok .*\.${test##*:}\$" <<<"$log" || { echo "$test did not pass"; return 1; }
	done
}

# killed LOG STATUS TEST: begun, and then no success, or a kernel that warned
killed() {
	grep -q "^#  RUN .*\.$3 " "$1" || { echo "$3 did not even begin"; return 1; }
	if [ "$2" = 126 ] || ! grep -q "^ok .*\.$3\$" "$1"; then
		return 0
	fi
	echo "$3 has passed: the mutant survives"
	return 1
}

# mutate PATCH: its test must notice
mutate() {
	local patch=$1 name lane test file status=0

	name=$(basename "$patch" .patch)
	lane=$(field "$patch" Lane)
	test=$(field "$patch" Test)
	file=$(sed -n 's|^+++ b/||p' "$patch")
	lane_ok "$lane"
	"$LAB_DIR/in-root.sh" -C "$copy" patch -s -p1 --fuzz=0 --no-backup-if-mismatch -i "$patch" ||
		{ echo "it no longer applies"; cp -a "$LAB_TREE/$file" "$copy/$file"; return 1; }
	if build "$lane"; then
		run "$lane" "$name" "$test"
		status=$?
		killed "$copy/build/lab/logs/$name/output.log" $status "${test#*:}"
		status=$?
	else
		echo "it does not build"
		status=1
	fi
	cp -a "$LAB_TREE/$file" "$copy/$file"
	# newer than the objects made of the mutant
	touch "$copy/$file"
	return $status
}

need_root
mkdir -p "$out"
exec {mutants_lock}>"$out/.lock"
flock "$mutants_lock"
if [ $# -gt 0 ]; then
	patches=("$@")
else
	patches=("$here"/*.patch)
fi
[ -e "${patches[0]}" ] || die "no patches in selftests/mutants"
for i in "${!patches[@]}"; do
	[ -e "${patches[i]}" ] || patches[i]=$here/${patches[i]}
	patches[i]=$(realpath "${patches[i]}")
done
LAB_ROOT=$("$LAB_DIR/root.sh")
export LAB_ROOT
fill_copy || die "the tree could not be copied to $copy"
"$copy/selftests/kernel-way.sh" build || die "the tests do not build"
echo "1..$((${#patches[@]} + 1))"
if ! baseline; then
	tail -n 20 "$out/baseline.log" | sed 's/^/# /'
	result 1 "baseline: the named tests pass without a mutant"
	die "without a green baseline a red test says nothing, see $out/baseline.log"
fi
result 0 "baseline: the named tests pass without a mutant"
for patch in "${patches[@]}"; do
	name=$(basename "$patch" .patch)
	say "$name: $(head -n 1 "$patch")"
	rc=0
	mutate "$patch" >"$out/$name.log" 2>&1 || rc=1
	[ $rc = 0 ] || tail -n 5 "$out/$name.log" | sed 's/^/# /'
	result $rc "$name: $(field "$patch" Test) on $(field "$patch" Lane)"
done
[ $failed = 0 ]
