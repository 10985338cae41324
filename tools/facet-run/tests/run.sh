#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh: facet-run against gzip, openssl, coreutils and zlib, without hardware.
#
# FACET_RUN names facet-run-test, whose device is the model's operations in
# process (tools/libfacet/model.c lists the options of "model:..."), and
# FACET_VERIFY facet-verify.  TAP on standard output.
set -u -o pipefail
RUN=${FACET_RUN:?} VERIFY=${FACET_VERIFY:?}
HERE=$(cd "$(dirname "$0")" && pwd)
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
export TMPDIR=$T

CHUNK=4096
MANY=model:ring=5
K16=000102030405060708090a0b0c0d0e0f
K32=${K16}101112131415161718191a1b1c1d1e1f
K64=${K32}202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f
# the last block of the counter's carry lies within the file
IV=f0f1f2f3f4f5f6f7fffffffffffffffd
n=0
failed=0

# check NAME CMD...: CMD succeeds
check() {
	local name=$1

	shift
	n=$((n + 1))
	if "$@" >log 2>&1; then
		echo "ok $n - $name"
	else
		failed=$((failed + 1))
		sed 's/^/# /' log | head -n 20
		echo "not ok $n - $name"
	fi
}

f() {
	"$RUN" "$1" -d "${DEV:-$MANY}" "${@:2}"
}

# fails STATUS PATTERN CMD...: CMD exits with STATUS and says PATTERN, and what
# it was to write does not exist, nor anything half done.
fails() {
	local status=$1 pattern=$2 rc

	shift 2
	rm -f bad bad.*
	"$@" >out.txt 2>err.txt
	rc=$?
	cat err.txt
	[ "$rc" = "$status" ] || { echo "status $rc instead of $status"; return 1; }
	grep -q -- "$pattern" err.txt || { echo "no '$pattern'"; return 1; }
	! compgen -G 'bad*' || { echo "output is left"; return 1; }
}

# pass CMD...: like CMD, and nothing on standard error
quiet() {
	"$@" 2>err.txt || { cat err.txt; return 1; }
	[ ! -s err.txt ] || { cat err.txt; return 1; }
}

# --- input ---

# text-like, so that compression has work, with an incompressible part
python3 - <<'PY'
import random
r = random.Random(1)
words = [bytes(r.choice(b"abcdefghijklmnop") for _ in range(r.randint(2, 9))) for _ in range(500)]
b = bytearray()
while len(b) < 3000000:
    b += r.choice(words) + b" "
b += r.randbytes(1500001)
open("big", "wb").write(b)
for n in (0, 1, 15, 16, 17, 4095, 4096, 4097, 8192, 12293, 100000):
    open("s%d" % n, "wb").write(b[2990000:2990000 + n])
PY
SIZES="0 1 15 16 17 4095 4096 4097 8192 12293 100000"

# --- compression ---

compress_gzip() {
	quiet f compress --chunk $CHUNK -i "$1" -o c.gz && gzip -t c.gz && gzip -dc c.gz | cmp - "$1" &&
		python3 "$HERE/members.py" c.gz 1
}
compress_format() {
	f compress --chunk $CHUNK --format "$2" <"$1" | python3 "$HERE/inflate.py" "$2" | cmp - "$1"
}
round_trip() {
	f compress --chunk $CHUNK --format "$2" <"$1" |
		quiet f decompress --format "$2" | cmp - "$1"
}
for s in $SIZES; do
	check "compress $s bytes, gunzip accepts one member" compress_gzip "s$s"
	for fmt in zlib raw; do
		check "compress $s bytes, $fmt" compress_format "s$s" $fmt
		check "compress and decompress $s bytes, $fmt" round_trip "s$s" $fmt
	done
	check "compress and decompress $s bytes, gzip" round_trip "s$s" gzip
done
default_chunk() {
	quiet f compress --level "$1" -i big -o c.gz && gzip -dc c.gz | cmp - big &&
		f decompress -i c.gz | cmp - big
}
for level in 1 6 9; do
	check "compress 4.5 MB, default chunk, level $level" default_chunk $level
