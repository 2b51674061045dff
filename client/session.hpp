// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "client/arguments.hpp"
#include "client/connection.hpp"
#include "client/local_host.hpp"
#include "client/spinner.hpp"

namespace guardd::client {

/// Questions to one guardd, over one connection as long as it holds.
class Session {
 public:
  Session(const Arguments& arguments, const LocalHost& local);

  /// One request and its answer within the command line's --timeout, connecting included. Errors as Connection's. What
  /// changes something is sent over a connection of its own, and so at most once.
  Result<HttpResponse> ask(const HttpRequest& request);

  [[nodiscard]] const PeerRule& rule() const { return rule_; }
  /// Turns while ask() waits, for --quiet never.
  [[nodiscard]] Spinner& spinner() { return spinner_; }

 private:
  Result<HttpResponse> exchange(const HttpRequest& request);

  std::string socket_;
  PeerRule rule_;
  std::chrono::nanoseconds timeout_;
  Spinner spinner_;
  std::optional<Connection> connection_;
};

}  // namespace guardd::client
