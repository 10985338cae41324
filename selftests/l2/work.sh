#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest, verified copies on its instance:
#   work.sh once         a few hundred, and the driver unloads
#   work.sh until FILE   until FILE exists; says WORKS once they are right
#   work.sh steady N     N copies between the files /out/go and the line DONE
#   work.sh data         other data than any other guest's: work.sh's own test
#   work.sh gone         until the instance is taken away
set -u
. selftests/l2/vf_lib.sh
load_driver

# A process that looks at FILE is not the one that works.
watch() {
	until [ -e "$1" ]; do
		sleep 0.1
	done
	touch /tmp/stop
}

wait_for() {
	until [ -e "$1" ]; do
		sleep 0.05
	done
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
steady)
	# a first time, so that nothing has to be loaded or posted any more
	check "before" /tmp/vf_load count 200
	start idle idle /tmp/stop || exit 1
	echo WORKS
	wait_for /out/go
	check "copies are right" /tmp/vf_load count "$2"
	echo DONE
	wait_for /out/stop
	touch /tmp/stop
	check "the idle process ended well" wait "$PID"
	;;
data)
	cp "$FACET_USER/facet-run" /tmp/
	echo WORKS
	wait_for /out/go
	for i in $(seq 40); do
		data_round "$i" || { echo "  FAILED round $i"; failed=1; break; }
	done
	echo "rounds $i"
	;;
gone)
	start gone gone || exit 1
	echo WORKS
	check "the owner was told, and kept its memory" wait "$PID"
	cat /tmp/gone.log
	check "the device is gone" eval '! instance'
	echo GONE
	wait_for /out/stop
	;;
*)
	echo "work.sh: no mode $1"
	exit 1
	;;
esac
finish
