# SPDX-License-Identifier: Apache-2.0
"""The Debian package on a host that has never had guardd, with systemd: from the installation to the purge. The steps build on each other."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
import shells
from lab import TOP, SystemdLab
from mariadb_service import RESTORE, install_mariadb
from permits import acquire, permit, sleeper
from waiting import wait_for

PACKAGES = TOP / "build" / "packages"


class BareLab(SystemdLab):
    options = ("--systemd", "--bare")


def package():
    made = sorted(PACKAGES.glob("guardd_*.deb"))
    assert made, f"no package in {PACKAGES}: scripts/package makes it"
    return made[-1]


@pytest.fixture(scope="module")
def booted():
    with BareLab() as lab:
        lab.write("/root/guardd.deb", package().read_bytes())
        lab.run(["rm", "-f", "/usr/sbin/policy-rc.d"])  # of a machine on which packages may start nothing
        lab.named_before = named_guardd(lab)
        yield lab
        print(lab.journal())


def named_guardd(lab):
    return set(lab.run("find / -xdev -name '*guardd*' -not -path '/root/*.deb'").stdout.decode().splitlines())


def install(lab, path="/root/guardd.deb"):
    lab.run(["dpkg", "--install", path], timeout=120)


def is_running(lab):
    return lab.unit_state("guardd.service") == "active"


def older(lab):
    """The same package as if it were the version before."""
    lab.run("""
        rm -rf /tmp/old; dpkg-deb --raw-extract /root/guardd.deb /tmp/old
        sed -i 's/^Version: .*/Version: 0.0.9-1/' /tmp/old/DEBIAN/control
        dpkg-deb --root-owner-group --build /tmp/old /root/old.deb; rm -rf /tmp/old
        """, timeout=120)
    return "/root/old.deb"


def test_what_a_host_has_after_installation(booted):
    install(booted, older(booted))
    for unit in ("guardd.socket", "guardd.service"):
        assert booted.unit_state(unit) == "active", booted.journal(unit)
        assert booted.systemctl("is-enabled", unit).stdout.strip() == b"enabled"
    assert booted.run(["getent", "group", "guardd"]).stdout
    for shell in (shells.bash, shells.zsh, shells.fish):
        assert shell(booted, "guardctl check-re") == ["check-reboot", "check-reinstall"]
    booted.check("check-reinstall").allowed()


def namespaces(lab, pid):
    return {name: lab.run(["readlink", f"/proc/{pid}/ns/{name}"]).stdout for name in ("mnt", "pid", "user", "net", "uts", "ipc")}


def test_those_who_look_leave_the_sandbox(booted):
    """The unit gives guardd a mount namespace of its own; in that it could not see what the host has mounted since."""
    main = booted.show("guardd.service", "MainPID")
    fork_server = booted.run(["pgrep", "--parent", main, "--exact", "guardd-fork"]).stdout.decode().strip()
    host = namespaces(booted, 1)
    assert namespaces(booted, fork_server) == host
    own = namespaces(booted, main)
    assert {name for name in host if own[name] != host[name]} == {"mnt"}


def test_nothing_of_the_host_is_hidden_from_the_unit(booted):
    places = ("/home/ann/db", "/root/db", "/tmp/db", "/var/tmp/db", "/srv/late/db")
    booted.run("mkdir -p /srv/late; mount -t tmpfs late /srv/late")
    for path in places:
        booted.run(f"mkdir -p {path}; touch {path}/ibdata1 {path}/ib_logfile0")
    verdict = booted.check("check-reinstall")
    for path in places:
        verdict.refused("dataset.at_rest", path=path)
    booted.run("umount /srv/late; rm -rf /home/ann /root/db /tmp/db /var/tmp/db /srv/late")
    status = json.loads(booted.guardctl("status", "--json").stdout)
    assert {one["name"]: one["problems"] for one in status["inspectors"] if one["health"] != "ok"} == {}


def test_what_the_host_unmounts_is_free_at_once(booted):
    """guardd's own mount namespace has a copy of every mount. mkfs opens the device exclusively."""
    disk = booted.loop("came-and-went")
    booted.run(["mkfs.ext4", "-q", disk])
    booted.run("mkdir -p /srv/there")
    for restart in (False, True):
        booted.mount(disk, "/srv/there")
        booted.run("touch /srv/there/something")
        if restart:
            booted.systemctl("restart", "guardd.service")
        booted.check("check-wipe", disk).refused("device.in_use")
        booted.umount("/srv/there")
        booted.run(["mkfs.ext4", "-q", "-F", disk])
    booted.run(["wipefs", "--all", "--quiet", disk])


