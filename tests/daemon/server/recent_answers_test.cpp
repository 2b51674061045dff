// SPDX-License-Identifier: Apache-2.0
#include "daemon/recent_answers.hpp"

#include <catch2/catch.hpp>

using namespace guardd;

namespace {

constexpr Grounds grounds{.snapshot = 7, .policy = 2, .ledger_changes = 5, .problems = {}};
constexpr std::int64_t asked_ms = 1000;

RecentAnswers with_a_refusal() {
  RecentAnswers recent;
  recent.keep(Operation::reinstall, Detail::full, grounds, asked_ms, {AgedText(R"({"age_ms":3,"verdict":"refuse"})")});
  return recent;
}

}  // namespace

TEST_CASE("an answer is told again with the age that its look has by then") {
  CHECK(AgedText(R"({"snapshot":{"age_ms":12,"generation":1},"age_ms":-1})").at(345) ==
        R"({"snapshot":{"age_ms":345,"generation":1},"age_ms":345})");
  CHECK(AgedText(R"({"age_ms":12)").at(3) == R"({"age_ms":3)");
  CHECK(AgedText("{}").at(3) == "{}");
}

TEST_CASE("a file that is called like an age stays as it is") {
  const std::string text = R"({"file":"/x/\"age_ms\":12"})";
  CHECK(AgedText(text).at(3) == text);
}

TEST_CASE("who asks the same on the same grounds gets the same answer, for a moment") {
  const RecentAnswers recent = with_a_refusal();
  const auto* found = recent.find(Operation::reinstall, Detail::full, grounds, asked_ms + RecentAnswers::longest_ms);
  REQUIRE(found != nullptr);
  CHECK(found->text.at(9) == R"({"age_ms":9,"verdict":"refuse"})");
  CHECK(recent.find(Operation::reinstall, Detail::full, grounds, asked_ms + RecentAnswers::longest_ms + 1) == nullptr);
}

TEST_CASE("another question, another caller's detail, and other grounds get an answer of their own") {
  const RecentAnswers recent = with_a_refusal();
  CHECK(recent.find(Operation::reboot, Detail::full, grounds, asked_ms) == nullptr);
  CHECK(recent.find({}, Detail::full, grounds, asked_ms) == nullptr);
  CHECK(recent.find(Operation::reinstall, Detail::summary, grounds, asked_ms) == nullptr);
  for (const Grounds& other :
       {Grounds{8, 2, 5, {}}, Grounds{7, 3, 5, {}}, Grounds{7, 2, 6, {}}, Grounds{7, 2, 5, "the last reload failed"}}) {
    CHECK(recent.find(Operation::reinstall, Detail::full, other, asked_ms) == nullptr);
  }
}
