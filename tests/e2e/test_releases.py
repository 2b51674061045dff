# SPDX-License-Identifier: Apache-2.0
"""What was seen is remembered, and what is released is one dataset as it was: never what a live server left behind."""

import json
import signal

import pytest

from mariadb import MariaDb, pair
from waiting import wait_for


def release(host, what, status=0):
    done = host.guardctl("release", "add", what, "--reason", "drained, ticket 17", "--json")
    assert done.returncode == status, done
    document = json.loads(done.stdout)
    return document["releases"] if status == 0 else document["error"]["message"]


def restart(host):
    """As after a crash: nothing was told to end."""
    host.guard.end(signal.SIGKILL)
    host.guardd()


@pytest.fixture
def disk(host):
    if host.run(["losetup", "--find"], check=False).returncode != 0:
        pytest.skip("this machine gives no loop devices")
    made = host.loop("data", 160)
    host.run(["mkfs.ext4", "-q", made], timeout=60)
    host.run("mkdir -p /srv/db")
    host.mount(made, "/srv/db")
    return made


def drained_replica(host):
    """Of a pair, a replica that had caught up when it was stopped; its primary is elsewhere now."""
    primary, replica = pair(host)
    primary.client("CREATE DATABASE app")
    wait_for(lambda: "app" in replica.client("SHOW DATABASES").stdout.decode(), "the replica to catch up")
    assert host.check("check-reinstall").reasons("dataset.active", role="replica")
    replica.stop()
    primary.stop()
    host.run(["rm", "-rf", primary.datadir])
    return replica


def test_a_drained_host_is_stopped_refused_released_allowed(host):
    replica = drained_replica(host)
    reason = host.check("check-reinstall").refused("dataset.at_rest", path=replica.datadir)
    assert "guardctl release add" in reason["remedy"], reason
    released = release(host, replica.datadir)
    assert [one["basis"] for one in released] == ["it last was a healthy replica"], released
    verdict = host.check("check-reinstall").allowed()
    assert "release r1 by root (uid 0)" in verdict.document["lifted"][0]["by"], str(verdict)
    restart(host)
    host.check("check-reinstall").allowed()
    assert "drained, ticket 17" in host.guardctl("release", "list").stdout.decode()
    assert host.guardctl("release", "revoke", "r1").returncode == 0
    host.check("check-reinstall").refused("dataset.at_rest", path=replica.datadir)
    kinds = [one["kind"] for one in json.loads(host.guardctl("audit", "list", "--json").stdout)["records"]]
    assert "release.added" in kinds and "release.revoked" in kinds, kinds


def test_a_replica_that_answered_nobody_while_it_shut_down_is_released(host):
    """Looks follow the kernel's events, so that one falls into nearly every shutdown. What it could not ask made the
    release of a healthy replica impossible."""
    primary, replica = pair(host)
    assert host.check("check-reinstall").reasons("dataset.active", role="replica")
    replica.process.send(signal.SIGSTOP)
    wait_for(lambda: host.check("check-reinstall").reasons("dataset.active", role="unknown", path=replica.datadir),
             "a look that the server does not answer")
    replica.stop()
    primary.stop()
    host.run(["rm", "-rf", primary.datadir])
    host.check("check-reinstall").refused("dataset.at_rest", path=replica.datadir)
    assert [one["basis"] for one in release(host, replica.datadir)] == ["it last was a healthy replica"]


def test_a_release_ends_with_any_change(host):
    replica = drained_replica(host)
    release(host, replica.datadir)
    host.check("check-reinstall").allowed()
    host.write(f"{replica.datadir}/app/new", "x")
    host.check("check-reinstall").refused("dataset.at_rest", path=replica.datadir)
    wait_for(lambda: host.guardctl("release", "list").stdout == b"nothing is released\n", "the release to end")
    host.run(["rm", f"{replica.datadir}/app/new"])
    host.check("check-reinstall").refused("dataset.at_rest", path=replica.datadir)


def test_a_release_ends_when_the_server_starts(host):
    replica = drained_replica(host)
    release(host, replica.datadir)
    replica.start()
    host.check("check-reinstall").refused("dataset.active", path=replica.datadir)
    replica.stop()
    host.check("check-reinstall").refused("dataset.at_rest", path=replica.datadir)


@pytest.mark.parametrize("role", ["standalone", "primary"])
def test_a_script_that_stops_a_live_server_and_releases_is_refused(host, role):
    if role == "primary":
        server, replica = pair(host)
    else:
        server = MariaDb(host).start()
    assert host.check("check-reinstall").reasons("dataset.active", role=role)
    assert "is in use" in release(host, server.datadir, status=1)
    server.stop()
    if role == "primary":
        replica.stop()
        host.run(["rm", "-rf", replica.datadir])
    assert role in release(host, server.datadir, status=1)
    host.check("check-reinstall").refused("dataset.at_rest", path=server.datadir)


