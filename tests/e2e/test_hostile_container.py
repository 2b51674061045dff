# SPDX-License-Identifier: Apache-2.0
"""Containers that try to hang, crash or fool guardd change nothing for anyone else."""

import json
import subprocess
import time
from pathlib import Path

import pytest

import programs
from mariadb import MariaDb
from waiting import wait_for

FAKE_MYSQL = (Path(__file__).parent / "fake_mysql.py").read_bytes()

AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

# A container's own /var/lib/mysql, with a process that keeps its mount namespace.
CONTAINER = """
mount -t tmpfs container /var/lib
mkdir -p /var/lib/mysql
cd /var/lib/mysql
{trick}
echo ready >/proc/1/root/run/container-ready
exec sleep infinity
"""


def container(lab, trick):
    script = CONTAINER.format(trick=trick)
    lab.start(["unshare", "--mount", "--net", "--ipc", "--propagation", "private", "bash", "-euc", script], log="/run/container.log")
    wait_for(lambda: lab.path("/run/container-ready").exists(), "the container")


def answer_within(lab, seconds, operation="check-reinstall"):
    began = time.monotonic()
    verdict = lab.check(operation)
    assert time.monotonic() - began < seconds, f"too late: {verdict}"
    return verdict


TRICKS = {
    "fifo": "mkfifo ibdata1 aria_log_control dump.rdb PG_VERSION",
    "device": "mknod ibdata1 c 5 0; mknod aria_log_control b 7 0; mknod dump.rdb c 1 8; mkdir mysql",
    "symlink": "ln -s /dev/zero ibdata1; ln -s ../../../../etc/shadow aria_log_control; ln -s mysql mysql; ln -s /proc/1/root/etc dir",
    "loop of symlinks": "ln -s a b; ln -s b a; ln -s a ibdata1",
    "directories that never end": "for i in {1..200}; do mkdir mysql; cd mysql; done",
    "a huge directory": "mkdir many; cd many; seq 1 20000 | xargs touch",
    "socket": "/usr/bin/python3 -c \"import socket; s = socket.socket(socket.AF_UNIX); s.bind('ibdata1')\"",
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_no_regular_file_where_ibdata1_should_be(lab, trick):
    container(lab, trick)
    server = MariaDb(lab, datadir="/srv/real").start()
    lab.guardd()
    reason = answer_within(lab, 5).refused("dataset.active", service="mysql", path="/srv/real")
    assert reason["dataset"]["role"] == "standalone"
    server.stop()
    lab.run("rm -rf /srv/real")
    verdict = answer_within(lab, 5)
    assert not verdict.reasons("dataset.active"), str(verdict)


def test_fuse_mount_that_never_answers(lab):
    lab.run("mkdir -p /srv/fuse")
    lab.path("/run/silent.py").write_text(programs.SILENT_FUSE)
    container(lab, "/usr/bin/python3 -u /run/silent.py /var/lib/mysql >/run/fuse.log & "
                   "until grep -q ready /run/fuse.log; do read -t 0.01 <> <(:) || :; done")
    MariaDb(lab, datadir="/srv/real").start()
    lab.guardd()
    reason = answer_within(lab, 5).refused("dataset.active", service="mysql", path="/srv/real")
    assert reason["dataset"]["role"] == "standalone"


def test_forged_source_in_a_mount_table(lab):
    """Any user with a namespace can make a mount table name a disk: unshare -Urm mount -t tmpfs /dev/sda1 DIR."""
    disk = lab.loop("disk", 16)
    lab.guardd()
    lab.start([*AS_NOBODY, "unshare", "--user", "--map-root-user", "--mount",
               "bash", "-c", f"mount -t tmpfs {disk} /mnt && exec sleep infinity"])
    lab.check("check-wipe", disk).allowed()
    lab.check("check-reinstall").allowed()


PASSWORD = b"correct-horse-battery-staple"


def false_server(lab, manner):
    """A program called mysqld that is none, in namespaces of its own, as an ordinary user. See fake_mysql.py."""
    lab.run("install -m 0755 /usr/bin/python3 /usr/local/sbin/mysqld; mkdir -p -m 0777 /run/mysqld")
    lab.write("/run/fake_mysql.py", FAKE_MYSQL)
    process = lab.start(["unshare", "--mount", "--net", *AS_NOBODY,
                         "/usr/local/sbin/mysqld", "-u", "/run/fake_mysql.py", "/run/mysqld/false.sock", manner,
                         "/run/mysqld/false.log"], log="/run/false.out")
    wait_for(lambda: lab.path("/run/mysqld/false.sock").exists(), "the false server")
    return process


@pytest.mark.parametrize("manner", [
    "silent", "garbage", "closes", "drip", "full", "old_password", "cleartext", "dialog", "greets_path", "caching_sha2",
    "huge_greeting", "infile", "endless_rows", "huge_row", "many_columns", "endless_errors", "empty_answers",
])
def test_false_server(lab, manner):
    """It costs a bounded time, learns nothing, and the real server beside it is told as it is."""
    lab.write("/etc/guardd/mysql.cnf", b"[client]\nuser=root\npassword=" + PASSWORD + b"\n", mode=0o600)
    lab.write("/etc/guardd/guardd.json", json.dumps({"credentials_file": "/etc/guardd/mysql.cnf"}))
    lab.run("chmod -R go= /etc/guardd")
    lab.guardd()
    process = false_server(lab, manner)
    reason = answer_within(lab, 5).refused("dataset.active", service="mysql")
    assert reason["dataset"]["role"] == "unknown"
    wait_for(lab.path("/run/mysqld/false.log.closed").exists, "the probe to have been there and to have gone")
    log = lab.path("/run/mysqld/false.log").read_bytes()
    assert PASSWORD not in log and b"root:" not in log, log
    real = MariaDb(lab, options=["--unix-socket=ON"]).start()
    reason = answer_within(lab, 5).refused("dataset.active", service="mysql", path=real.datadir)
    assert reason["dataset"]["role"] == "standalone"
    process.end(9)
    real.stop()
    lab.run(["rm", "-rf", real.datadir])
    answer_within(lab, 5).allowed()


def test_false_server_cannot_talk_a_refusal_away(host):
    """It says that it is a replica without clients: data is data."""
    false_server(host, "mysql84")
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql")
    assert reason["dataset"]["role"] == "replica", "it was not asked, or not understood"


def test_forty_hostile_containers_at_once(lab):
    """Each with a mount namespace of its own: bounded work, and the answer in time."""
    for _ in range(40):
        lab.start(["unshare", "--mount", "--net", "--propagation", "private", "bash", "-c",
                   "mount -t tmpfs c /var/lib; mkdir /var/lib/mysql; mkfifo /var/lib/mysql/ibdata1; exec sleep infinity"])
    MariaDb(lab, datadir="/srv/real").start()
    lab.guardd()
    answer_within(lab, 5).refused("dataset.active", service="mysql", path="/srv/real")


def test_fork_storm_of_an_ordinary_user(host):
    """As fast as one process can: the verdict stays right, and is never an allow on a host that holds data."""
    MariaDb(host).start()
    host.start([*AS_NOBODY, "bash", "-c", "while :; do /bin/true & wait; done"])
    for _ in range(5):
        answer_within(host, 5).refused("dataset.active", service="mysql", path="/var/lib/mysql")


def test_an_ordinary_user_cannot_hold_up_the_answer_with_processes(host):
    spawn = "for i in $(seq 300); do sleep 1000 & done; echo ready; wait"
    host.start([*AS_NOBODY, "bash", "-c", spawn])
    answer_within(host, 5).allowed()


def test_answers_to_others_stay_the_same_while_one_asks_and_hangs_up(host):
    body = json.dumps({"operation": "reinstall", "scope": "host"})
    script = ("import socket\n"
              "for _ in range(300):\n"
              "    s = socket.socket(socket.AF_UNIX); s.connect('/run/guardd/guardd.sock')\n"
              "    try:\n"
              f"        s.sendall(b'POST /v1/check HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}')\n"
              "    except OSError:\n"
              "        pass\n"
              "    s.close()\n")
    done = subprocess.run(host._nsenter([*AS_NOBODY, "/usr/bin/python3", "-c", script]), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done
    answer_within(host, 5).allowed()
