// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>

#include "daemon/server/admission.hpp"
#include "daemon/server/service.hpp"
#include "daemon/server/session.hpp"
#include "os/fd.hpp"

namespace guardd {

/// HTTP over a Unix socket: accepts, counts, and serves each connection in a coroutine of its own.
class Server {
 public:
  struct Options {
    Trust trust;
    ConnectionLimits connections;
    SessionLimits session;
  };
  /// `listener` is a listening, non-blocking Unix stream socket. `service` outlives the executor's work.
  Server(const boost::asio::any_io_executor& executor, Fd listener, Service& service, Options options);

  void start();

  /// Accepts no more, ends idle connections, and returns when the others have had their answers, or after `patience`,
  /// when they are cut.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  static boost::asio::awaitable<void> accept(std::shared_ptr<State> state);
  static boost::asio::awaitable<void> run(std::shared_ptr<State> state, std::shared_ptr<Session> session);

  std::shared_ptr<State> state_;
};

}  // namespace guardd
