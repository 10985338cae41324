// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at random: instances of both types made and removed, owners that come,
 * go and are killed, resets from all sides, settings, hung engines, the driver
 * bound anew; while a neighbour verifies its stream.
 *
 * FACET_SEED replays a run (its steps, though not what the kernel makes of two at
 * the same time), FACET_STEPS makes it longer.
 */
#include <signal.h>
#include <sys/random.h>

#include "test.h"

#define STEPS		1500
#define SLOTS		5
#define VICTIM		100	/* number in its UUID */
#define HISTORY		16
#define DRIVER		"/sys/bus/pci/drivers/facet/"

/**
 * struct slot - a place for an instance
 * @uuid: its name
 * @exists: it has been made
 * @shared: its type
 * @stopped: by the operator
 * @hung: a command of it hangs on an engine
 * @owner: who has it open; no process without
 */
struct slot {
	char uuid[FCT_UUID_LEN];
	bool exists;
	bool shared;
	bool stopped;
	bool hung;
	struct puppet owner;
};

FIXTURE(stress)
{
	struct slot slot[SLOTS];
	struct fct_owner victim;
	struct stream stream;
	bool streaming;
	unsigned long verified;
	char parent[256];
	long long pins;
	long available;
	__u64 seed;
	__u64 random;
	unsigned int steps;
	char history[HISTORY][96];
};

typedef struct _test_data_stress stress;

static __u32 draw(stress *s, __u32 below)
{
	s->random = s->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (s->random >> 33) % below;
}

static __u64 number(const char *name, __u64 otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static int victim_begins(stress *s)
{
	int ret = fct_start(&s->victim, VICTIM);

	if (!ret)
		ret = stream_start(&s->stream, &s->victim);
	s->streaming = !ret;
	return ret;
}

/* Nothing of it was lost, and nothing failed. */
static int victim_ends(stress *s)
{
	int ret = stream_stop(&s->stream);

	s->streaming = false;
	s->verified += s->stream.done;
	if (!ret && stat_of(&s->victim, "commands") != (long long)s->stream.done)
		ret = -EBADMSG;
	if (!ret && stat_of(&s->victim, "aborted"))
		ret = -EBADMSG;
	return fct_stop(&s->victim) ?: ret;
}

FIXTURE_SETUP(stress)
{
	int i;

	signal(SIGPIPE, SIG_IGN);
	if (getrandom(&self->seed, 4, 0) != 4)
		self->seed = 1;
	self->seed = number("FACET_SEED", self->seed);
	self->steps = number("FACET_STEPS", STEPS);
	self->random = self->seed;
	snprintf(self->parent, sizeof(self->parent), "%s", fct_parent());
	fct_sweep();
	self->pins = fct_pins();
	self->available = fct_available();
	for (i = 0; i < SLOTS; i++)
		fct_uuid(i + 1, self->slot[i].uuid);
	ASSERT_EQ(0, victim_begins(self));
}

static void set_type(bool shared)
{
	if (shared)
		setenv("FACET_TYPE", "facet-shared", 1);
	else
		unsetenv("FACET_TYPE");
}

static void end_all(stress *s)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		if (s->slot[i].owner.pid)
			puppet_kill(&s->slot[i].owner);
	set_type(false);
	fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0);
	fct_sweep();
}

FIXTURE_TEARDOWN(stress)
{
	if (self->streaming)
		victim_ends(self);
	end_all(self);
}

/* -- what may happen to a slot -- */

static bool absent(stress *s, struct slot *t)
{
	return !t->exists;
}

static bool idle(stress *s, struct slot *t)
{
	return t->exists && !t->owner.pid && !t->stopped;
}

static bool there(stress *s, struct slot *t)
{
	return t->exists;
}

static bool owned(stress *s, struct slot *t)
{
	return t->owner.pid;
}

static bool running(stress *s, struct slot *t)
{
	return t->owner.pid && !t->stopped && !t->hung;
}

/* Stopping waits for what runs, which a hung command does for long. */
static bool may_stop(stress *s, struct slot *t)
{
	return t->exists && !t->hung;
}

