// SPDX-License-Identifier: Apache-2.0
#include "core/wire_seal.hpp"

#include "core/strict_json.hpp"
#include "core/wire.hpp"
#include "core/wire_hold.hpp"

namespace guardd {

Result<SealLift> parse_seal_lift(std::string_view body) {
  const Result<nlohmann::json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  SealLift lift;
  lift.reason = read_reason(in);
  lift.valid_s = in.integer("valid_s", 0, longest_lift_s, default_lift_s);
  if (std::string error = in.finish(); !error.empty()) return Error{"bad_request", std::move(error)};
  return lift;
}

nlohmann::json to_json(const SealLift& lift) { return {{"reason", lift.reason}, {"valid_s", lift.valid_s}}; }

}  // namespace guardd
