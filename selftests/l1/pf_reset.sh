#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Resets of the whole accelerator through PCI while instances are in use; pf.sh has the
# other ways.
# lab: --timeout 600
set -u
. selftests/l1/lib.sh

suite
cp "$TESTS/pf" /tmp/
# the attempt to suspend disturbs devices of the host that the test needs
/tmp/pf -T suspend_is_refused_while_an_instance_has_an_owner
