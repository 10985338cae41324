// SPDX-License-Identifier: GPL-2.0-only
/*
 * vf_load: work for /dev/facet/N while something happens to it.
 *
 *	vf_load count N		N copies, each verified; any other status fails
 *	vf_load errors N	copies until N ended with ENGINE_ERROR, exactly
 *	vf_load until FILE	copies until FILE exists; ABORTED ones are repeated
 *	vf_load gone		copies until the instance is gone, then checks that
 *				every call says so and that the memory is still there
 *	vf_load idle FILE	an open session with memory, until FILE exists
 *	vf_load reset N		FACET_VF_RESET, N times
 *	vf_load resets		print how many resets there have been
 *	vf_load fuzz SEED N	N ioctls with arguments that are mostly wrong
 *
 * Prints READY once the first copies are verified, and a line of counts at the
 * end.  Status 0: all as it should be.
 */
#include "vf.h"

#define SLOTS		32
#define SLOT_BYTES	16384

/**
 * struct load - a session at work
 * @fd: session
 * @m: source and destination of each slot
 * @seed: of the next command
 * @copied: verified
 * @aborted: ended by a reset
 * @errors: ended with an engine error
 * @errors_max: how many of these there may be
 */
struct load {
	int fd;
	struct vf_mem m;
	unsigned long seed;
	unsigned long copied;
	unsigned long aborted;
	unsigned long errors;
	unsigned long errors_max;
};

static int fail(const char *what, int ret)
{
	printf("vf_load: %s: %s\n", what, ret < 0 ? strerror(-ret) : "wrong");
	return 1;
}

static int load_open(struct load *l)
{
	int ret;

	*l = (struct load){ .fd = vf_open() };
	if (l->fd < 0)
		return fail(vf_path(), -errno);
	ret = vf_mem_new(l->fd, 2 * SLOTS * SLOT_BYTES, &l->m);
	return ret ? fail("buffer", ret) : 0;
}

static struct facet_desc load_slot(struct load *l, unsigned int slot, unsigned long seed)
{
	size_t src = 2 * slot * SLOT_BYTES, len = 1 + seed * 7919 % SLOT_BYTES;
	struct facet_desc desc = vf_copy_desc(l->m.handle + src, l->m.handle + src + SLOT_BYTES,
					      len);

	desc.cookie = htole64(slot);
	vf_fill(l->m.mem + src, len, seed);
	memset(l->m.mem + src + SLOT_BYTES, 0, len);
	return desc;
}

static int load_check(struct load *l, const struct facet_desc *descs, const struct facet_comp *c,
		      bool aborts)
{
	__u64 slot = le64toh(c->cookie);
	unsigned char *src;

	if (slot >= SLOTS)
		return fail("cookie", 0);
	if (aborts && le16toh(c->status) == FACET_ST_ABORTED) {
		l->aborted++;
		return 0;
	}
	if (l->errors < l->errors_max && le16toh(c->status) == FACET_ST_ENGINE_ERROR) {
		l->errors++;
		return 0;
	}
	src = l->m.mem + 2 * slot * SLOT_BYTES;
	if (le16toh(c->status) != FACET_ST_OK ||
	    memcmp(src, src + SLOT_BYTES, le32toh(descs[slot].src_len_bytes))) {
		printf("vf_load: status %u\n", le16toh(c->status));
		return fail("a copy", 0);
	}
	l->copied++;
	return 0;
}

/* Submit @nr commands; -EAGAIN is waited out, as it is after a reset. */
static int load_submit(struct load *l, struct facet_desc *descs, unsigned int nr)
{
	unsigned int at = 0;
	__u32 done;
	int ret;

	while (at < nr) {
		ret = vf_submit(l->fd, descs + at, nr - at, &done);
		if (ret && ret != -EAGAIN)
			return ret;
		at += done;
		if (ret && vf_revents(l->fd, POLLOUT, 20000) <= 0)
			return -ETIMEDOUT;
	}
	return 0;
}

/* One round over all slots; 1: failed, and said so; -errno of a call. */
static int load_round(struct load *l, bool aborts)
{
	struct facet_desc descs[SLOTS];
	struct facet_comp comps[SLOTS];
	unsigned int i, left = SLOTS;
	__u32 done;
	int ret;

	for (i = 0; i < SLOTS; i++)
		descs[i] = load_slot(l, i, l->seed++);
	ret = load_submit(l, descs, SLOTS);
	if (ret)
		return ret;
	while (left) {
		ret = vf_reap(l->fd, comps, SLOTS, left, VF_WAIT_NS, &done);
		if (ret)
			return ret;
		if (!done || done > left)
			return fail("number of completions", 0);
		for (i = 0; i < done; i++)
			if (load_check(l, descs, &comps[i], aborts))
				return 1;
		left -= done;
	}
	if (l->seed == SLOTS) {
		printf("READY\n");
		fflush(stdout);
	}
	return 0;
}

