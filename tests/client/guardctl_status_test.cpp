// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/client/answers.hpp"
#include "tests/client/fake_server.hpp"
#include "tests/client/run.hpp"

namespace guardd::client::test {
namespace {

using nlohmann::json;

json status_document() {
  const json verdict = answer("refuse");
  return {{"host", verdict["host"]},
          {"instance", "private"},
          {"version", "0.1.0"},
          {"verdicts", {verdict}},
          {"datasets", json::array()}};
}

TEST_CASE("guardctl status: had or not had") {
  const FakeServer server([](const std::string&) { return http(200, status_document()); });
  const Run text = guardctl({"status", "--socket", server.socket()});
  CHECK(text.exit_status == 0);
  CHECK(has(text.out, "reinstall  REFUSED  dataset.active"));
  CHECK(json::parse(guardctl({"status", "--json", "--socket", server.socket()}).out) == status_document());
  CHECK(server.requests().at(0).starts_with("GET /v1/status HTTP/1.1\r\n"));

  const Run none = guardctl({"status", "--socket", "/nonexistent/guardd.sock", "--json"});
  CHECK(none.exit_status == 3);
  CHECK(json::parse(none.out).at("error").at("code") == "daemon.unreachable");
}

TEST_CASE("guardctl status: another boot's, garbage, and not for this caller") {
  json other = status_document();
  other["host"]["boot_id"] = "11111111-2222-3333-4444-555555555555";
  for (const std::string& response :
       {http(200, other), http(200, std::string("[]")), http(200, std::string("{")), http(500, std::string())}) {
    const FakeServer server([&](const std::string&) { return response; });
    CHECK(guardctl({"status", "--socket", server.socket()}).exit_status == 3);
  }
  const FakeServer denied([](const std::string&) { return http(403, std::string()); });
  CHECK(guardctl({"status", "--socket", denied.socket()}).exit_status == 4);
  CHECK(guardctl({"status", "--watch", "--socket", denied.socket()}).exit_status == 4);
}

TEST_CASE("guardctl status --watch without a terminal and events: a block a change, over one connection") {
  std::atomic<int> asked = 0;
  const FakeServer server([&](const std::string& request) {
    if (!request.starts_with("GET /v1/status ")) return std::string();
    json document = status_document();
    const int now = ++asked;
    document["snapshot"] = {{"generation", now}, {"age_ms", now}};
    document["version"] = now < 2 ? "0.1.0" : "0.2.0";
    return now < 3 ? http(200, document) : http(403, std::string());
  });
  const Run run = guardctl({"status", "--watch", "--socket", server.socket()});
  CHECK(run.exit_status == 4);
  CHECK(has(run.out, "guardd 0.1.0"));
  CHECK(has(run.out, "guardd 0.2.0"));
  CHECK_FALSE(has(run.out, "\033"));
  CHECK(asked == 3);
  CHECK(server.connections() <= 2);  // the second for events, if it came to that
}

TEST_CASE("guardctl status --expect-host is not ignored") {
  const FakeServer server([](const std::string&) { return http(200, status_document()); });
  CHECK(guardctl({"status", "--socket", server.socket(), "--expect-host", "no-such-host"}).exit_status == 1);
  CHECK(server.connections() == 0);
}

TEST_CASE("guardctl policy show: what guardd says") {
  const json policy = {{"generation", 3}, {"services", {{"mysql", {{"executables", {"mariadbd"}}}}}}};
  const FakeServer server([&](const std::string&) { return http(200, policy); });
  const Run run = guardctl({"policy", "show", "--socket", server.socket()});
  CHECK(run.exit_status == 0);
  CHECK(json::parse(run.out) == policy);
  CHECK(server.requests().at(0).starts_with("GET /v1/policy HTTP/1.1\r\n"));
  CHECK(guardctl({"policy", "show", "--socket", "/nonexistent/guardd.sock"}).exit_status == 3);
}

}  // namespace
}  // namespace guardd::client::test
