// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: one where one is due, none where none is.
 */
#include "test.h"
#include <sys/eventfd.h>

FIXTURE(irq)
{
	struct fct_owner o;
};

FIXTURE_SETUP(irq)
{
	fct_sweep();
	ASSERT_EQ(0, fct_start(&self->o, 1));
}

FIXTURE_TEARDOWN(irq)
{
	fct_stop(&self->o);
	fct_sweep();
}

static void queue_copies(struct fct_owner *o, unsigned int n)
{
	struct facet_desc d = fct_copy_desc(o, 256);

	while (n--)
		fct_queue(o, &d);
	fct_kick(o);
}

/* consume @n completions by polling; how many were good */
static int spin(struct fct_owner *o, unsigned int n)
{
	struct facet_comp c;
	int good = 0;

	while (n-- && !fct_spin(o, &c))
		good += c.status == FACET_ST_OK;
	return good;
}

static void arm(struct fct_owner *o, __u32 event)
{
	o->win[FACET_WIN_CQ_EVENT / 4] = event;
}

static int comp_fd(struct fct_owner *o)
{
	return o->irq[FACET_VI_VEC_COMP];
}

/* consume the first interrupt, which the event index 0 of a new ring causes */
static int first_interrupt(struct fct_owner *o)
{
	queue_copies(o, 1);
	if (spin(o, 1) != 1)
		return -EIO;
	return fct_event(comp_fd(o), FCT_WAIT_MS) == 1 ? 0 : -EIO;
}

TEST_F(irq, first_completion_interrupts_once)
{
	struct fct_owner *o = &self->o;

	queue_copies(o, 1);
	EXPECT_EQ(1, fct_event(comp_fd(o), FCT_WAIT_MS));
	EXPECT_EQ(1, spin(o, 1));
	EXPECT_EQ(0, fct_event_now(comp_fd(o)));
	EXPECT_EQ(1, stat_of(o, "irqs"));
}

TEST_F(irq, each_armed_command_interrupts)
{
	struct fct_owner *o = &self->o;
	int i;

	for (i = 0; i < 100; i++) {
		arm(o, o->cons);
		queue_copies(o, 1);
		ASSERT_EQ(1, fct_event(comp_fd(o), FCT_WAIT_MS))
			TH_LOG("command %d", i);
		ASSERT_EQ(1, spin(o, 1));
	}
	EXPECT_EQ(100, stat_of(o, "irqs"));
}

/* The interrupt armed afterwards comes after all that would have been before. */
TEST_F(irq, polling_owner_is_not_interrupted)
{
	struct fct_owner *o = &self->o;
	int i;

	ASSERT_EQ(0, first_interrupt(o));
	for (i = 0; i < 100; i++) {
		queue_copies(o, 1);
		ASSERT_EQ(1, spin(o, 1));
	}
	EXPECT_EQ(1, stat_of(o, "irqs"));
	arm(o, o->cons);
	queue_copies(o, 1);
	EXPECT_EQ(1, fct_event(comp_fd(o), FCT_WAIT_MS));
	EXPECT_EQ(1, spin(o, 1));
}

TEST_F(irq, index_ahead_interrupts_when_it_is_passed)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, first_interrupt(o));
	arm(o, o->cons + 4);
	queue_copies(o, 4);
	EXPECT_EQ(4, spin(o, 4));
	EXPECT_EQ(1, stat_of(o, "irqs"));
	queue_copies(o, 1);
	EXPECT_EQ(1, fct_event(comp_fd(o), FCT_WAIT_MS));
	EXPECT_EQ(1, spin(o, 1));
	EXPECT_EQ(2, stat_of(o, "irqs"));
}

/* Without it, a completion between the last look and arming would be lost. */
TEST_F(irq, index_already_passed_interrupts_at_once)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, first_interrupt(o));
	queue_copies(o, 3);
	EXPECT_EQ(3, spin(o, 3));
	EXPECT_EQ(0, fct_event_now(comp_fd(o)));
	arm(o, o->cons - 1);
	EXPECT_EQ(1, fct_event(comp_fd(o), FCT_WAIT_MS));
	/* not passed: nothing is owed */
	arm(o, o->cons);
	queue_copies(o, 1);
	EXPECT_EQ(1, fct_event(comp_fd(o), FCT_WAIT_MS));
	EXPECT_EQ(3, stat_of(o, "irqs"));
}

static int rings_with_moderation(struct fct_owner *o, __u32 moderation)
{
	int ret;

	ret = fct_ring_cmd(o, 0, 0, 0, FACET_VI_RING_CMD_DISABLE);
	if (ret)
		return ret;
	fct_ctl_set(o, FACET_VI_MODERATION, moderation);
	return fct_rings(o);
}

TEST_F(irq, moderation_by_count_waits_for_that_many)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, rings_with_moderation(o, 4));
	queue_copies(o, 3);
	EXPECT_EQ(3, spin(o, 3));
	EXPECT_EQ(0, stat_of(o, "irqs"));
	queue_copies(o, 1);
	EXPECT_EQ(1, fct_event(comp_fd(o), FCT_WAIT_MS));
	EXPECT_EQ(1, spin(o, 1));
}

TEST_F(irq, moderation_by_time_delivers_after_it)
{
	struct fct_owner *o = &self->o;
	struct facet_comp c;
	__u64 now;

	ASSERT_EQ(0, rings_with_moderation(o, 50000U << 16 | 32));
	queue_copies(o, 1);
	ASSERT_EQ(0, fct_spin(o, &c));
	EXPECT_EQ(1, fct_event(comp_fd(o), FCT_WAIT_MS));
	now = fct_ctl64(o, FACET_VI_CLOCK_LO);
	EXPECT_LE(c.stop_ns + 50000000ULL, now);
}