static int load_end(struct load *l, int ret)
{
	printf("copied %lu aborted %lu\n", l->copied, l->aborted);
	return ret < 0 ? fail("a call", ret) : ret;
}

static int do_count(struct load *l, unsigned long n)
{
	int ret = 0;

	while (!ret && l->copied < n)
		ret = load_round(l, false);
	return load_end(l, ret);
}

static int do_errors(struct load *l, unsigned long n)
{
	int rounds = 100, ret = 0;

	l->errors_max = n;
	while (!ret && l->errors < n)
		ret = rounds-- ? load_round(l, false) : fail("too few errors", 0);
	/* and not one more */
	return load_end(l, ret ? ret : load_round(l, false));
}

static int do_until(struct load *l, const char *file)
{
	int ret = 0;

	while (!ret && access(file, F_OK))
		ret = load_round(l, true);
	return load_end(l, ret);
}

static int gone_calls(struct load *l)
{
	struct facet_vf_info info = { .size = sizeof(info) };
	struct facet_desc desc = { .opcode = FACET_OP_NOP };
	struct facet_comp comp;
	__u64 handle;
	__u32 done;

	if (vf_ioctl(l->fd, FACET_VF_INFO, &info) != -ENODEV)
		return fail("FACET_VF_INFO when gone", 0);
	if (vf_alloc(l->fd, 4096, &handle) != -ENODEV)
		return fail("FACET_VF_BUF_ALLOC when gone", 0);
	if (vf_submit(l->fd, &desc, 1, &done) != -ENODEV)
		return fail("FACET_VF_SUBMIT when gone", 0);
	if (vf_reap(l->fd, &comp, 1, 1, -1, &done) != -ENODEV)
		return fail("FACET_VF_REAP when gone", 0);
	if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, l->fd, l->m.handle) != MAP_FAILED ||
	    errno != ENODEV)
		return fail("mmap when gone", 0);
	if (!(vf_revents(l->fd, POLLIN | POLLOUT, 0) & POLLHUP))
		return fail("poll when gone", 0);
	return 0;
}

static int do_gone(struct load *l)
{
	size_t i;
	int ret;

	do
		ret = load_round(l, true);
	while (!ret);
	if (ret != -ENODEV)
		return load_end(l, ret);
	memset(l->m.mem, 0x3c, l->m.bytes);
	for (i = 0; i < l->m.bytes; i++)
		if (l->m.mem[i] != 0x3c)
			return fail("memory when gone", 0);
	return gone_calls(l) || load_end(l, 0);
}

static int do_idle(struct load *l, const char *file)
{
	int ret = load_round(l, false);

	while (!ret && access(file, F_OK))
		usleep(20000);
	return load_end(l, ret);
}

static int do_reset(struct load *l, unsigned long n)
{
	int ret = 0;

	for (; n && !ret; n--)
		ret = vf_ioctl(l->fd, FACET_VF_RESET, NULL);
	return ret ? fail("FACET_VF_RESET", ret) : 0;
}

static int do_resets(struct load *l)
{
	struct facet_vf_info info = { .size = sizeof(info) };
	int ret = vf_ioctl(l->fd, FACET_VF_INFO, &info);

	if (ret)
		return fail("FACET_VF_INFO", ret);
	printf("%u\n", info.resets);
	return 0;
}

