// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "core/result.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// fs.mount-max of Linux: a mount namespace holds no more by default.
inline constexpr std::size_t max_mounts = 100'000;

/// /proc/PID/mountinfo, proc_pid_mountinfo(5), as mounts of namespace `mnt_ns`. All or nothing: a line that can't be
/// read, a missing last newline ("bad_mountinfo") or more than max_mounts ("too_big") is an error, for a skipped mount
/// may hide data.
///
/// Not libmount's parser: it undoes the escapes before options can be split, so that a comma in upperdir cuts the path;
/// it strips a " (deleted)" that may belong to a mountpoint's name; and it skips lines that begin with '#'.
Result<std::vector<MountFact>> parse_mountinfo(std::string_view text, std::uint64_t mnt_ns);

/// Reads the mounts that process `pid` sees, mountpoints relative to its root directory. "enoent", "esrch" or "einval"
/// (a zombie): the process has ended.
Result<std::vector<MountFact>> read_mountinfo(std::int32_t pid, std::uint64_t mnt_ns, const HostRoot& root);

}  // namespace guardd
