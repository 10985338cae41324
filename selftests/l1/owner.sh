#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# owner.sh [PROGRAM[:TEST]...]: the C tests, by default all but those that have a
# script of their own; TEST as "fixture.name" or "name".  Their TAP, one after
# another.
# lab: --timeout 1800
set -u
. selftests/l1/lib.sh

suite
if [ $# = 0 ]; then
	# shellcheck disable=SC2046 # a list of words
	set -- $(sed -n '/:shared$/d; s/^facet://p' "$FACET_USER/kselftest/kselftest-list.txt")
fi
[ $# -gt 0 ] || bail "no tests have been built: tools/lab/user.sh"
# Read once: the tree's file system is slow to map pages from.
cp -r "$TESTS" /tmp/facet
rc=0
for arg; do
	args=()
	case $arg in
	*:*) args=(-t "${arg##*[:.]}") ;;
	esac
	program=/tmp/facet/${arg%%:*}
	[ -x "$program" ] || bail "no test ${arg%%:*}"
	echo "# ${arg} on $(uname -r)"
	begin=$SECONDS
	"$program" "${args[@]}" || rc=1
	echo "# ${arg}: $((SECONDS - begin)) s"
done
exit $rc
