// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

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
    for (const std::string& exporter : device->exported_by) {
      uses.add({.inspector = "storage",
                .pid = {},
                .exe = {},
                .file = "/dev/" + device->name,
                .detail = "exported by " + exporter});
    }
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

bool is_right_in(const FsLocation& file, const FsLocation& directory) {
  const std::size_t slash = std::max<std::size_t>(file.path.rfind('/'), 1);
  return file.device == directory.device && std::string_view(file.path).substr(0, slash) == directory.path;
}

/// Mounts beneath the path, of parts of it elsewhere, and processes that work there, whatever their name for it is.
Uses uses_of_path(const Weighing& weighing, const std::string& path) {
  const Snapshot& snapshot = weighing.snapshot;
  Uses uses;
  const std::vector<FsLocation> targets = locate(weighing.mounts, snapshot.host_mnt_ns, snapshot.host_mnt_ns, path);
  const auto look = std::ranges::find(snapshot.target_looks, path, &TargetLookFact::path);
  const bool is_file = look != snapshot.target_looks.end() && look->regular_file;
  const auto in_target = [&](const FsLocation& other) {
    return std::ranges::any_of(targets, [&](const FsLocation& target) {
      return target.device == other.device && is_within(other.path, target.path);
    });
  };
  // Which file of a directory is open is not known: it may be the target.
  const auto beside_target = [&](const FsLocation& other) {
    return is_file && std::ranges::any_of(targets, [&](const FsLocation& file) { return is_right_in(file, other); });
  };
  for (const MountFact& mount : snapshot.mounts) {
    if (mount.mnt_ns == snapshot.host_mnt_ns && is_within(mount.mountpoint, path)) {
      uses.add({.inspector = "storage",
                .pid = {},
                .exe = {},
                .file = mount.mountpoint,
                .detail = "a filesystem is mounted there"});
    }
  }
  for (const MountFact& mount : snapshot.mounts) {
    // A container's volume, or a bind mount: the root of the whole filesystem is no part of a path in it.
    const FsLocation upper{mount.device, mount.fstype, mount.root};
    bool is_part = mount.root != "/" && in_target(upper);
    if (!mount.upperdir.empty()) {
      const auto layers = locate(weighing.mounts, mount.mnt_ns, snapshot.host_mnt_ns, mount.mountpoint);
      is_part = is_part || std::ranges::any_of(layers, in_target);
    }
    if (!is_part) continue;
    uses.add({.inspector = "storage",
              .pid = {},
              .exe = {},
              .file = mount.mountpoint,
              .detail = "a part of it is mounted there"});
  }
  if (look != snapshot.target_looks.end()) {
    for (const std::string& file : look->in_use) {
      uses.add({.inspector = "targets", .pid = {}, .exe = {}, .file = file, .detail = "in use by the kernel"});
    }
  }
  for (const BusyDirectory& busy : snapshot.busy_directories) {
    const bool is_named = busy.mnt_ns == snapshot.host_mnt_ns && is_within(busy.path, path);
    const auto lies_in_target = [&] {
      const auto places = locate(weighing.mounts, busy.mnt_ns, snapshot.host_mnt_ns, busy.path);
      return std::ranges::any_of(places, in_target) || (!busy.cwd && std::ranges::any_of(places, beside_target));
    };
    if (is_named || lies_in_target()) {
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
