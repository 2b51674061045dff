// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/facts.hpp"
#include "daemon/data/node.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// Who has a lock on a file: by fcntl(2) F_GETLK, which asks the filesystem, and by /proc/locks, which has flock(2)
/// too.
class LockHolders {
 public:
  /// Reads /proc/locks; what can't be read is a problem.
  LockHolders(const HostRoot& host, std::vector<std::string>& problems);

  /// Processes with a lock on a regular file; 0 for a holder that has no number here: an open file description's lock,
  /// or a process outside guardd's pid namespace. `device` is the filesystem's as mountinfo has it: /proc/locks prints
  /// that, not st_dev.
  [[nodiscard]] std::set<std::int32_t> of(const Node& file, DeviceNumber device) const;

 private:
  std::map<std::pair<DeviceNumber, std::uint64_t>, std::set<std::int32_t>> by_file_;
};

}  // namespace guardd
