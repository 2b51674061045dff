# SPDX-License-Identifier: Apache-2.0
"""The seal, as systemd runs guardd: what root may still do to a disk that holds data, and what becomes of that when guardd dies."""

import json
import re

import pytest

from lab import SOCKET, TOP, SystemdLab
from mariadb import MariaDb
from permits import WAITING, Exec
from waiting import wait_for

WRITE = "dd if=/dev/zero of={} bs=512 count=1 seek={at} conv=notrunc oflag=sync status=none"
PINS = "/sys/fs/bpf/guardd/seal-1"


@pytest.fixture(scope="module")
def booted():
    with SystemdLab() as lab:
        if lab.run(["losetup", "--find"], check=False).returncode != 0:
            pytest.skip("this machine gives no loop devices")
        if lab.run(["mountpoint", "-q", "/sys/fs/bpf"], check=False).returncode != 0:
            pytest.skip("this machine gives no bpffs")
        lab.data = lab.loop("data", 64)
        lab.other = lab.loop("other", 64)
        lab.run(f"mkfs.ext4 -q {lab.data}; mkdir -p /srv/db; mount {lab.data} /srv/db; mkdir -p /srv/db/mysql/mysql; "
                "head -c 12M /dev/zero >/srv/db/mysql/ibdata1; echo x >/srv/db/mysql/mysql/db.MYD")
        yield lab


def configure(host, mode):
    host.systemctl("stop", "guardd.socket", "guardd.service")
    host.write("/etc/guardd/guardd.json", json.dumps({"seal": mode}))
    host.systemctl("start", "guardd.service")


def seal(host):
    return host.json("/v1/seal")["seal"]


def sealed_names(host):
    return {device["name"] for device in seal(host).get("devices", [])}


def is_denied(host, device, at=131000):
    done = host.run(WRITE.format(device, at=at), check=False)
    assert done.returncode == 0 or b"Operation not permitted" in done.stderr, done
    return done.returncode != 0


@pytest.fixture
def host(booted):
    """Data at rest on one disk, none on the other; the seal is enforced, and the first look has been followed."""
    booted.run(f"systemctl stop guardd.socket guardd; rm -rf /run/guardd /var/lib/guardd /var/lib/guardd.witness {PINS}", check=False)
    booted.run(f"mountpoint -q /srv/db || mount {booted.data} /srv/db")
    booted.read_journal_from_now()
    configure(booted, "enforce")
    wait_for(lambda: booted.data in sealed_names(booted), "the disk with data to be sealed")
    yield booted
    print(booted.journal("guardd.service"))


def test_root_cannot_write_to_a_disk_with_data(host):
    assert is_denied(host, host.data)
    assert not is_denied(host, host.other)
    host.run(["dd", f"if={host.data}", "of=/dev/null", "count=1", "status=none"])  # reading is let through
    host.run("echo more >/srv/db/mysql/more; sync")  # and so is the mounted filesystem

    denial = wait_for(lambda: next((one for one in seal(host)["recent"] if one["comm"] == "dd"), None), "the denial to be told")
    assert denial["what"] == "denied" and denial["device"] == host.data and denial["access"] == "write" and denial["uid"] == 0
    assert "/srv/db/mysql" in denial["reason"] and f"--target {host.data}" in denial["remedy"]
    wait_for(lambda: b"seal.denied: dd" in host.guardctl("audit", "list").stdout, "the denial to be in the trail")
    wait_for(lambda: "seal.denied: dd" in host.journal(), "the denial to be in the journal")
    status = host.guardctl("status").stdout.decode()
    assert "Seal" in status and "guardctl exec" in status and host.data in status
    metrics = host.http().get("/metrics").body.decode()
    assert int(re.search(r'^guardd_seal_openings_total{what="denied"} (\d+)$', metrics, re.MULTILINE)[1]) > 0
    assert 'guardd_seal_in_force{mode="enforce"} 1' in metrics


def test_a_partition_of_a_disk_that_is_in_use_as_a_whole(host):
    """The kernel makes nodes of whatever table is left on a disk that was given to mkfs as a whole: they are the filesystem's own blocks."""
    partition = host.left_over_partition(host.data)
    try:
        wait_for(lambda: host.check("check-reinstall") and partition in sealed_names(host), "the left-over partition to be sealed")
        assert is_denied(host, partition, at=60000)
    finally:
        host.run(["delpart", host.data, "1"])


