// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "core/decide/weighing.hpp"
#include "core/glob.hpp"
#include "core/trace.hpp"

namespace guardd::decide_detail {
namespace {

/// The system's own: mounted in the host's namespace at a place that policy lists. A filesystem bind-mounted elsewhere
/// too stays known.
bool is_known(const Weighing& weighing, const FilesystemFact& filesystem) {
  const Snapshot& snapshot = weighing.snapshot;
  return std::ranges::any_of(snapshot.mounts, [&](const MountFact& mount) {
    const bool whole = mount.root == "/" || mount.fstype == "btrfs";  // a btrfs subvolume is mounted by its root
    return mount.device == filesystem.device && mount.mnt_ns == snapshot.host_mnt_ns && whole &&
           std::ranges::any_of(weighing.policy.system_mounts,
                               [&](const std::string& glob) { return path_glob_match(glob, mount.mountpoint); });
  });
}

/// A reinstall mounts by what fstab says, later if not now; a wipe destroys what its targets stand on or carry.
bool touches_missing(const Weighing& weighing, const MissingMount& missing) {
  if (weighing.request.operation != Operation::wipe) return true;
  if (!missing.devices.known()) return !weighing.target_devices.empty();
  return std::ranges::any_of(missing.devices.value(), [&](DeviceNumber device) {
    std::vector<DeviceNumber> related = weighing.graph.ancestors(device).devices;
    std::ranges::copy(weighing.graph.descendants(device), std::back_inserter(related));
    return touches(weighing, related, {}, true);
  });
}

}  // namespace

void weigh_mounts(Weighing& weighing) {
  const Snapshot& snapshot = weighing.snapshot;
  for (const FilesystemFact& filesystem : snapshot.filesystems) {
    if (!filesystem.has_content.value_or(true) || is_known(weighing, filesystem)) continue;
    const StorageGraph::Ancestry under = weighing.graph.ancestors(filesystem.device);
    const std::vector<FsLocation> root{{filesystem.device, filesystem.fstype, "/"}};
    if (!touches(weighing, under.devices, root, under.traceable)) continue;
    Reason reason;
    reason.message = "the " + filesystem.fstype + " filesystem at " + filesystem.mountpoint +
                     (filesystem.has_content.known() ? " holds files"
                                                     : " can't be looked into (" + filesystem.has_content.why() + ")") +
                     " and is no known part of the system";
    reason.evidence.push_back(
        {.inspector = "storage", .pid = {}, .exe = {}, .file = filesystem.mountpoint, .detail = filesystem.fstype});
    weighing.refuse_by_rule("mount.unrecognised", "", reason);
  }
  for (const MissingMount& missing : snapshot.boot.missing) {
    if (!touches_missing(weighing, missing)) continue;
    Reason reason;
    reason.message = missing.named_by + " names " + missing.what + " for " + missing.where +
                     ", and it is not mounted: what it holds can't be seen";
    reason.evidence.push_back(
        {.inspector = "boot", .pid = {}, .exe = {}, .file = missing.where, .detail = missing.named_by});
    weighing.refuse_by_rule("mount.missing", "", reason);
  }
}

void weigh_protected_paths(Weighing& weighing) {
  for (const std::string& path : weighing.policy.protected_paths) {
    const Trace trace = trace_host_path(weighing, path);
    if (!touches(weighing, trace.devices, trace.locations, trace.traceable)) continue;
    Reason reason;
    reason.message = "policy protects " + path + " on this host";
    reason.evidence.push_back({.inspector = "policy", .pid = {}, .exe = {}, .file = path, .detail = "protected path"});
    weighing.refuse_by_rule("path.protected", "", reason);
  }
}

}  // namespace guardd::decide_detail
