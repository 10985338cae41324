// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device reaches for an owner: what was granted, and nothing else.
 */
#include "test.h"

#define EXTRA	0x180000000ULL	/* given to VFIO, granted by some tests */
#define NOWHERE	0x900000000ULL	/* in nobody's address space */
#define MSI	0xfee00000ULL	/* interrupt messages, not memory */
#define LEN	4096

FIXTURE(dma)
{
	struct fct_owner a;
	struct fct_owner b;
	__u8 *extra;
};

FIXTURE_SETUP(dma)
{
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->a, 1));
	ASSERT_EQ(0, fct_start(&self->b, 2));
	fct_fill(self->a.arena + FCT_SRC, LEN, 0xa);
	fct_fill(self->b.arena + FCT_SRC, LEN, 0xb);
	memset(self->a.arena + FCT_DST, 0x5a, 2 * LEN);
	memset(self->b.arena + FCT_DST, 0x5b, 2 * LEN);
	self->extra = fct_alloc(MIB);
	ASSERT_NE(NULL, self->extra);
	memset(self->extra, 0xee, MIB);
	ASSERT_EQ(0, fct_dma_map(&self->a, self->extra, EXTRA, MIB));
}

FIXTURE_TEARDOWN(dma)
{
	fct_stop(&self->a);
	fct_stop(&self->b);
	fct_sweep();
}

static bool all_are(const __u8 *p, size_t len, __u8 value)
{
	while (len--)
		if (*p++ != value)
			return false;
	return true;
}

/* run it; it must end with @status, telling @addr */
static bool faults(struct fct_owner *o, const struct facet_desc *d, int status,
		   __u64 addr)
{
	struct facet_comp c;

	if (fct_run(o, d, &c))
		return false;
	if (c.status != status || c.out_bytes || (c.fault_addr & -FCT_PAGE) != addr) {
		printf("# status %u out %u fault %#llx\n", c.status,
		       c.out_bytes, (unsigned long long)c.fault_addr);
		return false;
	}
	return true;
}

TEST_F(dma, ungranted_source_is_a_fault)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);

	d.src = EXTRA;
	EXPECT_TRUE(faults(a, &d, FACET_ST_SRC_FAULT, EXTRA));
	EXPECT_TRUE(all_are(a->arena + FCT_DST, LEN, 0x5a));
	d.src = NOWHERE;
	EXPECT_TRUE(faults(a, &d, FACET_ST_SRC_FAULT, NOWHERE));
	EXPECT_TRUE(all_are(a->arena + FCT_DST, LEN, 0x5a));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 1));
}

TEST_F(dma, ungranted_destination_is_a_fault)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);

	d.dst = EXTRA;
	EXPECT_TRUE(faults(a, &d, FACET_ST_DST_FAULT, EXTRA));
	EXPECT_TRUE(all_are(self->extra, MIB, 0xee));
	d.dst = NOWHERE;
	EXPECT_TRUE(faults(a, &d, FACET_ST_DST_FAULT, NOWHERE));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 1));
}

TEST_F(dma, end_of_the_grant_is_the_end)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);

	ASSERT_EQ(0, fct_grant(a, EXTRA, LEN, RW));
	d.src = EXTRA + LEN / 2;
	EXPECT_TRUE(faults(a, &d, FACET_ST_SRC_FAULT, EXTRA + LEN));
	d.src = a->iova + FCT_SRC;
	d.dst = EXTRA + LEN / 2;
	EXPECT_TRUE(faults(a, &d, FACET_ST_DST_FAULT, EXTRA + LEN));
	EXPECT_TRUE(all_are(self->extra + LEN, MIB - LEN, 0xee));
}

TEST_F(dma, ungranted_parameters_and_lists_are_faults)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);

	d.src = EXTRA;
	d.src_nents = 2;
	EXPECT_TRUE(faults(a, &d, FACET_ST_SRC_FAULT, EXTRA));
	d = fct_copy_desc(a, LEN);
	d.dst = EXTRA;
	d.dst_nents = 2;
	EXPECT_TRUE(faults(a, &d, FACET_ST_DST_FAULT, EXTRA));
	d = fct_copy_desc(a, LEN);
	d.opcode = FACET_OP_SHA256;
	d.flags = FACET_DF_FIRST | FACET_DF_LAST;
	d.dst_len_bytes = 32;
	d.param = EXTRA;
	d.param_len_bytes = sizeof(struct facet_hash_param);
	EXPECT_TRUE(faults(a, &d, FACET_ST_SRC_FAULT, EXTRA));
	EXPECT_TRUE(all_are(a->arena + FCT_DST, LEN, 0x5a));
}

