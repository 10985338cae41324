# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What both demo guests do (sourced): bind the instance, wait for the host's
# go, check, and wait for its stop.
RUN=$FACET_USER/facet-run
failed=0

check() {
	local what=$1 t0=$EPOCHREALTIME

	shift
	if "$@"; then
		printf '  ok      %s (%.1f s)\n' "$what" "$(bc <<<"$EPOCHREALTIME - $t0")"
	else
		printf '  FAILED  %s\n' "$what"
		failed=$((failed + 1))
	fi
}

# The host creates and watches these files; they are events, not time.
wait_for() {
	until [ -e "/out/$1" ]; do
		sleep 0.1
	done
}

bind() {
	insmod "$FACET_BUILD/facet_vf.ko" || exit 1
	[ -c /dev/facet/0 ] || { echo "no /dev/facet/0"; exit 1; }
	cp "$RUN" "$FACET_USER/facet-verify" /tmp/
	RUN=/tmp/facet-run
	echo READY
	wait_for go
}

finish() {
	echo DONE
	wait_for stop
	[ $failed = 0 ]
	exit
}