/* One engine of two may hang: the victim needs the other. */
static bool may_hang(stress *s, struct slot *t)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		if (s->slot[i].hung)
			return false;
	return running(s, t) && !t->shared;
}

static bool always(stress *s, struct slot *t)
{
	return true;
}

static int fresh(struct slot *t, int ret)
{
	t->stopped = false;
	if (t->hung)
		ret = fct_inject(FACET_INJ_NONE, FACET_INJ_ANY, 0, 0) ?: ret;
	t->hung = false;
	return ret;
}

static int make(stress *s, struct slot *t)
{
	int ret;

	t->shared = draw(s, 2);
	set_type(t->shared);
	ret = fct_create(t->uuid);
	set_type(false);
	t->exists = !ret;
	return ret;
}

static int take_away(stress *s, struct slot *t)
{
	int ret = fct_remove(t->uuid);

	t->exists = false;
	if (t->owner.pid)
		ret = puppet_end(&t->owner) ?: ret;
	return fresh(t, ret);
}

static int open_it(stress *s, struct slot *t)
{
	return fresh(t, puppet_start(&t->owner, t->uuid, draw(s, 1 << 30)));
}

static int close_it(stress *s, struct slot *t)
{
	return fresh(t, puppet_end(&t->owner));
}

static int kill_owner(stress *s, struct slot *t)
{
	return fresh(t, puppet_kill(&t->owner));
}

static int work(stress *s, struct slot *t)
{
	return puppet_do(&t->owner, PUPPET_WORK);
}

static int burst(stress *s, struct slot *t)
{
	return puppet_do(&t->owner, PUPPET_BURST);
}

static int hang(stress *s, struct slot *t)
{
	t->hung = true;
	return puppet_do(&t->owner, PUPPET_HANG);
}

static int owner_resets(stress *s, struct slot *t)
{
	return fresh(t, puppet_do(&t->owner, PUPPET_RESET_VFIO + draw(s, 3)));
}

static int operator_resets(stress *s, struct slot *t)
{
	return fresh(t, fct_attr_write(t->uuid, "reset", "1"));
}

static int stop(stress *s, struct slot *t)
{
	int ret = fct_attr_write(t->uuid, "state", "stop");

	t->stopped = true;
	/* it was stopped already; or had an error, of which the owner will hear */
	return ret == -EBUSY ? 0 : ret;
}

static int set(stress *s, struct slot *t)
{
	static const struct {
		const char *attr;
		__u32 least, most;
	} knob[] = {
		{ "weight", 1, 10000 },
		{ "quota_windows", 8, 1024 },
		{ "quota_posts", 8, 64 },
		/* the last two are of direct instances */
		{ "qos/rate_max", 500, 1000 },
		{ "qos/burst_us", 0, 1000 },
	};
	unsigned int i = draw(s, ARRAY_LEN(knob) - 2 * t->shared);
	char text[32];

	snprintf(text, sizeof(text), "%u", knob[i].least +
		 draw(s, knob[i].most - knob[i].least + 1));
	return fct_attr_write(t->uuid, knob[i].attr, text);
}

static void *reset_thrice(void *arg)
{
	struct slot *t = arg;
	int i;

	/* it may be removed under our hands */
	for (i = 0; i < 3; i++)
		fct_attr_write(t->uuid, "reset", "1");
	return NULL;
}

/* Resets, and the end of the owner or of the instance, at the same time. */
static int reset_against(stress *s, struct slot *t, int (*end)(stress *s, struct slot *t))
{
	pthread_t thread;
	int ret;

	if (pthread_create(&thread, NULL, reset_thrice, t))
		return -EAGAIN;
	ret = end(s, t);
	pthread_join(thread, NULL);
	return ret;
}

static int reset_against_kill(stress *s, struct slot *t)
{
	return reset_against(s, t, kill_owner);
}

static int reset_against_close(stress *s, struct slot *t)
{
	return reset_against(s, t, close_it);
}

static int reset_against_owner(stress *s, struct slot *t)
{
	return reset_against(s, t, owner_resets);
}

static int reset_against_removal(stress *s, struct slot *t)
{
	return reset_against(s, t, take_away);
}

