// SPDX-License-Identifier: Apache-2.0
#include "client/trust.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "client/connection.hpp"
#include "tests/client/answers.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;
using test::answer;

LocalHost local() { return {.hostname = "db1", .machine_id = "m", .boot_id = test::this_boot(), .euid = 1000}; }

Question question(Operation operation = Operation::reinstall, const std::vector<std::string>& targets = {}) {
  Question asked;
  asked.request.operation = operation;
  asked.request.whole_host = targets.empty();
  for (const std::string& path : targets)
    asked.request.targets.push_back({.path = path, .device = {}, .mount_id = {}, .inode = {}});
  asked.socket = "/run/guardd/guardd.sock";
  return asked;
}

Conclusion of(const Question& asked, const json& document, const Known<bool>& expected = true) {
  return conclude(asked, HttpResponse{200, true, document.dump()}, local(), expected);
}

void check_own_shape(const Conclusion& conclusion, const std::string& verdict, const std::string& code) {
  const json& document = conclusion.document;
  CHECK(document.at("verdict") == verdict);
  REQUIRE(document.at("reasons").size() == 1);
  const json& why = document.at("reasons").at(0);
  CHECK(why.at("code") == code);
  CHECK(why.at("rule") == "builtin");
  CHECK_FALSE(why.at("message").get<std::string>().empty());
  CHECK_FALSE(why.at("remedy").get<std::string>().empty());
  CHECK(why.at("evidence") == json::array());
  CHECK(document.at("lifted") == json::array());
  CHECK(document.at("instance").is_null());
  CHECK(document.at("snapshot").is_null());
  CHECK(document.at("policy").is_null());
  CHECK(document.at("host").at("boot_id") == test::this_boot());
  CHECK(document.at("host").at("hostname") == "db1");
}

TEST_CASE("the verdict decides the exit status, and comes through whole") {
  for (const auto& [verdict, status] : {std::pair{"allow", 0}, std::pair{"refuse", 1}, std::pair{"unknown", 3}}) {
    for (const Operation operation : all_operations) {
      for (const std::vector<std::string>& targets :
           {std::vector<std::string>{}, std::vector<std::string>{"/dev/sda", "/srv/a b"}}) {
        const json document = answer(verdict, std::string(to_string(operation)), targets);
        const Conclusion conclusion = of(question(operation, targets), document);
        CHECK(conclusion.exit_status == status);
        CHECK(to_string(conclusion.outcome) == verdict);
        CHECK(conclusion.document == document);
      }
    }
  }
}

TEST_CASE("an answer to another question is none") {
  const std::vector<std::vector<std::string>> target_lists = {
      {}, {"/dev/sda"}, {"/dev/sdb"}, {"/dev/sda", "/dev/sdb"}, {"/dev/sdb", "/dev/sda"}, {"/dev/sda", "/dev/sda"}};
  for (const Operation asked : all_operations) {
    for (const auto& asked_targets : target_lists) {
      for (const Operation answered : all_operations) {
        for (const auto& answered_targets : target_lists) {
          for (const std::string verdict : {"allow", "refuse", "unknown"}) {
            const Conclusion conclusion =
                of(question(asked, asked_targets), answer(verdict, std::string(to_string(answered)), answered_targets));
            const bool same = asked == answered && asked_targets == answered_targets;
            CHECK((conclusion.exit_status == 0) == (same && verdict == "allow"));
            if (!same) {
              CHECK(conclusion.exit_status == 3);
              CHECK(conclusion.document.at("reasons").at(0).at("code") == "daemon.untrusted");
            }
          }
        }
      }
    }
  }
}

TEST_CASE("an allow that lacks anything, or has something else in its place, is no allow") {
  REQUIRE(of(question(), answer("allow")).exit_status == 0);
  const std::vector<std::string> necessary = {"operation", "scope", "targets",  "verdict",  "reasons",
                                              "lifted",    "host",  "instance", "snapshot", "policy"};
  const std::vector<json> others = {
      nullptr, true, 0, "", "x", "Allow", "host ", json::array({1}), json::array({json::array()}), json::object()};
  for (const std::string& member : necessary) {
    json without = answer("allow");
    without.erase(member);
    INFO(member);
    check_own_shape(of(question(), without), "unknown", "daemon.untrusted");
    for (const json& other : others) {
      const bool good_enough = other.is_object() && (member == "snapshot" || member == "policy");
      if (good_enough) continue;
      json changed = answer("allow");
      changed[member] = other;
      INFO(changed.dump());
      CHECK(of(question(), changed).exit_status == 3);
    }
  }
}

TEST_CASE("an allow with a reason against it is no allow") {
  json contradictory = answer("allow");
  contradictory["reasons"].push_back(test::reason("dataset.active"));
  check_own_shape(of(question(), contradictory), "unknown", "daemon.untrusted");
}

