# SPDX-License-Identifier: GPL-2.0
#
# tap.awk: count the results in the TAP (or KTAP) of one or more programs, one
# after another, whose output other lines may interrupt.
#
# Top-level results count; indented ones (subtests) do not.  A program begins
# with a version line, with a result numbered 1, or with a second plan.  No
# results, a plan that is missing or not fulfilled, a KUnit suite that ran no
# case and "Bail out!" are failures of their own.
#
# -v demo=1 reads the demo's checks ("  ok   TEXT", "  FAILED  TEXT") instead.
# -v label=TEXT goes before each name.
#
# Prints "failed NAME" and "skipped NAME" for each, then
# "count PASSED FAILED SKIPPED".

function fail(name) {
	failed++
	print "failed " label name
}

function skip(name) {
	skipped++
	print "skipped " label name
}

# what a result line says beside its number
function text(line) {
	sub(/^(not )?ok *[0-9]* *(- )?/, "", line)
	return line == "" ? "test " seen : line
}

# the program that was read ends here
function finish() {
	if (plan >= 0 && seen != plan)
		fail("plan of " plan " tests, but " seen " were seen")
	else if (plan < 0 && seen > 0)
		fail("no plan: the program may have ended early, after " seen " tests")
	else if (plan < 0 && version)
		fail("a program that printed a TAP header and no test")
	plan = -1
	seen = version = cases = suite = 0
}

BEGIN {
	plan = -1
}

{
	sub(/\r$/, "")
	sub(/^(<[0-9]+>)?\[ *[0-9]+\.[0-9]+\] ?/, "")
}

demo {
	if ($0 ~ /^  ok  /) {
		passed++
		total++
	} else if ($0 ~ /^  FAILED  /) {
		total++
		sub(/^  FAILED  /, "")
		fail($0)
	}
	next
}

/^K?TAP version/ {
	if (seen || plan >= 0 || version)
		finish()
	version = 1
	next
}

/^[ \t]+# Subtest:/ || /^[ \t]+K?TAP version/ {
	suite = 1
	next
}

/^[ \t]+(not )?ok( |$)/ {
	cases++
	next
}

/^1\.\.[0-9]+/ {
	if (plan >= 0)
		finish()
	plan = substr($1, 4) + 0
	if (plan == 0 && $0 ~ /# *SKIP/) {
		total++
		sub(/^.*# *SKIP */, "")
		skip("whole program: " $0)
	} else if (plan == 0) {
		fail("a plan of no tests")
	}
	next
}

/^(not )?ok( |$)/ {
	number = $1 == "ok" ? $2 : $3
	if (number == 1 && seen)
		finish()
	seen++
	total++
	if ($0 ~ /# *[Ss][Kk][Ii][Pp]/)
		skip(text($0))
	else if ($1 == "not")
		fail(text($0))
	else if (suite && !cases)
		fail(text($0) ": a suite that ran no case")
	else
		passed++
	suite = cases = 0
	next
}

/^Bail out!/ {
	fail($0)
}

END {
	if (!demo)
		finish()
	if (!total && !failed)
		fail("no test ran")
	print "count " passed + 0 " " failed + 0 " " skipped + 0
}
