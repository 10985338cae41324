#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# transport.sh POLL_US GAP_US MODE...: what a command costs on its way, in guests of one
# processor.  The counting is vmcount's; here are the guests, which run one after
# another so that nothing else does, one for each MODE of selftests/l2/transport.sh.
# POLL_US is how long the thread of the shared instances looks for work before it
# sleeps, GAP_US how long it waits between two looks at most.  By way of
# tools/lab/bench-transport.sh.
# lab: --timeout 1500 --smp 3 --append nokaslr
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh

suite
DIRECT=$(uuid 0xd)
SHARED=$(uuid 0xe)
failures=0

# pin GUEST CPU: the guest's processor on one of ours, everything else on another
pin() {
	local vcpu thread

	# 0 while QEMU is about to start it
	until vcpu=$(guest_qmp "$1" '{"execute":"query-cpus-fast"}' 2>/dev/null |
		sed -n 's/.*"thread-id": *\([1-9][0-9]*\).*/\1/p') && [ -n "$vcpu" ]; do
		guest_alive "$1" || { echo "no thread of $1's processor"; return 1; }
		sleep 0.1
	done
	for thread in /proc/"$(guest_pid "$1")"/task/*; do
		taskset -pc 1 "${thread##*/}" >/dev/null
	done
	taskset -pc "$2" "$vcpu" >/dev/null
	for thread in $(pgrep facet-shared); do
		taskset -pc 1 "$thread" >/dev/null
	done
}

# guest MODE OPTION...: its output; nothing runs here meanwhile but its QEMU
guest() {
	local mode=$1

	shift
	echo "# guest $mode"
	guest_start "$mode" --qemu "$*" selftests/l2/transport.sh "$mode"
	pin "$mode" 0 || failures=$((failures + 1))
	wait "$(guest_pid "$mode")"
	guest_wait "$mode" 1 || failures=$((failures + 1))
	guest_output "$mode"
}

port() {
	echo "-device pcie-root-port,id=rp$1,chassis=$1,slot=$1 -device vfio-pci,sysfsdev=$MDEV/$2,bus=rp$1"
}

# A hostile guest beside one that works, both shared: what the thread does for each
# command of the latter.
floods() {
	local kind victim hostile

	victim=$SHARED
	hostile=$(uuid 0xf)
	create "$hostile" || bail "no second shared instance"
	echo "# guests victim and hostile"
	guest_start victim --mdev "$victim" selftests/l2/transport.sh serve
	guest_start hostile --mdev "$hostile" --append iomem=relaxed selftests/l2/transport.sh serve
	guest_until victim '^SERVES' && guest_until hostile '^SERVES' || bail "no guests"
	pin victim 0 && pin hostile 2 || bail "not pinned"
	for kind in alone equal nop invalid doorbell; do
		guest_ask hostile flood $kind && guest_ask victim load $kind 4096 16 || {
			failures=$((failures + 1))
			break
		}
	done
	guest_tell hostile quit
	guest_tell victim quit
	guest_wait hostile 60 || failures=$((failures + 1))
	guest_wait victim 60 || failures=$((failures + 1))
	guest_output victim
	remove "$hostile"
}

echo "# $(uname -r)"
create "$DIRECT" || bail "no direct instance"
type=${type%/*}/facet-shared
create "$SHARED" || bail "no shared instance"
echo "$1" >/sys/module/facet_vfio/parameters/poll_us
echo "$2" >/sys/module/facet_vfio/parameters/gap_us
# a processor that waits for its guest executes nothing for it
echo 0 >/sys/module/kvm/parameters/halt_poll_ns
shift 2
for mode; do
	if [ "$mode" = floods ]; then
		floods
	elif [ "$mode" = peers ]; then
		guest peers -object cryptodev-backend-builtin,id=crypto \
			-device virtio-crypto-pci,cryptodev=crypto
	else
		guest "$mode" "$(port 1 "$DIRECT")" "$(port 2 "$SHARED")"
	fi
done
remove "$DIRECT"
remove "$SHARED"
[ $failures = 0 ]
