# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Helpers for scripts that run in L1 (sourced).

# load_module NAME [PARAMETER=VALUE...]: insert a module of the suite, after
# what it depends on
load_module() {
	local name=${1//-/_} file dep

	[ ! -d "/sys/module/$name" ] || return 0
	file=$FACET_BUILD/$name.ko
	[ -e "$file" ] || { echo "no $file: tools/lab/modules.sh $FACET_LANE" >&2; return 1; }
	for dep in $(modinfo -F depends "$file" | tr , ' '); do
		if [ -e "$FACET_BUILD/$dep.ko" ]; then
			load_module "$dep" || return
		else
			modprobe "$dep" || return
		fi
	done
	shift
	insmod "$file" "$@"
}

# load_suite: insert the host's modules, as far as they have been built
load_suite() {
	local module

	for module in vf_sched facet facet_vfio facet_user; do
		[ ! -e "$FACET_BUILD/$module.ko" ] || load_module $module || return
	done
	[ -d /sys/module/facet ]
}

# accel N: the PCI address of accelerator N, counted from 1
accel() {
	local port

	port=$(for p in /sys/bus/pci/devices/*/; do
		[ "$(cat "$p/vendor" "$p/device" 2>/dev/null | paste -sd:)" = \
			"${FACET_PCI_ID:-0x1234:0xfa01}" ] && basename "$p"
	done | sed -n "${1}p")
	[ -n "$port" ] && echo "$port"
}
