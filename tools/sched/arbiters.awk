# SPDX-License-Identifier: GPL-2.0
#
# The device's arbiters, from enum facet_arb in uapi/facet/hw.h.  Ours is eevdf.
/^\tFACET_ARB_[A-Z0-9_]+[ \t]*=/ {
	name = tolower(substr($1, 11))
	n++
	names[n] = name
	values[n] = "FACET_ARB_" substr($1, 11)
	if (name == "eevdf")
		ours = n
	else if (name == "weighted" && !ours)
		ours = n
}
END {
	print "/* made from uapi/facet/hw.h */"
	print "static const struct { const char *name; unsigned int value; } arbiters[] = {"
	for (i = 1; i <= n; i++)
		printf "\t{ \"%s\", %s },\n", names[i], values[i]
	print "};"
	printf "#define NR_ARBITERS %d\n", n
	printf "#define OUR_ARBITER %s\n#define OUR_ARBITER_NAME \"%s\"\n", values[ours], names[ours]
	exit !ours
}
