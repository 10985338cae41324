#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# user.sh [MAKE-ARG...]: build the user-space tools and tests, in the root,
# into build/user (which a test finds as $FACET_USER).  Every tools/*/Makefile
# (not of what runs on the build machine), whose default target puts its programs into
# $(OUTPUT), takes part; then the tests, the kernel's way, into
# build/user/kselftest.
set -eu
. "$(dirname "$0")/lib.sh"

need_root
LAB_ROOT=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT
out=$LAB_TREE/build/user
mkdir -p "$out"
exec {build_lock}>"$out/.lock"
flock "$build_lock"
for makefile in "$LAB_TREE"/tools/*/Makefile; do
	dir=${makefile%/Makefile}
	case $dir in
	*/tools/model | */tools/lab | */tools/sched) continue ;;
	esac
	[ -e "$makefile" ] || continue
	say "building ${dir#"$LAB_TREE"/}"
	"$LAB_DIR/in-root.sh" -C "$dir" make -s -j"$(nproc)" OUTPUT="$out" "$@" ||
		die "${dir#"$LAB_TREE"/} does not build"
done
if [ -e "$LAB_TREE/selftests/kernel-way.sh" ]; then
	say "building selftests"
	"$LAB_TREE/selftests/kernel-way.sh" build
fi
