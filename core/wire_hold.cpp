// SPDX-License-Identifier: Apache-2.0
#include "core/wire_hold.hpp"

#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire.hpp"
#include "core/wire_targets.hpp"

namespace guardd {

using nlohmann::json;

std::string read_reason(ObjectReader& in) {
  std::string reason = in.text("reason", true);
  if (reason.size() > max_reason_bytes) {
    in.fail("/reason", "longer than " + std::to_string(max_reason_bytes) + " bytes");
  }
  return reason;
}

Result<std::string> parse_reason(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  std::string reason = read_reason(in);
  if (std::string error = in.finish(); !error.empty()) return Error{"bad_request", std::move(error)};
  return reason;
}

Result<Hold> parse_hold(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  Hold hold;
  hold.reason = read_reason(in);
  if (const std::int64_t until = in.integer("until_s", 0, INT64_MAX, -1); until >= 0) hold.until_s = until;
  Result<CheckRequest> question = finish_question(in);
  if (!question) return question.error();
  hold.operation = question->operation;
  hold.targets = std::move(question->targets);
  return hold;
}

json hold_request_json(const Hold& hold) {
  json out{{"operation", to_string(hold.operation)},
           {"scope", hold.targets.empty() ? "host" : "targets"},
           {"targets", targets_json(hold.targets)},
           {"reason", hold.reason}};
  if (hold.until_s) out["until_s"] = *hold.until_s;
  return out;
}

json to_json(const Hold& hold) {
  json out{{"id", hold.id},
           {"operation", to_string(hold.operation)},
           {"scope", hold.targets.empty() ? "host" : "targets"},
           {"targets", json::array()},
           {"reason", printable(hold.reason)},
           {"by", printable(hold.by)},
           {"added_s", hold.added_s}};
  for (const Target& target : hold.targets) out["targets"].push_back(printable(target.path));
  if (hold.until_s) out["until_s"] = *hold.until_s;
  return out;
}

json holds_json(const Ledger& ledger, std::int64_t wall_s) {
  json out = json::array();
  for (const Hold& hold : ledger.holds) {
    out.push_back(to_json(hold));
    out.back()["lapsed"] = has_lapsed(hold, ledger, wall_s);
  }
  return out;
}

}  // namespace guardd
