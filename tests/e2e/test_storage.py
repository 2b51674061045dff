# SPDX-License-Identifier: Apache-2.0
"""Which disks data lies on, and check-wipe: the disk under it is refused, the one beside it is not."""

import pytest

import programs
from mariadb import MariaDb
from verdict import evidence


@pytest.fixture(autouse=True)
def loop_devices(lab):
    if lab.run(["losetup", "--find"], check=False).returncode != 0:
        pytest.skip("this machine gives no loop devices")


def filesystem(host, device, where, kind="ext4"):
    host.run([f"mkfs.{kind}", "-q", device], timeout=60)
    host.run(["mkdir", "-p", where])
    host.mount(device, where)


def devices_of(host, path):
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql", path=path)
    return reason["dataset"]["devices"]


def test_data_on_a_bind_mount(host):
    disk = host.loop("disk", 160)
    filesystem(host, disk, "/srv")
    host.run("mkdir -p /srv/mysql /var/lib/mysql")
    host.mount("--bind", "/srv/mysql", "/var/lib/mysql")
    MariaDb(host).start()
    verdict = host.check("check-reinstall")
    datasets = [reason["dataset"] for reason in verdict.document["reasons"] if reason["code"] == "dataset.active"]
    assert {dataset["path"] for dataset in datasets} <= {"/var/lib/mysql", "/srv/mysql"} and datasets, str(verdict)
    assert all(disk in dataset["devices"] for dataset in datasets), str(verdict)
    host.check("check-wipe", disk).refused("dataset.active", service="mysql")


def test_data_on_an_overlay(host):
    disk = host.loop("disk", 160)
    filesystem(host, disk, "/srv")
    host.run("mkdir -p /srv/lower /srv/upper /srv/work /var/lib/mysql")
    host.mount("-t", "overlay", "-o", "lowerdir=/srv/lower,upperdir=/srv/upper,workdir=/srv/work", "overlay", "/var/lib/mysql")
    MariaDb(host).start()
    assert disk in devices_of(host, "/var/lib/mysql")
    host.check("check-wipe", disk).refused("dataset.active", service="mysql")


def test_data_on_btrfs(host):
    if b"btrfs" not in host.run(["cat", "/proc/filesystems"]).stdout:
        pytest.skip("this kernel has no btrfs")
    first, second, other = host.loop("first", 128), host.loop("second", 128), host.loop("other", 16)
    host.run(["mkfs.btrfs", "-q", "-d", "raid1", "-m", "raid1", first, second])
    host.run(["mkdir", "-p", "/var/lib/mysql"])
    host.run(["btrfs", "device", "scan", first, second], check=False)
    host.mount("-o", f"device={second}", first, "/var/lib/mysql")
    MariaDb(host).start()
    assert {first, second} <= set(devices_of(host, "/var/lib/mysql"))
    host.check("check-wipe", first).refused("dataset.active", service="mysql")
    host.check("check-wipe", second).refused("dataset.active", service="mysql")
    host.check("check-wipe", other).allowed()


def test_data_on_a_partition_of_a_loop_device(host):
    disk, other = host.loop("disk", 160), host.loop("other", 16)
    part = host.partition(disk)
    filesystem(host, part, "/var/lib/mysql")
    MariaDb(host).start()
    assert {part, disk} <= set(devices_of(host, "/var/lib/mysql"))
    host.check("check-wipe", part).refused("dataset.active", service="mysql")
    host.check("check-wipe", disk).refused("dataset.active", service="mysql")
    host.check("check-wipe", other).allowed()
    host.check("check-wipe", other, disk).refused("dataset.active", service="mysql")
    host.check("check-reinstall", "--target", disk).refused("dataset.active", service="mysql")
    host.check("check-reinstall", "--target", other).allowed()


def test_data_on_a_logical_partition_is_lost_with_the_extended_one(host):
    disk = host.loop("disk", 64)
    extended, logical = host.logical_partition(disk)
    filesystem(host, logical, "/srv")
    host.run("mkdir -p /srv/mysql; truncate --size 1M /srv/mysql/ibdata1")
    for device in (disk, extended, logical):
        host.check("check-wipe", device).refused("dataset.at_rest", service="mysql")
    host.check("check-reinstall", "--target", extended).refused("dataset.at_rest", service="mysql")


def test_wiping_the_data_at_rest_on_a_mounted_disk(host):
    disk = host.loop("disk", 160)
    filesystem(host, disk, "/var/lib/mysql")
    server = MariaDb(host).start()
    server.stop()
    host.check("check-wipe", disk).refused("dataset.at_rest", service="mysql", path="/var/lib/mysql")
    host.check("check-wipe", "/var/lib/mysql").refused("dataset.at_rest", service="mysql", path="/var/lib/mysql")


