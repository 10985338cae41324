#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# style.sh [--fast]: the static checks of the tree, as TAP.  Each check is one
# case: checkpatch --strict, kernel-doc, shellcheck, W=1 and sparse on both
# lanes (not with --fast), SPDX on line 1, file length, and what must not stand
# in the tree.
# Only files that git tracks, or would track, are looked at.
set -u
cd "$(dirname "$0")/../.." || exit 1
fast=
[ "${1-}" != --fast ] || fast=1
ROOT=tools/lab/in-root.sh
LOG=build/check
mkdir -p "$LOG"
n=0
failed=0

# report NAME LOGFILE STATUS
report() {
	n=$((n + 1))
	if [ "$3" = 0 ]; then
		echo "ok $n - $1"
		return
	fi
	failed=$((failed + 1))
	head -n 40 "$2" | sed 's/^/# /'
	echo "not ok $n - $1 (whole log: $2)"
}

files() {
	# root may not own the checkout
	git -c safe.directory='*' ls-files -co --exclude-standard -- "$@" | while read -r f; do
		[ -f "$f" ] && echo "$f"
	done
}

# The QEMU glue follows QEMU's style, generated and corpus files nobody's.
kernel_style() {
	files '*.c' '*.h' | grep -v -e '^tools/model/qemu/' -e '/corpus/'
}

# Waivers of checkpatch, each with its reason:
# - COMMIT_*, FILE_PATH_CHANGES, EMAIL_*: about patches; these are whole files
# - SPDX_LICENSE_TAG: knows the kernel's paths (uapi needs syscall-note), not ours
# - LINUX_VERSION_CODE stays on: differences are found by feature
# - PREFER_KERNEL_TYPES, CONSTANT_COMPARISON... stay on in kernel/ and uapi/
# - LONG_LINE_STRING: a test's name or a message is not broken in two
# - In user space (tools/, selftests/) C11 integer types, volatile-free stdio
#   and kselftest's macros (TEST_F without a semicolon) are the idiom.
KERNEL_IGNORE=FILE_PATH_CHANGES,SPDX_LICENSE_TAG
USER_IGNORE=$KERNEL_IGNORE,LONG_LINE_STRING,PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES,CAMELCASE,SPLIT_STRING,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,AVOID_EXTERNS,STRLCPY,STRCPY,STRNCPY,NEW_TYPEDEFS,CONSIDER_KSTRTO,SSCANF_TO_KSTRTO,PREFER_ARRAY_SIZE,ARRAY_SIZE,ENOSYS,USE_FUNC,VOLATILE,PREFER_FALLTHROUGH,CONST_STRUCT,YIELD,NAKED_SSCANF,BIT_MACRO
# Waivers of places: trace headers are laid out as the kernel's own are, and the
# compat header defines a macro that exports, it exports nothing.
PLACES='/trace\.h:[0-9]+: CHECK:(PARENTHESIS_ALIGNMENT|OPEN_ENDED_LINE)|compat/facet_compat\.h:[0-9]+: WARNING:EXPORT_SYMBOL'

checkpatch() {
	local src list=$LOG/files.$1 log=$LOG/checkpatch-$1.log

	src=$(tools/lab/ksrc.sh stable) || return 1
	kernel_style | grep -E "$2" >"$list"
	[ -s "$list" ] || { echo "no files" >"$log"; report "checkpatch $1" "$log" 1; return; }
	xargs "$ROOT" -- perl "$src/scripts/checkpatch.pl" --no-tree --strict --emacs \
		--show-types --max-line-length=100 --summary-file --no-summary \
		--typedefsfile=/dev/null --ignore "$3" -f <"$list" >"$log.all" 2>&1
	grep -E '^[^ ]+:[0-9]+: (ERROR|WARNING|CHECK)' "$log.all" | grep -vE "$PLACES" >"$log"
	# a run that read less than all files is no pass
	[ "$(grep -cE 'obvious style problems|has style problems' "$log.all")" = "$(wc -l <"$list")" ] ||
		echo "checkpatch did not read every file, see $log.all" >>"$log"
	report "checkpatch $1, $(wc -l <"$list") files" "$log" "$([ -s "$log" ] && echo 1 || echo 0)"
}

kernel_doc() {
	local src log=$LOG/kernel-doc.log rc

	src=$(tools/lab/ksrc.sh stable) || return 1
	kernel_style | grep -E '^(kernel|uapi)/' |
		xargs "$ROOT" -- perl "$src/scripts/kernel-doc" -none -Wall -Werror >"$log" 2>&1
	rc=$?
	report "kernel-doc" "$log" "$rc"
}

shell_check() {
	local log=$LOG/shellcheck.log rc

	files | while read -r f; do
		case $f in
		*.patch | *.mk) continue ;;
		esac
		head -n 3 "$f" | tr -d '\0' |
			grep -qE '^#!.*\b(ba|da)?sh\b|^# shellcheck shell=' && echo "$f"
	done >"$LOG/files.shell"
	xargs "$ROOT" -- shellcheck -x -S warning -e SC1090,SC1091 <"$LOG/files.shell" >"$log" 2>&1
	rc=$?
	report "shellcheck, $(wc -l <"$LOG/files.shell") files" "$log" "$rc"
}

build() {
	local log=$LOG/build-$1.log rc

	tools/lab/modules.sh "$1" --strict >"$log" 2>&1
	rc=$?
	report "modules build without warnings on $1 (W=1, sparse)" "$log" "$rc"
}

spdx() {
	local log=$LOG/spdx.log

	# the format of Documentation/ABI knows no comments
	files | grep -vE '^LICENSE$|^MAINTAINERS$|^Documentation/ABI/|/corpus/|\.der$|\.bin$|\.json$' | while read -r f; do
		head -n 2 "$f" | tr -d '\0' | grep -q SPDX-License-Identifier || [ ! -s "$f" ] || echo "$f"
	done >"$log"
	report "SPDX on top of every file" "$log" "$([ -s "$log" ] && echo 1 || echo 0)"
}

length() {
	local log=$LOG/length.log

	files '*.c' '*.h' '*.sh' '*.py' '*.rst' '*.md' | xargs wc -l |
		awk '$2 != "total" && $1 > 800' >"$log"
	report "no file over 800 lines" "$log" "$([ -s "$log" ] && echo 1 || echo 0)"
}

# Mirrors come from the machine's apt configuration and paths from the tree.
strays() {
	local log=$LOG/strays.log

	files | grep -vE '^LICENSE$|/corpus/' | xargs grep -nIE \
		'deb\.debian\.org|(^|[^A-Za-z_}"])/(root|work)/|LINUX_VERSION_CODE|KERNEL_VERSION\(' |
		grep -v '^tools/check/style.sh:' >"$log"
	report "no mirror host, machine path or kernel version test in the tree" "$log" \
		"$([ -s "$log" ] && echo 1 || echo 0)"
}

echo "TAP version 13"
if [ -z "$(files Makefile)" ]; then
	echo "Bail out! git lists no files here"
	exit 1
fi
checkpatch kernel '^(kernel|uapi)/' "$KERNEL_IGNORE"
checkpatch user '^(tools|selftests)/' "$USER_IGNORE"
kernel_doc
shell_check
spdx
length
strays
if [ -z "$fast" ]; then
	build stable
	build backports
fi
echo "1..$n"
[ "$failed" = 0 ]
