# SPDX-License-Identifier: Apache-2.0
"""docs/recipes: every example as it stands there, on a host without data, on one with a database, and without guardd."""

import re
import shlex

import pytest

from lab import TOP, SystemdLab
from mariadb import MariaDb
from permits import permits
from waiting import wait_for

RECIPES = TOP / "docs/recipes"
EXAMPLES = RECIPES / "examples"
BIN = "/usr/local/sbin"
# What the recipes run and a lab must not: each writes down that it ran, as what, and under which permit.
NOTING = """#!/bin/sh
echo "${0##*/} $* under ${GUARDD_PERMIT:-no permit}" >>/run/done
[ ! -e /run/fail ]
"""


@pytest.fixture
def recipes(lab):
    """A bare host with the examples in its PATH, and guardd running."""
    for example in EXAMPLES.iterdir():
        lab.write(f"{BIN}/{example.name}", example.read_bytes(), example.stat().st_mode & 0o777)
    for name in ("install-image", "apt-get", "systemctl"):
        lab.write(f"{BIN}/{name}", NOTING, 0o755)
    lab.guardd()
    return lab


def done(host):
    """What the recipes did, a line each."""
    return host.log_text("/run/done").splitlines()


def unit_lines(directive):
    lines = (EXAMPLES / "os-upgrade.service").read_text().splitlines()
    return [line.split("=", 1)[1] for line in lines if line.startswith(f"{directive}=")]


def start_unit(host, environment="HOST=db1"):
    """What systemd makes of the unit's [Service], systemd.service(5); the first exit status that is not 0."""
    [file] = unit_lines("EnvironmentFile")
    assert not file.startswith("-"), "a missing file would be taken for an empty one"
    host.write(file, f"{environment}\n")
    variables = dict([environment.split("=", 1)])
    commands = unit_lines("ExecStartPre") + unit_lines("ExecStart")
    assert len(commands) == 2
    for command in commands:
        # "${NAME}" is one word whatever it holds, and an empty one where it is not set.
        words = [re.sub(r"\$\{(\w+)\}", lambda name: variables.get(name[1], ""), word) for word in shlex.split(command)]
        finished = host.run(words, check=False)
        if finished.returncode != 0:
            break
    return finished


def play(host, *options, inventory="db1"):
    command = ["env", "ANSIBLE_NOCOLOR=1", "ansible-playbook", "--connection=local", f"--inventory={inventory},",
               "--extra-vars=ansible_python_interpreter=/usr/bin/python3", *options, f"{BIN}/reinstall.yml"]
    return host.run(command, check=False, timeout=120)


REINSTALLS = {
    "os-upgrade": lambda host, name: host.run(["os-upgrade", name, "install-image"], check=False),
    "os-upgrade-in-steps": lambda host, name: host.run(["os-upgrade-in-steps", name, "true", "install-image"], check=False),
    "os-upgrade.service": lambda host, name: start_unit(host, f"HOST={name}"),
    "reinstall.yml": lambda host, name: play(host, f"--extra-vars=inventory_hostname={name}"),
}


@pytest.fixture(params=REINSTALLS)
def reinstall(request):
    return REINSTALLS[request.param]


# Reinstalling


def test_a_host_without_data_is_reinstalled_under_a_permit(recipes, reinstall):
    finished = reinstall(recipes, "db1")
    assert finished.returncode == 0, finished
    [line] = done(recipes)
    assert line.startswith("install-image"), line
    [permit] = permits(recipes)
    assert permit["operation"] == "reinstall" and permit["state"] == "ended" and permit["exit_status"] == 0, permit
    # One that fails flags the host.
    recipes.write("/run/fail", "")
    assert reinstall(recipes, "db1").returncode != 0
    assert len(done(recipes)) == 2
    assert [one["state"] for one in permits(recipes)] == ["ended", "interrupted"]


def test_nothing_is_reinstalled_without_an_allow(recipes, reinstall):
    def refused(name, why):
        finished = reinstall(recipes, name)
        assert finished.returncode != 0 and why in finished.stdout + finished.stderr, finished
        assert done(recipes) == []

    refused("", b"empty")
    refused("db2", b"host.mismatch")
    database = MariaDb(recipes).start()
    refused("db1", b"dataset.active")
    assert permits(recipes) == [] and database.answers()
    recipes.guard.end()
    refused("db1", b"daemon.unreachable")
    recipes.run(["rm", "/usr/bin/guardctl"])
    refused("db1", b"")


