// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// The block devices of a host and what stands on what. Pure over facts.
class StorageGraph {
 public:
  explicit StorageGraph(const std::vector<BlockDeviceFact>& devices);

  /// The device and all that it stands on: a partition's disk, dm and md slaves, the disk under a loop device's file. The
  /// bool is false when some part of that can't be traced.
  [[nodiscard]] std::pair<std::vector<DeviceNumber>, bool> ancestors(DeviceNumber device) const;
  /// The device and all that stands on it.
  [[nodiscard]] std::vector<DeviceNumber> descendants(DeviceNumber device) const;

  [[nodiscard]] const BlockDeviceFact* find(DeviceNumber device) const;
  [[nodiscard]] const BlockDeviceFact* find(std::string_view name) const;

 private:
  const std::vector<BlockDeviceFact>& devices_;
};

/// The members of a mounted filesystem: the block devices it stands on. For a btrfs, whose device number is made up, its
/// members must have been put into the mount's facts by the storage inspector as several mounts' `source`s.
struct FsLocation {
  DeviceNumber device;  ///< the filesystem's device number
  std::string path;     ///< within the filesystem
};

/// Where an absolute path of one mount namespace lies: through the mount table, and through overlay to its upperdir.
std::optional<FsLocation> locate(const std::vector<MountFact>& mounts, std::uint64_t mnt_ns, std::string_view path);

/// True when `path` is `directory` or lies beneath it; both absolute or both relative.
bool is_within(std::string_view path, std::string_view directory);

}  // namespace guardd
