// SPDX-License-Identifier: GPL-2.0-only
/*
 * The accelerator is gone from one moment to the next, as after a surprise
 * removal: it reads as all ones.  Owners are told, nothing hangs, and all is
 * given back.  This needs a reset of the PCI function afterwards, so it is not
 * in the list: selftests/l1/dead.sh.
 */
#include <sys/eventfd.h>

#include "test.h"

FIXTURE(dead)
{
	struct fct_owner a;
	struct fct_owner b;
	long long pins;
	int err;
};

static int on_error(struct fct_owner *o)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0 || fct_set_irq(o, VFIO_PCI_ERR_IRQ_INDEX, 0, 1, &fd))
		return -EIO;
	return fd;
}

FIXTURE_SETUP(dead)
{
	fct_sweep();
	self->pins = fct_pins();
	ASSERT_EQ(0, fct_start(&self->a, 1));
	ASSERT_EQ(0, fct_start(&self->b, 2));
	self->err = on_error(&self->b);
	ASSERT_LE(0, self->err);
}

FIXTURE_TEARDOWN(dead)
{
	fct_stop(&self->a);
	fct_stop(&self->b);
	fct_sweep();
}

TEST_F(dead, owners_are_told_and_all_is_given_back)
{
	struct fct_owner *a = &self->a, *b = &self->b;
	struct facet_desc d = fct_copy_desc(a, 4096);
	char uuid[FCT_UUID_LEN], state[32];
	int i;

	ASSERT_EQ(0, fct_op_copy(a, 4096, 1));
	for (i = 0; i < 1 << FCT_RING_LOG2; i++)
		fct_queue(a, &d);
	fct_kick(a);
	ASSERT_EQ(0, fct_inject(FACET_INJ_ALL_ONES, FACET_INJ_ANY, 1, 0));
	/* the next that the driver reads tells */
	stat_of(a, "commands");
	EXPECT_EQ(1, fct_event(self->err, FCT_WAIT_MS));
	ASSERT_EQ(0, fct_wait_state(a, FACET_VI_ST_DEAD));
	ASSERT_EQ(0, fct_wait_state(b, FACET_VI_ST_DEAD));
	EXPECT_NE(0, fct_ctl(b, FACET_VI_INTR) & FACET_VI_INTR_ERROR);
	ASSERT_EQ(0, fct_attr_read(a->uuid, "state", state, sizeof(state)));
	EXPECT_STREQ("dead", state);
	/* a doorbell is no crash, a request is refused */
	fct_kick(a);
	EXPECT_EQ(FACET_VI_RES_STATE, fct_rings(b));
	EXPECT_EQ(FACET_VI_RES_STATE,
		  fct_post(a, FACET_VI_POST_CMD_REVOKE, a->iova, FCT_ARENA_BYTES,
			   0, NULL));
	EXPECT_GT(0, fct_device_reset(a));
	EXPECT_GT(0, fct_attr_write(b->uuid, "reset", "1"));
	EXPECT_EQ(FACET_VI_ST_DEAD, fct_ctl(a, FACET_VI_STATE));
	/* no new instances */
	EXPECT_EQ(0, fct_available());
	fct_uuid(3, uuid);
	EXPECT_EQ(-ENODEV, fct_create(uuid));
	EXPECT_FALSE(fct_exists(uuid));
	fct_close(a);
	fct_close(b);
	EXPECT_EQ(self->pins, fct_pins());
	EXPECT_GT(0, fct_open(a, a->uuid));
	EXPECT_EQ(0, fct_remove(a->uuid));
	EXPECT_EQ(0, fct_remove(b->uuid));
	EXPECT_FALSE(fct_exists(a->uuid));
}

TEST_HARNESS_MAIN
