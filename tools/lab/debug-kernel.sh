#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh [debug | kcsan]: make the kernel of one of these lanes, if it is
# not in the cache, and print the directory that holds it:
#   vmlinuz, initrd, release   what L1 boots
#   build                      what modules are built against
# The backports lane's source with tools/lab/debug/config: KASAN, lockdep and
# the like, IOMMUFD and VFIO's character devices, KUnit; nothing is a module.
# "kcsan" has the lines of tools/lab/debug/kcsan instead of those with the same name.
# FACET_DEBUG_JOBS for another number of jobs than there are cores.
set -eu
. "$(dirname "$0")/lib.sh"

need_root
LAB_ROOT=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT
lane=${1-debug}
lane_is_built "$lane" || die "debug-kernel.sh: no kernel for '$lane': debug or kcsan"
base=$(sed -n 's/^backports=//p' "$LAB_ROOT/etc/facet-lanes")

# What the kernel is to have, a line for each option.
wanted() {
	local own=$LAB_DIR/debug/$lane

	[ "$lane" != debug ] || own=/dev/null
	sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=.*/^\1=/p' "$own" |
		grep -vf - "$LAB_DIR/debug/config" | grep ^CONFIG
	grep ^CONFIG "$own" || :
}

configs=("$LAB_DIR/debug/config")
[ "$lane" = debug ] || configs+=("$LAB_DIR/debug/$lane")
debug=$LAB_CACHE/$lane-$(key "=1" "=$base" "${configs[@]}" "$LAB_DIR/debug/Kconfig" \
	"$LAB_DIR/l1/initramfs")
if [ -e "$debug/release" ]; then
	echo "$debug"
	exit
fi
source=$("$LAB_DIR/ksrc.sh" backports --full)
log=$LAB_CACHE/$lane.log

# The object tree knows its own path, so it is built in place; "release",
# written last, says that it is whole.
kmake() {
	nice -n 5 "$LAB_DIR/in-root.sh" -C "$debug/build" make -C "$source" O="$debug/build" \
		KBUILD_KCONFIG="$debug/Kconfig" KCONFIG_ALLCONFIG="$debug/build/wanted" \
		KBUILD_BUILD_USER=facet KBUILD_BUILD_HOST=lab "$@"
}

# A dependency that is not met drops an option without a word.
options_came_through() {
	local line option

	while read -r line; do
		option=${line%%=*}
		case $line in
		*=n) ! grep -q "^$option=" "$debug/build/.config" ;;
		CONFIG_*) grep -qxF "$line" "$debug/build/.config" ;;
		esac || die "$line of tools/lab/debug did not come through"
	done <"$debug/build/wanted"
}

# busybox and the init of the image's initramfs, without modules
make_initrd() {
	# shellcheck disable=SC2016 # expanded by the shell in the root
	"$LAB_DIR/in-root.sh" -C "$debug" sh -eu -c '
		dir=$(mktemp -d)
		mkdir -p "$dir/bin" "$dir/dev" "$dir/proc" "$dir/modules"
		cp /bin/busybox "$dir/bin/"
		for name in sh mount umount insmod sed sleep mkdir poweroff switch_root; do
			ln -s busybox "$dir/bin/$name"
		done
		: >"$dir/modules/order"
		cp "$1" "$dir/init"
		chmod 755 "$dir/init"
		cd "$dir"
		find . | cpio -o -H newc --quiet -R 0:0 | zstd -q -3 -f -o "$2"
	' sh "$LAB_DIR/l1/initramfs" "$debug/initrd"
}

lock "$lane"
if [ ! -e "$debug/release" ]; then
	: >"$log"
	mkdir -p "$debug/build"
	wanted >"$debug/build/wanted"
	cat "$source/Kconfig" "$LAB_DIR/debug/Kconfig" >"$debug/Kconfig"
	tick "configuring the kernel of $lane" "$log" kmake allnoconfig
	options_came_through
	tick "building the kernel of $lane (15 minutes of a processor)" "$log" \
		kmake -j"${FACET_DEBUG_JOBS:-$(nproc)}" bzImage modules_prepare modules
	cp "$debug/build/arch/x86/boot/bzImage" "$debug/vmlinuz"
	make_initrd
	# modules need the headers, the tools and the symbols
	find "$debug/build" \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' -o -name 'vmlinux*' \) \
		! -path '*/scripts/*' ! -path '*/tools/objtool/*' -type f -delete
	cp "$debug/build/include/config/kernel.release" "$debug/release.new"
	mv "$debug/release.new" "$debug/release"
fi
echo "$debug"
