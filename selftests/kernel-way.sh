#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-way.sh [build | run LANE]: the tests as a kernel developer or a foreign
# CI has them, with the lab's kernel source.
#   build      link selftests/ into a kernel tree's frame as
#              tools/testing/selftests/facet, and there
#              make -C tools/testing/selftests TARGETS=facet install
#              into build/user/kselftest
#   run LANE   (default, stable) build, then run_kselftest.sh in L1
set -eu
. "$(dirname "$0")/../tools/lab/lib.sh"

out=$LAB_TREE/build/user/kselftest
frame=$LAB_TREE/build/kselftest

build() {
	local source

	source=$("$LAB_DIR/ksrc.sh" stable)
	mkdir -p "$frame/tree/scripts" "$frame/tree/tools/testing" "$frame/obj"
	cp -a "$source/scripts/subarch.include" "$frame/tree/scripts/"
	cp -a "$source/tools/testing/selftests" "$frame/tree/tools/testing/"
	ln -sfn "$LAB_TREE/selftests" "$frame/tree/tools/testing/selftests/facet"
	"$LAB_DIR/in-root.sh" -C "$LAB_TREE" make -s -j"$(nproc)" \
		-C "$frame/tree/tools/testing/selftests" TARGETS=facet FORCE_TARGETS=1 \
		O="$frame/obj" KSFT_INSTALL_PATH="$out" install >"$frame/log" 2>&1 ||
		{ grep -E 'error|\*\*\*' "$frame/log" >&2; die "the kselftests do not build, see $frame/log"; }
	if grep -E 'warning:' "$frame/log" >&2; then
		die "warnings, see $frame/log"
	fi
	# what guests run is found beside the tools
	rm -f "$LAB_TREE"/build/user/vf_*
	(cd "$out/.." && ln -s kselftest/facet/vf_* .)
}

need_root
command=${1:-run}
case $command in
build) build ;;
run)
	lane=${2:-stable}
	lane_ok "$lane"
	"$LAB_DIR/modules.sh" "$lane"
	build
	exec "$LAB_DIR/run.sh" --kernel "$lane" selftests/l1/kernel_way.sh --all
	;;
*) die "usage: kernel-way.sh [build | run LANE]" ;;
esac
