# SPDX-License-Identifier: Apache-2.0
"""What the seal costs who opens files and devices, and a database on a sealed disk: off, observing and enforced, side by side."""

import json
import subprocess
import time
from contextlib import ExitStack
from statistics import median

from lab import BUILD, SystemdLab
from mariadb import MariaDb
from report import Target
from tools import disk_of_this_machine
from waiting import wait_for

MODES = ("off", "observe", "enforce")
OPENINGS_ROUNDS = 100  # for each of options.rounds: a round takes some milliseconds
COMMITS = 250  # a sample, a quarter of a second


def configure(lab, mode, device):
    """guardd anew, with the seal in that mode, and in force on the device."""
    lab.systemctl("stop", "guardd.socket", "guardd.service")
    lab.write("/etc/guardd/guardd.json", json.dumps({"seal": mode}))
    lab.systemctl("start", "guardd.service")

    def is_so():
        seal = lab.json("/v1/seal")["seal"]
        return seal["mode"] == mode and (mode == "off" or device in {one["name"] for one in seal.get("devices", [])})

    wait_for(is_so, f"the seal to be {mode}", deadline=60)


def mount(lab, device, place):
    lab.give(device)
    lab.run(f"mkdir -p {place}; mount {device} {place}")


# Openings

def openings(what, path, labs, rounds):
    """Of each lab the nanoseconds that one opening took, in every round."""
    command = [BUILD / "bin/open_times", str(rounds), what, path, *(lab.shells for lab in labs)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, timeout=600).stdout)


def opening_rows(report, name, samples, target):
    off = median(samples[0])
    for mode, taken in zip(MODES, samples):
        report.keep(f"{name}, {mode}, ns", taken)
        ratio = () if mode == "off" else (median(taken) / off, "of off", target)
        report.row(f"{name}: {mode}", median(taken), "ns", *ratio)


def measure_openings(report, options):
    with disk_of_this_machine("data") as data, disk_of_this_machine("free") as free, ExitStack() as stack:
        labs = [stack.enter_context(SystemdLab()) for _ in MODES]
        for lab, mode in zip(labs, MODES):
            mount(lab, data, "/srv/db")
            lab.run("mkdir -p /srv/db/mysql/mysql; echo x >/srv/db/mysql/ibdata1; echo x >/srv/db/mysql/mysql/db.MYD")
            configure(lab, mode, data)
        rounds = options.rounds * OPENINGS_ROUNDS
        for name, what, path, target in (("a regular file", "read", "/usr/bin/env", Target("<=", 1.02)),
                                         ("a disk without data, to write", "write", free, Target("<=", 1.05)),
                                         ("a sealed disk, to read", "read", data, Target("<=", 1.05)),
                                         ("/dev/null", "write", "/dev/null", None)):
            opening_rows(report, name, openings(what, path, labs, rounds), target)
        # Each of these is told to guardd, which is at work meanwhile.
        opening_rows(report, "a sealed disk, to write", openings("write", data, labs[:2], options.rounds), None)
        for lab in labs:
            lab.umount("/srv/db")


# Commits

def commit_rate(database, numbers):
    """Transactions of one row each, of one client, a second."""
    text = "".join(f"INSERT INTO bench.numbers VALUES ({next(numbers)});\n" for _ in range(COMMITS))
    began = time.perf_counter()
    database.lab.run(["mariadb", "--no-defaults", f"--socket={database.socket}"], input=text.encode(), timeout=120)
    return COMMITS / (time.perf_counter() - began)


def measure_commits(report, options):
    with disk_of_this_machine("one") as one, disk_of_this_machine("two") as two, SystemdLab() as here, SystemdLab() as there:
        places = ((here, one), (there, two))
        databases, numbers, pairs = [], iter(range(1 << 31)), []
        for lab, disk in places:
            mount(lab, disk, "/srv/live")
            databases.append(MariaDb(lab, datadir="/srv/live/mysql").start())
            databases[-1].client("CREATE DATABASE bench; CREATE TABLE bench.numbers (n INT PRIMARY KEY)")
        # Each disk has each state: one of them may be the faster one. In each pair another one is the first.
        for modes in (("off", "enforce"), ("enforce", "off")):
            for (lab, disk), mode in zip(places, modes):
                configure(lab, mode, disk)
            turns = dict(zip(modes, databases))
            for number in range(4 * options.rounds):
                order = sorted(turns, reverse=bool(number % 2))
                pairs.append({mode: commit_rate(turns[mode], numbers) for mode in order})
        for database, (lab, _) in zip(databases, places):
            database.stop()
            lab.umount("/srv/live")
    rates = {mode: [pair[mode] for pair in pairs] for mode in ("off", "enforce")}
    for mode, samples in rates.items():
        report.keep(f"commits, {mode}, /s", samples)
    # Of what was measured one right after the other: the machine's own pace changes more than that.
    ratio = median(pair["enforce"] / pair["off"] for pair in pairs)
    report.row("commits, MariaDB on a sealed disk", median(rates["enforce"]), "/s", ratio, "of unsealed, pair by pair", Target(">=", 0.95))
    report.row("commits, MariaDB on an unsealed disk", median(rates["off"]), "/s")


def measure(report, options):
    report.section("The seal: off, observing, enforced")
    measure_openings(report, options)
    measure_commits(report, options)
