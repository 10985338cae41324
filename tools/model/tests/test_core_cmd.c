// SPDX-License-Identifier: GPL-2.0
/* Checks of commands by the device: every status of its own, SG, DMA. */
#include "core_env.h"

static struct env *owner_env(void)
{
	struct env *e = env_new();
	unsigned int i;

	for (i = 0; i < ENV_RAM_BYTES / 2; i++)
		e->ram[1][ENV_SRC + i % 0x400000] = i * 7 + (i >> 8);
	memset(e->ram[1] + ENV_DST, 0xdd, 0x400000);
	ctx_owner(e, 0, ENV_PASID);
	return e;
}

/* The status, the floor as the bill, an untouched destination. */
static void refused(struct env *e, struct facet_desc d, int status, uint64_t addr,
		    const char *name)
{
	struct facet_comp c = { 0 };
	uint64_t errors = c_read64(e, 0, FACET_CTX_N_ERRORS_LO);

	tap_eq(run_one(e, 0, d, &c), status, name);
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 500, "it pays the floor");
	tap_eq(le32(c.out_bytes), 0, "no output");
	tap_eq(le64(c.fault_addr), addr, "address");
	tap_eq(c.engine, 0, "it had an engine");
	tap_eq(c_read64(e, 0, FACET_CTX_N_ERRORS_LO), errors + 1, "it is counted");
	tap_eq(e->ram[1][ENV_DST], 0xdd, "destination is untouched");
}

static void test_opcodes(void)
{
	struct env *e = owner_env();
	struct facet_desc d = desc_copy(64);

	d.opcode = 2;
	refused(e, d, FACET_ST_BAD_OPCODE, 0, "unknown opcode");
	d.opcode = 63;
	refused(e, d, FACET_ST_BAD_OPCODE, 0, "last opcode");
	d.opcode = 64;
	refused(e, d, FACET_ST_BAD_OPCODE, 0, "beyond the table");
	d.opcode = 255;
	refused(e, d, FACET_ST_BAD_OPCODE, 0, "all ones");
	d.opcode = FACET_OP_COPY;
	c_write64(e, 0, FACET_CTX_OPS_LO, ~(1ull << FACET_OP_COPY));
	refused(e, d, FACET_ST_FORBIDDEN, 0, "not allowed");
	c_write64(e, 0, FACET_CTX_OPS_LO, 1ull << FACET_OP_COPY);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_OK, "allowed");
	env_free(e, "opcodes");
}

static void test_no_engines(void)
{
	const struct facet_model_config cfg = { .contexts = 1, .engines = { 0, 1, 0 },
						.timing = FACET_TIMING_MODEL };
	struct env *e = env_new_with(&cfg, false);
	struct facet_desc d = { .opcode = FACET_OP_DEFLATE };

	ctx_owner(e, 0, ENV_PASID);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_BAD_OPCODE, "no COMP engine, no DEFLATE");
	d.opcode = FACET_OP_RSA_PUB;
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_BAD_OPCODE, "no PK engine, no RSA");
	tap_eq(g_read64(e, FACET_REG_CAP_OPS_LO) >> 32, 0, "CAP_OPS knows it");
	tap_eq(g_read(e, FACET_REG_OP(FACET_OP_DEFLATE) + FACET_OP_ATTR), 0, "OP record too");
	env_free(e, "no engines");
}

