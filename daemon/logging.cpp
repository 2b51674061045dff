// SPDX-License-Identifier: Apache-2.0
#include "daemon/logging.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <thread>

namespace guardd {
namespace {

constexpr std::size_t queue_lines = 1024;
constexpr std::chrono::seconds last_words{1};

}  // namespace

void start_logging(const std::string& level) {
  spdlog::init_thread_pool(queue_lines, 1);
  auto logger =
      std::make_shared<spdlog::async_logger>("guardd", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                             spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(spdlog::level::from_str(level));
  // The journal has the time already; JOURNAL_STREAM is systemd.exec(5)'s.
  logger->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%e guardd %l: %v");
  spdlog::set_default_logger(std::move(logger));
}

void stop_logging(int status) {
  // The logging thread may be stuck in write(2) for ever, and a join would be too.
  const auto done = std::make_shared<std::promise<void>>();
  std::future<void> finished = done->get_future();
  std::thread([done] {
    spdlog::shutdown();
    done->set_value();
  }).detach();
  if (finished.wait_for(last_words) == std::future_status::timeout) std::_Exit(status);
}

}  // namespace guardd
