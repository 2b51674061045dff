// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/mount_table.hpp"

#include <algorithm>

namespace guardd {

MountTable::MountTable(std::vector<MountFact> mounts) : mounts_(std::move(mounts)) {
  for (std::size_t i = 0; i < mounts_.size(); ++i) {
    by_id_.emplace(mounts_[i].id, i);
    // The root mount of a table may be its own parent (rootfs); climbing from it to itself would not end.
    if (mounts_[i].parent != mounts_[i].id) by_place_[mounts_[i].parent][mounts_[i].mountpoint] = i;
  }
}

const MountFact* MountTable::by_id(std::int64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &mounts_[found->second];
}

const MountFact* MountTable::mounted_on(std::int64_t parent, std::string_view path) const {
  const auto places = by_place_.find(parent);
  if (places == by_place_.end()) return nullptr;
  const auto found = places->second.find(path);
  return found == places->second.end() ? nullptr : topmost(&mounts_[found->second]);
}

const MountFact* MountTable::root() const {
  const auto found = std::ranges::find(mounts_, "/", &MountFact::mountpoint);
  return found == mounts_.end() ? nullptr : topmost(&*found);
}

const MountFact* MountTable::topmost(const MountFact* mount) const {
  for (std::size_t climbed = 0; climbed < mounts_.size(); ++climbed) {
    const auto places = by_place_.find(mount->id);
    if (places == by_place_.end()) break;
    const auto above = places->second.find(mount->mountpoint);
    if (above == places->second.end()) break;
    mount = &mounts_[above->second];
  }
  return mount;
}

}  // namespace guardd
