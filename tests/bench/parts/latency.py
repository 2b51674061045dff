# SPDX-License-Identifier: Apache-2.0
"""Answers over kept connections, beside the bare echo of a body of the same size by the same client."""

from lab import Lab
from mariadb import MariaDb
from report import Target, percentile
from tools import GUARDD_SOCKET, install, load, start_echo

CONNECTIONS = (1, 8, 64, 1000)
ROUNDS = 3
CHECK = ("POST", "/v1/check")
STATUS = ("GET", "/v1/status")


def sample(lab, question, connections, seconds):
    """guardd and the echo in turn: of each its milliseconds, the answers a second, and who was turned away."""
    server, echo = start_echo(lab, *question)
    told = {GUARDD_SOCKET: [], echo: []}
    for _ in range(ROUNDS):
        for socket, runs in told.items():
            runs.append(load(lab, socket, connections, seconds, *question))
    server.end()
    return [([us / 1000 for run in runs for us in run["microseconds"]], sum(run["rate"] for run in runs) / ROUNDS, runs[-1])
            for runs in told.values()]


def question_rows(report, lab, name, question, options, target=Target("<=", 1.5)):
    for connections in CONNECTIONS:
        (mine, rate, last), (bare, bare_rate, _) = sample(lab, question, connections, options.seconds)
        what = f"{name}, {connections} connection{'s' if connections > 1 else ''}"
        report.keep(f"{what}, ms", mine)
        report.keep(f"{what}, the echo's ms", bare)
        if connections == 1:
            for percent, wanted in ((50, target), (99, target), (99.9, None)):
                value, floor = percentile(mine, percent), percentile(bare, percent)
                report.row(f"{what}: p{percent}", value, "ms", value / floor, f"of the echo's {floor:.3f} ms", wanted)
        away = f"{last['turned_away']} turned away: guardd's limit on connections" if last["turned_away"] else ""
        report.row(f"{what}: throughput", rate, "/s", rate / bare_rate, f"of the echo's {bare_rate:.0f} /s", note=away)


def measure(report, options):
    report.section("Answers over kept connections")
    with Lab() as lab:
        install(lab, "http_load", "echo_server")
        lab.guardd()
        question_rows(report, lab, "allow, a whole look each", CHECK, options, target=None)
        MariaDb(lab).start()
        assert lab.check("check-reinstall").status == 1
        question_rows(report, lab, "refusal", CHECK, options)
        question_rows(report, lab, "status", STATUS, options)
