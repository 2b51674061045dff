// SPDX-License-Identifier: Apache-2.0
#include "core/presence.hpp"

#include <algorithm>

#include "core/dataset_id.hpp"

namespace guardd {

std::vector<DeviceIdentity> attached_devices(const Snapshot& snapshot) {
  std::vector<DeviceNumber> numbers;
  for (const BlockDeviceFact& device : snapshot.devices) numbers.push_back(device.device);
  return identify_devices(snapshot, StorageGraph(snapshot.devices), numbers);
}

bool is_absent_for_good(const DatasetMemory& memory, std::int64_t wall_s, const BootMoment& now) {
  return memory.absent_since_s != 0 && wall_s - memory.absent_since_s >= gone_for_good_s && !now.boot_id.empty() &&
         memory.absent_boot_id == now.boot_id && now.boot_ms - memory.absent_boot_ms >= gone_for_good_s * 1000;
}

bool is_relabelled_for_good(const DatasetMemory& memory, std::int64_t wall_s, const BootMoment& now) {
  const std::int64_t last_s =
      std::max({memory.first_seen_s, memory.last_active_s, memory.last_clients_s, memory.last_written_s});
  const bool this_boot = memory.boot_id.empty() || memory.boot_id == now.boot_id;
  return wall_s - last_s >= gone_for_good_s &&
         (!this_boot || now.boot_ms - memory.event_boot_ms >= gone_for_good_s * 1000);
}

Presence presence_of(const DatasetMemory& memory, const std::vector<DeviceIdentity>& attached) {
  const auto carries = [&](const DeviceIdentity& device) { return device.uuid == memory.fs_uuid; };
  if (!memory.fs_uuid.empty() && std::ranges::any_of(attached, carries)) return Presence::attached;
  if (memory.devices.empty()) return Presence::attached;  // what it stood on was not known then either
  // From the filesystem's own device down: the first that is here tells.
  for (const DeviceIdentity& then : memory.devices) {
    const auto now =
        std::ranges::find_if(attached, [&](const DeviceIdentity& device) { return is_same_device(then, device); });
    if (now == attached.end()) continue;
    const bool other_content = !then.uuid.empty() && !now->uuid.empty() && then.uuid != now->uuid;
    if (!other_content) return Presence::attached;
    const bool other_kind = !then.type.empty() && !now->type.empty() && then.type != now->type;
    return other_kind ? Presence::overwritten : Presence::relabelled;
  }
  return Presence::absent;
}

}  // namespace guardd
