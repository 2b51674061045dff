// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// The mounts of one namespace, indexed for walking: what is mounted on a directory of a mount that one stands in. By
/// parent and not by path alone, for a path may have mounts that another mount hides.
class MountTable {
 public:
  MountTable() = default;
  explicit MountTable(std::vector<MountFact> mounts);

  [[nodiscard]] const std::vector<MountFact>& all() const { return mounts_; }
  [[nodiscard]] const MountFact* by_id(std::int64_t id) const;
  /// The topmost mount on the directory `path` of mount `parent`; null when nothing is mounted there.
  [[nodiscard]] const MountFact* mounted_on(std::int64_t parent, std::string_view path) const;
  /// The mount at the root of the namespace's view: its first mountpoint "/", the topmost on it. Null when there is
  /// none.
  [[nodiscard]] const MountFact* root() const;

 private:
  [[nodiscard]] const MountFact* topmost(const MountFact* mount) const;

  std::vector<MountFact> mounts_;
  std::unordered_map<std::int64_t, std::size_t> by_id_;
  std::unordered_map<std::int64_t, std::map<std::string, std::size_t, std::less<>>> by_place_;  ///< parent, mountpoint
};

}  // namespace guardd
