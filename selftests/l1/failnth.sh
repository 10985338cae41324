#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# failnth.sh [each]: whatever is asked for, the n-th allocation in it fails; "each":
# for every n.
# lab: --timeout 900
# check: debug
# long: each
set -u
[ "${1-}" != each ] || export FACET_EACH=100000
exec selftests/l1/owner.sh failnth
