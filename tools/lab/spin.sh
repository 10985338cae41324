#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# spin.sh: print the path of the model checker spin, Debian's, fetched when first
# asked for.  It is half a megabyte that needs nothing but libc, so it has a place of
# its own in the cache: a line in root/packages would make everybody's root anew.
set -eu
. "$(dirname "$0")/lib.sh"

need_root
LAB_ROOT=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT
dst=$LAB_CACHE/spin-$(key "=1" "=$(basename "$LAB_ROOT")")

unpack() {
	mkdir "$tmp/out"
	dpkg-deb -x "$tmp"/spin_*.deb "$tmp/out"
	[ -x "$tmp/out/usr/bin/spin" ]
}

if [ ! -x "$dst/usr/bin/spin" ]; then
	lock spin
	if [ ! -x "$dst/usr/bin/spin" ]; then
		tmp=$LAB_CACHE/tmp-spin
		log=$LAB_CACHE/spin.log
		: >"$log"
		rm -rf "$tmp"
		mkdir -p "$tmp"
		tick "fetching spin" "$log" fetch_deb spin/trixie "$tmp"
		tick "unpacking spin" "$log" unpack
		rm -rf "$dst"
		mv "$tmp/out" "$dst"
		rm -rf "$tmp"
	fi
fi
echo "$dst/usr/bin/spin"
