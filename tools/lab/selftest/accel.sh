#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# accel.sh N: in L1, there are N accelerators, on buses of their own, with PASIDs.
. "$FACET_TREE/tools/lab/l1/lib.sh"
for i in $(seq "$1"); do
	address=$(accel "$i") || { echo "no accelerator $i"; exit 1; }
	lspci -s "${address#0000:}" -vv | grep -q 'Process Address Space ID' ||
		{ echo "$address has no PASID capability"; exit 1; }
	echo "accelerator $i: $address"
done
! accel $(($1 + 1))