done
smaller() {
	f compress --level 9 -i big | wc -c >nine && f compress --level 1 -i big | wc -c >one &&
		[ "$(cat nine)" -lt "$(cat one)" ]
}
check "level 9 is smaller than level 1" smaller
zeroes() {
	head -c 30000000 /dev/zero >z && f compress -i z -o z.gz && gzip -dc z.gz | cmp - z &&
		f decompress -i z.gz | cmp - z
}
check "30 MB of zeroes both ways" zeroes

foreign() {
	gzip -c "$2" "$1" | f decompress | cmp - "$1"
}
for s in $SIZES; do
	check "decompress gzip(1)'s $s bytes" foreign "s$s" -6
done
for level in -1 -6 -9; do
	check "decompress gzip(1)'s 4.5 MB, $level" foreign big $level
done
blockwise() {
	gzip -c big | DEV=model:in=70000:out=300000 f decompress | cmp - big
}
check "decompress 4.5 MB of one member through low ceilings" blockwise
python_format() {
	python3 "$HERE/deflate.py" "$1" <big >p && quiet f decompress --format "$2" -i p | cmp - big
}
check "decompress zlib's zlib format, recognised" python_format zlib auto
check "decompress zlib's raw format" python_format raw raw
check "decompress raw with fixed Huffman codes" python_format fixed raw
check "decompress stored blocks" python_format stored zlib
check "decompress gzip with extra field, name, comment and header checksum" \
	python_format fields gzip
members() {
	{ gzip -c s4097; gzip -c s0; f compress --chunk $CHUNK -i s100000; gzip -c s1; } >m.gz &&
		f decompress -i m.gz | cmp - <(cat s4097 s0 s100000 s1)
}
check "decompress several members" members
members_low() {
	DEV=model:in=70000:out=200000 f decompress -i m.gz | cmp - <(cat s4097 s0 s100000 s1)
}
check "decompress several members through low ceilings" members_low
padded() {
	{ gzip -c s4097; head -c 10000 /dev/zero; } | f decompress | cmp - s4097
}
check "zeroes behind the last member are padding" padded

gzip -nc s100000 >g.gz
cut_all() {
	local len=0 size

	size=$(stat -c %s g.gz)
	while [ $len -lt "$size" ]; do
		head -c $len g.gz >t.gz
		fails 1 'cut short\|empty' f decompress -i t.gz -o bad || { echo "at $len"; return 1; }
		len=$((len < 20 || len > size - 12 ? len + 1 : len + 5003))
		[ $len -gt $((size - 12)) ] || [ $((len + 5003)) -lt "$size" ] || len=$((size - 12))
	done
}
check "gzip cut short anywhere is an error" cut_all
# flip FILE OFFSET >NEW: one bit differs
flip() {
	python3 -c 'import sys
b = bytearray(open(sys.argv[1], "rb").read()); b[int(sys.argv[2])] ^= 1
sys.stdout.buffer.write(b)' "$1" "$2"
}
damaged() {
	flip "$1" "$2" >t.gz
	fails 1 "$3" f decompress --format "${4:-gzip}" -i t.gz -o bad
}
f compress --format zlib -i s100000 -o g.z
check "not gzip" damaged g.gz 0 'not in gzip format'
check "unknown method" damaged g.gz 2 'unknown method'
check "wrong CRC-32 in the trailer" damaged g.gz -8 'CRC-32 is wrong'
check "wrong length in the trailer" damaged g.gz -4 'length is wrong'
check "wrong Adler-32" damaged g.z -1 'Adler-32 is wrong' zlib
check "zlib header that does not add up" damaged g.z 1 'not in zlib format' zlib
damaged_data() {
	local at

	for at in 12 100 5000 20000 -9; do
		flip g.gz $at >t.gz
		fails 1 'damaged\|wrong\|cut short\|unexpected\|block' f decompress -i t.gz -o bad || return
	done
}
check "damaged data is an error wherever it is" damaged_data
header_checksum() {
	python3 "$HERE/deflate.py" fields <s100 >p
	flip p 4 >t.gz
	fails 1 "header's checksum" f decompress -i t.gz -o bad
}
head -c 100 s4096 >s100
check "wrong checksum of the gzip header" header_checksum
garbage() {
	{ cat g.gz; echo garbage; } >t.gz
	fails 1 'unexpected bytes' f decompress -i t.gz -o bad
}
check "garbage behind the last member" garbage
check "neither gzip nor zlib" fails 1 'neither gzip nor zlib' f decompress -i s4096 -o bad
DEV=model:out=20000 check "block that holds too much" \
	fails 1 'block holds more than the 20000' f decompress -i g.gz -o bad
