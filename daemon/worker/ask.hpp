// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd {

/// Runs one inspector. Its output, or why there is none: the runner's error, or "malformed" where it is no Output.
template <typename Output>
boost::asio::awaitable<Result<Output>> ask(WorkerRunner& workers, std::string inspector, nlohmann::json input,
                                           std::chrono::milliseconds deadline) {
  // NOLINTNEXTLINE(bugprone-use-after-move): clang-tidy 14 sees a co_await's operand twice
  const Result<nlohmann::json> answer = co_await workers.run(std::move(inspector), std::move(input), deadline);
  if (!answer) co_return answer.error();
  try {
    co_return answer->template get<Output>();
  } catch (const nlohmann::json::exception& error) {
    co_return Error{"malformed", std::string("worker's output: ") + error.what()};
  }
}

}  // namespace guardd
