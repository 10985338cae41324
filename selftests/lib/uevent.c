// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel announces of devices.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "libfacet.h"

#define KERNEL_GROUP	1
#define UEVENT_BYTES	8192

int fct_uevents(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	struct timeval second = { .tv_sec = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -errno;
	}
	return fd;
}

int fct_uevent_wait(int fd, const char *a, const char *b)
{
	long long end = fct_now_ms() + FCT_WAIT_MS;
	char buf[UEVENT_BYTES];
	ssize_t n, i;

	while (fct_now_ms() < end) {
		n = recv(fd, buf, sizeof(buf) - 1, 0);
		if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
			return -errno;
		if (n <= 0)
			continue;
		/* its strings end with 0 each: make it one */
		for (i = 0; i < n; i++)
			buf[i] = buf[i] ? buf[i] : ' ';
		buf[n] = '\0';
		if (strstr(buf, a) && strstr(buf, b))
			return 0;
	}
	return -ETIMEDOUT;
}
