# SPDX-License-Identifier: Apache-2.0
"""`guardctl exec`: a permit for as long as a command and all that it started run."""

import json
import shlex
import signal

from permits import Exec, gate, kinds, permit, permits, wait_for_state
from programs import AWAIT_HUP
from waiting import wait_for


def test_a_command_runs_under_a_permit_in_a_cgroup_of_its_own(host):
    done = host.guardctl("exec", "reinstall", "--", "sh", "-c", "echo $GUARDD_PERMIT; tail -n 1 /proc/self/cgroup; exit 0")
    assert done.returncode == 0, done
    assert done.stdout.decode().split() == ["p1", "0::/guardd.permits/p1"], done
    ended = permit(host)
    assert ended["state"] == "ended" and ended["exit_status"] == 0, ended
    assert kinds(host) == ["permit.granted", "permit.running", "permit.ended"]
    assert host.guardctl("audit", "verify").returncode == 0
    assert not host.path("/sys/fs/cgroup/guardd.permits/p1").exists()
    assert not list(host.path("/run/guardd/permits").iterdir())
    assert not list(host.path("/var/lib/guardd/begun").iterdir())


def test_the_exit_status_is_the_commands(host):
    for status in (1, 7, 124, 255):
        assert host.guardctl("exec", "reboot", "--", "sh", "-c", f"exit {status}").returncode == status
    assert host.guardctl("exec", "reboot", "--", "/nonexistent").returncode == 127
    assert host.guardctl("exec", "reboot", "--", "/etc/passwd").returncode == 126
    # Where nothing has run nothing is half done.
    assert host.guardctl("exec", "reinstall", "--", "/nonexistent").returncode == 127
    assert permits(host)[-1]["state"] == "ended"
    killed = host.guardctl("exec", "reboot", "--", "sh", "-c", "kill -TERM $$")
    assert killed.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM), killed


def test_what_is_refused_never_runs(host):
    host.guardctl("hold", "add", "--operation", "reinstall", "--reason", "not now")
    done = host.guardctl("exec", "reinstall", "--verdict-file", "/tmp/verdict", "--", "touch", "/tmp/ran")
    assert done.returncode == 125 and b"not now" in done.stderr and done.stdout == b"", done
    assert json.loads(host.path("/tmp/verdict").read_bytes())["reasons"][0]["code"] == "hold.active"
    host.guard.end(signal.SIGKILL)
    assert host.guardctl("exec", "reinstall", "--", "touch", "/tmp/ran").returncode == 125
    assert not host.path("/tmp/ran").exists()
    for empty in (["exec", "", "--", "touch", "/tmp/ran"], ["exec", "wipe", "--target", "", "--", "touch", "/tmp/ran"],
                  ["exec", "wipe", "--", "touch", "/tmp/ran"], ["exec", "reinstall", "--"], ["exec", "reinstall"]):
        assert host.guardctl(*empty).returncode in (2, 125), empty
    assert not host.path("/tmp/ran").exists()


def test_one_operation_at_a_time_on_one_host(host):
    """Joyent 2014 and Dropbox 2014: what one mistake starts everywhere at once is one operation on each host at most."""
    running = Exec(host, "reinstall")
    again = host.guardctl("exec", "reinstall", "--", "touch", "/tmp/ran")
    assert again.returncode == 125 and b"permit.conflict" in again.stderr, again
    assert not host.path("/tmp/ran").exists()
    host.check("check-reinstall").refused("permit.conflict")
    host.check("check-reboot").refused("permit.conflict")
    assert running.go() == 0
    host.check("check-reinstall").allowed()


def test_who_asks_from_within_a_permit_is_not_told_that_somebody_has_it(host):
    done = host.guardctl("exec", "reinstall", "--", "sh", "-c", "guardctl check-reinstall")
    assert done.returncode == 0, done


def test_what_a_command_leaves_running_keeps_its_permit(host):
    done = host.guardctl("exec", "reinstall", "--", "bash", "-c", "sleep infinity >/dev/null 2>&1 </dev/null & echo $!")
    assert done.returncode == 0 and b"have not" in done.stderr, done
    assert permit(host)["state"] == "running" and gate(host) == 1
    host.kill(int(done.stdout))
    assert wait_for_state(host, "ended")["exit_status"] == 0
    assert gate(host) == 0


