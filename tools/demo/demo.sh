#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh [LANE]: the main job, with everything that it needs.
#
# Builds modules, tools, QEMU and images as far as they are not there, packs a
# real source tree of at least 64 MiB, makes an RSA key, and runs
# tools/demo/l1.sh on the KVM host of the lab: two guests work on it through one
# accelerator while a third instance is reset 100 times.
set -eu
. "$(dirname "$0")/../lab/lib.sh"

lane=${1:-stable}
lane_ok "$lane"
! lane_is_built "$lane" || die "the demo is for the lanes stable and backports"
need_root
LAB_ROOT=$("$LAB_DIR/root.sh")
export LAB_ROOT
in_root=$LAB_DIR/in-root.sh
data=$LAB_TREE/build/demo
mkdir -p "$data"

"$LAB_DIR/modules.sh" "$lane"
"$LAB_DIR/user.sh"

# A raw disk: the length is written beside it, the disk is padded to sectors.
release=$(lane_release "$lane")
tree=$data/tree-$release.tar
if [ ! -e "$tree" ]; then
	say "packing the kernel headers of $release as the data"
	"$in_root" -C "$data" sh -c '
		cd /usr/src && tar -c --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
			"linux-headers-$1" "linux-headers-${1%-amd64}-common" >"$2.tmp" &&
		truncate -s %512 "$2.tmp" && mv "$2.tmp" "$2"' sh "$release" "$tree"
fi
bytes=$(stat -c %s "$tree")
[ "$bytes" -ge $((64 << 20)) ] || die "$tree has only $bytes bytes; the demo promises 64 MiB"
if [ ! -e "$data/key.pem" ]; then
	say "making an RSA-2048 key"
	"$in_root" -C "$data" sh -c 'umask 077 &&
		openssl genrsa -out key.tmp 2048 2>/dev/null &&
		openssl rsa -in key.tmp -pubout -out pub.pem 2>/dev/null && mv key.tmp key.pem'
fi

say "booting the KVM host ($release) with one accelerator"
exec "$LAB_DIR/run.sh" --kernel "$lane" --name "demo-$lane" --timeout 1500 \
	--qemu "-drive file=$tree,format=raw,if=virtio,readonly=on" \
	tools/demo/l1.sh
