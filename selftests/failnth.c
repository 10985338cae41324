// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be asked of the drivers is asked again and again, the n-th allocation or
 * copy from or to user space in it failing, for n = 1, 2, ... until it succeeds
 * without a failure.  The error is the right one, nothing is left behind, and the
 * instance works.  (That nothing leaks and no kernel complains is seen at the end of
 * the run.)
 *
 * Needs CONFIG_FAULT_INJECTION, _FAILSLAB, _FAIL_PAGE_ALLOC and _USERCOPY.
 * Beyond the first FACET_EACH (default 12) n grows by a quarter; FACET_EACH=100000
 * for every n.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <sys/syscall.h>

#include "test.h"

#define EACH		12
#define MOST		20000	/* allocations in one request */
#define WINDOW		(16 * FCT_PAGE)
#define DRIVER		"/sys/bus/pci/drivers/facet/"
#define DEBUG		"/sys/kernel/debug/"

struct request;

FIXTURE(failnth)
{
	struct fct_owner o;
	struct fct_owner other;
	char parent[256];
	char uuid[FCT_UUID_LEN];
	long long pins;
	long available;
	int nth;
	const struct request *request;
	unsigned int n;
	__u32 value;
};

typedef struct _test_data_failnth failnth;

/**
 * struct request - something to ask for
 * @name: of it
 * @before: make it possible
 * @ask: it
 * @after: undo it, if it succeeded
 * @works: does what it concerns work?
 * @also: errnos that are right besides ENOMEM and EFAULT
 * @attr: for store(): attribute
 * @text: and what is written to it
 */
struct request {
	const char *name;
	int (*before)(failnth *f);
	int (*ask)(failnth *f);
	int (*after)(failnth *f);
	int (*works)(failnth *f);
	int also[2];
	const char *attr;
	const char *text;
};

static int put(const char *path, const char *text)
{
	int ret = fct_write(path, text);

	if (ret)
		printf("# %s: %s\n", path, strerror(-ret));
	return ret;
}

/* every allocation may fail, those that may sleep too */
static int faults_on(void)
{
	return put(DEBUG "failslab/ignore-gfp-wait", "N") ?:
		put(DEBUG "failslab/verbose", "0") ?:
		put(DEBUG "fail_page_alloc/ignore-gfp-wait", "N") ?:
		put(DEBUG "fail_page_alloc/ignore-gfp-highmem", "N") ?:
		put(DEBUG "fail_page_alloc/min-order", "0") ?:
		put(DEBUG "fail_page_alloc/verbose", "0") ?:
		put(DEBUG "fail_usercopy/verbose", "0");
}

/* Writing the number is a copy from user space itself, and can be what fails. */
static int arm(failnth *f, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);
	int i;

	for (i = 0; i < 3; i++)
		if (pwrite(f->nth, text, len, 0) == len)
			return 0;
	return -errno;
}

/* Was the failure due?  If it was not it may come now, and then reading fails. */
static bool struck(failnth *f)
{
	char text[16] = "";
	ssize_t n = pread(f->nth, text, sizeof(text) - 1, 0);

	arm(f, 0);
	return n > 0 && !strtoul(text, NULL, 10);
}

FIXTURE_SETUP(failnth)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%ld/fail-nth",
		 (long)syscall(SYS_gettid));
	self->nth = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->nth);
	ASSERT_EQ(0, faults_on());
	fct_sweep();
	snprintf(self->parent, sizeof(self->parent), "%s", fct_parent());
	fct_uuid(1, self->uuid);
	self->pins = fct_pins();
	self->available = fct_available();
	ASSERT_EQ(0, fct_start(&self->other, 2));
}

FIXTURE_TEARDOWN(failnth)
{
	arm(self, 0);
	/* a failed test has left it open, and it must not wait for itself */
	if (self->o.uuid[0])
		fct_close(&self->o);
	if (fct_exists(self->other.uuid))
		EXPECT_EQ(0, fct_stop(&self->other));
	fct_sweep();
	EXPECT_EQ(self->pins, fct_pins());
	EXPECT_EQ(self->available, fct_available());
}

/* -- what is asked for -- */

static int nothing(failnth *f)
{
	return 0;
}

static int create(failnth *f)
{
	return fct_create(f->uuid);
}

static int uncreate(failnth *f)
{
	return fct_remove(f->uuid);
}

/* one that was not removed is still there */
static int create_again(failnth *f)
{
	return fct_exists(f->uuid) ? 0 : create(f);
}

