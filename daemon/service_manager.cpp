// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>

namespace guardd {
namespace {

std::chrono::microseconds interval() {
  constexpr std::chrono::seconds without_watchdog{10};
  std::uint64_t watchdog_us = 0;
  if (::sd_watchdog_enabled(0, &watchdog_us) <= 0) return without_watchdog;
  return std::chrono::microseconds(watchdog_us / 3);
}

}  // namespace

boost::asio::awaitable<void> keep_telling_systemd(std::function<std::string()> status) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  const std::chrono::microseconds pause = interval();
  while (true) {
    const std::string message = "WATCHDOG=1\nSTATUS=" + status();
    if (::sd_notify(0, message.c_str()) == 0) co_return;  // nobody listens
    timer.expires_after(pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace guardd
