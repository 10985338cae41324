#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The accelerator disappears under its owners, and comes back by a reset of the
# PCI function.  TAP.
# lab: --timeout 600
set -u
. selftests/l1/lib.sh

suite
cp -r "$TESTS" /tmp/facet
driver=/sys/bus/pci/drivers/facet

gone() {
	/tmp/facet/dead
}

# Under its driver, which nobody has told to go.
reset() {
	echo 1 >"/sys/bus/pci/devices/$parent/reset" &&
		equal "$(cat "$type/available_instances")" 64 && /tmp/facet/dma
}

unbound() {
	echo "$parent" >$driver/unbind && [ ! -e $driver/"$parent" ]
}

# With its driver away: a bound one would have to take part in it.
healed() {
	echo 1 >"/sys/bus/pci/devices/$parent/reset" && echo "$parent" >$driver/bind &&
		[ -e $driver/"$parent" ] && equal "$(cat "$type/available_instances")" 64
}

works() {
	/tmp/facet/dma && /tmp/facet/inject
}

tap "owners are told, and all is given back" gone
tap "a reset makes it work again" reset
tap "it disappears once more" gone
tap "the driver lets go of it" unbound
tap "after a reset the driver takes it again" healed
tap "and it works" works
tap_end
