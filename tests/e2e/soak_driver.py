# SPDX-License-Identifier: Apache-2.0
"""Runs in a lab: many at once acquire, end, crash and start, at random, against a real guardd. Prints what it did as JSON.

    soak_driver.py STEPS SEED DISK...

A step is what somebody did; to look at the permits is none, as it costs nothing while guardd is away.

What must hold at every moment: no two permits under way overlap; whatever a command left running has a permit; no service
that its gate let through starts while a command runs. And at the end: no permit without a living holder, an open gate, and
an audit trail that verifies.
"""

import collections
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

STEPS, SEED, DISKS = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
SOCKET = "/run/guardd/guardd.sock"
CGROUPS = Path("/sys/fs/cgroup/guardd.permits")
VALID_S = 2
UNDER_WAY = {"granted", "running"}

steps = collections.Counter()
violations = []
over = threading.Event()
lock = threading.Lock()


def did(what):
    with lock:
        steps[what] += 1
        if steps.total() - steps["looked at"] >= STEPS and steps["guardd killed"] > 0:
            over.set()


def violated(what):
    violations.append(what)
    over.set()


class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(SOCKET)


def told_of(names):
    """What is in these permits' cgroups, for the report of a violation."""
    found = []
    for name in names:
        with contextlib.suppress(OSError):
            for pid in (CGROUPS / name / "cgroup.procs").read_text().split():
                with contextlib.suppress(OSError):
                    found.append((name, Path(f"/proc/{pid}/stat").read_text(), Path(f"/proc/{pid}/cmdline").read_text()))
    return found


def ask(method, path, body=None):
    """Status and document; (0, None) where guardd is away."""
    connection = Connection("guardd")
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


def target(disk):
    number = os.stat(disk).st_rdev
    return {"path": disk, "kind": "block_device", "device": f"{os.major(number)}:{os.minor(number)}"}


def occupies(permit):
    return permit["state"] in UNDER_WAY or (permit["began"] and permit["state"] in ("expired", "revoked"))


def overlap(one, other):
    return one["scope"] == "host" or other["scope"] == "host" or bool(set(one["targets"]) & set(other["targets"]))


def populated():
    """Permits whose command has processes, as the kernel says."""
    found = set()
    with contextlib.suppress(FileNotFoundError):
        for directory in CGROUPS.iterdir():
            with contextlib.suppress(OSError):
                if directory.is_dir() and "populated 1" in (directory / "cgroup.events").read_text():
                    found.add(directory.name)
    return found


def hold_permits(rng):
    """A script that holds a permit itself, ends it or dies with it."""
    while not over.is_set():
        holder = subprocess.Popen(["sleep", "infinity"])
        disk = rng.choice([None, *DISKS])
        body = {"operation": "wipe" if disk else rng.choice(["reinstall", "reboot"]), "scope": "targets" if disk else "host",
                "targets": [target(disk)] if disk else [], "holder_pid": holder.pid, "valid_s": VALID_S}
        status, answer = ask("POST", "/v1/permits", body)
        did("acquired" if status == 201 else "not acquired")
        if status == 201 and rng.random() < 0.7:
            time.sleep(rng.random() * 0.05)
            ask("DELETE", f"/v1/permits/{answer['permit']['id']}")
            did("ended")
        holder.kill()
        holder.wait()
        did("holder died")


