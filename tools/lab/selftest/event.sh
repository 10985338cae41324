#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# event.sh hang|panic|warn: in L1 or L2, what the lab must notice.
case $1 in
hang) exec sleep infinity ;;
panic)
	echo 1 >/proc/sys/kernel/sysrq
	echo c >/proc/sysrq-trigger
	;;
warn) echo "<4>WARNING: selftest" >/dev/kmsg ;;
esac
