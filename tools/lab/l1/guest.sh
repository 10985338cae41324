#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# L2 guests, for scripts that run in L1: source this file, or run
# "guest.sh run NAME [OPTION...] [--] SCRIPT [ARG...]".
#
# guest_start NAME [OPTION...] [--] SCRIPT [ARG...]
#	start a guest that runs SCRIPT (a path in the tree) as root
#	  --mdev UUID     an instance, behind a root port of its own; repeatable
#	  --device STR    another -device of QEMU, on pcie.0; repeatable
#	  --disk FILE     a raw file as a virtio disk, writable: /dev/vdb, vdc...
#	  --mem SIZE      512M        --smp N       1
#	  --kernel LANE   L1's lane (backports on debug, kcsan)  --append STR  more kernel command line
#	  --iommufd       VFIO through iommufd, not through a container; so do all if
#			  FACET_IOMMU is iommufd, as it is on debug (selftests/l1/lib.sh)
#	  --qemu STR      more options for QEMU
# guest_wait NAME [SEC]	wait for its end; the script's status, 124 if SEC (240)
#	ran out and the guest was killed, 125 if it died before the script ended
# guest_run NAME ...	start, wait (--timeout SEC) and print its output
# guest_until NAME ERE [SEC]	wait until its output has such a line
# guest_output NAME	what its script has printed
# guest_pid NAME	the process of its QEMU
# guest_kill NAME	kill -9, and wait until it is gone
# guest_stat NAME STAT	a counter of KVM for it, such as mmio_exits
# guest_qmp NAME JSON...	send commands to its QEMU's monitor
# guest_tell NAME COMMAND...	what a script that serves (selftests/l2/vf_lib.sh) is to
#	do; ${guest_told[NAME]} is the request's number
# guest_answers NAME [SEC]	wait until it is done, 180 s; its status, and output if it failed
# guest_ask NAME COMMAND...	both
#
# A guest's files are in $FACET_OUT/NAME: output.log, console.log, dmesg.log,
# qemu.log, rc.  In the guest that directory is /out, the tree is /src, and
# FACET_GUEST is NAME.

# guest_patience SEC: the checkers make everything slower
guest_patience() {
	case $FACET_LANE in
	debug | kcsan) echo $(($1 * 3)) ;;
	*) echo "$1" ;;
	esac
}

guest_dir() {
	echo "$FACET_OUT/$1"
}

guest_start() {
	local name=$1 dir mem=512M smp=1 lane=$FACET_LANE append='' n=0 vfio='' boot
	local args=() words=()

	shift
	case $lane in debug | kcsan) lane=backports ;; esac
	[ "${FACET_IOMMU-}" != iommufd ] || set -- --iommufd "$@"
	# shellcheck disable=SC2054 # QEMU's commas
	while [ $# -gt 0 ]; do
		case $1 in
		--mdev)
			n=$((n + 1))
			args+=(-device "pcie-root-port,id=rp$n,chassis=$n,slot=$n"
				-device "vfio-pci,id=facet$n,sysfsdev=/sys/bus/mdev/devices/$2,bus=rp$n$vfio")
			;;
		--device) args+=(-device "$2") ;;
		--disk) args+=(-drive "file=$2,format=raw,if=virtio,cache=unsafe") ;;
		--mem) mem=$2 ;;
		--smp) smp=$2 ;;
		--kernel) lane=$2 ;;
		--append) append="$append $2" ;;
		--qemu) read -ra words <<<"$2"; args+=("${words[@]}") ;;
		--iommufd)
			vfio=,iommufd=iommufd0
			args+=(-object iommufd,id=iommufd0)
			shift
			continue
			;;
		--) shift; break ;;
		-*) echo "guest_start: no option $1" >&2; return 127 ;;
		*) break ;;
		esac
		shift 2
	done
	[ -e "$FACET_TREE/$1" ] ||
		{ echo "guest_start: no script $1 in the tree" >&2; return 127; }
	dir=$(guest_dir "$name")
	rm -rf "$dir" "/run/guest-$name.ask"
	mkdir -p "$dir"
	mkfifo "/run/guest-$name.ask"
	{
		printf '%s=%q\n' FACET_LANE "$lane" FACET_GUEST "$name" LAB_SCRIPT "$1"
		shift
		printf 'LAB_ARGS=('
		[ $# = 0 ] || printf ' %q' "$@"
		printf ' )\n'
	} >"$dir/job"
	boot=/facet/$lane
	# shellcheck disable=SC2054 # QEMU's commas
	guest_cmd=(qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot
		-M q35 -accel kvm -cpu host -bios qboot.rom -smp "$smp" -m "$mem"
		-drive file=/dev/vda,format=raw,if=virtio,readonly=on
		-fsdev "local,id=tree,path=$FACET_TREE,security_model=none,readonly=on,multidevs=remap"
		-device virtio-9p-pci,fsdev=tree,mount_tag=tree
		-fsdev "local,id=out,path=$dir,security_model=none,multidevs=remap"
		-device virtio-9p-pci,fsdev=out,mount_tag=out
		-device virtio-rng-pci -device virtio-serial-pci
		-chardev "file,id=out,path=$dir/output.log"
		-device virtserialport,chardev=out,name=facet.out
		-chardev "pipe,id=ask,path=/run/guest-$name.ask"
		-device virtserialport,chardev=ask,name=facet.ask
		-serial "file:$dir/console.log" -qmp "unix:/run/guest-$name.qmp,server=on,wait=off"
		-kernel "$boot/vmlinuz" -initrd "$boot/initrd"
		-append "console=ttyS0 loglevel=5 panic=-1 no_timer_check watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 facet.level=l2$append"
		"${args[@]}")
	"${guest_cmd[@]}" </dev/null >"$dir/qemu.log" 2>&1 &
	echo $! >"/run/guest-$name.pid"
}

