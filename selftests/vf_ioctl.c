// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/facet/N: what the interface promises, and what it refuses.  Runs in a
 * guest, as root, with facet_vf bound.
 */
#include <sys/wait.h>
#include <zlib.h>

#include <kselftest_harness.h>

#include "vf.h"

#define MIB		(1024UL * 1024)
#define PAGE		4096UL
#define SESSION_MAX	(64 * MIB)
#define NOBODY		65534

FIXTURE(vf) {
	int fd;
	struct vf_mem a;
	struct vf_mem b;
	struct facet_comp comp;
	__u32 done;
};

FIXTURE_SETUP(vf)
{
	self->fd = vf_open();
	ASSERT_GE(self->fd, 0) TH_LOG("%s: %s", vf_path(), strerror(errno));
	ASSERT_EQ(0, vf_mem_new(self->fd, 4 * PAGE, &self->a));
	ASSERT_EQ(0, vf_mem_new(self->fd, 4 * PAGE, &self->b));
}

FIXTURE_TEARDOWN(vf)
{
	munmap(self->a.mem, self->a.bytes);
	munmap(self->b.mem, self->b.bytes);
	EXPECT_EQ(0, close(self->fd));
}

/* -- sizes, flags, numbers -- */

TEST_F(vf, info_tells_what_the_instance_can_do)
{
	struct facet_vf_info info = { .size = sizeof(info) };

	ASSERT_EQ(0, vf_ioctl(self->fd, FACET_VF_INFO, &info));
	EXPECT_EQ(sizeof(info), info.size);
	EXPECT_EQ(0, info.flags);
	EXPECT_NE(0, info.ops & (1ULL << FACET_OP_COPY));
	EXPECT_NE(0, info.engines);
	EXPECT_GE(info.max_inflight, 2);
	EXPECT_GE(info.max_sg, 1);
	EXPECT_GE(info.ceil_in_bytes[FACET_OP_COPY], PAGE);
	EXPECT_EQ(0, info.ceil_in_bytes[2]) TH_LOG("opcode 2 does not exist");
}

TEST_F(vf, arguments_of_another_size)
{
	struct {
		struct facet_vf_info info;
		__u64 tail;
	} arg = { .info.size = sizeof(struct facet_vf_info) - 1 };

	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_INFO, &arg));
	arg.info.size = 0;
	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_INFO, &arg));
	arg.info.size = 0xffffffff;
	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_INFO, &arg));
	arg.info.size = sizeof(arg);
	EXPECT_EQ(0, vf_ioctl(self->fd, FACET_VF_INFO, &arg)) TH_LOG("from a newer program");
	arg = (typeof(arg)){ .info.size = sizeof(arg), .tail = 1 };
	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_INFO, &arg)) TH_LOG("that wants more");
}

TEST_F(vf, flags_and_reserved_fields_are_zero)
{
	struct facet_vf_info info = { .size = sizeof(info), .flags = 1 };
	struct facet_vf_buf buf = { .size = sizeof(buf), .flags = 1, .bytes = PAGE };
	struct facet_desc desc = { .opcode = FACET_OP_NOP };
	struct facet_vf_submit submit = {
		.size = sizeof(submit), .flags = 1, .descs = (uintptr_t)&desc, .count = 1,
	};
	struct facet_vf_reap reap = {
		.size = sizeof(reap), .flags = 1, .comps = (uintptr_t)&self->comp, .count = 1,
	};

	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_INFO, &info));
	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_BUF_ALLOC, &buf));
	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_SUBMIT, &submit));
	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_REAP, &reap));
	reap.flags = 0;
	reap.rsvd = 1;
	EXPECT_EQ(-EINVAL, vf_ioctl(self->fd, FACET_VF_REAP, &reap));
}

