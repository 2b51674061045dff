// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/glance.hpp"

#include <catch2/catch.hpp>

using namespace guardd;

namespace {

ProcessFact process(std::int32_t pid, std::uint64_t start, std::string service) {
  ProcessFact fact;
  fact.pid = pid;
  fact.start_ticks = start;
  fact.service = std::move(service);
  return fact;
}

OpenFileFact file(std::int32_t pid, std::string path, bool deleted = false) {
  OpenFileFact fact;
  fact.pid = pid;
  fact.path = std::move(path);
  fact.how = "fd";
  fact.deleted = deleted;
  return fact;
}

}  // namespace

TEST_CASE("a glance adds what it sees and takes nothing away") {
  Snapshot snapshot;
  snapshot.processes = {process(10, 1, "mysql")};
  snapshot.open_files = {file(10, "/var/lib/mysql/ibdata1")};
  ProcessesOutput seen;
  seen.processes = {process(20, 2, "mysql")};
  seen.open_files = {file(20, "/srv/mysql/ibdata1")};
  seen.open_devices.push_back({.pid = 20, .exe = "/x", .path = "/dev/sda", .device = {8, 0}, .writable = true});
  seen.busy_directories.push_back({.path = "/srv/mysql", .pid = 20, .mnt_ns = 5, .cwd = true});
  add_glance(snapshot, seen);
  CHECK(snapshot.processes.size() == 2);
  CHECK(snapshot.open_files.size() == 2);
  CHECK(snapshot.open_devices.size() == 1);
  CHECK(snapshot.busy_directories.size() == 1);
  add_glance(snapshot, ProcessesOutput{});
  CHECK(snapshot.processes.size() == 2);
  CHECK(snapshot.open_files.size() == 2);
}

TEST_CASE("what a glance sees of a process that is known takes the place of what was known of the same") {
  Snapshot snapshot;
  snapshot.processes = {process(10, 1, "")};
  snapshot.open_files = {file(10, "/srv/ibdata1")};
  ProcessesOutput seen;
  seen.processes = {process(10, 1, "mysql")};
  seen.open_files = {file(10, "/srv/ibdata1", true)};
  add_glance(snapshot, seen);
  REQUIRE(snapshot.processes.size() == 1);
  CHECK(snapshot.processes[0].service == "mysql");
  REQUIRE(snapshot.open_files.size() == 1);
  CHECK(snapshot.open_files[0].deleted);
}

TEST_CASE("a number that has another process now is another process") {
  Snapshot snapshot;
  snapshot.processes = {process(10, 1, "mysql")};
  ProcessesOutput seen;
  seen.processes = {process(10, 2, "redis")};
  add_glance(snapshot, seen);
  CHECK(snapshot.processes.size() == 2);
}
