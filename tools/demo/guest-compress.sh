#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Guest one of the demo: compresses the tree on /dev/vdb with the accelerator
# and has gunzip and the accelerator give the identical bytes back.
set -u -o pipefail
. tools/demo/guest-lib.sh
bind

gunzip_compare() {
	gzip -dc </tmp/tree.gz | cmp - /dev/vdb
}

device_compare() {
	$RUN decompress -i /tmp/tree.gz -o - | cmp - /dev/vdb
}

check "facet-run compress" $RUN compress -i /dev/vdb -o /tmp/tree.gz
printf '          %s bytes became %s\n' "$(blockdev --getsize64 /dev/vdb)" "$(stat -c %s /tmp/tree.gz)"
check "gunzip gives the identical bytes" gunzip_compare
check "facet-run decompress does so too" device_compare
finish
