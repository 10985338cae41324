#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# VFIO's character device and iommufd instead of group and container: a user-space
# owner, and a guest whose QEMU has "-object iommufd".  TAP.
# lab: --timeout 600
# check: debug
set -u
. selftests/l1/lib.sh
. tools/lab/l1/guest.sh
export FACET_IOMMU=iommufd

suite
# not one of those that the programs sweep away
A=fa571000-0000-4000-8000-00000000000a
cp -r "$TESTS" /tmp/facet

there() {
	[ -c /dev/iommu ] && create "$A" && ls -d "$MDEV/$A"/vfio-dev/vfio* &&
		[ -c "/dev/vfio/devices/$(basename "$MDEV/$A"/vfio-dev/vfio*)" ]
}

# the container's way must not have been what was tested
no_container() {
	! find /proc/"$(guest_pid "$1")"/fd -lname /dev/vfio/vfio | grep . &&
		find /proc/"$(guest_pid "$1")"/fd -lname /dev/iommu | grep .
}

works() {
	local rc=0

	guest_start one --mdev "$A" --mem 384M selftests/l2/work.sh until /out/stop || return
	guest_until one '^WORKS' 240 || { cat "$(guest_dir one)/qemu.log"; return 1; }
	no_container one || rc=1
	touch "$(guest_dir one)/stop"
	guest_wait one 120 || rc=1
	guest_output one
	return $rc
}

nothing_pinned() {
	equal "$(attr "$A" stats/pinned_bytes)" 0 && equal "$(attr "$A" stats/windows)" 0
}

killed() {
	local rc=0

	guest_start two --mdev "$A" --mem 384M selftests/l2/work.sh until /out/stop || return
	guest_until two '^WORKS' 240 || { guest_output two; rc=1; }
	guest_kill two
	until_true 60 nothing_pinned >/dev/null || rc=1
	equal "$(attr "$A" state)" idle || rc=1
	return $rc
}

tap "an owner's data stay within what it granted" /tmp/facet/dma
tap "an owner that is killed leaves nothing" /tmp/facet/kill
tap "an instance has a character device" there
tap "a guest works" works
tap "a guest killed in the middle of its stream" killed
tap "the next guest works" works
tap_end
