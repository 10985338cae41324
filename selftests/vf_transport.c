// SPDX-License-Identifier: GPL-2.0-only
/*
 * vf_transport: in a guest, what is between two markers that tools/lab/transport/vmcount.c sees:
 *
 *	vf_transport NUMBER BYTES DEPTH COUNT	that many AES-128-CBC encryptions with
 *						DEPTH of them outstanding
 *	vf_transport NUMBER spin NS		nothing, for as long
 *
 * The output is compared with libcrypto's.  Prints READY when the first commands
 * have ended, and "NUMBER NS DIGEST" at last.
 */
#include <endian.h>
#include <time.h>
#include <openssl/evp.h>
#include <zlib.h>

#include "mark.h"
#include "vf.h"

#define MAX_DEPTH	64
#define MAX_BYTES	4096
#define PARAM		0			/* in the session's memory */
#define SRC		4096
#define DST(slot)	(SRC + MAX_BYTES * (1 + (slot)))
#define MEM_BYTES	DST(MAX_DEPTH)
#define WARM_UP		64
#define SETTLE_NS	20000000		/* the host's thread has fallen asleep */

struct load {
	int fd;
	struct vf_mem mem;
	unsigned int bytes;
	unsigned int depth;
	struct facet_desc free[MAX_DEPTH];
	unsigned int nr_free;
};

static int fail(const char *what, int ret)
{
	fprintf(stderr, "vf_transport: %s: %s\n", what, ret < 0 ? strerror(-ret) : "wrong");
	return 1;
}

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void spin(__u64 ns)
{
	__u64 end = now_ns() + ns;

	while (now_ns() < end)
		__builtin_ia32_pause();
}

static void make_descs(struct load *l)
{
	struct facet_cipher_param param = { .key_bytes = htole16(16), .key = { 1, 2, 3, 4 } };
	unsigned int i;

	memset(param.iv, 0x5a, sizeof(param.iv));
	memcpy(l->mem.mem + PARAM, &param, sizeof(param));
	for (i = 0; i < l->depth; i++)
		l->free[i] = (struct facet_desc){
			.opcode = FACET_OP_AES_CBC,
			.cookie = i,
			.src = htole64(l->mem.handle + SRC),
			.dst = htole64(l->mem.handle + DST(i)),
			.src_len_bytes = htole32(l->bytes),
			.dst_len_bytes = htole32(l->bytes),
			.param = htole64(l->mem.handle + PARAM),
			.param_len_bytes = htole16(sizeof(param)),
		};
	l->nr_free = l->depth;
}

static int submit(struct load *l, unsigned int n)
{
	__u32 done;
	int ret;

	if (n > l->nr_free)
		n = l->nr_free;
	if (!n)
		return 0;
	ret = vf_submit(l->fd, l->free + l->nr_free - n, n, &done);
	if (ret)
		return ret;
	if (done != n)
		return -EAGAIN;
	l->nr_free -= n;
	return n;
}

/* The descriptor of slot i differs from another's in cookie and destination. */
static int collect(struct load *l)
{
	struct facet_comp comps[MAX_DEPTH];
	__u32 i, done;
	int ret = vf_reap(l->fd, comps, MAX_DEPTH, 1, VF_WAIT_NS, &done);

	if (ret || !done)
		return ret ? ret : -ETIMEDOUT;
	for (i = 0; i < done; i++) {
		struct facet_desc *d = &l->free[l->nr_free++];

		if (comps[i].status)
			return -EREMOTEIO;
		d->cookie = comps[i].cookie;
		d->dst = htole64(l->mem.handle + DST(comps[i].cookie));
	}
	return done;
}

static int run(struct load *l, unsigned int count)
{
	unsigned int submitted = 0, done = 0;
	int ret;

	while (done < count) {
		ret = submit(l, count - submitted);
		if (ret < 0)
			return ret;
		submitted += ret;
		ret = collect(l);
		if (ret < 0)
			return ret;
		done += ret;
	}
	return 0;
}

static int check(struct load *l)
{
	static const unsigned char key[16] = { 1, 2, 3, 4 };
	unsigned char want[MAX_BYTES], iv[16];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned int i;
	int n;

	memset(iv, 0x5a, sizeof(iv));
	if (!c || !EVP_EncryptInit_ex2(c, EVP_aes_128_cbc(), key, iv, NULL) ||
	    !EVP_CIPHER_CTX_set_padding(c, 0) ||
	    !EVP_EncryptUpdate(c, want, &n, l->mem.mem + SRC, l->bytes))
		return -EIO;
	for (i = 0; i < l->depth; i++)
		if (memcmp(want, l->mem.mem + DST(i), l->bytes))
			return -EBADMSG;
	EVP_CIPHER_CTX_free(c);
	return 0;
}

static int measure(unsigned long number, struct load *l, unsigned int count)
{
	__u64 ns;
	int ret = vf_mem_new(l->fd, MEM_BYTES, &l->mem);

	if (ret)
		return fail("memory", ret);
	memset(l->mem.mem, 0, MEM_BYTES);
	make_descs(l);
	ret = run(l, WARM_UP);
	if (ret)
		return fail("first commands", ret);
	printf("READY\n");
	fflush(stdout);
	mark_begin(number);
	ns = now_ns();
	ret = run(l, count);
	ns = now_ns() - ns;
	mark_end(number);
	if (!ret)
		ret = check(l);
	if (ret)
		return fail("commands", ret);
	printf("%lu %llu %08lx\n", number, (unsigned long long)ns,
	       crc32(0, l->mem.mem + DST(0), l->bytes));
	return 0;
}

static int baseline(unsigned long number, __u64 ns)
{
	spin(SETTLE_NS);
	mark_begin(number);
	spin(ns);
	mark_end(number);
	printf("%lu %llu 0\n", number, (unsigned long long)ns);
	return 0;
}

int main(int argc, char **argv)
{
	struct load l = { .fd = -1 };

	if (argc == 4 && !strcmp(argv[2], "spin"))
		return baseline(strtoul(argv[1], NULL, 0), strtoull(argv[3], NULL, 0));
	if (argc != 5)
		return fail("NUMBER BYTES DEPTH COUNT", -EINVAL);
	l.bytes = atoi(argv[2]);
	l.depth = atoi(argv[3]);
	if (!l.bytes || l.bytes > MAX_BYTES || !l.depth || l.depth > MAX_DEPTH)
		return fail("arguments", -EINVAL);
	l.fd = vf_open();
	if (l.fd < 0)
		return fail(vf_path(), -errno);
	return measure(strtoul(argv[1], NULL, 0), &l, atoi(argv[4]));
}
