// SPDX-License-Identifier: Apache-2.0
#include "gate/mirrors.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/strict_json.hpp"
#include "core/wire_permit.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd::gate::test {
namespace {

using guardd::test::TemporaryDirectory;

Permit permit(const std::string& id, PermitState state, bool began, Operation operation = Operation::wipe) {
  Permit one;
  one.id = id;
  one.operation = operation;
  one.whole_host = operation != Operation::wipe;
  one.holder = {.pid = 1, .start_ticks = 5};
  one.boot_id = "boot";
  one.expires_boot_ms = 99;
  one.state = state;
  one.began = began;
  return one;
}

struct Fixture {
  TemporaryDirectory directory;
  Places places{.run = directory.at("run"), .state = directory.at("state")};
  Fixture() {
    directory.directory("run");
    directory.directory("state");
  }
  [[nodiscard]] bool for_all(const std::string& id) const {
    return std::filesystem::exists(places.mirrors() + "/" + id);
  }
  [[nodiscard]] bool begun(const std::string& id) const { return std::filesystem::exists(places.begun() + "/" + id); }
};

TEST_CASE_METHOD(Fixture, "where a permit is mirrored, from its grant to its end") {
  struct Step {
    PermitState state;
    bool began;
    bool for_all;
    bool begun;
  };
  const Step steps[] = {
      {PermitState::requested, false, true, false}, {PermitState::granted, false, true, false},
      {PermitState::expired, false, false, false},  {PermitState::revoked, false, false, false},
      {PermitState::running, true, true, true},     {PermitState::expired, true, true, true},
      {PermitState::revoked, true, true, true},     {PermitState::interrupted, true, false, true},
      {PermitState::ended, true, false, false},
  };
  for (const Step& step : steps) {
    INFO(to_string(step.state) << ", began: " << step.began);
    REQUIRE(mirror(places, permit("p1", step.state, step.began)));
    CHECK(for_all("p1") == step.for_all);
    CHECK(begun("p1") == step.begun);
  }
}

TEST_CASE_METHOD(Fixture, "a reboot leaves nothing that outlives it") {
  REQUIRE(mirror(places, permit("p1", PermitState::running, true, Operation::reboot)));
  CHECK(for_all("p1"));
  CHECK_FALSE(begun("p1"));
  REQUIRE(mirror(places, permit("p2", PermitState::running, true, Operation::reinstall)));
  CHECK(begun("p2"));
}

TEST_CASE_METHOD(Fixture, "everybody may read the one, and root alone the other") {
  REQUIRE(mirror(places, permit("p1", PermitState::running, true)));
  CHECK(std::filesystem::status(places.mirrors() + "/p1").permissions() == std::filesystem::perms(0644));
  CHECK(std::filesystem::status(places.begun() + "/p1").permissions() == std::filesystem::perms(0600));
}

TEST_CASE_METHOD(Fixture, "what was mirrored is read, the newer one of two") {
  REQUIRE(mirror(places, permit("p1", PermitState::running, true)));
  REQUIRE(mirror(places, permit("p2", PermitState::interrupted, true)));
  Permit newer = permit("p1", PermitState::revoked, true);
  directory.file("run/permits/p1", to_text(mirror_json(newer)));
  const Mirrors mirrors = read_mirrors(places);
  CHECK(mirrors.problems.empty());
  REQUIRE(mirrors.permits.size() == 2);
  CHECK(mirrors.permits[0] == newer);
  CHECK(mirrors.permits[1] == permit("p2", PermitState::interrupted, true));
}

TEST_CASE_METHOD(Fixture, "nothing there is no problem") {
  const Mirrors mirrors = read_mirrors(places);
  CHECK(mirrors.permits.empty());
  CHECK(mirrors.problems.empty());
}

TEST_CASE_METHOD(Fixture, "what is no mirror is told, and hides no other") {
  REQUIRE(mirror(places, permit("p1", PermitState::running, true)));
  const std::string good = to_text(mirror_json(permit("p9", PermitState::granted, false)));
  directory.file("run/permits/empty", "");
  directory.file("run/permits/torn", good.substr(0, good.size() / 2));
  directory.file("run/permits/other", good);
  directory.file("run/permits/long", std::string(17'000, ' ') + good);
  directory.link("run/permits/link", places.mirrors() + "/p1");
  REQUIRE(::mkfifo((places.begun() + "/fifo").c_str(), 0600) == 0);
  const Mirrors mirrors = read_mirrors(places);
  CHECK(mirrors.permits.size() == 1);
  CHECK(mirrors.problems.size() == 6);
}

TEST_CASE_METHOD(Fixture, "one directory that can't be written does not keep the other from it") {
  std::filesystem::remove(directory.at("run"));
  directory.file("run", "in the way");
  CHECK_FALSE(mirror(places, permit("p1", PermitState::running, true)));
  CHECK(begun("p1"));
}

}  // namespace
}  // namespace guardd::gate::test