def test_data_to_which_nothing_happens_may_be_released_after_the_quiet_time(lab):
    lab.write("/etc/guardd/guardd.json", '{"release": {"quiet_s": 3}}')
    lab.write("/srv/old/ibdata1", "x")
    lab.write("/srv/old/mysql/db.MYD", "x")
    lab.guardd()
    lab.check("check-reinstall").refused("dataset.at_rest", path="/srv/old")
    assert "less than 3s ago" in release(lab, "/srv/old", status=1)
    wait_for(lambda: lab.guardctl("release", "add", "/srv/old", "--reason", "old").returncode == 0, "the quiet time", pause=0.5)
    lab.check("check-reinstall").allowed()


def test_what_is_released_must_be_named_and_known(host):
    assert host.guardctl("release", "add", "/srv", "--reason", "x").returncode == 2
    assert host.guardctl("release", "add", "mysql-0000000000000000", "--reason", "x").returncode == 2
    assert host.guardctl("release", "add", "--reason", "x").returncode == 2
    assert host.guardctl("release", "add", "/nowhere", "--reason", "x").returncode == 2
    assert host.guardctl("release", "revoke", "r9").returncode == 2
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    assert host.run([*nobody, "guardctl", "release", "list"], check=False).returncode == 4


def test_stop_unmount_wipe(host, disk):
    MariaDb(host, datadir="/srv/db/mysql").start().stop()
    host.check("check-reinstall").refused("dataset.at_rest", path="/srv/db/mysql")
    host.umount("/srv/db")
    reason = host.check("check-wipe", disk).refused("dataset.remembered", service="mysql", path="/srv/db/mysql")
    assert reason["dataset"]["state"] == "remembered", reason
    host.check("check-reinstall").refused("dataset.remembered", path="/srv/db/mysql")
    restart(host)
    host.check("check-reinstall").refused("dataset.remembered", path="/srv/db/mysql")
    # At another place, and renamed there to where no name leads to it.
    host.run("mkdir -p /mnt/elsewhere")
    host.mount(disk, "/mnt/elsewhere")
    host.check("check-reinstall").refused("dataset.at_rest", path="/mnt/elsewhere/mysql")
    host.run("mkdir -p /mnt/elsewhere/1/2/3/4/5/6/7/8; mv /mnt/elsewhere/mysql /mnt/elsewhere/1/2/3/4/5/6/7/8/x")
    host.check("check-reinstall").refused("dataset.at_rest", path="/mnt/elsewhere/1/2/3/4/5/6/7/8/x")
    host.run("rm -rf /mnt/elsewhere/1")
    assert not host.check("check-reinstall").reasons("dataset.at_rest")
    host.umount("/mnt/elsewhere")
    assert "dataset.remembered" not in host.check("check-reinstall").codes


def test_what_changed_while_guardd_was_not_there(host, disk):
    MariaDb(host, datadir="/srv/db/mysql").start().stop()
    host.check("check-reinstall").refused("dataset.at_rest", path="/srv/db/mysql")
    host.guard.end()
    host.umount("/srv/db")
    host.guardd()
    host.check("check-wipe", disk).refused("dataset.remembered", path="/srv/db/mysql")


def test_a_device_is_released_as_what_it_is(host, disk):
    host.run(["touch", "/srv/db/file"])
    host.umount("/srv/db")
    reason = host.check("check-reinstall").refused("device.unrecognised")
    assert f"guardctl release add {disk}" in reason["remedy"], reason
    assert [one["type"] for one in release(host, disk)] == ["ext4"]
    host.check("check-reinstall").allowed()
    assert host.check("check-wipe", disk).allowed().document["lifted"]
    host.run(["mkfs.ext4", "-q", "-F", disk], timeout=60)
    host.check("check-wipe", disk).refused("device.unrecognised")
    release(host, disk)
    host.mount(disk, "/srv/db")
    host.check("check-reboot").allowed()
    wait_for(lambda: "r2" not in host.guardctl("release", "list").stdout.decode(), "the release to end")
    host.umount("/srv/db")
    host.check("check-wipe", disk).refused("device.unrecognised")


def test_a_copy_of_released_data_is_not_released(host):
    replica = drained_replica(host)
    host.run(["cp", "-a", replica.datadir, "/srv/copy"])
    release(host, replica.datadir)
    verdict = host.check("check-reinstall")
    verdict.refused("dataset.at_rest", path="/srv/copy")
    assert not verdict.reasons("dataset.at_rest", path=replica.datadir), str(verdict)


def test_a_fresh_initialisation_at_the_same_place_is_not_released(host):
    replica = drained_replica(host)
    release(host, replica.datadir)
    host.run(f"rm -rf {replica.datadir}/*")
    MariaDb(host, datadir=replica.datadir)
    host.check("check-reinstall").refused("dataset.at_rest", path=replica.datadir)
