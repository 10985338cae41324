#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Of the programs, those that are worth their time in the debug lane's short form.
# lab: --timeout 400
# check: debug
# check: debug-short
exec selftests/l1/owner.sh pci irq doorbell reset kill inject stress
