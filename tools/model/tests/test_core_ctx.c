// SPDX-License-Identifier: GPL-2.0
/* Queue contexts: states, resets, rings and doorbells. */
#include "core_env.h"

#define STOP	FACET_CTX_CMD_STOP
#define RESET	FACET_CTX_CMD_RESET
#define ENABLE	FACET_CTX_CMD_ENABLE
#define RESUME	FACET_CTX_CMD_RESUME

static void command(struct env *e, uint32_t cmd)
{
	c_write(e, 0, FACET_CTX_CMD, cmd);
}

/* Brings context 0 to a state; a hung command keeps it in STOPPING. */
static struct env *in_state(uint32_t state)
{
	struct env *e = env_new();

	if (state == FACET_CTX_DISABLED) {
		ctx_config(e, 0, false, ENV_PASID);
		return e;
	}
	ctx_owner(e, 0, ENV_PASID);
	if (state == FACET_CTX_STOPPED)
		command(e, STOP);
	if (state == FACET_CTX_STOPPING || state == FACET_CTX_RESETTING) {
		inject(e, FACET_INJ_HANG, FACET_INJ_ANY, FACET_INJ_ANY, 1, 0);
		submit(e, 0, desc_nop());
		env_settle(e);
		command(e, state == FACET_CTX_STOPPING ? STOP : RESET);
	}
	if (state == FACET_CTX_ERROR)
		w_write(e, 0, FACET_WIN_DOORBELL, ENV_SLOTS + 1);
	return e;
}

static const char *const name[] = {
	"DISABLED", "READY", "STOPPING", "STOPPED", "RESETTING", "ERROR"
};

/* Every command in every state: where does it lead at once, and in the end? */
static void test_transitions(void)
{
	static const uint8_t at_once[6][4] = {
		/* ENABLE, STOP, RESUME, RESET */
		[FACET_CTX_DISABLED] = { 1, 0, 0, 4 },
		[FACET_CTX_READY] = { 1, 3, 1, 4 },
		[FACET_CTX_STOPPING] = { 2, 2, 2, 4 },
		[FACET_CTX_STOPPED] = { 3, 3, 1, 4 },
		[FACET_CTX_RESETTING] = { 4, 4, 4, 4 },
		[FACET_CTX_ERROR] = { 5, 5, 5, 4 },
	};
	uint32_t state, cmd, final;

	for (state = 0; state < 6; state++) {
		for (cmd = ENABLE; cmd <= RESET; cmd++) {
			struct env *e = in_state(state);

			tap_eq(c_state(e, 0), state, name[state]);
			command(e, cmd);
			tap_ok(c_state(e, 0) == at_once[state][cmd - 1], "%s + command %u",
			       name[state], cmd);
			env_advance(e, 1000000);
			final = at_once[state][cmd - 1];
			if (final == FACET_CTX_RESETTING)
				final = FACET_CTX_DISABLED;
			tap_ok(c_state(e, 0) == final, "%s + command %u, settled", name[state],
			       cmd);
			env_free(e, name[state]);
		}
	}
}

/* After RESET from any state the context works again, and nothing is left. */
static void test_reset_everywhere(void)
{
	uint32_t state;

	for (state = 0; state < 6; state++) {
		struct env *e = in_state(state);
		unsigned int writes;

		c_write(e, 0, FACET_CTX_WEIGHT, 77);
		c_write(e, 0, FACET_CTX_GROUP, 2);
		command(e, RESET);
		writes = e->writes;
		env_settle(e);
		tap_eq(e->writes, writes, "reset writes no completion");
		tap_eq(c_state(e, 0), FACET_CTX_DISABLED, name[state]);
		tap_eq(c_error(e, 0), 0, "error is gone");
		tap_eq(c_read(e, 0, FACET_CTX_INFLIGHT), 0, "nothing in flight");
		tap_eq(c_read64(e, 0, FACET_CTX_SQ_BASE_LO), 0, "ring is gone");
		tap_eq(c_read(e, 0, FACET_CTX_RING_LOG2), 0, "ring size is gone");
		tap_eq(c_read(e, 0, FACET_CTX_SQ_TAIL), 0, "indices are gone");
		tap_eq(c_read(e, 0, FACET_CTX_WEIGHT), 77, "weight stays");
		tap_eq(c_read(e, 0, FACET_CTX_GROUP), 2, "group stays");
		tap_eq(c_read(e, 0, FACET_CTX_PASID), FACET_PASID_VALID | ENV_PASID,
		       "PASID stays");
		tap_ok(c_read64(e, 0, FACET_CTX_OPS_LO) == UINT64_MAX, "opcodes stay");
		memset(e->ram[1], 0, ENV_RAM_BYTES);
		ctx_owner(e, 0, ENV_PASID);
		tap_eq(run_one(e, 0, desc_nop(), NULL), FACET_ST_OK, "works after reset");
		env_free(e, "reset");
	}
}