def test_guardctl_that_is_killed_leaves_its_command_its_permit(host):
    running = Exec(host, "reinstall", command="echo $$ >/tmp/exec.started; exec sleep infinity")
    pid = int(wait_for(lambda: host.log_text("/tmp/exec.started").strip(), "the command's pid"))
    host.kill(permit(host)["holder"]["pid"], signal.SIGKILL)
    running.code()
    assert permit(host)["state"] == "running"
    assert gate(host) == 1
    host.check("check-reinstall").refused("permit.conflict")
    host.kill(pid, signal.SIGKILL)
    # Nobody told how it ended.
    assert "gone" in wait_for_state(host, "interrupted")["why"]


def test_a_crash_of_guardd_changes_nothing_for_what_runs(host):
    running = Exec(host, "reinstall")
    host.guard.end(signal.SIGKILL)
    assert gate(host) == 1
    host.guardd()
    assert permit(host)["state"] == "running" and gate(host) == 1
    host.check("check-reinstall").refused("permit.conflict")
    assert running.go() == 0
    assert permit(host)["state"] == "ended" and gate(host) == 0


def test_a_guardd_that_is_away_at_the_end_finds_out_by_itself(host):
    running = Exec(host, "reinstall", "--timeout", "3")
    host.guard.end(signal.SIGKILL)
    assert running.go() == 0
    assert "interrupted" in running.log()
    assert gate(host) == 1
    host.guardd()
    wait_for_state(host, "interrupted")
    assert host.guardctl("permit", "end", "p1", "--status", "0").returncode == 0
    assert permit(host)["state"] == "ended" and gate(host) == 0


def test_signals_go_to_the_command(host):
    # One process and no shell, which may be about to fork when the signal comes.
    running = Exec(host, "reboot", command=f"exec /usr/bin/python3 -c {shlex.quote(AWAIT_HUP)}")
    host.kill(permit(host)["holder"]["pid"], signal.SIGHUP)
    assert running.code() == 9 and running.exists("hup")


def test_a_reinstall_that_died_half_way_is_flagged_until_somebody_looks(host):
    done = host.guardctl("exec", "reinstall", "--", "sh", "-c", "kill -KILL $$")
    assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), done
    assert permit(host)["state"] == "interrupted"
    assert b"interrupted" in host.guardctl("status").stdout
    host.check("check-reboot").refused("operation.interrupted")
    host.check("check-reinstall").allowed()  # once more mends it
    refused = host.guardctl("check-start", "mariadb.service")
    assert refused.returncode == 1 and b"operation.interrupted" in refused.stdout, refused
    host.guard.end(signal.SIGKILL)
    assert gate(host) == 1
    host.run("rm -r /run/guardd/permits")  # as a reboot does
    assert gate(host) == 1
    host.guardd()
    assert gate(host) == 1
    assert host.guardctl("permit", "end", "p1").returncode != 0
    assert host.guardctl("permit", "end", "p1", "--reason", "restored from backup").returncode == 0
    assert gate(host) == 0
    host.check("check-reboot").allowed()
    assert kinds(host)[-1] == "permit.ended"


def test_a_wipe_that_failed_by_itself_flags_nothing(host):
    disk = host.loop("disk")
    assert host.guardctl("exec", "wipe", "--target", disk, "--", "false").returncode == 1
    assert permit(host)["state"] == "ended" and gate(host) == 0


def test_one_disk_at_a_time_and_no_other_one(host):
    """Azure DevOps 2023: the scope asked for is the scope granted."""
    disk, other = host.loop("disk"), host.loop("other")
    part = host.partition(disk)
    host.run(["mkfs.ext4", "-q", other])
    running = Exec(host, "wipe", "--target", disk)
    on_part = host.guardctl("exec", "wipe", "--target", part, "--", "true")
    assert on_part.returncode == 125 and b"permit.conflict" in on_part.stderr, on_part
    host.check("check-reinstall").refused("permit.conflict")
    # Within it nothing is allowed on another disk that would not be without it.
    inside = host.guardctl("exec", "wipe", "--target", host.loop("third"), "--", "guardctl", "check-wipe", other)
    assert inside.returncode == 1 and b"device.unrecognised" in inside.stdout, inside
    assert running.go() == 0
    assert [one["state"] for one in permits(host)] == ["ended", "ended"]
