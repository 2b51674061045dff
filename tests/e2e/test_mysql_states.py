# SPDX-License-Identifier: Apache-2.0
"""A MariaDB server that can't be asked, or whose files are not where they were, is active; its data at rest is refused."""

import time

from mariadb import MariaDb
from verdict import evidence
from waiting import wait_for


def refused_as_active(host, server, path="/var/lib/mysql"):
    verdict = host.check("check-reinstall")
    reason = verdict.refused("dataset.active", service="mysql", path=path)
    assert server.process.pid in evidence(reason, "pid"), str(verdict)
    return reason


def holds_ibdata1(server):
    return any(file.endswith("/ibdata1") for file in server.process.open_files())


def test_in_crash_recovery(host):
    server = MariaDb(host).start()
    server.client("CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY AUTO_INCREMENT, b BLOB)")
    server.client("INSERT INTO app.t (b) SELECT REPEAT('x', 1000) FROM app.seq_1_to_2000")
    server.kill()  # leaves a stale socket
    assert host.path(server.socket).exists()
    server.launch()
    wait_for(lambda: holds_ibdata1(server), "recovery to begin", pause=0.0005)
    server.process.stop()  # before it answers: a stopped one never does, so its log must say that it is not up
    assert "ready for connections" not in host.log_text(server.log).rsplit(" as process ", 1)[-1]
    reason = refused_as_active(host, server)
    assert reason["dataset"]["role"] == "unknown"


def test_shutting_down(host):
    server = MariaDb(host).start()
    server.client("CREATE DATABASE app; CREATE TABLE app.t (b BLOB)")
    socket = host.path(server.socket)

    def is_stopped_half_way():
        """On a busy machine it may have ended before it could be stopped: then again."""
        if not server.process.alive():
            server.start()
        server.client("SET GLOBAL innodb_fast_shutdown=0; INSERT INTO app.t SELECT REPEAT('x', 1000) FROM app.seq_1_to_20000;"
                      "DELETE FROM app.t")
        server.process.send(15)
        wait_for(lambda: not socket.exists(), "the socket to go", pause=0)
        host.run(["kill", "-STOP", str(server.process.pid)], check=False)
        if holds_ibdata1(server):
            return True
        host.run(["kill", "-CONT", str(server.process.pid)], check=False)
        server.process.popen.wait(20)
        return False

    wait_for(is_stopped_half_way, "a server that is shutting down", deadline=60)
    refused_as_active(host, server)


def test_stopped_by_a_signal(host):
    server = MariaDb(host).start()
    server.process.stop()
    began = time.monotonic()
    reason = refused_as_active(host, server)
    assert time.monotonic() - began < 5
    assert reason["dataset"]["role"] == "unknown"


def test_skip_networking(host):
    server = MariaDb(host, options=["--skip-networking"]).start()
    assert refused_as_active(host, server)["dataset"]["role"] == "standalone"


def test_socket_file_deleted(host):
    server = MariaDb(host).start()
    host.path(server.socket).unlink()
    assert refused_as_active(host, server)["dataset"]["role"] == "unknown"


def test_data_directory_renamed_while_running(host):
    server = MariaDb(host).start()
    host.run("mv /var/lib/mysql /srv/moved")
    refused_as_active(host, server, path="/srv/moved")


def test_ibdata1_unlinked_while_running(host):
    server = MariaDb(host).start()
    host.run("rm /var/lib/mysql/ibdata1")
    refused_as_active(host, server)


def test_whole_data_directory_deleted_while_running(host):
    server = MariaDb(host).start()
    host.run("rm -rf /var/lib/mysql")
    verdict = host.check("check-reinstall")
    reason = verdict.refused("dataset.active", service="mysql")
    assert server.process.pid in evidence(reason, "pid"), str(verdict)


def test_stopped_with_its_data_left(host):
    server = MariaDb(host).start()
    server.stop()
    reason = host.check("check-reinstall").refused("dataset.at_rest", service="mysql", path="/var/lib/mysql")
    assert reason["dataset"]["state"] == "at_rest"


def test_renamed_after_the_stop(host):
    server = MariaDb(host).start()
    server.stop()
    host.run("mv /var/lib/mysql /var/lib/mysql-old")
    host.check("check-reinstall").refused("dataset.at_rest", service="mysql", path="/var/lib/mysql-old")


def test_renamed_to_an_unusual_place_after_guardd_has_seen_it(host):
    server = MariaDb(host).start()
    refused_as_active(host, server)
    server.stop()
    host.run("mv /var/lib/mysql /srv/old-data")
    host.check("check-reinstall").refused("dataset.at_rest", service="mysql", path="/srv/old-data")


def test_second_instance_in_an_unusual_data_directory(host):
    first = MariaDb(host).start()
    second = MariaDb(host, datadir="/srv/tenants/seven/data", port=3307).start()
    refused_as_active(host, first)
    refused_as_active(host, second, path="/srv/tenants/seven/data")


def test_second_instance_is_still_refused_when_it_is_stopped(host):
    first = MariaDb(host).start()
    second = MariaDb(host, datadir="/srv/tenants/seven/data", port=3307).start()
    refused_as_active(host, second, path="/srv/tenants/seven/data")
    second.stop()
    verdict = host.check("check-reinstall")
    verdict.refused("dataset.at_rest", service="mysql", path="/srv/tenants/seven/data")
    verdict.refused("dataset.active", service="mysql", path=first.datadir)


def test_started_after_guardd_and_seen_at_once(host):
    host.check("check-reinstall").allowed()
    server = MariaDb(host).start()
    refused_as_active(host, server)
