# SPDX-License-Identifier: Apache-2.0
"""From mariadbd's exec until a listener on /v1/events hears that a permit is revoked, beside one check."""

import json

from lab import Lab
from mariadb import MariaDb
from tools import CHECK, HERE, median, time_commands


def measure(report, options):
    report.section("A start past the gate, while a permit is in force")
    with Lab() as lab:
        lab.guardd()
        database = MariaDb(lab)
        lab.run(f"cp -a {database.datadir} /run/data; rm -r {database.datadir}")
        prepare, clean = f"cp -a /run/data {database.datadir}", f"rm -r {database.datadir}"
        (looks,), _ = time_commands(lab, options.rounds, [CHECK])
        done = lab.run(["/usr/bin/python3", "-c", (HERE / "revocation_times.py").read_text(), str(options.rounds), prepare, clean,
                        json.dumps(database.command())], timeout=900)
        heard = json.loads(done.stdout)
    report.milliseconds("heard after", heard, median(heard) / median(looks), "of one check",
                        note=f"{max(heard) * 1000:.1f} ms at most, of {options.rounds}")
    report.milliseconds("one check", looks)
