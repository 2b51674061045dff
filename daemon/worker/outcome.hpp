// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace guardd {

/// How a worker ended, as far as guardd saw.
struct WorkerEnd {
  std::vector<std::uint8_t> output;
  std::optional<int> status;           ///< of waitpid(2)
  std::optional<std::string> failure;  ///< why guardd did not wait any longer
};

/// The worker's output if everything about its end was in order: not given up on, status 0, one whole document that
/// says "ok".
Result<nlohmann::json> judge(const WorkerEnd& end);

}  // namespace guardd