/* RESET discards what waits and what runs, counts both and touches nobody else. */
static void test_reset_discards(void)
{
	struct env *e = env_new();
	struct facet_comp c;

	ctx_owner(e, 0, ENV_PASID);
	ctx_owner(e, 1, ENV_PASID2);
	put_desc(e, 0, desc_copy(4096));
	put_desc(e, 0, desc_copy(4096));
	submit(e, 0, desc_copy(4096));
	env_settle(e);
	submit(e, 1, desc_nop());
	env_settle(e);
	tap_eq(c_read(e, 0, FACET_CTX_INFLIGHT), 2, "one runs, one waits");
	command(e, RESET);
	env_advance(e, 1000000);
	tap_eq(c_read64(e, 0, FACET_CTX_N_ABORTED_LO), 2, "both are counted");
	tap_eq(c_read64(e, 0, FACET_CTX_N_CMDS_LO), 0, "none completed");
	tap_ok(!reap(e, 0, &c), "no completion");
	tap_ok(reap(e, 1, &c) && !c.status, "the neighbour's command is done");
	env_free(e, "reset discards");
}

static uint32_t try_enable(struct env *e)
{
	command(e, ENABLE);
	return c_read(e, 0, FACET_CTX_STATE);
}

struct bad_config {
	uint32_t off;
	uint64_t value;
	uint32_t error;
};

static void test_enable_checks(void)
{
	static const struct bad_config bad[] = {
		{ FACET_CTX_RING_LOG2, 1, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_RING_LOG2, 15, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_RING_LOG2, UINT32_MAX, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_SQ_BASE_LO, 0x1020, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_SQ_BASE_LO, UINT64_MAX & ~63ull, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_CQ_BASE_LO, 1, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_WEIGHT, 0, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_WEIGHT, 10001, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_GROUP, 4, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_VECTOR, FACET_VECTOR_ON | 5, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_VECTOR, FACET_VECTOR_ON | 0x800, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_CFG, 2, FACET_CTX_ERR_CONFIG },
		{ FACET_CTX_PASID, 0, FACET_CTX_ERR_PASID },
		{ FACET_CTX_PASID, ENV_PASID, FACET_CTX_ERR_PASID },
		{ FACET_CTX_PASID, FACET_PASID_VALID, FACET_CTX_ERR_PASID },
		{ FACET_CTX_PASID, FACET_PASID_VALID | 0x100005, FACET_CTX_ERR_PASID },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct env *e = env_new();

		ctx_config(e, 0, false, ENV_PASID);
		if (bad[i].off == FACET_CTX_SQ_BASE_LO || bad[i].off == FACET_CTX_CQ_BASE_LO)
			c_write64(e, 0, bad[i].off, bad[i].value);
		else
			c_write(e, 0, bad[i].off, bad[i].value);
		tap_ok(try_enable(e) == bad[i].error << 8, "ENABLE refuses 0x%llx at 0x%x",
		       (unsigned long long)bad[i].value, bad[i].off);
		submit(e, 0, desc_nop());
		env_settle(e);
		tap_eq(e->reads + e->writes, 0, "no access to memory");
		c_write(e, 0, FACET_CTX_WEIGHT, 1);
		c_write(e, 0, FACET_CTX_GROUP, 0);
		ctx_config(e, 0, false, ENV_PASID);
		tap_eq(try_enable(e), FACET_CTX_READY, "ENABLE after a correction");
		env_free(e, "enable");
	}
}

static void test_host_needs_feature(void)
{
	const struct facet_model_config cfg = { .contexts = 1, .engines = { 1, 1, 1 } };
	struct env *e = env_new_with(&cfg, false);

	ctx_config(e, 0, true, 0);
	tap_eq(try_enable(e), FACET_CTX_ERR_CONFIG << 8, "no host context without the feature");
	env_free(e, "host feature");
}

