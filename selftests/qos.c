// SPDX-License-Identifier: GPL-2.0-only
/*
 * Knobs of instances: what they take, that they stay, and that they do what they
 * say, on an accelerator that is a model in virtual time.
 */
#include "test.h"

#define DEPTH		63		/* of 64 slots */
#define COPY_BYTES	65536		/* 7 us */
#define COPY_DILATION	"1000"
#define COPY_WINDOW_NS	5000000LL
#define RSA_DILATION	"50"		/* 60 and 300 us */
#define RSA_WINDOW_NS	150000000LL
#define CAP_DILATION	"300"
#define CAP_WINDOW_NS	25000000LL
#define LONG_WINDOW_NS	500000000LL
#define OWNERS		3

FIXTURE(qos)
{
	struct fct_owner o[OWNERS];
	struct share s[OWNERS];
};

FIXTURE_SETUP(qos)
{
	fct_sweep();
	ASSERT_EQ(0, share_parent_write("facet/timing_mode", "model"));
	ASSERT_EQ(0, share_parent_write("facet/dilation", COPY_DILATION));
	ASSERT_EQ(0, share_parent_write("sched/policy", "eevdf"));
}

FIXTURE_TEARDOWN(qos)
{
	int i;

	for (i = 0; i < OWNERS; i++)
		if (self->o[i].uuid[0])
			fct_stop(&self->o[i]);
	fct_sweep();
	share_parent_write("sched/policy", "eevdf");
	share_parent_write("facet/dilation", "1");
	share_parent_write("facet/timing_mode", "host");
}

/* owner @i, which will always want to copy */
static int begin(struct share *s, struct fct_owner *o, int i)
{
	int ret = fct_start(&o[i], i + 1);

	s[i] = (struct share){ .o = &o[i], .class = "busy_sym_ns", .depth = DEPTH };
	if (!ret)
		s[i].d = fct_copy_desc(&o[i], COPY_BYTES);
	return ret;
}

/* owner @i of that type */
static int begin_as(struct share *s, struct fct_owner *o, int i, const char *type)
{
	const char *was = fct_is_shared() ? "facet-shared" : "facet-direct";
	int ret;

	setenv("FACET_TYPE", type, 1);
	ret = begin(s, o, i);
	setenv("FACET_TYPE", was, 1);
	return ret;
}

static int set(struct fct_owner *o, const char *knob, const char *value)
{
	char attr[64];

	snprintf(attr, sizeof(attr), "qos/%s", knob);
	return fct_attr_write(o->uuid, attr, value);
}

static long long get(struct fct_owner *o, const char *knob)
{
	char attr[64];

	snprintf(attr, sizeof(attr), "qos/%s", knob);
	return fct_attr_num(o->uuid, attr);
}

static bool has_reason(struct fct_owner *o)
{
	char buf[256] = "";

	return !fct_attr_read(o->uuid, "qos/reason", buf, sizeof(buf)) && buf[0];
}

/* |share - want| <= 1 point, and nobody was late with its commands */
static bool shares_are(const struct share *s, int n, int which, long want)
{
	long got = share_permille(s, n, which);
	bool ok = labs(got - want) <= 10;
	int i;

	for (i = 0; i < n; i++) {
		if (share_backlogged(&s[i]))
			continue;
		printf("# owner %d had work for %lld of %lld ns\n", i, s[i].backlog_ns,
		       s[i].clock_ns);
		ok = false;
	}
	printf("# owner %d: %ld permille, to be %ld\n", which, got, want);
	return ok;
}

static const struct range {
	const char *knob;
	const char *good[3];
	const char *bad[6];
} ranges[] = {
	{ "weight", { "1", "10000", "250" }, { "0", "10001", "-1", "heavy", "", "99999999999" } },
	{ "rate_max", { "1", "1000", "500" }, { "0", "1001", "-1", "all", "1 2", "4294967297" } },
	{ "rate_min", { "0", "500", "100" }, { "501", "1001", "-1", "some", "5x", "4294967296" } },
	{ "latency_target_us", { "0", "1000000", "9" },
	  { "1000001", "-1", "soon", "2e3", "1 1", "0x" } },
	{ "burst_us", { "0", "1000000", "7" }, { "1000001", "-1", "long", "1e3", "", "0x" } },
};