def test_what_was_mounted_beneath_a_private_mount_stays_busy_until_guardd_is_restarted(booted):
    """A known limit of every sandboxed service, docs/security.md."""
    disk = booted.loop("private")
    booted.run(["mkfs.ext4", "-q", disk])
    booted.run("mkdir -p /srv/private; mount -t tmpfs private /srv/private; mount --make-private /srv/private; mkdir /srv/private/disk")
    booted.mount(disk, "/srv/private/disk")
    booted.systemctl("restart", "guardd.service")
    booted.umount("/srv/private/disk")
    assert b"in use" in booted.run(["mkfs.ext4", "-q", "-F", disk], check=False).stderr
    booted.systemctl("restart", "guardd.service")
    booted.run(["wipefs", "--all", "--quiet", disk])
    booted.umount("/srv/private")


def test_disks_are_read_by_the_unit(booted):
    disk = booted.loop("disk")
    booted.check("check-wipe", disk).allowed()
    booted.run(["mkfs.ext4", "-q", disk])
    booted.check("check-wipe", disk).refused("device.unrecognised")
    booted.run(["wipefs", "--all", "--quiet", disk])


def test_a_database_from_debians_package_is_guarded_without_any_configuration(booted):
    install_mariadb(booted)
    booted.run(RESTORE)
    booted.systemctl("start", "mariadb.service")
    verdict = booted.check("check-reinstall").refused("dataset.active", service="mysql", role="standalone")
    assert verdict["dataset"]["path"] == "/var/lib/mysql", verdict
    status = json.loads(booted.guardctl("status", "--json").stdout)
    assert [one["path"] for one in status["datasets"]] == ["/var/lib/mysql"], status["datasets"]
    wait_for(lambda: booted.show("guardd.service", "StatusText").startswith("reinstall: refuse, reboot: "), "the status text", deadline=20)


def verdicts_in_the_journal(lab):
    """guardd's log has a thread of its own, so that a stalled journal stalls no answer: a line can come after the answer."""
    lab.run(["journalctl", "--sync"])
    found = lab.run(["journalctl", "--output=json", "--unit=guardd.service", "GUARDD_KIND=verdict"]).stdout
    return [json.loads(line) for line in found.splitlines()]


def test_verdicts_are_in_the_journal(booted):
    booted.check("check-reinstall").refused("dataset.active")
    refusals = wait_for(
        lambda: [one for one in verdicts_in_the_journal(booted) if "refuse (dataset.active)" in one["MESSAGE"]],
        "the refusal in the journal", deadline=20,
    )
    assert re.fullmatch(r"[0-9a-f]{32}", refusals[-1]["MESSAGE_ID"]), refusals[-1]
    found = booted.run(["journalctl", "--output=cat", f"MESSAGE_ID={refusals[-1]['MESSAGE_ID']}"]).stdout
    assert b"refuse (dataset.active)" in found


def test_while_a_reboot_is_refused_logind_inhibits_it(booted):
    booted.write("/etc/guardd/guardd.json", b'{"inhibit_shutdown": true}')
    booted.run(["systemctl", "restart", "guardd.service"])

    def inhibitors():
        return booted.run(["systemd-inhibit", "--list", "--no-legend", "--no-pager"]).stdout.decode()

    booted.check("check-reboot").allowed()
    assert "guardd" not in inhibitors()
    booted.run(["guardctl", "hold", "add", "--operation", "reboot", "--reason", "a long backup"])
    wait_for(lambda: "a long backup" in inhibitors(), "the inhibitor", deadline=20)
    refused = booted.run(["systemctl", "reboot", "--check-inhibitors=yes"], check=False)
    assert refused.returncode != 0 and b"guardd" in refused.stderr, refused
    booted.run(["guardctl", "hold", "remove", "h1"])
    wait_for(lambda: "guardd" not in inhibitors(), "the inhibitor to go", deadline=20)
    booted.run("rm /etc/guardd/guardd.json; systemctl restart guardd.service")