DEV=model:in=10000 check "block that is too long" \
	fails 1 'block is longer than the 10000' f decompress -i g.gz -o bad

# --- ciphers ---

key_of() {
	case $1 in
	aes-256-xts) echo $K64 ;;
	aes-256-* | aes-128-xts) echo $K32 ;;
	*) echo $K16 ;;
	esac
}
with_openssl() {
	local key iv=$IV

	key=$(key_of "$1")
	quiet f encrypt --chunk $CHUNK --cipher "$1" --key "$key" --iv $iv -i "$2" -o e &&
		openssl enc -"$1" -K "$key" -iv $iv -in "$2" -out o && cmp e o &&
		quiet f decrypt --chunk $CHUNK --cipher "$1" --key "$key" --iv $iv -i o -o d &&
		cmp d "$2"
}
for c in aes-128-cbc aes-256-cbc aes-128-ctr aes-256-ctr; do
	for s in $SIZES; do
		check "$c, $s bytes: as openssl enc, both ways" with_openssl $c "s$s"
	done
done
carry() {
	IV=ffffffffffffffffffffffffffffffff with_openssl aes-256-ctr s100000 &&
		IV=00000000000000000000fffffffffff0 with_openssl aes-128-ctr s100000
}
check "CTR: the counter carries over all bytes" carry
whole() {
	f encrypt --cipher "$1" --key "$(key_of "$1")" --iv $IV -i big | tee e |
		f decrypt --cipher "$1" --key "$(key_of "$1")" --iv $IV | cmp - big && ! cmp -s e big
}
for c in aes-256-cbc aes-256-ctr aes-128-xts; do
	check "$c, 4.5 MB with the default chunk" whole $c
done
xts() {
	local key

	key=$(key_of "$1")
	quiet f encrypt --chunk $CHUNK --unit "$3" --cipher "$1" --key "$key" --iv $IV -i "$2" -o e &&
		"$VERIFY" xts --key "$key" --iv $IV --unit "$3" --compare "$2" e &&
		quiet f decrypt --chunk 8192 --unit "$3" --cipher "$1" --key "$key" --iv $IV -i e -o d &&
		cmp d "$2"
}
for c in aes-128-xts aes-256-xts; do
	for s in 16 17 4095 4096 4097 8192 12293 100000; do
		check "$c, $s bytes: as libcrypto, both ways" xts $c "s$s" 4096
		check "$c, $s bytes in units of 512" xts $c "s$s" 512
	done
done
check "XTS: units of 16 bytes" xts aes-256-xts s12293 16
check "XTS: units that are no power of two" xts aes-256-xts s12293 520
xts_empty() {
	quiet f encrypt --cipher aes-128-xts --key $K32 --iv $IV -i s0 -o e && cmp e s0
}
check "XTS: nothing stays nothing" xts_empty
check "XTS: less than a block" fails 1 'too few for XTS' \
	f encrypt --cipher aes-128-xts --key $K32 --iv $IV -i s15 -o bad
check "XTS: equal halves of the key" fails 1 'halves' \
	f encrypt --cipher aes-128-xts --key $K16$K16 --iv $IV -i s16 -o bad
cbc_bad() {
	openssl enc -aes-128-cbc -K $K16 -iv $IV -in s4097 -out o
	fails 1 'wrong padding' f decrypt --cipher aes-128-cbc --key "${K16//0/1}" --iv $IV -i o -o bad &&
		head -c 4000 o >t &&
		fails 1 'wrong padding' f decrypt --cipher aes-128-cbc --key $K16 --iv $IV -i t -o bad &&
		head -c 4001 o >t &&
		fails 1 'blocks of 16' f decrypt --cipher aes-128-cbc --key $K16 --iv $IV -i t -o bad &&
		fails 1 'blocks of 16' f decrypt --cipher aes-128-cbc --key $K16 --iv $IV -i s0 -o bad
}
check "CBC: wrong key, cut short, not whole blocks, nothing" cbc_bad

