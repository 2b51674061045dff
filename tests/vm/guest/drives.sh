# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Disks whose media can be reached past their block devices: an NVMe namespace and an ATA disk, both with data at rest;
# sourced by seal_story.sh.

make_drives() {
  local name
  for name in namespace ata; do
    mkfs.ext4 -q -F "${device[$name]}"
    mkdir -p /srv/$name
    mount "${device[$name]}" /srv/$name
    mkdir -p /srv/$name/mysql/mysql
    printf 'x\n' >/srv/$name/mysql/ibdata1
    printf 'x\n' >/srv/$name/mysql/mysql/db.MYD
  done
}

try_drives() {
  local name node
  begin_seal 'drives'
  for name in namespace ata; do umount /srv/$name; done
  look_anew
  tell_seal
  overwrite namespace ata
  # Any opening of these, for reading too.
  for node in nvme0 ng0n1 ng0n2 sg0 bsg/0:0:0:0; do
    attempt read $node head -c 0 /dev/$node
  done
  attempt 'nvme id-ctrl' nvme0 nvme id-ctrl /dev/nvme0
  attempt 'nvme format' nvme0 nvme format /dev/nvme0 --namespace-id=2 --force
  attempt 'nvme format' ng0n2 nvme format /dev/ng0n2 --force
  attempt 'hdparm' sg0 hdparm --yes-i-know-what-i-am-doing --write-sector 0 /dev/sg0
  found 'filesystems' "$(filesystems)"

  # No opening for writing is wanted for these: it is the commands that are denied.
  begin_seal 'commands through a block device'
  attempt 'nvme id-ctrl' namespace nvme id-ctrl /dev/nvme0n2
  attempt 'nvme smart-log' namespace nvme smart-log /dev/nvme0n2
  attempt 'hdparm -I' ata hdparm -I /dev/sda
  attempt 'hdparm --security-erase' ata hdparm --user-master u --security-erase NULL /dev/sda
  attempt 'hdparm --write-sector' ata hdparm --yes-i-know-what-i-am-doing --write-sector 2 /dev/sda
  attempt 'nvme format' namespace nvme format /dev/nvme0n2 --force
  found 'filesystems' "$(filesystems)"
}

# Which of the two still carry one, read anew from the disk.
filesystems() {
  local name
  for name in namespace ata; do
    blockdev --flushbufs "${device[$name]}"
    ! wipefs "${device[$name]}" | grep -q ext4 || printf '%s ' $name
  done
}
