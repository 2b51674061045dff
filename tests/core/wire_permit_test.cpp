// SPDX-License-Identifier: Apache-2.0
#include "core/wire_permit.hpp"

#include <catch2/catch.hpp>

#include "core/strict_json.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

const json on_a_disk = json::parse(R"({"operation": "wipe", "scope": "targets", "command": true, "reason": "worn-out",
  "targets": [{"path": "/dev/sdb", "kind": "block_device", "device": "8:16"}], "valid_s": 60})");

std::string code_of(const json& body) {
  const auto parsed = parse_permit_request(body.dump());
  return parsed ? "" : parsed.error().code;
}
json with(json body, const char* key, json value) {
  body[key] = std::move(value);
  return body;
}

Permit some_permit() {
  Permit permit;
  permit.operation = Operation::wipe;
  permit.targets = {
      {.path = "/dev/sdb", .device = DeviceNumber{8, 16}, .block_device = true, .mount_id = {}, .inode = {}}};
  permit.reason = "worn-out";
  permit.by = "root (uid 0)";
  permit.holder = {.pid = 812, .start_ticks = 4711};
  permit.has_command = true;
  permit.boot_id = "boot";
  permit.granted_s = 1'700'000'000;
  permit.expires_boot_ms = 5000;
  permit.disks = {{{8, 16}, 12}};
  permit.accepted = {"dataset.active data/active x"};
  permit.state = PermitState::revoked;
  permit.began = true;
  permit.lapsed = "mariadbd started";
  permit.why = "";
  permit.cgroup = "/guardd.permits/p1";
  permit.exit_status = 137;
  return permit;
}

}  // namespace

TEST_CASE("a request for a permit is read as it was written") {
  const auto request = parse_permit_request(on_a_disk.dump());
  REQUIRE(request);
  CHECK(request->question.operation == Operation::wipe);
  CHECK(request->has_command);
  CHECK(request->valid_s == 60);
  CHECK(request->holder_pid == 0);
  CHECK(parse_permit_request(permit_request_json(*request).dump())->question.targets == request->question.targets);
  const auto host = parse_permit_request(R"({"operation": "reinstall", "scope": "host", "holder_pid": 5})");
  REQUIRE(host);
  CHECK(host->valid_s == default_valid_s);
  CHECK(host->holder_pid == 5);
}

TEST_CASE("a request for a permit is strict") {
  CHECK(code_of(with(on_a_disk, "valid_s", 0)) == "bad_request");
  CHECK(code_of(with(on_a_disk, "valid_s", 1)).empty());
  CHECK(code_of(with(on_a_disk, "valid_s", longest_valid_s)).empty());
  CHECK(code_of(with(on_a_disk, "valid_s", longest_valid_s + 1)) == "bad_request");
  CHECK(code_of(with(on_a_disk, "holder_pid", 5)) == "bad_request");  // beside a command
  CHECK(code_of(with(with(on_a_disk, "command", false), "holder_pid", 0)) == "bad_request");
  CHECK(code_of(with(on_a_disk, "targets", json::array())) == "bad_request");
  CHECK(code_of(with(on_a_disk, "targets", {"/dev/sdb"})) == "bad_request");  // unresolved
  CHECK(code_of(with(on_a_disk, "scope", "host")) == "bad_request");
  CHECK(code_of(with(on_a_disk, "cgroup", "/")) == "bad_request");
}

TEST_CASE("what begins and what ends is said strictly") {
  CHECK(*parse_begin(begin_json(7).dump()) == 7);
  CHECK_FALSE(parse_begin("{}"));
  CHECK_FALSE(parse_begin(R"({"pid": 0})"));
  CHECK_FALSE(parse_begin(""));
  CHECK_FALSE(parse_permit_end("")->exit_status);
  CHECK(parse_permit_end(permit_end_json({.exit_status = 255, .reason = "x"}).dump())->exit_status == 255);
  CHECK_FALSE(parse_permit_end(R"({"exit_status": 256})"));
  CHECK_FALSE(parse_permit_end(R"({"exit_status": -1})"));
}

TEST_CASE("the ledger's record gives the permit back, but for its id") {
  const Permit permit = some_permit();
  const auto again = parse_permit_record(to_text(permit_record(permit)));
  REQUIRE(again);
  CHECK(*again == permit);
  json without_cgroup = permit_record(permit);
  without_cgroup.erase("cgroup");
  CHECK(parse_permit_record(without_cgroup.dump()).error().code == "bad_record");
  CHECK(parse_permit_record(with(permit_record(permit), "state", "asleep").dump()).error().code == "bad_record");
  CHECK(parse_permit_record(with(permit_record(permit), "disks", {{{"major", -1}}}).dump()).error().code ==
        "bad_record");
  CHECK(parse_permit_record(with(permit_record(permit), "holder", {{"pid", 0}}).dump()).error().code == "bad_record");
}

TEST_CASE("a mirror tells everybody what the gate needs, and nothing else") {
  Permit permit = some_permit();
  permit.id = "p7";
  const std::string text = to_text(mirror_json(permit));
  for (const char* secret : {"sdb", "worn-out", "root", "mariadbd"}) CHECK(text.find(secret) == std::string::npos);
  const auto mirror = parse_mirror(text);
  REQUIRE(mirror);
  CHECK(mirror->id == "p7");
  CHECK(mirror->holder == permit.holder);
  CHECK(mirror->cgroup == permit.cgroup);
  CHECK(mirror->state == permit.state);
  CHECK(mirror->exit_status == 137);
  CHECK_FALSE(parse_mirror(with(mirror_json(permit), "scope", "disk").dump()));
  CHECK_FALSE(parse_mirror(text.substr(0, text.size() / 2)));
  CHECK_FALSE(parse_mirror(""));
}

TEST_CASE("a start intent comes back") {
  StartIntent intent{"db", "mariadb.service", {1, 4}, "boot", 99};
  CHECK(*parse_start_intent(start_intent_json(intent).dump()) == intent);
  intent.unit.clear();
  CHECK(*parse_start_intent(start_intent_json(intent).dump()) == intent);
  CHECK_FALSE(parse_start_intent(R"({"service": "x"})"));
}

TEST_CASE("a permit is shown safe to print") {
  Permit permit = some_permit();
  permit.targets.front().path = "/dev/\x1b[2Jsdb";
  permit.reason = "a\nb";
  const std::string text = to_json(permit).dump();
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(to_json(permit).at("lapsed") == "mariadbd started");
}
