// SPDX-License-Identifier: Apache-2.0
#include "core/wire_seal.hpp"

#include <catch2/catch.hpp>

#include "core/strict_json.hpp"
#include "core/wire_hold.hpp"

using namespace guardd;

TEST_CASE("a lift survives the wire, and wants a reason and a bounded time") {
  const SealLift lift{.reason = "grub-install", .valid_s = 30};
  const Result<SealLift> read = parse_seal_lift(to_text(to_json(lift)));
  REQUIRE(read);
  CHECK(*read == lift);
  CHECK(parse_seal_lift(R"({"reason": "x"})")->valid_s == default_lift_s);
  CHECK(parse_seal_lift(R"({"reason": "x", "valid_s": 0})"));
  CHECK(parse_seal_lift(R"({"reason": "x", "valid_s": 86400})"));
  CHECK(parse_seal_lift(R"({"reason": ")" + std::string(max_reason_bytes, 'r') + "\"}"));
  for (const std::string& wrong :
       {std::string("{}"), std::string(R"({"reason": ""})"), std::string(R"({"reason": "x", "valid_s": 86401})"),
        std::string(R"({"reason": "x", "valid_s": -1})"), std::string(R"({"reason": "x", "for": 1})"),
        R"({"reason": ")" + std::string(max_reason_bytes + 1, 'r') + "\"}"}) {
    INFO(wrong);
    CHECK_FALSE(parse_seal_lift(wrong));
  }
}
