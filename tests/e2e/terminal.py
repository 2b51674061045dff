# SPDX-License-Identifier: Apache-2.0
"""A program of the lab at a pseudo-terminal of this one."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time


class Terminal:
    """Use as a context manager; its end kills the program. `text` is all that the program has written so far."""

    def __init__(self, host, command, rows=40, columns=120, environment=("TERM=xterm",), **options):
        # A session of the program's own, whose terminal this is: the keys for signals reach it, and not nsenter(1) too, with whose end the
        # terminal would be gone before the program has restored it.
        own_session = [] if "stdin" in options else ["setsid", "--ctty"]
        self.command = host._nsenter([*own_session, "env", *environment, *command])
        self.rows, self.columns, self.options = rows, columns, options
        self.text = ""

    def __enter__(self):
        self.master, terminal = pty.openpty()
        self.resize(self.rows, self.columns)
        self.before = termios.tcgetattr(self.master)
        streams = {"stdin": terminal, "stdout": terminal, "stderr": terminal, **self.options}
        self.popen = subprocess.Popen(self.command, start_new_session=True,
                                      preexec_fn=lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0), **streams)
        os.close(terminal)
        return self

    def __exit__(self, *_):
        if self.popen.poll() is None:
            self.popen.kill()
        os.close(self.master)
        self.popen.wait(20)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys.encode())

    def read(self, patience=0.0):
        """Takes what has been written; False where nothing more comes."""
        if not select.select([self.master], [], [], patience)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the last that had the terminal open has ended
            return False
        self.text += data.decode(errors="replace")
        return bool(data)

    def wait_for(self, what, deadline=10.0, since=0):
        """Reads until `what`, text or a condition on this terminal, is there. How long that took, in seconds."""
        began = time.monotonic()
        while not (what(self) if callable(what) else what in self.text[since:]):
            left = began + deadline - time.monotonic()
            open_still = self.read(max(0.0, min(left, 0.1)))
            there = what(self) if callable(what) else what in self.text[since:]
            assert there or (open_still and left > 0), f"waited in vain for {what!r} in {self.text[since:][-3000:]!r}"
        return time.monotonic() - began

    def end(self, deadline=10.0):
        """Reads to the program's end; its exit status."""
        end = time.monotonic() + deadline
        while self.read(0.1):
            assert time.monotonic() < end, f"it does not end: {self.text!r}"
        return self.popen.wait(max(0.1, end - time.monotonic()))
