// SPDX-License-Identifier: Apache-2.0
#include "core/wire_override.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire.hpp"
#include "core/wire_hold.hpp"
#include "core/wire_targets.hpp"

namespace guardd {

using nlohmann::json;

namespace {

void take_question(Override& override_, CheckRequest question) {
  override_.operation = question.operation;
  override_.whole_host = question.whole_host;
  override_.targets = std::move(question.targets);
}

json question_json(const Override& override_) {
  if (!override_.dataset.empty()) return {{"dataset", override_.dataset}, {"reason", override_.reason}};
  return {{"operation", to_string(override_.operation)},
          {"scope", override_.whole_host ? "host" : "targets"},
          {"targets", targets_json(override_.targets)},
          {"reason", override_.reason}};
}

Approval read_approval(const json& value, const std::string& pointer, std::string& error) {
  ObjectReader in(value, pointer);
  Approval approval{.principal = in.text("principal", true), .key = in.text("key", false)};
  if (std::string wrong = in.finish(); error.empty()) error = std::move(wrong);
  return approval;
}

std::vector<Approval> read_approvals(ObjectReader& in) {
  std::vector<Approval> approvals;
  const json* const list = in.find("approvals");
  if (list == nullptr) return approvals;
  if (!list->is_array()) in.fail("/approvals", "expected an array");
  std::string error;
  for (const json& one : list->is_array() ? *list : json::array()) {
    approvals.push_back(read_approval(one, pointer_to("/approvals", approvals.size()), error));
  }
  if (!error.empty()) in.fail("/approvals", error);
  return approvals;
}

json approvals_json(const std::vector<Approval>& approvals) {
  json out = json::array();
  for (const Approval& one : approvals) {
    out.push_back({{"principal", one.principal}});
    if (!one.key.empty()) out.back()["key"] = one.key;
  }
  return out;
}

OverrideState read_state(ObjectReader& in) {
  const std::string name = in.text("state", true);
  for (const OverrideState state : {OverrideState::requested, OverrideState::applied, OverrideState::spent}) {
    if (to_string(state) == name) return state;
  }
  in.fail("/state", "expected requested, applied or spent");
  return OverrideState::spent;
}

}  // namespace

Result<Override> parse_override_request(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  Override wanted;
  wanted.reason = read_reason(in);
  wanted.dataset = in.text("dataset", false);
  if (!wanted.dataset.empty()) {
    if (std::string error = in.finish(); !error.empty()) return Error{"bad_request", std::move(error)};
    return wanted;
  }
  Result<CheckRequest> question = finish_question(in);
  if (!question) return question.error();
  if (question->operation == Operation::wipe && question->whole_host) {
    return Error{"bad_request", "/scope: wipe needs targets"};
  }
  if (std::ranges::any_of(question->targets, [](const Target& target) { return !target.device; })) {
    return Error{"bad_request", "/targets: an override is of what its targets were resolved to: say kind and device"};
  }
  take_question(wanted, std::move(*question));
  return wanted;
}

json override_request_json(const Override& wanted) { return question_json(wanted); }

Result<Proof> parse_proof(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  Proof proof;
  const bool is_signed = in.find("signatures") != nullptr;
  proof.signatures = in.texts("signatures");
  proof.nonce = in.text("nonce", !is_signed);
  proof.host = in.text("host", !is_signed);
  if (is_signed && (!proof.nonce.empty() || !proof.host.empty())) {
    in.fail("/signatures", "either signatures, or nonce and host");
  }
  if (is_signed && proof.signatures.empty()) in.fail("/signatures", "expected at least one");
  if (proof.signatures.size() > max_signatures) {
    in.fail("/signatures", "more than " + std::to_string(max_signatures));
  }
  if (std::string error = in.finish(); !error.empty()) return Error{"bad_request", std::move(error)};
  return proof;
}

json proof_json(const Proof& proof) {
  if (!proof.signatures.empty()) return {{"signatures", proof.signatures}};
  return {{"nonce", proof.nonce}, {"host", proof.host}};
}

json to_json(const Override& override_, OverrideState state) {
  json out{{"id", override_.id},
           {"operation", operation_name(override_)},
           {"reason", printable(override_.reason)},
           {"by", printable(override_.by)},
           {"requested_s", override_.requested_s},
           {"valid_s", (override_.expires_boot_ms - override_.requested_boot_ms) / 1000},
           {"state", to_string(state)}};
  if (override_.dataset.empty()) {
    out["scope"] = override_.whole_host ? "host" : "targets";
    out["targets"] = json::array();
    for (const Target& target : override_.targets) out["targets"].push_back(printable(target.path));
  } else {
    out["dataset"] = printable(override_.dataset);
    out["data"] = printable(override_.dataset_name);
  }
  if (override_.approvals.empty()) return out;
  out["approvals"] = json::array();
  for (const Approval& one : override_.approvals) {
    out["approvals"].push_back({{"principal", printable(one.principal)}});
    if (!one.key.empty()) out["approvals"].back()["key"] = printable(one.key);
  }
  out["applied_by"] = printable(override_.applied_by);
  return out;
}

json override_record(const Override& override_) {
  json out = question_json(override_);
  out.update({{"by", override_.by},
              {"nonce", override_.nonce},
              {"host", override_.host},
              {"machine_id", override_.machine_id},
              {"boot_id", override_.boot_id},
              {"requested_s", override_.requested_s},
              {"requested_boot_ms", override_.requested_boot_ms},
              {"expires_boot_ms", override_.expires_boot_ms},
              {"state", to_string(override_.state)},
              {"approvals", approvals_json(override_.approvals)}});
  if (!override_.dataset.empty()) out["dataset_name"] = override_.dataset_name;
  if (override_.machine_id.empty()) out.erase("machine_id");
  if (!override_.applied_by.empty()) out["applied_by"] = override_.applied_by;
  return out;
}

Result<Override> parse_override_record(std::string_view text) {
  const auto bad = [](const Error& error) { return Error{"bad_record", error.message}; };
  const Result<json> document = parse_json(text, record_limits);
  if (!document) return bad(document.error());
  ObjectReader in(*document, "");
  Override override_;
  override_.reason = in.text("reason", true);
  override_.by = in.text("by", true);
  override_.nonce = in.text("nonce", true);
  override_.host = in.text("host", true);
  override_.machine_id = in.text("machine_id", false);
  override_.boot_id = in.text("boot_id", true);
  override_.requested_s = in.integer("requested_s", 0, last_second, 0);
  override_.requested_boot_ms = in.integer("requested_boot_ms", 0, INT64_MAX, 0);
  override_.expires_boot_ms = in.integer("expires_boot_ms", 0, INT64_MAX, 0);
  override_.state = read_state(in);
  override_.approvals = read_approvals(in);
  override_.applied_by = in.text("applied_by", false);
  override_.dataset = in.text("dataset", false);
  if (override_.dataset.empty()) {
    Result<CheckRequest> question = finish_question(in);
    if (!question) return bad(question.error());
    take_question(override_, std::move(*question));
  } else {
    override_.dataset_name = in.text("dataset_name", true);
    if (std::string error = in.finish(); !error.empty()) return Error{"bad_record", std::move(error)};
  }
  if (override_.state != OverrideState::requested && override_.approvals.empty()) {
    return Error{"bad_record", "/approvals: nobody approved it"};
  }
  return override_;
}

}  // namespace guardd
