// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands: right results, as libcrypto and zlib see them, and a status of its
 * own for everything that is wrong with one.
 */
#include <zlib.h>

#include "test.h"

#define LEN	4096

FIXTURE(ops)
{
	struct fct_owner o;
};

FIXTURE_SETUP(ops)
{
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->o, 1));
}

FIXTURE_TEARDOWN(ops)
{
	fct_stop(&self->o);
	fct_sweep();
}

TEST_F(ops, copy_of_every_kind_of_length)
{
	static const __u32 len[] = {
		1, 2, 63, 64, 65, 4095, 4096, 4097, 65536, FCT_BUF_BYTES - 256,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(len); i++)
		EXPECT_EQ(0, fct_op_copy(&self->o, len[i], i))
			TH_LOG("%u bytes", len[i]);
}

TEST_F(ops, sha256_agrees_with_libcrypto)
{
	static const __u32 len[] = { 0, 1, 55, 56, 63, 64, 65, 1000, 100000 };
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(len); i++)
		EXPECT_EQ(0, fct_op_sha256(&self->o, len[i], i + 1))
			TH_LOG("%u bytes", len[i]);
}

TEST_F(ops, aes_ctr_agrees_with_libcrypto)
{
	static const __u32 len[] = { 1, 15, 16, 17, 4096, 100001 };
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(len); i++)
		EXPECT_EQ(0, fct_op_aes_ctr(&self->o, len[i], i + 1))
			TH_LOG("%u bytes", len[i]);
}

TEST_F(ops, aes_gcm_agrees_with_libcrypto)
{
	static const __u32 len[] = { 1, 15, 16, 17, 4096, 100001 };
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(len); i++)
		EXPECT_EQ(0, fct_op_aes_gcm(&self->o, len[i], i + 1))
			TH_LOG("%u bytes", len[i]);
}

TEST_F(ops, rsa_signature_verifies_with_libcrypto)
{
	int i;

	for (i = 0; i < 5; i++)
		EXPECT_EQ(0, fct_op_rsa_sign(&self->o, i + 1));
}

static struct facet_desc param_desc(struct fct_owner *o, __u8 opcode,
				    const void *param, size_t len)
{
	struct facet_desc d = fct_copy_desc(o, LEN);

	memcpy(o->arena + FCT_PARAM, param, len);
	d.opcode = opcode;
	d.param = o->iova + FCT_PARAM;
	d.param_len_bytes = len;
	return d;
}

/* zlib inflates what the device has deflated, and the device what zlib has. */
TEST_F(ops, deflate_and_inflate_agree_with_zlib)
{
	struct fct_owner *o = &self->o;
	struct facet_comp_param p = { .format = FACET_COMP_ZLIB, .level = 6 };
	static __u8 text[65536], back[65536];
	struct facet_comp c;
	struct facet_desc d;
	uLongf n = sizeof(back);
	unsigned int i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = "a guest's data, more or less"[(i * i / 7) % 28];
	memcpy(o->arena + FCT_SRC, text, sizeof(text));
	d = param_desc(o, FACET_OP_DEFLATE, &p, sizeof(p));
	d.flags = FACET_DF_LAST;
	d.src_len_bytes = sizeof(text);
	d.dst_len_bytes = FCT_BUF_BYTES;
	ASSERT_EQ(0, fct_run(o, &d, &c));
	ASSERT_EQ(FACET_ST_OK, c.status);
	EXPECT_GT(sizeof(text) / 2, c.out_bytes);
	ASSERT_EQ(Z_OK, uncompress(back, &n, o->arena + FCT_DST, c.out_bytes));
	EXPECT_EQ(sizeof(text), n);
	EXPECT_EQ(0, memcmp(text, back, sizeof(text)));

	n = FCT_BUF_BYTES;
	ASSERT_EQ(Z_OK, compress2(o->arena + FCT_SRC, &n, text, sizeof(text), 9));
	p.level = 0;
	d = param_desc(o, FACET_OP_INFLATE, &p, sizeof(p));
	d.src_len_bytes = n;
	d.dst_len_bytes = FCT_BUF_BYTES;
	ASSERT_EQ(0, fct_run(o, &d, &c));
	ASSERT_EQ(FACET_ST_OK, c.status);
	ASSERT_EQ(sizeof(text), c.out_bytes);
	EXPECT_EQ(0, memcmp(text, o->arena + FCT_DST, sizeof(text)));
}

