// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/event_connection.hpp"

namespace guardd::client {

/// Follows what becomes of one permit.
class PermitEvents {
 public:
  PermitEvents(std::string socket, const PeerRule& rule, std::string id)
      : connection_(std::move(socket), rule, "/v1/events?permit=" + id, std::chrono::seconds{1}), id_(std::move(id)) {}

  /// As EventConnection's.
  [[nodiscard]] int descriptor() const { return connection_.descriptor(); }
  [[nodiscard]] std::chrono::steady_clock::time_point due() const { return connection_.due(); }
  /// What is told of the permit since the last time, as it was then. Connects where that is due. Waits 0.1 s at most.
  std::vector<nlohmann::json> take();

 private:
  EventConnection connection_;
  std::string id_;
};

}  // namespace guardd::client
