#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ksrc.sh [LANE] [--full]: print the path of the lane's kernel source (default:
# stable), from Debian's linux-source package, fetched when first asked for.
#
# Without --full only the parts that checks and kselftests need are unpacked:
# scripts/ (checkpatch, kernel-doc), Documentation's words for them, and the
# frame of tools/testing/selftests.  With --full everything.
set -eu
. "$(dirname "$0")/lib.sh"

lane=stable
full=
for arg; do
	case $arg in
	--full) full=-full ;;
	stable | backports) lane=$arg ;;
	*) die "ksrc.sh: no source of '$arg': stable or backports" ;;
	esac
done
need_root
root=${LAB_ROOT:-$("$LAB_DIR/root.sh")}
export LAB_ROOT=$root
release=$(sed -n "s/^$lane=//p" "$root/etc/facet-lanes")
package=linux-source-$(echo "$release" | cut -d. -f1,2)
dst=$LAB_CACHE/ksrc$full-$lane-$(key "=2" "=$release")
if [ -e "$dst/scripts/checkpatch.pl" ]; then
	echo "$dst"
	exit
fi

fetch() {
	local suite=trixie

	[ "$lane" = stable ] || suite=trixie-backports
	fetch_deb "$package/$suite" "$tmp"
}

parts() {
	if [ -n "$full" ]; then
		echo "$package"
		return
	fi
	printf "$package/%s\n" scripts \
		Documentation/dev-tools/checkpatch.rst \
		tools/testing/selftests/lib.mk \
		tools/testing/selftests/Makefile \
		tools/testing/selftests/run_kselftest.sh \
		tools/testing/selftests/kselftest_deps.sh \
		tools/testing/selftests/kselftest_install.sh \
		tools/testing/selftests/kselftest.h \
		tools/testing/selftests/kselftest_harness.h \
		tools/testing/selftests/kselftest_module.h \
		tools/testing/selftests/kselftest \
		tools/testing/selftests/gen_kselftest_tar.sh
	[ "$lane" = stable ] || printf "$package/%s\n" tools/lib/python
}

unpack() {
	dpkg-deb --fsys-tarfile "$tmp/$package"_*.deb |
		tar -xO "./usr/src/$package.tar.xz" >"$tmp/src.tar.xz"
	mkdir "$tmp/out"
	# what one release lacks of the list is no error
	parts >"$tmp/parts"
	"$LAB_DIR/in-root.sh" -C "$tmp" tar -xJf src.tar.xz -C out --strip-components=1 \
		--files-from=parts || :
	[ -x "$tmp/out/scripts/checkpatch.pl" ]
}

lock "ksrc-$lane"
if [ ! -e "$dst/scripts/checkpatch.pl" ]; then
	tmp=$LAB_CACHE/tmp-ksrc-$lane
	log=$LAB_CACHE/ksrc.log
	: >"$log"
	rm -rf "$tmp"
	mkdir -p "$tmp"
	tick "fetching $package (about 150 MB)" "$log" fetch
	tick "unpacking $package" "$log" unpack
	rm -rf "$dst"
	mv "$tmp/out" "$dst"
	rm -rf "$tmp"
fi
echo "$dst"