TEST_F(ops, unknown_opcodes_are_BAD_OPCODE)
{
	struct fct_owner *o = &self->o;
	__u64 ops = fct_ctl64(o, FACET_VI_CAP_OPS_LO);
	struct facet_desc d;
	unsigned int op, n = 0;

	for (op = 0; op < 256; op++) {
		if (op < FACET_NR_OPCODES && ops & 1ULL << op)
			continue;
		d = fct_copy_desc(o, LEN);
		d.opcode = op;
		EXPECT_EQ(FACET_ST_BAD_OPCODE, fct_status(o, &d))
			TH_LOG("opcode %u", op);
		n++;
	}
	EXPECT_LT(200, n);
	EXPECT_EQ(n, stat_of(o, "errors"));
}

/* The operator's mask, not the owner's wish, decides. */
TEST_F(ops, opcodes_not_allowed_are_FORBIDDEN)
{
	struct fct_owner *o = &self->o, b;
	struct facet_desc d;
	char mask[32];

	ASSERT_EQ(0, fct_start(&b, 2));
	ASSERT_EQ(0, fct_op_sha256(o, 100, 1));
	snprintf(mask, sizeof(mask), "%#llx",
		 1ULL << FACET_OP_NOP | 1ULL << FACET_OP_COPY);
	ASSERT_EQ(0, fct_attr_write(o->uuid, "opcodes", mask));
	EXPECT_EQ(1ULL << FACET_OP_NOP | 1ULL << FACET_OP_COPY,
		  fct_ctl64(o, FACET_VI_CAP_OPS_LO));
	d = fct_rsa_desc(o);
	EXPECT_EQ(FACET_ST_FORBIDDEN, fct_status(o, &d));
	EXPECT_EQ(-EREMOTEIO, fct_op_sha256(o, 100, 1));
	EXPECT_EQ(0, fct_op_copy(o, LEN, 1));
	EXPECT_EQ(-EOPNOTSUPP, fct_attr_write(o->uuid, "opcodes",
					      "0xffffffffffffffff"));
	/* a reset does not lift it, and nobody else is concerned */
	ASSERT_EQ(0, fct_vi_reset(o));
	ASSERT_EQ(0, fct_grant(o, o->iova, FCT_ARENA_BYTES, RW));
	ASSERT_EQ(0, fct_rings(o));
	EXPECT_EQ(-EREMOTEIO, fct_op_sha256(o, 100, 1));
	EXPECT_EQ(0, fct_op_copy(o, LEN, 1));
	EXPECT_EQ(0, fct_op_sha256(&b, 100, 1));
	EXPECT_EQ(0, fct_stop(&b));
}

TEST_F(ops, malformed_descriptors_are_BAD_DESC)
{
	struct fct_owner *o = &self->o;
	__u32 flows = fct_ctl(o, FACET_VI_CAP_FLOWS);
	struct facet_desc d;
	int bit;

	d = fct_copy_desc(o, LEN);
	d.rsvd = 1;
	EXPECT_EQ(FACET_ST_BAD_DESC, fct_status(o, &d));
	d.rsvd = 1ULL << 63;
	EXPECT_EQ(FACET_ST_BAD_DESC, fct_status(o, &d));
	for (bit = 0; bit < 8; bit++) {
		d = fct_copy_desc(o, LEN);
		d.flags = 1 << bit;
		EXPECT_EQ(FACET_ST_BAD_DESC, fct_status(o, &d))
			TH_LOG("flag %#x", d.flags);
	}
	d = fct_copy_desc(o, LEN);
	d.aspace = 1;
	EXPECT_EQ(FACET_ST_BAD_DESC, fct_status(o, &d));
	d = fct_copy_desc(o, LEN);
	d.flow = flows;
	EXPECT_EQ(FACET_ST_BAD_DESC, fct_status(o, &d));
	d.flow = flows - 1;
	EXPECT_EQ(FACET_ST_OK, fct_status(o, &d));
}

