// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances through sysfs: made, counted, refused, taken away.
 */
#include "test.h"

#define MANY	64

FIXTURE(lifecycle)
{
	char uuid[FCT_UUID_LEN];
	long available;
};

FIXTURE_SETUP(lifecycle)
{
	fct_sweep();
	fct_uuid(1, self->uuid);
	self->available = fct_available();
	ASSERT_LE(MANY, self->available);
}

FIXTURE_TEARDOWN(lifecycle)
{
	fct_sweep();
}

TEST_F(lifecycle, type_describes_itself)
{
	char buf[512];

	ASSERT_EQ(0, fct_type_read("device_api", buf, sizeof(buf)));
	EXPECT_STREQ("vfio-pci", buf);
	ASSERT_EQ(0, fct_type_read("name", buf, sizeof(buf)));
	EXPECT_LT(0, strlen(buf));
	ASSERT_EQ(0, fct_type_read("description", buf, sizeof(buf)));
	EXPECT_LT(0, strlen(buf));
}

TEST_F(lifecycle, create_and_remove)
{
	ASSERT_FALSE(fct_exists(self->uuid));
	ASSERT_EQ(0, fct_create(self->uuid));
	EXPECT_TRUE(fct_exists(self->uuid));
	ASSERT_EQ(0, fct_remove(self->uuid));
	EXPECT_FALSE(fct_exists(self->uuid));
}

TEST_F(lifecycle, available_instances_is_live)
{
	ASSERT_EQ(0, fct_create(self->uuid));
	EXPECT_EQ(self->available - 1, fct_available());
	ASSERT_EQ(0, fct_remove(self->uuid));
	EXPECT_EQ(self->available, fct_available());
}

TEST_F(lifecycle, same_uuid_again_is_EEXIST)
{
	long long pasid;

	ASSERT_EQ(0, fct_create(self->uuid));
	pasid = fct_attr_num(self->uuid, "pasid");
	EXPECT_EQ(-EEXIST, fct_create(self->uuid));
	/* and the one that is there has not noticed */
	EXPECT_EQ(pasid, fct_attr_num(self->uuid, "pasid"));
	EXPECT_EQ(self->available - 1, fct_available());
}

