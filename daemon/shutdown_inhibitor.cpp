// SPDX-License-Identifier: Apache-2.0
#include "daemon/shutdown_inhibitor.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/units/inhibitor.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds pause{2};
constexpr std::chrono::seconds bus_patience{2};

// Optional, since co_spawn wants a result that can be made of nothing.
asio::awaitable<std::optional<Result<Fd>>> ask_logind(std::string why) {
  co_return inhibit_shutdown(HostRoot{}, why, bus_patience);
}

}  // namespace

asio::awaitable<void> keep_inhibiting_shutdown(std::function<std::string()> why) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  asio::thread_pool thread(1);  // asking waits for the bus
  Fd inhibitor;
  std::string shown;
  bool told = false;
  while (true) {
    std::string reason = why();
    if (reason.empty()) {
      if (inhibitor) spdlog::info("a shutdown is no longer inhibited");
      inhibitor = Fd();
    } else if (!inhibitor || reason != shown) {
      asio::awaitable<std::optional<Result<Fd>>> asked = ask_logind(reason);
      std::optional<Result<Fd>> taken = co_await asio::co_spawn(thread, std::move(asked), asio::use_awaitable);
      if (*taken) {
        inhibitor = std::move(**taken);  // the one before goes when the next is there
        shown = reason;
        spdlog::info("a shutdown is inhibited: {}", printable(reason));
        told = false;
      } else if (!std::exchange(told, true)) {
        spdlog::warn("a shutdown can't be inhibited, logind did not take it: {}", printable(taken->error().message));
      }
    }
    timer.expires_after(pause);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace guardd
