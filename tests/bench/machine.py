# SPDX-License-Identifier: Apache-2.0
"""This machine itself, as far as the benchmark needs it to be like a Lab, with an instance of guardd that is private.

The kernel tells of processes that start only outside containers: cn_proc_mcast_ctl() in drivers/connector/cn_proc.c
ignores who listens from another pid namespace. Nothing here changes the machine but a directory under /tmp.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from lab import BUILD, TOP, Process
from mariadb import SMALL, fresh_data_directory
from unix_http import UnixConnection
from waiting import wait_for


class Machine:
    """Use as a context manager."""

    def __enter__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="guardd-bench-"))
        self.socket, self.datadir = self.directory / "guardd.sock", self.directory / "data"
        self.processes = []
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.end(signal.SIGKILL)
        shutil.rmtree(self.directory)

    def run(self, command, check=True, timeout=30, data=b""):
        return subprocess.run(command, check=check, timeout=timeout, input=data, capture_output=True)

    def start(self, command, log=None):
        if isinstance(command, str):
            command = ["bash", "-euc", command]
        with open(log or "/dev/null", "ab") as output:
            popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        process = Process(self, popen, popen.pid, popen.pid)
        self.processes.append(process)
        return process

    def kill(self, pid, number):
        os.kill(pid, number)

    def guardd(self):
        log = self.directory / "guardd.log"
        guard = self.start([BUILD / "bin/guardd", "--socket", self.socket, "--state-dir", self.directory / "state",
                            "--policy-dir", TOP / "policies"], log)

        def answers():
            assert guard.alive(), f"guardd ended:\n{log.read_text()}"
            return self.socket.exists() and self.json("/v1/status")

        wait_for(answers, "guardd to answer", deadline=30)
        return guard

    def json(self, path):
        return UnixConnection(self.socket).get(path).json()

    def data_directory(self):
        """Makes one, and returns the command of the server that has it."""
        self.datadir.mkdir()
        self.run(["tar", "--extract", "--sparse", f"--directory={self.datadir}"], data=fresh_data_directory())
        return [shutil.which("mariadbd"), "--no-defaults", "--user=root", f"--datadir={self.datadir}", "--skip-networking",
                f"--socket={self.directory}/mariadb.sock", f"--pid-file={self.directory}/mariadb.pid", *SMALL]
