// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/connection.hpp"
#include "client/event_reader.hpp"

namespace guardd::client {

/// Follows GET /v1/events for as long as it takes: a connection that is lost, or that none comes about, is opened
/// again, at first after a second and then after twice as long each time, up to `longest_pause`.
class EventConnection {
 public:
  EventConnection(std::string socket, const PeerRule& rule, std::string path, std::chrono::seconds longest_pause)
      : socket_(std::move(socket)), rule_(rule), path_(std::move(path)), longest_pause_(longest_pause) {}

  /// Readable when there is something to take; -1 while there is no connection.
  [[nodiscard]] int descriptor() const { return connection_.get(); }
  /// When take() has something to do even if nothing is readable.
  [[nodiscard]] std::chrono::steady_clock::time_point due() const { return due_; }
  /// The permits that were told of since the last time. Connects where that is due. Waits 0.1 s at most.
  std::vector<nlohmann::json> take();
  /// How many events have come over this connection; 0 where none is, or guardd has not answered yet.
  [[nodiscard]] std::uint64_t count() const { return connection_ ? reader_.count() : 0; }

 private:
  void connect();
  void lose();

  std::string socket_;
  PeerRule rule_;
  std::string path_;
  std::chrono::seconds longest_pause_;
  std::chrono::seconds pause_{1};
  Fd connection_;
  EventReader reader_;
  std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::now();
};

}  // namespace guardd::client
