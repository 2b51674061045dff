// SPDX-License-Identifier: Apache-2.0
#include "procfs/cgroup.hpp"

#include <catch2/catch.hpp>

using namespace guardd;

TEST_CASE("the unit of a cgroup path") {
  CHECK(unit_of_cgroup("/system.slice/mariadb.service") == "mariadb.service");
  CHECK(unit_of_cgroup("/system.slice/system-postgresql.slice/postgresql@15-main.service") ==
        "postgresql@15-main.service");
  CHECK(unit_of_cgroup("/system.slice/mariadb.service/worker") == "mariadb.service");
  CHECK(unit_of_cgroup("/init.scope") == "init.scope");
  CHECK(unit_of_cgroup("/user.slice/user-0.slice/session-3.scope") == "session-3.scope");
  CHECK(unit_of_cgroup("/system.slice/docker-0a1b.scope/system.slice/mariadb.service") == "docker-0a1b.scope");
  CHECK(unit_of_cgroup("/system.slice/_cpu.service") == "cpu.service");
  CHECK(unit_of_cgroup("/docker/0a1b").empty());
  CHECK(unit_of_cgroup("/").empty());
  CHECK(unit_of_cgroup("").empty());
  CHECK(unit_of_cgroup("/system.slice/.service").empty());
}

TEST_CASE("cgroup v2, legacy and hybrid layouts") {
  const auto unified = parse_cgroup("0::/system.slice/mariadb.service\n");
  REQUIRE(unified);
  CHECK(unified->path == "/system.slice/mariadb.service");
  CHECK(unified->unit == "mariadb.service");
  CHECK(unified->user_unit.empty());

  const auto legacy = parse_cgroup("4:cpu,cpuacct:/x\n1:name=systemd:/system.slice/redis.service\n");
  REQUIRE(legacy);
  CHECK(legacy->unit == "redis.service");

  const auto hybrid = parse_cgroup("1:name=systemd:/system.slice/redis.service\n0::/\n");
  REQUIRE(hybrid);
  CHECK(hybrid->unit == "redis.service");

  CHECK(parse_cgroup("0::/a:b\n")->path == "/a:b");
  CHECK(parse_cgroup("")->path.empty());
}

TEST_CASE("a user's unit belongs to the user's manager") {
  const auto place = parse_cgroup("0::/user.slice/user-1000.slice/user@1000.service/app.slice/my\\x2ddb.service\n");
  REQUIRE(place);
  CHECK(place->unit == "user@1000.service");
  CHECK(place->user_unit == "my\\x2ddb.service");
}

TEST_CASE("a line that is no cgroup's is an error") {
  CHECK(parse_cgroup("0:/system.slice\n").error().code == "bad_cgroup");
  CHECK_FALSE(parse_cgroup("x::/system.slice\n"));
  CHECK_FALSE(parse_cgroup("0::/a\n\n"));
}
