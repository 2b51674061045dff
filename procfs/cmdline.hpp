// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace guardd {

/// More arguments than any service has; what follows is not taken apart.
inline constexpr std::size_t max_arguments = 4096;

/// /proc/PID/cmdline: each argument ends with a NUL; a process that wrote a title over them may have left none. Views
/// into `text`, at most max_arguments. Padding NULs at the end are no arguments; empty ones in between are.
void parse_cmdline(std::string_view text, std::vector<std::string_view>& arguments);

}  // namespace guardd
