// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/glance.hpp"

#include <catch2/catch.hpp>

#include "core/dataset.hpp"

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

namespace {

/// A look that knows one data directory at rest, in the mount namespace 5.
Snapshot a_known_directory() {
  Snapshot snapshot;
  DataDirectoryFact directory;
  directory.service = "mysql";
  directory.path = "/srv/mysql";
  directory.mnt_ns = 5;
  snapshot.directories = {directory};
  return snapshot;
}

ProcessesOutput a_server(std::uint64_t mnt_ns, std::vector<std::string> data_paths, std::string cwd) {
  ProcessesOutput seen;
  seen.processes = {process(20, 2, "mysql")};
  seen.processes[0].ns.mnt = mnt_ns;
  seen.processes[0].data_paths = std::move(data_paths);
  seen.processes[0].cwd = std::move(cwd);
  return seen;
}

}  // namespace

TEST_CASE("a server that names a known data directory uses it before it has opened a file") {
  Snapshot by_argument = a_known_directory();
  add_glance(by_argument, a_server(5, {"/srv/mysql"}, "/"));
  REQUIRE(by_argument.directories[0].uses.size() == 1);
  CHECK(by_argument.directories[0].uses[0].how == "argument");
  CHECK(assemble_datasets(by_argument).at(0).state == DatasetState::active);
  add_glance(by_argument, a_server(5, {"/srv/mysql"}, "/"));
  CHECK(by_argument.directories[0].uses.size() == 1);

  Snapshot by_cwd = a_known_directory();
  add_glance(by_cwd, a_server(5, {}, "/srv/mysql"));
  REQUIRE(by_cwd.directories[0].uses.size() == 1);
  CHECK(by_cwd.directories[0].uses[0].how == "cwd");
}

TEST_CASE("a directory of the same name in another mount namespace, or of another service, is another one") {
  Snapshot snapshot = a_known_directory();
  add_glance(snapshot, a_server(6, {"/srv/mysql"}, "/srv/mysql"));
  CHECK(snapshot.directories[0].uses.empty());
  snapshot.directories[0].service = "postgresql";
  add_glance(snapshot, a_server(5, {"/srv/mysql"}, "/srv/mysql"));
  CHECK(snapshot.directories[0].uses.empty());
}

TEST_CASE("a service is without data until a file or a directory of its is seen") {
  Snapshot snapshot = a_known_directory();
  ProcessesOutput seen = a_server(5, {}, "/");
  seen.processes.push_back(process(30, 3, ""));  // no service
  add_glance(snapshot, seen);
  CHECK(without_data(snapshot, seen) == std::vector<std::int32_t>{20});
  Snapshot with_file = snapshot;
  with_file.open_files = {file(20, "/elsewhere/ibdata1")};
  CHECK(without_data(with_file, seen).empty());
  add_glance(snapshot, a_server(5, {}, "/srv/mysql"));
  CHECK(without_data(snapshot, seen).empty());
}
