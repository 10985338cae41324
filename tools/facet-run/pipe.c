// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run: commands under way, in bounded memory.
 *
 * A job is cut into units of work, each with a slot.  Units are prepared and
 * finished in order; in between their commands run as the device likes.
 */
#include <errno.h>
#include <stdlib.h>
#include "run.h"

#define DEFAULT_DEPTH	8
#define TRIES_MAX	8
#define ALIGN_BYTES	4096

/**
 * struct pipe - state of a running job
 * @ss: session
 * @job: what is run
 * @nr: slots in use
 * @head: oldest unit that is not finished
 * @tail: next unit
 * @ended: there are no more units
 * @inflight: commands submitted, not completed
 * @todo: slots whose commands are to be submitted, oldest first
 * @nr_todo: how many
 */
struct pipe {
	struct session *ss;
	const struct job *job;
	unsigned int nr;
	uint64_t head;
	uint64_t tail;
	bool ended;
	unsigned int inflight;
	struct slot *todo[FACET_BATCH_MAX];
	unsigned int nr_todo;
};

void session_open(struct session *ss, const struct opts *o)
{
	int err;

	*ss = (struct session){ .depth = o->depth ? o->depth : DEFAULT_DEPTH };
	ss->dev = facet_open(o->device);
	if (!ss->dev)
		die_errno("%s", o->device);
	err = facet_get_info(ss->dev, &ss->info);
	if (err) {
		errno = -err;
		die_errno("%s: no information on the instance", o->device);
	}
	if (ss->info.max_inflight && ss->depth > ss->info.max_inflight)
		ss->depth = ss->info.max_inflight;
	if (ss->depth > FACET_BATCH_MAX)
		ss->depth = FACET_BATCH_MAX;
	ss->slots = calloc(ss->depth, sizeof(*ss->slots));
	if (!ss->slots)
		die("out of memory");
}

/* Keys and plaintext do not stay in memory that the driver gives to the next. */
void session_close(struct session *ss)
{
	unsigned int i;

	for (i = 0; i < ss->depth; i++)
		if (ss->slots[i].base.mem)
			explicit_bzero(ss->slots[i].base.mem, ss->slots[i].base.bytes);
	free(ss->slots);
	facet_close(ss->dev);
}

void session_need(const struct session *ss, unsigned int opcode)
{
	if (!(ss->info.ops >> opcode & 1))
		die("the instance does not allow %s", facet_opcode_name(opcode));
}

uint32_t session_max_in(const struct session *ss, unsigned int opcode)
{
	return ss->info.ceil_in_bytes[opcode];
}

uint32_t session_max_out(const struct session *ss, unsigned int opcode)
{
	return ss->info.ceil_out_bytes[opcode];
}

static size_t align(size_t n)
{
	return (n + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
}

static int slot_allocate(struct session *ss, struct slot *s, size_t bytes)
{
	/* buffers cannot be given back, so that one that does is used again */
	if (s->base.bytes >= bytes)
		return 0;
	if (s->base.mem)
		explicit_bzero(s->base.mem, s->base.bytes);
	return facet_buf_alloc(ss->dev, bytes, &s->base);
}

/*
 * As many slots as the instance has memory for; one is enough to work.  A
 * serial job has use for a second, whose output is written out meanwhile.
 */
static unsigned int allocate(struct session *ss, unsigned int nr, size_t bytes)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = slot_allocate(ss, &ss->slots[i], bytes);
	if (err && i == 1) {
		errno = -err;
		die_errno("no buffer of %zu bytes", bytes);
	}
	return err ? i - 1 : i;
}

static unsigned int lay_out(struct session *ss, const struct job *job)
{
	size_t param = align(job->param_bytes), in = align(job->in_bytes);
	unsigned int nr = job->serial && ss->depth > 2 ? 2 : ss->depth, i;

	nr = allocate(ss, nr, param + in + align(job->out_bytes ? job->out_bytes : 1));
	for (i = 0; i < nr; i++) {
		struct slot *s = &ss->slots[i];

		s->param = s->base.mem;
		s->in = s->param + param;
		s->out = s->in + in;
	}
	return nr;
}

uint64_t slot_addr(const struct slot *s, const void *p)
{
	return s->base.handle + ((const uint8_t *)p - (const uint8_t *)s->base.mem);
}

void slot_command(struct slot *s, unsigned int opcode, unsigned int flags,
		  uint32_t param_bytes, uint32_t in_bytes, uint32_t out_bytes)
{
	s->desc = (struct facet_desc){
		.opcode = opcode, .flags = flags,
		.src = htole64(slot_addr(s, s->in)),
		.dst = htole64(slot_addr(s, s->out)),
		.src_len_bytes = htole32(in_bytes),
		.dst_len_bytes = htole32(out_bytes),
		.param = htole64(param_bytes ? slot_addr(s, s->param) : 0),
		.param_len_bytes = htole16(param_bytes),
	};
}

