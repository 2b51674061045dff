# SPDX-License-Identifier: Apache-2.0
"""The ledger: an allow is on disk before it is answered, and what was done to the ledger is found out."""

import json
import signal

STATE = "/var/lib/guardd"
SPOIL = """
import sqlite3, sys
with sqlite3.connect("/var/lib/guardd/ledger.db") as ledger:
    ledger.executescript(sys.argv[1])
"""


def records(host, *arguments):
    return json.loads(host.guardctl("audit", "list", "--json", *arguments).stdout)["records"]


def spoil(host, sql):
    """As somebody would who can write to guardd's state directory; guardd is not running."""
    host.run(["/usr/bin/python3", "-c", SPOIL, sql])


def test_an_allow_is_on_disk_before_it_is_answered(host):
    for number in range(1, 9):
        host.check("check-reinstall", anew=False).allowed()
        host.guard.end(signal.SIGKILL)
        host.guardd()
        allows = [record for record in records(host) if record["verdict"] == "allow"]
        assert len(allows) == number, allows
    caller = allows[-1]["caller"]
    assert caller["uid"] == 0 and caller["exe"] == "/usr/bin/guardctl" and caller["pid"] > 1, caller
    assert allows[-1]["operation"] == "reinstall" and allows[-1]["scope"] == "host"
    assert host.guardctl("audit", "verify").returncode == 0


def test_the_trail_tells_of_refusals_and_decisions_too(host):
    host.guardctl("hold", "add", "--operation", "reboot", "--reason", "not \x1b[31mnow")
    host.check("check-reboot").refused("hold.active")
    host.guard.end()  # a refusal is stored soon, and at the end at the latest
    host.guardd()
    kinds = [(record["kind"], record.get("verdict")) for record in records(host)]
    assert kinds[0] == ("hold.added", None) and ("verdict", "refuse") in kinds, kinds
    text = host.guardctl("audit", "list").stdout.decode()
    assert "reboot of host: refuse (hold.active); by uid 0" in text and "\x1b" not in text, text
    assert records(host, "--verdict", "allow") == []
    assert {record["verdict"] for record in records(host, "--operation", "reboot", "--since", "1h")} == {"refuse"}


def test_a_changed_record_is_named(host):
    for _ in range(3):
        host.check("check-reinstall", anew=False).allowed()
    host.guard.end()
    spoil(host, "UPDATE audit SET record = replace(record, '\"uid\":0', '\"uid\":7') WHERE seq = 2")
    host.guardd()
    done = host.guardctl("audit", "verify")
    assert done.returncode == 1 and b"record 2 was changed" in done.stdout, done


def test_a_ledger_put_back_is_lost_until_it_is_adopted(host):
    host.check("check-reinstall").allowed()
    host.guard.end()
    host.run(f"cp -a {STATE} /var/lib/backup")
    host.guardd()
    host.guardctl("hold", "add", "--operation", "reinstall", "--reason", "must not be forgotten")
    host.guard.end()
    host.run(f"rm -r {STATE}; mv /var/lib/backup {STATE}")
    host.guardd()
    verdict = host.check("check-reinstall").unknown("ledger.lost")
    assert "earlier state" in str(verdict), verdict
    assert host.guardctl("audit", "verify").returncode == 1
    assert "earlier state" in host.guardctl("status").stdout.decode()
    assert host.guardctl("audit", "adopt", "--reason", "restored by hand, holds compared").returncode == 0
    host.check("check-reinstall").allowed()
    assert host.guardctl("audit", "adopt", "--reason", "again").returncode == 1
    host.guard.end()
    host.guardd()
    host.check("check-reinstall").allowed()


def test_a_ledger_that_is_gone_is_lost(host):
    host.check("check-reinstall").allowed()
    host.guard.end()
    host.run(f"rm -r {STATE}")
    host.guardd()
    host.check("check-reinstall").unknown("ledger.lost")


def test_a_cut_tail_is_lost(host):
    for _ in range(2):
        host.check("check-reinstall", anew=False).allowed()
    host.guard.end()
    spoil(host, "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    host.guardd()
    host.check("check-reinstall").unknown("ledger.lost")


def test_a_ledger_removed_under_guardd_allows_nothing(host):
    host.check("check-reinstall").allowed()
    host.run(f"rm -r {STATE}")
    host.check("check-reinstall").unknown("ledger.failed")


def test_a_full_disk_allows_nothing_and_refuses_as_before(lab):
    lab.run(f"mkdir -p {STATE}; mount -t tmpfs -o size=1M full {STATE}")
    lab.guardd()
    lab.guardctl("hold", "add", "--operation", "reboot", "--reason", "kept")
    lab.check("check-reinstall").allowed()
    lab.run(f"dd if=/dev/zero of={STATE}/ballast bs=4k 2>/dev/null || :")
    lab.check("check-reinstall").unknown("ledger.failed")
    lab.check("check-reboot").refused("hold.active")
    assert lab.guardctl("hold", "add", "--operation", "reboot", "--reason", "no room").returncode == 3
    lab.run(f"rm {STATE}/ballast")
    lab.check("check-reinstall").allowed()
    assert "had no room for" in lab.guardctl("audit", "list").stdout.decode()


def test_a_ledger_that_guardd_can_not_read_allows_nothing(host):
    host.guard.end()
    spoil(host, "PRAGMA user_version = 1000")
    host.guardd()
    verdict = host.check("check-reinstall").unknown("ledger.failed")
    assert "newer guardd" in str(verdict), verdict
    host.guard.end()
    host.run(f"head -c 100000 /dev/urandom >{STATE}/ledger.db")
    host.guardd()
    host.check("check-reinstall").unknown("ledger.failed")
    assert host.guardctl("hold", "list").returncode == 3
