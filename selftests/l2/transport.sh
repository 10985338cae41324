#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest: windows for vmcount (tools/lab/transport), each a load and then a
# loop that does nothing for as long.
#	transport.sh peers	software and virtio-crypto
#	transport.sh irq	direct and shared instances, waiting by interrupts
#	transport.sh poll	the same, polling
#	transport.sh serve	what the host asks for, on the one instance there is:
#		load WAIT BYTES DEPTH		a load
#		flood KIND			for ever, in place of what there was: alone
#						(nothing), equal (commands as those of
#						the load) or a KIND of vf_share
# Prints for each load "LOAD number transport wait bytes depth count ns digest",
# and first "PAGE address" for the pages that a command could have to write.
# The loop's number is the load's and one; numbers of all modes are different.
set -u
. selftests/l2/vf_lib.sh
mode=$1
COUNT=1000
[ "$mode" != poll ] || COUNT=2000
POLL_NS=100000000
declare -A first=([peers]=1000 [irq]=2000 [poll]=3000 [serve]=4000)
id=${first[$mode]}
pid=''

# pages: where the control page and the doorbell page of each instance are
pages() {
	awk 'FNR == 1 || FNR == 3 { print "PAGE", substr($1, 3) }' "$DRIVER"/0000:*/resource
}

# window TRANSPORT WAIT BYTES DEPTH COMMAND...: COMMAND gets the number in front
window() {
	local transport=$1 wait=$2 bytes=$3 depth=$4 result ns

	shift 4
	id=$((id + 2))
	result=$("$@" "$id" "$bytes" "$depth" "$COUNT") || {
		echo "  FAILED $transport $wait $bytes $depth"
		failed=$((failed + 1))
		return
	}
	result=${result#READY
}
	ns=$(echo "$result" | cut -d' ' -f2)
	/tmp/vf_transport $((id + 1)) spin "$ns" >/dev/null
	echo "LOAD $id $transport $wait $bytes $depth $COUNT ${result#* }"
}

# api DRIVER NUMBER BYTES DEPTH COUNT
api() {
	local run=/sys/module/crypto_load/parameters/run

	echo "$2 $1 $3 $4 $5" >$run && cat $run
}

# every TRANSPORT WAIT COMMAND...
every() {
	local transport=$1 wait=$2 bytes depth

	shift 2
	for bytes in 16 4096; do
		for depth in 1 4 16 64; do
			window "$transport" "$wait" $bytes $depth "$@"
		done
	done
}

peers() {
	modprobe aesni_intel
	modprobe virtio_crypto || { echo "no virtio_crypto"; exit 1; }
	insmod "$FACET_BUILD/bench/crypto_load.ko" || exit 1
	every software none api cbc-aes-aesni
	every virtio-crypto irq api virtio_crypto_aes_cbc
}

# Instances are numbered as their ports are: first the direct one.
instances() {
	local ns=0 n=0 transport

	load_driver
	[ "$mode" = irq ] || ns=$POLL_NS
	echo $ns >/sys/module/facet_vf/parameters/poll_ns
	pages
	for transport in direct shared; do
		FACET_DEV=/dev/facet/$n every $transport "$mode" /tmp/vf_transport
		n=$((n + 1))
	done
	grep . "$DRIVER"/0000:*/facet/*
}

stop() {
	local rc=0

	[ -n "$pid" ] || return 0
	# one that has ended by itself was no flood
	kill "$pid" || { cat /tmp/flood.log; rc=1; }
	wait "$pid"
	pid=''
	return $rc
}

flood() {
	stop || return
	: >/tmp/flood.log
	case $1 in
	alone) return ;;
	equal) /tmp/vf_transport 0 4096 16 2000000000 >/tmp/flood.log 2>&1 & ;;
	doorbell) "$TESTS/vf_share" doorbell 16 /tmp/stop >/tmp/flood.log 2>&1 & ;;
	*) "$TESTS/vf_share" "$1" 63 /tmp/stop >/tmp/flood.log 2>&1 & ;;
	esac
	pid=$!
	echo "# $1: process $pid"
	until_line /tmp/flood.log '^READY' $pid || { cat /tmp/flood.log; return 1; }
}

serve() {
	load_driver
	echo $POLL_NS >/sys/module/facet_vf/parameters/poll_ns
	answer
	stop
}

load() {
	window shared "$1" "$2" "$3" /tmp/vf_transport
}

cp "$TESTS/vf_transport" /tmp/
case $mode in
peers) peers ;;
irq | poll) instances ;;
serve) serve ;;
*)
	echo "transport.sh: no mode $mode"
	exit 1
	;;
esac
finish
