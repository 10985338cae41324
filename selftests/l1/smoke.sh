#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a developer runs after each change: the areas whose tests take seconds.
# lab: --timeout 300
# check: fast-only
exec selftests/l1/owner.sh pci irq doorbell dma