TEST_F(ops, more_than_the_ceiling_is_LIMIT)
{
	struct fct_owner *o = &self->o;
	__u32 in = fct_ctl(o, FACET_VI_OP(FACET_OP_COPY) + FACET_OP_CEIL_IN);
	__u32 out = fct_ctl(o, FACET_VI_OP(FACET_OP_COPY) + FACET_OP_CEIL_OUT);
	__u32 sg = fct_ctl(o, FACET_VI_CAP_SG);
	struct facet_desc d;

	ASSERT_LT(0, in);
	d = fct_copy_desc(o, LEN);
	d.src_len_bytes = in + 1;
	EXPECT_EQ(FACET_ST_LIMIT, fct_status(o, &d));
	d = fct_copy_desc(o, LEN);
	d.src_len_bytes = ~0U;
	EXPECT_EQ(FACET_ST_LIMIT, fct_status(o, &d));
	d = fct_copy_desc(o, LEN);
	d.dst_len_bytes = out + 1;
	EXPECT_EQ(FACET_ST_LIMIT, fct_status(o, &d));
	d = fct_copy_desc(o, LEN);
	d.src_nents = sg + 1;
	EXPECT_EQ(FACET_ST_LIMIT, fct_status(o, &d));
	d = fct_copy_desc(o, LEN);
	d.dst_nents = sg + 1;
	EXPECT_EQ(FACET_ST_LIMIT, fct_status(o, &d));
}

/* Slowed down beyond its ceiling, it is stopped there, and so it is billed. */
TEST_F(ops, longer_than_C_max_is_CMAX_and_billed)
{
	struct fct_owner *o = &self->o, b;
	__u32 cmax = fct_ctl(o, FACET_VI_OP(FACET_OP_RSA_PRIV) + FACET_OP_CEIL_NS);
	struct facet_desc d = fct_rsa_desc(o);
	long long busy = stat_of(o, "busy_ns");
	struct facet_comp c;

	ASSERT_LT(0, cmax);
	EXPECT_GE(10000000, cmax);
	ASSERT_EQ(0, fct_start(&b, 2));
	memset(o->arena + FCT_DST, 0x77, 256);
	ASSERT_EQ(0, fct_inject(FACET_INJ_SLOW, fct_hw_ctx(o->uuid), 1,
				100000000));
	ASSERT_EQ(0, fct_run(o, &d, &c));
	EXPECT_EQ(FACET_ST_CMAX, c.status);
	EXPECT_EQ(0, c.out_bytes);
	EXPECT_EQ(0x77, o->arena[FCT_DST]);
	EXPECT_LE(cmax, c.stop_ns - c.start_ns);
	EXPECT_LE(busy + cmax, stat_of(o, "busy_ns"));
	/* the engine is free: for the same owner and for others */
	EXPECT_EQ(0, fct_op_rsa_sign(o, 1));
	EXPECT_EQ(0, fct_op_rsa_sign(&b, 1));
	EXPECT_EQ(0, stat_of(&b, "errors"));
	EXPECT_EQ(0, fct_stop(&b));
}

TEST_F(ops, lists_that_are_wrong_are_BAD_SG)
{
	struct fct_owner *o = &self->o;
	struct facet_sge *list = (void *)(o->arena + FCT_PARAM);
	struct facet_desc d = fct_copy_desc(o, LEN);

	d.src = o->iova + FCT_PARAM;
	d.src_nents = 2;
	list[0] = (struct facet_sge){ o->iova + FCT_SRC, LEN / 2, 0 };
	list[1] = (struct facet_sge){ o->iova + FCT_SRC, LEN / 2 - 1, 0 };
	EXPECT_EQ(FACET_ST_BAD_SG, fct_status(o, &d));
	list[1] = (struct facet_sge){ o->iova + FCT_SRC, LEN / 2, 1 };
	EXPECT_EQ(FACET_ST_BAD_SG, fct_status(o, &d));
	list[1].rsvd = 0;
	EXPECT_EQ(FACET_ST_OK, fct_status(o, &d));
}

