# SPDX-License-Identifier: Apache-2.0
"""What no well-behaved client sends: guardd says no to each, and serves the next one."""

import json
import socket
import time

import pytest

from lab import SOCKET, Lab
from mariadb import MariaDb
from unix_http import raw_connection, read_to_end
from waiting import wait_for

GOOD = {"operation": "reinstall", "scope": "host"}


@pytest.fixture(scope="module")
def one_guardd():
    with Lab() as lab:
        lab.guardd()
        yield lab


@pytest.fixture
def healthy(one_guardd):
    """One guardd for all of these tests, which must still give the right answer after each."""
    yield one_guardd
    assert one_guardd.guard.alive(), one_guardd.guardd_log()
    one_guardd.check("check-reinstall").allowed()


def target(**changes):
    return {"path": "/dev/sda", "kind": "block_device", "device": "8:0", **changes}


def test_good_body(healthy):
    answer = healthy.http().check(GOOD)
    assert answer.status == 200 and answer.json()["verdict"] == "allow", answer


def test_good_targets(healthy):
    answer = healthy.http().check({"operation": "wipe", "scope": "targets", "targets": [target(), target()]})
    assert answer.status == 200 and answer.json()["verdict"] != "allow", answer  # there is no such disk


def test_as_many_targets_as_there_may_be(healthy):
    targets = [target(path=f"/srv/{number}", kind="path", device="8:0") for number in range(256)]
    assert healthy.http().check({"operation": "wipe", "scope": "targets", "targets": targets}).status == 200
    assert healthy.http().check({"operation": "wipe", "scope": "targets", "targets": [*targets, target()]}).status == 400


@pytest.mark.parametrize("body", [
    b"", b"{", b"null", b"[]", b"7", b'"reinstall"', b"{}", b"\x00", b"\xff\xfe{}", b"{} {}",
    b'{"operation": "reinstall", "scope": "host"', b'{"operation": "reinstall", "scope": "host"}garbage',
    b'{"operation": "reinstall", "scope": "host",}', b"{'operation': 'reinstall', 'scope': 'host'}",
    b'{"operation": "reinstall", "operation": "wipe", "scope": "host"}',
    b'{"operation": "reinstall", "operation": "reinstall", "scope": "host"}',
    b'{"operation": "reinstall\xff", "scope": "host"}', b'{"operation": "reinstall", "scope": "host", "expect_host": "\xc3\x28"}',
    b'{"operation": "reinstall", "scope": "host", "x": NaN}', b"[" * 10000, b'{"a":' * 10000 + b"1" + b"}" * 10000,
    b'{"operation": "reinstall", "scope": "host", "n": 1e999}', b"/* comment */ {}",
], ids=lambda body: repr(body[:40]))
def test_malformed_body(healthy, body):
    answer = healthy.http().check(body)
    assert answer.status == 400, answer
    error = answer.json()["error"]
    assert error["code"] and error["message"], answer