static int is_gone(failnth *f)
{
	return fct_exists(f->uuid) ? -EBUSY : 0;
}

static int other_works(failnth *f)
{
	if (fct_available() != f->available - 1 && !fct_exists(f->uuid))
		return -EBADMSG;
	return fct_op_copy(&f->other, 4096, 1);
}

static int reopen(failnth *f)
{
	return fct_open(&f->o, f->uuid);
}

static int set_up(failnth *f)
{
	int ret = fct_irqs_on(&f->o);

	if (!ret)
		ret = fct_map_window(&f->o);
	return ret ? ret : fct_attach(&f->o, FCT_IOVA);
}

static int reclose(failnth *f)
{
	fct_close(&f->o);
	return 0;
}

/* a whole life */
static int opens_and_works(failnth *f)
{
	int ret;

	fct_close(&f->o);
	ret = fct_open(&f->o, f->uuid) ?: set_up(f) ?: fct_op_copy(&f->o, 4096, 1);
	fct_close(&f->o);
	return ret ? ret : other_works(f);
}

static int copies(failnth *f)
{
	if (fct_ctl(&f->o, FACET_VI_STATE) == FACET_VI_ST_IDLE) {
		if (!fct_ctl(&f->o, FACET_VI_N_WINDOWS) &&
		    fct_grant(&f->o, FCT_IOVA, FCT_ARENA_BYTES, RW))
			return -ENXIO;
		if (fct_rings(&f->o))
			return -EPROTO;
	}
	return fct_op_copy(&f->o, 4096, 1) ?: fct_op_copy(&f->other, 4096, 1);
}

static int device_ioctl(failnth *f, unsigned long cmd, void *arg)
{
	return ioctl(f->o.device, cmd, arg) ? -errno : 0;
}

static int get_info(failnth *f)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	return device_ioctl(f, VFIO_DEVICE_GET_INFO, &info);
}

static int get_region_info(failnth *f)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = 2 };

	return device_ioctl(f, VFIO_DEVICE_GET_REGION_INFO, &info);
}

static int get_irq_info(failnth *f)
{
	struct vfio_irq_info info = {
		.argsz = sizeof(info), .index = VFIO_PCI_MSIX_IRQ_INDEX,
	};

	return device_ioctl(f, VFIO_DEVICE_GET_IRQ_INFO, &info);
}

static int set_irqs(failnth *f)
{
	return fct_set_irq(&f->o, VFIO_PCI_MSIX_IRQ_INDEX, 0, FACET_VI_NR_VECTORS,
			   f->o.irq);
}

static int set_req(failnth *f)
{
	return fct_set_irq(&f->o, VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &f->o.req);
}

static int irqs_off(failnth *f)
{
	return fct_set_irq(&f->o, VFIO_PCI_MSIX_IRQ_INDEX, 0, 0, NULL);
}

static int vfio_reset(failnth *f)
{
	return fct_device_reset(&f->o);
}

static int map_page(failnth *f)
{
	struct fct_region *r = &f->o.region[FACET_VI_BAR_DOORBELL];
	void *p = mmap(NULL, FCT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		       f->o.device, r->offset);

	if (p == MAP_FAILED)
		return -errno;
	/* and fault it in; what fails there is tried again by the kernel */
	f->value = *(volatile __u32 *)p;
	return munmap(p, FCT_PAGE) ? -errno : 0;
}

static int read_config(failnth *f)
{
	char buf[256];
	ssize_t n = fct_pread(&f->o, VFIO_PCI_CONFIG_REGION_INDEX, buf, sizeof(buf), 0);

	/* what was copied before the failure is an answer as well */
	return n < 0 ? n : n < (ssize_t)sizeof(buf) ? -EFAULT : 0;
}

static int write_config(failnth *f)
{
	__u32 v = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	ssize_t n = fct_pwrite(&f->o, VFIO_PCI_CONFIG_REGION_INDEX, &v, 2, PCI_COMMAND);

	return n < 0 ? n : 0;
}

static int read_control(failnth *f)
{
	__u32 v;
	ssize_t n = fct_pread(&f->o, FACET_VI_BAR_CTL, &v, sizeof(v), FACET_VI_STATE);

	return n < 0 ? n : 0;
}

static int write_control(failnth *f)
{
	__u32 v = 7;
	ssize_t n = fct_pwrite(&f->o, FACET_VI_BAR_CTL, &v, sizeof(v),
			       FACET_VI_POST_SELECT);

	return n < 0 ? n : 0;
}

