// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "client/arguments.hpp"
#include "client/connection.hpp"
#include "client/local_host.hpp"

namespace guardd::client {

/// Questions to one guardd, over one connection as long as it holds.
class Session {
 public:
  Session(const Arguments& arguments, const LocalHost& local);

  /// One question and its answer within the command line's --timeout, connecting included. Errors as Connection's.
  Result<HttpResponse> ask(std::string_view path, const std::optional<std::string>& body = std::nullopt);

 private:
  std::string socket_;
  PeerRule rule_;
  std::chrono::nanoseconds timeout_;
  std::optional<Connection> connection_;
};

}  // namespace guardd::client
