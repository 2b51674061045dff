// SPDX-License-Identifier: Apache-2.0
#include "core/locate.hpp"

#include <algorithm>

namespace guardd {
namespace {

constexpr int max_overlays = 4;  // the kernel stacks filesystems no deeper than 2 (FILESYSTEM_MAX_STACK_DEPTH)

std::string join(std::string_view directory, std::string_view rest) {
  std::string joined(directory == "/" ? "" : directory);
  joined += rest;
  return joined.empty() ? "/" : joined;
}

std::string_view beneath(std::string_view path, std::string_view directory) {
  return directory == "/" ? (path == "/" ? std::string_view() : path) : path.substr(directory.size());
}

void locate_into(std::vector<FsLocation>& result, const MountIndex& mounts, std::uint64_t mnt_ns,
                 std::uint64_t host_mnt_ns, std::string_view path, int depth) {
  const MountFact* mount = mount_of(mounts, mnt_ns, path);
  if (mount == nullptr || depth > max_overlays) return;
  const std::string within = join(mount->root, beneath(path, mount->mountpoint));
  if (mount->fstype != "overlay" || mount->upperdir.empty()) {
    FsLocation location{mount->device, mount->fstype, within};
    if (std::ranges::find(result, location) == result.end()) result.push_back(std::move(location));
    return;
  }
  const std::string upper = join(mount->upperdir, within == "/" ? "" : std::string_view(within));
  for (const std::uint64_t ns : {mnt_ns, host_mnt_ns}) {
    const MountFact* under = mount_of(mounts, ns, upper);
    // An overlay whose upper directory seems to lie on itself was mounted from another namespace.
    if (under != nullptr && under->device != mount->device) {
      locate_into(result, mounts, ns, host_mnt_ns, upper, depth + 1);
    }
    if (mnt_ns == host_mnt_ns) break;
  }
}

}  // namespace

bool is_within(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.starts_with('/');
  return path == directory ||
         (path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/');
}

MountIndex::MountIndex(const std::vector<MountFact>& mounts) {
  for (const MountFact& mount : mounts) {
    by_namespace_[mount.mnt_ns].push_back(&mount);
    by_device_.emplace(mount.device, &mount);
  }
}

const std::vector<const MountFact*>& MountIndex::in_namespace(std::uint64_t mnt_ns) const {
  static const std::vector<const MountFact*> none;
  const auto found = by_namespace_.find(mnt_ns);
  return found == by_namespace_.end() ? none : found->second;
}

const MountFact* MountIndex::of_device(DeviceNumber device) const {
  const auto found = by_device_.find(device);
  return found == by_device_.end() ? nullptr : found->second;
}

const MountFact* mount_of(const MountIndex& mounts, std::uint64_t mnt_ns, std::string_view path) {
  const std::vector<const MountFact*>& candidates = mounts.in_namespace(mnt_ns);
  const MountFact* best = nullptr;
  for (const MountFact* mount : candidates) {
    if (!is_within(path, mount->mountpoint)) continue;
    if (best == nullptr || mount->mountpoint.size() > best->mountpoint.size()) best = mount;
  }
  const auto lies_on_best = [&](const MountFact* mount) {
    return mount->mountpoint == best->mountpoint && mount->parent == best->id && mount != best;
  };
  for (std::size_t climbed = 0; best != nullptr && climbed < candidates.size(); ++climbed) {
    const auto above = std::ranges::find_if(candidates, lies_on_best);
    if (above == candidates.end()) break;
    best = *above;
  }
  return best;
}

std::vector<FsLocation> locate(const MountIndex& mounts, std::uint64_t mnt_ns, std::uint64_t host_mnt_ns,
                               std::string_view path) {
  std::vector<FsLocation> result;
  locate_into(result, mounts, mnt_ns, host_mnt_ns, path, 0);
  return result;
}

}  // namespace guardd
