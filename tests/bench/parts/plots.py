# SPDX-License-Identifier: Apache-2.0
"""Draws what an inspection costs against the number of processes, and of descriptors: docs/performance-*.svg."""

import subprocess
from statistics import median

from lab import TOP, Lab
from parts.inspection import sample
from tools import install, synthetic_host

ROUNDS = 3
MARGIN = 1.2  # left and right of the points, as a factor
SERIES = {"lsof -n -P": "lsof -n -P", "inspection": "full inspection by guardd", "bare_walk": "bare two-thread walk",
          "bare_iterator": "bare BPF iterator"}
PLOTS = {
    "processes": ("processes, with 100,000 descriptors together", [(count, 100_000) for count in (250, 500, 1000, 2000)]),
    "descriptors": ("descriptors, of 1,000 processes", [(1000, count) for count in (25_000, 50_000, 100_000, 200_000)]),
}
STYLE = """
set terminal svg size 720,440 font "sans-serif,13" background "white"
set xlabel "{label}"
set ylabel "milliseconds, median"
set logscale xy
set xrange [{low}:{high}]
set xtics ({ticks}) nomirror
set ytics nomirror
set border 3
set grid
set key outside top center horizontal
set output "{output}"
plot {lines}
"""


def medians(processes, descriptors):
    with Lab() as lab:
        install(lab, "bare_walk", "bare_iterator")
        synthetic_host(lab, processes, descriptors)
        lab.guardd()
        samples, _, _ = sample(lab, ROUNDS, ["lsof -n -P"], every=1)
    return {name: median(samples[name]) * 1000 for name in SERIES if name in samples}


def draw(output, label, points):
    """`points` is a list of an x and its medians by name."""
    names = [name for name in SERIES if all(name in taken for _, taken in points)]
    blocks = "".join(f"${name.split()[0]} << END\n" + "".join(f"{x} {taken[name]}\n" for x, taken in points) + "END\n"
                     for name in names)
    lines = ", ".join(f'${name.split()[0]} with linespoints linewidth 2 pointtype 7 pointsize 0.5 title "{SERIES[name]}"' for name in names)
    ticks = ", ".join(f'"{x:,}" {x}' for x, _ in points)
    low, high = points[0][0] / MARGIN, points[-1][0] * MARGIN
    script = blocks + STYLE.format(label=label, low=low, high=high, ticks=ticks, output=output, lines=lines)
    subprocess.run(["gnuplot"], input=script.encode(), check=True, timeout=60)


def measure(report, options):
    report.section("Plots")
    for name, (label, sizes) in PLOTS.items():
        points = [(size[0] if name == "processes" else size[1], medians(*size)) for size in sizes]
        report.keep(name, points)
        output = TOP / f"docs/performance-{name}.svg"
        draw(output, label, points)
        print(f"  drawn: docs/{output.name}", flush=True)
