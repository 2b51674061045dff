// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>

#include "core/facts.hpp"
#include "core/result.hpp"
#include "daemon/inspect/proc_io.hpp"

namespace guardd::walk {

struct MountedOn {
  DeviceNumber device;
  bool walkable = false;  ///< stat(2) there is answered by this kernel alone and can't hang
};

/// What filesystem a mount id stands for, by the mount table of the process that holds the file. Tables are kept, by
/// mount namespace, for the length of one walk: the files of a database are hundreds, on one or two mounts.
class MountLookup {
 public:
  /// `process` is a descriptor of /proc/PID or its task's directory, `mnt_ns` its mount namespace.
  [[nodiscard]] Result<MountedOn> find(int process, std::int32_t pid, std::uint64_t mnt_ns, std::int64_t mount_id);

 private:
  using Table = std::unordered_map<std::int64_t, MountedOn>;

  std::unordered_map<std::uint64_t, Table> tables_;
  /// A process in a chroot sees only some of its namespace's mounts: where one is not known yet, each process's own
  /// table is asked once.
  std::int32_t loaded_pid_ = -1;
  TextBuffer text_;
};

}  // namespace guardd::walk
