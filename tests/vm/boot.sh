# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Runs tests/vm/run's machine to its end; sourced by it.

memory_mib=768
needed_mib=$((memory_mib + 512)) # qemu's own translated code, and the image in the page cache
deadline_s=360                   # for all that it does; it takes two minutes on two idle cores, four on busy ones

end_machine() {
  [[ -z ${machine:-} ]] || kill -KILL "$machine" 2>/dev/null || true
  machine=
}

# Runs the machine whose disks are in $1. Leaves there what it had to say, in answers.json, and its console.log.
boot() {
  local work=$1 disk disks=() status=0 began=$SECONDS
  for disk in member1 member2 blank swap; do
    disks+=(-drive "file=$work/$disk.img,format=raw,if=none,id=$disk,cache=unsafe"
      -device "virtio-blk-pci,drive=$disk,serial=$disk")
  done
  rm -f "$work/answers.json" "$work/console.log"
  say "booting a machine without KVM; it has $deadline_s s"
  trap end_machine EXIT
  # The kernel has NVMe and ext4 built in, so it needs no initramfs; the tests' disks are virtio's, by a module.
  qemu-system-x86_64 \
    -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m "$memory_mib" \
    -nodefaults -no-user-config -display none -no-reboot \
    -kernel "$work/vmlinuz" \
    -append 'root=/dev/nvme0n1 rw init=/opt/vm/init console=ttyS0 loglevel=5 panic=-1 random.trust_cpu=on mitigations=off nosmap nosmep no5lvl' \
    -device nvme,id=nvme,serial=root \
    -drive "file=$work/root.img,format=raw,if=none,id=root,snapshot=on" -device nvme-ns,bus=nvme,nsid=1,drive=root \
    -drive "file=$work/namespace.img,format=raw,if=none,id=namespace,cache=unsafe" -device nvme-ns,bus=nvme,nsid=2,drive=namespace \
    -drive "file=$work/ata.img,format=raw,if=none,id=ata,cache=unsafe" -device piix3-ide,id=ide -device ide-hd,bus=ide.0,drive=ata,serial=ata \
    "${disks[@]}" \
    -serial "file:$work/console.log" \
    -device virtio-serial-pci -chardev "file,id=answers,path=$work/answers.json" \
    -device virtserialport,chardev=answers,name=answers </dev/null &
  machine=$!
  # timeout only waits: what ends the machine is this shell, by pid.
  timeout "$deadline_s" tail --pid="$machine" --sleep-interval=0.2 -f /dev/null || status=$?
  if [[ $status -eq 124 ]]; then
    printf 'FAIL the machine came to an end within %s s\n' "$deadline_s"
    tail -n 40 "$work/console.log"
    exit 1
  fi
  wait "$machine" || status=$?
  machine=
  [[ $status -eq 0 ]] || die "qemu ended with status $status"
  say "the machine ran for $((SECONDS - began)) s"
}
