// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace guardd {

/// Where a process stands in the host's cgroups.
struct CgroupPlace {
  std::string path;       ///< in the v2 hierarchy, or in name=systemd where that says more
  std::string unit;       ///< the system manager's unit: "mariadb.service"; empty outside of any
  std::string user_unit;  ///< the user manager's unit below user@UID.service; mostly empty
};

/// /proc/PID/cgroup, cgroups(7). An unreadable line is an error ("bad_cgroup"); no cgroup at all is an empty place.
Result<CgroupPlace> parse_cgroup(std::string_view text);

/// The unit that a cgroup path belongs to: the first component below the slices, as systemd's cg_path_get_unit() has
/// it, with the "_" of an escaped name undone. Empty when that component is no unit.
std::string_view unit_of_cgroup(std::string_view path);

}  // namespace guardd
