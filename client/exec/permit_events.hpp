// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/connection.hpp"
#include "client/exec/event_reader.hpp"

namespace guardd::client {

/// Follows what becomes of one permit, for as long as it takes: a connection that is lost is opened again.
class PermitEvents {
 public:
  PermitEvents(std::string socket, const PeerRule& rule, std::string id)
      : socket_(std::move(socket)), rule_(rule), id_(std::move(id)) {}

  /// Readable when there is something to take; -1 while there is no connection.
  [[nodiscard]] int descriptor() const { return connection_.get(); }
  /// When take() has something to do even if nothing is readable.
  [[nodiscard]] std::chrono::steady_clock::time_point due() const { return due_; }
  /// What is told of the permit since the last time, as it was then. Connects where that is due. Waits 0.1 s at most.
  std::vector<nlohmann::json> take();

 private:
  void connect();
  void lose();

  std::string socket_;
  PeerRule rule_;
  std::string id_;
  Fd connection_;
  EventReader reader_;
  std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::now();
};

}  // namespace guardd::client
