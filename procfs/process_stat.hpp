// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace guardd {

/// What guardd needs of /proc/PID/stat, proc_pid_stat(5).
struct ProcessStat {
  std::int32_t pid = 0;
  std::string comm;  ///< as the process named itself: the kernel's escapes of newline and backslash undone
  char state = '?';
  std::int32_t ppid = 0;
  std::uint64_t flags = 0;
  std::uint64_t cpu_ticks = 0;    ///< user and system time, its own and that of the children that it has waited for
  std::uint32_t num_threads = 0;  ///< an exited leader counts as long as other threads live
  std::uint64_t start_ticks = 0;
  std::uint64_t address_space_bytes = 0;
  std::uint64_t resident_pages = 0;

  /// PF_KTHREAD, include/linux/sched.h.
  [[nodiscard]] bool kernel_thread() const { return (flags & 0x00200000U) != 0; }
  /// Ended, only waited for: it holds nothing any more, unless other threads of it live.
  [[nodiscard]] bool leader_exited() const { return state == 'Z' || state == 'X' || state == 'x'; }
};

/// One line of /proc/PID/stat. A comm may hold anything, a ')' and more fields too: it ends at the last ')'.
Result<ProcessStat> parse_stat(std::string_view text);

}  // namespace guardd
