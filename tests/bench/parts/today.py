# SPDX-License-Identifier: Apache-2.0
"""guardctl beside the script that people run today before they reinstall a host, on a busy host with a database."""

from statistics import median

from lab import Lab
from mariadb import MariaDb
from report import Target
from tools import CHECK, HERE, synthetic_host, time_commands


def measure(report, options):
    report.section("What is asked today")
    with Lab() as lab:
        lab.write("/usr/local/bin/todays_script", (HERE / "todays_script").read_bytes(), 0o755)
        synthetic_host(lab, options.processes, options.descriptors)
        lab.guardd()
        script = ["/usr/local/bin/todays_script", MariaDb(lab).start().socket]
        slow, fast = [], []
        for _ in range(max(1, options.rounds // 3)):
            (one,), (status,) = time_commands(lab, 1, [script])
            assert status == [1], f"the script must find the database: {status}"
            slow += one
            time_commands(lab, 1, [CHECK])  # makes the snapshot fresh
            (checks,), statuses = time_commands(lab, 20, [CHECK])
            assert statuses == [[1]], f"guardd must refuse: {statuses}"
            fast += checks
    report.milliseconds("pgrep + lsof + mysql", slow, median(slow) / median(fast), "of guardctl", Target(">=", 50))
    report.milliseconds("guardctl on a fresh snapshot", fast)
