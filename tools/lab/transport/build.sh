#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build.sh LANE: build/transport/vmcount.so, the plugin, for the lab's QEMU, and
# build/LANE/bench/crypto_load.ko, the load of the crypto API in a guest.
set -eu
. "$(dirname "$0")/../lib.sh"

lane=${1-}
lane_ok "$lane"
need_root
LAB_ROOT=$("$LAB_DIR/root.sh")
export LAB_ROOT
qemu=$("$LAB_DIR/qemu.sh")
src=${qemu%/bin/*}/src
out=$LAB_TREE/build/transport
module=$LAB_TREE/build/$lane/bench
mkdir -p "$out" "$module"
exec {build_lock}>"$out/.lock"
flock "$build_lock"
# shellcheck disable=SC2016 # expanded by the shell in the root
"$LAB_DIR/in-root.sh" -C "$LAB_TREE" sh -c '
	set -e
	gcc -O2 -Wall -Wextra -Wno-unused-parameter -fPIC -shared -o "$1/vmcount.so" \
		tools/lab/transport/vmcount.c -Iselftests -I"$2/include/qemu" \
		$(pkgconf --cflags glib-2.0)
	cp tools/lab/transport/Kbuild tools/lab/transport/crypto_load.c "$3/"
	make -C "$4" M="$3" FACET_TREE="$PWD" W=1 modules
' sh "$out" "$src" "$module" "$(lane_headers "$lane")" >"$out/build.log" 2>&1 ||
	{ tail -n 20 "$out/build.log" >&2; die "the parts of the transport bench do not build on $lane"; }
if grep -E 'warning:' "$out/build.log" >&2; then
	die "warnings, see $out/build.log"
fi
