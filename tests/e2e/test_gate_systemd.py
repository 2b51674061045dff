# SPDX-License-Identifier: Apache-2.0
"""Services behind their gate, as systemd runs them: the drop-ins of systemd/, Debian's mariadb.service, real scopes."""

import json
import signal

import pytest

from lab import TOP, SystemdLab
from mariadb_service import RESTORE, install_mariadb
from permits import WAITING, Exec, acquire, gate, permit, sleeper, wait_for_state
from waiting import wait_for

GATE = "ExecStartPre=+/usr/bin/guardctl check-start %n\n"


@pytest.fixture(scope="module")
def booted():
    with SystemdLab() as lab:
        install_mariadb(lab)
        yield lab


@pytest.fixture
def host(booted):
    """A host with MariaDB's data and service, not running, with its drop-in; guardd runs. All of it as on the first day."""
    booted.run("""
        systemctl unmask --runtime --quiet guardd
        systemctl stop --quiet 'guardd-permit-*.scope' mariadb guardd.socket guardd 'test-*.service'
        systemctl reset-failed
        rm -rf /run/guardd /var/lib/guardd /var/lib/guardd.witness /var/lib/mysql /tmp/* /run/systemd/system/test-*
        systemctl daemon-reload
        """)
    booted.read_journal_from_now()
    booted.guardd()
    yield booted
    print(booted.journal())  # pytest shows it with a failure only
    while booted.processes:
        booted.processes.pop().end(signal.SIGKILL)


def without_guardd(host):
    host.systemctl("stop", "guardd.socket", "guardd")
    host.systemctl("mask", "--runtime", "guardd")  # what is gated would start it


def with_guardd_again(host):
    host.systemctl("unmask", "--runtime", "guardd")
    host.guardd()


def start(host, unit="mariadb.service"):
    return host.systemctl("start", unit, check=False).returncode == 0


def is_up(host, unit="mariadb.service"):
    return host.unit_state(unit) == "active"


def wait_until_up(host, unit="mariadb.service"):
    wait_for(lambda: is_up(host, unit), f"{unit} to come up by itself")


def holder_of_mirror(host):
    """guardd need not be there."""
    return json.loads(host.path("/run/guardd/permits/p1").read_text())["holder"]["pid"]


def ask(host, operation, holder):
    """What `permit acquire` says where it grants nothing: the verdict's reasons."""
    done = host.guardctl("permit", "acquire", operation, "--holder", str(holder.pid), "--json")
    return [] if done.returncode == 0 else json.loads(done.stdout)["verdict"]["reasons"]


def write_unit(host, name, service):
    host.write(f"/run/systemd/system/{name}", "[Unit]\nWants=guardd.service\nAfter=guardd.service\n"
               "StartLimitIntervalSec=60\nStartLimitBurst=3\n[Service]\n" + service)
    host.systemctl("daemon-reload")


def test_without_a_permit_it_starts_through_its_gate_and_then_no_permit_is_given(host):
    host.run(RESTORE)
    assert start(host) and is_up(host)
    gates = host.show("mariadb.service", "ExecStartPre")
    assert "check-start mariadb.service" in gates and "status=0" in gates, gates
    assert ask(host, "reinstall", sleeper(host))[0]["code"] == "dataset.active"
    assert "guardctl: " not in host.journal("mariadb.service"), host.journal("mariadb.service")


def test_a_command_has_a_scope_of_systemds_and_what_it_kept_from_starting_comes_up_by_itself(host):
    name = "/tmp/reinstall"
    command = f"tail -n 1 /proc/self/cgroup >{name}.cgroup; {WAITING.format(name=name)}; {RESTORE}"
    running = Exec(host, "reinstall", name=name, command=command)
    assert host.log_text(f"{name}.cgroup") == "0::/system.slice/guardd-permit-p1.scope\n"
    assert not start(host)
    assert host.unit_state("mariadb.service") == "failed"
    told = host.journal("mariadb.service")
    assert "permit.conflict" in told and "permit p1, a reinstall of the whole host, is running" in told, told
    assert "it starts by itself when the permit ends" in told
    assert running.go() == 0
    wait_until_up(host)
    wait_for(lambda: host.show("guardd-permit-p1.scope", "LoadState") == "not-found", "the scope to go")


