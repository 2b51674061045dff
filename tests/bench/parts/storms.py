# SPDX-License-Identifier: Apache-2.0
"""Short-lived processes at half of what this machine can start, while database servers start among them."""

import json

from lab import BUILD
from machine import Machine
from parts.starts import start_times
from report import Target, percentile
from usage import Cost

EVERY = 3.0  # seconds from one server's start to the next
PAUSE = 0.05  # seconds between two looks at status: how guardd follows is measured here, and not how it answers


def rate(machine, kind, wanted, seconds):
    """How many a second there were; 0 is wanted for as many as can be."""
    done = machine.run([BUILD / "bin/storm", kind, str(wanted), str(seconds)], timeout=seconds + 60)
    return json.loads(done.stdout)["rate"]


def storm(report, machine, guard, command, kind, seconds):
    most = rate(machine, kind, 0, max(1, seconds // 12))
    blowing = machine.start([BUILD / "bin/storm", kind, str(most / 2), str(seconds)], machine.directory / f"{kind}.json")
    starts, cost = max(1, int(seconds / EVERY) - 1), Cost(guard.outer)
    told = start_times(machine, command, starts, EVERY, PAUSE)
    blowing.popen.wait(seconds + 60)
    cost.end()
    storm_rate = json.loads((machine.directory / f"{kind}.json").read_text())["rate"]
    report.row(f"{kind}: processes started", storm_rate, "/s", storm_rate / most, "of what this machine can")
    report.row(f"{kind}: mariadbd starts not seen", told["missed"], "", of=f"of {starts}", target=Target("<=", 0))
    report.row(f"{kind}: wrong checks", told["wrong"], "", of=f"of {starts}", target=Target("<=", 0))
    report.row(f"{kind}: guardd's CPU", cost.percent, "%", of="of one core", target=Target("<", 15))
    if told["times"]:
        report.milliseconds(f"{kind}: exec to status=active, median", told["times"])
        report.row(f"{kind}: exec to status=active, p99", percentile(told["times"], 99) * 1000, "ms")


def measure(report, options):
    report.section(f"Storms of short-lived processes, {options.storm} s each, on this machine itself")
    with Machine() as machine:
        command = machine.data_directory()
        guard = machine.guardd()
        for kind in ("fork", "exec"):
            storm(report, machine, guard, command, kind, options.storm)
