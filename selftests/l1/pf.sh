#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The accelerator as a whole, with instances in use: reset through PCI, recovery from
# errors on the bus (AER, injected by the machine's monitor), suspend.  TAP.
# check: long
# lab: --timeout 900
# lab: --qemu "-chardev socket,id=mon,path=facet-mon-$$,abstract=on,server=on,wait=off"
# lab: --qemu "-mon chardev=mon,mode=readline"
# lab: --qemu "-chardev socket,id=monc,path=facet-mon-$$,abstract=on"
# lab: --qemu "-device virtserialport,chardev=monc,name=facet.monitor"
set -u
. selftests/l1/lib.sh

suite
dev=/sys/bus/pci/devices/$parent

monitor=
for port in /sys/class/virtio-ports/*; do
	[ "$(cat "$port/name")" = facet.monitor ] && monitor=/dev/${port##*/}
done
[ -c "$monitor" ] || bail "no way to the machine's monitor"

# recoveries: how often the driver has finished one
recoveries() {
	dmesg | grep -c "facet $parent: recovered"
}

more_recoveries() {
	[ "$(recoveries)" -gt "$1" ]
}

# error NAME: on the bus, until it has been dealt with
error() {
	local before

	before=$(recoveries)
	echo "pcie_aer_inject_error accel1 $1" >"$monitor"
	until_true 100 more_recoveries "$before" && return
	dmesg | grep -iE "pcieport|facet" | tail -n 15
	return 1
}

# Called by the program in place of a reset through PCI.
if [ "${1-}" = error ]; then
	error "$2"
	exit
fi

cp -r "$TESTS" /tmp/facet

aer_is_on() {
	dmesg | grep -q 'AER: enabled'
}

aer() {
	FACET_PF_RESET="cd /src && FACET_USER=$FACET_USER $0 error $1" /tmp/facet/pf
}

counted() {
	[ "$(awk '/^TOTAL/ { print $2 }' "$dev/$1")" -gt 0 ]
}

# After a fatal error the kernel does not ask the device: its port has the number.
counted_by_the_port() {
	[ "$(cat "$(realpath "$dev/..")/aer_rootport_total_err_fatal")" -gt 0 ]
}

tap "reset through PCI" /tmp/facet/pf
tap "the kernel handles errors on the bus" aer_is_on
tap "an error on the bus that is not fatal" aer COMP_TIME
tap "it was counted" counted aer_dev_nonfatal
tap "a fatal one" aer MALF_TLP
tap "its port counted it" counted_by_the_port
tap_end
