# SPDX-License-Identifier: Apache-2.0
"""No trustworthy verdict is exit status 3, never 0: guardd gone, hung, false, blind, or without its workers."""

import json
import signal
import subprocess
import time

import pytest

import programs
from lab import SOCKET
from mariadb import MariaDb
from waiting import wait_for

# What an honest guardd of this boot would say, but for one thing.
ALLOW = {
    "operation": "reinstall", "scope": "host", "targets": [], "verdict": "allow", "reasons": [], "lifted": [],
    "instance": "system",
    "snapshot": {"generation": 7, "age_ms": 1, "inspectors": [{"name": "processes", "health": "ok"}]},
    "policy": {"generation": 1, "digest": "sha256:0"},
}


def http(body, status="200 OK", length=None):
    length = len(body) if length is None else length
    return (f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
            "Connection: close\r\n\r\n").encode() + body


def allow_of(lab, **changes):
    host = {
        "hostname": "db1", "fqdn": "db1.example.org", "product_uuid": "",
        "machine_id": lab.path("/etc/machine-id").read_text().strip(),
        "boot_id": lab.path("/proc/sys/kernel/random/boot_id").read_text().strip(),
    }
    document = {**ALLOW, "host": {**host, **changes.pop("host", {})}, **changes}
    return json.dumps(document).encode()


def serve(lab, answer, uid=0):
    """A server in guardd's place that gives one answer, as the bytes are."""
    lab.run("mkdir -p /run/guardd; chmod 0777 /run/guardd")
    lab.write("/run/answer", answer)
    return lab.python(programs.HTTP_SERVER, SOCKET, "/run/answer", str(uid))


def test_the_false_server_is_believed_when_all_is_right(lab):
    """Otherwise the tests below would pass for the wrong reason."""
    serve(lab, http(allow_of(lab)))
    lab.check("check-reinstall").allowed()


def test_not_running(lab):
    lab.check("check-reinstall").unknown("daemon.unreachable")
    lab.check("check-reboot").unknown("daemon.unreachable")
    assert lab.guardctl("status").returncode == 3


def test_stopped_by_a_signal(host):
    host.guard.stop()
    began = time.monotonic()
    host.check("check-reinstall", "--timeout", "0.5").unknown("daemon.unreachable")
    assert time.monotonic() - began < 5
    host.guard.resume()
    host.check("check-reinstall").allowed()


def test_killed_in_mid_request(host):
    host.guard.stop()
    client = subprocess.Popen(host._nsenter(["guardctl", "check-reinstall", "--json"]), stdout=subprocess.PIPE)
    listener = f" {SOCKET}"

    def is_connected():  # the listener, and one connection to it
        sockets = host.run(["cat", "/proc/net/unix"]).stdout.decode().splitlines()
        return sum(line.endswith(listener) for line in sockets) > 1

    wait_for(is_connected, "guardctl to connect")
    host.guard.end(signal.SIGKILL)
    output, _ = client.communicate(timeout=20)
    assert client.returncode == 3, output
    assert json.loads(output)["verdict"] == "unknown"


def test_left_over_socket(host):
    host.guard.end(signal.SIGKILL)
    assert host.path(SOCKET).exists()
    host.check("check-reinstall").unknown("daemon.unreachable")
    host.guardd()
    host.check("check-reinstall").allowed()


@pytest.mark.parametrize("answer", [
    b"",
    b"\x00\xff garbage \r\n\r\n",
    b"HTTP/1.1 200 OK\r\n",
    http(b""),
    http(b"{}"),
    http(b"allow"),
    http(b'{"verdict": "allow"}'),
    http(b"[" * 100000),
    http(b"{" + b'"a":' * 5),
    http(b"", "500 Internal Server Error"),
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200000 + b"\r\n\r\n",
], ids=lambda answer: repr(answer[:30]))
def test_answers_garbage(lab, answer):
    serve(lab, answer)
    lab.check("check-reinstall").unknown()


@pytest.mark.parametrize("change", [
    {"operation": "reboot"}, {"operation": "wipe"}, {"scope": "targets"}, {"scope": "host", "targets": ["/dev/sda"]},
    {"verdict": "ALLOW"}, {"verdict": "allowed"}, {"verdict": ["allow"]}, {"verdict": None},
    {"reasons": [{"code": "dataset.active", "message": "x"}]}, {"reasons": None},
    {"host": {"boot_id": "00000000-0000-0000-0000-000000000000"}}, {"host": {"boot_id": ""}}, {"host": {"boot_id": None}},
    {"instance": "private"}, {"instance": 7},
], ids=str)
def test_an_allow_that_is_not_about_this(lab, change):
    serve(lab, http(allow_of(lab, **change)))
    lab.check("check-reinstall").unknown()


