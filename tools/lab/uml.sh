#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# uml.sh kernel              build User-mode Linux from the backports lane's source
#                            and print the directory that holds it
# uml.sh modules DIR         build the modules of DIR/src (with a Kbuild) for it
# uml.sh run DIR [ARG...] -- MODULE...
#                            boot it with ARGs and load DIR/MODULE.ko in their
#                            order ("MODULE parameters" in one word); the kernel's
#                            messages go to stdout and DIR/console.log
# uml.sh kunit [ARG...]      build the suite's KUnit modules, run them, and print
#                            KTAP; ends with checks of this script's own
#
# Time is simulated (time-travel=inf-cpu): waiting takes no time, computing takes
# none either, and each run is the same.  No privileges, no KVM.
set -eu
. "$(dirname "$0")/lib.sh"

need_root
root=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT=$root
config=$LAB_DIR/uml/kernel.config
release=$(sed -n 's/^backports=//p' "$root/etc/facet-lanes")
uml=$LAB_CACHE/uml-$(key "=1" "=$(basename "$root")" "=$release" "$config")
in_root=$LAB_DIR/in-root.sh

build_kernel() {
	# shellcheck disable=SC2016 # expanded by the shell in the root
	nice -n 10 "$in_root" -C "$LAB_CACHE" sh -c '
		set -e
		# "#? " marks what not every release knows
		sed "s/^#? //" "$3" >"$2/all.config"
		make -s -C "$1" O="$2" ARCH=um KCONFIG_ALLCONFIG="$2/all.config" allnoconfig
		grep ^CONFIG "$3" | while read -r line; do
			grep -qxF "$line" "$2/.config" || {
				echo "the kernel does not take $line"
				exit 1
			}
		done
		make -s -C "$1" O="$2" ARCH=um -j2 linux modules
		gcc -O2 -Wall -static -o "$2/uml-init" "$4"
		find "$2" -name scripts -prune -o -name "*.[oa]" ! -path "*/arch/um/*" \
			-exec rm {} +
	' sh "$1" "$2" "$config" "$LAB_DIR/uml/init.c"
}

kernel() {
	local src tmp=$LAB_CACHE/tmp-uml

	if [ ! -x "$uml/uml-init" ]; then
		src=$("$LAB_DIR/ksrc.sh" backports --full)
		lock uml
		if [ ! -x "$uml/uml-init" ]; then
			rm -rf "$tmp"
			mkdir -p "$tmp"
			: >"$LAB_CACHE/uml.log"
			tick "building User-mode Linux $release" "$LAB_CACHE/uml.log" \
				build_kernel "$src" "$tmp"
			mv -T "$tmp" "$uml"
		fi
		unlock
	fi
	echo "$uml"
}

# modules DIR
modules() {
	local dir=$1 src ko

	src=$("$LAB_DIR/ksrc.sh" backports --full)
	if ! "$in_root" -C "$LAB_TREE" make -C "$src" O="$uml" ARCH=um M="$dir/src" -j2 \
		modules >"$dir/build.log" 2>&1; then
		grep -E 'error|warning|\*\*\*|undefined' "$dir/build.log" | head -n 30 >&2
		die "the modules do not build for User-mode Linux, see $dir/build.log"
	fi
	while read -r ko; do
		ko=${ko%.o}.ko
		case $ko in /*) ;; *) ko=$dir/src/$ko ;; esac
		cp "$ko" "$dir/"
	done <"$dir/src/modules.order"
}

# run DIR [ARG...] -- MODULE...
run() {
	local dir=$1 args=() work module

	shift
	while [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	shift
	work=$dir/initramfs
	rm -rf "$work"
	mkdir -p "$work"/{dev,proc,sys,modules}
	cp "$uml/uml-init" "$work/init"
	mknod "$work/dev/console" c 5 1
	for module; do
		cp "$dir/${module%% *}.ko" "$work/modules/"
		case $module in
		*\ *) echo "${module%% *}.ko ${module#* }" ;;
		*) echo "$module.ko" ;;
		esac
	done >"$work/modules/list"
	# shellcheck disable=SC2016 # expanded by the shell in the root
	"$in_root" -C "$dir" sh -c '
		(cd initramfs && find . | cpio --quiet -o -H newc) >initramfs.cpio
		linux=$1
		shift
		exec timeout -k 5 300 "$linux" "$@" </dev/null
	' sh "$uml/linux" mem=512M initrd=initramfs.cpio time-travel=inf-cpu panic=-1 \
		con=null con0=null,fd:1 loglevel=7 "${args[@]}" 2>&1 | tr -d '\r' |
		tee "$dir/console.log"
	grep -q '^uml: done' "$dir/console.log" || die "the kernel did not reach its end: $dir/console.log"
}

n=0
# result STATUS TEXT
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

# checks LOG: what KTAP alone would not tell
checks() {
	local log=$1 written ran event

	echo "TAP version 13"
	echo "1..7"
	# a suite that was not run prints "ok" as well: count the cases
	written=$(cat kernel/vf-sched/tests/*_test.c | grep -c '^	KUNIT_CASE')
	ran=$(grep -cE '^    (not )?ok [0-9]+ ' "$log" || :)
	result "$((written != ran))" "$ran of $written KUnit cases ran"
	ran=$(grep -cE 'QDRES policy=vf_sched credits' "$log" || :)
	result "$((ran != 26))" "$ran of 26 queue depth cases ran"
	! grep -E 'WARNING:|BUG:|Kernel panic|INFO: ' "$log"
	result "$?" "no complaint of the kernel's"
	for event in pick charge correct throttle; do
		grep -qE "^uml: trace $event [1-9]" "$log"
		result "$?" "trace event vf_sched_$event"
	done
}

kunit() {
	local dir=$LAB_TREE/build/uml

	mkdir -p "$dir/src/kernel"
	exec {build_lock}>"$dir.lock"
	flock "$build_lock"
	kernel >/dev/null
	"$in_root" -C "$LAB_TREE" rsync -a --delete --include='*/' --include='*.[chS]' \
		--include=Kbuild --include='*.mk' --exclude='*' \
		kernel uapi "$dir/src/"
	echo 'obj-m += kernel/vf-sched/' >"$dir/src/Kbuild"
	modules "$dir"
	say "booting User-mode Linux"
	run "$dir" "$@" -- vf_sched vf_sched_kunit | sed -n '/^uml: loaded/,$p'
	cd "$LAB_TREE"
	set +e
	checks "$dir/console.log"
}

cmd=${1-}
[ $# = 0 ] || shift
case $cmd in
kernel | kunit) "$cmd" "$@" ;;
modules | run)
	kernel >/dev/null
	"$cmd" "$@"
	;;
*) die "usage: see the top of tools/lab/uml.sh" ;;
esac