/* Configuration is fixed outside DISABLED, apart from the four that are not. */
static void test_config_locked(void)
{
	static const uint32_t locked[] = {
		FACET_CTX_CFG, FACET_CTX_PASID, FACET_CTX_SQ_BASE_LO, FACET_CTX_SQ_BASE_LO + 4,
		FACET_CTX_CQ_BASE_LO, FACET_CTX_RING_LOG2, FACET_CTX_VECTOR,
	};
	struct env *e = env_new();
	unsigned int i;

	ctx_owner(e, 0, ENV_PASID);
	for (i = 0; i < sizeof(locked) / sizeof(locked[0]); i++) {
		uint32_t old = c_read(e, 0, locked[i]);

		c_write(e, 0, locked[i], old ^ 3);
		tap_ok(c_read(e, 0, locked[i]) == old, "register 0x%x is locked", locked[i]);
	}
	c_write64(e, 0, FACET_CTX_OPS_LO, 0x5);
	tap_eq(c_read64(e, 0, FACET_CTX_OPS_LO), 5, "opcodes may change");
	c_write(e, 0, FACET_CTX_WEIGHT, 300);
	tap_eq(c_read(e, 0, FACET_CTX_WEIGHT), 300, "weight may change");
	c_write(e, 0, FACET_CTX_WEIGHT, 0);
	c_write(e, 0, FACET_CTX_WEIGHT, 10001);
	tap_eq(c_read(e, 0, FACET_CTX_WEIGHT), 300, "but not to a bad one");
	c_write(e, 0, FACET_CTX_GROUP, 4);
	tap_eq(c_read(e, 0, FACET_CTX_GROUP), 0, "nor group");
	env_free(e, "locked");
}

/* Many times round the ring; the index passes 2^32 nowhere near, see below. */
static void test_ring_wrap(void)
{
	struct env *e = env_new();
	struct facet_comp c;
	unsigned int i, good = 0;

	ctx_owner(e, 0, ENV_PASID);
	for (i = 0; i < 5 * ENV_SLOTS; i++) {
		struct facet_desc d = desc_nop();

		d.cookie = le64(i);
		good += run_one(e, 0, d, &c) == FACET_ST_OK && le64(c.cookie) == i &&
			le32(c.sq_index) == i;
	}
	tap_eq(good, 5 * ENV_SLOTS, "five times round the ring");
	for (i = 0; i < ENV_SLOTS; i++)
		put_desc(e, 0, desc_nop());
	ring(e, 0);
	env_advance(e, 1000000);
	for (good = 0; reap(e, 0, &c);)
		good++;
	tap_eq(good, ENV_SLOTS, "a full ring");
	env_free(e, "wrap");
}

/* Free-running indices pass 2^32. */
static void test_index_wrap(void)
{
	struct env *e = env_new();
	struct facet_ctx *c = &e->m->ctx[0];
	struct facet_comp comp;
	unsigned int i, good = 0;

	ctx_owner(e, 0, ENV_PASID);
	c->sq_head = UINT32_MAX - 2;
	c->sq_tail = c->sq_head;
	c->cq_tail = c->sq_head;
	c->cq_event = c->sq_head;
	e->producer[0] = c->sq_head;
	e->consumer[0] = c->sq_head;
	for (i = 0; i < 6; i++)
		good += run_one(e, 0, desc_nop(), &comp) == FACET_ST_OK;
	tap_eq(good, 6, "indices wrap at 2^32");
	tap_eq(e->irqs[0], 1, "one interrupt, when the event index is passed");
	env_free(e, "index wrap");
}

static void check_doorbell_error(struct env *e, unsigned int reads)
{
	struct facet_event ev = event_at(e, 0, 4);

	tap_eq(e->reads, reads, "nothing is fetched");
	tap_eq(e->irqs[0], 1, "the vector is raised");
	tap_eq(le16(ev.type), FACET_EV_CTX_ERROR, "and it is logged");
	tap_eq(le16(ev.code), FACET_CTX_ERR_DOORBELL, "with the cause");
	w_write(e, 0, FACET_WIN_DOORBELL, 1);
	tap_eq(c_read64(e, 0, FACET_CTX_N_DOORBELLS_LO), 1, "then doorbells are ignored");
}