def test_what_fails_before_anything_is_destroyed_flags_nothing(recipes):
    for command in (["os-upgrade", "db1"], ["os-upgrade", "db1", ""], ["os-upgrade", "db1", "/missing"],
                    ["os-upgrade-in-steps", "db1", "true"]):
        assert recipes.run(command, check=False).returncode == 2, command
    assert permits(recipes) == []
    finished = recipes.run(["os-upgrade-in-steps", "db1", "false", "install-image"], check=False)
    assert finished.returncode == 1, finished
    assert done(recipes) == []
    assert [one["state"] for one in permits(recipes)] == ["ended"]


def test_a_permit_that_was_revoked_while_the_image_was_fetched_installs_nothing(recipes):
    fetch = "#!/bin/sh\nguardctl hold add --operation reinstall --reason 'not now' && " \
            "until guardctl permit list | grep -q revoked; do :; done\n"
    recipes.write(f"{BIN}/fetch", fetch, 0o755)
    finished = recipes.run(["os-upgrade-in-steps", "db1", "fetch", "install-image"], check=False)
    assert finished.returncode == 1 and b"not valid any more" in finished.stderr, finished
    assert done(recipes) == []


def test_a_signal_to_a_script_that_holds_a_permit_ends_both(recipes):
    recipes.write(f"{BIN}/fetch", "#!/bin/sh\necho >/run/fetching\nwhile [ ! -e /run/fetched ]; do :; done\n", 0o755)
    script = recipes.start(["os-upgrade-in-steps", "db1", "fetch", "install-image"])
    wait_for(lambda: recipes.path("/run/fetching").exists(), "the image to be fetched")
    recipes.kill(script.pid)
    recipes.write("/run/fetched", "")
    script.popen.wait(20)
    assert done(recipes) == []
    assert [one["state"] for one in permits(recipes)] == ["ended"]


def test_systemd_takes_the_unit(recipes):
    recipes.write("/etc/systemd/system/guardd.service", (TOP / "systemd/guardd.service").read_bytes())
    recipes.write("/etc/systemd/system/guardd.socket", (TOP / "systemd/guardd.socket").read_bytes())
    recipes.write("/etc/systemd/system/os-upgrade.service", (EXAMPLES / "os-upgrade.service").read_bytes())
    verified = recipes.run(["systemd-analyze", "verify", "--man=no", "/etc/systemd/system/os-upgrade.service"], timeout=60)
    assert b"os-upgrade" not in verified.stderr, verified
    # Where the variable is not set the argument is empty.
    assert start_unit(recipes, "HOTS=db1").returncode == 2
    assert done(recipes) == []


@pytest.fixture
def systemd_host():
    with SystemdLab() as made:
        yield made
        print(made.journal())  # pytest shows it with a failure only


def test_systemd_fails_the_unit_where_exec_condition_would_skip_it(systemd_host):
    lab = systemd_host
    unit = (EXAMPLES / "os-upgrade.service").read_text()
    lab.write("/etc/systemd/system/os-upgrade.service", unit)
    lab.write("/etc/systemd/system/skipped.service", unit.replace("ExecStartPre=", "ExecCondition="))
    for name in ("os-upgrade", "skipped"):
        lab.write(f"/etc/systemd/system/after-{name}.service",
                  f"[Unit]\nRequires={name}.service\nAfter={name}.service\n[Service]\nExecStart=sleep infinity\n")
    lab.write(f"{BIN}/install-image", NOTING.replace("[ !", "cat /proc/self/cgroup >>/run/done\n[ !"), 0o755)
    lab.systemctl("daemon-reload")
    lab.guardd()

    lab.write("/etc/os-upgrade.conf", "HOST=db2\n")
    assert lab.systemctl("start", "after-os-upgrade", check=False).returncode != 0
    assert (lab.unit_state("os-upgrade"), lab.unit_state("after-os-upgrade")) == ("failed", "inactive")
    # What a refusal looks like to whoever waits for a unit that was skipped.
    assert lab.systemctl("start", "after-skipped", check=False).returncode == 0
    assert (lab.unit_state("skipped"), lab.unit_state("after-skipped")) == ("inactive", "active")
    lab.write("/etc/os-upgrade.conf", "HOTS=db1\n")
    assert lab.systemctl("start", "os-upgrade", check=False).returncode != 0
    lab.run(["rm", "/etc/os-upgrade.conf"])
    assert lab.systemctl("start", "os-upgrade", check=False).returncode != 0
    assert done(lab) == []

    lab.write("/etc/os-upgrade.conf", "HOST=db1\n")
    started = lab.systemctl("start", "os-upgrade", check=False)
    assert started.returncode == 0, started
    assert done(lab)[0] == "install-image  under p1" and done(lab)[-1] == "0::/system.slice/guardd-permit-p1.scope", done(lab)
    # Its Wants= starts guardd, unless nothing can.
    lab.systemctl("mask", "--runtime", "--now", "guardd")
    assert lab.systemctl("start", "os-upgrade", check=False).returncode != 0
    assert done(lab)[0] == "install-image  under p1" and len([line for line in done(lab) if "install" in line]) == 1