COMMANDS = """
import ctypes, errno, fcntl, os, struct, sys
device = os.open(sys.argv[1], os.O_RDONLY)
def ask(request, argument):
    try:
        fcntl.ioctl(device, request, argument)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
def scsi(*command):
    cdb = ctypes.create_string_buffer(bytes(command), 16)
    request = struct.pack("iiBBHIQQQIIiQ", ord("S"), -1, 16, 0, 0, 0, 0, ctypes.addressof(cdb), 0, 1000, 0, 0, 0)
    return ask(0x2285, bytearray(request.ljust(88, b"\\0")))
def ata(command):
    return scsi(0x85, *[0] * 13, command, 0)
def nvme(request, opcode):
    return ask(request, bytearray([opcode] + [0] * 79))
opal = 0x40000000 | 8 << 16 | ord("p") << 8
print("destroys", nvme(0xC0484E41, 0x80), nvme(0xC0504E47, 0x84), nvme(0xC0484E43, 0x01), nvme(0xC0484E41, 0xC1), scsi(0x04), scsi(0x41), ata(0xF4),
      ask(0x031F, bytearray([0xF4, 0, 0, 0])), ask(1, bytearray(16)), ask(0x5393, bytearray(64)), ask(opal | 232, bytearray(512)), scsi(0x9E, 0x18),
      scsi(0x1D, 1), scsi(0x85, 0, 0, 0, 0xD6, 0, 0, 0, 0xE0, 0, 0, 0, 0, 0, 0xB0, 0), nvme(0xC0484E41, 0x09))
print("leaves", nvme(0xC0484E41, 0x06), nvme(0xC0484E43, 0x02), scsi(0x12), scsi(0x9E, 0x10), scsi(0x1D, 4), ata(0xB0), ask(0x2285, bytearray(b"Q".ljust(160, b"\\0"))), ask(0x031F, 0), ask(opal | 236, bytearray(512)), ata(0xEC), ask(0x031F, bytearray([0xEC, 0, 0, 0])))
print("pages", ask(0x1268, bytearray(4)))
"""


def test_commands_through_a_block_device_where_the_kernel_asks_about_them(host):
    """nvme format and hdparm --security-erase open the device for reading alone. A loop device knows none of these commands: it says EINVAL."""
    is_asked = host.json("/v1/seal")["seal"]["commands"]
    assert is_asked != ("are not denied" in host.journal("guardd.service"))

    def outcomes(device):
        lines = host.run(["python3", "-c", COMMANDS, device]).stdout.decode().splitlines()
        return {line.split()[0]: set(line.split()[1:]) for line in lines}

    assert outcomes(host.other) == {"destroys": {"EINVAL"}, "leaves": {"EINVAL"}, "pages": {"done"}}
    denied = {"EPERM"} if is_asked else {"EINVAL"}  # a limit of such a kernel: docs/security.md
    assert outcomes(host.data) == {"destroys": denied, "leaves": {"EINVAL"}, "pages": {"done"}}
    if is_asked:
        told = host.json("/v1/seal")["seal"]["recent"][0]
        assert told["access"] == "command" and told["what"] == "denied", told


def test_the_kernel_goes_on_when_guardd_is_killed(host):
    main = host.show("guardd.service", "MainPID")
    host.systemctl("kill", "--signal=KILL", "--kill-whom=main", "guardd.service")
    assert is_denied(host, host.data)
    wait_for(lambda: host.show("guardd.service", "MainPID") not in (main, "0"), "systemd to start it anew", deadline=30)
    wait_for(lambda: "seal: adopted" in host.guardd_log(), "the next guardd to adopt the seal")
    assert is_denied(host, host.data)


def test_a_stopped_guardd_leaves_it_in_force_and_lifting_offline_works(host):
    host.systemctl("stop", "guardd.socket", "guardd.service")
    host.run("rm -rf /var/lib/guardd; mkdir /var/lib/guardd; echo broken >/var/lib/guardd/ledger.db")
    assert is_denied(host, host.data)
    lifted = host.guardctl("seal", "lift", "--offline", "--reason", "the controller is replaced", "--valid", "2")
    assert lifted.returncode == 0, lifted
    assert not is_denied(host, host.data)
    assert "seal lifted for 2 s without guardd, by uid 0: the controller is replaced" in host.journal()
    wait_for(lambda: is_denied(host, host.data), "the seal to be back by itself")


