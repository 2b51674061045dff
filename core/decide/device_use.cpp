// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

constexpr std::size_t max_evidence = 8;

struct Uses {
  std::vector<Evidence> evidence;
  void add(Evidence one) {
    if (evidence.size() < max_evidence) evidence.push_back(std::move(one));
  }
};

std::string node(const Weighing& weighing, DeviceNumber device) {
  const BlockDeviceFact* fact = weighing.graph.find(device);
  return fact != nullptr ? "/dev/" + fact->name : std::to_string(device.major) + ":" + std::to_string(device.minor);
}

/// Uses of the device and of all that stands on it. A partition's whole disk, when a program has it open, counts for
/// the partition.
Uses uses_of(const Weighing& weighing, DeviceNumber target) {
  const Snapshot& snapshot = weighing.snapshot;
  const std::vector<DeviceNumber> list = weighing.graph.descendants(target);
  const std::set<DeviceNumber> stack(list.begin(), list.end());
  Uses uses;
  for (const MountFact& mount : snapshot.mounts) {
    if (!stack.contains(mount.device)) continue;
    uses.add({.inspector = "storage",
              .pid = {},
              .exe = {},
              .file = mount.mountpoint,
              .detail = node(weighing, mount.device) + " is mounted"});
  }
  for (const DeviceNumber number : list) {
    const BlockDeviceFact* device = weighing.graph.find(number);
    if (device == nullptr) continue;
    if (device->swap)
      uses.add(
          {.inspector = "storage", .pid = {}, .exe = {}, .file = "/dev/" + device->name, .detail = "swap is on it"});
    for (const std::string& holder : device->holders) {
      uses.add({.inspector = "storage",
                .pid = {},
                .exe = {},
                .file = "/dev/" + holder,
                .detail = "holds /dev/" + device->name});
    }
    if (number != target && !device->backing_file.empty()) {
      uses.add({.inspector = "storage",
                .pid = {},
                .exe = {},
                .file = device->backing_file,
                .detail = "/dev/" + device->name + " stands on it"});
    }
  }
  for (const DeviceClaimFact& claim : snapshot.claims) {
    if (!stack.contains(claim.device) || !claim.claimed.known() || !claim.claimed.value()) continue;
    uses.add({.inspector = "claims",
              .pid = {},
              .exe = {},
              .file = node(weighing, claim.device),
              .detail = "the kernel or a program claims it for itself"});
  }
  const BlockDeviceFact* fact = weighing.graph.find(target);
  const BlockDeviceFact* disk = fact != nullptr && !fact->parent.empty() ? weighing.graph.find(fact->parent) : nullptr;
  for (const OpenDeviceFact& open : snapshot.open_devices) {
    if (!stack.contains(open.device) && (disk == nullptr || open.device != disk->device)) continue;
    uses.add({.inspector = "open_files",
              .pid = open.pid,
              .exe = open.exe,
              .file = open.path,
              .detail = open.writable ? "open for writing" : "open"});
  }
  return uses;
}

/// Mounts beneath the path and processes that work there.
Uses uses_of_path(const Weighing& weighing, const std::string& path) {
  const Snapshot& snapshot = weighing.snapshot;
  Uses uses;
  for (const MountFact& mount : snapshot.mounts) {
    if (mount.mnt_ns == snapshot.host_mnt_ns && is_within(mount.mountpoint, path)) {
      uses.add({.inspector = "storage",
                .pid = {},
                .exe = {},
                .file = mount.mountpoint,
                .detail = "a filesystem is mounted there"});
    }
  }
  for (const BusyDirectory& busy : snapshot.busy_directories) {
    if (busy.mnt_ns == snapshot.host_mnt_ns && is_within(busy.path, path)) {
      uses.add({.inspector = "open_files",
                .pid = busy.pid,
                .exe = {},
                .file = busy.path,
                .detail = busy.cwd ? "works in it" : "has a file open in it"});
    }
  }
  return uses;
}

void refuse(Weighing& weighing, const std::string& what, Uses uses) {
  if (uses.evidence.empty()) return;
  Reason reason;
  reason.message = what + " is in use: " + uses.evidence.front().file + ", " + uses.evidence.front().detail;
  reason.evidence = std::move(uses.evidence);
  weighing.refuse_by_rule("device.in_use", "", reason);
}

}  // namespace

void weigh_device_use(Weighing& weighing) {
  for (const DeviceNumber target : weighing.target_devices) {
    refuse(weighing, node(weighing, target), uses_of(weighing, target));
  }
  for (const Target* target : weighing.target_paths) {
    refuse(weighing, target->path, uses_of_path(weighing, target->path));
    if (!weighing.snapshot.busy_directories_complete) {
      weighing.add(unknown("target.untraceable",
                           "more directories are in use on this host than guardd follows, so whether " + target->path +
                               " is in use is not known",
                           "name the device instead of the path"));
    }
  }
}

}  // namespace guardd::decide_detail
