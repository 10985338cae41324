#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest: two processes share an instance, with polling and without; one
# that keeps the ring full does not keep the other out.
set -u
. selftests/l2/vf_lib.sh
load_driver

both() {
	local pid rc=0

	/tmp/vf_load count 500 &
	pid=$!
	/tmp/vf_load count 500 || rc=1
	wait $pid || rc=1
	return $rc
}

beside() {
	timeout 60 /tmp/vf_load count 200
}

poll_ns=/sys/module/facet_vf/parameters/poll_ns
for ns in 0 50000 1000000; do
	echo $ns >$poll_ns
	check "two processes, poll_ns $ns" both
done
start a until /tmp/stop || exit 1
a=$PID
start b until /tmp/stop || exit 1
check "a third beside two that never stop" beside
touch /tmp/stop
check "the first was right" wait "$a"
check "the second was right" wait "$PID"
check "no completion was odd" [ "$(stat_of bad_completions)" = 0 ]
check "no interrupt was lost" [ "$(stat_of lost_irqs)" = 0 ]
check "interrupts came" [ "$(stat_of irqs)" -gt 0 ]
check "the driver unloads" rmmod facet_vf
finish