/* A list that is granted may name memory that is not. */
TEST_F(dma, ungranted_piece_of_a_list_is_a_fault)
{
	struct fct_owner *a = &self->a;
	struct facet_sge *list = (void *)(a->arena + FCT_PARAM);
	struct facet_desc d = fct_copy_desc(a, LEN);

	list[0] = (struct facet_sge){ a->iova + FCT_SRC, LEN / 2, 0 };
	list[1] = (struct facet_sge){ EXTRA, LEN / 2, 0 };
	d.src = a->iova + FCT_PARAM;
	d.src_nents = 2;
	EXPECT_TRUE(faults(a, &d, FACET_ST_SRC_FAULT, EXTRA));
	d = fct_copy_desc(a, LEN);
	d.dst = a->iova + FCT_PARAM;
	d.dst_nents = 2;
	list[0].addr = a->iova + FCT_DST;
	EXPECT_TRUE(faults(a, &d, FACET_ST_DST_FAULT, EXTRA));
	EXPECT_TRUE(all_are(self->extra, MIB, 0xee));
}

/* The hardware would take a write there for an interrupt message. */
TEST_F(dma, interrupt_range_is_no_memory)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d;
	__u64 at;

	for (at = MSI; at < MSI + 0x100000; at += 0xff000) {
		d = fct_copy_desc(a, 4);
		d.src = at;
		EXPECT_TRUE(faults(a, &d, FACET_ST_SRC_FAULT, at));
		d = fct_copy_desc(a, 4);
		d.dst = at;
		EXPECT_TRUE(faults(a, &d, FACET_ST_DST_FAULT, at));
	}
	/* across its beginning */
	d = fct_copy_desc(a, LEN);
	d.dst = MSI - LEN / 2;
	EXPECT_EQ(FACET_ST_DST_FAULT, fct_status(a, &d));
	EXPECT_EQ(0, fct_op_copy(&self->b, LEN, 1));
}

/* Memory that the owner has put there is not reached. */
TEST_F(dma, interrupt_range_stays_closed_when_granted)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	__u8 *mem = fct_alloc(LEN);

	ASSERT_NE(NULL, mem);
	memset(mem, 0xcc, LEN);
	/* whether this much is allowed is not the question */
	if (!fct_dma_map(a, mem, MSI, LEN))
		fct_grant(a, MSI, LEN, RW);
	d.dst = MSI;
	EXPECT_EQ(FACET_ST_DST_FAULT, fct_status(a, &d));
	EXPECT_TRUE(all_are(mem, LEN, 0xcc));
}

TEST_F(dma, read_only_grant_is_not_written)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);

	ASSERT_EQ(0, fct_grant(a, EXTRA, LEN, FACET_VI_POST_READ));
	d.src = EXTRA;
	EXPECT_EQ(FACET_ST_OK, fct_status(a, &d));
	EXPECT_TRUE(all_are(a->arena + FCT_DST, LEN, 0xee));
	d = fct_copy_desc(a, LEN);
	d.dst = EXTRA;
	EXPECT_TRUE(faults(a, &d, FACET_ST_DST_FAULT, EXTRA));
	EXPECT_TRUE(all_are(self->extra, MIB, 0xee));
	/* in place is a write too */
	d = fct_copy_desc(a, LEN);
	d.src = EXTRA;
	d.dst = EXTRA;
	EXPECT_TRUE(faults(a, &d, FACET_ST_DST_FAULT, EXTRA));
}

/* Translations have been used and cached before they go. */
TEST_F(dma, revoked_window_is_out_of_reach)
{
	struct fct_owner *a = &self->a;
	struct facet_desc in = fct_copy_desc(a, LEN);
	struct facet_desc out = fct_copy_desc(a, LEN);
	int i;

	in.src = EXTRA;
	out.dst = EXTRA;
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, fct_grant(a, EXTRA, MIB, RW));
		ASSERT_EQ(FACET_ST_OK, fct_status(a, &in));
		ASSERT_EQ(FACET_ST_OK, fct_status(a, &out));
		ASSERT_EQ(0, fct_revoke(a, EXTRA, MIB));
		memset(self->extra, 0xee, LEN);
		EXPECT_TRUE(faults(a, &in, FACET_ST_SRC_FAULT, EXTRA));
		EXPECT_TRUE(faults(a, &out, FACET_ST_DST_FAULT, EXTRA));
		EXPECT_TRUE(all_are(self->extra, MIB, 0xee));
	}
}

