// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "core/wire.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

json allow() {
  return json::parse(R"({"operation": "wipe", "scope": "targets", "targets": ["/dev/sdb"], "verdict": "allow",
      "reasons": [], "lifted": [], "host": {"hostname": "h", "machine_id": "m", "boot_id": "b"},
      "instance": "system", "snapshot": {}, "policy": {}})");
}

bool is_malformed(const json& document) {
  const Result<Answer> answer = parse_answer(document.dump());
  return !answer && answer.error().code == "bad_answer";
}

json with(const char* pointer, const json& value) {
  json document = allow();
  document[json::json_pointer(pointer)] = value;
  return document;
}

}  // namespace

TEST_CASE("a complete answer is believed") {
  const Result<Answer> answer = parse_answer(allow().dump());
  REQUIRE(answer.ok());
  CHECK(answer->operation == Operation::wipe);
  CHECK_FALSE(answer->whole_host);
  CHECK(answer->target_paths == std::vector<std::string>{"/dev/sdb"});
  CHECK(answer->outcome == Outcome::allow);
  CHECK(answer->boot_id == "b");
  CHECK(answer->instance == "system");
  CHECK(answer->document == allow());
}

TEST_CASE("members that are not known yet are no error") { CHECK_FALSE(is_malformed(with("/later", json::array()))); }

TEST_CASE("an answer without any of what the exit status depends on is malformed") {
  for (const char* key : {"operation", "scope", "targets", "verdict", "reasons", "host", "instance"}) {
    json document = allow();
    document.erase(key);
    INFO(key);
    CHECK(is_malformed(document));
    CHECK(is_malformed(with((std::string("/") + key).c_str(), nullptr)));
    CHECK(is_malformed(with((std::string("/") + key).c_str(), 1)));
    CHECK(is_malformed(with((std::string("/") + key).c_str(), "")));
    CHECK(is_malformed(with((std::string("/") + key).c_str(), json::object())));
  }
  CHECK(is_malformed(with("/host", {{"hostname", "h"}})));
  CHECK(is_malformed(with("/host/boot_id", "")));
  CHECK(is_malformed(with("/host/boot_id", 5)));
}

TEST_CASE("words that are not of the contract are malformed") {
  CHECK(is_malformed(with("/operation", "Wipe")));
  CHECK(is_malformed(with("/operation", "format")));
  CHECK(is_malformed(with("/verdict", "Allow")));
  CHECK(is_malformed(with("/verdict", "allowed")));
  CHECK(is_malformed(with("/verdict", "allow ")));
  CHECK(is_malformed(with("/instance", "public")));
  CHECK(is_malformed(with("/scope", "hosts")));
}

TEST_CASE("a verdict and its reasons must agree") {
  const json reasons = json::parse(R"([{"code": "dataset.active"}])");
  CHECK(is_malformed(with("/reasons", reasons)));
  for (const char* verdict : {"refuse", "unknown"}) {
    json document = with("/verdict", verdict);
    CHECK(is_malformed(document));
    document["reasons"] = reasons;
    CHECK_FALSE(is_malformed(document));
    for (const char* wrong : {R"([1])", R"([null])", R"([{}])", R"([{"code": ""}])", R"([{"code": 1}])",
                              R"([{"code": "dataset.active"}, "x"])"}) {
      document["reasons"] = json::parse(wrong);
      CHECK(is_malformed(document));
    }
  }
}

TEST_CASE("a scope and its targets must agree") {
  CHECK(is_malformed(with("/targets", json::array())));
  CHECK(is_malformed(with("/scope", "host")));
  CHECK(is_malformed(with("/targets", json::parse(R"([{"path": "/dev/sdb"}])"))));
  json host = with("/scope", "host");
  host["targets"] = json::array();
  CHECK_FALSE(is_malformed(host));
}

TEST_CASE("every proper prefix of an answer is malformed") {
  const std::string whole = allow().dump();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    CHECK_FALSE(parse_answer(whole.substr(0, length)).ok());
  }
  CHECK_FALSE(parse_answer(whole + "x").ok());
  CHECK_FALSE(parse_answer(whole + whole).ok());
}

TEST_CASE("a second verdict in one answer is malformed") {
  std::string text = allow().dump();
  text.insert(1, R"("verdict": "refuse", )");
  CHECK_FALSE(parse_answer(text).ok());
}

TEST_CASE("an answer has bounds on both sides") {
  const std::string text = allow().dump();
  CHECK(parse_answer(text + std::string(answer_limits.bytes - text.size(), ' ')).ok());
  CHECK_FALSE(parse_answer(text + std::string(answer_limits.bytes - text.size() + 1, ' ')).ok());
  const auto nested = [&](std::size_t depth) {
    return with("/later", json::parse(std::string(depth, '[') + std::string(depth, ']')));
  };
  CHECK_FALSE(is_malformed(nested(answer_limits.depth - 1)));
  CHECK(is_malformed(nested(answer_limits.depth)));
}

TEST_CASE("errors are read back, and safe to print") {
  const std::optional<Error> error = parse_error(error_json("bad_request", "a\nb").dump());
  REQUIRE(error);
  CHECK(error->code == "bad_request");
  CHECK(error->message == "a\\nb");
  CHECK(parse_error(R"({"error": {"code": "\u001b[2J", "message": "m"}})")->code == "\\x1b[2J");
  for (const char* none : {"", "[]", "{}", R"({"error": "x"})", R"({"error": {"code": "x"}})",
                           R"({"error": {"code": "", "message": "m"}})"}) {
    INFO(none);
    CHECK_FALSE(parse_error(none));
  }
}