def test_lifting_is_roots_with_a_reason_and_ends_by_itself(host):
    assert host.guardctl("seal", "lift").returncode == 2
    lifted = host.guardctl("seal", "lift", "--reason", "grub-install", "--valid", "2")
    assert lifted.returncode == 0 and b"lifted" in lifted.stdout, lifted
    assert not is_denied(host, host.data)
    wait_for(lambda: is_denied(host, host.data), "the seal to be back by itself")
    assert b"seal.lifted: grub-install" in host.guardctl("audit", "list").stdout
    # As somebody else.
    done = host.run(["setpriv", "--reuid=nobody", "--clear-groups", "guardctl", "seal", "lift", "--reason", "me"], check=False)
    assert done.returncode == 4, done


def test_observing_denies_nothing_and_tells(host):
    configure(host, "observe")
    assert "seal: adopted" in host.guardd_log()
    assert not is_denied(host, host.data)
    told = wait_for(lambda: next((one for one in seal(host)["recent"] if one["comm"] == "dd"), None), "the opening to be told")
    assert told["what"] == "observed" and "would have been denied" in told["reason"]


def test_listeners_are_told_of_denials(host):
    host.start(["curl", "--silent", "--no-buffer", "--unix-socket", SOCKET, "http://guardd/v1/events"], log="/run/events.log")
    wait_for(lambda: "event: permits" in host.log_text("/run/events.log"), "the stream to begin")
    assert is_denied(host, host.data)
    wait_for(lambda: "event: seal" in host.log_text("/run/events.log"), "the denial to be told")
    told = re.search(r"^event: seal\ndata: (.*)$", host.log_text("/run/events.log"), re.MULTILINE)
    assert json.loads(told[1])["device"] == host.data


def test_off_takes_it_away(host):
    configure(host, "off")
    assert not is_denied(host, host.data)
    assert not host.path(PINS).exists()
    plan = host.guardctl("seal", "plan")
    assert plan.returncode == 0 and f"{host.data}  no writing".encode() in plan.stdout and b"/srv/db/mysql, at_rest" in plan.stdout, plan


def test_what_is_unmounted_stays_sealed(host):
    host.umount("/srv/db")
    assert is_denied(host, host.data)
    wait_for(lambda: any(dataset["state"] == "remembered" for dataset in host.json("/v1/seal/plan")["plan"]["devices"][0]["because"]),
             "the dataset to be remembered")
    assert is_denied(host, host.data)
    # Mounting for writing opens the disk for writing, unless it is a unit's, which the drop-ins place in the trusted slice.
    assert host.run(["mount", host.data, "/srv/db"], check=False).returncode != 0
    host.write("/run/systemd/system/srv-db.mount", f"[Mount]\nWhat={host.data}\nWhere=/srv/db\n")
    host.systemctl("daemon-reload")
    host.systemctl("start", "srv-db.mount")
    assert "rw" in host.run(["findmnt", "-no", "OPTIONS", "/srv/db"]).stdout.decode()


def test_the_trusted_slice_is_let_through(host):
    host.run(["systemd-run", "--quiet", "--wait", "--slice=guardd-trusted.slice", "bash", "-c", WRITE.format(host.data, at=131000)])
    done = host.run(["systemd-run", "--quiet", "--wait", "bash", "-c", WRITE.format(host.data, at=131000)], check=False)
    assert done.returncode != 0


def test_without_a_bpffs_guardd_says_what_to_do_and_works_on(host):
    host.systemctl("stop", "guardd.socket", "guardd.service")
    host.run("rm -r /sys/fs/bpf/guardd; umount /sys/fs/bpf")
    try:
        host.systemctl("start", "guardd.service")
        told = seal(host)
        assert told["mode"] == "enforce" and not told["in_force"] and "mount -t bpf bpf /sys/fs/bpf" in told["problem"], told
        assert "not in force" in host.guardctl("status").stdout.decode()
        assert host.guardctl("seal", "lift", "--reason", "none").returncode == 1
        host.check("check-reinstall").refused("dataset.at_rest")
        assert not is_denied(host, host.data)
    finally:
        host.run("mount -t bpf -o mode=0700 bpf /sys/fs/bpf")
    wait_for(lambda: host.data in sealed_names(host), "the seal to be there by itself", deadline=30)
    assert is_denied(host, host.data)


