// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "core/request.hpp"
#include "core/result.hpp"
#include "core/strict_json.hpp"

namespace guardd {

/// What checks and holds have in common: "operation", "scope" and "targets", with what else `in` is to say against the
/// object: the caller has read its own members before. Error codes: "bad_request", "too_large".
Result<CheckRequest> finish_question(ObjectReader& in);

/// The value of a member "targets"; none where there is no such member (null). Error codes: "bad_request", "too_large".
Result<std::vector<Target>> read_targets(const nlohmann::json* value);

/// Targets from a text of their own, as targets_json() and to_text() made it.
Result<std::vector<Target>> parse_targets(std::string_view text);

nlohmann::json targets_json(const std::vector<Target>& targets);

}  // namespace guardd