static int enable_rings(failnth *f)
{
	__u32 v = FACET_VI_RING_CMD_ENABLE;
	ssize_t n = fct_pwrite(&f->o, FACET_VI_BAR_CTL, &v, sizeof(v),
			       FACET_VI_RING_CMD);

	return n < 0 ? n : 0;
}

static int disable_rings(failnth *f)
{
	/* the registers keep what fct_rings() wrote */
	fct_ctl_set(&f->o, FACET_VI_RING_CMD, FACET_VI_RING_CMD_DISABLE);
	f->o.prod = 0;
	f->o.cons = 0;
	memset(f->o.cq, 0, FACET_COMP_BYTES << f->o.log2);
	return fct_ctl(&f->o, FACET_VI_RING_RESULT) ? -EPROTO : 0;
}

static int unmap_memory(failnth *f)
{
	return fct_dma_unmap(&f->o, 2 * FCT_IOVA, MIB);
}

static int map_memory(failnth *f)
{
	int ret;

	if (!f->o.arena)
		return -ENXIO;
	ret = fct_dma_map(&f->o, f->o.arena, 2 * FCT_IOVA, MIB);
	if (ret && ret != -EEXIST)
		return ret;
	ret = fct_grant(&f->o, 2 * FCT_IOVA, MIB, RW);
	return ret == FACET_VI_RES_EXIST ? 0 : ret;
}

static int store(failnth *f)
{
	return fct_attr_write(f->uuid, f->request->attr, f->request->text);
}

static int store_group(failnth *f)
{
	return fct_attr_write(f->uuid, "qos/group", "tenant");
}

static int store_no_group(failnth *f)
{
	return fct_attr_write(f->uuid, "qos/group", "-");
}

static int store_reset(failnth *f)
{
	return fct_attr_write(f->uuid, "reset", "1");
}

/* the same as they are */
static int store_opcodes(failnth *f)
{
	char text[64];

	arm(f, 0);
	if (fct_attr_read(f->uuid, "opcodes", text, sizeof(text)))
		return -EIO;
	arm(f, f->n);
	return fct_attr_write(f->uuid, "opcodes", text);
}

static int store_groups(failnth *f)
{
	return share_parent_write("qos/groups", "tenant 300");
}

static int unbind(failnth *f)
{
	return fct_write(DRIVER "unbind", f->parent);
}

static int bind(failnth *f)
{
	return fct_write(DRIVER "bind", f->parent);
}

static int bound_works(failnth *f)
{
	char path[FCT_PATH_LEN];

	snprintf(path, sizeof(path), DRIVER "%s", f->parent);
	if (access(path, F_OK) && bind(f))
		return -ENODEV;
	return fct_available() == f->available ? 0 : -EBADMSG;
}

/* -- asking -- */

static unsigned int after(unsigned int n)
{
	const char *each = getenv("FACET_EACH");

	if (n < (each ? strtoul(each, NULL, 10) : EACH))
		return n + 1;
	return n + (n + 3) / 4;
}

static bool right(const struct request *r, int ret)
{
	return ret == -ENOMEM || ret == -EFAULT || ret == -r->also[0] || ret == -r->also[1];
}

/* One @n; 1: no failure was injected, 0: one was, and all is well. */
static int ask_once(failnth *f, const struct request *r, unsigned int n)
{
	int ret, err;
	bool hit;

	f->request = r;
	ret = r->before(f);
	if (ret) {
		printf("# %s: cannot be asked for: %d\n", r->name, ret);
		return ret;
	}
	f->n = n;
	ret = arm(f, n);
	if (ret)
		return ret;
	err = r->ask(f);
	hit = struck(f);
	if (err && (!hit || !right(r, err)))
		ret = err;
	if (!ret && !err)
		ret = r->after(f);
	if (!ret)
		ret = r->works(f);
	if (ret)
		printf("# %s, failure %u%s: returned %d, then %d\n", r->name, n,
		       hit ? "" : " (not reached)", err, ret);
	return ret ? ret : !hit;
}

/* All of them; how many failed, or -errno. */
static int ask_all(failnth *f, const struct request *r)
{
	unsigned int n, hits = 0;
	int ret = 0;

	for (n = 1; n < MOST && !ret; n = after(n)) {
		ret = ask_once(f, r, n);
		hits += !ret;
	}
	printf("# %s: %u failures\n", r->name, hits);
	fflush(stdout);
	return ret > 0 ? (int)hits : ret ? ret : -ETIMEDOUT;
}

