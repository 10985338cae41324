#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ksft.sh: make the kernel's own test harness and check scripts, from Debian's
# source package of the stable lane's kernel, if they are not in the cache, and
# print the directory that holds them, laid out as a kernel tree:
#   tools/testing/selftests/   kselftest headers, lib.mk, run_kselftest.sh
#   scripts/                   checkpatch.pl, kernel-doc and what they need
# The rest of the kernel's source is not unpacked.
set -eu
. "$(dirname "$0")/lib.sh"

need_root
root=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT=$root
stable=$(sed -n 's/^stable=//p' "$root/etc/facet-lanes")
out=$LAB_CACHE/ksft-$(key "=1" "=$stable")	# raise =1 when the list below changes
if [ -e "$out/tools/testing/selftests/lib.mk" ]; then
	echo "$out"
	exit
fi
lock ksft
if [ -e "$out/tools/testing/selftests/lib.mk" ]; then
	echo "$out"
	exit
fi

# fetch SERIES: the source package into the present directory, in the root;
# apt's state stays in that directory, since the root is read-only
fetch='
	set -eu
	release=$1
	series=$(echo "$release" | cut -d. -f1,2)
	version=$(dpkg-query -W -f "\${Version}" "linux-image-$release")
	mkdir -p lists/partial archives/partial
	opt="-c apt.conf -o Dir::State::lists=$PWD/lists
		-o Dir::Cache=$PWD -o APT::Sandbox::User=root"
	apt-get $opt update
	apt-get $opt download "linux-source-$series=$version" ||
		apt-get $opt download "linux-source-$series"
	mkdir -p deb
	dpkg-deb -x linux-source-*.deb deb
	mkdir -p tree
	tar -C tree --strip-components=1 --wildcards \
		-xf deb/usr/src/linux-source-*.tar.xz \
		"*/scripts/checkpatch.pl" "*/scripts/spelling.txt" \
		"*/scripts/const_structs.checkpatch" "*/scripts/kernel-doc" \
		"*/scripts/spdxcheck.py" "*/scripts/subarch.include" \
		"*/tools/scripts" "*/tools/include" \
		"*/tools/testing/selftests/lib.mk" \
		"*/tools/testing/selftests/Makefile" \
		"*/tools/testing/selftests/kselftest*" \
		"*/tools/testing/selftests/run_kselftest.sh" \
		"*/tools/testing/selftests/gen_kselftest_tar.sh" \
		"*/Documentation/dev-tools/checkpatch.rst"
'
tmp=$LAB_CACHE/tmp-ksft
rm -rf "$tmp"
mkdir -p "$tmp"
cp "$LAB_CACHE/apt.conf" "$tmp/"
log=$LAB_CACHE/ksft.log
: >"$log"
tick "fetching the kernel's test harness and check scripts" "$log" \
	"$LAB_DIR/in-root.sh" -C "$tmp" sh -c "$fetch" sh "$stable"
[ -e "$tmp/tree/tools/testing/selftests/lib.mk" ] ||
	die "the kernel's source package holds no selftests, see $log"
rm -rf "$out"
mv -T "$tmp/tree" "$out"
rm -rf "$tmp"
echo "$out"
