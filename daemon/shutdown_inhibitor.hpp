// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

namespace guardd {

/// Keeps an inhibitor of logind's in force as long as `why`, asked every two seconds, gives a reason; empty: none.
/// Where logind can't be asked that is logged once, and tried again: what a host does without logind is not kept from
/// it. Never ends.
boost::asio::awaitable<void> keep_inhibiting_shutdown(std::function<std::string()> why);

}  // namespace guardd