gcm() {
	quiet f encrypt --chunk $CHUNK --cipher "$1" --key "$(key_of "$1")" -i "$2" -o e &&
		"$VERIFY" gcm --key "$(key_of "$1")" --compare "$2" e &&
		quiet f decrypt --cipher "$1" --key "$(key_of "$1")" -i e -o d && cmp d "$2"
}
for c in aes-128-gcm aes-256-gcm; do
	for s in $SIZES; do
		check "$c, $s bytes: facet-verify agrees, and back" gcm $c "s$s"
	done
done
gcm_big() {
	f encrypt --cipher aes-256-gcm --key $K32 <big >e && "$VERIFY" gcm --key $K32 --compare big e &&
		f decrypt --cipher aes-256-gcm --key $K32 <e | cmp - big
}
check "aes-256-gcm, 4.5 MB with the default chunk" gcm_big
nonces() {
	f encrypt --cipher aes-128-gcm --key $K16 -i s17 -o e1 &&
		f encrypt --cipher aes-128-gcm --key $K16 -i s17 -o e2 && ! cmp -s e1 e2
}
check "GCM: no two files alike" nonces
f encrypt --chunk $CHUNK --cipher aes-128-gcm --key $K16 -i s12293 -o gcm
GCM_DEC=(f decrypt --cipher aes-128-gcm --key "$K16")
PIECE=$((CHUNK + 16))
gcm_flip() {
	local at

	for at in 8 9 10 11 12 13 16 23 24 31 32 5000 -17 -1; do
		flip gcm $at >t
		fails 1 'verify\|header\|version\|key of\|chunks of\|cut short' \
			"${GCM_DEC[@]}" -i t -o bad || { echo "at $at"; return 1; }
	done
}
check "GCM: a bit flipped anywhere" gcm_flip
gcm_cut() {
	local len

	for len in 0 7 8 31 32 33 47 48 $((32 + PIECE)) $((32 + PIECE + 1)) $((32 + 2 * PIECE)) \
		$((32 + 3 * PIECE)) $((32 + 3 * PIECE + 20)); do
		head -c $len gcm >t
		fails 1 'cut short\|not a GCM file' "${GCM_DEC[@]}" -i t -o bad ||
			{ echo "at $len"; return 1; }
	done
}
check "GCM: cut short anywhere, also between chunks" gcm_cut
chunk_of() {
	tail -c +$((33 + $1 * PIECE)) gcm | head -c $PIECE
}
gcm_order() {
	{ head -c 32 gcm; chunk_of 1; chunk_of 0; chunk_of 2; chunk_of 3; } >t
	fails 1 'chunk [12] does not verify' "${GCM_DEC[@]}" -i t -o bad || return
	{ head -c 32 gcm; chunk_of 0; chunk_of 2; chunk_of 3; } >t
	fails 1 'does not verify' "${GCM_DEC[@]}" -i t -o bad || return
	{ cat gcm; chunk_of 3; } >t
	fails 1 'does not verify' "${GCM_DEC[@]}" -i t -o bad
}
check "GCM: chunks swapped, left out, added" gcm_order
check "GCM: wrong key" fails 1 'does not verify' \
	f decrypt --cipher aes-128-gcm --key "${K16//0/1}" -i gcm -o bad
check "GCM: key of another size" fails 1 'made with a key of 16' \
	f decrypt --cipher aes-256-gcm --key $K32 -i gcm -o bad
gcm_unverified() {
	flip gcm $((32 + 2 * PIECE + 5)) >t
	! "${GCM_DEC[@]}" <t >d 2>/dev/null && [ "$(stat -c %s d)" -le $((2 * CHUNK)) ] &&
		head -c "$(stat -c %s d)" s12293 | cmp - d
}
check "GCM: nothing unverified on standard output" gcm_unverified
gcm_ceiling() {
	DEV=model:in=2000:out=2000 fails 1 'chunks of 4096 bytes, the instance takes 1984' \
		"${GCM_DEC[@]}" -i gcm -o bad
}
check "GCM: chunks larger than the instance takes" gcm_ceiling

