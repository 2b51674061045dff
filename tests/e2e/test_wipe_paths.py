# SPDX-License-Identifier: Apache-2.0
"""check-wipe of a path: whatever it is called, and however deep the data lies in it.

The host's own / is an overlay here whose disk is not known, and what is not known weighs on every path: so all of this
is on a filesystem of its own at /home, which is a system's place.
"""

import json

import pytest

from programs import HOLD_FILES


@pytest.fixture
def home(host):
    device = host.loop("home", 128)
    host.run(["mkfs.ext4", "-q", device])
    host.mount(device, "/home")
    host.home_device = device
    return host


def ask(host, targets, operation="wipe"):
    return host.http().check({"operation": operation, "scope": "targets", "targets": targets}).json()


def codes(answer):
    return {reason["code"] for reason in answer["reasons"]}


def test_an_empty_directory_may_be_wiped(home):
    home.run("mkdir -p /home/old/logs; echo x >/home/old/logs/1")
    home.check("check-wipe", "/home/old").allowed()


def test_data_where_no_search_of_the_host_goes(host):
    """/usr is left out of the search for data directories: a target in it must not be."""
    host.run("mkdir -p /usr/share/app/data; touch /usr/share/app/data/ibdata1")
    for path in ("/usr/share/app", "/usr/share/app/data", "/usr/share/app/data/ibdata1"):
        host.check("check-wipe", path).refused("dataset.at_rest")


def test_data_deep_in_the_target(home):
    home.run("mkdir -p /home/b/c/d/e/f/g/h/mysql; touch /home/b/c/d/e/f/g/h/mysql/ibdata1")
    for path in ("/home/b", "/home/b/c/d/e/f/g/h/mysql/ibdata1"):
        home.check("check-wipe", path).refused("dataset.at_rest")


def test_the_file_of_a_loop_device_by_its_other_names(home):
    home.run("mkdir /home/img /home/other /srv/bound; mount --bind /home/img /srv/bound")
    device = home.loop("in", 16, directory="/home/img")
    home.run(["ln", "/home/img/in.img", "/home/other/hard.img"])
    home.run(["mkfs.ext4", "-q", device])
    home.run(f"mkdir /run/in; mount {device} /run/in")
    for path in ("/home/img/in.img", "/home/img", "/home/other/hard.img", "/home/other", "/srv/bound/in.img"):
        home.check("check-wipe", path).refused("device.in_use")


def test_an_active_swap_file(home):
    home.run("""
        mkdir /home/swap; dd if=/dev/zero of=/home/swap/file bs=1M count=4 status=none; chmod 600 /home/swap/file
        mkswap -q /home/swap/file; swapon /home/swap/file""")
    try:
        for path in ("/home/swap/file", "/home/swap"):
            home.check("check-wipe", path).refused("device.in_use")
    finally:
        home.run("swapoff /home/swap/file")


def test_a_volume_that_a_container_works_in(home):
    home.run("mkdir -p /home/vol; echo x >/home/vol/table")
    home.python(HOLD_FILES, "/mnt/table", wrapper=["unshare", "--mount", "bash", "-c",
                                                  'mount --bind /home/vol /mnt; exec "$@"', "in"])
    home.check("check-wipe", "/home/vol").refused("device.in_use")


def test_a_file_that_a_program_has_open(home):
    home.run("mkdir /home/vm; truncate --size 1M /home/vm/db.qcow2")
    home.python(HOLD_FILES, "/home/vm/db.qcow2")
    home.check("check-wipe", "/home/vm/db.qcow2").refused("device.in_use")


def test_a_symbolic_link_over_http_is_not_its_target(home):
    """guardctl resolves names; a caller of the socket might not, and asked about the link's own place."""
    home.run("mkdir /home/d; touch /home/d/ibdata1; ln -s /home/d /srv/link")
    home.run(["ln", "-s", home.home_device, "/srv/devlink"])
    for path in ("/srv/link", "/srv/devlink", "/srv/link/ibdata1", "/home/nothing", "/srv/nothing/there"):
        answer = ask(home, [path])
        assert answer["verdict"] != "allow", path
        assert "target.untraceable" in codes(answer), path
    home.check("check-wipe", "/srv/link").refused("dataset.at_rest")


def test_a_name_of_another_device_over_http(home):
    other = home.loop("other")
    number = home.run(["stat", "--format=%Hr:%Lr", other]).stdout.decode().strip()
    answer = ask(home, [{"path": home.home_device, "kind": "block_device", "device": number}])
    assert (answer["verdict"], codes(answer)) == ("unknown", {"target.untraceable"})


def test_in_a_chroot_the_same_name_is_another_directory(home):
    home.run("""
        mkdir -p /home/new/home/db/mysql /home/db/mysql /home/new/run/guardd /home/new/proc
        touch /home/new/home/db/mysql/ibdata1
        for directory in usr lib lib64 bin etc dev; do
          mkdir -p /home/new/$directory; [ -e /$directory ] && mount --bind /$directory /home/new/$directory
        done
        mount --bind /run/guardd /home/new/run/guardd; mount -t proc proc /home/new/proc""")
    done = home.run(["chroot", "/home/new", "guardctl", "check-wipe", "--json", "/home/db/mysql"], check=False)
    assert done.returncode == 3
    assert codes(json.loads(done.stdout)) >= {"target.untraceable"}


def test_paths_are_not_for_everybody_to_ask_about(home):
    """Whether root works in a directory that a user can't even enter is nothing that the user may learn."""
    home.run("mkdir -m 0700 /home/secret")
    done = home.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "guardctl", "check-wipe", "/home"],
                    check=False)
    assert done.returncode == 4


def test_a_stopped_and_unmounted_device_that_fstab_names(home):
    device = home.loop("data")
    home.run(["mkfs.ext4", "-q", device])
    home.run(f"mkdir /srv/db; mount {device} /srv/db; touch /srv/db/ibdata1")
    home.check("check-wipe", device).refused("dataset.at_rest")
    home.umount("/srv/db")
    home.run(f"echo '{device} /srv/db ext4 defaults,noauto 0 2' >>/etc/fstab")
    home.check("check-wipe", device).refused("mount.missing")
