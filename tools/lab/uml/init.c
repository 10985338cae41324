// SPDX-License-Identifier: GPL-2.0
/*
 * init of the KUnit lane: load the modules of /modules/list in their order, with
 * the trace events of those that have any, and switch off.
 *
 * Prints "uml: ..." lines, which tools/lab/uml.sh reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRACING	"/sys/kernel/tracing"

static void must(int ret, const char *what)
{
	if (ret >= 0)
		return;
	printf("uml: FAILED %s: %s\n", what, strerror(errno));
	fflush(stdout);
	reboot(RB_POWER_OFF);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	must(fd, path);
	must(write(fd, text, strlen(text)), path);
	close(fd);
}

/* Module and parameters: "NAME.ko [PARAMETERS]". */
static void load(char *line)
{
	char path[300], *args = strchr(line, ' ');
	int fd;

	if (args)
		*args++ = '\0';
	snprintf(path, sizeof(path), "/modules/%s", line);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd, path);
	must(syscall(SYS_finit_module, fd, args ? args : "", 0), path);
	close(fd);
	/* events of a module come with it; what was first is what stays */
	if (!access(TRACING "/events/vf_sched/enable", W_OK))
		put(TRACING "/events/vf_sched/enable", "1");
	printf("uml: loaded %s\n", line);
	fflush(stdout);
}

/* How often does each event stand in the trace? */
static void count_events(void)
{
	static const char *const name[] = { "pick", "charge", "correct", "throttle" };
	unsigned int count[4] = { 0 }, i;
	FILE *f = fopen(TRACING "/trace", "r");
	char line[512], event[32];

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		for (i = 0; i < 4; i++) {
			snprintf(event, sizeof(event), " vf_sched_%s: ", name[i]);
			if (strstr(line, event) && count[i]++ == 0)
				printf("uml: %s", line);
		}
	}
	fclose(f);
	for (i = 0; i < 4; i++)
		printf("uml: trace %s %u\n", name[i], count[i]);
}

int main(void)
{
	FILE *list;
	char line[256];

	must(mount("proc", "/proc", "proc", 0, NULL), "proc");
	must(mount("sysfs", "/sys", "sysfs", 0, NULL), "sysfs");
	if (!mount("tracefs", TRACING, "tracefs", 0, NULL))
		put(TRACING "/options/overwrite", "0");
	list = fopen("/modules/list", "r");
	must(list ? 0 : -1, "/modules/list");
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		load(line);
	}
	count_events();
	printf("uml: done\n");
	fflush(stdout);
	return reboot(RB_POWER_OFF);
}