TEST_F(vf, unknown_ioctls_and_bad_pointers)
{
	EXPECT_EQ(-ENOTTY, vf_ioctl(self->fd, _IO(FACET_VF_IOC, 5), NULL));
	EXPECT_EQ(-ENOTTY, vf_ioctl(self->fd, _IOWR(FACET_VF_IOC, 0, __u64), NULL));
	EXPECT_EQ(-EFAULT, vf_ioctl(self->fd, FACET_VF_INFO, NULL));
	EXPECT_EQ(-EFAULT, vf_ioctl(self->fd, FACET_VF_SUBMIT, (void *)8));
}

/* -- buffers -- */

TEST_F(vf, buffers_have_a_length)
{
	__u64 handle;

	EXPECT_EQ(-EINVAL, vf_alloc(self->fd, 0, &handle));
	EXPECT_EQ(-ENOSPC, vf_alloc(self->fd, SESSION_MAX + 1, &handle));
	EXPECT_EQ(-ENOSPC, vf_alloc(self->fd, ~0UL, &handle));
	EXPECT_EQ(-ENOSPC, vf_alloc(self->fd, ~PAGE + 1, &handle));
	EXPECT_EQ(0, vf_alloc(self->fd, 1, &handle)) TH_LOG("rounded up to a page");
}

/* A second session's limit is its own. */
TEST_F(vf, session_gets_64_mib_and_no_more)
{
	size_t left = SESSION_MAX - self->a.bytes - self->b.bytes;
	__u64 handle;

	EXPECT_EQ(-ENOSPC, vf_alloc(self->fd, left + 1, &handle));
	EXPECT_EQ(0, vf_alloc(self->fd, left, &handle));
	EXPECT_EQ(-ENOSPC, vf_alloc(self->fd, 1, &handle));
}

/* Fails if memory of one session can be read in the next. */
TEST_F(vf, buffers_are_zeroed)
{
	size_t bytes = 8 * MIB, i, other = 0;
	struct vf_mem m;
	int fd, round;

	for (round = 0; round < 2; round++) {
		fd = vf_open();
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, vf_mem_new(fd, bytes, &m));
		for (i = 0; i < bytes; i++)
			other += m.mem[i] != 0;
		EXPECT_EQ(0, other);
		memset(m.mem, 0xa5, bytes);
		munmap(m.mem, bytes);
		close(fd);
	}
}

TEST_F(vf, mapping_ends_with_the_buffer)
{
	const int prot = PROT_READ | PROT_WRITE;
	void *p;

	p = mmap(NULL, 5 * PAGE, prot, MAP_SHARED, self->fd, self->a.handle);
	EXPECT_EQ(MAP_FAILED, p);
	EXPECT_EQ(EINVAL, errno);
	p = mmap(NULL, PAGE, prot, MAP_SHARED, self->fd, self->a.handle + 4 * PAGE);
	EXPECT_EQ(MAP_FAILED, p);
	p = mmap(NULL, PAGE, prot, MAP_SHARED, self->fd, self->a.handle - PAGE);
	EXPECT_EQ(MAP_FAILED, p);
	p = mmap(NULL, PAGE, prot, MAP_SHARED, self->fd, 0);
	EXPECT_EQ(MAP_FAILED, p);
	p = mmap(NULL, 2 * PAGE, prot, MAP_SHARED, self->fd, self->a.handle + 2 * PAGE);
	ASSERT_NE(MAP_FAILED, p);
	self->a.mem[3 * PAGE] = 0x77;
	EXPECT_EQ(0x77, ((unsigned char *)p)[PAGE]);
	munmap(p, 2 * PAGE);
}

TEST_F(vf, mapping_is_shared_data)
{
	void *p;

	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, self->fd, self->a.handle);
	EXPECT_EQ(MAP_FAILED, p);
	p = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, self->fd, self->a.handle);
	EXPECT_EQ(MAP_FAILED, p);
	EXPECT_NE(0, mprotect(self->a.mem, PAGE, PROT_READ | PROT_EXEC));
}

