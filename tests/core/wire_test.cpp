// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "core/wire.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

Error failure(const std::string& body) {
  const Result<CheckRequest> request = parse_check_request(body);
  INFO(body);
  REQUIRE_FALSE(request.ok());
  return request.error();
}

std::string many_targets(std::size_t count) {
  json body{{"operation", "wipe"}, {"scope", "targets"}, {"targets", json::array()}};
  for (std::size_t i = 0; i < count; ++i) body["targets"].push_back("/dev/sd" + std::to_string(i));
  return body.dump();
}

std::string wipe(const std::string& targets) {
  return R"({"operation": "wipe", "scope": "targets", "targets": )" + targets + "}";
}

Verdict sample_verdict() {
  Verdict verdict;
  verdict.request.operation = Operation::reinstall;
  verdict.request.whole_host = true;
  verdict.outcome = Outcome::refuse;
  verdict.host = {"db1", std::vector<std::string>{"db1.example"}, "0123", "aaaa", "secret-uuid"};
  verdict.instance = "system";
  verdict.snapshot_generation = 4711;
  verdict.snapshot_age_ms = 2;
  verdict.inspectors = {
      {.name = "processes", .health = Health::ok, .problems = {}, .duration_us = 5},
      {.name = "storage", .health = Health::failed, .problems = {"EIO on /hidden/path"}, .duration_us = 6}};
  verdict.policy_generation = 3;
  verdict.policy_digest = "sha256:00";
  Dataset dataset;
  dataset.id = "mysql:dir:65025:42";
  dataset.service = "mysql";
  dataset.role = Role::primary;
  dataset.role_detail = "hidden detail";
  dataset.path = "/hidden/path\n\xff";
  dataset.state = DatasetState::active;
  dataset.devices = {"/dev/hidden0p2", "/dev/hidden0"};
  dataset.pids = {812};
  Reason reason{.code = "dataset.active",
                .rule = "data/active",
                .message = "mysql at /hidden/path\n is in use",
                .remedy = "stop /hidden/path",
                .dataset = dataset,
                .evidence = {},
                .outcome = Outcome::refuse};
  reason.evidence = {
      {.inspector = "open_files", .pid = 812, .exe = "/hidden/exe", .file = "/hidden/path/ibdata1", .detail = "fd"}};
  verdict.reasons = {reason};
  dataset.path = "/hidden/other";
  reason.dataset = dataset;
  verdict.reasons.push_back(reason);
  verdict.lifted = {{reason, "exception in /hidden/site.json: hidden reason"}};
  return verdict;
}

}  // namespace

TEST_CASE("a request for the whole host") {
  const Result<CheckRequest> request =
      parse_check_request(R"({"operation": "reinstall", "scope": "host", "targets": [], "expect_host": "db1"})");
  REQUIRE(request.ok());
  CHECK(request->operation == Operation::reinstall);
  CHECK(request->whole_host);
  CHECK(request->targets.empty());
  CHECK(request->expect_host == "db1");
  CHECK(parse_check_request(R"({"operation": "reboot", "scope": "host"})").ok());
}

TEST_CASE("a request for targets") {
  const Result<CheckRequest> request = parse_check_request(wipe(R"(["/dev/sdb",
      {"path": "/dev/nvme0n1", "kind": "block_device", "device": "259:0"},
      {"path": "/srv", "kind": "path", "device": "254:1", "mount_id": 29}, {"path": "/", "kind": "path"}])"));
  REQUIRE(request.ok());
  CHECK_FALSE(request->whole_host);
  REQUIRE(request->targets.size() == 4);
  CHECK(request->targets[0] == Target{"/dev/sdb", std::nullopt, false, std::nullopt, {}});
  CHECK(request->targets[1] == Target{"/dev/nvme0n1", DeviceNumber{259, 0}, true, std::nullopt, {}});
  CHECK(request->targets[2] == Target{"/srv", DeviceNumber{254, 1}, false, 29, {}});
  CHECK(request->targets[3] == Target{"/", std::nullopt, false, std::nullopt, {}});
}

TEST_CASE("a request that was written is read back the same") {
  CheckRequest request{.operation = Operation::wipe, .whole_host = false, .targets = {}, .expect_host = "db1"};
  request.targets = {{"/dev/sdb", DeviceNumber{8, 16}, true, std::nullopt, {}},
                     {"/srv/a\nb", DeviceNumber{254, 1}, false, 29, {}},
                     {"/dev/sdc", std::nullopt, false, std::nullopt, {}}};
  const Result<CheckRequest> again = parse_check_request(to_text(to_json(request)));
  REQUIRE(again.ok());
  CHECK(again->operation == request.operation);
  CHECK(again->targets == request.targets);
  CHECK(again->expect_host == "db1");
  const CheckRequest host{.operation = Operation::reboot, .whole_host = true, .targets = {}, .expect_host = ""};
  REQUIRE(parse_check_request(to_text(to_json(host))).ok());
}

