# SPDX-License-Identifier: Apache-2.0
"""What a daemon with its workers takes; processes are named by their numbers on this machine."""

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """A process and its descendants."""
    pids = [pid]
    for parent in pids:
        try:
            pids += map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return pids


def resident_kib(pid):
    """The Pss of a process and its descendants, proc_pid_smaps_rollup(5)."""
    total = 0
    for member in tree(pid):
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a worker that is done
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def cpu_seconds(pid):
    """Of a process, its descendants, and those of its children that it has reaped."""
    total = 0
    for member in tree(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(map(int, fields[11:15])) / TICKS
    return total


def switches(pid):
    """How often each task of a process and its descendants has given up a core, or lost one."""
    counts = {}
    for member in tree(pid):
        for task in Path(f"/proc/{member}/task").glob("*/status"):
            try:
                lines = task.read_text().splitlines()
            except (FileNotFoundError, ProcessLookupError):
                continue
            counts[task] = sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)
    return counts


class Cost:
    """Of one daemon over the time that it is watched."""

    def __init__(self, pid):
        self.pid, self.pss = pid, []
        self.cpu, self.switches, self.began = cpu_seconds(pid), switches(pid), time.monotonic()

    def end(self):
        seconds, after = time.monotonic() - self.began, switches(self.pid)
        self.percent = (cpu_seconds(self.pid) - self.cpu) / seconds * 100  # of one core
        self.wakeups = sum(after[task] - self.switches.get(task, 0) for task in after) / seconds
