# SPDX-License-Identifier: Apache-2.0
"""A throw-away container of this host (scripts/lab) with guardd installed: a bare host that a test may do anything to."""

import json
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

from unix_http import UnixConnection
from verdict import Verdict
from waiting import wait_for

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("GUARDD_BUILD", TOP / "build"))
LAYER = Path(os.environ.get("GUARDD_LAB_LAYER", TOP / "build" / "lab-layer"))
SOCKET = "/run/guardd/guardd.sock"


class Process:
    """A long-running program in the lab. `pid` is its number there, `outer` the one on this machine."""

    def __init__(self, lab, popen, pid, outer):
        self.lab, self.popen, self.pid, self.outer = lab, popen, pid, outer

    def send(self, number):
        self.lab.kill(self.pid, number)

    def stop(self):
        """SIGSTOP, until it has worked: the nsenter(1) around it, resumed a moment ago, resumes its child once more."""

        def is_stopped():
            self.send(signal.SIGSTOP)
            return self.state() == "T"

        wait_for(is_stopped, f"process {self.pid} to stop")

    def resume(self):
        self.send(signal.SIGCONT)
        self.popen.send_signal(signal.SIGCONT)  # nsenter(1) stops itself when its child does

    def end(self, number=signal.SIGTERM, deadline=15.0):
        """Signals it and waits until it has ended."""
        if self.popen.poll() is None:
            self.resume()
            self.send(number)
            self.popen.wait(deadline)

    def alive(self):
        return self.popen.poll() is None

    def state(self):
        """The letter of proc_pid_stat(5)."""
        return Path(f"/proc/{self.outer}/stat").read_text().rsplit(")", 1)[1].split()[0]

    def open_files(self):
        """What its descriptors lead to, as text; nothing once it has ended."""
        found = []
        try:
            entries = list(Path(f"/proc/{self.outer}/fd").iterdir())
        except (FileNotFoundError, ProcessLookupError):
            return found
        for entry in entries:
            try:
                found.append(os.readlink(entry))
            except FileNotFoundError:
                pass  # closed meanwhile
        return found