def test_ansible_in_check_mode_or_with_a_refusal_does_nothing(recipes):
    finished = play(recipes, "--check")
    assert finished.returncode == 0, finished
    recipes.guardctl("hold", "add", "--operation", "reinstall", "--reason", "not now")
    finished = play(recipes, "--check")
    assert finished.returncode != 0 and b"not now" in finished.stdout, finished
    recipes.guardctl("hold", "remove", "h1")
    # The first host that refuses ends it for all.
    assert play(recipes, inventory="db2,db1").returncode != 0
    assert done(recipes) == []


# The first script of an installer


def early_check(host, cmdline):
    if host.guard.alive():
        host.check("check-reboot")  # a look since the disk was attached: it has been there since the boot
    host.write("/run/cmdline", cmdline + "\n")
    return host.run(["early-check", "/run/cmdline"], check=False, timeout=60)


def test_an_installer_that_was_not_told_what_is_meant_stops(recipes):
    disk, other = recipes.loop("disk"), recipes.loop("other")
    for cmdline in ("quiet", "guardd.host=db1", "guardd.host=db1 guardd.disk=", f"guardd.host= guardd.disk={disk}", f"guardd.disk={disk}",
                    f"guardd.host=db2 guardd.disk={disk}", "guardd.host=db1 guardd.disk=/dev/missing",
                    f"guardd.host=db1 guardd.disk={disk} guardd.disk={other}", f"guardd.host=db1 guardd.host=db2 guardd.disk={disk}",
                    "guardd.host=db1 guardd.disk=* guardd.release=x", f"guardd.host=--help guardd.disk={disk}"):
        finished = early_check(recipes, cmdline)
        assert finished.returncode != 0 and b"Nothing is installed" in finished.stderr, (cmdline, finished)
    assert early_check(recipes, f"quiet guardd.host=db1 guardd.disk={disk}").returncode == 0


def test_a_host_that_boots_an_installer_by_mistake_keeps_its_data(recipes):
    """Wikimedia, T251416: a new board boots from the network first, and the installer comes up on a database host."""
    disk = recipes.loop("disk")
    part = recipes.partition(disk)
    recipes.run(["mkfs.ext4", "-q", part])
    told = f"guardd.host=db1 guardd.disk={disk}"
    finished = early_check(recipes, told)
    assert finished.returncode != 0 and b"device.unrecognised" in finished.stdout, finished
    # Somebody means it, once.
    assert early_check(recipes, f"{told} guardd.release=ticket-17").returncode == 0
    recipes.run(["mkfs.ext4", "-q", "-F", part])
    assert early_check(recipes, told).returncode != 0


def test_a_release_on_the_command_line_releases_nothing_that_is_in_use(recipes):
    disk = recipes.loop("disk")
    recipes.run(["mkfs.ext4", "-q", disk])
    recipes.run(["mkdir", "/srv/mysql"])
    recipes.mount(disk, "/srv/mysql")
    database = MariaDb(recipes, datadir="/srv/mysql/data").start()
    finished = early_check(recipes, f"guardd.host=db1 guardd.disk={disk} guardd.release=ticket-17")
    assert finished.returncode != 0, finished
    assert database.answers()


def test_an_installer_starts_guardd_itself_and_stops_without_it(recipes):
    disk = recipes.loop("disk")
    told = f"guardd.host=db1 guardd.disk={disk}"
    recipes.guard.end()
    finished = early_check(recipes, told)
    assert finished.returncode == 0, finished
    recipes.run("kill $(pidof guardd)")
    wait_for(lambda: recipes.run(["pidof", "guardd"], check=False).returncode != 0, "guardd to end")
    for missing in ("/usr/sbin/guardd", "/usr/bin/guardctl"):
        recipes.run(["rm", missing])
        finished = early_check(recipes, told)
        assert finished.returncode != 0 and b"Nothing is installed" in finished.stderr, finished


# Upgrading packages


def dist_upgrade(host, name="db1"):
    return host.run(["dist-upgrade", name], check=False)


def test_packages_are_upgraded_and_the_host_is_rebooted_under_permits(recipes):
    finished = dist_upgrade(recipes)
    assert finished.returncode == 0, finished
    assert done(recipes) == ["apt-get update under p1", "apt-get --yes full-upgrade under p1", "systemctl reboot under p2"]
    assert [one["operation"] for one in permits(recipes)] == ["reboot", "reboot"]


