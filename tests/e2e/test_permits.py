# SPDX-License-Identifier: Apache-2.0
"""Permits that a process holds: who may, for how long, and what ends them."""

import json
import signal

import pytest

from mariadb import MariaDb
from permits import Exec, acquire, gate, kinds, permit, permits, sleeper, wait_for_state
from waiting import wait_for

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

# An ordinary user's idea of a database: by its name, its arguments and its file.
FALSE_SERVER = """
import ctypes, os, sys
os.setgid(1000); os.setuid(1000)
ctypes.CDLL(None).prctl(15, b"mysqld")
held = open("/home/ann/mysql/ibdata1", "r+")
print("ready"); sys.stdin.read(); __import__("signal").pause()
"""

# Begins its command as late as it is told to.
LATE = """
import http.client, json, os, socket, sys, time
class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/run/guardd/guardd.sock")
def ask(method, path, body=None):
    c = Connection("x"); c.request(method, path, body and json.dumps(body)); a = c.getresponse()
    return a.status, json.loads(a.read())
status, answer = ask("POST", "/v1/permits", {"operation": "reinstall", "scope": "host", "command": True, "valid_s": int(sys.argv[1])})
assert status == 201, answer
print("ready", flush=True)
while not os.path.exists("/tmp/begin"): time.sleep(0.01)
child = os.fork()
if child == 0:
    time.sleep(1000)
os.makedirs("/sys/fs/cgroup/late", exist_ok=True)
open("/sys/fs/cgroup/late/cgroup.procs", "w").write(str(child))
status, answer = ask("POST", "/v1/permits/" + answer["permit"]["id"] + "/begin", {"pid": child})
os.kill(child, 9); os.waitpid(child, 0); os.rmdir("/sys/fs/cgroup/late")
open("/tmp/begun.new", "w").write(json.dumps([status, answer])); os.rename("/tmp/begun.new", "/tmp/begun")
__import__("signal").pause()
"""


def begun(host):
    host.write("/tmp/begin", "")
    return json.loads(wait_for(lambda: host.log_text("/tmp/begun"), "the command to have asked"))


def test_a_permit_lives_as_long_as_its_holder(host):
    holder = sleeper(host)
    granted = acquire(host, "reinstall", "--reason", "bookworm", holder=holder)
    assert granted["id"] == "p1" and granted["state"] == "running" and granted["reason"] == "bookworm", granted
    assert granted["holder"]["pid"] == holder.pid
    assert gate(host) == 1
    mirror = host.path("/run/guardd/permits/p1")
    assert mirror.stat().st_mode & 0o777 == 0o644 and b"bookworm" not in mirror.read_bytes()
    assert host.guardctl("permit", "end", "p1").returncode == 0
    assert permit(host)["state"] == "ended" and gate(host) == 0
    acquire(host, "reboot", holder=holder)
    holder.end(signal.SIGKILL)
    wait_for_state(host, "ended", "p2")  # a reboot that was cut short left nothing half done
    acquire(host, "reinstall", holder=(second := sleeper(host)))
    second.end(signal.SIGKILL)
    wait_for_state(host, "interrupted", "p3")


def test_a_dead_holder_loses_its_permit_over_a_restart_and_a_living_one_keeps_it(host):
    dead, alive = sleeper(host), sleeper(host)
    disk, other = host.loop("disk"), host.loop("other")
    acquire(host, "wipe", "--target", disk, holder=dead)
    acquire(host, "wipe", "--target", other, holder=alive)
    host.guard.end(signal.SIGKILL)
    dead.end(signal.SIGKILL)
    host.guardd()
    wait_for_state(host, "interrupted", "p1")
    assert permit(host, "p2")["state"] == "running"


def test_a_request_that_comes_while_guardd_starts_keeps_its_gate_closed(host):
    """guardd cleared away the mirrors of a dead one, and with them that of a request that had just come."""
    holder = sleeper(host)
    granted = acquire(host, "reinstall", holder=holder)
    mirror = host.path("/run/guardd/permits/p1").read_text()
    assert host.guardctl("permit", "end", "p1").returncode == 0
    host.guard.end(signal.SIGKILL)
    alive = json.loads(mirror) | {"id": "r9", "state": "requested", "command": True, "began": False}
    dead = alive | {"id": "r2", "holder": granted["holder"] | {"start_ticks": 1}}
    for one in (alive, dead):
        host.write(f"/run/guardd/permits/{one['id']}", json.dumps(one))
    host.guardd()
    wait_for(lambda: not host.path("/run/guardd/permits/r2").exists(), "a dead guardd's mirror to go")
    acquire(host, "reboot", holder=holder)  # whatever guardd does at its start it has done by now
    assert host.path("/run/guardd/permits/r9").exists()