key_file() {
	printf '%s' $K32 | python3 -c 'import sys
sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >key.bin
	echo $K32 >key.hex
	for k in key.bin key.hex; do
		f encrypt --cipher aes-256-ctr --key-file $k --iv $IV -i s4097 -o e &&
			openssl enc -d -aes-256-ctr -K $K32 -iv $IV -in e | cmp - s4097 || return
	done
	fails 1 'neither 16 bytes nor 32' \
		f encrypt --cipher aes-128-ctr --key-file key.bin --iv $IV -i s1 -o bad
}
check "keys from files, as bytes and in hex" key_file

# --- hashes ---

hashes() {
	f hash --chunk $CHUNK --algo sha256 s* big | cmp - <(sha256sum s* big) &&
		f hash --chunk $CHUNK --algo sha512 s* big | cmp - <(sha512sum s* big)
}
check "hash: as sha256sum and sha512sum" hashes
hash_stdin() {
	f hash <big | cmp - <(sha256sum <big) && f hash -i s17 | cmp - <(sha256sum s17)
}
check "hash: standard input and -i" hash_stdin
hmac() {
	local key s

	for key in 00 $K32 $K64 $K64$K16 $K64$K64; do
		for s in $SIZES; do
			f hash --chunk $CHUNK --algo "$1" --hmac-key $key -i "s$s" | cut -d' ' -f1 >h
			openssl mac -digest "$1" -macopt hexkey:$key -in "s$s" HMAC |
				tr A-F a-f | cmp - h || return
		done
	done
}
check "hash: HMAC as openssl mac, sha256" hmac sha256
check "hash: HMAC as openssl mac, sha512" hmac sha512
check "hash: HMAC key too long" fails 2 'at most 128' f hash --hmac-key $K64$K64$K16 -i s1
check "hash: missing file" fails 1 'nowhere: No such file' f hash s1 nowhere

# --- signatures ---

for bits in 1024 2048 3072 4096; do
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:$bits -out r$bits
	openssl pkey -in r$bits -pubout -out r$bits.pub
done
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec
openssl pkey -in ec -pubout -out ec.pub
sign_file() {
	quiet f sign --key "$1" -i "$2" -o sig &&
		openssl dgst -sha256 -verify "$1.pub" -signature sig "$2" &&
		f verify --key "$1.pub" --signature sig -i "$2" &&
		openssl dgst -sha256 -sign "$1" -out sig "$2" &&
		f verify --key "$1" --signature sig -i "$2"
}
for k in r1024 r2048 r3072 r4096 ec; do
	for s in 0 1 17 4096 100000; do
		check "sign and verify $s bytes with $k: openssl dgst agrees" sign_file $k "s$s"
	done
done
check "sign 4.5 MB" sign_file r2048 big
sign_many() {
	quiet f sign --key r2048 --count 150 -i "$1" -o sigs &&
		"$VERIFY" rsa --pub r2048.pub --count 150 --message "$1" sigs &&
		f verify --key r2048.pub --count 150 --signature sigs -i "$1"
}
for s in 0 15 4096 12293; do
	check "150 numbered RSA signatures of $s bytes: facet-verify agrees" sign_many "s$s"
