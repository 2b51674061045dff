// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/route.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace guardd;
using nlohmann::json;

namespace {

const Caller root{.uid = 0, .pid = 1, .detail = Detail::full};
const Caller user{.uid = 1000, .pid = 1, .detail = Detail::summary};

/// The status and the error's code of a request that is answered at once.
std::pair<unsigned, std::string> refusal(const HttpRequest& request, const Caller& caller = root) {
  const auto routed = route(request, caller);
  REQUIRE(std::holds_alternative<Reply>(routed));
  const Reply& reply = std::get<Reply>(routed);
  const json body = json::parse(reply.body);
  CHECK_FALSE(body.at("error").at("message").get<std::string>().empty());
  return {reply.status, body.at("error").at("code").get<std::string>()};
}

HttpRequest check(std::string_view body) { return {"POST", "/v1/check", body}; }

}  // namespace

TEST_CASE("each endpoint is a call") {
  CHECK(std::holds_alternative<StatusCall>(std::get<Call>(route({"GET", "/v1/status", ""}, user))));
  CHECK(std::holds_alternative<PolicyCall>(std::get<Call>(route({"GET", "/v1/policy", ""}, root))));
  const auto routed = route(check(R"({"operation": "reinstall", "scope": "host"})"), user);
  const auto& call = std::get<CheckCall>(std::get<Call>(routed));
  CHECK(call.request.operation == Operation::reinstall);
  CHECK(call.request.whole_host);
  const auto healthy = route({"GET", "/healthz", ""}, user);
  CHECK(std::get<Reply>(healthy).status == 200);
  CHECK(json::parse(std::get<Reply>(healthy).body) == json{{"status", "ok"}});
}

TEST_CASE("there are no others, and no other methods") {
  for (const char* target : {"/", "/v1/status/", "/v1//status", "/V1/status", "/v1/check%20", "/v1/holds/",
                             "/v1/holds/h1/x", "/v1/holds/*/"}) {
    CHECK(refusal({"GET", target, ""}).first == 404);
  }
  for (const char* target :
       {"", "*", "/v1/status?x=1", "/v1/audit?x=1", "/v1/audit?limit=0", "/v1/audit?limit=1001", "/v1/audit?after=-1",
        "/v1/audit?after=1x", "/v1/audit?after=", "/v1/audit?after=1&after=2", "/v1/audit?operation=%00",
        "/v1/audit?after=99999999999999999999", "/v1/audit?%zz"}) {
    INFO(target);
    CHECK(refusal({"GET", target, ""}).first == 400);
  }
  CHECK(refusal({"GET", "/v1/check", ""}).first == 405);
  CHECK(refusal({"POST", "/v1/status", ""}).first == 405);
  CHECK(refusal({"HEAD", "/v1/status", ""}).first == 405);
  CHECK(refusal({"get", "/v1/status", ""}).first == 405);
  CHECK(std::get<Reply>(route({"DELETE", "/v1/check", ""}, root)).allow == "POST");
  CHECK(std::get<Reply>(route({"DELETE", "/v1/holds", ""}, root)).allow == "GET, POST");
}

TEST_CASE("the policy, holds and the audit trail are for root and the operators' group") {
  for (const HttpRequest& request : {HttpRequest{"GET", "/v1/policy", ""},
                                     {"GET", "/v1/holds", ""},
                                     {"POST", "/v1/holds", "{}"},
                                     {"DELETE", "/v1/holds/h1", ""},
                                     {"GET", "/v1/audit", ""},
                                     {"GET", "/v1/audit/verify", ""},
                                     {"POST", "/v1/audit/adopt", "{}"},
                                     {"GET", "/v1/overrides", ""},
                                     {"POST", "/v1/overrides", "{}"},
                                     {"POST", "/v1/overrides/o1/apply", "{}"},
                                     {"GET", "/v1/seal", ""},
                                     {"GET", "/v1/seal/plan", ""},
                                     {"POST", "/v1/seal/lift", R"({"reason": "x"})"}}) {
    INFO(request.method << " " << request.target);
    CHECK(refusal(request, user) == std::pair(403U, std::string("not_permitted")));
  }
}

