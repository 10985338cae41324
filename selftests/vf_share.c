// SPDX-License-Identifier: GPL-2.0-only
/*
 * vf_share: in a guest, commands without end, for benches and tests of shares.
 *
 *	vf_share KIND DEPTH FILE	keep DEPTH commands of KIND outstanding until
 *					FILE exists
 *
 * KIND is rsa1024, rsa2048, hash (256 KiB), nop, inflate (short, of garbage), or what
 * a hostile guest does: invalid (an output that is too small), doorbell (hashes, and a
 * thread that does nothing but ring, past the driver: needs iomem=relaxed).  FACET_DEV
 * names the device.
 *
 * Prints READY when the first command has ended, and at the end a line
 * "done N wait_p50_ns N wait_p99_ns N wait_max_ns N", by the device's stamps.
 */
#include <pthread.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "libfacet.h"
#include "vf.h"

#define HASH_BYTES	FCT_BUF_BYTES
#define INFLATE_NS	70000
#define MAX_DEPTH	256
#define MAX_WAITS	(1 << 20)

struct work {
	int fd;
	struct facet_desc desc;
	unsigned int depth;
	unsigned int status;
	unsigned int outstanding;
	unsigned long done;
	__u64 *wait_ns;
};

static int fail(const char *what, int ret)
{
	printf("vf_share: %s: %s\n", what, ret < 0 ? strerror(-ret) : "wrong");
	return 1;
}

/* The library's commands, on memory of the session. */
static int make_desc(struct work *w, const char *kind)
{
	struct fct_owner o = { 0 };
	struct vf_mem m;
	int ret = vf_mem_new(w->fd, FCT_ARENA_BYTES, &m);

	if (ret)
		return ret;
	o.arena = m.mem;
	o.iova = m.handle;
	w->status = FACET_ST_OK;
	w->desc = fct_sha256_desc(&o, HASH_BYTES);
	if (!strcmp(kind, "rsa2048")) {
		w->desc = fct_rsa_desc(&o);
	} else if (!strcmp(kind, "rsa1024")) {
		w->desc = fct_rsa_1024_desc(&o);
	} else if (!strcmp(kind, "nop")) {
		w->desc = (struct facet_desc){ .opcode = FACET_OP_NOP };
	} else if (!strcmp(kind, "inflate")) {
		w->desc = fct_bill_desc(&o, INFLATE_NS);
		w->status = FACET_ST_BAD_DATA;
	} else if (!strcmp(kind, "invalid")) {
		w->desc = fct_copy_desc(&o, HASH_BYTES);
		w->desc.dst_len_bytes = 1;
		w->status = FACET_ST_OVERFLOW;
	} else if (strcmp(kind, "hash") && strcmp(kind, "doorbell")) {
		return -EINVAL;
	}
	return 0;
}

static int fill(struct work *w)
{
	struct facet_desc descs[MAX_DEPTH];
	unsigned int i, n = w->depth - w->outstanding;
	__u32 done;
	int ret;

	for (i = 0; i < n; i++)
		descs[i] = w->desc;
	ret = n ? vf_submit(w->fd, descs, n, &done) : 0;
	if (ret && ret != -EAGAIN)
		return ret;
	w->outstanding += n ? done : 0;
	return 0;
}

/* A part of the queue at a time: a guest that wakes for each has no time for more. */
static int collect(struct work *w)
{
	struct facet_comp comps[MAX_DEPTH];
	__u32 i, done;
	int ret = vf_reap(w->fd, comps, MAX_DEPTH, (w->outstanding + 3) / 4, VF_WAIT_NS, &done);

	if (ret)
		return ret;
	if (!done)
		return -ETIMEDOUT;
	for (i = 0; i < done; i++) {
		if (comps[i].status != w->status)
			return fail("status", 0);
		w->wait_ns[w->done++ % MAX_WAITS] = comps[i].start_ns - comps[i].arrival_ns;
	}
	w->outstanding -= done;
	return 0;
}

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static int run(struct work *w, const char *file)
{
	bool told = false;
	int ret;

	while (access(file, F_OK)) {
		ret = fill(w);
		if (!ret)
			ret = collect(w);
		if (ret)
			return fail("command", ret);
		if (!told)
			printf("READY\n");
		told = true;
		fflush(stdout);
	}
	return 0;
}

static void print_waits(const struct work *w)
{
	unsigned long n = w->done < MAX_WAITS ? w->done : MAX_WAITS;

	if (!n)
		return;
	qsort(w->wait_ns, n, sizeof(*w->wait_ns), compare);
	printf("done %lu wait_p50_ns %llu wait_p99_ns %llu wait_max_ns %llu\n", w->done,
	       (unsigned long long)w->wait_ns[n / 2],
	       (unsigned long long)w->wait_ns[n * 99 / 100],
	       (unsigned long long)w->wait_ns[n - 1]);
}

/* A resource of the instance behind @fd, mapped. */
static volatile __u32 *map_bar(int fd, int bar)
{
	char path[128];
	struct stat st;
	void *p;
	int res;

	if (fstat(fd, &st))
		return NULL;
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/device/resource%d", major(st.st_rdev),
		 minor(st.st_rdev), bar);
	res = open(path, O_RDWR | O_CLOEXEC);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, res, 0);
	close(res);
	return p == MAP_FAILED ? NULL : p;
}

/**
 * struct bell - what the owner of the pages may do
 * @win: doorbell page: write an index that tells nothing new
 * @ctl: control page, where that wakes somebody; else NULL: wake him
 */
struct bell {
	volatile __u32 *win;
	volatile __u32 *ctl;
};

static void *ring(void *arg)
{
	struct bell *b = arg;

	for (;;) {
		b->win[FACET_WIN_DOORBELL / 4] = b->win[FACET_WIN_SQ_HEAD / 4];
		if (b->ctl)
			b->ctl[FACET_VI_KICK / 4] = 1;
	}
	return NULL;
}

static int start_ringing(int fd)
{
	static struct bell b;
	pthread_t thread;

	b.win = map_bar(fd, FACET_VI_BAR_DOORBELL);
	b.ctl = map_bar(fd, FACET_VI_BAR_CTL);
	if (!b.win || !b.ctl)
		return -ENODEV;
	if (!(b.ctl[FACET_VI_CAP_DOORBELL / 4] & FACET_VI_CAP_KICK))
		b.ctl = NULL;
	return -pthread_create(&thread, NULL, ring, &b);
}

int main(int argc, char **argv)
{
	struct work w = { .fd = vf_open() };
	int ret;

	if (argc != 4 || w.fd < 0)
		return fail(argc == 4 ? vf_path() : "usage: KIND DEPTH FILE", -errno);
	w.depth = atoi(argv[2]);
	w.wait_ns = calloc(MAX_WAITS, sizeof(*w.wait_ns));
	if (!w.depth || w.depth > MAX_DEPTH || !w.wait_ns)
		return fail("depth", -EINVAL);
	ret = make_desc(&w, argv[1]);
	if (!ret && !strcmp(argv[1], "doorbell"))
		ret = start_ringing(w.fd);
	if (ret)
		return fail(argv[1], ret);
	ret = run(&w, argv[3]);
	print_waits(&w);
	return ret;
}