#define ASK_ALL(requests)						\
	do {								\
		unsigned int i;						\
									\
		for (i = 0; i < ARRAY_LEN(requests); i++)		\
			EXPECT_LE(0, ask_all(self, &(requests)[i]))	\
				TH_LOG("%s", (requests)[i].name);	\
	} while (0)

static const struct request lives[] = {
	/* the kernel's PASID allocator does not tell what it lacks */
	{ "create", nothing, create, uncreate, other_works, { ENOSPC } },
	{ "remove", create_again, uncreate, is_gone, other_works },
};

TEST_F_TIMEOUT(failnth, create_and_remove, 3600)
{
	ASK_ALL(lives);
}

TEST_F_TIMEOUT(failnth, create_and_remove_shared, 3600)
{
	setenv("FACET_TYPE", "facet-shared", 1);
	self->available = fct_available() + 1;
	ASK_ALL(lives);
	unsetenv("FACET_TYPE");
	self->available = fct_available() + 1;
}

TEST_F_TIMEOUT(failnth, open, 3600)
{
	static const struct request opens[] = {
		/* whatever fails in the MSI core, it says ENOSPC */
		{ "open", nothing, reopen, reclose, opens_and_works, { ENOSPC } },
	};

	ASSERT_EQ(0, create(self));
	ASK_ALL(opens);
}

TEST_F_TIMEOUT(failnth, open_shared, 3600)
{
	static const struct request opens[] = {
		{ "open shared", nothing, reopen, reclose, opens_and_works },
	};

	setenv("FACET_TYPE", "facet-shared", 1);
	ASSERT_EQ(0, create(self));
	unsetenv("FACET_TYPE");
	ASK_ALL(opens);
}

TEST_F_TIMEOUT(failnth, what_an_owner_asks, 3600)
{
	static const struct request asks[] = {
		{ "GET_INFO", nothing, get_info, nothing, copies },
		{ "GET_REGION_INFO", nothing, get_region_info, nothing, copies },
		{ "GET_IRQ_INFO", nothing, get_irq_info, nothing, copies },
		{ "SET_IRQS", irqs_off, set_irqs, nothing, nothing },
		{ "SET_IRQS none", set_irqs, irqs_off, set_irqs, nothing },
		{ "SET_IRQS request", set_irqs, set_req, nothing, copies },
		{ "mmap", nothing, map_page, nothing, copies },
		{ "config read", nothing, read_config, nothing, copies },
		{ "config write", nothing, write_config, nothing, copies },
		{ "control read", nothing, read_control, nothing, copies },
		{ "control write", nothing, write_control, nothing, copies },
		{ "ring command", disable_rings, enable_rings, nothing, copies },
		{ "dma unmap", map_memory, unmap_memory, nothing, copies },
		{ "VFIO_DEVICE_RESET", nothing, vfio_reset, nothing, copies },
	};

	ASSERT_EQ(0, create(self));
	ASSERT_EQ(0, reopen(self));
	ASSERT_EQ(0, set_up(self));
	ASK_ALL(asks);
	fct_close(&self->o);
}

TEST_F_TIMEOUT(failnth, what_an_operator_stores, 3600)
{
	static const struct request stores[] = {
		{ "weight", nothing, store, nothing, copies,
		  .attr = "weight", .text = "300" },
		{ "opcodes", nothing, store_opcodes, nothing, copies },
		{ "quota_windows", nothing, store, nothing, copies,
		  .attr = "quota_windows", .text = "100" },
		{ "quota_bytes", nothing, store, nothing, copies,
		  .attr = "quota_bytes", .text = "1000000000" },
		{ "quota_posts", nothing, store, nothing, copies,
		  .attr = "quota_posts", .text = "32" },
		{ "qos/rate_max", nothing, store, nothing, copies,
		  .attr = "qos/rate_max", .text = "900" },
		{ "qos/rate_min", nothing, store, nothing, copies,
		  .attr = "qos/rate_min", .text = "10" },
		{ "qos/burst_us", nothing, store, nothing, copies,
		  .attr = "qos/burst_us", .text = "500" },
		{ "qos/group", nothing, store, store_no_group, copies,
		  .attr = "qos/group", .text = "tenant" },
		{ "qos/groups", store_group, store_groups, store_no_group, copies },
		{ "reset", nothing, store, nothing, copies,
		  .attr = "reset", .text = "1" },
		{ "state", nothing, store, store_reset, copies,
		  .attr = "state", .text = "stop" },
	};

	ASSERT_EQ(0, create(self));
	ASSERT_EQ(0, reopen(self));
	ASSERT_EQ(0, set_up(self));
	ASK_ALL(stores);
	fct_close(&self->o);
}