static void test_desc(void)
{
	struct env *e = owner_env();
	struct facet_desc d = desc_copy(64);

	d.rsvd = le64(1ull << 63);
	refused(e, d, FACET_ST_BAD_DESC, 0, "reserved bits");
	d = desc_copy(64);
	d.flags = FACET_DF_DECRYPT;
	refused(e, d, FACET_ST_BAD_DESC, 0, "flag of another opcode");
	d.flags = 0x80;
	refused(e, d, FACET_ST_BAD_DESC, 0, "undefined flag");
	d = desc_copy(64);
	d.flow = le16(FACET_MODEL_FLOWS);
	refused(e, d, FACET_ST_BAD_DESC, 0, "flow");
	d = desc_copy(64);
	d.aspace = le16(1);
	refused(e, d, FACET_ST_BAD_DESC, 0, "address-space index");
	d = desc_copy(64);
	d.pasid = le32(ENV_PASID);
	refused(e, d, FACET_ST_BAD_PASID, 0, "owner names its own PASID");
	d.pasid = le32(ENV_PASID2);
	refused(e, d, FACET_ST_BAD_PASID, 0, "owner names another's PASID");
	d.pasid = le32(0x80000000u);
	refused(e, d, FACET_ST_BAD_PASID, 0, "owner sets a high bit");
	d = desc_copy(64);
	d.flow = le16(FACET_MODEL_FLOWS - 1);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_OK, "last flow");
	env_free(e, "descriptor");
}

static void test_limits(void)
{
	struct env *e = owner_env();
	uint32_t in = g_read(e, FACET_REG_OP(FACET_OP_COPY) + FACET_OP_CEIL_IN);
	uint32_t out = g_read(e, FACET_REG_OP(FACET_OP_COPY) + FACET_OP_CEIL_OUT);
	struct facet_desc d = desc_copy(64);

	d.src_len_bytes = le32(in + 1);
	refused(e, d, FACET_ST_LIMIT, 0, "too much input");
	d.src_len_bytes = le32(UINT32_MAX);
	refused(e, d, FACET_ST_LIMIT, 0, "all ones as a length");
	d = desc_copy(64);
	d.dst_len_bytes = le32(out + 1);
	refused(e, d, FACET_ST_LIMIT, 0, "too much room");
	d = desc_copy(64);
	d.src_nents = le16(FACET_MODEL_SG + 1);
	refused(e, d, FACET_ST_LIMIT, 0, "too long an input list");
	d = desc_copy(64);
	d.dst_nents = le16(FACET_MODEL_SG + 1);
	refused(e, d, FACET_ST_LIMIT, 0, "too long an output list");
	d = desc_copy(64);
	d.dst_len_bytes = le32(63);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_OVERFLOW, "output does not fit");
	tap_eq(e->ram[1][ENV_DST], 0xdd, "nothing of it is written");
	tap_eq(run_one(e, 0, desc_copy(in), NULL), FACET_ST_OK, "as much as is allowed");
	tap_ok(!memcmp(e->ram[1] + ENV_SRC, e->ram[1] + ENV_DST, in), "all of it");
	env_free(e, "limits");
}

static struct facet_desc desc_ctr(void)
{
	struct facet_desc d = desc_copy(64);

	d.opcode = FACET_OP_AES_CTR;
	d.param = le64(ENV_PARAM);
	d.param_len_bytes = le16(sizeof(struct facet_cipher_param));
	return d;
}

static void test_param(void)
{
	struct env *e = owner_env();
	struct facet_cipher_param p = { .key_bytes = le16(16) };
	struct facet_desc d = desc_ctr();

	memcpy(e->ram[1] + ENV_PARAM, &p, sizeof(p));
	d.param_len_bytes = le16(sizeof(p) - 1);
	refused(e, d, FACET_ST_BAD_PARAM, 0, "parameter block too short");
	d.param_len_bytes = le16(sizeof(p) + 1);
	refused(e, d, FACET_ST_BAD_PARAM, 0, "too long");
	d.param_len_bytes = le16(0xffff);
	refused(e, d, FACET_ST_BAD_PARAM, 0, "all ones as its length");
	d = desc_ctr();
	d.param = le64(0x7000000);
	refused(e, d, FACET_ST_SRC_FAULT, 0x7000000, "not readable");
	d = desc_copy(64);
	d.param_len_bytes = le16(8);
	refused(e, d, FACET_ST_BAD_PARAM, 0, "one that nobody asked for");
	p.key_bytes = le16(17);
	memcpy(e->ram[1] + ENV_PARAM, &p, sizeof(p));
	refused(e, desc_ctr(), FACET_ST_BAD_KEY, 0, "content: key size");
	p.key_bytes = le16(16);
	p.rsvd = le32(1);
	memcpy(e->ram[1] + ENV_PARAM, &p, sizeof(p));
	refused(e, desc_ctr(), FACET_ST_BAD_PARAM, 0, "content: reserved bits");
	p.rsvd = 0;
	memcpy(e->ram[1] + ENV_PARAM + 4096 - 60, &p, sizeof(p));
	d = desc_ctr();
	d.param = le64(ENV_PARAM + 4096 - 60);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_OK, "a block across two pages");
	env_free(e, "parameter");
}

