// SPDX-License-Identifier: GPL-2.0
/*
 * facet-run: input, output under a temporary name, progress.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "run.h"

#define PROGRESS_NS	200000000

/*
 * Name of the unfinished output, for the signal handler too: filled in before
 * armed is set, and left alone until it is cleared.
 */
static char temporary[PATH_MAX];
static volatile sig_atomic_t armed;

static struct {
	bool shown;
	uint64_t last_ns;
} progress;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void progress_show(const struct input *in)
{
	uint64_t now;

	if (!isatty(STDERR_FILENO))
		return;
	now = now_ns();
	if (now - progress.last_ns < PROGRESS_NS)
		return;
	if (in->total)
		fprintf(stderr, "\r%s: %5.1f%%  %.1f MiB ", in->name,
			100.0 * in->pos / in->total, in->pos / (double)MIB);
	else
		fprintf(stderr, "\r%s: %.1f MiB ", in->name, in->pos / (double)MIB);
	progress.last_ns = now;
	progress.shown = true;
}

void progress_end(void)
{
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}

static uint64_t length(int fd)
{
	struct stat st;
	uint64_t bytes;

	if (fstat(fd, &st))
		return 0;
	if (S_ISREG(st.st_mode))
		return st.st_size;
	if (S_ISBLK(st.st_mode) && !ioctl(fd, BLKGETSIZE64, &bytes))
		return bytes;
	return 0;
}

void input_open(struct input *in, const char *name)
{
	bool standard = !strcmp(name, "-");

	*in = (struct input){ .name = standard ? "standard input" : name, .peeked = -1 };
	in->fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		die_errno("%s", name);
	in->total = length(in->fd);
}

void input_close(struct input *in)
{
	if (in->fd != STDIN_FILENO)
		close(in->fd);
}

static size_t read_some(struct input *in, void *p, size_t n)
{
	ssize_t got;

	do {
		got = read(in->fd, p, n);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		die_errno("reading %s", in->name);
	return got;
}

size_t input_read(struct input *in, void *p, size_t n)
{
	uint8_t *at = p;
	size_t done = 0, got;

	if (n && in->peeked >= 0) {
		at[done++] = in->peeked;
		in->peeked = -1;
	}
	while (done < n && (got = read_some(in, at + done, n - done)))
		done += got;
	in->pos += done;
	progress_show(in);
	return done;
}

bool input_at_end(struct input *in)
{
	uint8_t c;

	if (in->peeked < 0 && read_some(in, &c, 1))
		in->peeked = c;
	return in->peeked < 0;
}

/* Only what may be called in a signal handler. */
void output_abandon(void)
{
	if (armed)
		unlink(temporary);
	armed = 0;
}

static void on_signal(int sig)
{
	output_abandon();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void catch_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGXFSZ };
	struct sigaction sa = { .sa_handler = on_signal }, old;
	size_t i;

	sigfillset(&sa.sa_mask);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* a signal that whoever started us had switched off stays off */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
	}
}

static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Made and armed with signals held, or one between the two would leave it. */
static int make_temporary(const char *name, mode_t mode)
{
	sigset_t all, old;
	int fd;

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", name) >= sizeof(temporary))
		die("%s: name too long", name);
	catch_signals();
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	fd = mkostemp(temporary, O_CLOEXEC);
	armed = fd >= 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (fd < 0)
		die_errno("cannot create %s", temporary);
	if (fchmod(fd, mode))
		die_errno("%s", temporary);
	return fd;
}

/*
 * A device, a pipe or the like cannot be replaced; it is written as it is.  A
 * file that is replaced keeps its permissions.
 */
void output_open(struct output *out, const char *name)
{
	struct stat st;
	bool exists;

	*out = (struct output){ .name = name };
	if (!strcmp(name, "-")) {
		out->name = "standard output";
		out->fd = STDOUT_FILENO;
		return;
	}
	exists = !stat(name, &st);
	if (exists && !S_ISREG(st.st_mode)) {
		out->fd = open(name, O_WRONLY | O_CLOEXEC);
		if (out->fd < 0)
			die_errno("%s", name);
	} else {
		out->fd = make_temporary(name, exists ? st.st_mode & 0777 : default_mode());
		out->temporary = true;
	}
}

void output_write(struct output *out, const void *p, size_t n)
{
	const uint8_t *at = p;
	ssize_t put;

	out->pos += n;
	while (n) {
		put = write(out->fd, at, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			die_errno("writing %s", out->name);
		at += put;
		n -= put;
	}
}

void output_commit(struct output *out)
{
	if (close(out->fd))
		die_errno("writing %s", out->name);
	if (!out->temporary)
		return;
	if (rename(temporary, out->name))
		die_errno("cannot rename %s to %s", temporary, out->name);
	armed = 0;
}