TEST_CASE("the whole host is said, never implied") {
  for (const char* body :
       {R"({"operation": "reinstall"})", R"({"operation": "reinstall", "targets": []})",
        R"({"operation": "reinstall", "scope": ""})", R"({"operation": "reinstall", "scope": null})",
        R"({"operation": "reinstall", "scope": "targets"})",
        R"({"operation": "reinstall", "scope": "targets", "targets": []})",
        R"({"operation": "reinstall", "scope": "targets", "targets": null})",
        R"({"operation": "reinstall", "scope": "host", "targets": ["/dev/sda"]})",
        R"({"operation": "wipe", "scope": "host"})",
        R"({"operation": "reboot", "scope": "targets", "targets": ["/dev/sda"]})",
        R"({"operation": "reinstall", "scope": "all"})", R"({"operation": "reinstall", "scope": "Host"})"}) {
    CHECK(failure(body).code == "bad_request");
  }
}

TEST_CASE("targets that are none are errors with a pointer") {
  for (const char* target : {R"("")",
                             R"("dev/sda")",
                             R"("/dev/../dev/sda")",
                             R"("/dev//sda")",
                             R"("/dev/sda/")",
                             R"("/./dev/sda")",
                             R"("/dev/sda\u0000")",
                             "1",
                             "null",
                             "[]",
                             R"({"path": "/dev/sda"})",
                             R"({"path": "", "kind": "path"})",
                             R"({"kind": "path"})",
                             R"({"path": "/dev/sda", "kind": "disk"})",
                             R"({"path": "/dev/sda", "kind": "block_device"})",
                             R"({"path": "/a", "kind": "path", "device": "8"})",
                             R"({"path": "/a", "kind": "path", "device": "8:"})",
                             R"({"path": "/a", "kind": "path", "device": ":1"})",
                             R"({"path": "/a", "kind": "path", "device": "8:1 "})",
                             R"({"path": "/a", "kind": "path", "device": "-8:1"})",
                             R"({"path": "/a", "kind": "path", "device": "4294967296:0"})",
                             R"({"path": "/a", "kind": "path", "mount_id": -1})",
                             R"({"path": "/a", "kind": "path", "mount_id": "1"})",
                             R"({"path": "/a", "kind": "block_device", "device": "8:1", "mount_id": 1})",
                             R"({"path": "/a", "kind": "path", "owner": 1})"}) {
    const Error error = failure(wipe(R"(["/dev/sdb", )" + std::string(target) + "]"));
    CHECK(error.code == "bad_request");
    CHECK(error.message.starts_with("/targets/1"));
  }
  CHECK(failure(wipe("\"/dev/sda\"")).message == "/targets: expected an array");
  CHECK(failure(wipe("{}")).message == "/targets: expected an array");
}

TEST_CASE("device numbers have their whole range") {
  const auto request =
      parse_check_request(wipe(R"([{"path": "/dev/x", "kind": "block_device", "device": "4294967295:4294967295"}])"));
  REQUIRE(request.ok());
  CHECK(request->targets[0].device == DeviceNumber{UINT32_MAX, UINT32_MAX});
}

TEST_CASE("other members are read strictly") {
  for (const char* body :
       {"[]", "null", "\"host\"", "{}", R"({"scope": "host"})", R"({"operation": "format", "scope": "host"})",
        R"({"operation": 1, "scope": "host"})", R"({"operation": "reinstall", "scope": "host", "force": true})",
        R"({"operation": "reinstall", "scope": "host", "expect_host": ""})",
        R"({"operation": "reinstall", "scope": "host", "expect_host": null})",
        R"({"operation": "reinstall", "scope": "host", "expect_host": ["db1"]})"}) {
    CHECK(failure(body).code == "bad_request");
  }
  for (const char* body : {"", "{", R"({"operation": "reinstall", "scope": "host"} x)",
                           R"({"operation": "wipe", "operation": "reinstall", "scope": "host"})",
                           "{\"operation\": \"reinstall\", \"scope\": \"host\", \"expect_host\": \"\xff\"}"}) {
    CHECK(failure(body).code == "bad_json");
  }
}

TEST_CASE("a request has bounds on both sides") {
  CHECK(parse_check_request(many_targets(max_targets)).ok());
  CHECK(failure(many_targets(max_targets + 1)).code == "too_large");
  CHECK(failure(many_targets(1000)).code == "too_large");

  const std::string body = R"({"operation": "reinstall", "scope": "host"})";
  CHECK(parse_check_request(body + std::string(request_limits.bytes - body.size(), ' ')).ok());
  CHECK(failure(body + std::string(request_limits.bytes - body.size() + 1, ' ')).code == "too_large");

  const std::string long_path = "[\"/" + std::string(ObjectReader::max_text - 1, 'a');
  CHECK(parse_check_request(wipe(long_path + "\"]")).ok());
  CHECK(failure(wipe(long_path + "a\"]")).code == "bad_request");

  std::string deep = R"({"operation": )" + std::string(9, '[') + std::string(9, ']') + "}";
  CHECK(failure(deep).code == "too_large");
}

