# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by the guests' scripts that test facet_vf (sourced): the driver, the
# instance, checks.
DEV=/dev/facet/0
TESTS=$FACET_USER/kselftest/facet
DRIVER=/sys/bus/pci/drivers/facet_vf
failed=0

# check WHAT COMMAND...: fails the script in the end, with the command's output.
# Not in a subshell, so that COMMAND may wait for a process.
check() {
	local what=$1 rc=0

	shift
	"$@" >/tmp/check.log 2>&1 || rc=$?
	if [ $rc = 0 ]; then
		echo "  ok $what"
		return
	fi
	echo "  FAILED $what (status $rc)"
	sed 's/^/    /' /tmp/check.log
	failed=$((failed + 1))
}

# finish: the script's status
finish() {
	[ $failed = 0 ]
	exit
}

instance() {
	local dir

	for dir in "$DRIVER"/0000:*; do
		[ -e "$dir" ] && basename "$dir" && return
	done
	return 1
}

# stat NAME: a counter of the driver
stat_of() {
	cat "$DRIVER/$(instance)/facet/$1"
}

load_driver() {
	rm -f /tmp/stop
	insmod "$FACET_BUILD/facet_vf.ko" || exit 1
	if ! instance >/dev/null || [ ! -c $DEV ]; then
		echo "no instance was bound"
		exit 1
	fi
	# what runs while the tree's file system may be slow
	cp "$TESTS/vf_load" /tmp/
}

# pause: a tenth of a second, without starting a program for it
[ -p /tmp/never ] || mkfifo /tmp/never
exec {never}<>/tmp/never
pause() {
	read -rt 0.1 -u "$never"
	return 0
}

# until_line FILE ERE PID: until FILE has such a line; fails when PID has ended
until_line() {
	until grep -qE "$2" "$1"; do
		kill -0 "$3" 2>/dev/null || { grep -qE "$2" "$1"; return; }
		pause
	done
}

# start NAME MODE...: vf_load in the background, once it works; its process in PID
start() {
	local log=/tmp/$1.log

	shift
	: >"$log"
	/tmp/vf_load "$@" >"$log" 2>&1 &
	PID=$!
	until_line "$log" '^READY' $PID || { cat "$log"; return 1; }
}

# port NAME: the device of the host's line of that name
port() {
	local dir

	for dir in /sys/class/virtio-ports/*; do
		[ "$(cat "$dir/name")" = "$1" ] && echo "/dev/${dir##*/}" && return
	done
	return 1
}

# answer [WORD]: say "SERVES WORD", then do what the host asks for, "N COMMAND ARG..."
# a line of the port facet.ask, in this shell, and say "DONE N STATUS"; until "N quit".
# $number is N.
answer() {
	local command args rc line

	exec {line}<"$(port facet.ask)" || exit
	echo "SERVES${1:+ $1}"
	while read -ru "$line" number command args; do
		rc=0
		[ "$command" != quit ] || break
		# shellcheck disable=SC2086 # arguments
		$command $args || rc=$?
		echo "DONE $number $rc"
	done
	exec {line}<&-
}
