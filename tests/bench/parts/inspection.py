# SPDX-License-Identifier: Apache-2.0
"""A full inspection beside the tools that people ask today, on hosts full of processes."""

from collections import defaultdict
from pathlib import Path
from statistics import median

from lab import Lab
from report import Target
from tools import CHECK, bare, inspectors, install, synthetic_host, time_commands

# A file system that nobody uses, so that what the tools print does not count.
PLACE = "/dev/shm"
# A second guardd, which never uses an iterator.
READLINK_SOCKET = "/run/readlink/guardd.sock"
READLINK_CHECK = [*CHECK, "--socket", READLINK_SOCKET]
TOOLS = {
    "lsof -n -P": ["/usr/bin/lsof", "-n", "-P"],
    "lsof +D DIR": ["/usr/bin/lsof", "-n", "-P", "+D", PLACE],
    "fuser -m": ["/usr/bin/fuser", "-m", PLACE],
    "find /proc/*/fd -lname": ["/bin/sh", "-c", f"exec find /proc/[0-9]*/fd -lname '{PLACE}/*'"],
}


def lacking(processes, descriptors):
    """Why this machine is too small for so many, or nothing.

    Measured: 10,000 processes with 100 descriptors each take 3.1 GiB. Twice that is asked for.
    """
    def limit(name):
        return int(Path(f"/proc/sys/{name}").read_text())

    memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    available = int(memory["MemAvailable"].split()[0])
    needed = 420 * processes + 2 * descriptors  # KiB
    if available < needed:
        return f"{needed >> 20} GiB of memory are needed and {available >> 20} available"
    numbers = {"kernel/pid_max": processes, "kernel/threads-max": processes, "fs/file-max": descriptors}
    for name, used in numbers.items():
        wanted = 2 * used  # there are others
        if limit(name) < wanted:
            return f"{name} is {limit(name)}, and {wanted} are needed"
    return ""


def start_without_iterator(lab):
    lab.run("mkdir -p /run/readlink")
    lab.write("/etc/readlink.json", '{"scan": "readlink"}')
    lab.guardd("--socket", READLINK_SOCKET, "--state-dir", "/var/lib/readlink", "--config", "/etc/readlink.json", socket=READLINK_SOCKET)


def sample(lab, rounds, tools, every):
    """All contenders in turn, the slow tools in every so manyth round: lists of seconds by name; the exit statuses of
    guardctl; and why the iterator could not be loaded."""
    samples, answers, why = defaultdict(list), set(), ""
    for number in range(rounds):
        for program in ("bare_walk", "bare_iterator"):
            seconds, problem = bare(lab, program)
            why = why or problem
            if seconds is not None:
                samples[program].append(seconds)
        # Without data no answer is reused: each check is a whole inspection, with the client on top of it.
        (times,), (statuses,) = time_commands(lab, 1, [CHECK])
        answers.update(statuses)
        samples["inspection"] += times
        (times,), _ = time_commands(lab, 1, [READLINK_CHECK])
        samples["without an iterator"] += times
        samples["open files"].append(inspectors(lab)["open_files"])
        for name in tools if number % every == 0 else ():
            (times,), _ = time_commands(lab, 1, [TOOLS[name]])
            samples[name] += times
    return samples, answers, why


def rows(report, samples, answers, why):
    middle = {name: median(seconds) for name, seconds in samples.items()}
    note = "" if answers == {0} else f"not allowed: guardctl gave {sorted(answers)}"
    report.milliseconds("full inspection, asked and answered", samples["inspection"], middle["inspection"] / middle["bare_walk"],
                        "of the bare two-thread walk", Target("<=", 1.2), note)
    without, beside = "full inspection without an iterator", middle.get("lsof -n -P")
    report.milliseconds(without, samples["without an iterator"], beside / middle["without an iterator"], "times shorter than lsof -n -P",
                        Target(">=", 10))
    report.milliseconds("bare two-thread walk", samples["bare_walk"])
    if why:
        report.milliseconds("open files alone, as guardd times it", samples["open files"])
        report.skip("bare BPF iterator", why)
    else:
        report.milliseconds("open files alone, as guardd times it", samples["open files"],
                            middle["open files"] / middle["bare_iterator"], "of the bare BPF iterator", Target("<=", 1.5))
        report.milliseconds("bare BPF iterator", samples["bare_iterator"])
    for name in TOOLS:
        if name not in samples:
            report.skip(name, "on a host of this size it takes minutes, as lsof -n -P does")
            continue
        target = Target(">=", 10 if why else 25) if name == "lsof -n -P" else None
        report.milliseconds(name, samples[name], middle[name] / middle["inspection"], "of the full inspection", target)


def host(report, processes, descriptors, connections, rounds, every, tools=tuple(TOOLS)):
    report.section(f"{processes} processes, {descriptors} descriptors, {connections} TCP connections")
    if why := lacking(processes, descriptors):
        report.skip("full inspection and all it is compared with", why)
        return
    with Lab() as lab:
        install(lab, "bare_walk", "bare_iterator")
        synthetic_host(lab, processes, descriptors, connections)
        lab.guardd()
        start_without_iterator(lab)
        rows(report, *sample(lab, rounds, tools, every))


def measure(report, options):
    size = options.processes, options.descriptors
    host(report, *size, options.connections, options.rounds, every=3)
    if not options.no_large:
        rounds = max(1, options.rounds // 5)
        host(report, *(5 * number for number in size), options.connections, rounds, every=rounds,
             tools=[name for name in TOOLS if name != "lsof +D DIR"])