static void test_src_fault(void)
{
	struct env *e = owner_env();
	struct facet_desc d = desc_copy(8192);

	evlog_on(e, 4, 4);
	e->hole = (struct env_hole){ ENV_SRC + 4096, ENV_SRC + 8191, true, true };
	refused(e, d, FACET_ST_SRC_FAULT, ENV_SRC + 4096, "input ends in a hole");
	tap_eq(le16(event_at(e, 0, 4).type), FACET_EV_CMD_FAULT, "it is logged");
	tap_eq(le16(event_at(e, 0, 4).code), FACET_ST_SRC_FAULT, "with the status");
	tap_eq(le64(event_at(e, 0, 4).addr), ENV_SRC + 4096, "the address");
	tap_eq(le32(event_at(e, 0, 4).pasid), ENV_PASID, "the PASID");
	tap_eq(le16(event_at(e, 0, 4).engine), FACET_CLASS_SYM << 8, "and the engine");
	d.src = le64(UINT64_MAX - 100);
	refused(e, d, FACET_ST_SRC_FAULT, 0, "input beyond the end of everything");
	tap_eq(c_state(e, 0), FACET_CTX_READY, "the context goes on");
	env_free(e, "source fault");
}

static void test_dst_fault(void)
{
	struct env *e = owner_env();
	struct facet_comp c;

	evlog_on(e, 4, 4);
	e->hole = (struct env_hole){ ENV_DST + 4096, ENV_DST + 8191, false, true };
	tap_eq(run_one(e, 0, desc_copy(8192), &c), FACET_ST_DST_FAULT, "output ends in a hole");
	tap_eq(le64(c.fault_addr), ENV_DST + 4096, "address");
	tap_eq(le32(c.out_bytes), 0, "no output is promised");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 500 + 819, "the work is billed");
	tap_eq(le16(event_at(e, 0, 4).code), FACET_ST_DST_FAULT, "it is logged");
	env_free(e, "destination fault");
}

/* The interrupt range never reaches the memory callbacks; env_at() would tell. */
static void test_msi_range(void)
{
	static const uint64_t addr[] = { 0xfee00000, 0xfee00ff0, 0xfeefffc0 };
	struct env *e = owner_env();
	struct facet_desc d;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		d = desc_copy(16);
		d.src = le64(addr[i]);
		refused(e, d, FACET_ST_SRC_FAULT, addr[i], "source in the interrupt range");
		d = desc_copy(16);
		d.dst = le64(addr[i]);
		tap_eq(run_one(e, 0, d, NULL), FACET_ST_DST_FAULT, "destination in it");
		d = desc_copy(16);
		d.src = le64(addr[i]);
		d.src_nents = le16(1);
		refused(e, d, FACET_ST_SRC_FAULT, addr[i], "list in it");
		d = desc_ctr();
		d.param = le64(addr[i]);
		refused(e, d, FACET_ST_SRC_FAULT, addr[i], "parameter block in it");
	}
	env_free(e, "MSI range");
}

static void put_list(struct env *e, uint64_t at, const struct facet_sge *sge, unsigned int n)
{
	memcpy(e->ram[1] + at, sge, n * sizeof(*sge));
}

static struct facet_desc desc_sg(uint32_t bytes, uint16_t src_nents, uint16_t dst_nents)
{
	struct facet_desc d = desc_copy(bytes);

