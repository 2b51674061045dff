# SPDX-License-Identifier: Apache-2.0
"""What the parts of the benchmark share. A `lab` is a Lab of tests/e2e or this machine (machine.py)."""

import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from lab import BUILD
from waiting import wait_for

HERE = Path(__file__).resolve().parent
CHECK = ["/usr/bin/guardctl", "check-reinstall", "--timeout", "30"]
WHOLE_HOST = json.dumps({"operation": "reinstall", "scope": "host"})
GUARDD_SOCKET = "/run/guardd/guardd.sock"


def install(lab, *programs):
    for program in programs:
        lab.write(f"/usr/local/bin/{program}", (BUILD / "bin" / program).read_bytes(), 0o755)


def start_ready(lab, command, word="ready"):
    """Starts a program that stays until its standard input ends, and waits for what it prints when it is ready."""
    log = f"/run/{command[0]}-{len(lab.processes)}.log"
    process = lab.start(["bash", "-c", 'exec "$@" < <(exec sleep infinity)', "ready", *command], log=log)

    def is_ready():
        assert process.alive(), f"{command[0]} ended: {lab.log_text(log)}"
        return word in lab.log_text(log)

    wait_for(is_ready, command[0], deadline=300)
    return process


@contextmanager
def disk_of_this_machine(name="disk"):
    """A loop device with an ext4, on an image beside the build."""
    image = BUILD / f"bench-{name}.img"
    with open(image, "wb") as file:
        file.truncate(256 * 1024 * 1024)
    device = subprocess.run(["losetup", "--find", "--show", image], check=True, capture_output=True, text=True).stdout.strip()
    try:
        subprocess.run(["mkfs.ext4", "-q", device], check=True)
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)
        image.unlink()


# Time

def time_commands(lab, rounds, commands):
    """The seconds of every run and the exit statuses, a list for each command."""
    text = (HERE / "time_commands.py").read_text()
    done = lab.run(["/usr/bin/python3", "-c", text, str(rounds), *map(json.dumps, commands)], timeout=900)
    answer = json.loads(done.stdout)
    return answer["times"], answer["statuses"]


def bare(lab, program):
    """The seconds of one round of a program that times itself; None and why where it can't do its work."""
    done = lab.run([program, "1"], check=False, timeout=120)
    return (float(done.stdout) / 1000, "") if done.returncode == 0 else (None, done.stderr.decode().strip())


def inspectors(lab):
    """The seconds that each inspector took in the newest look."""
    return {one["name"]: one["duration_us"] / 1e6 for one in lab.json("/v1/status")["inspectors"]}


def load(lab, socket, connections, seconds, method="POST", target="/v1/check"):
    """What http_load tells; see there."""
    command = ["http_load", socket, str(connections), str(seconds), method, target]
    if method == "POST":
        command.append(WHOLE_HOST)
    return json.loads(lab.run(command, timeout=seconds + 120).stdout)


def start_echo(lab, method="POST", target="/v1/check"):
    """The bare echo, whose answers are as large as guardd's now are to this question; and its socket."""
    socket = f"/run/echo-{len(lab.processes)}.sock"
    connection = lab.http()
    answer = connection.check(json.loads(WHOLE_HOST)) if method == "POST" else connection.get(target)
    return start_ready(lab, ["echo_server", socket, str(len(answer.body))]), socket


# What others do meanwhile

def synthetic_host(lab, processes, descriptors, connections=0):
    """Processes with so many open descriptors together, two for each TCP connection among them; the lab ends them."""
    install(lab, "synthetic_host")
    lab.run("mkdir -p /tmp/files")
    if connections:
        tcp_connections(lab, "tcp_connections", 7000, connections)
    each = (descriptors - 2 * connections) // processes
    start_ready(lab, ["synthetic_host", "/tmp/files", str(processes), str(each)])


def tcp_connections(lab, server, port, count):
    """Both ends of so many connections; `server` is what the accepting program is called."""
    install(lab, "tcp_connections")
    lab.write(f"/usr/local/bin/{server}", (BUILD / "bin/tcp_connections").read_bytes(), 0o755)
    start_ready(lab, [server, "accept", str(port), str(count)], word="listening")
    start_ready(lab, ["tcp_connections", "connect", str(port), str(count)])


@contextmanager
def busy_cores(lab):
    """Every core has something to do."""
    spinning = [lab.start("while :; do :; done") for _ in range(os.cpu_count())]
    try:
        yield
    finally:
        for process in spinning:
            process.end()
