// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.hpp"

#include <catch2/catch.hpp>

#include "tests/temporary_directory.hpp"

using namespace guardd;
using namespace std::chrono_literals;

namespace {

std::string error_of(const std::string& text) {
  const Result<Config> config = parse_config("guardd.json", text);
  return config ? "" : config.error().message;
}

}  // namespace

TEST_CASE("an empty configuration is the defaults") {
  const Result<Config> config = parse_config("guardd.json", "{}");
  REQUIRE(config.ok());
  CHECK(config->operators_group.empty());
  CHECK(config->credentials_file.empty());
  CHECK(config->askers_group.empty());
  CHECK(config->overrides.approvals == 2);
  CHECK(config->overrides.allowed_signers == "/etc/guardd/allowed_signers");
  CHECK_FALSE(config->overrides.signers_must_exist);
  CHECK(config->overrides.without_signers);
  CHECK(config->overrides.valid_s == 900);
  CHECK(config->deadlines.longest_look() == Deadlines{}.longest_look());
}

TEST_CASE("every key is taken") {
  const Result<Config> config = parse_config("guardd.json", R"({
    "operators_group": "dba", "askers_group": "users",
    "override": {"approvals": 3, "allowed_signers": "/root/signers", "without_signers": false, "valid_s": 60},
    "credentials_file": "/etc/guardd/my.cnf",
    "deadlines_ms": {"processes": 11, "boot": 12, "storage": 13, "data_directories": 14, "clients": 15, "roles": 16,
      "signatures": 17, "memory": 18}, "look_every_s": 60, "scan": "readlink",
    "inhibit_shutdown": true, "unused_event_sources": ["devices", "ends"], "limits": {"memory_mb": 512, "descriptors": 768, "wake_ups_per_s": 10},
    "release": {"quiet_s": 7}, "seal": "enforce"})");
  REQUIRE(config.ok());
  CHECK(config->operators_group == "dba");
  CHECK(config->credentials_file == "/etc/guardd/my.cnf");
  CHECK(config->askers_group == "users");
  CHECK(config->readlink_only);
  CHECK(config->seal == SealMode::enforce);
  CHECK(config->inhibit_shutdown);
  CHECK(config->unused_event_sources == std::set<std::string, std::less<>>{"devices", "ends"});
  CHECK(config->limits.memory_mb == 512);
  CHECK(config->limits.descriptors == 768);
  CHECK(config->limits.wake_ups_per_s == 10);
  CHECK(config->overrides.approvals == 3);
  CHECK(config->overrides.allowed_signers == "/root/signers");
  CHECK(config->overrides.signers_must_exist);
  CHECK_FALSE(config->overrides.without_signers);
  CHECK(config->overrides.valid_s == 60);
  CHECK(config->deadlines.processes == 11ms);
  CHECK(config->deadlines.boot == 12ms);
  CHECK(config->deadlines.storage == 13ms);
  CHECK(config->deadlines.data == 14ms);
  CHECK(config->deadlines.clients == 15ms);
  CHECK(config->deadlines.role == 16ms);
  CHECK(config->deadlines.signatures == 17ms);
}

