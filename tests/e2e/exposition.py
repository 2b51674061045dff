# SPDX-License-Identifier: Apache-2.0
"""Prometheus' text format, as far as guardd writes it."""

import re


def samples(text):
    """The values, by the metric's name with its labels."""
    found = (re.fullmatch(r"(\w+(?:\{.*\})?) (\S+)", line) for line in text.splitlines() if line and not line.startswith("#"))
    return {match[1]: float(match[2]) for match in found}
