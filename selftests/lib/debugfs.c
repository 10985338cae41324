// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults in the accelerator, through the host driver's debugfs directory.
 */
#include <errno.h>
#include <stdio.h>

#include "libfacet.h"

int fct_inject(enum facet_inject kind, long ctx, __u32 count, __u32 arg)
{
	char path[FCT_PATH_LEN], line[96];

	snprintf(path, sizeof(path), "/sys/kernel/debug/facet/%s/inject",
		 fct_parent());
	snprintf(line, sizeof(line), "%u %#x %#x %u %u", kind, (__u32)ctx,
		 FACET_INJ_ANY, count, arg);
	return fct_write(path, line);
}

int fct_hw_ctx(const char *uuid)
{
	return fct_attr_num(uuid, "context");
}
