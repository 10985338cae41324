#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [OPTION...] SCRIPT [ARG...]: boot L1, the KVM host with accelerators,
# and run SCRIPT (a path in the tree) in it as root.  The script's output is
# this command's output.
#   --kernel LANE      stable (default), backports, debug or kcsan; the last two
#                      have three times the time, and their guests run the
#                      backports kernel
#   --accel N          number of accelerators, 1 by default
#   --accel-opts STR   options of -device facet, e.g. contexts=128,timing=model
#   --mem SIZE         L1's memory, 4G by default
#   --smp N            L1's processors, 2 by default
#   --timeout SEC      seconds until L1 is killed, 600 by default
#   --name NAME        of the log directory, SCRIPT's name and lane by default
#   --append STR       more kernel command line
#   --allow STR        a kernel message (fixed string) that is no failure
#   --qemu STR         more options for L0's QEMU
#   --shell            an interactive shell instead of SCRIPT
# A SCRIPT may say what it needs in lines "# lab: --accel 2 --timeout 600";
# the command line wins over them.
#
# Status: the script's own; 123 an emulated processor has lost its timer, which is no
# verdict on anything; 124 the time was up; 125 L1 died (panic, reset,
# power off) before the script ended; 126 the script ended well but a kernel
# (L1's or a guest's) has warned; 127 the lab itself failed.
# Logs stay in build/lab/logs/NAME/: output.log, console.log, dmesg.log,
# qemu.log, and a directory for each L2 guest.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/machine.sh"
export LAB_DIE=127

lane=stable accel=1 accel_opts='' mem=4G smp=2 limit=600 name='' append=''
shell='' extra='' allow=()

options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) lane=$2 ;;
		--accel) accel=$2 ;;
		--accel-opts) accel_opts=$2 ;;
		--mem) mem=$2 ;;
		--smp) smp=$2 ;;
		--timeout) limit=$2 ;;
		--name) name=$2 ;;
		--append) append="$append $2" ;;
		--allow) allow+=("$2") ;;
		--qemu) extra="$extra $2" ;;
		--shell) shell=1; shift; continue ;;
		--) shift; break ;;
		-*) die "run.sh: no option $1, see the top of tools/lab/run.sh" ;;
		*) break ;;
		esac
		[ $# -ge 2 ] || die "run.sh: $1 needs a value"
		shift 2
	done
	rest=("$@")
}