TEST_CASE("a whole answer, as the contract has it") {
  const json answer = to_json(sample_verdict(), Detail::full);
  CHECK(answer.at("operation") == "reinstall");
  CHECK(answer.at("scope") == "host");
  CHECK(answer.at("targets") == json::array());
  CHECK(answer.at("verdict") == "refuse");
  CHECK(answer.at("instance") == "system");
  CHECK(answer.at("host") == json{{"hostname", "db1"}, {"machine_id", "0123"}, {"boot_id", "aaaa"}});
  CHECK(answer.at("policy") == json{{"generation", 3}, {"digest", "sha256:00"}});
  const json& snapshot = answer.at("snapshot");
  CHECK(snapshot.at("generation") == 4711);
  CHECK(snapshot.at("age_ms") == 2);
  CHECK(snapshot.at("inspectors").at(0).at("health") == "ok");
  CHECK(snapshot.at("inspectors").at(1).at("problems").at(0) == "EIO on /hidden/path");
  REQUIRE(answer.at("reasons").size() == 2);
  const json& reason = answer.at("reasons").at(0);
  CHECK(reason.at("code") == "dataset.active");
  CHECK(reason.at("rule") == "data/active");
  CHECK(reason.at("message") == "mysql at /hidden/path\\n is in use");
  CHECK(reason.at("remedy") == "stop /hidden/path");
  CHECK(reason.at("evidence").at(0) == json{{"inspector", "open_files"},
                                            {"pid", 812},
                                            {"exe", "/hidden/exe"},
                                            {"file", "/hidden/path/ibdata1"},
                                            {"detail", "fd"}});
  const json& dataset = reason.at("dataset");
  CHECK(dataset.at("id") == "mysql:dir:65025:42");
  CHECK(dataset.at("service") == "mysql");
  CHECK(dataset.at("role") == "primary");
  CHECK(dataset.at("path") == "/hidden/path\\n\\xff");
  CHECK(dataset.at("devices") == json{"/dev/hidden0p2", "/dev/hidden0"});
  CHECK(dataset.at("state") == "active");
  CHECK(answer.at("lifted").at(0).at("by") == "exception in /hidden/site.json: hidden reason");
  CHECK(answer.at("lifted").at(0).at("code") == "dataset.active");
}

TEST_CASE("a summary tells codes and services, and nothing that is somebody's") {
  const json answer = to_json(sample_verdict(), Detail::summary);
  const std::string text = to_text(answer);
  for (const char* secret : {"hidden", "812", "secret-uuid", "pid", "65025", "primary", "db1.example", "problems"}) {
    INFO(secret);
    CHECK(text.find(secret) == std::string::npos);
  }
  CHECK(answer.at("verdict") == "refuse");
  REQUIRE(answer.at("reasons").size() == 1);  // how many datasets there are is not said either
  const json& reason = answer.at("reasons").at(0);
  CHECK(reason.at("code") == "dataset.active");
  CHECK(reason.at("rule") == "data/active");
  CHECK(reason.at("dataset") == json{{"service", "mysql"}});
  CHECK(reason.at("message") == "this host has data in use");
  CHECK(reason.at("evidence").empty());
  CHECK(answer.at("lifted").at(0).at("by") == "a policy exception");
  CHECK(answer.at("host").at("boot_id") == "aaaa");
  CHECK(answer.at("snapshot").at("inspectors").at(1) == json{{"name", "storage"}, {"health", "failed"}});
  CHECK(parse_answer(text).ok());
}

TEST_CASE("an answer names the targets byte for byte") {
  Verdict verdict = sample_verdict();
  verdict.request.whole_host = false;
  verdict.request.targets = {{"/srv/a\nb\\", std::nullopt, false, std::nullopt, {}}};
  const Result<Answer> answer = parse_answer(to_text(to_json(verdict, Detail::full)));
  REQUIRE(answer.ok());
  CHECK(answer->target_paths == std::vector<std::string>{"/srv/a\nb\\"});
}

TEST_CASE("every reason code of the documentation has a message for everybody") {
  for (const char* code :
       {"dataset.active",        "dataset.at_rest",    "dataset.remembered", "dataset.ambiguous", "role.primary",
        "role.unknown",          "replicas.attached",  "clients.connected",  "device.in_use",     "device.unrecognised",
        "mount.unrecognised",    "mount.missing",      "path.protected",     "hold.active",       "permit.conflict",
        "operation.interrupted", "host.mismatch",      "host.starting",      "quorum.denied",     "inspector.failed",
        "snapshot.stale",        "target.untraceable", "ledger.failed",      "ledger.lost"}) {
    Verdict verdict = sample_verdict();
    verdict.reasons.front().code = code;
    INFO(code);
    CHECK(to_json(verdict, Detail::summary).at("reasons").at(0).at("message") != "refused");
  }
}
