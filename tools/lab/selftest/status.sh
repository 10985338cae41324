#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# status.sh [STATUS]: in L1, say where we are and end with STATUS.
echo "uname $(uname -r) lane $FACET_LANE args $*"
exit "${1-0}"
