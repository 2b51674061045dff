# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The disks of tests/vm/run's machine; sourced by it. Nothing is installed and nothing mounted to make them: programs come
# from this host or from the unpacked packages, each with the libraries that it needs.

vm_layers=("$top/build/vm-layer" "$top/build/lab-layer")
libraries=usr/lib/x86_64-linux-gnu
library_path=$(printf "%s/$libraries:" "${vm_layers[@]}")
guest_programs=(
  bash blockdev cat chmod chown dd grep head hostname ln ls mkdir mkfs.ext4 mkswap mount readlink resize2fs rm sleep swapoff swapon tail tar
  umount wipefs kmod mdadm cryptsetup lvm mariadbd mariadb nvme hdparm
)
# Parts of the kernel package that are taken along; net/ipv4 has tcp_diag, without which guardd can't see clients.
guest_modules=(arch crypto lib drivers/ata drivers/block drivers/char drivers/md drivers/scsi drivers/virtio net/ipv4)

# What mariadb-install-db makes, as a tar archive; kept, since it never changes.
make_data_directory() {
  local archive=$1 layer=()
  [[ ! -s $archive ]] || return 0
  say 'making a MariaDB data directory'
  [[ ! -d $top/build/lab-layer ]] || layer=(--layer "$top/build/lab-layer")
  # The lab's first line says that it is ready.
  # shellcheck disable=SC2016 # for the shell in there
  "$top/scripts/lab" "${layer[@]}" bash -c 'mkdir /srv/data && mariadb-install-db --no-defaults --user=mysql --datadir=/srv/data \
      --skip-test-db --innodb-log-file-size=4M >&2 && tar --create --sparse --directory=/srv/data .' 2>"$archive.log" |
    { read -r _; cat >"$archive.new"; } || { cat "$archive.log" >&2; die 'no data directory was made'; }
  mv "$archive.new" "$archive"
}

# A program's file: from a layer, or this host's.
find_program() {
  local directory
  for directory in "${vm_layers[@]/%//usr/sbin}" "${vm_layers[@]/%//usr/bin}" /usr/sbin /usr/bin /sbin /bin; do
    if [[ -x $directory/$1 ]]; then printf '%s\n' "$directory/$1"; return; fi
  done
  die "there is no program $1 for the machine"
}

# The programs, and the libraries that they name.
add_programs() {
  local root=$1 program files=("$top/build/bin/guardd" "$top/build/bin/guardctl")
  for program in "${guest_programs[@]}"; do files+=("$(find_program "$program")"); done
  cp -L -t "$root/usr/bin" "${files[@]}"
  ln -s ../bin/kmod "$root/usr/sbin/modprobe" # the kernel calls it by that name
  LD_LIBRARY_PATH=$library_path ldd "${files[@]}" | awk '$2 == "=>" && $3 ~ "^/" {print $3}' | sort -u |
    xargs cp -L -t "$root/$libraries"
  # The loader, and what glibc opens by itself when a thread is cancelled.
  cp -L /lib64/ld-linux-x86-64.so.2 "$root/usr/lib64/"
  cp -L -u "/$libraries/libgcc_s.so.1" "$root/$libraries/"
}

# Leaves the kernel in $1/vmlinuz, and what it may load in $1/root.
add_kernel() {
  local root=$1/root directory kernel version part modules
  for directory in "$top/build/vm-layer" ''; do # '': where the package is installed on this host
    kernel=$(find "$directory/boot" -name 'vmlinuz-*-cloud-amd64' 2>/dev/null | sort -V | tail -n 1) || true
    [[ -z $kernel ]] || break
  done
  [[ -n $kernel ]] || die 'there is no cloud-amd64 kernel'
  version=${kernel##*/vmlinuz-}
  modules=$root/usr/lib/modules/$version
  mkdir -p "$modules"/kernel/{drivers,net}
  cp "$directory/usr/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$modules/"
  for part in "${guest_modules[@]}"; do cp -r "$directory/usr/lib/modules/$version/kernel/$part" "$modules/kernel/$part"; done
  cp "$kernel" "$1/vmlinuz"
  # depmod is a link to it, which may lead nowhere on this host.
  (LD_LIBRARY_PATH=$library_path exec -a depmod "$(find_program kmod)" --basedir "$root" "$version") || die 'depmod failed'
}

# The tree of the machine's root filesystem in $1/root, and its image beside it.
make_root() {
  local root=$1/root name
  rm -rf "$root" "$root.img"
  mkdir -p "$root"/{dev,etc/guardd,etc/lvm,proc,run,srv,sys,tmp,"$libraries",usr/bin,usr/lib64,usr/sbin,usr/share/guardd,var/lib,opt/vm}
  for name in bin lib lib64 sbin; do ln -s usr/$name "$root/$name"; done
  add_programs "$root"
  add_kernel "$1"
  cp -r "$top/policies" "$root/usr/share/guardd/policies"
  cp "$1/mysql.tar" "$top"/tests/vm/guest/* "$root/opt/vm/"
  mv "$root/opt/vm/lvm.conf" "$root/etc/lvm/"
  mv "$root/opt/vm/guardd.json" "$root/etc/guardd/"
  printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'mysql:x:901:901::/nonexistent:/bin/false' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'mysql:x:901:' >"$root/etc/group"
  printf '0123456789abcdef0123456789abcdef\n' >"$root/etc/machine-id"
  printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
  : >"$root/etc/fstab"
  mknod "$root/dev/console" c 5 1
  truncate --size 384M "$root.img"
  mkfs.ext4 -q -F -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$root.img"
}

# In $1: two disks of one partition each for the stack, one that has nothing to do with anything, one for swap, and those whose
# media can be reached past their block devices.
make_disks() {
  local name
  for name in member1 member2 blank swap namespace ata; do
    rm -f "$1/$name.img"
    truncate --size 192M "$1/$name.img"
  done
  for name in member1 member2; do
    printf 'label: gpt\nstart=2048, type=raid\n' | sfdisk --quiet "$1/$name.img"
  done
}
