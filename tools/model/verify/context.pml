/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states of queue contexts (tools/model/ctx.c, engine.c, pasid.c; device-spec.rst
 * section 4) as a model for spin: an owner context V that its owner uses, the
 * operator stops and resumes, and operator and watchdog reset; and a host context H
 * with commands of two PASIDs, one of which is revoked meanwhile.  Both share two
 * engines, on which commands may hang.
 *
 * Claims:
 *  - a command that was fetched ends once: with a completion, or discarded by RESET
 *  - V's RESET and the revoked PASID touch no other command: H's other one completes
 *  - once STATE reads DISABLED no command of V is on an engine, and none completes;
 *    once it reads STOPPED none is on the way
 *  - PASID_STATUS reads OK when the last command with the PASID has left, not before
 *  - RESET and CLEAR end, whatever hangs (no deadlock)
 *
 * verify.sh runs it as it is, and once with each MUTANT, which must be found.
 */
#define DISABLED	0
#define READY		1
#define STOPPING	2
#define STOPPED		3
#define RESETTING	4
#define ERROR		5

#define NONE		0
#define RUNG		1
#define LATCHED		2
#define RUNNING		3
#define DONE		4	/* with a completion */
#define ABORTED		5	/* with the completion ABORTED */
#define DISCARDED	6	/* without */

/* How much there is of it: verify.sh */
#ifndef LIVES
#define LIVES		2	/* of V's rings */
#endif
#ifndef STOP
#define STOP		1	/* the operator stops and resumes */
#endif
#ifndef HOST
#define HOST		1	/* H has commands */
#endif

/* commands 0 and 1 are V's; 2 is H's with the PASID that goes, 3 with another */
#define NR		4
#define GOES		2
#define STAYS		3
#define NOBODY		9
#define OF_V(i)		((i) < 2)

byte state = DISABLED;
bool cq_fault;			/* ERROR of a kind that ends completions */
byte cmd[NR];
byte engine[2] = NOBODY;
bool hung[2];
byte hangs = 1;
byte head, tail;		/* V's ring */
byte h_head = 2, h_tail = 2;	/* H's */
bool has_v, has_h;		/* a latched command waits for an engine */
byte inflight;			/* V's */
bool valid = true;		/* the PASID is in the table */
bool revoked;			/* command GOES leaves */
byte leaving;
bool ctx_lock;			/* the driver's, of V */
byte running = 4;

#define MAY_HANG(i)	(OF_V(i) || ((i) == GOES && (valid || revoked)))
#define LAST_V		(head - 1)
#define LAST_H		(h_head - 1)

inline latch_v()
{
	assert(cmd[head] == RUNG);
	cmd[head] = LATCHED;
	head++;
	has_v = true;
	inflight++
}

inline update()
{
	if
	:: state == STOPPING && inflight == 0 -> state = STOPPED
	:: else
	fi
}

inline left(i)
{
	if
	:: i == GOES && revoked -> assert(leaving > 0); leaving--
	:: else
	fi
}

/* facet_comp_write() */
inline comp_write(i, how)
{
	assert(cmd[i] == LATCHED || cmd[i] == RUNNING);
	left(i);
	if
	:: OF_V(i) ->
		assert(state != DISABLED && state != STOPPED);
		inflight--;
#ifdef MUTANT_COMPLETES_WHILE_RESETTING
		if
		:: false -> skip
#else
		if
		:: state == RESETTING || (state == ERROR && cq_fault) -> cmd[i] = DISCARDED
#endif
		:: else -> assert(state != RESETTING); cmd[i] = how
		fi;
		update()
	:: else -> cmd[i] = how
	fi
}

/* facet_engine_abort() of those of V, without completions */
inline abort_v(e)
{
	if
#ifdef MUTANT_ABORTS_NEIGHBOUR
	:: engine[e] != NOBODY ->
#else
	:: engine[e] != NOBODY && OF_V(engine[e]) ->
#endif
		assert(cmd[engine[e]] == RUNNING);
		cmd[engine[e]] = DISCARDED;
		engine[e] = NOBODY;
		hung[e] = false;
		inflight--
	:: else
	fi
}

/* facet_pasid_work() */
inline abort_revoked(e)
{
	if
	:: engine[e] == GOES && revoked ->
		comp_write(GOES, ABORTED);
		engine[e] = NOBODY;
		hung[e] = false
	:: else
	fi
}

inline dispatch(e)
{
	if
	:: has_v ->
		engine[e] = LAST_V;
		has_v = false
	:: has_h ->
		engine[e] = LAST_H;
		has_h = false
	fi;
	cmd[engine[e]] = RUNNING
}

inline finish(e)
{
	comp_write(engine[e], DONE);
	engine[e] = NOBODY
}

/* finish_reset() */
inline finish_reset()
{
	abort_v(0);
	abort_v(1);
#ifndef MUTANT_RESET_LEAVES_LATCHED
	if
	:: has_v -> cmd[LAST_V] = DISCARDED; has_v = false; inflight--
	:: else
	fi;
#endif
	state = DISABLED
}

