# SPDX-License-Identifier: Apache-2.0
"""Every role of a MariaDB server is refused, whatever became of its replication."""

import signal

from mariadb import MariaDb, pair
from verdict import evidence
from waiting import wait_for


def refused(host, server, role):
    """Asserts that the host is refused for this server's live data, with its role and its evidence."""
    verdict = host.check("check-reinstall")
    reason = verdict.refused("dataset.active", service="mysql", path=server.datadir)
    assert reason["dataset"]["role"] == role, str(verdict)
    assert reason["dataset"]["state"] == "active", str(verdict)
    assert server.process.pid in evidence(reason, "pid"), str(verdict)
    return verdict


def test_standalone_server(host):
    server = MariaDb(host).start()
    verdict = refused(host, server, "standalone")
    reason = verdict.refused("dataset.active", path="/var/lib/mysql")
    assert "/usr/sbin/mariadbd" in evidence(reason, "exe"), str(verdict)
    assert any(file.startswith("/var/lib/mysql/") for file in evidence(reason, "file")), str(verdict)


def test_primary_with_a_replica_and_the_healthy_replica(host):
    primary, replica = pair(host)
    refused(host, primary, "primary").refused("replicas.attached", service="mysql", path=primary.datadir)
    refused(host, replica, "replica")


def test_replica_with_its_io_thread_stopped(host):
    _, replica = pair(host)
    replica.client("STOP SLAVE IO_THREAD")
    replica.wait_replica(io="No", sql="Yes")
    refused(host, replica, "replica")


def test_replica_with_its_sql_thread_stopped(host):
    _, replica = pair(host)
    replica.client("STOP SLAVE SQL_THREAD")
    replica.wait_replica(io="Yes", sql="No")
    refused(host, replica, "replica")


def test_replica_with_error_1062(host):
    primary, replica = pair(host)
    primary.client("CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY)")
    wait_for(lambda: replica.client("INSERT INTO app.t VALUES (1)", check=False).returncode == 0, "the table to arrive")
    primary.client("INSERT INTO app.t VALUES (1)")
    replica.wait_replica(io="Yes", sql="No", Last_SQL_Errno="1062")
    refused(host, replica, "replica")


def test_replica_whose_source_is_dead(host):
    primary, replica = pair(host)
    primary.kill()
    replica.wait_replica(io="Connecting", sql="Yes")
    refused(host, replica, "replica")


def test_relay(host):
    _, relay = pair(host)
    relay.allow_replicas()
    last = MariaDb(host, datadir="/srv/last", port=3308).start()
    last.replicate_from(relay)
    last.wait_replica()
    relay.wait_dump_threads(1)
    refused(host, relay, "relay")


def test_read_only_primary(host):
    primary, _ = pair(host)
    primary.client("SET GLOBAL read_only=1")
    refused(host, primary, "primary")


def test_a_replica_that_was_reset_is_active_all_the_same(host):
    _, replica = pair(host)
    replica.client("STOP SLAVE; RESET SLAVE ALL")
    verdict = host.check("check-reinstall")
    verdict.refused("dataset.active", service="mysql", path=replica.datadir)


def test_access_denied_leaves_the_role_unknown(host):
    server = MariaDb(host).start()
    server.client("ALTER USER root@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('s');"
                  "CREATE USER IF NOT EXISTS nobody@localhost", check=False)
    server.lab.run(["mariadb", "--no-defaults", f"--socket={server.socket}", "--user=root", "--password=s",
                    "--execute=DROP USER IF EXISTS mysql@localhost"])
    assert server.client("SELECT 1", check=False).returncode != 0
    refused(host, server, "unknown")


def test_a_user_with_usage_only_sees_an_empty_server_and_is_not_believed(host):
    primary, _ = pair(host)
    primary.client("REVOKE ALL PRIVILEGES, GRANT OPTION FROM mysql@localhost;"
                   "REVOKE ALL PRIVILEGES, GRANT OPTION FROM root@localhost; FLUSH PRIVILEGES")
    refused(host, primary, "unknown")


def test_max_connections_reached(host):
    server = MariaDb(host, options=["--max-connections=10"]).start()
    # Nothing gets in any more, an administrator neither.
    server.client("CREATE USER app@localhost; GRANT CONNECTION ADMIN ON *.* TO app@localhost")

    def is_full():
        if b"1040" in server.client("SELECT 1", check=False).stderr:
            return True
        host.start(["mariadb", "--no-defaults", f"--socket={server.socket}", "--user=app", "--execute=SELECT SLEEP(1000)"])
        return False

    wait_for(is_full, "max_connections")
    refused(host, server, "unknown")


def test_a_primary_and_a_replica_each_weigh_on_a_reboot(host):
    primary, _ = pair(host)
    verdict = host.check("check-reboot")
    assert verdict.refused("role.primary", service="mysql", path=primary.datadir)
    assert verdict.refused("replicas.attached", service="mysql", path=primary.datadir)


def test_the_replica_is_named_after_the_source_died(host):
    primary, replica = pair(host)
    primary.process.end(signal.SIGKILL)
    verdict = host.check("check-reinstall")
    verdict.refused("dataset.at_rest", service="mysql", path=primary.datadir)
    verdict.refused("dataset.active", service="mysql", path=replica.datadir)
