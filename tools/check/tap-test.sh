#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tap-test.sh: does tap.awk count as it says?  Prints TAP itself.
set -u
cd "$(dirname "$0")" || exit 1
n=0
failed=0

# count NAME "PASSED FAILED SKIPPED" [AWK-OPTION...], the input on stdin
count() {
	local name=$1 want=$2 got

	shift 2
	got=$(awk "$@" -f tap.awk | sed -n 's/^count //p')
	n=$((n + 1))
	if [ "$got" = "$want" ]; then
		echo "ok $n - $name"
	else
		failed=$((failed + 1))
		echo "# counted $got, want $want"
		echo "not ok $n - $name"
	fi
}

echo "TAP version 13"
count "plan first" "2 0 0" <<<$'TAP version 13\n1..2\nok 1 a\nok 2 - b'
count "plan last" "1 1 0" <<<$'ok 1 - a\nnoise\nnot ok 2 - b\n1..2'
count "skips" "1 0 1" <<<$'1..2\nok 1 a # SKIP no such thing\nok 2 b'
count "a whole program skipped" "0 0 1" <<<'1..0 # SKIP no device'
count "a plan of none" "0 1 0" <<<'1..0'
count "no test" "0 1 0" <<<'hello'
count "nothing" "0 1 0" </dev/null
count "too few" "1 1 0" <<<$'1..2\nok 1 a'
count "too many" "2 1 0" <<<$'1..1\nok 1 a\nok 2 b'
count "no plan" "1 1 0" <<<$'TAP version 13\nok 1 a'
count "a header alone" "0 1 0" <<<'TAP version 13'
count "bail out" "1 1 0" <<<$'1..1\nok 1 a\nBail out! no memory'
count "three programs" "4 0 0" \
	<<<$'TAP version 13\n1..1\nok 1 a\nTAP version 13\nok 1 a\nok 2 b\n1..2\n1..1\nok 1 c'
count "the second of two ends early" "2 1 0" <<<$'1..1\nok 1 a\nTAP version 13\n1..2\nok 1 b'
count "a new program by its numbers" "3 0 0" <<<$'1..1\nok 1 a\nok 1 b\nok 2 c\n1..2'
count "subtests do not count" "1 0 0" \
	<<<$'1..1\n    # Subtest: s\n    1..2\n    ok 1 x\n    not ok 2 y\nok 1 s'
count "KUnit in a kernel log" "1 0 0" \
	<<<$'[    1.0] KTAP version 1\n[    1.0] 1..1\n[    1.0]     KTAP version 1\n[    1.0]     # Subtest: s\n[    1.0]     1..1\n[    1.0]     ok 1 x\n[    1.0] ok 1 s'
count "a KUnit suite without a case" "0 1 0" \
	<<<$'KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n    1..0\nok 1 s'
count "words that begin like results" "1 0 0" <<<$'1..1\nokay then\nnot okay\nok 1 a'
count "carriage returns" "1 0 0" <<<$'1..1\r\nok 1 a\r'
count "the demo" "2 1 0" -v demo=1 <<<$'== x\n  ok      a\n  FAILED  b\n  ok      c (1 s)\nok 1'
count "a demo without checks" "0 1 0" -v demo=1 <<<'== x'
echo "1..$n"
[ "$failed" = 0 ]
