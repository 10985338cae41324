#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest, verified copies on its instance:
#   work.sh once         a few hundred, and the driver unloads
#   work.sh until FILE   until FILE exists; says WORKS once they are right
#   work.sh serve        what the host asks for, one line of the port facet.ask:
#	N data ROUNDS     hash and encrypt data of this guest's own
#	N steady COPIES   copies, with a process that keeps the memory posted
#	N stream          copies without end, begun
#	N end             and ended
#	N gone            copies until the instance is taken away
#	N quit
#     answers "DONE N STATUS", after "SERVES BOOTS" once it is up
set -u
. selftests/l2/vf_lib.sh
load_driver

# A process that looks at FILE is not the one that works.
watch() {
	until [ -e "$1" ]; do
		pause
	done
	touch /tmp/stop
}

# The guest's secret: hashed and encrypted by the device, checked by openssl.
data_round() {
	local run=/tmp/facet-run key iv=000102030405060708090a0b0c0d0e0f

	key=$(printf '%s' "$FACET_GUEST$1" | sha256sum | cut -c1-64)
	head -c $((1000 + $1 * 977 % 60000)) /dev/urandom >/tmp/secret
	[ "$($run hash --algo sha256 -i /tmp/secret | cut -d' ' -f1)" = \
		"$(sha256sum </tmp/secret | cut -d' ' -f1)" ] || { echo "hash"; return 1; }
	$run encrypt --cipher aes-256-ctr --key "$key" --iv $iv -i /tmp/secret -o /tmp/enc &&
		openssl enc -d -aes-256-ctr -K "$key" -iv $iv -in /tmp/enc | cmp - /tmp/secret
}

data() {
	local i

	for i in $(seq "$1"); do
		data_round "$i" || { echo "round $i failed"; return 1; }
	done
}

# Once before, so that nothing has to be loaded or posted any more; then the
# host's word, and the copies that it counts.
steady() {
	local rc=0

	rm -f /tmp/idle
	start idle idle /tmp/idle && /tmp/vf_load count 200 || return
	echo "STEADY $number"
	until [ -e "/out/go-$number" ]; do
		pause
	done
	/tmp/vf_load count "$1" || rc=1
	echo "COUNTED $number"
	until [ -e "/out/counted-$number" ]; do
		pause
	done
	touch /tmp/idle
	wait "$PID" || rc=1
	return $rc
}

stream() {
	rm -f /tmp/stop
	start work until /tmp/stop
}

end() {
	touch /tmp/stop
	wait "$PID"
}

gone() {
	start gone gone || return
	echo "COPIES $number"
	wait "$PID" || { cat /tmp/gone.log; return 1; }
	! instance
}

serve() {
	cp "$FACET_USER/facet-run" /tmp/
	echo boot >>/out/boots
	answer "$(grep -c boot /out/boots)"
	check "the driver unloads" rmmod facet_vf
}

case $1 in
once)
	check "copies are right" /tmp/vf_load count 300
	check "the driver unloads" rmmod facet_vf
	;;
until)
	start work until /tmp/stop || exit 1
	echo WORKS
	watch "$2"
	check "every copy was right" wait "$PID"
	cat /tmp/work.log
	;;
serve) serve ;;
*)
	echo "work.sh: no mode $1"
	exit 1
	;;
esac
finish
