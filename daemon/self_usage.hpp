// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "core/result.hpp"

namespace guardd {

/// What guardd has cost this host so far, and holds now.
struct SelfUsage {
  double cpu_s = 0;                       ///< of guardd, its fork server, and its workers that have ended
  std::uint64_t resident_bytes = 0;       ///< of guardd and its fork server, pages that they share counted twice
  std::uint64_t descriptors = 0;          ///< of guardd
  std::uint64_t descriptors_limit = 0;    ///< RLIMIT_NOFILE of guardd and what it starts, getrlimit(2)
  std::uint64_t address_space_bytes = 0;  ///< of guardd
  std::uint64_t address_space_limit_bytes =
      0;                       ///< RLIMIT_AS of guardd and what it starts; RLIM_INFINITY where there is none
  std::uint64_t wake_ups = 0;  ///< of guardd's threads: voluntary context switches, getrusage(2)
};

/// Errors: that one of the files of /proc can't be read, os_error's codes and parse_stat's.
Result<SelfUsage> read_self_usage(pid_t fork_server);

}  // namespace guardd
