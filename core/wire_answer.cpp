// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/text.hpp"
#include "core/wire.hpp"

namespace guardd {
namespace {

using nlohmann::json;

Error bad_answer(const std::string& what) { return {"bad_answer", "malformed answer: " + what}; }

/// A string member that must be there; "" and a complaint in `error` otherwise.
std::string text_of(const json& object, const char* key, std::string& error) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (object.is_object() && found != object.end() && found->is_string() &&
      !found->get_ref<const std::string&>().empty()) {
    return found->get<std::string>();
  }
  if (error.empty()) error = at_pointer(pointer_to("", key), "missing, or no text");
  return "";
}

const json* array_of(const json& object, const char* key, std::string& error) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_array()) return &*found;
  if (error.empty()) error = at_pointer(pointer_to("", key), "missing, or no array");
  return nullptr;
}

std::string read_targets(const json& document, Answer& answer) {
  std::string error;
  const json* targets = array_of(document, "targets", error);
  if (targets == nullptr) return error;
  for (const json& target : *targets) {
    if (!target.is_string()) return "/targets: expected strings";
    answer.target_paths.push_back(target.get<std::string>());
  }
  if (answer.whole_host != answer.target_paths.empty()) return "/targets: contradicts the scope";
  return "";
}

std::string read_scope(const json& document, Answer& answer) {
  std::string error;
  const std::string operation_name = text_of(document, "operation", error);
  const std::string scope = text_of(document, "scope", error);
  if (!error.empty()) return error;
  const auto operation = parse_operation(operation_name);
  if (!operation) return "/operation: unknown";
  answer.operation = *operation;
  if (scope != "host" && scope != "targets") return "/scope: unknown";
  answer.whole_host = scope == "host";
  return read_targets(document, answer);
}

/// An allow with a reason against it, and a refusal without one, are nothing to act on.
std::string read_verdict(const json& document, Answer& answer) {
  std::string error;
  const std::string name = text_of(document, "verdict", error);
  const json* reasons = array_of(document, "reasons", error);
  if (!error.empty()) return error;
  const auto outcome = parse_outcome(name);
  if (!outcome) return "/verdict: unknown";
  answer.outcome = *outcome;
  for (const json& reason : *reasons) {
    if (text_of(reason, "code", error).empty()) return "/reasons: a reason without a code";
  }
  if ((answer.outcome == Outcome::allow) != reasons->empty()) return "/reasons: contradict the verdict";
  return "";
}

std::string read_host(const json& document, Answer& answer) {
  const auto host = document.find("host");
  if (host == document.end() || !host->is_object()) return "/host: missing, or no object";
  std::string error;
  answer.boot_id = text_of(*host, "boot_id", error);
  answer.instance = text_of(document, "instance", error);
  if (error.empty() && answer.instance != "system" && answer.instance != "private") error = "/instance: unknown";
  return error;
}

}  // namespace

Result<Answer> parse_answer(std::string_view body) {
  Result<json> document = parse_json(body, answer_limits);
  if (!document) return bad_answer(document.error().message);
  if (!document->is_object()) return bad_answer("/: no object");
  Answer answer;
  for (const auto read : {read_scope, read_verdict, read_host}) {
    if (const std::string error = read(*document, answer); !error.empty()) return bad_answer(error);
  }
  answer.document = std::move(*document);
  return answer;
}

json error_json(std::string_view code, std::string_view message) {
  return {{"error", {{"code", code}, {"message", printable(message)}}}};
}

std::optional<Error> parse_error(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document || !document->is_object()) return std::nullopt;
  const auto found = document->find("error");
  if (found == document->end()) return std::nullopt;
  std::string wrong;
  const std::string code = text_of(*found, "code", wrong);
  const std::string message = text_of(*found, "message", wrong);
  if (!wrong.empty()) return std::nullopt;
  return Error{reprintable(code, 64), reprintable(message, 1024)};
}

}  // namespace guardd
