#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# image.sh: make what L1 and L2 boot from, if it is not in the cache, and
# print the directory that holds it:
#   root.sqfs              the userland, both lanes' modules and, below
#                          /facet/LANE, the kernels and initramfs for L2
#   LANE/vmlinuz, initrd   a lane's kernel and its small initramfs
#   LANE/release           its release
set -eu
. "$(dirname "$0")/lib.sh"

need_root
root=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT=$root
image=$LAB_CACHE/image-$(key "=$(basename "$root")" "=$(cat "$root/etc/facet-lanes")" \
	"$LAB_DIR/l1/initramfs" "$LAB_DIR/image/exclude" "$LAB_DIR/image/build.sh")
if [ -e "$image/root.sqfs" ]; then
	echo "$image"
	exit
fi
lock image
if [ ! -e "$image/root.sqfs" ]; then
	tmp=$LAB_CACHE/tmp-image
	rm -rf "$tmp"
	mkdir -p "$tmp"
	: >"$LAB_CACHE/image.log"
	tick "packing the image of L1 and L2" "$LAB_CACHE/image.log" \
		"$LAB_DIR/in-root.sh" -C "$tmp" sh "$LAB_DIR/image/build.sh" \
		"$LAB_DIR" "$tmp" "$LAB_TREE" "$LAB_CACHE"
	rm -rf "$image"
	mv -T "$tmp" "$image"
fi
echo "$image"