# guest_pause: a tenth of a second, without a program for it: processes are what an
# emulated host is slowest at
guest_pause() {
	[ -p /run/guest-never ] || mkfifo /run/guest-never
	[ -n "${guest_never-}" ] || exec {guest_never}<>/run/guest-never
	read -rt 0.1 -u "$guest_never"
	return 0
}

guest_pid() {
	cat "/run/guest-$1.pid"
}

# a child that has ended but was not waited for is still a process
guest_alive() {
	local pid stat

	read -r pid <"/run/guest-$1.pid" && read -r stat 2>/dev/null <"/proc/$pid/stat" || return
	[[ ${stat##*) } != Z* ]]
}

guest_wait() {
	local name=$1 limit end dir

	limit=$(guest_patience "${2:-240}")
	end=$((SECONDS + limit))
	dir=$(guest_dir "$name")
	while guest_alive "$name"; do
		if [ $SECONDS -ge $end ]; then
			echo "guest $name: killed after $limit s; the end of its console:"
			tail -n 5 "$dir/console.log"
			guest_kill "$name"
			return 124
		fi
		guest_pause
	done
	wait "$(guest_pid "$name")" 2>/dev/null
	if [ ! -e "$dir/rc" ]; then
		echo "guest $name: died before its script ended"
		tail -n 5 "$dir/qemu.log" "$dir/console.log"
		return 125
	fi
	return "$(cat "$dir/rc")"
}

guest_run() {
	local name=$1 limit=240 rc=0

	if [ "${2-}" = --timeout ]; then
		limit=$3
		shift 3
		set -- "$name" "$@"
	fi
	guest_start "$@" || return
	guest_wait "$name" "$limit" || rc=$?
	guest_output "$name"
	return $rc
}

guest_until() {
	local end log line='' part='' fd alive=1 found=1

	end=$((SECONDS + $(guest_patience "${3:-300}")))
	log=$(guest_dir "$1")/output.log
	until [ -e "$log" ]; do
		guest_alive "$1" || return
		guest_pause
	done
	exec {fd}<"$log"
	while [ $found = 1 ]; do
		guest_alive "$1" || alive=
		while IFS= read -ru "$fd" line; do
			[[ $part$line =~ $2 ]] && found=0 && break
			part=
		done
		part+=$line
		[ -n "$alive" ] && [ $SECONDS -lt $end ] || break
		[ $found = 0 ] || guest_pause
	done
	exec {fd}<&-
	return $found
}

guest_output() {
	cat "$(guest_dir "$1")/output.log"
}

guest_kill() {
	local pid

	pid=$(guest_pid "$1")
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	while guest_alive "$1"; do
		guest_pause
	done
}

guest_stat() {
	cat /sys/kernel/debug/kvm/"$(guest_pid "$1")"-*/"$2"
}

guest_qmp() {
	local name=$1

	shift
	python3 "$FACET_TREE/tools/lab/l1/qmp.py" "/run/guest-$name.qmp" "$@"
}

declare -A guest_told
asked=0
guest_tell() {
	local name=$1

	shift
	asked=$((asked + 1))
	guest_told[$name]=$asked
	# for reading too: a guest that has died must not block this
	echo "$asked $*" 1<>"/run/guest-$name.ask"
}

guest_answers() {
	local number=${guest_told[$1]}

	guest_until "$1" "^DONE $number " "${2:-180}" &&
		guest_output "$1" | grep -q "^DONE $number 0" || {
		echo "guest $1, request $number:"
		guest_output "$1" | tail -n 10
		return 1
	}
}

guest_ask() {
	guest_tell "$@"
	guest_answers "$1"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	command=$1
	shift
	"guest_$command" "$@"
fi