TEST_F_TIMEOUT(failnth, probe, 3600)
{
	static const struct request probes[] = {
		/* pcim_iomap_region() says EINVAL, PASIDs as above */
		{ "bind", unbind, bind, nothing, bound_works, { ENOSPC, EINVAL } },
	};

	ASSERT_EQ(0, fct_stop(&self->other));
	ASK_ALL(probes);
	EXPECT_EQ(0, bound_works(self));
}

/* -- the work item that pins: counted there, since it is another task -- */

static int filter(const char *kind, const char *file, const char *value)
{
	char path[FCT_PATH_LEN];

	snprintf(path, sizeof(path), DEBUG "%s/%s", kind, file);
	return put(path, value);
}

/* only what facet_vfio.ko calls */
static int filter_module(const char *kind)
{
	unsigned long size, base;
	char line[256], from[32], to[32];
	FILE *f = fopen("/proc/modules", "re");
	int ret = -ENOENT;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "facet_vfio %lu %*s %*s %*s 0x%lx", &size, &base) != 2)
			continue;
		snprintf(from, sizeof(from), "%lu", base);
		snprintf(to, sizeof(to), "%lu", base + size);
		ret = filter(kind, "require-start", from) ?:
			filter(kind, "require-end", to);
	}
	if (f)
		fclose(f);
	return ret;
}

static int filter_off(const char *kind)
{
	return filter(kind, "probability", "0") ?: filter(kind, "times", "1") ?:
		filter(kind, "space", "0") ?: filter(kind, "require-start", "0") ?:
		filter(kind, "require-end", "18446744073709551615");
}

static long times_left(const char *kind)
{
	char path[FCT_PATH_LEN], text[32];

	snprintf(path, sizeof(path), DEBUG "%s/times", kind);
	return fct_read(path, text, sizeof(text)) ? -1 : strtol(text, NULL, 0);
}

static int grant_failing(failnth *f, const char *kind, __u64 iova, unsigned int space)
{
	char text[16];
	int ret, result;

	snprintf(text, sizeof(text), "%u", space);
	ret = filter(kind, "space", text) ?: filter(kind, "times", "1") ?:
		filter(kind, "probability", "100");
	if (ret)
		return ret;
	result = fct_grant(&f->o, iova, WINDOW, RW);
	return filter(kind, "probability", "0") ?: result;
}

/*
 * One failure once @space (bytes of the slab, or pages) has been allocated; the
 * window, granted after that, is really there.  Where nothing was mapped before, so
 * that tables are made.  1: it was not reached, 0: it was.
 */
static int post_once(failnth *f, const char *kind, void *mem, unsigned int space)
{
	__u64 iova = (8 + f->n++) * 1024 * MIB;
	int result, left, ret = fct_dma_map(&f->o, mem, iova, WINDOW);

	if (ret)
		return ret;
	result = grant_failing(f, kind, iova, space);
	left = times_left(kind);
	if (result && (left || result != FACET_VI_RES_NOMEM)) {
		printf("# %s %u: result %d\n", kind, space, result);
		return -EBADMSG;
	}
	if (result)
		result = fct_grant(&f->o, iova, WINDOW, RW);
	if (!result)
		result = fct_revoke(&f->o, iova, WINDOW);
	if (result)
		return -EPROTO;
	return fct_dma_unmap(&f->o, iova, WINDOW) ?: left;
}

static int post_all(failnth *f, const char *kind, void *mem, unsigned int step)
{
	unsigned int space, hits = 0;
	int ret = 0;

	if (filter_module(kind))
		return -ENOENT;
	for (space = 0; space < 1U << 20 && !ret; space += step) {
		ret = post_once(f, kind, mem, space);
		hits += !ret;
	}
	printf("# window post, %s: %u failures\n", kind, hits);
	return filter_off(kind) ?: ret < 0 ? ret : (int)hits;
}

TEST_F_TIMEOUT(failnth, window_post, 3600)
{
	void *mem = fct_alloc(WINDOW);

	ASSERT_EQ(0, create(self));
	ASSERT_EQ(0, reopen(self));
	ASSERT_EQ(0, set_up(self));
	EXPECT_LT(0, post_all(self, "failslab", mem, 64));
	EXPECT_LT(0, post_all(self, "fail_page_alloc", mem, 1));
	EXPECT_EQ(0, copies(self));
	fct_close(&self->o);
}

TEST_HARNESS_MAIN