def test_a_gate_stays_closed_until_the_scope_of_a_killed_guardctl_is_empty(host):
    host.run(RESTORE)
    running = Exec(host, "reboot")
    host.kill(permit(host)["holder"]["pid"], signal.SIGKILL)
    assert running.code() == 128 + signal.SIGKILL
    assert host.unit_state("guardd-permit-p1.scope") == "active"
    assert not start(host)
    assert permit(host)["state"] == "running" and gate(host) == 1
    host.write(f"{running.name}.go", "")
    wait_for_state(host, "ended")
    wait_until_up(host)


def test_with_guardd_stopped_the_gate_is_closed_and_started_again_it_finds_its_permit(host):
    host.run(RESTORE)
    running = Exec(host, "reboot")
    without_guardd(host)
    assert host.path("/run/guardd/permits/p1").exists(), "the runtime directory went with guardd"
    assert not start(host)
    assert "permit p1" in host.journal("mariadb.service")
    host.systemctl("unmask", "--runtime", "guardd")
    # What is gated wants it.
    assert not start(host)
    assert is_up(host, "guardd.service") and permit(host)["state"] == "running"
    assert running.go() == 0
    wait_until_up(host)


def test_what_ended_while_guardd_was_away_keeps_nothing_from_starting(host):
    host.run(RESTORE)
    running = Exec(host, "reboot")
    assert not start(host)
    without_guardd(host)
    host.kill(holder_of_mirror(host), signal.SIGKILL)
    host.write(f"{running.name}.go", "")
    wait_for(lambda: gate(host) == 0, "the gate to see that the command has ended")
    with_guardd_again(host)
    wait_until_up(host)


def test_without_guardd_and_without_a_mirror_it_starts_loudly(host):
    host.run(RESTORE)
    without_guardd(host)
    host.run(["rm", "-rf", "/run/guardd", "/var/lib/guardd"])
    assert start(host) and is_up(host)
    assert "guardd is not there: nothing but the mirrors was asked" in host.journal("mariadb.service")


def test_an_interrupted_reinstall_keeps_it_down_until_somebody_has_looked(host):
    running = Exec(host, "reinstall")
    host.run(["systemctl", "kill", "--signal=KILL", "guardd-permit-p1.scope"])
    assert running.code() == 128 + signal.SIGKILL
    wait_for_state(host, "interrupted")
    host.run(RESTORE)
    assert not start(host)
    assert "operation.interrupted" in host.journal("mariadb.service")
    without_guardd(host)
    assert not start(host)
    with_guardd_again(host)
    assert host.guardctl("permit", "end", "p1", "--reason", "the data is whole").returncode == 0
    wait_until_up(host)


SLOW = """\
Type=notify
NotifyAccess=all
{gate}ExecStart=/bin/bash -c 'until [[ -e /tmp/answer ]]; do read -t 0.02 -r _ <><(:) || :; done; read -r code </tmp/answer; \\
    [[ $$code == 0 ]] || exit $$code; systemd-notify --ready; exec sleep infinity'
"""


@pytest.mark.parametrize(("answer", "then"), [("0", "active"), ("1", "failed")])
def test_no_permit_while_a_service_is_starting(host, answer, then):
    write_unit(host, "test-slow.service", SLOW.format(gate=GATE))
    host.systemctl("start", "--no-block", "test-slow.service")
    wait_for(lambda: host.show("test-slow.service", "SubState") == "start", "the gate to let it through")
    filed = json.loads(next(host.path("/run/guardd/starts").iterdir()).read_text())
    assert filed["unit"] == "test-slow.service" and filed["caller"]["pid"] == 1, filed
    holder = sleeper(host)
    reason = ask(host, "reinstall", holder)[0]
    assert reason["code"] == "permit.conflict" and "test-slow.service is starting" in reason["message"], reason
    host.write("/tmp/answer.new", f"{answer}\n")
    host.run(["mv", "/tmp/answer.new", "/tmp/answer"])
    wait_for(lambda: host.unit_state("test-slow.service") == then, f"it to be {then}")
    acquire(host, "reinstall", holder=holder)


def test_a_service_that_was_started_and_stopped_is_not_starting(host):
    write_unit(host, "test-slow.service", GATE + "ExecStart=/bin/sleep infinity\n")
    assert start(host, "test-slow.service")
    host.systemctl("stop", "test-slow.service")
    acquire(host, "reinstall", holder=sleeper(host))


