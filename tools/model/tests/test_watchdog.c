// SPDX-License-Identifier: GPL-2.0
/* The host's watchdog: verdicts, and whose fault a stall is. */
#include "tap.h"
#include "../../../kernel/accel/vfio/watchdog.c"

#define MS	1000000ull
#define LIMIT	(100 * MS)
#define ALICE	1
#define BOB	2

static void test_limit(void)
{
	tap_eq(wd_limit_ns(100 * MS, 10 * MS), 100 * MS, "the operator's timeout");
	tap_eq(wd_limit_ns(MS, 10 * MS), 20 * MS, "but never less than the ceiling allows");
}

static void test_engine(void)
{
	struct wd_beat b = { .busy = true, .ctx = 3, .sq_index = 7, .start_ns = 5, .heartbeat = 9 };
	struct wd_engine e = { 0 };

	tap_ok(!wd_engine_look(&e, &b, 1000 * MS, LIMIT), "seen for the first time");
	tap_ok(!wd_engine_look(&e, &b, 1099 * MS, LIMIT), "not yet");
	tap_ok(wd_engine_look(&e, &b, 1100 * MS, LIMIT), "now");
	tap_ok(wd_engine_look(&e, &b, 1200 * MS, LIMIT), "still");
	b.heartbeat++;
	tap_ok(!wd_engine_look(&e, &b, 1300 * MS, LIMIT), "progress");
	tap_ok(!wd_engine_look(&e, &b, 1399 * MS, LIMIT), "counts from there");
	b.start_ns++;
	tap_ok(!wd_engine_look(&e, &b, 1500 * MS, LIMIT), "another command with the same number");
	b.busy = false;
	tap_ok(!wd_engine_look(&e, &b, 9000 * MS, LIMIT), "idle");
	tap_ok(!wd_engine_look(&e, &b, 9900 * MS, LIMIT), "is never hung");
	b.busy = true;
	wd_engine_look(&e, &b, 9900 * MS, LIMIT);
	tap_ok(!wd_engine_look(&e, &b, 0, LIMIT), "the clock began anew");
	tap_ok(wd_engine_look(&e, &b, LIMIT, LIMIT), "and counts on");
}

static enum wd_verdict look(struct wd_owner *o, struct wd_work w, u64 ms)
{
	return wd_owner_look(o, &w, ms * MS, LIMIT);
}

static void test_verdicts(void)
{
	struct wd_work w = { .waiting = true };
	struct wd_owner o = { 0 };

	tap_eq(look(&o, w, 0), WD_OK, "it begins to wait");
	tap_eq(look(&o, w, 99), WD_OK, "a while");
	tap_eq(look(&o, w, 100), WD_STARVED, "for too long");
	w.capped = true;
	tap_eq(look(&o, w, 110), WD_THROTTLED, "because of its cap");
	w.capped = false;
	tap_eq(look(&o, w, 120), WD_STARVED, "no longer because of it");
	w.done++;
	tap_eq(look(&o, w, 130), WD_OK, "something was done");
	tap_eq(look(&o, w, 229), WD_OK, "and counts from there");
	w.running = true;
	tap_eq(look(&o, w, 400), WD_OK, "who has an engine does not starve");
	w.running = false;
	tap_eq(look(&o, w, 499), WD_OK, "and counts from when he lost it");
	w.waiting = false;
	tap_eq(look(&o, w, 2000), WD_OK, "who wants nothing is well");
	w.faults++;
	tap_eq(look(&o, w, 2010), WD_FAULTED, "a fault");
	tap_eq(look(&o, w, 2020), WD_FAULTED, "is there until");
	w.done++;
	tap_eq(look(&o, w, 2030), WD_OK, "a command succeeds");
	w.done++;
	w.faults++;
	tap_eq(look(&o, w, 2040), WD_FAULTED, "a command that faults is none");
	w.hung = true;
	w.running = true;
	tap_eq(look(&o, w, 2050), WD_HUNG, "hung");
	w.hung = false;
	w.running = false;
	tap_eq(look(&o, w, 2060), WD_HUNG, "until");
	w.done++;
	tap_eq(look(&o, w, 2070), WD_OK, "a command succeeds");
}

struct scene {
	struct wd_owner alice, bob;
	struct wd_engine e[2];
};

static enum wd_step judge(struct scene *s, u64 who, u8 engine, struct wd_case c)
{
	c.owner = who;
	c.engine = engine;
	return wd_judge(who == ALICE ? &s->alice : &s->bob, &s->e[engine], &c);
}

static const struct wd_case two = { .others = true, .room = true, .now_ns = 7 };
static const struct wd_case one = { .room = true, .now_ns = 7 };

static void test_owner_is_to_blame(void)
{
	struct scene s = { 0 };
	struct wd_case late = two;

	tap_eq(judge(&s, ALICE, 0, two), WD_STEP_RESTART, "a stall is tried elsewhere");
	tap_eq(judge(&s, ALICE, 1, two), WD_STEP_BLAME_OWNER, "it follows the owner");
	tap_eq(judge(&s, BOB, 1, two), WD_STEP_RESTART, "that is nothing against the other");
	late.now_ns += WD_HOUR_NS;
	s.e[1].last.done++;
	tap_eq(judge(&s, ALICE, 1, late), WD_STEP_RESTART, "after an hour it is a new case");
}

