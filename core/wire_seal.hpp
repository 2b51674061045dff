// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace guardd {

/// How long a seal is lifted unless somebody says otherwise, and at most; seconds.
inline constexpr std::int64_t default_lift_s = 600;
inline constexpr std::int64_t longest_lift_s = 86'400;

/// Somebody wants the seal lifted for a time.
struct SealLift {
  std::string reason;
  std::int64_t valid_s = default_lift_s;  ///< 0: it is to be in force again now
  bool operator==(const SealLift&) const = default;
};

/// Error codes: "bad_json", "bad_request".
Result<SealLift> parse_seal_lift(std::string_view body);
/// The body that parse_seal_lift reads.
nlohmann::json to_json(const SealLift& lift);

}  // namespace guardd
