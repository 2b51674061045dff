// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

Reason untraceable(const Target& target, const std::string& why) {
  return unknown("target.untraceable", "the target " + target.path + " could not be traced: " + why,
                 "name the device by its /dev node as the host sees it, and ask from the host's own namespaces");
}

/// The device that a target names: by the number that the caller resolved, which must be one that guardd sees too.
const BlockDeviceFact* find_device(const Weighing& weighing, const Target& target) {
  if (target.device) return weighing.graph.find(*target.device);
  constexpr std::string_view dev = "/dev/";
  return target.path.starts_with(dev) ? weighing.graph.find(std::string_view(target.path).substr(dev.size())) : nullptr;
}

void place_path(Weighing& weighing, const Target& target) {
  const Snapshot& snapshot = weighing.snapshot;
  const MountFact* mount = mount_of(snapshot.mounts, snapshot.host_mnt_ns, target.path);
  if (mount == nullptr) return weighing.add(untraceable(target, "it is in no mount of the host"));
  if (target.mount_id && mount->id != *target.mount_id) {
    return weighing.add(untraceable(target, "the caller sees another filesystem there than the host"));
  }
  if (target.path.starts_with("/dev/") && !target.block_device && !target.device) {
    return weighing.add(untraceable(target, "it is no block device that the host knows"));
  }
  weighing.target_paths.push_back(&target);
  for (FsLocation& location : locate(snapshot.mounts, snapshot.host_mnt_ns, snapshot.host_mnt_ns, target.path)) {
    weighing.target_locations.push_back(std::move(location));
  }
}

bool overlap(const FsLocation& a, const FsLocation& b) {
  return a.device == b.device && (is_within(a.path, b.path) || is_within(b.path, a.path));
}

}  // namespace

void place_targets(Weighing& weighing) {
  for (const Target& target : weighing.request.targets) {
    if (const BlockDeviceFact* device =
            target.block_device || !target.device ? find_device(weighing, target) : nullptr) {
      weighing.target_devices.insert(device->device);
    } else if (target.block_device) {
      weighing.add(untraceable(target, "guardd does not see such a block device"));
    } else {
      place_path(weighing, target);
    }
  }
}

bool touches(const Weighing& weighing, const std::vector<DeviceNumber>& devices,
             const std::vector<FsLocation>& locations, bool traceable) {
  if (weighing.request.whole_host || !traceable) return true;
  const bool on_target =
      std::ranges::any_of(devices, [&](DeviceNumber d) { return weighing.target_devices.contains(d); });
  const bool in_path = std::ranges::any_of(locations, [&](const FsLocation& location) {
    return std::ranges::any_of(weighing.target_locations, [&](const FsLocation& t) { return overlap(location, t); });
  });
  return on_target || in_path;
}

}  // namespace guardd::decide_detail