TEST_F(lifecycle, what_is_no_uuid_is_EINVAL)
{
	static const char * const bad[] = {
		"x", "no-uuid-at-all", "fa570000-0000-4000-8000-00000000000",
		"fa570000-0000-4000-8000-00000000000100",
		"fa570000-0000-4000-8000-00000000000g",
		"fa570000+0000-4000-8000-000000000001",
		"fa5700000000-4000-8000-0000-00000001",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT_EQ(-EINVAL, fct_create(bad[i])) TH_LOG("%s", bad[i]);
	EXPECT_EQ(self->available, fct_available());
}

TEST_F(lifecycle, attributes_of_a_new_instance)
{
	static const char * const zero[] = {
		"stats/commands", "stats/errors", "stats/bytes_in",
		"stats/bytes_out", "stats/busy_ns", "stats/doorbells",
		"stats/irqs", "stats/aborted", "stats/resets", "stats/faults",
		"stats/control_accesses", "stats/backlog_ns", "stats/wait_ns",
		"stats/pinned_bytes", "stats/windows",
	};
	char buf[256];
	unsigned int i;

	ASSERT_EQ(0, fct_create(self->uuid));
	EXPECT_LT(0, fct_attr_num(self->uuid, "pasid"));
	EXPECT_LE(0, fct_attr_num(self->uuid, "context"));
	EXPECT_EQ(100, fct_attr_num(self->uuid, "weight"));
	EXPECT_LT(0, fct_attr_num(self->uuid, "quota_windows"));
	EXPECT_LT(0, fct_attr_num(self->uuid, "quota_bytes"));
	EXPECT_LT(0, fct_attr_num(self->uuid, "quota_posts"));
	ASSERT_EQ(0, fct_attr_read(self->uuid, "pasid_mode", buf, sizeof(buf)));
	EXPECT_STREQ("paging", buf);
	ASSERT_EQ(0, fct_attr_read(self->uuid, "pasid_reason", buf,
				   sizeof(buf)));
	EXPECT_STREQ("", buf);
	ASSERT_EQ(0, fct_attr_read(self->uuid, "state", buf, sizeof(buf)));
	EXPECT_STREQ("idle", buf);
	ASSERT_EQ(0, fct_attr_read(self->uuid, "last_fault", buf, sizeof(buf)));
	EXPECT_STREQ("none", buf);
	for (i = 0; i < ARRAY_LEN(zero); i++)
		EXPECT_EQ(0, fct_attr_num(self->uuid, zero[i]))
			TH_LOG("%s", zero[i]);
}

TEST_F(lifecycle, weight_has_bounds)
{
	ASSERT_EQ(0, fct_create(self->uuid));
	EXPECT_EQ(0, fct_attr_write(self->uuid, "weight", "10000"));
	EXPECT_EQ(10000, fct_attr_num(self->uuid, "weight"));
	EXPECT_GT(0, fct_attr_write(self->uuid, "weight", "10001"));
	EXPECT_GT(0, fct_attr_write(self->uuid, "weight", "0"));
	EXPECT_GT(0, fct_attr_write(self->uuid, "weight", "-1"));
	EXPECT_GT(0, fct_attr_write(self->uuid, "weight", "heavy"));
	EXPECT_EQ(10000, fct_attr_num(self->uuid, "weight"));
}

/* Each has a PASID and a queue context of its own, and there is a last one. */
TEST_F(lifecycle, as_many_as_available_then_ENOSPC)
{
	long long pasid[4096], context[4096];
	char uuid[FCT_UUID_LEN];
	long i, j;

	ASSERT_GE(4096, self->available);
	for (i = 0; i < self->available; i++) {
		fct_uuid(i + 1, uuid);
		ASSERT_EQ(0, fct_create(uuid)) TH_LOG("instance %ld", i);
		pasid[i] = fct_attr_num(uuid, "pasid");
		context[i] = fct_attr_num(uuid, "context");
		ASSERT_LT(0, pasid[i]);
		for (j = 0; j < i; j++) {
			ASSERT_NE(pasid[i], pasid[j]);
			ASSERT_NE(context[i], context[j]);
		}
	}
	EXPECT_EQ(0, fct_available());
	fct_uuid(i + 1, uuid);
	EXPECT_EQ(-ENOSPC, fct_create(uuid));
	EXPECT_FALSE(fct_exists(uuid));
	/* one goes, one can come */
	ASSERT_EQ(0, fct_remove(self->uuid));
	EXPECT_EQ(0, fct_create(uuid));
	ASSERT_EQ(0, fct_remove(uuid));
	for (i = 1; i < self->available; i++) {
		fct_uuid(i + 1, uuid);
		EXPECT_EQ(0, fct_remove(uuid));
	}
	EXPECT_EQ(self->available, fct_available());
}

/* Not only made but all at work, with rings and data at the same IOVA. */
TEST_F(lifecycle, sixty_four_work_at_once)
{
	static struct fct_owner o[MANY];
	struct facet_comp c;
	struct facet_desc d;
	int i;

	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(0, fct_start(&o[i], i + 1)) TH_LOG("owner %d", i);
		fct_fill(o[i].arena + FCT_SRC, 4096, i);
	}
	for (i = 0; i < MANY; i++) {
		d = fct_copy_desc(&o[i], 4096);
		fct_queue(&o[i], &d);
		fct_kick(&o[i]);
	}
	for (i = 0; i < MANY; i++) {
		ASSERT_EQ(0, fct_wait(&o[i], &c)) TH_LOG("owner %d", i);
		EXPECT_EQ(FACET_ST_OK, c.status);
		EXPECT_EQ(0, memcmp(o[i].arena + FCT_SRC, o[i].arena + FCT_DST,
				    4096));
		EXPECT_EQ(1, stat_of(&o[i], "commands"));
	}
	for (i = 0; i < MANY; i++)
		EXPECT_EQ(0, fct_stop(&o[i]));
	EXPECT_EQ(self->available, fct_available());
}

/* Counters belong to the instance, not to the queue context it was given. */
TEST_F(lifecycle, next_instance_begins_at_zero)
{
	long long context, pins = fct_pins();
	struct fct_owner o;

	ASSERT_EQ(0, fct_start(&o, 1));
	context = fct_attr_num(o.uuid, "context");
	ASSERT_EQ(0, fct_op_copy(&o, 4096, 1));
	EXPECT_EQ(1, stat_of(&o, "commands"));
	EXPECT_EQ(4096, stat_of(&o, "bytes_in"));
	EXPECT_EQ(4096, stat_of(&o, "bytes_out"));
	ASSERT_EQ(0, fct_stop(&o));
	ASSERT_EQ(0, fct_create(self->uuid));
	EXPECT_EQ(context, fct_attr_num(self->uuid, "context"));
	EXPECT_EQ(0, fct_attr_num(self->uuid, "stats/commands"));
	EXPECT_EQ(0, fct_attr_num(self->uuid, "stats/bytes_in"));
	EXPECT_EQ(0, fct_attr_num(self->uuid, "stats/pinned_bytes"));
	EXPECT_EQ(pins, fct_pins());
}