TEST_F(qos, numbers_have_ranges_and_refusals_have_reasons)
{
	struct fct_owner *o = self->o;
	const struct range *r;
	int i;

	ASSERT_EQ(0, begin(self->s, o, 0));
	for (r = ranges; r < ranges + ARRAY_LEN(ranges); r++) {
		for (i = 0; i < 3; i++) {
			EXPECT_EQ(0, set(o, r->knob, r->good[i])) TH_LOG("%s", r->knob);
			EXPECT_EQ(strtoll(r->good[i], NULL, 0), get(o, r->knob));
			EXPECT_FALSE(has_reason(o));
		}
		for (i = 0; i < 6; i++) {
			/* nothing is written to an attribute by writing nothing */
			if (!r->bad[i][0])
				continue;
			EXPECT_EQ(-EINVAL, set(o, r->knob, r->bad[i]))
				TH_LOG("%s '%s'", r->knob, r->bad[i]);
			EXPECT_EQ(strtoll(r->good[2], NULL, 0), get(o, r->knob));
			EXPECT_TRUE(has_reason(o)) TH_LOG("%s '%s'", r->knob, r->bad[i]);
		}
		EXPECT_EQ(0, set(o, r->knob, r->good[2]));
	}
	EXPECT_EQ(250, fct_attr_num(o->uuid, "weight"));
	EXPECT_EQ(0, fct_attr_write(o->uuid, "weight", "260\n"));
	EXPECT_EQ(260, get(o, "weight"));
}

/* what is promised to one cannot be promised to another */
TEST_F(qos, minima_are_admitted_up_to_everything)
{
	struct fct_owner *o = self->o;

	ASSERT_EQ(0, begin(self->s, o, 0));
	ASSERT_EQ(0, begin(self->s, o, 1));
	EXPECT_EQ(0, set(&o[0], "rate_min", "600"));
	EXPECT_EQ(-ENOSPC, set(&o[1], "rate_min", "401"));
	EXPECT_TRUE(has_reason(&o[1]));
	EXPECT_EQ(0, get(&o[1], "rate_min"));
	EXPECT_EQ(0, set(&o[1], "rate_min", "400"));
	EXPECT_EQ(-EINVAL, set(&o[1], "rate_max", "399"));
	EXPECT_EQ(1000, get(&o[1], "rate_max"));
	ASSERT_EQ(0, fct_stop(&o[0]));
	o[0].uuid[0] = '\0';
	EXPECT_EQ(0, set(&o[1], "rate_min", "1000"));
}

TEST_F(qos, knobs_survive_resets)
{
	struct fct_owner *o = self->o;
	char buf[64];

	ASSERT_EQ(0, begin(self->s, o, 0));
	ASSERT_EQ(0, set(o, "weight", "321"));
	ASSERT_EQ(0, set(o, "rate_min", "50"));
	ASSERT_EQ(0, set(o, "rate_max", "700"));
	ASSERT_EQ(0, set(o, "burst_us", "90"));
	ASSERT_EQ(0, set(o, "latency_target_us", "250"));
	ASSERT_EQ(0, set(o, "group", "web"));
	ASSERT_EQ(0, fct_attr_write(o->uuid, "reset", "1"));
	ASSERT_EQ(0, fct_device_reset(o));
	EXPECT_EQ(321, get(o, "weight"));
	EXPECT_EQ(50, get(o, "rate_min"));
	EXPECT_EQ(700, get(o, "rate_max"));
	EXPECT_EQ(90, get(o, "burst_us"));
	EXPECT_EQ(250, get(o, "latency_target_us"));
	ASSERT_EQ(0, fct_attr_read(o->uuid, "qos/group", buf, sizeof(buf)));
	EXPECT_STREQ("web", buf);
}

static void read_groups(char *buf, size_t len)
{
	char path[FCT_PATH_LEN];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/qos/groups", fct_parent());
	if (fct_read(path, buf, len))
		snprintf(buf, len, "unreadable");
}