static void test_engine_is_to_blame(void)
{
	struct scene s = { 0 };

	tap_eq(judge(&s, ALICE, 0, two), WD_STEP_RESTART, "a stall");
	tap_eq(judge(&s, BOB, 0, two), WD_STEP_BLAME_ENGINE, "it stays with the engine");
	wd_acquit(&s.alice, 0, 0);
	tap_eq(judge(&s, ALICE, 1, two), WD_STEP_RESTART, "the owner is not suspect any more");
	s = (struct scene){ 0 };
	judge(&s, ALICE, 0, two);
	s.e[0].last.done++;
	tap_eq(judge(&s, BOB, 0, two), WD_STEP_RESTART, "an engine that has served is not dead");
	s = (struct scene){ 0 };
	judge(&s, ALICE, 0, two);
	tap_eq(judge(&s, ALICE, 0, two), WD_STEP_RESTART, "twice under one owner is no proof");
	s.alice.last.done++;
	tap_eq(judge(&s, ALICE, 0, two), WD_STEP_BLAME_ENGINE, "unless others served him well");
	wd_acquit(&s.alice, 1, 0);
	tap_eq(judge(&s, ALICE, 1, two), WD_STEP_BLAME_OWNER, "acquitted of another engine alone");
}

static void test_one_engine(void)
{
	struct scene s = { 0 };

	tap_eq(judge(&s, ALICE, 0, one), WD_STEP_ABORT, "it cannot be tried elsewhere");
	tap_eq(judge(&s, ALICE, 0, one), WD_STEP_ABORT, "twice is no proof");
	s.e[0].last.done++;
	tap_eq(judge(&s, ALICE, 0, one), WD_STEP_BLAME_OWNER, "it is if the engine has served");
	s = (struct scene){ 0 };
	judge(&s, ALICE, 0, one);
	tap_eq(judge(&s, BOB, 0, one), WD_STEP_BLAME_ENGINE, "it stalls under everybody");
}

static void test_room(void)
{
	struct wd_case c = two;
	struct scene s = { 0 };

	c.room = false;
	tap_eq(judge(&s, ALICE, 0, c), WD_STEP_WAIT, "another is being tried");
	tap_ok(!s.alice.suspect && !s.e[0].suspect, "waiting makes nobody suspect");
	c.restarting = true;
	tap_eq(judge(&s, ALICE, 0, c), WD_STEP_ABORT, "it waits for this engine perhaps");
	tap_ok(s.alice.suspect && s.e[0].suspect, "both are suspect");
}

static void test_isolation(void)
{
	struct wd_owner o = { 0 };
	unsigned int i;

	for (i = 0; i < 3; i++)
		tap_ok(!wd_fault(&o, i * MS, 3), "three an hour are allowed");
	tap_ok(wd_fault(&o, 3 * MS, 3), "a fourth is not");
	tap_ok(!wd_fault(&o, WD_HOUR_NS + 2 * MS, 3), "three in the last hour");
	tap_ok(!wd_fault(&o, 2 * WD_HOUR_NS, 0), "0: never");
	o = (struct wd_owner){ 0 };
	for (i = 0; i < 100; i++)
		wd_fault(&o, i, 0);
	tap_ok(wd_fault(&o, 100, WD_FAULTS_MAX - 1), "the most that can be told");
	tap_ok(!wd_fault(&o, 101, WD_FAULTS_MAX), "more cannot");
	o.suspect = true;
	wd_fault(&o, 102, 0);
	tap_ok(!o.suspect, "who is blamed is not suspect any more");
	tap_eq(o.nr_faults, 103, "counted");
}

static void test_interrupts(void)
{
	struct wd_irqs q = { 0 };

	tap_ok(!wd_irq_lost(&q, 5, 4, true), "on its way perhaps");
	tap_ok(wd_irq_lost(&q, 5, 4, true), "lost");
	tap_ok(!wd_irq_lost(&q, 5, 4, true), "that is told once");
	tap_ok(!wd_irq_lost(&q, 7, 5, true), "two were merged");
	tap_ok(!wd_irq_lost(&q, 7, 5, false), "the owner has seen them");
	tap_ok(!wd_irq_lost(&q, 8, 6, true), "another one");
	tap_ok(!wd_irq_lost(&q, 8, 6, true), "has arrived");
	tap_ok(!wd_irq_lost(&q, 9, 6, true), "one more");
	tap_ok(!wd_irq_lost(&q, 9, 7, true), "was late");
	tap_ok(!wd_irq_lost(&q, 9, 7, true), "and is not lost");
	tap_ok(!wd_irq_lost(&q, 0, 7, true), "the device's count begins anew");
	tap_ok(!wd_irq_lost(&q, 0, 7, false), "with a reset");
	tap_ok(!wd_irq_lost(&q, 1, 7, true), "one more");
	tap_ok(wd_irq_lost(&q, 1, 7, true), "lost again");
}

int main(void)
{
	test_interrupts();
	test_limit();
	test_engine();
	test_verdicts();
	test_owner_is_to_blame();
	test_engine_is_to_blame();
	test_one_engine();
	test_room();
	test_isolation();
	return tap_done();
}
