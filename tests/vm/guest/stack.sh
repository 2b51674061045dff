# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The stack under the data directory, built, taken down and put up again; sourced by story.sh. Sets device[NAME] for each layer.

declare -A device=()
key=/run/luks.key

# The disk with that serial number: /dev/vda and so on are given out in no promised order.
find_disk() {
  local serial
  for serial in /sys/block/vd*/serial; do
    if [[ $(<"$serial") == "$1" ]]; then
      serial=${serial%/serial}
      printf '/dev/%s\n' "${serial##*/}"
      return
    fi
  done
  return 1
}

# /dev/mapper/x -> /dev/dm-3, by its number.
kernel_node() {
  local line fields link
  line=$(ls -lL "$1")
  read -ra fields <<<"$line"
  link=$(readlink "/sys/dev/block/${fields[4]%,}:${fields[5]}")
  printf '/dev/%s\n' "${link##*/}"
}

find_disks() {
  local name
  for name in member1 member2 blank swap; do device[$name]=$(find_disk $name); done
  device[partition1]=${device[member1]}1
  device[partition2]=${device[member2]}1
  # Of one controller with the machine's root; and the only disk with a SCSI address.
  device[namespace]=/dev/nvme0n2
  device[ata]=/dev/sda
}

name_layers() {
  device[md]=/dev/md0
  device[crypt]=$(kernel_node /dev/mapper/vault)
  device[volume]=$(kernel_node /dev/guarded/data)
}

build_stack() {
  printf 'not a secret' >$key
  mdadm --create /dev/md0 --run --quiet --level=1 --raid-devices=2 --metadata=1.2 --assume-clean \
    "${device[partition1]}" "${device[partition2]}"
  # A weak key derivation: the machine is slow, and nobody attacks it.
  cryptsetup luksFormat --batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/md0 $key
  cryptsetup open --key-file $key /dev/md0 vault
  lvm vgcreate --quiet guarded /dev/mapper/vault
  lvm lvcreate --quiet --yes --wipesignatures n --name data --extents 75%FREE guarded # it will grow
  mkfs.ext4 -q /dev/guarded/data
  mkdir -p /var/lib/mysql
  mount /dev/guarded/data /var/lib/mysql
  name_layers
}

take_down_volume() { lvm vgchange --quiet --activate n guarded; }
take_down_crypt() { cryptsetup close vault; }
take_down_md() { mdadm --stop --quiet /dev/md0; }
take_down_stack() {
  take_down_volume
  take_down_crypt
  take_down_md
}

put_up_md() { mdadm --assemble --quiet /dev/md0 "${device[partition1]}" "${device[partition2]}"; }
put_up_crypt() { cryptsetup open --key-file $key /dev/md0 vault; }
put_up_volume() { lvm vgchange --quiet --activate y guarded; }
put_up_stack() {
  put_up_md
  put_up_crypt
  put_up_volume
  mount /dev/guarded/data /var/lib/mysql
  name_layers
}

build_swap() {
  lvm vgcreate --quiet swapping "${device[swap]}"
  lvm lvcreate --quiet --yes --wipesignatures n --name space --extents 100%FREE swapping
  mkswap /dev/swapping/space >/dev/null
  swapon /dev/swapping/space
  device[swap_volume]=$(kernel_node /dev/swapping/space)
}
