// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/ledger.hpp"
#include "core/result.hpp"
#include "core/strict_json.hpp"

namespace guardd {

inline constexpr std::size_t max_reason_bytes = 1000;  ///< of what a person gives as a reason
inline constexpr std::size_t max_holds = 1000;         ///< in force and lapsed together

/// The member "reason" of an object that says what somebody decides.
std::string read_reason(ObjectReader& in);
/// {"reason": "..."}: why somebody decides what he decides. Error codes as parse_check_request's.
Result<std::string> parse_reason(std::string_view body);

/// The body of POST /v1/holds: operation, scope and targets as of a check, reason, until_s. Who and when is for guardd
/// to say. Error codes as parse_check_request's.
Result<Hold> parse_hold(std::string_view body);
/// The body that parse_hold reads.
nlohmann::json hold_request_json(const Hold& hold);

/// A hold as answers and the audit trail show it, safe to print.
nlohmann::json to_json(const Hold& hold);
/// All of them, each with "lapsed".
nlohmann::json holds_json(const Ledger& ledger, std::int64_t wall_s);

}  // namespace guardd