TEST_F(qos, a_group_is_there_for_its_members_or_its_weight)
{
	struct fct_owner *o = self->o;
	char buf[4096];

	ASSERT_EQ(0, begin(self->s, o, 0));
	ASSERT_EQ(0, begin(self->s, o, 1));
	EXPECT_EQ(0, set(&o[0], "group", "db.1"));
	EXPECT_EQ(0, set(&o[1], "group", "db.1\n"));
	read_groups(buf, sizeof(buf));
	EXPECT_STREQ("db.1 100 2", buf);
	EXPECT_EQ(0, share_parent_write("qos/groups", "db.1 300"));
	EXPECT_EQ(-EINVAL, share_parent_write("qos/groups", "db.1 10001"));
	EXPECT_EQ(-EINVAL, share_parent_write("qos/groups", "db.1"));
	EXPECT_EQ(0, set(&o[0], "group", "-"));
	EXPECT_EQ(0, set(&o[1], "group", "-"));
	read_groups(buf, sizeof(buf));
	EXPECT_STREQ("db.1 300 0", buf);
	EXPECT_EQ(0, share_parent_write("qos/groups", "db.1 100"));
	read_groups(buf, sizeof(buf));
	EXPECT_STREQ("", buf);
	EXPECT_EQ(-EINVAL, set(&o[0], "group", "a b"));
	EXPECT_TRUE(has_reason(&o[0]));
	EXPECT_EQ(-EINVAL, set(&o[0], "group", "0123456789012345678901234567890123456789"));
}

