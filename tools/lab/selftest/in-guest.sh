#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In L2: say where we are, stay until L1 has read a counter, and end with the
# status given.
echo "ready $FACET_GUEST $(uname -r) up $(cut -d' ' -f1 /proc/uptime)"
sleep 1
exit "$1"
