// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/route.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace guardd;
using nlohmann::json;

namespace {

constexpr Caller root{.uid = 0, .pid = 1, .detail = Detail::full};
constexpr Caller user{.uid = 1000, .pid = 1, .detail = Detail::summary};

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
  for (const char* target :
       {"/", "", "/v1/status/", "/v1/status?x=1", "/v1//status", "/V1/status", "*", "/v1/check%20"}) {
    CHECK(refusal({"GET", target, ""}).first == 404);
  }
  CHECK(refusal({"GET", "/v1/check", ""}).first == 405);
  CHECK(refusal({"POST", "/v1/status", ""}).first == 405);
  CHECK(refusal({"HEAD", "/v1/status", ""}).first == 405);
  CHECK(refusal({"get", "/v1/status", ""}).first == 405);
  CHECK(std::get<Reply>(route({"DELETE", "/v1/check", ""}, root)).allow == "POST");
}

TEST_CASE("the policy is for those who may see everything") {
  CHECK(refusal({"GET", "/v1/policy", ""}, user) == std::pair(403U, std::string("not_permitted")));
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
