#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest: all tests of facet_vf, one after the other; a line "case STATUS
# SCRIPT" behind the output of each.
failed=0
for script in vf_ioctl.sh vf_two.sh vf_unbind.sh vf_reset.sh vf_faults.sh \
	"vf_hostreset.sh 10"; do
	rc=0
	# shellcheck disable=SC2086 # a script and its argument
	bash selftests/l2/$script || rc=$?
	echo "case $rc $script"
	[ $rc = 0 ] || failed=1
	[ ! -d /sys/module/facet_vf ] || rmmod facet_vf
done
exit $failed