done
numbered() {
	f sign --key r2048 --count 3 -i s17 -o sigs && { cat s17; echo 2; } >m &&
		tail -c 256 sigs >sig && openssl dgst -sha256 -verify r2048.pub -signature sig m
}
check "the third is of the file, 2 and a newline" numbered
ec_many() {
	local i

	quiet f sign --key ec --count 200 -i s17 -o sigs &&
		python3 "$HERE/split-der.py" sigs 200 || return
	for i in 0 1 2 50 199; do
		{ cat s17; echo $i; } >m
		openssl dgst -sha256 -verify ec.pub -signature sigs.$i m || return
	done
	rm -f sigs.*
	f verify --key ec.pub --count 200 --signature sigs -i s17
}
check "200 numbered ECDSA signatures" ec_many
encodings() {
	openssl rsa -in r2048 -traditional -out k1 && openssl rsa -in r2048 -RSAPublicKey_out -out k1.pub &&
		sign_pair k1 k1.pub && openssl ec -in ec -out k2 && sign_pair k2 ec.pub
}
sign_pair() {
	f sign --key "$1" -i s17 -o sig && f verify --key "$2" --signature sig -i s17
}
check "keys in the traditional encodings" encodings
wrong() {
	local k

	for k in r2048 ec; do
		f sign --key $k --count 5 -i s17 -o sigs
		flip sigs 30 >t
		fails 1 '1 of 5.*number 0 first\|malformed' \
			f verify --key $k.pub --count 5 --signature t -i s17 || return
		fails 1 '5 of 5' f verify --key $k.pub --count 5 --signature sigs -i s16 || return
		fails 1 'more than 4' f verify --key $k.pub --count 4 --signature sigs -i s17 || return
		fails 1 'signature 5 is cut short' \
			f verify --key $k.pub --count 6 --signature sigs -i s17 || return
		head -c -1 sigs >t
		fails 1 'signature 4 is cut short' \
			f verify --key $k.pub --count 5 --signature t -i s17 || return
	done
	f sign --key r2048 -i s17 -o sig
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out other
	fails 1 'not verify' f verify --key other --signature sig -i s17
}
check "verify: damaged, wrong message, wrong key, too many, too few" wrong
keys_refused() {
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384
	openssl genpkey -quiet -algorithm ED25519 -out ed
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1536 -out r1536
	openssl pkey -in r2048 -aes128 -passout pass:x -out locked
	fails 1 'P-256' f sign --key p384 -i s1 -o bad &&
		fails 1 'neither an RSA nor an ECDSA' f sign --key ed -i s1 -o bad &&
		fails 1 '1536 bits' f sign --key r1536 -i s1 -o bad &&
		fails 1 'without a passphrase' f sign --key locked -i s1 -o bad </dev/null &&
		fails 1 'no RSA or ECDSA key' f sign --key big -i s1 -o bad &&
		fails 1 'public key cannot sign' f sign --key r2048.pub -i s1 -o bad &&
		fails 1 'No such file' f sign --key nowhere -i s1 -o bad
}
check "keys that cannot be used are named" keys_refused

# --- the device ---

retries() {
	local DEV=$1

	f compress --chunk $CHUNK -i s100000 | gzip -dc | cmp - s100000 &&
		gzip -c big | f decompress | cmp - big &&
		with_openssl aes-256-cbc s100000 && with_openssl aes-128-ctr s100000 &&
		xts aes-128-xts s12293 4096 && gcm aes-256-gcm s100000 &&
		f hash --chunk $CHUNK s100000 | cmp - <(sha256sum s100000) && sign_many s12293 &&
		sign_file ec s17
}
check "aborted commands are run again" retries model:ring=3:abort=3
check "commands of failing engines are run again" retries model:engine=2
check "a ring of one" retries model:ring=1
check "memory for few slots" retries model:bytes=12000000
DEV=model:abort=1 check "retries end" fails 1 'aborted by a stop.*again and again' \
	f compress -i s4096 -o bad
DEV=model:engine=1 check "retries of failing engines end" fails 1 'engine failed.*again' \
	f encrypt --cipher aes-128-gcm --key $K16 -i s4096 -o bad
DEV=model:bytes=4096 check "no memory at all" fails 1 'No space left' f compress -i s4096 -o bad
denied() {
	DEV=model:deny=deflate fails 1 'does not allow deflate' f compress -i s1 -o bad &&
		DEV=model:deny=rsa-priv fails 1 'does not allow rsa-priv' \
			f sign --key r2048 -i s1 -o bad &&
		DEV=model:deny=aes-gcm fails 1 'does not allow aes-gcm' \
			f encrypt --cipher aes-128-gcm --key $K16 -i s1 -o bad
}
check "operations that the instance does not allow" denied
check "no device" fails 1 'nowhere: No such file' "$RUN" compress -d nowhere -i s1 -o bad
low_ceilings() {
	local DEV=model:in=6000:out=6000

	f compress -i s100000 | gzip -dc | cmp - s100000 && with_openssl aes-256-cbc s100000 &&
		with_openssl aes-128-ctr s100000 && gcm aes-128-gcm s100000 &&
		f hash -i s100000 | cmp - <(sha256sum s100000)
}
check "work is cut to the instance's ceilings" low_ceilings

# --- files ---

