# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What happens in the machine: what is asked about the stack while it is taken down, stage by stage; then seal_story.sh.
set -eEuo pipefail
# shellcheck source=tests/vm/guest/common.sh
source /opt/vm/common.sh
# shellcheck source=tests/vm/guest/stack.sh
source /opt/vm/stack.sh

whole_stack=(member1 partition1 member2 partition2 md crypt volume)
members=(member1 partition1 member2 partition2)

begin() { # a stage: its name, and what of the stack is there to ask about
  local name
  stage=$1
  shift
  printf 'stage: %s, after %d s\n' "$stage" $SECONDS
  look_anew
  ask host check-reinstall
  for name in "$@" blank swap; do ask "$name" check-wipe "${device[$name]}"; done
}

find_disks
build_stack
tar --extract --file=/opt/vm/mysql.tar --directory=/var/lib/mysql
chown -R mysql:mysql /var/lib/mysql
build_swap

names=()
for name in "${!device[@]}"; do names+=("\"$name\": \"${device[$name]}\""); done
(IFS=,; printf '{"devices": {%s}}\n' "${names[*]}") >&"$answers"

start_guardd
start_server
begin 'active' "${whole_stack[@]}"
stop_server
begin 'stopped' "${whole_stack[@]}"
umount /var/lib/mysql
begin 'unmounted' "${whole_stack[@]}"
take_down_stack
begin 'taken down' "${members[@]}"

# shellcheck source=tests/vm/guest/seal_story.sh
source /opt/vm/seal_story.sh

printf '{"end": true}\n' >&"$answers"
