// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <chrono>
#include <cstddef>
#include <utility>

#include "daemon/server/caller.hpp"
#include "daemon/server/service.hpp"

namespace guardd {

struct SessionLimits {
  std::uint32_t header_bytes = 8 * 1024;
  std::size_t body_bytes = std::size_t{64} * 1024;
  std::chrono::milliseconds request{
      5000};  ///< for the first byte of a connection, and from a request's first byte to its last
  std::chrono::milliseconds idle{30'000};         ///< between requests
  std::chrono::milliseconds write{10'000};        ///< for a whole answer, or one event
  std::chrono::milliseconds event_pause{10'000};  ///< between events, before a comment shows that the stream lives
};

using LocalStream = boost::beast::basic_stream<boost::asio::local::stream_protocol>;

/// One connection, which the server may want to end.
struct Session {
  Session(LocalStream connected, Caller who) : stream(std::move(connected)), caller(std::move(who)) {}
  LocalStream stream;
  Caller caller;
  bool answering = false;  ///< between a request's first byte and its answer's last
  bool last = false;       ///< no further request
};

/// Serves requests one after another until the peer goes, is too slow or breaks the protocol, or `session.last` is set.
boost::asio::awaitable<void> serve(Session& session, Service& service, SessionLimits limits);

}  // namespace guardd
