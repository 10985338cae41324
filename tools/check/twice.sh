#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# twice.sh FIRST CMD [ARG...]: run CMD, and once more if it fails.  The lab's hosts are
# emulated, with guests inside that an emulated processor runs, and now and then one of
# them is lost.  What is printed, and the status, are the last run's; a first run that
# failed leaves its output in the file FIRST, which check.sh lists at the end.
set -u
first=$1
shift
rm -f "$first"
rc=0
"$@" >"$first" 2>&1 || rc=$?
if [ $rc = 0 ]; then
	cat "$first"
	rm -f "$first"
	exit 0
fi
exec "$@"
