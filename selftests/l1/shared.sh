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
for program in dma ops windows kill reset; do
	echo "# $program with shared instances on $(uname -r)"
	/tmp/facet/$program || rc=1
done
# of these programs, what is not about the device's window and arbiter
for test in doorbell:survives_100000_page_switches_under_load \
	doorbell:a_held_owner_waits_and_loses_nothing \
	qos:numbers_have_ranges_and_refusals_have_reasons \
	qos:minima_are_admitted_up_to_everything \
	qos:knobs_survive_resets \
	qos:weights_3_to_1_then_10_to_1_while_both_run \
	qos:a_minimum_holds_against_weights \
	qos:a_group_competes_as_one \
	qos:a_cap_holds_on_an_idle_device \
	qos:garbage_does_not_take_the_victims_share \
	qos:nops_do_not_take_the_victims_share \
	qos:doorbells_do_not_take_the_victims_share; do
	/tmp/facet/"${test%:*}" -t "${test#*:}" || rc=1
done
exit $rc
