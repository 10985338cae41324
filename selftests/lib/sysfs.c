// SPDX-License-Identifier: GPL-2.0-only
/*
 * The accelerator in sysfs: found by its PCI IDs, instances by their UUIDs.
 * Every UUID of the tests begins with FCT_UUID_PREFIX, so that what a failed
 * test left behind can be told from an operator's instances.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libfacet.h"

#define FCT_UUID_PREFIX	"fa570000-0000-4000-8000-"
#define MDEV_DIR	"/sys/bus/mdev/devices"
#define DRIVER_DIR	"/sys/bus/pci/drivers/facet"

int fct_read(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, len - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n > 0 && isspace((unsigned char)buf[n - 1]))
		n--;
	buf[n] = '\0';
	return 0;
}

int fct_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static bool id_is(const char *bdf, const char *file, unsigned int id)
{
	char path[FCT_PATH_LEN], buf[32];

	snprintf(path, sizeof(path), DRIVER_DIR "/%s/%s", bdf, file);
	return !fct_read(path, buf, sizeof(buf)) && strtoul(buf, NULL, 0) == id;
}

const char *fct_parent(void)
{
	static char parent[256];
	const char *env = getenv("FACET_PARENT");
	struct dirent *e;
	DIR *d;

	if (env)
		return env;
	if (parent[0])
		return parent;
	d = opendir(DRIVER_DIR);
	while (d && !parent[0] && (e = readdir(d)))
		if (id_is(e->d_name, "vendor", FACET_PCI_VENDOR) &&
		    id_is(e->d_name, "device", FACET_PCI_DEVICE))
			snprintf(parent, sizeof(parent), "%s", e->d_name);
	if (d)
		closedir(d);
	if (!parent[0]) {
		printf("Bail out! no accelerator is bound to the driver facet\n");
		fflush(stdout);
		_exit(1);
	}
	return parent;
}

void fct_uuid(unsigned int n, char *uuid)
{
	snprintf(uuid, FCT_UUID_LEN, FCT_UUID_PREFIX "%012x", n);
}

bool fct_is_shared(void)
{
	const char *type = getenv("FACET_TYPE");

	return type && !strcmp(type, "facet-shared");
}

static void type_path(char *path, const char *attr)
{
	snprintf(path, FCT_PATH_LEN,
		 "/sys/bus/pci/devices/%s/mdev_supported_types/%s/%s",
		 fct_parent(), fct_is_shared() ? "facet-shared" : "facet-direct",
		 attr);
}

int fct_type_read(const char *attr, char *buf, size_t len)
{
	char path[FCT_PATH_LEN];

	type_path(path, attr);
	return fct_read(path, buf, len);
}

long fct_available(void)
{
	char buf[32];
	int ret = fct_type_read("available_instances", buf, sizeof(buf));

	return ret ? ret : strtol(buf, NULL, 10);
}

int fct_create(const char *uuid)
{
	char path[FCT_PATH_LEN];

	type_path(path, "create");
	return fct_write(path, uuid);
}

static void attr_path(char *path, const char *uuid, const char *attr)
{
	snprintf(path, FCT_PATH_LEN, MDEV_DIR "/%s/%s", uuid, attr);
}

bool fct_exists(const char *uuid)
{
	char path[FCT_PATH_LEN];

	attr_path(path, uuid, "");
	return !access(path, F_OK);
}

int fct_remove(const char *uuid)
{
	return fct_attr_write(uuid, "remove", "1");
}

int fct_attr_read(const char *uuid, const char *attr, char *buf, size_t len)
{
	char path[FCT_PATH_LEN];

	attr_path(path, uuid, attr);
	return fct_read(path, buf, len);
}

int fct_attr_write(const char *uuid, const char *attr, const char *text)
{
	char path[FCT_PATH_LEN];

	attr_path(path, uuid, attr);
	return fct_write(path, text);
}

long long fct_attr_num(const char *uuid, const char *attr)
{
	char buf[64];
	int ret = fct_attr_read(uuid, attr, buf, sizeof(buf));

	return ret ? ret : strtoll(buf, NULL, 0);
}

long long stat_of(struct fct_owner *o, const char *name)
{
	char attr[64];

	snprintf(attr, sizeof(attr), "stats/%s", name);
	return fct_attr_num(o->uuid, attr);
}

void fct_sweep(void)
{
	DIR *d = opendir(MDEV_DIR);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (!strncmp(e->d_name, FCT_UUID_PREFIX, strlen(FCT_UUID_PREFIX)))
			fct_remove(e->d_name);
	if (d)
		closedir(d);
}

/* the number behind the word KEY in a file of "key value" lines */
static long long key_num(const char *path, const char *key)
{
	FILE *f = fopen(path, "re");
	char line[256];
	long long v = -ENOENT;
	size_t n = strlen(key);

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, n) && !isalnum((unsigned char)line[n]))
			v = strtoll(line + n + 1, NULL, 10);
	if (f)
		fclose(f);
	return v;
}

long fct_locked_kb(void)
{
	return key_num("/proc/self/status", "VmLck");
}

long long fct_pins(void)
{
	long long acquired, released;

	/* Fold the per-CPU parts in; the file complains of odd counters. */
	fct_write("/proc/sys/vm/stat_refresh", "1");
	acquired = key_num("/proc/vmstat", "nr_foll_pin_acquired");
	released = key_num("/proc/vmstat", "nr_foll_pin_released");
	return acquired < 0 || released < 0 ? -ENOENT : acquired - released;
}
