# SPDX-License-Identifier: Apache-2.0
"""Who is connected to a database, beside ss(8)."""

from statistics import median

from lab import Lab
from tools import inspectors, tcp_connections, time_commands

PORT = 6379
TOOLS = {
    "ss -tnp, with its port": ["/usr/bin/ss", "-tnp", "state", "established", "sport", "=", f":{PORT}"],
    "ss -tn, with its port": ["/usr/bin/ss", "-tn", "state", "established", "sport", "=", f":{PORT}"],
}


def new_look(lab):
    """The seconds of the clients inspector in a look that begins now: a question about a wipe has one of its own."""
    lab.check("check-wipe", "/dev/shm")
    return inspectors(lab)["clients"]


def measure(report, options):
    report.section(f"{options.connections} TCP connections to a database's port")
    with Lab() as lab:
        # Recognised by what its program is called; its role is not asked for.
        tcp_connections(lab, "redis-server", PORT, options.connections)
        lab.guardd()
        samples = {name: [] for name in ("clients", *TOOLS)}
        for _ in range(options.rounds):
            samples["clients"].append(new_look(lab))
            times, _ = time_commands(lab, 1, list(TOOLS.values()))
            for name, taken in zip(TOOLS, times):
                samples[name] += taken
    report.milliseconds("clients, as guardd times it", samples["clients"])
    for name in TOOLS:
        report.milliseconds(name, samples[name], median(samples[name]) / median(samples["clients"]), "of guardd's")
