#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# twice.sh FIRST CMD [ARG...]: run CMD, and once more if its status is 123: run.sh says
# so when the emulated host was lost (see there), and then nothing was tested.  The
# output and the status are the last run's; the output of a run that was lost stays in
# the file FIRST, which check.sh lists at the end.
set -u
first=$1
shift
rm -f "$first"
rc=0
"$@" >"$first" 2>&1 || rc=$?
[ $rc != 123 ] || exec "$@"
cat "$first"
rm -f "$first"
exit $rc