TEST_CASE("the seal is shown, and lifted with a reason") {
  CHECK(std::holds_alternative<SealStatusCall>(std::get<Call>(route({"GET", "/v1/seal", ""}, root))));
  CHECK(std::holds_alternative<SealPlanCall>(std::get<Call>(route({"GET", "/v1/seal/plan", ""}, root))));
  const auto lifted = route({"POST", "/v1/seal/lift", R"({"reason": "disk", "valid_s": 5})"}, root);
  CHECK(std::get<LiftSealCall>(std::get<Call>(lifted)).lift == SealLift{.reason = "disk", .valid_s = 5});
  CHECK(refusal({"POST", "/v1/seal/lift", "{}"}).first == 400);
}

TEST_CASE("what is asked of the trail comes through") {
  const auto routed = route({"GET", "/v1/audit?after=7&since=5&limit=1000&operation=wipe&verdict=allow", ""}, root);
  const AuditQuery& query = std::get<ListAuditCall>(std::get<Call>(routed)).query;
  CHECK(query.after == 7);
  CHECK(query.since_s == 5);
  CHECK(query.limit == 1000);
  CHECK(query.operation == "wipe");
  CHECK(query.verdict == "allow");
  const auto verify = route({"GET", "/v1/audit/verify?after=7&hash=ab", ""}, root);
  CHECK(std::get<VerifyAuditCall>(std::get<Call>(verify)).from.seq == 7);
  CHECK(std::get<VerifyAuditCall>(std::get<Call>(verify)).from.hash == "ab");
}

TEST_CASE("an override is requested, and applied by its name") {
  const auto requested =
      route({"POST", "/v1/overrides", R"({"operation": "reinstall", "scope": "host", "reason": "gone"})"}, root);
  CHECK(std::get<RequestOverrideCall>(std::get<Call>(requested)).wanted.reason == "gone");
  const auto applied = route({"POST", "/v1/overrides/o12/apply", R"({"signatures": ["s"]})"}, root);
  CHECK(std::get<ApplyOverrideCall>(std::get<Call>(applied)).id == "o12");
  CHECK(std::get<ApplyOverrideCall>(std::get<Call>(applied)).proof.signatures.size() == 1);
  CHECK(std::holds_alternative<ListOverridesCall>(std::get<Call>(route({"GET", "/v1/overrides", ""}, root))));
  for (const char* target : {"/v1/overrides/apply", "/v1/overrides//apply", "/v1/overrides/o1/x/apply",
                             "/v1/overrides/o1", "/v1/overrides/o1/apply/"}) {
    INFO(target);
    CHECK(refusal({"POST", target, R"({"signatures": ["s"]})"}).first == 404);
  }
  CHECK(refusal({"GET", "/v1/overrides/o1/apply", ""}).first == 405);
  CHECK(refusal({"POST", "/v1/overrides/o1/apply", "{}"}).first == 400);
}

TEST_CASE("where a group may ask, others may not") {
  const Caller stranger{.uid = 1001, .pid = 1, .detail = Detail::summary, .may_ask = false};
  for (const HttpRequest& request :
       {HttpRequest{"GET", "/v1/status", ""}, check(R"({"operation": "reinstall", "scope": "host"})")}) {
    CHECK(refusal(request, stranger) == std::pair(403U, std::string("not_permitted")));
    CHECK(std::holds_alternative<Call>(route(request, user)));
  }
  CHECK(std::get<Reply>(route({"GET", "/healthz", ""}, stranger)).status == 200);
}

TEST_CASE("a hold is named by the last part of the path, and needs a reason and a scope") {
  const auto removal = route({"DELETE", "/v1/holds/h12", ""}, root);
  CHECK(std::get<RemoveHoldCall>(std::get<Call>(removal)).id == "h12");
  const auto added = route(
      {"POST", "/v1/holds", R"({"operation": "wipe", "scope": "host", "reason": "not now", "until_s": 9})"}, root);
  const Hold& hold = std::get<AddHoldCall>(std::get<Call>(added)).hold;
  CHECK(hold.operation == Operation::wipe);
  CHECK(hold.reason == "not now");
  CHECK(hold.until_s == 9);
  for (const char* body : {"", "{}", R"({"operation": "wipe", "scope": "host"})", R"({"scope": "host", "reason": "x"})",
                           R"({"operation": "wipe", "scope": "targets", "targets": [], "reason": "x"})",
                           R"({"operation": "reboot", "scope": "targets", "targets": ["/d"], "reason": "x"})",
                           R"({"operation": "wipe", "scope": "host", "reason": "x", "until_s": -1})",
                           R"({"operation": "wipe", "scope": "host", "reason": "x", "by": "me"})"}) {
    INFO(body);
    CHECK(refusal({"POST", "/v1/holds", body}).first == 400);
  }
  const std::string longest(1000, 'x');
  const auto hold_for = [](const std::string& reason) {
    return json{{"operation", "wipe"}, {"scope", "host"}, {"reason", reason}}.dump();
  };
  const std::string fits = hold_for(longest);
  const std::string too_long = hold_for(longest + "x");
  CHECK(std::holds_alternative<Call>(route({"POST", "/v1/holds", fits}, root)));
  CHECK(refusal({"POST", "/v1/holds", too_long}).first == 400);
}