/* A value that is likely to be on some edge. */
static __u64 odd(const struct load *l)
{
	static const __u64 edges[] = {
		0, 1, 255, 256, 257, 4095, 4096, 4097, 1ULL << 26, (1ULL << 26) + 1,
		0x7fffffff, 0x80000000, 0xffffffff, ~0ULL, ~0ULL - 4095,
	};
	long r = random();

	switch (r % 4) {
	case 0:
		return edges[(r >> 2) % (sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return l->m.handle + (r >> 2) % (l->m.bytes + 4096);
	case 2:
		return (r >> 2) % 300;
	}
	return (__u64)random() << 32 | random();
}

static void fuzz_desc(const struct load *l, struct facet_desc *d)
{
	__u8 *bytes = (__u8 *)d;

	*d = vf_copy_desc(l->m.handle, l->m.handle + l->m.bytes / 2, random() % 8192);
	d->opcode = random() % 52;
	if (random() % 2)
		d->src = htole64(odd(l));
	if (random() % 2)
		d->dst = htole64(l->m.handle + l->m.bytes / 2 + random() % (l->m.bytes / 2));
	if (random() % 2)
		d->dst_len_bytes = htole32(odd(l));
	if (random() % 2) {
		d->param = htole64(odd(l));
		d->param_len_bytes = htole16(random() % 2 ? 16 : odd(l));
	}
	if (random() % 4 == 0)
		bytes[random() % sizeof(*d)] = random();
}

static void fuzz_submit(struct load *l)
{
	static struct facet_desc descs[VF_BATCH];
	struct facet_vf_submit arg = { .size = sizeof(arg), .descs = (uintptr_t)descs };
	unsigned int i;

	arg.count = random() % 8 ? 1 + random() % 16 : odd(l);
	for (i = 0; i < 16; i++)
		fuzz_desc(l, &descs[i]);
	if (random() % 16 == 0)
		arg.flags = odd(l);
	if (random() % 16 == 0)
		arg.descs = odd(l);
	vf_ioctl(l->fd, FACET_VF_SUBMIT, &arg);
}

static void fuzz_reap(struct load *l)
{
	static struct facet_comp comps[VF_BATCH];
	struct facet_vf_reap arg = { .size = sizeof(arg), .comps = (uintptr_t)comps };

	arg.count = random() % 8 ? VF_BATCH : odd(l);
	arg.min = random() % 4 ? 1 : odd(l);
	arg.timeout_ns = random() % 100000;
	if (random() % 16 == 0)
		arg.comps = odd(l);
	if (random() % 16 == 0)
		arg.size = odd(l);
	vf_ioctl(l->fd, FACET_VF_REAP, &arg);
}

static void fuzz_other(struct load *l)
{
	struct facet_vf_buf buf = { .size = sizeof(buf), .bytes = odd(l) };
	size_t len = 1 + odd(l) % (1 << 20);
	__u64 any[80];
	void *p;

	switch (random() % 3) {
	case 0:
		vf_ioctl(l->fd, FACET_VF_BUF_ALLOC, &buf);
		break;
	case 1:
		p = mmap(NULL, len, PROT_READ, MAP_SHARED, l->fd, odd(l) & ~4095ULL);
		if (p != MAP_FAILED)
			munmap(p, len);
		break;
	default:
		vf_fill(any, sizeof(any), random());
		any[0] = odd(l);
		vf_ioctl(l->fd, _IOC(random() % 4, FACET_VF_IOC, random() % 4, random() % 640),
			 any);
	}
}

static int do_fuzz(struct load *l, unsigned long seed, unsigned long n)
{
	struct facet_comp comps[VF_BATCH];
	__u32 done;
	int ret;

	srandom(seed);
	vf_fill(l->m.mem, l->m.bytes / 2, seed);
	for (; n; n--) {
		switch (random() % 8) {
		case 0:
			fuzz_other(l);
			break;
		case 1 ... 4:
			fuzz_submit(l);
			break;
		default:
			fuzz_reap(l);
		}
	}
	do
		ret = vf_reap(l->fd, comps, VF_BATCH, VF_BATCH, VF_WAIT_NS, &done);
	while (!ret && done);
	return ret ? fail("commands are left over", ret) : 0;
}

static unsigned long number(const char *text)
{
	return strtoul(text, NULL, 0);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	struct load l;

	if (load_open(&l))
		return 1;
	if (!strcmp(mode, "count") && argc == 3)
		return do_count(&l, number(argv[2]));
	if (!strcmp(mode, "errors") && argc == 3)
		return do_errors(&l, number(argv[2]));
	if (!strcmp(mode, "until") && argc == 3)
		return do_until(&l, argv[2]);
	if (!strcmp(mode, "gone") && argc == 2)
		return do_gone(&l);
	if (!strcmp(mode, "idle") && argc == 3)
		return do_idle(&l, argv[2]);
	if (!strcmp(mode, "reset") && argc == 3)
		return do_reset(&l, number(argv[2]));
	if (!strcmp(mode, "resets") && argc == 2)
		return do_resets(&l);
	if (!strcmp(mode, "fuzz") && argc == 4)
		return do_fuzz(&l, number(argv[2]), number(argv[3]));
	fprintf(stderr, "usage: vf_load MODE [ARGUMENT...], see the top of the source\n");
	return 2;
}
