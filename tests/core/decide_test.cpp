// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>

#include "core/facts_json.hpp"
#include "tests/core/scenario.hpp"

using namespace guardd;
using namespace guardd::test;

TEST_CASE("every scenario comes out as it wants") {
  const std::vector<Scenario>& scenarios = load_scenarios();
  REQUIRE(scenarios.size() > 80);
  for (const Scenario& scenario : scenarios) {
    INFO(scenario.name);
    const Verdict verdict = scenario.decide();
    const nlohmann::json& want = scenario.want;
    auto want_codes = want["codes"].get<std::vector<std::string>>();
    std::ranges::sort(want_codes);
    CHECK(to_string(verdict.outcome) == want["verdict"].get<std::string>());
    CHECK(codes(verdict) == want_codes);
    std::vector<std::string> lifted;
    for (const Lifted& one : verdict.lifted) lifted.push_back(one.reason.code);
    CHECK(lifted == want.value("lifted", std::vector<std::string>()));

    const auto about = std::ranges::find_if(verdict.reasons, [](const Reason& r) { return r.dataset.has_value(); });
    const bool has_dataset = about != verdict.reasons.end();
    for (const std::string key : {"service", "role", "state", "path", "devices"}) {
      if (!want.contains(key)) continue;
      REQUIRE(has_dataset);
      const Dataset& dataset = *about->dataset;
      if (key == "service") CHECK(dataset.service == want[key].get<std::string>());
      if (key == "role") CHECK(to_string(dataset.role) == want[key].get<std::string>());
      if (key == "state") CHECK(to_string(dataset.state) == want[key].get<std::string>());
      if (key == "path") CHECK(dataset.path == want[key].get<std::string>());
      if (key == "devices") CHECK(dataset.devices == want[key].get<std::vector<std::string>>());
    }
  }
}

TEST_CASE("an allow has no reasons and everything else has some, with a message and a remedy") {
  for (const Scenario& scenario : load_scenarios()) {
    INFO(scenario.name);
    const Verdict verdict = scenario.decide();
    CHECK(verdict.reasons.empty() == (verdict.outcome == Outcome::allow));
    for (const Reason& reason : verdict.reasons) {
      CHECK_FALSE(reason.message.empty());
      CHECK_FALSE(reason.remedy.empty());
      CHECK_FALSE(reason.rule.empty());
      CHECK(reason.outcome != Outcome::allow);
    }
  }
}

// Invariant: evidence only adds refusals. Whatever facts one host has, adding those of another never weakens a verdict.
TEST_CASE("adding any scenario's facts to any other never weakens the verdict") {
  const std::vector<Scenario>& scenarios = load_scenarios();
  std::map<std::string, std::pair<std::string, Snapshot>> all;  // each once, with the scenario that has them
  for (const Scenario& other : scenarios) {
    // These are asked for to tell that a target is free; a mount at a system's place vouches for its filesystem.
    nlohmann::json add = other.add;
    add.erase("claims");
    add.erase("memories");
    add.erase("target_looks");
    if (add.empty() || other.name == "mount-known-by-another-mount") continue;
    const Snapshot more = add.get<Snapshot>();
    REQUIRE(nlohmann::json(with_facts({}, more)) == nlohmann::json(more));  // no list was forgotten
    all.emplace(add.dump(), std::pair(other.name, more));
  }
  REQUIRE(all.size() > 80);
  for (const Scenario& scenario : scenarios) {
    const Outcome before = scenario.decide().outcome;
    if (before == Outcome::allow) continue;  // nothing is weaker
    const std::string own = scenario.add.dump();
    for (const auto& [text, one] : all) {
      const auto& [name, add] = one;
      if (text == own) continue;
      const Snapshot both = with_facts(scenario.snapshot, add);
      const Outcome after =
          guardd::decide(both, scenario.policy, scenario.ledger, scenario.request, scenario.now).outcome;
      if (after < before) FAIL_CHECK(scenario.name << " with the facts of " << name);
    }
  }
}

// Invariant: no evidence, no allow.
TEST_CASE("an allow turns unknown when any inspector is missing, degraded or failed") {
  for (Scenario scenario : load_scenarios()) {
    scenario.ledger.overrides.clear();  // people may answer for what could not be seen
    if (scenario.decide().outcome != Outcome::allow) continue;
    for (std::size_t i = 0; i < scenario.snapshot.inspectors.size(); ++i) {
      INFO(scenario.name << " without " << scenario.snapshot.inspectors[i].name);
      for (const Health health : {Health::degraded, Health::failed}) {
        Scenario blind = scenario;
        blind.snapshot.inspectors[i].health = health;
        CHECK(blind.decide().outcome == Outcome::unknown);
      }
      Scenario gone = scenario;
      gone.snapshot.inspectors.erase(gone.snapshot.inspectors.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK(gone.decide().outcome == Outcome::unknown);
    }
  }
}

TEST_CASE("the same question about the same facts gets the same verdict") {
  for (const Scenario& scenario : load_scenarios()) {
    CHECK(codes(scenario.decide()) == codes(scenario.decide()));
  }
}
