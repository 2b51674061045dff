// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace guardd {

/// Sets spdlog's default logger: to stderr, from a thread of its own. When whoever reads stderr stalls, the oldest
/// lines are dropped and nothing waits.
void start_logging(const std::string& level);

/// Writes what is left, for at most a second; then ends the process with `status` if that has not come to an end.
void stop_logging(int status);

}  // namespace guardd