TEST_F(vf, mapping_outlives_the_file_descriptor)
{
	struct vf_mem m;
	int fd = vf_open();

	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, vf_mem_new(fd, MIB, &m));
	close(fd);
	memset(m.mem, 0x5a, MIB);
	EXPECT_EQ(0x5a, m.mem[MIB - 1]);
	munmap(m.mem, MIB);
}

/* -- submission -- */

TEST_F(vf, batches_have_1_to_256_commands)
{
	struct facet_desc descs[VF_BATCH + 1];

	memset(descs, 0, sizeof(descs));
	EXPECT_EQ(-EINVAL, vf_submit(self->fd, descs, 0, &self->done));
	EXPECT_EQ(-EINVAL, vf_submit(self->fd, descs, VF_BATCH + 1, &self->done));
	EXPECT_EQ(0, self->done);
	EXPECT_EQ(-EFAULT, vf_submit(self->fd, (void *)8, 1, &self->done));
	EXPECT_EQ(-EINVAL, vf_reap(self->fd, &self->comp, 0, 0, 0, &self->done));
	EXPECT_EQ(-EINVAL, vf_reap(self->fd, &self->comp, VF_BATCH + 1, 0, 0, &self->done));
	EXPECT_EQ(-EINVAL, vf_reap(self->fd, &self->comp, 1, 0, -2, &self->done));
}

static int refused(int fd, struct facet_desc desc)
{
	__u32 done = 99;
	int ret = vf_submit(fd, &desc, 1, &done);

	return ret == -EINVAL && done == 0 ? 1 : ret ? ret : -1;
}

TEST_F(vf, descriptors_name_no_lists_and_no_pasid)
{
	struct facet_desc good = vf_copy_desc(self->a.handle, self->b.handle, PAGE), desc;

	desc = good;
	desc.src_nents = htole16(1);
	EXPECT_EQ(1, refused(self->fd, desc));
	desc = good;
	desc.dst_nents = htole16(1);
	EXPECT_EQ(1, refused(self->fd, desc));
	desc = good;
	desc.pasid = htole32(1);
	EXPECT_EQ(1, refused(self->fd, desc));
	desc = good;
	desc.rsvd = htole64(1);
	EXPECT_EQ(1, refused(self->fd, desc));
	desc = good;
	desc.aspace = htole16(1);
	EXPECT_EQ(1, refused(self->fd, desc));
	EXPECT_EQ(FACET_ST_OK, vf_run(self->fd, &good, &self->comp));
}

TEST_F(vf, addresses_are_inside_one_buffer)
{
	const __u64 a = self->a.handle, b = self->b.handle, end = a + self->a.bytes;
	struct facet_desc desc;

	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(0, b, 1)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(a, 0, 1)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(a - 1, b, 2)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(end, b, 1)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(end - 1, b, 2)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(a, b, 4 * PAGE + 1)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(a, b, 0xffffffff)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(~0ULL, b, 1)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc(~0ULL - PAGE, b, 2 * PAGE)));
	EXPECT_EQ(1, refused(self->fd, vf_copy_desc((uintptr_t)self->a.mem, b, 1)));
	desc = vf_copy_desc(a, b, 16);
	desc.param = htole64(end - 8);
	desc.param_len_bytes = htole16(16);
	EXPECT_EQ(1, refused(self->fd, desc));
	desc.param = htole64(a);
	desc.param_len_bytes = htole16(FACET_PARAM_MAX_BYTES + 1);
	EXPECT_EQ(1, refused(self->fd, desc));
}

/* Fails if a session can name the memory of another. */
TEST_F(vf, sessions_do_not_share_handles)
{
	struct facet_desc desc = vf_copy_desc(self->a.handle, self->b.handle, 64);
	int other = vf_open();

	ASSERT_GE(other, 0);
	EXPECT_EQ(1, refused(other, desc));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, self->a.handle));
	close(other);
}

