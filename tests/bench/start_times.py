# SPDX-License-Identifier: Apache-2.0
"""Starts a database server again and again and times from its exec until guardd's status has its data as active.

    start_times.py SOCKET DATADIR ROUNDS EVERY PAUSE COMMAND

A start comes EVERY seconds after the one before, or when that one is done; status is asked every PAUSE seconds over a
kept connection; COMMAND is JSON. While the server runs a check must refuse because of it. Prints as JSON the seconds of
the starts that were seen, how many were not while the server ran, and how many checks were wrong.
"""

import ctypes
import http.client
import json
import os
import signal
import socket
import sys
import time

SOCKET, DATADIR = sys.argv[1], os.path.realpath(sys.argv[2])
ROUNDS, EVERY, PAUSE, COMMAND = int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]), json.loads(sys.argv[6])
LIBC, PR_SET_PDEATHSIG = ctypes.CDLL(None), 1
PATIENCE = 20.0  # after which a start counts as missed


class Guard(http.client.HTTPConnection):
    """One kept connection."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)

    def ask(self, method, path, body=None):
        self.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        return json.loads(self.getresponse().read())

    def is_active(self):
        datasets = self.ask("GET", "/v1/status")["datasets"]
        return any(one["path"] == DATADIR and one["state"] == "active" for one in datasets)

    def refuses_for_it(self):
        verdict = self.ask("POST", "/v1/check", '{"operation": "reinstall", "scope": "host"}')
        return verdict["verdict"] == "refuse" and any(
            reason["code"] == "dataset.active" and (reason.get("dataset") or {}).get("path") == DATADIR
            for reason in verdict["reasons"])

    def wait(self, state):
        """Whether the data came to be active (or not to be) before patience ran out, and when, in boot time."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.is_active() == state:
                return time.clock_gettime(time.CLOCK_BOOTTIME)
            time.sleep(PAUSE)
        return None


def start():
    """The server's pid, and the boot time just before its exec."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        null = os.open("/dev/null", os.O_RDWR)
        for target in (0, 1, 2):
            os.dup2(null, target)
        os.write(writing, repr(time.clock_gettime(time.CLOCK_BOOTTIME)).encode())
        os.execv(COMMAND[0], COMMAND)
    os.close(writing)
    began = float(os.read(reading, 64))
    os.close(reading)
    return pid, began


guard = Guard("localhost")
times, missed, wrong = [], 0, 0
for _ in range(ROUNDS):
    next_start = time.monotonic() + EVERY
    if guard.wait(False) is None:
        raise SystemExit("the server of the round before is still seen")
    pid, began = start()
    seen = guard.wait(True)
    if seen is None:
        missed += 1
    else:
        times.append(seen - began)
    wrong += not guard.refuses_for_it()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    time.sleep(max(0.0, next_start - time.monotonic()))
print(json.dumps({"times": times, "missed": missed, "wrong": wrong}))