	if (src_nents) {
		d.src = le64(ENV_LIST);
		d.src_nents = le16(src_nents);
	}
	if (dst_nents) {
		d.dst = le64(ENV_LIST2);
		d.dst_nents = le16(dst_nents);
	}
	return d;
}

static void test_sg(void)
{
	struct env *e = owner_env();
	struct facet_sge src[3] = {
		{ le64(ENV_SRC + 4000), le32(200), 0 },
		{ le64(0x7000000), 0, 0 },
		{ le64(ENV_SRC), le32(1000), 0 },
	};
	struct facet_sge dst[2] = {
		{ le64(ENV_DST + 1), le32(1), 0 },
		{ le64(ENV_DST + 8190), le32(2000), 0 },
	};
	uint8_t want[1000];

	put_list(e, ENV_LIST, src, 3);
	put_list(e, ENV_LIST2, dst, 2);
	memcpy(want, e->ram[1] + ENV_SRC + 4000, 200);
	memcpy(want + 200, e->ram[1] + ENV_SRC, 800);
	tap_eq(run_one(e, 0, desc_sg(1000, 3, 2), NULL), FACET_ST_OK, "gather and scatter");
	tap_ok(e->ram[1][ENV_DST + 1] == want[0] &&
	       !memcmp(e->ram[1] + ENV_DST + 8190, want + 1, 999), "bytes are where they belong");
	tap_eq(e->ram[1][ENV_DST + 2], 0xdd, "not beyond the first piece");
	tap_eq(e->ram[1][ENV_DST + 8190 + 999], 0xdd, "not beyond the length");
	env_free(e, "scatter-gather");
}

static void test_bad_sg(void)
{
	struct env *e = owner_env();
	struct facet_sge sge[2] = {
		{ le64(ENV_SRC), le32(32), 0 }, { le64(ENV_SRC + 64), le32(31), 0 },
	};

	put_list(e, ENV_LIST, sge, 2);
	put_list(e, ENV_LIST2, sge, 2);
	refused(e, desc_sg(64, 2, 0), FACET_ST_BAD_SG, 0, "too few bytes of input");
	refused(e, desc_sg(64, 0, 2), FACET_ST_BAD_SG, 0, "too little room");
	sge[1].rsvd = le32(0x10);
	sge[1].len_bytes = le32(64);
	put_list(e, ENV_LIST, sge, 2);
	refused(e, desc_sg(64, 2, 0), FACET_ST_BAD_SG, 0, "reserved bits");
	e->hole = (struct env_hole){ ENV_LIST2, ENV_LIST2 + 4095, true, true };
	refused(e, desc_sg(64, 0, 2), FACET_ST_DST_FAULT, ENV_LIST2, "output list not readable");
	refused(e, desc_sg(64, 2, 2), FACET_ST_DST_FAULT, ENV_LIST2,
		"unreadable comes before malformed");
	e->hole = (struct env_hole){ ENV_LIST, ENV_LIST + 4095, true, true };
	refused(e, desc_sg(64, 2, 0), FACET_ST_SRC_FAULT, ENV_LIST, "input list not readable");
	e->hole = (struct env_hole){ 0 };
	sge[0] = (struct facet_sge){ le64(UINT64_MAX - 9), le32(64), 0 };
	put_list(e, ENV_LIST, sge, 1);
	refused(e, desc_sg(64, 1, 0), FACET_ST_SRC_FAULT, 0,
		"a piece that wraps round the address space");
	sge[0] = (struct facet_sge){ le64(ENV_SRC), le32(0x80000000u), 0 };
	sge[1] = sge[0];
	put_list(e, ENV_LIST, sge, 2);
	tap_eq(run_one(e, 0, desc_sg(64, 2, 0), NULL), FACET_ST_OK,
	       "pieces whose sum is 2^32");
	env_free(e, "bad scatter-gather");
}

