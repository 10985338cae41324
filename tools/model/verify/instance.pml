/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states of an instance (kernel/accel/vfio/reset.c) as a model for spin: its owner,
 * a reset by the VMM, the operator with a reset and a stop, the watchdog, the event
 * log and the accelerator's end act in any order, on a queue whose commands may hang
 * and which may not end a reset.
 *
 * States, kinds of reset and the order of steps are not written down here: tables.h
 * is made from the driver's own tables.  What the steps do is; each says which
 * function it stands for.  A critical section of state_lock is one atomic sequence.
 *
 * Claims:
 *  - a command that the device has fetched is completed or aborted, once
 *  - no completion is written after the owner saw IDLE or DEAD
 *  - no doorbell reaches a queue that is being reset, but for the owner's own DISABLE
 *  - nothing is unpinned before the queue is disabled, unless that failed
 *  - IDLE means a disabled queue, RUNNING an enabled one, ERROR one that has failed;
 *    what the operator has stopped fetches nothing; DEAD is final
 *  - an owner that has asked for a reset reads RESETTING until there was one
 *  - everybody comes to an end (no deadlock), and then nothing is left over
 *
 * verify.sh runs it as it is, with several sets of actors, and once with each MUTANT and
 * each broken table, which must be found.
 */
#include "tables.h"

#define ST(s)		(1 << (s))

#define Q_DISABLED	0
#define Q_READY		1
#define Q_STOPPING	2
#define Q_STOPPED	3
#define Q_RESETTING	4
#define Q_ERROR		5

#define C_NONE		0
#define C_RUNG		1	/* the device was told */
#define C_LATCHED	2
#define C_DONE		3
#define C_ABORTED	4

#define NR_CMDS		2

/* Who takes part, how often: verify.sh */
#ifndef OWNER_OPS
#define OWNER_OPS	2
#endif
#ifndef STOPS
#define STOPS		1
#endif
#ifndef VMM
#define VMM		1
#endif
#ifndef WATCHDOG
#define WATCHDOG	1
#endif
#ifndef FATE
#define FATE		1
#endif

byte state = S_IDLE;		/* vi->state */
byte epoch;			/* vi->epoch */
byte resets;			/* vi->resets */
byte wanted;			/* how many the table says there should be */
bool pending;			/* vi->reset_pending */
bool work;			/* reset_work is queued */
bool at_work;			/* and is carried out */
bool reset_lock;
bool page = true;		/* the doorbell page is the queue's */
bool granted = true;		/* the IOMMU lets the device through */
bool rings_reset;		/* the reset under way is a DISABLE */

byte q = Q_DISABLED;		/* FACET_CTX_STATE */
byte cmd[NR_CMDS];
byte tail;
byte head;
bool hung;			/* the first command does not end by itself */
bool hangs = true;		/* one may still begin to */
bool broken;			/* the device does not end resets */
bool gone;			/* reads as all ones */
bool event;			/* CTX_ERROR is in the event log */

bool over = true;		/* the owner considers all its commands ended */
byte running = 9;		/* actors that are not done; 9: they have not begun */

#define HAS(i)		(cmd[i] == C_LATCHED)
#define INFLIGHT	(HAS(0) || HAS(1))
#define ALIVE		(q == Q_READY || q == Q_STOPPING || q == Q_ERROR)

