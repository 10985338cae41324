# SPDX-License-Identifier: GPL-2.0
#
# The tables of kernel/accel/vfio/reset.c as macros for instance.pml, so that what is
# checked is what runs: states and events, kinds of reset, steps in their order.
#	awk -f tables.awk uapi/facet/instance.h kernel/accel/vfio/reset.c

# ST(A) | ST(B) as a mask of model states
function mask(text) {
	gsub(/ST\(/, "ST(S_", text)
	return text
}

function field(name,	text) {
	if (!match($0, "\\." name " = [A-Z_ |]+"))
		return "0"
	text = substr($0, RSTART, RLENGTH)
	sub(/^[^=]*= /, "", text)
	return text
}

/^\tFACET_VI_ST_[A-Z]+\t*= [0-9]+,/ {
	sub(/FACET_VI_ST_/, "", $1)
	printf "#define S_%s %d\n", $1, $3
	states++
}

/^#define ST_ALIVE/ {
	sub(/^#define ST_ALIVE[ \t]*/, "")
	printf "#define ST_ALIVE %s\n", mask($0)
}

/^\t\[EDGE_[A-Z]+\]\t*= \{ / {
	edge = $1
	gsub(/[][]|EDGE_/, "", edge)
	from = to = $0
	sub(/^[^{]*\{ /, "", from)
	sub(/, FACET_VI_ST_.*/, "", from)
	sub(/.*FACET_VI_ST_/, "", to)
	sub(/ .*/, "", to)
	printf "#define FROM_%s (%s)\n#define TO_%s S_%s\n", edge, mask(from), edge, to
	edges++
}

/^#define [A-Z_]+\t+BIT\([0-9]+\)/ {
	n = $3
	gsub(/[^0-9]/, "", n)
	printf "#define %s %d\n", $2, 2 ^ n
	flags++
}

/^\t\[VI_RESET_[A-Z]+\]\t*= / {
	kind = $1
	gsub(/[][]|VI_RESET_/, "", kind)
	sub(/^[^=]*= /, "")
	sub(/,.*/, "")
	printf "#define KIND_%s (%s)\n", kind, $0
	kinds++
}

/^\t\{ \.run = step_/ {
	name = $0
	sub(/.*step_/, "", name)
	sub(/[ ,}].*/, "", name)
	steps = steps sprintf(" STEP(%s, (%s), (%s))", name, field("when"), field("unless"))
	nr_steps++
}

END {
	printf "#define SEQUENCE %s\n", steps
	if (states != 6 || edges < 7 || flags < 9 || kinds < 8 || nr_steps < 8) {
		print "tables.awk: the tables have not been found" >"/dev/stderr"
		exit 1
	}
}