TEST_CASE("another boot, or none") {
  for (const json& boot : {json("11111111-2222-3333-4444-555555555555"), json(""), json(nullptr), json(1)}) {
    json document = answer("allow");
    document["host"]["boot_id"] = boot;
    check_own_shape(of(question(), document), "unknown", "daemon.untrusted");
  }
  LocalHost blind = local();
  blind.boot_id = Unknown{"permission denied"};
  const Conclusion conclusion = conclude(question(), HttpResponse{200, true, answer("allow").dump()}, blind, true);
  CHECK(conclusion.exit_status == 3);
  CHECK(conclusion.document.at("host").at("boot_id").is_null());
}

TEST_CASE("a private instance counts only where its socket was named") {
  json document = answer("allow");
  document["instance"] = "private";
  check_own_shape(of(question(), document), "unknown", "daemon.untrusted");
  Question named = question();
  named.socket_given = true;
  CHECK(of(named, document).exit_status == 0);
  CHECK(of(named, answer("allow")).exit_status == 0);
  document["instance"] = "other";
  CHECK(of(named, document).exit_status == 3);
}

TEST_CASE("bodies that are no verdict") {
  const std::string allow = answer("allow").dump();
  std::vector<std::string> bodies = {"",      "{}",          "[]",        "null",           "\"allow\"",
                                     "allow", allow + allow, allow + "x", "[" + allow + "]"};
  for (std::size_t length = 0; length < allow.size(); length += 7) bodies.push_back(allow.substr(0, length));
  for (const std::string& body : bodies) {
    INFO(body);
    check_own_shape(conclude(question(), HttpResponse{200, true, body}, local(), true), "unknown", "daemon.untrusted");
  }
}

TEST_CASE("two verdicts in one answer are none, whichever comes first") {
  const std::string refuse = answer("refuse").dump();
  for (const std::string second : {"allow", "refuse"}) {
    const std::string both = "{\"verdict\":\"" + second + "\"," + refuse.substr(1);
    CHECK(conclude(question(), HttpResponse{200, true, both}, local(), true).exit_status == 3);
  }
  const std::string allow = answer("allow").dump();
  const std::string twice = "{\"verdict\":\"allow\"," + allow.substr(1);
  CHECK(conclude(question(), HttpResponse{200, true, twice}, local(), true).exit_status == 3);
}

TEST_CASE("another HTTP status is no verdict, whatever its body says") {
  for (unsigned status = 100; status < 600; ++status) {
    if (status == 200) continue;
    const Conclusion conclusion =
        conclude(question(), HttpResponse{status, true, answer("allow").dump()}, local(), true);
    CHECK(conclusion.exit_status == (status == 403 ? 4 : 3));
    CHECK(conclusion.outcome == Outcome::unknown);
  }
  const Conclusion denied = conclude(
      question(), HttpResponse{403, true, R"({"error":{"code":"denied","message":"operators only"}})"}, local(), true);
  check_own_shape(denied, "unknown", "daemon.denied");
  CHECK(denied.document.at("reasons").at(0).at("message").get<std::string>().find("operators only") !=
        std::string::npos);
}

TEST_CASE("an exchange that failed is unknown, with its code") {
  for (const char* code : {"daemon.unreachable", "daemon.untrusted"}) {
    const Conclusion conclusion =
        conclude(question(Operation::wipe, {"/dev/sda"}), Error{code, "is gone"}, local(), true);
    check_own_shape(conclusion, "unknown", code);
    CHECK(conclusion.exit_status == 3);
    CHECK(conclusion.document.at("operation") == "wipe");
    CHECK(conclusion.document.at("scope") == "targets");
    CHECK(conclusion.document.at("targets") == json::array({"/dev/sda"}));
    CHECK(conclusion.document.at("reasons").at(0).at("message") == "guardd is gone");
  }
  check_own_shape(conclude(question(), Error{"other", "is gone"}, local(), true), "unknown", "daemon.unreachable");
}

TEST_CASE("on a wrong host nothing is allowed, and guardd's own refusal stays") {
  Question asked = question();
  asked.request.expect_host = "db2";
  for (const char* verdict : {"allow", "unknown"}) {
    const Conclusion conclusion = of(asked, answer(verdict), false);
    check_own_shape(conclusion, "refuse", "host.mismatch");
    CHECK(conclusion.exit_status == 1);
  }
  CHECK(of(asked, answer("refuse"), false).document == answer("refuse"));
  CHECK(conclude(asked, Error{"daemon.unreachable", "is gone"}, local(), false).exit_status == 1);
  CHECK(of(asked, answer("allow"), Unknown{"permission denied"}).exit_status ==
        0);  // guardd compared, and it can read it
}

TEST_CASE("whose socket is believed") {
  const PeerRule strict{.own_too = false, .own = 1000};
  CHECK(strict.trusts(0));
  CHECK_FALSE(strict.trusts(1000));
  CHECK_FALSE(strict.trusts(65534));
  const PeerRule named{.own_too = true, .own = 1000};
  CHECK(named.trusts(0));
  CHECK(named.trusts(1000));
  CHECK_FALSE(named.trusts(1001));
  const PeerRule unset{};
  CHECK_FALSE(unset.trusts(1));
}

}  // namespace
}  // namespace guardd::client
