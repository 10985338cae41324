#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fuzz.sh: each fuzzer of tools/model for FUZZ_SECONDS, as TAP.  One that has
# executed nothing has failed.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${FUZZ_SECONDS:-30}
log=build/check/fuzz
mkdir -p "$log"
n=0
failed=0

echo "TAP version 13"
for source in tools/model/tests/fuzz_*.c; do
	[ -e "$source" ] || break
	name=$(basename "$source" .c)
	n=$((n + 1))
	if tools/lab/in-root.sh -C tools/model make FUZZERS="$name" FUZZ_SECONDS="$seconds" fuzz \
		>"$log/$name.log" 2>&1 && grep -qE '^Done [1-9][0-9]* runs' "$log/$name.log"; then
		echo "ok $n - $name, $(grep -E '^Done ' "$log/$name.log")"
	else
		failed=$((failed + 1))
		tail -n 30 "$log/$name.log" | sed 's/^/# /'
		echo "not ok $n - $name (whole log: $log/$name.log)"
	fi
done
[ $n -gt 0 ] || echo "# no tools/model/tests/fuzz_*.c"
echo "1..$n"
[ $n -gt 0 ] && [ "$failed" = 0 ]
