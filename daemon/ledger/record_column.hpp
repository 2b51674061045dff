// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/strict_json.hpp"
#include "daemon/ledger/database.hpp"

namespace guardd::ledger {

inline constexpr JsonLimits record_limits{.bytes = std::size_t{1024} * 1024, .depth = 8, .values = 65536};

/// A T out of the JSON text of a column. Error "ledger.failed", "WHAT: why": a record that is skipped is a decision
/// that is forgotten.
template <typename T>
Result<T> parse_record(std::string_view text, std::string_view what) {
  const auto failed = [&](const std::string& why) {
    return ledger_failed(std::string(what) + " can't be read: " + why);
  };
  const Result<nlohmann::json> document = parse_json(text, record_limits);
  if (!document) return failed(document.error().message);
  try {
    return document->get<T>();
  } catch (const nlohmann::json::exception& error) {
    return failed(error.what());
  }
}

}  // namespace guardd::ledger
