// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/superblocks.hpp"

#include <algorithm>
#include <map>

#include "core/locate.hpp"
#include "daemon/data/safe_walk.hpp"
#include "daemon/storage/fs_class.hpp"

namespace guardd {
namespace {

constexpr int max_mounts_upon = 64;  // mounts upon mounts; a table may claim that two lie on each other

template <typename Wanted>
std::vector<Superblock> superblocks_of(const std::vector<View*>& views, Wanted is_wanted) {
  std::vector<Superblock> superblocks;
  std::map<DeviceNumber, std::size_t> places;
  for (View* view : views) {
    for (const MountFact& mount : view->mounts().all()) {
      if (!is_wanted(*view, mount)) continue;
      const auto [place, is_new] = places.emplace(mount.device, superblocks.size());
      if (is_new) superblocks.push_back({mount.device, mount.fstype, {}});
      superblocks[place->second].mounts.push_back({view, mount});
    }
  }
  for (Superblock& superblock : superblocks) {
    // Stable: among equals the host's mount, and the earlier one, comes first.
    std::ranges::stable_sort(superblock.mounts, {},
                             [](const MountInView& one) { return one.mount.root == "/" ? 0 : one.mount.root.size(); });
  }
  return superblocks;
}

/// What hangs beneath the kernel's own filesystems is theirs too, and is reached only through them: where cgroup v1 is
/// in use, /sys/fs/cgroup is a tmpfs.
bool hangs_beneath_pseudo(const View& view, const MountFact& mount) {
  const MountFact* above = view.mounts().by_id(mount.parent);
  for (int climbed = 0; above != nullptr && climbed < max_mounts_upon; ++climbed) {
    if (classify_filesystem(above->fstype, above->device) == FsClass::pseudo) return true;
    above = view.mounts().by_id(above->parent);
  }
  return false;
}

}  // namespace

std::vector<Superblock> durable_superblocks(const std::vector<View*>& views) {
  return superblocks_of(views, [](const View&, const MountFact& mount) {
    return is_durable(classify_filesystem(mount.fstype, mount.device));
  });
}

std::vector<Superblock> searched_superblocks(const Views& views) {
  return superblocks_of(views.namespaces(), [&](const View& view, const MountFact& mount) {
    const FsClass fs_class = classify_filesystem(mount.fstype, mount.device);
    if (is_durable(fs_class)) return true;
    // A container's overlay is not searched by itself: its upper directory lies on a filesystem that is.
    const bool is_overlay_root = fs_class == FsClass::overlay && mount.mountpoint == "/";
    const bool is_memory = fs_class == FsClass::memory && !hangs_beneath_pseudo(view, mount);
    return views.is_host(view) && (is_memory || is_overlay_root);
  });
}

std::vector<MountInView> covering_mounts(const Superblock& superblock) {
  std::vector<MountInView> covering;
  for (const MountInView& candidate : superblock.mounts) {
    const bool covered = std::ranges::any_of(
        covering, [&](const MountInView& chosen) { return is_within(candidate.mount.root, chosen.mount.root); });
    if (!covered) covering.push_back(candidate);
  }
  return covering;
}

Result<OpenMount> open_mount(const Superblock& superblock, const MountInView& wanted) {
  constexpr int max_attempts = 16;
  Error last{"hidden", wanted.mount.mountpoint + ": hidden beneath another mount"};
  int attempts = 0;
  for (const MountInView& candidate : superblock.mounts) {
    if (candidate.mount.root != wanted.mount.root) continue;
    if (++attempts > max_attempts) break;
    Result<Node> node = walk(*candidate.view, candidate.mount.mountpoint);
    if (!node) {
      if (!is_absence(node.error())) last = node.error();
      continue;
    }
    if (node->identity.mount_id == candidate.mount.id) return OpenMount{candidate, std::move(node).value()};
  }
  return last;
}

}  // namespace guardd
