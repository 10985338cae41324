#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# l1.sh NAME=PROGRAM:TEST...: in L1, for each the modules in build/mutant/NAME
# and one test on them.  Prints "mutant NAME begins", and "mutant NAME ends
# STATUS" where STATUS is 0 for a test that passed and a kernel that said
# nothing.  Ends early when a mutant's modules do not leave: what they have
# done to this kernel would be blamed on the next.
set -u
. selftests/l1/lib.sh

warnings() {
	dmesg | grep -cE 'WARNING:|BUG:|Oops|refcount_t:|list_(add|del) corruption'
}

# only whole lines reach the host when this kernel dies
cp -r "$TESTS" /tmp/facet
for arg; do
	name=${arg%%=*}
	program=${arg#*=}
	test=${program#*:}
	program=${program%%:*}
	FACET_BUILD=$FACET_TREE/build/mutant/$name
	load_suite || exit 1
	before=$(warnings)
	echo "mutant $name begins"
	status=0
	/tmp/facet/"$program" -t "$test" || status=1
	[ "$(warnings)" = "$before" ] || status=2
	echo "mutant $name ends $status"
	for module in facet_user facet_vfio facet vf_sched; do
		[ ! -d /sys/module/$module ] || rmmod $module || exit 1
	done
done