TEST_CASE("a permit is asked for, begun, ended and followed") {
  const char* const wanted = R"({"operation": "reinstall", "scope": "host", "command": true})";
  CHECK(std::get<AcquirePermitCall>(std::get<Call>(route({"POST", "/v1/permits", wanted}, root))).request.has_command);
  const auto begun = route({"POST", "/v1/permits/p3/begin", R"({"pid": 7})"}, root);
  CHECK(std::get<BeginPermitCall>(std::get<Call>(begun)).id == "p3");
  CHECK(std::get<BeginPermitCall>(std::get<Call>(begun)).pid == 7);
  const auto ended = route({"DELETE", "/v1/permits/p3", R"({"exit_status": 4})"}, root);
  CHECK(std::get<EndPermitCall>(std::get<Call>(ended)).end.exit_status == 4);
  CHECK(std::holds_alternative<EndPermitCall>(std::get<Call>(route({"DELETE", "/v1/permits/p3", ""}, root))));
  CHECK(std::holds_alternative<ListPermitsCall>(std::get<Call>(route({"GET", "/v1/permits", ""}, root))));
  CHECK(std::get<EventsCall>(std::get<Call>(route({"GET", "/v1/events?permit=p3", ""}, root))).permit == "p3");
  CHECK(std::get<EventsCall>(std::get<Call>(route({"GET", "/v1/events", ""}, root))).permit.empty());
  CHECK(refusal({"GET", "/v1/events?since=1", ""}).first == 400);
  CHECK(refusal({"POST", "/v1/permits/p3/begin", ""}).first == 400);
  CHECK(refusal({"DELETE", "/v1/permits/p3", "{"}).first == 400);
  for (const HttpRequest& request : {HttpRequest{"GET", "/v1/permits", ""},
                                     {"POST", "/v1/permits", wanted},
                                     {"GET", "/v1/events", ""},
                                     {"DELETE", "/v1/permits/p3", ""},
                                     {"POST", "/v1/permits/p3/begin", R"({"pid": 7})"}}) {
    CHECK(refusal(request, user).first == 403);
  }
}

TEST_CASE("a body that is no question is a bad request, never a question about the host") {
  const std::string targets_of_a_thousand = [] {
    json body{{"operation", "wipe"}, {"targets", json::array()}};
    for (int i = 0; i < 1000; ++i) body["targets"].push_back({{"path", "/d"}});
    return body.dump();
  }();
  const std::string bodies[] = {"",
                                "{",
                                "null",
                                "[]",
                                "{}",
                                R"({"operation": "reinstall"})",
                                R"({"scope": "host"})",
                                R"({"operation": "format", "scope": "host"})",
                                R"({"operation": 1, "scope": "host"})",
                                R"({"operation": "reinstall", "scope": "all"})",
                                R"({"operation": "reinstall", "targets": []})",
                                R"({"operation": "reinstall", "targets": [""]})",
                                R"({"operation": "reinstall", "scope": "host", "force": true})",
                                R"({"operation": "reboot", "operation": "reinstall", "scope": "host"})",
                                "{\"operation\": \"reinstall\", \"scope\": \"ho\xff\"}",
                                R"({"operation": "reinstall", "scope": "host"} x)",
                                std::string(200, '[') + std::string(200, ']'),
                                targets_of_a_thousand};
  for (const std::string& body : bodies) {
    INFO(body.substr(0, 80));
    CHECK(refusal(check(body)).first == 400);
  }
}
