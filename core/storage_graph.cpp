// SPDX-License-Identifier: Apache-2.0
#include "core/storage_graph.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace guardd {
namespace {

/// Stands on devices of this host, and sysfs need not say on which: a ZFS volume never does, DRBD only on newer
/// kernels.
bool hides_its_slaves(std::string_view name) {
  constexpr std::array<std::string_view, 2> prefixes{"drbd", "zd"};
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) {
    return name.size() > prefix.size() && name.starts_with(prefix) &&
           name.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
  });
}

}  // namespace

StorageGraph::StorageGraph(const std::vector<BlockDeviceFact>& devices, const std::vector<MountFact>& mounts)
    : devices_(devices) {
  for (const MountFact& mount : mounts) {
    if (mount.fstype == "tmpfs" || mount.fstype == "ramfs") memory_.insert(mount.device);
  }
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    by_number_.emplace(devices_[i].device, i);
    by_name_.emplace(devices_[i].name, i);
    for (const std::string& holder : devices_[i].holders) held_by_[holder].push_back(i);
  }
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    for (const DeviceNumber parent : parents(devices_[i]).devices) children_[parent].push_back(i);
  }
}

const BlockDeviceFact* StorageGraph::find(DeviceNumber device) const {
  const auto found = by_number_.find(device);
  return found == by_number_.end() ? nullptr : &devices_[found->second];
}

const BlockDeviceFact* StorageGraph::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &devices_[found->second];
}

StorageGraph::Parents StorageGraph::parents(const BlockDeviceFact& device) const {
  Parents result;
  std::vector<std::string_view> names(device.slaves.begin(), device.slaves.end());
  if (!device.parent.empty()) names.emplace_back(device.parent);
  // The kernel says it on both sides: one that can't be read must not cut the stack.
  if (const auto held = held_by_.find(device.name); held != held_by_.end()) {
    for (const std::size_t below : held->second) {
      if (std::ranges::find(names, devices_[below].name) == names.end()) names.emplace_back(devices_[below].name);
    }
  }
  for (const std::string_view name : names) {
    if (const BlockDeviceFact* parent = find(name)) {
      result.devices.push_back(parent->device);
    } else {
      result.complete = false;
    }
  }
  result.devices.insert(result.devices.end(), device.backing_devices.begin(), device.backing_devices.end());
  if (!device.backing_file.empty() && device.backing_devices.empty()) result.complete = false;
  if (names.empty() && hides_its_slaves(device.name)) result.complete = false;
  return result;
}

StorageGraph::Ancestry StorageGraph::ancestors(DeviceNumber device) const {
  Ancestry result;
  std::set<DeviceNumber> seen{device};
  result.devices.push_back(device);
  for (std::size_t next = 0; next < result.devices.size(); ++next) {
    const BlockDeviceFact* fact = find(result.devices[next]);
    if (fact == nullptr) {
      result.traceable = result.traceable && is_memory(result.devices[next]);
      continue;
    }
    const Parents above = parents(*fact);
    result.traceable = result.traceable && above.complete;
    for (const DeviceNumber parent : above.devices) {
      if (seen.insert(parent).second) result.devices.push_back(parent);
    }
  }
  return result;
}

std::vector<DeviceNumber> StorageGraph::descendants(DeviceNumber device) const {
  std::vector<DeviceNumber> result{device};
  std::set<DeviceNumber> seen{device};
  for (std::size_t next = 0; next < result.size(); ++next) {
    for (const BlockDeviceFact* child : children(result[next])) {
      if (seen.insert(child->device).second) result.push_back(child->device);
    }
  }
  return result;
}

std::vector<const BlockDeviceFact*> StorageGraph::children(DeviceNumber device) const {
  std::vector<const BlockDeviceFact*> result;
  const auto found = children_.find(device);
  if (found == children_.end()) return result;
  for (const std::size_t index : found->second) result.push_back(&devices_[index]);
  return result;
}

}  // namespace guardd
