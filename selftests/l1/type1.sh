#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# type1's container under lockdep.  Unmapping what is pinned closes a lock cycle that
# is type1's own (Documentation/locking.rst): it registers devices with device_list_lock
# inside of iommu->lock, and calls back with it held what must unpin, which
# takes iommu->lock.  That one report is allowed for, and it has to be that one.  TAP.
# lab: --timeout 300 --allow 'WARNING: possible circular locking dependency detected'
# check: debug
# check: long
set -u
. selftests/l1/lib.sh
export FACET_IOMMU=type1

suite
cp -r "$TESTS" /tmp/facet

windows() {
	/tmp/facet/windows -t grant_and_revoke && /tmp/facet/windows -t unmap_waits_for_a_pin_in_progress
}

# What is acquired, and what is held, of the only report.
known_cycle() {
	dmesg | sed -n '/possible circular locking/,/existing dependency chain/p' >/tmp/cycle
	cat /tmp/cycle
	equal "$(grep -c 'possible circular locking' /tmp/cycle)" 1 &&
		grep -qE '\(&iommu->lock.* at: vfio_iommu_type1_unpin_pages\+' /tmp/cycle &&
		grep -qE '\(&iommu->device_list_lock.* at: vfio_iommu_type1_ioctl\+' /tmp/cycle
}

tap "an owner's data stay within what it granted" /tmp/facet/dma
tap "windows end with what is unmapped" windows
tap "lockdep has seen type1's cycle and no other" known_cycle
tap_end
