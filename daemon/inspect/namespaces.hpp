// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/facts.hpp"
#include "core/result.hpp"

namespace guardd {

/// The inode number in a namespace link's target, namespaces(7): "mnt:[4026531841]" for kind "mnt".
std::optional<std::uint64_t> parse_namespace_link(std::string_view target, std::string_view kind);

/// The namespaces of a process. `process` is a descriptor of /proc/PID or of /proc/PID/task/TID. A link that can't be
/// read is an error; only the time namespace may be absent (before Linux 5.6) and is 0 then.
Result<Namespaces> read_namespaces(int process);

}  // namespace guardd