TEST_F(ops, scattered_copy_lands_where_it_should)
{
	struct fct_owner *o = &self->o;
	struct facet_sge *list = (void *)(o->arena + FCT_PARAM);
	__u64 src = o->iova + FCT_SRC, dst = o->iova + FCT_DST;
	struct facet_desc d = fct_copy_desc(o, 3000);
	__u8 *s = o->arena + FCT_SRC, *t = o->arena + FCT_DST;

	fct_fill(s, 16384, 5);
	memset(t, 0, 16384);
	list[0] = (struct facet_sge){ src + 5, 1000, 0 };
	list[1] = (struct facet_sge){ src, 0, 0 };
	list[2] = (struct facet_sge){ src + 8192, 3000, 0 };
	list[4] = (struct facet_sge){ dst + 4000, 2500, 0 };
	list[5] = (struct facet_sge){ dst + 100, 4000, 0 };
	d.src = o->iova + FCT_PARAM;
	d.src_nents = 3;
	d.dst = o->iova + FCT_PARAM + 4 * sizeof(*list);
	d.dst_nents = 2;
	ASSERT_EQ(FACET_ST_OK, fct_status(o, &d));
	EXPECT_EQ(0, memcmp(t + 4000, s + 5, 1000));
	EXPECT_EQ(0, memcmp(t + 5000, s + 8192, 1500));
	EXPECT_EQ(0, memcmp(t + 100, s + 8192 + 1500, 500));
	EXPECT_EQ(0, t[600]);
	EXPECT_EQ(0, t[6500]);
}

TEST_F(ops, wrong_keys_parameters_and_lengths_are_told_apart)
{
	struct facet_cipher_param p = { .key_bytes = 16 };
	struct fct_owner *o = &self->o;
	struct facet_desc d;

	d = param_desc(o, FACET_OP_AES_CBC, &p, sizeof(p));
	d.src_len_bytes = 100;
	EXPECT_EQ(FACET_ST_BAD_LEN, fct_status(o, &d));
	p.key_bytes = 17;
	d = param_desc(o, FACET_OP_AES_CBC, &p, sizeof(p));
	EXPECT_EQ(FACET_ST_BAD_KEY, fct_status(o, &d));
	p.key_bytes = 16;
	p.rsvd = 1;
	d = param_desc(o, FACET_OP_AES_CBC, &p, sizeof(p));
	EXPECT_EQ(FACET_ST_BAD_PARAM, fct_status(o, &d));
	p.rsvd = 0;
	d = param_desc(o, FACET_OP_AES_CBC, &p, sizeof(p) - 1);
	EXPECT_EQ(FACET_ST_BAD_PARAM, fct_status(o, &d));
	d = param_desc(o, FACET_OP_AES_CBC, &p, sizeof(p));
	EXPECT_EQ(FACET_ST_OK, fct_status(o, &d));
	d.dst_len_bytes = LEN - 1;
	EXPECT_EQ(FACET_ST_OVERFLOW, fct_status(o, &d));
}

TEST_F(ops, damaged_gcm_text_is_BAD_TAG_and_writes_nothing)
{
	struct facet_cipher_param p = { .key_bytes = 32, .tag_bytes = 16 };
	struct fct_owner *o = &self->o;
	struct facet_desc d;
	__u8 *dst = o->arena + FCT_DST;
	int i;

	d = param_desc(o, FACET_OP_AES_GCM, &p, sizeof(p));
	d.dst_len_bytes = LEN + 16;
	ASSERT_EQ(FACET_ST_OK, fct_status(o, &d));
	memcpy(o->arena + FCT_SRC, dst, LEN + 16);
	o->arena[FCT_SRC + 99] ^= 1;
	memset(dst, 0x66, LEN);
	d.flags = FACET_DF_DECRYPT;
	d.src_len_bytes = LEN + 16;
	d.dst_len_bytes = LEN;
	EXPECT_EQ(FACET_ST_BAD_TAG, fct_status(o, &d));
	for (i = 0; i < LEN; i++)
		ASSERT_EQ(0x66, dst[i]);
	o->arena[FCT_SRC + 99] ^= 1;
	EXPECT_EQ(FACET_ST_OK, fct_status(o, &d));
}

