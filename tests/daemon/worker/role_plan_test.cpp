// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/role_plan.hpp"

#include <catch2/catch.hpp>

#include "daemon/worker/look.hpp"

using namespace guardd;

namespace {

std::vector<Recognition> services() {
  Recognition mysql;
  mysql.service = "mysql";
  mysql.role_probe = "mysql";
  Recognition redis;
  redis.service = "redis";
  return {mysql, redis};
}

ProcessFact process(std::int32_t pid, const std::string& service, const std::string& matched_by) {
  ProcessFact fact;
  fact.pid = pid;
  fact.service = service;
  fact.matched_by = matched_by;
  fact.start_ticks = static_cast<std::uint64_t>(pid);
  return fact;
}

}  // namespace

TEST_CASE("only servers by executable, of a service with a probe, are asked") {
  Snapshot snapshot;
  snapshot.processes = {process(1, "mysql", "executable"), process(2, "mysql", "comm"), process(3, "mysql", "argv0"),
                        process(4, "redis", "executable"), process(5, "", "")};
  const RolePlan plan = plan_roles(snapshot, services());
  REQUIRE(plan.ask.size() == 1);
  CHECK(plan.ask[0].process.pid == 1);
  CHECK(plan.ask[0].probe == "mysql");
  CHECK(plan.not_asked.empty());
}

TEST_CASE("at the bound everybody is asked, beyond it the rest is unknown and says so") {
  Snapshot snapshot;
  for (std::int32_t pid = 1; pid <= 16; ++pid) snapshot.processes.push_back(process(pid, "mysql", "executable"));
  CHECK(plan_roles(snapshot, services()).ask.size() == max_role_probes);
  CHECK(plan_roles(snapshot, services()).not_asked.empty());
  snapshot.processes.push_back(process(17, "mysql", "executable"));
  const RolePlan plan = plan_roles(snapshot, services());
  CHECK(plan.ask.size() == max_role_probes);
  REQUIRE(plan.not_asked.size() == 1);
  CHECK(plan.not_asked[0].pid == 17);
  CHECK(plan.not_asked[0].role == Role::unknown);
  CHECK_FALSE(plan.not_asked[0].why_unknown.empty());
}

TEST_CASE("false servers of a container do not crowd out the host's, nor idle ones those with data") {
  Snapshot snapshot;
  for (std::int32_t pid = 1; pid <= 30; ++pid) {
    ProcessFact fake = process(pid, "mysql", "executable");
    fake.contained = pid <= 15;
    snapshot.processes.push_back(fake);
  }
  snapshot.processes.push_back(process(100, "mysql", "executable"));
  snapshot.open_files.emplace_back();
  snapshot.open_files.back().pid = 100;
  const RolePlan plan = plan_roles(snapshot, services());
  CHECK(plan.ask.at(0).process.pid == 100);
  CHECK(plan.ask.at(1).process.pid == 16);
}
