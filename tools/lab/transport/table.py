# SPDX-License-Identifier: GPL-2.0
"""table.py WINDOWS OUTPUT [ROWS]: what a command costs on its way.

WINDOWS is what the plugin vmcount has written, OUTPUT what selftests/bench/
transport.sh has printed.  Prints a table, and writes the rows that have a target
to ROWS, an object a line.  Its status says whether all targets were met.

Of each counter the baseline's is subtracted: a loop that did nothing, for as long.
"""

import json
import sys

DEPTHS = (1, 4, 16, 64)
# What a command can cause: a fault (a trapped register), going to sleep, opening
# the window for a device's interrupt, its end, and the interrupt itself.
CAUSED = ("npf", "hlt", "vintr_device", "eoi_device", "inj_device")
HOST = ("disp", "idle", "kernel", "user")
FLOODS = ("nop", "invalid", "doorbell")


class Load:
    """One window with commands in it, and its baseline."""

    def __init__(self, words, windows, pages):
        self.number = int(words[0])
        self.transport, self.wait = words[1:3]
        self.bytes, self.depth, self.count, self.ns = map(int, words[3:7])
        self.digest = words[7]
        self.raw = windows[self.number]
        self.base = windows[self.number + 1]
        self.pages = pages

    def per_command(self, *names):
        """A counter less the baseline, per command."""
        return sum(self.raw[n] - self.base[n] for n in names) / self.count

    def host(self):
        """Host instructions per command."""
        return self.per_command(*HOST)

    def exits(self):
        """Exits per command, ticks and all."""
        return self.raw["exits"] / self.count

    def doorbells(self):
        """Traps of a doorbell page or a control page, per command."""
        return sum(self.raw.get("page:" + p, 0) for p in self.pages) / self.count


def read_windows(path):
    """Counters by window, by name."""
    windows = {}
    with open(path, encoding="ascii") as f:
        for line in f:
            words = line.split()
            windows[int(words[1])] = {k: int(v) for k, v in (w.split("=") for w in words[2:])}
    return windows


def read_loads(path, windows):
    """All loads, in order."""
    loads = []
    pages = set()
    with open(path, encoding="ascii", errors="replace") as f:
        for line in f:
            words = line.split()
            if words[:1] == ["PAGE"]:
                pages.add("%x" % (int(words[1], 16) >> 12))
            elif words[:1] == ["LOAD"]:
                loads.append(Load(words[1:], windows, pages))
    return loads


TABLE = (
    ("exits", "exits"), ("npf", "npf"), ("hlt", "hlt"), ("vintr", "vintr"), ("eoi", "eoi"),
    ("timer", "timer"), ("intr", "intr"), ("MSI", "inj_device"),
)


def print_table(loads):
    """One line a load."""
    print("%-13s %-5s %5s %5s" % ("transport", "wait", "bytes", "depth"), end="")
    print("".join("%7s" % title for title, _ in TABLE), end="")
    print("%9s %8s %8s %8s %8s %8s" % ("caused", "guest", "host", "thread", "kernel", "QEMU"))
    for x in loads:
        print("%-13s %-5s %5d %5d" % (x.transport, x.wait, x.bytes, x.depth), end="")
        print("".join("%7.3f" % x.per_command(name) for _, name in TABLE), end="")
        print("%9.4f %8.0f %8.0f %8.0f %8.0f %8.0f" % (
            x.per_command(*CAUSED), x.raw["guest"] / x.count, x.host(), x.per_command("disp"),
            x.per_command("kernel", "idle"), x.per_command("user")))


class Rows:
    """What has a target."""

    def __init__(self, loads):
        self.loads = loads
        self.rows = []

    def find(self, *key):
        """The load of that transport, wait, size and depth."""
        return next(x for x in self.loads if (x.transport, x.wait, x.bytes, x.depth) == key)

    def add(self, load, scenario, metric, value, unit, target, ok):
        """A row about a load."""
        self.rows.append({
            "id": "T%d" % load.depth, "scenario": scenario, "policy": load.transport,
            "metric": metric, "value": round(value, 4), "unit": unit, "target": target,
            "pass": bool(ok)})

    def most(self, load, metric, value, unit, target):
        """A value that must not be above its target."""
        scenario = "%d bytes, depth %d, %s" % (load.bytes, load.depth, load.wait)
        self.add(load, scenario, metric, value, unit, target, value <= target)

    def way(self, load):
        """All that is promised of a way, beside the peer at that depth."""
        peer = self.find("virtio-crypto", "irq", load.bytes, load.depth)
        fixed = self.find("virtio-crypto", "irq", 16, load.depth)
        shared = load.transport == "shared"
        # a guest that waits for each command is no load
        if not shared or load.depth > 1:
            self.most(load, "doorbell_exits", load.doorbells(), "per_command",
                      0.01 if shared else 0)
        if load.wait == "poll":
            self.most(load, "caused_exits", load.per_command(*CAUSED), "per_command", 0.02)
            limit = 0.3 if shared else 0.1
        else:
            self.most(load, "exits", load.exits(), "per_command", round(peer.exits(), 4))
            limit = 0.5
        self.most(load, "host_instructions", load.host() / fixed.host(),
                  "of_virtio_crypto_16B", limit)

    def flood(self, load):
        """What the thread does for a command beside others, and beside an equal."""
        equal = self.find("shared", "equal", load.bytes, load.depth)
        ratio = equal.raw["disp"] / load.raw["disp"]
        self.add(load, "victim beside: " + load.wait, "commands_per_thread_instruction", ratio,
                 "of_baseline", 0.9, ratio >= 0.9)

    def judge(self):
        """Everything."""
        for x in self.loads:
            if x.wait in FLOODS:
                self.flood(x)
            elif x.transport in ("direct", "shared") and x.wait in ("irq", "poll"):
                self.way(x)


def same_output(loads):
    """Whether all of one size have computed the same."""
    return all(len({x.digest for x in loads if x.bytes == size}) == 1
               for size in {x.bytes for x in loads})


def print_rows(rows):
    """One line a row."""
    for r in rows:
        print("%-4s %-28s %-7s %-32s %9.4f %-21s %8.4f  %s" % (
            r["id"], r["scenario"], r["policy"], r["metric"], r["value"], r["unit"],
            r["target"], "ok" if r["pass"] else "FAILED"))


def main():
    """See above."""
    loads = read_loads(sys.argv[2], read_windows(sys.argv[1]))
    print_table(loads)
    if not same_output(loads):
        print("not all have computed the same")
        return 1
    if len(sys.argv) < 4:
        return 0
    rows = Rows(loads)
    rows.judge()
    print_rows(rows.rows)
    with open(sys.argv[3], "w", encoding="ascii") as f:
        for row in rows.rows:
            f.write(json.dumps(row, separators=(",", ":")) + "\n")
    return not all(row["pass"] for row in rows.rows)


sys.exit(main())
