# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Helpers for scripts that run in L1 (sourced).

# load_module NAME: insert a module of the suite, after what it depends on;
# parameters may follow
load_module() {
	local file name=${1//-/_} dep

	[ ! -d "/sys/module/$name" ] || return 0
	file=$(find "$FACET_BUILD" -name "${name//_/[-_]}.ko" | head -n 1)
	[ -n "$file" ] || { echo "no module $1 in $FACET_BUILD" >&2; return 1; }
	for dep in $(modinfo -F depends "$file" | tr , ' '); do
		if [ -n "$(find "$FACET_BUILD" -name "${dep//_/[-_]}.ko")" ]; then
			load_module "$dep" || return
		else
			modprobe "$dep" || return
		fi
	done
	shift
	insmod "$file" "$@"
}

# load_suite: insert the modules of the host that have been built
load_suite() {
	local module

	for module in vf_sched facet facet_vfio facet_user; do
		if [ -n "$(find "$FACET_BUILD" -name "${module//_/[-_]}.ko")" ]; then
			load_module "$module" || return
		fi
	done
	[ -d /sys/module/facet ]
}

# accel N: the PCI address of accelerator N, counted from 1
accel() {
	local port

	port=$(for p in /sys/bus/pci/devices/*/; do
		[ "$(cat "$p/vendor" "$p/device" 2>/dev/null | paste -sd:)" = \
			"${FACET_PCI_ID:-0x1b36:0x0fac}" ] && basename "$p"
	done | sed -n "${1}p")
	[ -n "$port" ] && echo "$port"
}