TEST_CASE("what is wrong is an error with the file and where in it") {
  CHECK(error_of(R"({"operator_group": "x"})").find("guardd.json: /operator_group") == 0);
  CHECK(error_of(R"({"scan": "lsof"})").find("guardd.json: /scan") == 0);
  CHECK(error_of(R"({"unused_event_sources": ["disks"]})").find("guardd.json: /unused_event_sources") == 0);
  CHECK(error_of(R"({"limits": {"memory_mb": 511}})").find("guardd.json: /limits/memory_mb") == 0);
  CHECK(error_of(R"({"limits": {"memory_mb": 1048577}})").find("guardd.json: /limits/memory_mb") == 0);
  CHECK(error_of(R"({"limits": {"descriptors": 767}})").find("guardd.json: /limits/descriptors") == 0);
  CHECK(error_of(R"({"limits": {"descriptors": 1048577}})").find("guardd.json: /limits/descriptors") == 0);
  CHECK(error_of(R"({"limits": {"wake_ups_per_s": 9}})").find("guardd.json: /limits/wake_ups_per_s") == 0);
  CHECK(error_of(R"({"limits": {"wake_ups_per_s": 1001}})").find("guardd.json: /limits/wake_ups_per_s") == 0);
  CHECK(error_of(R"({"limits": {"memory_mb": 1048576, "descriptors": 1048576, "wake_ups_per_s": 1000}})").empty());
  CHECK(error_of(R"({"limits": {"threads": 1}})").find("guardd.json: /limits/threads") == 0);
  CHECK(error_of(R"({"operators_group": 7})").find("guardd.json: /operators_group") == 0);
  CHECK(error_of(R"({"operators_group": ""})").find("guardd.json: /operators_group") == 0);
  CHECK(error_of(R"({"credentials_file": "my.cnf"})").find("guardd.json: /credentials_file") == 0);
  CHECK(error_of(R"({"deadlines_ms": {"disks": 100}})").find("guardd.json: /deadlines_ms/disks") == 0);
  CHECK(error_of(R"({"deadlines_ms": []})").find("guardd.json: /deadlines_ms") == 0);
  CHECK_FALSE(error_of(R"({"operators_group": "a", "operators_group": "b"})").empty());
  CHECK(error_of(R"({"override": {"approvals": "2"}})").find("guardd.json: /override/approvals") == 0);
  CHECK(error_of(R"({"override": {"allowed_signers": "signers"}})").find("guardd.json: /override/allowed_signers") ==
        0);
  CHECK(error_of(R"({"override": {"without_signers": 1}})").find("guardd.json: /override/without_signers") == 0);
  CHECK(error_of(R"({"override": {"signers": []}})").find("guardd.json: /override/signers") == 0);
  CHECK(error_of(R"({"override": true})").find("guardd.json: /override") == 0);
  for (const char* text : {"", "[]", "3", "{", "{} {}", "{\"operators_group\": \"\xff\"}"})
    CHECK_FALSE(error_of(text).empty());
}

TEST_CASE("the seal is off unless it is named") {
  CHECK(parse_config("guardd.json", "{}")->seal == SealMode::off);
  CHECK(parse_config("guardd.json", R"({"seal": "off"})")->seal == SealMode::off);
  CHECK(parse_config("guardd.json", R"({"seal": "observe"})")->seal == SealMode::observe);
  for (const char* wrong : {R"({"seal": "on"})", R"({"seal": true})", R"({"seal": "Enforce"})"}) {
    const Result<Config> config = parse_config("guardd.json", wrong);
    REQUIRE_FALSE(config);
    CHECK(config.error().message.find("/seal") != std::string::npos);
  }
}

TEST_CASE("deadlines have bounds") {
  CHECK(error_of(R"({"deadlines_ms": {"boot": 10}})").empty());
  CHECK_FALSE(error_of(R"({"deadlines_ms": {"boot": 9}})").empty());
  CHECK(error_of(R"({"deadlines_ms": {"boot": 15000}})").empty());
  CHECK_FALSE(error_of(R"({"deadlines_ms": {"boot": 15001}})").empty());
}

TEST_CASE("an override's rules have bounds") {
  const auto with = [](const std::string& rule) { return error_of("{\"override\": {" + rule + "}}"); };
  CHECK(with(R"("approvals": 1)").empty());
  CHECK_FALSE(with(R"("approvals": 0)").empty());
  CHECK(with(R"("approvals": 8)").empty());
  CHECK_FALSE(with(R"("approvals": 9)").empty());
  CHECK_FALSE(with(R"("valid_s": 59)").empty());
  CHECK(with(R"("valid_s": 86400)").empty());
  CHECK_FALSE(with(R"("valid_s": 86401)").empty());
}

TEST_CASE("a missing file is an error where it was asked for; an unreadable one always") {
  const test::TemporaryDirectory directory;
  CHECK(read_config(directory.at("none.json"), false).ok());
  CHECK_FALSE(read_config(directory.at("none.json"), true).ok());
  CHECK_FALSE(read_config(directory.path(), false).ok());
  CHECK(read_config(directory.file("good.json", R"({"operators_group": "x"})"), false)->operators_group == "x");
  CHECK_FALSE(read_config(directory.file("bad.json", "{"), false).ok());
}
