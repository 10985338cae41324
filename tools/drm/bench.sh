#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bench.sh: the queue depth cases on drm_sched of the backports lane's kernel
# source, unchanged, and on vf_sched, under User-mode Linux in simulated time; one
# table, and one object a row in build/bench/drm.jsonl.  Status 1 if a row is missing
# or ours misses its target.
set -eu
TREE=$(cd "$(dirname "$0")/../.." && pwd -P)
cd "$TREE"
dir=$TREE/build/drm
src=$(tools/lab/ksrc.sh backports --full)/drivers/gpu/drm/scheduler

rm -rf "$dir/src"
mkdir -p "$dir/src/tests" build/bench
cp "$src"/*.[ch] tools/drm/Kbuild tools/drm/glue.c "$dir/src/"
cp "$src"/tests/mock_scheduler.c "$src"/tests/sched_tests.h tools/drm/qd_test.c \
	kernel/vf-sched/tests/drm_cases.h "$dir/src/tests/"
tools/lab/uml.sh modules "$dir"
: >"$dir/rows"
number=0
for policy in RR FIFO FAIR; do
	tools/lab/uml.sh run "$dir" -- "gpu-sched sched_policy=$number" "drm_qd policy=$policy" |
		grep QDRES >>"$dir/rows"
	number=$((number + 1))
done
tools/lab/uml.sh kunit >"$dir/vf_sched.log" || :
grep QDRES "$dir/vf_sched.log" >>"$dir/rows" || :
awk -v jsonl=build/bench/drm.jsonl -f tools/drm/table.awk "$dir/rows"
