// SPDX-License-Identifier: Apache-2.0
// What revokes a permit, over the scenarios' hosts: each scenario is a host on which something has begun.
#include "core/permit_activity.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/core/scenario.hpp"

using namespace guardd;
using namespace guardd::test;

namespace {

const Scenario& scenario_of(const std::string& name) {
  const auto& all = load_scenarios();
  const auto found = std::ranges::find(all, name, &Scenario::name);
  if (found == all.end()) throw std::runtime_error("no scenario " + name);
  return *found;
}

Permit permit_for(const CheckRequest& request, bool began) {
  Permit permit;
  permit.id = "p1";
  permit.operation = request.operation;
  permit.whole_host = request.whole_host;
  permit.targets = request.targets;
  permit.has_command = true;
  permit.holder = {.pid = 4711, .start_ticks = 99};
  permit = grant(permit);
  if (began) permit = begin(permit, "/guardd.permits/p1", {permit.boot_id, -1}).value();
  return permit;
}

struct Host {
  Scenario scenario;
  std::string activity(const Permit& permit) const {
    return new_activity(permit, scenario.snapshot, scenario.policy, scenario.ledger, scenario.now);
  }
  ProcessFact& server() { return scenario.snapshot.processes.at(0); }
};

Host host(const std::string& name) { return {scenario_of(name)}; }

}  // namespace

TEST_CASE("nothing new revokes nothing") {
  const Host bare = host("bare-host");
  CHECK(bare.activity(permit_for(bare.scenario.request, false)).empty());
  CHECK(bare.activity(permit_for(bare.scenario.request, true)).empty());
}

TEST_CASE("a server that starts revokes what runs and what does not yet") {
  Host active = host("incident-01-dropbox-active-primary");
  CHECK_FALSE(active.activity(permit_for(active.scenario.request, false)).empty());
  CHECK_FALSE(active.activity(permit_for(active.scenario.request, true)).empty());
}

TEST_CASE("what an ordinary user's process does revokes nothing that runs") {
  Host active = host("incident-01-dropbox-active-primary");
  active.server().uid = first_ordinary_uid;
  CHECK(active.activity(permit_for(active.scenario.request, true)).empty());
  CHECK_FALSE(active.activity(permit_for(active.scenario.request, false)).empty());
  for (const std::uint32_t service : {first_ordinary_uid - 1, first_dynamic_uid, last_dynamic_uid}) {
    active.server().uid = service;
    CHECK_FALSE(active.activity(permit_for(active.scenario.request, true)).empty());
  }
  for (const std::uint32_t user : {first_dynamic_uid - 1, last_dynamic_uid + 1, 100'000U}) {
    active.server().uid = user;
    CHECK(active.activity(permit_for(active.scenario.request, true)).empty());
  }
}

TEST_CASE("what the permit's own command runs is its own doing") {
  Host active = host("incident-01-dropbox-active-primary");
  active.server().cgroup = "/guardd.permits/p1/child";
  CHECK(active.activity(permit_for(active.scenario.request, true)).empty());
  active.server().cgroup = "/guardd.permits/p10";
  CHECK_FALSE(active.activity(permit_for(active.scenario.request, true)).empty());
}

TEST_CASE("what was lifted when it was granted is no news") {
  Host active = host("incident-01-dropbox-active-primary");
  Permit permit = permit_for(active.scenario.request, true);
  Verdict granted;
  for (const Reason& reason : active.scenario.decide().reasons) granted.lifted.push_back({reason, "override o1"});
  permit.accepted = accepted_of(granted);
  CHECK(active.activity(permit).empty());
}

TEST_CASE("what is accepted can be stored, however much it is and whatever it is called") {
  Verdict granted;
  Reason reason;
  reason.code = "device.in_use";
  reason.evidence.push_back(
      {.inspector = "storage", .pid = {}, .exe = {}, .file = std::string(8000, '\n'), .detail = {}});
  for (std::size_t i = 0; i < max_accepted + 1; ++i) granted.lifted.push_back({reason, "override o1"});
  const std::vector<std::string> accepted = accepted_of(granted);
  CHECK(accepted.size() == max_accepted);
  CHECK(accepted.front().size() < 1000);
  CHECK(accepted.front().find('\n') == std::string::npos);
}

TEST_CASE("a policy that is swapped while it runs changes nothing for it") {
  // Kyoto University 2021: what ran was replaced under its own feet.
  Host active = host("incident-01-dropbox-active-primary");
  Policy old = active.scenario.policy;
  old.services.erase("mysql");
  CHECK(new_activity(permit_for(active.scenario.request, true), active.scenario.snapshot, old, {}, active.scenario.now)
            .empty());
}

TEST_CASE("a hold that is added revokes") {
  const Host held = host("hold");
  CHECK_FALSE(held.activity(permit_for(held.scenario.request, true)).empty());
}

TEST_CASE("a filesystem that is mounted revokes a wipe, and of a reinstall only what has not begun") {
  Host mounted = host("wipe-mounted-in-a-container");
  CHECK_FALSE(mounted.activity(permit_for(mounted.scenario.request, true)).empty());
  CheckRequest reinstall = mounted.scenario.request;
  reinstall.operation = Operation::reinstall;
  CHECK(mounted.activity(permit_for(reinstall, true)).empty());
}

TEST_CASE("another disk in the place of one voids the permit") {
  Host bare = host("bare-host");
  Permit permit = permit_for(bare.scenario.request, true);
  BlockDeviceFact& disk = bare.scenario.snapshot.devices.at(0);
  disk.diskseq = 7;
  permit.disks = {{disk.device, 7}};
  CHECK(bare.activity(permit).empty());
  disk.diskseq = 8;
  CHECK_THAT(bare.activity(permit), Catch::Contains(disk.name));
  bare.scenario.snapshot.devices.clear();
  CHECK(bare.activity(permit).empty());
}

TEST_CASE("what can't be known revokes nothing") {
  Host blind = host("bare-host");
  for (InspectorReport& report : blind.scenario.snapshot.inspectors) report.health = Health::failed;
  CHECK(blind.activity(permit_for(blind.scenario.request, true)).empty());
}