/* The longest list, one byte a piece: many visits of the timer, none long. */
static void test_long_list(void)
{
	struct env *e = owner_env();
	struct facet_sge *sge = calloc(FACET_MODEL_SG, sizeof(*sge));
	unsigned int i, visits = 0, most = 0;
	struct facet_comp c;

	for (i = 0; i < FACET_MODEL_SG; i++)
		sge[i] = (struct facet_sge){ le64(ENV_SRC + 2 * i), le32(1), 0 };
	put_list(e, ENV_LIST, sge, FACET_MODEL_SG);
	submit(e, 0, desc_sg(FACET_MODEL_SG, FACET_MODEL_SG, 0));
	while (e->timer_ns <= e->now_ns) {
		unsigned int before = e->reads + e->writes;

		e->timer_ns = FACET_MODEL_NEVER;
		facet_model_timer_expired(e->m);
		visits++;
		if (e->reads + e->writes - before > most)
			most = e->reads + e->writes - before;
	}
	tap_ok(visits > 4 && most <= 600, "%u visits, at most %u accesses each", visits, most);
	env_advance(e, 1000000);
	tap_ok(reap(e, 0, &c) && !c.status, "and it is done in the end");
	for (i = 0; i < FACET_MODEL_SG; i++)
		if (e->ram[1][ENV_DST + i] != e->ram[1][ENV_SRC + 2 * i])
			break;
	tap_eq(i, FACET_MODEL_SG, "every byte");
	free(sge);
	env_free(e, "long list");
}

/* Host contexts: rings on RID, data by the descriptor's PASID, if it is valid. */
static void test_host_context(void)
{
	struct env *e = env_new();
	struct facet_desc d = desc_copy(64);

	ctx_host(e, 0);
	memset(e->ram[2] + ENV_SRC, 0x66, 64);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_BAD_PASID, "PASID 0");
	d.pasid = le32(ENV_PASID2);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_BAD_PASID, "not in the table");
	g_write(e, FACET_REG_PASID_SET, ENV_PASID2);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_OK, "in the table");
	tap_eq(e->ram[2][ENV_DST], 0x66, "data is in its space");
	tap_eq(e->ram[0][ENV_DST], 0, "and not on RID");
	d.pasid = le32(ENV_PASID2 | 0x100000);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_BAD_PASID, "a high bit set");
	g_write(e, FACET_REG_PASID_CLEAR, ENV_PASID2);
	d.pasid = le32(ENV_PASID2);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_BAD_PASID, "taken out again");
	g_write(e, FACET_REG_PASID_SET, ENV_PASID2);
	d.src = le64(0xfee00000);
	tap_eq(run_one(e, 0, d, NULL), FACET_ST_SRC_FAULT, "interrupt range");
	env_free(e, "host context");
}

/* Owner contexts reach their own space and nothing else. */
static void test_isolation(void)
{
	struct env *e = env_new();

	ctx_owner(e, 0, ENV_PASID);
	ctx_owner(e, 1, ENV_PASID2);
	memset(e->ram[1] + ENV_SRC, 0x11, 64);
	memset(e->ram[2] + ENV_SRC, 0x22, 64);
	memset(e->ram[0], 0x33, ENV_RAM_BYTES);
	tap_eq(run_one(e, 0, desc_copy(64), NULL), FACET_ST_OK, "context 0");
	tap_eq(run_one(e, 1, desc_copy(64), NULL), FACET_ST_OK, "context 1");
	tap_eq(e->ram[1][ENV_DST], 0x11, "its own data");
	tap_eq(e->ram[2][ENV_DST], 0x22, "its own data too");
	tap_ok(e->ram[0][ENV_DST] == 0x33 && e->ram[0][ENV_CQ(0)] == 0x33, "RID is untouched");
	env_free(e, "isolation");
}

/* A stored block of n bytes, which fits in 16 bits; not the last one. */
static uint32_t put_stored(struct env *e, uint16_t n)
{
	uint8_t *p = e->ram[1] + ENV_SRC;

	p[0] = 0;
	p[1] = n & 0xff;
	p[2] = n >> 8;
	p[3] = ~p[1];
	p[4] = ~p[2];
	return n + 5;
}