@pytest.mark.parametrize("body", [
    {}, {"scope": "host"}, {"operation": "reinstall"}, {"operation": "reboot"}, {"operation": ""},
    {"operation": "format", "scope": "host"}, {"operation": "Reinstall", "scope": "host"}, {"operation": None, "scope": "host"},
    {"operation": ["reinstall"], "scope": "host"}, {"operation": {"reinstall": 1}, "scope": "host"}, {"operation": 1, "scope": "host"},
    {"operation": "reinstall", "scope": "all"}, {"operation": "reinstall", "scope": ""}, {"operation": "reinstall", "scope": None},
    {"operation": "reinstall", "scope": True}, {"operation": "reinstall", "scope": ["host"]},
    {**GOOD, "force": True}, {**GOOD, "verdict": "allow"}, {**GOOD, "target": "/dev/sda"}, {**GOOD, "": ""},
    {**GOOD, "targets": [target()]}, {"operation": "wipe", "scope": "targets", "targets": {}},
    {"operation": "wipe", "scope": "targets", "targets": "/dev/sda"}, {"operation": "wipe", "scope": "targets", "targets": [None]},
    {"operation": "wipe", "scope": "targets", "targets": [""]}, {"operation": "wipe", "scope": "targets", "targets": [{}]},
    {"operation": "wipe", "scope": "targets", "targets": [target(path="")]},
    {"operation": "wipe", "scope": "targets", "targets": [target(path=7)]},
    {"operation": "wipe", "scope": "targets", "targets": [target(path="dev/sda")]},
    {"operation": "wipe", "scope": "targets", "targets": [target(device="-1:0")]},
    {"operation": "wipe", "scope": "targets", "targets": [target(device="8")]},
    {"operation": "wipe", "scope": "targets", "targets": [target(device="1099511627776:0")]},
    {"operation": "wipe", "scope": "targets", "targets": [target(device={"major": 8, "minor": 0})]},
    {"operation": "wipe", "scope": "targets", "targets": [target(kind="disk")]},
    {"operation": "wipe", "scope": "targets", "targets": [target(path="/dev/../dev/sda")]},
    {"operation": "wipe", "scope": "targets", "targets": [target(extra=1)]},
    {"operation": "wipe", "scope": "host"}, {"operation": "wipe", "scope": "host", "targets": []},
    {"operation": "reboot", "scope": "targets", "targets": [target()]},
    {"operation": "wipe", "scope": "targets", "targets": [target()] * 1000},
    {"operation": "reinstall", "scope": "host", "expect_host": 7}, {"operation": "reinstall", "scope": "host", "expect_host": ["db1"]},
], ids=lambda body: json.dumps(body)[:60])
def test_wrong_types_keys_and_values(healthy, body):
    answer = healthy.http().check(body)
    assert answer.status == 400, answer
    assert answer.json()["error"]["message"], answer


def test_oversized_body(healthy):
    answer = healthy.http().check(b'{"operation": "' + b"a" * 300_000 + b'"}')
    assert answer.status == 413, answer


def test_announced_size_beyond_all_bounds(healthy):
    connection = raw_connection(healthy.path(SOCKET))
    connection.sendall(b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n{")
    assert b" 413 " in read_to_end(connection).split(b"\r\n")[0]


def test_truncated_body(healthy):
    connection = raw_connection(healthy.path(SOCKET))
    connection.sendall(b'POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n{"operation"')
    connection.shutdown(socket.SHUT_WR)
    assert b" 200 " not in read_to_end(connection)


def test_oversized_header(healthy):
    connection = raw_connection(healthy.path(SOCKET))
    connection.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000)
    assert b" 431 " in read_to_end(connection).split(b"\r\n")[0]


def test_ten_thousand_headers(healthy):
    connection = raw_connection(healthy.path(SOCKET))
    connection.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 10_000 + b"\r\n")
    assert b" 431 " in read_to_end(connection).split(b"\r\n")[0]


@pytest.mark.parametrize("request_bytes", [
    b"\r\n\r\n", b"GARBAGE\r\n\r\n", b"\x00" * 1000, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /v1/status\r\n\r\n",
    b"GET /v1/status HTTP/9.9\r\n\r\n", b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST /v1/check HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
    b"POST /v1/check HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
], ids=lambda data: repr(data[:40]))
def test_not_http(healthy, request_bytes):
    connection = raw_connection(healthy.path(SOCKET))
    connection.sendall(request_bytes)
    connection.shutdown(socket.SHUT_WR)
    assert b" 200 " not in read_to_end(connection)


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/", 404), ("GET", "/v1", 404), ("GET", "/v1/check", 405), ("POST", "/v1/status", 405), ("DELETE", "/v1/check", 405),
    ("GET", "/v1/../v1/status", 404), ("GET", "/v1/status/", 404), ("GET", "/%2e%2e/etc/passwd", 404), ("GET", "/v1/statusx", 404),
    ("OPTIONS", "/v1/policy", 405), ("BREW", "/v1/status", 405),
])
def test_wrong_path_or_method(healthy, method, path, status):
    answer = healthy.http().ask(method, path)
    assert answer.status == status, answer
    assert answer.json()["error"]["code"], answer


