#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# shared.sh: instances of type facet-shared, on an accelerator with fewer queue
# contexts than instances; and the tests that hold for every type.
# lab: --timeout 1800 --mem 6G --accel-opts contexts=16
set -u
. selftests/l1/lib.sh

suite
cp -r "$TESTS" /tmp/facet
rc=0
/tmp/facet/shared || rc=1
export FACET_TYPE=facet-shared
for program in dma ops windows kill; do
	echo "# $program with shared instances on $(uname -r)"
	/tmp/facet/$program || rc=1
done
exit $rc
