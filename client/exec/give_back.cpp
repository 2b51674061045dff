// SPDX-License-Identifier: Apache-2.0
#include "client/exec/give_back.hpp"

#include "client/members.hpp"
#include "client/trust.hpp"
#include "core/strict_json.hpp"
#include "core/wire_permit.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds retry_pause{200};

bool is_passing(const Result<HttpResponse>& answer) {
  if (!answer) return answer.error().code == "daemon.unreachable";
  return answer->status == 429 || answer->status >= 500;
}

json parse_answer_body(const HttpResponse& answer) {
  const Result<json> document = parse_json(answer.body, answer_limits);
  return document && document->is_object() ? *document : json::object();
}

bool is_of(const json& permit, const std::string& id) {
  return permit.is_object() && permit.contains("id") && permit["id"] == id;
}

GivenBack unknown(const HttpResponse& refusal) {
  return {.permit = {},
          .is_unknown = true,
          .problem = error_message(refusal.body) + " (HTTP " + std::to_string(refusal.status) + ")"};
}

/// It is over already. An answer to an earlier try may have been lost: then the list has it as it was left.
GivenBack find_listed(Session& session, const std::string& id, const HttpResponse& refusal) {
  const Result<HttpResponse> list = session.ask({"GET", "/v1/permits"});
  if (!list || list->status != 200) return unknown(refusal);
  const json document = parse_answer_body(*list);
  for (const json& permit : shown_array(document, "permits")) {
    if (is_of(permit, id)) return {.permit = permit, .is_unknown = false, .problem = {}};
  }
  return unknown(refusal);
}

}  // namespace

GivenBack give_back(Session& session, const std::string& id, std::optional<int> exit_status,
                    std::chrono::nanoseconds patience) {
  HttpRequest request{"DELETE", "/v1/permits/" + id, {}};
  if (exit_status) request.body = to_text(permit_end_json({.exit_status = exit_status, .reason = {}}));
  const Deadline deadline(patience);
  Result<HttpResponse> answer = session.ask(request);
  while (is_passing(answer) && !deadline.over()) {
    pause_for(std::min<std::chrono::nanoseconds>(retry_pause, deadline.left()));
    answer = session.ask(request);
  }
  if (!answer) return {.permit = {}, .is_unknown = false, .problem = "guardd " + answer.error().message};
  if (answer->status == 404) return unknown(*answer);
  if (answer->status == 409) return find_listed(session, id, *answer);
  json permit = shown_object(parse_answer_body(*answer), "permit");
  if (answer->status != 200 || !is_of(permit, id)) {
    const std::string said = error_message(answer->body) + " (HTTP " + std::to_string(answer->status) + ")";
    return {.permit = {}, .is_unknown = false, .problem = "guardd says: " + said};
  }
  return {.permit = std::move(permit), .is_unknown = false, .problem = {}};
}

}  // namespace guardd::client
