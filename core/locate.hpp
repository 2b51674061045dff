// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// Where something lies on a filesystem, whatever name it was reached by: two names of one directory have one location.
struct FsLocation {
  DeviceNumber device;  ///< the filesystem's, as mountinfo has it
  std::string fstype;
  std::string path;  ///< within the filesystem, absolute
  bool operator==(const FsLocation&) const = default;
};

/// Mounts by what they are asked for: a host with many containers has hundreds of thousands. Refers to the facts, which
/// must outlive it.
class MountIndex {
 public:
  explicit MountIndex(const std::vector<MountFact>& mounts);

  /// In the order of the facts.
  [[nodiscard]] const std::vector<const MountFact*>& in_namespace(std::uint64_t mnt_ns) const;
  /// One of the filesystem's mounts, in whatever namespace; null: it is mounted nowhere.
  [[nodiscard]] const MountFact* of_device(DeviceNumber device) const;

 private:
  std::map<std::uint64_t, std::vector<const MountFact*>> by_namespace_;
  std::map<DeviceNumber, const MountFact*> by_device_;
};

/// Every location that an absolute path of the mount namespace may have. One for an ordinary mount. On an overlay it is
/// where its upper directory lies, which was named in the mounter's namespace: that may be this one or the host's, so
/// both are followed and what is found is united. Empty when the path is in no known mount.
std::vector<FsLocation> locate(const MountIndex& mounts, std::uint64_t mnt_ns, std::uint64_t host_mnt_ns,
                               std::string_view path);

/// The mount that a path of the namespace is in: the longest mount point, the topmost where several lie on it. Null:
/// none.
const MountFact* mount_of(const MountIndex& mounts, std::uint64_t mnt_ns, std::string_view path);

/// True when `path` is `directory` or lies beneath it. Both absolute, without "." and "..".
bool is_within(std::string_view path, std::string_view directory);

}  // namespace guardd