def test_a_permit_of_another_boot_is_over(host):
    holder = sleeper(host)
    acquire(host, "reinstall", holder=holder)
    host.guard.end(signal.SIGKILL)
    record = json.dumps({"boot_id": "another"})
    host.run(["/usr/bin/python3", "-c", f"""
import json, sqlite3
db = sqlite3.connect("/var/lib/guardd/ledger.db")
record = json.loads(db.execute("SELECT record FROM permits").fetchone()[0])
record.update({record})
db.execute("UPDATE permits SET record = ?", (json.dumps(record),)); db.commit()"""])
    host.guardd()
    assert "rebooted" in wait_for_state(host, "interrupted")["why"]


def test_authorisation_expires(host):
    """Travis CI 2018: a command that was queued ran ten minutes later."""
    host.python(LATE, "1")
    wait_for_state(host, "expired")
    status, answer = begun(host)
    assert status == 409 and answer["error"]["code"] == "conflict", answer
    assert gate(host) == 0
    host.check("check-reinstall").allowed()


def test_what_runs_beyond_its_time_is_told_so_and_keeps_its_scope(host):
    running = Exec(host, "reinstall", "--valid", "1")
    wait_for_state(host, "expired")
    assert gate(host) == 1
    host.check("check-reinstall").refused("permit.conflict")
    assert running.go() == 124
    assert "time was over" in running.log()
    assert permit(host)["state"] == "ended"


def test_a_command_that_was_about_to_start_does_not_start(host):
    host.python(LATE, "60")
    host.guardctl("hold", "add", "--operation", "reinstall", "--reason", "not now")
    assert "not now" in wait_for_state(host, "revoked")["lapsed"]
    status, answer = begun(host)
    assert status == 409, answer
    assert kinds(host) == ["permit.granted", "permit.revoked"]


def test_a_database_that_starts_past_its_gate_revokes(host):
    running = Exec(host, "reinstall")
    events = host.start(["curl", "-sN", "--unix-socket", "/run/guardd/guardd.sock", "http://x/v1/events"], log="/tmp/events")
    wait_for(lambda: "permits" in host.log_text("/tmp/events"), "the first event")
    MariaDb(host).start()
    revoked = wait_for_state(host, "revoked")
    assert "mysql" in revoked["lapsed"], revoked
    wait_for(lambda: '"what":"revoked"' in host.log_text("/tmp/events"), "the event")
    wait_for(lambda: "mysql" in running.log(), "guardctl exec to say so")
    assert gate(host) == 1
    assert running.go() == 124
    assert running.exists("done")  # half a reinstall is worse than a whole one
    events.end()


def test_a_command_is_stopped_only_where_its_holder_asked_for_that(host):
    running = Exec(host, "reinstall", "--stop-on-revoke")
    MariaDb(host).start()
    assert running.code() == 124
    assert not running.exists("done")
    wait_for_state(host, "interrupted")


def test_what_an_ordinary_user_does_revokes_nothing_that_runs(host):
    running = Exec(host, "reinstall")
    host.run("mkdir -p /home/ann/mysql; head -c 4096 /dev/zero >/home/ann/mysql/ibdata1; mkdir /home/ann/mysql/mysql; "
             "touch /home/ann/mysql/aria_log_control; chown -R 1000:1000 /home/ann")
    false_server = host.python(FALSE_SERVER)
    # Looks that have seen it: the refusals of checks come from the same ones, and the first from one that was made before.
    wait_for(lambda: host.check("check-reinstall").reasons("dataset.active"), "a look that sees the false server")
    host.check("check-reinstall").refused("dataset.active")
    assert permit(host)["state"] == "running"
    false_server.end()
    assert running.go() == 0


def test_a_filesystem_that_is_mounted_on_what_is_wiped_revokes(host):
    disk, other = host.loop("disk"), host.loop("other")
    running = Exec(host, "wipe", "--target", disk)
    host.run(["mkfs.ext4", "-q", other])
    host.run("mkdir -p /srv/other /srv/disk")
    host.mount(other, "/srv/other")
    host.check("check-wipe", other).refused("device.in_use")
    assert permit(host)["state"] == "running"
    host.run(["mkfs.ext4", "-q", disk])
    host.mount(disk, "/srv/disk")
    wait_for_state(host, "revoked")
    host.umount("/srv/disk")
    assert running.go() == 124


def test_what_a_reinstall_mounts_is_its_own_doing(host):
    disk = host.loop("disk")
    done = host.guardctl("exec", "reinstall", "--target", disk, "--", "bash", "-euc",
                         f"mkfs.ext4 -q {disk}; mkdir -p /srv/new; mount {disk} /srv/new; touch /srv/new/file; "
                         f"guardctl check-wipe {disk} >/dev/null || :; guardctl check-wipe {disk} >/dev/null || :; "
                         # While a permit is valid look follows look, and each holds the filesystem for a moment.
                         "timeout 20 bash -c 'until umount /srv/new; do :; done'")
    assert done.returncode == 0, done
    assert permit(host)["state"] == "ended" and "lapsed" not in permit(host)


