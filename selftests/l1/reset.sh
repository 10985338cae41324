#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# reset.sh [RESETS]: one instance is reset in all ways and states while fifteen others
# verify streams: two guests and thirteen user-space owners; then the same among
# shared instances.  RESETS (2000) are done in the test of leaks; the long form is
#	tools/lab/run.sh --timeout 3000 selftests/l1/reset.sh 100000
# check: long
# lab: --timeout 1800 --mem 6G
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh

suite
cp -r "$TESTS" /tmp/facet
export FACET_RESETS=${1:-2000}
rc=0
# not of those that the programs make and sweep away
A=fa580000-0000-4000-8000-00000000000a
B=fa580000-0000-4000-8000-00000000000b

# ask COMMAND: of both guests, and wait until it is done
ask() {
	local guest

	for guest in one two; do
		guest_tell $guest "$1"
	done
	for guest in one two; do
		guest_answers $guest 240 || return
	done
}

guests() {
	local guest

	guest_start one --mdev $A --mem 384M selftests/l2/work.sh serve &&
		guest_start two --mdev $B --mem 384M selftests/l2/work.sh serve || return
	for guest in one two; do
		guest_until $guest '^SERVES 1$' 300 || return
	done
	ask stream
}

# worked UUID: its guest has not lost a command, and it was not reset
resets_before=0
worked() {
	[ "$(attr "$1" stats/commands)" -gt "$2" ] || { echo "no commands"; return 1; }
	equal "$(attr "$1" stats/errors)/$(attr "$1" stats/aborted)/$(attr "$1" stats/faults)" 0/0/0
}

noticed_nothing() {
	local rc=0

	ask end || rc=1
	worked $A 1000 || rc=1
	worked $B 1000 || rc=1
	equal "$(attr $A stats/resets)/$(attr $B stats/resets)" "$resets_before" || rc=1
	echo "the guests verified $(attr $A stats/commands) and $(attr $B stats/commands) commands"
	return $rc
}

quit() {
	local guest rc=0

	for guest in one two; do
		guest_tell $guest quit
	done
	for guest in one two; do
		guest_wait $guest 120 || rc=1
	done
	return $rc
}

create $A && create $B || bail "no instances"
guests || bail "no guests"
# of the guests' own drivers, at their begin
resets_before=$(attr $A stats/resets)/$(attr $B stats/resets)
echo "# direct instances on $(uname -r)"
begin=$SECONDS
/tmp/facet/isolate || rc=1
echo "# $((SECONDS - begin)) s"
echo "# shared instances"
begin=$SECONDS
FACET_TYPE=facet-shared FACET_NEIGHBOURS=5 FACET_RESETS=$((FACET_RESETS / 4)) \
	/tmp/facet/isolate || rc=1
echo "# $((SECONDS - begin)) s"
tap "two guests beside lost nothing" noticed_nothing
tap "and end well" quit
echo "1..$n"
[ $rc = 0 ] && [ $failed = 0 ]
