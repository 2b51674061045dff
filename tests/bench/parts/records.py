# SPDX-License-Identifier: Apache-2.0
"""Answers with a durable record, and the ledger alone, on a file system of its own that lies on this machine's disk."""

import json
from statistics import median

from lab import Lab
from report import Target
from tools import GUARDD_SOCKET, disk_of_this_machine, install, load, start_echo


def allows(lab, socket, connections, seconds):
    answer = load(lab, socket, connections, seconds)
    assert socket != GUARDD_SOCKET or answer["allows"] == len(answer["microseconds"]), "a host without data must be allowed"
    return [us / 1e6 for us in answer["microseconds"]], answer["rate"]


def measure(report, options):
    report.section("Durable records, on this machine's disk")
    with disk_of_this_machine() as device, Lab() as lab:
        install(lab, "ledger_rate", "http_load", "echo_server")
        lab.give(device)
        lab.run(f"mount {device} /var; mkdir -p /var/lib/guardd/bench /var/log /var/tmp; ln -s /run /var/run")
        lab.guardd()
        _, echo = start_echo(lab)
        commits, trips, answers = [], [], []
        for number in range(max(1, options.rounds // 5)):
            directory = f"/var/lib/guardd/bench/{number}"
            lab.run(["mkdir", directory])
            ledger = json.loads(lab.run(["ledger_rate", directory, str(options.seconds)], timeout=300).stdout)
            commits += [us / 1e6 for us in ledger["sqlite"]]
            trips += allows(lab, echo, 1, options.seconds)[0]
            answers += allows(lab, GUARDD_SOCKET, 1, options.seconds)[0]
        _, many = allows(lab, GUARDD_SOCKET, 64, options.seconds)
    alone = 1 / median(commits)
    report.milliseconds("SQLite alone, a row a transaction", commits)
    for askers in ("1", "64"):
        report.row(f"guardd's ledger, {askers} waiting", ledger[askers], "/s", ledger[askers] / alone, "of SQLite alone")
    floor = median(trips) + median(commits)
    report.milliseconds("a durable allow", answers, median(answers) / floor, "of an echo and SQLite's commit", Target("<=", 1.5))
    report.row("durable allows, 64 connections", many, "/s", many * median(commits), "of SQLite alone")
