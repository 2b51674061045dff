// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace guardd::client {

inline constexpr std::size_t max_event_bytes = std::size_t{1024} * 1024;  ///< one permit with all its targets is less

/// Takes the answer to GET /v1/events as it comes: an HTTP header, then server-sent events
/// (html.spec.whatwg.org/multipage/server-sent-events.html) without an end. Pure.
class EventReader {
 public:
  EventReader();
  ~EventReader();
  EventReader(EventReader&&) noexcept;
  EventReader& operator=(EventReader&&) noexcept;

  /// More bytes; the permits that the events in them tell of, in their order, as they are then. An error (code
  /// "malformed") is final.
  Result<std::vector<nlohmann::json>> feed(std::string_view bytes);
  /// How many events have come so far, whatever they tell.
  [[nodiscard]] std::uint64_t count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace guardd::client
