# SPDX-License-Identifier: Apache-2.0
"""guardd hears of a change before it is asked. A container of its own gets no word of processes from the kernel, so these run guardd on
the machine itself, as a private instance in a directory of its own; its verdicts are not looked at, only what it sees."""

import json
import signal
import subprocess
from pathlib import Path

import pytest
from exposition import samples
from lab import BUILD
from unix_http import UnixConnection
from waiting import wait_for

TOP = Path(__file__).resolve().parents[2]
SMALL = ["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--skip-networking", "--innodb-use-native-aio=0"]
CONFIG = {"look_every_s": 3600, "look_cpu_percent": 100, "limits": {"memory_mb": 1024, "descriptors": 800, "wake_ups_per_s": 400}}


class Machine:
    """A guardd on this machine, and the processes that a test starts; all end with it."""

    def __init__(self, directory):
        self.directory, self.started = Path(directory), []
        (self.directory / "guardd.json").write_text(json.dumps(CONFIG))
        (self.directory / "state").mkdir()
        self.socket = self.directory / "guardd.sock"
        self.guardd = self.start([BUILD / "bin/guardd", "--socket", self.socket, "--state-dir", self.directory / "state",
                                  "--policy-dir", TOP / "policies", "--config", self.directory / "guardd.json"])
        wait_for(self.socket.exists, "guardd's socket")

    def start(self, command):
        process = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=open(self.directory / "log", "ab"))
        self.started.append(process)
        return process

    def metric(self, name):
        return samples(UnixConnection(self.socket).get("/metrics").body.decode())[name]

    def status(self):
        return UnixConnection(self.socket, timeout=30).get("/v1/status").json()

    def dataset_of(self, pid):
        """The dataset that a process has, as status says it."""
        return next((one for one in self.status()["datasets"] if pid in one["pids"]), None)

    def database(self):
        """A data directory for MariaDB, and the command that serves it."""
        data = self.directory / "data"
        if not data.exists():
            subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--user=root", "--skip-test-db", *SMALL[:2]],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return ["/usr/sbin/mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={self.directory}/m.sock", *SMALL]

    def end(self):
        for process in reversed(self.started):
            process.kill()
            process.wait()


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    try:
        if not made.metric('guardd_event_source_up{source="processes"}'):
            problem = next(one for one in made.status()["event_sources"] if one["name"] == "processes")
            pytest.skip(f"this machine's kernel does not tell guardd of processes: {problem}")
        yield made
    finally:
        made.end()


def wait_for_calm(machine):
    """Until a look has been made and no process that may be a service is being looked at."""
    wait_for(lambda: machine.metric("guardd_last_look_seconds") > 0, "the first look")


def test_every_source_tells(machine):
    wait_for_calm(machine)
    assert {one["name"]: one["health"] for one in machine.status()["event_sources"]} == {
        "processes": "ok", "ends": "ok", "mounts": "ok", "swap": "ok", "devices": "ok"}


def test_guardd_is_within_its_limits_and_says_what_it_takes(machine):
    wait_for_calm(machine)
    for line in ("Max open files            800                  800                  files",
                 f"Max address space         {1024 << 20}           {1024 << 20}           bytes"):
        assert line in Path(f"/proc/{machine.guardd.pid}/limits").read_text(), line
    assert machine.metric("guardd_open_descriptors_limit") == 800
    assert 0 < machine.metric("guardd_open_descriptors") < 100
    assert 0 < machine.metric("guardd_address_space_bytes") < machine.metric("guardd_address_space_limit_bytes") == 1024 << 20
    assert 0 < machine.metric("guardd_resident_bytes") < 100 << 20
    assert machine.metric("guardd_wakeups_total") > 0 and machine.metric("guardd_cpu_seconds_total") > 0


def test_a_database_that_starts_is_seen_without_anybody_asking(machine):
    command = machine.database()
    wait_for_calm(machine)
    before = machine.metric("guardd_glances_total")
    server = machine.start(command)
    wait_for(lambda: machine.metric("guardd_glances_total") > before, "guardd to look at the new process")
    dataset = wait_for(lambda: machine.dataset_of(server.pid), "the database in status")
    assert dataset["service"] == "mysql" and dataset["state"] == "active"


def test_a_database_that_ends_is_noticed_without_anybody_asking(machine):
    server = machine.start(machine.database())
    wait_for(lambda: (one := machine.dataset_of(server.pid)) and one["path"], "the database and its data in status", deadline=30)
    before, looks = machine.metric("guardd_changes_heard_total"), machine.metric("guardd_looks_total")
    server.kill()
    server.wait()
    wait_for(lambda: machine.metric("guardd_changes_heard_total") > before, "word of its end")
    wait_for(lambda: machine.metric("guardd_looks_total") > looks, "a look")
    assert not machine.dataset_of(server.pid)
    assert any(one["path"] == str(machine.directory / "data") and one["state"] == "at_rest" for one in machine.status()["datasets"])


def test_a_mount_is_noticed_without_anybody_asking(machine):
    wait_for_calm(machine)
    place = machine.directory / "mounted"
    place.mkdir()
    before = machine.metric("guardd_changes_heard_total")
    subprocess.run(["mount", "-t", "tmpfs", "none", place], check=True)
    try:
        wait_for(lambda: machine.metric("guardd_changes_heard_total") > before, "word of the mount")
    finally:
        subprocess.run(["umount", place], check=True)


STORMS = {"exec": "while :; do /bin/true; done", "fork": "while :; do (:); done"}


@pytest.mark.parametrize("kind", STORMS)
def test_a_storm_of_processes_hides_no_database(machine, kind):
    command = machine.database()
    wait_for_calm(machine)
    for _ in range(2):
        machine.start(["sh", "-c", STORMS[kind]])
    for _ in range(3):
        server = machine.start(command)
        dataset = wait_for(lambda pid=server.pid: machine.dataset_of(pid), "the database in status", deadline=30)
        assert dataset["service"] == "mysql" and dataset["state"] == "active"
        server.send_signal(signal.SIGKILL)
        server.wait()


def test_where_the_kernel_does_not_tell_guardd_says_so_and_looks_when_asked(host):
    sources = {one["name"]: one for one in json.loads(host.guardctl("status", "--json").stdout)["event_sources"]}
    assert sources["processes"]["health"] == "failed" and "namespace" in sources["processes"]["problem"]
    assert sources["mounts"]["health"] == "ok"
    server = host.start(["bash", "-c", "cp /bin/sleep /usr/local/sbin/mariadbd; exec /usr/local/sbin/mariadbd 1000"])
    wait_for(lambda: "mariadbd" in host.run(["cat", f"/proc/{server.pid}/comm"]).stdout.decode(), "the program to run")
    host.check("check-reinstall", anew=True).refused("dataset.active")
