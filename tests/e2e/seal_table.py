#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Which tool gets at a device in which state: runs each on real loop devices in a throw-away container with guardd's seal in force, and prints
the table. `GUARDD_BUILD=DIR tests/e2e/seal_table.py`
"""

import json

from lab import BUILD, SystemdLab
from waiting import wait_for

# guardd's own look may have the filesystem open for a moment: busy, then.
UMOUNT = "until umount {dir}/m; do [ $((tries += 1)) -lt 500 ] || exit; done"
# {dev}: the device; {dir}: a directory of the run's own. What a tool can't find on this machine is left out, aloud.
TOOLS = {
    "dd": "dd if=/dev/zero of={dev} bs=512 count=1 conv=notrunc status=none",
    "cp": "cp /dev/null {dev}",
    "cat >": "cat /etc/hostname >{dev}",
    "tee": "tee {dev} </etc/hostname >/dev/null",
    "shred": "shred -n 1 -s 4096 {dev}",
    "wipefs": "wipefs -qaf {dev}",
    "mkfs.ext4": "mkfs.ext4 -qF {dev}",
    "mkfs.xfs": "mkfs.xfs -qf {dev}",
    "mkfs.btrfs": "mkfs.btrfs -qf {dev}",
    "mkswap": "mkswap -f {dev}",
    "sfdisk": "echo ,, | sfdisk -q --force --no-reread --no-tell-kernel --wipe never {dev}",
    "sgdisk": "sgdisk -o {dev}",
    "parted": "parted -s {dev} mklabel gpt",
    "blkdiscard": "blkdiscard -f {dev}",
    "cryptsetup luksFormat": "echo secret | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 {dev} -",
    "pvcreate": "pvcreate -qffy {dev}",
    "mdadm --zero-superblock": "mdadm --zero-superblock {dev}",
    "e2fsck": "e2fsck -fy {dev}",
    "losetup on it": "loop=$(losetup --find --show {dev}) && {{ losetup --detach $loop; true; }}",
    "a private mknod": "mknod {dir}/node b {major} {minor} && dd if=/dev/zero of={dir}/node bs=512 count=1 conv=notrunc status=none",
    "another mount and pid namespace": "unshare --mount --pid --fork dd if=/dev/zero of={dev} bs=512 count=1 conv=notrunc status=none",
    "a nested cgroup namespace": "unshare --cgroup --mount --pid --fork --user --map-root-user true; "
                                 "unshare --cgroup --mount --fork dd if=/dev/zero of={dev} bs=512 count=1 conv=notrunc status=none",
    "a service of systemd": "systemd-run --quiet --wait dd if=/dev/zero of={dev} bs=512 count=1 conv=notrunc status=none",
    "mount": "mkdir -p {dir}/m && mount {dev} {dir}/m && " + UMOUNT,
}
# What the seal is not to stop, and what it can't: docs/security.md has the reasons.
LET_THROUGH = {
    "read": "dd if={dev} of=/dev/null count=1 status=none",
    "blkid": "blkid -p {dev} >/dev/null || [ $? -eq 2 ]",
    "mount -o ro, remount,rw": "mkdir -p {dir}/m && mount -o ro {dev} {dir}/m && mount -o remount,rw {dir}/m && echo x >{dir}/m/x && " + UMOUNT,
}


class DiskToolsLab(SystemdLab):
    """With what this machine has not installed of the tools, unpacked: scripts/test does that."""

    layer = BUILD / "disk-tools"


HOLDER = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
os.mkfifo("/tmp/go")
print("ready")
open("/tmp/go").read()
print("wrote", os.pwrite(fd, os.pread(fd, 512, 1 << 20), 1 << 20))
"""


def outcome(lab, device, command):
    """"denied", "allowed", or what else became of it."""
    major, minor = lab.run(["stat", "-c", "%Hr %Lr", device]).stdout.decode().split()
    # Where nodes may be opened: /tmp is mounted nodev.
    directory = lab.run(["mktemp", "-d", "-p", "/dev"]).stdout.decode().strip()
    before = counters(lab)
    done = lab.run(command.format(dev=device, dir=directory, major=major, minor=minor), check=False, timeout=60)
    denied = counters(lab)["denied"] > before["denied"]
    if denied and done.returncode != 0:
        return "denied"
    if denied:
        return "denied, and it does not say so"
    return "allowed" if done.returncode == 0 else f"failed otherwise ({done.stderr.decode(errors='replace').strip()[-60:]})"


def counters(lab):
    return lab.json("/v1/seal")["seal"]["counters"]


def has_tool(lab, command):
    tool = command.split()[0] if not command.startswith(("echo", "loop=", "mkdir", "mknod")) else None
    for word in ("sfdisk", "cryptsetup", "losetup"):
        tool = word if tool is None and word in command else tool
    return tool is None or lab.run(["bash", "-c", f"type {tool}"], check=False).returncode == 0


class Table:
    """A host with data at rest on one disk, unmounted, and none on the other; the seal is enforced."""

    def __init__(self, lab):
        self.lab = lab
        self.sealed, self.free = lab.loop("sealed", 320), lab.loop("free", 320)
        lab.write("/etc/guardd/guardd.json", json.dumps({"seal": "enforce"}))
        for device in (self.sealed, self.free):
            lab.run(f"mkfs.ext4 -q {device}")
        lab.run(f"mkdir -p /srv/db && mount {self.sealed} /srv/db && mkdir -p /srv/db/mysql/mysql && echo x >/srv/db/mysql/ibdata1 && echo x >/srv/db/mysql/mysql/db.MYD")
        # One that had it open before: it rewrites a block with what is there.
        self.holder_log = f"/run/python-{len(lab.processes)}.log"
        lab.python(HOLDER, self.sealed)
        lab.systemctl("start", "guardd.service")
        wait_for(self.is_sealed, "the disk to be sealed")
        lab.check("check-reinstall").refused("dataset.at_rest")
        lab.umount("/srv/db")

    def is_sealed(self):
        return any(device["name"] == self.sealed for device in self.lab.json("/v1/seal")["seal"].get("devices", []))

    def rows(self):
        """(tool, state of the device, what is wanted, what came)."""
        for tools, wanted_of_sealed in ((LET_THROUGH, "allowed"), (TOOLS, "denied")):
            for name, command in tools.items():
                if not has_tool(self.lab, command):
                    yield name, "-", "-", "not on this machine"
                    continue
                yield name, "sealed", wanted_of_sealed, outcome(self.lab, self.sealed, command)
                self.lab.run(f"wipefs -qaf {self.free}; mkfs.ext4 -qF {self.free}")
                yield name, "free", "allowed", outcome(self.lab, self.free, command)


def main():
    with DiskToolsLab() as lab:
        print(f"{'tool':34}{'device':9}{'wanted':10}came")
        for name, state, wanted, came in Table(lab).rows():
            print(f"{name:34}{state:9}{wanted:10}{came}", flush=True)


if __name__ == "__main__":
    main()