/* and what the knobs' directory says about it, and what the loop costs */
TEST_F(qos, weights_3_to_1_then_10_to_1_while_both_run)
{
	struct fct_owner *o = self->o;
	struct share *s = self->s;
	long long control, begin_ms;

	ASSERT_EQ(0, begin(s, o, 0));
	ASSERT_EQ(0, begin(s, o, 1));
	ASSERT_EQ(0, set(&o[0], "weight", "300"));
	control = share_parent_num("qos/control_ns");
	begin_ms = fct_now_ms();
	ASSERT_EQ(0, share_window(s, 2, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(self->s, 2, 0, 750));
	EXPECT_EQ(750, get(&o[0], "entitled_permille"));
	EXPECT_EQ(250, get(&o[1], "entitled_permille"));
	EXPECT_GE(40, llabs(get(&o[0], "actual_permille") - 750))
		TH_LOG("%lld permille", get(&o[0], "actual_permille"));
	ASSERT_EQ(0, set(&o[0], "weight", "1000"));
	ASSERT_EQ(0, share_window(s, 2, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(self->s, 2, 0, 909));
	control = share_parent_num("qos/control_ns") - control;
	begin_ms = fct_now_ms() - begin_ms;
	TH_LOG("the loop has cost %lld us in %lld ms", control / 1000, begin_ms);
	EXPECT_LT(0, control);
	EXPECT_GT(begin_ms * 10000, control);
}

/* @policy: what the owner of the longer key gets beside one of equal weight */
static long rsa_share(struct share *s, struct fct_owner *o, const char *policy)
{
	int i, ret;

	ret = share_parent_write("facet/dilation", RSA_DILATION);
	if (!ret)
		ret = share_parent_write("sched/policy", policy);
	for (i = 0; i < 2 && !ret; i++) {
		ret = begin(s, o, i);
		s[i].class = "busy_pk_ns";
	}
	if (ret)
		return ret;
	s[0].d = fct_rsa_desc(&o[0]);
	s[1].d = fct_rsa_1024_desc(&o[1]);
	ret = share_window(s, 2, RSA_WINDOW_NS / 10, RSA_WINDOW_NS);
	return ret ? ret : share_permille(s, 2, 0);
}

TEST_F(qos, eevdf_is_fair_to_short_keys_beside_long_ones)
{
	ASSERT_LT(0, rsa_share(self->s, self->o, "eevdf"));
	EXPECT_TRUE(shares_are(self->s, 2, 0, 500));
}

/* the peer: a command each, five times as dear on one side */
TEST_F(qos, rr_is_not)
{
	ASSERT_LT(0, rsa_share(self->s, self->o, "rr"));
	EXPECT_TRUE(share_backlogged(&self->s[0]));
	EXPECT_TRUE(share_backlogged(&self->s[1]));
	TH_LOG("rr gives the longer key %ld permille", share_permille(self->s, 2, 0));
	EXPECT_LT(750, share_permille(self->s, 2, 0));
}

/* one command at a time, and each takes long: the other must not wait for more */
TEST_F(qos, a_hog_of_depth_one_leaves_the_victim_its_share)
{
	struct share *s = self->s;

	ASSERT_EQ(0, begin(s, self->o, 0));
	ASSERT_EQ(0, begin(s, self->o, 1));
	s[0].d = fct_copy_desc(s[0].o, FCT_BUF_BYTES);
	s[0].depth = 1;
	s[1].d = fct_copy_desc(s[1].o, 16384);
	ASSERT_EQ(0, share_window(s, 2, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(share_backlogged(&s[1]));
	EXPECT_LE(475, share_permille(s, 2, 1));
}

/* permille of the class, by what the device says of its engines */
static double used_permille(const struct share *s, int engines)
{
	return 1000.0 * s->engine_ns / ((double)s->clock_ns * engines);
}

static int engines_sym(void)
{
	char path[FCT_PATH_LEN], buf[128], *at;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/facet/engines", fct_parent());
	if (fct_read(path, buf, sizeof(buf)))
		return -1;
	at = strstr(buf, "sym ");
	return at ? atoi(at + 4) : -1;
}

/*
 * What the victim has of the engines, in permille of what it is entitled to, while
 * owner 0 floods them with @d.  It is entitled to half, and to what the flood, which
 * is made of commands that take next to nothing, leaves of the other half.
 */
static long beside_flood(struct share *s, struct fct_owner *o, struct facet_desc d, int status)
{
	int ret = begin(s, o, 0);

	if (!ret)
		ret = begin(s, o, 1);
	if (ret)
		return ret;
	s[0].d = d;
	s[0].status = status;
	ret = share_window(s, 2, COPY_WINDOW_NS / 10, COPY_WINDOW_NS);
	printf("# %lu of the flood's, %lu of the victim's, which has %ld permille\n", s[0].done,
	       s[1].done, share_permille(s, 2, 1));
	return ret ? ret : 2 * share_permille(s, 2, 1);
}

TEST_F(qos, garbage_does_not_take_the_victims_share)
{
	struct facet_desc d = { .opcode = 63 };

	EXPECT_LE(950, beside_flood(self->s, self->o, d, FACET_ST_BAD_OPCODE));
	EXPECT_TRUE(share_backlogged(&self->s[1]));
}

TEST_F(qos, nops_do_not_take_the_victims_share)
{
	struct facet_desc d = { .opcode = FACET_OP_NOP };

	EXPECT_LE(950, beside_flood(self->s, self->o, d, FACET_ST_OK));
	EXPECT_TRUE(share_backlogged(&self->s[1]));
}

/* from the page, and by the trapped write that wakes who may be asleep */
static void *ring_for_ever(void *arg)
{
	struct share *s = arg;
	struct fct_owner *o = s->o;

	while (!__atomic_load_n(&s->done, __ATOMIC_ACQUIRE)) {
		o->win[FACET_WIN_DOORBELL / 4] = o->prod;
		o->win[FACET_WIN_CQ_EVENT / 4] = o->cons;
		fct_ctl_set(o, FACET_VI_KICK, 1);
	}
	return NULL;
}

TEST_F(qos, doorbells_do_not_take_the_victims_share)
{
	struct share *s = self->s;
	pthread_t flood;

	ASSERT_EQ(0, begin(s, self->o, 0));
	ASSERT_EQ(0, begin(s, self->o, 1));
	ASSERT_EQ(0, pthread_create(&flood, NULL, ring_for_ever, &s[0]));
	ASSERT_EQ(0, share_window(&s[1], 1, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	__atomic_store_n(&s[0].done, 1, __ATOMIC_RELEASE);
	pthread_join(flood, NULL);
	TH_LOG("%.2f permille", used_permille(&s[1], engines_sym()));
	EXPECT_LE(950, used_permille(&s[1], engines_sym()));
	EXPECT_TRUE(share_backlogged(&s[1]));
}

TEST_F(qos, a_cap_holds_on_an_idle_device)
{
	struct share *s = self->s;
	char none[16];
	double used;

	ASSERT_EQ(0, share_parent_write("facet/dilation", CAP_DILATION));
	ASSERT_EQ(0, begin(s, self->o, 0));
	ASSERT_EQ(0, set(s->o, "burst_us", "50"));
	ASSERT_EQ(0, set(s->o, "rate_max", "100"));
	ASSERT_EQ(0, share_window(s, 1, CAP_WINDOW_NS / 10, CAP_WINDOW_NS));
	used = used_permille(s, engines_sym());
	TH_LOG("%.2f permille", used);
	EXPECT_TRUE(used > 98 && used < 102);
	EXPECT_TRUE(share_backlogged(s));
	EXPECT_LT(0, get(s->o, "throttled_us"));
	/* of a burst of 50 us at a tenth of the engines */
	EXPECT_GE(5 * engines_sym(), get(s->o, "cap_remaining"));
	EXPECT_EQ(100, get(s->o, "entitled_permille"));
	ASSERT_EQ(0, set(s->o, "rate_max", "1000"));
	EXPECT_EQ(0, fct_attr_read(s->o->uuid, "qos/cap_remaining", none, sizeof(none)));
	EXPECT_STREQ("none", none);
	ASSERT_EQ(0, share_window(s, 1, 1000000, CAP_WINDOW_NS / 10));
	EXPECT_TRUE(used_permille(s, engines_sym()) > 900);
}

/* weights say 91, the minimum 400; and no more than that */
TEST_F(qos, a_minimum_holds_against_weights)
{
	struct fct_owner *o = self->o;
	struct share *s = self->s;

	ASSERT_EQ(0, begin(s, o, 0));
	ASSERT_EQ(0, begin(s, o, 1));
	ASSERT_EQ(0, set(&o[0], "weight", "10"));
	ASSERT_EQ(0, set(&o[0], "rate_min", "400"));
	ASSERT_EQ(0, share_window(s, 2, COPY_WINDOW_NS / 2, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(self->s, 2, 0, 400));
	/* weights are whole numbers, and are rounded up */
	EXPECT_LE(400, get(&o[0], "entitled_permille"));
	EXPECT_GE(402, get(&o[0], "entitled_permille"));
	EXPECT_EQ(10, get(&o[0], "weight"));
	ASSERT_EQ(0, set(&o[0], "rate_min", "0"));
	ASSERT_EQ(0, share_window(s, 2, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(self->s, 2, 0, 91));
}

/* two in a group are to the third what one is */
TEST_F(qos, a_group_competes_as_one)
{
	struct fct_owner *o = self->o;
	struct share *s = self->s;
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, begin(s, o, i));
	ASSERT_EQ(0, set(&o[1], "group", "pair"));
	ASSERT_EQ(0, set(&o[2], "group", "pair"));
	ASSERT_EQ(0, share_window(s, 3, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(self->s, 3, 0, 500));
	EXPECT_TRUE(shares_are(self->s, 3, 1, 250));
	ASSERT_EQ(0, set(&o[1], "weight", "300"));
	ASSERT_EQ(0, share_parent_write("qos/groups", "pair 300"));
	ASSERT_EQ(0, share_window(s, 3, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(self->s, 3, 0, 250));
	EXPECT_TRUE(shares_are(self->s, 3, 2, 188));
	EXPECT_EQ(250, get(&o[0], "entitled_permille"));
	EXPECT_EQ(0, share_parent_write("qos/groups", "pair 100"));
}

/* one hierarchy: two shared ones weigh as much as two with a context of their own */
TEST_F(qos, direct_and_shared_share_by_weight)
{
	struct fct_owner *o = self->o;
	struct share *s = self->s;

	ASSERT_EQ(0, begin_as(s, o, 0, "facet-direct"));
	ASSERT_EQ(0, begin_as(s, o, 1, "facet-shared"));
	ASSERT_EQ(0, begin_as(s, o, 2, "facet-shared"));
	ASSERT_EQ(0, share_window(s, 3, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(s, 3, 0, 333));
	EXPECT_TRUE(shares_are(s, 3, 1, 333));
	EXPECT_EQ(333, get(&o[0], "entitled_permille"));
	/* the third has nothing to do: the pool weighs less */
	ASSERT_EQ(0, share_window(s, 2, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(s, 2, 0, 500));
	ASSERT_EQ(0, set(&o[1], "weight", "300"));
	ASSERT_EQ(0, share_window(s, 2, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(s, 2, 1, 750));
	ASSERT_EQ(0, set(&o[0], "weight", "3000"));
	ASSERT_EQ(0, share_window(s, 3, COPY_WINDOW_NS / 10, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(s, 3, 0, 882));
}

/* longer than anything that may wait in the device for an engine: 1.6 ms each */
static struct facet_desc long_desc(struct fct_owner *o)
{
	struct facet_comp_param p = { .format = FACET_COMP_RAW, .level = 9 };

	memcpy(o->arena + FCT_PARAM, &p, sizeof(p));
	return (struct facet_desc){
		.opcode = FACET_OP_DEFLATE, .flags = FACET_DF_LAST,
		.src = o->iova + FCT_SRC, .src_len_bytes = 131072,
		.dst = o->iova + FCT_DST, .dst_len_bytes = FCT_BUF_BYTES,
		.param = o->iova + FCT_PARAM, .param_len_bytes = sizeof(p),
	};
}

/* whose next command is already there must not get the engine for that alone */
TEST_F(qos, direct_and_shared_share_long_commands)
{
	struct share *s = self->s;
	int i;

	ASSERT_EQ(0, share_parent_write("facet/dilation", "10"));
	ASSERT_EQ(0, begin_as(s, self->o, 0, "facet-direct"));
	ASSERT_EQ(0, begin_as(s, self->o, 1, "facet-shared"));
	for (i = 0; i < 2; i++) {
		s[i].d = long_desc(&self->o[i]);
		s[i].class = "busy_comp_ns";
	}
	ASSERT_EQ(0, share_window(s, 2, LONG_WINDOW_NS / 4, LONG_WINDOW_NS));
	EXPECT_TRUE(shares_are(s, 2, 1, 500));
}

/* the group is one, whatever its members are */
TEST_F(qos, a_group_has_members_of_both_types)
{
	struct fct_owner *o = self->o;
	struct share *s = self->s;

	ASSERT_EQ(0, begin_as(s, o, 0, "facet-direct"));
	ASSERT_EQ(0, begin_as(s, o, 1, "facet-direct"));
	ASSERT_EQ(0, begin_as(s, o, 2, "facet-shared"));
	ASSERT_EQ(0, set(&o[1], "group", "both"));
	ASSERT_EQ(0, set(&o[2], "group", "both"));
	ASSERT_EQ(0, set(&o[2], "weight", "300"));
	/* who works is found out in a period of the loop: 250 us of the device's */
	ASSERT_EQ(0, share_window(s, 3, COPY_WINDOW_NS / 2, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(s, 3, 0, 500));
	EXPECT_TRUE(shares_are(s, 3, 1, 125));
	EXPECT_TRUE(shares_are(s, 3, 2, 375));
	EXPECT_EQ(500, get(&o[0], "entitled_permille"));
	EXPECT_EQ(375, get(&o[2], "entitled_permille"));
	/* and the two that remain after one has left it */
	ASSERT_EQ(0, set(&o[1], "group", "-"));
	ASSERT_EQ(0, share_window(s, 3, COPY_WINDOW_NS / 2, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(s, 3, 1, 333));
	EXPECT_TRUE(shares_are(s, 3, 2, 333));
}

/* promised is promised, against one with a context of its own */
TEST_F(qos, a_shared_one_has_its_minimum_too)
{
	struct fct_owner *o = self->o;
	struct share *s = self->s;

	ASSERT_EQ(0, begin_as(s, o, 0, "facet-shared"));
	ASSERT_EQ(0, begin_as(s, o, 1, "facet-direct"));
	ASSERT_EQ(0, set(&o[0], "weight", "10"));
	ASSERT_EQ(0, set(&o[0], "rate_min", "400"));
	EXPECT_EQ(-ENOSPC, set(&o[1], "rate_min", "601"));
	ASSERT_EQ(0, share_window(s, 2, COPY_WINDOW_NS / 2, COPY_WINDOW_NS));
	EXPECT_TRUE(shares_are(s, 2, 0, 400));
}

TEST_HARNESS_MAIN