/* move_locked() */
#define MOVE(edge) \
	if \
	:: (FROM_##edge & ST(state)) -> state = TO_##edge; moved = true \
	:: else -> moved = false \
	fi

/* vi_reset_locked(): the sequence of the table */
#define STEP(name, when, unless) \
	atomic { \
		if \
		:: (when == 0 || (kind & when)) && !(kind & unless) -> step_##name() \
		:: else \
		fi \
	};

inline step_begin()
{
	MOVE(RESET);
#ifndef MUTANT_NO_EPOCH
	epoch++;
#endif
	rings_reset = (kind & KEEPS_PAGE)
}

inline step_shut()
{
	page = false
}

/* facet_ctx_reset(): the one step that waits */
inline step_abort()
{
	if
	:: gone -> kind = kind | FAILED
	:: !gone ->
		q = Q_RESETTING;
		if
		:: q == Q_DISABLED
		:: gone -> kind = kind | FAILED
		:: broken && q == Q_RESETTING -> kind = kind | FAILED
		fi
	fi
}

inline step_drop_grants()
{
	assert(q == Q_DISABLED || (kind & FAILED));
	granted = false
}

/* what only the owner's registers see */
inline step_registers()
{
	skip
}

inline step_config()
{
	skip
}

/* finish_locked() */
inline step_finish()
{
	assert((kind & FAILED) || q == Q_DISABLED);
	if
	:: (kind & ANSWERS) -> pending = false
	:: else
	fi;
	if
	:: (kind & FAILED) -> MOVE(DEAD)
#ifdef MUTANT_FINISH_WHILE_PENDING
	:: else -> MOVE(DONE)
#else
	:: else ->
		if
		:: !pending -> MOVE(DONE)
		:: else
		fi
#endif
	fi;
	if
	:: (kind & COUNTS) -> resets++
	:: else
	fi
}

inline step_open()
{
	if
	:: state == S_IDLE -> page = true
	:: else
	fi
}

inline lock()
{
#ifdef MUTANT_NO_RESET_LOCK
	skip
#else
	atomic { !reset_lock -> reset_lock = true }
#endif
}

inline unlock()
{
	atomic { moved = false; reset_lock = false }
}

inline reset_locked(why)
{
	kind = why;
	SEQUENCE
	kind = 0
}

/* -- the device -- */

inline complete(i)
{
	atomic {
		ALIVE && !gone && HAS(i) && !(i == 0 && hung) ->
		assert(!over);
		cmd[i] = C_DONE
	}
}

/* One that does not end a reset may do what it likes, within the grants. */
inline complete_astray(i)
{
	atomic {
		broken && q == Q_RESETTING && granted && !gone && HAS(i) ->
		assert(!over);
		cmd[i] = C_DONE
	}
}

inline abort(i)
{
	if
	:: HAS(i) -> cmd[i] = C_ABORTED
	:: cmd[i] == C_RUNG -> cmd[i] = C_NONE
	:: else
	fi
}

active proctype device()
{
end:	do
	:: atomic {
		q == Q_READY && !gone && head < tail ->
		assert(cmd[head] == C_RUNG);
		cmd[head] = C_LATCHED;
		head++
	}
	:: complete(0)
	:: complete(1)
	:: complete_astray(0)
	:: complete_astray(1)
	:: atomic { hangs && HAS(0) && !hung -> hung = true; hangs = false }
	:: atomic { q == Q_STOPPING && !INFLIGHT && !gone -> q = Q_STOPPED }
	:: atomic {
		q == Q_READY && !event && !gone ->
		q = Q_ERROR;
		event = true
	}
	:: atomic {
		q == Q_RESETTING && !broken && !gone ->
		abort(0);
		abort(1);
		hung = false;
		q = Q_DISABLED
	}
	od
}

/* A fault of the whole device, perhaps. */
proctype fate()
{
	bool moved;

	if
	:: broken = true
	:: atomic { gone = true; MOVE(DEAD); work = true }	/* vi_dead() */
	:: skip
	fi;
	running--
}

/* -- who acts on the instance -- */

inline reset(why)
{
	lock();
	reset_locked(why);
	unlock()
}

/* VFIO_DEVICE_RESET; FLR is the same but for registers */
proctype vmm()
{
	short kind;
	bool moved;

	wanted++;
	reset(KIND_VFIO);
	running--
}

proctype watchdog()
{
	short kind;
	bool moved;

	wanted++;
	reset(KIND_WATCHDOG);
	running--
}

/* vi_stop(), stop_look(): the wait for a command ends when it has been long */
inline stop()
{
	do
	:: lock();
		if
		:: state != S_RUNNING -> break
		:: state == S_RUNNING ->
			if
			:: atomic { q == Q_READY && !gone -> q = Q_STOPPING }
			:: q == Q_STOPPING && !gone
			:: q == Q_STOPPED || q == Q_ERROR || gone -> break
			:: q == Q_STOPPING -> break	/* -ETIMEDOUT */
			:: q == Q_DISABLED || q == Q_RESETTING -> assert(gone); break
			fi
		fi;
		unlock();
		/* the next look, when something has changed or the time is up */
		(q != Q_STOPPING || state != S_RUNNING || hung || gone)
	od;
	if
	:: atomic { (q == Q_READY || q == Q_ERROR) && state == S_RUNNING }	/* -EBUSY */
	:: atomic { !((q == Q_READY || q == Q_ERROR) && state == S_RUNNING) -> MOVE(STOP) }
	fi;
	unlock()
}

proctype operator()
{
	short kind;
	bool moved;

	byte n;

	do
	:: n < STOPS -> n++; stop()
	:: break
	od;
	wanted++;
	reset(KIND_OPERATOR);
	running--
}

/* vi_reset_work() */
active proctype worker()
{
	short kind;
	bool moved;

end:	do
	:: atomic { work -> work = false; at_work = true };
		lock();
		if
		:: pending -> wanted++; reset_locked(KIND_OWNER)
		:: else
		fi;
		atomic {
			if
			:: state == S_DEAD -> page = false
			:: else
			fi;
			at_work = false
		};
		unlock()
	od
}

/* vi_ring_error(): what the log tells may be old, and may be told twice */
active proctype event_log()
{
	bool moved;
	bool running_then;
	byte before;

end:	do
	:: event ->
		atomic {
			before = epoch;
#ifdef MUTANT_ERROR_WHILE_RESETTING
			running_then = true
#else
			running_then = (state == S_RUNNING)
#endif
		}
		if
		:: running_then && q == Q_ERROR && !gone ->
			atomic {
				if
				:: before == epoch -> MOVE(ERROR)
				:: else
				fi
			}
		:: else
		fi;
		atomic {
			before = 0;
			running_then = false;
			moved = false;
			if
			:: event = false
			:: skip
			fi
		}
	od
}

/* rings_enable() and direct_enable() */
inline enable()
{
	if
	:: atomic { !reset_lock -> reset_lock = true };
		atomic { MOVE(ENABLE) };
		if
		:: moved ->
			atomic {
				if
				:: q == Q_DISABLED && !gone ->
					assert(!INFLIGHT);
					cmd[0] = C_NONE;
					cmd[1] = C_NONE;
					head = 0;
					tail = 0;
					over = false;
					granted = true;
					q = Q_READY
				:: else -> MOVE(REFUSED)
				fi
			}
		:: else
		fi;
		unlock()
	:: reset_lock && state == S_RESETTING
	fi
}

inline disable()
{
	if
	:: atomic { !reset_lock -> reset_lock = true };
		if
		:: state == S_RUNNING || state == S_ERROR -> reset_locked(KIND_RINGS)
		:: else
		fi;
		unlock()
	:: reset_lock && state == S_RESETTING
	fi
}

inline ring()
{
	atomic {
		if
		:: page && !over && tail < NR_CMDS ->
			assert(q != Q_RESETTING || rings_reset || broken);
			if
			:: q == Q_READY || q == Q_STOPPING || q == Q_STOPPED ->
				cmd[tail] = C_RUNG;
				tail++
			:: else
			fi
		:: else
		fi
	}
}

/* vi_reset_request() */
inline request()
{
	atomic {
		if
		:: !pending -> pending = true; MOVE(RESET); work = true
		:: else
		fi
	}
}

proctype owner()
{
	short kind;
	bool moved;
	byte n;

	do
	:: n < OWNER_OPS ->
		n++;
		if
		:: true -> enable()
		:: true -> ring()
		:: true -> request()
		:: true -> disable()
		fi;
		/* what is not completed by then was aborted */
		if
		:: atomic { (state == S_IDLE || state == S_DEAD) -> over = true }
		:: skip
		fi
	:: n == OWNER_OPS -> break
	od;
	running--
}

/* -- claims over states, when nobody is in the middle of something -- */

#define QUIET		(!reset_lock && !broken && !gone)

active proctype monitor()
{
end:	do
	:: atomic { QUIET && state == S_IDLE && q != Q_DISABLED -> assert(false) }
	:: atomic { QUIET && state == S_RUNNING && (q == Q_DISABLED || q == Q_RESETTING) -> assert(false) }
	:: atomic { QUIET && state == S_ERROR && q != Q_ERROR -> assert(false) }
	:: atomic { QUIET && state == S_STOPPED && q == Q_READY -> assert(false) }
	:: atomic { QUIET && q == Q_DISABLED && INFLIGHT -> assert(false) }
	:: atomic { QUIET && q == Q_STOPPED && INFLIGHT -> assert(false) }
	:: atomic { pending && state != S_RESETTING && state != S_DEAD -> assert(false) }
	:: atomic { gone && !reset_lock && state != S_DEAD -> assert(false) }
	od
}

/* The end: all have done what they wanted, and nothing is left over. */
active proctype last()
{
	atomic {
		running == 0 && !work && !at_work && !reset_lock && !event ->
		assert(!pending);
		assert(state != S_RESETTING);
		assert(resets == wanted);
		assert(state != S_IDLE || !INFLIGHT)
	}
}

init {
	atomic {
		run owner();
		run operator();
		running = 2;
		if
		:: VMM -> run vmm(); running++
		:: else
		fi;
		if
		:: WATCHDOG -> run watchdog(); running++
		:: else
		fi;
		if
		:: FATE -> run fate(); running++
		:: else
		fi
	}
}
