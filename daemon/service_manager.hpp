// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

namespace guardd {

/// Tells systemd, from within the loop, that the loop turns (WATCHDOG=1) and what `status` says (STATUS=),
/// sd_notify(3): three times within the unit's WatchdogSec=, or every 10 s where there is none. Ends at once where
/// nobody listens.
boost::asio::awaitable<void> keep_telling_systemd(std::function<std::string()> status);

}  // namespace guardd