def test_a_question_starts_a_stopped_guardd(booted):
    booted.run(["systemctl", "--quiet", "stop", "guardd.service"])
    assert not is_running(booted)
    booted.check("check-reinstall", "--timeout", "20").refused("dataset.active")
    assert is_running(booted)


def test_a_stuck_guardd_is_restarted_by_the_watchdog_and_meanwhile_unknown(booted):
    before = int(booted.show("guardd.service", "NRestarts"))
    booted.run(["kill", "-STOP", booted.show("guardd.service", "MainPID")])
    assert booted.guardctl("check-reinstall", "--timeout", "1").returncode == 3
    wait_for(lambda: int(booted.show("guardd.service", "NRestarts")) > before and is_running(booted), "the restart", deadline=40)
    assert "watchdog" in booted.journal("guardd.service").lower()
    booted.check("check-reinstall", "--timeout", "20").refused("dataset.active")


def test_a_hung_worker_is_no_reason_to_restart(booted):
    before = booted.show("guardd.service", "NRestarts")
    server = booted.run(["pgrep", "-x", "guardd-fork", "-P", booted.show("guardd.service", "MainPID")]).stdout.decode().strip()
    booted.run(["kill", "-STOP", server])
    try:
        assert booted.guardctl("check-reinstall", "--timeout", "10").returncode in (1, 3)
        assert is_running(booted) and booted.show("guardd.service", "NRestarts") == before
    finally:
        booted.run(["kill", "-CONT", server], check=False)  # guardd may have replaced it
    booted.check("check-reinstall", "--timeout", "20").refused("dataset.active")


def test_an_upgrade_keeps_what_was_decided(booted):
    booted.systemctl("stop", "mariadb.service")
    holder = sleeper(booted)
    booted.guardctl("hold", "add", "--operation", "reinstall", "--reason", "not this week")
    permit_id = acquire(booted, "reboot", holder=holder)["id"]
    install(booted)
    assert booted.run(["dpkg-query", "--show", "--showformat=${Version}", "guardd"]).stdout.startswith(b"0.1.0")
    wait_for(lambda: is_running(booted), "guardd to run again")
    booted.check("check-reinstall", "--timeout", "20").refused("hold.active")
    assert permit(booted, permit_id)["state"] == "running"
    holder.end(signal.SIGKILL)


def test_removed_it_keeps_its_ledger_and_purged_nothing(booted):
    # A gated database would not start any more once its gate is gone.
    booted.run("cp -r /usr/share/guardd/drop-ins/mariadb.service.d /etc/systemd/system/")
    refused = booted.run(["dpkg", "--remove", "guardd"], check=False, timeout=120)
    assert refused.returncode != 0 and b"/etc/systemd/system/mariadb.service.d/guardd.conf" in refused.stderr, refused
    assert is_running(booted)
    booted.run("rm -r /etc/systemd/system/mariadb.service.d; systemctl daemon-reload")
    booted.run(["dpkg", "--remove", "guardd"], timeout=120)
    assert booted.run(["pgrep", "-f", "guardd"], check=False).returncode == 1, "something of guardd runs on"
    assert booted.path("/var/lib/guardd").is_dir() and not booted.path("/run/guardd").exists()
    install(booted)
    booted.check("check-reinstall", "--timeout", "20").refused("hold.active")
    booted.run(["dpkg", "--purge", "guardd"], timeout=120)
    left = named_guardd(booted) - booted.named_before
    assert not left, left
    assert booted.run(["getent", "group", "guardd"], check=False).returncode != 0
    assert booted.run(["pgrep", "-f", "guardd"], check=False).returncode == 1


def test_lintian_finds_no_error():
    done = subprocess.run(["lintian", "--fail-on", "error", "--tag-display-limit", "0", str(package())], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rpmlint_reads_the_rpm():
    made = sorted(PACKAGES.glob("guardd-*.rpm"))[-1]
    done = subprocess.run(["rpmlint", str(made)], capture_output=True, text=True, check=False)
    errors = set(re.findall(r": E: (\S+)", done.stdout))
    assert "1 packages" in done.stdout and errors <= {"no-signature"}, done.stdout + done.stderr
