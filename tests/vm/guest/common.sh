# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the stories in the machine have in common; sourced. Nothing here judges: what is told becomes lines of JSON on the port
# "answers", and compare.py, outside, says whether it is right.

stage='' guard='' server=''

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
  printf '{"failed": "%s line %s, at the stage \\"%s\\""}\n' "${BASH_SOURCE[1]##*/}" "$1" "$stage" >&"$answers"
  cat /run/*.log 2>/dev/null
  exit 1
}
trap 'give_up $LINENO' ERR

wait_for() { # a command that succeeds within a minute
  local end=$((SECONDS + 60))
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

start_guardd() {
  rm -f /run/guardd/guardd.sock
  guardd >>/run/guardd.log 2>&1 &
  guard=$!
  wait_for test -S /run/guardd/guardd.sock
}

end_guardd() { # by which signal; it says 0 or dies of it
  kill "-$1" "$guard"
  wait "$guard" || true
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
