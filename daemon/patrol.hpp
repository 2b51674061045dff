// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "daemon/worker/looker.hpp"

namespace guardd {

/// Looks at the host at the start and then again and again, without end, so that what was on it is known whoever asks
/// or does not. A look that somebody asked for meanwhile counts. Looks that take long are made less often: guardd
/// spends no more than a 300th of the time on them.
boost::asio::awaitable<void> patrol(Looker& looker, std::chrono::seconds interval);

}  // namespace guardd
