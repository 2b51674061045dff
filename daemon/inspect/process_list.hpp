// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.hpp"

namespace guardd::walk {

/// The ids of the processes in a /proc, ascending.
Result<std::vector<std::int32_t>> list_processes(int proc);

/// The id that was given out last in this pid namespace, the last field of /proc/loadavg; nullopt where that can't be
/// read.
std::optional<std::int32_t> last_pid(int proc);

/// Whether `pid` may have been given out after `before` had been, when `now` is the last: ids go up, and around.
inline bool is_newer(std::int32_t pid, std::int32_t before, std::int32_t now) {
  return before <= now ? pid > before && pid <= now : pid > before || pid <= now;
}

}  // namespace guardd::walk