/* struct vfio_irq_set by hand, for what the library would never ask */
static int raw_set_irqs(struct fct_owner *o, __u32 flags, __u32 index,
			__u32 start, __u32 count, size_t data)
{
	__s32 buf[sizeof(struct vfio_irq_set) / 4 + 16] = { 0 };
	struct vfio_irq_set *set = (void *)buf;
	unsigned int i;

	set->argsz = sizeof(*set) + data;
	set->flags = flags;
	set->index = index;
	set->start = start;
	set->count = count;
	for (i = 0; i < 8; i++)
		((__s32 *)set->data)[i] = o->irq[0];
	return ioctl(o->device, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
}

#define EVENTFD	(VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD)

TEST_F(irq, wrong_requests_are_refused_and_change_nothing)
{
	struct fct_owner *o = &self->o;
	int i = VFIO_PCI_MSIX_IRQ_INDEX;

	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD, i, 0, 3, 12));
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD, i, 2, 1, 4));
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD, i, ~0U, 1, 4));
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD, i, 1, ~0U, 4));
	/* too little data, two kinds of data, two actions, no action */
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD, i, 0, 2, 4));
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD | VFIO_IRQ_SET_DATA_BOOL, i,
					0, 1, 4));
	EXPECT_EQ(-ENOTTY, raw_set_irqs(o, EVENTFD | VFIO_IRQ_SET_ACTION_MASK,
					i, 0, 1, 4));
	EXPECT_EQ(-ENOTTY, raw_set_irqs(o, VFIO_IRQ_SET_DATA_EVENTFD, i, 0, 1,
					4));
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD | 0x80000000, i, 0, 1, 4));
	/* kinds of interrupt that it does not have */
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD, VFIO_PCI_INTX_IRQ_INDEX, 0,
					1, 4));
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD, VFIO_PCI_MSI_IRQ_INDEX, 0,
					1, 4));
	EXPECT_EQ(-EINVAL, raw_set_irqs(o, EVENTFD, VFIO_PCI_NUM_IRQS, 0, 1,
					4));
	EXPECT_EQ(0, fct_op_copy(o, 4096, 1));
}

TEST_F(irq, what_is_no_eventfd_is_refused)
{
	struct fct_owner *o = &self->o;
	int bad = 9999, file = STDOUT_FILENO;

	EXPECT_EQ(-EBADF, fct_set_irq(o, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &bad));
	EXPECT_EQ(-EINVAL, fct_set_irq(o, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &file));
}

/* A refused list must not leave half of it behind. */
TEST_F(irq, list_with_one_bad_eventfd_is_refused_whole)
{
	struct fct_owner *o = &self->o;
	int fds[2] = { eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), 9999 };

	EXPECT_EQ(-EBADF, fct_set_irq(o, VFIO_PCI_MSIX_IRQ_INDEX, 0, 2, fds));
	queue_copies(o, 1);
	EXPECT_EQ(1, spin(o, 1));
	EXPECT_EQ(0, fct_event_now(fds[0]));
	close(fds[0]);
}

TEST_F(irq, without_an_eventfd_commands_still_complete)
{
	struct fct_owner *o = &self->o;

	ASSERT_EQ(0, fct_set_irq(o, VFIO_PCI_MSIX_IRQ_INDEX, 0, 0, NULL));
	queue_copies(o, 1);
	EXPECT_EQ(1, spin(o, 1));
	EXPECT_EQ(0, fct_event_now(comp_fd(o)));
	ASSERT_EQ(0, fct_set_irq(o, VFIO_PCI_MSIX_IRQ_INDEX, 0,
				 FACET_VI_NR_VECTORS, o->irq));
	EXPECT_EQ(0, fct_op_copy(o, 4096, 1));
}

TEST_F(irq, a_replaced_eventfd_hears_nothing_more)
{
	struct fct_owner *o = &self->o;
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fct_set_irq(o, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &fd));
	queue_copies(o, 1);
	EXPECT_EQ(1, fct_event(fd, FCT_WAIT_MS));
	EXPECT_EQ(1, spin(o, 1));
	EXPECT_EQ(0, fct_event_now(comp_fd(o)));
	close(fd);
}

TEST_F(irq, operator_reset_comes_with_the_control_vector)
{
	struct fct_owner *o = &self->o;

	fct_event_now(o->irq[FACET_VI_VEC_CTL]);
	fct_ctl(o, FACET_VI_INTR);
	ASSERT_EQ(0, fct_attr_write(o->uuid, "reset", "1"));
	EXPECT_LT(0, fct_event(o->irq[FACET_VI_VEC_CTL], FCT_WAIT_MS));
	EXPECT_EQ(FACET_VI_INTR_RESET, fct_ctl(o, FACET_VI_INTR));
	/* reading has cleared it */
	EXPECT_EQ(0, fct_ctl(o, FACET_VI_INTR));
	EXPECT_EQ(0, fct_event_now(comp_fd(o)));
}

TEST_F(irq, neighbour_hears_nothing)
{
	struct fct_owner *o = &self->o, b;

	ASSERT_EQ(0, fct_start(&b, 2));
	fct_event_now(b.irq[FACET_VI_VEC_CTL]);
	ASSERT_EQ(0, first_interrupt(o));
	ASSERT_EQ(0, fct_attr_write(o->uuid, "reset", "1"));
	EXPECT_EQ(0, fct_event_now(b.irq[FACET_VI_VEC_COMP]));
	EXPECT_EQ(0, fct_event_now(b.irq[FACET_VI_VEC_CTL]));
	EXPECT_EQ(0, stat_of(&b, "irqs"));
	EXPECT_EQ(0, fct_stop(&b));
}

TEST_HARNESS_MAIN
