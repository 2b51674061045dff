// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace guardd {

/// What guardd needs of /proc/PID/fdinfo/N, proc_pid_fdinfo(5).
struct FdInfo {
  std::uint32_t flags = 0;     ///< open(2)'s, with the access mode
  std::int64_t mount_id = -1;  ///< in the first field of mountinfo; -1 where the kernel gave none
  std::uint64_t inode = 0;     ///< 0 before Linux 5.14
  /// The files registered with an io_uring, for which no descriptor need be open. Absent where there is no "UserFiles"
  /// line: not an io_uring, or one whose lock was taken just then (io_uring/fdinfo.c only tries it).
  std::optional<std::vector<std::string>> user_files;

  /// O_WRONLY or O_RDWR.
  [[nodiscard]] bool writable() const { return (flags & 3U) != 0; }
};

/// /proc/PID/fdinfo/N. No flags line, or one of the known lines unreadable, is an error ("bad_fdinfo").
Result<FdInfo> parse_fdinfo(std::string_view text);

}  // namespace guardd
