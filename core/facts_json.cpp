// SPDX-License-Identifier: Apache-2.0
#include "core/facts_json.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace guardd {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 6> role_names{{{Role::unknown, "unknown"},
                                                                       {Role::primary, "primary"},
                                                                       {Role::standalone, "standalone"},
                                                                       {Role::replica, "replica"},
                                                                       {Role::relay, "relay"},
                                                                       {Role::group_member, "group_member"}}};
constexpr std::array<std::pair<Health, std::string_view>, 3> health_names{
    {{Health::ok, "ok"}, {Health::degraded, "degraded"}, {Health::failed, "failed"}}};
constexpr std::array<std::pair<Whereabouts, std::string_view>, 4> whereabouts_names{
    {{Whereabouts::unknown, "unknown"},
     {Whereabouts::here, "here"},
     {Whereabouts::deleted, "deleted"},
     {Whereabouts::not_mounted, "not_mounted"}}};

// Unlike NLOHMANN_JSON_SERIALIZE_ENUM, which takes an unknown name for the first value.
template <typename Names, typename Value>
void read_name(const nlohmann::json& in, const Names& names, Value& value) {
  if (in.is_string()) {
    for (const auto& [candidate, name] : names) {
      if (in.get_ref<const std::string&>() != name) continue;
      value = candidate;
      return;
    }
  }
  json_fields::wrong(in, "one of the names of a role, a health or a whereabouts");
}

template <typename Names, typename Value>
void write_name(nlohmann::json& out, const Names& names, Value value) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) out = name;
  }
}

}  // namespace

void to_json(nlohmann::json& out, const Role& value) { write_name(out, role_names, value); }
void from_json(const nlohmann::json& in, Role& value) { read_name(in, role_names, value); }
void to_json(nlohmann::json& out, const Health& value) { write_name(out, health_names, value); }
void from_json(const nlohmann::json& in, Health& value) { read_name(in, health_names, value); }
void to_json(nlohmann::json& out, const Whereabouts& value) { write_name(out, whereabouts_names, value); }
void from_json(const nlohmann::json& in, Whereabouts& value) { read_name(in, whereabouts_names, value); }

GUARDD_JSON_FIELDS(DeviceNumber, major, minor)
GUARDD_JSON_FIELDS(Namespaces, pid, user, net, mnt, time)
GUARDD_JSON_FIELDS(ProcessFact, pid, ppid, start_ticks, uid, comm, exe, exe_deleted, args, cgroup, unit, cwd, ns,
                   contained, service, matched_by, data_paths, socket_inodes)
GUARDD_JSON_FIELDS(OpenFileFact, pid, service, path, deleted, writable, how, mount_id, device, st_dev, inode)
GUARDD_JSON_FIELDS(OpenDeviceFact, pid, exe, path, device, writable)
GUARDD_JSON_FIELDS(BusyDirectory, path, pid, mnt_ns, cwd)
GUARDD_JSON_FIELDS(NamespaceSample, inode, pid)
GUARDD_JSON_FIELDS(MountFact, mnt_ns, id, parent, device, root, mountpoint, fstype, source, writable, upperdir)
GUARDD_JSON_FIELDS(FilesystemFact, device, fstype, mountpoint, has_content)
GUARDD_JSON_FIELDS(BlockDeviceFact, name, device, parent, slaves, holders, exported_by, backing_file, backing_devices,
                   diskseq, wwn, serial, part_uuid, part_type, size_bytes, read_only, removable, swap)
GUARDD_JSON_FIELDS(Signature, usage, type, uuid, label)
GUARDD_JSON_FIELDS(SignatureFact, device, signature)
GUARDD_JSON_FIELDS(DeviceClaimFact, device, claimed)
GUARDD_JSON_FIELDS(TargetLookFact, path, whole, regular_file, in_use)
GUARDD_JSON_FIELDS(DirectoryUse, pid, how, file)
GUARDD_JSON_FIELDS(Anchor, name, handle, birth_ns)
GUARDD_JSON_FIELDS(Watermark, newest_ns, entries, bytes)
GUARDD_JSON_FIELDS(DataDirectoryFact, service, path, mnt_ns, mount_id, st_dev, inode, device, markers, newest_mtime_s,
                   uses, fs_uuid, handle, birth_ns, own_id, made_with, anchors)
GUARDD_JSON_FIELDS(MemoryFact, id, whereabouts, why, path, mnt_ns, device, watermark)
GUARDD_JSON_FIELDS(DeviceIdentity, name, wwn, serial, part_uuid, type, uuid, size_bytes)
GUARDD_JSON_FIELDS(DatasetMemory, id, service, path, contained, fs_uuid, fstype, handle, birth_ns, anchors, devices,
                   first_seen_s, last_seen_s, last_active_s, inactive_since_s, last_written_s, last_clients_s,
                   absent_since_s, boot_id, event_boot_ms, active_boot_ms, inactive_boot_ms, absent_boot_id,
                   absent_boot_ms, last_role, last_replication, was_healthy_replica, holders, heard_s, heard_boot_ms)
GUARDD_JSON_FIELDS(Release, id, dataset, service, path, watermark, device, signature, basis, reason, by, added_s)
GUARDD_JSON_FIELDS(ListenerFact, pid, service, port, established, peers)
GUARDD_JSON_FIELDS(RoleFact, pid, service, role, why_unknown, silent, version, identity, replicas, read_only, caught_up,
                   source, replication)
GUARDD_JSON_FIELDS(MissingMount, what, where, named_by, devices)
GUARDD_JSON_FIELDS(BootFact, state, missing)
GUARDD_JSON_FIELDS(HostFact, hostname, aliases, machine_id, boot_id, product_uuid)
GUARDD_JSON_FIELDS(ScanFact, method, why_not)
GUARDD_JSON_FIELDS(InspectorReport, name, health, problems, duration_us)
GUARDD_JSON_FIELDS(Recognition, service, executables, argument_contains, datadir_arguments, directories, config_files,
                   config_keys, markers, identity_files, data_files, ports, role_probe)
GUARDD_JSON_FIELDS(EventSourceReport, name, problem)
GUARDD_JSON_FIELDS(Snapshot, generation, began_boot_ms, began_wall_s, host_mnt_ns, host, boot, processes, open_files,
                   open_devices, busy_directories, busy_directories_complete, mounts, filesystems, devices, claims,
                   target_looks, signatures, directories, memories, listeners, roles, inspectors, event_sources, scan)

}  // namespace guardd