def test_a_lost_pin_is_an_alarm_and_put_back(host):
    host.run(["rm", f"{PINS}/link"])
    wait_for(lambda: "the seal's pins are gone" in host.guardd_log(), "guardd to notice")
    wait_for(lambda: host.path(f"{PINS}/link").exists(), "the pin to be back")
    assert is_denied(host, host.data)
    wait_for(lambda: b"seal.lost" in host.guardctl("audit", "list").stdout, "it to be in the trail")


def test_a_release_unseals(host):
    # Nothing that happened to it lately may stand in the way of a release.
    host.systemctl("stop", "guardd.socket", "guardd.service")
    host.write("/etc/guardd/guardd.json", json.dumps({"seal": "enforce", "release": {"quiet_s": 0}}))
    host.systemctl("start", "guardd.service")
    released = host.guardctl("release", "add", "/srv/db/mysql", "--reason", "copied")
    assert released.returncode == 0, released
    # Whether it is still what was released shows in the next look.
    wait_for(lambda: host.check("check-reinstall") and not is_denied(host, host.data), "the disk to be unsealed")


def test_a_permit_lets_its_own_command_through_and_nobody_else(host):
    # What is at rest and unreleased is still sealed when people have answered for one wipe of it.
    made = json.loads(host.guardctl("override", "request", "wipe", "--target", host.data, "--reason", "old disk", "--json").stdout)
    applied = host.guardctl("override", "apply", made["override"]["id"], "--nonce", made["nonce"], "--host", made["hostname"])
    assert applied.returncode == 0, applied
    host.umount("/srv/db")
    write = WRITE.format(host.data, at=131000)
    command = f"bash -c '{write}' && touch /tmp/exec.written; {WAITING.format(name='/tmp/exec')}"
    running = Exec(host, "wipe", "--target", host.data, command=command)
    wait_for(lambda: running.exists("started"), "the command to have written or not")
    assert running.exists("written"), running.log()
    assert is_denied(host, host.data)
    assert running.go() == 0, running.log()
    assert seal(host)["counters"]["exempted"] > 0


def test_the_hosts_own_units_are_in_the_trusted_slice(booted):
    booted.write("/run/systemd/system/srv-x.mount", "[Mount]\nWhat=/dev/sdz\nWhere=/srv/x\n")
    booted.write("/run/systemd/system/dev-sdz9.swap", "[Swap]\nWhat=/dev/sdz9\n")
    for name in ("dm-event", "smartmontools"):  # installed or not
        booted.write(f"/run/systemd/system/{name}.service", "[Service]\nExecStart=true\n")
    booted.systemctl("daemon-reload")
    units = {"mount": "srv-x.mount", "swap": "dev-sdz9.swap", "systemd-fsck@.service": "systemd-fsck@dev-sdz.service",
             "systemd-fsck-root.service": "systemd-fsck-root.service", "dm-event.service": "dm-event.service",
             "smartmontools.service": "smartmontools.service"}
    assert {f"{name}.d" for name in units} == {path.name for path in (TOP / "systemd/seal").iterdir()}
    assert {booted.show(unit, "Slice") for unit in units.values()} == {"guardd-trusted.slice"}


def test_a_database_commits_on_while_tools_are_denied(host):
    disk = host.loop("live", 256)
    host.run(f"mkfs.ext4 -q {disk}; mkdir -p /srv/live; mount {disk} /srv/live")
    database = MariaDb(host, datadir="/srv/live/mysql", port=3310).start()
    wait_for(lambda: host.check("check-reinstall") and disk in sealed_names(host), "the live disk to be sealed")
    database.client("CREATE DATABASE kept; CREATE TABLE kept.rows (n INT PRIMARY KEY)")
    for number in range(40):
        assert is_denied(host, disk)
        database.client(f"INSERT INTO kept.rows VALUES ({number})")
    assert database.sql("SELECT COUNT(*) AS n FROM kept.rows")[0]["n"] == "40"
    database.kill()
    database.start()  # recovery reads and writes the same filesystem
    assert database.sql("SELECT COUNT(*) AS n FROM kept.rows")[0]["n"] == "40"
    assert host.run(["mariadb", "--no-defaults", f"--socket={database.socket}", "-Ne", "CHECK TABLE kept.rows"]).stdout.split()[-1] == b"OK"
    database.stop()
    host.umount("/srv/live")
