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

Presence presence_of(const DatasetMemory& memory, const std::vector<DeviceIdentity>& attached) {
  const auto carries = [&](const DeviceIdentity& device) { return device.uuid == memory.fs_uuid; };
  if (!memory.fs_uuid.empty() && std::ranges::any_of(attached, carries)) return Presence::attached;
  // From the filesystem's own device down: the first that is here tells.
  for (const DeviceIdentity& then : memory.devices) {
    const auto now =
        std::ranges::find_if(attached, [&](const DeviceIdentity& device) { return is_same_device(then, device); });
    if (now == attached.end()) continue;
    const bool other_content = !then.uuid.empty() && !now->uuid.empty() && then.uuid != now->uuid;
    return other_content ? Presence::overwritten : Presence::attached;
  }
  return Presence::absent;
}

}  // namespace guardd