check "missing input" fails 1 'nowhere: No such file' f compress -i nowhere -o bad
check "input that is a directory" fails 1 'Is a directory' f compress -i . -o bad
check "output that cannot be made" fails 1 'cannot create' f compress -i s1 -o nowhere/bad
full() {
	! f compress -i big -o /dev/full 2>err.txt && grep -q 'No space left' err.txt
}
check "output that is full" full
replaced() {
	cp s4097 same && chmod 640 same && f compress -i same -o same && gzip -dc same | cmp - s4097 &&
		[ "$(stat -c %a same)" = 640 ] && ! compgen -G 'same.*'
}
check "output over the input, with its permissions" replaced
kept() {
	cp s17 keep && ! f decompress -i s4096 -o keep 2>/dev/null && cmp keep s17 &&
		! compgen -G 'keep.*'
}
check "a failure leaves the old output" kept
# More than a pipe holds went in, so that the program is behind output_open().
signalled() {
	local pid

	rm -f fifo bad*
	mkfifo fifo
	"$RUN" compress -d $MANY -i fifo -o bad &
	pid=$!
	exec 3>fifo
	cat big >&3
	compgen -G 'bad.*' || return
	kill -"$1" $pid
	exec 3>&-
	wait $pid
	[ $? = $((128 + $(kill -l "$1"))) ] && ! compgen -G 'bad*'
}
check "SIGTERM leaves no file" signalled TERM
check "SIGHUP leaves no file" signalled HUP
broken_pipe() {
	f decompress -i z.gz | head -c 10 | cmp - <(head -c 10 /dev/zero)
	[ "${PIPESTATUS[0]}" = $((128 + $(kill -l PIPE))) ]
}
check "SIGPIPE ends it" broken_pipe
progress() {
	script -qec "$RUN compress -d $MANY -i big -o c.gz" /dev/null | grep -q 'big: .*%.*MiB'
}
check "progress on a terminal" progress

# --- the command line ---

usage() {
	local opt

	fails 2 'command is missing' "$RUN" && fails 2 "no command 'frob'" "$RUN" frob &&
		fails 2 'not an option' f compress s1 && fails 2 'not understood' f compress --frob || return
	for opt in '--level 0' '--level 10' '--level x' '--depth 0' '--count -1' '--unit 8' '--chunk 1'; do
		# shellcheck disable=SC2086
		fails 2 'not a number from' f compress $opt -i s1 -o bad || return
	done
	fails 2 'none of gzip' f compress --format lzma -i s1 -o bad &&
		fails 2 '--cipher is missing' f encrypt -i s1 -o bad &&
		fails 2 '--cipher rot13' f encrypt --cipher rot13 -i s1 -o bad &&
		fails 2 '--iv is missing' f encrypt --cipher aes-128-cbc --key $K16 -i s1 -o bad &&
		fails 2 'one of --key' f encrypt --cipher aes-128-cbc --iv $IV -i s1 -o bad &&
		fails 2 '--key: 64 .* 32 are' f encrypt --cipher aes-128-cbc --key $K32 --iv $IV -o bad &&
		fails 2 'not hexadecimal' f encrypt --cipher aes-128-cbc --key "${K16//f/g}" --iv $IV -o bad &&
		fails 2 'nonces of their own' f encrypt --cipher aes-128-gcm --key $K16 --iv $IV -o bad &&
		fails 2 '--signature is missing' f verify --key r2048 -i s1 &&
		fails 2 'neither sha256' f hash --algo md5 -i s1
}
check "errors on the command line name what is wrong" usage
help() {
	"$RUN" --help | grep -q '^usage:' && "$RUN" compress --help | grep -q '^usage:'
}
check "--help" help
bench() {
	f bench --count 5 --size 64K --key r2048 >b && f bench --op ecdsa-p256-sign --count 5 --key ec >>b &&
		grep -q '^deflate  *5  *327680 ' b && grep -q '^rsa-priv  *5 ' b &&
		grep -q '^ecdsa-p256-sign  *5 ' b &&
		fails 2 'no such operation' f bench --op frob
}
check "bench" bench

echo "1..$n"
[ $failed = 0 ] || echo "# $failed of $n failed"
[ $failed = 0 ]
