// SPDX-License-Identifier: Apache-2.0
#include "daemon/patrol.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace guardd {

boost::asio::awaitable<void> patrol(Looker& looker, std::chrono::seconds interval) {
  using std::chrono::milliseconds;
  constexpr int largest_share = 300;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  std::int64_t oldest_ms = 0;
  while (true) {
    const Looked looked = co_await looker.fresh(oldest_ms);
    const milliseconds pause = std::max<milliseconds>(interval, milliseconds(looked.took_ms * largest_share));
    oldest_ms = pause.count() / 2;
    timer.expires_after(pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace guardd
