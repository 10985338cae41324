#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# in-root.sh [-C DIR] [--] CMD [ARG...]: run CMD in the lab's Debian root.
#
# The root is read-only there, with a /tmp and /run of its own; the project
# tree and the cache are at the paths that they have outside, and are
# writable.  All mounts live in a private mount namespace that ends with CMD,
# and CMD replaces this process, so that its status and its signals are its
# own.  The working directory is DIR, or the present one if it is in the tree.
set -eu
. "$(dirname "$0")/lib.sh"

dir=$PWD
while :; do
	case ${1-} in
	-C) dir=$(cd "$2" && pwd -P); shift 2 ;;
	--) shift; break ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || die "usage: in-root.sh [-C DIR] [--] CMD [ARG...]"
need_root
root=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
case $dir/ in
"$LAB_TREE"/* | "$LAB_CACHE"/*) ;;
*) dir=$LAB_TREE ;;
esac
# Where the tree and the cache are mounted.  Made before the root becomes
# read-only, and again below for a checkout in /tmp or /run.
mkdir -p "$root$LAB_TREE" "$root$LAB_CACHE"

exec unshare -m --propagation private /bin/sh -c '
	root=$1 tree=$2 cache=$3 dir=$4
	shift 4
	mount --bind "$root" "$root" &&
	mount -o remount,bind,ro "$root" &&
	mount -t proc proc "$root/proc" &&
	mount --rbind /sys "$root/sys" &&
	mount --rbind /dev "$root/dev" &&
	mount -t tmpfs -o mode=1777 tmp "$root/tmp" &&
	mount -t tmpfs run "$root/run" &&
	mkdir -p "$root$cache" "$root$tree" &&
	mount --bind "$cache" "$root$cache" &&
	mount --bind "$tree" "$root$tree" || {
		echo "facet lab: the mounts of the root failed" >&2
		exit 1
	}
	mkdir -p "$root/tmp/home"
	exec chroot "$root" /usr/bin/env -i HOME=/tmp/home TERM="${TERM-dumb}" \
		LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		LAB_IN_ROOT=1 MAKEFLAGS="${LAB_MAKEFLAGS-}" XDG_CACHE_HOME="${cache%/facet}" \
		sh -c '\''cd "$1" || exit 1; shift; exec "$@"'\'' sh "$dir" "$@"
' sh "$root" "$LAB_TREE" "$LAB_CACHE" "$dir" "$@"