TEST_F(ops, corrupt_stream_is_BAD_DATA)
{
	struct facet_comp_param p = { .format = FACET_COMP_GZIP };
	struct fct_owner *o = &self->o;
	struct facet_desc d;

	memset(o->arena + FCT_SRC, 0x42, LEN);
	d = param_desc(o, FACET_OP_INFLATE, &p, sizeof(p));
	EXPECT_EQ(FACET_ST_BAD_DATA, fct_status(o, &d));
}

TEST_F(ops, stamps_are_in_order)
{
	struct fct_owner *o = &self->o;
	struct facet_desc d = fct_copy_desc(o, LEN);
	__u64 before = fct_ctl64(o, FACET_VI_CLOCK_LO);
	struct facet_comp c;

	ASSERT_EQ(0, fct_run(o, &d, &c));
	EXPECT_LE(before, c.arrival_ns);
	EXPECT_LE(c.arrival_ns, c.start_ns);
	EXPECT_LT(c.start_ns, c.stop_ns);
	EXPECT_LE(c.stop_ns, fct_ctl64(o, FACET_VI_CLOCK_LO));
	EXPECT_EQ(c.stop_ns - c.start_ns, stat_of(o, "busy_ns"));
	EXPECT_EQ(c.start_ns - c.arrival_ns, stat_of(o, "wait_ns"));
}

/* A full ring, many times around: each command completes exactly once. */
TEST_F(ops, ring_wraps_and_nothing_is_lost_or_doubled)
{
	struct fct_owner *o = &self->o;
	static __u8 seen[2000];
	struct facet_desc d = fct_copy_desc(o, 64);
	__u64 submitted = 0, done = 0;
	struct facet_comp c;

	while (done < sizeof(seen)) {
		while (submitted < sizeof(seen) &&
		       submitted - done < 1U << o->log2) {
			d.cookie = submitted++;
			fct_queue(o, &d);
		}
		fct_kick(o);
		ASSERT_EQ(0, fct_wait(o, &c));
		ASSERT_EQ(FACET_ST_OK, c.status);
		ASSERT_GT(sizeof(seen), c.cookie);
		ASSERT_EQ(0, seen[c.cookie]);
		seen[c.cookie] = 1;
		done++;
	}
	EXPECT_EQ(sizeof(seen), stat_of(o, "commands"));
	EXPECT_EQ(0, stat_of(o, "errors"));
	EXPECT_EQ(64 * sizeof(seen), stat_of(o, "bytes_in"));
}

TEST_F(ops, rings_that_cannot_be_are_refused)
{
	struct fct_owner *o = &self->o;
	__u32 cap = fct_ctl(o, FACET_VI_CAP_RING);
	__u64 sq = o->iova + FCT_SQ, cq = o->iova + FCT_CQ;
	const __u32 on = FACET_VI_RING_CMD_ENABLE;

	/* running already */
	EXPECT_EQ(FACET_VI_RES_STATE, fct_ring_cmd(o, sq, cq, 6, on));
	ASSERT_EQ(0, fct_ring_cmd(o, 0, 0, 0, FACET_VI_RING_CMD_DISABLE));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_ring_cmd(o, sq + 32, cq, 6, on));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_ring_cmd(o, sq, cq + 4, 6, on));
	EXPECT_EQ(FACET_VI_RES_INVAL,
		  fct_ring_cmd(o, sq, cq, (cap >> 8 & 0xff) + 1, on));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_ring_cmd(o, sq, cq, ~0U, on));
	if (cap & 0xff)
		EXPECT_EQ(FACET_VI_RES_INVAL,
			  fct_ring_cmd(o, sq, cq, (cap & 0xff) - 1, on));
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_ring_cmd(o, sq, cq, 6, 77));
	fct_ctl_set(o, FACET_VI_RING_LOG2, 6);
	fct_ctl_set(o, FACET_VI_RING_ASPACE, 1);
	fct_ctl_set(o, FACET_VI_RING_CMD, on);
	EXPECT_EQ(FACET_VI_RES_INVAL, fct_ctl(o, FACET_VI_RING_RESULT));
	EXPECT_EQ(FACET_VI_ST_IDLE, fct_ctl(o, FACET_VI_STATE));
	ASSERT_EQ(0, fct_rings(o));
	EXPECT_EQ(0, fct_op_copy(o, LEN, 1));
}

TEST_HARNESS_MAIN
