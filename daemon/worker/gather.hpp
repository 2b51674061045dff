// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <vector>

namespace guardd {

/// Runs all tasks at once on the caller's executor and returns when all have ended. The first exception is thrown then.
inline boost::asio::awaitable<void> gather(std::vector<boost::asio::awaitable<void>> tasks) {
  namespace asio = boost::asio;
  struct State {
    std::size_t left;
    std::exception_ptr failure;
    asio::steady_timer all_ended;
  };
  const auto executor = co_await asio::this_coro::executor;
  const auto state = std::make_shared<State>(
      State{tasks.size(), nullptr, asio::steady_timer(executor, asio::steady_timer::time_point::max())});
  for (asio::awaitable<void>& task : tasks) {
    asio::co_spawn(executor, std::move(task), [state](const std::exception_ptr& failure) {
      if (failure && !state->failure) state->failure = failure;
      if (--state->left == 0) state->all_ended.cancel();
    });
  }
  while (state->left > 0) {
    boost::system::error_code woken;
    co_await state->all_ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (state->failure) std::rethrow_exception(state->failure);
}

}  // namespace guardd
