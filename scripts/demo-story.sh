# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What scripts/demo does inside its container: bash gets it as text.
set -euo pipefail

ask() { # the exit status that must come, then words that the answer must have
  local wanted=$1 status=0 answer word
  shift
  printf '\n$ guardctl check-reinstall\n'
  answer=$(guardctl check-reinstall) || status=$?
  printf '%s\n(exit status %d)\n' "$answer" $status
  if [[ $status -ne $wanted ]]; then printf 'wrong: the exit status should be %d\n' "$wanted"; exit 1; fi
  for word in "$@"; do
    if [[ $answer != *"$word"* ]]; then printf 'wrong: the answer should name %s\n' "$word"; exit 1; fi
  done
}

until_ready() { # a command that succeeds in the end
  local tries
  for ((tries = 0; tries < 500; ++tries)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.02
  done
  printf 'wrong: waited in vain for %s\n' "$*"
  exit 1
}

guardd >/run/guardd.log 2>&1 &
until_ready test -S /run/guardd/guardd.sock

printf '\n1. A host without data: it may be reinstalled.\n'
ask 0

printf '\n2. A MariaDB server is started on it.\n'
options=(--no-defaults --user=mysql --datadir=/var/lib/mysql --innodb-log-file-size=4M)
mkdir -p /var/lib/mysql /run/mysqld
chown mysql:mysql /var/lib/mysql /run/mysqld
mariadb-install-db "${options[@]}" >/run/install.log 2>&1 || { cat /run/install.log; exit 1; }
mariadbd "${options[@]}" --socket=/run/mysqld/mysqld.sock --bind-address=127.0.0.1 >/run/mariadbd.log 2>&1 &
server=$!
until_ready mariadb --no-defaults --socket=/run/mysqld/mysqld.sock --execute='SELECT 1'
ask 1 mysql /var/lib/mysql mariadbd

printf '\n3. The server is stopped. Its data is still there: "stopped" does not mean "not needed".\n'
kill $server
wait $server || true
# An answer may come from a look that is a tenth of a second old.
until_ready bash -c 'guardctl check-reinstall | grep at_rest'
ask 1 mysql /var/lib/mysql at_rest

printf '\n4. The data is removed, by someone who knows that it is not needed any more.\n'
rm -rf /var/lib/mysql
until_ready guardctl check-reinstall # as above
ask 0

printf '\n5. guardd is stopped. No answer is not a yes.\n'
kill %1
wait %1 || true
ask 3