TEST_F(vf, commands_before_a_bad_one_are_taken)
{
	struct facet_desc descs[3];

	vf_fill(self->a.mem, PAGE, 1);
	descs[0] = vf_copy_desc(self->a.handle, self->b.handle, PAGE);
	descs[1] = vf_copy_desc(self->a.handle, 0, PAGE);
	descs[2] = vf_copy_desc(self->a.handle, self->b.handle + PAGE, PAGE);
	EXPECT_EQ(-EINVAL, vf_submit(self->fd, descs, 3, &self->done));
	EXPECT_EQ(1, self->done);
	EXPECT_EQ(0, vf_reap(self->fd, &self->comp, 1, 1, VF_WAIT_NS, &self->done));
	EXPECT_EQ(1, self->done);
	EXPECT_EQ(0, memcmp(self->a.mem, self->b.mem, PAGE));
	EXPECT_EQ(0, self->b.mem[PAGE]) TH_LOG("the third command ran");
	EXPECT_EQ(0, vf_reap(self->fd, &self->comp, 1, 1, VF_WAIT_NS, &self->done));
	EXPECT_EQ(0, self->done);
}

TEST_F(vf, completion_tells_what_is_the_programs_business)
{
	struct facet_desc desc = vf_copy_desc(self->a.handle + 1, self->b.handle + 3, 1000);
	struct facet_comp *c = &self->comp;

	desc.cookie = htole64(0x1122334455667788ULL);
	vf_fill(self->a.mem, 4 * PAGE, 2);
	ASSERT_EQ(FACET_ST_OK, vf_run(self->fd, &desc, c));
	EXPECT_EQ(desc.cookie, c->cookie);
	EXPECT_EQ(1000, le32toh(c->in_bytes));
	EXPECT_EQ(1000, le32toh(c->out_bytes));
	EXPECT_EQ(0, c->sq_index);
	EXPECT_EQ(0, c->fault_addr);
	EXPECT_LE(le64toh(c->arrival_ns), le64toh(c->start_ns));
	EXPECT_LE(le64toh(c->start_ns), le64toh(c->stop_ns));
	EXPECT_NE(FACET_COMP_NO_ENGINE, c->engine);
	EXPECT_EQ(0, memcmp(self->a.mem + 1, self->b.mem + 3, 1000));
	EXPECT_EQ(0, self->b.mem[2]);
	EXPECT_EQ(0, self->b.mem[1003]);
}

TEST_F(vf, the_device_refuses_what_is_not_a_matter_of_memory)
{
	struct facet_desc desc = { .opcode = 2 };

	EXPECT_EQ(FACET_ST_BAD_OPCODE, vf_run(self->fd, &desc, &self->comp));
	desc.opcode = 0xff;
	EXPECT_EQ(FACET_ST_BAD_OPCODE, vf_run(self->fd, &desc, &self->comp));
	desc = vf_copy_desc(self->a.handle, self->b.handle, 16);
	desc.flags = 0x80;
	EXPECT_EQ(FACET_ST_BAD_DESC, vf_run(self->fd, &desc, &self->comp));
}

/* 64 MiB are more than any block, so that lists are needed. */
TEST_F(vf, copies_across_the_pieces_of_a_large_buffer)
{
	struct facet_vf_info info = { .size = sizeof(info) };
	size_t bytes = 48 * MIB, len, off;
	struct facet_desc desc;
	struct vf_mem m;

	ASSERT_EQ(0, vf_ioctl(self->fd, FACET_VF_INFO, &info));
	len = info.ceil_in_bytes[FACET_OP_COPY];
	if (len > 3 * MIB)
		len = 3 * MIB;
	ASSERT_EQ(0, vf_mem_new(self->fd, bytes, &m));
	vf_fill(m.mem, bytes / 2, 3);
	for (off = 0; off < bytes / 2; off += len) {
		size_t n = off + len > bytes / 2 ? bytes / 2 - off : len;

		desc = vf_copy_desc(m.handle + off, m.handle + bytes / 2 + off, n);
		ASSERT_EQ(FACET_ST_OK, vf_run(self->fd, &desc, &self->comp));
	}
	EXPECT_EQ(0, memcmp(m.mem, m.mem + bytes / 2, bytes / 2));
	desc = vf_copy_desc(m.handle, m.handle + bytes / 2, info.ceil_in_bytes[FACET_OP_COPY] + 1);
	EXPECT_EQ(FACET_ST_LIMIT, vf_run(self->fd, &desc, &self->comp));
	munmap(m.mem, bytes);
}

