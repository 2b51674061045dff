// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace guardd {

/// One line of /proc/PID/net/unix, proc_net_unix(5).
struct UnixSocket {
  std::uint64_t inode = 0;
  bool listening = false;  ///< __SO_ACCEPTCON among the flags
  std::uint32_t type = 0;  ///< 1 for SOCK_STREAM
  std::string path;        ///< as it was bound, relative paths too; empty for one without a name
  bool abstract = false;   ///< then `path` is without the leading '@'
};

/// /proc/PID/net/unix. The kernel prints names raw, so a name with a newline spreads over lines, and any user can bind
/// a name that reads like a line of this file. What does not look like a line continues the name before it; what does
/// is taken for one: a path from here is a hint, to be proved by SO_PEERCRED once connected. Error "bad_net_unix": no
/// header, or a rest that belongs to no line.
Result<std::vector<UnixSocket>> parse_net_unix(std::string_view text);

}  // namespace guardd
