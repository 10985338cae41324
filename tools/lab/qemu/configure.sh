#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Configures L0's QEMU; runs in the root, in the directory that holds src/.
set -eu
mkdir -p obj
cd obj
../src/configure --target-list=x86_64-softmmu --without-default-features \
	--without-default-devices --with-devices-x86_64=facet --enable-system \
	--enable-tcg --enable-plugins --enable-attr --enable-virtfs \
	--enable-cap-ng --disable-user --disable-docs --disable-install-blobs \
	--disable-werror --disable-download --disable-debug-info \
	--firmwarepath=/usr/share/qemu:/usr/share/seabios:/usr/lib/ipxe/qemu
