// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/result.hpp"

namespace guardd {

/// Gives up for good all that a process could do beyond its open descriptors: every capability (the bounding and
/// ambient sets too), new privileges by execve, root's uid and groups (it becomes nobody, 65534, where that uid
/// exists), being traced or dumped by its new peers. Checked afterwards. The error says what could not be given up:
/// then nothing may be trusted to this process.
std::optional<Error> drop_all_privileges();

struct ProbeLimits {
  /// Beyond what is mapped already. Not set in sanitizer builds, whose shadow is terabytes.
  std::uint64_t more_address_space_bytes = 192ULL * 1024 * 1024;
  std::uint64_t cpu_seconds = 2;
  std::uint64_t descriptors = 16;
};

/// Resource limits, hard and soft: besides `limits`, no file grows (RLIMIT_FSIZE 0), no core, no new process.
std::optional<Error> set_probe_limits(const ProbeLimits& limits);

/// Closes every descriptor from 3 on that is not in `keep`.
std::optional<Error> close_all_but(std::span<const int> keep);

}  // namespace guardd
