// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

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
  bool ended = false;
  const auto keep = [](asio::awaitable<T> inner, std::optional<T>& out) -> asio::awaitable<void> {
    out = co_await std::move(inner);
  };
  asio::co_spawn(loop, keep(std::move(task), result), [&](const std::exception_ptr& thrown) {
    failure = thrown;
    ended = true;
  });
  if (!turn_until(loop, [&] { return ended; })) std::abort();  // the handler above would outlive what it refers to
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace guardd::test
