# SPDX-License-Identifier: Apache-2.0
"""The table of a run, and the numbers behind it."""

import json
import operator
import statistics
from dataclasses import dataclass

TESTS = {"<": operator.lt, "<=": operator.le, ">=": operator.ge}


@dataclass
class Target:
    """What a row's ratio should be, or its value where it has no ratio: Target("<=", 1.5)."""

    test: str
    bound: float

    def met(self, number):
        return TESTS[self.test](number, self.bound)

    def __str__(self):
        return f"{self.test} {self.bound:g}"


def percentile(samples, percent):
    """statistics.quantiles has no quantile of a single sample."""
    if len(samples) < 2:
        return samples[0]
    return statistics.quantiles(samples, n=1000, method="inclusive")[round(percent * 10) - 1]


def figure(number):
    """Four digits that count."""
    return f"{number:.0f}" if abs(number) >= 1000 else f"{number:.4g}"


class Report:
    """Prints each row as it comes, so that a run that ends early has told what it knew."""

    def __init__(self):
        self.rows, self.samples = [], {}

    def head(self, text):
        print(text)
        print(f"{'':<52}{'measured':>9}       {'ratio':>7}  {'of what':<34}{'target':>8}  met", flush=True)

    def section(self, title):
        self.title = title
        print(f"{title}:", flush=True)

    def row(self, what, value, unit, ratio=None, of="", target=None, note=""):
        """`ratio` is to what `of` says."""
        met = None if target is None else target.met(value if ratio is None else ratio)
        self.rows.append({"section": self.title, "what": what, "value": value, "unit": unit, "ratio": ratio, "of": of,
                          "target": str(target or ""), "met": met, "note": note})
        times = "" if ratio is None else f"x {figure(ratio)}"
        answer = {None: "", True: "yes", False: "NO"}[met]
        print(f"  {what:<50}{figure(value):>9} {unit:<6}{times:>7}  {of:<34}{str(target or ''):>8}  {answer:<3}  {note}".rstrip(),
              flush=True)

    def milliseconds(self, what, seconds, ratio=None, of="", target=None, note=""):
        """The median of samples in seconds, which are kept."""
        self.keep(what, seconds)
        self.row(what, statistics.median(seconds) * 1000, "ms", ratio, of, target, note)

    def skip(self, what, why):
        self.rows.append({"section": self.title, "what": what, "skipped": why})
        print(f"  {what:<50}not measured: {why}", flush=True)

    def keep(self, what, samples):
        self.samples[f"{self.title}: {what}"] = samples

    def write(self, file):
        file.write_text(json.dumps({"rows": self.rows, "samples": self.samples}, indent=1) + "\n")