def test_a_host_whose_database_serves_clients_is_not_upgraded(recipes):
    database = MariaDb(recipes).start()
    database.client("CREATE USER app@'127.0.0.1' IDENTIFIED BY 'secret'")
    client = ["mariadb", "--no-defaults", "--host=127.0.0.1", "--user=app", "--password=secret", "--execute=SELECT SLEEP(600)"]
    recipes.start(client)
    wait_for(lambda: "clients.connected" in recipes.check("check-reboot").codes, "the client to be seen")
    finished = dist_upgrade(recipes)
    assert finished.returncode == 125 and b"clients.connected" in finished.stderr, finished
    assert done(recipes) == []
    assert recipes.guardctl("hold", "list").stdout == b"nothing is held\n"


def test_a_half_upgraded_host_is_not_rebooted_by_mistake(recipes):
    recipes.write("/run/fail", "")
    assert dist_upgrade(recipes).returncode == 1
    assert done(recipes) == ["apt-get update under p1"]
    recipes.run(["rm", "/run/fail"])
    recipes.check("check-reboot").refused("hold.active")
    assert dist_upgrade(recipes).returncode == 125
    assert len(done(recipes)) == 1


def test_nothing_is_upgraded_without_an_allow(recipes):
    assert dist_upgrade(recipes, "").returncode == 2
    assert dist_upgrade(recipes, "db2").returncode == 125
    recipes.guard.end()
    assert dist_upgrade(recipes).returncode == 125
    recipes.run(["rm", "/usr/bin/guardctl"])
    assert dist_upgrade(recipes).returncode not in (0, 2)
    assert done(recipes) == []


# Wiping


def new_filesystem(host, disk, label="data"):
    return host.run(["new-filesystem", disk, label], check=False)


def signature(host, disk):
    return host.run(["blkid", "--probe", "--output", "value", "--match-tag", "LABEL", disk], check=False).stdout.strip()


def digest(host, disk):
    return host.run(["sha256sum", disk]).stdout


def test_an_empty_disk_gets_its_filesystem(recipes):
    disk = recipes.loop("disk")
    recipes.run(f"mkdir -p /dev/disk/by-id; ln -s {disk} /dev/disk/by-id/new")
    finished = new_filesystem(recipes, "/dev/disk/by-id/new")
    assert finished.returncode == 0, finished
    assert signature(recipes, disk) == b"data"
    assert [one["targets"] for one in permits(recipes)] == [[disk]]


def test_what_carries_something_is_not_wiped(recipes):
    disk = recipes.loop("disk")
    recipes.run(["mkfs.ext4", "-q", "-L", "old", disk])
    finished = new_filesystem(recipes, disk)
    assert finished.returncode == 125 and b"device.unrecognised" in finished.stderr, finished
    assert signature(recipes, disk) == b"old"
    # ... unless somebody has said that it may be.
    assert recipes.guardctl("release", "add", disk, "--reason", "ticket 17").returncode == 0
    assert new_filesystem(recipes, disk).returncode == 0
    assert signature(recipes, disk) == b"data"


def test_a_disk_under_a_database_is_not_wiped(recipes):
    disk = recipes.loop("disk")
    recipes.run(["mkfs.ext4", "-q", "-L", "mysql", disk])
    recipes.run(["mkdir", "/srv/mysql"])
    recipes.mount(disk, "/srv/mysql")
    database = MariaDb(recipes, datadir="/srv/mysql/data").start()
    finished = new_filesystem(recipes, disk)
    assert finished.returncode == 125 and b"dataset.active" in finished.stderr, finished
    assert database.answers()


def test_nothing_is_wiped_without_an_allow(recipes):
    disk = recipes.loop("disk")
    before = digest(recipes, disk)
    for words in (("", "data"), ("/dev/missing", "data"), (disk, "")):
        assert new_filesystem(recipes, *words).returncode == 2, words
    assert permits(recipes) == []
    recipes.guard.end()
    assert new_filesystem(recipes, disk).returncode == 125
    recipes.run(["rm", "/usr/bin/guardctl"])
    assert new_filesystem(recipes, disk).returncode not in (0, 2)
    assert digest(recipes, disk) == before


# What the documents say


def test_every_example_is_described_and_every_described_one_is_there():
    text = "".join(page.read_text() for page in RECIPES.glob("*.md"))
    assert {name for name in re.findall(r"\(examples/([^)]+)\)", text)} == {path.name for path in EXAMPLES.iterdir()}
