# SPDX-License-Identifier: Apache-2.0
"""What starts guardd and reads its log: a service manager that is told when it is ready, and a journal that reads no more."""

import json
import socket
import subprocess

from lab import SOCKET
from waiting import wait_for


def test_the_service_manager_is_told_when_it_answers(lab):
    lab.run("mkdir -p /run/manager")
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.settimeout(15)
    manager.bind(str(lab.path("/run/manager/notify")))
    with manager:
        lab.guardd(wrapper=["env", "NOTIFY_SOCKET=/run/manager/notify"], wait=False)
        said = b""
        while b"READY=1" not in said:
            said += manager.recv(4096) + b"\n"
        assert lab.path(SOCKET).exists()
        lab.check("check-reinstall").allowed()


ACTIVATE = """
import os, socket
listener = socket.socket(socket.AF_UNIX)
os.makedirs("/run/guardd", exist_ok=True)
listener.bind("/run/guardd/guardd.sock")
listener.listen()
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)  # it may have been 3 already
os.execve("/usr/sbin/guardd", ["guardd"], {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())})
"""


def test_a_socket_of_the_service_manager_s_is_served_and_stays(lab):
    lab.guard = lab.start(["/usr/bin/python3", "-c", ACTIVATE], log="/run/guardd.log")
    lab.wait_until_it_answers()
    inode = lab.path(SOCKET).stat().st_ino
    lab.check("check-reinstall").allowed()
    lab.guard.end()
    assert lab.path(SOCKET).stat().st_ino == inode  # who made it removes it


def test_a_log_that_nobody_reads_stalls_nothing(lab):
    """Its pipe is full, and write(2) waits for ever."""
    lab.run("mkfifo /run/full")
    lab.start("exec 3<>/run/full; dd if=/dev/zero of=/run/full bs=4096 oflag=nonblock status=none || :; exec sleep infinity")
    fifo = lab.path("/run/full")

    def is_full():
        done = subprocess.run(["dd", "if=/dev/zero", f"of={fifo}", "bs=1", "count=1", "oflag=nonblock", "status=none"],
                              capture_output=True, check=False)
        return b"temporarily unavailable" in done.stderr

    wait_for(is_full, "the pipe to be full")
    lab.guard = lab.start(["bash", "-c", "exec /usr/sbin/guardd 2>/run/full"])
    wait_for(lambda: lab.path(SOCKET).exists(), "guardd's socket")
    for _ in range(20):
        lab.check("check-reinstall").allowed()
    hold = json.dumps({"operation": "reboot", "scope": "host", "reason": "x"}).encode()
    for _ in range(600):  # a line each: more than the log keeps waiting
        made = lab.http().ask("POST", "/v1/holds", hold)
        assert made.status == 201, made
        assert lab.http().ask("DELETE", f"/v1/holds/{made.json()['hold']['id']}").status == 200
    lab.check("check-reinstall").allowed()
    lab.guard.end()
