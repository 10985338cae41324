#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs inside the new root (mmdebstrap's customize hook): installs the kernels
# of both lanes with their headers and fetches QEMU's source package.
# hook.sh SUITE
set -eu
suite=$1
export DEBIAN_FRONTEND=noninteractive

# the release that the meta package of a suite stands for today
release() {
	apt-cache madison linux-image-amd64 |
		awk -v s="$1/main" '$0 ~ " " s " " { print $3; exit }' |
		while read -r version; do
			apt-cache show "linux-image-amd64=$version" |
				sed -n '/^Depends:/s/.*[ ]linux-image-\([0-9][^ ,]*\).*/\1/p'
		done
}

stable=$(release "$suite")
backports=$(release "$suite-backports")
[ -n "$stable" ] || { echo "no kernel in $suite" >&2; exit 1; }
[ -n "$backports" ] || { echo "no kernel in $suite-backports" >&2; exit 1; }
install="apt-get install -y --no-install-recommends"
$install "linux-image-$stable" "linux-headers-$stable"
$install -t "$suite-backports" "linux-image-$backports" "linux-headers-$backports"

cd /usr/src
apt-get source --download-only qemu
apt-get clean
printf 'stable=%s\nbackports=%s\n' "$stable" "$backports" >/etc/facet-lanes
rm -f /hook.sh
