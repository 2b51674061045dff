// SPDX-License-Identifier: Apache-2.0
#include "core/history.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/dataset_id.hpp"
#include "core/last_role.hpp"
#include "core/presence.hpp"

namespace guardd {
namespace {

std::string fstype_of(const Snapshot& snapshot, const Known<DeviceNumber>& device) {
  if (!device.known()) return "";
  const auto mount = std::ranges::find(snapshot.mounts, device.value(), &MountFact::device);
  return mount == snapshot.mounts.end() ? "" : mount->fstype;
}

/// Gone with the next boot, or with its container: nothing to be remembered.
bool is_lasting(const Snapshot& snapshot, const StorageGraph& graph, const Dataset& dataset) {
  if (!dataset.directory || dataset.directory->handle.empty() || dataset.directory->anchors.empty()) return false;
  const Known<DeviceNumber>& device = dataset.directory->device;
  if (device.known() && graph.is_memory(device.value())) return false;
  const bool has_handle = !dataset.directory->handle.starts_with("ino:");
  return has_handle || dataset.mnt_ns == snapshot.host_mnt_ns;
}

void date_event(DatasetMemory& memory, const Snapshot& snapshot) {
  if (memory.boot_id != snapshot.host.boot_id) memory.active_boot_ms = memory.inactive_boot_ms = 0;
  memory.boot_id = snapshot.host.boot_id;
  memory.event_boot_ms = snapshot.began_boot_ms;
}

void observe(DatasetMemory& memory, const Snapshot& snapshot, const StorageGraph& graph, const Dataset& dataset) {
  const DataDirectoryFact& directory = *dataset.directory;
  const std::int64_t now_s = snapshot.began_wall_s;
  memory.path = dataset.path;
  memory.contained = dataset.mnt_ns != snapshot.host_mnt_ns;
  memory.fs_uuid = directory.fs_uuid;
  if (const std::string fstype = fstype_of(snapshot, directory.device); !fstype.empty()) memory.fstype = fstype;
  memory.handle = directory.handle;
  memory.birth_ns = directory.birth_ns;
  memory.anchors = directory.anchors;
  std::vector<DeviceIdentity> devices = identify_devices(snapshot, graph, dataset.device_numbers);
  // A look that could not read what devices carry must not make them unrecognisable.
  const bool recognised = !devices.empty() && saw_all(snapshot, {"storage", "signatures"});
  if (recognised || memory.devices.empty()) memory.devices = std::move(devices);
  if (memory.first_seen_s == 0 || directory.newest_mtime_s > memory.last_written_s) date_event(memory, snapshot);
  if (memory.first_seen_s == 0) memory.first_seen_s = now_s;
  memory.last_seen_s = now_s;
  memory.last_written_s = std::max(memory.last_written_s, directory.newest_mtime_s);
  memory.absent_since_s = memory.absent_boot_ms = 0;
  memory.absent_boot_id.clear();
  if (dataset.state == DatasetState::active) {
    note_use(memory, snapshot, dataset);
    date_event(memory, snapshot);
    memory.last_active_s = now_s;
    memory.active_boot_ms = snapshot.began_boot_ms;
    memory.inactive_since_s = memory.inactive_boot_ms = 0;
  } else if (memory.inactive_since_s == 0 && saw_all(snapshot, {"processes", "open_files", "data_directories"})) {
    memory.inactive_since_s = now_s;
    if (memory.boot_id == snapshot.host.boot_id) memory.inactive_boot_ms = snapshot.began_boot_ms;
  }
}

void date_absence(DatasetMemory& memory, const Snapshot& snapshot, bool absent) {
  if (!absent) {
    memory.absent_since_s = memory.absent_boot_ms = 0;
    memory.absent_boot_id.clear();
    return;
  }
  if (memory.absent_since_s == 0) memory.absent_since_s = snapshot.began_wall_s;
  if (memory.absent_boot_id == snapshot.host.boot_id) return;
  memory.absent_boot_id = snapshot.host.boot_id;
  memory.absent_boot_ms = snapshot.began_boot_ms;
}

/// What became of one that this look did not find as a dataset.
bool is_gone(DatasetMemory& memory, const Snapshot& snapshot, const std::vector<DeviceIdentity>& attached) {
  const auto fact = std::ranges::find(snapshot.memories, memory.id, &MemoryFact::id);
  if (fact == snapshot.memories.end() || !saw_all(snapshot, {"memory"})) return false;
  if (fact->whereabouts == Whereabouts::here) memory.last_seen_s = snapshot.began_wall_s;
  // A filesystem that fails calls its files gone; it can't be searched either.
  if (fact->whereabouts == Whereabouts::deleted) return saw_all(snapshot, {"data_directories", "storage"});
  if (fact->whereabouts != Whereabouts::not_mounted || !saw_all(snapshot, {"storage", "signatures"})) return false;
  const Presence presence = presence_of(memory, attached);
  date_absence(memory, snapshot, presence == Presence::absent);
  const BootMoment now{snapshot.host.boot_id, snapshot.began_boot_ms};
  return presence == Presence::overwritten ||
         (presence == Presence::relabelled && is_relabelled_for_good(memory, snapshot.began_wall_s, now));
}

bool is_disk(const DeviceIdentity& device) { return !device.wwn.empty() || !device.serial.empty(); }

bool has_disk(const std::vector<DeviceIdentity>& devices, const DeviceIdentity& disk) {
  return std::ranges::any_of(
      devices, [&](const DeviceIdentity& device) { return is_disk(device) && is_same_device(device, disk); });
}

/// Whether these are the disks of before but for some that are gone. One that is still here may have been split off,
/// with the data.
bool are_what_is_left(const std::vector<DeviceIdentity>& devices, const std::vector<DeviceIdentity>& before,
                      const std::vector<DeviceIdentity>& attached) {
  bool some = false;
  for (const DeviceIdentity& disk : before) {
    if (!is_disk(disk)) continue;
    const bool stays = has_disk(devices, disk);
    if (!stays && has_disk(attached, disk)) return false;
    some = some || stays;
  }
  return some;
}

/// The same directory on the same disk, or on an array of which some disk was replaced, which its service calls
/// otherwise by now. On another disk it is a clone.
bool is_renamed(const DatasetMemory& memory, const Dataset& dataset, const std::vector<DeviceIdentity>& devices,
                const std::vector<DeviceIdentity>& attached) {
  if (!dataset.directory || dataset.id == memory.id || dataset.service != memory.service) return false;
  const DataDirectoryFact& directory = *dataset.directory;
  return directory.handle == memory.handle && directory.birth_ns == memory.birth_ns &&
         directory.fs_uuid == memory.fs_uuid &&
         (devices == memory.devices || are_what_is_left(devices, memory.devices, attached));
}

bool has_room(const std::vector<DatasetMemory>& memories, bool contained) {
  if (memories.size() >= max_memories) return false;
  return !contained ||
         std::ranges::count(memories, true, &DatasetMemory::contained) < std::ptrdiff_t{max_contained_memories};
}

}  // namespace

Learned learn(const std::vector<DatasetMemory>& before, const Snapshot& snapshot,
              const std::vector<Dataset>& datasets) {
  Learned learned;
  const StorageGraph graph(snapshot.devices, snapshot.mounts);
  const std::vector<DeviceIdentity> attached = attached_devices(snapshot);
  for (DatasetMemory memory : before) {
    const bool seen = std::ranges::find(datasets, memory.id, &Dataset::id) != datasets.end();
    const auto renamed = std::ranges::find_if(datasets, [&](const Dataset& dataset) {
      return !seen && is_renamed(memory, dataset, identify_devices(snapshot, graph, dataset.device_numbers), attached);
    });
    if (renamed != datasets.end()) {
      learned.forgotten.push_back(memory.id);
      const auto has_it = [&](const std::vector<DatasetMemory>& memories) {
        return std::ranges::find(memories, renamed->id, &DatasetMemory::id) != memories.end();
      };
      if (has_it(before) || has_it(learned.memories)) continue;
      memory.id = renamed->id;  // with its history
      learned.memories.push_back(std::move(memory));
    } else if (!seen && is_gone(memory, snapshot, attached)) {
      learned.forgotten.push_back(memory.id);
    } else {
      learned.memories.push_back(std::move(memory));
    }
  }
  for (const Dataset& dataset : datasets) {
    if (!is_lasting(snapshot, graph, dataset)) continue;
    auto memory = std::ranges::find(learned.memories, dataset.id, &DatasetMemory::id);
    if (memory == learned.memories.end()) {
      if (!has_room(learned.memories, dataset.mnt_ns != snapshot.host_mnt_ns)) {
        learned.full = true;
        continue;
      }
      memory = learned.memories.emplace(learned.memories.end());
      memory->id = dataset.id;
      memory->service = dataset.service;
    }
    observe(*memory, snapshot, graph, dataset);
  }
  return learned;
}

bool differs_in_substance(const DatasetMemory& one, const DatasetMemory& other) {
  DatasetMemory same = other;
  same.last_seen_s = one.last_seen_s;
  same.last_active_s = one.last_active_s;
  same.last_written_s = one.last_written_s;
  same.last_clients_s = one.last_clients_s;
  same.event_boot_ms = one.event_boot_ms;
  same.active_boot_ms = one.active_boot_ms;
  return !(one == same);
}

}  // namespace guardd