/* -- room, waiting -- */

TEST_F(vf, a_full_ring_says_so_and_empties)
{
	struct facet_vf_info info = { .size = sizeof(info) };
	unsigned int taken = 0, reaped = 0, i;
	struct facet_comp comps[VF_BATCH];
	struct facet_desc descs[VF_BATCH];
	int ret;

	ASSERT_EQ(0, vf_ioctl(self->fd, FACET_VF_INFO, &info));
	memset(descs, 0, sizeof(descs));
	for (i = 0; i < VF_BATCH; i++)
		descs[i].cookie = htole64(i);
	do {
		ret = vf_submit(self->fd, descs, VF_BATCH, &self->done);
		taken += self->done;
		ASSERT_LE(taken, info.max_inflight) TH_LOG("more than the ring holds");
	} while (!ret || taken < info.max_inflight / 2);
	EXPECT_EQ(-EAGAIN, ret);
	EXPECT_EQ(0, self->done);
	while (reaped < taken) {
		ASSERT_EQ(0, vf_reap(self->fd, comps, VF_BATCH, 1, VF_WAIT_NS, &self->done));
		ASSERT_NE(0, self->done);
		for (i = 0; i < self->done; i++)
			EXPECT_EQ(FACET_ST_OK, le16toh(comps[i].status));
		reaped += self->done;
	}
	EXPECT_EQ(taken, reaped);
	EXPECT_EQ(POLLOUT, vf_revents(self->fd, POLLIN | POLLOUT, 0));
}

TEST_F(vf, poll_waits_for_completions)
{
	struct facet_desc desc = { .opcode = FACET_OP_NOP };

	EXPECT_EQ(0, vf_revents(self->fd, POLLIN, 0));
	ASSERT_EQ(0, vf_submit(self->fd, &desc, 1, &self->done));
	EXPECT_EQ(POLLIN, vf_revents(self->fd, POLLIN, 20000));
	EXPECT_EQ(0, vf_reap(self->fd, &self->comp, 1, 0, 0, &self->done));
	EXPECT_EQ(1, self->done);
	EXPECT_EQ(0, vf_revents(self->fd, POLLIN, 0));
}

TEST_F(vf, cookies_come_back_once_each)
{
	struct facet_comp comps[VF_BATCH];
	struct facet_desc descs[VF_BATCH];
	unsigned char seen[VF_BATCH] = { 0 };
	unsigned int i, taken, reaped = 0;

	for (i = 0; i < VF_BATCH; i++) {
		descs[i] = vf_copy_desc(self->a.handle, self->b.handle, 1 + i % 512);
		descs[i].cookie = htole64(i);
	}
	ASSERT_EQ(0, vf_submit(self->fd, descs, VF_BATCH, &taken));
	ASSERT_NE(0, taken);
	while (reaped < taken) {
		ASSERT_EQ(0, vf_reap(self->fd, comps, VF_BATCH, taken - reaped, VF_WAIT_NS,
				     &self->done));
		ASSERT_NE(0, self->done);
		for (i = 0; i < self->done; i++) {
			ASSERT_LT(le64toh(comps[i].cookie), taken);
			EXPECT_EQ(1 + le64toh(comps[i].cookie) % 512, le32toh(comps[i].out_bytes));
			seen[le64toh(comps[i].cookie)]++;
		}
		reaped += self->done;
	}
	for (i = 0; i < taken; i++)
		EXPECT_EQ(1, seen[i]);
}