def test_wiping_a_path(host):
    disk = host.loop("disk", 160)
    filesystem(host, disk, "/srv")
    MariaDb(host, datadir="/srv/tenant/data").start()
    host.run("mkdir -p /srv/tenant/scratch")
    host.check("check-wipe", "/srv/tenant/data").refused("dataset.active", service="mysql")
    host.check("check-wipe", "/srv/tenant").refused("dataset.active", service="mysql")
    host.check("check-wipe", "/srv/tenant/data/mysql").refused("dataset.active", service="mysql")
    host.check("check-wipe", "/srv/tenant/scratch").allowed()


def test_data_that_cannot_be_traced_weighs_on_every_disk_that_somebody_claims(host):
    """The lab's own root is an overlay whose upper directory lies where nobody in the lab can see it."""
    MariaDb(host).start()
    other = host.loop("other", 32)
    host.check("check-wipe", other).allowed()  # an exclusive open shows that no file system in use is on it
    host.check("check-reinstall", "--target", other).refused("dataset.active", service="mysql", path="/var/lib/mysql")
    filesystem(host, other, "/mnt")
    verdict = host.check("check-wipe", other)
    verdict.refused("dataset.active", service="mysql", path="/var/lib/mysql")
    verdict.refused("device.in_use")


@pytest.mark.parametrize("kind", ["ext4", "btrfs"])
def test_disk_whose_backing_file_cannot_be_traced_weighs_on_every_disk(host, kind):
    if kind.encode() not in host.run(["cat", "/proc/filesystems"]).stdout:
        pytest.skip(f"this kernel has no {kind}")
    disk, other = host.loop("disk", 160, directory="/var/tmp"), host.loop("other", 16)
    filesystem(host, disk, "/var/lib/mysql", kind)
    MariaDb(host).start()
    host.check("check-wipe", disk).refused("dataset.active", service="mysql")
    host.check("check-reinstall", "--target", other).refused("dataset.active", service="mysql")


def test_wiping_a_path_through_a_symbolic_link(host):
    MariaDb(host, datadir="/srv/tenant/data").start()
    host.run("ln -s /srv/tenant /var/tmp/link")
    host.check("check-wipe", "/var/tmp/link/data").refused("dataset.active", service="mysql")


def test_mounted_device(host):
    disk = host.loop("disk", 32)
    filesystem(host, disk, "/mnt")
    host.check("check-wipe", disk).refused("device.in_use")


def test_device_mounted_in_another_mount_namespace_only(host):
    disk = host.loop("disk", 32)
    host.run(["mkfs.ext4", "-q", disk])
    script = f"mount {disk} /mnt; echo ready > /run/mounted; exec sleep infinity"
    host.start(["unshare", "--mount", "--propagation", "private", "bash", "-euc", script])
    host.run("for i in {1..500}; do [ -e /run/mounted ] && exit; sleep 0.01; done; exit 1")
    assert disk.encode() not in host.run(["cat", "/proc/mounts"]).stdout
    host.check("check-wipe", disk).refused("device.in_use")


def test_data_on_a_mount_that_one_thread_has_alone(host):
    disk = host.loop("disk", 32)
    host.run(["mkfs.ext4", "-q", disk])
    host.python(programs.THREAD_WITH_A_MOUNT, disk)
    assert disk.encode() not in host.run(["cat", "/proc/mounts"]).stdout
    host.check("check-reinstall").refused("dataset.at_rest", service="mysql", path="/mnt/mysql")
    host.check("check-wipe", disk).refused("dataset.at_rest", service="mysql")


def test_swap_device(host):
    disk = host.loop("swap", 16)
    host.run(["mkswap", disk])
    host.run(["swapon", disk])
    try:
        host.check("check-wipe", disk).refused("device.in_use")
    finally:
        host.run(["swapoff", disk])


def test_open_device(host):
    disk = host.loop("disk", 16)
    process = host.python(programs.HOLD_FILES, disk)
    verdict = host.check("check-wipe", disk)
    assert process.pid in evidence(verdict.refused("device.in_use"), "pid"), str(verdict)


def test_device_held_by_a_loop_device_on_it(host):
    """The disk's file system holds the image of another loop device, which is mounted."""
    disk = host.loop("outer", 64)
    filesystem(host, disk, "/mnt")
    host.run("truncate --size 32M /mnt/inner.img")
    inner = host.run(["losetup", "--find", "--show", "/mnt/inner.img"]).stdout.decode().strip()
    host.loops.insert(0, inner)
    host.give(inner)
    filesystem(host, inner, "/var/lib/mysql/nested")
    host.check("check-wipe", disk).refused("device.in_use")


