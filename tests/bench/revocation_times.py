# SPDX-License-Identifier: Apache-2.0
"""Runs in a lab with guardd: how long it takes from a server's exec until whoever listens hears that a permit is revoked.

    revocation_times.py ROUNDS PREPARE CLEAN COMMAND    the first two for a shell, the last as JSON; prints seconds as JSON
"""

import json
import socket
import subprocess
import sys
import time

SOCKET = "/run/guardd/guardd.sock"
ROUNDS, PREPARE, CLEAN, COMMAND = int(sys.argv[1]), sys.argv[2], sys.argv[3], json.loads(sys.argv[4])


def shell(text):
    subprocess.run(["sh", "-euc", text], check=True, stdout=subprocess.DEVNULL)


def acquire(holder):
    """Waits for what the round before left to be seen gone."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done = subprocess.run(["guardctl", "permit", "acquire", "reinstall", "--json", "--timeout", "30", "--holder", str(holder)],
                              capture_output=True, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout)["permit"]["id"]
    raise SystemExit(f"no permit: {done.stdout.decode()}{done.stderr.decode()}")


def listen():
    events = socket.socket(socket.AF_UNIX)
    events.settimeout(60)
    events.connect(SOCKET)
    events.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    return events.makefile("rb")


times = []
for _ in range(ROUNDS):
    holder = subprocess.Popen(["sleep", "infinity"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    permit = acquire(holder.pid)
    events = listen()
    for line in events:
        if line.startswith(b"data: "):
            break
    shell(PREPARE)  # data at rest revokes nothing; before, it would have refused
    began = time.monotonic()
    server = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for line in events:
        if b'"revoked"' in line:
            break
    times.append(time.monotonic() - began)
    server.kill()  # a SIGTERM that comes while it starts can leave it hanging
    server.wait()
    holder.kill()
    holder.wait()
    subprocess.run(["guardctl", "permit", "end", permit, "--reason", "measured"], check=False, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    shell(CLEAN)
print(json.dumps(times))