/* As above, but the VMM takes it: when the ioctl returns it must be gone. */
TEST_F(dma, unmapped_memory_is_out_of_reach)
{
	struct fct_owner *a = &self->a;
	struct facet_desc out = fct_copy_desc(a, LEN);
	int i;

	out.dst = EXTRA;
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, fct_grant(a, EXTRA, MIB, RW));
		ASSERT_EQ(FACET_ST_OK, fct_status(a, &out));
		ASSERT_EQ(0, fct_dma_unmap(a, EXTRA, MIB));
		memset(self->extra, 0xee, LEN);
		EXPECT_TRUE(faults(a, &out, FACET_ST_DST_FAULT, EXTRA));
		EXPECT_TRUE(all_are(self->extra, MIB, 0xee));
		ASSERT_EQ(0, fct_dma_map(a, self->extra, EXTRA, MIB));
	}
}

/* Other memory at the same address is what the device sees from then on. */
TEST_F(dma, remapped_address_shows_the_new_memory)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	__u8 *other = fct_alloc(MIB);

	ASSERT_NE(NULL, other);
	memset(other, 0x11, MIB);
	d.src = EXTRA;
	ASSERT_EQ(0, fct_grant(a, EXTRA, MIB, RW));
	ASSERT_EQ(FACET_ST_OK, fct_status(a, &d));
	EXPECT_TRUE(all_are(a->arena + FCT_DST, LEN, 0xee));
	ASSERT_EQ(0, fct_dma_unmap(a, EXTRA, MIB));
	ASSERT_EQ(0, fct_dma_map(a, other, EXTRA, MIB));
	ASSERT_EQ(0, fct_grant(a, EXTRA, MIB, RW));
	ASSERT_EQ(FACET_ST_OK, fct_status(a, &d));
	EXPECT_TRUE(all_are(a->arena + FCT_DST, LEN, 0x11));
}

/* Both in flight at once, hundreds of times, each with its own data. */
TEST_F(dma, same_iova_different_data)
{
	struct fct_owner *o[2] = { &self->a, &self->b };
	struct facet_comp c;
	struct facet_desc d;
	int i, n;

	ASSERT_EQ(self->a.iova, self->b.iova);
	for (i = 0; i < 300; i++) {
		for (n = 0; n < 2; n++) {
			fct_fill(o[n]->arena + FCT_SRC, LEN, 2 * i + n);
			memset(o[n]->arena + FCT_DST, 0, LEN);
			d = fct_copy_desc(o[n], LEN);
			fct_queue(o[n], &d);
		}
		fct_kick(o[0]);
		fct_kick(o[1]);
		for (n = 0; n < 2; n++) {
			ASSERT_EQ(0, fct_wait(o[n], &c));
			ASSERT_EQ(FACET_ST_OK, c.status);
			ASSERT_EQ(0, memcmp(o[n]->arena + FCT_SRC,
					    o[n]->arena + FCT_DST, LEN))
				TH_LOG("owner %d, round %d", n, i);
		}
	}
}

TEST_F(dma, memory_of_another_owner_is_out_of_reach)
{
	struct fct_owner *a = &self->a, *b = &self->b;
	struct facet_desc d = fct_copy_desc(b, LEN);

	ASSERT_EQ(0, fct_grant(a, EXTRA, MIB, RW));
	d.src = EXTRA;
	EXPECT_TRUE(faults(b, &d, FACET_ST_SRC_FAULT, EXTRA));
	d = fct_copy_desc(b, LEN);
	d.dst = EXTRA;
	EXPECT_TRUE(faults(b, &d, FACET_ST_DST_FAULT, EXTRA));
	EXPECT_TRUE(all_are(self->extra, MIB, 0xee));
	EXPECT_TRUE(all_are(b->arena + FCT_DST, LEN, 0x5b));
}

/* The PASID is the context's; an owner can neither name another nor its own. */
TEST_F(dma, pasid_in_a_descriptor_is_refused)
{
	struct fct_owner *a = &self->a, *b = &self->b;
	__u32 pasid[] = {
		fct_attr_num(b->uuid, "pasid"), fct_attr_num(a->uuid, "pasid"),
		1, FACET_PASID_VALID, FACET_PASID_VALID | 1, 0x100000,
		fct_attr_num(b->uuid, "pasid") | FACET_PASID_VALID, ~0U,
	};
	struct facet_desc d;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(pasid); i++) {
		d = fct_copy_desc(a, LEN);
		d.pasid = pasid[i];
		EXPECT_EQ(FACET_ST_BAD_PASID, fct_status(a, &d))
			TH_LOG("pasid %#x", pasid[i]);
	}
	EXPECT_TRUE(all_are(a->arena + FCT_DST, LEN, 0x5a));
	EXPECT_TRUE(all_are(b->arena + FCT_DST, LEN, 0x5b));
	EXPECT_EQ(0, fct_op_copy(a, LEN, 1));
}

