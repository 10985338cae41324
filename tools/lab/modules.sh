#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# modules.sh LANE [--strict] [MAKE-ARG...]: build the suite's modules against
# the headers of the lane (debug, too), in the root, out of the tree:
#   build/LANE/src/    copy of kernel/ and uapi/, and the object files
#   build/LANE/*.ko    the modules, with - as _, without debug information:
#                      what a test in L1 finds as $FACET_BUILD
# --strict builds everything anew in build/LANE-strict with W=1 and sparse,
# and a warning is an error.
set -eu
. "$(dirname "$0")/lib.sh"

lane=${1-}
lane_ok "$lane"
shift
dir=$LAB_TREE/build/$lane
strict=''
if [ "${1-}" = --strict ]; then
	shift
	strict=1
	dir=$dir-strict
	# KBUILD_CHECKSRC: headers without their check of sparse would turn it off
	set -- W=1 C=2 KBUILD_CHECKSRC=2 "CF=-include $LAB_DIR/sparse.h -D__CHECK_ENDIAN__" "$@"
fi
[ -e "$LAB_TREE/Kbuild" ] || die "no Kbuild at the top of the tree"
need_root
LAB_ROOT=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT
release=$(lane_release "$lane")
headers=$(lane_headers "$lane")

mkdir -p "$LAB_TREE/build"
exec {build_lock}>"$dir.lock"
flock "$build_lock"
[ -z "$strict" ] || rm -rf "$dir"
mkdir -p "$dir/src"
log=$dir/build.log
# shellcheck disable=SC2016 # expanded by the shell in the root
build='
	set -e
	tree=$1 dir=$2 headers=$3
	shift 3
	cd "$tree"
	parts=Kbuild
	for part in kernel uapi compat-include; do
		[ ! -d $part ] || parts="$parts $part"
	done
	rsync -a --delete --include="*/" --include="*.[chS]" --include=Kbuild \
		--include=Makefile --include="*.mk" --exclude="*" $parts "$dir/src/"
	make -C "$headers" M="$dir/src" -j"$(nproc)" "$@" modules
	rm -f "$dir"/*.ko
	sed "s/\.o$/.ko/" "$dir/src/modules.order" | while read -r ko; do
		name=$(basename "$ko" | tr - _)
		case $ko in
		/*) ;;
		*) ko=$dir/src/$ko ;;
		esac
		objcopy --strip-debug "$ko" "$dir/$name.new"
		mv "$dir/$name.new" "$dir/$name"
	done
'
rc=0
"$LAB_DIR/in-root.sh" -C "$LAB_TREE" bash -c "set -o pipefail; $build" bash \
	"$LAB_TREE" "$dir" "$headers" "$@" >"$log" 2>&1 || rc=$?
if [ "$rc" != 0 ]; then
	grep -E 'error|warning|\*\*\*|undefined' "$log" | sed "s|$dir/src/||" | head -n 40 >&2
	die "the modules do not build on $lane, see ${log#"$LAB_TREE"/}"
fi
if grep -E 'warning:|WARNING:' "$log" | sed "s|$dir/src/||g" >"$dir/warnings" && [ -s "$dir/warnings" ]; then
	head -n 40 "$dir/warnings" >&2
	[ -z "$strict" ] || die "warnings on $lane, see ${log#"$LAB_TREE"/}"
fi
[ -z "$strict" ] || grep -q '^  CHECK ' "$log" || die "sparse did not run on $lane, see ${log#"$LAB_TREE"/}"
say "modules for $lane ($release): $(cd "$dir" && echo *.ko)"
