#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh [warn]: in L1, two L2 guests at once, their status and KVM's
# counters; or one whose kernel warns.
. "$FACET_TREE/tools/lab/l1/guest.sh"
if [ "${1-}" = warn ]; then
	guest_run w tools/lab/selftest/event.sh warn
	exit
fi
t=$SECONDS
guest_start a tools/lab/selftest/in-guest.sh 0
guest_start b tools/lab/selftest/in-guest.sh 5
guest_until a '^ready' || { echo "a is not ready"; exit 1; }
echo "mmio_exits of a: $(guest_stat a mmio_exits)"
guest_wait a
echo "a ended with $?"
guest_wait b
echo "b ended with $?"
guest_output a
guest_output b
echo "took $((SECONDS - t)) s"