class Lab:
    """Use as a context manager. Starting one takes less than a second."""

    options = ()
    layer = LAYER

    def __init__(self, hostname="db1"):
        self.hostname = hostname
        self.processes = []
        self.loops = []
        self.guard = None

    def __enter__(self):
        command = [str(TOP / "scripts/lab"), *self.options, "--build", str(BUILD), "--hostname", self.hostname]
        if self.layer.is_dir():
            command += ["--layer", str(self.layer)]
        # It lives as long as its stdin is open, so it ends with this program, however that ends.
        self.container = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        words = self.container.stdout.readline().split()
        assert len(words) >= 2 and words[0] == b"ready", "scripts/lab did not start"
        self.init = int(words[1])
        self.cgroup = Path(os.fsdecode(words[2])) if len(words) > 2 else None
        self.root = Path(f"/proc/{self.init}/root")
        return self

    def __exit__(self, *_):
        # Each nsenter reaps its own child: one orphaned to the machine's PID 1 could hold up the end of the namespace.
        self.run("kill -KILL -1", check=False)
        for process in self.processes:
            process.popen.send_signal(signal.SIGCONT)
            process.popen.wait(20)
        if self.loops:
            self._detach_loops()
        self.container.stdin.close()
        self.container.wait(20)
        self.container.stdout.close()

    # Files

    def path(self, inside):
        """A path of the lab as this program can open it. Symbolic links in it would be resolved here: have none."""
        return self.root / os.fspath(inside).lstrip("/")

    def write(self, inside, content, mode=0o644):
        target = self.path(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(mode)

    # Programs

    def _nsenter(self, command):
        environment = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                       "LANG=C.UTF-8", "NO_COLOR=1"]
        return ["nsenter", "--target", str(self.init), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
                *environment, *command]

    def enter(self, command):
        """The command as a list that runs in the lab, for who keeps a program's input and output himself."""
        return self._nsenter(command)

    def run(self, command, check=True, timeout=30, **options):
        """Runs a program to its end. `command` is a list, or text for bash."""
        if isinstance(command, str):
            command = ["bash", "-euc", command]
        options.setdefault("stdin", subprocess.DEVNULL if "input" not in options else None)
        if options["stdin"] is None:
            del options["stdin"]
        done = subprocess.run(self._nsenter(command), capture_output=True, timeout=timeout, check=False, **options)
        if check and done.returncode != 0:
            raise AssertionError(f"{command} in the lab gave {done.returncode}:\n"
                                 f"{done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}")
        return done

    def start(self, command, log="/dev/null"):
        """Starts a program that stays; what it prints goes to the file `log` in the lab."""
        if isinstance(command, str):
            command = ["bash", "-euc", command]
        wrapper = f'echo $$; exec "$@" >>{shlex.quote(log)} 2>&1 </dev/null'
        popen = subprocess.Popen(self._nsenter(["bash", "-c", wrapper, "start", *command]), stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        pid = int(popen.stdout.readline())
        popen.stdout.close()
        outer = int(Path(f"/proc/{popen.pid}/task/{popen.pid}/children").read_text().split()[0])
        process = Process(self, popen, pid, outer)
        self.processes.append(process)
        return process

    def python(self, program, *arguments, wrapper=()):
        """Starts a Python program that stays, given as text, and waits until it prints "ready" into its log."""
        number = len(self.processes)
        log = f"/run/python-{number}.log"
        process = self.start([*wrapper, "/usr/bin/python3", "-uc", program, *arguments], log=log)

        def is_ready():
            text = self.log_text(log)
            assert process.alive() or "ready" in text, f"the program ended: {text}"
            return "ready" in text

        wait_for(is_ready, "the program to be ready")
        return process

    def log_text(self, log):
        """What a program has printed; nothing while its file is not there yet."""
        try:
            return self.path(log).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def kill(self, pid, number=signal.SIGTERM):
        self.run(["kill", f"-{int(number)}", str(pid)])

    # guardd

    def guardd(self, *options, wrapper=(), wait=True, socket=SOCKET):
        """Starts guardd and waits until it answers. Without options it is the host's own instance."""
        self._leave_out_event_sources()
        self.guard = self.start([*wrapper, "/usr/sbin/guardd", *options], log="/run/guardd.log")
        if wait:
            self.wait_until_it_answers(socket)
        return self.guard

    def _leave_out_event_sources(self):
        """`scripts/test sources` runs the tests without what the kernel tells: what it would tell is then lost."""
        names = os.environ.get("GUARDD_UNUSED_EVENT_SOURCES", "").split()
        config = self.path("/etc/guardd/guardd.json")
        if names:
            wanted = json.loads(config.read_text()) if config.exists() else {}
            self.write("/etc/guardd/guardd.json", json.dumps({"unused_event_sources": names, **wanted}))

    def wait_until_it_answers(self, socket=SOCKET):
        def answers():
            assert self.guard.alive(), f"guardd ended:\n{self.guardd_log()}"
            try:
                return self.http(socket).get("/healthz").status in (200, 503)
            except OSError:
                return False

        wait_for(answers, "guardd to answer")

    def guardd_log(self):
        return self.log_text("/run/guardd.log")

    def http(self, socket=SOCKET, timeout=10.0):
        return UnixConnection(self.path(socket), timeout)

    def guardctl(self, *arguments, timeout=30, **options):
        return self.run(["guardctl", *arguments], check=False, timeout=timeout, **options)

    def check(self, operation, *arguments, anew=True, **options):
        """`guardctl OPERATION --json ...`, its answer held against the contract.

        guardd may answer from a look that is a moment old; `anew` asks again until the look began after the call.
        """
        command = [operation, "--json", *arguments]
        began = time.monotonic()
        while True:
            done = self.guardctl(*command, **options)
            verdict = Verdict(["guardctl", *command], done.returncode, done.stdout, done.stderr.decode(errors="replace"))
            age_ms = ((verdict.document or {}).get("snapshot") or {}).get("age_ms", 0)
            if not anew or age_ms <= (time.monotonic() - began) * 1000:
                return verdict
            assert time.monotonic() - began < 20, f"guardd looks no more: {verdict}"

    # Disks

    def loop(self, name, size_mib=64, directory="/tmp"):
        """A loop device on a new sparse file; returns its path, "/dev/loopN". The lab detaches it at its end.

        /tmp is a tmpfs, of which guardd knows that no disk is under it.
        """
        image = f"{directory}/{name}.img"
        self.run(["truncate", "--size", f"{size_mib}M", image])
        # Others take them too, and those of a lab that has just ended are free in a moment.
        attach = ["losetup", "--find", "--show", image]
        device = wait_for(lambda: self.run(attach, check=False).stdout.decode().strip(), "a free loop device")
        self.loops.append(device)
        self.give(device)
        return device

    def give(self, device):
        """Makes a device of the kernel's one of the lab's host, which sees no others."""
        self.run(["guardd-lab-disk", Path(device).name])

    def partition(self, device):
        """One partition over the whole device; returns its node, "/dev/loopNp1"."""
        self.run(["sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", device], input=b",,L\n")
        self.run(["partx", "--add", device])
        return self._node_of_partition(f"{device}p1")

    def left_over_partition(self, device):
        """A partition's node on a disk whose table names none: as of a table from before, which the kernel has read."""
        self.run(["addpart", device, "1", "2048", "65536"])
        return self._node_of_partition(f"{device}p1")

    def _node_of_partition(self, node):
        major, minor = Path(f"/sys/class/block/{Path(node).name}/dev").read_text().split(":")
        self.give(node)
        self.run(["bash", "-c", f"[ -e {node} ] || mknod -m 0660 {node} b {int(major)} {int(minor)}"])
        return node

    def logical_partition(self, device):
        """An extended partition with one logical one in it; returns their nodes, "/dev/loopNp1" and "/dev/loopNp5"."""
        table = b"label: dos\nstart=2048, type=5\nstart=4096, type=83\n"
        self.run(["sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", device], input=table)
        self.run(["partx", "--add", device])
        return [self._node_of_partition(f"{device}p{number}") for number in (1, 5)]

    def mount(self, *arguments):
        self.run(["mount", *arguments])

    def umount(self, place):
        """guardd's own look may have the filesystem open for a moment, and then umount(8) says that it is busy."""
        wait_for(lambda: self.run(["umount", place], check=False).returncode == 0, f"{place} to be unmounted")

    def _detach_loops(self):
        for device in self.loops:
            self.run(f"""
                for node in {device} {device}p*; do swapoff $node || :; umount --all-targets $node || :; done
                for try in {{1..50}}; do partx --delete {device} || :; losetup --detach {device} && break; done
                """, check=False)

    def json(self, path):
        """GET on guardd, as JSON."""
        return json.loads(self.http().get(path).body)


class SystemdLab(Lab):
    """A lab that systemd runs (`scripts/lab --systemd`), with guardd.service and the drop-ins of systemd/ in place.
    Booting one takes about a second.
    """

    options = ("--systemd",)
    journal_from = "0"

    def __enter__(self):
        super().__enter__()
        self.shells = self.cgroup / "shells"
        try:
            self._boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_for_systemd(self):
        wait_for(lambda: self.path("/run/systemd/private").exists(), "systemd to start", deadline=20)
        # Where a login's processes would be: in no service's cgroup, and not outside the host's.
        self.shells.mkdir()

    def _boot(self):
        self._wait_for_systemd()
        states = self.run(["systemctl", "is-system-running", "--wait"], check=False)
        assert states.stdout.strip() in (b"running", b"degraded"), states

    def _nsenter(self, command):
        join = 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"'
        return ["sh", "-c", join, "join", str(self.shells), *super()._nsenter(command)]

    def guardd(self, *_, **__):
        self.systemctl("start", "guardd.service")

    def guardd_log(self):
        return self.journal("guardd.service")

    def systemctl(self, *arguments, check=True, timeout=60):
        return self.run(["systemctl", *arguments], check=check, timeout=timeout)

    def journal(self, *units):
        """What units have told since read_journal_from_now(); all of the host without any."""
        self.run(["journalctl", "--sync"])
        command = ["journalctl", "--quiet", "--output=cat", f"--since=@{self.journal_from}",
                   *(f"--unit={unit}" for unit in units)]
        return self.run(command).stdout.decode(errors="replace")

    def read_journal_from_now(self):
        self.journal_from = f"{time.time():.6f}"

    def show(self, unit, name):
        """A property of a unit, systemctl(1)."""
        return self.systemctl("show", "--value", f"--property={name}", unit).stdout.decode().strip()

    def unit_state(self, unit):
        return self.show(unit, "ActiveState")