static void test_doorbell_range(void)
{
	static const struct { uint32_t index; bool ok; } probe[] = {
		{ ENV_SLOTS, true }, { ENV_SLOTS + 1, false }, { 0x80000000u, false },
		{ UINT32_MAX, false }, { 0, true },
	};
	unsigned int i;

	for (i = 0; i < sizeof(probe) / sizeof(probe[0]); i++) {
		struct env *e = env_new();
		unsigned int reads;

		evlog_on(e, 4, 4);
		ctx_owner(e, 0, ENV_PASID);
		w_write(e, 0, FACET_WIN_DOORBELL, probe[i].index);
		reads = e->reads;
		env_advance(e, 1000000);
		tap_ok((c_state(e, 0) == FACET_CTX_READY) == probe[i].ok, "doorbell %u",
		       probe[i].index);
		tap_eq(c_error(e, 0), probe[i].ok ? 0 : FACET_CTX_ERR_DOORBELL, "cause");
		if (!probe[i].ok)
			check_doorbell_error(e, reads);
		env_free(e, "doorbell");
	}
}

static void test_coalescing(void)
{
	struct env *e = env_new();
	unsigned int i;

	ctx_owner(e, 0, ENV_PASID);
	for (i = 0; i < ENV_SLOTS; i++)
		submit(e, 0, desc_nop());
	tap_eq(e->reads, 0, "doorbells fetch nothing themselves");
	env_advance(e, 1000000);
	tap_eq(e->reads, ENV_SLOTS, "each descriptor is fetched once");
	tap_eq(c_read64(e, 0, FACET_CTX_N_DOORBELLS_LO), ENV_SLOTS, "doorbells are counted");
	tap_eq(c_read64(e, 0, FACET_CTX_N_CMDS_LO), ENV_SLOTS, "all are done");
	w_write(e, 0, FACET_WIN_DOORBELL, ENV_SLOTS);
	env_advance(e, 1000000);
	tap_eq(e->reads, ENV_SLOTS, "the same index again fetches nothing");
	env_free(e, "coalescing");
}

/* What the owner does to a slot after the latch has no effect. */
static void test_latch_once(void)
{
	struct env *e = env_new();
	struct facet_comp c;

	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_copy(64));
	submit(e, 0, desc_copy(64));
	env_settle(e);
	memset(e->ram[1] + ENV_SQ(0), 0xff, 2 * FACET_DESC_BYTES);
	env_advance(e, 1000000);
	tap_ok(reap(e, 0, &c) && !c.status, "running command");
	tap_ok(reap(e, 0, &c) && !c.status && le64(c.cookie) == 64, "waiting command");
	env_free(e, "latch");
}

/* STOP finishes what is latched, no more; RESUME goes on, doorbells included. */
static void test_stop_resume(void)
{
	struct env *e = env_new();
	struct facet_comp c;

	ctx_owner(e, 0, ENV_PASID);
	put_desc(e, 0, desc_nop());
	put_desc(e, 0, desc_nop());
	submit(e, 0, desc_nop());
	env_settle(e);
	command(e, STOP);
	tap_eq(c_state(e, 0), FACET_CTX_STOPPING, "two commands keep it in STOPPING");
	submit(e, 0, desc_nop());
	env_advance(e, 1000000);
	tap_eq(c_state(e, 0), FACET_CTX_STOPPED, "STOPPED when they are done");
	tap_eq(c_read(e, 0, FACET_CTX_SQ_HEAD), 2, "nothing new was fetched");
	submit(e, 0, desc_nop());
	command(e, RESUME);
	env_advance(e, 1000000);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 5, "all five after RESUME");
	while (reap(e, 0, &c))
		;
	tap_eq(e->consumer[0], 5, "with completions");
	command(e, STOP);
	w_write(e, 0, FACET_WIN_DOORBELL, 100);
	tap_eq(c_state(e, 0), FACET_CTX_STOPPED, "a bad doorbell in STOPPED is remembered");
	command(e, RESUME);
	tap_eq(c_error(e, 0), FACET_CTX_ERR_DOORBELL, "and found by RESUME");
	env_free(e, "stop");
}