def test_disk_whose_partition_is_mounted(host):
    disk = host.loop("disk", 32)
    part = host.partition(disk)
    filesystem(host, part, "/mnt")
    host.check("check-wipe", disk).refused("device.in_use")


def test_unrelated_loop_device(host):
    host.check("check-wipe", host.loop("empty", 16)).allowed()


def test_missing_device_and_empty_list_are_usage(host):
    assert host.check("check-wipe", "/dev/no-such-disk").status == 2
    assert host.check("check-wipe").status == 2
    assert host.check("check-wipe", "").status == 2
    assert host.check("check-wipe", host.loop("empty", 16), "").status == 2
    assert host.check("check-reinstall", "--target", "").status == 2
    assert host.check("check-reinstall", "--target").status == 2
    assert host.check("check-reinstall", "--target", "/dev/no-such-disk").status == 2


def test_other_file_systems_with_content_are_not_recognised(host):
    disk = host.loop("disk", 32)
    filesystem(host, disk, "/mnt")
    host.check("check-reinstall").allowed()  # nothing but lost+found
    host.run("echo precious > /mnt/thesis.txt")
    reason = host.check("check-reinstall").refused("mount.unrecognised")
    assert "/mnt" in reason["message"]
    host.umount("/mnt")
    host.check("check-reinstall").refused("device.unrecognised")


def test_file_system_that_nobody_mounts(host):
    disk, empty, swap = host.loop("disk", 32), host.loop("empty", 16), host.loop("swap", 16)
    host.run(["mkswap", swap])
    host.check("check-reinstall").allowed()
    host.run(["mkfs.ext4", "-q", "-L", "archive", disk])
    reason = host.check("check-reinstall").refused("device.unrecognised")
    assert disk in reason["message"] and "archive" in reason["message"]
    assert f"guardctl release add {disk}" in reason["remedy"]
    host.check("check-wipe", disk).refused("device.unrecognised")
    host.check("check-wipe", empty).allowed()
    host.check("check-wipe", swap).allowed()
    host.run(["wipefs", "--all", disk])
    host.check("check-reinstall").allowed()


def test_partitions_that_nobody_mounts(host):
    disk = host.loop("disk", 32)
    part = host.partition(disk)
    host.check("check-reinstall").allowed()
    host.run(["mkfs.ext4", "-q", part])
    assert part in host.check("check-reinstall").refused("device.unrecognised")["message"]
    host.check("check-wipe", disk).refused("device.unrecognised")
    host.run(["partx", "--delete", disk])
    host.run(["rm", f"/sys/class/block/{part.split('/')[-1]}"])
    assert disk in host.check("check-reinstall").refused("device.unrecognised")["message"]  # a table nobody else sees


def test_copy_of_a_filesystem_with_data(host):
    disk, copy, other = host.loop("disk", 160), host.loop("copy", 160), host.loop("other", 16)
    filesystem(host, disk, "/var/lib/mysql")
    MariaDb(host).start().stop()
    host.umount("/var/lib/mysql")
    host.run(["dd", "if=/tmp/disk.img", "of=/tmp/copy.img", "conv=notrunc,sparse", "status=none"])
    host.mount(disk, "/var/lib/mysql")
    host.check("check-wipe", copy).refused("dataset.ambiguous", service="mysql", path="/var/lib/mysql")
    host.check("check-reinstall").refused("dataset.ambiguous")
    host.check("check-wipe", other).allowed()


def test_disk_that_cannot_be_read(host):
    disk = host.loop("disk", 16)
    host.run(["truncate", "--size", "0", "/tmp/disk.img"])
    host.check("check-reinstall").unknown("inspector.failed")


def test_file_system_that_fstab_names_is_not_mounted(host):
    host.check("check-reinstall").allowed()
    disk = host.loop("disk", 32)
    host.run(["mkfs.ext4", "-q", disk])
    host.check("check-reinstall").refused("device.unrecognised")
    host.write("/etc/fstab", f"{disk} /var/lib/mysql ext4 defaults 0 2\n")
    reason = host.check("check-reinstall").refused("mount.missing")
    assert "/var/lib/mysql" in reason["message"]
    host.run("mkdir -p /var/lib/mysql")
    host.mount("/var/lib/mysql")
    host.check("check-reinstall").allowed()
