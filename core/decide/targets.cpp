// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/weighing.hpp"
#include "core/trace.hpp"

namespace guardd::decide_detail {
namespace {

Reason untraceable(const Target& target, const std::string& why) {
  return unknown("target.untraceable", "the target " + target.path + " could not be traced: " + why,
                 "name the device by its /dev node as the host sees it, and ask from the host's own namespaces");
}

/// The device that a target names: by the number that the caller resolved, which must be one that guardd sees too.
const BlockDeviceFact* find_device(const StorageGraph& graph, const Target& target) {
  constexpr std::string_view dev = "/dev/";
  const BlockDeviceFact* const by_name =
      target.path.starts_with(dev) ? graph.find(std::string_view(target.path).substr(dev.size())) : nullptr;
  if (!target.device) return by_name;
  if (!target.block_device) return nullptr;
  const BlockDeviceFact* const by_number = graph.find(*target.device);
  return by_name != nullptr && by_name != by_number ? nullptr : by_number;
}

void place_path(Weighing& weighing, const Target& target) {
  const Snapshot& snapshot = weighing.snapshot;
  const MountFact* mount = mount_of(weighing.mounts, snapshot.host_mnt_ns, target.path);
  if (mount == nullptr) return weighing.add(untraceable(target, "it is in no mount of the host"));
  if (target.mount_id && mount->id != *target.mount_id) {
    return weighing.add(untraceable(target, "the caller sees another filesystem there than the host"));
  }
  if (target.path.starts_with("/dev/") && !target.block_device && !target.device) {
    return weighing.add(untraceable(target, "it is no block device that the host knows"));
  }
  const auto& looks = weighing.snapshot.target_looks;
  const auto look = std::ranges::find(looks, target.path, &TargetLookFact::path);
  if (look == looks.end() || !look->whole.value_or(false)) {
    weighing.add(untraceable(target, "it was not looked through: " +
                                         (look == looks.end() ? "only the paths of a wipe are" : look->whole.why())));
  }
  weighing.target_paths.push_back(&target);
  for (FsLocation& location : locate(weighing.mounts, snapshot.host_mnt_ns, snapshot.host_mnt_ns, target.path)) {
    weighing.target_locations.push_back(std::move(location));
  }
}

bool overlap(const FsLocation& a, const FsLocation& b) {
  return a.device == b.device && (is_within(a.path, b.path) || is_within(b.path, a.path));
}

/// Whether nobody claims any of the targets, by an exclusive open of each and of all that stands on it. A filesystem
/// that is in use, even one that is in no mount table any more, claims its device; so nothing that is in use lies on an
/// unclaimed one.
bool nobody_claims_targets(const Weighing& weighing) {
  if (weighing.target_devices.empty() || !weighing.target_paths.empty()) return false;
  const auto is_free = [&](DeviceNumber device) {
    const auto found = std::ranges::find(weighing.snapshot.claims, device, &DeviceClaimFact::device);
    return found != weighing.snapshot.claims.end() && !found->claimed.value_or(true);
  };
  return std::ranges::all_of(weighing.target_devices, [&](DeviceNumber target) {
    return std::ranges::all_of(weighing.graph.descendants(target), is_free);
  });
}

/// Everything that shares its fate with a device: what it stands on, what stands on it, and the filesystems there.
Trace trace_device(const StorageGraph& graph, DeviceNumber device) {
  Trace trace{graph.ancestors(device).devices, true, {}};
  for (const DeviceNumber one : graph.descendants(device)) {
    trace.devices.push_back(one);
    trace.locations.push_back({one, "", "/"});
  }
  return trace;
}

/// Where a target is now. A device is looked up by its name: numbers are given anew at every boot. One that is not
/// there can't be compared with anything, and so weighs on every target.
Trace trace_target(const Weighing& weighing, const Target& target) {
  constexpr std::string_view dev = "/dev/";
  if (target.block_device || target.path.starts_with(dev)) {
    const BlockDeviceFact* device =
        target.path.starts_with(dev) ? weighing.graph.find(std::string_view(target.path).substr(dev.size())) : nullptr;
    return device == nullptr ? Trace{{}, false, {}} : trace_device(weighing.graph, device->device);
  }
  return trace_host_path(weighing, target.path);
}

}  // namespace

void place_targets(Weighing& weighing) {
  for (const Target& target : weighing.request.targets) {
    if (const BlockDeviceFact* device = find_device(weighing.graph, target)) {
      weighing.target_devices.insert(device->device);
    } else if (target.block_device) {
      weighing.add(untraceable(target, "guardd sees no block device of that name and number"));
    } else {
      place_path(weighing, target);
    }
  }
}

Trace trace_host_path(const Weighing& weighing, const std::string& path) {
  const Snapshot& snapshot = weighing.snapshot;
  const MountFact* const mount = mount_of(weighing.mounts, snapshot.host_mnt_ns, path);
  const Known<DeviceNumber> device =
      mount != nullptr ? Known<DeviceNumber>(mount->device) : Unknown{"in no known mount"};
  return trace_place(weighing.graph, weighing.mounts, snapshot.host_mnt_ns, snapshot.host_mnt_ns, path, device);
}

bool touches(const Weighing& weighing, const std::vector<DeviceNumber>& devices,
             const std::vector<FsLocation>& locations, bool traceable) {
  if (weighing.request.whole_host) return true;
  if (!traceable && !nobody_claims_targets(weighing)) return true;
  const bool on_target =
      std::ranges::any_of(devices, [&](DeviceNumber d) { return weighing.target_devices.contains(d); });
  const bool in_path = std::ranges::any_of(locations, [&](const FsLocation& location) {
    return std::ranges::any_of(weighing.target_locations, [&](const FsLocation& t) { return overlap(location, t); });
  });
  return on_target || in_path;
}

bool touches_target(const Weighing& weighing, const Target& target) {
  const Trace trace = trace_target(weighing, target);
  return !trace.traceable || touches(weighing, trace.devices, trace.locations, true);
}

}  // namespace guardd::decide_detail

namespace guardd {

std::vector<DeviceNumber> devices_to_claim(const Snapshot& snapshot, const CheckRequest& request) {
  if (request.operation != Operation::wipe) return {};
  const StorageGraph graph(snapshot.devices, snapshot.mounts);
  std::set<DeviceNumber> devices;
  for (const Target& target : request.targets) {
    const BlockDeviceFact* device = decide_detail::find_device(graph, target);
    if (device == nullptr) continue;
    for (const DeviceNumber one : graph.descendants(device->device)) devices.insert(one);
  }
  return {devices.begin(), devices.end()};
}

}  // namespace guardd
