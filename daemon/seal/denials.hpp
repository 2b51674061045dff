// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/seal_entries.hpp"
#include "seal/layout.h"

namespace guardd::seal {

/// What was to be done to a device: opening it, or a command to it when it is open (ioctl(2)).
enum class Access { read, write, command };
std::string_view to_string(Access access);

/// An opening or a command that was denied, or would have been; or several that are the same in all that is told of
/// them.
struct Denial {
  bool denied = true;
  Access access = Access::read;
  DeviceNode node;
  std::int32_t pid = 0;  ///< 0 where it has no number in guardd's pid namespace
  std::uint32_t uid = 0;
  std::string comm;    ///< raw bytes
  std::string exe;     ///< empty where the process had ended by the time it was looked at
  std::string cgroup;  ///< path below the root; empty where the cgroup is gone
  std::string unit;    ///< of the cgroup, or empty
  std::int64_t boot_ms = 0;
  std::uint64_t times = 1;
};

/// What a process in a cgroup of this number is called by; cgroups are walked for it, and found ones remembered.
class CgroupNames {
 public:
  explicit CgroupNames(std::string root) : root_(std::move(root)) {}
  /// The path below the root, "/" being the root itself; empty where there is none such.
  std::string path_of(std::uint64_t id);

 private:
  void walk();

  std::string root_;
  std::map<std::uint64_t, std::string> paths_;
};

/// Looks at once at who it was: most tools end as soon as they are denied.
Denial describe(const guardd_seal_event& event, CgroupNames& cgroups);

/// Adds one more; to its like where there is one already.
void add(std::vector<Denial>& denials, Denial one);

}  // namespace guardd::seal