def test_another_disk_in_its_place_voids_a_permit(host):
    disk = host.loop("disk")
    acquire(host, "wipe", "--target", disk, holder=sleeper(host))
    host.run(f"truncate --size 64M /tmp/another.img; losetup --detach {disk}")
    # Whoever has the old one open at that moment (a look of guardd's) keeps the kernel from taking it off before they close it.
    wait_for(lambda: host.run(["losetup", disk, "/tmp/another.img"], check=False).returncode == 0, f"{disk} to be free")
    assert "another disk" in wait_for_state(host, "revoked")["lapsed"]


def test_a_policy_that_is_swapped_while_it_runs_changes_nothing_for_it(host):
    """Kyoto University 2021: what ran was replaced under its own feet."""
    running = Exec(host, "reinstall")
    host.write("/etc/guardd/policies/site.json", json.dumps({"protected_paths": ["/etc"]}))
    host.guard.send(signal.SIGHUP)
    host.check("check-reinstall", anew=True).refused("path.protected")
    host.check("check-reinstall", anew=True).refused("path.protected")
    assert permit(host)["state"] == "running"
    assert running.go() == 0


def test_only_root_and_the_operators_have_to_do_with_permits(host):
    for arguments in (["permit", "list"], ["permit", "acquire", "reinstall", "--holder", "1"], ["permit", "end", "p1"]):
        done = host.run([*NOBODY, "guardctl", *arguments], check=False)
        assert done.returncode == 4, (arguments, done)
    done = host.run([*NOBODY, "guardctl", "exec", "reinstall", "--", "touch", "/tmp/ran"], check=False)
    assert done.returncode == 125 and not host.path("/tmp/ran").exists(), done
    done = host.run([*NOBODY, "curl", "-s", "--unix-socket", "/run/guardd/guardd.sock", "http://x/v1/events"], check=False)
    assert b"not_permitted" in done.stdout, done


def test_a_holder_in_another_pid_namespace_is_refused(host):
    inside = host.run(["unshare", "--pid", "--fork", "--mount-proc", "guardctl", "permit", "acquire", "reinstall", "--holder", "1"],
                      check=False)
    assert inside.returncode not in (0, 1), inside
    other = host.start(["unshare", "--pid", "--fork", "--mount-proc", "sleep", "infinity"])
    child = wait_for(lambda: host.run(["pgrep", "-P", str(other.pid)], check=False).stdout.strip(), "its child")
    named = host.guardctl("permit", "acquire", "reinstall", "--holder", child.decode())
    assert named.returncode not in (0, 1) and b"namespace" in named.stderr + named.stdout, named
    assert permits(host) == []


def test_a_permit_that_can_t_be_recorded_is_none(host):
    host.run("mv /var/lib/guardd/ledger.db /var/lib/guardd/moved.db")
    done = host.guardctl("permit", "acquire", "reinstall", "--holder", str(sleeper(host).pid), "--json")
    assert done.returncode == 3 and b"ledger.failed" in done.stdout, done
    assert not list(host.path("/run/guardd/permits").iterdir())
    assert host.guardctl("exec", "reinstall", "--", "touch", "/tmp/ran").returncode == 125
    assert not host.path("/tmp/ran").exists()


def test_a_permit_whose_mirror_can_t_be_written_is_none(host):
    host.run("rm -rf /run/guardd/permits; touch /run/guardd/permits")
    assert host.guardctl("exec", "reinstall", "--", "touch", "/tmp/ran").returncode == 125
    assert not host.path("/tmp/ran").exists()
    assert all(one["state"] == "ended" for one in permits(host))


@pytest.mark.parametrize("crash", [False, True])
def test_a_service_that_its_gate_let_through_keeps_permits_away_until_its_start_is_over(host, crash):
    script = host.start("guardctl check-start mydb; while [ ! -e /tmp/over ]; do read -t 0.02 -r _ <><(:) || :; done")
    wait_for(lambda: list(host.path("/run/guardd/starts").iterdir()) if host.path("/run/guardd/starts").exists() else [],
             "the start intent")
    if crash:
        host.guard.end(signal.SIGKILL)
        host.guardd()
    holder = sleeper(host)
    refused = host.guardctl("permit", "acquire", "reinstall", "--holder", str(holder.pid))
    assert refused.returncode == 1 and b"mydb is starting" in refused.stdout, refused
    host.write("/tmp/over", "")
    script.popen.wait(10)
    acquire(host, "reinstall", holder=holder)
    assert not list(host.path("/run/guardd/starts").iterdir())


def test_the_gate_is_open_and_loud_without_guardd(host):
    host.guard.end(signal.SIGKILL)
    host.run("rm -r /run/guardd")
    done = host.guardctl("check-start", "mariadb.service")
    assert done.returncode == 0 and b"guardd" in done.stderr, done
    host.run("mkdir -p /run/guardd/permits; echo '{' >/run/guardd/permits/p1")
    done = host.guardctl("check-start", "mariadb.service")
    assert done.returncode == 0 and b"p1" in done.stderr, done
