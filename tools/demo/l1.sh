#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The main job, as an operator of a KVM host does it: load the suite, create
# instances through sysfs, give each of two to a guest, create, reset and remove
# a third meanwhile; then one table, and a status of 0 only if every check held.
# Runs in L1 (tools/lab/run.sh); /dev/vdb is the data.
# lab: --timeout 1500
set -u
. tools/lab/l1/guest.sh
MDEV=/sys/bus/mdev/devices
A=11111111-aaaa-4aaa-8aaa-111111111111
B=22222222-bbbb-4bbb-8bbb-222222222222
C=33333333-cccc-4ccc-8ccc-333333333333
failed=0

check() {
	local what=$1

	shift
	if "$@"; then
		printf '  ok      %s\n' "$what"
	else
		printf '  FAILED  %s\n' "$what"
		failed=$((failed + 1))
	fi
}

stat_of() {
	cat "$MDEV/$1/stats/$2"
}

equal() {
	[ "$1" = "$2" ] || { echo "          $1 is not $2"; return 1; }
}

echo "== loading the suite"
for module in vf_sched facet facet_vfio; do
	insmod "$FACET_BUILD/$module.ko" || exit 1
done
parent=$(readlink -f /sys/bus/pci/drivers/facet/0000:* | head -n 1)
type=$parent/mdev_supported_types/facet-direct
[ -d "$type" ] || { echo "no type facet-direct below $parent"; exit 1; }
echo "   ${parent##*/}: $(cat "$type/description" 2>/dev/null)"
echo "   available instances: $(cat "$type/available_instances")"

echo "== creating two instances and starting two guests"
for uuid in $A $B; do
	echo $uuid >"$type/create" || exit 1
done
guest_start one --mdev $A --mem 1G --qemu "-drive file=/dev/vdb,format=raw,if=virtio,readonly=on" \
	tools/demo/guest-compress.sh || exit 1
guest_start two --mdev $B --mem 1G --qemu "-drive file=/dev/vdb,format=raw,if=virtio,readonly=on" \
	tools/demo/guest-crypt.sh || exit 1

# begin NAME UUID, end NAME UUID: MMIO exits, control accesses and resets during
# the work; a guest's own firmware and kernel reset the device while they start
declare -A exits accesses resets_of
begin() {
	guest_until "$1" '^READY' 400 || { echo "guest $1 did not become ready"; return 1; }
	exits[$1]=$(guest_stat "$1" mmio_exits)
	accesses[$1]=$(stat_of "$2" control_accesses)
	resets_of[$1]=$(stat_of "$2" resets)
	touch "$(guest_dir "$1")/go"
}

end() {
	guest_until "$1" '^DONE' 900 || { echo "guest $1 did not finish"; return 1; }
	exits[$1]=$(($(guest_stat "$1" mmio_exits) - ${exits[$1]}))
	accesses[$1]=$(($(stat_of "$2" control_accesses) - ${accesses[$1]}))
	resets_of[$1]=$(($(stat_of "$2" resets) - ${resets_of[$1]}))
	touch "$(guest_dir "$1")/stop"
}

begin one $A || failed=$((failed + 1))
begin two $B || failed=$((failed + 1))

echo "== meanwhile: a third instance, reset 100 times and removed"
resets=0
echo $C >"$type/create" || failed=$((failed + 1))
for i in $(seq 100); do
	echo 1 >$MDEV/$C/reset && resets=$i
done
resets_c=$(stat_of $C resets)
row_c="$C  (nobody)  $(cat $MDEV/$C/pasid)  $(stat_of $C commands)  0 $(stat_of $C errors) $resets_c"
echo 1 >$MDEV/$C/remove || failed=$((failed + 1))
progress=$(grep -h '^  ' $FACET_OUT/{one,two}/output.log 2>/dev/null | wc -l)

echo "== waiting for the guests"
end one $A || failed=$((failed + 1))
end two $B || failed=$((failed + 1))

# row NAME UUID: while the guest still holds the instance
row() {
	local uuid=$2 cmds

	cmds=$(stat_of "$uuid" commands)
	printf '%s  %-9s %5s %9s %12s %12s %10s %6s %6s %9s %9s  %s\n' "$uuid" "$1" \
		"$(cat "$MDEV/$uuid/pasid")" "$cmds" "$(stat_of "$uuid" bytes_in)" \
		"$(stat_of "$uuid" bytes_out)" "$(($(stat_of "$uuid" busy_ns) / 1000000))" \
		"$(stat_of "$uuid" errors)" "${resets_of[$1]}" \
		"${exits[$1]}" "${accesses[$1]}" \
		"$(awk -v e="${exits[$1]}" -v a="${accesses[$1]}" -v c="$cmds" \
			'BEGIN { printf "%.6f", (e - a) / c }')"
}

rows=$(row one $A; row two $B)
commands_a=$(stat_of $A commands)
commands_b=$(stat_of $B commands)
errors=$(($(stat_of $A errors) + $(stat_of $B errors)))
resets_ab=$((${resets_of[one]} + ${resets_of[two]}))
rc_one=0 rc_two=0
guest_wait one 60 || rc_one=$?
guest_wait two 60 || rc_two=$?
echo "== guest one"
guest_output one
echo "== guest two"
guest_output two

echo "== checks"
check "guest one ended well" equal $rc_one 0
check "guest two ended well" equal $rc_two 0
check "each guest has passed all its own checks" \
	equal "$(grep -ch '^  FAILED' "$FACET_OUT"/{one,two}/output.log | paste -sd+ | bc)" 0
check "the guests made their checks (3 and 6)" \
	equal "$(grep -ch '^  ok' "$FACET_OUT"/{one,two}/output.log | paste -sd' ')" "3 6"
check "the third instance was reset 100 times" equal "$resets/$resets_c" 100/100
check "it was removed" [ ! -e $MDEV/$C ]
check "the guests were not done before that" [ "$progress" -lt 9 ]
check "no command of the two guests failed" equal "$errors" 0
check "no reset reached the two guests" equal "$resets_ab" 0
check "the PASIDs differ" [ "$(cat $MDEV/$A/pasid)" != "$(cat $MDEV/$B/pasid)" ]
check "guest one: MMIO exits are its control accesses" equal "${exits[one]}" "${accesses[one]}"
check "guest two: MMIO exits are its control accesses" equal "${exits[two]}" "${accesses[two]}"
check "both did real work" [ "$commands_a" -ge 64 ] && [ "$commands_b" -ge 1128 ]

echo "== removing the instances and the suite"
for uuid in $A $B; do
	check "removed $uuid" eval "echo 1 >$MDEV/$uuid/remove"
done
check "rmmod facet_vfio" rmmod facet_vfio
check "rmmod facet" rmmod facet
check "rmmod vf_sched" rmmod vf_sched

echo
printf '%-36s  %-9s %5s %9s %12s %12s %10s %6s %6s %9s %9s  %s\n' instance owner PASID commands \
	'bytes in' 'bytes out' 'engine ms' errors resets 'MMIO ex.' 'control' 'exits/command'
echo "$rows"
echo "$row_c" | awk '{ printf "%s  %-9s %5s %9s %12s %12s %10s %6s %6s\n", $1, $2, $3, $4, 0, 0, $5, $6, $7 }'
echo
echo "exits/command: MMIO exits beyond the control accesses, for each command"
if [ $failed != 0 ]; then
	echo "demo: $failed checks FAILED"
	exit 1
fi
echo "demo: every check held"