/* Compression that takes long: @m holds input, output, and the parameters. */
static struct facet_desc slow_desc(struct vf_mem *m)
{
	struct facet_comp_param *param = (void *)(m->mem + m->bytes - PAGE);
	size_t half = m->bytes / 2;

	*param = (struct facet_comp_param){ .format = FACET_COMP_RAW, .level = 9 };
	return (struct facet_desc) {
		.opcode = FACET_OP_DEFLATE,
		.flags = FACET_DF_LAST,
		.src = htole64(m->handle),
		.src_len_bytes = htole32(half),
		.dst = htole64(m->handle + half),
		.dst_len_bytes = htole32(half - PAGE),
		.param = htole64(m->handle + m->bytes - PAGE),
		.param_len_bytes = htole16(sizeof(*param)),
	};
}

/* More work than can be done in a nanosecond, or while this process sleeps. */
TEST_F(vf, reap_has_a_time_limit)
{
	struct facet_desc descs[64];
	struct facet_comp comps[64];
	unsigned int i, taken, late;
	struct vf_mem m;

	ASSERT_EQ(0, vf_mem_new(self->fd, 128 * PAGE, &m));
	for (i = 0; i < m.bytes / 2; i++)
		m.mem[i] = "facet"[i * i % 5] + i % 3;
	for (i = 0; i < 64; i++)
		descs[i] = slow_desc(&m);
	ASSERT_EQ(0, vf_submit(self->fd, descs, 64, &taken));
	EXPECT_EQ(-ETIMEDOUT, vf_reap(self->fd, comps, 64, taken, 1, &late));
	EXPECT_LT(late, taken);
	EXPECT_EQ(0, vf_reap(self->fd, comps, 64, taken - late, VF_WAIT_NS, &self->done));
	EXPECT_EQ(taken, late + self->done) TH_LOG("completions were lost");
	EXPECT_EQ(0, vf_reap(self->fd, comps, 64, 64, -1, &self->done));
	EXPECT_EQ(0, self->done) TH_LOG("nothing was outstanding");
	munmap(m.mem, m.bytes);
}

/* -- the history of INFLATE is an address too -- */

static size_t deflate_with(const void *dict, const void *in, size_t len, void *out, size_t room)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	deflateSetDictionary(&z, dict, FACET_DICT_MAX_BYTES);
	z.next_in = (void *)in;
	z.avail_in = len;
	z.next_out = out;
	z.avail_out = room;
	room = deflate(&z, Z_FINISH) == Z_STREAM_END ? z.total_out : 0;
	deflateEnd(&z);
	return room;
}

static struct facet_desc inflate_desc(struct vf_mem *a, __u64 dst, __u32 in, __u64 dict,
				      __u32 dict_bytes)
{
	struct facet_comp_param *param = (void *)(a->mem + 3 * PAGE);

	*param = (struct facet_comp_param) {
		.format = FACET_COMP_RAW,
		.dict_bytes = htole32(dict_bytes),
		.dict = htole64(dict),
	};
	return (struct facet_desc) {
		.opcode = FACET_OP_INFLATE,
		.src = htole64(a->handle),
		.src_len_bytes = htole32(in),
		.dst = htole64(dst),
		.dst_len_bytes = htole32(PAGE),
		.param = htole64(a->handle + 3 * PAGE),
		.param_len_bytes = htole16(sizeof(*param)),
	};
}

TEST_F(vf, history_is_inside_the_sessions_buffers)
{
	const __u64 end = self->a.handle + self->a.bytes;

	EXPECT_EQ(1, refused(self->fd, inflate_desc(&self->a, self->b.handle, 16, 8, 16)));
	EXPECT_EQ(1, refused(self->fd, inflate_desc(&self->a, self->b.handle, 16, end - 8, 16)));
	EXPECT_EQ(1, refused(self->fd, inflate_desc(&self->a, self->b.handle, 16, 0, 1)));
	EXPECT_EQ(1, refused(self->fd, inflate_desc(&self->a, self->b.handle, 16, ~0ULL, 1)));
	EXPECT_EQ(1, refused(self->fd, inflate_desc(&self->a, self->b.handle, 16, end, 0)));
	EXPECT_EQ(1, refused(self->fd, inflate_desc(&self->a, self->b.handle, 16,
						    self->a.handle, 0xffffffff)));
}

