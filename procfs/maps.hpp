// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.hpp"

namespace guardd {

/// A line of /proc/PID/maps that maps a file, proc_pid_maps(5).
struct MapLine {
  std::string_view range;  ///< "7f12-7f34", as in the line: with leading zeros
  bool shared_writable = false;
  std::uint32_t major = 0;  ///< of the filesystem's own device number: made up on btrfs and overlayfs
  std::uint32_t minor = 0;
  std::uint64_t inode = 0;
  std::string_view path;  ///< raw: a newline stands as \012, and " (deleted)" may follow
};

/// One line without its newline. A mapping without a file (anonymous, [heap], [vdso]) is nullopt. Does not allocate
/// unless it fails ("bad_maps").
Result<std::optional<MapLine>> parse_map_line(std::string_view line);

}  // namespace guardd