# the script's own options, then the command line again
script_options() {
	local words

	while read -r _ _ words; do
		# Quotes in a header are a shell's: --allow 'two words'.
		eval "options $words"
		[ ${#rest[@]} = 0 ] || die "$script: bad '# lab:' line: $words"
	done < <(grep '^# lab: ' "$LAB_TREE/$script")
}

options "$@"
script='' args=()
if [ -z "$shell" ]; then
	[ ${#rest[@]} -gt 0 ] || die "run.sh: no script given"
	script=$(realpath -m "${rest[0]}")
	[ -f "$script" ] || script=$LAB_TREE/${rest[0]}
	[ -f "$script" ] || die "no script ${rest[0]}"
	case $script in
	"$LAB_TREE"/*) script=${script#"$LAB_TREE"/} ;;
	*) die "$script is not in the tree $LAB_TREE" ;;
	esac
	script_options
	options "$@"
	args=("${rest[@]:1}")
fi
lane_ok "$lane"
need_root
LAB_ROOT=$("$LAB_DIR/root.sh")
export LAB_ROOT
qemu=$("$LAB_DIR/qemu.sh")
image=$("$LAB_DIR/image.sh")
khz=$(tsc_khz)
boot=$image/$lane
if lane_is_built "$lane"; then
	boot=$("$LAB_DIR/debug-kernel.sh" "$lane")
	limit=$((limit * 3))
	# pages that were written to while free, or freed while a device reaches them
	append=" page_poison=1 iommu.debug_pagealloc=1 log_buf_len=4M$append"
fi
"$LAB_DIR/qemu.sh" --has-device || accel=0
[ -n "$name" ] || name=$(basename "${script:-shell}" .sh)-$lane

out=$LAB_TREE/build/lab/logs/$name
mkdir -p "$out"
exec {run_lock}>"$out.lock"
flock -n "$run_lock" || die "a run named $name is already there; give it a --name"
rm -rf "${out:?}"
mkdir -p "$out"

# What L1's init reads.
{
	printf '%s=%q\n' FACET_LANE "$lane" FACET_ACCELS "$accel" \
		LAB_SCRIPT "$script" LAB_SHELL "$shell" LAB_TERM "${TERM:-dumb}" \
		LAB_SIZE "$(stty size 2>/dev/null || :)"
	printf 'LAB_ARGS=('
	[ ${#args[@]} = 0 ] || printf ' %q' "${args[@]}"
	printf ' )\n'
} >"$out/job"

# A machine that runs more hosts than it has cores for is slower than one that
# runs them one after another, and time-outs strike: one for each two cores,
# FACET_LAB_SLOTS for another number.  Only the holder of the queue's lock looks
# for a free slot, and never lets go of it: so nobody is overtaken for ever.
slot() {
	local slots=${FACET_LAB_SLOTS:-$((($(nproc) + 1) / 2))} i queue told=''

	exec {queue}>"$LAB_CACHE/.slot-queue"
	flock -n "$queue" || { told=1; say "waiting for other KVM hosts to end"; flock "$queue"; }
	while :; do
		for i in $(seq "$slots"); do
			exec {slot_lock}>"$LAB_CACHE/.slot-$i"
			if flock -n "$slot_lock" || { [ -n "$told" ] && flock -w 1 "$slot_lock"; }; then
				exec {queue}>&-
				return
			fi
			exec {slot_lock}>&-
		done
		[ -n "$told" ] || say "waiting for another KVM host to end"
		told=1
	done
}
slot

pid='' tee=''
stop() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	[ -z "$tee" ] || kill "$tee" 2>/dev/null || :
}
trap 'stop; exit 130' INT TERM HUP

mapfile -t machine < <(machine_l1 "$image" "$boot" "$mem" "$smp" "$accel" \
	"$accel_opts" "$out" "$append" "$khz")
# shellcheck disable=SC2206 # a list of options, split on purpose
machine+=($extra)
# a reset that no console tells of (a triple fault) leaves its registers
machine+=(-d cpu_reset -D "$out/cpu-reset.log")

if [ -n "$shell" ]; then
	rc=0
	"$LAB_DIR/in-root.sh" "$qemu" "${machine[@]}" \
		-chardev stdio,id=out,signal=off -device virtconsole,chardev=out \
		{run_lock}>&- {slot_lock}>&- || rc=$?
	exit "$rc"
fi

# Held open for writing here too, so that the reader starts at once and ends
# when QEMU has gone, whether or not QEMU got so far as to open it.
mkfifo "$out/fifo"
exec {fifo}<>"$out/fifo"
tee "$out/output.log" <"$out/fifo" {run_lock}>&- {slot_lock}>&- {fifo}>&- &
tee=$!
begin=$(date +%s)
"$LAB_DIR/in-root.sh" "$qemu" "${machine[@]}" \
	-chardev file,id=out,path="$out/fifo" \
	-device virtserialport,chardev=out,name=facet.out \
	</dev/null >"$out/qemu.log" 2>&1 {run_lock}>&- {slot_lock}>&- {fifo}>&- &
pid=$!
# Rarely an emulated processor takes no timer interrupt any more: the one before is in
# service for ever in its local APIC (vector 236, seen from outside), though its kernel
# is idle.  Nothing of ours is near, and the cause is not found.  RCU tells after a
# while, in these words, and to wait on is pointless.
no_timer() {
	grep -qa 'rcu: .*Possible timer handling issue on cpu=' "$out/console.log" 2>/dev/null
}
(
	trap 'kill $sleeper 2>/dev/null; exit' TERM
	end=$((SECONDS + limit))
	while [ $SECONDS -lt $end ] && ! no_timer; do
		sleep 5 &
		sleeper=$!
		wait $sleeper
	done
	touch "$out/timeout"
	kill "$pid" 2>/dev/null
	sleep 5
	kill -9 "$pid" 2>/dev/null
) {run_lock}>&- {slot_lock}>&- {fifo}>&- </dev/null >/dev/null 2>&1 &
watchdog=$!
qemu_rc=0
wait "$pid" || qemu_rc=$?
kill "$watchdog" 2>/dev/null || :
exec {fifo}>&-
wait "$tee" || :
rm -f "$out/fifo"
pid='' tee=''

# The kernels' complaints, less those that are allowed: by the command line,
# a "# lab: --allow STR" line, or $FACET_OUT/allow, a string a line.
complaints() {
	local allowed=$out/.allowed

	printf '%s\n' "${allow[@]}" >"$allowed"
	[ ! -e "$out/allow" ] || cat "$out/allow" >>"$allowed"
	sed -i '/^$/d' "$allowed"
	find "$out" -name console.log -o -name dmesg.log | sort | while read -r log; do
		tr -d '\r' <"$log" | grep -aE -f <(sed '/^#/d' "$LAB_DIR/complaints") |
			grep -avF -f "$allowed" | sed "s|^|${log#"$out"/}: |"
	done
}

status=125 why=
if [ -e "$out/rc" ]; then
	status=$(cat "$out/rc")
elif [ -e "$out/timeout" ]; then
	status=124
	why="killed after $limit s"
	if no_timer; then
		status=123
		why="an emulated processor has lost its timer"
	fi
elif [ "$qemu_rc" != 0 ]; then
	status=127
	why="QEMU ended with status $qemu_rc: $(tail -n 2 "$out/qemu.log" | paste -sd' ')"
else
	why="L1 died before the script ended; the end of its console:"
fi
complaints >"$out/complaints"
if [ -s "$out/complaints" ] && [ "$status" = 0 ]; then
	status=126
	why="the script ended well, but a kernel has warned:"
fi
if [ -n "$why" ]; then
	say "$script on $lane: $why"
	case $status in
	126) head -n 20 "$out/complaints" >&2 ;;
	124 | 125) tail -n 15 "$out/console.log" >&2 ;;&
	125) echo "and its processors at the last reset:" >&2
		tail -n 60 "$out/cpu-reset.log" 2>/dev/null | grep -E 'RIP|CR0|HLT|EFER' >&2 ;;
	esac
fi
say "$script on $lane: status $status after $(($(date +%s) - begin)) s, logs in ${out#"$LAB_TREE"/}"
exit "$status"