def test_pipelined_requests_are_answered_in_order(healthy):
    connection = raw_connection(healthy.path(SOCKET))
    body = json.dumps(GOOD).encode()
    check = b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    connection.sendall(check + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    received = read_to_end(connection)
    assert received.count(b"HTTP/1.1 200") == 2, received
    assert received.index(b'"verdict"') < received.rindex(b"HTTP/1.1 200")


def test_slow_and_idle_clients_are_dropped_and_hold_up_nobody(healthy):
    idle = raw_connection(healthy.path(SOCKET), timeout=60)
    slow = raw_connection(healthy.path(SOCKET), timeout=60)
    slow.sendall(b"POST /v1/check HTTP/1.1\r\n")
    began = time.monotonic()
    open_ones = {idle, slow}
    while open_ones:
        assert time.monotonic() - began < 60, "idle and slow clients are kept for ever"
        healthy.check("check-reinstall").allowed()
        for connection in list(open_ones):
            try:
                if connection is slow:
                    connection.send(b"X")  # a byte now and then: no excuse
                connection.settimeout(0.2)
                if not connection.recv(4096):
                    open_ones.discard(connection)
            except TimeoutError:
                pass
            except OSError:
                open_ones.discard(connection)


def test_a_client_that_never_reads_its_answer(healthy):
    connection = raw_connection(healthy.path(SOCKET))
    request = b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
    connection.settimeout(0.5)
    try:
        for _ in range(20000):
            connection.sendall(request)
    except OSError:
        pass  # guardd takes no more, or has had enough
    healthy.check("check-reinstall").allowed()


def test_a_thousand_connections_at_once(healthy):
    """All by root, so that they fill what is reserved for it too; when they go, there is room again."""
    connections = []
    for _ in range(1000):
        try:
            connections.append(raw_connection(healthy.path(SOCKET), timeout=5))
        except OSError:
            break
    assert len(connections) > 100
    assert healthy.check("check-reinstall", "--timeout", "2").status in (0, 3)
    for connection in connections:
        connection.close()
    wait_for(lambda: healthy.check("check-reinstall").status == 0, "room for the next one")


def test_a_thousand_connections_of_a_user_leave_room_for_root(healthy):
    flood = """
import socket, signal
kept = []
for _ in range(1000):
    try:
        connection = socket.socket(socket.AF_UNIX); connection.settimeout(1); connection.connect("/run/guardd/guardd.sock")
        connection.sendall(b"POST /v1/check HTTP/1.1\\r\\n"); kept.append(connection)
    except OSError:
        pass
print("ready")
signal.pause()
"""
    healthy.python("import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n" + flood)
    healthy.check("check-reinstall").allowed()


def test_a_hundred_checks_at_once_share_one_look(healthy):
    first = healthy.http().check(GOOD).json()["snapshot"]["generation"]
    body = json.dumps(GOOD).encode()
    request = b"POST /v1/check HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    connections = [raw_connection(healthy.path(SOCKET), timeout=20) for _ in range(100)]
    for connection in connections:
        connection.sendall(request)
    answers = [json.loads(read_to_end(connection).split(b"\r\n\r\n", 1)[1]) for connection in connections]
    assert all(answer["verdict"] == "allow" for answer in answers)
    assert max(answer["snapshot"]["generation"] for answer in answers) - first <= 10


def test_bad_request_while_the_host_holds_data_is_no_allow(host):
    MariaDb(host).start()
    for body in (b"", b"{}", b"\xff"):
        answer = host.http().check(body)
        assert answer.status == 400 and b"allow" not in answer.body.split(b"message")[0]
    host.check("check-reinstall").refused("dataset.active", service="mysql")
