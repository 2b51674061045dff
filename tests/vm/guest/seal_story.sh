# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The second story: the seal is enforced, and tools are let loose on every layer of the same stack; sourced by story.sh. What
# must become of each: seal_expected.py.
# shellcheck source=tests/vm/guest/attempts.sh
source /opt/vm/attempts.sh
# shellcheck source=tests/vm/guest/drives.sh
source /opt/vm/drives.sh

rows=0

query() { mariadb --no-defaults --socket=/run/mysqld/mysqld.sock --skip-column-names --batch --execute="$1"; }

commit() { query "INSERT INTO kept.numbers VALUES ($((rows += 1)))"; }

is_sealed() { guardctl seal status | grep -q "^  ${device[$1]}  "; }

is_sealed_when_looked_at() {
  guardctl check-reinstall --quiet --timeout 30 || true
  is_sealed "$1"
}

tell_seal() {
  printf '{"stage": "%s", "seal": %s}\n' "$stage" "$(guardctl seal status --json --timeout 30)" >&"$answers"
}

begin_seal() {
  stage=$1
  printf 'stage: %s, after %d s\n' "$stage" $SECONDS
  read -ra counted < <(count_openings)
}

enforce() {
  local config
  end_guardd TERM
  config=$(</etc/guardd/guardd.json)
  printf '{"seal": "enforce", %s\n' "${config#\{}" >/etc/guardd/guardd.json
  mount -t bpf -o mode=0700 bpf /sys/fs/bpf
  make_trusted_slice
  start_guardd
}

stage='seal'
put_up_stack
make_drives
start_server
query 'CREATE DATABASE kept; CREATE TABLE kept.numbers (n INT PRIMARY KEY)'
enforce
wait_for is_sealed volume
wait_for is_sealed namespace
begin_seal 'sealed'
tell_seal
for name in "${whole_stack[@]}"; do
  overwrite "$name"
  attempt wipefs "$name" wipefs --all --force --quiet "${device[$name]}"
  commit
done
destroy blank

begin_seal 'guardd killed'
end_guardd KILL
overwrite "${whole_stack[@]}"
commit
start_guardd
wait_for grep -q 'seal: adopted' /run/guardd.log
begin_seal 'guardd back'
overwrite "${whole_stack[@]}"

begin_seal 'grown'
attempt lvextend volume lvm lvextend --quiet --extents +4 guarded/data
attempt 'lvextend, trusted' volume in_trusted_slice lvm lvextend --quiet --extents +4 guarded/data
attempt resize2fs volume resize2fs "${device[volume]}"
attempt 'resize2fs, trusted' volume in_trusted_slice resize2fs "${device[volume]}"
commit

begin_seal 'mirror'
printf '1000000\n' >/proc/sys/dev/raid/speed_limit_min # whatever else the disks have to do
attempt 'mdadm --fail' md mdadm --quiet /dev/md0 --fail "${device[partition2]}"
attempt 'mdadm --remove' md mdadm --quiet /dev/md0 --remove "${device[partition2]}"
commit
look_anew
attempt 'mdadm --add' md mdadm --quiet /dev/md0 --add "${device[partition2]}"
is_whole() { [[ $(</sys/block/md0/md/degraded) == 0 && $(</sys/block/md0/md/sync_action) == idle ]]; }
wait_for is_whole
commit
look_anew
overwrite member2 partition2

# Each layer as it is when nothing stands on it any more: nobody but the seal keeps a tool from it.
begin_seal 'unmounted'
stop_server
umount /var/lib/mysql
look_anew
destroy volume
begin_seal 'volume down'
take_down_volume
look_anew
destroy crypt
begin_seal 'crypt down'
take_down_crypt
look_anew
destroy md
begin_seal 'md down'
take_down_md
look_anew
destroy member1 partition1
overwrite member2 partition2
tell_seal

# Under a permit, which people have answered for: what is written is what is there already.
begin_seal 'permit'
override=$(guardctl override request wipe --target "${device[partition1]}" --reason 'a test' --json)
member() { [[ $override =~ \"$1\":\ *\"([^\"]+)\" ]] && printf '%s\n' "${BASH_REMATCH[1]}"; }
guardctl override apply "$(member id)" --nonce "$(member nonce)" --host "$(member hostname)"
attempt 'dd, by exec' partition1 guardctl exec wipe --timeout 30 --target "${device[partition1]}" -- \
  dd if="${device[partition1]}" of="${device[partition1]}" bs=4096 count=1 conv=notrunc,fsync status=none
overwrite partition1

begin_seal 'put up again'
attempt 'mdadm --assemble' md put_up_md
mdadm --stop --quiet /dev/md0 || true # what came of it
attempt 'mdadm --assemble, trusted' md in_trusted_slice mdadm --assemble --quiet /dev/md0 "${device[partition1]}" "${device[partition2]}"
wait_for is_sealed_when_looked_at md
attempt 'cryptsetup open' crypt put_up_crypt
attempt 'cryptsetup open, trusted' crypt in_trusted_slice cryptsetup open --key-file $key /dev/md0 vault
wait_for is_sealed_when_looked_at crypt
attempt 'vgchange --activate' volume put_up_volume
attempt 'vgchange --activate, trusted' volume in_trusted_slice lvm vgchange --quiet --activate y guarded
wait_for is_sealed_when_looked_at volume
attempt 'mount' volume mount /dev/guarded/data /var/lib/mysql
attempt 'mount, trusted' volume in_trusted_slice mount /dev/guarded/data /var/lib/mysql
start_server
found 'rows that are missing' $((rows - $(query 'SELECT COUNT(*) FROM kept.numbers')))
found 'the table' "$(query 'CHECK TABLE kept.numbers' | tail -n 1)"
printf 'check\n' >/sys/block/md0/md/sync_action
wait_for is_whole
found 'sectors in which the mirror differs' "$(</sys/block/md0/md/mismatch_cnt)"

try_drives