#define STORM_THREADS	4
#define STORM_ROUNDS	50

struct storm {
	unsigned int n;
	bool same;
	int created;
	int bad;
};

/*
 * Only who has created an instance removes it.  A removal that comes before
 * the creation has returned is a race that the kernel's mdev core loses: it
 * takes the attribute "remove" away, answers -EAGAIN, and keeps the device.
 */
static void *storm_run(void *arg)
{
	struct storm *s = arg;
	char uuid[FCT_UUID_LEN];
	int ret;

	fct_uuid(s->same ? 1 : s->n + 1, uuid);
	while (s->created < STORM_ROUNDS && !s->bad) {
		ret = fct_create(uuid);
		if (s->same && ret == -EEXIST)
			continue;
		if (!ret) {
			s->created++;
			ret = fct_remove(uuid);
		}
		s->bad = ret;
	}
	return NULL;
}

static int storm(struct storm *s, bool same)
{
	pthread_t thread[STORM_THREADS];
	int i, created = 0;

	for (i = 0; i < STORM_THREADS; i++) {
		s[i] = (struct storm){ .n = i, .same = same };
		pthread_create(&thread[i], NULL, storm_run, &s[i]);
	}
	for (i = 0; i < STORM_THREADS; i++) {
		pthread_join(thread[i], NULL);
		created += s[i].created;
	}
	return created;
}

TEST_F(lifecycle, storm_of_different_uuids_never_fails)
{
	struct storm s[STORM_THREADS];
	int i;

	EXPECT_EQ(STORM_THREADS * STORM_ROUNDS, storm(s, false));
	for (i = 0; i < STORM_THREADS; i++)
		EXPECT_EQ(0, s[i].bad);
	EXPECT_EQ(self->available, fct_available());
}

TEST_F(lifecycle, storm_of_one_uuid_stays_consistent)
{
	struct storm s[STORM_THREADS];
	int i;

	EXPECT_EQ(STORM_THREADS * STORM_ROUNDS, storm(s, true));
	for (i = 0; i < STORM_THREADS; i++)
		EXPECT_EQ(0, s[i].bad);
	EXPECT_EQ(self->available, fct_available());
	EXPECT_EQ(0, fct_create(self->uuid));
}

struct removal {
	const char *uuid;
	bool over;
	int ret;
};

static void *removal_run(void *arg)
{
	struct removal *r = arg;

	r->ret = fct_remove(r->uuid);
	__atomic_store_n(&r->over, true, __ATOMIC_RELEASE);
	return NULL;
}

/* The owner is asked, goes on working until it lets go, and then it happens. */
TEST_F(lifecycle, remove_in_use_asks_the_owner_and_waits)
{
	struct removal r = { .uuid = self->uuid };
	struct fct_owner o;
	pthread_t thread;

	ASSERT_EQ(0, fct_start(&o, 1));
	ASSERT_EQ(0, pthread_create(&thread, NULL, removal_run, &r));
	EXPECT_LT(0, fct_event(o.req, FCT_WAIT_MS));
	EXPECT_EQ(0, fct_op_copy(&o, 4096, 1));
	EXPECT_FALSE(__atomic_load_n(&r.over, __ATOMIC_ACQUIRE));
	fct_close(&o);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, r.ret);
	EXPECT_FALSE(fct_exists(self->uuid));
	EXPECT_EQ(self->available, fct_available());
}

TEST_F(lifecycle, a_second_owner_is_refused)
{
	struct fct_owner a, b;

	ASSERT_EQ(0, fct_start(&a, 1));
	EXPECT_GT(0, fct_open(&b, self->uuid));
	EXPECT_EQ(0, fct_op_copy(&a, 4096, 1));
	EXPECT_EQ(0, fct_stop(&a));
}

TEST_F(lifecycle, opened_and_closed_fifty_times)
{
	long long pins = fct_pins();
	struct fct_owner o;
	int i;

	ASSERT_EQ(0, fct_create(self->uuid));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, fct_open(&o, self->uuid)) TH_LOG("round %d", i);
		ASSERT_EQ(0, fct_irqs_on(&o));
		ASSERT_EQ(0, fct_map_window(&o));
		ASSERT_EQ(0, fct_attach(&o, FCT_IOVA));
		ASSERT_EQ(0, fct_op_copy(&o, 512, i)) TH_LOG("round %d", i);
		fct_close(&o);
	}
	EXPECT_EQ(pins, fct_pins());
}

TEST_HARNESS_MAIN