static void test_device_enable(void)
{
	struct env *e = env_new();

	g_write(e, FACET_REG_CTRL, 0);
	ctx_owner(e, 0, ENV_PASID);
	submit(e, 0, desc_nop());
	env_advance(e, 1000000);
	tap_eq(e->reads, 0, "CTRL.ENABLE gates fetching");
	g_write(e, FACET_REG_CTRL, FACET_CTRL_ENABLE);
	env_advance(e, 1000000);
	tap_eq(c_read(e, 0, FACET_CTX_CQ_TAIL), 1, "and lets it go on");
	env_free(e, "device enable");
}

static void test_ring_faults(void)
{
	struct env *e = env_new();

	evlog_on(e, 4, 4);
	ctx_owner(e, 0, ENV_PASID);
	e->hole = (struct env_hole){ ENV_SQ(0), ENV_SQ(0) + 4095, true, true };
	submit(e, 0, desc_nop());
	env_advance(e, 1000000);
	tap_eq(c_read(e, 0, FACET_CTX_STATE), FACET_CTX_ERROR | FACET_CTX_ERR_SQ_FAULT << 8,
	       "descriptor not readable");
	tap_eq(le64(event_at(e, 0, 4).addr), ENV_SQ(0), "address is logged");
	tap_eq(le32(event_at(e, 0, 4).pasid), ENV_PASID, "PASID is logged");
	ctx_owner(e, 1, ENV_PASID2);
	e->hole = (struct env_hole){ ENV_CQ(1), ENV_CQ(1) + 4095, true, true };
	put_desc(e, 1, desc_nop());
	put_desc(e, 1, desc_nop());
	submit(e, 1, desc_nop());
	env_advance(e, 1000000);
	tap_eq(c_read(e, 1, FACET_CTX_STATE), FACET_CTX_ERROR | FACET_CTX_ERR_CQ_FAULT << 8,
	       "completion not writable");
	tap_eq(c_read(e, 1, FACET_CTX_INFLIGHT), 0, "what was latched leaves");
	tap_eq(c_read64(e, 1, FACET_CTX_N_CMDS_LO), 0, "without completions");
	tap_eq(e->irqs[1], 1, "one interrupt tells");
	env_free(e, "ring faults");
}

/* An owner's rings in the interrupt range are refused by the device itself. */
static void test_msi_range_ring(void)
{
	struct env *e = env_new();

	ctx_config(e, 0, false, ENV_PASID);
	c_write64(e, 0, FACET_CTX_SQ_BASE_LO, 0xfee00000);
	tap_eq(try_enable(e), FACET_CTX_READY, "ENABLE knows no address map");
	w_write(e, 0, FACET_WIN_DOORBELL, 1);
	env_settle(e);
	tap_eq(c_error(e, 0), FACET_CTX_ERR_SQ_FAULT, "ring in the interrupt range");
	env_free(e, "MSI range");
}

/* Device resets end everything without completions. */
static void test_device_reset(void)
{
	int pci;

	for (pci = 0; pci < 2; pci++) {
		struct env *e = env_new();
		unsigned int accesses;

		ctx_owner(e, 0, ENV_PASID);
		put_desc(e, 0, desc_copy(65536));
		submit(e, 0, desc_copy(65536));
		env_settle(e);
		accesses = e->reads + e->writes;
		if (pci)
			facet_model_reset(e->m);
		else
			g_write(e, FACET_REG_CTRL, FACET_CTRL_RESET | FACET_CTRL_ENABLE);
		env_advance(e, 20000000);
		tap_eq(e->reads + e->writes, accesses, "no access after a device reset");
		tap_eq(g_read(e, FACET_REG_CTRL), 0, "disabled");
		tap_eq(c_state(e, 0), FACET_CTX_DISABLED, "contexts too");
		tap_eq(c_read(e, 0, FACET_CTX_WEIGHT), 100, "weight is the default");
		tap_eq(c_read64(e, 0, FACET_CTX_N_DOORBELLS_LO), 0, "counters are 0");
		tap_eq(c_read(e, 0, FACET_CTX_INFLIGHT), 0, "nothing in flight");
		env_free(e, "device reset");
	}
}

int main(void)
{
	test_transitions();
	test_reset_everywhere();
	test_reset_discards();
	test_enable_checks();
	test_host_needs_feature();
	test_config_locked();
	test_ring_wrap();
	test_index_wrap();
	test_doorbell_range();
	test_coalescing();
	test_latch_once();
	test_stop_resume();
	test_device_enable();
	test_ring_faults();
	test_msi_range_ring();
	test_device_reset();
	return tap_done();
}