static void queue(struct pipe *p, struct slot *s)
{
	s->desc.cookie = htole64(s - p->ss->slots);
	p->todo[p->nr_todo++] = s;
}

static void prepare(struct pipe *p)
{
	while (!p->ended && p->tail - p->head < p->nr) {
		struct slot *s = &p->ss->slots[p->tail % p->nr];

		if (p->job->serial && (p->inflight || p->nr_todo))
			return;
		s->index = p->tail;
		s->stage = 0;
		s->tries = 0;
		s->done = false;
		if (!p->job->prepare(p->job->ctx, s)) {
			p->ended = true;
			return;
		}
		p->tail++;
		queue(p, s);
	}
}

static void submit(struct pipe *p)
{
	struct facet_desc descs[FACET_BATCH_MAX];
	unsigned int i;
	int n;

	if (!p->nr_todo)
		return;
	for (i = 0; i < p->nr_todo; i++)
		descs[i] = p->todo[i]->desc;
	n = facet_submit(p->ss->dev, descs, p->nr_todo);
	explicit_bzero(descs, sizeof(descs));
	if (n < 0) {
		errno = -n;
		die_errno("submitting %s", facet_opcode_name(p->todo[0]->desc.opcode));
	}
	p->inflight += n;
	p->nr_todo -= n;
	memmove(p->todo, p->todo + n, p->nr_todo * sizeof(p->todo[0]));
}

static void fail(struct pipe *p, struct slot *s)
{
	if (p->job->failed && p->job->failed(p->job->ctx, s)) {
		s->done = true;
		return;
	}
	die("%s, command %llu: %s%s", facet_opcode_name(s->desc.opcode),
	    (unsigned long long)s->index + 1, facet_status_text(slot_status(s)),
	    s->tries ? ", again and again" : "");
}

/* A device that claims more than it was given room for is not believed. */
static void check_lengths(const struct slot *s)
{
	if (slot_out_bytes(s) > le32toh(s->desc.dst_len_bytes) ||
	    le32toh(s->comp.in_bytes) > le32toh(s->desc.src_len_bytes))
		die("%s: the device reports more bytes than it was given",
		    facet_opcode_name(s->desc.opcode));
}

static void complete(struct pipe *p, const struct facet_comp *comp)
{
	uint64_t cookie = le64toh(comp->cookie);
	struct slot *s;

	if (cookie >= p->nr || p->ss->slots[cookie].done)
		die("the device completed a command that it was not given");
	s = &p->ss->slots[cookie];
	s->comp = *comp;
	if (facet_retryable(s->desc.opcode, slot_status(s)) && s->tries++ < TRIES_MAX) {
		queue(p, s);
		return;
	}
	if (slot_status(s) != FACET_ST_OK) {
		fail(p, s);
		return;
	}
	s->tries = 0;
	check_lengths(s);
	if (p->job->advance && p->job->advance(p->job->ctx, s))
		queue(p, s);
	else
		s->done = true;
}

static void collect(struct pipe *p)
{
	struct facet_comp comps[FACET_BATCH_MAX];
	int n = facet_reap(p->ss->dev, comps, FACET_BATCH_MAX, 1, -1), i;

	if (n == -EINTR)
		return;
	if (n < 0) {
		errno = -n;
		die_errno("waiting for completions");
	}
	if ((unsigned int)n > p->inflight)
		die("more completions than commands");
	p->inflight -= n;
	for (i = 0; i < n; i++)
		complete(p, &comps[i]);
}

static bool finish(struct pipe *p)
{
	uint64_t old = p->head;

	while (p->head < p->tail) {
		struct slot *s = &p->ss->slots[p->head % p->nr];

		if (!s->done)
			break;
		if (p->job->finish)
			p->job->finish(p->job->ctx, s);
		p->head++;
	}
	return p->head != old;
}

/* The ring is full with other sessions' commands. */
static void wait_room(struct pipe *p)
{
	int err = facet_wait_room(p->ss->dev, -1);

	if (err && err != -EINTR) {
		errno = -err;
		die_errno("waiting for room in the instance's ring");
	}
}

void pipeline_run(struct session *ss, const struct job *job)
{
	struct pipe p = { .ss = ss, .job = job };

	p.nr = lay_out(ss, job);
	for (;;) {
		prepare(&p);
		submit(&p);
		/* room for another unit comes before waiting */
		if (finish(&p) && !p.ended)
			continue;
		if (p.inflight)
			collect(&p);
		else if (p.nr_todo)
			wait_room(&p);
		else if (p.ended && p.head == p.tail)
			break;
	}
}
