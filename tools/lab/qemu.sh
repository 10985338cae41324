#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# qemu.sh: build L0's QEMU if it is not in the cache and print the path of its
# binary (which runs inside the root: in-root.sh).
#
# Debian's own QEMU source, the patches of tools/lab/qemu/ and, as soon as
# tools/model/sources.mk has QEMU sources, the accelerator of tools/model/.  The object
# tree is kept in the cache: a change of the model costs an incremental build,
# and each state of the model has a binary of its own, so that two checkouts
# do not disturb each other.
# `qemu.sh --has-device` says through its status whether the accelerator is in.
set -eu
. "$(dirname "$0")/lib.sh"

model=$LAB_TREE/tools/model
have_model=
grep -qsE '^MODEL_QEMU_SRCS *\+?:?= *[a-z]' "$model/sources.mk" && have_model=1
if [ "${1-}" = --has-device ]; then
	[ -n "$have_model" ]
	exit
fi

need_root
root=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT=$root
shopt -s nullglob
patches=("$LAB_DIR"/qemu/*.patch)
dsc=$(echo "$root"/usr/src/qemu_*.dsc)
# Not the root: a new package in it is no reason to build QEMU again.
base=$LAB_CACHE/qemu-$(key "${patches[@]}" "$LAB_DIR/qemu/devices.mak" \
	"$LAB_DIR/qemu/configure.sh" "$dsc")

# what of the tree the device is made of
parts() {
	[ -n "$have_model" ] || return 0
	echo tools/model
	echo uapi
	echo kernel/vf-sched
	echo tools/sched/include
	return 0
}
mapfile -t dirs < <(parts)
state=$(cd "$LAB_TREE" && tree_key "${dirs[@]}")
bin=$base/bin/$state/qemu-system-x86_64
if [ -x "$bin" ]; then
	touch "${bin%/*}"
	echo "$bin"
	exit
fi

make_base() {
	local tmp=$LAB_CACHE/tmp-qemu patch log=$LAB_CACHE/qemu.log

	: >"$log"
	rm -rf "$tmp"
	mkdir -p "$tmp/facet-empty"
	say "unpacking QEMU"
	"$LAB_DIR/in-root.sh" -C "$tmp" dpkg-source --no-check -x \
		"/usr/src/${dsc##*/}" src >>"$log" 2>&1 ||
		die "QEMU's source package does not unpack, see $log"
	for patch in "${patches[@]}"; do
		"$LAB_DIR/in-root.sh" -C "$tmp/src" \
			patch --fuzz=0 -p1 -i "$patch" >>"$log" 2>&1 ||
			die "tools/lab/qemu/${patch##*/} no longer applies to ${dsc##*/}, see $log"
	done
	cp "$LAB_DIR/qemu/devices.mak" "$tmp/src/configs/devices/x86_64-softmmu/facet.mak"
	mkdir -p "$tmp/src/hw/misc/facet"
	: >"$tmp/src/hw/misc/facet/meson.build"
	: >"$tmp/src/hw/misc/facet/Kconfig"
	# The object tree knows its own path: configure and build in place, and
	# let the file "built" say that it is whole.
	rm -rf "$base"
	mv "$tmp" "$base"
	tick "configuring QEMU" "$log" "$LAB_DIR/in-root.sh" -C "$base" \
		sh "$LAB_DIR/qemu/configure.sh"
	tick "building QEMU (two to three minutes on two idle cores)" "$log" \
		"$LAB_DIR/in-root.sh" -C "$base/obj" ninja qemu-system-x86_64 \
		contrib-plugins
	touch "$base/built"
}

# the device's files under hw/misc/facet, laid out as in the project tree
overlay() {
	local dst=$base/src/hw/misc/facet new=$base/facet.new dir

	rm -rf "$new"
	mkdir -p "$new"
	for dir in "${dirs[@]}"; do
		mkdir -p "$new/$dir"
		"$LAB_DIR/in-root.sh" rsync -a --include='*/' --include='*.[ch]' --exclude='*' \
			"$LAB_TREE/$dir/" "$new/$dir/"
	done
	: >"$new/Kconfig"
	: >"$new/meson.build"
	if [ -n "$have_model" ]; then
		printf 'config FACET\n    bool\n    depends on PCI && MSI_NONBROKEN\n' \
			>"$new/Kconfig"
		{
			echo "facet_inc = include_directories('tools/model', 'uapi',"
			echo "  'kernel/vf-sched', 'tools/sched/include')"
			echo "system_ss.add(when: 'CONFIG_FACET', if_true: [files("
			printf 'include sources.mk\nall: ; @printf "%%s\\n" $(MODEL_CORE_SRCS) $(MODEL_QEMU_SRCS) $(MODEL_POLICY_SRCS)\n' |
				make -s --no-print-directory -C "$model" -f - all |
				sed -e 's|^|tools/model/|' -e 's|^tools/model/\.\./\.\./||' \
					-e "s|.*|  '&',|"
			echo "), zlib, dependency('libgcrypt'), dependency('nettle'),"
			echo "  declare_dependency(include_directories: facet_inc)])"
		} >"$new/meson.build"
	fi
	"$LAB_DIR/in-root.sh" rsync -rc --delete "$new/" "$dst/"
	rm -rf "$new"
	# no device is a default one here: it is named like the others
	mak=$base/src/configs/devices/x86_64-softmmu/facet.mak
	{
		cat "$LAB_DIR/qemu/devices.mak"
		[ -z "$have_model" ] || echo CONFIG_FACET=y
	} >"$mak.new"
	cmp -s "$mak.new" "$mak" || cp "$mak.new" "$mak"
	rm "$mak.new"
}

lock qemu
if [ ! -e "$base/built" ]; then
	make_base
fi
if [ ! -x "$bin" ]; then
	log=$base/device.log
	: >"$log"
	[ -n "$have_model" ] || say "no QEMU sources in tools/model/sources.mk: no accelerator"
	overlay
	tick "building the accelerator into QEMU" "$log" \
		"$LAB_DIR/in-root.sh" -C "$base/obj" ninja qemu-system-x86_64
	# the eight binaries last used stay
	find "$base/bin" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' 2>/dev/null |
		sort -rn | tail -n +8 | cut -d' ' -f2- | xargs -r rm -rf
	mkdir -p "$base/bin/tmp"
	cp "$base/obj/qemu-system-x86_64" "$base/bin/tmp/"
	mv -T "$base/bin/tmp" "$base/bin/$state"
fi
echo "$bin"
