# SPDX-License-Identifier: Apache-2.0
"""From mariadbd's exec until a listener on /v1/events hears that a permit is revoked, beside one check."""

import json
from statistics import median

from lab import Lab
from mariadb import MariaDb
from tools import CHECK, HERE, time_commands


def measure(report, options):
    report.section("A start past the gate, while a permit is in force")
    with Lab() as lab:
        database = MariaDb(lab)
        # As an archive: a second data directory would be found, too.
        lab.run(f"tar --create --sparse --directory={database.datadir} --file=/run/data.tar .; rm -r {database.datadir}")
        prepare = f"mkdir {database.datadir}; tar --extract --sparse --directory={database.datadir} --file=/run/data.tar"
        clean = f"rm -r {database.datadir}"
        lab.guardd()  # it never saw the data, which it would remember
        (looks,), _ = time_commands(lab, options.rounds, [CHECK])
        done = lab.run(["/usr/bin/python3", "-c", (HERE / "revocation_times.py").read_text(), str(options.rounds), prepare, clean,
                        json.dumps(database.command())], timeout=900)
        heard = json.loads(done.stdout)
    report.milliseconds("heard after", heard, median(heard) / median(looks), "of one check",
                        note=f"{max(heard) * 1000:.1f} ms at most, of {options.rounds}")
    report.milliseconds("one check", looks)