/* Every offset of the history to the blocks that a large buffer is made of. */
TEST_F(vf, history_may_cross_pieces)
{
	size_t bytes = 24 * MIB, off, n;
	unsigned char plain[PAGE];
	struct facet_desc desc;
	struct vf_mem m;
	__u32 in;

	ASSERT_EQ(0, vf_mem_new(self->fd, bytes, &m));
	vf_fill(m.mem, bytes, 5);
	for (off = 0; off + MIB <= bytes; off += MIB / 4) {
		unsigned char *dict = m.mem + off + MIB / 4 - FACET_DICT_MAX_BYTES / 2 - 24;

		memcpy(plain, dict + 16384, sizeof(plain));
		in = deflate_with(dict, plain, sizeof(plain), self->a.mem, 2 * PAGE);
		ASSERT_NE(0, in);
		ASSERT_LT(in, 200) TH_LOG("the stream does not use the history");
		desc = inflate_desc(&self->a, self->b.handle, in, m.handle + (dict - m.mem),
				    FACET_DICT_MAX_BYTES);
		memset(self->b.mem, 0, PAGE);
		n = vf_run(self->fd, &desc, &self->comp);
		ASSERT_EQ(FACET_ST_OK, n) TH_LOG("history at %zu", off);
		ASSERT_EQ(PAGE, le32toh(self->comp.out_bytes));
		ASSERT_EQ(0, memcmp(plain, self->b.mem, PAGE));
	}
	munmap(m.mem, bytes);
}

/* -- reset -- */

TEST_F(vf, reset_is_the_administrators)
{
	int status;
	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (!pid) {
		if (setuid(NOBODY))
			_exit(1);
		_exit(ioctl(self->fd, FACET_VF_RESET) && errno == EPERM ? 0 : 2);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* What is outstanding ends, one way or the other; what comes later works. */
TEST_F(vf, reset_ends_commands_and_work_goes_on)
{
	struct facet_vf_info before = { .size = sizeof(before) }, after = before;
	unsigned int i, taken, ok = 0, aborted = 0;
	struct facet_desc descs[64];
	struct facet_comp comps[64];

	ASSERT_EQ(0, vf_ioctl(self->fd, FACET_VF_INFO, &before));
	for (i = 0; i < 64; i++)
		descs[i] = vf_copy_desc(self->a.handle, self->b.handle, 4 * PAGE);
	ASSERT_EQ(0, vf_submit(self->fd, descs, 64, &taken));
	ASSERT_EQ(0, vf_ioctl(self->fd, FACET_VF_RESET, NULL));
	ASSERT_EQ(0, vf_reap(self->fd, comps, 64, taken, VF_WAIT_NS, &self->done));
	ASSERT_EQ(taken, self->done);
	for (i = 0; i < taken; i++) {
		ok += le16toh(comps[i].status) == FACET_ST_OK;
		aborted += le16toh(comps[i].status) == FACET_ST_ABORTED;
	}
	EXPECT_EQ(taken, ok + aborted);
	ASSERT_EQ(0, vf_ioctl(self->fd, FACET_VF_INFO, &after));
	EXPECT_EQ(before.resets + 1, after.resets);
	vf_fill(self->a.mem, PAGE, 6);
	descs[0] = vf_copy_desc(self->a.handle, self->b.handle, PAGE);
	EXPECT_EQ(FACET_ST_OK, vf_run(self->fd, descs, &self->comp));
	EXPECT_EQ(0, memcmp(self->a.mem, self->b.mem, PAGE));
}

TEST_HARNESS_MAIN