static struct facet_desc desc_inflate(struct env *e, uint32_t in, uint32_t out,
				      uint64_t dict, uint32_t dict_bytes)
{
	struct facet_comp_param p = {
		.format = FACET_COMP_RAW, .dict = le64(dict), .dict_bytes = le32(dict_bytes),
	};
	struct facet_desc d = desc_copy(in);

	memcpy(e->ram[1] + ENV_PARAM, &p, sizeof(p));
	d.opcode = FACET_OP_INFLATE;
	d.dst_len_bytes = le32(out);
	d.param = le64(ENV_PARAM);
	d.param_len_bytes = le16(sizeof(p));
	return d;
}

/* INFLATE: history is read like input, and the bill is by the byte out. */
static void test_inflate(void)
{
	struct env *e = owner_env();
	struct facet_comp c;
	uint32_t in = put_stored(e, 1000);

	tap_eq(run_one(e, 0, desc_inflate(e, in, 4000, ENV_LIST, 5000), &c), FACET_ST_OK,
	       "with history");
	tap_eq(le32(c.out_bytes), 1000, "out_bytes");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 2000 + in, "billed");
	e->ram[1][ENV_DST] = 0xdd;
	refused(e, desc_inflate(e, in, 4000, 0x7000000, 64), FACET_ST_SRC_FAULT, 0x7000000,
		"history not readable");
	refused(e, desc_inflate(e, in, 4000, 0xfee00000, 64), FACET_ST_SRC_FAULT, 0xfee00000,
		"history in the interrupt range");
	tap_eq(run_one(e, 0, desc_inflate(e, in, 900, 0, 0), &c), FACET_ST_OVERFLOW, "no room");
	e->ram[1][ENV_SRC] = 0x06;
	tap_eq(run_one(e, 0, desc_inflate(e, in, 40000, 0, 0), &c), FACET_ST_BAD_DATA, "corrupt");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 2000 + 40000, "billed for the room");
	tap_eq(run_one(e, 0, desc_inflate(e, 10, 40000, 0, 0), &c), FACET_ST_BAD_DATA, "short");
	tap_eq(le64(c.stop_ns) - le64(c.start_ns), 2000 + 10320, "or what it could have been");
	env_free(e, "inflate");
}

/* The first check that fails decides. */
static void test_order(void)
{
	struct env *e = owner_env();
	struct facet_desc d = {
		.opcode = 200, .flags = 0xff, .pasid = le32(7), .rsvd = le64(1),
		.src_len_bytes = le32(UINT32_MAX), .src_nents = le16(0xffff),
		.param_len_bytes = le16(0xffff), .src = le64(0x7000000),
	};

	refused(e, d, FACET_ST_BAD_OPCODE, 0, "1: opcode");
	d.opcode = FACET_OP_AES_CTR;
	c_write64(e, 0, FACET_CTX_OPS_LO, 0);
	refused(e, d, FACET_ST_FORBIDDEN, 0, "1: allowed");
	c_write64(e, 0, FACET_CTX_OPS_LO, UINT64_MAX);
	refused(e, d, FACET_ST_BAD_DESC, 0, "2: descriptor");
	d.rsvd = 0;
	d.flags = 0;
	refused(e, d, FACET_ST_BAD_PASID, 0, "3: PASID");
	d.pasid = 0;
	refused(e, d, FACET_ST_LIMIT, 0, "4: limits");
	d.src_len_bytes = le32(64);
	d.src_nents = 0;
	refused(e, d, FACET_ST_BAD_PARAM, 0, "5: parameter block");
	d.param_len_bytes = le16(sizeof(struct facet_cipher_param));
	d.param = le64(0x6000000);
	refused(e, d, FACET_ST_SRC_FAULT, 0x6000000, "5: readable");
	env_free(e, "order");
}

int main(void)
{
	test_opcodes();
	test_no_engines();
	test_desc();
	test_limits();
	test_param();
	test_src_fault();
	test_dst_fault();
	test_msi_range();
	test_sg();
	test_bad_sg();
	test_long_list();
	test_host_context();
	test_isolation();
	test_inflate();
	test_order();
	return tap_done();
}
