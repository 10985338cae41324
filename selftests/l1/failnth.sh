#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# failnth.sh [each]: whatever is asked for, the n-th allocation in it fails; "each":
# for every n.
# lab: --timeout 900
# Two complaints are the kernel's own, about its own error paths: a VFIO group that was
# never added says that it still has an IOMMU group when it is freed; and
# an interrupt whose file smp_affinity could not be made misses it later.
# lab: --allow 'WARNING: at vfio_group_release+0x'
# lab: --allow 'WARNING: at remove_proc_entry+0x'
# check: debug
# long: each
set -u
[ "${1-}" != each ] || export FACET_EACH=100000
exec selftests/l1/owner.sh failnth
