# SPDX-License-Identifier: GPL-2.0
#
# table.awk: the rows of the queue depth cases as one table, share of A in percent,
# and as JSON lines in -v jsonl=FILE.

BEGIN {
	n = split("FAIR FIFO RR vf_sched vf_sched-late", policy, " ")
	printf "" >jsonl
}

match($0, /QDRES policy=/) {
	split(substr($0, RSTART + RLENGTH), part, / \| /)
	split(part[1], head, / credits=/)
	share = part[4]
	gsub(/[^0-9.]/, "", share)
	key = head[2] " " part[2]
	if (!(key in seen)) {
		seen[key] = 1
		order[++rows] = key
	}
	got[key, head[1]] = share
}

# C9 with two credits: each command of A waits for the one in the device
function excused(key) {
	return key ~ /^2 C9 /
}

function row(key, p, share, target, pass) {
	target = p == "vf_sched" && !excused(key) ? "\"49.5..50.5\"" : "null"
	pass = target == "null" ? "null" : share >= 49.5 && share <= 50.5 ? "true" : "false"
	if (pass == "false")
		missed++
	printf "{\"id\":\"drm-%s-%s\",\"scenario\":\"%s\",\"policy\":\"%s\",\"metric\":\"share of A\"," \
	       "\"value\":%s,\"unit\":\"percent\",\"target\":%s,\"pass\":%s}\n",
	       substr(key, 3, 2), substr(key, 1, 1), substr(key, 3), p, share, target, pass >jsonl
}

END {
	print "share of A in percent; two owners of equal weight, one in-order engine"
	printf "%-7s %-62s", "credits", "case"
	for (i = 1; i < n; i++)
		printf " %9s", policy[i]
	print ""
	for (r = 1; r <= rows; r++) {
		key = order[r]
		printf "%-7s %-62s", substr(key, 1, 1), substr(key, 3)
		for (i = 1; i < n; i++) {
			share = got[key, policy[i]]
			if (share == "") {
				lacking++
				printf " %9s", "-"
				continue
			}
			printf " %9.1f", share
			row(key, policy[i], share)
		}
		print ""
	}
	key = "2 C9 A one at a time 1ms (sync), B 8x20ms"
	print "C9 with two credits cannot be half: each command of A waits for the 20 ms that are"
	print "in the device already, whoever is chosen next."
	key = "1" substr(key, 2)
	if ((key, "vf_sched-late") in got)
		printf "C9 with one credit is %.1f if A submits only after the next choice was made.\n",
		       got[key, "vf_sched-late"]
	if (rows != 26 || lacking || missed) {
		printf "%d rows of 26, %d values lacking, %d beyond 49.5..50.5\n", rows, lacking, missed
		exit 1
	}
}
