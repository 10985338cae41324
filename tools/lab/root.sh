#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# root.sh: make the lab's Debian trixie root if it is not in the cache, and
# print its path.  Everything that the lab compiles or boots comes from it.
#
# The mirror is the one this machine's own apt uses (FACET_MIRROR overrides);
# the two kernels are resolved by suite: "stable" is what trixie has, and
# "backports" what trixie-backports has on the day the root is made.
# /etc/facet-lanes in the root records the two releases.
# `root.sh --refresh` makes it anew, for newer kernels.
set -eu
. "$(dirname "$0")/lib.sh"

suite=trixie
packages=$(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$LAB_DIR/root/packages" | paste -sd,)
root=$LAB_CACHE/root-$(key "=1" "=$packages" "$LAB_DIR/root/hook.sh")  # raise =1 when the mmdebstrap call changes

case ${1-} in
--refresh) refresh=1 ;;
--path) echo "$root"; exit ;;
*) refresh= ;;
esac
if [ -e "$root/etc/facet-lanes" ] && [ -z "$refresh" ]; then
	echo "$root"
	exit
fi

mirror() {
	local name

	name=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v n="$name" '$1 == n && $2 == "main" { print $3; exit }'
}

# the settings of this machine's apt that decide whether the mirror is usable
apt_options() {
	apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)[^"]* "[^"]+";$' || :
}

keyring() {
	local f=/usr/share/keyrings/debian-archive-keyring.gpg

	[ -e /usr/share/keyrings/debian-archive-trixie-stable.gpg ] ||
		{ say "updating debian-archive-keyring for the key of $suite"
		apt-get update >/dev/null
		apt-get install -y --no-install-recommends \
			debian-archive-keyring >/dev/null; } ||
		die "debian-archive-keyring could not be updated"
	[ -e /usr/share/keyrings/debian-archive-trixie-stable.gpg ] ||
		die "debian-archive-keyring of this machine has no key of $suite; update the package"
	echo $f
}

need_root
need_host mmdebstrap mmdebstrap
need_host flock util-linux
lock root
if [ -e "$root/etc/facet-lanes" ] && [ -z "$refresh" ]; then
	echo "$root"
	exit
fi
uri=${FACET_MIRROR:-$(mirror)}
[ -n "$uri" ] || die "apt on this machine has no Debian mirror configured; set FACET_MIRROR"
signed=$(keyring)

rm -rf "$LAB_CACHE"/tmp-root-*
tmp=$LAB_CACHE/tmp-root-$$
log=$LAB_CACHE/root.log
: >"$log"
apt_options >"$LAB_CACHE/apt.conf"
sources=$LAB_CACHE/root.list
for s in $suite $suite-updates $suite-backports; do
	echo "deb [signed-by=$signed] $uri $s main"
done >"$sources"
echo "deb-src [signed-by=$signed] $uri $suite main" >>"$sources"

tick "making the Debian $suite root, about 1 GB to fetch" "$log" \
	mmdebstrap --mode=root --variant=minbase --format=directory \
	--architectures=amd64 --include="$packages" \
	--aptopt="$LAB_CACHE/apt.conf" \
	--aptopt='Apt::Install-Recommends "false"' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--dpkgopt='path-exclude=/usr/share/doc/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/info/*' \
	--dpkgopt='path-exclude=/etc/kernel/postinst.d/*' \
	--customize-hook="upload $LAB_DIR/root/hook.sh /hook.sh" \
	--customize-hook="chroot \"\$1\" sh /hook.sh $suite" \
	"$suite" "$tmp" "$sources"
rm -rf "$root"
mv "$tmp" "$root"
say "root ready: $(paste -sd' ' "$root/etc/facet-lanes")"
echo "$root"
