# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What happens in the machine. It judges nothing: each answer of guardctl becomes a line of JSON on the port "answers",
# and compare.py, outside, says whether it is right.
set -eEuo pipefail
# shellcheck source=tests/vm/guest/stack.sh
source /opt/vm/stack.sh

whole_stack=(member1 partition1 member2 partition2 md crypt volume)
members=(member1 partition1 member2 partition2)
stage='' server=''

find_port() {
  local name
  for name in /sys/class/virtio-ports/*/name; do
    if [[ $(<"$name") == answers ]]; then
      name=${name%/name}
      printf '/dev/%s\n' "${name##*/}"
      return
    fi
  done
  return 1
}
port=$(find_port)
exec {answers}>"$port"

give_up() {
  printf '{"failed": "story.sh line %s, at the stage \\"%s\\""}\n' "$1" "$stage" >&"$answers"
  cat /run/*.log 2>/dev/null
  exit 1
}
trap 'give_up $LINENO' ERR

wait_for() { # a command that succeeds within half a minute
  local end=$((SECONDS + 30))
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

ask() { # what it is about, then a command of guardctl; its answer and its exit status go out
  local about=$1 status=0 answer
  shift
  answer=$(guardctl "$@" --json --timeout 30) || status=$?
  printf '{"stage": "%s", "about": "%s", "command": "%s", "status": %d, "answer": %s}\n' \
    "$stage" "$about" "$*" $status "${answer:-null}" >&"$answers"
}

generation() {
  local answer
  answer=$(guardctl check-reinstall --json --timeout 30) || true
  [[ $answer =~ \"snapshot\":.*\"generation\":\ *([0-9]+) ]] || return 1 # the policy has one too
  printf '%s\n' "${BASH_REMATCH[1]}"
}

# An answer may come from a look that was made a moment ago, and the look after it may have begun before now.
look_anew() {
  local old
  old=$(generation)
  looked_since() { (($(generation) >= old + 2)); }
  wait_for looked_since
}

begin() { # a stage: its name, and what of the stack is there to ask about
  local name
  stage=$1
  shift
  printf 'stage: %s\n' "$stage"
  look_anew
  ask host check-reinstall
  for name in "$@" blank swap; do ask "$name" check-wipe "${device[$name]}"; done
}

start_server() {
  mkdir -p /run/mysqld
  chown mysql:mysql /run/mysqld
  mariadbd --no-defaults --user=mysql --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock --skip-networking \
    --innodb-log-file-size=4M --innodb-buffer-pool-size=8M --innodb-use-native-aio=0 --lc-messages-dir=/tmp \
    >/run/mariadbd.log 2>&1 &
  server=$!
  wait_for test -S /run/mysqld/mysqld.sock
}

stop_server() {
  kill "$server"
  wait "$server"
}

find_disks
build_stack
tar --extract --file=/opt/vm/mysql.tar --directory=/var/lib/mysql
chown -R mysql:mysql /var/lib/mysql
build_swap

names=()
for name in "${!device[@]}"; do names+=("\"$name\": \"${device[$name]}\""); done
(IFS=,; printf '{"devices": {%s}}\n' "${names[*]}") >&"$answers"

guardd >/run/guardd.log 2>&1 &
wait_for test -S /run/guardd/guardd.sock

start_server
begin 'active' "${whole_stack[@]}"
stop_server
begin 'stopped' "${whole_stack[@]}"
umount /var/lib/mysql
begin 'unmounted' "${whole_stack[@]}"
take_down_stack
begin 'taken down' "${members[@]}"

printf '{"end": true}\n' >&"$answers"
