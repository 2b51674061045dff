# SPDX-License-Identifier: Apache-2.0
"""Who is connected to a database, beside ss(8)."""

from statistics import median

from lab import Lab
from tools import inspectors, tcp_connections, time_commands
from waiting import wait_for

PORT = 6379
TOOLS = {
    "ss -tnp, with its port": ["/usr/bin/ss", "-tnp", "state", "established", "sport", "=", f":{PORT}"],
    "ss -tn, with its port": ["/usr/bin/ss", "-tn", "state", "established", "sport", "=", f":{PORT}"],
}


def next_look(lab, after):
    """The seconds of the clients inspector in a look that is newer than `after`, and that look's number."""
    def newer():
        generation, seconds = inspectors(lab)
        return generation > after and (seconds["clients"], generation)

    return wait_for(newer, "the next look", deadline=60)


def measure(report, options):
    report.section(f"{options.connections} TCP connections to a database's port")
    with Lab() as lab:
        # Recognised by what its program is called; its role is not asked for.
        tcp_connections(lab, "redis-server", PORT, options.connections)
        lab.guardd()
        samples, generation = {name: [] for name in ("clients", *TOOLS)}, 0
        for _ in range(options.rounds):
            seconds, generation = next_look(lab, generation)
            samples["clients"].append(seconds)
            times, _ = time_commands(lab, 1, list(TOOLS.values()))
            for name, taken in zip(TOOLS, times):
                samples[name] += taken
    report.milliseconds("clients, as guardd times it", samples["clients"])
    for name in TOOLS:
        report.milliseconds(name, samples[name], median(samples[name]) / median(samples["clients"]), "of guardd's")
