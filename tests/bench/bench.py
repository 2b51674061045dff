# SPDX-License-Identifier: Apache-2.0
"""The figures of docs/performance.md: one table, all measured side by side in this run.

Without a PART: all of them, which takes about a quarter of an hour.
"""

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.dont_write_bytecode = True

from report import Report  # noqa: E402

PARTS = ("inspection", "today", "clients", "latency", "records", "commands", "starts", "permits", "seal", "idle", "storms", "plots")


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the rows and all samples go")
    parser.add_argument("--processes", type=int, default=2000)
    parser.add_argument("--descriptors", type=int, default=200_000, help="of all processes together")
    parser.add_argument("--connections", type=int, default=20_000, help="TCP, of which both ends are on this host")
    parser.add_argument("--no-large", action="store_true", help="leave out the host of five times the size")
    parser.add_argument("--rounds", type=int, default=15, help="in which what is compared takes turns")
    parser.add_argument("--seconds", type=int, default=2, help="of each rate")
    parser.add_argument("--starts", type=int, default=30, help="of mariadbd, idle and busy")
    parser.add_argument("--idle", type=int, default=60, metavar="SECONDS")
    parser.add_argument("--storm", type=int, default=60, metavar="SECONDS", help="of each storm")
    options = parser.parse_args()
    if unknown := set(options.part) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    return options


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    options, report = arguments(), Report()
    release = os.uname().release.partition("-")[0]
    report.head(f"{os.cpu_count()} CPUs, Linux {release}, load {os.getloadavg()[0]:.1f}; medians where nothing else is said")
    try:
        for part in options.part or PARTS:
            importlib.import_module(f"parts.{part}").measure(report, options)
    finally:
        if options.json:
            report.write(options.json)


if __name__ == "__main__":
    main()
