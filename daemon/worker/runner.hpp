// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "core/result.hpp"

namespace guardd {

/// Runs inspectors somewhere that guardd can lose.
class WorkerRunner {
 public:
  WorkerRunner() = default;
  WorkerRunner(const WorkerRunner&) = delete;
  WorkerRunner& operator=(const WorkerRunner&) = delete;
  virtual ~WorkerRunner() = default;

  /// The inspector's output, or why there is none: always within the deadline.
  virtual boost::asio::awaitable<Result<nlohmann::json>> run(std::string inspector, nlohmann::json input,
                                                             std::chrono::milliseconds deadline) = 0;
};

}  // namespace guardd
