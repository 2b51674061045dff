# SPDX-License-Identifier: Apache-2.0
"""What really happened to others, as far as asking could have prevented it. Each test is named after its incident."""

import json
import os
import pty
import subprocess

import pytest

from lab import Lab
from mariadb import MariaDb, pair
from test_other_services import Postgres
from waiting import wait_for


def test_dropbox_2014_reinstall_of_active_hosts_both_halves_of_a_pair(host):
    """An upgrade's "no active data" check was wrong: every active host refuses, primary and replica alike."""
    primary, replica = pair(host)
    verdict = host.check("check-reinstall")
    assert verdict.refused("dataset.active", path=primary.datadir)["dataset"]["role"] == "primary"
    assert verdict.refused("dataset.active", path=replica.datadir)["dataset"]["role"] == "replica"
    primary.stop()
    host.run(["rm", "-rf", primary.datadir])
    host.check("check-reinstall").refused("dataset.active", path=replica.datadir)


@pytest.mark.parametrize("command", [
    ["check-wipe"], ["check-wipe", ""], ["check-wipe", "--"], ["check-wipe", "", ""], ["check-wipe", "--", ""],
    ["check-reinstall", "--target", ""], ["check-reinstall", "--target="], ["check-wipe", " "],
], ids=" ".join)
def test_google_disk_erase_of_an_empty_set_means_nothing_not_everything(host, command):
    assert host.check(*command).status == 2


def test_gitlab_2017_a_primary_whose_replication_is_broken_is_not_idle(host):
    """rm -rf of the data directory on db1 by someone who meant db2, while db1 had no replica left."""
    server = Postgres(host).start()
    host.check("check-wipe", server.data).refused("dataset.active", service="postgresql")
    verdict = host.check("check-wipe", "--expect-host", "db2", server.data)
    assert verdict.refused("host.mismatch")


@pytest.mark.parametrize("target", ["883", "vol-0a1b2c", "/", "nvme0n1", "site:883"])
def test_atlassian_2022_ids_of_another_type_are_never_taken_for_targets(host, target):
    """A target is a device or an absolute path that exists; nothing that only looks like one is allowed."""
    assert host.check("check-wipe", target).status != 0


def test_digitalocean_2021_a_host_with_data_refuses_whatever_the_inventory_says(host):
    MariaDb(host).start()
    host.check("check-reinstall", "--expect-host", "db1").refused("dataset.active", service="mysql")


@pytest.mark.parametrize("variable", ["", " ", "\t"])
def test_kyoto_2021_an_empty_variable_is_an_error(host, variable):
    done = host.run(["bash", "-c", 'guardctl check-wipe "$TARGET"; exit $?'], check=False)  # it is unset here
    assert done.returncode == 2, done
    assert host.check("check-wipe", variable).status == 2
    done = host.run(["bash", "-c", "guardctl check-wipe $TARGET"], check=False)
    assert done.returncode == 2, done


def test_123reg_2016_an_empty_list_on_the_wire_is_an_error(host):
    for body in ({"operation": "wipe", "scope": "targets", "targets": []}, {"operation": "wipe", "targets": []},
                 {"operation": "wipe", "scope": "targets"}, {"operation": "wipe"}):
        answer = host.http().check(body)
        assert answer.status == 400, (body, answer)
        assert answer.json()["error"]["code"], answer


def test_gliffy_2016_a_co_master_is_active_on_both_sides(host):
    """The lagging "secondary" of a master-master pair was reseeded, and replicated that to the other."""
    first, second = pair(host)
    second.allow_replicas()
    first.replicate_from(second)
    first.wait_replica()
    second.wait_dump_threads(1)
    second.client("STOP SLAVE SQL_THREAD")
    verdict = host.check("check-reinstall")
    for server in (first, second):
        reason = verdict.refused("dataset.active", service="mysql", path=server.datadir)
        assert reason["dataset"]["role"] in ("relay", "primary"), str(verdict)
        verdict.refused("replicas.attached", service="mysql", path=server.datadir)


@pytest.mark.parametrize("command", [
    ["check-reinstall", "--target"], ["check-reinstall", "--expect-host"], ["check-reinstall", "--expect-host", ""],
    ["check-reinstall", "--expect-host="], ["check-reinstall", "--socket", ""], ["check-reinstall", "--timeout", ""],
    ["check-reinstall", "--timeout", "0"], ["check-reinstall", "--timeout", "-1"], ["check-reinstall", "--timeout", "nan"],
    ["check-reinstall", ""], ["check-reinstall", "/dev/sda"], [""], [], ["check-reinstal"], ["check"], ["check-reinstall", "--yes"],
], ids=" ".join)
def test_unisuper_2024_a_blank_parameter_is_no_default(host, command):
    assert host.guardctl(*command).returncode == 2, host.guardctl(*command)