active proctype device()
{
end:	do
#ifdef MUTANT_FETCHES_WHILE_STOPPING
	:: atomic { (state == READY || state == STOPPING || state == STOPPED) && !has_v && head < tail -> latch_v() }
#else
	:: atomic { state == READY && !has_v && head < tail -> latch_v() }
#endif
	:: atomic { !has_h && h_head < h_tail -> cmd[h_head] = LATCHED; h_head++; has_h = true }
	:: atomic { engine[0] == NOBODY && (has_v || has_h) -> dispatch(0) }
	:: atomic { engine[1] == NOBODY && engine[0] != NOBODY && (has_v || has_h) -> dispatch(1) }
	/* the neighbour's own commands are not those that hang */
	:: atomic { engine[0] != NOBODY && MAY_HANG(engine[0]) && hangs && !hung[0] -> hung[0] = true; hangs-- }
	:: atomic { engine[1] != NOBODY && MAY_HANG(engine[1]) && hangs && !hung[1] -> hung[1] = true; hangs-- }
	:: atomic { engine[0] != NOBODY && !hung[0] -> finish(0) }
	:: atomic { engine[1] != NOBODY && !hung[1] -> finish(1) }
	:: atomic { state == RESETTING -> finish_reset() }
	:: atomic { state == READY -> state = ERROR; cq_fault = false }
	:: atomic { state == READY && inflight -> state = ERROR; cq_fault = true }
	:: atomic {
		leaving > 0 ->
		abort_revoked(0);
		abort_revoked(1);
		if
		:: has_h && LAST_H == GOES && revoked ->
			comp_write(GOES, ABORTED);
			has_h = false
		:: else
		fi
	}
	od
}

inline lock()
{
	atomic { !ctx_lock -> ctx_lock = true }
}

inline unlock()
{
	ctx_lock = false
}

/* facet_ctx_reset() */
inline reset()
{
	lock();
	atomic { state = RESETTING; update() };
	/* each read of STATE that says DISABLED must be true */
	atomic {
		state == DISABLED ->
		assert(engine[0] == NOBODY || !OF_V(engine[0]));
		assert(engine[1] == NOBODY || !OF_V(engine[1]));
		assert(!has_v && inflight == 0)
	};
	unlock()
}

/* facet_ctx_stop(), and the wait that vi_stop() gives up in the end */
inline stop()
{
	lock();
	atomic {
		if
		:: state == READY -> state = STOPPING; update()
		:: else
		fi
	};
	unlock();
	if
	:: atomic { state == STOPPED -> assert(inflight == 0) }
	:: skip
	fi
}

/* facet_ctx_resume() */
inline resume()
{
	lock();
	atomic {
		if
		:: state == STOPPED -> state = READY
		:: else
		fi
	};
	unlock()
}

active proctype operator()
{
	if
	:: STOP -> stop(); resume()
	:: else
	fi;
	reset();
	running--
}

active proctype watchdog()
{
	reset();
	running--
}

active proctype owner()
{
	byte lives, rings;

	do
	:: lives < LIVES ->
		lives++;
		rings = 0;
		/* facet_ctx_enable() */
		lock();
		atomic {
			if
			:: state == DISABLED ->
				cmd[0] = NONE;
				cmd[1] = NONE;
				head = 0;
				tail = 0;
				state = READY
			:: else
			fi
		};
		unlock();
		do
		:: rings < 2 ->
			rings++;
			atomic {
				if
				:: state == READY || state == STOPPING || state == STOPPED ->
					if
					:: tail < 2 -> cmd[tail] = RUNG; tail++
					:: else
					fi
				:: else
				fi
			}
		:: break
		od
	:: lives == LIVES -> break
	od;
	/* closing is a reset, too */
	reset();
	running--
}

/* the pool, and the revocation of one PASID: facet_pasid_revoke() */
active proctype host()
{
	atomic {
		if
		:: HOST -> cmd[GOES] = RUNG; cmd[STAYS] = RUNG; h_tail = 4
		:: else -> cmd[STAYS] = DONE
		fi
	};
	atomic {
		valid = false;
		if
		:: cmd[GOES] == LATCHED || cmd[GOES] == RUNNING -> revoked = true; leaving++
		:: else
		fi
	};
#ifdef MUTANT_REVOKE_DOES_NOT_WAIT
	skip;
#else
	leaving == 0;
#endif
	assert(!revoked || (cmd[GOES] != LATCHED && cmd[GOES] != RUNNING));
	running--
}

active proctype last()
{
	atomic {
		running == 0 && state == DISABLED &&
		!(cmd[STAYS] == RUNG || cmd[STAYS] == LATCHED || cmd[STAYS] == RUNNING) ->
		assert(cmd[STAYS] == DONE);
		assert(cmd[0] != LATCHED && cmd[0] != RUNNING);
		assert(cmd[1] != LATCHED && cmd[1] != RUNNING)
	}
}
