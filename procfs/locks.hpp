// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace guardd {

enum class LockKind { posix, flock, ofd, lease, other };

/// One line of /proc/locks, proc_locks(5).
struct LockLine {
  LockKind kind = LockKind::other;
  bool waiting = false;     ///< "->": a request that waits for the lock above it
  std::int32_t pid = 0;     ///< in the reader's pid namespace; -1 for OFD locks, 0 for a holder outside the namespace
  std::uint32_t major = 0;  ///< of the inode's st_dev: not a disk on btrfs and overlayfs
  std::uint32_t minor = 0;
  std::uint64_t inode = 0;  ///< 0 with major 0 and minor 0 where the kernel printed "<none>"
};

/// /proc/locks. A line that is none is an error ("bad_locks"); there are no others to trust then. Format:
/// lock_get_status() in the kernel's fs/locks.c.
Result<std::vector<LockLine>> parse_locks(std::string_view text);

}  // namespace guardd