def test_a_lock_that_somebody_keeps_delays_a_start_by_no_more_than_a_second(host):
    host.run(RESTORE)
    host.start(["flock", "/run/guardd/start.lock", "sh", "-c", "touch /tmp/held; exec sleep infinity"])
    wait_for(host.path("/tmp/held").exists, "the lock to be held")
    assert start(host) and is_up(host)
    began, through = (int(host.show("mariadb.service", name)) for name in
                      ("InactiveExitTimestampMonotonic", "ExecMainStartTimestampMonotonic"))
    assert through - began < 1_300_000, f"{through - began} us"
    assert "the gate's lock could not be had" in host.journal("mariadb.service")


def test_a_unit_that_has_hit_its_start_limit_comes_up_by_itself(host):
    write_unit(host, "test-again.service", GATE + "ExecStart=/bin/sleep infinity\nRestart=always\nRestartSec=50ms\n")
    running = Exec(host, "reboot")
    assert not start(host, "test-again.service")
    wait_for(lambda: host.unit_state("test-again.service") == "failed", "systemd to give up")
    assert "Start request repeated too quickly" in host.journal("test-again.service")
    assert running.go() == 0
    wait_until_up(host, "test-again.service")


def test_a_unit_that_restarts_by_itself_does(host):
    write_unit(host, "test-again.service", GATE + "ExecStart=/bin/sleep infinity\nRestart=always\nRestartSec=1s\n")
    running = Exec(host, "reboot")
    assert not start(host, "test-again.service")
    wait_for(lambda: host.show("test-again.service", "SubState") == "auto-restart", "systemd to wait")
    assert running.go() == 0
    wait_until_up(host, "test-again.service")


def test_a_permit_that_ends_before_systemd_has_seen_the_refusal(host):
    slow_gate = ("ExecStartPre=+/bin/bash -c '/usr/bin/guardctl check-start %n && exit 0; touch /tmp/refused; "
                 "until [[ -e /tmp/seen ]]; do read -t 0.02 -r _ <><(:) || :; done; exit 1'\n")
    write_unit(host, "test-late.service", slow_gate + "ExecStart=/bin/sleep infinity\n")
    running = Exec(host, "reboot")
    host.systemctl("start", "--no-block", "test-late.service")
    wait_for(host.path("/tmp/refused").exists, "the gate to refuse")
    assert running.go() == 0
    wait_for(lambda: "test-late.service is activating and is looked at again" in host.guardd_log(), "guardd to have looked at it")
    host.write("/tmp/seen", "")
    wait_until_up(host, "test-late.service")


def test_what_was_stopped_meanwhile_stays_so(host):
    host.run(RESTORE)
    running = Exec(host, "reboot")
    assert not start(host)
    host.systemctl("reset-failed", "mariadb.service")  # as an operator does that gives it up
    assert running.go() == 0
    wait_for(lambda: not host.run("ls /run/guardd/waiting", check=False).stdout, "guardd to have looked at it")
    wait_for(lambda: "mariadb.service is inactive and left so" in host.guardd_log(), "guardd to have told")
    assert host.unit_state("mariadb.service") == "inactive"


def test_the_drop_ins_are_what_systemd_understands(booted):
    units = ["mariadb.service", "mysql.service", "postgresql@15-main.service", "redis-server.service",
             r"redis-server@a\x2db.service"]
    names = [unit.split("@")[0] + "@.service" if "@" in unit else unit for unit in units]
    assert sorted(f"{name}.d" for name in names) == sorted(path.name for path in (TOP / "systemd").glob("*.d"))
    for name in names:
        if not booted.path(f"/usr/lib/systemd/system/{name}").exists():
            booted.write(f"/run/systemd/system/{name}", "[Service]\nExecStart=/bin/sleep infinity\n")
    booted.systemctl("daemon-reload")
    done = booted.run(["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", *units])
    assert not done.stderr, done.stderr.decode()
    for unit in units:
        gates = booted.show(unit, "ExecStartPre")
        # systemd shows a backslash as two.
        assert f"guardctl check-start {unit} ;" in gates.replace("\\\\", "\\"), gates
