// SPDX-License-Identifier: Apache-2.0
// What an override lifts, over all scenarios: exactly what it may, and only where it is one for exactly that question.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/core/scenario.hpp"

using namespace guardd;
using namespace guardd::test;

namespace {

const std::set<std::string> stays{"host.mismatch", "hold.active",     "ledger.failed",
                                  "ledger.lost",   "permit.conflict", "target.untraceable"};

Override override_for(const Scenario& scenario) {
  Override override_;
  override_.id = "o7";
  override_.operation = scenario.request.operation;
  override_.whole_host = scenario.request.whole_host;
  override_.targets = scenario.request.targets;
  override_.reason = "the data is gone already";
  override_.machine_id = scenario.snapshot.host.machine_id;
  override_.boot_id = scenario.snapshot.host.boot_id;
  override_.requested_boot_ms = scenario.now.boot_ms;
  override_.expires_boot_ms = scenario.now.boot_ms + 1;
  override_.state = OverrideState::applied;
  override_.approvals = {{"ann", "SHA256:a"}, {"bob", "SHA256:b"}};
  return override_;
}

Verdict with(Scenario scenario, const Override& override_) {
  scenario.ledger.overrides = {override_};
  return scenario.decide();
}

std::vector<Scenario> scenarios_without_overrides() {
  std::vector<Scenario> scenarios = load_scenarios();
  for (Scenario& scenario : scenarios) scenario.ledger.overrides.clear();
  return scenarios;
}

}  // namespace

TEST_CASE("an override lifts all that people can answer for, names it, and nothing else") {
  for (const Scenario& scenario : scenarios_without_overrides()) {
    INFO(scenario.name);
    const Verdict before = scenario.decide();
    const Verdict after = with(scenario, override_for(scenario));
    std::vector<std::string> left = codes(before);
    std::erase_if(left, [](const std::string& code) { return !stays.contains(code); });
    CHECK(codes(after) == left);
    CHECK((after.outcome == Outcome::allow) == left.empty());
    const std::size_t lifted = before.reasons.size() - after.reasons.size();
    CHECK(after.lifted.size() == before.lifted.size() + lifted);
    // Used up only where it made a difference.
    CHECK(after.override_id == (lifted > 0 ? "o7" : ""));
    for (std::size_t i = before.lifted.size(); i < after.lifted.size(); ++i) {
      CHECK(after.lifted[i].by == "override o7, approved by ann and bob: the data is gone already");
    }
  }
}

TEST_CASE("an override for anything else changes nothing") {
  for (const Scenario& scenario : scenarios_without_overrides()) {
    const Override exact = override_for(scenario);
    std::vector<Override> others(9, exact);
    others[0].state = OverrideState::requested;
    others[1].state = OverrideState::spent;
    others[2].expires_boot_ms = scenario.now.boot_ms;
    others[3].requested_boot_ms = scenario.now.boot_ms + 1;
    others[4].boot_id = "another";
    others[5].machine_id = "another";
    others[6].operation = exact.operation == Operation::reboot ? Operation::wipe : Operation::reboot;
    others[7].targets.push_back(
        {.path = "/dev/other", .device = DeviceNumber{1, 1}, .block_device = true, .mount_id = {}, .inode = {}});
    others[8].whole_host = !exact.whole_host;
    for (std::size_t i = 0; i < others.size(); ++i) {
      INFO(scenario.name << ", " << i);
      const Verdict before = scenario.decide();
      const Verdict after = with(scenario, others[i]);
      CHECK(codes(after) == codes(before));
      CHECK(after.outcome == before.outcome);
      CHECK(after.lifted.size() == before.lifted.size());
      CHECK(after.override_id.empty());
    }
  }
}