def test_an_allow_that_is_cut_short(lab):
    body = allow_of(lab)
    serve(lab, http(body[:-1], length=len(body)))
    lab.check("check-reinstall").unknown()
    lab.write("/run/answer", http(body[:-1]))
    lab.check("check-reinstall").unknown()


def test_an_allow_with_a_duplicate_key(lab):
    serve(lab, http(allow_of(lab)[:-1] + b', "verdict": "allow"}'))
    lab.check("check-reinstall").unknown()


def test_an_allow_with_an_error_status(lab):
    serve(lab, http(allow_of(lab), "503 Service Unavailable"))
    lab.check("check-reinstall").unknown()


def test_socket_made_by_another_user(lab):
    serve(lab, http(allow_of(lab)), uid=65534)
    lab.check("check-reinstall").unknown("daemon.untrusted")


def test_private_instance_is_believed_only_where_its_socket_is_named(lab):
    lab.run("mkdir /run/guardd-test")
    lab.guardd("--socket", "/run/guardd-test/socket", "--state-dir", "/run/guardd-test/state",
               socket="/run/guardd-test/socket")
    verdict = lab.check("check-reinstall", "--socket", "/run/guardd-test/socket").allowed()
    assert verdict.document["instance"] == "private"
    lab.check("check-reinstall").unknown("daemon.unreachable")
    # A private one in the system's place.
    lab.run("mkdir -p /run/guardd; ln -s /run/guardd-test/socket /run/guardd/guardd.sock")
    lab.check("check-reinstall").unknown("daemon.untrusted")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_workers_killed_or_stopped(host, number):
    """Whatever happens to guardd's workers is unknown, and passes."""
    host.check("check-reinstall").allowed()
    children = f"cat /proc/{host.guard.pid}/task/{host.guard.pid}/children"
    fork_server = host.run(children).stdout.split()[0].decode()
    hunter = host.python(programs.HUNT_CHILDREN, str(int(number)), fork_server)
    wait_for(lambda: host.check("check-reinstall", "--timeout", "20").status == 3, "an unknown", deadline=60)
    host.check("check-reinstall", "--timeout", "20")  # obeys the contract whatever it says
    hunter.end(signal.SIGKILL)
    wait_for(lambda: host.check("check-reinstall", "--timeout", "20").status == 0, "guardd to recover", deadline=30)


def test_fork_server_killed(host):
    children = f"cat /proc/{host.guard.pid}/task/{host.guard.pid}/children"
    fork_server = host.run(children).stdout.split()[0].decode()
    host.kill(int(fork_server), signal.SIGKILL)
    assert host.check("check-reinstall").status in (0, 3)
    wait_for(lambda: not host.guard.alive() or host.check("check-reinstall").status == 0, "guardd to recover or to end")


def test_a_process_that_cannot_be_read(lab):
    """Without CAP_SYS_PTRACE guardd sees no descriptor of another user's processes."""
    lab.start(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "infinity"])
    lab.guardd(wrapper=["setpriv", "--bounding-set", "-sys_ptrace"])
    lab.check("check-reinstall").unknown("inspector.failed")


@pytest.mark.parametrize("namespace", [
    ["--mount"], ["--net"], ["--pid", "--fork", "--kill-child", "--mount-proc"], ["--user", "--map-root-user"], ["--time"],
], ids=lambda options: options[0])
def test_guardd_in_a_namespace_of_its_own(lab, namespace):
    lab.guardd(wrapper=["unshare", *namespace], wait="--pid" not in namespace and "--user" not in namespace)
    wait_for(lambda: lab.path(SOCKET).exists(), "guardd's socket")
    wait_for(lambda: "daemon.unreachable" not in lab.check("check-reinstall").codes, "guardd to answer")
    verdict = lab.check("check-reinstall")
    verdict.unknown("inspector.failed", "daemon.untrusted")


def test_guardd_without_privileges(lab):
    lab.run("mkdir -m 0777 /run/guardd-test")
    lab.guardd("--socket", "/run/guardd-test/socket", "--state-dir", "/run/guardd-test/state",
               wrapper=["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], socket="/run/guardd-test/socket")
    done = lab.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "guardctl", "check-reinstall",
                    "--socket", "/run/guardd-test/socket"], check=False)
    assert done.returncode == 3, done


def test_known_data_outweighs_what_is_unknown(lab):
    MariaDb(lab).start()
    lab.guardd(wrapper=["setpriv", "--bounding-set", "-sys_ptrace"])
    lab.check("check-reinstall").refused("dataset.active", service="mysql")


def test_system_instance_runs_once(host):
    second = host.run(["timeout", "10", "/usr/sbin/guardd"], check=False)
    assert second.returncode not in (0, 124), second
    host.check("check-reinstall").allowed()


def test_graceful_stop(host):
    host.guard.end(signal.SIGTERM, deadline=10)
    assert host.guard.popen.returncode == 0, host.guardd_log()
    host.check("check-reinstall").unknown("daemon.unreachable")