TEST_F(dma, ungranted_submission_ring_stops_its_owner)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);

	ASSERT_EQ(0, fct_ring_cmd(a, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
	ASSERT_EQ(0, fct_ring_cmd(a, EXTRA, a->iova + FCT_CQ, FCT_RING_LOG2,
				  FACET_VI_RING_CMD_ENABLE));
	a->prod = 0;
	fct_queue(a, &d);
	fct_kick(a);
	ASSERT_EQ(0, fct_wait_state(a, FACET_VI_ST_ERROR));
	EXPECT_EQ(FACET_CTX_ERR_SQ_FAULT, fct_ctl(a, FACET_VI_ERROR));
	EXPECT_EQ(0, fct_op_copy(&self->b, LEN, 1));
}

TEST_F(dma, ungranted_completion_ring_stops_its_owner)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);

	ASSERT_EQ(0, fct_ring_cmd(a, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
	ASSERT_EQ(0, fct_ring_cmd(a, a->iova + FCT_SQ, EXTRA, FCT_RING_LOG2,
				  FACET_VI_RING_CMD_ENABLE));
	a->prod = 0;
	fct_queue(a, &d);
	fct_kick(a);
	ASSERT_EQ(0, fct_wait_state(a, FACET_VI_ST_ERROR));
	EXPECT_EQ(FACET_CTX_ERR_CQ_FAULT, fct_ctl(a, FACET_VI_ERROR));
	EXPECT_TRUE(all_are(self->extra, MIB, 0xee));
	EXPECT_EQ(0, fct_op_copy(&self->b, LEN, 1));
}

TEST_F(dma, faults_are_told)
{
	struct fct_owner *a = &self->a;
	struct facet_desc d = fct_copy_desc(a, LEN);
	char text[256];
	int i;

	d.src = NOWHERE;
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(faults(a, &d, FACET_ST_SRC_FAULT, NOWHERE));
	/* the event log is read by a thread of its own */
	for (i = 0; i < 200 && stat_of(a, "faults") < 3; i++)
		usleep(10000);
	EXPECT_EQ(3, stat_of(a, "faults"));
	EXPECT_EQ(3, stat_of(a, "errors"));
	EXPECT_EQ(0, stat_of(&self->b, "faults"));
	EXPECT_EQ(3, fct_ctl(a, FACET_VI_FAULTS));
	EXPECT_EQ(NOWHERE, fct_ctl64(a, FACET_VI_FAULT_ADDR_LO));
	ASSERT_EQ(0, fct_attr_read(a->uuid, "last_fault", text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "900000000")) TH_LOG("%s", text);
}

/* A PASID that is used again must not lead to what its last user had. */
TEST_F(dma, next_user_of_a_pasid_inherits_nothing)
{
	struct facet_desc d;
	struct fct_owner c;
	__u8 *mem;

	ASSERT_EQ(0, fct_grant(&self->a, EXTRA, MIB, RW));
	d = fct_copy_desc(&self->a, LEN);
	d.dst = EXTRA;
	ASSERT_EQ(FACET_ST_OK, fct_status(&self->a, &d));
	memset(self->extra, 0xee, LEN);
	mem = self->extra;
	ASSERT_EQ(0, fct_stop(&self->a));
	ASSERT_EQ(0, fct_start_at(&c, 1, 2 * FCT_IOVA));
	d = fct_copy_desc(&c, LEN);
	d.dst = EXTRA;
	EXPECT_TRUE(faults(&c, &d, FACET_ST_DST_FAULT, EXTRA));
	d = fct_copy_desc(&c, LEN);
	d.src = FCT_IOVA + FCT_SRC;
	EXPECT_TRUE(faults(&c, &d, FACET_ST_SRC_FAULT, FCT_IOVA + FCT_SRC));
	EXPECT_TRUE(all_are(mem, MIB, 0xee));
	EXPECT_EQ(0, fct_stop(&c));
}

TEST_HARNESS_MAIN
