// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/server/caller.hpp"
#include "daemon/server/route.hpp"

namespace guardd {

/// What the server serves. It knows no inspector and no policy.
class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  virtual boost::asio::awaitable<Reply> answer(Call call, Caller caller) = 0;
};

}  // namespace guardd
