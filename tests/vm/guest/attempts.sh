# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Tools that are let loose on devices while the seal is in force; sourced by seal_story.sh. How each ended, and how often the
# kernel denied and exempted it meanwhile, goes out as a line of JSON.

# "DENIED EXEMPTED", as the kernel has counted; "null null" while guardd does not answer.
count_openings() {
  local answer
  answer=$(guardctl seal status --json --timeout 30 2>/dev/null) || true
  if [[ $answer =~ \"denied\":\ *([0-9]+).*\"exempted\":\ *([0-9]+) ]]; then
    printf '%s %s\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  else
    printf 'null null\n'
  fi
}

# Nobody but these tools gets at what is sealed, so what was counted after one is what there was before the next.
counted=(null null)

attempt() { # what it is called, which layer it is about, then the command
  local tool=$1 on=$2 status=0 said before=("${counted[@]}") denied=null exempted=null
  shift 2
  said=$("$@" 2>&1 </dev/null) || status=$?
  read -ra counted < <(count_openings)
  if [[ ${before[0]} != null && ${counted[0]} != null ]]; then
    denied=$((counted[0] - before[0])) exempted=$((counted[1] - before[1]))
  fi
  printf '{"stage": "%s", "attempt": "%s", "on": "%s", "status": %d, "denied": %s, "exempted": %s, "said": "%s"}\n' \
    "$stage" "$tool" "$on" $status $denied $exempted "$(plain "$said")" >&"$answers"
}

found() { # what was found, and its value
  printf '{"stage": "%s", "found": "%s", "value": "%s"}\n' "$stage" "$1" "$(plain "$2")" >&"$answers"
}

plain() { # text that may stand in JSON
  local text=${1//$'\n'/; }
  text=${text//[\"\\]/}
  printf '%s' "${text//[^[:print:]]/ }"
}

trusted=/sys/fs/cgroup/guardd.slice/guardd-trusted.slice

make_trusted_slice() { mkdir -p $trusted/below.service; }

# Runs a command where mounts, checks and swap of a host with systemd are: in a cgroup below the trusted slice.
in_trusted_slice() {
  (
    printf '%s\n' "$BASHPID" >$trusted/below.service/cgroup.procs
    exec "$@"
  )
}

# dd and wipefs --force ask nobody for the device: what is mounted or held they overwrite all the same.
overwrite() {
  local name
  for name in "$@"; do
    attempt dd "$name" dd if=/dev/zero of="${device[$name]}" bs=4096 count=1 conv=notrunc,fsync status=none
  done
}

destroy() { # every tool, one after the other
  local name node
  for name in "$@"; do
    node=${device[$name]}
    overwrite "$name"
    attempt wipefs "$name" wipefs --all --force --quiet "$node"
    attempt mkfs.ext4 "$name" mkfs.ext4 -q -F -F "$node"
    attempt luksFormat "$name" cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$node" $key
    attempt pvcreate "$name" lvm pvcreate --quiet -ff --yes "$node"
    attempt 'mdadm --create' "$name" mdadm --create /dev/md9 --run --quiet --level=1 --raid-devices=2 --metadata=1.2 "$node" missing
    mdadm --stop --quiet /dev/md9 2>/dev/null || true
  done
}