def with_a_terminal(lab, command):
    """Runs it with a terminal on all three; returns its exit status and what it printed."""
    master, slave = pty.openpty()
    process = subprocess.Popen(lab._nsenter(command), stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    output = b""
    try:
        while part := os.read(master, 65536):
            output += part
    except OSError:  # EIO: the other side is closed
        pass
    os.close(master)
    return process.wait(20), output


def test_diverted_commands_the_answer_is_the_same_with_and_without_a_terminal(host):
    command = ["guardctl", "check-reinstall"]
    assert with_a_terminal(host, command)[0] == host.run(command, check=False).returncode == 0
    MariaDb(host).start()
    status, output = with_a_terminal(host, command)
    plain = host.run(command, check=False)
    closed = host.run(["bash", "-c", "exec guardctl check-reinstall <&- >&- 2>&-"], check=False)
    assert status == plain.returncode == closed.returncode == 1
    assert b"/var/lib/mysql" in output and b"/var/lib/mysql" in plain.stdout


def test_orchestrators_a_primary_restarted_read_only_is_active_all_the_same(host):
    primary, replica = pair(host)
    primary.stop()
    primary.start("--read-only=1")
    replica.wait_replica()
    primary.wait_dump_threads(1)
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql", path=primary.datadir)
    assert reason["dataset"]["role"] == "primary"


def test_orchestrators_a_zombie_dump_thread_is_no_replica_but_the_server_is_active(host):
    """After kill -9 of the replica its dump thread lingers at the source until that has written twice more."""
    primary, replica = pair(host)
    replica.kill()
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql", path=primary.datadir)
    assert reason["dataset"]["role"] in ("primary", "standalone", "unknown")
    primary.client("CREATE DATABASE a; CREATE DATABASE b; CREATE DATABASE c")
    primary.wait_dump_threads(0)
    host.check("check-reinstall").refused("dataset.active", service="mysql", path=primary.datadir)


def test_orchestrators_a_binlog_reader_counts_as_a_replica(host):
    """It does not count in Slaves_connected, and SHOW REPLICA HOSTS does not list it."""
    server = MariaDb(host, options=["--log-bin=binlog"]).start()
    server.allow_replicas()
    host.start(["mariadb-binlog", "--no-defaults", "--read-from-remote-server", "--stop-never", "--host=127.0.0.1", "--port=3306",
                "--user=repl", "--password=secret", "--raw", "--result-file=/run/copy-", "binlog.000001"])
    server.wait_dump_threads(1)
    host.check("check-reinstall").refused("replicas.attached", service="mysql", path=server.datadir)


def test_commonwealth_bank_2012_each_host_decides_for_itself():
    """One task for every machine: the host that holds data refuses it, the one that holds none does not."""
    with Lab("db1") as first, Lab("web1") as second:
        first.guardd()
        second.guardd()
        MariaDb(first).start()
        first.check("check-reinstall").refused("dataset.active", service="mysql")
        second.check("check-reinstall").allowed()


def test_the_answer_is_not_older_than_the_question(host):
    """A queued command that runs later asks again: nothing is remembered from the allow before."""
    host.check("check-reinstall").allowed()
    server = MariaDb(host).start()
    wait_for(lambda: host.check("check-reinstall").status == 1, "the refusal", deadline=2)
    server.stop()
    host.run(["rm", "-rf", server.datadir])
    wait_for(lambda: host.check("check-reinstall").status == 0, "the allow", deadline=5)


def approved_by_root(lab, *request):
    """An override as root gets it where nobody signs."""
    made = json.loads(lab.guardctl("override", "request", *request, "--reason", "x", "--json").stdout)
    return lab.guardctl("override", "apply", made["override"]["id"], "--nonce", made["nonce"], "--host", made["hostname"])


def test_azure_devops_2023_the_scope_asked_for_is_the_scope_granted(lab):
    """A delete of databases became a delete of the server."""
    lab.write("/srv/data/ibdata1", "x")
    lab.guardd()
    assert approved_by_root(lab, "wipe", "--target", "/srv/data").returncode == 0
    lab.check("check-reinstall").refused("dataset.at_rest")
    lab.check("check-wipe", "/srv").refused("dataset.at_rest")
    lab.check("check-wipe", "/srv/data", anew=False).allowed()


def test_travis_ci_2018_what_was_authorised_runs_out(lab):
    """A command that was queued ran long after it was meant."""
    lab.write("/srv/data/ibdata1", "x")
    lab.write("/etc/guardd/guardd.json", '{"override": {"valid_s": 60}}')
    lab.guardd()
    made = json.loads(lab.guardctl("override", "request", "reinstall", "--reason", "x", "--json").stdout)
    assert made["override"]["valid_s"] == 60, made
    assert approved_by_root(lab, "reinstall").returncode == 0
    lab.check("check-reinstall", anew=False).allowed()
    lab.check("check-reinstall").refused("dataset.at_rest")  # once, not for whatever comes later
