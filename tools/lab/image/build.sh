#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# build.sh LAB_DIR OUT TREE CACHE: runs in the root; makes each lane's
# initramfs and the squashfs that image.sh describes, in OUT, without what is
# mounted at TREE and CACHE.
set -eu
lab=$1
out=$2
tree=$3
cache=$4
boot_modules="virtio_pci virtio_blk squashfs overlay 9p 9pnet_virtio"

# initramfs LANE RELEASE: busybox, the modules of the root device in the order
# of their loading, and /init
initramfs() {
	dir=$(mktemp -d)
	mkdir -p "$dir/bin" "$dir/dev" "$dir/proc" "$dir/modules"
	cp /bin/busybox "$dir/bin/"
	for name in sh mount umount insmod sed sleep mkdir poweroff switch_root; do
		ln -s busybox "$dir/bin/$name"
	done
	for module in $boot_modules; do
		modprobe -S "$2" --show-depends "$module" || exit 1
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r path; do
			name=${path##*/}
			case $path in
			*.xz) name=${name%.xz}; xz -dc "$path" >"$dir/modules/$name" ;;
			*.zst) name=${name%.zst}; zstd -qdc "$path" >"$dir/modules/$name" ;;
			*) cp "$path" "$dir/modules/$name" ;;
			esac
			echo "$name" >>"$dir/modules/order"
		done
	cp "$lab/l1/initramfs" "$dir/init"
	chmod 755 "$dir/init"
	mkdir -p "$out/$1"
	(cd "$dir" && find . | cpio -o -H newc --quiet -R 0:0) |
		zstd -q -3 >"$out/$1/initrd"
	cp "/boot/vmlinuz-$2" "$out/$1/vmlinuz"
	echo "$2" >"$out/$1/release"
}

. /etc/facet-lanes
# shellcheck disable=SC2154 # the lanes file sets both
initramfs stable "$stable"
# shellcheck disable=SC2154
initramfs backports "$backports"

stage=$(mktemp -d)
mkdir -p "$stage/facet" "$stage/src" "$stage/out"
cp -r "$out/stable" "$out/backports" "$stage/facet/"
sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$lab/image/exclude" >"$stage.exclude"
printf '%s\n' "${tree#/}/*" "${cache#/}/*" >>"$stage.exclude"
# The root's own top level, then what the lab adds to it.
mksquashfs / "$out/root.sqfs" -one-file-system -no-progress -quiet \
	-wildcards -ef "$stage.exclude" -comp zstd -Xcompression-level 2 \
	-no-xattrs -b 262144
mksquashfs "$stage" "$out/root.sqfs" -no-progress -quiet -no-xattrs \
	-comp zstd -Xcompression-level 2
