# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The one recipe of the L1 machine (sourced by run.sh).

# tsc_khz: how fast the TSC is, measured once; tools/lab/l0/tsc-khz.c
tsc_khz() {
	local program=$LAB_DIR/l0/tsc-khz.c known

	known=$LAB_CACHE/tsc-khz-$(key "$program" /proc/sys/kernel/random/boot_id)
	if [ ! -s "$known" ]; then
		"$LAB_DIR/in-root.sh" sh -c '
			gcc -O2 -Wall -o /tmp/tsc-khz "$1" && /tmp/tsc-khz
		' sh "$program" >"$known.$$" || die "the speed of the TSC is not to be found out"
		mv "$known.$$" "$known"
	fi
	cat "$known"
}

# machine_l1 IMAGE BOOT MEM SMP ACCELS ACCEL_OPTS OUT APPEND TSC_KHZ:
# QEMU's arguments, one a line.  The vIOMMU is in scalable mode with first-level
# tables and PASIDs; la57 is off since SVA refuses five-level tables.  The
# processors are threads of a host that may be busy: the kernel's timer check,
# which counts ticks against a busy loop, would panic, its watch over the TSC
# would drop it, and its patience with a processor is too short.
# Of ports faster than x-speed=5 Linux expects to see the link come back after a
# reset, which QEMU's do not show.
machine_l1() {
	local i

	printf '%s\n' -nodefaults -no-user-config -display none -no-reboot \
		-machine q35,kernel-irqchip=split -accel tcg,thread=multi \
		-cpu max,-la57 -smp "$4" -m "$3" \
		-device intel-iommu,intremap=on,device-iotlb=on,x-scalable-mode=on,x-flts=on,x-pasid-mode=on,x-svm=on \
		-drive "file=$1/root.sqfs,format=raw,if=virtio,readonly=on" \
		-fsdev "local,id=tree,path=$LAB_TREE,security_model=none,readonly=on,multidevs=remap" \
		-device virtio-9p-pci,fsdev=tree,mount_tag=tree \
		-fsdev "local,id=out,path=$7,security_model=none,multidevs=remap" \
		-device virtio-9p-pci,fsdev=out,mount_tag=out \
		-device virtio-rng-pci -device virtio-serial-pci \
		-serial "file:$7/console.log" \
		-kernel "$2/vmlinuz" -initrd "$2/initrd" \
		-append "console=ttyS0 loglevel=5 panic=-1 intel_iommu=on,sm_on no_timer_check tsc=reliable tsc_early_khz=$9 watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 facet.level=l1$8"
	for i in $(seq "$5"); do
		printf '%s\n' \
			-device "pcie-root-port,id=rp$i,slot=$i,chassis=$i,x-speed=5" \
			-device "facet,id=accel$i,bus=rp$i${6:+,$6}"
	done
}
