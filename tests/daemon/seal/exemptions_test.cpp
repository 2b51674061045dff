// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/exemptions.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>

#include "daemon/seal/denials.hpp"
#include "tests/temporary_directory.hpp"

using namespace guardd;
using namespace guardd::seal;
using test::TemporaryDirectory;

namespace {

std::uint64_t number_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

Permit running() {
  Permit permit;
  permit.id = "p1";
  permit.operation = Operation::wipe;
  permit.targets = {
      {.path = "/dev/sdb", .device = DeviceNumber{8, 16}, .block_device = true, .mount_id = {}, .inode = {}}};
  permit.has_command = true;
  permit.began = true;
  permit.state = PermitState::running;
  permit.cgroup = "/guardd.permits/p1";
  permit.expires_boot_ms = 5;
  return permit;
}

guardd_seal_event event_of(std::uint64_t cgroup) {
  guardd_seal_event event{};
  event.boot_ns = 7'000'000;
  event.cgroup = cgroup;
  event.uid = 3;
  event.denied = 1;
  event.access = GUARDD_SEAL_WRITE;
  event.device = {GUARDD_SEAL_BLOCK, 8, 16};
  std::fill(std::begin(event.comm), std::end(event.comm), 'x');  // without an end
  return event;
}

}  // namespace

TEST_CASE("a permit's command is exempt for its targets until its time is over") {
  const TemporaryDirectory root;
  const std::uint64_t cgroup = number_of(root.directory("guardd.permits/p1"));
  const auto of = [&](const Permit& permit) { return exemptions_for({permit}, nullptr, {}, root.path()); };
  CHECK(of(running()) == Exemptions{{{.cgroup = cgroup, .device = Device{false, {8, 16}}}, 5'000'000}});
  Permit permit = running();
  SECTION("a whole host's for everything") {
    permit.whole_host = true;
    permit.targets.clear();
    CHECK(of(permit) == Exemptions{{{.cgroup = cgroup, .device = {}}, 5'000'000}});
  }
  SECTION("a revoked one goes on: half a wipe is worse than a whole one") {
    permit.state = PermitState::revoked;
    CHECK(of(permit).size() == 1);
  }
  SECTION("not one that has not begun, has ended, was interrupted, or is for its holder") {
    for (const PermitState state : {PermitState::ended, PermitState::interrupted}) {
      permit = running();
      permit.state = state;
      CHECK(of(permit).empty());
    }
    permit = running();
    permit.began = false;
    CHECK(of(permit).empty());
    permit = running();
    permit.has_command = false;
    CHECK(of(permit).empty());
  }
  SECTION("never the root, nor what is not there") {
    for (const char* path : {"/", "", "/guardd.permits/p2"}) {
      permit.cgroup = path;
      CHECK(of(permit).empty());
    }
  }
}

TEST_CASE("the trusted slice is exempt without end, where it is there") {
  const TemporaryDirectory root;
  CHECK(exemptions_for({}, nullptr, {}, root.path()).empty());
  const std::uint64_t slice = number_of(root.directory(std::string(trusted_slice).substr(1)));
  CHECK(exemptions_for({}, nullptr, {}, root.path()) ==
        Exemptions{{{.cgroup = slice, .device = {}}, GUARDD_SEAL_NEVER}});
}

TEST_CASE("a denial names the cgroup and the unit of whoever has ended by now") {
  const TemporaryDirectory root;
  const std::uint64_t cgroup = number_of(root.directory("system.slice/backup.service"));
  CgroupNames names(root.path());
  const Denial denial = describe(event_of(cgroup), names);
  CHECK(denial.cgroup == "/system.slice/backup.service");
  CHECK(denial.unit == "backup.service");
  CHECK(denial.comm == std::string(GUARDD_SEAL_COMM_BYTES, 'x'));
  CHECK(denial.exe.empty());
  CHECK(denial.boot_ms == 7);
  const std::uint64_t later = number_of(root.directory("system.slice/later.service"));
  CHECK(describe(event_of(later), names).unit == "later.service");
  CHECK(describe(event_of(1), names).cgroup.empty());
}

TEST_CASE("denials that are alike are one, with how many they were") {
  std::vector<Denial> denials;
  Denial one;
  one.pid = 5;
  add(denials, one);
  add(denials, one);
  one.access = Access::write;
  add(denials, one);
  REQUIRE(denials.size() == 2);
  CHECK(denials[0].times == 2);
  CHECK(denials[1].times == 1);
}
