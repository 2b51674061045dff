# SPDX-License-Identifier: Apache-2.0
"""A full inspection beside the tools that people ask today, on hosts full of processes."""

from pathlib import Path

from lab import Lab
from report import Target
from tools import CHECK, bare, inspectors, install, median, synthetic_host, time_commands

# A file system that nobody uses, so that what the tools print does not count.
PLACE = "/dev/shm"
TOOLS = {
    "lsof -n -P": ["/usr/bin/lsof", "-n", "-P"],
    "lsof +D DIR": ["/usr/bin/lsof", "-n", "-P", "+D", PLACE],
    "fuser -m": ["/usr/bin/fuser", "-m", PLACE],
    "find /proc/*/fd -lname": ["/bin/sh", "-c", f"exec find /proc/[0-9]*/fd -lname '{PLACE}/*'"],
}


def lacking(processes, descriptors):
    """Why this machine is too small for so many, or nothing. Measured: 120 KiB a process, 1 KiB a descriptor; twice that."""
    def limit(name):
        return int(Path(f"/proc/sys/{name}").read_text())

    memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    available = int(memory["MemAvailable"].split()[0])
    needed = 256 * processes + 2 * descriptors
    if available < needed:
        return f"{needed >> 20} GiB of memory are needed and {available >> 20} available"
    for name, wanted in (("kernel/pid_max", processes * 2), ("kernel/threads-max", processes * 2), ("fs/file-max", descriptors * 2)):
        if limit(name) < wanted:
            return f"{name} is {limit(name)}, and {wanted} are needed"
    return ""


def sample(lab, rounds, tools, every):
    """All contenders in turn; the slow ones in every so manyth round. Lists of seconds by name."""
    samples, answers, why = {}, set(), ""
    for number in range(rounds):
        for program in ("bare_walk", "bare_iterator"):
            seconds, problem = bare(lab, program)
            why = why or problem
            if seconds is not None:
                samples.setdefault(program, []).append(seconds)
        # Without data no answer is reused: each check is a whole inspection, with the client on top of it.
        (times,), (statuses,) = time_commands(lab, 1, [CHECK])
        answers.update(statuses)
        samples.setdefault("inspection", []).extend(times)
        samples.setdefault("open files", []).append(inspectors(lab)[1]["open_files"])
        if number % every == 0:
            for name in tools:
                (times,), _ = time_commands(lab, 1, [TOOLS[name]])
                samples.setdefault(name, []).extend(times)
    return samples, answers, why


def host(report, processes, descriptors, connections, rounds, every):
    report.section(f"{processes} processes, {descriptors} descriptors, {connections} TCP connections")
    if why := lacking(processes, descriptors):
        report.skip("full inspection and all it is compared with", why)
        return
    with Lab() as lab:
        install(lab, "bare_walk", "bare_iterator")
        synthetic_host(lab, processes, descriptors, connections)
        lab.guardd()
        samples, answers, why = sample(lab, rounds, TOOLS, every)
    inspection, walk = median(samples["inspection"]), median(samples["bare_walk"])
    note = "" if answers == {0} else f"not allowed: guardctl gave {sorted(answers)}"
    report.milliseconds("full inspection, asked and answered", samples["inspection"], inspection / walk, "of the bare two-thread walk",
                        Target("<=", 1.2), note)
    report.milliseconds("bare two-thread walk", samples["bare_walk"])
    if why:
        report.skip("bare BPF iterator", why)
        report.milliseconds("open files alone, as guardd times it", samples["open files"])
    else:
        iterator = median(samples["bare_iterator"])
        report.milliseconds("open files alone, as guardd times it", samples["open files"], median(samples["open files"]) / iterator,
                            "of the bare BPF iterator", Target("<=", 1.5))
        report.milliseconds("bare BPF iterator", samples["bare_iterator"])
    for name in TOOLS:
        target = Target(">=", 10 if why else 25) if name == "lsof -n -P" else None
        report.milliseconds(name, samples[name], median(samples[name]) / inspection, "of the full inspection", target)


def measure(report, options):
    host(report, options.processes, options.descriptors, options.connections, options.rounds, every=3)
    if not options.no_large:
        host(report, options.processes * 5, options.descriptors * 5, options.connections, max(1, options.rounds // 5), options.rounds)