/* All instances go with the driver; their owners are asked, and let go. */
static int rebind(stress *s, struct slot *unused)
{
	int i, ret = victim_ends(s);

	if (!ret)
		ret = fct_write(DRIVER "unbind", s->parent);
	for (i = 0; i < SLOTS && !ret; i++) {
		s->slot[i].exists = false;
		if (s->slot[i].owner.pid)
			ret = puppet_end(&s->slot[i].owner);
		s->slot[i].stopped = false;
		s->slot[i].hung = false;
	}
	if (!ret)
		ret = fct_write(DRIVER "bind", s->parent);
	return ret ? ret : victim_begins(s);
}

static const struct step {
	const char *name;
	unsigned int share;
	bool (*may)(stress *s, struct slot *t);
	int (*take)(stress *s, struct slot *t);
} steps[] = {
	{ "create", 20, absent, make },
	{ "remove", 5, there, take_away },
	{ "open", 20, idle, open_it },
	{ "close", 5, owned, close_it },
	{ "kill", 10, owned, kill_owner },
	{ "work", 25, running, work },
	{ "burst", 20, running, burst },
	{ "hang", 4, may_hang, hang },
	{ "owner's reset", 12, owned, owner_resets },
	{ "operator's reset", 12, there, operator_resets },
	{ "stop", 5, may_stop, stop },
	{ "setting", 10, there, set },
	{ "resets against kill", 5, owned, reset_against_kill },
	{ "resets against close", 4, owned, reset_against_close },
	{ "resets against owner's", 5, owned, reset_against_owner },
	{ "resets against removal", 4, there, reset_against_removal },
	{ "rebind", 1, always, rebind },
};

static const struct step *choose(stress *s, struct slot *t)
{
	unsigned int i, sum = 0, n;

	for (i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i].may(s, t))
			sum += steps[i].share;
	n = draw(s, sum);
	for (i = 0; i < ARRAY_LEN(steps); i++) {
		if (!steps[i].may(s, t))
			continue;
		if (n < steps[i].share)
			break;
		n -= steps[i].share;
	}
	return &steps[i];
}

static int one_step(stress *s, unsigned int n)
{
	unsigned int i = draw(s, SLOTS);
	struct slot *t = &s->slot[i];
	const struct step *step = choose(s, t);
	int ret;

	snprintf(s->history[n % HISTORY], sizeof(s->history[0]),
		 "%u: slot %u%s%s%s: %s", n, i, t->shared ? " shared" : "",
		 t->stopped ? " stopped" : "", t->hung ? " hung" : "", step->name);
	if (getenv("FACET_VERBOSE"))
		printf("# %s\n", s->history[n % HISTORY]);
	ret = step->take(s, t);
	if (!ret && !stream_advances(&s->stream, 1))
		ret = s->stream.error ?: -ETIMEDOUT;
	return ret;
}

static void print_history(const stress *s, unsigned int n, int ret)
{
	unsigned int i;

	for (i = n < HISTORY ? 0 : n - HISTORY + 1; i <= n; i++)
		printf("# %s\n", s->history[i % HISTORY]);
	printf("# that gave %d (%s)\n", ret, strerror(-ret));
	printf("# replay with FACET_SEED=%llu FACET_STEPS=%u\n", s->seed, s->steps);
}

static bool pins_are(long long pins)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;

	/* who was killed last may still be going */
	while (fct_pins() != pins && fct_now_ms() < end)
		usleep(1000);
	return fct_pins() == pins;
}

TEST_F_TIMEOUT(stress, at_random_a_neighbour_notices_nothing, 3600)
{
	unsigned int n;
	int ret = 0;

	printf("# FACET_SEED=%llu FACET_STEPS=%u\n", self->seed, self->steps);
	fflush(stdout);
	for (n = 0; n < self->steps && !ret; n++)
		ret = one_step(self, n);
	if (ret)
		print_history(self, n - 1, ret);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, victim_ends(self));
	EXPECT_LE(self->steps, self->verified);
	end_all(self);
	EXPECT_EQ(self->available, fct_available());
	EXPECT_TRUE(pins_are(self->pins));
}

TEST_HARNESS_MAIN