def run_commands(rng):
    """guardctl exec, which may be killed, as may its command."""
    while not over.is_set():
        disk = rng.choice([None, *DISKS])
        scope = ["wipe", "--target", disk] if disk else ["reinstall"]
        command = rng.choice(["exit 0", "exit 1", "sleep 0.05", "sleep 0.2", "kill -9 $$", "sleep 0.3 & exit 0"])
        holder = subprocess.Popen(["guardctl", "exec", *scope, "--valid", str(VALID_S), "--timeout", "1", "--", "sh", "-c", command],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if rng.random() < 0.3:
            time.sleep(rng.random() * 0.3)
            holder.kill()
            did("guardctl exec killed")
        did("never ran" if holder.wait() == 125 else "ran")


def start_gated(rng):
    """A service that asks its gate first, and takes a moment to start."""
    while not over.is_set():
        service = subprocess.Popen(["sh", "-c", f"guardctl check-start --quiet svc{rng.randrange(3)} || exit 1; echo; exec sleep 0.03"],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if service.stdout.read(1):
            # sleep(1) is the start: from the line that was just read to its end.
            while service.poll() is None:
                if running := populated():
                    if service.poll() is None:
                        violated(f"a service starts through its gate while the command of {running} runs: {told_of(running)} "
                                 f"at {time.time()} {ask('GET', '/v1/permits')}")
            did("gate open")
        else:
            did("gate closed")
        service.stdout.close()
        service.wait()


def start_ungated(rng):
    """Somebody starts a database by hand."""
    while not over.is_set():
        server = subprocess.Popen(["/usr/local/sbin/mariadbd", "0.2"])
        did("server started")
        server.wait()
        did("server stopped")
        over.wait(rng.random() * 2)


def clear_interrupted():
    while not over.wait(0.05):
        _, answer = ask("GET", "/v1/permits")
        for permit in (answer or {}).get("permits", []):
            if permit["state"] == "interrupted":
                ask("DELETE", f"/v1/permits/{permit['id']}", {"reason": "looked"})
                did("cleared")


def watch():
    """No two permits at once; nothing runs without one."""
    while not over.is_set():
        running = populated()
        _, answer = ask("GET", "/v1/permits")
        permits = (answer or {}).get("permits", [])
        under_way = [permit for permit in permits if occupies(permit)]
        for i, one in enumerate(under_way):
            for other in under_way[i + 1:]:
                if overlap(one, other):
                    violated(f"two permits at once: {one} {other}")
        # What ran before the answer and runs after it ran in between.
        for name in running & populated():
            if answer and permits and name not in {permit["id"] for permit in under_way}:
                # Its process may be in the cgroup and wait for the permit to begin, or be told that it may not.
                begun = next((one["began"] for one in permits if one["id"] == name), False)
                if begun:
                    violated(f"a command runs without a permit under way: {name} {permits}")
        did("looked at")


def guardd():
    """Runs it, and kills it again and again."""
    rng = random.Random(SEED)
    while True:
        process = subprocess.Popen(["/usr/sbin/guardd"], stdout=subprocess.DEVNULL, stderr=open("/run/guardd.log", "ab"))
        if over.wait(1 + 3 * rng.random()):
            return process
        process.kill()
        process.wait()
        did("guardd killed")


def settle():
    """Everything that was under way comes to its end by itself."""
    deadline = time.monotonic() + VALID_S + 15
    while time.monotonic() < deadline:
        status, answer = ask("GET", "/v1/permits")
        if status == 200 and not any(occupies(one) for one in answer["permits"]) and not populated():
            for permit in answer["permits"]:
                if permit["state"] == "interrupted":
                    ask("DELETE", f"/v1/permits/{permit['id']}", {"reason": "looked"})
            if subprocess.run(["guardctl", "check-start", "--quiet", "last"], check=False).returncode == 0:
                return
        time.sleep(0.05)
    violations.append(f"not at rest: {answer}, {populated()}, mirrors {os.listdir('/run/guardd/permits')}")


actors = [(hold_permits, 5), (run_commands, 5), (start_gated, 3), (start_ungated, 1)]
threads = [threading.Thread(target=actor, args=(random.Random(SEED * 100 + i * 10 + j),))
           for i, (actor, count) in enumerate(actors) for j in range(count)]
threads += [threading.Thread(target=watch), threading.Thread(target=clear_interrupted)]
began = time.monotonic()
for thread in threads:
    thread.start()
last = guardd()
for thread in threads:
    thread.join()
settle()
verified = subprocess.run(["guardctl", "audit", "verify"], check=False, capture_output=True)
if verified.returncode != 0:
    violations.append(f"the audit trail: {verified.stdout.decode()}{verified.stderr.decode()}")
last.send_signal(signal.SIGTERM)
if last.wait(10) != 0:
    violations.append(f"guardd ended with {last.returncode}")
print(json.dumps({"seconds": round(time.monotonic() - began, 1), "steps": steps, "violations": violations}))
