// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.hpp"

namespace guardd {

/// What guardd needs of /proc/PID/status, proc_pid_status(5).
struct ProcessStatus {
  std::uint32_t uid = 0;  ///< the effective one
  std::uint64_t cap_eff = 0;
};

/// /proc/PID/status. An absent Uid or CapEff line is an error ("bad_status").
Result<ProcessStatus> parse_status(std::string_view text);

}  // namespace guardd
