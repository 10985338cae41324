# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by the lab's host-side scripts (bash, sourced): paths, messages,
# cache keys, locks.  Sets
#   LAB_TREE   the project tree        LAB_DIR    tools/lab in it
#   LAB_CACHE  the cache, ${XDG_CACHE_HOME:-$HOME/.cache}/facet
# Every cached thing is a directory NAME-KEY: built under a temporary name
# with a lock held, then renamed, so that it is either whole or absent.

# shellcheck disable=SC2034 # for those that source this
LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
LAB_TREE=$(cd "$LAB_DIR/../.." && pwd -P)
LAB_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/facet
LAB_T0=${LAB_T0:-$(date +%s)}
export LAB_T0

# say TEXT: progress, on stderr, with the seconds since the command began
say() {
	printf '[%4ds] %s\n' $(($(date +%s) - LAB_T0)) "$*" >&2
}

# die TEXT: the one line that names what is missing
die() {
	printf 'facet lab: %s\n' "$*" >&2
	exit "${LAB_DIE:-1}"
}

need_root() {
	[ "$(id -u)" = 0 ] || die "must run as root (mmdebstrap, chroot and mounts need it)"
}

# need_host PROGRAM PACKAGE: install PACKAGE with apt if PROGRAM is missing
need_host() {
	command -v "$1" >/dev/null && return
	command -v apt-get >/dev/null ||
		die "$1 is missing and there is no apt-get to install it"
	say "installing $2 on this machine"
	apt-get install -y --no-install-recommends "$2" >/dev/null 2>&1 ||
		{ apt-get update >/dev/null &&
		apt-get install -y --no-install-recommends "$2" >/dev/null; } ||
		die "package $2 could not be installed on this machine"
}

# key FILE|=TEXT...: 12 hex digits over the files' contents and the texts
key() {
	local arg

	for arg; do
		case $arg in
		=*) printf '%s\n' "$arg" ;;
		*) cat "$arg" || exit 1 ;;
		esac
	done | sha256sum | cut -c1-12
}

# tree_key DIR...: the same over all files below the directories that exist
tree_key() {
	local dir

	for dir; do
		[ -d "$dir" ] && (cd "$dir" && find . -type f ! -name '*.o' \
			! -name '.*' -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
	done | sha256sum | cut -c1-12
}

# lock NAME: hold the cache lock NAME until this process ends
lock() {
	mkdir -p "$LAB_CACHE"
	exec {LAB_LOCK_FD}>"$LAB_CACHE/.lock-$1"
	flock -n "$LAB_LOCK_FD" && return
	say "waiting for another run that is building $1"
	flock "$LAB_LOCK_FD"
}

unlock() {
	exec {LAB_LOCK_FD}>&-
}

# tick TITLE LOG CMD...: run CMD with its output in LOG; a line of progress
# every 20 seconds; on failure the end of the log
tick() {
	local title=$1 log=$2 pid tickpid rc

	shift 2
	say "$title (log: $log)"
	"$@" >>"$log" 2>&1 &
	pid=$!
	(while sleep 20 >/dev/null 2>&1; do say "  ... $title: $(tail -n 1 "$log" | tr '\r' '\n' |
		tail -n 1 | cut -c1-100)"; done) >/dev/null &
	tickpid=$!
	rc=0
	wait "$pid" || rc=$?
	kill "$tickpid" 2>/dev/null || :
	wait "$tickpid" 2>/dev/null || :
	if [ "$rc" != 0 ]; then
		tail -n 25 "$log" >&2
		die "$title failed with status $rc, see $log"
	fi
}

# lane_ok LANE: of those that have a kernel
lane_ok() {
	case $1 in
	stable | backports | debug | kcsan) ;;
	*) die "no lane '$1': stable, backports, debug or kcsan" ;;
	esac
}

# lane_is_built LANE: its kernel is not Debian's binary but built here
lane_is_built() {
	[ "$1" = debug ] || [ "$1" = kcsan ]
}

# lane_release LANE, lane_headers LANE: its kernel, and what modules for it are
# built against, a path in the root
lane_release() {
	case $1 in
	debug | kcsan) cat "$("$LAB_DIR/debug-kernel.sh" "$1")/release" ;;
	*) sed -n "s/^$1=//p" "${LAB_ROOT:-$("$LAB_DIR/root.sh")}/etc/facet-lanes" ;;
	esac
}

lane_headers() {
	case $1 in
	debug | kcsan) echo "$("$LAB_DIR/debug-kernel.sh" "$1")/build" ;;
	*) echo "/lib/modules/$(lane_release "$1")/build" ;;
	esac
}

# fetch_deb PACKAGE/SUITE DIR: the package file from the root's mirror, into DIR,
# without installing it anywhere
fetch_deb() {
	local apt=(apt-get -o "Dir::Etc::sourcelist=$LAB_CACHE/root.list"
		-o Dir::Etc::sourceparts=- -o "Dir::State=$2/state"
		-o "Dir::Cache=$2/cache" -o Dir::State::status=/dev/null
		-o APT::Sandbox::User=root)

	mkdir -p "$2/state/lists/partial" "$2/cache/archives/partial"
	"${apt[@]}" update
	(cd "$2" && "${apt[@]}" download "$1")
}
