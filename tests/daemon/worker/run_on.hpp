// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace guardd::test {

namespace asio = boost::asio;

/// Turns the loop until `done()`, for at most `patience`.
template <typename Condition>
bool turn_until(asio::io_context& loop, Condition done, std::chrono::seconds patience = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done() && std::chrono::steady_clock::now() < end) {
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(10));
  }
  return done();
}

/// What a coroutine returns, run on the loop to its end.
template <typename T>
T run_on(asio::io_context& loop, asio::awaitable<T> task) {
  std::optional<T> result;
  std::exception_ptr failure;
  asio::co_spawn(
      loop,
      [](asio::awaitable<T> inner, std::optional<T>& out) -> asio::awaitable<void> { out = co_await std::move(inner); }(
                                                              std::move(task), result),
      [&failure](const std::exception_ptr& thrown) { failure = thrown; });
  turn_until(loop, [&] { return result.has_value() || failure; });
  if (failure) std::rethrow_exception(failure);
  if (!result) throw std::runtime_error("the coroutine did not end");
  return std::move(*result);
}

}  // namespace guardd::test
