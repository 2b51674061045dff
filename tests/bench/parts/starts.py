# SPDX-License-Identifier: Apache-2.0
"""From mariadbd's exec until guardd's status has its data as active."""

import json
from contextlib import nullcontext

from machine import Machine
from report import Target, percentile
from tools import HERE, busy_cores


def start_times(machine, command, rounds, every=0, pause=0):
    """What start_times.py tells; see there."""
    program = ["/usr/bin/python3", HERE / "start_times.py", machine.socket, machine.datadir, str(rounds), str(every), str(pause),
               json.dumps(command)]
    return json.loads(machine.run(program, timeout=rounds * (every + 45)).stdout)


def measure(report, options):
    report.section("From mariadbd's exec to status=active, on this machine itself")
    with Machine() as machine:
        command = machine.data_directory()
        machine.guardd()
        for what, load, bound in (("idle", nullcontext(), 10), ("every core busy", busy_cores(machine), 50)):
            with load:
                told = start_times(machine, command, options.starts)
            report.row(f"{what}: starts not seen", told["missed"], "", of=f"of {options.starts}", target=Target("<=", 0))
            if told["times"]:
                report.milliseconds(f"{what}: median", told["times"])
                report.row(f"{what}: p99", percentile(told["times"], 99) * 1000, "ms", target=Target("<", bound))
