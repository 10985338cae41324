#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# shares.sh: the short form of "make bench-lab".
# check: long
# lab: --timeout 900 --accel-opts timing=model,dilation=200
exec selftests/bench/share.sh short
