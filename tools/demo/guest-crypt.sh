#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Guest two of the demo: encrypts the tree on /dev/vdb with AES-256-GCM and
# AES-256-CTR and makes 1,000 RSA-2048 signatures; programs that know nothing of
# the accelerator decrypt and verify.
set -u -o pipefail
. tools/demo/guest-lib.sh
KEY=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
IV=f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
DATA=$FACET_TREE/build/demo
cp "$DATA/key.pem" "$DATA/pub.pem" /tmp/
bind

ctr_compare() {
	openssl enc -d -aes-256-ctr -K $KEY -iv $IV -in /tmp/tree.ctr | cmp - /dev/vdb
}

# sign --count N signs the N messages "<file's bytes><decimal index>\n"
verify_some() {
	local i

	for i in $(seq 0 50 999); do
		{ cat /tmp/message; echo "$i"; } >/tmp/m
		tail -c +$((i * 256 + 1)) /tmp/sigs | head -c 256 >/tmp/s
		openssl dgst -sha256 -verify /tmp/pub.pem -signature /tmp/s /tmp/m >/dev/null || return
	done
}

check "facet-run encrypt, AES-256-GCM" \
	$RUN encrypt --cipher aes-256-gcm --key $KEY -i /dev/vdb -o /tmp/tree.gcm
check "an independent program decrypts it to the identical bytes" \
	/tmp/facet-verify gcm --key $KEY --compare /dev/vdb /tmp/tree.gcm
rm -f /tmp/tree.gcm
check "facet-run encrypt, AES-256-CTR" \
	$RUN encrypt --cipher aes-256-ctr --key $KEY --iv $IV -i /dev/vdb -o /tmp/tree.ctr
check "openssl enc decrypts it to the identical bytes" ctr_compare
head -c 100000 /dev/vdb >/tmp/message
check "facet-run sign: 1,000 RSA-2048 signatures" \
	$RUN sign --key /tmp/key.pem --count 1000 -i /tmp/message -o /tmp/sigs
check "all verified by the independent program, 20 by openssl dgst" \
	eval '/tmp/facet-verify rsa --pub /tmp/pub.pem --count 1000 --message /tmp/message /tmp/sigs && verify_some'
finish
